//! The endpoint of this installation as a witness of other audits (<https://c2sp.org/tlog-witness>). It asks for no sign-in: a
//! request is taken by the signature in it, and the answer is one.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Extension, Router};
use pstral_auditproof::Note;
use pstral_core::domain::{AuditAction, AuditEvent, AuditStatus};
use pstral_core::egress::fit;
use tokio::task::spawn_blocking;

use super::Admin;
use super::caller::Address;
use super::detached::run_detached;
use super::problem::Problem;
use crate::witness::{Witness, WitnessError};

/// Bytes of a request: 63 lines of a proof and a head with some signatures.
const LARGEST_BODY: usize = 16 * 1024;

/// The route, where this installation is a witness.
pub(super) fn router(admin: &Arc<Admin>) -> Router<Arc<Admin>> {
    match &admin.witness {
        Some(witness) => {
            let route = post(add_checkpoint).layer(Extension(Arc::clone(witness)));
            let detached = from_fn_with_state(Arc::clone(admin), run_detached);
            Router::new().route("/witness/add-checkpoint", route.layer(detached))
        }
        None => Router::new(),
    }
}

async fn add_checkpoint(
    State(admin): State<Arc<Admin>>,
    Extension(witness): Extension<Arc<Witness>>,
    address: Address,
    body: Bytes,
) -> Result<Response, Problem> {
    if body.len() > LARGEST_BODY {
        return Ok(refused(StatusCode::PAYLOAD_TOO_LARGE, &"a request has 16 KB at most"));
    }
    let request = String::from_utf8_lossy(&body).into_owned();
    let at = u64::try_from(admin.now().as_second()).unwrap_or_default();
    let asked = Arc::clone(&witness);
    // A disk may take its time.
    let answer = spawn_blocking(move || asked.add_checkpoint(&request, at)).await.map_err(anyhow::Error::from)?;
    if let Err(refusal) = &answer
        && let Some(head) = refusal.suspicious_head()
    {
        record(&admin, &witness, address, head, refusal).await;
    }
    Ok(answered(answer))
}

/// Records that a log may have gone back or forked, each head once. The log learns of the refusal even where it cannot be
/// recorded.
async fn record(admin: &Admin, witness: &Witness, address: Address, head: &Note, refusal: &WitnessError) {
    let text = head.to_string();
    tracing::warn!(error = %refusal, head = text, "head of another audit not cosigned");
    if witness.is_recorded(head) {
        return;
    }
    let event = admin.event(address, AuditAction::WitnessRefused, AuditStatus::Refused);
    if admin.record(AuditEvent { detail: Some(format!("{refusal}: {}", fit(&text, 2000))), ..event }).await.is_ok() {
        witness.note_recorded(head);
    } else {
        tracing::error!(head = text, "refused head of another audit not recorded; trying again when it is sent again");
    }
}

fn answered(answer: Result<String, WitnessError>) -> Response {
    let error = match answer {
        Ok(line) => return line.into_response(),
        Err(error) => error,
    };
    match &error {
        WitnessError::OtherSize(size) | WitnessError::OtherHead { last: size, .. } => {
            (StatusCode::CONFLICT, [(CONTENT_TYPE, "text/x.tlog.size")], format!("{size}\n")).into_response()
        }
        // Which file it is concerns nobody else.
        WitnessError::Files(file) => {
            tracing::error!(error = file, "record of a witness not usable; this head is not cosigned");
            refused(StatusCode::INTERNAL_SERVER_ERROR, &"this witness cannot keep heads now; try again later")
        }
        WitnessError::Malformed => refused(StatusCode::BAD_REQUEST, &error),
        WitnessError::UnknownLog => refused(StatusCode::NOT_FOUND, &error),
        WitnessError::UnknownKey => refused(StatusCode::FORBIDDEN, &error),
        WitnessError::Proof(_) => refused(StatusCode::UNPROCESSABLE_ENTITY, &error),
    }
}

fn refused(status: StatusCode, why: &dyn std::fmt::Display) -> Response {
    (status, format!("{why}\n")).into_response()
}
