//! The stages of a question and of a click, in order.
//!
//! `event → dedupe → actor → user → question | command | click`, and then:
//! - question ([`question`]): capability, length → one answer at a time → conversation → quota → audit → target, schemas →
//!   verified query or model → guard, plan → proposal;
//! - click ([`execution`]): capability → author → guard → place → one run at a time → steward's approval → claim → quota →
//!   audit → run → audit → result.

pub(crate) mod briefing;
pub(crate) mod charts;
mod claims;
mod continuation_text;
mod continuations;
mod corrections;
mod dispatch;
mod endings;
mod event_dedup;
mod exchange;
pub(crate) mod execution;
pub(crate) mod explain;
mod explanation;
mod fault;
pub(crate) mod inquiry;
mod no_chat;
pub(crate) mod offer;
pub(crate) mod outcome;
mod paging;
pub(crate) mod parts;
mod plan_check;
pub(crate) mod platform_queries;
mod prefetch;
mod programs;
mod proposal_maker;
pub(crate) mod question;
pub(crate) mod retries;
mod rewritten;
pub(crate) mod statement_editor;
pub(crate) mod streaming;
pub(crate) mod suggested;
mod unsupported_claims;
pub(crate) mod verified;
mod waiting;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures::FutureExt as _;

pub use no_chat::API;
pub use outcome::Rows;
pub use parts::Parts;
pub use programs::{CheckedStatement, OnBehalf, Programs, ReviewedStatement};

use self::charts::ChartMaker;
use self::claims::Claims;
use self::continuations::Continuations;
use self::event_dedup::Seen;
use self::execution::Executions;
use self::explain::Explainer;
use self::paging::ResultPager;
use self::platform_queries::PlatformQueries;
use self::question::Questions;
use self::retries::Retries;
use self::statement_editor::StatementEditor;
use crate::access::gate::Access;
use crate::asker::Asker;
use crate::commands::account::Account;
use crate::commands::audit::view::AuditView;
use crate::commands::conversations::OwnConversations;
use crate::commands::policy::PolicyView;
use crate::commands::status::StatusView;
use crate::commands::users::Users;
use crate::domain::{AuditAction, AuditStatus, ButtonAction, Event, EventBody};
use crate::error::PipelineError;
use crate::history::History;
use crate::identity::Identity;
use crate::outbox::Platforms;
use crate::outbox::cards::Cards;
use crate::outbox::departed_places::DepartedPlaces;
use crate::outbox::recovery::Recovery;
use crate::outbox::result_pages::ResultPages;
pub use crate::outbox::running::CurrentWork;
use crate::outbox::running::{Running, Stopped};
use crate::outbox::send::Outbox;
use crate::ports::{Advice, StoreError};
use crate::recorder::Recorder;
use crate::statements::recheck::Statements;
use crate::stewardship::{
    BusinessTerms, CostApprovals, Ratings, Review, ReviewCommand, StewardNotices, VerifiedQueries,
};
use crate::text::text;

/// Answers events. One for the whole program; every event may be handled at the same time as others.
pub struct Pipeline {
    parts: Parts,
    platforms: Platforms,
    running: Running,
    left: DepartedPlaces,
    seen: Seen,
    recorder: Arc<Recorder>,
    access: Arc<Access>,
    outbox: Arc<Outbox>,
    cards: Arc<Cards>,
    pages: Arc<ResultPages>,
    recovery: Arc<Recovery>,
    identity: Arc<Identity>,
    history: Arc<History>,
    statements: Arc<Statements>,
    verified: Arc<VerifiedQueries>,
    review: Arc<Review>,
    terms: Arc<BusinessTerms>,
    review_command: Arc<ReviewCommand>,
    notices: Arc<StewardNotices>,
    ratings: Arc<Ratings>,
    cost_approvals: Arc<CostApprovals>,
    account: Arc<Account>,
    users: Arc<Users>,
    policy: Arc<PolicyView>,
    status: Arc<StatusView>,
    audit_view: Arc<AuditView>,
    own_conversations: Arc<OwnConversations>,
    platform_queries: Arc<PlatformQueries>,
    questions: Arc<Questions>,
    retries: Arc<Retries>,
    continuations: Arc<Continuations>,
    claims: Arc<Claims>,
    executions: Arc<Executions>,
    charting: Arc<ChartMaker>,
    paging: Arc<ResultPager>,
    explaining: Arc<Explainer>,
    editing: Arc<StatementEditor>,
    programs: Arc<Programs>,
}

impl Pipeline {
    /// The parts that the pipeline works with.
    pub fn parts(&self) -> &Parts {
        &self.parts
    }

    /// Verified queries, for those who decide on them elsewhere than in a chat.
    pub fn verified_queries(&self) -> &VerifiedQueries {
        &self.verified
    }

    /// The part that answers programs which ask on behalf of users.
    pub fn programs(&self) -> &Programs {
        &self.programs
    }

    /// Costly statements that wait for a second person, for those who approve them elsewhere than in a chat.
    pub fn cost_approvals(&self) -> &CostApprovals {
        &self.cost_approvals
    }

    /// The questions and statements that this program is busy with, the oldest first.
    pub fn work(&self) -> Vec<CurrentWork> {
        self.running.all()
    }

    /// Stops the work of a number, as an administrator does; whether it was under way.
    pub fn stop_work(&self, number: u64) -> bool {
        self.running.stop_numbered(number)
    }

    /// The checks that platforms may make before they hand something over.
    pub fn advice(&self) -> Arc<dyn Advice> {
        Arc::clone(&self.platform_queries) as _
    }

    /// Closes the messages an earlier run left behind, and says how many. Called once, before the
    /// platforms run. A message whose platform is away is left to [`close_orphaned_turns`](Self::close_orphaned_turns).
    pub async fn recover(&self) -> Result<usize, StoreError> {
        self.recovery.recover().await
    }

    /// Closes what nobody writes any more, and says how many: an answer whose platform was away when it was
    /// whole is shown, and anything else is said to be interrupted. To be called each minute; where it takes long, because
    /// a place does, the next call need not wait for it.
    pub async fn close_orphaned_turns(&self) -> Result<usize, StoreError> {
        self.recovery.close_orphaned_turns().await
    }

    /// Takes the buttons from messages whose proposals have expired, and those that turn pages from results whose rows are
    /// no longer kept, on the platforms of this program; says how many. One whose platform is away is left to the next time.
    pub async fn expire_proposals(&self) -> Result<usize, StoreError> {
        self.claims.release_kept().await;
        Ok(self.pages.expire_pages().await + self.cards.expire().await?)
    }

    /// Tells stewards in private what a change of a database broke and, once a week, what waits for them; says how many were
    /// told. To be called now and then.
    pub async fn tell_stewards(&self) -> Result<usize, StoreError> {
        self.notices.tell().await
    }

    /// Answers one event, to the end. The same event delivered twice is answered once.
    pub async fn handle(&self, event: Event) {
        match &event.body {
            EventBody::Deleted { event: question } => {
                return self.running.take_back(&event.actor.platform, question, Stopped::TakenBack);
            }
            EventBody::Reworded { event: question } => {
                return self.running.take_back(&event.actor.platform, question, Stopped::Reworded);
            }
            EventBody::Left => {
                // In this order: what stops says nothing there any more.
                self.left.leave(&event.place, event.at);
                return self.running.leave(&event.place);
            }
            EventBody::Said(_)
            | EventBody::Asked { .. }
            | EventBody::Command(_)
            | EventBody::Unreadable
            | EventBody::Clicked(_)
            | EventBody::Edited { .. } => {
                self.left.is_told(&event.place, event.at);
            }
        }
        if !self.seen.first_time(&event) {
            return;
        }
        let Some(platform) = self.platforms.get(&event.actor.platform).map(Arc::clone) else {
            tracing::error!(platform = %event.actor.platform, "event from an unconfigured platform dropped");
            return;
        };
        let body = event.body.clone();
        let (outcome, user) = match self.identity.identify(&event, Arc::clone(&platform)).boxed().await {
            Ok(Some(asker)) => (self.answer_catching_panics(&asker, body).await, Some(asker.user)),
            Ok(None) => (Ok(()), None),
            Err(trouble) => (Err(trouble), None),
        };
        if let Err(trouble) = outcome {
            let client = self.platforms.get(&event.actor.platform).and_then(|platform| platform.awaits(&event));
            let unknown = client.unwrap_or(self.parts.settings.locale);
            let locale = user.as_ref().map_or(unknown, |user| user.locale);
            let user = user.map(|user| user.id);
            let (action, status) = (AuditAction::Incident, AuditStatus::Failed);
            let incident = self.recorder.event_by(&event.actor, &event.place, user, action, status);
            let concerns_one = matches!(trouble, PipelineError::TellAlone(_) | PipelineError::Invalid(_));
            let sentence = self.recorder.explain_error(trouble, incident).boxed().await;
            self.outbox.report_error(&*platform, &event, &sentence.render(locale), concerns_one).await;
        }
    }

    /// A bug in answering one person is an incident of theirs: nobody waits for an answer that never comes.
    async fn answer_catching_panics(&self, asker: &Asker, body: EventBody) -> Result<(), PipelineError> {
        if let Ok(answered) = AssertUnwindSafe(self.answer_to(asker, body)).catch_unwind().await {
            return answered;
        }
        if let Err(error) = self.recovery.recover_after_panic(asker).boxed().await {
            tracing::error!(%error, "recovery after a panic failed; retrying within a minute");
        }
        Err(PipelineError::Broken("a panic; the log says where".to_owned()))
    }

    async fn answer_to(&self, asker: &Asker, body: EventBody) -> Result<(), PipelineError> {
        // Each by itself in memory: what waits longest, an answer that streams, is far from the largest.
        if !self.access.admit(asker).boxed().await? {
            return Ok(());
        }
        match body {
            EventBody::Said(words) => self.questions.ask(asker, &words, None).boxed().await,
            EventBody::Asked { words, target } => self.questions.ask(asker, &words, Some(&target)).boxed().await,
            EventBody::Command(command) => self.command(asker, &command).boxed().await,
            EventBody::Unreadable => Err(PipelineError::Tell(text("question-unreadable"))),
            EventBody::Edited { proposal, text } => self.editing.edit(asker, Some(&proposal), &text).boxed().await,
            EventBody::Clicked(action) => self.click(asker, action).boxed().await,
            // Nobody asks by these: they were dealt with before it was known who acts.
            EventBody::Deleted { .. } | EventBody::Reworded { .. } | EventBody::Left => Ok(()),
        }
    }

    async fn click(&self, asker: &Asker, action: ButtonAction) -> Result<(), PipelineError> {
        match action {
            ButtonAction::Execute(proposal) => self.executions.execute(asker, &proposal).boxed().await,
            ButtonAction::Edit(proposal) => self.editing.show_for_editing(asker, &proposal, None).boxed().await,
            ButtonAction::Explain(proposal) => self.explaining.explain(asker, &proposal, None).boxed().await,
            ButtonAction::Plan(proposal) => self.explaining.show_plan(asker, &proposal, None).boxed().await,
            ButtonAction::Show(proposal) => self.statements.show_alone(asker, &proposal).boxed().await,
            ButtonAction::Agree(proposal) => self.cost_approvals.approve_by_click(asker, &proposal).boxed().await,
            ButtonAction::Chart(proposal) => self.charting.chart(asker, &proposal).boxed().await,
            ButtonAction::AuditOlder(page) | ButtonAction::AuditNewer(page) => {
                self.audit_view.show_audit_page(asker, &page).boxed().await
            }
            ButtonAction::ShowRows(page) => self.paging.show_rows(asker, &page).boxed().await,
            ButtonAction::Keep(proposal) => self.ratings.keep(asker, &proposal, "").boxed().await,
            ButtonAction::Rate(answer, rating) => self.ratings.rate(asker, &answer, rating).boxed().await,
            ButtonAction::Stop => self.own_conversations.stop(asker),
            ButtonAction::Retry(turn) => self.retries.retry(asker, turn).boxed().await,
            ButtonAction::Continue(turn) => self.continuations.go_on(asker, turn).boxed().await,
        }
    }
}
