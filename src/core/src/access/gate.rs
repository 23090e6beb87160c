//! Checks capabilities, places and quotas; each denial gets a sentence and an audit row.

use std::sync::Arc;

use crate::access::Why;
use crate::access::gauge::QuotaKind;
use crate::access::quotas::{Quotas, back_in};
use crate::access::recent::Recent;
use crate::asker::Asker;
use crate::domain::{AuditAction, AuditEvent, AuditStatus, Capability, CommandName};
use crate::egress::fit;
use crate::error::PipelineError;
use crate::ports::Clock;
use crate::recorder::Recorder;
use crate::settings::Settings;
use crate::text::{Text, text};

/// Checks capabilities, places and quotas, and records each denial.
pub(crate) struct Access {
    pub(crate) settings: Arc<Settings>,
    pub(crate) turned_away: Recent,
    pub(crate) quotas: Quotas,
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Access {
    /// Requires a capability; records the attempt if the role lacks it.
    pub(crate) async fn require(
        &self,
        asker: &Asker,
        capability: Capability,
        tried: &str,
        otherwise: Text,
    ) -> Result<(), PipelineError> {
        if asker.may(capability) {
            return Ok(());
        }
        let denied = self.recorder.event(asker, AuditAction::Denied, AuditStatus::Refused);
        self.recorder.record(AuditEvent { detail: Some(fit(tried.trim(), 200)), ..denied }).await?;
        Err(PipelineError::Tell(otherwise))
    }

    /// Requires the capability of a command.
    pub(crate) async fn require_for(
        &self,
        asker: &Asker,
        command: CommandName,
        tried: &str,
        otherwise: Text,
    ) -> Result<(), PipelineError> {
        match command.needs() {
            Some(capability) => self.require(asker, capability, tried, otherwise).await,
            None => Ok(()),
        }
    }

    /// True if the asker's role is admitted to the place. Anybody else gets one sentence, and the attempt is recorded,
    /// at the same limited rate as for unlinked accounts.
    pub(crate) async fn admit(&self, asker: &Asker) -> Result<bool, PipelineError> {
        let ruling = self.settings.entrance(&asker.user.role, &asker.place);
        if ruling.allowed {
            return Ok(true);
        }
        let once_more = self.turned_away.once_more_in(&asker.actor, &asker.place, self.clock.now());
        if !once_more && asker.aside.is_none() {
            return Ok(false);
        }
        if once_more {
            let denied = self.recorder.event(asker, AuditAction::Denied, AuditStatus::Refused);
            let (rule, detail) = (Some(ruling.why.word().to_owned()), Some(ruling.to_string()));
            self.recorder.record(AuditEvent { rule, detail, ..denied }).await?;
        }
        Err(PipelineError::Tell(match ruling.why {
            Why::RoleUnknown => text("role-not-configured").with("role", asker.user.role.word()),
            _ => text("place-not-welcome"),
        }))
    }

    /// Counts a question or an execution against the quotas; refuses it with the time of the next retry if one is used up.
    pub(crate) async fn consume_quota(&self, asker: &Asker, counted: QuotaKind) -> Result<(), PipelineError> {
        let (who, now) = ((asker.user.id, &asker.user.role), self.clock.elapsed());
        let Err(too_much) = self.quotas.take(who, &asker.place, counted, now) else { return Ok(()) };
        let whose = if too_much.of_place { "place" } else { "user" };
        let detail = format!("quota of the {whose}: {}; {} s to wait", too_much.quota, too_much.wait.as_secs());
        let denied = self.recorder.event(asker, AuditAction::Denied, AuditStatus::Refused);
        self.recorder.record(AuditEvent { rule: Some("quota".to_owned()), detail: Some(detail), ..denied }).await?;
        let sentence = match (counted, too_much.of_place) {
            (QuotaKind::Questions, false) => text("quota-user-questions"),
            (QuotaKind::Questions, true) => text("quota-place-questions"),
            (QuotaKind::Executions, false) => text("quota-user-executions"),
            (QuotaKind::Executions, true) => text("quota-place-executions"),
        };
        Err(PipelineError::Tell(sentence.with("when", back_in(too_much.wait).render(asker.user.locale))))
    }
}
