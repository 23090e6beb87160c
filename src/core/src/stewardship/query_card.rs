//! One verified query whole, as a steward reads it before deciding.

use std::fmt::Write as _;

use crate::asker::Asker;
use crate::domain::{KeptQuery, Locale, Outgoing, Parameter, ParameterKind, QuerySource, QueryState, Step, User};
use crate::egress::quoted;
use crate::error::PipelineError;
use crate::guard::Verdict;
use crate::refusal::refusal_text;
use crate::statements::card::day;
use crate::stewardship::ground::Ground;
use crate::stewardship::review::{Review, who};
use crate::targets::Schema;
use crate::text::{Text, text};

impl Review {
    /// Shows one whole: what people cannot read they cannot vouch for. Nobody reads of relations that are closed to them.
    pub(crate) async fn show_verified(&self, asker: &Asker, kept: &KeptQuery) -> Result<(), PipelineError> {
        let locale = asker.user.locale;
        let target = self.targets.target_named(&kept.target)?;
        let (schema, ground) = self.verified.ground(&asker.user, &target).await?;
        let held = ground.holds(&kept.query).map(drop);
        if is_closed(&schema, &ground, kept) {
            return Err(PipelineError::Tell(text("steward-closed").with("id", &kept.query.id)));
        }
        let users = self.people.users().await?;
        let tally = self.knowledge.tallies(&kept.target).await?.remove(&kept.query.id).unwrap_or_default();
        let mut lines = vec![self.heading(kept).render(locale), query_card(kept, &users, locale)];
        lines.push(match &held {
            Ok(()) => text("steward-holds").render(locale),
            Err(why) => text("steward-holds-not").with("why", why.render(locale)).render(locale),
        });
        if tally.good + tally.bad > 0 {
            let counted = text("steward-tally").count("good", tally.good).count("bad", tally.bad);
            lines.push(counted.render(locale));
        }
        let version = format!("{}#{}", self.name_of_query(kept), kept.version);
        let next = next(kept).map(|next| next.with("prefix", asker.prefix()).with("id", version));
        lines.extend(next.map(|next| next.render(locale)));
        let message = lines.join("\n");
        if !asker.platform.capabilities().length.holds(&message) {
            let sentence = text("steward-not-showable").with("target", &kept.target);
            return Err(PipelineError::Tell(sentence.with("id", &kept.query.id)));
        }
        self.outbox.show_in_private(asker, Outgoing::text(message)).await
    }

    fn heading(&self, kept: &KeptQuery) -> Text {
        let heading = match (kept.source, kept.state) {
            (QuerySource::File, _) => text("steward-of-file"),
            (QuerySource::Chat, _) if kept.hidden => text("steward-of-chat-hidden"),
            (QuerySource::Chat, QueryState::Proposed) => text("steward-of-chat-proposed"),
            (QuerySource::Chat, QueryState::Approved) => text("steward-of-chat-approved"),
            (QuerySource::Chat, QueryState::Retired) => text("steward-of-chat-retired"),
        };
        heading.with("id", self.name_of_query(kept)).with("target", &kept.target)
    }
}

/// Whether a query reads what is closed to those who see this much, and not what it could read for nobody.
pub(crate) fn is_closed(schema: &Schema, ground: &Ground, kept: &KeptQuery) -> bool {
    match schema.guard.check(&kept.query.statement) {
        Verdict::Allow(_) => false,
        Verdict::Deny(refusal) => ground.holds(&kept.query).err() != Some(refusal_text(&refusal)),
    }
}

/// What a verified query says, and who has had to do with it.
pub fn query_card(kept: &KeptQuery, users: &[User], locale: Locale) -> String {
    std::iter::once(words(kept, locale)).chain(history(kept, users, locale)).collect::<Vec<_>>().join("\n")
}

/// The questions, the statement in a fence it cannot leave, and the parameters.
fn words(kept: &KeptQuery, locale: Locale) -> String {
    let query = &kept.query;
    let mut words = String::new();
    for (language, question) in [("fr", &query.fr), ("en", &query.en)] {
        let question =
            if question.trim().is_empty() { text("steward-no-words").render(locale) } else { quoted(question, 400) };
        let _ = writeln!(words, "{language}: {question}");
    }
    let _ = write!(words, "```sql\n{}\n```", query.statement.replace("```", "ˋˋˋ"));
    for parameter in &query.parameters {
        let _ = write!(words, "\n{}", declared(parameter));
    }
    words
}

/// A parameter in the words in which it can be changed.
fn declared(parameter: &Parameter) -> String {
    let kind = match parameter.kind {
        ParameterKind::Text => "text",
        ParameterKind::Integer => "integer",
        ParameterKind::Year => "year",
    };
    let column = parameter.column.as_ref().map(ToString::to_string);
    let parts = [Some(kind.to_owned()), column, parameter.default.clone()];
    let value = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    format!("`:{}={}`", parameter.name, quoted(&value, 200).replace('`', "ˋ"))
}

fn history(kept: &KeptQuery, users: &[User], locale: Locale) -> Vec<String> {
    let said = |sentence: Text, step: Step| {
        let on = day(&step.at.strftime("%Y-%m-%d").to_string(), locale);
        sentence.with("name", who(users, step)).with("on", on).render(locale)
    };
    let steps = [
        (text("steward-step-proposed"), kept.proposed),
        (text("steward-step-edited"), kept.edited),
        (text("steward-step-approved"), kept.approved),
        (text("steward-step-retired"), kept.retired),
    ];
    let mut lines: Vec<String> =
        steps.into_iter().filter_map(|(sentence, step)| step.map(|step| said(sentence, step))).collect();
    if kept.source == QuerySource::File {
        let on = day(&kept.query.verified_on, locale);
        let by = text("steward-step-approved").with("name", quoted(&kept.query.verified_by, 100)).with("on", on);
        lines.push(by.render(locale));
    }
    if let Some(fault) = &kept.fault {
        let since = day(&fault.since.strftime("%Y-%m-%d").to_string(), locale);
        lines.push(text("steward-since").with("on", since).render(locale));
    }
    lines
}

/// What a steward can do with it now.
fn next(kept: &KeptQuery) -> Option<Text> {
    Some(match (kept.source, kept.state) {
        (QuerySource::File, _) => return None,
        (QuerySource::Chat, QueryState::Proposed) => text("steward-next-proposed"),
        (QuerySource::Chat, QueryState::Approved) => text("steward-next-approved"),
        (QuerySource::Chat, QueryState::Retired) => text("steward-next-retired"),
    })
}
