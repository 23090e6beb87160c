//! An answer as messages: as many as it takes, and a file for what is beyond the most that one may have.

use std::borrow::Cow;

use crate::asker::Asker;
use crate::domain::{FileRef, Outgoing};
use crate::egress::{AnswerLayout, Splitting, align_tables, lay_out, splitting};
use crate::outbox::finalize::Finalizer;
use crate::outbox::messages::Messages;
use crate::outbox::signature::signature;
use crate::text::text;

impl Finalizer {
    /// An answer in messages. What is beyond the most that one may have is in a file with the last one.
    pub(crate) async fn lay_out_messages(&self, asker: &Asker, answer: AnswerLayout<'_>) -> Messages {
        let by = splitting(asker.platform.capabilities());
        let lines = signature(asker).into_iter().chain((!answer.heading.is_empty()).then(|| answer.heading.to_owned()));
        let heading = lines.collect::<Vec<_>>().join("\n");
        let drawn = asker.platform.capabilities().tables;
        let aligned = |said| if drawn { Cow::Borrowed(said) } else { align_tables(said) };
        let (before, after) = (aligned(answer.before), aligned(answer.after));
        let answer = AnswerLayout { heading: &heading, before: &before, after: &after, ..answer };
        let laid = lay_out(answer, by);
        let (mut parts, files) = match laid.rest {
            None => (laid.parts, Vec::new()),
            // What was laid out is not held meanwhile.
            Some(_) => self.write_rest_to_file(asker, answer, by).await,
        };
        let last = parts.pop().unwrap_or_default();
        let before = parts.into_iter().map(Outgoing::text).collect();
        Messages { before, ..Messages::from(Outgoing { files, ..Outgoing::text(last) }) }
    }

    /// Lays out an answer with a line that says the rest is in a file, or that it is lost.
    async fn write_rest_to_file(
        &self,
        asker: &Asker,
        answer: AnswerLayout<'_>,
        by: Splitting,
    ) -> (Vec<String>, Vec<FileRef>) {
        let beside = |sentence: &'static str| {
            let sentence = text(sentence).render(asker.user.locale);
            let parts = [answer.ours, &sentence];
            let ours = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n");
            lay_out(AnswerLayout { ours: &ours, ..answer }, by)
        };
        let rest = beside("answer-rest-in-file").rest.unwrap_or_default();
        let now = self.clock.now().strftime("%Y%m%d-%H%M%S");
        let name = format!("answer-{now}-{}", self.entropy.hex(3));
        // It waits for its turn at the disk, among thousands, without the messages.
        match self.files.text(&name, &rest).await {
            Ok(file) if file.bytes <= asker.platform.capabilities().max_file_bytes => {
                (beside("answer-rest-in-file").parts, vec![file])
            }
            Ok(file) => {
                self.files.discard(&[file]).await;
                (beside("answer-rest-lost").parts, Vec::new())
            }
            Err(error) => {
                tracing::error!(%error, "file with the rest of a long answer not written; the rest is lost");
                (beside("answer-rest-lost").parts, Vec::new())
            }
        }
    }
}
