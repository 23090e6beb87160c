//! What is wrong with a request that could not be read, in words for its caller instead of the deserializer's.

use axum::http::StatusCode;
use pstral_core::egress::fit;
use pstral_core::text::{Text, text};

use super::problem::Problem;

/// How serde begins what it says of a member (<https://docs.rs/serde/latest/serde/de/trait.Error.html>).
const FAULTS: [&str; 7] = [
    "missing field `",
    "unknown field `",
    "duplicate field `",
    "unknown variant `",
    "invalid type: ",
    "invalid value: ",
    "invalid length ",
];

/// Characters of a member's name that are repeated.
const LONGEST: usize = 80;

/// The problem of a member that is missing, unknown or of the wrong kind, from what axum says of it:
/// `Failed to deserialize the JSON body into the target type: rows[0]: missing field `expect` at line 1 column 9`.
pub(super) fn member_error(status: StatusCode, said: &str) -> Problem {
    let said = ["target type: ", "query string: "].iter().find_map(|begin| Some(said.split_once(begin)?.1));
    let said = said.unwrap_or_default();
    let begin = FAULTS.iter().filter_map(|fault| said.find(fault)).min();
    let (path, fault) = match begin {
        Some(at) => (said[..at].trim_end_matches(": "), &said[at..]),
        None => said.split_once(": ").unwrap_or_default(),
    };
    let mut quoted = fault.split('`').skip(1).step_by(2);
    let named = if begin.is_some() { quoted.next().unwrap_or_default() } else { "" };
    let allowed = quoted.collect::<Vec<_>>().join(", ");
    let member = |name: &str| {
        let member = match path {
            "" => name.to_owned(),
            path if path == name || path.ends_with(&format!(".{name}")) => path.to_owned(),
            path => format!("{path}.{name}"),
        };
        fit(&member, LONGEST)
    };
    let sentence = if fault.starts_with("missing field") {
        text("api-missing").with("member", member(named))
    } else if fault.starts_with("unknown field") {
        text("api-unknown").with("member", member(named)).with("allowed", allowed)
    } else if fault.starts_with("unknown variant") {
        text("api-invalid").with("field", fit(path, LONGEST)).with("allowed", allowed)
    } else if fault.starts_with("duplicate field") {
        text("api-twice").with("member", member(named))
    } else if path.is_empty() {
        text("api-object")
    } else {
        of_kind(fit(path, LONGEST), fault)
    };
    Problem::new(status, sentence)
}

/// The sentence on a member of the wrong kind, with the one that it should have.
fn of_kind(member: String, fault: &str) -> Text {
    let expected = fault.rsplit_once("expected ").map_or("", |(_, expected)| expected);
    let expected = expected.split(" at line ").next().unwrap_or_default();
    let kind = match expected {
        "a string" | "string" => text("api-kind-text"),
        "a boolean" => text("api-kind-boolean"),
        "a sequence" => text("api-kind-list"),
        unsigned if unsigned.strip_prefix('u').is_some_and(|bits| bits.parse::<u8>().is_ok()) => text("api-kind-count"),
        signed if signed.strip_prefix('i').is_some_and(|bits| bits.parse::<u8>().is_ok()) => text("api-kind-number"),
        object if object.starts_with("struct ") || object == "a map" => text("api-kind-object"),
        _ => return text("api-value").with("member", member),
    };
    text("api-kind").with("member", member).said("kind", kind)
}

/// The problem of a request that is not of a form in which it can be read at all.
pub(super) fn unreadable(status: StatusCode, said: &str) -> Problem {
    let sentence = match status {
        StatusCode::PAYLOAD_TOO_LARGE => text("api-too-large"),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => text("api-no-json-type"),
        _ => match said.rsplit_once(" at line ").and_then(|(_, place)| place.split_once(" column ")) {
            Some((line, column)) => text("api-no-json").with("line", line).with("column", column),
            None => text("api-unreadable"),
        },
    };
    Problem::new(status, sentence)
}

#[cfg(test)]
mod tests {
    use axum::body::Body as HttpBody;
    use axum::extract::{FromRequest as _, FromRequestParts as _, Request};
    use pstral_core::domain::Locale;
    use serde::Deserialize;

    use super::super::problem::{Body, QueryString};

    #[expect(dead_code, reason = "only read")]
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        name: String,
        days: Option<u64>,
        rows: Option<Vec<Inner>>,
        yes: Option<bool>,
    }

    #[expect(dead_code, reason = "only read")]
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        target: String,
        kind: Option<Kind>,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Kind {
        Ask,
        Read,
    }

    async fn of_body(body: &str) -> String {
        let request = Request::builder().header("content-type", "application/json");
        let request = request.body(HttpBody::from(body.to_owned())).unwrap();
        let problem = Body::<Given>::from_request(request, &()).await.map(drop).unwrap_err();
        format!("{} {}", problem.status.as_u16(), problem.detail.render(Locale::En))
    }

    #[tokio::test]
    async fn a_body_is_told_by_its_member_and_never_by_our_types() {
        for (body, told) in [
            ("{\"name\":", "400 The body is not valid JSON at line 1, column 8. Correct it, then send it again."),
            ("[\"x\"]", "422 The body must be a JSON object. Correct it, then send it again."),
            ("7", "422 The body must be a JSON object. Correct it, then send it again."),
            ("{}", "422 “name” is missing. Add it, then send the request again."),
            ("{\"name\":1}", "422 “name” must be a string. Correct it, then send the request again."),
            (
                "{\"name\":\"x\",\"days\":-1}",
                "422 “days” must be a whole number, 0 or more. Correct it, then send the request again.",
            ),
            ("{\"name\":\"x\",\"rows\":{}}", "422 “rows” must be a list. Correct it, then send the request again."),
            (
                "{\"name\":\"x\",\"yes\":\"no\"}",
                "422 “yes” must be true or false. Correct it, then send the request again.",
            ),
            (
                "{\"name\":\"x\",\"rows\":[7]}",
                "422 “rows[0]” must be an object. Correct it, then send the request again.",
            ),
            ("{\"name\":\"x\",\"rows\":[{}]}", "422 “rows[0].target” is missing. Add it, then send the request again."),
            (
                "{\"name\":\"x\",\"rows\":[{\"target\":\"crm\",\"kind\":\"x\"}]}",
                "422 rows[0].kind is not valid here. Allowed: ask, read.",
            ),
            ("{\"name\":\"x\",\"nam\":1}", "422 “nam” is not known here. Allowed: name, days, rows, yes."),
            (
                "{\"name\":\"x\",\"rows\":[{\"target\":\"crm\",\"tabel\":1}]}",
                "422 “rows[0].tabel” is not known here. Allowed: target, kind.",
            ),
            ("{\"name\":\"x\",\"name\":\"y\"}", "422 “name” is given twice. Give it once."),
        ] {
            assert_eq!(of_body(body).await, told, "{body}");
        }
    }

    #[tokio::test]
    async fn a_query_string_is_told_by_its_member() {
        for (query, told) in [
            ("", "400 “name” is missing. Add it, then send the request again."),
            ("name=x&nam=1", "400 “nam” is not known here. Allowed: name, days, rows, yes."),
            (
                "name=x&days=x",
                "400 The value of “days” is not valid. Correct it, then send the request again: docs/api.md says what it may be.",
            ),
        ] {
            let (mut parts, ()) = Request::builder().uri(format!("/?{query}")).body(()).unwrap().into_parts();
            let problem = QueryString::<Given>::from_request_parts(&mut parts, &()).await.map(drop).unwrap_err();
            assert_eq!(format!("{} {}", problem.status.as_u16(), problem.detail.render(Locale::En)), told, "{query}");
        }
    }
}
