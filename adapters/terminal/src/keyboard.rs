//! The source of typed lines: the input, or the line editor.

use tokio::io::AsyncRead;

use crate::lines::Lines;
use crate::typed::Typed;

/// The source of typed lines.
pub(crate) enum Keyboard {
    /// The input, line by line.
    Lines(Lines<Box<dyn AsyncRead + Send + Unpin>>),
    /// The line editor.
    #[cfg(unix)]
    Editor(crate::editor::Typing),
}

impl Keyboard {
    /// Returns what is typed next. Nothing is lost when the future is dropped before its end.
    pub(crate) async fn next(&mut self) -> std::io::Result<Typed> {
        match self {
            Self::Lines(lines) => Ok(lines.next().await?.map_or(Typed::End, Typed::Line)),
            #[cfg(unix)]
            Self::Editor(typing) => typing.next().await,
        }
    }
}
