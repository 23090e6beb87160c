//! What differs between two statements, line by line.

use serde::Serialize;

/// A line of both statements, or of one of them.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Line {
    /// `+` if only the new one has it, `-` if only the old one has it.
    sign: &'static str,
    text: String,
}

/// Lines of a statement that are compared at most: the time grows with their square.
const MOST: usize = 2000;

/// Tells how an old statement becomes a new one, by their longest common lines.
pub(super) fn difference(old: &str, new: &str) -> Vec<Line> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().take(MOST).collect(), new.lines().take(MOST).collect());
    let common = common(&old, &new);
    let line = |sign, text: &str| Line { sign, text: text.to_owned() };
    let (mut lines, mut at, mut to) = (Vec::new(), 0, 0);
    while at < old.len() || to < new.len() {
        if at < old.len() && to < new.len() && old[at] == new[to] {
            lines.push(line("", old[at]));
            (at, to) = (at + 1, to + 1);
        } else if at < old.len() && (to == new.len() || common[at + 1][to] >= common[at][to + 1]) {
            lines.push(line("-", old[at]));
            at += 1;
        } else {
            lines.push(line("+", new[to]));
            to += 1;
        }
    }
    lines
}

/// The number of common lines from each pair of lines on.
fn common(old: &[&str], new: &[&str]) -> Vec<Vec<usize>> {
    let mut common = vec![vec![0; new.len() + 1]; old.len() + 1];
    for at in (0..old.len()).rev() {
        for to in (0..new.len()).rev() {
            common[at][to] = if old[at] == new[to] {
                common[at + 1][to + 1] + 1
            } else {
                common[at + 1][to].max(common[at][to + 1])
            };
        }
    }
    common
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_both_have_are_kept() {
        let lines =
            difference("SELECT id\nFROM clients\nLIMIT 5", "SELECT id, name\nFROM clients\nWHERE id = 1\nLIMIT 5");
        let told: Vec<String> = lines.iter().map(|line| format!("{}{}", line.sign, line.text)).collect();
        assert_eq!(told, ["-SELECT id", "+SELECT id, name", "FROM clients", "+WHERE id = 1", "LIMIT 5"]);
        assert_eq!(difference("", ""), []);
    }
}
