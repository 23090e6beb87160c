//! What people can ask for beside questions.

use super::Pipeline;
use super::account::already_linked;
use super::asker::Asker;
use super::command::{Command, parse};
use super::trouble::PipelineError;
use crate::domain::{Mode, Rating};
use crate::egress::{JOINER, echo};
use crate::text::text;

/// Conversations of somebody that are looked at for the latest of a channel.
const HELD: u32 = 100;

impl Pipeline {
    /// Does what a command says.
    pub(super) async fn command(&self, asker: &Asker, words: &str) -> Result<(), PipelineError> {
        match parse(words) {
            Command::Execute => self.execute_latest(&self.where_held(asker).await?).await,
            Command::Edit("") => {
                let asker = &self.where_held(asker).await?;
                let latest = self.latest(asker).await?;
                self.show_for_editing(asker, &latest.proposal.id, Some(&latest)).await
            }
            Command::Edit(statement) => self.edit(asker, None, statement).await,
            Command::Explain(what) => {
                let asker = &self.where_held(asker).await?;
                let latest = self.latest(asker).await?;
                if what == "plan" {
                    return self.show_plan(asker, &latest.proposal.id, Some(&latest)).await;
                }
                self.explain(asker, &latest.proposal.id, Some(&latest)).await
            }
            Command::Chart => self.chart_latest(&self.where_held(asker).await?).await,
            Command::Keep(question) => self.keep_latest(asker, question).await,
            Command::Verified(words) => self.verified(asker, words).await,
            Command::Good => self.rate_latest(asker, Rating::Good).await,
            Command::Bad => self.rate_latest(asker, Rating::Bad).await,
            Command::Stop => self.stop_all(asker),
            Command::Mode(word) => self.set_mode(asker, word).await,
            Command::History(words) => self.history(asker, words).await,
            Command::New => self.begin_anew(asker).await,
            Command::Open(words) => self.open(asker, words).await,
            Command::Rename(words) => self.rename(asker, words).await,
            Command::Delete(words) => self.delete(asker, words).await,
            Command::Export(words) => self.export(&self.where_held(asker).await?, words).await,
            Command::Retry => self.retry_latest(&self.where_held(asker).await?).await,
            Command::Continue => self.go_on_latest(&self.where_held(asker).await?).await,
            Command::Audit(words) => self.show_audit(asker, words).await,
            Command::Agree(words) => self.agree(asker, words).await,
            Command::Whoami => self.whoami(asker).await,
            Command::Link => Err(already_linked(asker)),
            Command::Unlink(words) => self.unlink_oneself(asker, words).await,
            Command::Language(word) => self.set_language(asker, word).await,
            Command::Timezone(word) => self.set_zone(asker, word).await,
            // An account is copied from where it is shown with a joiner in it, so that it calls nobody.
            Command::User(words) => self.user_command(asker, &words.replace(JOINER, "")).await,
            Command::Policy(words) => self.show_policy(asker, words).await,
            Command::Status => self.show_status(asker).await,
            Command::Help => self.help(asker).await,
            Command::Unknown(name) => {
                let sentence = text("command-unknown").with("prefix", asker.prefix());
                Err(PipelineError::Tell(sentence.with("name", echo(name))))
            }
        }
    }

    /// Who gives a command in a channel means what they hold in its threads, where that is the latest: questions there are
    /// answered in threads of their own. What comes of it is shown there too.
    async fn where_held(&self, asker: &Asker) -> Result<Asker, PipelineError> {
        if asker.place.private || asker.place.channel() != asker.place {
            return Ok(asker.clone());
        }
        let held = self.parts.conversations.of_user(asker.user.id, HELD).await?;
        let Some(latest) = held.into_iter().find(|one| one.place.channel() == asker.place) else {
            return Ok(asker.clone());
        };
        // What they wrote themselves in the channel since is in no turn.
        let own = self.current(asker).await?;
        let written = self.parts.proposals.latest(own.id).await?.map(|proposal| proposal.created_at);
        let said = self.parts.conversations.turns(latest.id, 1).await?.last().map(|turn| turn.at);
        let place = if written > said { asker.place.clone() } else { latest.place };
        Ok(Asker { place, ..asker.clone() })
    }

    /// The same as [`stop`](Self::stop), in the threads of a channel too.
    fn stop_all(&self, asker: &Asker) -> Result<(), PipelineError> {
        if self.running.stop_below(asker.user.id, &asker.place) {
            // What goes on in the channel itself is stopped too, if anything does.
            self.running.stop(asker.user.id, &asker.place);
            return Ok(());
        }
        self.stop(asker)
    }

    /// Stops what is being written or run for the asker in this place.
    pub(super) fn stop(&self, asker: &Asker) -> Result<(), PipelineError> {
        if self.running.stop(asker.user.id, &asker.place) {
            return Ok(());
        }
        if self.running.is_busy(&asker.place) {
            // Somebody else's, which everybody sees grow.
            return Err(PipelineError::TellAlone(text("stop-not-yours")));
        }
        Err(PipelineError::Tell(text("nothing-to-stop")))
    }

    async fn set_mode(&self, asker: &Asker, word: &str) -> Result<(), PipelineError> {
        let Ok(mode) = word.parse::<Mode>() else {
            return Err(PipelineError::Tell(text("mode-unknown").with("prefix", asker.prefix())));
        };
        let conversation = self.current(asker).await?;
        self.parts.conversations.set_mode(conversation.id, mode).await?;
        let sentence = match mode {
            Mode::Sql => text("mode-sql"),
            Mode::Chat => text("mode-chat"),
        };
        self.tell(asker, &sentence).await;
        Ok(())
    }

    async fn begin_anew(&self, asker: &Asker) -> Result<(), PipelineError> {
        let now = self.parts.clock.now();
        let mode = self.current(asker).await?.mode;
        self.parts.conversations.begin(asker.user.id, &asker.place, mode, now).await?;
        self.tell(asker, &text("new-conversation")).await;
        Ok(())
    }

    async fn help(&self, asker: &Asker) -> Result<(), PipelineError> {
        self.tell(asker, &text("help").with("prefix", asker.prefix())).await;
        Ok(())
    }
}
