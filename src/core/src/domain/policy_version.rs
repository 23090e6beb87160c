//! The version of the rules that a statement was offered under.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use super::PlatformName;

/// The version of everything that decides on a statement, and the place whose rules were asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PolicyVersion {
    /// A SHA-256 in hexadecimal digits; empty in proposals of releases that kept none.
    pub rules: String,
    /// The place that decided, by its platform and its [path](super::Place::path): the conversation may go on elsewhere. `None` in
    /// proposals of releases that kept none.
    pub place: Option<(PlatformName, String)>,
}

/// `<rules> ["platform","id"]`, as the state database keeps it.
impl fmt::Display for PolicyVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rules)?;
        match &self.place {
            Some((platform, id)) => write!(f, " {}", serde_json::json!([platform.0, id])),
            None => Ok(()),
        }
    }
}

impl FromStr for PolicyVersion {
    type Err = Infallible;

    fn from_str(kept: &str) -> Result<Self, Infallible> {
        let place = |place| serde_json::from_str::<(String, String)>(place).ok();
        let with_place = kept.split_once(' ').and_then(|(rules, rest)| Some((rules, place(rest)?)));
        Ok(match with_place {
            Some((rules, (platform, id))) => {
                Self { rules: rules.to_owned(), place: Some((PlatformName(platform), id)) }
            }
            None => Self { rules: kept.to_owned(), place: None },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_again() {
        let place = |id: &str| Some((PlatformName("matrix".to_owned()), id.to_owned()));
        for (kept, rules, place) in [
            ("", "", None),
            ("00ff", "00ff", None),
            (r#"00ff ["matrix","!a \" b:hs"]"#, "00ff", place("!a \" b:hs")),
            ("the rules of then", "the rules of then", None),
        ] {
            let version = kept.parse::<PolicyVersion>().unwrap();
            assert_eq!((version.rules.as_str(), &version.place), (rules, &place), "{kept}");
            assert_eq!(version.to_string(), kept);
        }
    }
}
