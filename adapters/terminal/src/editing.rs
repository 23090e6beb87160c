//! The line editor of a terminal: where it is started, asked for a line, and ended.

#[cfg(unix)]
use std::sync::Arc;
#[cfg(unix)]
use std::time::Duration;

use pstral_core::ports::PlatformError;
use tokio::io::AsyncRead;

use crate::Terminal;
#[cfg(unix)]
use crate::completion::Completion;
#[cfg(unix)]
use crate::editor::{EditorSetup, start};
use crate::keyboard::Keyboard;
use crate::lines::Lines;

/// The longest time that Tab waits for names.
#[cfg(unix)]
const ADVICE_TIMEOUT: Duration = Duration::from_secs(1);

impl Terminal {
    /// Starts reading what is typed: by the line editor, or from the input line by line.
    pub(crate) fn keyboard(&self, input: Box<dyn AsyncRead + Send + Unpin>) -> Result<Keyboard, PlatformError> {
        #[cfg(unix)]
        if self.edits {
            let failed =
                |error: std::io::Error| PlatformError::Rejected(format!("the line editor cannot be started: {error}"));
            let (prompt, history) = (self.config.prompt.clone(), self.config.history.clone());
            let setup = EditorSetup { prompt, history, completion: self.completion() };
            let (control, typed) = start(setup).map_err(failed)?;
            let _ = self.editor.get_or_init(|| control);
            return Ok(Keyboard::Editor(typed));
        }
        Ok(Keyboard::Lines(Lines::new(input)))
    }

    #[cfg(unix)]
    fn completion(&self) -> Completion {
        let (advice, actor, runtime) = (Arc::clone(&self.advice), self.actor(), tokio::runtime::Handle::current());
        let suggest = move |kind| {
            let Some(advice) = advice.get() else { return vec![] };
            // The timer of the time-out is made within the runtime.
            let advised = async { tokio::time::timeout(ADVICE_TIMEOUT, advice.suggestions(&actor, kind)).await };
            runtime.block_on(advised).unwrap_or_default()
        };
        let prefix = self.capabilities.command_prefix;
        Completion { locale: self.config.locale, prefix, suggest: Arc::new(suggest) }
    }

    /// Prints complete rows above the line that is being edited.
    #[cfg_attr(not(unix), expect(unused_variables, reason = "only a line editor is printed above"))]
    pub(crate) fn print_above(&self, text: String) {
        #[cfg(unix)]
        if let Some(editor) = self.editor.get().filter(|_| !text.is_empty()) {
            editor.print_above(text);
        }
    }

    /// Asks the line editor for a line, if there is one.
    pub(crate) fn ask(&self) {
        #[cfg(unix)]
        if let Some(editor) = self.editor.get() {
            editor.ask();
        }
    }
}

/// Puts the terminal's mode back when the session ends in whatever way: it returns, is dropped or panics.
pub(crate) struct RestoredMode<'a>(pub(crate) &'a Terminal);

impl Drop for RestoredMode<'_> {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Some(editor) = self.0.editor.get() {
            editor.restore();
        }
    }
}
