//! Redacts the private members of audit entries: a digest in their place keeps the chain verifiable.

use std::collections::BTreeSet;
use std::time::Instant;

use pstral_core::domain::{AuditAction, AuditEntry, AuditSeal, Covers, UserId};
use pstral_core::ports::{AuditChange, AuditFilter, AuditLog as _, StoreError, Towards};
use pstral_core::text::text;

use super::part::rest;
use super::{AT_ONCE, KEEPING_LOCK};
use crate::Store;
use crate::audit_rows::entry;
use crate::fault::fault;
use crate::sql::{dynamic_sql, sql};

pub(super) const OPEN: &str = "INSERT INTO audit_opened (id, deed) VALUES (1, $1)";
pub(super) const CLOSE: &str = "DELETE FROM audit_opened";
const SEAL: &str = "UPDATE audit_events SET actor = NULL, detail = NULL, error = NULL, ip = NULL, parameters = NULL,
    place = NULL, statement = NULL, salt = NULL, sealed = $2 WHERE position = $1 AND salt IS NOT NULL";
const WHOLE: &str = "SELECT * FROM audit_events WHERE instance = $1 AND seq > $2 AND seq <= $3 AND salt IS NOT NULL
    ORDER BY seq LIMIT $4";

/// The treatment of the entries that an erasure covers.
#[derive(Clone, Copy)]
enum Pass {
    /// Changes nothing.
    Check,
    Seal,
}

impl Store {
    /// Seals the entries of a chain with numbers above `after`, up to `until`.
    pub(super) async fn seal_stretch(&self, instance: &str, after: i64, until: i64) -> Result<(), StoreError> {
        let mut after = after;
        loop {
            let whole = sql(WHOLE).bind(instance).bind(after).bind(until).bind(AT_ONCE);
            let rows = whole.fetch_all(self).await.map_err(fault)?;
            let entries = rows.iter().map(entry).collect::<Result<Vec<AuditEntry>, _>>()?;
            let Some(last) = entries.last() else { return Ok(()) };
            after = last.seq;
            self.seal(&entries).await?;
        }
    }

    /// Seals all entries that this erasure of a user, or an earlier one, has recorded as to be sealed.
    pub(super) async fn seal_for(&self, user: UserId) -> Result<(), StoreError> {
        let reasons = self.erasures_of(user).await?;
        self.pass_over(user, &reasons, Pass::Seal).await
    }

    /// Checks that no entry that an erasure of a user will seal was changed. Entries of earlier erasures that were
    /// interrupted are sealed with it.
    pub(super) async fn check_sealable(&self, user: UserId, covers: &Covers) -> Result<(), StoreError> {
        let mut reasons = self.erasures_of(user).await?;
        reasons.push(covers.clone());
        self.pass_over(user, &reasons, Pass::Check).await
    }

    async fn pass_over(&self, user: UserId, reasons: &[Covers], pass: Pass) -> Result<(), StoreError> {
        for (instance, numbers) in reasons.iter().flat_map(|covers| &covers.entries) {
            self.pass_over_numbers(instance, numbers, pass).await?;
        }
        let filter = AuditFilter { user: Some(user), ..AuditFilter::default() };
        let mut from = None;
        loop {
            let found = self.page(&filter, from, Towards::Newer, AT_ONCE).await?;
            let is_covered =
                |one: &AuditEntry| reasons.iter().any(|covers| covers.holds(&one.instance, one.seq, one.event.user));
            let entries: Vec<AuditEntry> = found.entries.into_iter().filter(is_covered).collect();
            self.pass(&entries, pass).await?;
            from = found.further;
            if from.is_none() {
                return Ok(());
            }
        }
    }

    async fn pass_over_numbers(&self, instance: &str, numbers: &BTreeSet<i64>, pass: Pass) -> Result<(), StoreError> {
        let numbers: Vec<i64> = numbers.iter().copied().collect();
        for some in numbers.chunks(AT_ONCE as usize) {
            let some: Vec<String> = some.iter().map(i64::to_string).collect();
            let select = format!("SELECT * FROM audit_events WHERE instance = $1 AND seq IN ({})", some.join(", "));
            let rows = dynamic_sql(select).bind(instance).fetch_all(self).await.map_err(fault)?;
            self.pass(&rows.iter().map(entry).collect::<Result<Vec<AuditEntry>, _>>()?, pass).await?;
        }
        Ok(())
    }

    async fn pass(&self, entries: &[AuditEntry], pass: Pass) -> Result<(), StoreError> {
        match pass {
            Pass::Check => check_unchanged(entries),
            Pass::Seal => self.seal(entries).await,
        }
    }

    /// Returns what was to be sealed for a user, as recorded in the audit.
    async fn erasures_of(&self, user: UserId) -> Result<Vec<Covers>, StoreError> {
        let (user, action) = (Some(user), Some(AuditAction::UserErased));
        let filter = AuditFilter { user, action, ..AuditFilter::default() };
        let mut reasons = Vec::new();
        let of_user = |entry: &AuditEntry| entry.covers().filter(|covers| covers.user == user);
        self.for_each_entry(&filter, |entry| reasons.extend(of_user(&entry))).await?;
        Ok(reasons)
    }

    /// Seals a few entries at once; those that are sealed, or are of the first form, stay as they are. One that was changed
    /// is not sealed: what it says shows the change.
    async fn seal(&self, entries: &[AuditEntry]) -> Result<(), StoreError> {
        check_unchanged(entries)?;
        let sealed: Vec<AuditEntry> = entries.iter().filter_map(AuditEntry::sealed).collect();
        if sealed.is_empty() {
            return Ok(());
        }
        let begun = Instant::now();
        let mut writing = self.engine.begin_locked(KEEPING_LOCK).await?;
        sql(OPEN).bind("seal").execute(&mut writing).await.map_err(fault)?;
        for entry in &sealed {
            let AuditSeal::Sealed(digest) = &entry.seal else { continue };
            let seal = sql(SEAL).bind(entry.position).bind(&digest.0);
            seal.execute(&mut writing).await.map_err(fault)?;
        }
        sql(CLOSE).execute(&mut writing).await.map_err(fault)?;
        writing.commit().await.map_err(fault)?;
        rest(begun).await;
        Ok(())
    }
}

fn check_unchanged(entries: &[AuditEntry]) -> Result<(), StoreError> {
    match entries.iter().find(|entry| !entry.is_itself()) {
        None => Ok(()),
        Some(AuditEntry { instance, seq, .. }) => {
            let what = text("chain-changed").with("seq", seq.to_string()).with("instance", instance);
            Err(StoreError::AuditChanged(AuditChange::Chain(what)))
        }
    }
}
