//! A question about data: who asks it, where, and what those who read the answer may see.

use std::sync::Arc;

use crate::access::AccessDecision;
use crate::asker::Asker;
use crate::context::{DataBrief, Example, Term};
use crate::domain::{Conversation, TurnId, VerifiedQuery};
use crate::guard::{Refusal, Verdict};
use crate::history::is_aside;
use crate::knowledge::{NamedValue, VerifiedSet};
use crate::settings::Settings;
use crate::targets::audience::{Audience, names_hidden};
use crate::targets::{Schema, Schemas, Target};

/// A question with the one it belongs to.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    pub(crate) text: String,
    /// The target that was chosen for it.
    pub(crate) target: Option<String>,
    /// The turns in which it was asked.
    pub(crate) asked: Vec<TurnId>,
    /// True if the model may ask something in return, at most once per question.
    pub(crate) may_ask: bool,
}

impl Question {
    /// A question that belongs to no other.
    pub(crate) fn alone(text: &str, target: Option<&str>, turn: TurnId) -> Self {
        Self { target: target.map(str::to_owned), ..Self::of_statement(text, vec![turn]) }
    }

    /// The question that a statement answers.
    pub(crate) fn of_statement(text: &str, asked: Vec<TurnId>) -> Self {
        Self { text: text.to_owned(), target: None, asked, may_ask: true }
    }
}

/// Business terms whose definitions go into a prompt, at most.
const MOST_TERMS: usize = 5;
/// Bytes of their definitions together: a small context window has other uses.
const LONGEST_TERMS: usize = 3_000;

/// A question about data: who asks it, where, and of what.
pub(crate) struct Inquiry<'a> {
    pub(crate) asker: &'a Asker,
    pub(crate) conversation: &'a Conversation,
    pub(crate) target: Arc<Target>,
    /// Schema that the asker may see.
    pub(crate) schema: Arc<Schema>,
    /// Schema that every reader of the reply may see.
    pub(crate) common: Arc<Schema>,
    /// Readers of the reply.
    pub(crate) audience: Audience,
    pub(crate) question: &'a Question,
    /// Stored values that the question names, of columns that every reader may see.
    pub(crate) values: Vec<NamedValue>,
    /// Business terms that the question uses, whose definition every reader may see.
    pub(crate) terms: Vec<Term>,
}

impl<'a> Inquiry<'a> {
    pub(crate) fn new(
        asker: &'a Asker,
        conversation: &'a Conversation,
        question: &'a Question,
        target: Arc<Target>,
        schemas: &Schemas,
        settings: &Settings,
    ) -> Self {
        let (role, place) = (&asker.user.role, &asker.place);
        let schema = schemas.of(role);
        let common = schemas.of_readers(settings, role, place);
        let audience = Audience::of(settings, schemas, role, place);
        let values = common.known.named_in(&question.text);
        Self { asker, conversation, target, schema, common, audience, question, values, terms: Vec::new() }
    }

    /// The inquiry with the business terms that its question uses. One whose definition reads what not everybody may see is
    /// left out.
    pub(crate) fn with_terms_of(self, verified: &VerifiedSet) -> Self {
        let locale = self.asker.user.locale;
        let term = |term: &VerifiedQuery| match self.common.guard.check(&term.statement) {
            Verdict::Allow(definition) => {
                Some(Term { name: term.question(locale).to_owned(), note: term.note.clone(), definition })
            }
            Verdict::Deny(_) => None,
        };
        let mut left = LONGEST_TERMS;
        let fits = |term: &Term| {
            let length = term.definition.text().len();
            left.checked_sub(length).map(|rest| left = rest).is_some()
        };
        let terms = verified.terms_in(&self.question.text).filter_map(term).filter(fits).take(MOST_TERMS).collect();
        Self { terms, ..self }
    }

    /// Describes the target for the model: only what every reader of the answer may see.
    pub(crate) fn data<'b>(&'b self, examples: &'b [Example]) -> DataBrief<'b> {
        DataBrief {
            target: &self.target.name,
            description: &self.target.description,
            catalog: &self.common.catalog,
            words: &self.common.words,
            question: &self.question.text,
            examples,
            values: &self.values,
            terms: &self.terms,
            may_ask: self.question.may_ask,
        }
    }

    /// True if a question asked among others is answered to the asker alone.
    pub(crate) fn is_aside(&self) -> bool {
        is_aside(&self.conversation.place, &self.asker.place)
    }

    /// The verified queries nearest to the question, as examples in the asker's language. Those that read what
    /// somebody who reads the answer may not see are left out.
    pub(crate) fn examples(&self, verified: &VerifiedSet, limit: usize) -> Vec<Example> {
        let ranked = verified.nearest(&self.question.text, &self.common.known, limit);
        ranked.into_iter().filter_map(|(query, _)| self.example(query)).collect()
    }

    /// The first verified queries, for a question that is near none.
    pub(crate) fn samples(&self, verified: &VerifiedSet, limit: usize) -> Vec<Example> {
        verified.questions().filter_map(|query| self.example(query)).take(limit).collect()
    }

    fn example(&self, query: &VerifiedQuery) -> Option<Example> {
        let allowed = matches!(self.common.guard.check(&query.statement), Verdict::Allow(_));
        let question = query.question(self.asker.user.locale).to_owned();
        allowed.then(|| Example { question, statement: query.statement.clone() })
    }

    /// The reason that some readers of the reply may not see what the statement reads, if any.
    pub(crate) fn bar(&self, statement: &str) -> Option<AccessDecision> {
        self.audience.bar(statement)
    }

    /// The reason that some readers may not see the statement, if any, for a text as somebody wrote it: the guard may
    /// render it otherwise.
    pub(crate) fn bar_of(&self, written: &str) -> Option<AccessDecision> {
        if self.audience.0.is_empty() {
            return None;
        }
        match self.schema.guard.check(written) {
            Verdict::Allow(approved) => self.bar(approved.text()),
            Verdict::Deny(_) => None,
        }
    }

    /// A refusal in the words of what everybody may see: what it suggests instead is read by all of them.
    pub(crate) fn common_refusal(&self, statement: &str, own: &Refusal) -> Refusal {
        if Arc::ptr_eq(&self.schema, &self.common) {
            return own.clone();
        }
        match self.common.guard.check(statement) {
            Verdict::Deny(common) => common,
            Verdict::Allow(_) => own.clone(),
        }
    }

    /// True if the question names something that its asker may see and others in the place may not.
    pub(crate) fn names_more(&self) -> bool {
        !Arc::ptr_eq(&self.schema, &self.common)
            && names_hidden(&self.question.text, &self.schema.catalog, &self.common.catalog)
    }
}
