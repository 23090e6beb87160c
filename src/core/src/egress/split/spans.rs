//! Finds spans that must stay whole within a line of prose: code, links, addresses, mentions.

use std::ops::Range;

/// The bytes of a line that no cut should part, in order and apart from each other. What has not ended where the line
/// ends, because the text is not known further, goes on to its end: `is_cut` says so.
pub(super) fn spans(line: &str, is_cut: bool) -> Vec<Range<usize>> {
    let mut scan = Scan { line, is_cut, found: Vec::new(), brackets: Vec::new(), no_paren: false };
    let mut at = 0;
    while let Some(sign) = line[at..].chars().next() {
        at = match sign {
            '`' => scan.code(at),
            '[' => {
                scan.brackets.push(at);
                at + 1
            }
            ']' => scan.link(at),
            '<' => scan.angle(at),
            '@' | '#' | ':' => scan.name(at, sign),
            'h' | 'H' | 'w' | 'W' | 'm' => scan.address(at),
            other => at + other.len_utf8(),
        };
    }
    if let Some(open) = scan.brackets.first().copied().filter(|_| is_cut) {
        scan.keep(open..line.len());
    }
    scan.found
}

struct Scan<'a> {
    line: &'a str,
    is_cut: bool,
    found: Vec<Range<usize>>,
    /// The positions of brackets that are still open.
    brackets: Vec<usize>,
    /// No parenthesis is closed in what is left of the line.
    no_paren: bool,
}

impl Scan<'_> {
    /// Notes a span; what lies within it was found before and is part of it.
    fn keep(&mut self, span: Range<usize>) {
        while self.found.last().is_some_and(|last| last.end > span.start) {
            self.found.pop();
        }
        self.found.push(span);
    }

    /// A span from a sign to an end that was found, or that may still come.
    fn keep_to(&mut self, at: usize, end: Option<usize>, otherwise: usize) -> usize {
        let end = end.or_else(|| self.is_cut.then_some(self.line.len()));
        if let Some(end) = end {
            self.keep(at..end);
        }
        end.unwrap_or(otherwise)
    }

    /// Code between as many backticks on both sides.
    fn code(&mut self, at: usize) -> usize {
        let rest = &self.line[at..];
        let length = run(rest);
        let mut from = length;
        let end = loop {
            let Some(next) = rest[from..].find('`') else { break None };
            let found = run(&rest[from + next..]);
            from += next + found;
            if found == length {
                break Some(at + from);
            }
        };
        // Where nothing closes these, what follows is searched again for shorter ones: a line of ever longer runs
        // takes as many searches as it has lengths, which is few.
        self.keep_to(at, end, at + length)
    }

    /// `[text](address)`, where the text has just ended.
    fn link(&mut self, at: usize) -> usize {
        let Some(open) = self.brackets.pop() else { return at + 1 };
        let rest = &self.line[at + 1..];
        if !rest.starts_with('(') {
            // The address may be what is not known yet.
            if rest.is_empty() && self.is_cut {
                self.keep(open..self.line.len());
            }
            return at + 1;
        }
        let end = if self.no_paren { None } else { rest.find(')').map(|end| at + 1 + end + 1) };
        self.no_paren |= end.is_none();
        match end {
            None if !self.is_cut => at + 1,
            end => self.keep_to(open, end, at + 1),
        }
    }

    /// `<@42>`, `<:name:42>`, `<https://…>`: no blank in it.
    fn angle(&mut self, at: usize) -> usize {
        let rest = &self.line[at + 1..];
        let end = rest.find(|c: char| c == '>' || c == '<' || c.is_whitespace());
        match end {
            Some(0) => at + 1,
            Some(end) if rest[end..].starts_with('>') => self.keep_to(at, Some(at + 1 + end + 1), at + 1),
            Some(_) => at + 1,
            None => self.keep_to(at, None, at + 1),
        }
    }

    /// `@user:server`, `#room:server`, `:emoji:`.
    fn name(&mut self, at: usize, sign: char) -> usize {
        let rest = &self.line[at + 1..];
        let within = |c: char| c.is_alphanumeric() || "._=-/+:\u{2060}".contains(c);
        let end = at + 1 + rest.find(|c| !within(c)).unwrap_or(rest.len());
        let begins = !self.line[..at].ends_with(char::is_alphanumeric);
        if end > at + 1 && (begins || sign == '@') {
            self.keep(at..end);
        }
        end
    }

    /// `https://…` and what is like it, or any other word.
    fn address(&mut self, at: usize) -> usize {
        let rest = &self.line[at..];
        let begins = ["http://", "https://", "www.", "mailto:"].iter().any(|begin| {
            // What is cut may become one.
            let length = if self.is_cut { begin.len().min(rest.len()) } else { begin.len() };
            rest.get(..length).is_some_and(|word| word.eq_ignore_ascii_case(&begin[..length]))
        });
        if !begins {
            return at + 1;
        }
        let end = at + rest.find(|c: char| c.is_whitespace() || "<>[]`\"".contains(c)).unwrap_or(rest.len());
        // The address of a link, or one in parentheses.
        let end =
            if self.line[..at].ends_with('(') { rest.find(')').map_or(end, |paren| end.min(at + paren)) } else { end };
        self.keep(at..end);
        end
    }
}

fn run(text: &str) -> usize {
    text.len() - text.trim_start_matches('`').len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_must_stay_whole_is_found() {
        for (line, expected) in [
            ("a `b c` d", &["`b c`"][..]),
            ("``a ` b`` c", &["``a ` b``"]),
            ("a ` b", &[]),
            ("see [the doc](https://a.b/c_(d) e) f", &["[the doc](https://a.b/c_(d)"]),
            ("[![a b](c)](d) e", &["[![a b](c)](d)"]),
            ("[a] (b) [c](d", &[]),
            ("<@123>, <@&1> and <#2>", &["<@123>", "<@&1>", "<#2>"]),
            ("a < b and c > d", &[]),
            ("<https://a.b?c=d> x", &["<https://a.b?c=d>"]),
            ("at https://a.b/c?d=e#f, then", &["https://a.b/c?d=e#f,"]),
            ("(https://a.b) c", &["https://a.b"]),
            ("@ann:example.org says", &["@ann:example.org"]),
            ("a@b.c :smile: no: yes", &["@b.c", ":smile:"]),
            ("Écrivez : ceci", &[]),
        ] {
            let found: Vec<&str> = spans(line, false).into_iter().map(|span| &line[span]).collect();
            assert_eq!(found, expected, "{line}");
        }
        for (line, expected) in [
            ("a `b c", &["`b c"][..]),
            ("a [b c", &["[b c"]),
            ("a [b c]", &["[b c]"]),
            ("a [b c](d e", &["[b c](d e"]),
            ("a <@12", &["<@12"]),
            ("a [b <@1> c", &["[b <@1> c"]),
        ] {
            let found: Vec<&str> = spans(line, true).into_iter().map(|span| &line[span]).collect();
            assert_eq!(found, expected, "{line}");
        }
    }
}
