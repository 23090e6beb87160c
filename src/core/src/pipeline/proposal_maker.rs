//! From a statement to a proposal that a person can run, or to a refusal they can understand.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::access::version::bound_to;
use crate::asker::Asker;
use crate::domain::{
    Agreement, AuditAction, AuditEvent, AuditStatus, ButtonAction, Locale, Origin, Outgoing, OutgoingState,
    PolicyVersion, PromptManifest, Proposal, ProposalId, ProposalState, Value,
};
use crate::egress::neutralized;
use crate::error::PipelineError;
use crate::extract;
use crate::guard::{ApprovedStatement, Verdict};
use crate::models::ModelPool;
use crate::outbox::buttons::{button, buttons};
use crate::outbox::cards::Cards;
use crate::outbox::running::Running;
use crate::outbox::send::Outbox;
use crate::pipeline::continuation_text::Joined;
use crate::pipeline::exchange::Exchange;
use crate::pipeline::fault::Fault;
use crate::pipeline::inquiry::Inquiry;
use crate::pipeline::offer::Offer;
use crate::pipeline::rewritten::rewritten;
use crate::ports::{Clock, Entropy, Estimate, Proposals, QueryTarget};
use crate::recorder::Recorder;
use crate::recorder::event::about;
use crate::refusal::refusal_text;
use crate::results::readable;
use crate::settings::{OverCost, Settings};
use crate::statements::card::{BESIDE, card, waits};
use crate::statements::recheck::Statements;
use crate::targets::Targets;
use crate::text::{Text, text};

/// A statement that somebody wrote.
pub(crate) struct Draft<'a> {
    pub(crate) statement: &'a str,
    pub(crate) parameters: BTreeMap<String, Value>,
    pub(crate) origin: Origin,
    /// The manifest of the prompt that led to the statement.
    pub(crate) told: Option<PromptManifest>,
    /// The number of corrections by the model.
    pub(crate) repairs: u32,
}

/// A statement that is not offered, with the reason.
pub(crate) struct Refused {
    /// The guard's rule, where it is one.
    pub(crate) rule: Option<&'static str>,
    pub(crate) detail: String,
    /// Estimated cost, if that is the reason.
    pub(crate) cost: Option<f64>,
    /// For the person.
    pub(crate) sentence: Text,
    /// The error, if a model can fix it.
    pub(crate) fault: Option<Box<Fault>>,
}

/// Turns statements into proposals that people can run, or into refusals that they can understand.
pub(crate) struct ProposalMaker {
    pub(crate) settings: Arc<Settings>,
    pub(crate) model: Arc<ModelPool>,
    pub(crate) running: Running,
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) targets: Arc<Targets>,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) cards: Arc<Cards>,
    pub(crate) statements: Arc<Statements>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) proposals: Arc<dyn Proposals>,
}

impl ProposalMaker {
    /// The proposal that comes of an answer, if it holds a statement. One that was cut short offers nothing: half a
    /// statement may mean something else.
    pub(crate) async fn offer_from(
        &self,
        inquiry: &Inquiry<'_>,
        exchange: &Exchange<'_>,
        repairs: u32,
    ) -> Result<Option<Offer>, PipelineError> {
        let said = Joined::of(exchange);
        let mut statements = extract::statements(&said.text);
        if statements.is_empty() || !exchange.is_whole() {
            return Ok(None);
        }
        let others = statements.len() as u64 - 1;
        let first = statements.swap_remove(0);
        let told = exchange.briefing.as_ref().map(|briefing| briefing.told.clone());
        let parameters = BTreeMap::new();
        let draft = Draft { statement: &first.text, parameters, origin: Origin::Model, told, repairs };
        let mut offer = self.propose(inquiry, draft).await?;
        if others > 0 {
            let note = text("only-first-statement").count("others", others).render(inquiry.asker.user.locale);
            offer.card = format!("{}\n\n{note}", offer.card);
        }
        Ok(Some(Offer { place: Some(said.placed(first)), ..offer }))
    }

    /// Puts a statement through the guard and the database's own planner, and keeps it as a proposal. One that is
    /// refused is kept too: it can be mended, and it is what a person who says "execute" next is told of.
    pub(crate) async fn propose(&self, inquiry: &Inquiry<'_>, draft: Draft<'_>) -> Result<Offer, PipelineError> {
        let now = self.clock.now();
        let repairs = draft.repairs;
        let proposal = Proposal {
            id: ProposalId(self.entropy.hex(16)),
            conversation: inquiry.conversation.id,
            author: inquiry.asker.user.id,
            target: inquiry.target.name.clone(),
            statement: draft.statement.to_owned(),
            parameters: draft.parameters,
            origin: draft.origin,
            question: inquiry.question.text.clone(),
            asked: inquiry.question.asked.clone(),
            state: ProposalState::Pending,
            agreement: Agreement::NotNeeded,
            policy: self.policy_of(inquiry),
            seal: String::new(),
            told: draft.told,
            created_at: now,
            expires_at: now + self.settings.proposal_lifetime,
        };
        let (approved, estimate) = match self.approved(inquiry, &proposal).await? {
            Ok(approved) => approved,
            Err(refused) => return self.refuse(inquiry, proposal, refused, repairs).await,
        };
        let statement = approved.text().to_owned();
        // Always a second person: nobody agrees to what they ask for themselves.
        let is_costly = inquiry.target.terms.is_costly(&estimate);
        let agreement = if is_costly { Agreement::Needed } else { Agreement::NotNeeded };
        let proposal = Proposal { statement, parameters: approved.values().clone(), agreement, ..proposal }.sealed();
        let bar = inquiry.bar(approved.text());
        let bar = Some(self.targets.shown_itself(&inquiry.asker.place, &inquiry.target, bar))
            .filter(|ruling| !ruling.allowed);
        let locale = inquiry.asker.user.locale;
        let prefix = inquiry.asker.prefix();
        let estimates = estimated(&*inquiry.target.port, &estimate, locale);
        let facts = rewritten(&approved).into_iter().chain(estimates).chain(waits(&proposal, prefix));
        let facts: Vec<String> = facts.map(|said| said.render(locale)).collect();
        let told = |in_file: Option<&str>| {
            let card = card(&proposal, approved.relations(), in_file, locale);
            std::iter::once(card).chain(facts.iter().cloned()).collect::<Vec<_>>().join("\n")
        };
        let room = inquiry.asker.platform.capabilities().length.less(BESIDE);
        // What people cannot read whole they cannot approve.
        let Some((card, files)) = self.statements.shown_whole(inquiry.asker, &proposal, room, told).await else {
            let detail = "it cannot be shown whole in one message".to_owned();
            let sentence = text("statement-not-showable");
            let refused = Refused { rule: None, detail, cost: None, sentence, fault: None };
            return self.refuse(inquiry, proposal, refused, repairs).await;
        };
        let event = AuditEvent {
            cost: rounded(estimate.cost),
            model: (proposal.origin == Origin::Model).then(|| self.model.name().to_owned()),
            detail: Some(after_repairs(&proposal.origin.to_string(), repairs)),
            ..self.recorder.event(inquiry.asker, AuditAction::Proposal, AuditStatus::Ok)
        };
        self.recorder.record(about(event, &proposal, approved.relations())).await?;
        self.proposals.add(&proposal).await?;
        self.running.offers(inquiry.asker.user.id, &inquiry.asker.place, &proposal.id);
        let buttons = buttons(&proposal, locale);
        let written = proposal.statement;
        let proposal = proposal.id;
        let columns = approved.columns().to_vec();
        Ok(Offer { place: None, card, refused: false, written, columns, fault: None, proposal, buttons, files, bar })
    }

    /// The guard's word, then the database's own: it may refuse what the guard lets pass, and says what it expects.
    async fn approved(
        &self,
        inquiry: &Inquiry<'_>,
        proposal: &Proposal,
    ) -> Result<Result<(ApprovedStatement, Estimate), Refused>, PipelineError> {
        let approved = match guarded(inquiry, proposal) {
            Ok(approved) => approved,
            Err(refused) => return Ok(Err(refused)),
        };
        let target = &inquiry.target;
        let estimate = match self.planned(inquiry, &approved).await? {
            Ok(estimate) => estimate,
            Err(refused) => return Ok(Err(refused)),
        };
        if target.terms.is_costly(&estimate) && target.terms.over_cost == OverCost::Refuse {
            let cost = estimate.cost.map_or_else(|| "unknown".to_owned(), |cost| cost.to_string());
            let sentence = match estimate.cost {
                Some(_) => text("statement-too-costly"),
                None => text("statement-cost-unknown"),
            };
            let detail = format!("its expected cost is {cost}");
            return Ok(Err(Refused { rule: None, detail, cost: estimate.cost, sentence, fault: None }));
        }
        Ok(Ok((approved, estimate)))
    }

    /// The version of the rules under which a statement is offered.
    fn policy_of(&self, inquiry: &Inquiry<'_>) -> PolicyVersion {
        let target = &inquiry.target;
        bound_to(&self.settings, &target.name, &target.terms, &inquiry.asker.user.role, &inquiry.conversation.place)
    }

    async fn refuse(
        &self,
        inquiry: &Inquiry<'_>,
        proposal: Proposal,
        refused: Refused,
        repairs: u32,
    ) -> Result<Offer, PipelineError> {
        let proposal = Proposal { state: ProposalState::Refused, ..proposal }.sealed();
        let refused_by_guard = refused.rule.is_some();
        let event = AuditEvent {
            rule: refused.rule.map(str::to_owned),
            cost: rounded(refused.cost),
            detail: Some(after_repairs(&refused.detail, repairs)),
            ..self.recorder.event(inquiry.asker, AuditAction::Refusal, AuditStatus::Refused)
        };
        self.recorder.record(about(event, &proposal, &[])).await?;
        self.proposals.add(&proposal).await?;
        let locale = inquiry.asker.user.locale;
        let card = format!("{} {}", text("statement-refused").render(locale), refused.sentence.render(locale));
        let mend = button(ButtonAction::Edit(proposal.id.clone()), &text("button-edit"), locale);
        // Where the database refused it, or its cost did, what is said of it is for those who may see what it reads. What
        // the guard refuses is told of in words for everybody.
        let bar = if refused_by_guard { None } else { inquiry.bar_of(&proposal.statement) };
        let bar = Some(self.targets.shown_itself(&inquiry.asker.place, &inquiry.target, bar))
            .filter(|ruling| !ruling.allowed);
        let (written, fault, buttons) = (proposal.statement, refused.fault, vec![mend]);
        let (proposal, files) = (proposal.id, Vec::new());
        Ok(Offer {
            place: None,
            card,
            refused: true,
            written,
            columns: Vec::new(),
            fault,
            proposal,
            buttons,
            files,
            bar,
        })
    }

    /// An offer as it stands in the place: its card among `words`, or, where that is for the asker alone, the line that
    /// says so after it has been sent to them.
    pub(crate) async fn placed(&self, asker: &Asker, offer: Offer, words: impl FnOnce(&str) -> String) -> Outgoing {
        let (text, state) = (words(&offer.card), OutgoingState::Final);
        let message = Outgoing { text, buttons: offer.buttons, files: offer.files, state };
        if offer.bar.is_none() {
            return message;
        }
        let (Ok(said) | Err(said)) = self.cards.hand_over(asker, &offer.proposal, &message).await;
        self.outbox.release_uploaded_files(asker, &message.files).await;
        said
    }
}

/// The guard's word on the statement with its parameters.
fn guarded(inquiry: &Inquiry<'_>, proposal: &Proposal) -> Result<ApprovedStatement, Refused> {
    match inquiry.schema.guard.check(&proposal.statement) {
        Verdict::Allow(approved) => approved.bind(&proposal.parameters).map_err(|missing| {
            let detail = missing.to_string();
            let sentence = text("parameter-missing").with("name", missing.0);
            let fault = Some(Box::new(Fault::of_database(sentence.clone())));
            Refused { rule: None, detail, cost: None, sentence, fault }
        }),
        Verdict::Deny(refusal) => {
            let (rule, detail) = (Some(refusal.rule.id()), neutralized(&refusal.to_string()));
            // What it suggests instead is read by everybody there.
            let common = inquiry.common_refusal(&proposal.statement, &refusal);
            let fault = Fault::of_guard(&refusal, &common);
            Err(Refused { rule, detail, cost: None, sentence: refusal_text(&common), fault })
        }
    }
}

/// Adds the number of corrections to the audit's text on a statement.
fn after_repairs(said: &str, repairs: u32) -> String {
    if repairs == 0 { said.to_owned() } else { format!("{said}; repair {repairs}") }
}

/// A sentence on the estimated cost, or on its absence if the database could estimate.
fn estimated(port: &dyn QueryTarget, estimate: &Estimate, locale: Locale) -> Option<Text> {
    let (Some(cost), Some(rows)) = (estimate.cost, estimate.rows) else {
        return port.estimates().then(|| text("estimate-none"));
    };
    let cost = readable(&Value::Decimal(format!("{cost:.0}")), locale, true);
    Some(text("estimate").count("rows", rows).with("cost", cost))
}

/// A cost as the audit holds it: whole.
fn rounded(cost: Option<f64>) -> Option<i64> {
    format!("{:.0}", cost?).parse().ok()
}
