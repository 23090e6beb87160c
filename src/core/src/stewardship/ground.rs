//! Validation of verified queries under the target's own rules and in its current catalog.

use std::sync::Arc;

use crate::domain::{Catalog, KeptQuery, Locale, QueryFault, QueryState, User, VerifiedQuery};
use crate::error::PipelineError;
use crate::guard::{ApprovedStatement, Guard, Verdict};
use crate::ports::{StoreError, TargetError};
use crate::refusal::refusal_text;
use crate::settings::Terms;
use crate::stewardship::VerifiedQueries;
use crate::targets::{Reading, Refreshed, Schema, Target};
use crate::text::{Text, text};

/// The part of a target that is open to everybody. A verified query is for all of them: one that suits a single role is
/// not enough, and roles that may read less are still checked by their own guard, as for any statement.
pub(crate) struct Ground {
    guard: Guard,
    open: Catalog,
}

impl Ground {
    fn new(catalog: &Catalog, terms: &Terms) -> Self {
        let policy = terms.own_policy();
        Self { guard: Guard::new(catalog, &policy), open: policy.open_part(catalog.clone()) }
    }

    /// The statement as it would run, or why it would not.
    pub(crate) fn holds(&self, query: &VerifiedQuery) -> Result<ApprovedStatement, Text> {
        let approved = match self.guard.check(&query.statement) {
            Verdict::Allow(approved) => approved,
            Verdict::Deny(refusal) => return Err(refusal_text(&refusal)),
        };
        let columns = query.parameters.iter().filter_map(|parameter| Some((parameter, parameter.column.as_ref()?)));
        for (parameter, column) in columns {
            if self.open.resolve(column).is_none() {
                let sentence = text("kept-no-column").with("name", &parameter.name);
                return Err(sentence.with("column", column.to_string()));
            }
        }
        let declared = |name: &&String| query.parameters.iter().any(|parameter| parameter.name == **name);
        match approved.parameters().iter().find(|name| !declared(name)) {
            Some(name) => Err(text("parameter-missing").with("name", name)),
            None => Ok(approved),
        }
    }

    /// The statement as the guard writes it, so that two ways of writing it are one; as it stands where it may not run.
    pub(crate) fn plain(&self, statement: &str) -> String {
        match self.guard.check(statement) {
            Verdict::Allow(approved) => approved.text().to_owned(),
            Verdict::Deny(_) => statement.to_owned(),
        }
    }
}

/// True if a query reads something closed to this schema, rather than something nobody could read.
pub(crate) fn is_closed(schema: &Schema, ground: &Ground, kept: &KeptQuery) -> bool {
    match schema.guard.check(&kept.query.statement) {
        Verdict::Allow(_) => false,
        Verdict::Deny(refusal) => ground.holds(&kept.query).err() != Some(refusal_text(&refusal)),
    }
}

impl VerifiedQueries {
    /// Returns the target's schema for the user, and the part of it that is open to everybody.
    pub(crate) async fn ground(&self, user: &User, target: &Target) -> Result<(Arc<Schema>, Ground), PipelineError> {
        let schema = self.targets.schemas(target).await?.of(&user.role);
        let Some(kept) = self.catalogs.kept_catalog(&target.name).await? else {
            return Err(PipelineError::Broken(format!("no catalog of {} is kept", target.name)));
        };
        Ok((schema, Ground::new(&kept.catalog, &target.terms)))
    }

    /// Returns those of the queries that read nothing closed to the user; of a target that nobody can look into now, none.
    pub async fn readable<'k>(&self, user: &User, all: &'k [KeptQuery]) -> Vec<&'k KeptQuery> {
        let mut open = Vec::new();
        for (name, target) in &self.targets.all {
            let of_target: Vec<&KeptQuery> = all.iter().filter(|kept| kept.target == *name).collect();
            if of_target.is_empty() {
                continue;
            }
            let Ok((schema, ground)) = self.ground(user, target).await else { continue };
            open.extend(of_target.into_iter().filter(|kept| !is_closed(&schema, &ground, kept)));
        }
        open
    }

    /// Marks the verified queries of a target that do not hold any more, and takes the mark from those that do again.
    async fn recheck_verified(&self, target: &Target, catalog: &Catalog) -> Result<(), StoreError> {
        let ground = Ground::new(catalog, &target.terms);
        for kept in self.knowledge.kept_verified(&target.name).await? {
            if kept.state == QueryState::Approved {
                let why = ground.holds(&kept.query).err();
                self.mark(kept, why.as_ref()).await?;
            }
        }
        Ok(())
    }

    /// Stores whether a verified query is still valid, in both languages, if that has changed.
    async fn mark(&self, kept: KeptQuery, why: Option<&Text>) -> Result<(), StoreError> {
        let (target, id) = (kept.target.clone(), kept.query.id.clone());
        let before = kept.fault.clone();
        let fault = why.map(|why| QueryFault {
            fr: why.render(Locale::Fr),
            en: why.render(Locale::En),
            since: before.as_ref().map_or_else(|| self.clock.now(), |fault| fault.since),
        });
        if fault == before {
            return Ok(());
        }
        if let Some(fault) = &fault {
            tracing::warn!(target, id, why = fault.en, "verified query invalid; no longer offered");
        } else {
            tracing::info!(target, id, "verified query valid again; offered");
        }
        // Somebody who has just changed it has had it checked, too.
        self.knowledge.mark_verified(&KeptQuery { fault, ..kept }).await.map(drop)
    }

    /// Reads the catalog of a target now, for all who ask later.
    pub async fn refresh_catalog(&self, target: &Target) -> Result<Refreshed, TargetError> {
        // Without them the catalog is of use all the same. One that does not hold now may hold by what is read.
        let kept = self.knowledge.kept_verified(&target.name).await.unwrap_or_default();
        let approved = kept.into_iter().filter(|kept| kept.state == QueryState::Approved);
        let verified: Vec<VerifiedQuery> = approved.map(|kept| kept.query).collect();
        let reading = Reading { verified: &verified, catalogs: &*self.catalogs, clock: &*self.clock };
        let refreshed = target.refresh(reading).await?;
        // Not only when the catalog has changed: the rules, or what stewards wrote, may have.
        if let Err(error) = self.recheck_verified(target, &refreshed.kept.catalog).await {
            tracing::error!(target = target.name, %error, "verified queries not checked against the catalog; their marks may be stale");
        }
        Ok(refreshed)
    }
}
