//! The parser's dialects, exact but for what the guard must not let through, and with a bound on the parser's work.

use std::any::TypeId;
use std::cell::Cell;

use sqlparser::ast::Expr;
use sqlparser::dialect::{Dialect as Grammar, Precedence};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;

use crate::Dialect;

use super::facts::Parsing;

/// Most expressions the parser may begin, trials that fail included. A text of 16 KiB holds 8,000 at most; backtracking
/// that would take seconds is cut here, without a clock, so that a verdict never depends on the machine.
const FUEL: u32 = 40_000;

/// A dialect that stops a parse which tries too much.
///
/// It keeps the identity of the dialect it wraps. Only what queries need is passed on; for the rest the trait's
/// defaults hold, which know less. Comments are never kept as optimizer hints, and `@` is no letter.
#[derive(Debug)]
struct Bounded {
    parsing: &'static Parsing,
    grammar: &'static dyn Grammar,
    fuel: Cell<u32>,
}

/// Calls `read` with the grammar of a dialect.
pub(crate) fn with_grammar<T>(dialect: Dialect, read: impl FnOnce(&dyn Grammar) -> T) -> T {
    let parsing = &dialect.facts().parsing;
    read(&Bounded { parsing, grammar: parsing.grammar, fuel: Cell::new(FUEL) })
}

macro_rules! pass_on {
    ($($name:ident($($value:ident: $type:ty)?) -> $given:ty;)+) => {
        $(fn $name(&self, $($value: $type)?) -> $given { self.grammar.$name($($value)?) })+
    };
}

impl Grammar for Bounded {
    fn dialect(&self) -> TypeId {
        self.grammar.dialect()
    }

    fn parse_prefix(&self, parser: &mut Parser<'_>) -> Option<Result<Expr, ParserError>> {
        let left = self.fuel.get();
        self.fuel.set(left.saturating_sub(1));
        // This error alone is not swallowed where the parser tries one reading after another.
        if left == 0 {
            return Some(Err(ParserError::RecursionLimitExceeded));
        }
        (self.parsing.read_prefix)(parser, &|level| self.prec_value(level))
    }

    fn parse_infix(&self, parser: &mut Parser<'_>, expr: &Expr, precedence: u8) -> Option<Result<Expr, ParserError>> {
        let own = (self.parsing.read_infix)(parser, expr, precedence);
        own.or_else(|| self.grammar.parse_infix(parser, expr, precedence))
    }

    fn get_next_precedence(&self, parser: &Parser<'_>) -> Option<Result<u8, ParserError>> {
        let own = (self.parsing.read_precedence)(parser, &|level| self.prec_value(level));
        own.map(Ok).or_else(|| self.grammar.get_next_precedence(parser))
    }

    fn is_identifier_part(&self, ch: char) -> bool {
        ch != '@' && self.grammar.is_identifier_part(ch)
    }

    fn is_table_alias(&self, kw: &Keyword, parser: &mut Parser<'_>) -> bool {
        // `t PARTITION (p)` is read as an alias with a column, which renders the same; `walk::factor` knows it.
        let partition = self.parsing.partitions_as_aliases && *kw == Keyword::PARTITION;
        (partition && parser.peek_token_ref().token == Token::LParen) || self.grammar.is_table_alias(kw, parser)
    }

    fn supports_table_sample_before_alias(&self) -> bool {
        self.parsing.alias_after_sample
    }

    fn supports_named_fn_args_with_expr_name(&self) -> bool {
        self.parsing.expressions_as_keys || self.grammar.supports_named_fn_args_with_expr_name()
    }

    /// The room that a clause behind a common table expression is put into.
    fn supports_from_first_insert(&self) -> bool {
        self.parsing.clauses_after_cte
    }

    fn supports_parens_around_table_factor(&self) -> bool {
        self.parsing.tables_in_brackets
    }

    fn supports_left_associative_joins_without_parens(&self) -> bool {
        !self.parsing.joins_nest_to_the_right && self.grammar.supports_left_associative_joins_without_parens()
    }

    fn supports_bitwise_shift_operators(&self) -> bool {
        self.parsing.shifts || self.grammar.supports_bitwise_shift_operators()
    }

    pass_on! {
        get_reserved_keywords_for_select_item_operator() -> &[Keyword];
        identifier_quote_style(identifier: &str) -> Option<char>;
        is_custom_operator_part(ch: char) -> bool;
        is_delimited_identifier_start(ch: char) -> bool;
        is_identifier_start(ch: char) -> bool;
        is_reserved_for_identifier(kw: Keyword) -> bool;
        prec_value(prec: Precedence) -> u8;
        allow_extract_custom() -> bool;
        allow_extract_single_quotes() -> bool;
        supports_array_typedef_with_brackets() -> bool;
        supports_boolean_literals() -> bool;
        supports_comma_separated_trim() -> bool;
        supports_connect_by() -> bool;
        supports_dollar_placeholder() -> bool;
        supports_filter_during_aggregation() -> bool;
        supports_group_by_expr() -> bool;
        supports_in_empty_list() -> bool;
        supports_interval_options() -> bool;
        supports_limit_comma() -> bool;
        supports_match_recognize() -> bool;
        supports_nested_comments() -> bool;
        supports_notnull_operator() -> bool;
        supports_numeric_literal_underscores() -> bool;
        supports_outer_join_operator() -> bool;
        supports_quote_delimited_string() -> bool;
        supports_string_escape_constant() -> bool;
        supports_unicode_string_literal() -> bool;
        supports_window_function_null_treatment_arg() -> bool;
    }
}
