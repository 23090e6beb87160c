//! From a click to a table: whose click, the guard again, one use, a durable audit row, and only then the database.
//!
//! The stages, in order: capability, author, guard and rules, the place of the result, one execution at a time, the
//! agreement, the one use, quota, audit, the database, audit, the table. A typed `/execute` shows the statement first where it
//! is not what the asker looks at.

use std::panic::{AssertUnwindSafe, resume_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures::future::{Either, select};
use futures::{FutureExt as _, join};
use tokio_util::sync::CancellationToken;

use crate::access::gate::Access;
use crate::access::gauge::QuotaKind;
use crate::asker::Asker;
use crate::context::texts;
use crate::domain::{
    Agreement, AuditAction, AuditDelivery, AuditEvent, AuditStatus, Capability, Origin, Outgoing, Place, Proposal,
    ProposalId, ReviewReason, TurnEnd, TurnState, User,
};
use crate::egress::quoted;
use crate::error::PipelineError;
use crate::guard::ApprovedStatement;
use crate::history::latest::{GIST, Latest};
use crate::history::{History, is_aside};
use crate::knowledge::NamedValue;
use crate::outbox::cards::{Cards, closed};
use crate::outbox::finalize::Finalizer;
use crate::outbox::messages::Messages;
use crate::outbox::running::{Running, Stop, Stopped, Work, still_answering};
use crate::outbox::send::Outbox;
use crate::outbox::signature::signed;
use crate::pipeline::claims::Claims;
use crate::pipeline::inquiry::{Inquiry, Question};
use crate::pipeline::offer::Offer;
use crate::pipeline::outcome::{Outcome, Results, Rows};
use crate::pipeline::proposal_maker::{Draft, ProposalMaker};
use crate::ports::{Claim, Clock, Conversations, People, Proposals, TargetError};
use crate::recorder::Recorder;
use crate::recorder::event::{about, delivery};
use crate::settings::Settings;
use crate::statements::recheck::{Checked, Statements, can_run, refuse_refused};
use crate::stewardship::ReviewList;
use crate::targets::{Schema, Schemas, Target, Targets};
use crate::text::{Text, text};

/// The error of an execution whose result was lost to a bug, in the audit.
const PANICKED: &str = "not shown: a panic; the log says where";

/// Characters of a value in a hint.
const LONGEST_VALUE: usize = 100;

/// A statement that may run: for whom, on what, and where its result is shown.
struct Execution<'a> {
    /// The person who clicked, in the place of the result.
    reader: &'a Asker,
    target: &'a Arc<Target>,
    proposal: &'a Proposal,
    approved: &'a ApprovedStatement,
    /// Schema that every reader of the result may see.
    common: Arc<Schema>,
    delivery: AuditDelivery,
    /// True if the result is not shown where the conversation is held.
    is_aside: bool,
    stop: &'a Stop,
}

/// An execution that is durable, and not yet run.
struct Begun {
    /// Whoever clicked, in the place of the result.
    reader: Asker,
    target: Arc<Target>,
    proposal: Proposal,
    approved: ApprovedStatement,
    schemas: Arc<Schemas>,
    /// The place of the conversation.
    held_in: Place,
    work: Work,
}

/// Runs proposals.
pub(crate) struct Executions {
    pub(crate) settings: Arc<Settings>,
    pub(crate) running: Running,
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) access: Arc<Access>,
    pub(crate) targets: Arc<Targets>,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) cards: Arc<Cards>,
    pub(crate) finalizer: Arc<Finalizer>,
    pub(crate) history: Arc<History>,
    pub(crate) statements: Arc<Statements>,
    pub(crate) proposal_maker: Arc<ProposalMaker>,
    pub(crate) results: Arc<Results>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) conversations: Arc<dyn Conversations>,
    pub(crate) proposals: Arc<dyn Proposals>,
    pub(crate) people: Arc<dyn People>,
    pub(crate) review_list: Arc<ReviewList>,
    pub(crate) claims: Arc<Claims>,
}

impl Executions {
    /// Runs the last statement that was offered, where that is what the asker looks at; else shows it first.
    pub(crate) async fn execute_latest(&self, asker: &Asker) -> Result<(), PipelineError> {
        let latest = self.history.latest(asker).await?;
        // A statement whose message was never shown, such as one whose file was refused, is shown before it runs.
        let is_unseen =
            can_run(&latest.proposal, self.clock.now()) && self.proposals.cards(&latest.proposal.id).await?.is_empty();
        match latest.since {
            None if !is_unseen => self.execute(asker, &latest.proposal.id).await,
            _ => self.show_again(asker, &latest).await,
        }
    }

    async fn show_again(&self, asker: &Asker, latest: &Latest) -> Result<(), PipelineError> {
        self.access.require(asker, Capability::Execute, "execute", text("execute-not-allowed")).await?;
        let proposal = self.statements.own_proposal(asker, &latest.proposal.id).await?;
        let _work = self.running.begin(asker.user.id, &asker.place).ok_or_else(|| still_answering(asker))?;
        let (target, schemas, message) = self.statements.card_again(asker, &proposal).await?;
        self.statements.show_statement(asker, &target, &schemas, &proposal, message, Some(latest)).await;
        Ok(())
    }

    /// Runs a proposal for the person who clicked.
    pub(crate) async fn execute(&self, asker: &Asker, id: &ProposalId) -> Result<(), PipelineError> {
        let Some(ready) = self.begin(asker, id, None).await? else { return Ok(()) };
        let Begun { reader, target, proposal, approved, schemas, held_in, work } = ready;
        if reader.place != asker.place {
            self.outbox.notify_in_place(asker, &text("result-in-private")).await;
        }
        let stop = work.stop.clone();
        let execution = Execution {
            reader: &reader,
            target: &target,
            proposal: &proposal,
            approved: &approved,
            common: schemas.of_readers(&self.settings, &reader.user.role, &reader.place),
            delivery: delivery(&asker.place, &reader.place),
            is_aside: is_aside(&held_in, &reader.place),
            stop: &stop,
        };
        let ran = self.run(&execution).await;
        // They need not wait for it with their next question.
        drop(work);
        self.cards.retire_execute(asker, id).boxed().await;
        ran
    }

    /// Runs a proposal for a program, and returns all rows once that is recorded. It is cancelled if the program hangs up.
    pub(crate) async fn execute_for_rows(
        &self,
        asker: &Asker,
        id: &ProposalId,
        hung_up: &CancellationToken,
    ) -> Result<Rows, PipelineError> {
        let Some(ready) = self.begin(asker, id, Some(hung_up)).await? else {
            return Err(PipelineError::Tell(text("answer-stopped")));
        };
        let Begun { reader, target, proposal, approved, work, .. } = ready;
        let event =
            about(self.recorder.event(&reader, AuditAction::Result, AuditStatus::Ok), &proposal, approved.relations());
        let event = AuditEvent { delivery: Some(delivery(&asker.place, &reader.place)), ..event };
        let began = self.clock.elapsed();
        let stop = work.stop.clone();
        let reading = AssertUnwindSafe(self.results.rows(&reader, &target, &approved, &stop.token)).catch_unwind();
        let read = match select(pin!(reading), pin!(hung_up.cancelled())).await {
            Either::Left((read, _)) => read,
            Either::Right(((), reading)) => {
                stop.stop(Stopped::Asked);
                reading.await
            }
        };
        drop(work);
        let read = match read {
            Ok(read) => read,
            Err(bug) => {
                self.record_failed(event, id, PANICKED).await;
                resume_unwind(bug)
            }
        };
        if read.as_ref().is_err_and(did_not_run) {
            self.claims.give_back(id).await;
        }
        let took = Duration::from_millis(self.clock.millis_since(began).unsigned_abs());
        let rows = read.as_ref().map(|rows| rows.rows.len() as u64);
        self.recorder.record(ended(event, rows, took)).await?;
        self.cards.retire_execute(asker, id).boxed().await;
        read.map_err(|error| {
            PipelineError::Tell(match error {
                TargetError::Cancelled => stop.told_or(error.text()),
                error => error.text(),
            })
        })
    }

    /// Makes an execution durable, after every check and every claim; `None` where it was stopped before it began, or its
    /// program hung up.
    async fn begin(
        &self,
        asker: &Asker,
        id: &ProposalId,
        hung_up: Option<&CancellationToken>,
    ) -> Result<Option<Begun>, PipelineError> {
        self.access.require(asker, Capability::Execute, "execute", text("execute-not-allowed")).await?;
        self.running.wait_until_recorded(asker.user.id, id).await;
        let proposal = self.statements.own_proposal(asker, id).await?;
        refuse_refused(&proposal)?;
        let target = self.targets.target_named(&proposal.target)?;
        let Checked { approved, shown, held_in, schemas, .. } =
            self.statements.approve(asker, &target, &proposal).await?;
        // Before anything is used up: what cannot be delivered is not run.
        let reader = if shown.allowed { asker.clone() } else { self.outbox.open_private(asker).await? };
        let work = self
            .running
            .begin_in(asker.user.id, &[&asker.place, &reader.place])
            .ok_or_else(|| still_answering(asker))?;
        // Who takes the click back, as a reaction can be, stops it; before it has begun, nothing was done.
        work.answers(&asker.actor.platform, &asker.event);
        if work.stop.token.is_cancelled() || hung_up.is_some_and(CancellationToken::is_cancelled) {
            return Ok(None);
        }
        if reader.place != asker.place && !self.can_be_told(asker, &reader, &proposal).await {
            self.outbox.post_in_place(asker, closed(id, asker.user.locale)).await;
            return Ok(None);
        }
        self.refuse_withdrawn(asker, &proposal).await?;
        self.claim(asker, id).await?;
        // What does not run is not counted.
        if let Err(too_much) = self.access.consume_quota(asker, QuotaKind::Executions).await {
            self.claims.give_back(id).await;
            return Err(too_much);
        }
        let event = self.recorder.event(asker, AuditAction::Execution, AuditStatus::Ok);
        if let Err(unrecorded) = self.recorder.record(about(event, &proposal, approved.relations())).await {
            // Nothing runs: the person may try again once the audit can be written.
            self.claims.give_back(id).await;
            return Err(unrecorded);
        }
        Ok(Some(Begun { reader, target, proposal, approved, schemas, held_in, work }))
    }

    /// Says that the asker can be written to in private: tried where they could be shown it beside a click, and there was
    /// none. What cannot be delivered is not run.
    async fn can_be_told(&self, asker: &Asker, reader: &Asker, proposal: &Proposal) -> bool {
        if asker.aside.is_some() || !asker.platform.capabilities().asides {
            return true;
        }
        let coming = text("result-coming").with("question", quoted(&proposal.question, GIST));
        self.outbox.send(&*reader.platform, &reader.place, &Outgoing::text(coming.render(reader.user.locale))).await
    }

    /// An agreement holds as long as who gave it may give one.
    async fn refuse_withdrawn(&self, asker: &Asker, proposal: &Proposal) -> Result<(), PipelineError> {
        let Agreement::By(steward) = proposal.agreement else { return Ok(()) };
        let (users, roles) = (self.people.users().await?, &self.settings.roles);
        let may = |user: &User| !user.disabled && roles.may(&user.role, Capability::ApproveCostly);
        if users.iter().any(|user| user.id == steward && may(user)) {
            return Ok(());
        }
        let refused = about(self.recorder.event(asker, AuditAction::Refusal, AuditStatus::Refused), proposal, &[]);
        let detail = Some(format!("user {} agreed and may not any more", steward.0));
        self.recorder.record(AuditEvent { detail, ..refused }).await?;
        Err(PipelineError::Tell(text("agreement-withdrawn")))
    }

    /// Takes the one use of a proposal.
    async fn claim(&self, asker: &Asker, id: &ProposalId) -> Result<(), PipelineError> {
        let why = match self.claims.take(id).await? {
            Claim::Granted => return Ok(()),
            Claim::Used => text("proposal-used"),
            Claim::Expired => text("proposal-expired"),
            Claim::NotAgreed if asker.types_commands() => {
                text("proposal-not-agreed").with("prefix", asker.prefix()).with("name", id.short())
            }
            Claim::NotAgreed => text("api-not-agreed"),
            Claim::Unknown => text("proposal-unknown"),
        };
        Err(PipelineError::Tell(why))
    }

    /// Runs a statement and shows its result, once that is recorded.
    async fn run(&self, execution: &Execution<'_>) -> Result<(), PipelineError> {
        let Execution { reader, target, proposal, approved, is_aside, stop, .. } = *execution;
        let locale = reader.user.locale;
        let began = self.clock.elapsed();
        let turn = match self.finalizer.begin_turn(proposal.conversation, Some(&proposal.id), is_aside).await {
            Ok(turn) => turn,
            Err(unknown) => {
                self.claims.give_back(&proposal.id).await;
                self.record_unshown(execution, "not shown: its message could not be noted down").await;
                return Err(unknown);
            }
        };
        let mut live = self.outbox.live_message(reader);
        live.reserve();
        let (note, on_sent) = (text("running").render(locale), self.finalizer.on_sent(turn));
        // A platform that is slow to show it does not keep the database waiting; what it shows is noted down even where
        // there is a bug.
        let collecting = AssertUnwindSafe(self.results.collect(reader, target, approved, &stop.token)).catch_unwind();
        let (announced, outcome) = join!(live.announce(&note, &on_sent), collecting);
        let outcome = match outcome {
            Ok(outcome) => outcome,
            Err(bug) => {
                self.record_unshown(execution, PANICKED).await;
                resume_unwind(bug)
            }
        };
        if let Err(error) = announced {
            tracing::info!(%error, proposal = %proposal.id, "progress of an execution not shown");
        }
        if outcome.as_ref().is_err_and(did_not_run) {
            self.claims.give_back(&proposal.id).await;
        }
        let took = Duration::from_millis(self.clock.millis_since(began).unsigned_abs());
        let recorded = self.recorder.append(self.result_event(execution, &outcome, took)).await;
        let is_recorded = recorded.is_ok();
        let (message, end) = match (recorded, outcome) {
            (Ok(()), Ok(outcome)) => {
                if proposal.origin == Origin::Person {
                    self.review_list.add_proposal(proposal, ReviewReason::Edited).await;
                }
                let meant = if outcome.rows == 0 { meant(&execution.common, approved) } else { Vec::new() };
                self.results.finish_result(reader, proposal, turn, outcome, meant, took).await
            }
            (Ok(()), Err(TargetError::Cancelled)) => self.offered_again(execution).await,
            (Ok(()), Err(error)) => {
                let sentence = signed(reader, &error.text().render(locale));
                (Outgoing::text(&sentence), TurnEnd::words(sentence, TurnState::Failed))
            }
            (Err(error), _) => {
                tracing::error!(%error, proposal = %proposal.id, "result not audited and not shown");
                let sentence = text("result-not-recorded").render(locale);
                (Outgoing::text(&sentence), TurnEnd::words(sentence, TurnState::Failed))
            }
        };
        let mut messages = Messages::from(message);
        let ended = self.finalizer.finalize(reader, &mut live, turn, &mut messages, &end).await;
        if is_recorded { ended } else { ended.or_else(PipelineError::unless_unnoted) }
    }

    /// That a statement was stopped, and the same once more as a new proposal: its one use is taken.
    async fn offered_again(&self, execution: &Execution<'_>) -> (Outgoing, TurnEnd) {
        let Execution { reader, proposal, stop, .. } = *execution;
        let offer = self.propose_again(execution).await.inspect_err(|trouble| {
            tracing::warn!(?trouble, proposal = %proposal.id, "stopped statement not offered again");
        });
        let offer = offer.ok().filter(|offer| !offer.refused);
        let asked = if offer.is_some() { TargetError::Cancelled.text() } else { text("stopped-not-again") };
        let sentence = stop.told_or(asked);
        let sentence = signed(reader, &sentence.render(reader.user.locale));
        let end = TurnEnd::words(&sentence, TurnState::Stopped);
        let Some(offer) = offer else { return (Outgoing::text(sentence), end) };
        let again = Some(offer.proposal.clone());
        let card = self.proposal_maker.placed(reader, offer, str::to_owned).await;
        let message = Outgoing { text: format!("{sentence}\n{}", card.text), ..card };
        (message, TurnEnd { proposal: again, ..end })
    }

    async fn propose_again(&self, execution: &Execution<'_>) -> Result<Offer, PipelineError> {
        let Execution { reader, target, proposal, .. } = *execution;
        let held = self.conversations.conversation(proposal.conversation).await?;
        let held = held.ok_or_else(|| PipelineError::Tell(text("conversation-gone")))?;
        let schemas = self.targets.schemas(target).await?;
        let question = Question::of_statement(&proposal.question, proposal.asked.clone());
        let inquiry = Inquiry::new(reader, &held, &question, Arc::clone(target), &schemas, &self.settings);
        let Proposal { statement, parameters, origin, told, .. } = proposal.clone();
        self.proposal_maker
            .propose(&inquiry, Draft { statement: &statement, parameters, origin, told, repairs: 0 })
            .await
    }

    /// Records the end of an execution whose result nobody sees. If that fails too, the next start does it.
    async fn record_unshown(&self, execution: &Execution<'_>, why: &str) {
        let event = self.result_event(execution, &Err(TargetError::Failed(why.to_owned())), Duration::ZERO);
        self.record_failed(event, &execution.proposal.id, why).await;
    }

    async fn record_failed(&self, event: AuditEvent, proposal: &ProposalId, why: &str) {
        let (status, error) = (AuditStatus::Failed, Some(why.to_owned()));
        if let Err(error) = self.recorder.append(AuditEvent { status, error, duration_ms: None, ..event }).await {
            tracing::error!(%error, %proposal, "end of an execution not audited");
        }
    }

    fn result_event(
        &self,
        execution: &Execution<'_>,
        outcome: &Result<Outcome, TargetError>,
        took: Duration,
    ) -> AuditEvent {
        let Execution { reader, proposal, approved, delivery, .. } = *execution;
        let event = self.recorder.event(reader, AuditAction::Result, AuditStatus::Ok);
        let event = AuditEvent { delivery: Some(delivery), ..about(event, proposal, approved.relations()) };
        ended(event, outcome.as_ref().map(|outcome| outcome.rows), took)
    }
}

/// The event of a result with how it ended.
fn ended(event: AuditEvent, rows: Result<u64, &TargetError>, took: Duration) -> AuditEvent {
    let (status, rows, error) = match rows {
        Ok(rows) => (AuditStatus::Ok, i64::try_from(rows).ok(), None),
        Err(TargetError::Cancelled) => (AuditStatus::Stopped, None, None),
        Err(error) => (AuditStatus::Failed, None, Some(error.to_string())),
    };
    AuditEvent { status, rows, error, duration_ms: i64::try_from(took.as_millis()).ok(), ..event }
}

/// What else the texts of a statement may have meant, where nothing that it reads holds them.
fn meant(common: &Schema, approved: &ApprovedStatement) -> Vec<Text> {
    let meant = common.known.meant_by(texts(approved.text()), approved.columns());
    let sentence = |named: NamedValue| {
        let sentence = text("no-such-value").with("said", quoted(&named.said, LONGEST_VALUE));
        sentence.with("value", quoted(&named.value, LONGEST_VALUE)).with("column", named.column.to_string())
    };
    meant.into_iter().map(sentence).collect()
}

/// True if the database was not reached or did not begin: a retry runs nothing twice.
fn did_not_run(error: &TargetError) -> bool {
    match error {
        TargetError::Unavailable(_)
        | TargetError::ClientMissing(_)
        | TargetError::Privileged(_)
        | TargetError::NoAccount { .. }
        | TargetError::Busy(_) => true,
        TargetError::Rejected(_)
        | TargetError::Timeout { .. }
        | TargetError::OutOfMemory(_)
        | TargetError::Cancelled
        | TargetError::Failed(_) => false,
    }
}
