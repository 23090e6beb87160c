//! A company database to be read.

use async_trait::async_trait;
use futures::stream::BoxStream;
use tokio_util::sync::CancellationToken;

use crate::domain::{Catalog, Column, ColumnPath, Dialect, Ending, Row};
use crate::guard::ApprovedStatement;
use crate::text::{Text, text};

/// A part of a result.
#[derive(Debug, Clone, PartialEq)]
pub enum Batch {
    /// Rows in order, at least one.
    Rows(Vec<Row>),
    /// The end; the last item of a stream that ran well.
    End(Ending),
}

/// A running statement. Dropping it, or cancelling the token given to `execute`, stops it on the database.
pub struct ResultStream {
    /// Known before the first row.
    pub columns: Vec<Column>,
    /// Rows, then [`Batch::End`]; or an error, after which nothing more comes.
    pub batches: BoxStream<'static, Result<Batch, TargetError>>,
}

/// The database's cost estimate for a statement. `None` is "not known", never "cheap".
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Estimate {
    /// In the database's own unit.
    pub cost: Option<f64>,
    /// Rows of the result.
    pub rows: Option<u64>,
    /// One line a step, for people who read plans.
    pub plan: Vec<String>,
}

/// The privileges of the account under which statements run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Privileges {
    /// Its name in the database; empty where the database knows no accounts.
    pub account: String,
    /// Everything beyond reading, the worst first.
    pub excesses: Vec<Excess>,
}

impl Privileges {
    /// Checks whether it is above the database's own checks, or could undo them.
    pub fn is_privileged(&self) -> bool {
        self.excesses.iter().any(|excess| matches!(excess.kind, ExcessKind::Superuser | ExcessKind::Owner))
    }
}

/// Something an account may do that reading does not need.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Excess {
    /// The kind of excess.
    pub kind: ExcessKind,
    /// Of what, or by which right, in the database's own words.
    pub what: String,
}

/// The kinds of excess privileges, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExcessKind {
    /// The database's checks do not hold for it.
    Superuser,
    /// It owns what it reads: it may change and drop it, and grant rights to others.
    Owner,
    /// It may give itself rights: make accounts, take roles, pass over row-level rules.
    Administer,
    /// It may change, add or remove rows or objects.
    Write,
    /// It may read what nobody granted it by name: every table, or what others run.
    ReadAll,
    /// It may lock rows or tables against those who write.
    Lock,
    /// It may run code stored in the database.
    Execute,
    /// It may reach the network or the files of the database's machine.
    Outside,
    /// It may fill the disk of the database's machine with temporary files.
    Unbounded,
}

/// The reason why a target did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// It cannot be reached, is missing, or is not a database.
    #[error("the database cannot be reached: {0}")]
    Unavailable(String),
    /// The library of its maker that is needed to reach it is not on this machine.
    #[error("the database's client library is missing: {0}")]
    ClientMissing(String),
    /// The account under which statements would run is above the database's own checks, and nobody allowed that.
    #[error("the account may do too much: {0}")]
    Privileged(String),
    /// Statements run under each person's own account, and this person has none.
    #[error("{person} has no account in the database")]
    NoAccount {
        /// The local user's name.
        person: String,
    },
    /// Someone else holds it for too long.
    #[error("the database is busy: {0}")]
    Busy(String),
    /// It refuses the statement: a fault in the statement, or a protection of its own.
    #[error("the database refuses the statement: {0}")]
    Rejected(String),
    /// The time limit was reached; the statement no longer runs.
    #[error("the statement ran longer than {seconds} s")]
    Timeout {
        /// The limit.
        seconds: u64,
    },
    /// The statement needs more memory or temporary space than it may take.
    #[error("the statement needs too much memory: {0}")]
    OutOfMemory(String),
    /// The person stopped it; the statement no longer runs.
    #[error("the statement was stopped")]
    Cancelled,
    /// It failed while running.
    #[error("the database failed: {0}")]
    Failed(String),
}

/// Characters of the database's own message that a person is shown.
const SHOWN: usize = 200;

impl TargetError {
    /// The sentence for the person who asked, with what to do next. Only a refusal shows the database's own words,
    /// which help to repair the statement; the others may name what only an operator should know.
    pub fn text(&self) -> Text {
        match self {
            Self::Unavailable(_) => text("target-unavailable"),
            Self::ClientMissing(_) => text("target-client-missing"),
            Self::Privileged(_) => text("target-privileged"),
            Self::NoAccount { .. } => text("target-no-account"),
            Self::Busy(_) => text("target-busy"),
            Self::Rejected(reason) => text("target-rejected").with("reason", shown(reason)),
            Self::Timeout { seconds } => text("target-timeout").count("seconds", *seconds),
            Self::OutOfMemory(_) => text("target-out-of-memory"),
            Self::Cancelled => text("target-cancelled"),
            Self::Failed(_) => text("target-failed"),
        }
    }
}

/// A message fit for a code span: it may quote the statement, which a model wrote. One line, short, no backtick to
/// leave the span by; and a word joiner after `@`, for platforms that would look for mentions even there.
fn shown(reason: &str) -> String {
    let line: Vec<&str> =
        reason.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()).collect();
    let line = line.join(" ").replace('`', "'").replace('@', "@\u{2060}");
    let mut characters = line.trim_end_matches('.').chars();
    let mut short: String = characters.by_ref().take(SHOWN).collect();
    if characters.next().is_some() {
        short.push('…');
    }
    short
}

/// A company database to be read. Nothing here can write.
#[async_trait]
pub trait QueryTarget: Send + Sync {
    /// The language it speaks.
    fn dialect(&self) -> Dialect;

    /// Reads its catalog afresh.
    async fn catalog(&self) -> Result<Catalog, TargetError>;

    /// Returns the database's cost estimate of a statement for a person, without running it.
    async fn explain(&self, statement: &ApprovedStatement, person: &str) -> Result<Estimate, TargetError>;

    /// Returns true if it can estimate costs; if it never can, that is not mentioned for every statement.
    fn estimates(&self) -> bool {
        true
    }

    /// Runs the statement with its parameters bound, within its limits, for a person: the local user's name, which the
    /// database is told where the target is set up so.
    async fn execute(
        &self,
        statement: &ApprovedStatement,
        person: &str,
        cancel: CancellationToken,
    ) -> Result<ResultStream, TargetError>;

    /// The distinct values of a column of the catalog, at most `limit` of them, for matching words of a question to data.
    async fn known_values(&self, column: &ColumnPath, limit: usize) -> Result<Vec<String>, TargetError>;

    /// Returns the account's privileges beyond reading.
    async fn privileges(&self) -> Result<Privileges, TargetError>;

    /// Checks whether a statement would run now, and returns the measured fact.
    async fn health(&self) -> Result<Text, TargetError>;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Locale;

    #[test]
    fn each_error_has_a_sentence_of_its_own_in_each_language() {
        let secret = || "/srv/company.db".to_owned();
        let errors = [
            TargetError::Unavailable(secret()),
            TargetError::ClientMissing(secret()),
            TargetError::Privileged(secret()),
            TargetError::NoAccount { person: secret() },
            TargetError::Busy(secret()),
            TargetError::Rejected("no such column: nmae".to_owned()),
            TargetError::Timeout { seconds: 30 },
            TargetError::OutOfMemory(secret()),
            TargetError::Cancelled,
            TargetError::Failed(secret()),
        ];
        for locale in Locale::ALL {
            let mut sentences: Vec<String> = errors.iter().map(|error| error.text().render(locale)).collect();
            assert!(
                sentences.iter().all(|sentence| sentence.contains(' ') && !sentence.contains("/srv")),
                "{sentences:?}"
            );
            assert!(sentences[5].contains("`no such column: nmae`"), "{}", sentences[5]);
            assert!(sentences[6].contains("30 second"), "{}", sentences[6]);
            sentences.sort();
            sentences.dedup();
            assert_eq!(sentences.len(), errors.len());
        }
    }

    #[test]
    fn what_a_database_says_cannot_leave_its_span() {
        for (reason, expected) in [
            ("near \"`\": syntax\nerror.", "near \"'\": syntax error"),
            ("no such column: @everyone", "no such column: @\u{2060}everyone"),
            ("a\u{0}b\u{1b}[31m", "a b [31m"),
            ("", ""),
        ] {
            assert_eq!(shown(reason), expected);
        }
        assert_eq!(shown(&"é".repeat(300)), format!("{}…", "é".repeat(200)));
    }
}
