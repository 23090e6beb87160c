//! Points in time in the zone of the person who reads them.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::domain::{Column, ColumnKind, Row, Value};

/// Rewrites the instants of rows in a zone, with its offset. What is no instant, such as `infinity`, stays as it is.
pub(crate) fn in_zone(rows: &mut [Row], columns: &[Column], zone: &TimeZone) {
    let instants: Vec<usize> =
        columns.iter().enumerate().filter(|(_, column)| column.kind == ColumnKind::Instant).map(|(at, _)| at).collect();
    for row in rows {
        for at in &instants {
            if let Some(Value::Timestamp(text)) = row.get_mut(*at)
                && let Some(moved) = moved(text, zone)
            {
                *text = moved;
            }
        }
    }
}

/// `2026-11-21 11:00:00+01:00`, with as many digits of a second as before.
fn moved(text: &str, zone: &TimeZone) -> Option<String> {
    let instant: Timestamp = text.parse().ok()?;
    let digits = text.split_once('.').map_or(0, |(_, rest)| rest.bytes().take_while(u8::is_ascii_digit).count());
    let moved = instant.to_zoned(zone.clone());
    let fraction = if digits == 0 { String::new() } else { moved.strftime(&format!("%.{digits}f")).to_string() };
    Some(format!("{}{fraction}{}", moved.strftime("%Y-%m-%d %H:%M:%S"), moved.strftime("%:z")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_told_in_the_zone_of_its_reader() {
        let zone = TimeZone::get("Europe/Paris").unwrap();
        for (text, expected) in [
            ("2026-11-21 10:00:00+00:00", "2026-11-21 11:00:00+01:00"),
            ("2026-07-01 23:30:00.123456-05:00", "2026-07-02 06:30:00.123456+02:00"),
            ("infinity", "infinity"),
            ("2026-11-21 10:00:00", "2026-11-21 10:00:00"),
        ] {
            let columns = [Column { name: "at".to_owned(), kind: ColumnKind::Instant }];
            let mut rows = [vec![Value::Timestamp(text.to_owned())]];
            in_zone(&mut rows, &columns, &zone);
            assert_eq!(rows[0][0], Value::Timestamp(expected.to_owned()), "{text}");
        }
    }
}
