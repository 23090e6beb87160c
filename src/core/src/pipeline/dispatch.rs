//! Which part does what a command says.

use crate::asker::Asker;
use crate::commands::account::already_linked;
use crate::commands::command::{Command, parse};
use crate::domain::Rating;
use crate::egress::{JOINER, echo};
use crate::error::PipelineError;
use crate::pipeline::Pipeline;
use crate::text::text;

impl Pipeline {
    /// Does what a command says.
    pub(crate) async fn command(&self, asker: &Asker, words: &str) -> Result<(), PipelineError> {
        match parse(words) {
            Command::Execute => self.executions.execute_latest(&self.history.where_held(asker).await?).await,
            Command::Edit("") => {
                let asker = &self.history.where_held(asker).await?;
                let latest = self.history.latest(asker).await?;
                self.editing.show_for_editing(asker, &latest.proposal.id, Some(&latest)).await
            }
            Command::Edit(statement) => self.editing.edit(asker, None, statement).await,
            Command::Explain(what) => {
                let asker = &self.history.where_held(asker).await?;
                let latest = self.history.latest(asker).await?;
                if what == "plan" {
                    return self.explaining.show_plan(asker, &latest.proposal.id, Some(&latest)).await;
                }
                self.explaining.explain(asker, &latest.proposal.id, Some(&latest)).await
            }
            Command::Chart => self.charting.chart_latest(&self.history.where_held(asker).await?).await,
            Command::Keep(question) => self.feedback.keep_latest(asker, question).await,
            Command::Verified(words) => self.review.verified(asker, words).await,
            Command::Good => self.feedback.rate_latest(asker, Rating::Good).await,
            Command::Bad => self.feedback.rate_latest(asker, Rating::Bad).await,
            Command::Stop => self.own_conversations.stop_all(asker),
            Command::Mode(word) => self.own_conversations.set_mode(asker, word).await,
            Command::History(words) => self.own_conversations.history(asker, words).await,
            Command::New => self.own_conversations.begin_anew(asker).await,
            Command::Open(words) => self.own_conversations.open(asker, words).await,
            Command::Rename(words) => self.own_conversations.rename(asker, words).await,
            Command::Delete(words) => self.own_conversations.delete(asker, words).await,
            Command::Export(words) => {
                self.own_conversations.export(&self.history.where_held(asker).await?, words).await
            }
            Command::Retry => self.retries.retry_latest(&self.history.where_held(asker).await?).await,
            Command::Continue => self.continuations.go_on_latest(&self.history.where_held(asker).await?).await,
            Command::Audit(words) => self.audit_view.show_audit(asker, words).await,
            Command::Agree(words) => self.agreements.agree(asker, words).await,
            Command::Whoami => self.account.whoami(asker).await,
            Command::Link => Err(already_linked(asker)),
            Command::Unlink(words) => self.account.unlink_oneself(asker, words).await,
            Command::Language(word) => self.account.set_language(asker, word).await,
            Command::Timezone(word) => self.account.set_zone(asker, word).await,
            // An account is copied from where it is shown with a joiner in it, so that it calls nobody.
            Command::User(words) => self.users.user_command(asker, &words.replace(JOINER, "")).await,
            Command::Policy(words) => self.policy.show_policy(asker, words).await,
            Command::Status => self.status.show_status(asker).await,
            Command::Help => self.help(asker).await,
            Command::Unknown(name) => {
                let sentence = text("command-unknown").with("prefix", asker.prefix());
                Err(PipelineError::Tell(sentence.with("name", echo(name))))
            }
        }
    }

    async fn help(&self, asker: &Asker) -> Result<(), PipelineError> {
        self.outbox.tell(asker, &text("help").with("prefix", asker.prefix())).await;
        Ok(())
    }
}
