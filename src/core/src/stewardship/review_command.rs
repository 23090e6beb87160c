//! `/review`: the questions that stewards should look at, one of them whole, and its end.

use std::sync::Arc;

use crate::access::gate::Access;
use crate::asker::Asker;
use crate::domain::{
    AuditAction, AuditEvent, AuditStatus, ButtonAction, Capability, CommandName, Locale, Outgoing, Proposal,
    ProposalState, ReviewItem, ReviewReason, Verb,
};
use crate::egress::{fit, quoted};
use crate::error::PipelineError;
use crate::guard::Verdict;
use crate::outbox::buttons::button;
use crate::outbox::send::Outbox;
use crate::ports::{Clock, Conversations, Knowledge, Proposals};
use crate::recorder::Recorder;
use crate::statements::card::day;
use crate::targets::Targets;
use crate::text::{first_word, text};

/// Questions listed at once.
const LISTED: usize = 15;
/// Characters of a question in the list, and alone.
const LONGEST_IN_LIST: usize = 120;
const LONGEST: usize = 1_000;

/// `/review`: the stewards' list of questions.
pub(crate) struct ReviewCommand {
    pub(crate) access: Arc<Access>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) conversations: Arc<dyn Conversations>,
    pub(crate) knowledge: Arc<dyn Knowledge>,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) proposals: Arc<dyn Proposals>,
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) targets: Arc<Targets>,
}

impl ReviewCommand {
    /// Handles what follows the command: nothing lists the open questions, a number shows one, and `close` with a number
    /// takes it off the list.
    pub(crate) async fn review(&self, asker: &Asker, words: &str) -> Result<(), PipelineError> {
        let tried = format!("review {words}");
        self.access.require(asker, Capability::ManageVerified, &tried, text("steward-not-allowed")).await?;
        let (first, rest) = first_word(words);
        let verb = CommandName::Review.verb(first);
        let number = if verb.is_some() { rest.trim() } else { words.trim() };
        // They are other people's words.
        let read = self.recorder.event(asker, AuditAction::ReviewRead, AuditStatus::Ok);
        self.recorder.record(AuditEvent { detail: Some(fit(&tried, 200)), ..read }).await?;
        let open = self.open(asker).await?;
        if number.is_empty() && verb.is_none() {
            return self.outbox.post_privately(asker, Outgoing::text(self.list(asker, &open))).await;
        }
        let Some(item) = open.iter().find(|item| item.number.to_string() == number) else {
            return Err(PipelineError::TellAlone(text("review-unknown").with("prefix", asker.prefix())));
        };
        match verb {
            Some(Verb::Close) => self.close(asker, item).await,
            _ => self.show(asker, item).await,
        }
    }

    /// The open questions of the targets that are queried on the asker's platform.
    async fn open(&self, asker: &Asker) -> Result<Vec<ReviewItem>, PipelineError> {
        let mut open = Vec::new();
        let shown = |target: &&String| self.targets.is_shown_on(target, &asker.place.platform);
        for target in self.targets.all.keys().filter(shown) {
            for item in self.knowledge.open_reviews(target).await? {
                // What was said on a platform is not always told on another.
                let conversation = self.conversations.conversation(item.conversation).await?;
                if conversation.is_some_and(|held| self.targets.is_told_here(asker, &held.place.platform)) {
                    open.push(item);
                }
            }
        }
        Ok(open)
    }

    fn list(&self, asker: &Asker, open: &[ReviewItem]) -> String {
        let locale = asker.user.locale;
        let line = |item: &ReviewItem| {
            let facts = [quoted(&item.question, LONGEST_IN_LIST), self.target_of(item), why(item, locale)];
            let facts: Vec<String> = facts.into_iter().filter(|fact| !fact.is_empty()).collect();
            format!("{}. {}", item.number, facts.join(" · "))
        };
        let heading = text("reviews").count("count", open.len() as u64);
        let more = open.len().saturating_sub(LISTED) as u64;
        let more = (more > 0).then(|| text("verified-more").count("count", more));
        let how = (!open.is_empty()).then(|| text("review-how").with("prefix", asker.prefix()));
        let lines = std::iter::once(heading.render(locale)).chain(open.iter().take(LISTED).map(line));
        lines.chain(more.into_iter().chain(how).map(|said| said.render(locale))).collect::<Vec<_>>().join("\n")
    }

    /// The target, where there are several.
    fn target_of(&self, item: &ReviewItem) -> String {
        if self.targets.all.len() > 1 { item.target.clone() } else { String::new() }
    }

    /// Shows a question with its statement, and the ways to answer it the next time.
    async fn show(&self, asker: &Asker, item: &ReviewItem) -> Result<(), PipelineError> {
        let locale = asker.user.locale;
        let proposal = self.statement_of(asker, item).await?;
        let on = day(&item.at.strftime("%Y-%m-%d").to_string(), locale);
        let mut lines = vec![
            format!("{}. {}", item.number, quoted(&item.question, LONGEST)),
            format!("{} · {} · {on}", item.target, why(item, locale)),
        ];
        lines.extend(
            proposal.as_ref().map(|proposal| format!("```sql\n{}\n```", proposal.statement.replace("```", "ˋˋˋ"))),
        );
        let next = text("review-next").with("prefix", asker.prefix()).with("number", item.number.to_string());
        lines.push(next.render(locale));
        let keep = proposal.filter(can_be_kept).map(|proposal| ButtonAction::Keep(proposal.id));
        let buttons = keep.into_iter().map(|keep| button(keep, &text("button-keep"), locale)).collect();
        let message = Outgoing { buttons, ..Outgoing::text(lines.join("\n")) };
        self.outbox.post_privately(asker, message).await
    }

    /// The statement of a question, where there is one that reads nothing closed to the asker.
    pub(crate) async fn statement_of(
        &self,
        asker: &Asker,
        item: &ReviewItem,
    ) -> Result<Option<Proposal>, PipelineError> {
        let Some(id) = &item.proposal else { return Ok(None) };
        let Some(proposal) = self.proposals.get(id).await? else { return Ok(None) };
        let schema = self.targets.schema_named(&item.target, asker).await;
        let is_open = schema.is_some_and(|schema| matches!(schema.guard.check(&proposal.statement), Verdict::Allow(_)));
        Ok(is_open.then_some(proposal))
    }

    async fn close(&self, asker: &Asker, item: &ReviewItem) -> Result<(), PipelineError> {
        let event = self.recorder.event(asker, AuditAction::ReviewClosed, AuditStatus::Ok);
        // Not the question: it goes with its conversation.
        let (target, detail) = (Some(item.target.clone()), Some(item.number.to_string()));
        let conversation = Some(item.conversation.0);
        self.recorder.record(AuditEvent { conversation, target, detail, ..event }).await?;
        self.knowledge.close_review(item.number, asker.user.id, self.clock.now()).await?;
        self.outbox.tell(asker, &text("review-closed").with("prefix", asker.prefix())).await;
        Ok(())
    }
}

/// True for a statement that ran, which can be proposed as a verified query.
pub(crate) fn can_be_kept(proposal: &Proposal) -> bool {
    proposal.state == ProposalState::Used
}

/// Why a question is on the list, and how often it was put there.
fn why(item: &ReviewItem, locale: Locale) -> String {
    let reason = match item.reason {
        ReviewReason::Unanswered => text("review-unanswered"),
        ReviewReason::Edited => text("review-edited"),
        ReviewReason::BadAnswer => text("review-bad"),
    };
    let times = (item.times > 1).then(|| text("review-times").count("count", item.times.unsigned_abs()));
    std::iter::once(reason).chain(times).map(|said| said.render(locale)).collect::<Vec<_>>().join(" · ")
}
