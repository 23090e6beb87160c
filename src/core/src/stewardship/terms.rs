//! `/term`: the business terms that answers follow, and the proposal of a new one.

use std::sync::Arc;

use crate::access::gate::Access;
use crate::access::gauge::QuotaKind;
use crate::asker::Asker;
use crate::domain::{
    AuditAction, AuditEvent, AuditStatus, Capability, KeptQuery, Locale, Outgoing, Step, VerifiedKind, VerifiedQuery,
};
use crate::egress::quoted;
use crate::error::PipelineError;
use crate::guard::Verdict;
use crate::knowledge::fold;
use crate::outbox::send::Outbox;
use crate::ports::People;
use crate::refusal::refusal_text;
use crate::stewardship::approving::VerifiedQueries;
use crate::stewardship::edit_syntax::unfenced;
use crate::stewardship::propose::new_id;
use crate::stewardship::query_card::query_card;
use crate::targets::Target;
use crate::text::{Text, text};

/// Characters of a term's name.
const LONGEST_NAME: usize = 60;
/// Characters of what people should know of it.
const LONGEST_NOTE: usize = 300;
/// Terms listed at once.
const LISTED: usize = 40;

/// `/term`: lists and shows business terms, and proposes them.
pub(crate) struct BusinessTerms {
    pub(crate) access: Arc<Access>,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) people: Arc<dyn People>,
    pub(crate) verified: Arc<VerifiedQueries>,
}

impl BusinessTerms {
    /// Handles what follows the command: nothing lists the terms, a name shows one, and `name = definition` proposes it to
    /// the stewards.
    pub(crate) async fn term(&self, asker: &Asker, words: &str) -> Result<(), PipelineError> {
        self.access.require(asker, Capability::Ask, &format!("term {words}"), text("ask-not-allowed")).await?;
        let target = self.verified.targets.target_of("", None, &asker.place)?;
        self.verified.targets.require_here(asker, &target).await?;
        if let Some((name, definition)) = words.split_once('=') {
            let done = self.propose(asker, &target, name, definition).await?;
            self.outbox.tell(asker, &done).await;
            return Ok(());
        }
        let all = self.readable_by(asker, &target).await?;
        if words.trim().is_empty() {
            return self.outbox.post_privately(asker, Outgoing::text(list(asker, &target, &all))).await;
        }
        let wanted = fold(words);
        let Some(found) = all.iter().find(|kept| kept.query.wordings().any(|name| fold(name) == wanted)) else {
            return Err(PipelineError::TellAlone(text("term-unknown").with("prefix", asker.prefix())));
        };
        let card = query_card(found, &self.people.users().await?, asker.user.locale);
        self.outbox.post_privately(asker, Outgoing::text(card)).await
    }

    /// The terms of a target in use that read nothing closed to the asker.
    async fn readable_by(&self, asker: &Asker, target: &Target) -> Result<Vec<KeptQuery>, PipelineError> {
        let all = self.verified.knowledge.kept_verified(&target.name).await?;
        let open = self.verified.readable(&asker.user, &all).await.into_iter();
        Ok(open.filter(|kept| kept.query.kind == VerifiedKind::Term && kept.is_used()).cloned().collect())
    }

    /// Proposes a term to the stewards, and returns what the asker is told. A definition in words becomes its note: who approves it writes the statement.
    pub(crate) async fn propose(
        &self,
        asker: &Asker,
        target: &Target,
        name: &str,
        definition: &str,
    ) -> Result<Text, PipelineError> {
        let definition = unfenced(definition);
        let one_line = |words: &str| words.split_whitespace().collect::<Vec<_>>().join(" ");
        let name = one_line(name);
        if fold(&name).is_empty() || definition.is_empty() || name.chars().count() > LONGEST_NAME {
            return Err(PipelineError::Invalid(text("term-incomplete").count("longest", LONGEST_NAME as u64)));
        }
        let first = definition.split_whitespace().next().unwrap_or_default().to_lowercase();
        let (statement, note) = match first.as_str() {
            "select" | "with" => (definition.to_owned(), String::new()),
            _ => (String::new(), one_line(definition)),
        };
        if note.chars().count() > LONGEST_NOTE {
            return Err(PipelineError::Invalid(text("term-too-long").count("limit", LONGEST_NOTE as u64)));
        }
        self.access.consume_quota(asker, QuotaKind::Questions).await?;
        let all = self.verified.knowledge.kept_verified(&target.name).await?;
        let query = term(asker.user.locale, &name, note, statement, new_id(&name, &all));
        let (schema, ground) = self.verified.ground(&asker.user, target).await?;
        if !query.statement.is_empty() {
            // By the asker's own rules first: what is said of it names nothing that is closed to them.
            if let Verdict::Deny(refusal) = schema.guard.check(&query.statement) {
                let event = self.verified.recorder.event(asker, AuditAction::Refusal, AuditStatus::Refused);
                let (rule, statement) = (Some(refusal.rule.id().to_owned()), Some(query.statement));
                let target = Some(target.name.clone());
                self.verified.recorder.record(AuditEvent { target, statement, rule, ..event }).await?;
                return Err(PipelineError::Invalid(refusal_text(&refusal)));
            }
            ground.holds(&query).map_err(PipelineError::Invalid)?;
        }
        // Nobody is told of one that reads what is closed to them; whoever approves this one is.
        let open = self.verified.readable(&asker.user, &all).await;
        if let Some(double) = self.verified.double(&query, open, &schema, &ground) {
            return Err(PipelineError::TellAlone(text("term-exists").with("id", &double.query.id)));
        }
        self.keep(asker, target, query).await
    }

    async fn keep(&self, asker: &Asker, target: &Target, query: VerifiedQuery) -> Result<Text, PipelineError> {
        let step = Step { by: asker.user.id, at: self.verified.clock.now() };
        let kept = KeptQuery::proposed(&target.name, query, step);
        let event = self.verified.recorder.event(asker, AuditAction::VerifiedProposed, AuditStatus::Ok);
        self.verified.propose(event, &kept).await?;
        Ok(text("term-proposed").with("id", &kept.query.id).with("prefix", asker.prefix()))
    }
}

/// A term that nobody has approved yet.
fn term(locale: Locale, name: &str, note: String, statement: String, id: String) -> VerifiedQuery {
    let in_language = |language| if language == locale { name.to_owned() } else { String::new() };
    VerifiedQuery {
        kind: VerifiedKind::Term,
        id,
        fr: in_language(Locale::Fr),
        en: in_language(Locale::En),
        also: Vec::new(),
        note,
        statement,
        parameters: Vec::new(),
        verified_by: String::new(),
        verified_on: String::new(),
    }
}

/// The names of terms with what people should know of them.
fn list(asker: &Asker, target: &Target, terms: &[KeptQuery]) -> String {
    let locale = asker.user.locale;
    let heading = text("terms").count("count", terms.len() as u64).with("target", &target.name);
    let line = |kept: &KeptQuery| {
        let facts = [kept.query.question(locale), &kept.query.note].map(|fact| quoted(fact, 120));
        format!("- {}", facts.into_iter().filter(|fact| !fact.is_empty()).collect::<Vec<_>>().join(" · "))
    };
    let more = (terms.len() > LISTED).then(|| text("verified-more").count("count", (terms.len() - LISTED) as u64));
    let how = text("term-how").with("prefix", asker.prefix());
    let lines = std::iter::once(heading.render(locale)).chain(terms.iter().take(LISTED).map(line));
    lines.chain(more.into_iter().chain([how]).map(|said| said.render(locale))).collect::<Vec<_>>().join("\n")
}
