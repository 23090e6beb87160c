//! Verifying the audit, which may take minutes: a job that is started, and asked how far it is.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use pstral_core::domain::{AuditAction, AuditEvent, Capability, Locale};
use pstral_core::ports::AuditLog as _;
use pstral_core::text::{Text, text};
use pstral_store::{AuditCheck, AuditProof, AuditVerifyError};
use serde::Serialize;
use utoipa::ToSchema;

use super::Admin;
use super::caller::Caller;
use super::problem::Problem;
use crate::audit_head_files::kept_heads;
use crate::audit_key::{AuditKey, KnownAuditKeys};
use crate::audit_verdict::AuditVerdict;

/// The verification that was started last.
#[derive(Default)]
pub(super) struct LastVerification(Mutex<Option<Arc<Verification>>>);

struct Verification {
    started_at: Timestamp,
    total: u64,
    checked: AtomicU64,
    outcome: Mutex<Option<Outcome>>,
}

struct Outcome {
    state: &'static str,
    sentence: Text,
    entry: Option<EntryName>,
    heads: Vec<String>,
}

/// An entry of the audit by its name.
#[derive(Clone, Serialize, ToSchema)]
pub(super) struct EntryName {
    instance: String,
    seq: i64,
}

/// How far a verification is, and what it found.
#[derive(Serialize, ToSchema)]
pub(super) struct VerificationView {
    /// `running`, `intact`, `unsigned` (intact, not signed), `broken`, or `failed` where it could not be verified.
    state: &'static str,
    #[schema(format = DateTime)]
    started_at: String,
    /// Entries that were looked at so far.
    checked: u64,
    /// Entries that there were at the start.
    total: u64,
    /// What was found, in the caller's language; empty while it runs.
    sentence: String,
    /// The first entry that failed; `null` unless one is named.
    entry: Option<EntryName>,
    /// The newest entry of each chain, of an audit that is intact or unsigned.
    heads: Vec<String>,
}

/// Starts to verify the whole audit; one that runs already goes on.
#[utoipa::path(
    post, path = "/api/v1/audit/verification", tag = "audit", responses((status = 202, body = VerificationView))
)]
pub(super) async fn start(
    State(admin): State<Arc<Admin>>,
    caller: Caller,
) -> Result<(StatusCode, Json<VerificationView>), Problem> {
    caller.require(&admin, Capability::ReadAudit, "audit/verification").await?;
    let read = admin.event_of(&caller, AuditAction::AuditRead);
    admin.record(AuditEvent { detail: Some("verification".to_owned()), ..read }).await?;
    let heads = admin.store.heads().await?;
    let begun = Arc::new(Verification {
        started_at: admin.now(),
        total: heads.iter().map(|head| head.seq.unsigned_abs()).sum(),
        checked: AtomicU64::new(0),
        outcome: Mutex::default(),
    });
    let current = admin.verification.begin(&begun);
    if Arc::ptr_eq(&current, &begun) {
        tokio::spawn(async move { begun.run(&admin).await });
    }
    Ok((StatusCode::ACCEPTED, Json(current.view(caller.user.locale))))
}

/// Tells how far the last verification is, and what it found.
#[utoipa::path(
    get, path = "/api/v1/audit/verification", tag = "audit", responses((status = 200, body = VerificationView))
)]
pub(super) async fn show(State(admin): State<Arc<Admin>>, caller: Caller) -> Result<Json<VerificationView>, Problem> {
    caller.require(&admin, Capability::ReadAudit, "audit/verification").await?;
    let last = admin.verification.last();
    let last = last.ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, text("api-no-verification")))?;
    Ok(Json(last.view(caller.user.locale)))
}

impl LastVerification {
    fn last(&self) -> Option<Arc<Verification>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Makes `next` the last one, unless one is running; returns the one that is.
    fn begin(&self, next: &Arc<Verification>) -> Arc<Verification> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &*last {
            Some(running) if running.is_running() => Arc::clone(running),
            _ => Arc::clone(last.insert(Arc::clone(next))),
        }
    }
}

impl Verification {
    fn is_running(&self) -> bool {
        self.outcome.lock().unwrap_or_else(PoisonError::into_inner).is_none()
    }

    async fn run(&self, admin: &Admin) {
        let path = &admin.settings.audit_key;
        let outcome = match AuditKey::read(path).and_then(|key| Ok((key, kept_heads(path)?))) {
            Ok((key, signed)) => {
                let known = KnownAuditKeys(key.map(|key| key.public()).into_iter().collect());
                let check = AuditCheck { known: &known, heads: &[], signed: &signed, begin_at: &[] };
                found(admin.store.verify_audit_against(check, &self.checked).await)
            }
            Err(error) => failed(text("audit-heads-unreadable").with("error", format!("{error:#}"))),
        };
        *self.outcome.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
    }

    fn view(&self, locale: Locale) -> VerificationView {
        let outcome = self.outcome.lock().unwrap_or_else(PoisonError::into_inner);
        VerificationView {
            state: outcome.as_ref().map_or("running", |outcome| outcome.state),
            started_at: self.started_at.to_string(),
            checked: self.checked.load(Ordering::Relaxed),
            total: self.total,
            sentence: outcome.as_ref().map(|outcome| outcome.sentence.render(locale)).unwrap_or_default(),
            entry: outcome.as_ref().and_then(|outcome| outcome.entry.clone()),
            heads: outcome.as_ref().map(|outcome| outcome.heads.clone()).unwrap_or_default(),
        }
    }
}

fn found(proven: Result<AuditProof, AuditVerifyError>) -> Outcome {
    let error = match proven {
        Ok(proof) => {
            let heads = proof.heads.iter().map(ToString::to_string).collect();
            let is_unsigned = proof.signed.is_empty() && proof.entries > 0;
            let (state, sentence) =
                if is_unsigned { ("unsigned", "audit-unsigned") } else { ("intact", "audit-holds") };
            return Outcome { state, sentence: text(sentence).count("entries", proof.entries), entry: None, heads };
        }
        Err(error) => error,
    };
    let entry = match &error {
        AuditVerifyError::Chain(fault) => Some(fault.entry()),
        _ => None,
    };
    let entry = entry.map(|(instance, seq)| EntryName { instance: instance.to_owned(), seq });
    match AuditVerdict::of(error) {
        Ok(AuditVerdict::Broken(sentence)) => Outcome { state: "broken", entry, ..failed(sentence) },
        Ok(AuditVerdict::Unproven(sentence)) => Outcome { entry, ..failed(sentence) },
        Err(error) => {
            tracing::error!(%error, "the audit could not be verified");
            failed(text("state-away"))
        }
    }
}

fn failed(sentence: Text) -> Outcome {
    Outcome { state: "failed", sentence, entry: None, heads: Vec::new() }
}
