//! Policy queries by user administrators in a chat, always answered in private.

use std::sync::Arc;

use crate::access::gate::Access;
use crate::access::{Case, CaseDecisions, Why};
use crate::asker::Asker;
use crate::commands::desk::{Desk, told};
use crate::domain::{Catalog, CommandName, Outgoing, User};
use crate::egress::echo;
use crate::error::PipelineError;
use crate::outbox::send::Outbox;
use crate::people::{Way, codes_in};
use crate::ports::People;
use crate::settings::Settings;
use crate::targets::{Target, Targets};
use crate::text::{Text, first_word, text};

/// `/policy`: who may do what, and by which rule.
pub(crate) struct PolicyView {
    pub(crate) settings: Arc<Settings>,
    pub(crate) access: Arc<Access>,
    pub(crate) targets: Arc<Targets>,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) desk: Arc<Desk>,
    pub(crate) people: Arc<dyn People>,
}

impl PolicyView {
    /// Says what somebody may do where it is asked, for `USER TARGET [TABLE[.COLUMN]]`.
    pub(crate) async fn show_policy(&self, asker: &Asker, words: &str) -> Result<(), PipelineError> {
        // Nothing that may be a code: the audit is no place for one.
        let tried = if codes_in(words).is_empty() { words } else { "" };
        let tried = format!("policy {tried}");
        self.access.require_for(asker, CommandName::Policy, &tried, text("user-not-allowed")).await?;
        let answer = match self.policy_for(asker, words).await {
            Ok(lines) => lines.join("\n"),
            // What names a person or a table is not for others to read either.
            Err(PipelineError::Tell(sentence) | PipelineError::Unavailable(sentence)) => {
                sentence.render(asker.own_locale)
            }
            Err(trouble) => return Err(trouble),
        };
        self.outbox.post_privately(asker, Outgoing::text(answer)).await
    }

    /// Answers `/policy USER TARGET [TABLE]` for the place where it is written, as lines of text.
    async fn policy_for(&self, asker: &Asker, words: &str) -> Result<Vec<String>, PipelineError> {
        // A table is all the rest: in quotes its name may hold spaces.
        let (name, rest) = first_word(words);
        let (named, table) = first_word(rest);
        if named.is_empty() {
            return Err(self.with_targets(text("policy-how"), asker));
        }
        let user = self.desk.desk(asker).known(name).await.map_err(told(asker))?;
        let unknown = || self.with_targets(text("policy-target-unknown").with("given", echo(named)), asker);
        let target = self.target_meant(named).ok_or_else(unknown)?;
        self.targets.require_here(asker, &target).await?;
        let case = Case {
            role: user.role.clone(),
            disabled: user.disabled,
            place: asker.place.clone(),
            target: target.name.clone(),
            table: Some(table).filter(|table| !table.is_empty()).map(str::to_owned),
        };
        let rulings = self.rulings(&case, &target).await?;
        let is_unknown = rulings.read.as_ref().is_some_and(|read| read.why == Why::TableUnknown);
        if let Some(table) = case.table.as_deref().filter(|_| is_unknown) {
            let sentence = text("policy-table-unknown").with("given", echo(table));
            return Err(PipelineError::Tell(example(sentence, asker, &user.username, &target.name)));
        }
        let head = about(&user, &case).render(asker.own_locale);
        let lines = rulings.lines(asker.own_locale).into_iter().map(|line| format!("- {line}"));
        let unlinked = self.unlinked(asker, &user).await?;
        Ok([head].into_iter().chain(lines).chain(unlinked).collect())
    }

    /// Decides a case; if the target is unreachable, from its cached catalog.
    async fn rulings(&self, case: &Case, target: &Target) -> Result<CaseDecisions, PipelineError> {
        let (settings, terms) = (&self.settings, Some(&target.terms));
        if case.table.is_none() {
            return Ok(settings.decide(case, terms, &Catalog::new(target.port.dialect(), "", Vec::new())));
        }
        let schemas = self.targets.schemas(target).await?;
        Ok(settings.decide(case, terms, schemas.whole()))
    }

    /// Rules are of no use to somebody whom nobody knows anywhere.
    async fn unlinked(&self, asker: &Asker, user: &User) -> Result<Option<String>, PipelineError> {
        let is_linked = !self.people.links(user.id).await?.is_empty();
        let sentence = text("links-none").with("name", &user.username);
        let sentence = sentence.with("command", Way::Chat(asker.prefix()).words());
        Ok((!is_linked).then(|| sentence.render(asker.own_locale)))
    }

    fn target_meant(&self, named: &str) -> Option<Arc<Target>> {
        let mut targets = self.targets.all.iter();
        targets.find(|(name, _)| name.eq_ignore_ascii_case(named)).map(|(_, target)| Arc::clone(target))
    }

    /// A sentence with the targets there are, and an example that works.
    fn with_targets(&self, sentence: Text, asker: &Asker) -> PipelineError {
        let shown = |name: &&String| self.targets.is_shown_on(name, &asker.place.platform);
        let names: Vec<&str> = self.targets.all.keys().filter(shown).map(String::as_str).collect();
        let Some(first) = names.first() else { return PipelineError::Tell(text("no-target")) };
        PipelineError::Tell(example(sentence.with("known", names.join(", ")), asker, &asker.user.username, first))
    }
}

/// A sentence with who and what its example is about.
fn example(sentence: Text, asker: &Asker, user: &str, target: &str) -> Text {
    sentence.with("prefix", asker.prefix()).with("user", user).with("target", target)
}

/// Renders the case: the user, the place and the target or table.
fn about(user: &User, case: &Case) -> Text {
    let whole = [Some(case.target.as_str()), case.table.as_deref()];
    let what = whole.into_iter().flatten().map(echo).collect::<Vec<_>>().join(" · ");
    let sentence = text(if case.place.private { "policy-in-private" } else { "policy-here-for" });
    sentence.with("name", &user.username).said("role", user.role.text()).with("what", what)
}
