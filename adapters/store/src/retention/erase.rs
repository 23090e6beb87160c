//! Forgets a person: what is theirs goes, their number and what the audit must say of it stay.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use pstral_core::domain::{AuditAction, AuditEvent, AuditStatus, Covers, Role, User, UserId};
use pstral_core::ports::{AuditLog, StoreError};

use super::event;
use super::part::TableRows;
use crate::Store;
use crate::engine::{Engine, StateTransaction};
use crate::fault::{conflict, fault};
use crate::people;
use crate::rows::get;
use crate::sql::sql;

/// The rows of a user, each table before those it refers to. `$1` is the user.
pub(super) const USER_ROWS: &[TableRows] = &[
    TableRows::new(
        "proposal_messages",
        "id",
        "proposal IN (SELECT p.id FROM proposals p WHERE p.author_id = $1
            OR p.conversation_id IN (SELECT c.id FROM conversations c WHERE c.user_id = $1))",
    ),
    TableRows::new(
        "proposals",
        "id",
        "author_id = $1 OR conversation_id IN (SELECT c.id FROM conversations c WHERE c.user_id = $1)",
    ),
    TableRows::new(
        "ratings",
        "user_id, answer",
        "user_id = $1 OR conversation_id IN (SELECT c.id FROM conversations c WHERE c.user_id = $1)",
    ),
    TableRows::new("reviews", "number", "conversation_id IN (SELECT c.id FROM conversations c WHERE c.user_id = $1)"),
    TableRows::new("turns", "id", "conversation_id IN (SELECT c.id FROM conversations c WHERE c.user_id = $1)"),
    TableRows::new("conversations", "id", "user_id = $1"),
    // What nobody has approved is theirs; what somebody has is everybody's.
    TableRows::new("verified_queries", "target, id, source", "proposed_by = $1 AND approved_by IS NULL"),
    TableRows::new("link_codes", "user_id", "user_id = $1 OR issued_by = $1"),
    TableRows::new("sign_ins", "id", "user_id = $1"),
    TableRows::new(
        "link_requests",
        "platform, actor",
        "(platform, actor) IN (SELECT l.platform, l.actor FROM links l WHERE l.user_id = $1)",
    ),
    TableRows::new(
        "wrong_codes",
        "id",
        "(platform, actor) IN (SELECT l.platform, l.actor FROM links l WHERE l.user_id = $1)",
    ),
    TableRows::new("links", "platform, actor", "user_id = $1"),
];

/// The row that stays: so that what others did for them, and numbers in the audit, still mean somebody.
const TOMBSTONE: &str = "UPDATE users SET username = $2, full_name = '', email = '', timezone = NULL, password_hash = NULL, disabled = 1 WHERE id = $1";
/// Also empties the full name, which nobody else has empty, so that a second erasure at the same moment gets
/// [`StoreError::Stale`].
const SHUT_OUT: &str = "UPDATE users SET disabled = 1, full_name = '', password_hash = NULL WHERE id = $1";
const OTHERS: &str = "SELECT role FROM users WHERE disabled = 0 AND id <> $1";
const COUNTS: &str = "SELECT count(CASE WHEN salt IS NOT NULL THEN 1 END) AS whole,
        count(CASE WHEN salt IS NULL AND sealed IS NULL THEN 1 END) AS first
    FROM audit_events WHERE user_id = $1";
const LATE: &str = "SELECT count(*) AS late FROM audit_events
    WHERE user_id = $1 AND salt IS NOT NULL AND action <> 'user.erased'";
// Entries of their accounts that name nobody (one that names somebody else is of who held the account then), the one
// that made them, and what others did with their statements: an agreement says them again.
const BY_OTHERS: &str = "SELECT instance, seq, salt, sealed FROM audit_events
    WHERE (user_id IS NULL AND (platform, actor) IN (SELECT l.platform, l.actor FROM links l WHERE l.user_id = $1))
        OR (user_id IS NULL AND action = 'user.added' AND (detail = $2 OR substr(detail, 1, length($2) + 1) = $3))
        OR ((user_id IS NULL OR user_id <> $1) AND proposal IN (SELECT p.proposal FROM audit_events p
            WHERE p.user_id = $1 AND p.action IN ('proposal', 'refusal') AND p.proposal IS NOT NULL))";

/// The number of passes for entries written during the erasure.
const ROUNDS: usize = 3;

/// The data of a person that an erasure deletes or has deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// Rows of each table.
    pub rows: Vec<(&'static str, u64)>,
    /// The number of audit entries that are sealed.
    pub entries: u64,
    /// The number of audit entries of the first format, whose hash covers their texts, so that these stay until they
    /// are pruned.
    pub unredactable: u64,
    /// The number of audit entries written meanwhile, as by an answer in progress, which the next erasure will seal.
    pub written_meanwhile: u64,
}

/// Entries about a person that are not under their number.
struct EntriesByOthers {
    whole: BTreeMap<String, BTreeSet<i64>>,
    unredactable: u64,
}

impl EntriesByOthers {
    fn count(&self) -> u64 {
        self.whole.values().map(|numbers| numbers.len() as u64).sum()
    }
}

impl Store {
    /// Counts the data of a person that an erasure would delete.
    pub async fn erasure(&self, user: &User) -> Result<Erasure, StoreError> {
        let besides = self.besides(user).await?;
        self.counted_with(user.id, &besides).await
    }

    /// Erases a person's data, after recording that. The user remains, disabled and under a neutral name. Returns
    /// `None`, having done nothing, if no other enabled user has one of the roles to `keep`; [`StoreError::Stale`] if the
    /// user is not as they were read.
    ///
    /// [`StoreError::AuditChanged`], having done nothing, if the audit is not what was signed last, or an entry to be
    /// sealed was changed: sealing would destroy what shows the change.
    ///
    /// An interrupted erasure is repeated: rows already deleted are skipped, and entries still to be sealed are sealed.
    pub async fn erase(
        &self,
        audit: &dyn AuditLog,
        user: &User,
        keep: &[Role],
        now: Timestamp,
        by: Option<&str>,
    ) -> Result<Option<Erasure>, StoreError> {
        self.check_chains().await?;
        let refusal = || erased(user.id, now, by, AuditStatus::Refused, None);
        let may = self.may_be_erased(&mut self.begin().await?, user, keep).await;
        if !or_recorded(may, audit, refusal()).await? {
            return Ok(None);
        }
        let besides = self.besides(user).await?;
        let mut erasure = self.counted_with(user.id, &besides).await?;
        let covers = self.covers_of(user.id, besides.whole).await?;
        self.check_sealable(user.id, &covers).await?;
        audit.append(erased(user.id, now, by, AuditStatus::Ok, Some(&covers))).await?;
        if !or_recorded(self.disable(user, keep).await, audit, refusal()).await? {
            return Ok(None);
        }
        for _ in 0..ROUNDS {
            for part in USER_ROWS {
                part.remove(self, user.id.0).await?;
            }
            self.seal_for(user.id).await?;
            erasure.written_meanwhile = self.written_meanwhile(user.id).await?;
            if erasure.written_meanwhile == 0 {
                break;
            }
            let covers = self.covers_of(user.id, BTreeMap::new()).await?;
            audit.append(erased(user.id, now, by, AuditStatus::Ok, Some(&covers))).await?;
        }
        let name = format!("erased-{}", user.id.0);
        let bury = sql(TOMBSTONE).bind(user.id.0).bind(&name);
        bury.execute(self).await.map_err(|error| conflict(error, format!("user {name}"), "the user"))?;
        Ok(Some(erasure))
    }

    /// Empties the write-ahead log, which may still hold deleted rows; `false` if a reader prevents it. On a server,
    /// this is left to the server.
    pub async fn truncate_wal(&self) -> Result<bool, StoreError> {
        let Engine::Sqlite { writer, .. } = &self.engine else { return Ok(true) };
        // <https://www.sqlite.org/pragma.html#pragma_wal_checkpoint>: the first column says whether it was busy.
        let busy: i64 = sqlx::query_scalar("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(writer).await.map_err(fault)?;
        Ok(busy == 0)
    }

    async fn counted_with(&self, user: UserId, besides: &EntriesByOthers) -> Result<Erasure, StoreError> {
        let mut rows = Vec::new();
        for part in USER_ROWS {
            rows.push((part.table, part.count(self, user.0).await?));
        }
        let counts = sql(COUNTS).bind(user.0).fetch_one(self).await.map_err(fault)?;
        let count = |column| get::<i64>(&counts, column).map(|count| u64::try_from(count).unwrap_or_default());
        let (entries, unredactable) = (count("whole")? + besides.count(), count("first")? + besides.unredactable);
        Ok(Erasure { rows, entries, unredactable, written_meanwhile: 0 })
    }

    async fn besides(&self, user: &User) -> Result<EntriesByOthers, StoreError> {
        let mut besides = EntriesByOthers { whole: BTreeMap::new(), unredactable: 0 };
        let select = sql(BY_OTHERS).bind(user.id.0).bind(&user.username).bind(format!("{} ", user.username));
        let mut reading = self.engine.snapshot().await?;
        select
            .for_each::<sqlx::Error>(&mut reading, |row| {
                use crate::sql::FromColumn as _;
                let seq = i64::from_column(&row, "seq")?;
                match (Option::<String>::from_column(&row, "salt")?, Option::<String>::from_column(&row, "sealed")?) {
                    (Some(_), _) => {
                        let instance = String::from_column(&row, "instance")?;
                        besides.whole.entry(instance).or_default().insert(seq);
                    }
                    (None, None) => besides.unredactable += 1,
                    (None, Some(_)) => {}
                }
                Ok(())
            })
            .await
            .map_err(fault)?;
        Ok(besides)
    }

    /// Returns the entries to cover: all of the user so far, and the given ones.
    async fn covers_of(&self, user: UserId, entries: BTreeMap<String, BTreeSet<i64>>) -> Result<Covers, StoreError> {
        let until = self.heads().await?.into_iter().map(|head| (head.instance, head.seq)).collect();
        Ok(Covers { user: Some(user), until, entries })
    }

    /// Disables a user, so that nothing new comes while the rest goes; looks once more whether they may go.
    async fn disable(&self, user: &User, keep: &[Role]) -> Result<bool, StoreError> {
        let mut writing = self.begin().await?;
        if !self.may_be_erased(&mut writing, user, keep).await? {
            return Ok(false);
        }
        sql(SHUT_OUT).bind(user.id.0).execute(&mut writing).await.map_err(fault)?;
        writing.commit().await.map_err(fault)?;
        Ok(true)
    }

    async fn may_be_erased(
        &self,
        writing: &mut StateTransaction,
        user: &User,
        keep: &[Role],
    ) -> Result<bool, StoreError> {
        if people::user(writing, user.id).await? != *user {
            return Err(StoreError::Stale(people::name(user.id)));
        }
        if user.disabled || !keep.contains(&user.role) {
            return Ok(true);
        }
        for row in sql(OTHERS).bind(user.id.0).fetch_all(writing).await.map_err(fault)? {
            let role: String = get(&row, "role")?;
            if keep.iter().any(|kept| kept.word() == role) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn written_meanwhile(&self, user: UserId) -> Result<u64, StoreError> {
        let row = sql(LATE).bind(user.0).fetch_one(self).await.map_err(fault)?;
        Ok(u64::try_from(get::<i64>(&row, "late")?).unwrap_or_default())
    }
}

/// Records a refusal, if it is one; it stays what it is.
async fn or_recorded(
    may: Result<bool, StoreError>,
    audit: &dyn AuditLog,
    refusal: AuditEvent,
) -> Result<bool, StoreError> {
    if matches!(may, Ok(false) | Err(StoreError::Stale(_))) {
        audit.append(refusal).await?;
    }
    may
}

fn erased(user: UserId, now: Timestamp, by: Option<&str>, status: AuditStatus, covers: Option<&Covers>) -> AuditEvent {
    AuditEvent { user: Some(user), status, ..event(now, AuditAction::UserErased, by, covers) }
}
