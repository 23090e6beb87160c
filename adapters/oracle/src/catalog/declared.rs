//! The type of a column as its owner declared it.

use super::rows::Column;

/// Returns a column's type as in CREATE TABLE, as far as the dictionary states it:
/// <https://docs.oracle.com/en/database/oracle/oracle-database/19/refrn/ALL_TAB_COLUMNS.html>.
pub(super) fn declared(column: &Column) -> String {
    let Some(name) = &column.data_type else { return "UNKNOWN".to_owned() };
    match (name.as_str(), column.type_owner.as_deref()) {
        (_, Some(owner)) if !matches!(owner, "SYS" | "PUBLIC") => format!("{owner}.{name}"),
        ("NUMBER", _) => number(column),
        ("FLOAT", _) => sized(name, column.precision.filter(|bits| *bits != 126)),
        ("VARCHAR2" | "CHAR", _) if column.char_used.as_deref() == Some("C") => {
            column.characters.map_or_else(|| name.clone(), |size| format!("{name}({size} CHAR)"))
        }
        ("NVARCHAR2" | "NCHAR", _) => sized(name, column.characters),
        ("VARCHAR2" | "CHAR" | "RAW", _) => sized(name, column.length),
        // `TIMESTAMP(6) WITH TIME ZONE` and intervals have their digits in the name.
        _ => name.clone(),
    }
}

fn number(column: &Column) -> String {
    match (column.precision, column.scale.unwrap_or(0)) {
        (None, 0) if column.scale.is_some() => "INTEGER".to_owned(),
        (None, _) => "NUMBER".to_owned(),
        (Some(precision), 0) => format!("NUMBER({precision})"),
        (Some(precision), scale) => format!("NUMBER({precision},{scale})"),
    }
}

fn sized(name: &str, size: Option<i64>) -> String {
    size.map_or_else(|| name.to_owned(), |size| format!("{name}({size})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(data_type: &str, sizes: [Option<i64>; 4], char_used: Option<&str>) -> Column {
        let [length, precision, scale, characters] = sizes;
        Column {
            owner: "CRM".to_owned(),
            relation: "T".to_owned(),
            position: Some(1),
            name: "C".to_owned(),
            data_type: Some(data_type.to_owned()),
            type_owner: None,
            length,
            precision,
            scale,
            characters,
            char_used: char_used.map(str::to_owned),
        }
    }

    #[test]
    fn types_read_as_they_were_declared() {
        let none = [Some(22), None, None, Some(0)];
        for (data_type, sizes, char_used, expected) in [
            ("NUMBER", none, None, "NUMBER"),
            ("NUMBER", [Some(22), None, Some(0), Some(0)], None, "INTEGER"),
            ("NUMBER", [Some(22), Some(10), Some(0), Some(0)], None, "NUMBER(10)"),
            ("NUMBER", [Some(22), Some(10), Some(2), Some(0)], None, "NUMBER(10,2)"),
            ("NUMBER", [Some(22), Some(5), Some(-2), Some(0)], None, "NUMBER(5,-2)"),
            ("FLOAT", [Some(22), Some(126), None, Some(0)], None, "FLOAT"),
            ("FLOAT", [Some(22), Some(63), None, Some(0)], None, "FLOAT(63)"),
            ("VARCHAR2", [Some(160), None, None, Some(40)], Some("C"), "VARCHAR2(40 CHAR)"),
            ("VARCHAR2", [Some(40), None, None, Some(40)], Some("B"), "VARCHAR2(40)"),
            ("CHAR", [Some(1), None, None, Some(1)], Some("B"), "CHAR(1)"),
            ("NVARCHAR2", [Some(80), None, None, Some(40)], Some("C"), "NVARCHAR2(40)"),
            ("RAW", [Some(16), None, None, Some(0)], None, "RAW(16)"),
            ("DATE", [Some(7), None, None, Some(0)], None, "DATE"),
            ("TIMESTAMP(6) WITH TIME ZONE", [Some(13), None, Some(6), Some(0)], None, "TIMESTAMP(6) WITH TIME ZONE"),
            (
                "INTERVAL DAY(2) TO SECOND(6)",
                [Some(11), Some(2), Some(6), Some(0)],
                None,
                "INTERVAL DAY(2) TO SECOND(6)",
            ),
            ("CLOB", [Some(4000), None, None, Some(0)], None, "CLOB"),
            ("JSON", [Some(8200), None, None, Some(0)], None, "JSON"),
        ] {
            assert_eq!(declared(&column(data_type, sizes, char_used)), expected);
        }
        let of = |owner: &str, name: &str| {
            declared(&Column { type_owner: Some(owner.to_owned()), ..column(name, none, None) })
        };
        assert_eq!(of("CRM", "ADDRESS_T"), "CRM.ADDRESS_T");
        assert_eq!(of("PUBLIC", "XMLTYPE"), "XMLTYPE");
        assert_eq!(of("SYS", "XMLTYPE"), "XMLTYPE");
    }
}
