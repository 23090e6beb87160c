//! The meaning of a question: its words in their order, without the ways of saying them.

use std::collections::BTreeSet;

use super::fold;
use super::lexicon::{Sense, lexicon};
use super::spelling::Vocabulary;
use super::template::Item;
use crate::domain::ParameterKind;

/// A word of the meaning, in the order of the question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// The word: `!` before it when denied, `/` when grouped by.
    pub(super) text: String,
    /// The parameter whose value it stands for, and its type.
    pub(super) slot: Option<(String, ParameterKind)>,
    /// True if it was written in the plural.
    pub(super) is_plural: bool,
}

/// The meaning as it is compared: what is asked for, then what is said of it, in this order; and what may stand
/// anywhere without changing the sense, which is what is grouped by and the period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Meaning {
    words: Vec<String>,
    adjuncts: BTreeSet<String>,
    ends_with_number: bool,
}

impl Meaning {
    /// The meaning of pieces. "10 best" and "best 10", "clients who are active" and "active clients" are the same.
    pub(super) fn of(tokens: &[Token]) -> Self {
        let mut tokens = tokens.to_vec();
        put_owner_after_thing(&mut tokens);
        for at in 1..tokens.len() {
            let rest = &tokens[at..];
            let (is_state, is_order) = (lexicon().is_state(&rest[0].text), lexicon().is_order(&rest[0].text));
            let counts = rest.get(1).is_some_and(Token::is_number);
            if (is_state || is_order && !counts) && !is_before_thing(&rest[1..]) {
                let place = put_before_thing(&mut tokens, at);
                // "The clients who are active and newest" are the newest active clients.
                let states = tokens[..place].iter().rev().take_while(|token| lexicon().is_state(&token.text)).count();
                if is_order {
                    tokens[place - states..=place].rotate_right(1);
                }
            }
        }
        for at in 1..tokens.len() {
            if tokens[at - 1].is_number() && lexicon().is_order(&tokens[at].text) {
                tokens.swap(at - 1, at);
            }
        }
        let (adjuncts, words): (Vec<_>, Vec<_>) = periods(rephrased(&tokens)).into_iter().partition(Token::is_adjunct);
        let ends_with_number = words.last().is_some_and(Token::is_number);
        let text = |token: Token| token.text;
        let mut words: Vec<String> = words.into_iter().map(text).collect();
        let adjuncts: BTreeSet<String> = adjuncts.into_iter().map(text).collect();
        let said = words.clone();
        words.retain(|word| !lexicon().is_implied(word, &said));
        // What comes in over a period, or from somebody, is a total.
        if let Some(at) = words.windows(2).position(|pair| pair == ["total", "revenue"])
            && (words.len() > 2 || !adjuncts.is_empty())
        {
            words.remove(at);
        }
        Self { words, adjuncts, ends_with_number }
    }

    /// The meaning of a text without slots.
    pub(super) fn of_words(text: &str) -> Vec<String> {
        let items: Vec<Item> = fold(text).into_iter().map(Item::Word).collect();
        tokens(&items, None).into_iter().map(|token| token.text).collect()
    }

    /// The words before and after those of `other` in this meaning, if the rest is the same.
    pub(super) fn around(&self, other: &Self) -> Option<(&[String], &[String])> {
        let (words, wanted) = (&self.words, &other.words);
        if self.adjuncts != other.adjuncts {
            return None;
        }
        if wanted.is_empty() {
            return (words.is_empty() && !self.adjuncts.is_empty()).then_some((&[], &[]));
        }
        let at = words.windows(wanted.len()).position(|part| part == wanted.as_slice())?;
        let (before, after) = (words.get(..at)?, words.get(at + wanted.len()..)?);
        // "More than 3 clients" are three of them.
        (after.is_empty() || !other.ends_with_number).then_some((before, after))
    }
}

impl Token {
    fn is_number(&self) -> bool {
        matches!(self.slot, Some((_, ParameterKind::Integer)))
    }

    fn is_denied(&self) -> bool {
        self.text.starts_with('!')
    }

    fn is_text(&self) -> bool {
        matches!(self.slot, Some((_, ParameterKind::Text)))
    }

    /// Checks whether its place in the question says nothing.
    fn is_adjunct(&self) -> bool {
        let is_year = matches!(self.slot, Some((_, ParameterKind::Year)));
        self.text.starts_with('/') || lexicon().is_period(&self.text) || is_year && !self.is_denied()
    }
}

/// "Karim Gaillard's active contracts" are the active contracts of Karim Gaillard.
fn put_owner_after_thing(tokens: &mut [Token]) {
    let is_owner = |at: &usize| {
        let follows_thing = at.checked_sub(1).is_some_and(|before| lexicon().is_thing(&tokens[before].text));
        tokens[*at].is_text() && !tokens[*at].is_denied() && !follows_thing && is_before_thing(&tokens[at + 1..])
    };
    let Some(owner) = (0..tokens.len()).find(is_owner) else { return };
    let thing = tokens[owner..].iter().position(|token| lexicon().is_thing(&token.text));
    tokens[owner..=owner + thing.unwrap_or_default()].rotate_left(1);
}

/// Checks whether a state that stands before `rest` is that of the next thing.
fn is_before_thing(rest: &[Token]) -> bool {
    let is_between = |token: &&Token| lexicon().is_state(&token.text) || lexicon().is_order(&token.text);
    rest.iter().find(|token| !is_between(token)).is_some_and(|token| lexicon().is_thing(&token.text))
}

/// Moves the state at `at` before the thing that it follows, and returns where it is then. Between them may stand whose
/// the thing is.
fn put_before_thing(tokens: &mut [Token], at: usize) -> usize {
    let Some(thing) = tokens[..at].iter().rposition(|token| !token.is_text() || token.is_denied()) else { return at };
    let text = tokens[thing].text.clone();
    match text.strip_prefix('!') {
        // "Sans contrat actif" is without an active contract.
        Some(denied) if lexicon().is_thing(denied) && !tokens[at].is_denied() => {
            denied.clone_into(&mut tokens[thing].text);
            tokens[at].text.insert(0, '!');
        }
        None if lexicon().is_thing(&text) => {}
        _ => return at,
    }
    tokens[thing..=at].rotate_right(1);
    thing
}

/// Puts one word where the lexicon has it for several: what we received in all is the revenue.
fn rephrased(tokens: &[Token]) -> Vec<Token> {
    let (mut rephrased, mut at) = (Vec::new(), 0);
    while let Some(token) = tokens.get(at) {
        let texts: Vec<&str> = tokens[at..].iter().map(|token| token.text.as_str()).collect();
        let Some((words, length)) = lexicon().rephrased(&texts) else {
            rephrased.push(token.clone());
            at += 1;
            continue;
        };
        rephrased.extend(words.split('+').map(|word| Token { text: word.to_owned(), slot: None, is_plural: false }));
        at += length;
    }
    rephrased
}

/// Makes one word of "the last 30 days".
fn periods(tokens: Vec<Token>) -> Vec<Token> {
    let mut periods: Vec<Token> = Vec::new();
    for token in tokens {
        let ends = lexicon().is_period(&format!("last {}", token.text)) && !token.is_denied();
        if let ([.., order, number], true) = (periods.as_mut_slice(), ends)
            && number.is_number()
            && (lexicon().is_order(&order.text) || order.text == "since")
        {
            let order_word = if order.text == "since" { "last" } else { &order.text };
            order.text = format!("/{order_word} {} {}", number.text, token.text);
            periods.pop();
        } else {
            periods.push(token);
        }
    }
    periods
}

/// The thing that the number `name` counts in a template, with its adjective: the next two words that are not of order.
/// `None` if the template has no such number.
pub(super) fn counted(tokens: &[Token], name: &str) -> Option<Vec<String>> {
    let place = tokens.iter().position(|token| token.is_number() && token.text == format!("<{name}>"))?;
    let after = tokens.iter().skip(place + 1).map(|token| token.text.clone());
    Some(after.filter(|text| !lexicon().is_order(text)).take(2).collect())
}

/// The meaning of pieces, in order. With a vocabulary, words that it does not know are taken for typing mistakes.
pub(super) fn tokens(items: &[Item], spelling: Option<&Vocabulary>) -> Vec<Token> {
    let mut reading = Reading::default();
    for run in items.chunk_by(|one, next| matches!((one, next), (Item::Word(_), Item::Word(_)))) {
        if let [Item::Slot { name, kind }] = run {
            reading.slot(name, *kind);
            continue;
        }
        let (stems, plurals): (Vec<String>, Vec<bool>) =
            run.iter().enumerate().filter_map(|(at, item)| stem(item, at == 0, spelling)).unzip();
        reading.words(&stems, &plurals);
        reading.says_from = stems.last().is_some_and(|last| last == "from");
    }
    reading.finish()
}

/// The stem of a word, and whether it is in the plural.
fn stem(item: &Item, opens: bool, spelling: Option<&Vocabulary>) -> Option<(String, bool)> {
    let Item::Word(word) = item else { return None };
    let stem = lexicon().stem(word);
    let corrected = spelling.and_then(|vocabulary| vocabulary.correction(&stem, opens));
    Some((corrected.unwrap_or(stem), lexicon().is_plural(word)))
}

#[derive(Default)]
struct Reading {
    tokens: Vec<Token>,
    /// `!` or `/`, waiting for its word.
    binding: &'static str,
    /// True after half a negation.
    is_half_denied: bool,
    /// True after "from".
    says_from: bool,
}

impl Reading {
    fn words(&mut self, stems: &[String], plurals: &[bool]) {
        let mut at = 0;
        while let Some(first) = stems.get(at) {
            let known = lexicon().sense(&stems[at..]);
            let length = known.as_ref().map_or(1, |(_, length)| *length);
            at += length;
            match known.map(|(sense, _)| sense) {
                Some(Sense::Negation) => (self.binding, self.is_half_denied) = ("!", false),
                Some(Sense::HalfNegation) => self.is_half_denied = true,
                // "Not by …" denies; what is denied is not grouped by.
                Some(Sense::Grouping) if self.binding.is_empty() => self.binding = "/",
                Some(Sense::Joining) if self.binding.is_empty() && self.is_grouped() => self.binding = "/",
                Some(Sense::Asking) if self.tokens.is_empty() => self.word("who", false),
                Some(Sense::Grouping | Sense::Joining | Sense::Asking | Sense::Ignored) => {}
                Some(Sense::Same(words)) => {
                    let is_plural = plurals.get(at - 1).copied().unwrap_or_default();
                    words.split('+').for_each(|word| self.word(word, is_plural));
                    if lexicon().follows_its_thing(&stems[at - length..at].join(" ")) {
                        let last = self.tokens.len() - 1;
                        put_before_thing(&mut self.tokens, last);
                    }
                }
                None => self.word(first, plurals.get(at - 1).copied().unwrap_or_default()),
            }
        }
    }

    fn is_grouped(&self) -> bool {
        self.tokens.last().is_some_and(|last| last.text.starts_with('/'))
    }

    fn word(&mut self, word: &str, is_plural: bool) {
        if let Some(first) = word.strip_prefix('^') {
            self.tokens.insert(0, Token { text: first.to_owned(), slot: None, is_plural });
            return;
        }
        let binding = std::mem::take(&mut self.binding);
        let bound = if binding == "/" && word.starts_with('/') { "" } else { binding };
        self.tokens.push(Token { text: format!("{bound}{word}"), slot: None, is_plural });
    }

    /// "The city of Paris" is Paris: a word just before a slot that says what the slot is adds nothing. "From 2024" is
    /// not "of 2024".
    fn slot(&mut self, name: &str, kind: ParameterKind) {
        if std::mem::take(&mut self.says_from) && kind == ParameterKind::Year {
            self.word("since", false);
        }
        let mut denied = std::mem::take(&mut self.binding) == "!";
        let noun = fold(name).iter().map(|word| lexicon().stem(word)).collect::<Vec<_>>();
        let noun = match lexicon().sense(&noun) {
            Some((Sense::Same(word), _)) => word.clone(),
            _ => noun.join(" "),
        };
        let said = self.tokens.last().map(|token| token.text.trim_start_matches(['!', '/']) == noun);
        if said == Some(true) {
            denied |= self.tokens.pop().is_some_and(|token| token.is_denied());
        }
        let denial = if denied { "!" } else { "" };
        let slot = Some((name.to_owned(), kind));
        self.tokens.push(Token { text: format!("{denial}<{name}>"), slot, is_plural: false });
    }

    fn finish(mut self) -> Vec<Token> {
        if self.is_half_denied {
            self.binding = "!";
        }
        if !self.binding.is_empty() {
            // Something is denied or grouped by, and we do not know what: that matches nothing.
            self.tokens.push(Token { text: self.binding.to_owned(), slot: None, is_plural: false });
        }
        self.tokens
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::template::template;

    fn meaning(text: &str) -> String {
        let kind = |name: &str| match name {
            "n" => ParameterKind::Integer,
            "year" => ParameterKind::Year,
            _ => ParameterKind::Text,
        };
        let Meaning { words, adjuncts, .. } = Meaning::of(&tokens(&template(text, kind), None));
        words.into_iter().chain(adjuncts).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn ways_of_saying_the_same_have_the_same_meaning() {
        for (question, expected) in [
            ("Peux-tu me donner la liste des clients ?", "client"),
            ("Clients n'ayant aucun contrat", "client !contract"),
            ("customers who don't have a contract", "client !contract"),
            ("Contrats sans client", "contract !client"),
            ("Clients qui n'ont qu'un contrat", "client contract !"),
            ("Chiffre d’affaires mensuel", "revenue /month"),
            ("revenue by month", "revenue /month"),
            ("by city and month, the revenue in {year}", "revenue /city /month <year>"),
            ("revenue in {year} by month and city", "revenue /city /month <year>"),
            ("Les meilleurs clients par chiffre d'affaires", "top client /revenue"),
            ("clients de la ville de {city}", "client <city>"),
            ("clients not in {city}", "client !<city>"),
            ("clients pas dans la ville de {city}", "client !<city>"),
            ("les {n} plus gros clients", "top <n> client"),
            ("top {n} clients", "top <n> client"),
            ("plus de {n} contrats", "> <n> contract"),
            ("les clients ne sont pas", "client !"),
            ("clients in {city} who have a contract", "client <city> contract"),
            ("contracts of clients in {city}", "contract client <city>"),
            ("clients par", "client /"),
            ("Qui a des paiements en retard ?", "who late payment"),
            ("Who are the clients who have late payments?", "client late payment"),
            ("revenue from {year}", "revenue since <year>"),
            ("contracts expire in {year}", "ending contract <year>"),
            ("les clients actifs de {city} sans contrat", "active client <city> !contract"),
            ("{city} active clients", "active client <city>"),
            ("clients actifs avec un contrat", "active client contract"),
            ("clients sans contrat actif", "client !active contract"),
            ("clients with an active contract", "client active contract"),
            ("les {n} clients actifs les plus anciens", "oldest <n> active client"),
            ("contracts signed in the last {n} days", "signed contract /last <n> day"),
            ("how much did we receive last month?", "revenue last month"),
            ("which clients bring in the most?", "client most revenue"),
            ("contrats actifs, il y en a combien ?", "count active contract"),
        ] {
            assert_eq!(meaning(question), expected, "{question}");
        }
    }
}
