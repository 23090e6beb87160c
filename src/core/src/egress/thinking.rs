//! Takes what a model thinks aloud out of its answer, wherever the chunks are cut.
//!
//! Models think between `<think>` and `</think>`, some name it `thinking`, `thought` or `reasoning`, and those whose
//! template has already opened the thought only close it. So
//!
//! - outside of code, an opening tag begins a thought, wherever it stands, and a closing one ends it;
//! - a closing tag without an opening one says that all before it was a thought;
//! - in code, tags are text: between one or two backticks and as many in the same line, and in a block of its own. A thought
//!   may have left such a block open: there a closing tag counts that begins its line, unless the answer has named an
//!   opening one before. A block ends, for this, also where words follow its marks.

use super::think_tags::{Piece, ThinkTagParser};

/// Passes on visible text and swallows thoughts.
///
/// It holds back what may become a tag, and what follows one that may stand in code: some hundred bytes at most.
#[derive(Debug, Default)]
pub struct ThinkingFilter {
    tags: ThinkTagParser,
    said: Said,
}

#[derive(Debug, Default)]
struct Said {
    /// The visible text that was not passed on yet.
    out: String,
    /// True once there was visible text: blank lines after an initial thought are dropped.
    begun: bool,
    /// Those that were dropped since the last thought.
    blanks: String,
    /// True once a thought was received.
    thought: bool,
    retracts: bool,
}

impl ThinkingFilter {
    /// Takes the next chunk and returns what of it is visible by now.
    pub fn push(&mut self, chunk: &str) -> String {
        self.said.out.reserve(chunk.len());
        for c in chunk.chars() {
            self.tags.push(c, &mut |piece| self.said.take(piece));
        }
        std::mem::take(&mut self.said.out)
    }

    /// Returns true, once, if the last piece showed that the text passed on before it was a thought too: then only what
    /// the last [`push`](Self::push) or [`finish`](Self::finish) returned is visible.
    pub fn retracts(&mut self) -> bool {
        std::mem::take(&mut self.said.retracts)
    }

    /// Checks whether only thoughts were received so far: an answer that ends so says nothing to the person.
    pub fn is_only_thought(&self) -> bool {
        self.said.thought && !self.said.begun
    }

    /// The blanks before the first visible word, which are not passed on.
    pub fn blanks(&self) -> &str {
        &self.said.blanks
    }

    /// Ends the stream: what was held back as a possible tag is text after all.
    pub fn finish(&mut self) -> String {
        self.tags.finish(&mut |piece| self.said.take(piece));
        std::mem::take(&mut self.said.out)
    }
}

impl Said {
    /// Collects what is said; white space before the first word is held back, since a thought may still follow.
    fn take(&mut self, piece: Piece) {
        match piece {
            Piece::Said(c) if self.begun || !c.is_whitespace() => {
                self.begun = true;
                self.out.push(c);
                return;
            }
            Piece::Said(c) => return self.blanks.push(c),
            Piece::Thought => {}
            Piece::Retracted => {
                self.out.clear();
                (self.begun, self.retracts) = (false, true);
            }
        }
        self.thought = true;
        if !self.begun {
            self.blanks.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn whole(chunks: &[&str]) -> (String, bool) {
        let (mut filter, mut shown) = (ThinkingFilter::default(), String::new());
        for chunk in chunks {
            let visible = filter.push(chunk);
            if filter.retracts() {
                shown.clear();
            }
            shown.push_str(&visible);
        }
        let last = filter.finish();
        if filter.retracts() {
            shown.clear();
        }
        (shown + &last, filter.is_only_thought())
    }

    #[test]
    fn thoughts_are_taken_out() {
        for (chunks, visible) in [
            (&["Bonjour"][..], "Bonjour"),
            (&["<think>hmm</think>\n\nBonjour"], "Bonjour"),
            (&["<th", "ink>hmm</thi", "nk>", "Bonjour"], "Bonjour"),
            (&["\n <Think>hmm</THINK >Bonjour"], "Bonjour"),
            (&["<thinking depth=\"2\">hmm</thinking>\nBonjour"], "Bonjour"),
            (&["<reasoning>hmm</reasoning><thought>x</thought>Bonjour"], "Bonjour"),
            (&["a < b and <", "b>"], "a < b and <b>"),
            (&["a <thin> <thinker> <think/> b"], "a <thin> <thinker> <think/> b"),
            (&["a\n<think>x\n\ny</think>\nb"], "a\n\nb"),
            (&["a <think>x</think>b"], "a b"),
            (&["a <think>x\n\nb"], "a "),
            (&["Hello <think>never closed"], "Hello "),
            (&["Sure. <think>```sql\nA\n``` </think> Use: ```sql\nB\n```"], "Sure.  Use: ```sql\nB\n```"),
            (&["The `<think>` tag, `</think>` and so on"], "The `<think>` tag, `</think>` and so on"),
            (&["It ends with `</think>`."], "It ends with `</think>`."),
            (&["It ends with `</think>`"], "It ends with `</think>`"),
            (&["`<think>`x`</think>` ``a`<think>b</think>``"], "`<think>`x`</think>` ``a`<think>b</think>``"),
            (&["```xml\n<think>a</think>\n```\nb"], "```xml\n<think>a</think>\n```\nb"),
            (&["~~~~\n<think>a\n~~~\n</think>\n~~~~\n<think>b</think>c"], "~~~~\n<think>a\n~~~\n</think>\n~~~~\nc"),
            (&["```js\nif (s.includes('</think>')) {}\n```\nb"], "```js\nif (s.includes('</think>')) {}\n```\nb"),
            (&["`<think>` ends:\n```\n</think>\n```\nb"], "`<think>` ends:\n```\n</think>\n```\nb"),
            (&["<think>```\n</think>a"], "a"),
            (&["I might try ```sql\nA\n``` no, wrong.</think> Use: ```sql\nB\n```"], "Use: ```sql\nB\n```"),
            (&["I might try\n```sql\nA\n``` no, wrong.</think> Use: B"], "Use: B"),
            (&["I might try\n```sql\nA\n</think>\nUse:\n```sql\nB\n```"], "Use:\n```sql\nB\n```"),
            (&["the column `city</think>Use: B"], "Use: B"),
            (&["they want", " names\n</thi", "nk>\n\nBonjour"], "Bonjour"),
            (&["hmm\n</think>a\n</think>b"], "b"),
            (&["so </think> is no text"], "is no text"),
            (&["<think>a <think>b</think> c ", "</think> d"], "d"),
            (&["<think>never closed"], ""),
            (&["ends with <thi"], "ends with <thi"),
        ] {
            assert_eq!(whole(chunks).0, visible, "{chunks:?}");
        }
    }

    #[test]
    fn the_blanks_before_the_first_word_are_known() {
        for (chunks, blanks) in [
            (&["FROM clients"][..], ""),
            (&[" \n", " FROM clients, x"], " \n "),
            (&["\n<think>x</think>", " FROM ", "clients"], " "),
            (&["hm\n</think>\n\nFROM"], "\n\n"),
            (&[" FROM\n<think>x</think> clients"], " "),
        ] {
            let mut filter = ThinkingFilter::default();
            for chunk in chunks {
                filter.push(chunk);
            }
            assert_eq!(filter.blanks(), blanks, "{chunks:?}");
        }
    }

    #[test]
    fn an_answer_that_is_all_thought_is_told() {
        for (text, expected) in [
            ("<think>never closed", true),
            ("<think>a</think>\n\n", true),
            ("a\n</think>\n", true),
            ("<think>a</think>b", false),
            ("a", false),
            ("", false),
        ] {
            assert_eq!(whole(&[text]).1, expected, "{text}");
        }
    }

    #[test]
    fn what_is_held_back_is_bounded() {
        for (before, after) in
            [("<think", " a"), ("`<think>", "b"), ("`</think>", "``"), ("<think>", "b"), ("`", "</think>")]
        {
            let mut filter = ThinkingFilter::default();
            filter.push(&(before.to_owned() + &after.repeat(10_000)));
            assert!(filter.finish().len() < 400, "{before}{after}");
        }
    }

    proptest! {
        #[test]
        fn the_cuts_do_not_matter(text in prop::collection::vec(prop::sample::select(vec![
            "<think>", "</think>", "<THINKING a=b>", "</thinking >", "<", "<th", ">", "é", "a", " ", "\n", "\n\n", "`", "```\n", "~~~", "/",
        ]), 0..24), length in 1usize..9) {
            let text = text.concat();
            let chars: Vec<char> = text.chars().collect();
            let chunks: Vec<String> = chars.chunks(length).map(|chunk| chunk.iter().collect()).collect();
            let chunks: Vec<&str> = chunks.iter().map(String::as_str).collect();
            prop_assert_eq!(whole(&chunks), whole(&[&text]));
        }

        #[test]
        fn what_is_no_tag_passes(text in "[^<]{0,60}") {
            prop_assert_eq!(whole(&[&text]).0, text.trim_start());
        }
    }
}
