//! Users and their accounts in chats, by the rules of `/user` and `pstral user`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header::{ETAG, IF_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::tz::TimeZone;
use pstral_core::domain::{
    Actor, AuditAction, AuditEvent, Capability, Link, Locale, NewUser, PlatformName, Role, User, UserChange, sha256,
};
use pstral_core::people::{By, CODE_LIFETIME, Password, Refusal, UserAdmin, UserAdminError, Way, new_code};
use pstral_core::pipeline::API;
use pstral_core::ports::People as _;
use pstral_core::text::text;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Admin;
use super::caller::Caller;
use super::problem::{Body, Problem, Segments};
use crate::passwords;

/// A user.
#[derive(Serialize, ToSchema)]
pub(super) struct UserView {
    /// The number by which the audit names them.
    id: i64,
    username: String,
    full_name: String,
    /// Empty if it is not known.
    email: String,
    role: String,
    /// `fr` or `en`.
    locale: String,
    /// Such as `Europe/Paris`; `null` is that of the company.
    timezone: Option<String>,
    disabled: bool,
    #[schema(format = DateTime)]
    created_at: String,
}

/// Users, by username.
#[derive(Serialize, ToSchema)]
pub(super) struct Users {
    users: Vec<UserView>,
}

/// A user with their accounts in chats.
#[derive(Serialize, ToSchema)]
pub(super) struct UserWithLinks {
    user: UserView,
    links: Vec<LinkView>,
}

/// An account in a chat.
#[derive(Serialize, ToSchema)]
pub(super) struct LinkView {
    /// Such as `discord`.
    platform: String,
    /// The platform's own, which never changes.
    id: String,
    name: String,
    #[schema(format = DateTime)]
    since: String,
}

/// A user to be added; what is left out has the default of `pstral user add`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UserToAdd {
    username: String,
    #[serde(default)]
    full_name: String,
    #[serde(default)]
    email: String,
    role: Option<String>,
    locale: Option<String>,
}

/// What is to change of a user; the rest stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UserEdit {
    username: Option<String>,
    full_name: Option<String>,
    email: Option<String>,
    role: Option<String>,
    locale: Option<String>,
    timezone: Option<String>,
    disabled: Option<bool>,
}

/// A one-time code.
#[derive(Serialize, ToSchema)]
pub(super) struct LinkCodeView {
    /// What the user sends to Pstral in the chat: `/link CODE`.
    code: String,
    #[schema(format = DateTime)]
    expires_at: String,
}

/// The code that somebody was given in a chat, to be linked.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LinkRequestCode {
    code: String,
}

/// A password for the admin endpoint.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPassword {
    password: String,
}

/// Lists all users. Looking at them is itself recorded.
#[utoipa::path(get, path = "/api/v1/users", tag = "users", responses((status = 200, body = Users)))]
pub(super) async fn list(State(admin): State<Arc<Admin>>, caller: Caller) -> Result<Json<Users>, Problem> {
    caller.require(&admin, Capability::ManageUsers, "users").await?;
    admin.record_user_read(&caller, "users".to_owned()).await?;
    Ok(Json(Users { users: admin.store.users().await?.iter().map(view).collect() }))
}

/// Shows a user with their accounts, once that is recorded. `ETag` is what `If-Match` of a change must say.
#[utoipa::path(
    get, path = "/api/v1/users/{username}", tag = "users", params(("username" = String, Path)),
    responses((status = 200, body = UserWithLinks))
)]
pub(super) async fn show(
    State(admin): State<Arc<Admin>>,
    caller: Caller,
    Segments(username): Segments<String>,
) -> Result<Response, Problem> {
    let desk = Desk::open(&admin, &caller, "users").await?;
    let user = desk.user_named(&username).await?;
    admin.record_user_read(&caller, format!("user={}", user.id.0)).await?;
    let links = admin.store.links(user.id).await?.iter().map(link_view).collect();
    Ok(([(ETAG, tag(&user))], Json(UserWithLinks { user: view(&user), links })).into_response())
}

/// Adds a user.
#[utoipa::path(
    post, path = "/api/v1/users", tag = "users", request_body = UserToAdd, responses((status = 201, body = UserView))
)]
pub(super) async fn add(
    State(admin): State<Arc<Admin>>,
    caller: Caller,
    Body(new): Body<UserToAdd>,
) -> Result<Response, Problem> {
    let desk = Desk::open(&admin, &caller, "users").await?;
    let UserToAdd { username, full_name, email, role, locale } = new;
    let role = role.as_deref().map(|word| known_role(&admin, word)).transpose()?.unwrap_or_default();
    let locale = locale.as_deref().map(known_locale).transpose()?;
    let locale = locale.unwrap_or(admin.pipeline.parts().settings.locale);
    let user = desk.admin().add(NewUser { username, full_name, email, role, locale }).await?;
    Ok((StatusCode::CREATED, [(ETAG, tag(&user))], Json(view(&user))).into_response())
}

/// Changes the user that `If-Match` names, or disables them: their sessions end and their codes are void.
#[utoipa::path(
    patch, path = "/api/v1/users/{username}", tag = "users",
    params(("username" = String, Path), ("If-Match" = String, Header, description = "The `ETag` that was read")),
    request_body = UserEdit, responses((status = 200, body = UserView))
)]
pub(super) async fn change(
    State(admin): State<Arc<Admin>>,
    caller: Caller,
    Segments(username): Segments<String>,
    headers: HeaderMap,
    Body(edit): Body<UserEdit>,
) -> Result<Response, Problem> {
    let desk = Desk::open(&admin, &caller, "users").await?;
    let change = UserChange {
        role: edit.role.as_deref().map(|word| known_role(&admin, word)).transpose()?,
        locale: edit.locale.as_deref().map(known_locale).transpose()?,
        zone: edit.timezone.as_deref().map(|name| known_zone(&admin, name)).transpose()?,
        username: edit.username,
        full_name: edit.full_name,
        email: edit.email,
        disabled: edit.disabled,
    };
    let user = desk.user_named(&username).await?;
    refuse_unseen(&headers, &user)?;
    let user = desk.admin().change(&user, change, false).await?;
    Ok(([(ETAG, tag(&user))], Json(view(&user))).into_response())
}

/// Makes a one-time code with which somebody links a chat account to a user; those made before are void.
#[utoipa::path(
    post, path = "/api/v1/users/{username}/link-code", tag = "users", params(("username" = String, Path)),
    responses((status = 201, body = LinkCodeView))
)]
pub(super) async fn issue_code(
    State(admin): State<Arc<Admin>>,
    caller: Caller,
    Segments(username): Segments<String>,
) -> Result<Response, Problem> {
    let desk = Desk::open(&admin, &caller, "users link-code").await?;
    let user = desk.user_named(&username).await?;
    let code = new_code(admin.entropy());
    let expires_at = (admin.now() + CODE_LIFETIME).to_string();
    desk.admin().issue_code(&user, &code).await?;
    Ok((StatusCode::CREATED, Json(LinkCodeView { code, expires_at })).into_response())
}

/// Links whoever was given this code in a chat to a user.
#[utoipa::path(
    post, path = "/api/v1/users/{username}/links", tag = "users", params(("username" = String, Path)),
    request_body = LinkRequestCode, responses((status = 201, body = LinkView))
)]
pub(super) async fn confirm(
    State(admin): State<Arc<Admin>>,
    caller: Caller,
    Segments(username): Segments<String>,
    Body(given): Body<LinkRequestCode>,
) -> Result<Response, Problem> {
    let desk = Desk::open(&admin, &caller, "users links").await?;
    let user = desk.user_named(&username).await?;
    let actor = desk.admin().confirm(&given.code, &user).await?;
    let links = admin.store.links(user.id).await?;
    let made = links.iter().find(|link| link.actor.platform == actor.platform && link.actor.id == actor.id);
    // Whoever unlinks it in the same moment has the last word.
    let made = made.ok_or_else(|| refused(&Refusal::NotLinked(user.username.clone())))?;
    Ok((StatusCode::CREATED, Json(link_view(made))).into_response())
}

/// Takes an account away from a user.
#[utoipa::path(
    delete, path = "/api/v1/users/{username}/links/{platform}/{id}", tag = "users",
    params(("username" = String, Path), ("platform" = String, Path), ("id" = String, Path)),
    responses((status = 204, description = "Not linked any more"))
)]
pub(super) async fn unlink(
    State(admin): State<Arc<Admin>>,
    caller: Caller,
    Segments((username, platform, id)): Segments<(String, String, String)>,
) -> Result<StatusCode, Problem> {
    let desk = Desk::open(&admin, &caller, "users links").await?;
    let user = desk.user_named(&username).await?;
    let links = admin.store.links(user.id).await?;
    let meant = links.iter().find(|link| link.actor.platform.0 == platform && link.actor.id == id);
    let meant = meant.ok_or_else(|| refused(&Refusal::NotLinked(user.username.clone())))?;
    desk.admin().unlink(&user, meant).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives a user a password for this endpoint; their sessions end.
#[utoipa::path(
    put, path = "/api/v1/users/{username}/password", tag = "users", params(("username" = String, Path)),
    request_body = NewPassword, responses((status = 204, description = "Changed"))
)]
pub(super) async fn set_password(
    State(admin): State<Arc<Admin>>,
    caller: Caller,
    Segments(username): Segments<String>,
    Body(new): Body<NewPassword>,
) -> Result<StatusCode, Problem> {
    let desk = Desk::open(&admin, &caller, "users password").await?;
    let user = desk.user_named(&username).await?;
    let password = Password::new(&new.password).map_err(|refusal| refused(&refusal))?;
    let hash = passwords::hash(password).await?;
    desk.admin().set_password(&user, Some(&hash)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The administration of users, on behalf of somebody who may look after them.
pub(super) struct Desk<'a> {
    admin: &'a Admin,
    actor: Actor,
    event: AuditEvent,
    caller: &'a Caller,
}

impl<'a> Desk<'a> {
    pub(super) async fn open(admin: &'a Admin, caller: &'a Caller, tried: &str) -> Result<Self, Problem> {
        caller.require(admin, Capability::ManageUsers, tried).await?;
        Ok(Self::of(admin, caller))
    }

    /// For what everybody may change of themselves.
    pub(super) fn of(admin: &'a Admin, caller: &'a Caller) -> Self {
        let name = caller.user.username.clone();
        let actor = Actor { platform: PlatformName(API.to_owned()), id: name.clone(), name };
        Self { admin, actor, event: admin.event_of(caller, AuditAction::UserEdited), caller }
    }

    pub(super) fn admin(&self) -> UserAdmin<'_> {
        let parts = self.admin.pipeline.parts();
        UserAdmin {
            people: &*parts.people,
            audit: &*parts.audit,
            now: self.admin.now(),
            by: By::SignedIn { actor: &self.actor, event: &self.event, user: self.caller.user.id },
            roles: &parts.settings.roles,
        }
    }

    /// The user of a name; an account of a chat is none here.
    pub(super) async fn user_named(&self, username: &str) -> Result<User, Problem> {
        let user = self.admin.store.user_named(username).await?;
        user.ok_or_else(|| refused(&Refusal::Unknown(username.to_owned())))
    }
}

impl From<UserAdminError> for Problem {
    fn from(error: UserAdminError) -> Self {
        match error {
            UserAdminError::Refused(refusal) => refused(&refusal),
            UserAdminError::NoAudit(error) => Self::unrecorded(&error),
            UserAdminError::Store(error) => error.into(),
        }
    }
}

pub(super) fn refused(refusal: &Refusal) -> Problem {
    let status = match refusal {
        Refusal::Unknown(_) | Refusal::NotLinked(_) => StatusCode::NOT_FOUND,
        Refusal::Taken(_) | Refusal::Disabled(_) | Refusal::Erased(_) | Refusal::LastOne(_) => StatusCode::CONFLICT,
        Refusal::Stale(_) => StatusCode::PRECONDITION_FAILED,
        Refusal::Locked { .. } => StatusCode::TOO_MANY_REQUESTS,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let field = match refusal {
        Refusal::Username | Refusal::UsernameReserved | Refusal::Taken(_) => Some("username"),
        Refusal::FullName | Refusal::FullNameEmpty => Some("full_name"),
        Refusal::Email => Some("email"),
        Refusal::Role { .. } => Some("role"),
        Refusal::PasswordShort | Refusal::PasswordLong => Some("password"),
        Refusal::CodeWrong => Some("code"),
        _ => None,
    };
    Problem { field, ..Problem::new(status, refusal.text(Way::Endpoint)) }
}

fn known_role(admin: &Admin, word: &str) -> Result<Role, Problem> {
    let roles = &admin.pipeline.parts().settings.roles;
    let role = word.parse().ok().filter(|role| roles.knows(role));
    role.ok_or_else(|| Problem::invalid("role", &roles.named()))
}

fn known_locale(word: &str) -> Result<Locale, Problem> {
    word.parse().map_err(|_| Problem::invalid("locale", "fr, en"))
}

fn known_zone(admin: &Admin, name: &str) -> Result<TimeZone, Problem> {
    let zone = admin.pipeline.parts().clock.zone(name).filter(|zone| zone.iana_name().is_some());
    zone.ok_or_else(|| Problem::invalid("timezone", "Europe/Paris, America/Montreal …"))
}

fn view(user: &User) -> UserView {
    UserView {
        id: user.id.0,
        username: user.username.clone(),
        full_name: user.full_name.clone(),
        email: user.email.clone(),
        role: user.role.to_string(),
        locale: user.locale.to_string(),
        timezone: user.zone.as_ref().and_then(|zone| Some(zone.iana_name()?.to_owned())),
        disabled: user.disabled,
        created_at: user.created_at.to_string(),
    }
}

fn link_view(link: &Link) -> LinkView {
    let Actor { platform, id, name } = link.actor.clone();
    LinkView { platform: platform.0, id, name, since: link.at.to_string() }
}

/// Says how a user is at the moment: two of the same say the same.
fn tag(user: &User) -> String {
    let shown = serde_json::to_string(&view(user)).unwrap_or_default();
    format!("\"{}\"", &sha256(&shown)[..16])
}

/// Refuses to change a user whom nobody has read as they are now.
pub(super) fn refuse_unseen(headers: &HeaderMap, user: &User) -> Result<(), Problem> {
    let Some(seen) = headers.get(IF_MATCH).and_then(|seen| seen.to_str().ok()) else {
        return Err(Problem::new(StatusCode::PRECONDITION_REQUIRED, text("api-if-match")));
    };
    if seen == tag(user) { Ok(()) } else { Err(Problem::new(StatusCode::PRECONDITION_FAILED, text("api-changed"))) }
}
