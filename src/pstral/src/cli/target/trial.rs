//! The steps that show what a database does, with statements of our own. Each passes the guard as everybody's do.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use futures::StreamExt as _;
use pstral_core::domain::{Catalog, Dialect, Ending, LimitReached, Limits, Row, Value};
use pstral_core::guard::{ApprovedStatement, Guard, Policy, Verdict};
use pstral_core::ports::{Batch, ResultStream, TargetError};
use pstral_core::targets::Target;
use pstral_core::text::{Text, text};
use tokio_util::sync::CancellationToken;

use super::columns::of_each_type;
use super::sample_values::{numbers, select, slow, values};
use super::step::Step;
use crate::health::State;

/// The time a step may take, whatever the database does.
const PATIENCE: Duration = Duration::from_mins(2);

/// Enough for every statement here but the slow one.
const WIDE: Limits = Limits { rows: 100_000, bytes: 1 << 27, cell_bytes: 1 << 20, time: Duration::from_secs(20) };

/// The time limit that the slow statement meets.
const SHORT: Duration = Duration::from_secs(1);

/// The time that the slow statement runs before it is stopped.
const BEFORE_STOP: Duration = Duration::from_millis(500);

/// Longer than a stop takes; where the driver cannot stop a statement, its limit does.
const STOPPED: Limits = Limits { time: Duration::from_secs(5), ..WIDE };

/// So many columns of a type are tried until one has a value.
const TRIED: usize = 3;

/// A column of the company may be one of a costly view.
const COLUMN: Limits = Limits { rows: 1, time: Duration::from_secs(5), ..WIDE };

/// The outcome of a step. The fact holds numbers and names of types, nothing of the company.
pub(super) struct Found {
    pub(super) state: State,
    pub(super) fact: Text,
    /// The database's own words, for whoever runs the trial.
    pub(super) error: Option<TargetError>,
}

impl Found {
    fn new(state: State, fact: Text) -> Self {
        Self { state, fact, error: None }
    }

    fn failed(fact: Text, error: Option<TargetError>) -> Self {
        Self { error, ..Self::new(State::Failed, fact) }
    }
}

/// A step that could not be done fails with the database's words.
impl From<TargetError> for Found {
    fn from(error: TargetError) -> Self {
        Self::failed(text("trial-not-done"), Some(error))
    }
}

/// A target on trial, for a person.
pub(super) struct Trial<'t> {
    target: &'t Target,
    person: &'t str,
    /// Statements at the same time, where that is configured.
    at_once: Option<usize>,
    catalog: Catalog,
}

struct Whole {
    rows: Vec<Row>,
    ending: Ending,
}

impl<'t> Trial<'t> {
    /// Until its catalog is read, a target holds nothing.
    pub(super) fn new(target: &'t Target, person: &'t str, at_once: Option<usize>) -> Self {
        Self { target, person, at_once, catalog: Catalog::new(target.port.dialect(), "", Vec::new()) }
    }

    /// Does a step; one that does not end has failed.
    pub(super) async fn show(&mut self, step: Step) -> Found {
        let done = tokio::time::timeout(PATIENCE, self.step(step)).await;
        let seconds = PATIENCE.as_secs();
        done.unwrap_or(Err(TargetError::Timeout { seconds })).unwrap_or_else(Found::from)
    }

    async fn step(&mut self, step: Step) -> Result<Found, TargetError> {
        match step {
            Step::Connection => Ok(Found::new(State::Ok, self.target.port.health().await?)),
            Step::Account => self.account().await,
            Step::Catalog => self.read_catalog().await,
            Step::Types => self.types().await,
            Step::Parameters => self.parameters().await,
            Step::Limits => self.limits().await,
            Step::TimeLimit => self.time_limit().await,
            Step::Stop => self.stop().await,
            Step::Beside => self.beside().await,
            Step::Plan => self.plan().await,
            Step::Columns => self.columns().await,
        }
    }

    async fn account(&self) -> Result<Found, TargetError> {
        let privileges = self.target.port.privileges().await?;
        Ok(match (privileges.account.is_empty(), privileges.excesses.len() as u64) {
            (true, _) => Found::new(State::Ok, text("trial-no-accounts")),
            (false, 0) => Found::new(State::Ok, text("trial-account-reads")),
            (false, excesses) => Found::new(State::Degraded, text("trial-account-more").count("excesses", excesses)),
        })
    }

    async fn read_catalog(&mut self) -> Result<Found, TargetError> {
        let begun = Instant::now();
        self.catalog = self.target.port.catalog().await?;
        let columns = self.catalog.tables.iter().map(|relation| relation.columns.len() as u64).sum();
        let (tables, millis) = (self.catalog.tables.len() as u64, milliseconds(begun.elapsed()));
        let state = if tables == 0 { State::Degraded } else { State::Ok };
        let fact = text("trial-catalog-read").count("tables", tables).count("columns", columns);
        Ok(Found::new(state, fact.with("millis", millis)))
    }

    /// Each type with a value and with none.
    async fn types(&self) -> Result<Found, TargetError> {
        let mut tally = Tally::default();
        for known in values(self.dialect()) {
            let list = format!("{0} AS v, CASE WHEN 1 = 0 THEN {0} END AS n", known.expression);
            let read = self.run(&select(self.dialect(), &list), WIDE).await;
            tally.count(known.kind, read.map(|whole| whole.rows == [[known.value, Value::Null]]));
        }
        Ok(tally.found("trial-types-read"))
    }

    /// Each type as a parameter, compared by the database with what it is.
    async fn parameters(&self) -> Result<Found, TargetError> {
        let mut tally = Tally::default();
        for known in values(self.dialect()).into_iter().filter(|known| known.compares) {
            let list = format!("CASE WHEN {} = :v THEN 1 ELSE 0 END AS s", known.expression);
            let value = BTreeMap::from([("v".to_owned(), known.value)]);
            tally.count(
                known.kind,
                self.run_with(&select(self.dialect(), &list), &value).await.map(|rows| is_one(&rows)),
            );
        }
        Ok(tally.found("trial-parameters-taken"))
    }

    /// Rows in order up to a limit of each kind.
    async fn limits(&self) -> Result<Found, TargetError> {
        const MANY: u32 = 10_000;
        let sql = format!("{} SELECT i FROM n ORDER BY i", numbers(self.dialect(), MANY));
        let long = select(self.dialect(), &format!("'{}' AS v", "x".repeat(3000)));
        let whole = self.run(&sql, WIDE).await?;
        let in_order =
            whole.rows.iter().zip(1..).all(|(row, i)| row.first().is_some_and(|cell| cell.as_u64() == Some(i)));
        let few = self.run(&sql, Limits { rows: 999, ..WIDE }).await?;
        let small = self.run(&sql, Limits { bytes: 1000, ..WIDE }).await?;
        let cut = self.run(&long, Limits { cell_bytes: 100, ..WIDE }).await?;
        let kept = [
            in_order && whole.rows.len() == MANY as usize && whole.ending.truncated.is_none(),
            few.rows.len() == 999 && few.ending.truncated == Some(LimitReached::Rows),
            small.ending.truncated == Some(LimitReached::Bytes),
            cut.ending.cut_cells == 1,
        ];
        Ok(if kept == [true; 4] {
            Found::new(State::Ok, text("trial-limits-kept").count("rows", MANY.into()))
        } else {
            let [order, rows, bytes, cells] = kept.map(|kept| if kept { "ok" } else { "!" });
            let fact = text("trial-limits-not-kept").with("order", order).with("rows", rows);
            Found::failed(fact.with("bytes", bytes).with("cells", cells), None)
        })
    }

    /// The slow statement ends at its limit, and the next one runs.
    async fn time_limit(&self) -> Result<Found, TargetError> {
        let begun = Instant::now();
        let ended = self.run(&slow(self.dialect()), Limits { time: SHORT, ..WIDE }).await;
        let late = begun.elapsed().saturating_sub(SHORT);
        match ended {
            Err(TargetError::Timeout { .. }) => self.ended("trial-time-kept", late).await,
            Err(error) => Err(error),
            Ok(_) => Ok(Found::failed(text("trial-not-slow"), None)),
        }
    }

    /// The slow statement ends when it is stopped, and the next one runs.
    async fn stop(&self) -> Result<Found, TargetError> {
        let statement = self.approved(&slow(self.dialect()), STOPPED)?;
        let cancel = CancellationToken::new();
        let running = async { drain(self.target.port.execute(&statement, self.person, cancel.clone()).await?).await };
        let stopping = async {
            tokio::time::sleep(BEFORE_STOP).await;
            cancel.cancel();
            Instant::now()
        };
        let ((ended, at), stopped) = futures::join!(async { (running.await, Instant::now()) }, stopping);
        match ended {
            Err(TargetError::Cancelled) => self.ended("trial-stopped", at.saturating_duration_since(stopped)).await,
            Err(error) => Err(error),
            Ok(_) => Ok(Found::failed(text("trial-not-slow"), None)),
        }
    }

    async fn ended(&self, sentence: &'static str, late: Duration) -> Result<Found, TargetError> {
        self.run(&select(self.dialect(), "1 AS v"), WIDE).await?;
        Ok(Found::new(State::Ok, text(sentence).with("millis", milliseconds(late))))
    }

    /// A statement runs while another one is still being read.
    async fn beside(&self) -> Result<Found, TargetError> {
        if self.at_once == Some(1) {
            return Ok(Found::new(State::Degraded, text("trial-one-at-a-time")));
        }
        let many = format!("{} SELECT a.i FROM n a JOIN n b ON a.i < b.i", numbers(self.dialect(), 1000));
        let many = self.approved(&many, Limits { rows: u64::MAX, ..WIDE })?;
        let mut held = self.target.port.execute(&many, self.person, CancellationToken::new()).await?;
        let first = held.batches.next().await.transpose()?;
        let beside = self.run(&select(self.dialect(), "1 AS v"), WIDE).await?;
        let both = matches!(first, Some(Batch::Rows(_))) && is_one(&beside.rows);
        Ok(if both {
            Found::new(State::Ok, text("trial-beside-ran"))
        } else {
            Found::failed(text("trial-not-done"), None)
        })
    }

    async fn plan(&self) -> Result<Found, TargetError> {
        if !self.target.port.estimates() {
            return Ok(Found::new(State::Ok, text("trial-no-estimates")));
        }
        let statement = self.approved(&slow(self.dialect()), WIDE)?;
        let estimate = self.target.port.explain(&statement, self.person).await?;
        Ok(match estimate.cost {
            Some(cost) => Found::new(State::Ok, text("trial-planned").with("cost", format!("{cost:.0}"))),
            None => Found::new(State::Degraded, text("trial-no-estimate")),
        })
    }

    /// A column of each type of the company's tables, one row of it, which is looked at no further than its type.
    async fn columns(&self) -> Result<Found, TargetError> {
        let mut tally = Tally::default();
        let (mut by_name, mut closed, mut empty) = (Vec::new(), 0, 0);
        for (kind, statements) in of_each_type(&self.catalog) {
            let kind = kind.unwrap_or("…");
            let allowed = statements.iter().filter_map(|sql| self.approved(sql, COLUMN).ok()).take(TRIED);
            match self.first_value(allowed).await {
                None => closed += 1,
                Some(Ok(None)) => empty += 1,
                Some(read) => {
                    if matches!(read, Ok(Some(Value::Unsupported(_)))) {
                        by_name.push(kind);
                    }
                    tally.count(kind, read.map(|_| true));
                }
            }
        }
        let Found { state, fact, error } = tally.found("trial-columns-read");
        let fact = fact.count("closed", closed).count("empty", empty).with("by_name", by_name.join(", "));
        Ok(Found { state, fact: fact.count("named", by_name.len() as u64), error })
    }

    /// The first value that one of the statements brings; `None` where there is no statement, no value inside where none
    /// brings one, and the last error where none even runs.
    async fn first_value(
        &self,
        statements: impl Iterator<Item = ApprovedStatement>,
    ) -> Option<Result<Option<Value>, TargetError>> {
        let mut last = None;
        for statement in statements {
            match self.run_approved(&statement).await.map(|whole| whole.rows.into_iter().flatten().next()) {
                Ok(Some(value)) if value != Value::Null => return Some(Ok(Some(value))),
                Ok(_) => last = Some(Ok(None)),
                Err(error) => last = last.filter(Result::is_ok).or(Some(Err(error))),
            }
        }
        last
    }

    fn dialect(&self) -> Dialect {
        self.target.port.dialect()
    }

    fn policy(&self, limits: Limits) -> Policy {
        let terms = &self.target.terms;
        Policy::new(terms.rules.clone(), terms.roles.values().cloned().collect(), limits)
    }

    /// Under the rules of everybody and of every role: what some may not read is not read here either.
    fn approved(&self, sql: &str, limits: Limits) -> Result<ApprovedStatement, TargetError> {
        match Guard::new(&self.catalog, &self.policy(limits)).check(sql) {
            Verdict::Allow(statement) => Ok(statement),
            Verdict::Deny(refusal) => Err(TargetError::Rejected(format!("{}: {}", refusal.rule.id(), refusal.found))),
        }
    }

    async fn run(&self, sql: &str, limits: Limits) -> Result<Whole, TargetError> {
        self.run_approved(&self.approved(sql, limits)?).await
    }

    async fn run_with(&self, sql: &str, values: &BTreeMap<String, Value>) -> Result<Vec<Row>, TargetError> {
        let bound = self.approved(sql, WIDE)?.bind(values);
        let bound = bound.map_err(|missing| TargetError::Rejected(missing.to_string()))?;
        Ok(self.run_approved(&bound).await?.rows)
    }

    async fn run_approved(&self, statement: &ApprovedStatement) -> Result<Whole, TargetError> {
        drain(self.target.port.execute(statement, self.person, CancellationToken::new()).await?).await
    }
}

/// The number of a kind that went well, and which did not.
#[derive(Default)]
struct Tally {
    all: u64,
    wrong: Vec<&'static str>,
    error: Option<TargetError>,
}

impl Tally {
    fn count(&mut self, kind: &'static str, is_right: Result<bool, TargetError>) {
        self.all += 1;
        match is_right {
            Ok(true) => {}
            Ok(false) => self.wrong.push(kind),
            Err(error) => {
                self.wrong.push(kind);
                self.error.get_or_insert(error);
            }
        }
    }

    fn found(self, sentence: &'static str) -> Found {
        let right = self.all - self.wrong.len() as u64;
        let fact = text(sentence).count("right", right).count("all", self.all);
        let fact = fact.count("left", self.wrong.len() as u64).with("wrong", self.wrong.join(", "));
        let state = if self.wrong.is_empty() { State::Ok } else { State::Failed };
        Found { error: self.error, ..Found::new(state, fact) }
    }
}

async fn drain(mut stream: ResultStream) -> Result<Whole, TargetError> {
    let mut rows = Vec::new();
    while let Some(batch) = stream.batches.next().await {
        match batch? {
            Batch::Rows(more) => rows.extend(more),
            Batch::End(ending) => return Ok(Whole { rows, ending }),
        }
    }
    Err(TargetError::Failed("the result has no end".to_owned()))
}

fn is_one(rows: &[Row]) -> bool {
    matches!(rows, [row] if row.first().is_some_and(|cell| cell.as_u64() == Some(1)))
}

fn milliseconds(time: Duration) -> String {
    time.as_millis().to_string()
}
