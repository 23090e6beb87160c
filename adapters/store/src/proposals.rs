//! Proposals.

use async_trait::async_trait;
use jiff::Timestamp;
use pstral_core::domain::{
    Agreement, Card, ConversationId, MessageRef, PlatformName, Proposal, ProposalId, ProposalState, UserId,
};
use pstral_core::ports::{Claim, Proposals, StoreError};
use serde_json::{from_str, to_string};

use crate::Store;
use crate::fault::{conflict, fault};
use crate::rows::{corrupt_json, get, place, time, word};
use crate::sql::{Row, sql};

/// The subject of the JSON of a row, named in errors.
const SUBJECT: &str = "a proposal";

const ADD: &str = "INSERT INTO proposals (id, conversation_id, author_id, target, statement, parameters, origin,
    question, state, created_at, expires_at, needs_agreement, agreed_by, policy, seal, told,
    asked) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";
const GET: &str = "SELECT * FROM proposals WHERE id = $1";
const LATEST: &str = "SELECT * FROM proposals WHERE conversation_id = $1 ORDER BY number DESC LIMIT 1";
const CLAIM: &str = "UPDATE proposals SET state = 'used' WHERE id = $1 AND state = 'pending' AND expires_at > $2
    AND (needs_agreement = 0 OR agreed_by IS NOT NULL)";
const AWAITING: &str = "SELECT * FROM proposals WHERE needs_agreement = 1 AND agreed_by IS NULL AND state = 'pending'
    AND expires_at > $1 ORDER BY number LIMIT $2";
const AGREE: &str = "UPDATE proposals SET agreed_by = $2 WHERE id = $1 AND needs_agreement = 1 AND agreed_by IS NULL
    AND state = 'pending' AND expires_at > $3 AND author_id <> $2";
const RELEASE: &str = "UPDATE proposals SET state = 'pending' WHERE id = $1 AND state = 'used'";
const OF_CONVERSATION: &str = "SELECT * FROM proposals WHERE conversation_id = $1 ORDER BY number";
const ADD_CARD: &str = "INSERT INTO proposal_messages (proposal, platform, place, private, message, content)
    VALUES ($1, $2, $3, $4, $5, $6)";
const CARDS: &str = "SELECT * FROM proposal_messages WHERE proposal = $1 ORDER BY id";
const EXPIRED_CARDS: &str = "SELECT proposals.*, card.platform, card.place, card.private, card.message, card.content
    FROM proposal_messages AS card JOIN proposals ON proposals.id = card.proposal
    WHERE card.platform = $1 AND proposals.expires_at <= $2 ORDER BY card.id LIMIT $3";
const FORGET_CARD: &str = "DELETE FROM proposal_messages
    WHERE proposal = $1 AND platform = $2 AND place = $3 AND private = $4 AND message = $5";

#[async_trait]
impl Proposals for Store {
    async fn add(&self, proposal: &Proposal) -> Result<(), StoreError> {
        let added = sql(ADD)
            .bind(&proposal.id.0)
            .bind(proposal.conversation.0)
            .bind(proposal.author.0)
            .bind(&proposal.target)
            .bind(&proposal.statement)
            .bind(to_string(&proposal.parameters).map_err(corrupt_json(SUBJECT))?)
            .bind(to_string(&proposal.origin).map_err(corrupt_json(SUBJECT))?)
            .bind(&proposal.question)
            .bind(proposal.state.word())
            .bind(proposal.created_at.as_millisecond())
            .bind(proposal.expires_at.as_millisecond())
            .bind(proposal.agreement != Agreement::NotNeeded)
            .bind(match proposal.agreement {
                Agreement::By(user) => Some(user.0),
                Agreement::NotNeeded | Agreement::Needed => None,
            })
            .bind(proposal.policy.to_string())
            .bind(&proposal.seal)
            .bind(proposal.told.as_ref().map(to_string).transpose().map_err(corrupt_json(SUBJECT))?)
            .bind(to_string(&proposal.asked).map_err(corrupt_json(SUBJECT))?)
            .execute(self)
            .await;
        let (name, needed) = (format!("proposal {}", proposal.id), "its conversation or its author");
        added.map(|_| ()).map_err(|error| conflict(error, name, needed))
    }

    async fn get(&self, id: &ProposalId) -> Result<Option<Proposal>, StoreError> {
        let row = sql(GET).bind(&id.0).fetch_optional(self).await.map_err(fault)?;
        row.as_ref().map(read).transpose()
    }

    async fn latest(&self, conversation: ConversationId) -> Result<Option<Proposal>, StoreError> {
        let row = sql(LATEST).bind(conversation.0).fetch_optional(self).await.map_err(fault)?;
        row.as_ref().map(read).transpose()
    }

    async fn claim(&self, id: &ProposalId, at: Timestamp) -> Result<Claim, StoreError> {
        let mut writing = self.begin().await?;
        let claim = sql(CLAIM).bind(&id.0).bind(at.as_millisecond());
        if claim.execute(&mut writing).await.map_err(fault)? == 1 {
            writing.commit().await.map_err(fault)?;
            return Ok(Claim::Granted);
        }
        let row = sql(GET).bind(&id.0).fetch_optional(&mut writing).await.map_err(fault)?;
        Ok(match row.as_ref().map(read).transpose()? {
            None => Claim::Unknown,
            Some(proposal) => match proposal.state {
                ProposalState::Pending if proposal.expires_at <= at => Claim::Expired,
                ProposalState::Pending => Claim::NotAgreed,
                ProposalState::Used => Claim::Used,
                ProposalState::Refused => Claim::Unknown,
            },
        })
    }

    async fn awaiting_agreement(&self, at: Timestamp, limit: u32) -> Result<Vec<Proposal>, StoreError> {
        let waiting = sql(AWAITING).bind(at.as_millisecond()).bind(limit);
        waiting.fetch_all(self).await.map_err(fault)?.iter().map(read).collect()
    }

    async fn agree(&self, id: &ProposalId, by: UserId, at: Timestamp) -> Result<bool, StoreError> {
        let agreed = sql(AGREE).bind(&id.0).bind(by.0).bind(at.as_millisecond()).execute(self).await;
        agreed.map(|agreed| agreed == 1).map_err(|error| conflict(error, format!("proposal {id}"), "who agrees"))
    }

    async fn release(&self, id: &ProposalId) -> Result<(), StoreError> {
        sql(RELEASE).bind(&id.0).execute(self).await.map(|_| ()).map_err(fault)
    }

    async fn of_conversation(&self, conversation: ConversationId) -> Result<Vec<Proposal>, StoreError> {
        let rows = sql(OF_CONVERSATION).bind(conversation.0).fetch_all(self).await;
        rows.map_err(fault)?.iter().map(read).collect()
    }

    async fn add_card(&self, id: &ProposalId, card: &Card) -> Result<(), StoreError> {
        let Card { message: MessageRef { place, id: message }, text } = card;
        let added = sql(ADD_CARD)
            .bind(&id.0)
            .bind(&place.platform.0)
            .bind(place.path())
            .bind(place.private)
            .bind(message)
            .bind(text)
            .execute(self)
            .await;
        added.map(drop).map_err(|error| conflict(error, "this message", &format!("proposal {id}")))
    }

    async fn cards(&self, id: &ProposalId) -> Result<Vec<Card>, StoreError> {
        sql(CARDS).bind(&id.0).fetch_all(self).await.map_err(fault)?.iter().map(read_card).collect()
    }

    async fn expired_cards(
        &self,
        platform: &PlatformName,
        at: Timestamp,
        limit: u32,
    ) -> Result<Vec<(Proposal, Card)>, StoreError> {
        let expired = sql(EXPIRED_CARDS).bind(&platform.0).bind(at.as_millisecond()).bind(limit);
        let rows = expired.fetch_all(self).await.map_err(fault)?;
        rows.iter().map(|row| Ok((read(row)?, read_card(row)?))).collect()
    }

    async fn forget_card(&self, id: &ProposalId, card: &Card) -> Result<(), StoreError> {
        let MessageRef { place, id: message } = &card.message;
        let forget = sql(FORGET_CARD).bind(&id.0).bind(&place.platform.0).bind(place.path()).bind(place.private);
        forget.bind(message).execute(self).await.map(drop).map_err(fault)
    }
}

fn read(row: &Row) -> Result<Proposal, StoreError> {
    Ok(Proposal {
        id: ProposalId(get(row, "id")?),
        conversation: ConversationId(get(row, "conversation_id")?),
        author: UserId(get(row, "author_id")?),
        target: get(row, "target")?,
        statement: get(row, "statement")?,
        parameters: from_str(&get::<String>(row, "parameters")?).map_err(corrupt_json(SUBJECT))?,
        origin: from_str(&get::<String>(row, "origin")?).map_err(corrupt_json(SUBJECT))?,
        question: get(row, "question")?,
        state: word(row, "state", ProposalState::from_word)?,
        agreement: agreement(row)?,
        policy: get::<String>(row, "policy")?.parse().unwrap_or_default(),
        seal: get(row, "seal")?,
        asked: get::<Option<String>>(row, "asked")?
            .map_or(Ok(Vec::new()), |asked| from_str(&asked))
            .map_err(corrupt_json(SUBJECT))?,
        told: get::<Option<String>>(row, "told")?
            .map(|told| from_str(&told))
            .transpose()
            .map_err(corrupt_json(SUBJECT))?,
        created_at: time(row, "created_at")?,
        expires_at: time(row, "expires_at")?,
    })
}

fn read_card(row: &Row) -> Result<Card, StoreError> {
    let message = MessageRef { place: place(row, ["platform", "place", "private"])?, id: get(row, "message")? };
    Ok(Card { message, text: get(row, "content")? })
}

fn agreement(row: &Row) -> Result<Agreement, StoreError> {
    let agreed_by: Option<i64> = get(row, "agreed_by")?;
    let needed: bool = get(row, "needs_agreement")?;
    Ok(match agreed_by {
        Some(user) => Agreement::By(UserId(user)),
        None if needed => Agreement::Needed,
        None => Agreement::NotNeeded,
    })
}
