//! The closed lists of each dialect: functions with their arity, names without parentheses, types, words of clauses.

use std::collections::{HashMap, HashSet};

/// The contents of a dialect's list file. Keys are in upper case.
#[derive(Debug, Default)]
pub(crate) struct Lists {
    functions: HashMap<&'static str, Function>,
    row_pattern: HashMap<&'static str, Function>,
    tables: HashMap<&'static str, TableFunction>,
    bare: HashSet<&'static str>,
    hierarchy: HashSet<&'static str>,
    row: HashSet<&'static str>,
    types: HashSet<&'static str>,
    clause_words: HashSet<&'static str>,
}

/// A function of the list.
#[expect(clippy::struct_excessive_bools, reason = "marks of a line, independent of each other")]
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Function {
    /// Fewest arguments.
    pub(crate) least: usize,
    /// Most arguments; `None` when there is no bound.
    pub(crate) most: Option<usize>,
    /// One row for many.
    pub(crate) aggregate: bool,
    /// May take `*`.
    pub(crate) star: bool,
    /// Takes `name => value`, or `key VALUE value`.
    pub(crate) named: bool,
    /// May make its text twice as long.
    pub(crate) grows: bool,
    /// Makes one value of all rows, as long as they are together.
    pub(crate) gathers: bool,
    /// The argument, from 1, that is a pattern.
    pub(crate) regex: Option<usize>,
    /// The argument, from 1, that is a literal path.
    pub(crate) path: Option<usize>,
    /// The argument, from 1, that is a literal format with modest widths.
    pub(crate) format: Option<usize>,
    /// The argument, from 1, that is a literal number, and its largest value.
    pub(crate) literal: Option<(usize, u32)>,
    /// The first of several arguments is a literal: the name of a configuration.
    pub(crate) config: bool,
}

/// A function that stands in FROM.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct TableFunction {
    /// The number of arguments.
    pub(crate) arity: Function,
    /// Its columns; none when the alias names the only one.
    pub(crate) columns: Vec<&'static str>,
}

impl Function {
    /// Tells whether it may be called with so many arguments.
    pub(crate) fn takes(&self, arguments: usize) -> bool {
        arguments >= self.least && self.most.is_none_or(|most| arguments <= most)
    }
}

impl Lists {
    pub(crate) fn function(&self, name: &str) -> Option<&Function> {
        self.functions.get(name)
    }

    pub(crate) fn row_pattern(&self, name: &str) -> Option<&Function> {
        self.row_pattern.get(name)
    }

    pub(crate) fn table_function(&self, name: &str) -> Option<&TableFunction> {
        self.tables.get(name)
    }

    pub(crate) fn functions(&self) -> impl Iterator<Item = &'static str> {
        self.functions.keys().copied()
    }

    pub(crate) fn is_bare(&self, name: &str) -> bool {
        self.bare.contains(name)
    }

    pub(crate) fn is_hierarchy(&self, name: &str) -> bool {
        self.hierarchy.contains(name)
    }

    pub(crate) fn is_row(&self, name: &str) -> bool {
        self.row.contains(name)
    }

    pub(crate) fn is_type(&self, name: &str) -> bool {
        self.types.contains(name)
    }

    pub(crate) fn is_clause_word(&self, name: &str) -> bool {
        self.clause_words.contains(name)
    }
}

/// A function that a dialect's list permits, so that a target's tests can show that it runs there.
#[cfg(any(test, feature = "testkit"))]
#[derive(Debug)]
pub struct Callable {
    /// In upper case.
    pub name: &'static str,
    /// Fewest arguments.
    pub least: usize,
    /// Most arguments; `None` when there is no bound.
    pub most: Option<usize>,
    /// True if it stands in FROM.
    pub table: bool,
    /// The columns it has there.
    pub columns: Vec<&'static str>,
}

/// Everything a dialect's list lets a statement call, sorted by name.
#[cfg(any(test, feature = "testkit"))]
pub fn callables(dialect: crate::Dialect) -> Vec<Callable> {
    let lists = dialect.facts().lists;
    let callable = |name, arity: &Function, table, columns: &[&'static str]| Callable {
        name,
        least: arity.least,
        most: arity.most,
        table,
        columns: columns.to_vec(),
    };
    let scalar = lists.functions.iter().map(|(name, arity)| callable(*name, arity, false, &[]));
    let tables = lists.tables.iter().map(|(name, function)| callable(*name, &function.arity, true, &function.columns));
    let mut all: Vec<Callable> = scalar.chain(tables).collect();
    all.sort_unstable_by_key(|one| one.name);
    all
}

pub(super) fn read(source: &'static str) -> Lists {
    let mut lists = Lists::default();
    let mut section = "";
    for line in source.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = name;
            continue;
        }
        match section {
            "functions" => {
                let (name, function) = function(line);
                lists.functions.insert(name, function);
            }
            "row-pattern" => {
                let (name, function) = function(line);
                lists.row_pattern.insert(name, function);
            }
            "table-functions" => {
                let mut words = line.splitn(3, ' ');
                let name = words.next().unwrap_or_default();
                let arity = arity(words.next().unwrap_or_default());
                let columns = words.next().unwrap_or_default().split_whitespace().collect();
                lists.tables.insert(name, TableFunction { arity, columns });
            }
            "bare" => _ = lists.bare.insert(line),
            "hierarchy" => _ = lists.hierarchy.insert(line),
            "row" => _ = lists.row.insert(line),
            "types" => _ = lists.types.insert(line),
            "clause-words" => _ = lists.clause_words.insert(line),
            _ => {}
        }
    }
    lists
}

fn function(line: &'static str) -> (&'static str, Function) {
    let mut words = line.split(' ');
    let name = words.next().unwrap_or_default();
    let mut function = arity(words.next().unwrap_or_default());
    for mark in words {
        match mark {
            "aggregate" => function.aggregate = true,
            "star" => function.star = true,
            "named" => function.named = true,
            "grows" => function.grows = true,
            "gathers" => function.gathers = true,
            "config" => function.config = true,
            _ => argument_mark(&mut function, mark),
        }
    }
    (name, function)
}

fn argument_mark(function: &mut Function, mark: &str) {
    if let Some(at) = mark.strip_prefix("regex") {
        function.regex = at.parse().ok();
    } else if let Some(at) = mark.strip_prefix("path") {
        function.path = at.parse().ok();
    } else if let Some(at) = mark.strip_prefix("format") {
        function.format = at.parse().ok();
    } else if let Some((at, most)) = mark.strip_prefix("lit").and_then(|rest| rest.split_once("<=")) {
        function.literal = at.parse().ok().zip(most.parse().ok());
    }
}

/// `2`, `1..3` or `2..`; a count that cannot be read takes no arguments at all.
fn arity(text: &str) -> Function {
    let (least, most) = text.split_once("..").unwrap_or((text, text));
    let (Ok(least), most) = (least.parse(), most.parse()) else { return Function::default() };
    let open = text.ends_with("..");
    Function { least, most: if open { None } else { most.ok().or(Some(0)) }, ..Function::default() }
}

#[cfg(test)]
mod tests {
    use crate::Dialect;

    #[test]
    fn marks_and_arities_are_read() {
        let postgres = Dialect::Postgres.facts().lists;
        let repeat = postgres.function("REPEAT").unwrap();
        assert_eq!((repeat.least, repeat.most, repeat.literal), (2, Some(2), Some((2, 1000))));
        assert!(postgres.function("HEX").is_none() && postgres.function("ENCODE").unwrap().grows);
        assert!(postgres.function("STRING_AGG").unwrap().gathers);
        let coalesce = postgres.function("COALESCE").unwrap();
        assert!(coalesce.takes(9) && !coalesce.takes(0));
        assert_eq!(postgres.function("REGEXP_REPLACE").unwrap().regex, Some(2));
        assert_eq!(postgres.table_function("JSON_EACH").unwrap().columns, ["key", "value"]);
    }

    #[test]
    fn every_line_is_understood() {
        for (dialect, source) in Dialect::ALL.into_iter().zip([
            include_str!("oracle/functions.txt"),
            include_str!("postgres/functions.txt"),
            include_str!("sqlite/functions.txt"),
        ]) {
            let mut in_functions = false;
            for line in source.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
                if line.starts_with('[') {
                    in_functions = line == "[functions]";
                    continue;
                }
                assert!(!line.starts_with(|c: char| c.is_ascii_lowercase()), "{dialect:?}: {line}");
                if !in_functions {
                    continue;
                }
                let mut words = line.split(' ').skip(1);
                let arity = words.next().unwrap_or_default();
                assert!(arity.starts_with(|c: char| c.is_ascii_digit()), "{dialect:?}: {line}");
                for mark in words {
                    let known = matches!(mark, "aggregate" | "star" | "named" | "grows" | "gathers" | "config");
                    assert!(
                        known || ["regex", "path", "lit", "format"].iter().any(|one| mark.starts_with(one)),
                        "{line}"
                    );
                }
            }
        }
    }

    #[test]
    fn nothing_that_reads_files_code_or_the_session_is_listed() {
        let dangerous = "XMLTYPE HTTPURITYPE DBURITYPE SYS_CONTEXT USERENV BFILENAME EXTRACTVALUE XMLQUERY \
            PG_SLEEP PG_READ_FILE CURRENT_SETTING SET_CONFIG NEXTVAL SETVAL CURRVAL LASTVAL QUERY_TO_XML TABLE_TO_XML TS_STAT \
            DBLINK LO_IMPORT LO_GET PG_NOTIFY PG_TERMINATE_BACKEND PG_ADVISORY_LOCK TO_REGCLASS ROW_TO_JSON ARRAY_FILL \
            LOAD_EXTENSION READFILE WRITEFILE EDIT FTS3_TOKENIZER ZEROBLOB RANDOMBLOB SQLITE_VERSION \
            LAST_INSERT_ROWID CHANGES TOTAL_CHANGES VERSION PG_STAT_FILE TXID_CURRENT";
        for dialect in Dialect::ALL {
            for name in dangerous.split_whitespace() {
                assert!(dialect.facts().lists.function(name).is_none(), "{dialect:?} lists {name}");
                assert!(dialect.facts().lists.table_function(name).is_none(), "{dialect:?} lists {name}");
            }
        }
    }
}
