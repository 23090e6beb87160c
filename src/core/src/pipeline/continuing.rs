//! Going on with an answer that was cut by its length.

use crate::access::quotas::Counted;
use crate::asker::Asker;
use crate::context::Briefing;
use crate::domain::{
    AuditAction, AuditEvent, AuditStatus, Capability, Conversation, Mode, Outgoing, Speaker, Turn, TurnId, TurnState,
};
use crate::egress::fence::Fence;
use crate::error::PipelineError;
use crate::extract;
use crate::outbox::buttons::continue_button;
use crate::outbox::running::Work;
use crate::outbox::signature::signed;
use crate::pipeline::answer::Answer;
use crate::pipeline::inquiry::Inquiry;
use crate::pipeline::retrying::Repeats;
use crate::pipeline::streaming::Answered;
use crate::recorder::event::within;
use crate::text::{Text, text};

/// Turns looked at for what an answer goes on with: its question and the parts it has had so far.
const RECENT: u32 = 40;

/// A last line shorter than this may stand twice by chance.
const TELLING: usize = 4;

/// What an answer goes on with.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Continued {
    /// The turn that was cut.
    pub(crate) cut: TurnId,
    /// What was asked at first.
    asked: Turn,
    /// What was said so far, in all its parts.
    said: String,
}

/// An answer with what it goes on with.
pub(crate) struct Joined {
    /// All that was said.
    pub(crate) text: String,
    /// Bytes of it that were said before.
    before: usize,
    /// Bytes of the answer that were said before and are left out.
    repeated: usize,
}

impl Joined {
    /// An answer that may go on with another one. A model that goes on often says its last line again, or opens anew the
    /// code block it was in.
    pub(crate) fn of(answer: &Answer) -> Self {
        let Some(Continued { said, .. }) = &answer.before else {
            return Self { text: answer.text().to_owned(), before: 0, repeated: 0 };
        };
        let repeated = repeated(said, answer.text());
        // Nobody sees the spaces between the two, and a statement needs them.
        let spaces = if repeated == 0 { answer.spaces.as_str() } else { "" };
        let before = said.len() + spaces.len();
        Self { text: format!("{said}{spaces}{}", &answer.text()[repeated..]), before, repeated }
    }

    /// A statement at its place in the answer alone: what of it was said before takes no room there.
    pub(crate) fn placed(&self, statement: extract::Statement) -> extract::Statement {
        let at =
            |byte: usize| byte.checked_sub(self.before).filter(|own| *own > 0).map_or(0, |own| own + self.repeated);
        let range = at(statement.range.start)..at(statement.range.end);
        extract::Statement { range, ..statement }
    }
}

impl Repeats {
    /// Goes on with the last answer of this place, where it was cut.
    pub(crate) async fn go_on_latest(&self, asker: &Asker) -> Result<(), PipelineError> {
        let conversation = self.history.current(asker).await?;
        let turns = self.finals.noted_turns(conversation.id, RECENT).await?;
        let question = turns.iter().rposition(|turn| turn.speaker == Speaker::Person).unwrap_or_default();
        let (earlier, since) = turns.split_at(question);
        let is_broken = |turn: &Turn| {
            use TurnState::{Failed, Interrupted, Stopped};
            turn.speaker == Speaker::Pstral
                && turn.proposal.is_none()
                && matches!(turn.state, Failed | Interrupted | Stopped)
        };
        match (since.iter().rfind(|turn| turn.cut), since.last()) {
            (Some(cut), _) => self.go_on(asker, cut.id).await,
            (None, Some(last)) if is_broken(last) => {
                Err(PipelineError::Tell(text("continue-broken").with("prefix", asker.prefix())))
            }
            (None, _) if earlier.iter().any(|turn| turn.cut) => Err(PipelineError::Tell(text("continue-late"))),
            (None, _) => Err(PipelineError::Tell(text("continue-nothing"))),
        }
    }

    /// Goes on with an answer that was cut, once, for the person whose question it is.
    pub(crate) async fn go_on(&self, asker: &Asker, id: TurnId) -> Result<(), PipelineError> {
        self.access.require(asker, Capability::Ask, "continue", text("ask-not-allowed")).await?;
        let conversations = &self.conversations;
        self.finals.note_down(id).await?;
        let (held, before) = self.cut_answer(asker, id).await?;
        let Some(work) = self.running.begin(asker.user.id, &asker.place) else {
            return Err(PipelineError::Tell(text("still-answering").with("prefix", asker.prefix())));
        };
        work.answers_again(before.asked.id);
        if !conversations.take_retry(id).await? {
            return Err(PipelineError::Tell(text("continue-used")));
        }
        let outcome = self.go_on_within(asker, &held, before, &work).await;
        // What did not go on can be tried again: over a quota, with the model away, or unrecorded.
        if !matches!(outcome, Ok(true))
            && let Err(error) = conversations.give_back_retry(id).await
        {
            tracing::error!(%error, turn = id.0, "continuation failed and cannot be offered again");
        }
        outcome.map(drop)
    }

    /// What the asker may have gone on with where they are, and whose conversation it belongs to.
    async fn cut_answer(&self, asker: &Asker, id: TurnId) -> Result<(Conversation, Continued), PipelineError> {
        let conversations = &self.conversations;
        let gone = || PipelineError::Tell(text("continue-gone"));
        let turn = conversations.turn(id).await?.ok_or_else(gone)?;
        let held = conversations.conversation(turn.conversation).await?.ok_or_else(gone)?;
        if held.user != asker.user.id {
            let denied = self.recorder.event(asker, AuditAction::Denied, AuditStatus::Refused);
            self.recorder.record(AuditEvent { detail: Some(format!("continue turn {}", id.0)), ..denied }).await?;
            return Err(PipelineError::TellAlone(text("continue-not-yours")));
        }
        // What was said in private does not go on among others.
        let is_here = turn.message.as_ref().is_some_and(|message| message.place == asker.place);
        if !is_here && !asker.place.private {
            return Err(PipelineError::Tell(text("continue-elsewhere")));
        }
        let turns = conversations.turns(held.id, RECENT).await?;
        let before = exchange(&turns, id).map_err(PipelineError::Tell)?;
        Ok((held, before))
    }

    /// Whether the answer went on.
    async fn go_on_within(
        &self,
        asker: &Asker,
        held: &Conversation,
        before: Continued,
        work: &Work,
    ) -> Result<bool, PipelineError> {
        self.access.within_quota(asker, Counted::Questions).await?;
        let wish = text("continue-asked").render(asker.user.locale);
        match held.mode {
            Mode::Sql => {
                let question = before.asked.text.clone();
                let target = self.targets.target_of(&question, &held.place)?;
                self.targets.require_here(asker, &target).await?;
                let verified = self.knowledge.verified(&target.name).await?;
                let schemas = self.targets.schemas(&target, &verified).await?;
                let settings = &self.settings;
                let inquiry = Inquiry::new((asker, held), target, settings, &schemas, &question);
                let examples = inquiry.examples(&verified, settings.examples);
                let exchange = (&before.asked, before.said.as_str());
                let briefing =
                    self.briefings.briefing_to_go_on(asker, Some(inquiry.data(&examples)), exchange, &wish)?;
                self.record_wish(asker, held, wish).await?;
                self.go_on_with(asker, held, briefing, before, (Some(&inquiry), work)).await
            }
            Mode::Chat => {
                let briefing = self.briefings.briefing_to_go_on(asker, None, (&before.asked, &before.said), &wish)?;
                self.record_wish(asker, held, wish).await?;
                self.go_on_with(asker, held, briefing, before, (None, work)).await
            }
        }
    }

    /// That the rest was asked for counts as a question. It is no turn: nothing new is asked.
    async fn record_wish(&self, asker: &Asker, held: &Conversation, wish: String) -> Result<(), PipelineError> {
        let event = within(self.recorder.event(asker, AuditAction::Question, AuditStatus::Ok), held);
        self.recorder.record(AuditEvent { detail: Some(wish), ..event }).await
    }

    async fn go_on_with(
        &self,
        asker: &Asker,
        held: &Conversation,
        briefing: Briefing,
        before: Continued,
        (inquiry, work): (Option<&Inquiry<'_>>, &Work),
    ) -> Result<bool, PipelineError> {
        let request = briefing.request.clone();
        match self.answers.stream_answer(asker, held, request, &work.stop).await? {
            Answered::NotBegun(unanswered) => {
                if unanswered.is_too_long() {
                    self.briefings.learn_too_long();
                }
                let locale = asker.user.locale;
                let buttons = vec![continue_button(before.cut, locale)];
                let sentence = unanswered.sentence(asker, &self.settings).render(locale);
                let message = Outgoing { buttons, ..Outgoing::text(signed(asker, &sentence)) };
                self.answers.close_unanswered(asker, *unanswered, &message).await?;
                Ok(false)
            }
            Answered::Withdrawn => Ok(false),
            Answered::Begun(mut answer) => {
                self.briefings.learn_size(&briefing, answer.prompt_tokens());
                answer.before = Some(before);
                let went_on = !answer.failed();
                let offer = match inquiry {
                    Some(inquiry) => self.proposing.offer_from(inquiry, &answer, &briefing.told, 0).await,
                    None => Ok(None),
                };
                self.answers.close_answer(asker, held, &mut answer, offer).await?;
                Ok(went_on)
            }
        }
    }
}

/// How many bytes at the beginning of `rest` were said already.
fn repeated(said: &str, rest: &str) -> usize {
    let mut skipped = 0;
    let first = rest.trim_start();
    let line = first.split_inclusive('\n').next().unwrap_or_default();
    if let (Some(open), Some(again)) = (Fence::open_in(said, usize::MAX), Fence::opened_by(line)) {
        // One without a language is no beginning, and fewer marks stand in the block.
        if again.marks().starts_with(&open.marks()) && again.line().trim() != again.marks() {
            skipped = rest.len() - first.len() + line.len();
        }
    }
    let last = said.rsplit('\n').next().unwrap_or_default().trim_start();
    let next = rest[skipped..].trim_start();
    if last.trim_end().chars().count() >= TELLING && next.starts_with(last) {
        skipped = rest.len() - next.len() + last.len();
    }
    skipped
}

/// What a cut answer says so far and what was asked; or why it does not go on.
fn exchange(turns: &[Turn], cut: TurnId) -> Result<Continued, Text> {
    let gone = || text("continue-gone");
    let at = turns.iter().position(|turn| turn.id == cut && turn.cut).ok_or_else(gone)?;
    let asks = |turn: &Turn| turn.speaker == Speaker::Person;
    let went_on = |turn: &Turn| turn.speaker == Speaker::Pstral && turn.state == TurnState::Complete;
    let since = &turns[at + 1..];
    if since.iter().any(asks) {
        return Err(text("continue-late"));
    }
    if since.iter().any(went_on) {
        return Err(text("continue-used"));
    }
    let asked = turns[..at].iter().rposition(asks).ok_or_else(gone)?;
    // A part that broke off has been read as well.
    let parts = turns[asked..].iter().filter(|turn| turn.speaker == Speaker::Pstral && turn.proposal.is_none());
    Ok(Continued { cut, asked: turns[asked].clone(), said: parts.map(|turn| turn.text.as_str()).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_model_says_again_is_left_out() {
        for (said, rest, left) in [
            ("", "Voici", "Voici"),
            ("The clients are ma", "ny.", "ny."),
            ("```sql\nSELECT id FROM cli", "ents\n```", "ents\n```"),
            // The code block opened anew, and with it the line that was cut.
            ("```sql\nSELECT id\nFROM cli", "```sql\nents\n```", "ents\n```"),
            ("```sql\nSELECT id\nFROM cli", "```sql\nFROM clients\n```", "ents\n```"),
            ("```sql\nSELECT id\nFROM cli", "FROM clients\n```", "ents\n```"),
            ("```sql\nSELECT id\n", "```\nand that is all", "```\nand that is all"),
            ("```sql\nSELECT id\n```\nSo", "```sql\nSELECT 2\n```", "```sql\nSELECT 2\n```"),
            ("~~~sql\nSELECT id\nFROM cli", "~~~sql\nents\n~~~", "ents\n~~~"),
            ("````sql\nSELECT '", "```'\n````", "```'\n````"),
            ("```SELECT 1```\nSo", "```sql\nSELECT 2\n```", "```sql\nSELECT 2\n```"),
            ("a", "a b", "a b"),
        ] {
            assert_eq!(&rest[repeated(said, rest)..], left, "{said:?} {rest:?}");
        }
    }

    #[test]
    fn a_statement_stands_where_the_rest_of_it_is() {
        let joined = Joined { text: String::new(), before: 10, repeated: 3 };
        let placed = |range| joined.placed(extract::Statement { text: String::new(), range }).range;
        assert_eq!([placed(2..8), placed(2..15), placed(12..15), placed(10..12)], [0..0, 0..8, 5..8, 0..5]);
    }
}
