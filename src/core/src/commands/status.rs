//! Service status for administrators: each part as `pstral doctor` finds it, and what is pending.

use std::sync::Arc;
use std::time::Duration;

use crate::access::gate::Access;
use crate::asker::Asker;
use crate::domain::{CommandName, Locale, Outgoing};
use crate::egress::neutralized;
use crate::error::PipelineError;
use crate::models::ModelPool;
use crate::outbox::pending_finals::PendingFinals;
use crate::outbox::send::Outbox;
use crate::ports::{Check, Checkup, PartState};
use crate::text::{Text, text};

/// `/status`: each part as `pstral doctor` finds it, and what waits.
pub(crate) struct StatusView {
    pub(crate) model: Arc<ModelPool>,
    pub(crate) pending: PendingFinals,
    pub(crate) access: Arc<Access>,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) checkup: Arc<dyn Checkup>,
}

impl StatusView {
    /// Says how each part is and what waits, in private, what does not work first.
    pub(crate) async fn show_status(&self, asker: &Asker) -> Result<(), PipelineError> {
        self.access.require_for(asker, CommandName::Status, "status", text("user-not-allowed")).await?;
        let locale = asker.own_locale;
        let mut checks = self.checkup.checks(locale).await;
        checks.extend(self.waiting_now(locale));
        checks.extend(self.resting(locale));
        // A message that is too long loses its end.
        checks.sort_by_key(|check| std::cmp::Reverse(check.state));
        let lines: Vec<String> = checks.iter().map(|check| shown(check, locale)).collect();
        self.outbox.post_privately(asker, Outgoing::text(lines.join("\n"))).await
    }

    /// Model servers that are not asked after failures: since when, and when one question tries them again.
    fn resting(&self, locale: Locale) -> Vec<Check> {
        let loads = self.model.loads().into_iter();
        let resting = loads.filter_map(|load| Some((load.endpoint, load.resting?)));
        let check = |(endpoint, (since, again)): (String, (Duration, Duration))| Check {
            part: format!("requests to {endpoint}"),
            state: PartState::Degraded,
            fact: text("status-resting").count("since", since.as_secs()).count("again", again.as_secs()).render(locale),
            remedy: String::new(),
        };
        resting.map(check).collect()
    }

    /// Questions that wait for the model, and answers that their platform has not taken to the end.
    fn waiting_now(&self, locale: Locale) -> [Check; 2] {
        let model = &self.model;
        let running: u32 = model.loads().iter().map(|load| load.running).sum();
        let questions =
            text("status-questions").count("waiting", counted(model.waiting())).count("running", running.into());
        let left = self.pending.len();
        let answers = text("status-answers").count("left", counted(left));
        let (state, remedy) = if left == 0 {
            (PartState::Ok, String::new())
        } else {
            (PartState::Degraded, text("status-remedy-answers").render(locale))
        };
        let check = |part: &str, state, fact: &Text, remedy| Check {
            part: part.to_owned(),
            state,
            fact: fact.render(locale),
            remedy,
        };
        [check("questions", PartState::Ok, &questions, String::new()), check("answers", state, &answers, remedy)]
    }
}

/// A part, how it is, what was measured, and below what to do.
fn shown(check: &Check, locale: Locale) -> String {
    let line = format!("- {} · {} · {}", check.part, check.state.text().render(locale), neutralized(&check.fact));
    if check.remedy.is_empty() { line } else { format!("{line}\n  → {}", check.remedy) }
}

fn counted(count: usize) -> u64 {
    count.try_into().unwrap_or(u64::MAX)
}
