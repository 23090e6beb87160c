//! The fetching of a model: lines of JSON that say how far it has come.

use pstral_core::ports::{ModelError, PullProgress};
use pstral_modelhttp::{Reader, Said, of_said};

use crate::answer::{last_line, parse};
use crate::wire::PullLine;

/// Reads the lines of `/api/pull`. What was fetched before a connection was lost is kept by the server, which goes on
/// from there when it is asked again.
#[derive(Debug)]
pub(crate) struct PullReader {
    pub(crate) model: String,
}

impl Reader for PullReader {
    type Piece = PullProgress;

    fn line(&mut self, line: &[u8], said: &mut Said<PullProgress>) -> Result<(), ModelError> {
        let Some(line) = parse::<PullLine>(line)? else { return Ok(()) };
        if let Some(error) = line.error {
            return Err(of_said(error, &self.model));
        }
        said.push_back(match line.status.as_str() {
            "success" => PullProgress::Done,
            _ => PullProgress::Step { said: line.status, bytes: line.total.map(|all| (line.completed, all)) },
        });
        Ok(())
    }

    fn end(&mut self, rest: &[u8], said: &mut Said<PullProgress>) -> Result<(), ModelError> {
        last_line(self, rest, said)
    }

    fn is_last(piece: &PullProgress) -> bool {
        *piece == PullProgress::Done
    }
}
