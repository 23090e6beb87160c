//! The bot's permissions in a channel, computed as Discord does
//! (<https://discord.com/developers/docs/topics/permissions#permission-overwrites>).

use serde::{Deserialize, Deserializer};

/// The permissions that Pstral needs, with their names in Discord's settings.
pub(crate) const NEEDED: [(u64, &str); 6] = [
    (1 << 10, "View Channels"),
    (1 << 11, "Send Messages"),
    (1 << 15, "Attach Files"),
    (1 << 16, "Read Message History"),
    (1 << 35, "Create Public Threads"),
    (1 << 38, "Send Messages in Threads"),
];

const ADMINISTRATOR: u64 = 1 << 3;
const VIEW: u64 = 1 << 10;

/// Returns the bits of all needed permissions.
pub(crate) fn needed() -> u64 {
    NEEDED.iter().map(|(bit, _)| bit).sum()
}

/// A role of a server and its permissions.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Role {
    pub(crate) id: String,
    #[serde(deserialize_with = "bits")]
    pub(crate) permissions: u64,
}

/// A channel's permission overwrite for a role or a member.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Overwrite {
    pub(crate) id: String,
    #[serde(deserialize_with = "bits")]
    pub(crate) allow: u64,
    #[serde(deserialize_with = "bits")]
    pub(crate) deny: u64,
}

/// Computes the permissions of a member with these roles in a channel with these overwrites.
pub(crate) fn granted(guild: &str, member: &str, own: &[String], roles: &[Role], overwrites: &[Overwrite]) -> u64 {
    // The role of everybody has the id of the server.
    let is_own = |id: &String| id == guild || own.contains(id);
    let base = roles.iter().filter(|role| is_own(&role.id)).fold(0, |bits, role| bits | role.permissions);
    if base & ADMINISTRATOR != 0 {
        return u64::MAX;
    }
    let of = |holds: &dyn Fn(&str) -> bool| {
        let these = overwrites.iter().filter(|overwrite| holds(&overwrite.id));
        these.fold((0, 0), |(allow, deny), one| (allow | one.allow, deny | one.deny))
    };
    let steps =
        [of(&|id| id == guild), of(&|id| id != guild && own.iter().any(|role| role == id)), of(&|id| id == member)];
    let bits = steps.into_iter().fold(base, |bits, (allow, deny)| (bits & !deny) | allow);
    // Of a channel that cannot be seen, nothing else holds.
    if bits & VIEW == 0 { 0 } else { bits }
}

/// Returns the names of the needed permissions that are missing.
pub(crate) fn missing(granted: u64) -> Vec<&'static str> {
    NEEDED.into_iter().filter(|(bit, _)| granted & bit == 0).map(|(_, name)| name).collect()
}

/// Deserializes a permission set, which Discord writes as a decimal string.
fn bits<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_nearer_wins() {
        let role = |id: &str, permissions| Role { id: id.to_owned(), permissions };
        let over = |id: &str, allow, deny| Overwrite { id: id.to_owned(), allow, deny };
        let roles = [role("1", VIEW), role("2", 1 << 11), role("3", ADMINISTRATOR)];
        let of = |own: &[&str], overwrites: &[Overwrite]| {
            let own: Vec<String> = own.iter().map(|&id| id.to_owned()).collect();
            granted("1", "9", &own, &roles, overwrites)
        };
        assert_eq!(of(&["2"], &[]), VIEW | 1 << 11);
        assert_eq!(of(&["2"], &[over("1", 0, 1 << 11)]), VIEW);
        assert_eq!(of(&["2"], &[over("1", 0, 1 << 11), over("2", 1 << 11, 0)]), VIEW | 1 << 11);
        assert_eq!(of(&["2"], &[over("2", 1 << 15, 0), over("9", 0, 1 << 15)]), VIEW | 1 << 11);
        assert_eq!(of(&["2"], &[over("9", 0, VIEW)]), 0, "what cannot be seen cannot be written in");
        assert_eq!(of(&["3"], &[over("1", 0, VIEW)]), u64::MAX);
        assert_eq!(missing(VIEW | 1 << 11 | 1 << 16 | 1 << 35 | 1 << 38), ["Attach Files"]);
        assert!(missing(needed()).is_empty());
    }
}
