//! "Save as verified": a statement that ran well is proposed to the stewards, with the question it answers.

use crate::asker::Asker;
use crate::attached::own_words;
use crate::domain::{
    AuditAction, AuditEvent, AuditStatus, Capability, KeptQuery, Locale, Origin, Parameter, Proposal, ProposalId,
    QueryState, Step, Value, VerifiedKind, VerifiedQuery,
};
use crate::error::PipelineError;
use crate::knowledge::{fold, is_name};
use crate::ports::AuditFilter;
use crate::statements::recheck::refuse_refused;
use crate::stewardship::rating::Ratings;
use crate::text::{Text, text};

/// Characters a question may have to become a verified one: beyond that it is a story.
const LONGEST: usize = 300;

/// Characters of an id made from a question.
const LONGEST_ID: usize = 40;

/// Results of a person looked through for the one of a proposal.
const RESULTS: u32 = 1_000;

impl Ratings {
    /// Proposes the last statement that ran here; `question` says what it answers, where it is not what was asked.
    pub(crate) async fn propose_latest(&self, asker: &Asker, question: &str) -> Result<(), PipelineError> {
        let proposal = self.history.latest(asker).await?.proposal;
        self.keep(asker, &proposal.id, question).await
    }

    /// Proposes a statement of the asker's that ran well, and tells them; a steward proposes those of others too.
    pub(crate) async fn keep(&self, asker: &Asker, id: &ProposalId, question: &str) -> Result<(), PipelineError> {
        let done = self.propose(asker, id, question).await?;
        self.outbox.tell(asker, &done).await;
        Ok(())
    }

    /// Proposes a statement as [`Self::keep`] does, and returns what the asker is told.
    pub(crate) async fn propose(&self, asker: &Asker, id: &ProposalId, question: &str) -> Result<Text, PipelineError> {
        let proposal = if asker.may(Capability::ManageVerified) {
            self.statements.readable_proposal(asker, id).await?
        } else {
            self.statements.proposal_of(asker, id, text("keep-not-yours")).await?
        };
        refuse_refused(&proposal)?;
        if let Origin::Verified { id, .. } = &proposal.origin {
            return Err(PipelineError::Tell(text("keep-is-verified").with("id", id)));
        }
        if !self.ran_well(&proposal).await? {
            return Err(PipelineError::Tell(text("keep-not-run")));
        }
        let target = self.targets.target_named(&proposal.target)?;
        let all = self.knowledge.kept_verified(&target.name).await?;
        let query = proposed_query(asker, &proposal, question, &all)?;
        let (schema, ground) = self.verified.ground(&asker.user, &target).await?;
        if let Some(double) = self.verified.double(&query, &all, &schema, &ground) {
            let is_same = ground.plain(&double.query.statement) == ground.plain(&query.statement);
            return Err(PipelineError::Tell(already(double, is_same)));
        }
        ground.holds(&query).map_err(PipelineError::Tell)?;
        let step = Step { by: asker.user.id, at: self.clock.now() };
        let kept = KeptQuery::proposed(&target.name, query, step);
        let event = self.recorder.event(asker, AuditAction::VerifiedProposed, AuditStatus::Ok);
        let (proposal, conversation) = (Some(proposal.id.0), Some(proposal.conversation.0));
        self.verified.propose(AuditEvent { conversation, proposal, ..event }, &kept).await?;
        Ok(text("keep-done").with("id", &kept.query.id).with("prefix", asker.prefix()))
    }

    /// True if a result of the statement was recorded: a claimed proposal does not show how it ended.
    async fn ran_well(&self, proposal: &Proposal) -> Result<bool, PipelineError> {
        let filter = AuditFilter {
            user: Some(proposal.author),
            action: Some(AuditAction::Result),
            target: Some(proposal.target.clone()),
            status: Some(AuditStatus::Ok),
            since: Some(proposal.created_at),
            ..AuditFilter::default()
        };
        let results = self.audit.tail(&filter, RESULTS).await?;
        Ok(results.iter().any(|entry| entry.event.proposal.as_ref() == Some(&proposal.id.0)))
    }
}

/// The sentence on a query that exists already: with the same statement, or with another one for the same question.
fn already(double: &KeptQuery, is_same: bool) -> Text {
    let sentence = match double.state {
        _ if !is_same => text("keep-other-statement"),
        QueryState::Proposed => text("keep-waits-already"),
        QueryState::Approved => text("keep-is-verified"),
        QueryState::Retired => text("keep-was-retired"),
    };
    sentence.with("id", &double.query.id)
}

/// The question in the language of who asks, and the statement with its parameters.
fn proposed_query(
    asker: &Asker,
    proposal: &Proposal,
    instead: &str,
    all: &[KeptQuery],
) -> Result<VerifiedQuery, PipelineError> {
    let question = own_words(&proposal.question);
    let words = if instead.trim().is_empty() { &*question } else { instead };
    // Braces are for the slots of values.
    let words = words.replace(['{', '}'], " ").split_whitespace().collect::<Vec<_>>().join(" ");
    if words.is_empty() {
        return Err(PipelineError::Tell(text("keep-no-question").with("prefix", asker.prefix())));
    }
    if words.chars().count() > LONGEST {
        let sentence = if asker.types_commands() {
            text("keep-too-long").with("prefix", asker.prefix())
        } else {
            text("api-question-too-long")
        };
        return Err(PipelineError::Tell(sentence.count("limit", LONGEST as u64)));
    }
    let parameters = parameters(proposal, all)?;
    let question = with_slots(&words, proposal);
    let (fr, en) = match asker.user.locale {
        Locale::Fr => (question.clone(), String::new()),
        Locale::En => (String::new(), question.clone()),
    };
    Ok(VerifiedQuery {
        kind: VerifiedKind::Question,
        id: new_id(&question, all),
        fr,
        en,
        also: Vec::new(),
        note: String::new(),
        statement: proposal.statement.clone(),
        parameters,
        verified_by: String::new(),
        verified_on: String::new(),
    })
}

/// Returns the type of each bound parameter from the verified queries of the target. If they disagree, the parameter
/// cannot be typed.
fn parameters(proposal: &Proposal, all: &[KeptQuery]) -> Result<Vec<Parameter>, PipelineError> {
    let one = |name: &String| {
        let mut known = all.iter().flat_map(|kept| &kept.query.parameters).filter(|known| known.name == *name);
        let first =
            known.next().filter(|first| known.all(|other| (other.kind, &other.column) == (first.kind, &first.column)));
        let unclear = || PipelineError::Tell(text("keep-unclear").with("name", name));
        // The default of another question need not be one of this.
        first.map(|first| Parameter { default: None, ..first.clone() }).ok_or_else(unclear)
    };
    proposal.parameters.keys().map(one).collect()
}

/// The question with a slot in the place of each bound value that stands in it once, as a word of its own. What is not
/// found stays for the steward to put right: a query whose slots are missing cannot be approved.
fn with_slots(question: &str, proposal: &Proposal) -> String {
    let mut slotted = question.to_owned();
    for (name, value) in &proposal.parameters {
        let value = match value {
            Value::Text(words) => words.clone(),
            Value::Integer(number) => number.to_string(),
            _ => continue,
        };
        let ends_word = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
        let mut places = slotted.match_indices(&value).map(|(at, _)| at).filter(|&at| {
            let (before, after) = (&slotted[..at], &slotted[at + value.len()..]);
            ends_word(before.chars().next_back()) && ends_word(after.chars().next())
        });
        if let (Some(at), None) = (places.next(), places.next())
            && !value.is_empty()
        {
            slotted.replace_range(at..at + value.len(), &format!("{{{name}}}"));
        }
    }
    slotted
}

/// A short name that none of the target has, from the words of the question.
pub(crate) fn new_id(question: &str, all: &[KeptQuery]) -> String {
    let mut name = String::new();
    for word in fold(question).into_iter().filter(|word| is_name(word, b'-')) {
        let joint = if name.is_empty() { "" } else { "-" };
        if name.len() + joint.len() + word.len() > LONGEST_ID {
            break;
        }
        name = name + joint + &word;
    }
    if name.is_empty() {
        "query".clone_into(&mut name);
    }
    let taken = |id: &str| all.iter().any(|kept| kept.query.id == id);
    let numbered = (2_u32..).map(|number| format!("{name}-{number}"));
    std::iter::once(name.clone()).chain(numbered).find(|id| !taken(id)).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::domain::{Agreement, ConversationId, PolicyVersion, ProposalState, UserId};

    fn proposal(parameters: &[(&str, Value)]) -> Proposal {
        Proposal {
            id: ProposalId("p".to_owned()),
            conversation: ConversationId(1),
            author: UserId(1),
            target: "crm".to_owned(),
            statement: "SELECT 1".to_owned(),
            parameters: parameters.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
            origin: Origin::Person,
            question: String::new(),
            asked: Vec::new(),
            state: ProposalState::Used,
            policy: PolicyVersion::default(),
            seal: String::new(),
            agreement: Agreement::NotNeeded,
            told: None,
            created_at: Timestamp::UNIX_EPOCH,
            expires_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_value_becomes_a_slot_where_it_stands_once_as_a_word() {
        let bound = [("city", Value::Text("Paris".to_owned())), ("n", Value::Integer(5))];
        for (question, expected) in [
            ("Les 5 clients de Paris", "Les {n} clients de {city}"),
            ("Les 15 clients du Parisis", "Les 15 clients du Parisis"),
            ("De Paris à Paris", "De Paris à Paris"),
            ("L'été à Paris, 5", "L'été à {city}, {n}"),
        ] {
            assert_eq!(with_slots(question, &proposal(&bound)), expected);
        }
        assert_eq!(with_slots("Rien", &proposal(&[("city", Value::Text(String::new()))])), "Rien");
    }

    #[test]
    fn names_are_short_and_new() {
        assert_eq!(new_id("Quels clients à {city} ?", &[]), "quels-clients-a-city");
        assert_eq!(new_id("🙂", &[]), "query");
        assert!(new_id(&"clients ".repeat(30), &[]).len() <= LONGEST_ID);
    }
}
