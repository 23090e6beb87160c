//! SQLite's replacements for functions of other databases. Dates are texts there, with functions of their own.

/// Replaces a function of another database.
pub(super) fn instead_of_function(name: &str) -> Option<&'static str> {
    Some(match name {
        "YEAR" | "DATEPART" | "DATE_PART" | "EXTRACT" => "strftime('%Y', x)",
        "MONTH" => "strftime('%m', x)",
        "DAY" | "DAYOFMONTH" => "strftime('%d', x)",
        "HOUR" => "strftime('%H', x)",
        "QUARTER" => "(strftime('%m', x) + 2) / 3",
        "DATE_FORMAT" | "TO_CHAR" => "strftime('%Y-%m', x)",
        "STR_TO_DATE" | "TO_DATE" => "date(x)",
        "DATE_TRUNC" => "date(x, 'start of month')",
        "DATEDIFF" | "DATE_DIFF" => "julianday(a) - julianday(b)",
        "DATEADD" | "DATE_ADD" => "date(x, '+1 day')",
        "ADD_MONTHS" => "date(x, '+1 month')",
        "WM_CONCAT" | "LISTAGG" => "group_concat(x, ',')",
        "CHARINDEX" | "LOCATE" | "STRPOS" | "POSITION" => "INSTR(x, 'a')",
        _ => return None,
    })
}
