//! What the model is told: the prompt, the catalog, examples and history, within its context window.

use std::fmt::Write as _;
use std::sync::Arc;

use minijinja::{Environment, context};

use super::asker::Asker;
use super::question::Inquiry;
use super::{Parts, Pipeline, Reading, Refreshed, Schemas, Target, Trouble};
use crate::domain::{
    Catalog, Conversation, Dialect, Mode, Place, QueryState, Relation, Speaker, Turn, TurnState, VerifiedQuery,
};
use crate::knowledge;
use crate::ports::{ChatRequest, ModelMessage, TargetError};
use crate::text::text;

/// Characters a token stands for, on the safe side for French, English and SQL (3 to 4.5 in the usual tokenizers).
const CHARS_PER_TOKEN: usize = 3;

/// A verified question with its statement, for the prompt.
#[derive(Debug, Clone)]
pub(super) struct Example {
    pub(super) question: String,
    pub(super) statement: String,
}

impl Example {
    fn value(&self) -> minijinja::Value {
        context! { question => self.question.as_str(), statement => self.statement.as_str() }
    }

    /// The question with `…` where a person puts a value.
    pub(super) fn asked(&self) -> String {
        knowledge::slots(&self.question)
            .into_iter()
            .fold(self.question.clone(), |asked, name| asked.replace(&format!("{{{name}}}"), "…"))
    }
}

impl Pipeline {
    /// The target a question names, or the one of the place, or the default one.
    pub(super) fn target_of(&self, question: &str, place: &Place) -> Result<Arc<Target>, Trouble> {
        let settings = &self.parts.settings;
        let targets = &self.parts.targets;
        let words = knowledge::fold(question);
        let says = |name: &str| {
            let name = knowledge::fold(name);
            !name.is_empty() && words.windows(name.len()).any(|run| run == name)
        };
        // Of `crm` and `crm-archive`, the one that says more.
        let named = targets.iter().filter(|(name, _)| says(name)).max_by_key(|(name, _)| name.len());
        let of_place = settings.places.of(place).and_then(|terms| terms.target.as_ref());
        let unnamed = || targets.get(of_place.or(settings.default_target.as_ref())?);
        let chosen = named.map(|(_, target)| target).or_else(unnamed);
        chosen.cloned().ok_or_else(|| Trouble::Tell(text("no-target")))
    }

    /// What a target holds for each who asks; a target that is away is told to the person.
    pub(super) async fn schemas(&self, target: &Target, verified: &[VerifiedQuery]) -> Result<Arc<Schemas>, Trouble> {
        let Parts { catalogs, clock, .. } = &self.parts;
        let reading = Reading { verified, catalogs: &**catalogs, clock: &**clock };
        target.schemas(reading).await.map_err(|error| Trouble::Tell(error.text()))
    }

    /// Reads the catalog of a target now, for all who ask later.
    pub async fn refresh_catalog(&self, target: &Target) -> Result<Refreshed, TargetError> {
        let Parts { knowledge, catalogs, clock, .. } = &self.parts;
        // Without them the catalog is of use all the same. One that does not hold now may hold by what is read.
        let kept = knowledge.kept_verified(&target.name).await.unwrap_or_default();
        let approved = kept.into_iter().filter(|kept| kept.state == QueryState::Approved);
        let verified: Vec<VerifiedQuery> = approved.map(|kept| kept.query).collect();
        let reading = Reading { verified: &verified, catalogs: &**catalogs, clock: &**clock };
        let refreshed = target.refresh(reading).await?;
        // Not only when the catalog has changed: the rules, or what stewards wrote, may have.
        if let Err(error) = self.recheck_verified(target, &refreshed.kept.catalog).await {
            tracing::error!(target = target.name, %error, "whether the verified queries hold is not known");
        }
        Ok(refreshed)
    }

    /// What the model is asked for a question about data: it hears only of what everybody may see who reads the answer.
    pub(super) async fn data_request(
        &self,
        inquiry: &Inquiry<'_>,
        examples: &[Example],
    ) -> Result<ChatRequest, Trouble> {
        let budget = self.prompt_chars();
        let catalog = describe(&inquiry.common.catalog, inquiry.question, budget / 2);
        let values = context! {
            dialect => dialect_name(inquiry.common.catalog.dialect),
            target => inquiry.target.name.as_str(),
            description => inquiry.target.description.as_str(),
            today => self.today(),
            catalog => catalog,
            examples => examples.iter().map(Example::value).collect::<Vec<_>>(),
        };
        self.request(inquiry.asker, inquiry.conversation, Mode::Sql, values, budget).await
    }

    /// What the model is asked outside of data.
    pub(super) async fn chat_request(
        &self,
        asker: &Asker,
        conversation: &Conversation,
    ) -> Result<ChatRequest, Trouble> {
        self.request(asker, conversation, Mode::Chat, context! { today => self.today() }, self.prompt_chars()).await
    }

    async fn request(
        &self,
        asker: &Asker,
        conversation: &Conversation,
        mode: Mode,
        values: minijinja::Value,
        budget: usize,
    ) -> Result<ChatRequest, Trouble> {
        let template = self.parts.prompts.of(mode, asker.user.locale);
        let system = Environment::new()
            .render_str(template, values)
            .map_err(|error| Trouble::Broken(format!("the prompt template: {error}")))?;
        let turns = self.parts.conversations.turns(conversation.id, self.parts.settings.history_turns + 1).await?;
        // What was shown to the person alone is not told to a place where others read.
        let turns: Vec<Turn> = turns.into_iter().filter(|turn| asker.place.private || !turn.aside).collect();
        let messages = history(&turns, budget.saturating_sub(system.chars().count()));
        Ok(ChatRequest { system, messages, format: None })
    }

    /// Characters the whole prompt may have.
    fn prompt_chars(&self) -> usize {
        let tokens = self.parts.model.context_tokens().saturating_sub(self.parts.settings.answer_tokens);
        tokens * CHARS_PER_TOKEN
    }

    fn today(&self) -> String {
        self.parts.clock.now().to_zoned(jiff::tz::TimeZone::UTC).date().to_string()
    }
}

fn dialect_name(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Oracle => "Oracle",
        Dialect::Postgres => "PostgreSQL",
        Dialect::Sqlite => "SQLite",
    }
}

/// The newest turns that fit, the oldest first. The question itself, the last one, always stays.
fn history(turns: &[Turn], budget: usize) -> Vec<ModelMessage> {
    let mut left = budget;
    let mut messages = Vec::new();
    let told = turns.iter().filter(|turn| turn.state != TurnState::Failed && !turn.text.is_empty());
    for turn in told.rev() {
        let length = turn.text.chars().count();
        if !messages.is_empty() && length > left {
            break;
        }
        left = left.saturating_sub(length);
        messages.push(ModelMessage { speaker: turn.speaker, text: turn.text.clone() });
    }
    // A model expects the person to speak first.
    while messages.last().is_some_and(|message| message.speaker == Speaker::Pstral) {
        messages.pop();
    }
    messages.reverse();
    messages
}

/// The catalog in a compact form, the relations nearest to the question first; those that do not fit are named only.
fn describe(catalog: &Catalog, question: &str, budget: usize) -> String {
    let words = knowledge::fold(question);
    let mut relations: Vec<&Relation> = catalog.tables.iter().collect();
    relations.sort_by_key(|relation| std::cmp::Reverse(nearness(relation, &words)));
    let (mut described, mut named) = (String::new(), Vec::new());
    for relation in relations {
        let one = describe_relation(relation, catalog);
        if described.chars().count() + one.chars().count() <= budget {
            described.push_str(&one);
        } else {
            named.push(catalog.shown(relation));
        }
    }
    if !named.is_empty() {
        tracing::info!(left_out = named.join(" "), "relations that did not fit the prompt");
        described.push_str(&names(&named, budget / 8));
    }
    described
}

/// As many names as fit, nearest first, and how many more there are.
fn names(named: &[String], budget: usize) -> String {
    let mut left = budget;
    let fitting = named.iter().take_while(|name| {
        let length = name.chars().count() + 2;
        let fits = length <= left;
        left = left.saturating_sub(length);
        fits
    });
    let shown: Vec<&str> = fitting.map(String::as_str).collect();
    let more = named.len() - shown.len();
    let more = if more > 0 { format!(", … +{more}") } else { String::new() };
    format!("({}{more})\n", shown.join(", "))
}

/// How many words of the question the relation's names hold.
fn nearness(relation: &Relation, words: &[String]) -> usize {
    let names = relation.columns.iter().map(|column| column.name.as_str()).chain([relation.name.as_str()]);
    let names = knowledge::fold(&names.collect::<Vec<_>>().join(" "));
    let alike = |word: &String| names.iter().any(|name| name.trim_end_matches('s') == word.trim_end_matches('s'));
    words.iter().filter(|word| word.len() > 3 && alike(word)).count()
}

fn describe_relation(relation: &Relation, catalog: &Catalog) -> String {
    let columns = relation.columns.iter().map(|column| {
        let key = if column.primary_key { " PK" } else { "" };
        let comment =
            if column.comment.is_empty() { String::new() } else { format!(" /* {} */", one_line(&column.comment)) };
        format!("{} {}{key}{comment}", column.name, column.data_type)
    });
    let name = catalog.shown(relation);
    let comment =
        if relation.comment.is_empty() { String::new() } else { format!(" -- {}", one_line(&relation.comment)) };
    let mut text = format!("{name}({}){comment}\n", columns.collect::<Vec<_>>().join(", "));
    for key in &relation.foreign_keys {
        let Some(to) = catalog.referred(relation, key) else { continue };
        let (from, to) = (key.columns.join("+"), format!("{}.{}", catalog.shown(to), key.references.join("+")));
        let _ = writeln!(text, "  {name}.{from} -> {to}");
    }
    text
}

/// Comments are other people's text: one line, and nothing that could close the comment or the tag around it.
fn one_line(comment: &str) -> String {
    let comment = comment.split_whitespace().collect::<Vec<_>>().join(" ");
    comment.replace("*/", "").replace(['<', '>'], "").chars().take(120).collect()
}
