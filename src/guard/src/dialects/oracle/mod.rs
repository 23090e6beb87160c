//! Oracle Database: unquoted names fold to upper case, and a name that binds to nothing is a call.

mod advice;
pub(crate) mod calls;
pub(crate) mod clauses;
pub(crate) mod from_last;
mod group_alias;
mod hierarchy;
mod json_table;
pub(crate) mod keep;
mod operators;
mod packages;
mod reshape;
pub(crate) mod rewrite;
pub(crate) mod syntax;
mod xml;

use std::sync::LazyLock;

use sqlparser::ast::Expr;
use sqlparser::dialect::OracleDialect;

use crate::Dialect;
use crate::walk::step::{Amount, Step};

use super::facts::{
    Advice, Calls, DialectFacts, Expressions, FromClause, Names, Parsing, QualifiedStar, Queries, RecursiveWord,
    Scopes, Texts,
};
use super::lists::{self, Lists};

static LISTS: LazyLock<Lists> = LazyLock::new(|| lists::read(include_str!("functions.txt")));

/// Everything in which Oracle differs.
pub(crate) static FACTS: DialectFacts = DialectFacts {
    word: "oracle",
    lists: &LISTS,
    names: Names {
        fold: |ident| if ident.quote_style.is_some() { ident.value.clone() } else { ident.value.to_uppercase() },
        ignore_case: false,
        is_plain_letter: |c| c.is_ascii_uppercase(),
        not_reserved: &[],
    },
    texts: Texts {
        names_in_backticks: false,
        names_in_brackets: false,
        text_in_double_quotes: false,
        dollar_quotes: false,
        escapes: false,
        q_quotes: true,
        national: true,
        at_operators: false,
    },
    parsing: Parsing {
        grammar: &OracleDialect,
        read_prefix: clauses::prefix,
        read_precedence: syntax::precedence,
        read_infix: syntax::infix,
        rewrite_tokens: Some(rewrite::rewritten),
        name_unread_clause: Some(rewrite::clause),
        read_computed_limit: Some(rewrite::quantity),
        alias_after_sample: true,
        expressions_as_keys: true,
        partitions_as_aliases: true,
        clauses_after_cte: true,
        tables_in_brackets: true,
        joins_nest_to_the_right: true,
        shifts: false,
    },
    expressions: Expressions {
        permits_operator: |_| false,
        comparisons: &[],
        walk_clause: Some(operators::walk_clause),
        bitwise_not: false,
        is_true: false,
        is_unknown: false,
        is_distinct_from: false,
        like_any: false,
        ilike: false,
        similar_to: false,
        any_and_all: true,
        double_colon_casts: false,
        outer_join_mark: true,
        is_json: true,
        json_members: true,
        xml_methods: true,
        arrays: false,
        at_time_zone: true,
        collations: &["BINARY", "BINARY_CI", "BINARY_AI"],
        typed_dates: true,
        intervals: true,
        intervals_need_units: true,
        dates_are_texts: false,
        numbers_below_texts: false,
    },
    calls: Calls {
        own_code_first: true,
        packages: true,
        conversions: true,
        json_clauses: true,
        min_and_max_of_arguments: false,
        padded_literals_are_bounded: true,
        substring_of_pattern: false,
        several_rows: false,
        read_step: step,
    },
    queries: Queries {
        recursive_word: RecursiveWord::Unknown,
        materialized: false,
        limit_ends_recursion: false,
        limit: false,
        fetch: true,
        fetch_percent: true,
        rownum: true,
        distinct_on: false,
        grouping_sets: true,
        minus: true,
        values: false,
        connect_by: true,
    },
    from: FromClause {
        dual: true,
        apply: true,
        reshaped: true,
        json_table: true,
        xml_table: true,
        samples: true,
        partitions: true,
        ordinality: false,
        full_aliases: false,
        derived_needs_alias: false,
        schemas_spelled_out: false,
    },
    scopes: Scopes {
        aliases_in_where: false,
        aliases_in_group_by: false,
        group_aliases_spelled_out: true,
        aliases_inside_expressions: true,
        on_sees_all_tables: false,
        derived_sees_around: false,
        calls_name_columns: false,
        brackets_keep_names: false,
        qualified_star: QualifiedStar::WithoutMerged,
        merged_columns_stay: false,
        row_id_is_a_column: false,
    },
    advice: Advice {
        instead_of_function: advice::instead_of_function,
        instead_of_words: &[("TRUE", "1 = 1"), ("FALSE", "1 = 0")],
        like_ignores_case: false,
    },
};

/// `ADD_MONTHS(d, 1)`, and TRUNC of a date, which keeps its order.
fn step<'q>(name: &str, args: &[&'q Expr]) -> Option<Step<'q>> {
    match (name, args) {
        ("ADD_MONTHS", [column, months]) => {
            let Amount::Number(towards) = Amount::of(months)? else { return None };
            Step::added(column, Amount::Time { towards, days: true })
        }
        ("TRUNC", [inner]) => Step::of(inner, Dialect::Oracle).filter(|step| step.amount.is_none()),
        _ => None,
    }
}
