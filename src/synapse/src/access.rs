//! The access log of the server.

use std::time::Duration;

/// A request that was answered. Times are since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The user who asked: `@name:server`.
    pub user: String,
    /// The time of the request.
    pub came: Duration,
    /// The time of the answer.
    pub ended: Duration,
    /// The HTTP status, such as 429.
    pub status: u16,
    /// The request line, such as `PUT /_matrix/client/v3/…`.
    pub line: String,
}

/// A line such as `1700000000.1 127.0.0.1 - 8008 - {@a:x} Processed request: 0.5sec/-0.0sec (…) (…) 2B 200 "PUT /… HTTP/1.1" "…" […]`.
pub(crate) fn read(line: &str) -> Option<Request> {
    let (ended, rest) = line.split_once(' ')?;
    let ended = Duration::try_from_secs_f64(ended.parse().ok()?).ok()?;
    let (_, rest) = rest.split_once('{')?;
    let (user, rest) = rest.split_once('}')?;
    let (took, rest) = rest.split_once("request: ")?.1.split_once("sec")?;
    let took = Duration::try_from_secs_f64(took.parse().ok()?).ok()?;
    let mut quoted = rest.split('"');
    let status = quoted.next()?.split_whitespace().last()?.trim_end_matches('!').parse().ok()?;
    let line = quoted.next()?.to_owned();
    Some(Request { user: user.to_owned(), came: ended.saturating_sub(took), ended, status, line })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read() {
        let line = r#"100.5 127.0.0.1 - 8008 - {@a:x} Processed request: 0.500sec/-0.000sec (0.003sec, 0.000sec) (0.001sec/0.002sec/3) 2B 429 "PUT /send/m.room.message/1 HTTP/1.1" "pstral" [0 dbevts]"#;
        let expected = Request {
            user: "@a:x".to_owned(),
            came: Duration::from_secs(100),
            ended: Duration::from_millis(100_500),
            status: 429,
            line: "PUT /send/m.room.message/1 HTTP/1.1".to_owned(),
        };
        assert_eq!(read(line), Some(expected));
        assert_eq!(read("nothing"), None);
    }
}
