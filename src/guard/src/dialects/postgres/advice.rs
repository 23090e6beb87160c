//! PostgreSQL's replacements for functions of other databases.

/// Replaces a function of another database.
pub(super) fn instead_of_function(name: &str) -> Option<&'static str> {
    Some(match name {
        "YEAR" | "DATEPART" | "DATE_PART" | "EXTRACT" => "EXTRACT(YEAR FROM x)",
        "MONTH" => "EXTRACT(MONTH FROM x)",
        "DAY" | "DAYOFMONTH" => "EXTRACT(DAY FROM x)",
        "HOUR" => "EXTRACT(HOUR FROM x)",
        "QUARTER" => "EXTRACT(QUARTER FROM x)",
        "DATE_FORMAT" | "TO_CHAR" => "TO_CHAR(x, 'YYYY-MM')",
        "STR_TO_DATE" | "TO_DATE" => "TO_DATE(x, 'YYYY-MM-DD')",
        "DATE_TRUNC" => "DATE_TRUNC('month', x)",
        "DATEDIFF" | "DATE_DIFF" => "a - b",
        "DATEADD" | "DATE_ADD" => "x + INTERVAL '1 day'",
        "ADD_MONTHS" => "x + INTERVAL '1 month'",
        "WM_CONCAT" | "GROUP_CONCAT" | "LISTAGG" => "string_agg(x, ',')",
        "CHARINDEX" | "LOCATE" | "INSTR" | "STRPOS" | "POSITION" => "strpos(x, 'a')",
        _ => return None,
    })
}
