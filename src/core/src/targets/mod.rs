//! The target of a question, its schema for a role or an audience, and the place of delivery.
//!
//! Never runs anything: statements reach a database through `pipeline`.

pub(crate) mod audience;
mod schema;
mod target;
mod verified_sets;

pub use schema::{Schema, Schemas};
pub use target::{Reading, Refreshed, Target};
pub(crate) use verified_sets::VerifiedSets;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::access::{AccessDecision, Showing, Why};
use crate::asker::Asker;
use crate::attached::own_words;
use crate::domain::{AuditAction, AuditEvent, AuditStatus, Place, PlatformName, Role};
use crate::egress::echo;
use crate::error::PipelineError;
use crate::guard::ApprovedStatement;
use crate::knowledge::{self, VerifiedSet};
use crate::ports::{Catalogs, Clock};
use crate::recorder::Recorder;
use crate::settings::Settings;
use crate::targets::audience::Audience;
use crate::text::text;

/// The databases that can be asked: which one a question is about, and who may see it where.
pub(crate) struct Targets {
    pub(crate) settings: Arc<Settings>,
    pub(crate) all: BTreeMap<String, Arc<Target>>,
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) verified_sets: VerifiedSets,
    pub(crate) catalogs: Arc<dyn Catalogs>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Targets {
    /// Decides where the result of a statement is shown under the current rules.
    pub(crate) fn shown(
        &self,
        asker: &Asker,
        target: &Target,
        schemas: &Schemas,
        approved: &ApprovedStatement,
    ) -> AccessDecision {
        let (settings, role) = (&self.settings, &asker.user.role);
        let private = schemas.of(role);
        let private = approved.relations().iter().find_map(|one| private.private.get(one));
        let bar = Audience::of(settings, schemas, role, &asker.place).bar(approved.text());
        let showing = Showing::Result(private.map(String::as_str));
        settings.delivery(&asker.place, &target.name, &target.terms, showing, bar)
    }

    /// Decides if a statement itself is shown in the place of the request.
    pub(crate) fn shown_itself(&self, place: &Place, target: &Target, bar: Option<AccessDecision>) -> AccessDecision {
        self.settings.delivery(place, &target.name, &target.terms, Showing::Statement, bar)
    }

    pub(crate) fn target_named(&self, name: &str) -> Result<Arc<Target>, PipelineError> {
        self.all.get(name).cloned().ok_or_else(|| PipelineError::Tell(text("target-removed").with("target", name)))
    }

    /// The target that was chosen for a question, or that its words name, or the one of the place, or the default one.
    pub(crate) fn target_of(
        &self,
        question: &str,
        chosen: Option<&str>,
        place: &Place,
    ) -> Result<Arc<Target>, PipelineError> {
        if let Some(chosen) = chosen {
            let found = self.all.iter().find(|(name, _)| name.eq_ignore_ascii_case(chosen));
            return found.map(|(_, target)| Arc::clone(target)).ok_or_else(|| self.unknown(chosen, place));
        }
        let settings = &self.settings;
        let targets = &self.all;
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

    /// Says which targets can be asked in a place.
    fn unknown(&self, given: &str, place: &Place) -> PipelineError {
        let known = self.all.keys().filter(|name| self.is_shown_on(name, &place.platform)).cloned();
        let known = known.collect::<Vec<_>>().join(", ");
        if known.is_empty() {
            return PipelineError::Tell(text("no-target"));
        }
        // It may be anything that was pasted there: others need not read it.
        PipelineError::TellAlone(text("target-unknown").with("given", echo(given)).with("known", known))
    }

    /// Refuses a target that is not queried on the asker's platform, and records that.
    pub(crate) async fn require_here(&self, asker: &Asker, target: &Target) -> Result<(), PipelineError> {
        let Some(platforms) = target.terms.platforms.as_ref() else { return Ok(()) };
        if target.terms.answers_on(&asker.place.platform) {
            return Ok(());
        }
        let refused = self.recorder.event(asker, AuditAction::Denied, AuditStatus::Refused);
        let detail = Some(format!("{} targets.{}.platforms", Why::NotOnPlatform.word(), target.name));
        self.recorder.record(AuditEvent { target: Some(target.name.clone()), detail, ..refused }).await?;
        let platforms = platforms.iter().map(|platform| platform.0.as_str()).collect::<Vec<_>>().join(", ");
        Err(PipelineError::Tell(text("target-not-here").with("target", &target.name).with("platforms", platforms)))
    }

    /// True where all that a target holds may be shown on a platform. One that is configured no more may have been closed
    /// there.
    pub(crate) fn is_shown_on(&self, target: &str, platform: &PlatformName) -> bool {
        match self.all.get(target) {
            Some(target) => target.terms.answers_on(platform),
            None => !self.closes_any(platform),
        }
    }

    /// True where some target is not queried on a platform: then nothing that was said on others is shown there.
    pub(crate) fn closes_any(&self, platform: &PlatformName) -> bool {
        self.all.values().any(|target| !target.terms.answers_on(platform))
    }

    /// True where what was said on a platform may be shown on the asker's.
    pub(crate) fn is_told_here(&self, asker: &Asker, platform: &PlatformName) -> bool {
        *platform == asker.place.platform || !self.closes_any(&asker.place.platform)
    }

    /// Returns the verified queries of a target.
    pub(crate) async fn verified(&self, target: &Target) -> Result<Arc<VerifiedSet>, PipelineError> {
        Ok(self.verified_sets.of(&target.name).await?)
    }

    /// Returns what a target holds for each who asks; a target that is away is told to the person.
    pub(crate) async fn schemas(&self, target: &Target) -> Result<Arc<Schemas>, PipelineError> {
        self.schemas_with(target, &*self.verified(target).await?).await
    }

    /// Does the same for a caller that has read the target's verified queries.
    pub(crate) async fn schemas_with(
        &self,
        target: &Target,
        verified: &VerifiedSet,
    ) -> Result<Arc<Schemas>, PipelineError> {
        let reading = Reading { verified: verified.queries(), catalogs: &*self.catalogs, clock: &*self.clock };
        target.schemas(reading).await.map_err(|error| PipelineError::Tell(error.text()))
    }

    /// Returns a target's schema for the asker; `None` if the target is gone or unreachable.
    pub(crate) async fn schema_named(&self, target: &str, asker: &Asker) -> Option<Arc<Schema>> {
        self.schema_on(target, &asker.user.role, &asker.place.platform).await
    }

    /// Returns a target's schema for a role on a platform; `None` if the target is gone, unreachable, or not queried there.
    pub(crate) async fn schema_on(&self, target: &str, role: &Role, on: &PlatformName) -> Option<Arc<Schema>> {
        let target = self.all.get(target).filter(|target| target.terms.answers_on(on))?;
        Some(self.schemas(target).await.ok()?.of(role))
    }
}
