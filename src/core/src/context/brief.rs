//! A question with all that goes with it, and the request that comes of it.

use minijinja::context;

use super::describe::{Described, Describing};
use super::fence::{code, data, line};
use super::history::{self, History};
use super::nearness::{Asked, CatalogWords};
use super::shares::{Part, allot};
use super::template::render;
use super::term::Term;
use super::tokens::{AROUND_MESSAGE, BEFORE_ANSWER, Kind, tokens};
use crate::domain::{Catalog, Dialect, Locale, Names, PromptManifest, Speaker, Turn};
use crate::egress;
use crate::guard::written;
use crate::knowledge::NamedValue;
use crate::models::json_answer;
use crate::ports::{ChatRequest, ModelMessage};
use crate::settings::AnswerForm;

/// Of the room that instructions and question leave, in hundredths: relations, examples and the conversation.
const CATALOG: usize = 55;
const EXAMPLES: usize = 15;
const HISTORY: usize = 30;

/// Characters of a column's name with its table's, and of a stored value.
const LONGEST_NAME: usize = 260;
const LONGEST_VALUE: usize = 120;

/// A question with all that goes with it.
#[derive(Debug, Clone)]
pub struct Brief<'a> {
    /// The language of the answer.
    pub locale: Locale,
    /// As `YYYY-MM-DD`.
    pub today: String,
    /// The conversation as it is kept, the oldest turn first, the question last.
    pub turns: &'a [Turn],
    /// The form of an answer about data; any other is free text.
    pub form: AnswerForm,
    /// The information about the target; `None` for a question that is not about data.
    pub data: Option<DataBrief<'a>>,
}

/// The information about a target.
#[derive(Debug, Clone, Copy)]
pub struct DataBrief<'a> {
    /// Its name.
    pub target: &'a str,
    /// The description of its content, in a sentence.
    pub description: &'a str,
    /// The part of it that all may see who read the answer.
    pub catalog: &'a Catalog,
    /// The words of that part.
    pub words: &'a CatalogWords,
    /// The question, with the earlier question it belongs to.
    pub question: &'a str,
    /// Verified questions like it, the nearest first.
    pub examples: &'a [Example],
    /// Stored values that the question names.
    pub values: &'a [NamedValue],
    /// Business terms that the question uses.
    pub terms: &'a [Term],
    /// True if the model may ask a question in return.
    pub may_ask: bool,
}

/// A verified question with its statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// With `{name}` where a person puts a value.
    pub question: String,
    /// With `:name` there.
    pub statement: String,
}

/// A request, and what the model is told by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Briefing {
    /// The request to the model.
    pub request: ChatRequest,
    /// The record of what it contains, and of what was left out.
    pub told: PromptManifest,
    /// Its estimated length, in tokens.
    pub tokens: usize,
    /// Its maximum length, in tokens.
    pub(super) room: usize,
    pub(super) locale: Locale,
}

/// The reason why there is no request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// The question does not fit beside the instructions and one relation.
    #[error("the question does not fit the context window")]
    TooLong,
    /// A template cannot be filled in.
    #[error("the prompt template: {0}")]
    Template(String),
}

impl Brief<'_> {
    /// The request that takes at most `room` tokens. The instructions and the question stand in it whole.
    pub fn told(&self, template: &str, room: usize) -> Result<Briefing, Unfit> {
        let turns = history::told(self.turns);
        let (question, before) = turns.split_last().ok_or(Unfit::TooLong)?;
        let (question, size) = history::message(question, self.locale);
        let examples = self.data.map(|data| data.examples).unwrap_or_default();
        let bare = self.render(template, "", &vec![Example::empty(); examples.len()])?;
        let fixed = tokens(&bare, Kind::Prose(self.locale)) + AROUND_MESSAGE + BEFORE_ANSWER + size;
        let left = room.checked_sub(fixed).ok_or(Unfit::TooLong)?;
        let describing = self.data.map(|data| {
            let said = before.iter().filter(|turn| turn.speaker == Speaker::Person).map(|turn| turn.text.as_str());
            let defined = data.terms.iter().flat_map(|term| term.definition.relations()).map(String::as_str);
            Describing::of(data.catalog, data.words, Asked::of(data.question, said).reading(defined), left)
        });
        let [of_catalog, of_examples, of_history] = allot(
            left,
            [
                Part { share: CATALOG, wants: describing.as_ref().map(Describing::wants).unwrap_or_default() },
                Part { share: EXAMPLES, wants: examples.iter().map(|example| example.tokens(self.locale)).sum() },
                Part { share: HISTORY, wants: history::wants(before, self.locale) },
            ],
        );
        let described = describing.map(|describing| describing.within(of_catalog)).unwrap_or_default();
        let hears_of_none = described.relations.is_empty() && !described.left.is_empty();
        if hears_of_none && described.text.is_empty() {
            return Err(Unfit::TooLong);
        }
        let (examples, size_of_examples) = fitting(examples, of_examples, self.locale);
        let history = history::within(before, of_history, self.locale);
        let system = self.render(template, &described.text, examples)?;
        let told = self.left_out(&described, examples.len(), &history);
        let tokens = fixed + described.tokens + size_of_examples + history.tokens;
        let messages: Vec<ModelMessage> = history.messages.into_iter().chain([question]).collect();
        // Examples and earlier answers stay in fences also where JSON is asked for: the server holds the model to the schema
        // whatever it has read, and an answer that was cut, continued or written before the form was changed has no JSON.
        let format = self.is_json().then(json_answer::schema);
        let request = ChatRequest { system, messages, format, variant: 0 };
        Ok(Briefing { request, told, tokens, room, locale: self.locale })
    }

    fn is_json(&self) -> bool {
        self.form == AnswerForm::Json && self.data.is_some()
    }

    fn left_out(&self, described: &Described, examples: usize, history: &History) -> PromptManifest {
        let all = self.data.map_or(0, |data| data.examples.len());
        PromptManifest {
            relations: Names::of(&described.relations),
            relations_left: Names::of(&described.left),
            columns_left: described.columns_left as u64,
            examples: examples as u64,
            examples_left: (all - examples) as u64,
            turns: history.messages.len() as u64,
            turns_left: history.left as u64,
            terms: Names::of(
                &self.data.map_or(&[][..], |data| data.terms).iter().map(|term| term.name.clone()).collect::<Vec<_>>(),
            ),
        }
    }

    /// Fills in the template of the system prompt; the values of data are absent in the mode `chat`.
    fn render(&self, template: &str, catalog: &str, examples: &[Example]) -> Result<String, Unfit> {
        let today = self.today.as_str();
        let values = match self.data {
            None => context! { today },
            Some(of) => context! {
                today,
                dialect => dialect_name(of.catalog.dialect),
                target => line(of.target, 60),
                description => line(of.description, 300),
                may_ask => of.may_ask,
                json => self.is_json(),
                catalog,
                values => of.values.iter().map(|named| stored(of.catalog.dialect, named)).collect::<Vec<_>>(),
                terms => of.terms.iter().map(Term::value).collect::<Vec<_>>(),
                examples => examples.iter().map(Example::value).collect::<Vec<_>>(),
            },
        };
        let mut rendered = render(template, values).map_err(|error| Unfit::Template(error.to_string()))?;
        // It is kept for as long as the answer lasts, and was given room for more.
        rendered.shrink_to_fit();
        Ok(rendered)
    }
}

impl Example {
    fn empty() -> Self {
        Self { question: String::new(), statement: String::new() }
    }

    fn value(&self) -> minijinja::Value {
        context! { question => line(&self.question, usize::MAX), statement => code(&self.statement) }
    }

    fn tokens(&self, locale: Locale) -> usize {
        tokens(&data(&self.question), Kind::Prose(locale)) + tokens(&code(&self.statement), Kind::Code)
    }
}

/// The nearest examples that fit, and what they take.
fn fitting(examples: &[Example], room: usize, locale: Locale) -> (&[Example], usize) {
    let sizes: Vec<usize> = examples.iter().map(|example| example.tokens(locale)).collect();
    let kept = egress::fitting(sizes.iter().copied(), room);
    (&examples[..kept], sizes[..kept].iter().sum())
}

/// A stored value as a statement compares it: `clients.city = 'Le Havre'`.
fn stored(dialect: Dialect, named: &NamedValue) -> String {
    let column = format!("{}.{}", written(dialect, &named.column.relation), written(dialect, &named.column.column));
    format!("{} = '{}'", line(&column, LONGEST_NAME), line(&named.value.replace('\'', "''"), LONGEST_VALUE))
}

fn dialect_name(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Oracle => "Oracle",
        Dialect::Postgres => "PostgreSQL",
        Dialect::Sqlite => "SQLite",
    }
}
