//! Users, their accounts in chats, and what is changed of them.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{ETAG, IF_MATCH};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use pstral_core::domain::Locale;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::address;
use super::answer::{answer, argument};
use super::form::Form;
use super::qr::qr;
use super::visitor::Visitor;
use crate::admin::problem::{Body, Problem, QueryString, Segments};
use crate::admin::{Admin, users};

/// What narrows the list.
#[derive(Deserialize)]
pub(super) struct Narrow {
    #[serde(default)]
    text: String,
}

/// Shows the users whose names or email address hold the words.
pub(super) async fn list(
    State(admin): State<Arc<Admin>>,
    visitor: Visitor,
    QueryString(Narrow { text }): QueryString<Narrow>,
) -> Result<Response, Problem> {
    let content = listed(admin, &visitor, &text, &json!({}), None).await?;
    visitor.page("users.html", &content)
}

/// Adds a user and shows them. Where that cannot be, the form is shown again with the reason.
pub(super) async fn add(State(admin): State<Arc<Admin>>, visitor: Visitor, form: Form) -> Result<Response, Problem> {
    let given = Value::Object(fields(&form, &["username", "full_name", "email", "role", "locale"]));
    let new = Body(argument(given.clone())?);
    match users::add(State(Arc::clone(&admin)), visitor.caller.clone(), new).await {
        Ok(made) => {
            let made = answer(made).await?;
            let username = made["username"].as_str().unwrap_or_default();
            Ok(Redirect::to(&shown_with(username, "added")).into_response())
        }
        Err(problem) if is_of_form(&problem) => {
            let content = listed(admin, &visitor, "", &given, Some(&problem)).await?;
            Ok((problem.status, visitor.page("users.html", &content)?).into_response())
        }
        Err(problem) => Err(problem),
    }
}

async fn listed(
    admin: Arc<Admin>,
    visitor: &Visitor,
    words: &str,
    given: &Value,
    problem: Option<&Problem>,
) -> Result<Value, Problem> {
    let choices = choices(&admin);
    let mut all = answer(users::list(State(admin), visitor.caller.clone()).await?).await?;
    let all = all["users"].take();
    let wanted = words.trim().to_lowercase();
    let is_wanted = |user: &&Value| {
        let texts = ["username", "full_name", "email"].map(|name| user[name].as_str().unwrap_or_default());
        texts.iter().any(|text| text.to_lowercase().contains(&wanted))
    };
    let shown: Vec<&Value> = all.as_array().into_iter().flatten().filter(is_wanted).collect();
    let error = problem.map(|problem| problem.detail.render(visitor.frame.locale));
    let total = all.as_array().map_or(0, Vec::len);
    Ok(json!({
        "shown": shown, "total": total, "words": words, "given": given, "error": error, "choices": choices,
        "field": problem.and_then(|problem| problem.field),
    }))
}

/// Shows a user with what can be changed.
pub(super) async fn one(
    State(admin): State<Arc<Admin>>,
    visitor: Visitor,
    Segments(username): Segments<String>,
) -> Result<Response, Problem> {
    user_page(admin, &visitor, username, &json!({}), None).await
}

/// A user; `given` is what somebody typed that was refused, which stays in the fields.
async fn user_page(
    admin: Arc<Admin>,
    visitor: &Visitor,
    username: String,
    given: &Value,
    problem: Option<&Problem>,
) -> Result<Response, Problem> {
    let choices = choices(&admin);
    let found = users::show(State(admin), visitor.caller.clone(), Segments(username)).await?;
    let version = found.headers().get(ETAG).and_then(|tag| tag.to_str().ok()).unwrap_or_default().to_owned();
    let error = problem.map(|problem| problem.detail.render(visitor.frame.locale));
    let found = answer(found).await?;
    let content = json!({
        "user": found["user"], "links": found["links"], "version": version, "choices": choices, "error": error,
        "field": problem.and_then(|problem| problem.field), "given": given,
    });
    visitor.page("user.html", &content)
}

/// Changes the user as they were when the form was shown.
pub(super) async fn change(
    State(admin): State<Arc<Admin>>,
    visitor: Visitor,
    Segments(username): Segments<String>,
    form: Form,
) -> Result<Response, Problem> {
    let given = fields(&form, &["full_name", "email", "role", "locale", "timezone"]);
    let mut edit = given.clone();
    // Where nobody has set a zone, none is to be set; one that is set cannot be taken away, which the API says.
    if form.value("timezone").trim().is_empty() && form.value("had_timezone").is_empty() {
        edit.remove("timezone");
    }
    let disabled = form.values("disabled").next().map(|word| json!(word == "true"));
    edit.extend(disabled.map(|disabled| ("disabled".to_owned(), disabled)));
    let edit = Body(argument(Value::Object(edit))?);
    let seen = HeaderValue::from_str(form.value("version")).ok();
    let headers = seen.into_iter().map(|seen| (IF_MATCH, seen)).collect();
    let caller = visitor.caller.clone();
    let changed =
        users::change(State(Arc::clone(&admin)), caller, Segments(username.clone()), headers, edit).await.map(|_| ());
    match changed {
        Err(problem) if is_of_form(&problem) => {
            let page = user_page(admin, &visitor, username, &Value::Object(given), Some(&problem)).await?;
            Ok((problem.status, page).into_response())
        }
        changed => ended(admin, &visitor, username, "changed", changed).await,
    }
}

/// Makes a one-time code and shows it, once.
pub(super) async fn issue_code(
    State(admin): State<Arc<Admin>>,
    visitor: Visitor,
    Segments(username): Segments<String>,
) -> Result<Response, Problem> {
    let segments = Segments(username.clone());
    match users::issue_code(State(Arc::clone(&admin)), visitor.caller.clone(), segments).await {
        Ok(made) => {
            let made = answer(made).await?;
            let drawn = qr(made["code"].as_str().unwrap_or_default())?;
            let content = json!({ "made": made, "drawn": drawn, "username": username });
            Ok((StatusCode::CREATED, visitor.page("link_code.html", &content)?).into_response())
        }
        Err(problem) => ended(admin, &visitor, username, "", Err(problem)).await,
    }
}

/// Links whoever was given a code in a chat.
pub(super) async fn confirm(
    State(admin): State<Arc<Admin>>,
    visitor: Visitor,
    Segments(username): Segments<String>,
    form: Form,
) -> Result<Response, Problem> {
    let given = Body(argument(json!({ "code": form.value("code").trim() }))?);
    let segments = Segments(username.clone());
    let linked = users::confirm(State(Arc::clone(&admin)), visitor.caller.clone(), segments, given).await.map(|_| ());
    ended(admin, &visitor, username, "linked", linked).await
}

/// Takes an account away from a user.
pub(super) async fn unlink(
    State(admin): State<Arc<Admin>>,
    visitor: Visitor,
    Segments((username, platform, id)): Segments<(String, String, String)>,
) -> Result<Response, Problem> {
    let segments = Segments((username.clone(), platform, id));
    let unlinked = users::unlink(State(Arc::clone(&admin)), visitor.caller.clone(), segments).await.map(|_| ());
    ended(admin, &visitor, username, "unlinked", unlinked).await
}

/// Gives a user a password.
pub(super) async fn set_password(
    State(admin): State<Arc<Admin>>,
    visitor: Visitor,
    Segments(username): Segments<String>,
    form: Form,
) -> Result<Response, Problem> {
    let new = Body(argument(json!({ "password": form.value("password") }))?);
    let segments = Segments(username.clone());
    let set = users::set_password(State(Arc::clone(&admin)), visitor.caller.clone(), segments, new).await.map(|_| ());
    ended(admin, &visitor, username, "password", set).await
}

/// Leads back to the user, or shows them again with the reason why nothing was changed.
async fn ended(
    admin: Arc<Admin>,
    visitor: &Visitor,
    username: String,
    done: &str,
    outcome: Result<(), Problem>,
) -> Result<Response, Problem> {
    match outcome {
        Ok(()) => Ok(Redirect::to(&shown_with(&username, done)).into_response()),
        Err(problem) if is_of_form(&problem) => {
            let page = user_page(admin, visitor, username, &json!({}), Some(&problem)).await?;
            Ok((problem.status, page).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// True if what was given is at fault, or what has happened since.
fn is_of_form(problem: &Problem) -> bool {
    matches!(problem.status.as_u16(), 409 | 412 | 422 | 428 | 429)
}

fn shown_with(username: &str, done: &str) -> String {
    format!("{}?done={done}", address::path(["users", username]))
}

/// The fields that a form has, of those that it may have.
fn fields(form: &Form, names: &[&str]) -> Map<String, Value> {
    let given = names.iter().filter_map(|name| Some((*name, form.values(name).next()?)));
    given.map(|(name, value)| (name.to_owned(), json!(value.trim()))).collect()
}

fn choices(admin: &Admin) -> Value {
    let roles = admin.pipeline.parts().settings.roles.all();
    let roles: Vec<String> = roles.into_iter().map(|role| role.to_string()).collect();
    json!({ "roles": roles, "locales": Locale::ALL.map(|locale| locale.to_string()) })
}
