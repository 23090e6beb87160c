//! A statement explained to the person it was offered to: in words, and as the database would run it.

use std::sync::Arc;

use crate::asker::Asker;
use crate::domain::{ButtonAction, Names, Outgoing, PromptManifest, Proposal, ProposalId};
use crate::error::PipelineError;
use crate::history::latest::Latest;
use crate::outbox::buttons::button;
use crate::pipeline::explanation::in_words;
use crate::ports::TargetError;
use crate::statements::card::{BESIDE, card};
use crate::statements::recheck::{Checked, Statements, refuse_refused};
use crate::targets::{Target, Targets};
use crate::text::{Text, text};

/// Explains statements.
pub(crate) struct Explainer {
    pub(crate) targets: Arc<Targets>,
    pub(crate) statements: Arc<Statements>,
}

impl Explainer {
    /// Shows a statement with what it does in words, and offers the database's plan.
    pub(crate) async fn explain(
        &self,
        asker: &Asker,
        id: &ProposalId,
        latest: Option<&Latest>,
    ) -> Result<(), PipelineError> {
        let locale = asker.user.locale;
        let (proposal, target, Checked { approved, schemas, .. }) = self.explainable(asker, id).await?;
        let limits = approved.limits();
        let limits = text("explain-limits").count("rows", limits.rows).count("seconds", limits.time.as_secs());
        let words = approved.outline().map(|outline| in_words(&outline, approved.values(), locale));
        let room = asker.platform.capabilities().length.less(BESIDE);
        let words = match words {
            Some(words) if !room.holds(&words) => text("explain-too-long").render(locale),
            Some(words) => words,
            None => String::new(),
        };
        let lines = format!("{words}\n{}", limits.render(locale));
        let told = |in_file: Option<&str>| {
            let card = card(&proposal, approved.relations(), in_file, locale);
            format!("{card}\n{lines}")
        };
        let shown = self.statements.shown_whole(asker, &proposal, room, told).await;
        // Nothing runs by it: where the statement has no room beside the words, these stand alone.
        let (whole, files) = shown.unwrap_or_else(|| (lines.clone(), Vec::new()));
        let buttons = vec![button(ButtonAction::Plan(proposal.id.clone()), &text("button-plan"), locale)];
        let message = Outgoing { buttons, files, ..Outgoing::text(whole) };
        self.statements.show_statement(asker, &target, &schemas, &proposal, message, latest).await;
        Ok(())
    }

    /// Shows how the database would run a statement, and what the model knew that wrote it.
    pub(crate) async fn show_plan(
        &self,
        asker: &Asker,
        id: &ProposalId,
        latest: Option<&Latest>,
    ) -> Result<(), PipelineError> {
        let locale = asker.user.locale;
        let (proposal, target, Checked { approved, schemas, .. }) = self.explainable(asker, id).await?;
        let told = proposal.told.iter().flat_map(|of| told(of, asker.place.private));
        let mut lines: Vec<String> = told.map(|told| told.render(locale)).collect();
        match target.port.explain(&approved, &asker.user.username).await {
            Ok(estimate) if !estimate.plan.is_empty() => {
                lines.push(text("explain-plan").render(locale));
                lines.push(format!("```\n{}\n```", estimate.plan.join("\n").replace("```", "ˋˋˋ")));
            }
            Ok(_) | Err(TargetError::Timeout { .. }) => lines.push(text("explain-no-plan").render(locale)),
            Err(error) => lines.push(error.text().render(locale)),
        }
        let message = Outgoing::text(lines.join("\n"));
        self.statements.show_statement(asker, &target, &schemas, &proposal, message, latest).await;
        Ok(())
    }

    /// A statement that its asker may still see, checked again.
    async fn explainable(
        &self,
        asker: &Asker,
        id: &ProposalId,
    ) -> Result<(Proposal, Arc<Target>, Checked), PipelineError> {
        let proposal = self.statements.own_proposal(asker, id).await?;
        refuse_refused(&proposal)?;
        let target = self.targets.target_named(&proposal.target)?;
        let checked = self.statements.check_again(asker, &target, &proposal).await?;
        Ok((proposal, target, checked.map_err(|changed| PipelineError::Tell(changed.sentence))?))
    }
}

/// Describes the prompt behind a statement and what it had no room for. It may have included more than others may see,
/// so names are given only in private.
fn told(told: &PromptManifest, private: bool) -> Vec<Text> {
    let count = |key, count| text(key).count("count", count);
    let names = |named, counted, names: &Names| {
        if private { count(named, names.count).with("names", names.shown()) } else { count(counted, names.count) }
    };
    let relations_left = names("explain-left-relations", "explain-left-relations-count", &told.relations_left);
    let left = [
        (told.relations_left.count, relations_left),
        (told.columns_left, count("explain-left-columns", told.columns_left)),
        (told.examples_left, count("explain-left-examples", told.examples_left)),
        (told.turns_left, count("explain-left-turns", told.turns_left)),
    ];
    let left = left.into_iter().filter(|(count, _)| *count > 0).map(|(_, sentence)| sentence);
    std::iter::once(names("explain-told", "explain-told-count", &told.relations)).chain(left).collect()
}
