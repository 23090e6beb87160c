//! Takes what a model thinks aloud out of its answer, wherever the chunks are cut.

use super::tag::{Tag, Tags};

/// Passes on visible text and swallows thoughts.
///
/// Models think between `<think>` and `</think>`, some name it `thinking`, `thought` or `reasoning`, and those whose
/// template has already opened the thought only close it. So
///
/// - an opening tag counts at the beginning of a line; further on only where its closing tag follows in the same
///   paragraph, within 4,096 bytes: a sentence that names the tag is not a thought that never ends;
/// - a closing tag without an opening one, at the beginning of a line, says that all before it was a thought: what was
///   passed on is to be forgotten ([`retracts`](Self::retracts)). So does one that a tag opened within a thought is owed;
/// - in code, between backticks or in a block of its own, tags are text.
///
/// It holds back what may become a tag or such a thought, that many bytes at most.
#[derive(Debug, Default)]
pub struct ThinkingFilter {
    tags: Tags,
    /// What `tags` has let go, kept for its room.
    sure: String,
    state: State,
    /// The text after a tag within a line, while it may be a thought.
    aside: String,
    /// Tags that were opened within a thought: as many closing ones are owed.
    owed: u32,
    /// Whether visible text was passed on: blank lines after a thought at the beginning are dropped.
    begun: bool,
    /// Those that were dropped since the last thought.
    blanks: String,
    /// Whether a thought was heard.
    thought: bool,
    retracts: bool,
}

/// The longest thought within a line, in bytes.
const LONGEST_ASIDE: usize = 4096;

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    #[default]
    Speaking,
    Thinking,
    /// After an opening tag within a line, of which it is not known what it is.
    Aside,
}

impl ThinkingFilter {
    /// Takes the next chunk and returns what of it is visible by now.
    pub fn push(&mut self, chunk: &str) -> String {
        let mut out = String::new();
        for c in chunk.chars() {
            self.take(c, &mut out);
        }
        out
    }

    /// Whether the last piece showed that what was passed on before it was a thought too: then only what the last
    /// [`push`](Self::push) returned is visible. Says so once.
    pub fn retracts(&mut self) -> bool {
        std::mem::take(&mut self.retracts)
    }

    /// Whether nothing but thoughts was heard so far: an answer that ends so says nothing to the person.
    pub fn is_only_thought(&self) -> bool {
        self.thought && !self.begun
    }

    /// The blanks before the first visible word, which are not passed on.
    pub fn blanks(&self) -> &str {
        &self.blanks
    }

    /// Ends the stream: what was held back as a possible tag is text after all.
    pub fn finish(mut self) -> String {
        let mut out = String::new();
        let held = self.tags.finish();
        self.text(&held, &mut out);
        self.give_back(&mut out);
        out
    }

    fn take(&mut self, c: char, out: &mut String) {
        let mut text = std::mem::take(&mut self.sure);
        let tag = self.tags.push(c, self.state == State::Thinking, &mut text);
        self.text(&text, out);
        text.clear();
        self.sure = text;
        if let Some(tag) = tag {
            self.tag(&tag, out);
        }
        // A paragraph ends what may be a thought within a line.
        let is_over = self.aside.len() > LONGEST_ASIDE || self.aside.ends_with("\n\n");
        if self.state == State::Aside && is_over {
            self.give_back(out);
        }
    }

    fn tag(&mut self, tag: &Tag, out: &mut String) {
        match (self.state, tag.closes) {
            (State::Thinking, false) => self.owed += 1,
            (State::Thinking | State::Aside, true) => {
                self.aside.clear();
                self.begin(State::Speaking);
            }
            (State::Speaking, false) if tag.begins_line => self.begin(State::Thinking),
            (State::Speaking, true) if tag.begins_line || self.owed > 0 => {
                self.owed = self.owed.saturating_sub(1);
                out.clear();
                self.retracts = true;
                self.begun = false;
                self.begin(State::Speaking);
            }
            (State::Speaking, false) => {
                self.state = State::Aside;
                self.aside.clone_from(&tag.text);
            }
            (State::Aside, false) | (State::Speaking, true) => self.text(&tag.text, out),
        }
    }

    fn begin(&mut self, state: State) {
        self.thought = true;
        self.state = state;
        if !self.begun {
            self.blanks.clear();
        }
    }

    /// What followed a tag within a line was no thought.
    fn give_back(&mut self, out: &mut String) {
        let aside = std::mem::take(&mut self.aside);
        if self.state == State::Aside {
            self.state = State::Speaking;
            self.text(&aside, out);
        }
    }

    fn text(&mut self, text: &str, out: &mut String) {
        match self.state {
            State::Thinking => {}
            State::Aside => self.aside.push_str(text),
            State::Speaking => {
                let visible = if self.begun { text } else { text.trim_start() };
                self.blanks.push_str(&text[..text.len() - visible.len()]);
                self.begun |= !visible.is_empty();
                out.push_str(visible);
            }
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
        let is_only_thought = filter.is_only_thought();
        shown.push_str(&filter.finish());
        (shown, is_only_thought)
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
            (&["a <think>x\n\nb"], "a <think>x\n\nb"),
            (&["a <think>x"], "a <think>x"),
            (&["The <think> tag, `</think>` and so on"], "The <think> tag, `</think>` and so on"),
            (&["`<think>`x`</think>` ``a`<think>b</think>``"], "`<think>`x`</think>` ``a`<think>b</think>``"),
            (&["```xml\n<think>a</think>\n```\nb"], "```xml\n<think>a</think>\n```\nb"),
            (&["~~~~\n<think>a\n~~~\n</think>\n~~~~\n<think>b</think>c"], "~~~~\n<think>a\n~~~\n</think>\n~~~~\nc"),
            (&["<think>```\n</think>a"], "a"),
            (&["they want", " names\n</thi", "nk>\n\nBonjour"], "Bonjour"),
            (&["hmm\n</think>a\n</think>b"], "b"),
            (&["so </think> is text"], "so </think> is text"),
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
        let mut filter = ThinkingFilter::default();
        let mut shown = filter.push("a <think>");
        for _ in 0..10_000 {
            shown += &filter.push("b");
        }
        assert_eq!(shown.len(), 10_009);
        filter.push(&format!("\n<think{}", " a".repeat(10_000)));
        assert!(filter.tags.finish().len() < 200);
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
