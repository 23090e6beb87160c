//! The names of time zones.

use jiff::tz::TimeZone;

/// A time zone's name.
pub(crate) fn zone_name(zone: &TimeZone) -> &str {
    zone.iana_name().unwrap_or("UTC")
}
