//! The endpoint of this installation as a witness of other audits (<https://c2sp.org/tlog-witness>). It asks for no sign-in: a
//! request is taken by the signature in it, and the answer is one.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use pstral_core::domain::{AuditAction, AuditEvent, AuditStatus};
use pstral_core::egress::fit;
use tokio::task::spawn_blocking;

use super::Admin;
use super::caller::Address;
use super::problem::Problem;
use crate::witness::{Witness, WitnessError};

/// Bytes of a request: 63 lines of a proof and a head with some signatures.
const LARGEST_BODY: usize = 16 * 1024;
/// The time-out for the body of a request.
const BODY: Duration = Duration::from_secs(10);

/// The route, where this installation is a witness.
pub(super) fn router(admin: &Admin) -> Router<Arc<Admin>> {
    match admin.witness {
        Some(_) => Router::new().route("/witness/add-checkpoint", post(add_checkpoint)),
        None => Router::new(),
    }
}

async fn add_checkpoint(State(admin): State<Arc<Admin>>, address: Address, body: Body) -> Result<Response, Problem> {
    let Some(witness) = admin.witness.clone() else { return Ok(StatusCode::NOT_FOUND.into_response()) };
    let request = match tokio::time::timeout(BODY, to_bytes(body, LARGEST_BODY)).await {
        Ok(Ok(request)) => String::from_utf8_lossy(&request).into_owned(),
        Ok(Err(_)) => return Ok(StatusCode::PAYLOAD_TOO_LARGE.into_response()),
        Err(_) => return Ok(StatusCode::REQUEST_TIMEOUT.into_response()),
    };
    let at = u64::try_from(admin.now().as_second()).unwrap_or_default();
    let (asked, sent) = (Arc::clone(&witness), request.clone());
    // A disk may take its time.
    let answer = spawn_blocking(move || asked.add_checkpoint(&sent, at)).await.map_err(anyhow::Error::from)?;
    if let Err(refusal) = &answer {
        record(&admin, &witness, address, &request, refusal).await?;
    }
    Ok(answered(answer))
}

/// Records that a log went back or forked, as its witness exists to tell that.
async fn record(
    admin: &Admin,
    witness: &Witness,
    address: Address,
    request: &str,
    refusal: &WitnessError,
) -> Result<(), Problem> {
    if !refusal.is_suspicious() || !witness.is_recorded(request) {
        return Ok(());
    }
    let head = request.split_once("\n\n").map_or("", |(_, head)| head);
    tracing::warn!(error = %refusal, head, "head of another audit not cosigned");
    let event = admin.event(address, AuditAction::WitnessRefused, AuditStatus::Refused);
    admin.record(AuditEvent { detail: Some(format!("{refusal}: {}", fit(head, 2000))), ..event }).await
}

fn answered(answer: Result<String, WitnessError>) -> Response {
    match answer {
        Ok(line) => line.into_response(),
        Err(WitnessError::OtherSize(size) | WitnessError::OtherHead(size)) => {
            (StatusCode::CONFLICT, [(CONTENT_TYPE, "text/x.tlog.size")], format!("{size}\n")).into_response()
        }
        Err(error) => (status(&error), format!("{error}\n")).into_response(),
    }
}

fn status(error: &WitnessError) -> StatusCode {
    match error {
        WitnessError::Malformed => StatusCode::BAD_REQUEST,
        WitnessError::UnknownLog => StatusCode::NOT_FOUND,
        WitnessError::UnknownKey => StatusCode::FORBIDDEN,
        WitnessError::OtherSize(_) | WitnessError::OtherHead(_) => StatusCode::CONFLICT,
        WitnessError::Proof => StatusCode::UNPROCESSABLE_ENTITY,
        WitnessError::Files(what) => {
            tracing::error!(error = what, "witness cannot keep heads; none is cosigned");
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }
}
