//! The admin endpoint: an API for administrators and their scripts, with sign-in.
//!
//! No rule exists only here: what somebody may do is decided by the capabilities of their role, as in the chats, and what they
//! do is in the audit.

mod activity;
mod attempts;
mod audit_entry;
mod audit_events;
mod caller;
mod page;
mod problem;
mod session;
mod status;
mod tls;
mod tokens;
mod verified;

use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use jiff::Timestamp;
use pstral_core::domain::{AuditAction, AuditEvent, AuditStatus, UserId};
use pstral_core::pipeline::Pipeline;
use pstral_core::ports::{Entropy, People as _};
use pstral_core::text::text;
use pstral_store::Store;

use attempts::Attempts;
use caller::{Address, Caller};
use problem::Problem;

pub use caller::Peer;
pub use tls::Tls;

/// Bytes of a request's body: a name, a password and a few words.
const LARGEST_BODY: usize = 64 * 1024;

/// The name of this place in the audit, where chats have that of their platform.
const PLATFORM: &str = "admin";

/// What the endpoint serves.
pub struct Admin {
    pipeline: Arc<Pipeline>,
    store: Arc<Store>,
    /// Proxies whose word is taken for where a request comes from.
    trusted_proxies: Vec<IpAddr>,
    /// True if the connections are encrypted; otherwise only this machine and the proxies may ask.
    is_encrypted: bool,
    attempts: Attempts,
}

impl Admin {
    /// The endpoint of a running program.
    pub fn new(pipeline: Arc<Pipeline>, store: Arc<Store>, trusted_proxies: Vec<IpAddr>, is_encrypted: bool) -> Self {
        Self { pipeline, store, trusted_proxies, is_encrypted, attempts: Attempts::default() }
    }

    fn now(&self) -> Timestamp {
        self.pipeline.parts().clock.now()
    }

    fn entropy(&self) -> &dyn Entropy {
        &*self.pipeline.parts().entropy
    }

    /// The number of the user of that name, if there is one.
    async fn user_id_of(&self, username: &str) -> Result<Option<UserId>, Problem> {
        Ok(self.store.user_named(username).await?.map(|user| user.id))
    }

    /// Makes an event durable: nothing happens unless it can be recorded.
    async fn record(&self, event: AuditEvent) -> Result<(), Problem> {
        match self.pipeline.parts().audit.append(event).await {
            Ok(_) => Ok(()),
            Err(error) => {
                tracing::error!(%error, "admin request not audited and not carried out");
                Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, text("audit-unavailable")))
            }
        }
    }

    /// An event of the endpoint, now.
    fn event(&self, address: Address, action: AuditAction, status: AuditStatus) -> AuditEvent {
        AuditEvent {
            platform: Some(PLATFORM.to_owned()),
            ip: Some(address.0.to_string()),
            ..AuditEvent::new(self.now(), action, status)
        }
    }

    /// An event of somebody who is signed in, with the name of their token if they use one.
    fn event_of(&self, caller: &Caller, action: AuditAction) -> AuditEvent {
        let token = caller.sign_in.is_token.then(|| format!("token {}", caller.sign_in.name));
        AuditEvent {
            user: Some(caller.user.id),
            actor: Some(caller.user.username.clone()),
            place: token,
            ..self.event(caller.address, action, AuditStatus::Ok)
        }
    }
}

/// The routes. Each request must come with its peer, as [`caller::Peer`].
pub fn router(admin: Arc<Admin>) -> Router {
    Router::new()
        .route("/api/v1/session", post(session::sign_in).get(session::show).delete(session::sign_out))
        .route("/api/v1/sign-ins", get(session::list))
        .route("/api/v1/sign-ins/{id}", delete(session::end))
        .route("/api/v1/tokens", post(tokens::add))
        .route("/api/v1/audit/events", get(audit_events::list))
        .route("/api/v1/audit/events/{instance}/{seq}", get(audit_entry::show))
        .route("/api/v1/audit/heads", get(audit_events::heads))
        .route("/api/v1/verified", get(verified::list))
        .route("/api/v1/verified/{target}/{id}/{decision}", post(verified::decide))
        .route("/api/v1/reviews", get(verified::reviews))
        .route("/api/v1/reviews/{number}", delete(verified::close_review))
        .route("/api/v1/status", get(status::show))
        .route("/api/v1/activity", get(activity::show))
        .merge(page::router(&admin))
        .method_not_allowed_fallback(|| async { Problem::new(StatusCode::METHOD_NOT_ALLOWED, text("api-no-method")) })
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(from_fn(headers))
        .layer(from_fn_with_state(Arc::clone(&admin), problem::in_language))
        .with_state(admin)
}

/// Nothing of it is kept by browsers or proxies, nor taken for another kind of file.
async fn headers(request: axum::extract::Request, next: Next) -> Response {
    let mut response = next.run(request).await.into_response();
    for (name, value) in [
        (CACHE_CONTROL, "no-store"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        // A page of a browser needs other ones.
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}
