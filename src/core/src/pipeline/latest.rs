//! `/execute`: the last statement that was offered, shown again first where it is not what the asker looks at.

use crate::asker::Asker;
use crate::domain::Capability;
use crate::error::PipelineError;
use crate::history::latest::Latest;
use crate::outbox::running::still_answering;
use crate::pipeline::execution::Executions;
use crate::statements::recheck::can_run;
use crate::text::text;

impl Executions {
    /// Runs the last statement that was offered, where that is what the asker looks at; else shows it first.
    pub(crate) async fn execute_latest(&self, asker: &Asker) -> Result<(), PipelineError> {
        let latest = self.history.latest(asker).await?;
        // A statement whose message was never shown, such as one whose file was refused, is shown before it runs.
        let is_unseen =
            can_run(&latest.proposal, self.clock.now()) && self.proposals.cards(&latest.proposal.id).await?.is_empty();
        match latest.since {
            None if !is_unseen => self.execute(asker, &latest.proposal.id).await,
            _ => self.show_again(asker, &latest).await,
        }
    }

    async fn show_again(&self, asker: &Asker, latest: &Latest) -> Result<(), PipelineError> {
        self.access.require(asker, Capability::Execute, "execute", text("execute-not-allowed")).await?;
        let proposal = self.statements.own_proposal(asker, &latest.proposal.id).await?;
        let _work = self.running.begin(asker.user.id, &asker.place).ok_or_else(|| still_answering(asker))?;
        let (target, schemas, message) = self.statements.card_again(asker, &proposal).await?;
        self.statements.show_statement(asker, &target, &schemas, &proposal, message.clone(), Some(latest)).await;
        self.outbox.forget_files(asker, &message.files).await;
        Ok(())
    }
}
