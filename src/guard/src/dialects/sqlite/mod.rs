//! SQLite: names compare without regard to ASCII case, and a word in double quotes that names nothing is a text.

mod advice;
mod quoted;
mod syntax;

use std::sync::LazyLock;

use sqlparser::ast::{BinaryOperator, Expr};
use sqlparser::dialect::SQLiteDialect;

use crate::Dialect;
use crate::walk::literal::literal_of;
use crate::walk::step::{Amount, Step};

use super::facts::{
    Advice, Calls, DialectFacts, Expressions, FromClause, Names, Parsing, QualifiedStar, Queries, RecursiveWord,
    Scopes, Texts, no_prefix,
};
use super::lists::{self, Lists};

static LISTS: LazyLock<Lists> = LazyLock::new(|| lists::read(include_str!("functions.txt")));

/// Everything in which SQLite differs.
pub(crate) static FACTS: DialectFacts = DialectFacts {
    word: "sqlite",
    lists: &LISTS,
    names: Names {
        fold: |ident| ident.value.to_ascii_lowercase(),
        ignore_case: true,
        is_plain_letter: |c| c.is_ascii_alphabetic(),
        not_reserved: &[],
    },
    texts: Texts {
        names_in_backticks: true,
        names_in_brackets: true,
        text_in_double_quotes: true,
        dollar_quotes: false,
        escapes: false,
        q_quotes: false,
        national: false,
        at_operators: false,
    },
    parsing: Parsing {
        grammar: &SQLiteDialect {},
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
        shifts: true,
    },
    expressions: Expressions {
        permits_operator,
        comparisons: &syntax::OPERATORS,
        walk_clause: None,
        bitwise_not: true,
        is_true: true,
        is_unknown: false,
        is_distinct_from: true,
        like_any: false,
        ilike: false,
        similar_to: false,
        any_and_all: false,
        double_colon_casts: false,
        outer_join_mark: false,
        is_json: false,
        json_members: false,
        xml_methods: false,
        arrays: false,
        at_time_zone: false,
        collations: &["NOCASE", "BINARY", "RTRIM", "C", "POSIX"],
        typed_dates: false,
        intervals: false,
        intervals_need_units: false,
        dates_are_texts: true,
        numbers_below_texts: true,
    },
    calls: Calls {
        own_code_first: false,
        packages: false,
        conversions: false,
        json_clauses: false,
        min_and_max_of_arguments: true,
        padded_literals_are_bounded: false,
        substring_of_pattern: false,
        several_rows: false,
        read_step: step,
    },
    queries: Queries {
        recursive_word: RecursiveWord::Optional,
        materialized: true,
        limit_ends_recursion: true,
        limit: true,
        fetch: false,
        fetch_percent: false,
        rownum: false,
        distinct_on: false,
        grouping_sets: false,
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
        samples: false,
        partitions: false,
        ordinality: false,
        full_aliases: true,
        derived_needs_alias: false,
        schemas_spelled_out: false,
    },
    scopes: Scopes {
        aliases_in_where: true,
        aliases_in_group_by: true,
        group_aliases_spelled_out: false,
        aliases_inside_expressions: true,
        on_sees_all_tables: true,
        derived_sees_around: true,
        calls_name_columns: false,
        brackets_keep_names: true,
        qualified_star: QualifiedStar::MergedValues,
        merged_columns_stay: true,
        row_id_is_a_column: true,
    },
    advice: Advice { instead_of_function: advice::instead_of_function, instead_of_words: &[], like_ignores_case: true },
};

/// Tells SQLite's own operators.
fn permits_operator(op: &BinaryOperator) -> bool {
    match op {
        BinaryOperator::Custom(operator) => syntax::OPERATORS.contains(&operator.as_str()),
        BinaryOperator::Modulo
        | BinaryOperator::Arrow
        | BinaryOperator::LongArrow
        | BinaryOperator::BitwiseAnd
        | BinaryOperator::BitwiseOr
        | BinaryOperator::Glob
        | BinaryOperator::PGBitwiseShiftLeft
        | BinaryOperator::PGBitwiseShiftRight => true,
        _ => false,
    }
}

/// `date(d, '+1 month')`, and date functions that keep the order of their argument.
fn step<'q>(name: &str, args: &[&'q Expr]) -> Option<Step<'q>> {
    match (name, args) {
        ("DATE" | "DATETIME", [inner]) => Step::of(inner, Dialect::Sqlite).filter(|step| step.amount.is_none()),
        ("DATE" | "DATETIME", [column, modifier, rest @ ..]) => {
            let modifier = literal_of(modifier)?;
            let (amount, months) = (Amount::span(modifier)?, modifier.contains("month") || modifier.contains("year"));
            let rest: Option<Vec<&str>> = rest.iter().map(|one| literal_of(one)).collect();
            let kept = rest?.iter().all(|one| months && *one == "start of month");
            let days = matches!(amount, Amount::Time { days: true, .. }) || name == "DATETIME";
            Step::added(column, amount).filter(|_| kept && days)
        }
        ("STRFTIME", [format, inner]) => {
            let ordered = ["%Y", "%Y-%m", "%Y-%m-%d"].contains(&literal_of(format)?);
            Step::of(inner, Dialect::Sqlite).filter(|step| ordered && step.amount.is_none())
        }
        _ => None,
    }
}
