//! Tokens looked at without white space, and changes to them.

use sqlparser::tokenizer::{Span, Token, TokenWithSpan, Word};

use crate::nodes::is_word;

/// Tokens without white space and comments, by their place in the order.
pub(super) struct Tokens<'t> {
    all: &'t [TokenWithSpan],
    places: Vec<usize>,
    /// For each place of a bracket, that of its other half.
    pairs: Vec<Option<usize>>,
    /// For each place, that of the bracket it is in.
    around: Vec<Option<usize>>,
}

/// Tokens in the place of others.
pub(super) struct Edit {
    from: usize,
    to: usize,
    with: Vec<TokenWithSpan>,
}

impl<'t> Tokens<'t> {
    pub(super) fn new(all: &'t [TokenWithSpan]) -> Self {
        let solid = |token: &TokenWithSpan| !matches!(token.token, Token::Whitespace(_) | Token::EOF);
        let places: Vec<usize> = (0..all.len()).filter(|at| solid(&all[*at])).collect();
        let (mut pairs, mut around, mut open) = (vec![None; places.len()], vec![None; places.len()], Vec::new());
        for (place, at) in places.iter().enumerate() {
            around[place] = open.last().copied();
            match all[*at].token {
                Token::LParen => open.push(place),
                Token::RParen => {
                    if let Some(opened) = open.pop() {
                        (pairs[opened], pairs[place]) = (Some(place), Some(opened));
                    }
                }
                _ => {}
            }
        }
        Self { all, places, pairs, around }
    }

    /// The number of places.
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// The token at a place; the end beyond the last.
    pub(super) fn at(&self, place: usize) -> &'t Token {
        self.places.get(place).map_or(&Token::EOF, |at| &self.all[*at].token)
    }

    /// The span in the text of the token at a place.
    pub(super) fn span(&self, place: usize) -> Span {
        self.places.get(place).map_or_else(Span::empty, |at| self.all[*at].span)
    }

    /// Tells whether an unquoted word stands there, in any case.
    pub(super) fn is(&self, place: usize, word: &str) -> bool {
        is_word(self.at(place), word)
    }

    /// Tells whether one of these words stands there.
    pub(super) fn is_any(&self, place: usize, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(place, word))
    }

    /// Tells whether these words, split by spaces, stand there one after another.
    pub(super) fn are(&self, place: usize, words: &str) -> bool {
        words.split(' ').enumerate().all(|(after, word)| self.is(place + after, word))
    }

    /// The word there, quoted or not.
    pub(super) fn word(&self, place: usize) -> Option<&'t Word> {
        if let Token::Word(word) = self.at(place) { Some(word) } else { None }
    }

    /// Tells whether the token there is this sign.
    pub(super) fn sign(&self, place: usize, sign: &Token) -> bool {
        self.at(place) == sign
    }

    /// The place of the bracket that matches the one there.
    pub(super) fn pair(&self, place: usize) -> Option<usize> {
        self.pairs.get(place).copied().flatten()
    }

    /// The place of the bracket that a place is in.
    pub(super) fn around(&self, place: usize) -> Option<usize> {
        self.around.get(place).copied().flatten()
    }

    /// Places from `from` on that are in no further brackets, up to the bracket that ends these, or to the end. Of an
    /// inner pair of brackets only the first is among them.
    pub(super) fn level(&self, from: usize) -> impl Iterator<Item = usize> {
        let mut next = from;
        std::iter::from_fn(move || {
            let place = next;
            if place >= self.len() || self.sign(place, &Token::RParen) {
                return None;
            }
            next = if self.sign(place, &Token::LParen) { self.pair(place)? + 1 } else { place + 1 };
            Some(place)
        })
    }

    /// Places before `from` that are in no further brackets, backwards, up to the bracket that opened these. Of an inner
    /// pair of brackets only the last is among them.
    pub(super) fn level_before(&self, from: usize) -> impl Iterator<Item = usize> {
        let mut next = from.checked_sub(1);
        std::iter::from_fn(move || {
            let place = next?;
            if self.sign(place, &Token::LParen) {
                return None;
            }
            next =
                if self.sign(place, &Token::RParen) { self.pair(place)?.checked_sub(1) } else { place.checked_sub(1) };
            Some(place)
        })
    }

    /// The tokens of these places as one text.
    pub(super) fn text(&self, from: usize, to: usize) -> String {
        let mut text = String::new();
        for place in from..to {
            let token = self.at(place);
            let before = place.checked_sub(1).filter(|before| *before >= from).map(|before| self.at(before));
            let dotted = |one: Option<&Token>| matches!(one, Some(Token::Period));
            let close = match token {
                Token::RParen | Token::Comma | Token::Period => true,
                Token::LParen => matches!(before, Some(Token::Word(_))),
                _ => matches!(before, Some(Token::LParen | Token::Colon)) || dotted(before),
            };
            if before.is_some() && !close {
                text.push(' ');
            }
            text.push_str(&token.to_string());
        }
        text
    }

    /// Puts tokens in the place of others; where `to` is `from`, before the one that stands there.
    pub(super) fn replace(&self, from: usize, to: usize, with: Vec<Token>) -> Edit {
        let at = |place: usize| self.places.get(place).copied().unwrap_or(self.all.len());
        let span = self.span(from);
        let with = with.into_iter().map(|token| TokenWithSpan { token, span }).collect();
        let end = if to > from { at(to - 1) + 1 } else { at(from) };
        Edit { from: at(from), to: end, with }
    }

    /// Puts what stands between `middle` and `to` before what stands between `from` and `middle`.
    pub(super) fn swap(&self, from: usize, middle: usize, to: usize) -> Edit {
        let at = |place: usize| self.places.get(place).copied().unwrap_or(self.all.len());
        let (start, turn, end) = (at(from), at(middle), to.checked_sub(1).map_or(0, |last| at(last) + 1));
        let space = Token::Whitespace(sqlparser::tokenizer::Whitespace::Space);
        let space = TokenWithSpan { token: space, span: Span::empty() };
        let mut with = self.all[turn..end].to_vec();
        with.push(space);
        with.extend_from_slice(&self.all[start..turn]);
        Edit { from: start, to: end, with }
    }
}

/// The tokens with these changes; one that touches an earlier one is left out.
pub(super) fn apply(tokens: Vec<TokenWithSpan>, mut edits: Vec<Edit>) -> Vec<TokenWithSpan> {
    edits.sort_by_key(|edit| (edit.from, edit.to));
    let mut out = Vec::with_capacity(tokens.len() + edits.len());
    let mut edits = edits.into_iter().peekable();
    let mut done = 0;
    for (at, token) in tokens.into_iter().enumerate() {
        while let Some(edit) = edits.next_if(|edit| edit.from == at && edit.from >= done) {
            done = edit.to;
            out.extend(edit.with);
        }
        while edits.next_if(|edit| edit.from <= at && edit.from < done).is_some() {}
        if at >= done {
            out.push(token);
        }
    }
    out.extend(edits.flat_map(|edit| edit.with));
    out
}
