//! Proposals.

use async_trait::async_trait;
use jiff::Timestamp;
use pstral_core::domain::{ConversationId, Proposal, ProposalId, ProposalState, UserId};
use pstral_core::ports::{Claim, Proposals, StoreError};
use serde_json::{from_str, to_string};
use sqlx::query;
use sqlx::sqlite::SqliteRow;

use crate::Store;
use crate::fault::{conflict, fault};
use crate::rows::{get, time, word};

const ADD: &str = "INSERT INTO proposals (id, conversation_id, author_id, target, statement, parameters, origin,
    question, state, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
const GET: &str = "SELECT * FROM proposals WHERE id = $1";
const LATEST: &str = "SELECT * FROM proposals WHERE conversation_id = $1 ORDER BY number DESC LIMIT 1";
const CLAIM: &str = "UPDATE proposals SET state = 'used' WHERE id = $1 AND state = 'pending' AND expires_at > $2";
const RELEASE: &str = "UPDATE proposals SET state = 'pending' WHERE id = $1 AND state = 'used'";

#[async_trait]
impl Proposals for Store {
    async fn add(&self, proposal: &Proposal) -> Result<(), StoreError> {
        let added = query(ADD)
            .bind(&proposal.id.0)
            .bind(proposal.conversation.0)
            .bind(proposal.author.0)
            .bind(&proposal.target)
            .bind(&proposal.statement)
            .bind(to_string(&proposal.parameters).map_err(not_json)?)
            .bind(to_string(&proposal.origin).map_err(not_json)?)
            .bind(&proposal.question)
            .bind(proposal.state.word())
            .bind(proposal.created_at.as_millisecond())
            .bind(proposal.expires_at.as_millisecond())
            .execute(&self.writer)
            .await;
        let (name, needed) = (format!("proposal {}", proposal.id), "its conversation or its author");
        added.map(|_| ()).map_err(|error| conflict(error, name, needed))
    }

    async fn get(&self, id: &ProposalId) -> Result<Option<Proposal>, StoreError> {
        let row = query(GET).bind(&id.0).fetch_optional(&self.readers).await.map_err(fault)?;
        row.as_ref().map(read).transpose()
    }

    async fn latest(&self, conversation: ConversationId) -> Result<Option<Proposal>, StoreError> {
        let row = query(LATEST).bind(conversation.0).fetch_optional(&self.readers).await.map_err(fault)?;
        row.as_ref().map(read).transpose()
    }

    async fn claim(&self, id: &ProposalId, at: Timestamp) -> Result<Claim, StoreError> {
        let mut writing = self.begin().await?;
        let claim = query(CLAIM).bind(&id.0).bind(at.as_millisecond());
        if claim.execute(&mut *writing).await.map_err(fault)?.rows_affected() == 1 {
            writing.commit().await.map_err(fault)?;
            return Ok(Claim::Granted);
        }
        let row = query(GET).bind(&id.0).fetch_optional(&mut *writing).await.map_err(fault)?;
        Ok(match row.as_ref().map(read).transpose()? {
            None => Claim::Unknown,
            Some(proposal) => match proposal.state {
                ProposalState::Pending => Claim::Expired,
                ProposalState::Used => Claim::Used,
                ProposalState::Refused => Claim::Unknown,
            },
        })
    }

    async fn release(&self, id: &ProposalId) -> Result<(), StoreError> {
        query(RELEASE).bind(&id.0).execute(&self.writer).await.map(|_| ()).map_err(fault)
    }
}

fn read(row: &SqliteRow) -> Result<Proposal, StoreError> {
    Ok(Proposal {
        id: ProposalId(get(row, "id")?),
        conversation: ConversationId(get(row, "conversation_id")?),
        author: UserId(get(row, "author_id")?),
        target: get(row, "target")?,
        statement: get(row, "statement")?,
        parameters: from_str(get(row, "parameters")?).map_err(not_json)?,
        origin: from_str(get(row, "origin")?).map_err(not_json)?,
        question: get(row, "question")?,
        state: word(row, "state", ProposalState::from_word)?,
        created_at: time(row, "created_at")?,
        expires_at: time(row, "expires_at")?,
    })
}

#[expect(clippy::needless_pass_by_value, reason = "map_err gives the error away")]
fn not_json(error: serde_json::Error) -> StoreError {
    StoreError::Corrupt(format!("a proposal: {error}"))
}
