//! From text to syntax tree: the exact dialect of the target, and a bound on the work.

use sqlparser::ast::Statement;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer, TokenizerError};

use crate::Dialect;

use super::dialects::grammar::with_grammar;
use super::fault::{Checked, Fault, at_byte, unplaced};
use super::known;
use super::refusal::Rule;

/// The parser's own limit of nested constructs; ours on brackets is lower, and it grows the stack as it goes.
const PARSER_DEPTH: usize = 160;
/// About how many bytes of a text make a token, white space included: room for them is made once.
const BYTES_A_TOKEN: usize = 3;

/// The tokens of a text, where it can be cut into tokens.
pub(super) type Tokens = Result<Vec<TokenWithSpan>, TokenizerError>;

/// The only statement of a text.
pub(super) fn parse(text: &str, dialect: Dialect) -> Checked<Statement> {
    statement(tokens(text, dialect), text, dialect)
}

/// The only statement of a text, given its tokens.
pub(super) fn statement(tokens: Tokens, text: &str, dialect: Dialect) -> Checked<Statement> {
    let parsed = with_grammar(dialect, |grammar| {
        let parser = Parser::new(grammar).with_recursion_limit(PARSER_DEPTH);
        let mut parser = parser.with_tokens_with_locations(tokens?);
        let statements = parser.parse_statements()?;
        // The parser stops reading at a word END.
        parser.expect_token(&Token::EOF)?;
        Ok(statements)
    });
    let mut statements = parsed.map_err(|error| not_a_query(text).unwrap_or_else(|| syntax(&error, text, dialect)))?;
    match (statements.pop(), statements.is_empty()) {
        (Some(statement), true) => Ok(statement),
        (Some(statement), false) => Err(unplaced(Rule::SeveralStatements, first_words(&statement.to_string()))),
        (None, _) => Err(unplaced(Rule::Empty, "")),
    }
}

/// The tokens of a text as it stands; `None` where it cannot be cut into tokens.
pub(super) fn raw_tokens(text: &str, dialect: Dialect) -> Option<Vec<TokenWithSpan>> {
    with_grammar(dialect, |grammar| Tokenizer::new(grammar, text).tokenize_with_location()).ok()
}

/// The tokens that the parser is given for a text.
pub(super) fn tokens(text: &str, dialect: Dialect) -> Tokens {
    let mut tokens = Vec::with_capacity(text.len() / BYTES_A_TOKEN);
    with_grammar(dialect, |grammar| Tokenizer::new(grammar, text).tokenize_with_location_into_buf(&mut tokens))?;
    Ok(match dialect.facts().parsing.rewrite_tokens {
        Some(rewrite) => rewrite(tokens),
        None => tokens,
    })
}

/// The parser's message is `Expected: …, found: X at Line: 1, Column: 2`. Its own words are not for people: they see the
/// sign or word in their text, what opens without an end, or that the end came too early.
fn syntax(error: &ParserError, text: &str, dialect: Dialect) -> Fault {
    let (message, is_token) = match error {
        ParserError::RecursionLimitExceeded => return unplaced(Rule::TooDeep, ""),
        ParserError::TokenizerError(message) => (message, false),
        ParserError::ParserError(message) => (message, true),
    };
    let named = |name: fn(&[TokenWithSpan]) -> Option<Fault>| name(&tokens(text, dialect).ok()?);
    if let Some(clause) = dialect.facts().parsing.name_unread_clause.and_then(named) {
        return clause;
    }
    let (said, place) = message.rsplit_once(" at Line: ").unwrap_or((message, ""));
    let numbers = place.split_once(", Column: ");
    let numbers = numbers.and_then(|(line, column)| Some((line.parse().ok()?, column.parse().ok()?)));
    let byte = numbers.and_then(|(line, column)| known::byte_of(text, line, column));
    if let Some(open) = unclosed(said).filter(|_| !is_token) {
        let (opens, ends) = open;
        // A comment is only missed at the end of the text, far from where it begins.
        let byte = if opens == "/*" { text.rfind(opens) } else { byte };
        return at_byte(Rule::Syntax, text, byte.unwrap_or(text.len()), opens).instead(ends);
    }
    let Some(byte) = byte.filter(|byte| *byte < text.len()) else {
        // At the end of the text there is no token to point at.
        return at_byte(Rule::Syntax, text, text.len(), "");
    };
    if let Some(clause) = known::clause(text, byte) {
        return clause;
    }
    let found = said.rsplit_once("found: ").map(|(_, found)| found).filter(|_| is_token);
    at_byte(Rule::Syntax, text, byte, found.unwrap_or_else(|| known::token_at(text, byte)))
}

/// Reads the tokenizer's message about a text, name or comment without an end: its beginning and the end it lacks.
fn unclosed(said: &str) -> Option<(&'static str, &'static str)> {
    let unended = ["Unterminated", "EOF"].iter().any(|word| said.contains(word));
    match said {
        _ if !unended => None,
        _ if said.contains("comment") => Some(("/*", "*/")),
        _ if said.contains("dollar") => Some(("$$", "$$")),
        _ if said.contains("'\"'") => Some(("\"", "\"")),
        _ if said.contains("']'") => Some(("[", "]")),
        _ if said.contains("'`'") => Some(("`", "`")),
        _ => Some(("'", "'")),
    }
}

/// Refuses as no query a text that cannot be parsed and does not begin like one: nobody need look for a comma in it.
fn not_a_query(text: &str) -> Option<Fault> {
    let mut rest = text.trim_start();
    while let Some(comment) = rest.strip_prefix("/*").map(|inner| inner.split_once("*/")) {
        rest = comment.map_or("", |(_, after)| after).trim_start();
    }
    let word: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    let query = word.is_empty() || ["SELECT", "WITH"].iter().any(|one| word.eq_ignore_ascii_case(one));
    (!query).then(|| unplaced(Rule::NotAQuery, word))
}

fn first_words(statement: &str) -> String {
    statement.split_whitespace().take(3).collect::<Vec<_>>().join(" ")
}
