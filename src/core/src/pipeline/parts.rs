//! The pipeline's parts, and their assembly.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Semaphore;

use super::Pipeline;
use super::briefing::Briefings;
use super::charts::{ChartMaker, Charts};
use super::claims::Claims;
use super::continuations::Continuations;
use super::corrections::Corrections;
use super::endings::Endings;
use super::event_dedup::Seen;
use super::execution::Executions;
use super::explain::Explainer;
use super::outcome::Results;
use super::paging::ResultPager;
use super::platform_queries::PlatformQueries;
use super::programs::Programs;
use super::proposal_maker::ProposalMaker;
use super::question::Questions;
use super::retries::Retries;
use super::statement_editor::StatementEditor;
use super::streaming::AnswerStreamer;
use super::suggested::SuggestedQuestions;
use super::verified::VerifiedAnswers;
use crate::access::gate::Access;
use crate::access::quotas::Quotas;
use crate::access::recent::Recent;
use crate::commands::account::Account;
use crate::commands::audit::query::Queries;
use crate::commands::audit::view::AuditView;
use crate::commands::conversations::OwnConversations;
use crate::commands::desk::Desk;
use crate::commands::policy::PolicyView;
use crate::commands::status::StatusView;
use crate::commands::users::Users;
use crate::context::{Gauges, Prompts};
use crate::egress::Scheduler;
use crate::history::History;
use crate::history::latest::ShownAgain;
use crate::identity::Identity;
use crate::models::ModelPool;
use crate::outbox::Platforms;
use crate::outbox::cards::Cards;
use crate::outbox::departed_places::DepartedPlaces;
use crate::outbox::finalize::Finalizer;
use crate::outbox::orphaned_turns::OrphanedTurns;
use crate::outbox::pending_finals::PendingFinals;
use crate::outbox::recovery::Recovery;
use crate::outbox::result_pages::{Pages, ResultPages};
use crate::outbox::running::Running;
use crate::outbox::send::Outbox;
use crate::ports::{
    AuditLog, Catalogs, ChatPlatform, Checkup, Clock, Conversations, Entropy, Knowledge, People, Proposals, ResultFiles,
};
use crate::recorder::Recorder;
use crate::settings::Settings;
use crate::statements::recheck::Statements;
use crate::stewardship::{
    BusinessTerms, CostApprovals, Ratings, Review, ReviewCommand, ReviewList, StewardNotices, VerifiedQueries,
};
use crate::targets::{Target, Targets, VerifiedSets};

/// Answers that are recorded at the same time, each with a copy or two of its text: enough for the log to write many at
/// once.
const RECORDED_AT_ONCE: usize = 64;

/// Everything the pipeline works with.
#[derive(Clone)]
pub struct Parts {
    /// The chats people write in.
    pub platforms: Vec<Arc<dyn ChatPlatform>>,
    /// The model that answers, wherever it is.
    pub model: Arc<ModelPool>,
    /// The databases that can be asked, by name.
    pub targets: BTreeMap<String, Arc<Target>>,
    /// Users and links.
    pub people: Arc<dyn People>,
    /// Store of past turns.
    pub conversations: Arc<dyn Conversations>,
    /// Statements waiting for a decision.
    pub proposals: Arc<dyn Proposals>,
    /// Verified queries.
    pub knowledge: Arc<dyn Knowledge>,
    /// Store of cached catalogs.
    pub catalogs: Arc<dyn Catalogs>,
    /// The audit log.
    pub audit: Arc<dyn AuditLog>,
    /// Store that turns results into files.
    pub files: Arc<dyn ResultFiles>,
    /// Health checks of all parts.
    pub checkup: Arc<dyn Checkup>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
    /// Prompts of the model.
    pub prompts: Arc<Prompts>,
    /// Limits and defaults.
    pub settings: Arc<Settings>,
}

/// A part of its own fields and of clones of those it shares with others.
macro_rules! part {
    ($part:ident { $($shared:ident),* } $($own:ident: $value:expr),*) => {
        Arc::new($part { $($shared: Clone::clone(&$shared),)* $($own: $value,)* })
    };
}

impl Pipeline {
    /// A pipeline over its parts, from the one that knows least to those that know most.
    #[expect(clippy::too_many_lines, reason = "a table of the parts, each with what it knows")]
    pub fn new(parts: Parts) -> Self {
        let Parts { platforms, model, targets: all, people, conversations, proposals, knowledge, .. } = parts.clone();
        let Parts { catalogs, audit, files, checkup, clock, entropy, prompts, settings, .. } = parts.clone();
        let (left, running, pending) = (DepartedPlaces::default(), Running::default(), PendingFinals::default());
        let scheduler = Scheduler::new(Arc::clone(&clock));
        for platform in &platforms {
            scheduler.listen(&**platform);
        }
        let gated = platforms.iter().map(|platform| (platform.name(), left.mind(platform, &clock)));
        let platforms: Platforms = Arc::new(gated.collect());
        let recorder = part!(Recorder { clock, entropy, audit });
        let access = part!(Access { clock, recorder, settings } quotas: Quotas::new(&settings.quotas, &clock), turned_away: Recent::new(1, Duration::from_mins(10)));
        let targets = part!(Targets { all, recorder, settings, catalogs, clock } verified_sets: VerifiedSets::new(Arc::clone(&knowledge)));
        let outbox = part!(Outbox { files, scheduler });
        let cards = part!(Cards { clock, outbox, people, platforms, proposals, scheduler, settings });
        let pages = part!(ResultPages { clock, conversations, platforms, scheduler } kept: Pages::default());
        let finalizer = part!(Finalizer {
            cards,
            clock,
            conversations,
            entropy,
            files,
            outbox,
            pages,
            pending,
            people,
            proposals,
            recorder,
            running,
            scheduler
        });
        let orphans = part!(OrphanedTurns { scheduler, platforms, running, finalizer, conversations, people });
        let recovery = part!(Recovery {
            settings,
            platforms,
            running,
            pending,
            recorder,
            finalizer,
            orphans,
            clock,
            conversations,
            people
        });
        let history = part!(History { clock, conversations, finalizer, proposals, recorder, settings, targets } shown_again: ShownAgain::default());
        let statements = part!(Statements {
            cards,
            clock,
            conversations,
            files,
            history,
            outbox,
            proposals,
            recorder,
            settings,
            targets
        });
        let verified = part!(VerifiedQueries { catalogs, clock, knowledge, recorder, settings, targets });
        let terms = part!(BusinessTerms { access, outbox, people, verified });
        let review = part!(Review { access, knowledge, outbox, people, recorder, targets, verified });
        let notices = part!(StewardNotices {
            audit,
            clock,
            knowledge,
            outbox,
            people,
            platforms,
            recorder,
            settings,
            targets,
            verified
        });
        let review_list = part!(ReviewList { clock, knowledge });
        let review_command =
            part!(ReviewCommand { access, clock, conversations, knowledge, outbox, proposals, recorder, targets });
        let ratings = part!(Ratings {
            audit,
            clock,
            conversations,
            history,
            knowledge,
            outbox,
            proposals,
            recorder,
            review_list,
            statements,
            targets,
            verified
        });
        let cost_approvals = part!(CostApprovals {
            access,
            cards,
            clock,
            conversations,
            outbox,
            people,
            platforms,
            proposals,
            recorder,
            settings,
            statements,
            targets
        });
        let desk = part!(Desk { audit, clock, people, settings });
        let account = part!(Account { desk, outbox, people });
        let users = part!(Users { access, desk, entropy, outbox, people, platforms, settings });
        let policy = part!(PolicyView { access, desk, outbox, people, settings, targets });
        let status = part!(StatusView { access, checkup, model, outbox, pending });
        let audit_view = part!(AuditView { access, audit, clock, entropy, files, outbox, people, platforms, recorder, targets } queries: Queries::default());
        let own_conversations = part!(OwnConversations {
            cost_approvals,
            cards,
            clock,
            conversations,
            entropy,
            files,
            history,
            outbox,
            pages,
            proposals,
            recorder,
            running,
            targets
        });
        let identity = part!(Identity { clock, entropy, outbox, people, recorder, settings } helped: Recent::new(1, Duration::from_mins(10)), requested: Recent::new(5, Duration::from_mins(15)));
        let platform_queries = part!(PlatformQueries { conversations, people, proposals, running, settings, targets });
        let briefings = part!(Briefings { clock, history, model, prompts, settings } gauges: Gauges::default());
        let proposal_maker = part!(ProposalMaker {
            cards,
            clock,
            entropy,
            model,
            outbox,
            proposals,
            recorder,
            running,
            settings,
            statements,
            targets
        });
        let endings = part!(Endings { settings, model, recorder, finalizer, proposal_maker, conversations } recording: Semaphore::new(RECORDED_AT_ONCE));
        let answer_streamer = part!(AnswerStreamer { settings, model, endings, outbox, finalizer, clock });
        let corrections = part!(Corrections { settings, prompts, briefings, proposal_maker, answer_streamer });
        let verified_answers =
            part!(VerifiedAnswers { settings, outbox, cards, proposal_maker, endings, clock, conversations });
        let questions = part!(Questions { settings, running, recorder, access, targets, outbox, history, briefings, endings, answer_streamer, corrections, review_list } verified: Arc::clone(&verified_answers), suggested: SuggestedQuestions::default());
        let retries = part!(Retries { running, recorder, access, finalizer, history, questions, conversations });
        let continuations = part!(Continuations {
            settings,
            running,
            recorder,
            access,
            targets,
            finalizer,
            history,
            briefings,
            proposal_maker,
            endings,
            answer_streamer,
            conversations
        });
        let charting = part!(ChartMaker { access, clock, conversations, files, outbox, recorder, running, statements, targets } charts: Charts::default());
        let results = part!(Results { charting, clock, files, pages, settings });
        let claims = part!(Claims { clock, proposals } unreleased: Mutex::default());
        let executions = part!(Executions {
            access,
            cards,
            claims,
            clock,
            conversations,
            finalizer,
            history,
            outbox,
            people,
            proposals,
            proposal_maker,
            recorder,
            results,
            review_list,
            running,
            settings,
            statements,
            targets
        });
        let paging = part!(ResultPager { access, clock, conversations, pages, recorder, results, statements, targets });
        let explaining = part!(Explainer { statements, targets });
        let editing = part!(StatementEditor {
            access,
            cards,
            clock,
            files,
            history,
            outbox,
            proposals,
            proposal_maker,
            settings,
            statements,
            targets
        });
        let programs = part!(Programs {
            access,
            executions,
            history,
            own_conversations,
            proposal_maker,
            proposals,
            ratings,
            review_command,
            settings,
            targets,
            terms
        });
        let seen = Seen::default();
        Self {
            parts,
            platforms,
            running,
            left,
            seen,
            recorder,
            access,
            outbox,
            cards,
            pages,
            recovery,
            identity,
            history,
            statements,
            verified,
            review,
            terms,
            review_command,
            notices,
            ratings,
            cost_approvals,
            account,
            users,
            policy,
            status,
            audit_view,
            own_conversations,
            platform_queries,
            questions,
            retries,
            continuations,
            claims,
            executions,
            charting,
            paging,
            explaining,
            editing,
            programs,
        }
    }
}
