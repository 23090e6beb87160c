//! The hash of an entry, computed from the JSON in which the audit is exported.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::Hash;

/// The members that may say something of a person: they are hashed with a salt, so that they can be taken away later.
const PRIVATE: [&str; 7] = ["actor", "detail", "error", "ip", "parameters", "place", "statement"];
/// Members that only the hash has.
const RESERVED: [&str; 2] = ["private", "v"];
/// The members that are not hashed as they are.
const APART: [&str; 3] = ["hash", "salt", "sealed"];

/// An entry's place and hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryHash {
    /// The instance.
    pub instance: String,
    /// The number of the entry.
    pub seq: u64,
    /// The hash that its content gives.
    pub hash: Hash,
}

impl EntryHash {
    /// Computes the hash of an exported entry; `None` if its content does not give the hash that it says.
    pub fn of(entry: &Value) -> Option<Self> {
        let members = entry.as_object().filter(|members| !RESERVED.iter().any(|name| members.contains_key(*name)))?;
        let text = |name: &str| members.get(name).and_then(Value::as_str);
        let is_private = |name: &str| PRIVATE.contains(&name);
        let pick = |wanted: &dyn Fn(&str) -> bool| -> BTreeMap<&str, Value> {
            let picked = members.iter().filter(|(name, _)| wanted(name) && !APART.contains(&name.as_str()));
            picked.map(|(name, value)| (name.as_str(), value.clone())).collect()
        };
        let hashed = match (text("salt"), text("sealed")) {
            (Some(salt), None) => {
                let private = format!("{salt}{}", json(&pick(&is_private))?);
                let mut hashed = pick(&|name| !is_private(name));
                hashed.insert("private", Hash::of(private.as_bytes()).to_string().into());
                hashed.insert("v", 2.into());
                hashed
            }
            (None, Some(digest)) => {
                let mut hashed = pick(&|_| true);
                hashed.insert("private", digest.into());
                hashed.insert("v", 2.into());
                hashed
            }
            // As the first version of the audit hashed it.
            (None, None) => pick(&|_| true),
            (Some(_), Some(_)) => return None,
        };
        let hash = Hash::of(json(&hashed)?.as_bytes());
        let found = Self { instance: text("instance")?.to_owned(), seq: members.get("seq")?.as_u64()?, hash };
        (text("hash")? == hash.to_string()).then_some(found)
    }
}

/// The JSON of RFC 8785: names in order, nothing between; all values are texts and whole numbers.
fn json(members: &BTreeMap<&str, Value>) -> Option<String> {
    serde_json::to_string(members).ok()
}
