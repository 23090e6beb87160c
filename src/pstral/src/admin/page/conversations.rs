//! One's own conversations.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{Redirect, Response};
use serde_json::{Value, json};

use super::answer::{answer, argument};
use super::sql_tokens::tokens;
use super::visitor::Visitor;
use crate::admin::problem::{Problem, QueryString, Segments};
use crate::admin::{Admin, conversations};

/// Shows one's own conversations.
pub(super) async fn list(State(admin): State<Arc<Admin>>, visitor: Visitor) -> Result<Response, Problem> {
    let held = answer(conversations::list(State(admin), visitor.caller.clone()).await?).await?;
    visitor.page("conversations.html", &held)
}

/// Shows a conversation of one's own: what was said, the statements, and the rows that one may still read.
pub(super) async fn one(
    State(admin): State<Arc<Admin>>,
    visitor: Visitor,
    Segments(number): Segments<String>,
) -> Result<Response, Problem> {
    let as_data = QueryString(argument(json!({}))?);
    let shown = conversations::show(State(admin), visitor.caller.clone(), Segments(number), as_data).await?;
    let held = answer(shown).await?;
    let turns = held["turns"].as_array().into_iter().flatten();
    let turns = turns.map(|turn| json!({ "of": turn, "tokens": turn["statement"]["text"].as_str().map(tokens) }));
    let turns: Vec<Value> = turns.collect();
    visitor.page("conversation.html", &json!({ "held": held, "turns": turns }))
}

/// Writes a conversation of one's own as a PDF. It is a page of its own so that what goes wrong is told as one.
pub(super) async fn pdf(
    State(admin): State<Arc<Admin>>,
    visitor: Visitor,
    number: Segments<String>,
) -> Result<Response, Problem> {
    let as_pdf = QueryString(argument(json!({ "format": "pdf" }))?);
    conversations::show(State(admin), visitor.caller, number, as_pdf).await
}

/// Deletes a conversation of one's own.
pub(super) async fn remove(
    State(admin): State<Arc<Admin>>,
    visitor: Visitor,
    number: Segments<String>,
) -> Result<Redirect, Problem> {
    conversations::remove(State(admin), visitor.caller, number).await?;
    Ok(Redirect::to("/conversations?done=deleted"))
}
