//! Grades the outcome of a question.

use std::sync::Arc;

use futures::StreamExt as _;
use pstral_core::context::asks;
use pstral_core::domain::{AuditAction, Mode, Origin, Place, Proposal, ProposalState, Row, Speaker, Turn, User};
use pstral_core::guard::{ApprovedStatement, Guard, Verdict};
use pstral_core::ports::{AuditFilter, AuditLog as _, Batch, ChatRequest, Conversations as _, Proposals as _};
use pstral_core::targets::Target;
use pstral_store::Store;
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::recording::Heard;
use super::rows::{Likeness, compare};
use super::suite::{Case, Expected};
use crate::compose::App;

/// The outcome of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// A statement was offered.
    Offered,
    /// A statement was written, and refused.
    Refused,
    /// A question was asked in return.
    AskedBack,
    /// Words without a statement.
    Abstained,
    /// No answer: the model failed, or was not there.
    Failed,
}

/// A case as it went.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Graded {
    pub(crate) id: String,
    pub(crate) question: String,
    pub(crate) language: String,
    pub(crate) tags: Vec<String>,
    pub(crate) expect: Expected,
    pub(crate) outcome: Outcome,
    pub(crate) right: bool,
    /// True if the rows are right, and there are columns beside those of the gold statement.
    pub(crate) wider: bool,
    /// The statement that was offered or refused.
    pub(crate) statement: Option<String>,
    /// The id of the verified query that it is.
    pub(crate) verified: Option<String>,
    /// True if the model wrote it again after a refusal.
    pub(crate) corrected: bool,
    /// The rule of the refusal, or the error of the database.
    pub(crate) fault: Option<String>,
    pub(crate) gold: Option<String>,
    /// The share of the needed tables, and of the columns of the gold statement, that the model was told of.
    pub(crate) table_recall: Option<f64>,
    pub(crate) column_recall: Option<f64>,
    /// Of all answers to this question.
    pub(crate) prompt_tokens: Option<u64>,
    pub(crate) answer_tokens: Option<u64>,
    /// Milliseconds until the first word, and until the statement was offered, of the model alone.
    pub(crate) first_ms: Option<u64>,
    pub(crate) total_ms: Option<u64>,
}

/// Why a gold statement has no rows: the refusal of the guard, or the error of the database.
#[derive(Debug, Clone, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub(crate) enum GoldError {
    #[error("the gold is refused: {0}")]
    Refused(String),
    #[error("the gold fails: {0}")]
    Failed(String),
}

/// Grades cases on one target.
pub(super) struct Grader {
    store: Arc<Store>,
    target: Arc<Target>,
    guard: Guard,
}

impl Grader {
    pub(super) async fn new(app: &App, target: Arc<Target>) -> anyhow::Result<Self> {
        let guard = Guard::new(&target.port.catalog().await?, &target.terms.own_policy());
        Ok(Self { store: Arc::clone(&app.store), target, guard })
    }

    /// The rows of each gold statement of a case.
    pub(super) async fn gold_rows(&self, case: &Case) -> Result<Vec<Vec<Row>>, GoldError> {
        let mut all = Vec::new();
        for gold in case.golds(self.target.port.dialect()) {
            let approved = self.approved(gold).map_err(GoldError::Refused)?;
            all.push(self.rows(approved).await.map_err(GoldError::Failed)?);
        }
        Ok(all)
    }

    /// Grades what became of a case in its conversation, against the rows of its gold statements.
    pub(super) async fn grade(
        &self,
        case: &Case,
        gold_rows: &[Vec<Row>],
        user: &User,
        place: &Place,
        heard: &Heard,
    ) -> anyhow::Result<Graded> {
        let conversation = self.store.current(user.id, place, Mode::Sql, jiff::Timestamp::now()).await?;
        let turn = self.store.turns(conversation.id, 1).await?.pop().filter(|turn| turn.speaker == Speaker::Pstral);
        let proposal = match turn.as_ref().and_then(|turn| turn.proposal.as_ref()) {
            Some(id) => self.store.get(id).await?,
            None => None,
        };
        let outcome = outcome(turn.as_ref(), proposal.as_ref());
        let golds = case.golds(self.target.port.dialect());
        let (mut right, mut wider, mut fault) = (false, false, None);
        match (case.expect, outcome, &proposal) {
            (Expected::Rows, Outcome::Offered, Some(proposal)) => match self.likeness(case, gold_rows, proposal).await?
            {
                Ok(likeness) => (right, wider) = (likeness >= Likeness::Wider, likeness == Likeness::Wider),
                Err(error) => fault = Some(error),
            },
            (Expected::Abstain, outcome, _) => right = outcome == Outcome::Abstained,
            (Expected::Ask, outcome, _) => right = outcome == Outcome::AskedBack,
            (Expected::Refuse, outcome, _) => right = !matches!(outcome, Outcome::Offered | Outcome::Failed),
            (Expected::Rows, ..) => {}
        }
        if outcome == Outcome::Refused {
            fault = self.rule(conversation.id.0).await?;
        }
        let (table_recall, column_recall) = self.recall(case, &golds, heard.requests.first());
        let sum = |of: fn(&super::recording::Recorded) -> Option<u64>| {
            heard.answers.iter().map(of).sum::<Option<u64>>().filter(|_| !heard.answers.is_empty())
        };
        Ok(Graded {
            id: case.id.clone(),
            question: case.question.clone(),
            language: case.language.to_string(),
            tags: case.tags.clone(),
            expect: case.expect,
            outcome,
            right,
            wider,
            verified: proposal.as_ref().and_then(|proposal| match &proposal.origin {
                Origin::Verified { id, .. } => Some(id.clone()),
                Origin::Model | Origin::Person => None,
            }),
            statement: proposal.map(|proposal| proposal.statement),
            corrected: heard.answers.len() > 1 && outcome == Outcome::Offered,
            fault,
            gold: golds.first().map(|gold| (*gold).to_owned()),
            table_recall,
            column_recall,
            prompt_tokens: sum(|answer| answer.prompt_tokens),
            answer_tokens: sum(|answer| answer.answer_tokens),
            first_ms: heard.answers.first().map(|answer| answer.first_ms),
            total_ms: sum(|answer| Some(answer.total_ms)),
        })
    }

    /// The best likeness of the rows of a proposal to those of a gold statement; the error of the database, if it fails.
    async fn likeness(
        &self,
        case: &Case,
        gold_rows: &[Vec<Row>],
        proposal: &Proposal,
    ) -> anyhow::Result<Result<Likeness, String>> {
        let Verdict::Allow(offered) = self.guard.check(&proposal.statement) else {
            return Ok(Err("refused for this person's role only".to_owned()));
        };
        let rows = match self.rows(offered.bind(&proposal.parameters)?).await {
            Ok(rows) => rows,
            Err(error) => return Ok(Err(error)),
        };
        let likenesses = gold_rows.iter().map(|gold| compare(&rows, gold, case.ordered));
        Ok(Ok(likenesses.max().unwrap_or(Likeness::Different)))
    }

    fn approved(&self, statement: &str) -> Result<ApprovedStatement, String> {
        match self.guard.check(statement) {
            Verdict::Allow(approved) => Ok(approved),
            Verdict::Deny(refusal) => Err(refusal.to_string()),
        }
    }

    async fn rows(&self, statement: ApprovedStatement) -> Result<Vec<Row>, String> {
        let ran = self.target.port.execute(&statement, "eval", CancellationToken::new()).await;
        let mut batches = ran.map_err(|error| error.to_string())?.batches;
        let mut rows = Vec::new();
        while let Some(batch) = batches.next().await {
            match batch.map_err(|error| error.to_string())? {
                Batch::Rows(more) => rows.extend(more),
                Batch::End(_) => break,
            }
        }
        Ok(rows)
    }

    /// The rule of the last refusal in a conversation.
    async fn rule(&self, conversation: i64) -> anyhow::Result<Option<String>> {
        let filter = AuditFilter { action: Some(AuditAction::Refusal), ..AuditFilter::default() };
        let last = self.store.tail(&filter, 1).await?.pop().map(|entry| entry.event);
        Ok(last.filter(|event| event.conversation == Some(conversation)).and_then(|event| event.rule))
    }

    /// The shares of tables and columns that the prompt describes.
    fn recall(&self, case: &Case, golds: &[&str], request: Option<&ChatRequest>) -> (Option<f64>, Option<f64>) {
        let Some(request) = request else { return (None, None) };
        let described = |table: &str| described(&request.system, table);
        let tables = share(case.tables.iter().map(|table| described(table).is_some()));
        let gold = golds.first().and_then(|gold| self.approved(gold).ok());
        let columns = gold.and_then(|gold| {
            let columns = gold.columns().iter().filter_map(|column| column.rsplit_once('.'));
            share(columns.map(|(table, column)| described(table).is_some_and(|line| names(line, column))))
        });
        (tables, columns)
    }
}

fn outcome(turn: Option<&Turn>, proposal: Option<&Proposal>) -> Outcome {
    use pstral_core::domain::TurnState;
    match (turn, proposal) {
        (_, Some(proposal)) if proposal.state == ProposalState::Refused => Outcome::Refused,
        (_, Some(_)) => Outcome::Offered,
        (Some(turn), None) if turn.state == TurnState::Complete && asks(&turn.text) => Outcome::AskedBack,
        (Some(turn), None) if turn.state == TurnState::Complete => Outcome::Abstained,
        (_, None) => Outcome::Failed,
    }
}

/// The line of a prompt that describes a relation, as `clients(id INTEGER, …)` or `crm.clients(…)`.
fn described<'a>(prompt: &'a str, table: &str) -> Option<&'a str> {
    let name = table.rsplit('.').next().unwrap_or(table);
    prompt.lines().find(|line| {
        let relation = line.split_once('(').map(|(before, _)| before.trim().trim_matches('"'));
        relation.is_some_and(|relation| {
            let last = relation.rsplit('.').next().unwrap_or(relation);
            last.trim_matches('"').eq_ignore_ascii_case(name)
        })
    })
}

fn names(line: &str, column: &str) -> bool {
    line.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '$' && c != '#')
        .any(|word| word.eq_ignore_ascii_case(column))
}

/// The share of those that are true; nothing of none.
fn share(held: impl Iterator<Item = bool>) -> Option<f64> {
    let (held, all) = held.fold((0_u32, 0_u32), |(held, all), one| (held + u32::from(one), all + 1));
    (all > 0).then(|| f64::from(held) / f64::from(all))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relations_are_found_in_a_prompt() {
        let prompt = "Tables:\ncrm.CLIENTS(ID NUMBER PK, CITY TEXT)\n\"Order\"(\"Id\" INTEGER)\n  CLIENTS.CITY -> X.Y";
        assert_eq!(described(prompt, "clients"), Some("crm.CLIENTS(ID NUMBER PK, CITY TEXT)"));
        assert!(described(prompt, "order").is_some() && described(prompt, "x").is_none());
        assert!(names("clients(id INTEGER, city TEXT)", "CITY") && !names("clients(id, city_id)", "city"));
        assert_eq!((share([true, false].into_iter()), share(std::iter::empty())), (Some(0.5), None));
    }
}
