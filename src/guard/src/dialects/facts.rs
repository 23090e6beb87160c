//! The facts in which the dialects differ: what every dialect's table must say.

use std::sync::LazyLock;

use sqlparser::ast::{BinaryOperator, Expr, Ident};
use sqlparser::dialect::{Dialect as Grammar, Precedence};
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::TokenWithSpan;

use crate::fault::{Checked, Fault};
use crate::scope::Env;
use crate::walk::Walk;
use crate::walk::step::Step;

use super::lists::Lists;

/// Everything that the guard knows of one dialect. What a table does not permit is refused.
pub(crate) struct DialectFacts {
    /// The word used on the command line and in catalogs.
    pub(crate) word: &'static str,
    /// The functions, types and words of `functions.txt`.
    pub(crate) lists: &'static LazyLock<Lists>,
    pub(crate) names: Names,
    pub(crate) texts: Texts,
    pub(crate) parsing: Parsing,
    pub(crate) expressions: Expressions,
    pub(crate) calls: Calls,
    pub(crate) queries: Queries,
    pub(crate) from: FromClause,
    pub(crate) scopes: Scopes,
    pub(crate) advice: Advice,
}

/// The comparison of names, and the way they are written.
pub(crate) struct Names {
    /// Folds a name of a statement into the form in which names are compared.
    pub(crate) fold: fn(&Ident) -> String,
    /// Names compare without regard to ASCII case, even in quotes and as stored.
    pub(crate) ignore_case: bool,
    /// Tells the letters that a name may have without quotes and without folding.
    pub(crate) is_plain_letter: fn(char) -> bool,
    /// Reserved words of other dialects that are written without quotes here.
    pub(crate) not_reserved: &'static [&'static str],
}

/// The beginnings and ends of texts and quoted names.
#[expect(clippy::struct_excessive_bools, reason = "facts, independent of each other")]
pub(crate) struct Texts {
    /// `` `name` ``.
    pub(crate) names_in_backticks: bool,
    /// `[name]`.
    pub(crate) names_in_brackets: bool,
    /// `"text"` is a text where it names nothing.
    pub(crate) text_in_double_quotes: bool,
    /// `$$text$$` and `$tag$text$tag$`.
    pub(crate) dollar_quotes: bool,
    /// `E'text'` takes backslashes, and `U&'text'` Unicode escapes.
    pub(crate) escapes: bool,
    /// `q'[text]'`.
    pub(crate) q_quotes: bool,
    /// `N'text'`.
    pub(crate) national: bool,
    /// `@>`, `<@` and `@@` are operators; elsewhere `@` is a link or a parameter.
    pub(crate) at_operators: bool,
}

/// Reads the beginning of an expression, given the precedence of each kind of operator.
pub(crate) type ReadPrefix = fn(&mut Parser<'_>, &dyn Fn(Precedence) -> u8) -> Option<Result<Expr, ParserError>>;
/// Gives the precedence of the next operator, when the dialect reads it itself.
pub(crate) type ReadPrecedence = fn(&Parser<'_>, &dyn Fn(Precedence) -> u8) -> Option<u8>;
/// Reads an operator and its right side, when the dialect reads it itself.
pub(crate) type ReadInfix = fn(&mut Parser<'_>, &Expr, u8) -> Option<Result<Expr, ParserError>>;

/// Names the clause among these tokens that the guard refuses.
pub(crate) type NameClause = fn(&[TokenWithSpan]) -> Option<Fault>;

/// The grammar beyond the parser's own dialect.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "facts, independent of each other")]
pub(crate) struct Parsing {
    /// The parser's own dialect.
    pub(crate) grammar: &'static (dyn Grammar + Sync),
    pub(crate) read_prefix: ReadPrefix,
    pub(crate) read_precedence: ReadPrecedence,
    pub(crate) read_infix: ReadInfix,
    /// Changes the tokens before the parser reads them.
    pub(crate) rewrite_tokens: Option<fn(Vec<TokenWithSpan>) -> Vec<TokenWithSpan>>,
    /// Names the clause that the parser stopped at, in the tokens that it was given.
    pub(crate) name_unread_clause: Option<NameClause>,
    /// Reads a row limit that is an expression, from the one value that the tree has for it.
    pub(crate) read_computed_limit: Option<fn(&str) -> Option<Expr>>,
    /// `t SAMPLE (10) alias`: the alias stands behind the sample.
    pub(crate) alias_after_sample: bool,
    /// `JSON_OBJECT(a || b VALUE c)`: keys are any expressions.
    pub(crate) expressions_as_keys: bool,
    /// `t PARTITION (p)` is read as an alias with a column.
    pub(crate) partitions_as_aliases: bool,
    /// SEARCH and CYCLE may follow a common table expression.
    pub(crate) clauses_after_cte: bool,
    /// Any table of a FROM may stand in brackets.
    pub(crate) tables_in_brackets: bool,
    /// `a JOIN b JOIN c ON … ON …` is `a JOIN (b JOIN c ON …) ON …`.
    pub(crate) joins_nest_to_the_right: bool,
    /// `<<` and `>>` shift bits.
    pub(crate) shifts: bool,
}

/// Walks an operator that stands for a clause, with both of its sides.
pub(crate) type WalkClause = for<'i> fn(&mut Walk<'i>, &Expr, &str, &Expr, Env<'_, 'i>) -> Checked;

/// The constructs that an expression may hold.
#[expect(clippy::struct_excessive_bools, reason = "facts, independent of each other")]
pub(crate) struct Expressions {
    /// Tells the operators of this dialect that not all have.
    pub(crate) permits_operator: fn(&BinaryOperator) -> bool,
    /// The operators of `read_infix` that compare.
    pub(crate) comparisons: &'static [&'static str],
    /// Walks the operators that `read_infix` makes of clauses; without it they are operators like others.
    pub(crate) walk_clause: Option<WalkClause>,
    /// `~ a`.
    pub(crate) bitwise_not: bool,
    /// `a IS TRUE` and `a IS FALSE`.
    pub(crate) is_true: bool,
    /// `a IS UNKNOWN`.
    pub(crate) is_unknown: bool,
    /// `a IS DISTINCT FROM b`.
    pub(crate) is_distinct_from: bool,
    /// `a LIKE ANY (…)`.
    pub(crate) like_any: bool,
    /// `a ILIKE b`.
    pub(crate) ilike: bool,
    /// `a SIMILAR TO b`.
    pub(crate) similar_to: bool,
    /// `a = ANY (…)` and `a = ALL (…)`.
    pub(crate) any_and_all: bool,
    /// `a::type`.
    pub(crate) double_colon_casts: bool,
    /// `a = b(+)`.
    pub(crate) outer_join_mark: bool,
    /// `a IS JSON`.
    pub(crate) is_json: bool,
    /// `alias.column.member` reads a JSON column.
    pub(crate) json_members: bool,
    /// `XMLAGG(…).EXTRACT(…).GETCLOBVAL()`, which joins texts.
    pub(crate) xml_methods: bool,
    /// `ARRAY[…]`, `ARRAY(SELECT …)` and `a[1]`.
    pub(crate) arrays: bool,
    /// `a AT TIME ZONE b`.
    pub(crate) at_time_zone: bool,
    /// The names that COLLATE may have.
    pub(crate) collations: &'static [&'static str],
    /// `DATE '2026-01-31'` and `TIMESTAMP '…'`.
    pub(crate) typed_dates: bool,
    /// `INTERVAL '1' DAY`.
    pub(crate) intervals: bool,
    /// An interval names its unit behind the text.
    pub(crate) intervals_need_units: bool,
    /// Dates are texts, and a cast to a date or a time makes a number of one.
    pub(crate) dates_are_texts: bool,
    /// Every number is less than every text.
    pub(crate) numbers_below_texts: bool,
}

/// The calls that a statement may make, and what is special about them.
#[expect(clippy::struct_excessive_bools, reason = "facts, independent of each other")]
pub(crate) struct Calls {
    /// The database may run its owner's function under the name of a built-in one.
    pub(crate) own_code_first: bool,
    /// Functions of the vendor's packages, such as `DBMS_LOB.GETLENGTH`.
    pub(crate) packages: bool,
    /// `CAST(a AS type DEFAULT b ON CONVERSION ERROR)` and `VALIDATE_CONVERSION`.
    pub(crate) conversions: bool,
    /// Arguments of JSON functions may have clauses behind them.
    pub(crate) json_clauses: bool,
    /// MIN and MAX of several arguments are no aggregates.
    pub(crate) min_and_max_of_arguments: bool,
    /// Padding a literal gives at most a text of the database's own limit.
    pub(crate) padded_literals_are_bounded: bool,
    /// `SUBSTRING(a FROM b)` takes a pattern.
    pub(crate) substring_of_pattern: bool,
    /// Functions of the select list may give several rows.
    pub(crate) several_rows: bool,
    /// Reads a call that adds to a date, or that keeps the order of its argument.
    pub(crate) read_step: for<'q> fn(&str, &[&'q Expr]) -> Option<Step<'q>>,
}

/// The use of the word RECURSIVE in WITH.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum RecursiveWord {
    /// There is no such word.
    Unknown,
    /// Only WITH RECURSIVE may.
    Required,
    /// With the word or without it.
    Optional,
}

/// Which clauses a query may have.
#[expect(clippy::struct_excessive_bools, reason = "facts, independent of each other")]
pub(crate) struct Queries {
    pub(crate) recursive_word: RecursiveWord,
    /// `WITH a AS MATERIALIZED (…)`.
    pub(crate) materialized: bool,
    /// A LIMIT inside a recursive common table expression ends it.
    pub(crate) limit_ends_recursion: bool,
    /// `LIMIT 10`.
    pub(crate) limit: bool,
    /// `FETCH FIRST 10 ROWS ONLY`.
    pub(crate) fetch: bool,
    /// `FETCH FIRST 10 PERCENT ROWS ONLY`.
    pub(crate) fetch_percent: bool,
    /// `WHERE ROWNUM <= 10`.
    pub(crate) rownum: bool,
    /// `SELECT DISTINCT ON (a)`.
    pub(crate) distinct_on: bool,
    /// ROLLUP, CUBE and GROUPING SETS.
    pub(crate) grouping_sets: bool,
    /// MINUS, which others write EXCEPT.
    pub(crate) minus: bool,
    /// `VALUES (1), (2)` in FROM, WITH and IN.
    pub(crate) values: bool,
    /// CONNECT BY.
    pub(crate) connect_by: bool,
}

/// The constructs that may stand in FROM.
#[expect(clippy::struct_excessive_bools, reason = "facts, independent of each other")]
pub(crate) struct FromClause {
    /// DUAL, a table of one row.
    pub(crate) dual: bool,
    /// CROSS APPLY and OUTER APPLY.
    pub(crate) apply: bool,
    /// PIVOT, UNPIVOT and `MATCH_RECOGNIZE`.
    pub(crate) reshaped: bool,
    /// `JSON_TABLE`.
    pub(crate) json_table: bool,
    /// XMLTABLE.
    pub(crate) xml_table: bool,
    /// SAMPLE or TABLESAMPLE.
    pub(crate) samples: bool,
    /// `t PARTITION (p)`.
    pub(crate) partitions: bool,
    /// WITH ORDINALITY.
    pub(crate) ordinality: bool,
    /// `t AS a` and `t a (b, c)`; elsewhere a table has a plain alias only.
    pub(crate) full_aliases: bool,
    /// A derived table must have an alias.
    pub(crate) derived_needs_alias: bool,
    /// A statement names the schema of every table, since the path of schemas could lead elsewhere.
    pub(crate) schemas_spelled_out: bool,
}

/// The columns of `t.*` where USING or NATURAL has made one column of two.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum QualifiedStar {
    /// Those that were not merged.
    WithoutMerged,
    /// Its own, merged or not.
    Own,
    /// Its own, but the merged value in place of a merged one.
    MergedValues,
}

/// Which names a place in a query can see.
#[expect(clippy::struct_excessive_bools, reason = "facts, independent of each other")]
pub(crate) struct Scopes {
    /// WHERE and HAVING see the aliases of the select list.
    pub(crate) aliases_in_where: bool,
    /// GROUP BY sees the aliases of the select list.
    pub(crate) aliases_in_group_by: bool,
    /// An alias in GROUP BY is replaced by its expression, which all versions take.
    pub(crate) group_aliases_spelled_out: bool,
    /// ORDER BY and GROUP BY see aliases inside expressions too.
    pub(crate) aliases_inside_expressions: bool,
    /// ON sees every table of the FROM, those after it included.
    pub(crate) on_sees_all_tables: bool,
    /// A derived table that is not lateral sees the queries around it.
    pub(crate) derived_sees_around: bool,
    /// A call without alias gives its column the function's name.
    pub(crate) calls_name_columns: bool,
    /// A column in brackets keeps its name.
    pub(crate) brackets_keep_names: bool,
    pub(crate) qualified_star: QualifiedStar,
    /// `*` gives a merged column in its own place, not first.
    pub(crate) merged_columns_stay: bool,
    /// The number of a row may be a column under another name.
    pub(crate) row_id_is_a_column: bool,
}

/// Replacements for what this dialect does not have.
pub(crate) struct Advice {
    /// Replaces a function of other databases; empty where the nearest name would mislead.
    pub(crate) instead_of_function: fn(&str) -> Option<&'static str>,
    /// Replaces a word of other databases that reads as a name here: the word in upper case, and what to write.
    pub(crate) instead_of_words: &'static [(&'static str, &'static str)],
    /// LIKE disregards case, as ILIKE does elsewhere.
    pub(crate) like_ignores_case: bool,
}

/// Reads no beginning of an expression of its own.
pub(crate) fn no_prefix(_: &mut Parser<'_>, _: &dyn Fn(Precedence) -> u8) -> Option<Result<Expr, ParserError>> {
    None
}

/// Reads no call as a step.
pub(crate) fn no_step<'q>(_: &str, _: &[&'q Expr]) -> Option<Step<'q>> {
    None
}
