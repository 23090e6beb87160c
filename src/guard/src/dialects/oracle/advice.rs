//! Oracle's replacements for functions of other databases.

/// Replaces a function of another database.
pub(super) fn instead_of_function(name: &str) -> Option<&'static str> {
    Some(match name {
        "YEAR" | "DATEPART" | "DATE_PART" | "EXTRACT" => "EXTRACT(YEAR FROM x)",
        "MONTH" => "EXTRACT(MONTH FROM x)",
        "DAY" | "DAYOFMONTH" => "EXTRACT(DAY FROM x)",
        "HOUR" => "EXTRACT(HOUR FROM x)",
        "QUARTER" => "TO_CHAR(x, 'Q')",
        "DATE_FORMAT" | "TO_CHAR" => "TO_CHAR(x, 'YYYY-MM')",
        "STR_TO_DATE" | "TO_DATE" => "TO_DATE(x, 'YYYY-MM-DD')",
        "DATE_TRUNC" => "TRUNC(x, 'MM')",
        "DATEDIFF" | "DATE_DIFF" => "a - b",
        "DATEADD" | "DATE_ADD" => "x + 1",
        "ADD_MONTHS" => "ADD_MONTHS(x, 1)",
        "WM_CONCAT" | "GROUP_CONCAT" | "STRING_AGG" => "LISTAGG(x, ',') WITHIN GROUP (ORDER BY x)",
        "CHARINDEX" | "LOCATE" | "STRPOS" | "POSITION" => "INSTR(x, 'a')",
        _ => return None,
    })
}
