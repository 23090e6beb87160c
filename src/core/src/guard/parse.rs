//! From text to syntax tree: the exact dialect of the target, and a bound on the work.

use sqlparser::ast::Statement;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, Tokenizer};

use crate::domain::Dialect;

use super::dialect::with_grammar;
use super::fault::{Checked, unplaced};
use super::refusal::Rule;

/// The parser's own limit of nested constructs; ours on brackets is lower, and it grows the stack as it goes.
const PARSER_DEPTH: usize = 160;
/// About how many bytes of a text make a token, white space included: room for them is made once.
const BYTES_A_TOKEN: usize = 3;

/// The only statement of a text.
pub(super) fn parse(text: &str, dialect: Dialect) -> Checked<Statement> {
    let parsed = with_grammar(dialect, |grammar| {
        let mut tokens = Vec::with_capacity(text.len() / BYTES_A_TOKEN);
        Tokenizer::new(grammar, text).tokenize_with_location_into_buf(&mut tokens)?;
        let parser = Parser::new(grammar).with_recursion_limit(PARSER_DEPTH);
        let mut parser = parser.with_tokens_with_locations(tokens);
        let statements = parser.parse_statements()?;
        // The parser stops reading at a word END.
        parser.expect_token(&Token::EOF)?;
        Ok(statements)
    });
    let mut statements = parsed.map_err(|error| not_a_query(text).unwrap_or_else(|| syntax(&error, text)))?;
    match (statements.pop(), statements.is_empty()) {
        (Some(statement), true) => Ok(statement),
        (Some(statement), false) => Err(unplaced(Rule::SeveralStatements, first_words(&statement.to_string()))),
        (None, _) => Err(unplaced(Rule::Empty, "")),
    }
}

/// The parser's message is `Expected: …, found: X at Line: 1, Column: 2`.
fn syntax(error: &ParserError, text: &str) -> super::fault::Fault {
    let message = match error {
        ParserError::RecursionLimitExceeded => return unplaced(Rule::TooDeep, ""),
        ParserError::TokenizerError(message) | ParserError::ParserError(message) => message,
    };
    let (said, place) = message.rsplit_once(" at Line: ").unwrap_or((message, ""));
    let found = said.rsplit_once("found: ").map_or(said, |(_, found)| found);
    let numbers = place.split_once(", Column: ");
    let numbers = numbers.and_then(|(line, column)| Some((line.parse().ok()?, column.parse().ok()?)));
    let Some((line, column)) = numbers else {
        // At the end of the text there is no token to point at.
        return super::fault::at_byte(Rule::Syntax, text, text.len(), found);
    };
    let start = sqlparser::tokenizer::Location { line, column };
    super::fault::fault(Rule::Syntax, sqlparser::tokenizer::Span { start, end: start }, found)
}

/// What cannot be parsed and does not begin like a query is said to be none: nobody need look for a comma in it.
fn not_a_query(text: &str) -> Option<super::fault::Fault> {
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
