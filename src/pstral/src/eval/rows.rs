//! Rows compared with the rows of a gold statement.

use pstral_core::domain::{Row, Value};

/// How rows stand to those of a gold statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Likeness {
    /// Other rows.
    Different,
    /// The same rows, with further columns.
    Wider,
    /// The same rows and columns.
    Same,
}

/// Compares rows with gold ones. Columns are told by their values, whatever they are called and in whatever order. Rows
/// are a set with repetitions, unless their order counts.
pub(crate) fn compare(answer: &[Row], gold: &[Row], ordered: bool) -> Likeness {
    let (Some(width), Some(wanted)) = (answer.first().map(Vec::len), gold.first().map(Vec::len)) else {
        return if answer.len() == gold.len() { Likeness::Same } else { Likeness::Different };
    };
    if answer.len() != gold.len() || width < wanted {
        return Likeness::Different;
    }
    let (answer, gold) = (plain_rows(answer), plain_rows(gold));
    // Columns of the answer for the first gold ones, in every way that fits so far.
    let mut chosen: Vec<Vec<usize>> = vec![Vec::new()];
    for column in 0..wanted {
        let needed = projected(&gold, &(0..=column).collect::<Vec<_>>(), ordered);
        chosen = chosen
            .into_iter()
            .flat_map(|columns| (0..width).map(move |next| [columns.as_slice(), &[next]].concat()))
            .filter(|columns| !columns[..column].contains(&columns[column]))
            .filter(|columns| projected(&answer, columns, ordered) == needed)
            // Equal columns are interchangeable: a few ways are enough.
            .take(MOST_WAYS)
            .collect();
    }
    match chosen.is_empty() {
        true => Likeness::Different,
        false if width == wanted => Likeness::Same,
        false => Likeness::Wider,
    }
}

const MOST_WAYS: usize = 64;

fn projected<'a>(rows: &'a [Vec<String>], columns: &[usize], ordered: bool) -> Vec<Vec<&'a str>> {
    let mut rows: Vec<Vec<&str>> =
        rows.iter().map(|row| columns.iter().filter_map(|at| row.get(*at)).map(String::as_str).collect()).collect();
    if !ordered {
        rows.sort_unstable();
    }
    rows
}

fn plain_rows(rows: &[Row]) -> Vec<Vec<String>> {
    rows.iter().map(|row| row.iter().map(plain).collect()).collect()
}

/// A cell as it is compared: numbers to the hundredth, whatever their type; midnight as its day.
fn plain(value: &Value) -> String {
    let number = |number: f64| format!("{:.2}", if number == 0.0 { 0.0 } else { number });
    match value {
        Value::Null | Value::Unsupported(_) => "\0".to_owned(),
        Value::Boolean(truth) => number(f64::from(u8::from(*truth))),
        #[expect(clippy::cast_precision_loss, reason = "compared to the hundredth")]
        Value::Integer(whole) => number(*whole as f64),
        Value::Real(real) => number(*real),
        Value::Decimal(digits) => digits.parse().map_or_else(|_| digits.clone(), number),
        // A year may be a text to one database and a number to another.
        Value::Text(text) if text.len() < 5 && text.bytes().all(|byte| byte.is_ascii_digit()) => {
            text.parse().map_or_else(|_| text.clone(), number)
        }
        Value::Text(text) | Value::Date(text) | Value::Timestamp(text) => {
            text.strip_suffix(" 00:00:00").unwrap_or(text).to_owned()
        }
        Value::Bytes(bytes) => format!("{bytes:02x?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(rows: &[&[&str]]) -> Vec<Row> {
        let value = |text: &str| text.parse().map_or_else(|_| Value::Text(text.to_owned()), Value::Real);
        rows.iter().map(|row| row.iter().map(|text| value(text)).collect()).collect()
    }

    #[test]
    fn columns_are_told_by_their_values() {
        let gold = rows(&[&["Paris", "3"], &["Lyon", "2"]]);
        for (answer, ordered, expected) in [
            (&[&["Paris", "3"][..], &["Lyon", "2"]][..], true, Likeness::Same),
            (&[&["Lyon", "2"], &["Paris", "3"]], false, Likeness::Same),
            (&[&["Lyon", "2"], &["Paris", "3"]], true, Likeness::Different),
            (&[&["3.001", "Paris"], &["2", "Lyon"]], true, Likeness::Same),
            (&[&["3", "x", "Paris"], &["2", "y", "Lyon"]], false, Likeness::Wider),
            (&[&["2", "Paris"], &["3", "Lyon"]], false, Likeness::Different),
            (&[&["Paris"], &["Lyon"]], false, Likeness::Different),
            (&[&["Paris", "3"]], false, Likeness::Different),
            (&[&["Paris", "3"], &["Paris", "3"]], false, Likeness::Different),
        ] {
            assert_eq!(compare(&rows(answer), &gold, ordered), expected, "{answer:?}");
        }
        assert_eq!(compare(&[], &[], true), Likeness::Same);
        assert_eq!(compare(&[], &gold, true), Likeness::Different);
    }

    #[test]
    fn types_of_different_databases_compare() {
        for (one, other) in [
            (Value::Boolean(true), Value::Integer(1)),
            (Value::Decimal("12.50".to_owned()), Value::Real(12.5)),
            (Value::Date("2026-11-25".to_owned()), Value::Timestamp("2026-11-25 00:00:00".to_owned())),
            (Value::Real(-0.0), Value::Integer(0)),
            (Value::Text("2025".to_owned()), Value::Integer(2025)),
        ] {
            assert_eq!(compare(&[vec![one.clone()]], &[vec![other]], true), Likeness::Same, "{one:?}");
        }
        assert_eq!(compare(&[vec![Value::Null]], &[vec![Value::Text(String::new())]], true), Likeness::Different);
    }
}
