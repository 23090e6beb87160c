//! The time to read a page of fifty entries, for each kind of filter.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use pstral_core::domain::{AuditAction, AuditStatus, UserId};
use pstral_core::ports::{AuditFilter, AuditLog as _, AuditMark, Towards};
use pstral_store::Store;

use crate::events::scattered;

/// Pages of each kind: from the newest on, and from moments all over the log.
const PAGES: u64 = 100;

/// Prints what each kind takes.
pub(crate) async fn measure(store: &Store) {
    let newest = store.tail(&AuditFilter::default(), 1).await.unwrap().remove(0).event.at;
    let oldest = store.page(&AuditFilter::default(), None, Towards::Newer, 1).await.unwrap().entries.remove(0).event.at;
    let mut all = Vec::new();
    for (name, filter) in kinds(oldest, newest) {
        let (mut took, mut found) = (Vec::new(), 0);
        for turn in 0..PAGES {
            let from = (turn % 4 != 0).then(|| AuditMark { at: moment(oldest, newest, turn), position: i64::MAX });
            let one = Instant::now();
            found += store.page(&filter, from, Towards::Older, 50).await.unwrap().entries.len();
            took.push(one.elapsed());
        }
        took.sort();
        println!("page by {name}: {}, {} found", quantiles(&took), found / usize::try_from(PAGES).unwrap());
        all.extend(took);
    }
    all.sort();
    println!("pages of every kind: {}", quantiles(&all));
}

fn moment(oldest: Timestamp, newest: Timestamp, turn: u64) -> Timestamp {
    let span = u64::try_from(newest.as_millisecond() - oldest.as_millisecond()).unwrap();
    let after = i64::try_from(scattered(turn) % span.max(1)).unwrap();
    Timestamp::from_millisecond(oldest.as_millisecond() + after).unwrap()
}

fn kinds(oldest: Timestamp, newest: Timestamp) -> Vec<(&'static str, AuditFilter)> {
    let all = AuditFilter::default;
    let some = |word: &str| Some(word.to_owned());
    let middle = moment(oldest, newest, 7);
    let (often, seldom) = (Some(UserId(1)), Some(UserId(190)));
    let (execution, login) = (Some(AuditAction::Execution), Some(AuditAction::Login));
    let (refused, failed) = (Some(AuditStatus::Refused), Some(AuditStatus::Failed));
    let day = SignedDuration::from_hours(24);
    vec![
        ("nothing", all()),
        ("since", AuditFilter { since: Some(middle), ..all() }),
        ("until", AuditFilter { until: Some(middle), ..all() }),
        ("a day", AuditFilter { since: Some(middle), until: Some(middle + day), ..all() }),
        ("user, often", AuditFilter { user: often, ..all() }),
        ("user, seldom", AuditFilter { user: seldom, ..all() }),
        ("platform, often", AuditFilter { platform: some("matrix"), ..all() }),
        ("platform, seldom", AuditFilter { platform: some("terminal"), ..all() }),
        ("action, often", AuditFilter { action: execution, ..all() }),
        ("action, seldom", AuditFilter { action: login, ..all() }),
        ("action, never", AuditFilter { action: Some(AuditAction::Backup), ..all() }),
        ("target", AuditFilter { target: some("stock"), ..all() }),
        ("relation, often", AuditFilter { relation: some("table_0"), ..all() }),
        ("relation, seldom", AuditFilter { relation: some("table_37"), ..all() }),
        ("status ok", AuditFilter { status: Some(AuditStatus::Ok), ..all() }),
        ("status refused", AuditFilter { status: refused, ..all() }),
        ("status stopped, never", AuditFilter { status: Some(AuditStatus::Stopped), ..all() }),
        ("text, often", AuditFilter { text: some("client_count"), ..all() }),
        ("text, one in 5000", AuditFilter { text: some("Town 4321'"), ..all() }),
        ("text, never, within a day", AuditFilter { text: some("xyzzy"), since: Some(newest - day), ..all() }),
        ("user and action", AuditFilter { user: often, action: execution, ..all() }),
        ("user and rare action", AuditFilter { user: often, action: login, ..all() }),
        ("user and target", AuditFilter { user: seldom, target: some("stock"), ..all() }),
        ("user and relation", AuditFilter { user: seldom, relation: some("table_0"), ..all() }),
        ("user and status", AuditFilter { user: often, status: failed, ..all() }),
        ("target and action", AuditFilter { target: some("stock"), action: execution, ..all() }),
        ("target and status", AuditFilter { target: some("stock"), status: refused, ..all() }),
        ("action and status", AuditFilter { action: execution, status: failed, ..all() }),
        ("relation and action", AuditFilter { relation: some("table_0"), action: execution, ..all() }),
        ("relation and status", AuditFilter { relation: some("table_37"), status: refused, ..all() }),
        ("platform and action", AuditFilter { platform: some("web"), action: execution, ..all() }),
    ]
}

/// The middle, the slowest five in a hundred and the slowest, of times that are sorted.
pub(crate) fn quantiles(took: &[Duration]) -> String {
    let at = |hundredth: usize| took.get((took.len() * hundredth / 100).min(took.len().saturating_sub(1)));
    let at = |hundredth| at(hundredth).copied().unwrap_or_default();
    format!("p50 {:.2?}, p95 {:.2?}, at most {:.2?}", at(50), at(95), at(100))
}
