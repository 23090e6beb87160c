//! A message that changes in place at the bottom of the screen.

use crate::rows::{Row, columns_of};

/// The size of the screen, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// The width.
    pub columns: u16,
    /// The height.
    pub rows: u16,
}

/// Moves to the first column and erases everything from there on.
pub(crate) const CLEAR: &str = "\r\x1b[J";

/// The rows of one message on the screen; the cursor is on the row below, where the person may type.
#[derive(Debug, Default)]
pub(crate) struct Drawing {
    rows: Vec<Row>,
    /// The number of first rows that have scrolled off the screen and can no longer be changed.
    sealed: usize,
    size: Option<Size>,
}

impl Drawing {
    /// Returns the output that makes the screen show `new` (at least one row). Rows that have scrolled off stay as they
    /// are until the `last` update: if they were wrong, the whole message is then written again.
    pub(crate) fn update(&mut self, new: &[Row], size: Size, last: bool, dim: bool) -> String {
        let mut out = String::new();
        if self.size.replace(size).is_some_and(|before| before != size) {
            out.push_str(&self.forget(size));
        }
        let sealed = self.sealed;
        let visible = self.rows.len() - sealed;
        let height = usize::from(size.rows.max(2)) - 1;
        let continues = new.len() > sealed && new.starts_with(&self.rows[..sealed]);
        let tail = match (continues, last) {
            (true, _) => &new[sealed..],
            (false, false) => &new[sealed.min(new.len().saturating_sub(height))..],
            (false, true) => new,
        };
        let same = common(&self.rows[sealed..], tail);
        if same == tail.len() && same == visible {
            return out;
        }
        // The row before a new one is written again too: it may go on in it.
        let from = same.min(tail.len() - 1).min(visible.saturating_sub(1));
        out.push_str(&self.back_to(sealed + from));
        write_rows(&mut out, &tail[from..], dim);
        out.push_str("\r\n");
        self.rows.truncate(sealed + from);
        self.rows.extend_from_slice(&tail[from..]);
        self.sealed = sealed.max(self.rows.len().saturating_sub(height));
        out
    }

    /// Returns the output that removes the message from the screen, and the typed row below it if there is one, and
    /// leaves the cursor where it began. Rows that have scrolled off stay.
    pub(crate) fn erase(&mut self, typed: bool) -> String {
        if typed && let Some(size) = self.size {
            // The end of the typed row moves the screen up where it is full.
            let most = usize::from(size.rows).saturating_sub(2);
            self.sealed = self.sealed.max(self.rows.len().saturating_sub(most));
        }
        let out = up(self.rows.len() - self.sealed + usize::from(typed));
        self.rows.truncate(self.sealed);
        out
    }

    /// Begins anew after the screen has changed its size. Some terminals lay long rows out again and others do not: the
    /// output goes up by as many rows as the message has in either, so that nothing above it is lost.
    fn forget(&mut self, size: Size) -> String {
        let columns = usize::from(size.columns.max(1));
        let visible = &self.rows[self.sealed..];
        let lines = visible.split_inclusive(|row| !row.goes_on);
        let width = |line: &[Row]| line.iter().map(|row| columns_of(&row.text)).sum::<usize>();
        let again: usize = lines.map(|line| width(line).div_ceil(columns).max(1)).sum();
        let rows = again.min(visible.len()).min(usize::from(size.rows.max(1)) - 1);
        self.rows.clear();
        self.sealed = 0;
        up(rows)
    }

    fn back_to(&self, row: usize) -> String {
        up(self.rows.len().saturating_sub(row))
    }
}

/// Moves so many rows up, to the first column, and erases everything from there on.
fn up(rows: usize) -> String {
    if rows == 0 { CLEAR.to_owned() } else { format!("\r\x1b[{rows}A\x1b[J") }
}

fn common(old: &[Row], new: &[Row]) -> usize {
    old.iter().zip(new).take_while(|(old, new)| old == new).count()
}

fn write_rows(out: &mut String, rows: &[Row], dim: bool) {
    for (index, row) in rows.iter().enumerate() {
        out.push_str(&styled(&row.text, row.dim && dim));
        if index + 1 < rows.len() && !row.goes_on {
            out.push_str("\r\n");
        }
    }
}

/// The text as secondary where `dim` is wanted.
pub(crate) fn styled(text: &str, dim: bool) -> String {
    if dim { format!("\x1b[2m{text}\x1b[0m") } else { text.to_owned() }
}
