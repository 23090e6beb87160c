//! A year of a busy company, event by event: the same for the same number.

use jiff::Timestamp;
use pstral_core::domain::{AuditAction, AuditDelivery, AuditEvent, AuditStatus, AuditVerdict, UserId, sha256};

/// The time of the first event, in milliseconds of Unix time.
pub(crate) const BEGUN: i64 = 1_767_225_600_000;
/// Milliseconds from one to the next.
pub(crate) const APART: i64 = 6_000;

const WAY: [AuditAction; 5] =
    [AuditAction::Question, AuditAction::Answer, AuditAction::Proposal, AuditAction::Execution, AuditAction::Result];

/// The event of a number: every five are a question and what becomes of it.
pub(crate) fn event(number: u64) -> AuditEvent {
    let question = number / 5;
    let chance = scattered(question);
    let at = BEGUN + i64::try_from(number).unwrap_or(i64::MAX / APART / 2) * APART;
    let at = Timestamp::from_millisecond(at).unwrap();
    // A few ask most of the questions.
    let user = i64::try_from((chance % 200) * (chance / 200 % 200) / 200).unwrap() + 1;
    let action =
        if chance.is_multiple_of(1000) { AuditAction::Login } else { WAY[usize::try_from(number % 5).unwrap()] };
    let status = match chance % 97 {
        0 | 1 => AuditStatus::Refused,
        2 => AuditStatus::Failed,
        _ => AuditStatus::Ok,
    };
    let mut event = AuditEvent::new(at, action, status);
    event.platform =
        Some(["matrix", "discord", "web", "terminal"][usize::try_from(chance % 31 / 10).unwrap()].to_owned());
    event.actor = Some(format!("@person-{user}:example.org"));
    event.user = Some(UserId(user));
    event.place = Some(format!("!room-{}:example.org", chance % 50));
    event.conversation = i64::try_from(question / 10).ok();
    match action {
        AuditAction::Question => event.detail = Some(format!("How many clients have we in town {}?", chance % 5000)),
        AuditAction::Answer => {
            event.model = Some("qwen2.5-coder:3b".to_owned());
            event.prompt_hash = Some(sha256("prompt"));
            event.duration_ms = Some(4200);
            event.detail = Some(format!("Here is what you want. {}", "It is quite simple. ".repeat(6)));
        }
        _ => statement(&mut event, chance),
    }
    event
}

fn statement(event: &mut AuditEvent, chance: u64) {
    let relation = chance % 40 * (chance / 40 % 40) / 40;
    let statement = format!(
        "SELECT\n  count(c.id) AS client_count\nFROM\n  table_{relation} c\nWHERE\n  c.city = 'Town {}'\nLIMIT 100",
        chance % 5000
    );
    event.target = Some(["crm", "erp", "stock"][usize::try_from(chance % 11 / 5).unwrap()].to_owned());
    event.relations = Some(format!("table_{relation}"));
    event.statement_hash = Some(sha256(&statement));
    event.statement = Some(statement);
    event.verdict = Some(AuditVerdict::Allow);
    event.proposal = Some(format!("{chance:032x}"));
    event.cost = Some(120);
    if event.action == AuditAction::Result {
        event.rows = Some(17);
        event.duration_ms = Some(35);
        event.delivery = Some(AuditDelivery::Here);
    }
}

/// A number that looks like chance (splitmix64, <https://prng.di.unimi.it/splitmix64.c>).
pub(crate) fn scattered(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
