//! Stewards' decisions on verified queries: each step goes through the guard and the database, and is recorded first.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::{
    AuditAction, AuditEvent, AuditStatus, Capability, KeptQuery, Parameter, ParameterKind, QuerySource, QueryState,
    Step, User, Value, VerifiedQuery,
};
use crate::error::PipelineError;
use crate::guard::Verdict;
use crate::knowledge::{columns, default_value, faults};
use crate::ports::{Catalogs, Clock, Knowledge, StoreError, TargetError};
use crate::recorder::Recorder;
use crate::refusal::refusal_text;
use crate::settings::Settings;
use crate::stewardship::ground::Ground;
use crate::targets::{Schema, Target, Targets};
use crate::text::{Text, text};

/// The steward who decides, with the place and platform for the audit.
pub struct Steward<'a> {
    /// The steward's user.
    pub user: &'a User,
    /// The audit event to be completed: its actor and place.
    pub event: AuditEvent,
}

/// The reason why a decision failed.
#[derive(Debug)]
pub enum DecisionError {
    /// It is refused as things are, which is explained to the person.
    Refused(Text),
    /// What was given is not valid, which is explained to the person.
    Invalid(Text),
    /// What was named does not exist, or not for the person.
    NotFound(Text),
    /// The state database cannot do it for now, which is explained to the person.
    Unavailable(Text),
    /// The audit cannot record it, so nothing was done.
    NoAudit(StoreError),
    /// An internal error.
    Broken(String),
}

impl From<PipelineError> for DecisionError {
    fn from(error: PipelineError) -> Self {
        match error {
            PipelineError::Tell(sentence) | PipelineError::TellAlone(sentence) => Self::Refused(sentence),
            PipelineError::Invalid(sentence) => Self::Invalid(sentence),
            PipelineError::NotFound(sentence) => Self::NotFound(sentence),
            PipelineError::Unavailable(sentence) => Self::Unavailable(sentence),
            PipelineError::NoAudit(error) => Self::NoAudit(error),
            PipelineError::Unnoted(error) => Self::Broken(error.to_string()),
            PipelineError::Broken(cause) => Self::Broken(cause),
        }
    }
}

/// A decision on a verified query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Makes it available for answers.
    Approve,
    /// Replaces its content; whoever edits an approved query approves it in their own name.
    Edit(Box<VerifiedQuery>),
    /// Withdraws it from use.
    Retire,
    /// Returns a retired query to pending.
    Restore,
}

impl Decision {
    fn action(&self) -> AuditAction {
        match self {
            Self::Approve => AuditAction::VerifiedApproved,
            Self::Edit(_) => AuditAction::VerifiedEdited,
            Self::Retire => AuditAction::VerifiedRetired,
            Self::Restore => AuditAction::VerifiedProposed,
        }
    }
}

/// Verified queries from proposal to retirement: each step is checked, and recorded first.
pub struct VerifiedQueries {
    pub(crate) settings: Arc<Settings>,
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) targets: Arc<Targets>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) knowledge: Arc<dyn Knowledge>,
    pub(crate) catalogs: Arc<dyn Catalogs>,
}

impl VerifiedQueries {
    /// Applies a decision to the version that the steward saw and returns the new version; requires the capability to
    /// manage verified queries.
    pub async fn decide(
        &self,
        steward: &Steward<'_>,
        seen: &KeptQuery,
        decision: &Decision,
    ) -> Result<KeptQuery, DecisionError> {
        if !self.settings.roles.may(&steward.user.role, Capability::ManageVerified) {
            return Err(DecisionError::Refused(text("steward-not-allowed")));
        }
        Ok(self.decide_on(steward, seen, decision).await?)
    }

    /// Carries out a steward's decision on the version that they have seen, and returns the new version.
    pub(crate) async fn decide_on(
        &self,
        steward: &Steward<'_>,
        seen: &KeptQuery,
        decision: &Decision,
    ) -> Result<KeptQuery, PipelineError> {
        let target = self.targets.target_named(&seen.target)?;
        if seen.source == QuerySource::File {
            return Err(PipelineError::Tell(text("steward-in-file").with("id", &seen.query.id)));
        }
        let step = Some(Step { by: steward.user.id, at: self.clock.now() });
        let changed = match (decision, seen.state) {
            (Decision::Approve, QueryState::Approved) if seen.fault.is_none() => {
                return Err(PipelineError::Tell(text("steward-approved-already").with("id", &seen.query.id)));
            }
            (Decision::Approve | Decision::Edit(_), QueryState::Retired) => {
                return Err(PipelineError::Tell(text("steward-is-retired").with("id", &seen.query.id)));
            }
            (Decision::Approve, QueryState::Proposed | QueryState::Approved) => {
                let query = self.sound(steward.user, &target, seen, seen.query.clone()).await?;
                self.approved_by(steward.user, step, KeptQuery { query, ..seen.clone() })
            }
            (Decision::Edit(words), state) => {
                let query = self.sound(steward.user, &target, seen, (**words).clone()).await?;
                let edited = KeptQuery { query, edited: step, ..seen.clone() };
                if state == QueryState::Approved { self.approved_by(steward.user, step, edited) } else { edited }
            }
            (Decision::Retire, QueryState::Proposed | QueryState::Approved) => {
                KeptQuery { state: QueryState::Retired, retired: step, fault: None, ..seen.clone() }
            }
            (Decision::Restore, QueryState::Retired) => {
                KeptQuery { state: QueryState::Proposed, retired: None, ..seen.clone() }
            }
            (Decision::Retire, QueryState::Retired) | (Decision::Restore, _) => {
                return Err(PipelineError::Tell(text("steward-nothing-to-do").with("id", &seen.query.id)));
            }
        };
        self.put(steward, decision.action(), &changed).await?;
        if changed.is_used() {
            self.load_column_values(steward.user, &target, &changed.query).await;
        }
        Ok(KeptQuery { version: seen.version + 1, ..changed })
    }

    /// Records a proposal, then keeps it; fails if somebody else has just taken its name.
    pub(crate) async fn propose(&self, event: AuditEvent, kept: &KeptQuery) -> Result<(), PipelineError> {
        self.recorder.record(describe_query(event, AuditAction::VerifiedProposed, kept)).await?;
        match self.knowledge.propose_verified(kept).await {
            Err(StoreError::Duplicate(_)) => Err(PipelineError::Tell(text("keep-again"))),
            kept => kept.map_err(PipelineError::from),
        }
    }

    /// Records the change, then saves it; fails if the version changed meanwhile, and records that too.
    async fn put(&self, steward: &Steward<'_>, action: AuditAction, changed: &KeptQuery) -> Result<(), PipelineError> {
        let event = describe_query(steward.event.clone(), action, changed);
        self.recorder.record(event.clone()).await?;
        if self.knowledge.change_verified(changed).await? {
            return Ok(());
        }
        let detail = format!("{}: somebody else has changed it first", changed.query.id);
        self.recorder.record(AuditEvent { status: AuditStatus::Failed, detail: Some(detail), ..event }).await?;
        Err(PipelineError::Tell(text("steward-changed").with("id", &changed.query.id)))
    }

    fn approved_by(&self, user: &User, step: Option<Step>, kept: KeptQuery) -> KeptQuery {
        let verified_on = self.settings.today(&*self.clock).to_string();
        let query = VerifiedQuery { verified_by: user.full_name.clone(), verified_on, ..kept.query };
        KeptQuery { query, state: QueryState::Approved, approved: step, fault: None, ..kept }
    }

    /// Validates a query for approval: its form, duplicates, the target's rules, the steward's rules and the database's plan.
    /// Returns it with its statement as the guard writes it.
    async fn sound(
        &self,
        user: &User,
        target: &Target,
        seen: &KeptQuery,
        query: VerifiedQuery,
    ) -> Result<VerifiedQuery, PipelineError> {
        let wrong = faults(&query);
        if !wrong.is_empty() {
            let what = wrong.iter().map(|fault| fault.text().render(user.locale)).collect::<Vec<_>>().join("\n- ");
            return Err(PipelineError::Tell(text("steward-faults").with("what", what)));
        }
        let (schema, ground) = self.ground(user, target).await?;
        self.refuse_duplicate(&query, seen, &schema, &ground).await?;
        // By the steward's own rules first: what is said of it names nothing that is closed to them.
        if let Verdict::Deny(refusal) = schema.guard.check(&query.statement) {
            return Err(PipelineError::Tell(refusal_text(&refusal)));
        }
        let approved = ground.holds(&query).map_err(PipelineError::Tell)?;
        let statement = approved.text().to_owned();
        if statement.contains("```") {
            return Err(PipelineError::Tell(text("statement-not-showable")));
        }
        let samples = samples(&query.parameters, self.settings.today(&*self.clock));
        let bound = approved.bind(&samples);
        let bound = bound.map_err(|missing| PipelineError::Tell(text("parameter-missing").with("name", missing.0)))?;
        // Without the word of the database nobody knows that it would run.
        let planned = target.port.explain(&bound, &user.username).await;
        planned.map_err(|error: TargetError| PipelineError::Tell(error.text()))?;
        Ok(VerifiedQuery { statement, ..query })
    }

    async fn refuse_duplicate(
        &self,
        query: &VerifiedQuery,
        seen: &KeptQuery,
        schema: &Schema,
        ground: &Ground,
    ) -> Result<(), PipelineError> {
        let all = self.knowledge.kept_verified(&seen.target).await?;
        let used = |other: &&KeptQuery| other.state == QueryState::Approved && other.query.id != seen.query.id;
        match self.double(query, all.iter().filter(used), schema, ground) {
            Some(double) => Err(PipelineError::Tell(text("steward-double").with("id", &double.query.id))),
            None => Ok(()),
        }
    }

    /// Reads the column values by which questions are matched if the catalog lacks them; other programs on the same state
    /// then find the newer catalog.
    async fn load_column_values(&self, user: &User, target: &Target, query: &VerifiedQuery) {
        let Ok((schema, _)) = self.ground(user, target).await else { return };
        let known: Vec<_> = schema.known.columns().collect();
        if columns(std::slice::from_ref(query)).iter().all(|column| known.contains(column)) {
            return;
        }
        if let Err(error) = self.refresh_catalog(target).await {
            tracing::warn!(target = target.name, %error, "column values of a verified query not read; trying again at the next refresh");
        }
    }
}

/// Adds a query's id, questions and statement to an event.
fn describe_query(event: AuditEvent, action: AuditAction, kept: &KeptQuery) -> AuditEvent {
    let query = &kept.query;
    let parameters = (!query.parameters.is_empty())
        .then(|| serde_json::to_string(&query.parameters).expect("invariant: parameters always serialise"));
    AuditEvent {
        action,
        target: Some(kept.target.clone()),
        statement: Some(query.statement.clone()),
        parameters,
        detail: Some(format!("{}: {}", query.id, query.questions().collect::<Vec<_>>().join(" / "))),
        ..event
    }
}

/// Values with which the database can plan a statement; none of it runs.
fn samples(parameters: &[Parameter], today: jiff::civil::Date) -> BTreeMap<String, Value> {
    let sample = |parameter: &Parameter| match parameter.kind {
        ParameterKind::Text => Value::Text(String::new()),
        ParameterKind::Integer => Value::Integer(1),
        ParameterKind::Year => Value::Integer(i64::from(today.year())),
    };
    let value = |parameter: &Parameter| default_value(parameter, today).unwrap_or_else(|| sample(parameter));
    parameters.iter().map(|parameter| (parameter.name.clone(), value(parameter))).collect()
}
