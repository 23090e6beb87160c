//! The admin endpoint: an API for administrators and their scripts, with sign-in.
//!
//! No rule exists only here: what somebody may do is decided by the capabilities of their role, as in the chats, and what they
//! do is in the audit.

mod activity;
mod approvals;
mod attempts;
mod audit_entry;
mod audit_events;
mod audit_export;
mod audit_verification;
mod caller;
mod config;
mod conversations;
mod description;
mod detached;
mod member_error;
mod object;
mod oidc;
mod page;
mod policy;
mod problem;
pub mod reference;
mod reviews;
mod session;
mod sql;
mod status;
mod targets;
mod terms;
mod tls;
mod tokens;
mod user_data;
mod users;
mod verified;
mod witness;
mod work;

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use jiff::Timestamp;
use pstral_core::domain::{AuditAction, AuditEvent, AuditStatus, UserId};
use pstral_core::pipeline::{API, Pipeline};
use pstral_core::ports::{Entropy, People as _};
use pstral_core::targets::Target;
use pstral_core::text::text;
use pstral_store::Store;
use serde_json::Value;
use tokio_util::task::TaskTracker;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::witness::Witness;
use attempts::Attempts;
use audit_verification::LastVerification;
use caller::{Address, Caller};
use detached::run_detached;
use problem::Problem;

pub use caller::Peer;
pub use oidc::Oidc;
pub use tls::Tls;

/// What the endpoint serves.
pub struct Admin {
    pipeline: Arc<Pipeline>,
    store: Arc<Store>,
    settings: AdminSettings,
    attempts: Attempts,
    verification: LastVerification,
    /// Requests that are completed even if their callers disconnect.
    detached: TaskTracker,
    /// The company's own accounts, where people may sign in with them.
    oidc: Option<Oidc>,
    /// Other audits, where this installation is their witness.
    witness: Option<Arc<Witness>>,
}

/// What the configuration says of the endpoint.
#[derive(Debug, Clone, Default)]
pub struct AdminSettings {
    /// Proxies whose word is taken for where a request comes from.
    pub trusted_proxies: Vec<IpAddr>,
    /// True if the connections are encrypted; otherwise only this machine and the proxies may ask.
    pub is_encrypted: bool,
    /// The file of the key that signs what stands in place of pruned audit entries.
    pub audit_key: PathBuf,
    /// The whole configuration without its secrets, to be shown.
    pub config: Value,
}

impl Admin {
    /// The endpoint of a running program.
    pub fn new(pipeline: Arc<Pipeline>, store: Arc<Store>, settings: AdminSettings) -> Self {
        let (attempts, verification) = (Attempts::default(), LastVerification::default());
        let detached = TaskTracker::new();
        Self { pipeline, store, settings, attempts, verification, detached, oidc: None, witness: None }
    }

    /// Also takes the company's own accounts.
    #[must_use]
    pub fn with_oidc(self, oidc: Oidc) -> Self {
        Self { oidc: Some(oidc), ..self }
    }

    /// Also cosigns the heads of other audits.
    #[must_use]
    pub fn with_witness(self, witness: Witness) -> Self {
        Self { witness: Some(Arc::new(witness)), ..self }
    }

    /// Waits for the requests that are being completed though their callers have disconnected.
    pub(crate) async fn ended(&self) {
        self.detached.close();
        self.detached.wait().await;
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

    /// The database of that name.
    fn target(&self, name: &str) -> Result<&Arc<Target>, Problem> {
        let none = || Problem::new(StatusCode::NOT_FOUND, text("api-no-target").with("name", name));
        self.pipeline.parts().targets.get(name).ok_or_else(none)
    }

    /// Makes an event durable: nothing happens unless it can be recorded.
    async fn record(&self, event: AuditEvent) -> Result<(), Problem> {
        match self.pipeline.parts().audit.append(event).await {
            Ok(_) => Ok(()),
            Err(error) => Err(Problem::unrecorded(&error)),
        }
    }

    /// Makes it durable that somebody looks at other people's data.
    async fn record_user_read(&self, caller: &Caller, detail: String) -> Result<(), Problem> {
        self.record(AuditEvent { detail: Some(detail), ..self.event_of(caller, AuditAction::UserRead) }).await
    }

    /// An event of the endpoint, now.
    fn event(&self, address: Address, action: AuditAction, status: AuditStatus) -> AuditEvent {
        AuditEvent {
            platform: Some(API.to_owned()),
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

/// The routes of the API, each with its description.
fn api() -> OpenApiRouter<Arc<Admin>> {
    OpenApiRouter::new()
        .routes(routes!(session::sign_in, session::show, session::sign_out))
        .routes(routes!(session::change_password))
        .routes(routes!(oidc::start))
        .routes(routes!(oidc::callback))
        .routes(routes!(session::list))
        .routes(routes!(session::end))
        .routes(routes!(tokens::add))
        .routes(routes!(audit_events::list))
        .routes(routes!(audit_entry::show))
        .routes(routes!(audit_events::heads))
        .routes(routes!(audit_verification::start, audit_verification::show))
        .routes(routes!(verified::list))
        .routes(routes!(verified::edit))
        .routes(routes!(verified::decide))
        .routes(routes!(terms::propose))
        .routes(routes!(reviews::list))
        .routes(routes!(reviews::close))
        .routes(routes!(reviews::keep))
        .routes(routes!(approvals::list))
        .routes(routes!(approvals::approve))
        .routes(routes!(conversations::list))
        .routes(routes!(conversations::show, conversations::remove))
        .routes(routes!(sql::check))
        .routes(routes!(sql::execute))
        .routes(routes!(users::list, users::add))
        .routes(routes!(users::show, users::change))
        .routes(routes!(users::issue_code))
        .routes(routes!(users::confirm))
        .routes(routes!(users::unlink))
        .routes(routes!(users::set_password))
        .routes(routes!(user_data::export, user_data::erase))
        .routes(routes!(user_data::planned))
        .routes(routes!(targets::list))
        .routes(routes!(targets::catalog, targets::refresh))
        .routes(routes!(policy::explain))
        .routes(routes!(policy::test))
        .routes(routes!(work::list))
        .routes(routes!(work::stop))
        .routes(routes!(config::show))
        .routes(routes!(status::show))
        .routes(routes!(activity::show))
}

/// The description of the API, as <https://spec.openapis.org/oas/v3.1.0> has it.
pub fn openapi() -> OpenApi {
    description::completed(api().into_openapi())
}

/// The routes. Each request must come with its peer, as [`caller::Peer`].
pub fn router(admin: Arc<Admin>) -> Router {
    let (router, described) = api().split_for_parts();
    let described = Json(description::completed(described));
    router
        .route("/api/openapi.json", get(|| async { described }))
        .layer(from_fn_with_state(Arc::clone(&admin), run_detached))
        .merge(page::router(&admin))
        .merge(witness::router(&admin))
        .method_not_allowed_fallback(|| async { Problem::new(StatusCode::METHOD_NOT_ALLOWED, text("api-no-method")) })
        .layer(from_fn(headers))
        .layer(from_fn_with_state(Arc::clone(&admin), page::with_page))
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
