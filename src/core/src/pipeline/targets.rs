//! Which target a question is about, and what that holds.

use std::sync::Arc;

use super::asker::Asker;
use super::{Parts, Pipeline, PipelineError, Reading, Refreshed, Schemas, Target, Why};
use crate::attached::own_words;
use crate::domain::{AuditAction, AuditEvent, AuditStatus, Place, PlatformName, QueryState, VerifiedQuery};
use crate::knowledge;
use crate::ports::TargetError;
use crate::text::text;

impl Pipeline {
    /// The target a question names, or the one of the place, or the default one.
    pub(super) fn target_of(&self, question: &str, place: &Place) -> Result<Arc<Target>, PipelineError> {
        let settings = &self.parts.settings;
        let targets = &self.parts.targets;
        let words = knowledge::fold(&own_words(question));
        let says = |name: &str| {
            let name = knowledge::fold(name);
            !name.is_empty() && words.windows(name.len()).any(|run| run == name)
        };
        // Of `crm` and `crm-archive`, the one that says more.
        let named = targets.iter().filter(|(name, _)| says(name)).max_by_key(|(name, _)| name.len());
        let of_place = settings.places.of(place).and_then(|terms| terms.target.as_ref());
        let unnamed = || targets.get(of_place.or(settings.default_target.as_ref())?);
        let chosen = named.map(|(_, target)| target).or_else(unnamed);
        chosen.cloned().ok_or_else(|| PipelineError::Tell(text("no-target")))
    }

    /// Refuses a target that is not queried on the asker's platform, and records that.
    pub(super) async fn require_here(&self, asker: &Asker, target: &Target) -> Result<(), PipelineError> {
        let Some(platforms) = target.terms.platforms.as_ref() else { return Ok(()) };
        if target.terms.answers_on(&asker.place.platform) {
            return Ok(());
        }
        let refused = self.event(asker, AuditAction::Denied, AuditStatus::Refused);
        let detail = Some(format!("{} targets.{}.platforms", Why::NotOnPlatform.word(), target.name));
        self.record(AuditEvent { target: Some(target.name.clone()), detail, ..refused }).await?;
        let platforms = platforms.iter().map(|platform| platform.0.as_str()).collect::<Vec<_>>().join(", ");
        Err(PipelineError::Tell(text("target-not-here").with("target", &target.name).with("platforms", platforms)))
    }

    /// True where all that a target holds may be shown on a platform. One that is configured no more may have been closed
    /// there.
    pub(super) fn is_shown_on(&self, target: &str, platform: &PlatformName) -> bool {
        match self.parts.targets.get(target) {
            Some(target) => target.terms.answers_on(platform),
            None => !self.closes_any(platform),
        }
    }

    /// True where some target is not queried on a platform: then nothing that was said on others is shown there.
    pub(super) fn closes_any(&self, platform: &PlatformName) -> bool {
        self.parts.targets.values().any(|target| !target.terms.answers_on(platform))
    }

    /// True where what was said on a platform may be shown on the asker's.
    pub(super) fn is_told_here(&self, asker: &Asker, platform: &PlatformName) -> bool {
        *platform == asker.place.platform || !self.closes_any(&asker.place.platform)
    }

    /// What a target holds for each who asks; a target that is away is told to the person.
    pub(super) async fn schemas(
        &self,
        target: &Target,
        verified: &[VerifiedQuery],
    ) -> Result<Arc<Schemas>, PipelineError> {
        let Parts { catalogs, clock, .. } = &self.parts;
        let reading = Reading { verified, catalogs: &**catalogs, clock: &**clock };
        target.schemas(reading).await.map_err(|error| PipelineError::Tell(error.text()))
    }

    /// Reads the catalog of a target now, for all who ask later.
    pub async fn refresh_catalog(&self, target: &Target) -> Result<Refreshed, TargetError> {
        let Parts { knowledge, catalogs, clock, .. } = &self.parts;
        // Without them the catalog is of use all the same. One that does not hold now may hold by what is read.
        let kept = knowledge.kept_verified(&target.name).await.unwrap_or_default();
        let approved = kept.into_iter().filter(|kept| kept.state == QueryState::Approved);
        let verified: Vec<VerifiedQuery> = approved.map(|kept| kept.query).collect();
        let reading = Reading { verified: &verified, catalogs: &**catalogs, clock: &**clock };
        let refreshed = target.refresh(reading).await?;
        // Not only when the catalog has changed: the rules, or what stewards wrote, may have.
        if let Err(error) = self.recheck_verified(target, &refreshed.kept.catalog).await {
            tracing::error!(target = target.name, %error, "whether the verified queries hold is not known");
        }
        Ok(refreshed)
    }
}
