//! The conversation and its state on the screen. It returns the bytes to write, and writes nothing itself.

use std::collections::BTreeMap;

use pstral_core::domain::{Outgoing, OutgoingState};
use pstral_core::harmless;

use crate::drawing::{CLEAR, Drawing, Size, styled};
use crate::message::{Line, lines};
use crate::rows::rows;
use crate::typed::{columns, plain};

/// The number of messages that can still be changed; older ones are dropped.
const KEPT: usize = 500;

/// The appearance of messages.
#[derive(Debug, Clone)]
pub(crate) struct Look {
    /// Messages change in place while they are written, and a prompt is shown. Else only what is final is printed.
    pub(crate) live: bool,
    /// True if secondary text is dimmed.
    pub(crate) dim: bool,
    /// A line editor writes the prompt and the typed line: while it does, nothing may be drawn over them.
    pub(crate) edits: bool,
    /// Stands before what the person types.
    pub(crate) prompt: String,
}

/// The conversation and its state on the screen.
#[derive(Debug)]
pub(crate) struct Page {
    look: Look,
    messages: BTreeMap<u64, Kept>,
    /// The one message that changes in place; others that are still being written wait for their turn.
    drawing: Option<(u64, Drawing)>,
    prompt: Prompt,
    /// A blank line is owed before the next thing.
    gap: bool,
    /// A message was drawn since the prompt was: over what was typed and not entered.
    drawn_over: bool,
    effect: Effect,
}

/// A step to take beside writing what the page gives out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Nothing.
    #[default]
    None,
    /// Text that was typed but not entered is no longer visible: it must not be sent with the next line.
    Forget,
    /// The line editor is to show the prompt, where the cursor then is.
    Ask,
}

#[derive(Debug)]
struct Kept {
    message: Outgoing,
    /// The final text already printed, without buttons, which may change without printing the message again.
    printed: Option<Vec<Line>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Prompt {
    /// An answer is being prepared.
    Unwanted,
    /// Waiting to be shown after the message that is being written.
    Wanted,
    /// The cursor stands behind it.
    Shown,
}

impl Page {
    pub(crate) fn new(look: Look) -> Self {
        let (messages, prompt) = (BTreeMap::new(), Prompt::Unwanted);
        Self { look, messages, drawing: None, prompt, gap: false, drawn_over: false, effect: Effect::None }
    }

    /// Returns, once, what the last output needs beside it.
    pub(crate) fn effect(&mut self) -> Effect {
        std::mem::take(&mut self.effect)
    }

    /// Returns true while the line editor has the last rows of the screen: output then belongs above them, as complete
    /// rows.
    pub(crate) fn is_edited(&self) -> bool {
        self.look.edits && self.prompt == Prompt::Shown
    }

    /// The messages that are still being written.
    pub(crate) fn streaming(&self) -> impl Iterator<Item = (u64, &Outgoing)> {
        let all = self.messages.iter().map(|(number, kept)| (*number, &kept.message));
        all.filter(|(_, message)| message.state == OutgoingState::Streaming)
    }

    /// A new message.
    pub(crate) fn add(&mut self, id: u64, message: Outgoing, size: Size) -> String {
        if self.messages.contains_key(&id) {
            return self.change(id, message, size).unwrap_or_default();
        }
        self.messages.insert(id, Kept { message, printed: None });
        let oldest = self.messages.iter().find(|(_, kept)| kept.message.state == OutgoingState::Final);
        if let Some((&oldest, _)) = oldest.filter(|_| self.messages.len() > KEPT) {
            self.messages.remove(&oldest);
        }
        self.show(id, size)
    }

    /// A message as it should now look; `None` when it is gone.
    pub(crate) fn change(&mut self, id: u64, message: Outgoing, size: Size) -> Option<String> {
        self.messages.get_mut(&id)?.message = message;
        Some(self.show(id, size))
    }

    /// Forgets a message. What is printed stays printed; what is still being written disappears.
    pub(crate) fn remove(&mut self, id: u64, size: Size) -> String {
        self.messages.remove(&id);
        match self.drawing.take_if(|(drawn, _)| *drawn == id) {
            Some((_, mut drawing)) => drawing.erase(false) + &self.next(size),
            None => String::new(),
        }
    }

    /// Notes that everything is answered, and shows the prompt as soon as possible.
    pub(crate) fn idle(&mut self) -> String {
        if self.prompt == Prompt::Unwanted {
            self.prompt = Prompt::Wanted;
        }
        self.prompt_if_wanted()
    }

    /// The person has typed a line: it stands on the screen, and the cursor below it. What is being drawn moves below the
    /// line. Where it took several rows, how many of them can be seen is not known: then what was being drawn stays above
    /// as it is, too.
    pub(crate) fn entered(&mut self, line: &str, size: Size) -> String {
        self.prompt = Prompt::Unwanted;
        // Through a pipe, the line does not stand on the screen.
        self.gap &= !self.look.live;
        let Some((_, drawing)) = &mut self.drawing else { return self.next(size) };
        if columns(line) > size.columns.into() {
            *drawing = Drawing::default();
            return String::new();
        }
        let line = format!("{}{}", self.look.prompt, harmless::line(&plain(line)));
        drawing.erase(true) + &line + "\r\n" + &self.draw(size)
    }

    /// A word about the terminal itself while something is being answered.
    pub(crate) fn aside(&mut self, text: &str, size: Size) -> String {
        let text = styled(text, self.look.dim);
        let erased = self.drawing.as_mut().map_or_else(|| CLEAR.to_owned(), |(_, drawing)| drawing.erase(false));
        erased + &text + "\r\n" + &self.draw(size)
    }

    /// A word about the terminal itself, then the prompt again.
    pub(crate) fn hint(&mut self, text: &str) -> String {
        self.gap = false;
        self.prompt = Prompt::Wanted;
        let text = styled(text, self.look.dim);
        format!("{CLEAR}{text}\r\n{}", self.prompt_if_wanted())
    }

    /// The line editor has left its line without entering it, with the cursor at the beginning of a row.
    pub(crate) fn line_left(&mut self) {
        if self.look.edits {
            self.prompt = Prompt::Unwanted;
        }
    }

    /// The screen has another size: what is being drawn is drawn for it.
    pub(crate) fn resized(&mut self, size: Size) -> String {
        self.draw(size)
    }

    /// Leaves the cursor at the beginning of a row.
    pub(crate) fn leave(&mut self) -> String {
        self.drawing = None;
        let within_a_row = std::mem::replace(&mut self.prompt, Prompt::Unwanted) == Prompt::Shown;
        if within_a_row { "\r\n".to_owned() } else { String::new() }
    }

    fn show(&mut self, id: u64, size: Size) -> String {
        let Some(kept) = self.messages.get(&id) else { return String::new() };
        let streaming = kept.message.state == OutgoingState::Streaming;
        let printed = !streaming && kept.printed.as_ref() == Some(&content(&kept.message));
        let drawn = self.drawing.as_ref().map(|(drawn, _)| *drawn);
        if drawn == Some(id) {
            return self.draw(size);
        }
        if self.is_edited() {
            return if printed || streaming { String::new() } else { self.print_above(id, size) };
        }
        if printed || (streaming && (drawn.is_some() || !self.look.live)) {
            return String::new();
        }
        if !self.look.live {
            return self.print(id);
        }
        // What is final is printed at once, above what is still being written.
        let out = self.drawing.take().map_or_else(String::new, |(_, mut drawing)| drawing.erase(false));
        out + &self.begin(id, size)
    }

    fn print(&mut self, id: u64) -> String {
        let mut out = if std::mem::replace(&mut self.gap, true) { "\n".to_owned() } else { String::new() };
        if let Some(kept) = self.messages.get_mut(&id) {
            kept.printed = Some(content(&kept.message));
            for line in lines(&kept.message) {
                out.push_str(&line.text);
                out.push('\n');
            }
        }
        out
    }

    /// A complete message above the line that is being edited. What is still being written waits for the line's end.
    fn print_above(&mut self, id: u64, size: Size) -> String {
        let Some(kept) = self.messages.get_mut(&id) else { return String::new() };
        let shown = lines(&kept.message);
        kept.printed = Some(content(&kept.message));
        Drawing::default().update(&rows(&shown, size.columns.into()), size, true, self.look.dim).replace(CLEAR, "")
            + "\r\n"
    }

    fn begin(&mut self, id: u64, size: Size) -> String {
        if self.prompt == Prompt::Shown {
            self.prompt = Prompt::Wanted;
        }
        self.drawing = Some((id, Drawing::default()));
        self.drawn_over = true;
        let gap = if std::mem::take(&mut self.gap) { "\r\n" } else { "" };
        gap.to_owned() + &self.draw(size)
    }

    fn draw(&mut self, size: Size) -> String {
        let Some((id, drawing)) = &mut self.drawing else { return String::new() };
        let Some(kept) = self.messages.get_mut(id) else { return String::new() };
        let last = kept.message.state == OutgoingState::Final;
        let rows = rows(&lines(&kept.message), size.columns.into());
        let out = drawing.update(&rows, size, last, self.look.dim);
        if !last {
            return out;
        }
        kept.printed = Some(content(&kept.message));
        self.drawing = None;
        self.gap = true;
        out + &self.next(size)
    }

    /// Returns the output after a complete message: another one that is still being written, or the prompt.
    fn next(&mut self, size: Size) -> String {
        let waiting = self.messages.iter().find(|(_, kept)| kept.message.state == OutgoingState::Streaming);
        match waiting.map(|(&id, _)| id) {
            Some(id) => self.begin(id, size),
            None => self.prompt_if_wanted(),
        }
    }

    fn prompt_if_wanted(&mut self) -> String {
        if !self.look.live || self.drawing.is_some() || self.prompt != Prompt::Wanted {
            return String::new();
        }
        self.prompt = Prompt::Shown;
        let drawn_over = std::mem::take(&mut self.drawn_over);
        let clear = if drawn_over { CLEAR } else { "" };
        let gap = if std::mem::take(&mut self.gap) { "\r\n" } else { "" };
        if self.look.edits {
            self.effect = Effect::Ask;
            return format!("{clear}{gap}");
        }
        self.effect = if drawn_over { Effect::Forget } else { Effect::None };
        format!("{clear}{gap}{}", self.look.prompt)
    }
}

fn content(message: &Outgoing) -> Vec<Line> {
    lines(message).into_iter().filter(|line| !line.dim).collect()
}
