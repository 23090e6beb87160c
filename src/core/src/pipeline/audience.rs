//! Who else reads what is said: what everybody in a place may see of a target, and what only some may.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::asker::Asker;
use super::offer::button;
use super::question::Inquiry;
use super::ruling::{AccessDecision, Showing};
use super::schema::Schemas;
use super::{Pipeline, PipelineError, Schema, Settings, Target};
use crate::domain::{ButtonAction, Catalog, Locale, Outgoing, Place, ProposalId, Role, User};
use crate::egress::{fit, neutralized};
use crate::guard::{ApprovedStatement, Refusal, Verdict};
use crate::knowledge;
use crate::text::{Text, text};

/// Letters of a name above a message at most.
const LONGEST_NAME: usize = 60;
/// Words shorter than this say too little to be the name of something.
const SHORTEST_WORD: usize = 4;

/// The roles of those who read in a place, each with what they may see; nobody in private.
pub(super) struct Audience(Vec<(Role, Arc<Schema>)>);

impl Audience {
    pub(super) fn of(settings: &Settings, schemas: &Schemas, own: &Role, place: &Place) -> Self {
        if place.private {
            return Self(Vec::new());
        }
        let welcome = settings.welcome(own, place).into_iter().map(|role| (schemas.of(&role), role));
        let mut readers: Vec<(Role, Arc<Schema>)> = Vec::new();
        for (schema, role) in welcome {
            // Who may see the same need not be asked twice.
            if !readers.iter().any(|(_, other)| Arc::ptr_eq(other, &schema)) {
                readers.push((role, schema));
            }
        }
        Self(readers)
    }

    /// Why not everybody may see what a statement reads, or what it gives.
    pub(super) fn bar(&self, statement: &str) -> Option<AccessDecision> {
        self.0.iter().find_map(|(role, schema)| {
            let found = match schema.guard.check(statement) {
                Verdict::Allow(approved) if approved.text() == statement => return None,
                Verdict::Allow(approved) => approved.left_out().join(" "),
                Verdict::Deny(refusal) => neutralized(&refusal.found),
            };
            Some(AccessDecision::barred(role, found))
        })
    }
}

impl Inquiry<'_> {
    /// Why not everybody may see what a statement reads who reads what is said.
    pub(super) fn bar(&self, statement: &str) -> Option<AccessDecision> {
        self.audience.bar(statement)
    }

    /// The same of a text as somebody wrote it, which the guard may render otherwise.
    pub(super) fn bar_of(&self, written: &str) -> Option<AccessDecision> {
        if self.audience.0.is_empty() {
            return None;
        }
        match self.schema.guard.check(written) {
            Verdict::Allow(approved) => self.bar(approved.text()),
            Verdict::Deny(_) => None,
        }
    }

    /// A refusal in the words of what everybody may see: what it suggests instead is read by all of them.
    pub(super) fn common_refusal(&self, statement: &str, own: &Refusal) -> Refusal {
        if Arc::ptr_eq(&self.schema, &self.common) {
            return own.clone();
        }
        match self.common.guard.check(statement) {
            Verdict::Deny(common) => common,
            Verdict::Allow(_) => own.clone(),
        }
    }

    /// Whether a question names what its asker may see and others in the place may not.
    pub(super) fn names_more(&self) -> bool {
        !Arc::ptr_eq(&self.schema, &self.common)
            && names_hidden(self.question, &self.schema.catalog, &self.common.catalog)
    }
}

impl Pipeline {
    /// Where the result of a statement is shown as things are now.
    pub(super) fn shown(
        &self,
        asker: &Asker,
        target: &Target,
        schemas: &Schemas,
        approved: &ApprovedStatement,
    ) -> AccessDecision {
        let (settings, role) = (&self.parts.settings, &asker.user.role);
        let private = schemas.of(role);
        let private = approved.relations().iter().find_map(|one| private.private.get(one));
        let bar = Audience::of(settings, schemas, role, &asker.place).bar(approved.text());
        let showing = Showing::Result(private.map(String::as_str));
        settings.delivery(&asker.place, (&target.name, &target.terms), showing, bar)
    }

    /// Whether a statement itself is shown where it was asked.
    pub(super) fn shown_itself(&self, place: &Place, target: &Target, bar: Option<AccessDecision>) -> AccessDecision {
        self.parts.settings.delivery(place, (&target.name, &target.terms), Showing::Statement, bar)
    }

    /// The asker where only they read, in their own language.
    pub(super) async fn in_private(&self, asker: &Asker) -> Result<Asker, PipelineError> {
        if asker.place.private {
            return Ok(asker.clone());
        }
        match asker.platform.open_dm(&asker.actor).await {
            Ok(place) => {
                let user = User { locale: asker.own_locale, ..asker.user.clone() };
                Ok(Asker { user, place, ..asker.clone() })
            }
            Err(error) => {
                tracing::warn!(%error, actor = asker.actor.id, "no private place could be opened");
                Err(PipelineError::Tell(text("private-failed")))
            }
        }
    }

    /// Tells where it was asked what became of it, and whose it is.
    pub(super) async fn tell_here(&self, asker: &Asker, sentence: &Text) {
        self.show_here(asker, Outgoing::text(sentence.render(asker.user.locale))).await;
    }

    /// Shows a message where it was asked, and whose it is.
    pub(super) async fn show_here(&self, asker: &Asker, message: Outgoing) {
        self.show(asker, &Outgoing { text: signed(asker, &message.text), ..message }).await;
    }

    /// Sends what shows a proposal to the asker alone, and remembers where; what is said of it where others read, with a
    /// button to be shown it there where it could not be sent.
    pub(super) async fn hand_over(
        &self,
        asker: &Asker,
        proposal: &ProposalId,
        message: &Outgoing,
    ) -> Result<Outgoing, Outgoing> {
        let locale = asker.user.locale;
        let closed = || {
            let can_run = message.buttons.iter().any(|button| matches!(button.action, ButtonAction::Execute(_)));
            let can_be_shown = can_run && asker.platform.capabilities().asides;
            let failed = || Outgoing::text(text("private-failed").render(locale));
            if can_be_shown { closed(proposal, locale) } else { failed() }
        };
        let Ok(reader) = self.in_private(asker).await else { return Err(closed()) };
        match self.send_whole(&*reader.platform, &reader.place, message).await {
            Ok(at) => {
                self.remember_card(proposal, at, message).await;
                Ok(Outgoing::text(text("statement-in-private").render(locale)))
            }
            Err(_) => Err(closed()),
        }
    }

    /// Shows a statement to its asker alone, which could not be sent to them in private before.
    pub(super) async fn show_alone(&self, asker: &Asker, id: &ProposalId) -> Result<(), PipelineError> {
        let proposal = self.own_proposal(asker, id).await?;
        let (_, _, message) = self.card_again(asker, &proposal).await?;
        let handed_over = self.hand_over(asker, id, &message).await;
        self.forget_files(asker, &message.files).await;
        if let Err(closed) = handed_over {
            self.show_here(asker, closed).await;
        }
        Ok(())
    }
}

/// Says where others read that something for one person could not be sent to them.
pub(super) fn closed(proposal: &ProposalId, locale: Locale) -> Outgoing {
    let show = button(ButtonAction::Show(proposal.clone()), &text("button-show"), locale);
    Outgoing { buttons: vec![show], ..Outgoing::text(text("private-closed").render(locale)) }
}

/// Who asked, above what several people read.
pub(super) fn signed(asker: &Asker, message: &str) -> String {
    match signature(asker) {
        Some(line) if message.is_empty() => line,
        Some(line) => format!("{line}\n{message}"),
        None => message.to_owned(),
    }
}

/// The line that says who asked; none where only they read.
pub(super) fn signature(asker: &Asker) -> Option<String> {
    (!asker.place.private).then(|| asked_by(&asker.user, asker.user.locale))
}

/// The line that says that a user asked.
pub(super) fn asked_by(user: &User, locale: Locale) -> String {
    let name = user.full_name.split_whitespace().collect::<Vec<_>>().join(" ");
    let name = neutralized(&fit(&name, LONGEST_NAME)).replace(['`', '*', '_'], "");
    text("asked-by").with("name", name).render(locale)
}

/// Whether words name a relation or a column that is in one catalog and not in the other. A word says so that names
/// nothing in the other; so do the words of a column with those of its relation.
fn names_hidden(question: &str, seen: &Catalog, common: &Catalog) -> bool {
    let (words, open) = (words_of(question), names_in(common));
    let says = |name: &str| {
        let stems: Vec<String> = stems(name).collect();
        let telling = stems.iter().any(|stem| words.contains(stem) && !open.contains(stem));
        (telling, !stems.is_empty() && stems.iter().all(|stem| words.contains(stem)))
    };
    seen.tables.iter().any(|relation| {
        let others = common.tables.iter().find(|one| one.schema == relation.schema && one.name == relation.name);
        let (telling, whole) = says(&relation.name);
        let Some(others) = others else {
            return telling || whole || relation.columns.iter().any(|column| says(&column.name).0);
        };
        relation.columns.iter().filter(|column| others.columns.iter().all(|one| one.name != column.name)).any(
            |column| {
                let (telling, named) = says(&column.name);
                telling || (named && whole)
            },
        )
    })
}

/// True of words that name a relation or a column of a catalog.
pub(super) fn names_any(question: &str, catalog: &Catalog) -> bool {
    !words_of(question).is_disjoint(&names_in(catalog))
}

fn words_of(question: &str) -> BTreeSet<String> {
    knowledge::fold(question).iter().map(|word| stem(word)).collect()
}

fn names_in(catalog: &Catalog) -> BTreeSet<String> {
    let names = catalog.tables.iter().flat_map(|one| one.columns.iter().map(|column| &column.name).chain([&one.name]));
    names.flat_map(|name| stems(name)).collect()
}

fn stems(name: &str) -> impl Iterator<Item = String> + use<> {
    knowledge::fold(name).into_iter().filter(|word| word.len() >= SHORTEST_WORD).map(|word| stem(&word))
}

fn stem(word: &str) -> String {
    word.trim_end_matches('s').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{CatalogColumn, Dialect, Relation, RelationKind};

    fn catalog(tables: &[(&str, &[&str])]) -> Catalog {
        let relation = |(name, columns): &(&str, &[&str])| {
            let columns = columns.iter().map(|name| CatalogColumn::new(name, "text")).collect();
            Relation::new("main", name, RelationKind::Table, columns)
        };
        Catalog::new(Dialect::Sqlite, "main", tables.iter().map(relation).collect())
    }

    #[test]
    fn a_question_names_what_others_may_not_see_or_it_does_not() {
        let seen = catalog(&[
            ("clients", &["id", "name", "email"]),
            ("leads", &["id", "email"]),
            ("employees", &["id", "name", "salary", "home_address"]),
            ("client_scores", &["client_id", "risk_level"]),
        ]);
        let common =
            catalog(&[("clients", &["id", "name"]), ("leads", &["id", "email"]), ("employees", &["id", "name"])]);
        for (question, names) in [
            ("Which clients are there?", false),
            ("What are the emails of the leads?", false),
            ("What is the email of each client?", true),
            ("The salaries? I mean the salary of everybody", true),
            ("Where is everybody's home", true),
            ("Who is at risk?", true),
            ("scores by client", true),
            ("the id of each", false),
            ("", false),
        ] {
            assert_eq!(names_hidden(question, &seen, &common), names, "{question}");
            assert!(!names_hidden(question, &common, &common), "{question}");
        }
    }
}
