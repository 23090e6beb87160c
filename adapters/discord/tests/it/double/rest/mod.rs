//! The REST API, version 10: <https://discord.com/developers/docs/reference>.

#![allow(clippy::unnecessary_wraps, reason = "routes are all of one form")]

mod answer;
mod body;
mod call;
mod channels;
mod commands;
mod files;
mod followups;
mod guilds;
mod interactions;
mod messages;
mod multipart;
mod refusal;
mod routes;
mod threads;
mod users;

pub(crate) use refusal::Refusal;
pub(super) use routes::router;
