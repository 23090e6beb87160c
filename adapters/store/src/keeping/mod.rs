//! What does not stay for ever: of everybody, what has had its time; of one person, what they ask to be forgotten. And
//! what a person is handed of theirs.
//!
//! Whatever goes is recorded first, and goes in small transactions: others write between them, and a program that is
//! killed leaves a state that holds. Who comes again goes on.

mod chains;
mod due;
mod erase;
mod hand_over;
mod part;
mod prune;
mod seal;

use jiff::Timestamp;
use pstral_core::domain::{AuditAction, AuditEvent, AuditStatus, Covers};

pub use due::{Due, Pruning, PruningClass};
pub use erase::Erasure;
pub use prune::Sign;

/// Rows that one transaction takes away.
const AT_ONCE: u32 = 200;

/// Whoever holds this lock of a PostgreSQL database is the only one to seal or prune the audit. The number means nothing.
const KEEPING_LOCK: i64 = 0x7073_7472_616c_0003;

/// An event of somebody who seals or prunes: `by` is the platform, and nothing for the program itself.
fn event(now: Timestamp, action: AuditAction, by: Option<&str>, covers: Option<&Covers>) -> AuditEvent {
    AuditEvent {
        platform: by.map(str::to_owned),
        covers: covers.map(Covers::to_json),
        ..AuditEvent::new(now, action, AuditStatus::Ok)
    }
}
