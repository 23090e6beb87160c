//! `/verified`: the questions that anybody may ask; what waits for a steward, one query whole, and what they decide of it.

use std::sync::Arc;

use crate::access::gate::Access;
use crate::asker::Asker;
use crate::domain::{
    AuditAction, AuditStatus, Capability, CommandName, KeptQuery, Outgoing, QuerySource, QueryState, Verb, VerifiedKind,
};
use crate::egress::{echo, quoted};
use crate::error::PipelineError;
use crate::knowledge::without_slots;
use crate::outbox::send::Outbox;
use crate::people::name_of;
use crate::ports::{Knowledge, People};
use crate::recorder::Recorder;
use crate::stewardship::approving::{Decision, Steward, VerifiedQueries};
use crate::stewardship::edit_syntax::changes;
use crate::stewardship::ground::is_closed;
use crate::stewardship::query_card::{next_steps, query_card};
use crate::targets::Targets;
use crate::text::{Text, first_word, text};

/// Queries listed at once, of each kind.
const LISTED: usize = 10;

/// A query's name such as `crm/late-payments#3`; the target and the version may be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Name<'a> {
    target: Option<&'a str>,
    id: &'a str,
    version: Option<i64>,
}

impl<'a> Name<'a> {
    fn parse(word: &'a str) -> Self {
        let (rest, version) = match word.rsplit_once('#') {
            Some((rest, version)) => (rest, version.parse().ok()),
            None => (word, None),
        };
        let (target, id) = rest.split_once('/').map_or((None, rest), |(target, id)| (Some(target), id));
        Self { target, id, version }
    }
}

/// `/verified`: the queries as stewards read them and decide on them.
pub(crate) struct Review {
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) access: Arc<Access>,
    pub(crate) targets: Arc<Targets>,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) verified: Arc<VerifiedQueries>,
    pub(crate) people: Arc<dyn People>,
    pub(crate) knowledge: Arc<dyn Knowledge>,
}

impl Review {
    /// Handles what follows the command: nothing lists the questions, and to stewards what is pending; a name shows one in
    /// full to stewards, and their action with a name is carried out.
    pub(crate) async fn verified(&self, asker: &Asker, words: &str) -> Result<(), PipelineError> {
        if words.trim().is_empty() {
            return self.list_verified(asker, &self.all_verified(asker).await?).await;
        }
        let tried = format!("verified {words}");
        self.access.require(asker, Capability::ManageVerified, &tried, text("steward-not-allowed")).await?;
        let (first, rest) = first_word(words);
        let verb = CommandName::Verified.verb(first);
        let (name, rest) = if verb.is_some() { first_word(rest) } else { (first, "") };
        let all = self.all_verified(asker).await?;
        if name.is_empty() {
            return Err(PipelineError::Tell(text("steward-which").with("prefix", asker.prefix())));
        }
        let name = Name::parse(name);
        let kept = meant(asker, &all, name, verb.is_some())?;
        let Some(verb) = verb else { return self.show_verified(asker, kept).await };
        // Unread words cannot be vouched for.
        let must_be_read = matches!(verb, Verb::Approve | Verb::Edit) && kept.source == QuerySource::Chat;
        match name.version {
            None if must_be_read => self.show_verified(asker, kept).await,
            Some(seen) if seen != kept.version => {
                Err(PipelineError::Tell(text("steward-changed").with("id", &kept.query.id)))
            }
            _ => self.carry_out(asker, kept, verb, rest).await,
        }
    }

    async fn all_verified(&self, asker: &Asker) -> Result<Vec<KeptQuery>, PipelineError> {
        let mut all = Vec::new();
        let shown = |target: &&String| self.targets.is_shown_on(target, &asker.place.platform);
        for target in self.targets.all.keys().filter(shown) {
            all.extend(self.knowledge.kept_verified(target).await?);
        }
        Ok(all)
    }

    /// Carries out one subcommand of `/verified`, and tells the steward in private what came of it.
    async fn carry_out(&self, asker: &Asker, kept: &KeptQuery, verb: Verb, words: &str) -> Result<(), PipelineError> {
        let decision = match verb {
            Verb::Approve => Decision::Approve,
            Verb::Retire => Decision::Retire,
            Verb::Restore => Decision::Restore,
            Verb::Edit => {
                let how = || text("steward-edit-how").with("prefix", asker.prefix()).with("id", &kept.query.id);
                Decision::Edit(Box::new(changes(words, &kept.query).ok_or_else(|| PipelineError::Tell(how()))?))
            }
            _ => return self.show_verified(asker, kept).await,
        };
        // The decision says which it is.
        let event = self.recorder.event(asker, AuditAction::VerifiedEdited, AuditStatus::Ok);
        let after = self.verified.decide_on(&Steward { user: &asker.user, event }, kept, &decision).await;
        // Why not may name what others who read here may not see, as what is shown in private does.
        let after = after.map_err(PipelineError::alone)?;
        let sentence = match (&decision, after.state) {
            (Decision::Approve, _) if after.hidden => text("steward-approved-hidden"),
            (Decision::Approve, _) if after.query.kind == VerifiedKind::Term => text("steward-approved-term"),
            (Decision::Approve, _) => text("steward-approved"),
            (Decision::Edit(_), QueryState::Approved) => text("steward-edited"),
            (Decision::Edit(_), _) => text("steward-edited-waiting").with("version", after.version.to_string()),
            (Decision::Retire, _) => text("steward-retired"),
            (Decision::Restore, _) => text("steward-restored").with("version", after.version.to_string()),
        };
        let sentence = sentence.with("id", self.name_of_query(&after)).with("prefix", asker.prefix());
        self.outbox.post_privately(asker, Outgoing::text(sentence.render(asker.user.locale))).await
    }

    /// The id, with the target where there are several.
    pub(crate) fn name_of_query(&self, kept: &KeptQuery) -> String {
        let id = &kept.query.id;
        if self.targets.all.len() > 1 { format!("{}/{id}", kept.target) } else { id.clone() }
    }

    async fn list_verified(&self, asker: &Asker, all: &[KeptQuery]) -> Result<(), PipelineError> {
        let open = self.verified.readable(&asker.user, all).await;
        let pending =
            if asker.may(Capability::ManageVerified) { self.pending(asker, &open).await? } else { Vec::new() };
        let lines = questions(asker, &open, &pending);
        self.outbox.post_privately(asker, Outgoing::text(lines.join("\n"))).await
    }

    /// What waits for a steward, and what is no longer offered.
    async fn pending(&self, asker: &Asker, open: &[&KeptQuery]) -> Result<Vec<String>, PipelineError> {
        let locale = asker.user.locale;
        let users = self.people.users().await?;
        let of = |state: QueryState| open.iter().copied().filter(move |kept| kept.state == state);
        let count = |state: QueryState| of(state).count() as u64;
        let mut lines = vec![text("steward-waiting").count("count", count(QueryState::Proposed)).render(locale)];
        lines.extend(of(QueryState::Proposed).take(LISTED).map(|kept| {
            let who = kept.proposed.map(|step| name_of(&users, step.by)).unwrap_or_default();
            self.line(kept, &[&who, kept.query.question(locale)])
        }));
        let fallen: Vec<_> = of(QueryState::Approved).filter(|kept| kept.fault.is_some()).collect();
        if !fallen.is_empty() {
            lines.push(text("steward-fallen").count("count", fallen.len() as u64).render(locale));
            // Why is said of one alone.
            lines.extend(fallen.iter().take(LISTED).map(|kept| self.line(kept, &[kept.query.question(locale)])));
        }
        let hidden: Vec<_> =
            open.iter().copied().filter(|kept| kept.hidden && kept.state == QueryState::Approved).collect();
        if !hidden.is_empty() {
            lines.push(text("steward-hidden").count("count", hidden.len() as u64).render(locale));
            lines.extend(hidden.iter().take(LISTED).map(|kept| self.line(kept, &[])));
        }
        let is_question = |kept: &&&KeptQuery| kept.is_used() && kept.query.kind == VerifiedKind::Question;
        let used = open.iter().filter(is_question).count() as u64;
        let counts = text("steward-counts").count("used", used).count("retired", count(QueryState::Retired));
        lines.push(counts.render(locale));
        lines.push(text("steward-how").with("prefix", asker.prefix()).render(locale));
        Ok(lines)
    }

    fn line(&self, kept: &KeptQuery, facts: &[&str]) -> String {
        let name = format!("`{}`", self.name_of_query(kept));
        let facts = facts.iter().map(|fact| quoted(fact, 120)).filter(|fact| !fact.is_empty());
        format!("- {}", std::iter::once(name).chain(facts).collect::<Vec<_>>().join(" · "))
    }

    /// Shows one whole: what people cannot read they cannot vouch for. Nobody reads of relations that are closed to them.
    async fn show_verified(&self, asker: &Asker, kept: &KeptQuery) -> Result<(), PipelineError> {
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
        let next = next_steps(kept).map(|next| next.with("prefix", asker.prefix()).with("id", version));
        lines.extend(next.map(|next| next.render(locale)));
        let message = lines.join("\n");
        if !asker.platform.capabilities().length.holds(&message) {
            let sentence = text("steward-not-showable").with("target", &kept.target);
            return Err(PipelineError::Tell(sentence.with("id", &kept.query.id)));
        }
        self.outbox.post_privately(asker, Outgoing::text(message)).await
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

/// The questions that verified queries answer, as many as fit into a message after `before`.
fn questions(asker: &Asker, open: &[&KeptQuery], before: &[String]) -> Vec<String> {
    let locale = asker.user.locale;
    let is_shown = |kept: &&KeptQuery| kept.is_used() && kept.query.kind == VerifiedKind::Question;
    let used: Vec<&KeptQuery> = open.iter().copied().filter(is_shown).collect();
    let length = asker.platform.capabilities().length;
    let mut lines = before.to_vec();
    if used.is_empty() && !before.is_empty() {
        return lines;
    }
    lines.push(text("verified-questions").count("count", used.len() as u64).render(locale));
    for (at, kept) in used.iter().enumerate() {
        let more = text("verified-more").count("count", (used.len() - at) as u64).render(locale);
        lines.push(format!("- {}", quoted(&without_slots(kept.query.question(locale)), 120)));
        if !length.holds(&format!("{}\n{more}", lines.join("\n"))) {
            lines.pop();
            lines.push(more);
            break;
        }
    }
    lines
}

/// Decisions are for what was written in a chat; what is shown is what is used.
fn meant<'k>(
    asker: &Asker,
    all: &'k [KeptQuery],
    name: Name<'_>,
    is_decided: bool,
) -> Result<&'k KeptQuery, PipelineError> {
    let named = |kept: &&KeptQuery| kept.query.id == name.id && name.target.is_none_or(|target| kept.target == target);
    let found: Vec<&KeptQuery> = all.iter().filter(named).collect();
    if found.iter().any(|kept| kept.target != found[0].target) {
        let all_of_them = found.iter().map(|kept| format!("{}/{}", kept.target, kept.query.id)).collect::<Vec<_>>();
        return Err(PipelineError::Tell(text("steward-several").with("names", all_of_them.join(", "))));
    }
    let in_chat = found.iter().find(|kept| kept.source == QuerySource::Chat);
    let meant = in_chat.filter(|_| is_decided).or(found.first());
    let unknown = || text("steward-unknown").with("name", echo(name.id)).with("prefix", asker.prefix());
    meant.copied().ok_or_else(|| PipelineError::Tell(unknown()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_say_the_target_and_the_version() {
        for (word, target, id, version) in [
            ("late", None, "late", None),
            ("crm/late", Some("crm"), "late", None),
            ("late#3", None, "late", Some(3)),
            ("crm/late#12", Some("crm"), "late", Some(12)),
            ("late#x", None, "late", None),
        ] {
            assert_eq!(Name::parse(word), Name { target, id, version }, "{word}");
        }
    }

    #[test]
    fn decisions_are_understood_in_both_languages() {
        let verb = |word| CommandName::Verified.verb(word);
        assert_eq!(verb("Rétablir"), Some(Verb::Restore));
        assert_eq!(verb("approve"), Some(Verb::Approve));
        assert_eq!(verb("late"), None);
        assert_eq!(first_word("edit  late#1 fr=a b "), ("edit", "late#1 fr=a b"));
    }
}
