//! Previews of results of every form and size.

use insta::assert_snapshot;

use super::*;
use crate::domain::{Column, ColumnKind, Length, LengthUnit, Locale, Row, Value};

const FORMAT: TableFormat =
    TableFormat { length: Length::characters(2000), columns: None, max_rows: 20, locale: Locale::Fr };

fn columns(names: &[(&str, ColumnKind)]) -> Vec<Column> {
    names.iter().map(|(name, kind)| Column { name: (*name).to_owned(), kind: *kind }).collect()
}

fn words(words: &str) -> Value {
    Value::Text(words.to_owned())
}

#[test]
fn a_table_is_aligned_by_what_people_see() {
    let columns = columns(&[("client", ColumnKind::Text), ("montant", ColumnKind::Number)]);
    let rows = vec![
        vec![words("Éts Müller"), Value::Decimal("1234.50".to_owned())],
        vec![words("東京 🚀"), Value::Integer(7)],
        vec![Value::Null, Value::Null],
        vec![words("```\nbad"), words("x")],
    ];
    assert_snapshot!(Preview::draw(&columns, &rows, FORMAT).text, @r"
    ```
    client     │  montant
    ───────────┼─────────
    Éts Müller │ 1 234,50
    東京 🚀    │        7
    ∅          │        ∅
    ˋˋˋ bad    │        x
    ```
    ");
}

#[test]
fn decimals_of_a_column_line_up() {
    let columns = columns(&[("a", ColumnKind::Text), ("b", ColumnKind::Number)]);
    let rows: Vec<Row> = [Value::Real(480_523.5), Value::Real(7.0), Value::Real(620.18), Value::Integer(3)]
        .map(|value| vec![words("x"), value])
        .into();
    let text = Preview::draw(&columns, &rows, TableFormat { locale: Locale::En, ..FORMAT }).text;
    let last: Vec<&str> = text.lines().filter_map(|line| line.split(" │ ").nth(1)).map(str::trim).collect();
    assert_eq!(last, ["b", "480,523.50", "7.00", "620.18", "3"]);
}

#[test]
fn one_value_stands_alone() {
    let preview = Preview::draw(&columns(&[("n", ColumnKind::Number)]), &[vec![Value::Integer(12_345)]], FORMAT);
    assert_eq!(preview.text, "**12\u{202f}345**");
}

#[test]
fn a_few_wide_rows_become_lines() {
    let names: Vec<(String, ColumnKind)> = (0..8).map(|n| (format!("column_{n}"), ColumnKind::Text)).collect();
    let names: Vec<(&str, ColumnKind)> = names.iter().map(|(name, kind)| (name.as_str(), *kind)).collect();
    let rows = vec![vec![words("a"); 8], vec![words("b"); 8]];
    let preview = Preview::draw(&columns(&names), &rows, FORMAT);
    assert!(preview.text.starts_with("```\ncolumn_0  a\n"), "{}", preview.text);
}

#[test]
fn a_row_too_long_for_a_message_shows_its_first_columns() {
    let names: Vec<String> = (0..100).map(|n| format!("column_{n}")).collect();
    let names: Vec<(&str, ColumnKind)> = names.iter().map(|name| (name.as_str(), ColumnKind::Text)).collect();
    let preview = Preview::draw(&columns(&names), &[vec![words("long text"); 100]], FORMAT);
    assert!(preview.text.chars().count() <= 2000);
    assert_eq!((preview.rows, preview.text.lines().count() - 2 + preview.hidden_columns), (1, 100));
}

#[test]
fn a_text_that_stands_alone_is_no_markup() {
    let preview = Preview::draw(&columns(&[("v", ColumnKind::Text)]), &[vec![words("a `b`\n@everyone **c**")]], FORMAT);
    assert_eq!(preview.text, "`a ˋbˋ @everyone **c**`");
}

#[test]
fn it_always_fits() {
    let columns = columns(&[("a", ColumnKind::Text), ("b", ColumnKind::Text)]);
    let rows: Vec<Row> = (0..100).map(|n| vec![words(&"long ".repeat(50)), Value::Integer(n)]).collect();
    for max_chars in [120, 300, 2000] {
        let preview = Preview::draw(&columns, &rows, TableFormat { length: Length::characters(max_chars), ..FORMAT });
        assert!(preview.text.chars().count() <= max_chars, "{} > {max_chars}", preview.text.chars().count());
        assert!(preview.rows <= 20);
    }
}

#[test]
fn one_row_is_read_line_by_line() {
    let columns =
        columns(&[("client", ColumnKind::Text), ("notes", ColumnKind::Text), ("montant", ColumnKind::Number)]);
    let row = vec![words("Éts Müller"), words(""), Value::Decimal("1234.50".to_owned())];
    assert_snapshot!(Preview::draw(&columns, &[row], FORMAT).text, @r#"
    ```
    client   Éts Müller
    notes    ""
    montant  1 234,50
    ```
    "#);
}

#[test]
fn no_value_is_not_an_empty_text() {
    let one = columns(&[("v", ColumnKind::Text)]);
    let alone = |value| Preview::draw(&one, &[vec![value]], FORMAT).text;
    assert_eq!([alone(Value::Null), alone(words(""))], ["**∅**", "`\"\"`"]);
    let rows = [vec![Value::Null], vec![words("")], vec![words("x")]];
    assert_snapshot!(Preview::draw(&one, &rows, FORMAT).text, @"
    ```
    v
    ─
    ∅

    x
    ```
    ");
}

#[test]
fn columns_that_tell_nothing_make_room() {
    let names: Vec<String> = (0..9).map(|n| format!("column_with_a_long_name_{n}")).collect();
    let columns = columns(&names.iter().map(|name| (name.as_str(), ColumnKind::Text)).collect::<Vec<_>>());
    let row = |n: usize| -> Row {
        (0..9)
            .map(|at| {
                if at == 1 {
                    Value::Null
                } else if at == 2 {
                    words("same")
                } else {
                    words(&format!("{at}{n}"))
                }
            })
            .collect()
    };
    let rows: Vec<Row> = (0..5).map(row).collect();
    let preview = Preview::draw(&columns, &rows, FORMAT);
    assert_snapshot!(preview.text, @"
    ```
    column_with_a_l… │ column_with_a_l… │ column_with_a_l… │ column_with_a_l… │ column_with_a_l… │ column_with_a_l…
    ─────────────────┼──────────────────┼──────────────────┼──────────────────┼──────────────────┼─────────────────
    00               │ 30               │ 40               │ 50               │ 60               │ 70
    01               │ 31               │ 41               │ 51               │ 61               │ 71
    02               │ 32               │ 42               │ 52               │ 62               │ 72
    03               │ 33               │ 43               │ 53               │ 63               │ 73
    04               │ 34               │ 44               │ 54               │ 64               │ 74
    ```
    ");
    assert_eq!(preview.hidden_columns, 3);
}

#[test]
fn whatever_comes_is_drawn_within_its_room() {
    let wide: Vec<String> = (0..2000).map(|n| format!("column {n}")).collect();
    let wide = columns(&wide.iter().map(|name| (name.as_str(), ColumnKind::Text)).collect::<Vec<_>>());
    let stacked = format!("e{}", "\u{301}".repeat(100));
    let nasty =
        ["", "\u{202e}abc", "👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦", "a\tb\nc", "```", &stacked.repeat(50), "שלום עולם", "\u{200b}\u{200b}"];
    let cells = |row: usize| (0..2000).map(|at| words(nasty[(at + row) % nasty.len()])).collect::<Row>();
    for rows in [1, 2, 20] {
        let rows: Vec<Row> = (0..rows).map(cells).collect();
        for max_chars in [200, 1400, 99_000] {
            for shown in [1, 2, 5, 2000] {
                let rows: Vec<Row> = rows.iter().map(|row| row[..shown].to_vec()).collect();
                let preview = Preview::draw(
                    &wide[..shown],
                    &rows,
                    TableFormat { length: Length::characters(max_chars), ..FORMAT },
                );
                let chars = preview.text.chars().count();
                assert!(chars <= max_chars, "{chars} of {max_chars}: {} × {shown}\n{}", rows.len(), preview.text);
                assert_eq!(preview.text.matches("```").count() % 2, 0, "{}", preview.text);
                assert!(preview.hidden_columns < shown && !preview.text.contains(['\u{202e}', '\u{200b}']));
            }
        }
    }
}

#[test]
fn a_preview_is_counted_as_its_platform_counts() {
    let columns = columns(&[("顧客", ColumnKind::Text), ("état", ColumnKind::Text), ("montant €", ColumnKind::Number)]);
    let row = |n: i64| vec![words("東京都渋谷区の顧客です"), words("👨‍👩‍👧‍👦 réglé 🎉🎉🎉"), Value::Integer(n)];
    let rows: Vec<Row> = (0..20).map(row).collect();
    let drawn = |unit, rows: &[Row]| {
        let length = Length { most: 1400, unit };
        let preview = Preview::draw(&columns, rows, TableFormat { length, ..FORMAT });
        assert!(length.holds(&preview.text), "{} {unit:?}: {}", unit.count(&preview.text), preview.text);
        preview.rows
    };
    let units = [LengthUnit::Characters, LengthUnit::Utf16, LengthUnit::Bytes];
    assert!(units.iter().all(|unit| drawn(*unit, &rows[..1]) == 1), "as lines");
    let [characters, utf16, bytes] = units.map(|unit| drawn(unit, &rows));
    assert!(characters >= utf16 && utf16 > bytes && bytes > 0, "{characters} {utf16} {bytes}");
}

#[test]
fn a_table_is_as_wide_as_the_screen() {
    let columns = columns(&[("client", ColumnKind::Text), ("notes", ColumnKind::Text), ("n", ColumnKind::Number)]);
    let rows = [
        vec![words(&"Société ".repeat(12)), words(&"une note ".repeat(30)), Value::Integer(1)],
        vec![words("Durand"), words("rien"), Value::Integer(2)],
    ];
    for (screen, expected) in [(20, 16), (40, 38), (80, 80), (120, 120), (200, 200)] {
        let format = TableFormat { columns: Some(screen), ..FORMAT };
        let preview = Preview::draw(&columns, &rows, format);
        let widest = preview.text.lines().map(unicode_width::UnicodeWidthStr::width).max().unwrap();
        assert!(widest <= screen && widest + 3 >= expected, "{widest} of {screen}: {}", preview.text);
    }
    let narrow = [vec![words("a"), words("b"), Value::Integer(1)], vec![words("c"), words("d"), Value::Integer(2)]];
    let drawn = |columns_of| Preview::draw(&columns, &narrow, TableFormat { columns: columns_of, ..FORMAT });
    assert_eq!(drawn(Some(200)), drawn(None), "a table is not made wider than its cells");
}
