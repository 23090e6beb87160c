//! A driver that follows a script and counts what it is asked.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use pstral_core::domain::Value;

use crate::error::{Code, OracleError};
use crate::kind::Kind;
use crate::session::{ColumnDescription, Cursor, Driver, Login, Query, ResultColumn, Session};

/// The behaviour of a statement.
#[derive(Clone)]
pub(crate) enum Act {
    /// Yields rows of one number, from 1.
    Rows(i64),
    /// Yields these.
    Table(Vec<ResultColumn>, Vec<Vec<Value>>),
    /// Fails with this code.
    Fails(Code),
    /// Yields so many rows, then fails.
    FailsAfter(i64, Code),
    /// Waits until it is broken.
    Hangs,
    /// Waits until it is broken, then fails all the same as if it had not been.
    HangsThen(Code),
    /// Yields so many rows, then waits until it is broken.
    HangsAfter(i64),
    /// Waits so long whatever happens, then yields a row.
    Deaf(Duration),
}

/// The log of calls in order; `n` is the number of the session.
#[derive(Default)]
pub(crate) struct Log {
    lines: Mutex<Vec<String>>,
}

impl Log {
    fn add(&self, session: usize, line: impl AsRef<str>) {
        self.lines.lock().unwrap().push(format!("{session} {}", line.as_ref()));
    }

    /// Returns all lines except those of session setup, which a test of its own covers.
    pub(crate) fn told(&self) -> Vec<String> {
        let lines = self.lines.lock().unwrap();
        lines.iter().filter(|line| !line.contains("ALTER SESSION") && !line.contains("timeout")).cloned().collect()
    }

    pub(crate) fn all(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }

    /// Waits until so many lines hold a word.
    pub(crate) async fn until(&self, word: &str, count: usize) {
        while self.count(word) < count {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// Counts the lines that contain a word.
    pub(crate) fn count(&self, word: &str) -> usize {
        self.lines.lock().unwrap().iter().filter(|line| line.contains(word)).count()
    }
}

/// A driver that follows a script.
#[derive(Default)]
pub(crate) struct Script {
    pub(crate) log: Arc<Log>,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    opened: usize,
    /// The results of the next logins; after those, logins succeed.
    doors: VecDeque<Result<Duration, Code>>,
    /// The behaviour of statements, by a word in them: the first match decides, and without one the result is a row
    /// with one number.
    acts: Vec<(&'static str, Act)>,
    describes: Vec<ColumnDescription>,
    rollback_fails: bool,
    ping_fails: bool,
}

impl Script {
    pub(crate) fn on(self, word: &'static str, act: Act) -> Self {
        self.state.lock().unwrap().acts.push((word, act));
        self
    }

    /// The next session opens after a while, or does not.
    pub(crate) fn door(self, door: Result<Duration, Code>) -> Self {
        self.state.lock().unwrap().doors.push_back(door);
        self
    }

    pub(crate) fn describing(self, named: Vec<ColumnDescription>) -> Self {
        self.state.lock().unwrap().describes = named;
        self
    }

    pub(crate) fn failing_ping(self) -> Self {
        self.state.lock().unwrap().ping_fails = true;
        self
    }

    pub(crate) fn failing_rollback(self) -> Self {
        self.state.lock().unwrap().rollback_fails = true;
        self
    }
}

impl Driver for Script {
    fn open(&self, login: &Login) -> Result<Box<dyn Session>, OracleError> {
        let (number, door) = {
            let mut state = self.state.lock().unwrap();
            state.opened += 1;
            (state.opened, state.doors.pop_front())
        };
        let through = login.through.as_ref().map(|name| format!("[{name}]")).unwrap_or_default();
        self.log.add(number, format!("open {}{through}", login.user));
        match door.unwrap_or(Ok(Duration::ZERO)) {
            Ok(wait) => std::thread::sleep(wait),
            Err(code) => return Err(failure(code)),
        }
        let (log, state) = (Arc::clone(&self.log), Arc::clone(&self.state));
        Ok(Box::new(Scripted { number, log, state, broken: Arc::default() }))
    }
}

fn failure(code: Code) -> OracleError {
    OracleError::new(code, format!("{code:?}: as the script says"))
}

struct Scripted {
    number: usize,
    log: Arc<Log>,
    state: Arc<Mutex<State>>,
    broken: Arc<(Mutex<bool>, Condvar)>,
}

impl Scripted {
    fn act(&self, text: &str) -> Option<Act> {
        self.state.lock().unwrap().acts.iter().find(|(word, _)| text.contains(word)).map(|(_, act)| act.clone())
    }
}

fn wait_until_broken(log: &Log, session: usize, broken: &(Mutex<bool>, Condvar)) -> OracleError {
    log.add(session, "hangs");
    let guard = broken.0.lock().unwrap();
    drop(broken.1.wait_while(guard, |broken| !*broken).unwrap());
    failure(Code::Ora(1013))
}

impl Session for Scripted {
    fn call_timeout(&self, most: Duration) -> Result<(), OracleError> {
        assert!(!most.is_zero(), "none would mean no bound");
        self.log.add(self.number, format!("timeout {}", most.as_millis()));
        Ok(())
    }

    fn identify(&self, person: &str) -> Result<(), OracleError> {
        self.log.add(self.number, format!("identify {person:?}"));
        Ok(())
    }

    fn run(&self, text: &str) -> Result<(), OracleError> {
        self.log.add(self.number, format!("run {text}"));
        match self.act(text) {
            Some(Act::Fails(code)) => Err(failure(code)),
            Some(Act::Hangs) => Err(wait_until_broken(&self.log, self.number, &self.broken)),
            _ => Ok(()),
        }
    }

    fn query(&self, query: &Query<'_>) -> Result<Box<dyn Cursor>, OracleError> {
        self.log.add(self.number, format!("query {}", query.text));
        let numbers = |count| (1..=count).map(|number| vec![Value::Integer(number)]).collect::<VecDeque<_>>();
        let column = |name: &str| ResultColumn { name: name.to_owned(), kind: Kind::Number { decimals: 0 } };
        let (columns, rows, end) = match self.act(query.text).unwrap_or(Act::Rows(1)) {
            Act::Rows(count) => (vec![column("N")], numbers(count), End::Ends),
            Act::Table(columns, rows) => (columns, rows.into(), End::Ends),
            Act::Fails(code) => return Err(failure(code)),
            Act::FailsAfter(count, code) => (vec![column("N")], numbers(count), End::Fails(code)),
            Act::Hangs => return Err(wait_until_broken(&self.log, self.number, &self.broken)),
            Act::HangsThen(code) => {
                wait_until_broken(&self.log, self.number, &self.broken);
                return Err(failure(code));
            }
            Act::HangsAfter(count) => (vec![column("N")], numbers(count), End::Hangs),
            Act::Deaf(wait) => {
                std::thread::sleep(wait);
                (vec![column("N")], numbers(1), End::Ends)
            }
        };
        Ok(Box::new(Rows {
            columns,
            left: rows,
            end,
            number: self.number,
            log: Arc::clone(&self.log),
            broken: Arc::clone(&self.broken),
        }))
    }

    fn describe(&self, text: &str) -> Result<Vec<ColumnDescription>, OracleError> {
        self.log.add(self.number, format!("describe {text}"));
        Ok(self.state.lock().unwrap().describes.clone())
    }

    fn rollback(&self) -> Result<(), OracleError> {
        self.log.add(self.number, "rollback");
        if self.state.lock().unwrap().rollback_fails { Err(failure(Code::Ora(3113))) } else { Ok(()) }
    }

    fn ping(&self) -> Result<(), OracleError> {
        self.log.add(self.number, "ping");
        if self.state.lock().unwrap().ping_fails { Err(failure(Code::Ora(3113))) } else { Ok(()) }
    }

    fn break_execution(&self) {
        self.log.add(self.number, "break");
        *self.broken.0.lock().unwrap() = true;
        self.broken.1.notify_all();
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.log.add(self.number, "close");
    }
}

enum End {
    Ends,
    Fails(Code),
    Hangs,
}

struct Rows {
    columns: Vec<ResultColumn>,
    left: VecDeque<Vec<Value>>,
    end: End,
    number: usize,
    log: Arc<Log>,
    broken: Arc<(Mutex<bool>, Condvar)>,
}

impl Cursor for Rows {
    fn columns(&self) -> &[ResultColumn] {
        &self.columns
    }

    fn next(&mut self) -> Result<Option<Vec<Value>>, OracleError> {
        match (self.left.pop_front(), &self.end) {
            (Some(row), _) => Ok(Some(row)),
            (None, End::Ends) => Ok(None),
            (None, End::Fails(code)) => Err(failure(*code)),
            (None, End::Hangs) => Err(wait_until_broken(&self.log, self.number, &self.broken)),
        }
    }
}
