//! The health of each configured part, as shown by `doctor`, `/readyz` and `/status`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures::future::join_all;
use futures::join;
use pstral_core::domain::{Dialect, Locale, PlatformName};
use pstral_core::ports::{AuditChange, ChatPlatform, Checkup, ModelError, PlatformError, StoreError, TargetError};
pub use pstral_core::ports::{Check, PartState as State};
use pstral_core::targets::Target;
use pstral_core::text::{Text, text};
use pstral_store::Store;
use tokio::task::{JoinError, spawn_blocking};

use crate::audit_heads::HeadDestinations;
use crate::compose::StartError;
use crate::config::WitnessConfig;
use crate::models;
use crate::registry::ModelServers;
use crate::witness::Witness;

/// The time-out for checking a part.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// The parts of a running Pstral whose health can be checked.
pub struct Installation {
    /// The state database.
    pub store: Arc<Store>,
    /// The servers of the model.
    pub models: ModelServers,
    /// The databases that can be asked, by name.
    pub targets: BTreeMap<String, Arc<Target>>,
    /// The chats people write in.
    pub platforms: Vec<Arc<dyn ChatPlatform>>,
    /// The platforms that have ended by themselves.
    pub ended: EndedPlatforms,
    /// Where the signed head of the audit goes.
    pub heads: HeadDestinations,
    /// The logs that this installation is a witness of.
    pub witness: WitnessConfig,
}

/// Platforms that have ended for good while the program goes on: what they can still be asked, such as who they are, says
/// nothing of that.
#[derive(Debug, Clone, Default)]
pub struct EndedPlatforms(Arc<Mutex<BTreeMap<PlatformName, PlatformError>>>);

impl EndedPlatforms {
    /// Records that a platform has ended, with the reason.
    pub(crate) fn note(&self, platform: PlatformName, why: PlatformError) {
        self.locked().insert(platform, why);
    }

    fn why(&self, platform: &PlatformName) -> Option<PlatformError> {
        self.locked().get(platform).cloned()
    }

    fn locked(&self) -> MutexGuard<'_, BTreeMap<PlatformName, PlatformError>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Checkup for Installation {
    async fn checks(&self, locale: Locale) -> Vec<Check> {
        let state = async {
            let remedy = |error: &StoreError| state_remedy(error).render(locale);
            judge("state".to_owned(), State::Failed, locale, self.store.health(), remedy).await
        };
        let models = models::checks(&self.models, locale);
        let targets = self.targets.values().map(async |target| {
            let remedy = |error: &TargetError| target_remedy(error, target).render(locale);
            judge(format!("target {}", target.name), State::Failed, locale, target.port.health(), remedy).await
        });
        let platforms = self.platforms.iter().map(async |platform| {
            let part = format!("platform {}", platform.name());
            if let Some(why) = self.ended.why(&platform.name()) {
                let remedy = text("remedy-platform-ended").render(locale);
                return Check { part, state: State::Failed, fact: why.found().render(locale), remedy };
            }
            let remedy = |_: &_| text("remedy-platform").render(locale);
            judge(part, State::Failed, locale, platform.health(), remedy).await
        });
        let witness = witness(self.witness.clone(), locale);
        let (state, models, targets, platforms, witness) =
            join!(state, models, join_all(targets), join_all(platforms), witness);
        let mut checks: Vec<Check> = [state].into_iter().chain(models).chain(targets).chain(platforms).collect();
        checks.extend(self.heads.checks(locale));
        checks.extend(witness);
        if self.targets.is_empty() {
            checks.push(nothing("targets", "no-target", locale));
        }
        if self.platforms.is_empty() {
            checks.push(nothing("platforms", "remedy-no-platform", locale));
        }
        checks
    }
}

/// Checks what a witness needs to cosign heads, if this installation is one.
async fn witness(config: WitnessConfig, locale: Locale) -> Option<Check> {
    if !config.is_witness() {
        return None;
    }
    let checked = async {
        let records = spawn_blocking(move || Witness::check(&config)).await;
        let broken = |error: JoinError| StartError::new("witness", error.to_string(), text("remedy-witness-key"));
        records.map_err(broken).flatten().map(|records| text("found-witness").count("records", records as u64))
    };
    let remedy = |error: &StartError| error.remedy.render(locale);
    Some(judge("witness".to_owned(), State::Degraded, locale, checked, remedy).await)
}

/// Checks whether some question can be answered: the state works, and neither all targets nor all platforms have
/// failed. If one target of three is down, the program must still serve those who ask the others.
pub fn can_answer(checks: &[Check]) -> bool {
    let works = |kind: &str| {
        let mut of_kind = checks.iter().filter(|check| check.part.split(' ').next() == Some(kind)).peekable();
        of_kind.peek().is_none() || of_kind.any(|check| check.state != State::Failed)
    };
    ["state", "target", "platform"].into_iter().all(works)
}

/// Returns the administrator's remedy for an error of the state database.
pub(crate) fn state_remedy(error: &StoreError) -> Text {
    match error {
        StoreError::Full(_) => text("remedy-state-full"),
        StoreError::Busy(_) => text("remedy-state-busy"),
        StoreError::Corrupt(_) => text("remedy-state-restore"),
        StoreError::AuditChanged(AuditChange::Chain(_)) => text("remedy-audit-changed"),
        StoreError::AuditChanged(AuditChange::KeptHead(_)) => text("remedy-kept-head"),
        StoreError::HeadsUnreadable(_) => text("remedy-kept-heads-unreadable"),
        StoreError::Newer(_) => text("remedy-state-newer"),
        StoreError::Moved(_) => text("remedy-state-moved"),
        StoreError::Superseded(_) => text("remedy-instance-running"),
        _ => text("remedy-state"),
    }
}

/// Returns the administrator's remedy for an error of a target.
pub(crate) fn target_remedy(error: &TargetError, target: &Target) -> Text {
    let remedy = match error {
        TargetError::Busy(_) if target.port.dialect() == Dialect::Sqlite => text("remedy-file-busy"),
        TargetError::Busy(_) => text("remedy-target-busy"),
        TargetError::ClientMissing(_) => text("remedy-client-missing"),
        TargetError::Privileged(_) => text("remedy-privileged"),
        _ if target.port.dialect() == Dialect::Sqlite => text("remedy-target-file"),
        _ => text("remedy-target-server"),
    };
    remedy.with("target", &target.name)
}

/// Describes an error for administrators: the errors' own sentences are for people who asked something.
pub(crate) trait Found {
    /// Returns the description, in a few words.
    fn found(&self) -> Text;
}

fn away(detail: &str) -> Text {
    text("found-away").with("detail", detail)
}

fn fault(error: &impl std::fmt::Display) -> Text {
    text("found-fault").with("detail", error.to_string())
}

impl Found for ModelError {
    fn found(&self) -> Text {
        match self {
            Self::Unavailable(detail) => away(detail),
            Self::ModelMissing { model } => text("found-model-missing").with("model", model.as_str()),
            Self::Forbidden => text("found-forbidden"),
            Self::Outside(detail) => text("found-outside").with("detail", detail),
            Self::Timeout { seconds } => text("no-answer").count("seconds", *seconds),
            other => fault(other),
        }
    }
}

impl Found for TargetError {
    fn found(&self) -> Text {
        match self {
            Self::Unavailable(detail) => away(detail),
            Self::Busy(detail) => text("found-busy").with("detail", detail),
            Self::ClientMissing(detail) => text("found-client-missing").with("detail", detail),
            Self::Privileged(detail) => text("found-privileged").with("detail", detail),
            other => fault(other),
        }
    }
}

impl Found for PlatformError {
    fn found(&self) -> Text {
        match self {
            Self::Unavailable(detail) => away(detail),
            other => fault(other),
        }
    }
}

impl Found for StartError {
    fn found(&self) -> Text {
        self.found.as_deref().cloned().unwrap_or_else(|| fault(&self.fact))
    }
}

impl Found for StoreError {
    fn found(&self) -> Text {
        match self {
            Self::Unavailable(detail) => away(detail),
            Self::Full(_) => text("found-full"),
            Self::Busy(_) => text("found-held"),
            Self::HeadsUnreadable(detail) => fault(detail),
            Self::AuditChanged(AuditChange::Chain(what)) => text("found-audit-changed").said("what", what.clone()),
            Self::AuditChanged(AuditChange::KeptHead(what)) => what.clone(),
            Self::Moved(path) => text("found-moved").with("path", path),
            Self::Superseded(instance) => text("found-instance-running").with("instance", instance),
            other => fault(other),
        }
    }
}

/// Turns the health of a part into a check; `without` is its state if it fails or does not answer in time.
async fn judge<E: Found>(
    part: String,
    without: State,
    locale: Locale,
    health: impl Future<Output = Result<Text, E>>,
    remedy: impl FnOnce(&E) -> String,
) -> Check {
    match tokio::time::timeout(PATIENCE, health).await {
        Ok(Ok(fact)) => Check { part, state: State::Ok, fact: fact.render(locale), remedy: String::new() },
        Ok(Err(error)) => Check { part, state: without, fact: error.found().render(locale), remedy: remedy(&error) },
        Err(_) => {
            let fact = text("no-answer").count("seconds", PATIENCE.as_secs()).render(locale);
            Check { part, state: without, fact, remedy: text("remedy-no-answer").render(locale) }
        }
    }
}

/// A part of which there is none.
fn nothing(part: &str, remedy: &'static str, locale: Locale) -> Check {
    let fact = text("none-configured").render(locale);
    Check { part: part.to_owned(), state: State::Degraded, fact, remedy: text(remedy).render(locale) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_part_of_its_kind_that_works_is_enough() {
        for (parts, expected) in [
            (&[("state", State::Ok), ("model", State::Degraded), ("targets", State::Degraded)][..], true),
            (&[("state", State::Failed), ("target crm", State::Ok)], false),
            (&[("state", State::Ok), ("target crm", State::Failed)], false),
            (&[("state", State::Ok), ("target crm", State::Failed), ("target hr", State::Ok)], true),
            (&[("state", State::Ok), ("platform terminal", State::Failed)], false),
            (&[("state", State::Ok), ("platform terminal", State::Failed), ("platform web", State::Ok)], true),
        ] {
            let check = |(part, state): &(&str, State)| Check {
                part: (*part).to_owned(),
                state: *state,
                fact: String::new(),
                remedy: String::new(),
            };
            assert_eq!(can_answer(&parts.iter().map(check).collect::<Vec<_>>()), expected, "{parts:?}");
        }
    }
}
