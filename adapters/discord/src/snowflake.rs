//! Snowflakes, the ids of Discord, which contain a timestamp
//! (<https://discord.com/developers/docs/reference#snowflakes>).

use std::time::Duration;

use jiff::Timestamp;

/// The epoch of snowflakes, in milliseconds of Unix time.
const EPOCH: i64 = 1_420_070_400_000;

/// Returns the time at which a snowflake was created.
pub(crate) fn moment(id: u64) -> Timestamp {
    let millis = i64::try_from(id >> 22).unwrap_or_default().saturating_add(EPOCH);
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Returns the smallest snowflake of that long ago.
pub(crate) fn id_of(ago: Duration) -> u64 {
    let now = Timestamp::now().as_millisecond().saturating_sub(EPOCH);
    let then = now.saturating_sub(i64::try_from(ago.as_millis()).unwrap_or(i64::MAX));
    u64::try_from(then).unwrap_or_default() << 22
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_tell_the_time() {
        // The example of Discord's own documentation.
        assert_eq!(moment(175_928_847_299_117_063).to_string(), "2016-04-30T11:18:25.796Z");
        let before = moment(id_of(Duration::from_mins(5)));
        let minutes = Timestamp::now().duration_since(before).as_secs();
        assert!((299..=301).contains(&minutes));
        assert_eq!(moment(u64::MAX).to_string(), "2154-05-15T07:35:11.103Z");
    }
}
