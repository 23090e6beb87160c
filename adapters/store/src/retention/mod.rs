//! Retention: pruning expired data, erasing the data of one person, and exporting it for them.
//!
//! Each deletion is recorded first, then made in small transactions: others can write between them, and a program that
//! is killed leaves a valid state. The next run continues.
//!
//! The caller gives the log in which it is recorded, so that a program that counts failed records counts these too.

mod chains;
mod due;
mod erase;
mod part;
mod prune;
mod seal;
mod user_export;

use jiff::Timestamp;
use pstral_core::domain::{AuditAction, AuditEvent, AuditStatus, Covers};

pub use due::{ExpiryLimits, Pruning, PruningClass};
pub use erase::Erasure;
pub use prune::Sign;

/// Rows that one transaction deletes or seals.
const AT_ONCE: u32 = 200;

/// The advisory lock of a PostgreSQL database that serializes sealing and pruning. The number is arbitrary.
const KEEPING_LOCK: i64 = 0x7073_7472_616c_0003;

/// An event of somebody who seals or prunes: `by` is the platform, and nothing for the program itself.
fn event(now: Timestamp, action: AuditAction, by: Option<&str>, covers: Option<&Covers>) -> AuditEvent {
    AuditEvent {
        platform: by.map(str::to_owned),
        covers: covers.map(Covers::to_json),
        ..AuditEvent::new(now, action, AuditStatus::Ok)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{erase, user_export};
    use crate::transfer::TABLES;

    /// The tables that an erasure does not delete from: they have no personal data, or are sealed or pseudonymized
    /// instead.
    const NOT_REMOVED: [&str; 7] =
        ["users", "user_numbers", "audit_events", "audit_checkpoints", "audit_heads", "audit_relations", "catalogs"];
    /// The tables that a person's export does not list as rows: they have no personal data, or appear in it in another
    /// form.
    const NOT_LISTED: [&str; 7] = NOT_REMOVED;

    #[test]
    fn of_every_table_it_is_known_what_becomes_of_a_persons_rows() {
        // A backup leaves sign-ins out; a person's go and are handed out all the same.
        let all: BTreeSet<&str> = TABLES.into_iter().chain(["sign_ins"]).collect();
        let removed: BTreeSet<&str> = erase::USER_ROWS.iter().map(|part| part.table).chain(NOT_REMOVED).collect();
        assert_eq!(removed, all);
        let listed: BTreeSet<&str> = user_export::LISTS.iter().map(|(name, _)| *name).chain(NOT_LISTED).collect();
        let more: Vec<_> = listed.difference(&all).copied().collect();
        assert_eq!(more, ["agreements"]);
        assert_eq!(all.difference(&listed).count(), 0);
    }
}
