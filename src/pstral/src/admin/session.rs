//! Signing in and out, and what one is signed in with.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::header::{SET_COOKIE, USER_AGENT};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use pstral_core::domain::{AuditAction, AuditEvent, AuditStatus, Capability, User, sha256};
use pstral_core::people::Password;
use pstral_core::text::text;
use pstral_store::SignIn;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::caller::{Address, COOKIE_NAME, Caller};
use super::problem::{Body, Problem, Segments};
use super::{Admin, users};
use crate::passwords;

/// The time for which one stays signed in.
const SESSION: Duration = Duration::from_hours(12);
/// Characters of the name of a program that signed in.
const LONGEST_NAME: usize = 200;

/// A user name and a password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Credentials {
    username: String,
    password: String,
}

/// A change of one's own password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PasswordChange {
    current: String,
    new: String,
}

/// Who is signed in, and what they may do with this session or token.
#[derive(Serialize, ToSchema)]
pub(super) struct Session {
    username: String,
    full_name: String,
    role: String,
    /// `fr` or `en`.
    locale: String,
    /// In the words of the configuration, such as `audit.read`.
    capabilities: Vec<&'static str>,
    sign_in: SignInView,
}

/// A session or a token.
#[derive(Serialize, ToSchema)]
pub(super) struct SignInView {
    id: String,
    /// `session` or `token`.
    kind: &'static str,
    /// Of a session the program that signed in, of a token the name it was given.
    name: String,
    /// The capabilities of a token; `null` where it has those of its user.
    capabilities: Option<Vec<&'static str>>,
    #[schema(format = DateTime)]
    created_at: String,
    /// To the minute.
    #[schema(format = DateTime)]
    used_at: String,
    #[schema(format = DateTime)]
    expires_at: String,
}

/// One's sessions and tokens.
#[derive(Serialize, ToSchema)]
pub(super) struct SignIns {
    sign_ins: Vec<SignInView>,
}

/// Signs in with a password. The secret of the session is in a cookie that scripts of a page cannot read.
#[utoipa::path(
    post, path = "/api/v1/session", tag = "session", security(()), request_body = Credentials,
    responses((status = 200, body = Session, description = "Signed in; the session is in the cookie"))
)]
pub(super) async fn sign_in(
    State(admin): State<Arc<Admin>>,
    address: Address,
    headers: HeaderMap,
    Body(given): Body<Credentials>,
) -> Result<Response, Problem> {
    let name = headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let account = given.username.trim().to_lowercase();
    admin.attempts.begin(address.0, &account).map_err(too_many)?;
    let user = match Password::new(&given.password) {
        Ok(password) => passwords::verify(&*admin.store, &account, password).await?,
        Err(_) => None,
    };
    let Some(user) = user else {
        let tried = admin.event(address, AuditAction::Login, AuditStatus::Failed);
        let known = admin.user_id_of(&account).await?;
        admin.record(AuditEvent { user: known, ..tried }).await?;
        return Err(Problem::new(StatusCode::UNAUTHORIZED, text("api-wrong-password")));
    };
    admin.attempts.forget(address.0, &account);
    let session = new(admin.entropy().hex(8), &name, admin.now());
    let cookie = begin(&admin, address, &user, &session, "").await?;
    let caller = Caller { user, sign_in: session, address };
    Ok(([(SET_COOKIE, cookie)], Json(shown(&admin, &caller))).into_response())
}

/// The problem of an address that has to wait before it may try again.
pub(super) fn too_many(rest: Duration) -> Problem {
    let minutes = rest.as_secs().div_ceil(60);
    let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, text("api-too-many").count("minutes", minutes));
    problem.retry_after(rest.as_secs() + 1)
}

/// A session to be begun, by a program of that name.
pub(super) fn new(id: String, name: &str, now: Timestamp) -> SignIn {
    SignIn {
        id,
        is_token: false,
        name: name.chars().take(LONGEST_NAME).collect(),
        capabilities: None,
        created_at: now,
        used_at: now,
        expires_at: now + SESSION,
    }
}

/// Begins a session of a user who has shown who they are, and returns the cookie that holds its secret. `how` follows its name
/// in the audit, where anything but a password was shown.
pub(super) async fn begin(
    admin: &Admin,
    address: Address,
    user: &User,
    session: &SignIn,
    how: &str,
) -> Result<String, Problem> {
    let login = admin.event(address, AuditAction::Login, AuditStatus::Ok);
    admin
        .record(AuditEvent {
            user: Some(user.id),
            actor: Some(user.username.clone()),
            detail: Some(format!("session {}{how}", session.id)),
            ..login
        })
        .await?;
    let secret = admin.entropy().hex(32);
    admin.store.add_sign_in(user.id, session, &sha256(&secret)).await?;
    Ok(format!("{COOKIE_NAME}={secret}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age={}", SESSION.as_secs()))
}

/// Tells who one is, and what one may do.
#[utoipa::path(get, path = "/api/v1/session", tag = "session", responses((status = 200, body = Session)))]
pub(super) async fn show(State(admin): State<Arc<Admin>>, caller: Caller) -> Json<Session> {
    Json(shown(&admin, &caller))
}

fn shown(admin: &Admin, caller: &Caller) -> Session {
    let may = Capability::ALL.iter().filter(|capability| caller.may(admin, **capability));
    Session {
        username: caller.user.username.clone(),
        full_name: caller.user.full_name.clone(),
        role: caller.user.role.to_string(),
        locale: caller.user.locale.to_string(),
        capabilities: may.map(|one| one.word()).collect(),
        sign_in: of(&caller.sign_in),
    }
}

fn of(sign_in: &SignIn) -> SignInView {
    let capabilities = sign_in.capabilities.as_ref();
    SignInView {
        id: sign_in.id.clone(),
        kind: if sign_in.is_token { "token" } else { "session" },
        name: sign_in.name.clone(),
        capabilities: capabilities.map(|all| all.iter().map(|one| one.word()).collect()),
        created_at: sign_in.created_at.to_string(),
        used_at: sign_in.used_at.to_string(),
        expires_at: sign_in.expires_at.to_string(),
    }
}

/// Ends the session or the token that the request came with, even where that cannot be recorded.
#[utoipa::path(delete, path = "/api/v1/session", tag = "session", responses((status = 204, description = "Ended")))]
pub(super) async fn sign_out(State(admin): State<Arc<Admin>>, caller: Caller) -> Result<Response, Problem> {
    end_one(&admin, &caller, &caller.sign_in.id).await?;
    let cookie = format!("{COOKIE_NAME}=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0");
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, cookie)]).into_response())
}

/// Changes one's own password. All of one's sessions and tokens end, this session too.
#[utoipa::path(
    put, path = "/api/v1/session/password", tag = "session", request_body = PasswordChange,
    responses((status = 204, description = "Changed; sign in again"))
)]
pub(super) async fn change_password(
    State(admin): State<Arc<Admin>>,
    caller: Caller,
    Body(change): Body<PasswordChange>,
) -> Result<StatusCode, Problem> {
    refuse_token(&caller)?;
    let username = &caller.user.username;
    admin.attempts.begin(caller.address.0, username).map_err(too_many)?;
    let current = Password::new(&change.current).ok();
    let is_right = match current {
        Some(current) => passwords::verify(&*admin.store, username, current).await?.is_some(),
        None => false,
    };
    if !is_right {
        return Err(Problem::new(StatusCode::FORBIDDEN, text("api-wrong-current")).of_field("current"));
    }
    admin.attempts.forget(caller.address.0, username);
    let new = Password::new(&change.new).map_err(|refusal| users::refused(&refusal).of_field("new"))?;
    let hash = passwords::hash(new).await?;
    users::Desk::of(&admin, &caller).admin().set_password(&caller.user, Some(&hash)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lists one's own sessions and tokens.
#[utoipa::path(get, path = "/api/v1/sign-ins", tag = "session", responses((status = 200, body = SignIns)))]
pub(super) async fn list(State(admin): State<Arc<Admin>>, caller: Caller) -> Result<Json<SignIns>, Problem> {
    refuse_token(&caller)?;
    let all = admin.store.sign_ins(caller.user.id, admin.now()).await?;
    Ok(Json(SignIns { sign_ins: all.iter().map(of).collect() }))
}

/// Ends one of one's own sessions or tokens, even where that cannot be recorded.
#[utoipa::path(
    delete, path = "/api/v1/sign-ins/{id}", tag = "session", params(("id" = String, Path)),
    responses((status = 204, description = "Ended"))
)]
pub(super) async fn end(
    State(admin): State<Arc<Admin>>,
    caller: Caller,
    Segments(id): Segments<String>,
) -> Result<StatusCode, Problem> {
    refuse_token(&caller)?;
    end_one(&admin, &caller, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A token that was stolen shows and ends none of the others.
fn refuse_token(caller: &Caller) -> Result<(), Problem> {
    if caller.sign_in.is_token {
        return Err(Problem::new(StatusCode::FORBIDDEN, text("api-only-session")));
    }
    Ok(())
}

async fn end_one(admin: &Admin, caller: &Caller, id: &str) -> Result<(), Problem> {
    let all = admin.store.sign_ins(caller.user.id, admin.now()).await?;
    let Some(meant) = all.iter().find(|sign_in| sign_in.id == id) else {
        return Err(Problem::new(StatusCode::NOT_FOUND, text("api-no-sign-in")));
    };
    let kind = if meant.is_token { "token" } else { "session" };
    let detail = Some(format!("{kind} {id}"));
    let recorded = admin.record(AuditEvent { detail, ..admin.event_of(caller, AuditAction::SignInEnded) }).await;
    if recorded.is_err() {
        // Ending access is never held up by the audit.
        tracing::error!(user = caller.user.id.0, sign_in = id, "sign-in ended without an audit entry");
    }
    admin.store.end_sign_in(caller.user.id, id).await?;
    Ok(())
}
