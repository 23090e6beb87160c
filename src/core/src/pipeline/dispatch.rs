//! Dispatches each command to the part that handles it.

use crate::asker::Asker;
use crate::commands::account::already_linked;
use crate::domain::{Command, CommandName, Rating};
use crate::egress::{JOINER, echo};
use crate::error::PipelineError;
use crate::pipeline::Pipeline;
use crate::text::text;

impl Pipeline {
    /// Does what a command says.
    pub(crate) async fn command(&self, asker: &Asker, command: &Command) -> Result<(), PipelineError> {
        let words = command.words.as_str();
        match command.name {
            CommandName::Execute => self.executions.execute_latest(&self.history.where_held(asker).await?).await,
            CommandName::Edit if words.is_empty() => {
                let asker = &self.history.where_held(asker).await?;
                let latest = self.history.latest(asker).await?;
                self.editing.show_for_editing(asker, &latest.proposal.id, Some(&latest)).await
            }
            CommandName::Edit => self.editing.edit(asker, None, words).await,
            CommandName::Explain => {
                let asker = &self.history.where_held(asker).await?;
                let latest = self.history.latest(asker).await?;
                if words == "plan" {
                    return self.explaining.show_plan(asker, &latest.proposal.id, Some(&latest)).await;
                }
                self.explaining.explain(asker, &latest.proposal.id, Some(&latest)).await
            }
            CommandName::Chart => self.charting.chart_latest(&self.history.where_held(asker).await?).await,
            CommandName::Keep => self.ratings.propose_latest(asker, words).await,
            CommandName::Verified => self.review.verified(asker, words).await,
            CommandName::Term => self.terms.term(asker, words).await,
            CommandName::Review => self.review_command.review(asker, words).await,
            CommandName::Good => self.ratings.rate_latest(asker, Rating::Good).await,
            CommandName::Bad => self.ratings.rate_latest(asker, Rating::Bad).await,
            CommandName::Stop => self.own_conversations.stop_all(asker),
            CommandName::Mode => self.own_conversations.set_mode(asker, words).await,
            CommandName::History => self.own_conversations.history(asker, words).await,
            CommandName::New => self.own_conversations.begin_anew(asker).await,
            CommandName::Open => self.own_conversations.open(asker, words).await,
            CommandName::Rename => self.own_conversations.rename(asker, words).await,
            CommandName::Delete => self.own_conversations.delete(asker, words).await,
            CommandName::Export => self.own_conversations.export(&self.history.where_held(asker).await?, words).await,
            CommandName::Retry => self.retries.retry_latest(&self.history.where_held(asker).await?).await,
            CommandName::Continue => self.continuations.go_on_latest(&self.history.where_held(asker).await?).await,
            CommandName::Audit => self.audit_view.show_audit(asker, words).await,
            CommandName::Agree => self.cost_approvals.agree(asker, words).await,
            CommandName::Whoami => self.account.whoami(asker).await,
            CommandName::Link => Err(already_linked(asker)),
            CommandName::Unlink => self.account.unlink_oneself(asker, words).await,
            CommandName::Language => self.account.set_language(asker, words).await,
            CommandName::Timezone => self.account.set_zone(asker, words).await,
            // An account is copied from where it is shown with a joiner in it, so that it calls nobody.
            CommandName::User => self.users.user_command(asker, &words.replace(JOINER, "")).await,
            CommandName::Policy => self.policy.show_policy(asker, words).await,
            CommandName::Status => self.status.show_status(asker).await,
            CommandName::Help => self.help(asker).await,
            // The first two are chosen from a list, which sends a question and a statement instead.
            CommandName::Ask | CommandName::Sql | CommandName::Unknown => {
                let name = words.split_whitespace().next().unwrap_or_default();
                let sentence = match CommandName::nearest(name) {
                    Some(near) => text("command-unknown-near").with("near", near),
                    None => text("command-unknown"),
                };
                Err(PipelineError::Tell(sentence.with("prefix", asker.prefix()).with("name", echo(name))))
            }
        }
    }

    async fn help(&self, asker: &Asker) -> Result<(), PipelineError> {
        self.outbox.tell(asker, &text("help").with("prefix", asker.prefix())).await;
        Ok(())
    }
}
