//! The way of a question, in order.
//!
//! `event → dedupe → actor → user → question | command | click`, and then:
//! - question ([`question`]): audit → conversation → context → model stream → egress → statement → guard → proposal;
//! - click ([`execution`]): proposal → author → guard again → one use → audit → run → files → audit → table.

mod account;
mod advising;
mod agreeing;
mod answer;
mod approving;
mod asker;
mod audience;
mod audit_query;
mod audit_table;
mod audit_view;
mod card;
mod charting;
mod claims;
mod command;
mod commands;
mod context;
mod continuing;
mod departed_places;
mod duplicates;
mod edit_syntax;
mod editing;
mod execution;
mod expiring;
mod explain;
mod explanation;
mod exporting;
mod few;
mod finalize;
mod gauge;
mod holding;
mod latest;
mod ledger;
mod linking;
mod offer;
mod orphaned_turns;
mod outcome;
mod own_conversations;
mod paging;
mod pending_finals;
mod places;
mod planning;
mod policy_view;
mod prefetch;
mod propose_verified;
mod proposing;
mod question;
mod quotas;
mod rating;
mod recovery;
mod repairing;
mod retrying;
mod rewritten;
mod ruling;
mod rulings;
mod running;
mod schema;
mod seen;
mod settings;
mod statement_file;
mod status_view;
mod stewarding;
mod stopped;
mod strangers;
mod streaming;
mod suggesting;
mod target;
mod targets;
mod terms;
mod trouble;
mod unanswered;
mod users;
mod verified;
mod version;
mod waiting;
mod words;

use std::collections::{BTreeMap, HashMap};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

pub use approving::{Decision, NotDecided, Steward};
use asker::Asker;
use audit_query::Queries;
pub use card::query_card;
use charting::Charts;
pub use command::{acts_on_an_answer, reads_as_command};
use departed_places::DepartedPlaces;
use few::Few;
use futures::FutureExt as _;
use latest::ShownAgain;
use paging::Pages;
use pending_finals::PendingFinals;
pub use places::{PlaceTerms, Places};
use quotas::Quotas;
pub use quotas::{Quantities, Quantity, QuotaLimits};
pub use ruling::{AccessDecision, Showing, Why};
pub use rulings::{Case, Rulings};
use running::{Running, Stopped};
pub use schema::{Schema, Schemas};
use seen::Seen;
pub use settings::{KeptAnswers, Prompts, Settings, VerifiedUse};
use strangers::Strangers;
pub use target::{Reading, Refreshed, Target};
pub use terms::{Delivery, OverCost, Terms};
use trouble::PipelineError;
pub use waiting::Notes;

use crate::context::Gauges;
use crate::domain::{
    AuditAction, AuditStatus, ButtonAction, Event, EventBody, MessageRef, Outgoing, Place, PlatformName,
};
use crate::egress::{Aim, Patience, Scheduler, whole};
use crate::models::ModelPool;
use crate::ports::{
    AuditLog, Catalogs, ChatPlatform, Checkup, Clock, Conversations, Entropy, Knowledge, People, PlatformError,
    Proposals, ResultFiles,
};
use crate::text::{Text, text};

/// Answers that are recorded at the same time, each with a copy or two of its text: enough for the log to write many at
/// once.
const RECORDED_AT_ONCE: usize = 64;

/// Everything the pipeline works with.
pub struct Parts {
    /// The chats people write in.
    pub platforms: Vec<Arc<dyn ChatPlatform>>,
    /// The model that answers, wherever it is.
    pub model: Arc<ModelPool>,
    /// The databases that can be asked, by name.
    pub targets: BTreeMap<String, Arc<Target>>,
    /// Users and links.
    pub people: Arc<dyn People>,
    /// What was said.
    pub conversations: Arc<dyn Conversations>,
    /// Statements waiting for a decision.
    pub proposals: Arc<dyn Proposals>,
    /// Verified queries.
    pub knowledge: Arc<dyn Knowledge>,
    /// What targets held when they were last read.
    pub catalogs: Arc<dyn Catalogs>,
    /// What happened.
    pub audit: Arc<dyn AuditLog>,
    /// Where results become files.
    pub files: Arc<dyn ResultFiles>,
    /// How all of these are.
    pub checkup: Arc<dyn Checkup>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
    /// What models are told.
    pub prompts: Prompts,
    /// Limits and defaults.
    pub settings: Settings,
}

/// Answers events. One for the whole program; every event may be handled at the same time as others.
pub struct Pipeline {
    parts: Parts,
    platforms: HashMap<PlatformName, Arc<dyn ChatPlatform>>,
    scheduler: Scheduler,
    running: Running,
    pending_finals: PendingFinals,
    left: DepartedPlaces,
    seen: Seen,
    charts: Charts,
    pages: Pages,
    shown_again: ShownAgain,
    strangers: Strangers,
    quotas: Quotas,
    audit_queries: Queries,
    gauges: Gauges,
    /// Answers that are recorded at the same time.
    recording: Few,
}

impl Pipeline {
    /// A pipeline over its parts.
    pub fn new(parts: Parts) -> Self {
        let left = DepartedPlaces::default();
        let platforms =
            parts.platforms.iter().map(|platform| (platform.name(), left.mind(platform, &parts.clock))).collect();
        let quotas = Quotas::new(&parts.settings.quotas, &parts.clock);
        let scheduler = Scheduler::new(Arc::clone(&parts.clock));
        parts.platforms.iter().for_each(|platform| scheduler.listen(&**platform));
        Self {
            parts,
            platforms,
            scheduler,
            running: Running::default(),
            pending_finals: PendingFinals::default(),
            left,
            seen: Seen::default(),
            charts: Charts::default(),
            pages: Pages::default(),
            shown_again: ShownAgain::default(),
            strangers: Strangers::default(),
            quotas,
            audit_queries: Queries::default(),
            gauges: Gauges::default(),
            recording: Few::new(RECORDED_AT_ONCE),
        }
    }

    /// What it works with.
    pub fn parts(&self) -> &Parts {
        &self.parts
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
            tracing::error!(platform = %event.actor.platform, "an event of a platform that is not configured");
            return;
        };
        let body = event.body.clone();
        let (outcome, user) = match self.identify(&event, Arc::clone(&platform)).boxed().await {
            Ok(Some(asker)) => (self.answer_unbroken(&asker, body).await, Some(asker.user)),
            Ok(None) => (Ok(()), None),
            Err(trouble) => (Err(trouble), None),
        };
        if let Err(trouble) = outcome {
            let client = self.platforms.get(&event.actor.platform).and_then(|platform| platform.awaits(&event));
            let unknown = client.unwrap_or(self.parts.settings.locale);
            let locale = user.as_ref().map_or(unknown, |user| user.locale);
            let user = user.map(|user| user.id);
            let incident = self.event_by(&event.actor, &event.place, user, AuditAction::Incident, AuditStatus::Failed);
            let concerns_one = matches!(trouble, PipelineError::TellAlone(_));
            let sentence = self.explain_trouble(trouble, incident).boxed().await;
            self.tell_of_trouble(&*platform, &event, &sentence.render(locale), concerns_one).await;
        }
    }

    /// A bug in answering one person is an incident of theirs: nobody waits for an answer that never comes.
    async fn answer_unbroken(&self, asker: &Asker, body: EventBody) -> Result<(), PipelineError> {
        if let Ok(answered) = AssertUnwindSafe(self.answer_to(asker, body)).catch_unwind().await {
            return answered;
        }
        if let Err(error) = self.recover_from(asker).boxed().await {
            tracing::error!(%error, "what a panic left behind could not be closed; the next minute will");
        }
        Err(PipelineError::Broken("a panic; the log says where".to_owned()))
    }

    async fn answer_to(&self, asker: &Asker, body: EventBody) -> Result<(), PipelineError> {
        // Each by itself in memory: what waits longest, an answer that streams, is far from the largest.
        if !self.admit(asker).boxed().await? {
            return Ok(());
        }
        match body {
            EventBody::Said(words) => self.ask(asker, &words).boxed().await,
            EventBody::Command(words) => self.command(asker, &words).boxed().await,
            EventBody::Unreadable => Err(PipelineError::Tell(text("question-unreadable"))),
            EventBody::Edited { proposal, text } => self.edit(asker, Some(&proposal), &text).boxed().await,
            EventBody::Clicked(ButtonAction::Execute(proposal)) => self.execute(asker, &proposal).boxed().await,
            EventBody::Clicked(ButtonAction::Edit(proposal)) => {
                self.show_for_editing(asker, &proposal, None).boxed().await
            }
            EventBody::Clicked(ButtonAction::Explain(proposal)) => self.explain(asker, &proposal, None).boxed().await,
            EventBody::Clicked(ButtonAction::Plan(proposal)) => self.show_plan(asker, &proposal, None).boxed().await,
            EventBody::Clicked(ButtonAction::Show(proposal)) => self.show_alone(asker, &proposal).boxed().await,
            EventBody::Clicked(ButtonAction::Agree(proposal)) => self.agree_by_click(asker, &proposal).boxed().await,
            EventBody::Clicked(ButtonAction::Chart(proposal)) => self.chart(asker, &proposal).boxed().await,
            EventBody::Clicked(ButtonAction::AuditOlder(page) | ButtonAction::AuditNewer(page)) => {
                self.show_audit_page(asker, &page).boxed().await
            }
            EventBody::Clicked(ButtonAction::ShowRows(page)) => self.show_rows(asker, &page).boxed().await,
            EventBody::Clicked(ButtonAction::Keep(proposal)) => self.keep(asker, &proposal, "").boxed().await,
            EventBody::Clicked(ButtonAction::Rate(answer, rating)) => self.rate(asker, &answer, rating).boxed().await,
            EventBody::Clicked(ButtonAction::Stop) => self.stop(asker),
            EventBody::Clicked(ButtonAction::Retry(turn)) => self.retry(asker, turn).boxed().await,
            EventBody::Clicked(ButtonAction::Continue(turn)) => self.go_on(asker, turn).boxed().await,
            // Nobody asks by these: they were dealt with before it was known who acts.
            EventBody::Deleted { .. } | EventBody::Reworded { .. } | EventBody::Left => Ok(()),
        }
    }

    /// Tells the asker something in their language; where they alone can read it beside what they did, nobody else does.
    async fn tell(&self, asker: &Asker, sentence: &Text) {
        if !self.show_aside(asker, &Outgoing::text(sentence.render(asker.own_locale))).await {
            self.show(asker, &Outgoing::text(sentence.render(asker.user.locale))).await;
        }
    }

    /// Shows the asker something beside what they did; whether it could be.
    async fn show_aside(&self, asker: &Asker, message: &Outgoing) -> bool {
        match &asker.aside {
            Some(aside) => self.send(&*asker.platform, aside, message).await,
            None => false,
        }
    }

    async fn show(&self, asker: &Asker, message: &Outgoing) {
        self.send(&*asker.platform, &asker.place, message).await;
    }

    /// Shows the asker something that others in the place need not read.
    async fn show_in_private(&self, asker: &Asker, message: Outgoing) -> Result<(), PipelineError> {
        if asker.place.private {
            self.show(asker, &message).await;
            return Ok(());
        }
        if self.show_aside(asker, &message).await {
            return Ok(());
        }
        let private = asker.platform.open_dm(&asker.actor).await;
        match private {
            Ok(place) if self.send(&*asker.platform, &place, &message).await => {
                self.tell(asker, &text("sent-in-private")).await;
                Ok(())
            }
            _ => Err(PipelineError::Tell(text("private-failed"))),
        }
    }

    /// Sends a message that is whole, cut to what the platform takes; tried until the platform has it.
    async fn send(&self, platform: &dyn ChatPlatform, place: &Place, message: &Outgoing) -> bool {
        self.send_whole(platform, place, message).await.is_ok()
    }

    /// The same, and where it stands.
    async fn send_whole(
        &self,
        platform: &dyn ChatPlatform,
        place: &Place,
        message: &Outgoing,
    ) -> Result<MessageRef, PlatformError> {
        let message = Outgoing { text: whole(&message.text, platform.capabilities().length), ..message.clone() };
        let sent = self.scheduler.deliver(platform, place, Aim::New, &message, Patience::LONG).await;
        sent.inspect_err(|error| tracing::warn!(%error, place = place.id, "a message could not be sent"))
    }

    /// Says what went wrong: beside what was done, or where it was done, unless it concerns one person and others read there.
    async fn tell_of_trouble(&self, platform: &dyn ChatPlatform, event: &Event, sentence: &str, concerns_one: bool) {
        let message = Outgoing::text(sentence);
        if let Some(aside) = platform.aside(event)
            && self.send(platform, &aside, &message).await
        {
            return;
        }
        let place = if concerns_one && !event.place.private {
            platform.open_dm(&event.actor).await.unwrap_or_else(|_| event.place.clone())
        } else {
            event.place.clone()
        };
        self.send(platform, &place, &message).await;
    }
}
