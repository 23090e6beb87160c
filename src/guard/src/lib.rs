//! Decides what may run: nothing but an understood, allowed, bounded query.
//!
//! A text passes, in this order: the lexical checks (`lexical`), the parser in the exact dialect, with bounded work
//! (`parse`; `dialects::oracle::rewrite` first changes Oracle's own spellings) and enough stack (`deep`), the walk, which
//! lets only what it names pass (`walk`: shape, names, functions, policy, blow-ups), and the rendering, which must pass
//! the lexical checks and read back as the same tree, the one that was walked. What runs is the rendering, never the
//! text. Where `*` covers closed columns, a name without a schema could resolve to somebody else's object, or a text or
//! an alias stands in the wrong quotes, the corrected text passes all of these checks again (`spelling_out`).
//!
//! ```
//! use pstral_guard::{Catalog, CatalogColumn, Dialect, Guard, Policy, Relation, RelationKind, Verdict};
//!
//! let columns = vec![CatalogColumn::new("id", "integer"), CatalogColumn::new("name", "text")];
//! let clients = Relation::new("main", "clients", RelationKind::Table, columns);
//! let guard = Guard::new(&Catalog::new(Dialect::Sqlite, "main", vec![clients]), &Policy::default());
//!
//! let Verdict::Allow(approved) = guard.check("select name -- all\nfrom clients") else { panic!() };
//! assert_eq!(approved.text(), "SELECT\n  name\nFROM\n  clients");
//! assert_eq!(approved.columns(), ["clients.name"]);
//!
//! let Verdict::Deny(refusal) = guard.check("SELECT nam FROM clients") else { panic!() };
//! assert_eq!(refusal.to_string(), "column-unknown at 1:8: nam (instead: name)");
//! ```
//!
//! It knows no chat, no language and no user: refusals are data, and what is said of them is its caller's. It does no
//! I/O; a statement that nests deeply is read on a thread whose stack holds it.

mod access;
mod approved;
mod catalog;
mod deep;
mod dialects;
mod elsewhere;
mod entries;
mod extent;
mod fault;
mod index;
mod judgement;
mod known;
mod lexical;
mod limits;
mod loose_quotes;
mod lost;
mod names;
mod nodes;
pub mod outline;
mod parse;
mod policy;
mod refusal;
mod row_limit;
mod scope;
mod spelling_out;
#[cfg(feature = "testkit")]
pub mod testkit;
#[cfg(test)]
mod tests;
mod value;
mod walk;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

pub use approved::{ApprovedStatement, MissingParameter};
pub use catalog::{Catalog, CatalogColumn, ColumnPath, ColumnRef, ForeignKey, PUBLIC, Relation, RelationKind, Synonym};
pub use dialects::Dialect;
#[cfg(any(test, feature = "testkit"))]
pub use dialects::lists::{Callable, callables};
pub use entries::{meant, named_relations};
pub use judgement::{Cause, List};
pub use known::SLASH;
pub use lexical::hides_text;
pub use limits::Limits;
pub use names::written;
pub use policy::{Policy, Rules};
pub use refusal::{Refusal, Rule};
pub use value::{Column, ColumnKind, Row, Value, real_text, tidied};

use sqlparser::ast::Statement;

use fault::{Checked, unplaced};
use index::Index;
use lexical::{LONGEST, Size};
use spelling_out::Unsaid;

/// The guard's decision on a statement.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// It may run, exactly as rendered.
    Allow(ApprovedStatement),
    /// It may not.
    Deny(Refusal),
}

/// The guard of one target for one policy.
#[derive(Debug, Clone)]
pub struct Guard {
    dialect: Dialect,
    index: Arc<Index>,
}

impl Guard {
    /// Indexes a catalog under a policy.
    pub fn new(catalog: &Catalog, policy: &Policy) -> Self {
        Self { dialect: catalog.dialect, index: Arc::new(Index::new(catalog, policy)) }
    }

    /// Checks one statement. Never panics, whatever the text; takes a few milliseconds at most, and ends after
    /// five seconds whatever happens.
    pub fn check(&self, text: &str) -> Verdict {
        let checked = self.pass(text).and_then(|passed| match passed {
            Passed::Whole(approved) => Ok(approved),
            Passed::Unsaid { text, left_out, read_as_text, fault } => match self.pass(&text) {
                Ok(Passed::Whole(mut approved)) => {
                    (approved.left_out, approved.read_as_text) = (left_out, read_as_text);
                    Ok(approved)
                }
                _ => Err(*fault),
            },
        });
        match checked {
            Ok(approved) => Verdict::Allow(approved),
            Err(fault) => Verdict::Deny(fault.refuse(text)),
        }
    }

    fn pass(&self, text: &str) -> Checked<Passed> {
        let size = lexical::measure(text, self.dialect)?;
        let done = if size.is_small() {
            catch_unwind(AssertUnwindSafe(|| self.understand(text, size))).ok()
        } else {
            let (guard, own) = (self.clone(), text.to_owned());
            deep::run(move || guard.understand(&own, size))
        };
        // A refusal to people, a failure to tests.
        assert!(done.is_some() || !cfg!(test), "a panic, or no end: {text}");
        done.unwrap_or_else(|| Err(unplaced(Rule::TooDeep, "")))
    }

    /// Everything after the lexical checks; the trees live and die on the stack that is large enough for them.
    fn understand(&self, text: &str, size: Size) -> Checked<Passed> {
        let tokens = parse::tokens(text, self.dialect);
        let words = tokens.as_deref().map(lost::words).unwrap_or_default();
        let mut statement = parse::statement(tokens, text, self.dialect)?;
        let reads = walk::walk(&statement, &self.index, self.dialect)?;
        if !reads.unsaid.is_empty() || !reads.quoted_aliases.is_empty() {
            return self.said_plainly(text, reads);
        }
        let plain = rendered(&statement);
        let reads_best = !size.breaks && size.depth <= SHALLOW && plain.len() <= SPREAD;
        let spread = if reads_best { spread(&mut statement) } else { None };
        let spread = spread.filter(|spread| self.reads_back(&words, spread, &statement, &reads).is_ok());
        let rendered = if let Some(spread) = spread {
            spread
        } else {
            self.reads_back(&words, &plain, &statement, &reads)?;
            plain
        };
        Ok(Passed::Whole(ApprovedStatement {
            text: rendered,
            dialect: self.dialect,
            columns: reads.columns(),
            relations: reads.relations.into_iter().collect(),
            left_out: Vec::new(),
            read_as_text: Vec::new(),
            functions: reads.functions.into_iter().collect(),
            parameters: reads.parameters,
            row_limit: row_limit::of(&statement, self.dialect),
            limits: self.index.limits,
            values: BTreeMap::new(),
        }))
    }

    /// The corrected text of a statement whose `*`, names or quotes can mean only one thing; the refusal where they
    /// cannot.
    fn said_plainly(&self, text: &str, mut reads: walk::Reads<'_>) -> Checked<Passed> {
        let fault = reads.unsaid_fault();
        let texts: Vec<_> = reads.texts().collect();
        if !texts.is_empty() && loose_quotes::is_given_elsewhere(text, self.dialect, &texts, &reads.quoted_aliases) {
            return Err(fault);
        }
        let mut read_as_text: Vec<String> = Vec::new();
        for (_, word) in texts {
            if !read_as_text.iter().any(|known| known == word) {
                read_as_text.push(word.to_owned());
            }
        }
        if !reads.quoted_aliases.is_empty() {
            let places = loose_quotes::alias_places(text, self.dialect, &reads.quoted_aliases);
            let Some(places) = places else { return Err(fault) };
            reads.unsaid.extend(places.into_iter().map(|(place, name)| (place, Unsaid::Alias(name))));
        }
        let Some(text) = spelling_out::spell_out(text, &reads.unsaid) else { return Err(fault) };
        let left_out = reads.left_out.into_iter().collect();
        Ok(Passed::Unsaid { text, left_out, read_as_text, fault: Box::new(fault) })
    }

    /// Makes sure that what runs is what was checked: the rendering has every word that was read, and is measured and
    /// parsed again, to the same tree.
    fn reads_back(&self, words: &[String], rendered: &str, statement: &Statement, reads: &walk::Reads<'_>) -> Checked {
        if rendered.len() > LONGEST {
            return Err(unplaced(Rule::TooLong, format!("{} KiB", rendered.len() / 1024)));
        }
        let tokens = parse::tokens(rendered, self.dialect);
        if let Ok(tokens) = &tokens
            && let Some(lost) = lost::lost(words, lost::words(tokens))
        {
            return Err(unplaced(Rule::Unsupported, lost));
        }
        let refused = || unplaced(Rule::Rendering, "");
        lexical::measure(rendered, self.dialect).map_err(|_| refused())?;
        let again = parse::statement(tokens, rendered, self.dialect).map_err(|_| refused())?;
        if again != *statement {
            return Err(refused());
        }
        // The walk reads nothing but the tree, the catalog and the policy: on an equal tree its verdict is the same, which
        // tests see. Every statement would pay about a sixth more for asking again.
        debug_assert!(walk::walk(&again, &self.index, self.dialect).is_ok_and(|two| two == *reads));
        Ok(())
    }
}

/// The statement on one line.
fn rendered(statement: &Statement) -> String {
    dialects::oracle::rewrite::unmarked(statement.to_string())
}

/// The outcome for a text that breaks no rule.
enum Passed {
    /// It may run as it is.
    Whole(ApprovedStatement),
    /// It leaves something unsaid: this text says it, and must pass by itself.
    Unsaid { text: String, left_out: Vec<String>, read_as_text: Vec<String>, fault: Box<fault::Fault> },
}

/// Bytes of a statement's one-line form up to which it is spread over lines: what is longer is not read by eye.
const SPREAD: usize = 4096;
/// Brackets inside brackets up to which a statement is spread: each level costs more than the one before.
const SHALLOW: u32 = 12;

/// The statement over several lines, which reads better. The pretty form indents what follows a line break, so it is
/// only for texts without a literal that goes over lines; and it leaves ORDER BY and what follows on the line of the
/// last clause.
fn spread(statement: &mut Statement) -> Option<String> {
    let Statement::Query(query) = statement else { return None };
    // Taken out for a moment only: a copy of the tree costs as much as reading it.
    let (order, limit, fetch) = (query.order_by.take(), query.limit_clause.take(), query.fetch.take());
    let mut text = format!("{query:#}");
    (query.order_by, query.limit_clause, query.fetch) = (order, limit, fetch);
    // The limit begins with a space of its own.
    let limit = query.limit_clause.as_ref().map(|limit| limit.to_string().trim_start().to_owned());
    let order = query.order_by.as_ref().map(ToString::to_string);
    let fetch = query.fetch.as_ref().map(ToString::to_string);
    for clause in [order, limit, fetch].into_iter().flatten() {
        text.push('\n');
        text.push_str(&clause);
    }
    Some(dialects::oracle::rewrite::unmarked(text))
}
