//! Commands people type: the same words on every platform, French ones understood too.

use super::Pipeline;
use super::asker::Asker;
use super::proposing::{Draft, card};
use super::question::Inquiry;
use super::trouble::Trouble;
use crate::domain::{Mode, Origin, Outgoing, OutgoingState, Proposal, ProposalId};
use crate::egress::{echo, unaddressed};
use crate::ports::TargetError;
use crate::text::text;

/// A command with what it needs.
#[derive(Debug, PartialEq, Eq)]
enum Command<'a> {
    Execute,
    Edit(&'a str),
    Explain,
    Stop,
    Mode(&'a str),
    History,
    New,
    Audit(&'a str),
    Whoami,
    Link,
    Help,
    Unknown(&'a str),
}

fn parse(words: &str) -> Command<'_> {
    let words = words.trim();
    let (name, rest) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
    let rest = rest.trim();
    match name.to_lowercase().as_str() {
        "execute" | "exécuter" | "executer" => Command::Execute,
        "edit" | "modifier" => Command::Edit(rest),
        "explain" | "expliquer" => Command::Explain,
        "stop" | "arrêter" | "arreter" => Command::Stop,
        "mode" => Command::Mode(rest),
        "history" | "historique" => Command::History,
        "new" | "nouveau" => Command::New,
        "audit" => Command::Audit(rest),
        "whoami" | "quisuisje" => Command::Whoami,
        "link" | "lier" => Command::Link,
        "help" | "aide" => Command::Help,
        _ => Command::Unknown(name),
    }
}

/// The code of a link command, for people who are not known yet.
pub(super) fn link_code(words: &str) -> Option<&str> {
    match parse(words) {
        Command::Link => words.trim().split_once(char::is_whitespace).map(|(_, code)| code.trim()),
        _ => None,
    }
}

impl Pipeline {
    /// Does what a command says.
    pub(super) async fn command(&self, asker: &Asker, words: &str) -> Result<(), Trouble> {
        match parse(words) {
            Command::Execute => {
                let proposal = self.latest_proposal(asker).await?;
                self.execute(asker, &proposal.id).await
            }
            Command::Edit("") => {
                let proposal = self.latest_proposal(asker).await?;
                self.show_for_editing(asker, &proposal.id).await
            }
            Command::Edit(statement) => self.edit(asker, statement).await,
            Command::Explain => {
                let proposal = self.latest_proposal(asker).await?;
                self.explain(asker, &proposal.id).await
            }
            Command::Stop => self.stop(asker),
            Command::Mode(word) => self.set_mode(asker, word).await,
            Command::History => self.history(asker).await,
            Command::New => self.begin_anew(asker).await,
            Command::Audit(words) => self.show_audit(asker, words).await,
            Command::Whoami => self.whoami(asker).await,
            Command::Link => Err(Trouble::Tell(text("link-already").with("name", &asker.user.full_name))),
            Command::Help => self.help(asker).await,
            Command::Unknown(name) => {
                let sentence = text("command-unknown").with("prefix", asker.prefix());
                Err(Trouble::Tell(sentence.with("name", echo(name))))
            }
        }
    }

    async fn latest_proposal(&self, asker: &Asker) -> Result<Proposal, Trouble> {
        let now = self.parts.clock.now();
        let conversation = self.parts.conversations.current(asker.user.id, &asker.place, now).await?;
        let latest = self.parts.proposals.latest(conversation.id).await?;
        latest.ok_or_else(|| Trouble::Tell(text("no-proposal")))
    }

    /// Stops what is being written or run for the asker in this place.
    pub(super) fn stop(&self, asker: &Asker) -> Result<(), Trouble> {
        if self.running.stop(asker.user.id, &asker.place) {
            return Ok(());
        }
        Err(Trouble::Tell(text("nothing-to-stop")))
    }

    /// Shows a statement in the form in which it can be changed and sent back.
    pub(super) async fn show_for_editing(&self, asker: &Asker, id: &ProposalId) -> Result<(), Trouble> {
        let proposal = self.own_proposal(asker, id).await?;
        let sentence = text("edit-how").with("prefix", asker.prefix()).render(asker.user.locale);
        self.show(asker, &Outgoing::text(format!("{sentence}\n```sql\n{}\n```", proposal.statement))).await;
        Ok(())
    }

    /// Takes a statement the person wrote: a new proposal, through the guard like any other. Parameters keep the
    /// values they had.
    async fn edit(&self, asker: &Asker, statement: &str) -> Result<(), Trouble> {
        let now = self.parts.clock.now();
        let conversation = self.parts.conversations.current(asker.user.id, &asker.place, now).await?;
        let before = self.parts.proposals.latest(conversation.id).await?;
        let target = match &before {
            Some(proposal) => self.target_named(&proposal.target)?,
            None => self.target_of("")?,
        };
        let verified = self.parts.knowledge.verified(&target.name).await?;
        let schema = self.schema(&target, &verified).await?;
        let (question, parameters) =
            before.map(|proposal| (proposal.question, proposal.parameters)).unwrap_or_default();
        let inquiry = Inquiry { asker, conversation: &conversation, target, schema, question: &question };
        let statement = statement.trim_end_matches(';');
        let offer = self.propose(&inquiry, Draft { statement, parameters, origin: Origin::Person }).await?;
        let text = offer.card().to_owned();
        self.show(asker, &Outgoing { text, buttons: offer.buttons, files: Vec::new(), state: OutgoingState::Final })
            .await;
        Ok(())
    }

    /// Says what a statement reads, where it comes from and how the database would go about it.
    pub(super) async fn explain(&self, asker: &Asker, id: &ProposalId) -> Result<(), Trouble> {
        let locale = asker.user.locale;
        let proposal = self.own_proposal(asker, id).await?;
        let target = self.target_named(&proposal.target)?;
        let checked = self.check_again(&target, &proposal).await?;
        let approved = checked.map_err(|changed| Trouble::Tell(changed.sentence))?;
        let mut lines = vec![card(&proposal, approved.relations(), locale)];
        let limits = self.parts.settings.limits;
        let limits = text("explain-limits").count("rows", limits.rows).count("seconds", limits.time.as_secs());
        lines.push(limits.render(locale));
        match target.port.explain(&approved).await {
            Ok(estimate) if !estimate.plan.is_empty() => {
                lines.push(text("explain-plan").render(locale));
                lines.push(format!("```\n{}\n```", estimate.plan.join("\n").replace("```", "ˋˋˋ")));
            }
            Ok(_) | Err(TargetError::Timeout { .. }) => lines.push(text("explain-no-plan").render(locale)),
            Err(error) => lines.push(error.text().render(locale)),
        }
        self.show(asker, &Outgoing::text(lines.join("\n"))).await;
        Ok(())
    }

    async fn set_mode(&self, asker: &Asker, word: &str) -> Result<(), Trouble> {
        let Ok(mode) = word.parse::<Mode>() else {
            return Err(Trouble::Tell(text("mode-unknown").with("prefix", asker.prefix())));
        };
        let now = self.parts.clock.now();
        let conversation = self.parts.conversations.current(asker.user.id, &asker.place, now).await?;
        self.parts.conversations.set_mode(conversation.id, mode).await?;
        let sentence = match mode {
            Mode::Sql => text("mode-sql"),
            Mode::Chat => text("mode-chat"),
        };
        self.tell(asker, &sentence).await;
        Ok(())
    }

    async fn history(&self, asker: &Asker) -> Result<(), Trouble> {
        let locale = asker.user.locale;
        let all = self.parts.conversations.of_user(asker.user.id, 10).await?;
        let held: Vec<String> = all
            .iter()
            .filter(|conversation| !conversation.title.is_empty())
            .map(|conversation| {
                format!(
                    "- {} · {}",
                    conversation.started_at.strftime("%Y-%m-%d %H:%M"),
                    unaddressed(&conversation.title)
                )
            })
            .collect();
        if held.is_empty() {
            return Err(Trouble::Tell(text("history-empty")));
        }
        self.show(asker, &Outgoing::text(format!("{}\n{}", text("history").render(locale), held.join("\n")))).await;
        Ok(())
    }

    async fn begin_anew(&self, asker: &Asker) -> Result<(), Trouble> {
        let now = self.parts.clock.now();
        let mode = self.parts.conversations.current(asker.user.id, &asker.place, now).await?.mode;
        self.parts.conversations.begin(asker.user.id, &asker.place, mode, now).await?;
        self.tell(asker, &text("new-conversation")).await;
        Ok(())
    }

    async fn whoami(&self, asker: &Asker) -> Result<(), Trouble> {
        let user = &asker.user;
        let sentence = text("whoami")
            .with("name", &user.full_name)
            .with("username", &user.username)
            .with("role", user.role.text().render(user.locale))
            .with("platform", asker.actor.platform.to_string())
            .with("actor", &asker.actor.id);
        self.tell(asker, &sentence).await;
        Ok(())
    }

    async fn help(&self, asker: &Asker) -> Result<(), Trouble> {
        self.tell(asker, &text("help").with("prefix", asker.prefix())).await;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_understood_in_both_languages() {
        for (words, command) in [
            ("execute", Command::Execute),
            (" EXÉCUTER ", Command::Execute),
            ("edit  SELECT 1 ", Command::Edit("SELECT 1")),
            ("modifier", Command::Edit("")),
            ("mode chat", Command::Mode("chat")),
            ("audit refusal 5", Command::Audit("refusal 5")),
            ("", Command::Unknown("")),
            ("fly", Command::Unknown("fly")),
        ] {
            assert_eq!(parse(words), command, "{words}");
        }
    }

    #[test]
    fn a_link_command_gives_its_code() {
        assert_eq!(link_code("link ABCD-EFGH"), Some("ABCD-EFGH"));
        assert_eq!(link_code("lier x"), Some("x"));
        assert_eq!(link_code("link"), None);
        assert_eq!(link_code("execute now"), None);
    }
}
