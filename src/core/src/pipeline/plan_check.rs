//! The database plans a statement before it is offered: one that it cannot plan is refused.

use crate::error::PipelineError;
use crate::guard::ApprovedStatement;
use crate::pipeline::fault::Fault;
use crate::pipeline::inquiry::Inquiry;
use crate::pipeline::proposal_maker::{ProposalMaker, Refused};
use crate::ports::{Estimate, TargetError};
use crate::settings::Terms;
use crate::text::text;

/// Decides on a statement that was not planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PlanFailure {
    /// Planning failed, and running the statement would begin with the same planning.
    Refused,
    /// No statement could run now. The person is told why instead.
    Told,
    /// The database is away. The statement can be run once it is back.
    Offered,
}

impl ProposalMaker {
    /// The database's plan for an approved statement, or the reason not to offer it.
    pub(crate) async fn planned(
        &self,
        inquiry: &Inquiry<'_>,
        approved: &ApprovedStatement,
    ) -> Result<Result<Estimate, Refused>, PipelineError> {
        let target = &inquiry.target;
        let error = match target.port.explain(approved, &inquiry.asker.user.username).await {
            Ok(estimate) => return Ok(Ok(estimate)),
            Err(error) => error,
        };
        if !matches!(error, TargetError::Rejected(_)) {
            tracing::warn!(target = target.name, %error, "a statement could not be planned");
        }
        match unplanned(&error, &target.terms) {
            PlanFailure::Refused => Ok(Err(refused(&error))),
            PlanFailure::Told => Err(PipelineError::Tell(error.text())),
            PlanFailure::Offered => Ok(Ok(Estimate::default())),
        }
    }
}

/// A planner that fails, takes too long or needs too much memory does so again when the statement runs. Where costs are
/// limited, the person is also told of a database that is away or busy: without it the cost is not known.
fn unplanned(error: &TargetError, terms: &Terms) -> PlanFailure {
    match error {
        TargetError::Rejected(_)
        | TargetError::Timeout { .. }
        | TargetError::OutOfMemory(_)
        | TargetError::Cancelled
        | TargetError::Failed(_) => PlanFailure::Refused,
        TargetError::NoAccount { .. } | TargetError::Privileged(_) | TargetError::ClientMissing(_) => PlanFailure::Told,
        TargetError::Busy(_) | TargetError::Unavailable(_) if terms.max_cost.is_some() => PlanFailure::Told,
        TargetError::Busy(_) | TargetError::Unavailable(_) => PlanFailure::Offered,
    }
}

/// The refusal. A fault of the statement itself goes back to the model.
fn refused(error: &TargetError) -> Refused {
    let sentence = match error {
        TargetError::Timeout { seconds } => text("statement-planned-too-long").count("seconds", *seconds),
        TargetError::Rejected(_) | TargetError::OutOfMemory(_) => error.text(),
        _ => text("statement-not-planned"),
    };
    let fault = match error {
        TargetError::Rejected(_) => Some(Fault::of_database(sentence.clone())),
        TargetError::Timeout { .. } | TargetError::OutOfMemory(_) => Some(Fault::from_plan_limit(sentence.clone())),
        _ => None,
    };
    let detail = match error {
        TargetError::Rejected(_) => error.to_string(),
        _ => format!("it could not be planned: {error}"),
    };
    Refused { rule: None, detail, cost: None, sentence, fault: fault.map(Box::new) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_database_that_is_away_leaves_a_statement_without_a_plan() {
        let why = || "why".to_owned();
        let costs = Terms { max_cost: Some(1.0), ..Terms::default() };
        for (error, free, limited) in [
            (TargetError::Rejected(why()), PlanFailure::Refused, PlanFailure::Refused),
            (TargetError::Timeout { seconds: 10 }, PlanFailure::Refused, PlanFailure::Refused),
            (TargetError::OutOfMemory(why()), PlanFailure::Refused, PlanFailure::Refused),
            (TargetError::Failed(why()), PlanFailure::Refused, PlanFailure::Refused),
            (TargetError::Cancelled, PlanFailure::Refused, PlanFailure::Refused),
            (TargetError::NoAccount { person: why() }, PlanFailure::Told, PlanFailure::Told),
            (TargetError::Privileged(why()), PlanFailure::Told, PlanFailure::Told),
            (TargetError::ClientMissing(why()), PlanFailure::Told, PlanFailure::Told),
            (TargetError::Unavailable(why()), PlanFailure::Offered, PlanFailure::Told),
            (TargetError::Busy(why()), PlanFailure::Offered, PlanFailure::Told),
        ] {
            assert_eq!(unplanned(&error, &Terms::default()), free, "{error}");
            assert_eq!(unplanned(&error, &costs), limited, "{error}");
        }
    }
}
