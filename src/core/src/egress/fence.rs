//! The marks that open and close a block of code in Markdown.

/// An open block of code.
///
/// As `CommonMark` has it (<https://spec.commonmark.org/0.31.2/#fenced-code-blocks>): three backticks or tildes or more,
/// indented by three spaces at most. It ends at a line of the same sign alone, at least as often. What names the
/// language beside backticks holds none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fence {
    sign: char,
    length: usize,
    /// The line that opened it, without its end.
    line: String,
}

impl Fence {
    /// The fence that a line opens where none is open.
    pub(crate) fn opened_by(line: &str) -> Option<Self> {
        let (sign, length, said) = marks(line)?;
        let opens = length >= 3 && !(sign == '`' && said.contains('`'));
        opens.then(|| Self { sign, length, line: line.trim_end().to_owned() })
    }

    /// Checks whether a line closes it.
    pub(crate) fn is_closed_by(&self, line: &str) -> bool {
        marks(line)
            .is_some_and(|(sign, length, said)| sign == self.sign && length >= self.length && said.trim().is_empty())
    }

    /// Checks whether a line closes it when a model continues in the same line: after a blank, other words may follow.
    pub(crate) fn is_loosely_closed_by(&self, line: &str) -> bool {
        marks(line).is_some_and(|(sign, length, said)| {
            sign == self.sign && length >= self.length && !said.starts_with(|c: char| !c.is_whitespace())
        })
    }

    /// The fence that a text leaves open, those of more than `most` marks left aside.
    pub(crate) fn open_in(text: &str, most: usize) -> Option<Self> {
        text.lines().fold(None, |open: Option<Self>, line| match open {
            Some(fence) => Some(fence).filter(|fence| !fence.is_closed_by(line)),
            None => Self::opened_by(line).filter(|fence| fence.length <= most),
        })
    }

    /// Returns the number of marks at the start of a line, if they may become a fence.
    pub(crate) fn marks_of(line: &str) -> usize {
        marks(line).filter(|(_, length, _)| *length >= 3).map_or(0, |(_, length, _)| length)
    }

    /// The line that opened it.
    pub(crate) fn line(&self) -> &str {
        &self.line
    }

    /// Its marks: what opens it without a language, and what closes it.
    pub(crate) fn marks(&self) -> String {
        self.sign.to_string().repeat(self.length)
    }

    /// Returns the number of its marks; each counts one in every unit.
    pub(crate) fn length(&self) -> usize {
        self.length
    }
}

/// The sign a line begins with as a fence would, how often, and what follows.
fn marks(line: &str) -> Option<(char, usize, &str)> {
    let text = line.trim_start_matches(' ');
    let sign = text.chars().next().filter(|sign| matches!(sign, '`' | '~'))?;
    let said = text.trim_start_matches(sign);
    (line.len() - text.len() <= 3).then(|| (sign, text.len() - said.len(), said))
}

/// Closes a fence that was left open, so that what follows is not code.
pub(crate) fn closed(text: &str) -> String {
    match Fence::open_in(text, usize::MAX) {
        Some(fence) if text.ends_with('\n') => text.to_owned() + &fence.marks(),
        Some(fence) => format!("{text}\n{}", fence.marks()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_fence_is_closed() {
        for (text, expected) in [
            ("a", "a"),
            ("```\na", "```\na\n```"),
            ("~~~sql\na", "~~~sql\na\n~~~"),
            ("```\na\n```", "```\na\n```"),
            ("```\na\n", "```\na\n```"),
            ("```\na\r\n```\r\n", "```\na\r\n```\r\n"),
            ("```a```", "```a```"),
            ("~~~\n```\n~~~", "~~~\n```\n~~~"),
            ("````\n```\na", "````\n```\na\n````"),
            ("```\n`````", "```\n`````"),
            ("```\n``` x\n    ```", "```\n``` x\n    ```\n```"),
            ("   ```\na", "   ```\na\n```"),
            ("    ```\na", "    ```\na"),
            ("~~~ a~b `c`\nd", "~~~ a~b `c`\nd\n~~~"),
            ("``\na", "``\na"),
        ] {
            assert_eq!(closed(text), expected);
        }
    }
}
