//! A statement as people see it whole: in a message, or in a file beside it where no message holds it.

use super::Pipeline;
use super::asker::Asker;
use crate::domain::{FileRef, Proposal};
use crate::ports::Length;

impl Pipeline {
    /// The text that shows a statement whole, as `told` writes it, and its file: none where a message has room for the
    /// statement itself, else the one that `told` is given the name of. `None` where people could not see all of it: then
    /// nobody may be asked to approve it.
    pub(super) async fn shown_whole(
        &self,
        asker: &Asker,
        proposal: &Proposal,
        room: Length,
        told: impl Fn(Option<&str>) -> String + Send + Sync,
    ) -> Option<(String, Vec<FileRef>)> {
        let text = told(None);
        // In a message, a fence would end at the first one in the statement.
        if room.holds(&text) && !proposal.statement.contains("```") {
            return Some((text, Vec::new()));
        }
        let name = self.file_name(asker, proposal);
        let written = self.parts.files.statement(&name.stored, &proposal.statement).await;
        let logged =
            |error| tracing::error!(%error, proposal = %proposal.id, "a statement could not be put into a file");
        let file = name.show(written.map_err(logged).ok()?);
        let text = told(Some(&file.name));
        if room.holds(&text) && file.bytes <= asker.platform.capabilities().max_file_bytes {
            return Some((text, vec![file]));
        }
        self.parts.files.discard(&[file]).await;
        None
    }
}
