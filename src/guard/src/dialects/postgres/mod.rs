//! PostgreSQL: unquoted names fold to lower case, and operators and functions are found along a path of schemas.

mod advice;
pub(crate) mod full_text;
pub(crate) mod set_calls;
mod syntax;

use std::sync::LazyLock;

use sqlparser::ast::BinaryOperator;
use sqlparser::dialect::PostgreSqlDialect;

use super::facts::{
    Advice, Calls, DialectFacts, Expressions, FromClause, Names, Parsing, QualifiedStar, Queries, RecursiveWord,
    Scopes, Texts, no_prefix, no_step,
};
use super::lists::{self, Lists};

static LISTS: LazyLock<Lists> = LazyLock::new(|| lists::read(include_str!("functions.txt")));

/// Everything in which PostgreSQL differs.
pub(crate) static FACTS: DialectFacts = DialectFacts {
    word: "postgres",
    lists: &LISTS,
    names: Names {
        fold: |ident| if ident.quote_style.is_some() { ident.value.clone() } else { ident.value.to_ascii_lowercase() },
        ignore_case: false,
        is_plain_letter: |c| c.is_ascii_lowercase(),
        // The schema of most tables; PUBLIC is a word of Oracle's alone.
        not_reserved: &["public"],
    },
    texts: Texts {
        names_in_backticks: false,
        names_in_brackets: false,
        text_in_double_quotes: false,
        dollar_quotes: true,
        escapes: true,
        q_quotes: false,
        national: false,
        at_operators: true,
    },
    parsing: Parsing {
        grammar: &PostgreSqlDialect {},
        read_prefix: no_prefix,
        read_precedence: syntax::precedence,
        read_infix: syntax::infix,
        rewrite_tokens: None,
        name_unread_clause: None,
        read_computed_limit: None,
        alias_after_sample: false,
        expressions_as_keys: false,
        partitions_as_aliases: false,
        clauses_after_cte: false,
        tables_in_brackets: false,
        joins_nest_to_the_right: false,
        shifts: false,
    },
    expressions: Expressions {
        permits_operator,
        comparisons: &[],
        walk_clause: None,
        bitwise_not: false,
        is_true: true,
        is_unknown: true,
        is_distinct_from: true,
        like_any: true,
        ilike: true,
        similar_to: true,
        any_and_all: true,
        double_colon_casts: true,
        outer_join_mark: false,
        is_json: false,
        json_members: false,
        xml_methods: false,
        arrays: true,
        at_time_zone: true,
        collations: &["NOCASE", "BINARY", "RTRIM", "C", "POSIX"],
        typed_dates: true,
        intervals: true,
        intervals_need_units: false,
        dates_are_texts: false,
        numbers_below_texts: false,
    },
    calls: Calls {
        own_code_first: false,
        packages: false,
        conversions: false,
        json_clauses: false,
        min_and_max_of_arguments: false,
        padded_literals_are_bounded: false,
        substring_of_pattern: true,
        several_rows: true,
        read_step: no_step,
    },
    queries: Queries {
        recursive_word: RecursiveWord::Required,
        materialized: true,
        limit_ends_recursion: false,
        limit: true,
        fetch: true,
        fetch_percent: false,
        rownum: false,
        distinct_on: true,
        grouping_sets: true,
        minus: false,
        values: true,
        connect_by: false,
    },
    from: FromClause {
        dual: false,
        apply: false,
        reshaped: false,
        json_table: false,
        xml_table: false,
        samples: true,
        partitions: false,
        ordinality: true,
        full_aliases: true,
        derived_needs_alias: true,
        schemas_spelled_out: true,
    },
    scopes: Scopes {
        aliases_in_where: false,
        aliases_in_group_by: true,
        group_aliases_spelled_out: false,
        aliases_inside_expressions: false,
        on_sees_all_tables: false,
        derived_sees_around: true,
        calls_name_columns: true,
        brackets_keep_names: true,
        qualified_star: QualifiedStar::Own,
        merged_columns_stay: false,
        row_id_is_a_column: false,
    },
    advice: Advice {
        instead_of_function: advice::instead_of_function,
        instead_of_words: &[],
        like_ignores_case: false,
    },
};

/// Tells PostgreSQL's own operators from those that people define.
fn permits_operator(op: &BinaryOperator) -> bool {
    match op {
        BinaryOperator::Custom(operator) => syntax::OPERATORS.contains(&operator.as_str()),
        BinaryOperator::Modulo
        | BinaryOperator::Arrow
        | BinaryOperator::LongArrow
        | BinaryOperator::BitwiseAnd
        | BinaryOperator::BitwiseOr
        | BinaryOperator::HashArrow
        | BinaryOperator::HashLongArrow
        | BinaryOperator::AtArrow
        | BinaryOperator::AtAt
        | BinaryOperator::ArrowAt
        | BinaryOperator::PGExp
        | BinaryOperator::PGOverlap
        | BinaryOperator::PGRegexMatch
        | BinaryOperator::PGRegexIMatch
        | BinaryOperator::PGRegexNotMatch
        | BinaryOperator::PGRegexNotIMatch
        | BinaryOperator::Overlaps => true,
        _ => false,
    }
}
