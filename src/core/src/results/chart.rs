//! Decides whether a result can be drawn as a chart, and of which kind.

use jiff::Timestamp;

use super::cell::Cell;
pub use crate::domain::{Chart, Series, Shape};
use crate::domain::{Column, ColumnKind, Locale, Row, Value};

/// Rows of a chart: one is a number, and more than these no picture of this size shows apart.
const ROWS: std::ops::RangeInclusive<usize> = 2..=200;
/// Columns of numbers at most.
const SERIES: usize = 3;
/// The longest label, in terminal columns.
const LABEL: usize = 60;
/// Whole numbers that people read as years.
const YEARS: std::ops::RangeInclusive<i64> = 1900..=2100;

impl Chart {
    /// Rows beyond which there is no chart.
    pub const MOST_ROWS: usize = *ROWS.end();

    /// Checks whether such columns may become a chart, before the rows are known.
    pub fn may_be(columns: &[Column]) -> bool {
        let numbers = columns.iter().filter(|column| column.kind == ColumnKind::Number).count();
        match columns.len() - numbers {
            // The first may hold years.
            0 => (2..=SERIES + 1).contains(&numbers),
            1 => (1..=SERIES).contains(&numbers) && columns.iter().all(|column| column.kind != ColumnKind::Bytes),
            _ => false,
        }
    }

    /// The chart of a whole result of one column of categories or moments and one to three of numbers; `None` where it
    /// is no such result. `rows` must be all of them.
    pub fn of(columns: &[Column], rows: &[Row], locale: Locale) -> Option<Self> {
        if !Self::may_be(columns) || !ROWS.contains(&rows.len()) {
            return None;
        }
        let axis = columns.iter().position(|column| column.kind != ColumnKind::Number).unwrap_or(0);
        if columns[axis].kind == ColumnKind::Number && !rows.iter().all(|row| is_year(row.get(axis))) {
            return None;
        }
        let mut rows: Vec<&Row> = rows.iter().collect();
        let shape = in_time(&mut rows, axis);
        let labels = rows.iter().map(|row| row.get(axis).map(|value| label(value, locale))).collect::<Option<_>>()?;
        let numbers = columns.iter().enumerate().filter(|(at, _)| *at != axis);
        let series: Vec<Series> = numbers.map(|(at, column)| series(at, column, &rows)).collect::<Option<_>>()?;
        let names = series.iter().map(|series| series.name.as_str()).collect::<Vec<_>>().join(", ");
        let title = format!("{names} · {}", Cell::from_text(&columns[axis].name, LABEL).text);
        Some(Self { title, note: None, shape, labels, series })
    }
}

/// The numbers of a column; `None` where something else stands among them or there are none.
fn series(at: usize, column: &Column, rows: &[&Row]) -> Option<Series> {
    let values: Vec<Option<f64>> = rows.iter().map(|row| row.get(at).and_then(number)).collect::<Option<_>>()?;
    let name = Cell::from_text(&column.name, LABEL).text;
    values.iter().any(Option::is_some).then_some(Series { name, values })
}

/// A number as a picture needs it: `Some(None)` is no value, `None` no number.
#[expect(clippy::option_option, reason = "one says that the cell is empty, the other that it is something else")]
fn number(value: &Value) -> Option<Option<f64>> {
    if matches!(value, Value::Null) {
        return Some(None);
    }
    value.as_f64().map(|number| number.is_finite().then_some(number))
}

fn label(value: &Value, locale: Locale) -> String {
    Cell::of(value, locale, false, LABEL).text
}

/// Sorts by time where every label is a moment of its own, and says how that is drawn.
fn in_time(rows: &mut [&Row], axis: usize) -> Shape {
    let moment = |row: &Row| row.get(axis).and_then(moment);
    let Some(mut moments) = rows.iter().map(|row| moment(row)).collect::<Option<Vec<String>>>() else {
        return Shape::Bars;
    };
    moments.sort_unstable();
    moments.dedup();
    let alike = moments.windows(2).all(|pair| pair[0].len() == pair[1].len());
    if moments.len() < rows.len() || !alike {
        return Shape::Bars;
    }
    rows.sort_by_cached_key(|row| moment(row));
    Shape::Line
}

/// A moment as a text that sorts as time does: a date, a time, a year, or a text such as `2026-11` or `2026-Q4`.
fn moment(value: &Value) -> Option<String> {
    match value {
        // An hour comes twice where summer time ends: what has an offset is compared by it.
        Value::Timestamp(text) if let Ok(instant) = text.parse::<Timestamp>() => {
            Some(instant.strftime("%Y-%m-%dT%H:%M:%S%.9fZ").to_string())
        }
        Value::Date(text) | Value::Timestamp(text) => Some(text.clone()),
        Value::Integer(year) if YEARS.contains(year) => Some(year.to_string()),
        Value::Text(text) if is_period(text) => Some(text.clone()),
        _ => None,
    }
}

fn is_year(value: Option<&Value>) -> bool {
    matches!(value, Some(Value::Integer(year)) if YEARS.contains(year))
}

/// `YYYY`, `YYYY-MM`, `YYYY-MM-DD`, `YYYY-Qn`, `YYYY-Tn` or `YYYY-Wnn`.
fn is_period(text: &str) -> bool {
    let digits = |part: &str, of: &[usize]| of.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    let mut parts = text.split('-');
    let year = parts.next().is_some_and(|year| digits(year, &[4]));
    let part = parts.next().is_none_or(|part| digits(part.strip_prefix(['Q', 'T', 'W', 'S']).unwrap_or(part), &[1, 2]));
    let day = parts.next().is_none_or(|day| digits(day, &[2]));
    year && part && day && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(kinds: &[ColumnKind]) -> Vec<Column> {
        let named = |(at, kind): (usize, &ColumnKind)| Column { name: format!("c{at}"), kind: *kind };
        kinds.iter().enumerate().map(named).collect()
    }

    fn words(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    fn day(text: &str) -> Value {
        Value::Date(text.to_owned())
    }

    const TEXT: ColumnKind = ColumnKind::Text;
    const NUMBER: ColumnKind = ColumnKind::Number;

    #[test]
    fn only_a_category_and_numbers_are_a_chart() {
        let two = |first: Value, second: Value| vec![vec![first, Value::Integer(1)], vec![second, Value::Integer(2)]];
        for (kinds, rows, expected) in [
            (&[TEXT, NUMBER][..], two(words("a"), words("b")), Some(Shape::Bars)),
            (&[TEXT, NUMBER], two(words("2026-02"), words("2026-01")), Some(Shape::Line)),
            (&[TEXT, NUMBER], two(words("2026-02"), words("other")), Some(Shape::Bars)),
            (&[ColumnKind::Date, NUMBER], two(day("2026-02-01"), day("2026-01-01")), Some(Shape::Line)),
            (&[ColumnKind::Date, NUMBER], two(day("2026-02-01"), day("2026-02-01")), Some(Shape::Bars)),
            (&[ColumnKind::Date, NUMBER], two(day("2026-02-01"), Value::Null), Some(Shape::Bars)),
            (&[NUMBER, NUMBER], two(Value::Integer(2025), Value::Integer(2026)), Some(Shape::Line)),
            (&[NUMBER, NUMBER], two(Value::Integer(7), Value::Integer(8)), None),
            (&[TEXT, TEXT], two(words("a"), words("b")), None),
            (&[ColumnKind::Bytes, NUMBER], two(Value::Bytes(vec![1]), Value::Null), None),
            (&[TEXT, NUMBER], vec![vec![words("a"), Value::Integer(1)]], None),
            (&[TEXT, NUMBER], vec![vec![words("a"), Value::Null], vec![words("b"), Value::Real(f64::NAN)]], None),
            (&[TEXT, NUMBER], vec![vec![words("a"), words("x")], vec![words("b"), Value::Integer(1)]], None),
            (&[NUMBER; 5], vec![vec![Value::Integer(2000); 5]; 3], None),
        ] {
            let chart = Chart::of(&columns(kinds), &rows, Locale::Fr);
            assert_eq!(chart.map(|chart| chart.shape), expected, "{kinds:?} {rows:?}");
        }
        let rows = |count: i64| (0..count).map(|n| vec![words("x"), Value::Integer(n)]).collect::<Vec<_>>();
        for (count, expected) in [(1, false), (2, true), (200, true), (201, false)] {
            assert_eq!(Chart::of(&columns(&[TEXT, NUMBER]), &rows(count), Locale::Fr).is_some(), expected, "{count}");
        }
    }

    #[test]
    fn moments_stand_in_their_order_and_empty_cells_stay_empty() {
        let rows = vec![
            vec![Value::Decimal("3.5".to_owned()), day("2026-03-01"), Value::Null],
            vec![Value::Integer(-1), day("2026-01-01"), Value::Real(0.5)],
        ];
        let chart = Chart::of(&columns(&[NUMBER, ColumnKind::Date, NUMBER]), &rows, Locale::En).unwrap();
        assert_eq!(chart.labels, ["2026-01-01", "2026-03-01"]);
        assert_eq!(chart.series[0], Series { name: "c0".to_owned(), values: vec![Some(-1.0), Some(3.5)] });
        assert_eq!(chart.series[1].values, [Some(0.5), None]);
    }
}
