//! Takes `<think>…</think>` out of a stream, wherever the chunks are cut.

const OPEN: &str = "<think>";
const CLOSE: &str = "</think>";

/// Passes on visible text and swallows what a model thinks aloud.
#[derive(Debug, Default)]
pub struct ThinkingFilter {
    inside: bool,
    /// The end of what came so far, while it may still be the beginning of a tag.
    held: String,
    /// Whether visible text was passed on: blank lines after a thought at the beginning are dropped.
    begun: bool,
}

impl ThinkingFilter {
    /// Takes the next chunk and returns what of it is visible by now.
    pub fn push(&mut self, chunk: &str) -> String {
        self.held.push_str(chunk);
        let mut out = String::new();
        loop {
            let tag = if self.inside { CLOSE } else { OPEN };
            let (before, rest) = match self.held.find(tag) {
                Some(at) => (at, Some(at + tag.len())),
                None => (self.held.len() - partial_tag(&self.held, tag), None),
            };
            if !self.inside {
                self.show(before, &mut out);
            }
            let Some(rest) = rest else {
                self.held.drain(..before);
                return out;
            };
            self.held.drain(..rest);
            self.inside = !self.inside;
        }
    }

    /// Ends the stream: what was held back as a possible tag is text after all.
    pub fn finish(mut self) -> String {
        let mut out = String::new();
        if !self.inside {
            self.show(self.held.len(), &mut out);
        }
        out
    }

    fn show(&mut self, until: usize, out: &mut String) {
        let mut text = &self.held[..until];
        if !self.begun {
            text = text.trim_start();
        }
        self.begun |= !text.is_empty();
        out.push_str(text);
    }
}

/// How many bytes at the end of `text` are a beginning of `tag`.
fn partial_tag(text: &str, tag: &str) -> usize {
    (1..tag.len()).rev().find(|length| text.ends_with(&tag[..*length])).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn whole(chunks: &[&str]) -> String {
        let mut filter = ThinkingFilter::default();
        let mut out: String = chunks.iter().map(|chunk| filter.push(chunk)).collect();
        out.push_str(&filter.finish());
        out
    }

    #[test]
    fn thoughts_are_taken_out() {
        for (chunks, visible) in [
            (&["Bonjour"][..], "Bonjour"),
            (&["<think>hmm</think>\n\nBonjour"], "Bonjour"),
            (&["<th", "ink>hmm</thi", "nk>", "Bonjour"], "Bonjour"),
            (&["a < b and <", "b>"], "a < b and <b>"),
            (&["a <think>x</think>b"], "a b"),
            (&["<think>never closed"], ""),
            (&["ends with <thi"], "ends with <thi"),
        ] {
            assert_eq!(whole(chunks), visible, "{chunks:?}");
        }
    }

    proptest! {
        #[test]
        fn the_cuts_do_not_matter(text in "(<think>|</think>|<|é|[a-z ]){0,12}", cuts in prop::collection::vec(0usize..60, 0..6)) {
            let mut cuts: Vec<usize> = cuts.into_iter().filter(|cut| text.is_char_boundary(*cut) && *cut <= text.len()).collect();
            cuts.push(text.len());
            cuts.sort_unstable();
            let mut from = 0;
            let chunks: Vec<&str> = cuts.into_iter().map(|cut| { let chunk = &text[from..cut]; from = cut; chunk }).collect();
            prop_assert_eq!(whole(&chunks), whole(&[&text]));
        }
    }
}
