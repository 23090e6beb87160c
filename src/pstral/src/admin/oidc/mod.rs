//! Sign-in with the company's own accounts, by OpenID Connect: the authorization code flow with PKCE
//! (<https://openid.net/specs/openid-connect-core-1_0.html#CodeFlowAuth>, <https://www.rfc-editor.org/rfc/rfc7636>).
//!
//! The provider says who somebody is; whether they are a user here, and what they may do, is decided here as for any sign-in.

mod account;
mod client;
mod flow;
mod http;
mod provider;
mod refusal;

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, LOCATION, SET_COOKIE, USER_AGENT};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{AppendHeaders, IntoResponse, Response};
use jiff::Timestamp;
use pstral_core::domain::{AuditAction, AuditEvent, AuditStatus, Locale};
use pstral_core::text::text;
use serde::Deserialize;
use tokio::sync::Semaphore;
use utoipa::IntoParams;

use super::Admin;
use super::attempts::Attempts;
use super::caller::Address;
use super::detached::detached;
use super::problem::{Problem, QueryString};
use super::session;
use crate::config::OidcConfig;
use flow::Flow;
use provider::Provider;
use refusal::Refusal;

/// Requests that wait for the provider at once: connections to the endpoint are few, and a provider that hangs must leave the
/// others to passwords and tokens.
const WAITING: usize = 8;

/// Where the provider sends people back to.
const CALLBACK: &str = "/api/v1/oidc/callback";

/// The company's provider of accounts, and how its people are found here.
pub struct Oidc {
    provider: Provider,
    claim: String,
    turns: Semaphore,
    /// Not those of passwords: neither kind of failure makes people wait for the other.
    attempts: Attempts,
}

impl Oidc {
    /// Prepares sign-in at an endpoint that people open at `public_url`. Nothing is sent yet: a provider that is gone does not
    /// keep the program from starting.
    pub fn new(config: &OidcConfig, public_url: &str) -> anyhow::Result<Self> {
        let redirect = format!("{}{CALLBACK}", public_url.trim_end_matches('/'));
        Ok(Self {
            provider: Provider::new(config, redirect)?,
            claim: config.claim.clone(),
            turns: Semaphore::new(WAITING),
            attempts: Attempts::default(),
        })
    }

    /// Asks the provider how it describes itself. An error says what is wrong with it.
    pub async fn check(&self, now: Timestamp) -> Result<(), String> {
        self.provider.describe(now).await.map_err(|refusal| match refusal {
            Refusal::Away(cause) | Refusal::Untrusted(cause) => format!("{cause:#}"),
            other => other.reason().unwrap_or_default(),
        })
    }
}

/// What the provider adds to the address when it sends somebody back. Providers add values of their own.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Answer {
    /// What the browser was sent with.
    state: Option<String>,
    /// The one-time code that stands for whoever signed in.
    code: Option<String>,
    /// Why nobody did.
    error: Option<String>,
    /// The issuer (<https://www.rfc-editor.org/rfc/rfc9207>).
    iss: Option<String>,
}

/// Sends a browser to the provider.
#[utoipa::path(
    get, path = "/api/v1/oidc/start", tag = "session", security(()),
    responses((status = 303, description = "To the provider"))
)]
pub(super) async fn start(State(admin): State<Arc<Admin>>, _: Address) -> Result<Response, Problem> {
    let oidc = configured(&admin)?;
    let _turn = oidc.turns.try_acquire().map_err(|_| Refusal::Busy.problem())?;
    let flow = Flow::begin(admin.entropy(), admin.now());
    let url = oidc.provider.authorization_url(&flow, admin.now()).await.map_err(Refusal::told)?;
    Ok((StatusCode::SEE_OTHER, [(LOCATION, url.to_string()), (SET_COOKIE, flow.cookie())]).into_response())
}

/// Signs in whom the provider has sent back.
#[utoipa::path(
    get, path = "/api/v1/oidc/callback", tag = "session", security(()), params(Answer),
    responses((status = 200, body = String, content_type = "text/html; charset=utf-8", description = "Signed in"))
)]
pub(super) async fn callback(
    State(admin): State<Arc<Admin>>,
    address: Address,
    headers: HeaderMap,
    QueryString(answer): QueryString<Answer>,
) -> Result<Response, Problem> {
    configured(&admin)?;
    let ending = Arc::clone(&admin);
    // Detached although it is a GET: the attempt must be recorded.
    Ok(detached(&admin, async move { end(&ending, address, &headers, answer).await.into_response() }).await)
}

fn configured(admin: &Admin) -> Result<&Oidc, Problem> {
    admin.oidc.as_ref().ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, text("api-oidc-off")))
}

/// Ends a sign-in either way, and with it the cookie that began it.
async fn end(admin: &Admin, address: Address, headers: &HeaderMap, answer: Answer) -> Result<Response, Problem> {
    let oidc = configured(admin)?;
    // Each failure is a row of the audit, so there must not be any number of them. What is counted is the address alone.
    let attempt = admin.entropy().hex(8);
    oidc.attempts.begin(address.0, &attempt).map_err(session::too_many)?;
    match sign_in(admin, oidc, address, headers, answer).await {
        Ok((locale, session)) => {
            oidc.attempts.forget(address.0, &attempt);
            Ok(onwards(locale, &session))
        }
        Err(refusal) => {
            if let Some(reason) = refusal.reason() {
                let tried = admin.event(address, AuditAction::Login, AuditStatus::Failed);
                let detail = Some(format!("by oidc: {reason}"));
                admin.record(AuditEvent { user: refusal.user(), detail, ..tried }).await?;
            }
            Ok(([(SET_COOKIE, flow::ended())], refusal.told()).into_response())
        }
    }
}

/// Checks what came back, asks the provider who it is, and begins a session; returns its cookie.
async fn sign_in(
    admin: &Admin,
    oidc: &Oidc,
    address: Address,
    headers: &HeaderMap,
    answer: Answer,
) -> Result<(Locale, String), Refusal> {
    let flow = Flow::of(headers).filter(|flow| answer.state.as_deref() == Some(flow.state().as_str()));
    let flow = flow.ok_or(Refusal::NotBegunHere)?;
    if flow.has_expired(admin.now()) {
        return Err(Refusal::Expired);
    }
    if let Some(error) = &answer.error {
        return Err(Refusal::denied(error));
    }
    if answer.iss.is_some_and(|issuer| issuer != oidc.provider.issuer()) {
        return Err(Refusal::Untrusted(anyhow::anyhow!("the answer names another issuer")));
    }
    let code = answer.code.ok_or(Refusal::NotBegunHere)?;
    let claims = {
        let _turn = oidc.turns.try_acquire().map_err(|_| Refusal::Busy)?;
        oidc.provider.claims(&flow, code, &oidc.claim, admin.now()).await?
    };
    let user = account::user_of(&*admin.store, &oidc.claim, &claims).await?;
    let name = headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let session = session::new(flow.session_id(), name, admin.now());
    // The same sign-in has the same session: a provider that takes a code twice does not make two of one.
    let already = admin.store.sign_ins(user.id, admin.now()).await?;
    if already.iter().any(|other| other.id == session.id) {
        return Err(Refusal::UsedBefore);
    }
    let cookie = session::begin(admin, address, &user, &session, " by oidc").await?;
    Ok((user.locale, cookie))
}

/// Leads on by a page, not by a redirect. To a browser the whole chain of redirects comes from the provider's site, and it sends
/// a cookie that is `SameSite=Strict` with none of them; what a page of ours leads to comes from us
/// (<https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Set-Cookie#samesitesamesite-value>; as Chromium does).
fn onwards(locale: Locale, session: &str) -> Response {
    let said = text("api-oidc-done").render(locale);
    let page = format!(
        "<!doctype html>\n<html lang=\"{locale}\"><head><meta charset=\"utf-8\"><title>Pstral</title>\
        <meta http-equiv=\"refresh\" content=\"0;url=/\"></head><body><p><a href=\"/\">{said}</a></p></body></html>\n"
    );
    let cookies = AppendHeaders([(SET_COOKIE, session.to_owned()), (SET_COOKIE, flow::ended())]);
    ([(CONTENT_TYPE, "text/html; charset=utf-8")], cookies, page).into_response()
}
