//! The marks that open and close a block of code in Markdown.

/// An open block of code.
///
/// As `CommonMark` has it (<https://spec.commonmark.org/0.31.2/#fenced-code-blocks>): three backticks or tildes or more,
/// indented by three spaces at most. It ends at a line of the same sign alone, at least as often. What names the
/// language beside backticks holds none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fence {
    sign: char,
    length: usize,
    /// The line that opened it, without its end.
    line: String,
}

impl Fence {
    /// The fence that a line opens where none is open.
    pub(super) fn opened_by(line: &str) -> Option<Self> {
        let (sign, length, said) = marks(line)?;
        let opens = length >= 3 && !(sign == '`' && said.contains('`'));
        opens.then(|| Self { sign, length, line: line.trim_end().to_owned() })
    }

    /// Whether a line closes it.
    pub(super) fn is_closed_by(&self, line: &str) -> bool {
        marks(line)
            .is_some_and(|(sign, length, said)| sign == self.sign && length >= self.length && said.trim().is_empty())
    }

    /// The fence that a text leaves open, those of more than `most` marks left aside.
    pub(super) fn open_in(text: &str, most: usize) -> Option<Self> {
        text.lines().fold(None, |open: Option<Self>, line| match open {
            Some(fence) => Some(fence).filter(|fence| !fence.is_closed_by(line)),
            None => Self::opened_by(line).filter(|fence| fence.length <= most),
        })
    }

    /// How many marks a line begins with, where they may become a fence.
    pub(super) fn marks_of(line: &str) -> usize {
        marks(line).filter(|(_, length, _)| *length >= 3).map_or(0, |(_, length, _)| length)
    }

    /// The line that opened it.
    pub(super) fn line(&self) -> &str {
        &self.line
    }

    /// Its marks: what opens it without a language, and what closes it.
    pub(super) fn marks(&self) -> String {
        self.sign.to_string().repeat(self.length)
    }

    /// How many marks it has; each counts one in every unit.
    pub(super) fn length(&self) -> usize {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_open_is_known() {
        for (text, expected) in [
            ("a", ""),
            ("```\na", "```"),
            ("~~~sql\na", "~~~"),
            ("```\na\n```", ""),
            ("```\na\r\n```\r\n", ""),
            ("```a```", ""),
            ("~~~\n```\n~~~", ""),
            ("````\n```\na", "````"),
            ("```\n`````", ""),
            ("```\n``` x\n    ```", "```"),
            ("   ```\na", "```"),
            ("    ```\na", ""),
            ("~~~ a~b `c`\nd", "~~~"),
            ("``\na", ""),
        ] {
            let open = Fence::open_in(text, usize::MAX).map(|fence| fence.marks());
            assert_eq!(open.unwrap_or_default(), expected, "{text:?}");
        }
    }
}
