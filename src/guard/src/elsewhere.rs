//! Functions of other databases, and what is written here in their place.

use crate::Dialect;

/// The replacement in this dialect for a function of another database; empty where the nearest name would mislead.
pub(super) fn function(name: &str, dialect: Dialect) -> Option<&'static str> {
    everywhere(name).or_else(|| date(name, dialect)).or_else(|| text(name, dialect))
}

/// Replacements that every dialect has.
fn everywhere(name: &str) -> Option<&'static str> {
    Some(match name {
        "NVL" | "IFNULL" | "ISNULL" => "COALESCE",
        "LEN" => "LENGTH",
        "DECODE" | "IIF" | "IF" => "CASE WHEN … THEN … ELSE … END",
        "GETDATE" | "NOW" | "SYSDATE" => "CURRENT_TIMESTAMP",
        "CURDATE" => "CURRENT_DATE",
        "ROW" => "",
        _ => return None,
    })
}

/// Dates: SQLite keeps them as texts, and has functions of its own.
fn date(name: &str, dialect: Dialect) -> Option<&'static str> {
    let of = |oracle, postgres, sqlite| {
        Some(match dialect {
            Dialect::Oracle => oracle,
            Dialect::Postgres => postgres,
            Dialect::Sqlite => sqlite,
        })
    };
    let part = |plain, sqlite| of(plain, plain, sqlite);
    match name {
        "YEAR" | "DATEPART" | "DATE_PART" | "EXTRACT" => part("EXTRACT(YEAR FROM x)", "strftime('%Y', x)"),
        "MONTH" => part("EXTRACT(MONTH FROM x)", "strftime('%m', x)"),
        "DAY" | "DAYOFMONTH" => part("EXTRACT(DAY FROM x)", "strftime('%d', x)"),
        "HOUR" => part("EXTRACT(HOUR FROM x)", "strftime('%H', x)"),
        "QUARTER" => of("TO_CHAR(x, 'Q')", "EXTRACT(QUARTER FROM x)", "(strftime('%m', x) + 2) / 3"),
        "DATE_FORMAT" | "TO_CHAR" => part("TO_CHAR(x, 'YYYY-MM')", "strftime('%Y-%m', x)"),
        "STR_TO_DATE" | "TO_DATE" => part("TO_DATE(x, 'YYYY-MM-DD')", "date(x)"),
        "DATE_TRUNC" => of("TRUNC(x, 'MM')", "DATE_TRUNC('month', x)", "date(x, 'start of month')"),
        "DATEDIFF" | "DATE_DIFF" => part("a - b", "julianday(a) - julianday(b)"),
        "DATEADD" | "DATE_ADD" => of("x + 1", "x + INTERVAL '1 day'", "date(x, '+1 day')"),
        "ADD_MONTHS" => of("ADD_MONTHS(x, 1)", "x + INTERVAL '1 month'", "date(x, '+1 month')"),
        _ => None,
    }
}

/// Texts: aggregation into a list, and the position of one text in another.
fn text(name: &str, dialect: Dialect) -> Option<&'static str> {
    Some(match (name, dialect) {
        ("WM_CONCAT" | "GROUP_CONCAT" | "STRING_AGG", Dialect::Oracle) => "LISTAGG(x, ',') WITHIN GROUP (ORDER BY x)",
        ("WM_CONCAT" | "GROUP_CONCAT" | "LISTAGG", Dialect::Postgres) => "string_agg(x, ',')",
        ("WM_CONCAT" | "LISTAGG", Dialect::Sqlite) => "group_concat(x, ',')",
        ("CHARINDEX" | "LOCATE" | "INSTR", Dialect::Postgres) => "strpos(x, 'a')",
        ("CHARINDEX" | "LOCATE" | "STRPOS" | "POSITION", _) => "INSTR(x, 'a')",
        _ => return None,
    })
}
