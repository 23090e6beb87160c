//! Messages to stewards in private: what a change of the database broke, and once a week what waits for them.

use std::sync::Arc;

use jiff::civil::{Time, Weekday};
use jiff::{Timestamp, ToSpan as _, Zoned};

use crate::domain::{AuditAction, AuditEvent, AuditStatus, Capability, KeptQuery, Locale, Outgoing, QueryState, User};
use crate::outbox::Platforms;
use crate::outbox::send::Outbox;
use crate::ports::{AuditFilter, AuditLog, Clock, Knowledge, People, StoreError};
use crate::recorder::Recorder;
use crate::settings::Settings;
use crate::stewardship::approving::VerifiedQueries;
use crate::targets::Targets;
use crate::text::text;

/// The day and the time, in the company's zone, from which on the week is told of.
const DAY: Weekday = Weekday::Monday;
const HOUR: Time = Time::constant(9, 0, 0, 0);
/// Names of queries in a message.
const NAMED: usize = 10;

/// Tells stewards what waits for them.
pub(crate) struct StewardNotices {
    pub(crate) audit: Arc<dyn AuditLog>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) knowledge: Arc<dyn Knowledge>,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) people: Arc<dyn People>,
    pub(crate) platforms: Platforms,
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) settings: Arc<Settings>,
    pub(crate) targets: Arc<Targets>,
    pub(crate) verified: Arc<VerifiedQueries>,
}

/// What waits for stewards of one target.
struct TargetNews {
    target: String,
    /// Verified queries that are no longer valid since the steward was told last.
    broken: Vec<KeptQuery>,
    /// Questions without a good answer, and proposals that wait; 0 but once a week.
    questions: u64,
    proposals: u64,
}

impl StewardNotices {
    /// Tells every steward in private what is new since they were told last; says how many were told. That one is told is
    /// recorded first, and by that record nobody is told twice, not even after a restart. One who cannot be reached now is
    /// tried again the next time.
    pub(crate) async fn tell(&self) -> Result<usize, StoreError> {
        let now = self.clock.now();
        let mut told = 0;
        for steward in self.stewards().await? {
            match self.tell_one(&steward, now).await {
                Ok(is_told) => told += usize::from(is_told),
                Err(error) => tracing::warn!(%error, user = steward.username, "steward not told what waits; retrying"),
            }
        }
        Ok(told)
    }

    async fn stewards(&self) -> Result<Vec<User>, StoreError> {
        let may = |user: &User| !user.disabled && self.settings.roles.may(&user.role, Capability::ManageVerified);
        Ok(self.people.users().await?.into_iter().filter(may).collect())
    }

    /// Tells one steward on the first platform where they can be reached and something of it may be shown; false if there is
    /// none, or nothing to tell.
    async fn tell_one(&self, steward: &User, now: Timestamp) -> Result<bool, StoreError> {
        let action = Some(AuditAction::StewardsTold);
        let filter = AuditFilter { action, user: Some(steward.id), ..AuditFilter::default() };
        let last = self.audit.tail(&filter, 1).await?.pop().map(|entry| entry.event.at);
        let news = self.news(steward, last, now).await?;
        for link in self.people.links(steward.id).await? {
            let Some(platform) = self.platforms.get(&link.actor.platform) else { continue };
            let shown = |of: &&TargetNews| self.targets.is_shown_on(&of.target, &link.actor.platform);
            let shown: Vec<&TargetNews> = news.iter().filter(shown).collect();
            let words = words(&shown, steward.locale, platform.capabilities().command_prefix);
            if words.is_empty() {
                continue;
            }
            let Ok(place) = platform.open_dm(&link.actor).await else { continue };
            let event = AuditEvent::new(now, AuditAction::StewardsTold, AuditStatus::Ok);
            let (user, platform_name) = (Some(steward.id), Some(link.actor.platform.0.clone()));
            let detail = Some(words.clone());
            self.recorder.append(AuditEvent { user, platform: platform_name, detail, ..event }).await?;
            return Ok(self.outbox.send(&**platform, &place, &Outgoing::text(words)).await);
        }
        Ok(false)
    }

    /// What is new for a steward since they were told `last`, of each target. Queries that read something closed to them
    /// are left out.
    async fn news(
        &self,
        steward: &User,
        last: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Vec<TargetNews>, StoreError> {
        let is_new = |at: Timestamp| last.is_none_or(|last| at > last);
        let week = last_occurrence(&now.to_zoned(self.settings.zone.clone())).is_some_and(is_new);
        let mut news = Vec::new();
        for target in self.targets.all.keys() {
            let kept = self.knowledge.kept_verified(target).await?;
            let is_broken = |kept: &&KeptQuery| kept.fault.as_ref().is_some_and(|fault| is_new(fault.since));
            let broken: Vec<KeptQuery> = kept.iter().filter(is_broken).cloned().collect();
            let (mut questions, mut proposals) = (0, 0);
            if week {
                proposals = kept.iter().filter(|kept| kept.state == QueryState::Proposed).count() as u64;
                questions = self.knowledge.open_reviews(target).await?.len() as u64;
            }
            let broken = self.verified.readable(steward, &broken).await.into_iter().cloned().collect();
            news.push(TargetNews { target: target.clone(), broken, questions, proposals });
        }
        Ok(news)
    }
}

/// The lines of a message; none if nothing is to be told.
fn words(news: &[&TargetNews], locale: Locale, prefix: &str) -> String {
    let mut lines = Vec::new();
    let broken: Vec<&str> = news.iter().flat_map(|of| &of.broken).map(|kept| kept.query.id.as_str()).collect();
    if !broken.is_empty() {
        let more = if broken.len() > NAMED { ", …" } else { "" };
        let names = broken.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
        lines.push(text("notice-broken").count("count", broken.len() as u64).with("names", names + more));
    }
    let questions: u64 = news.iter().map(|of| of.questions).sum();
    if questions > 0 {
        lines.push(text("notice-questions").count("count", questions));
    }
    let proposals: u64 = news.iter().map(|of| of.proposals).sum();
    if proposals > 0 {
        lines.push(text("notice-proposals").count("count", proposals));
    }
    lines.into_iter().map(|line| line.with("prefix", prefix).render(locale)).collect::<Vec<_>>().join("\n")
}

/// The last time until now at which the week was told of; none at the ends of the calendar.
fn last_occurrence(now: &Zoned) -> Option<Timestamp> {
    let day = now.checked_sub(i64::from(now.weekday().since(DAY)).days()).ok()?;
    let at = day.with().time(HOUR).build().ok()?;
    let at = if at <= *now { at } else { at.checked_sub(7.days()).ok()? };
    Some(at.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_week_is_told_of_on_monday_morning() {
        for (now, expected) in [
            ("2026-11-25T10:00:00[Europe/Paris]", "2026-11-23T08:00:00Z"),
            ("2026-11-23T09:00:00[Europe/Paris]", "2026-11-23T08:00:00Z"),
            ("2026-11-23T08:59:59[Europe/Paris]", "2026-11-16T08:00:00Z"),
            ("2026-11-22T23:00:00[Europe/Paris]", "2026-11-16T08:00:00Z"),
            ("2026-03-30T12:00:00[Europe/Paris]", "2026-03-30T07:00:00Z"),
        ] {
            let now: Zoned = now.parse().unwrap();
            assert_eq!(last_occurrence(&now), Some(expected.parse().unwrap()), "{now}");
        }
    }
}
