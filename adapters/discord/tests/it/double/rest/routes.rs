//! Every route that the double knows. What is not here does not exist, and asking for it is a complaint.

use std::future::ready;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::routing::{MethodFilter, on};

use super::answer::{Act, answer};
use super::{channels, commands, files, followups, guilds, interactions, messages, threads, users};
use crate::double::Shared;

/// The prefix of every route.
pub(super) const BASE: &str = "/api/v10";

const GET: MethodFilter = MethodFilter::GET;
const POST: MethodFilter = MethodFilter::POST;
const PUT: MethodFilter = MethodFilter::PUT;
const PATCH: MethodFilter = MethodFilter::PATCH;
const DELETE: MethodFilter = MethodFilter::DELETE;

/// Method, path as Discord's description has it, and what it does.
const ROUTES: &[(MethodFilter, &str, Act)] = &[
    (GET, "/gateway", users::gateway),
    (GET, "/gateway/bot", users::gateway_for_bots),
    (GET, "/applications/@me", users::application),
    (GET, "/oauth2/applications/@me", users::application),
    (GET, "/users/@me", users::own_account),
    (GET, "/users/{user_id}", users::account),
    (POST, "/users/@me/channels", users::open_dm),
    (GET, "/users/@me/guilds", guilds::own_guilds),
    (DELETE, "/users/@me/guilds/{guild_id}", guilds::leave),
    (GET, "/guilds/{guild_id}", guilds::guild),
    (GET, "/guilds/{guild_id}/channels", guilds::guild_channels),
    (GET, "/guilds/{guild_id}/roles", guilds::roles),
    (GET, "/guilds/{guild_id}/members/{user_id}", guilds::member),
    (GET, "/guilds/{guild_id}/threads/active", guilds::active_threads),
    (GET, "/applications/{application_id}/commands", commands::list),
    (PUT, "/applications/{application_id}/commands", commands::replace),
    (GET, "/applications/{application_id}/guilds/{guild_id}/commands", commands::list),
    (PUT, "/applications/{application_id}/guilds/{guild_id}/commands", commands::replace),
    (GET, "/channels/{channel_id}", channels::channel),
    (PATCH, "/channels/{channel_id}", channels::change),
    (POST, "/channels/{channel_id}/typing", channels::typing),
    (GET, "/channels/{channel_id}/messages", messages::list),
    (POST, "/channels/{channel_id}/messages", messages::send),
    (GET, "/channels/{channel_id}/messages/{message_id}", messages::message),
    (PATCH, "/channels/{channel_id}/messages/{message_id}", messages::edit),
    (DELETE, "/channels/{channel_id}/messages/{message_id}", messages::delete),
    (POST, "/channels/{channel_id}/messages/{message_id}/threads", threads::from_message),
    (PUT, "/channels/{channel_id}/thread-members/{user_id}", threads::add_member),
    (POST, "/interactions/{interaction_id}/{interaction_token}/callback", interactions::answer),
    (POST, "/webhooks/{webhook_id}/{webhook_token}", followups::send),
    (GET, "/webhooks/{webhook_id}/{webhook_token}/messages/@original", followups::message),
    (PATCH, "/webhooks/{webhook_id}/{webhook_token}/messages/@original", followups::edit),
    (DELETE, "/webhooks/{webhook_id}/{webhook_token}/messages/@original", followups::delete),
    (GET, "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}", followups::message),
    (PATCH, "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}", followups::edit),
    (DELETE, "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}", followups::delete),
];

/// The routes over what is shared.
pub(in crate::double) fn router(shared: Arc<Shared>) -> Router {
    let known = ROUTES.iter().fold(Router::<Arc<Shared>>::new(), |router, &(method, path, act)| {
        let way = move |State(shared): State<Arc<Shared>>, request: Request| answer(shared, path, act, request);
        router.route(&format!("{BASE}{path}"), on(method, way))
    });
    // Where the files of messages lie: not a part of the API.
    let file = |State(shared): State<Arc<Shared>>, request: Request| {
        answer(shared, "/attachments/{channel_id}/{attachment_id}/{name}", files::file, request)
    };
    let known = known.route("/attachments/{channel_id}/{attachment_id}/{name}", on(GET, file));
    let unknown = |State(shared): State<Arc<Shared>>, request: Request| {
        let asked = format!("the double has no {} {}", request.method(), request.uri());
        shared.world().counts.protocol.push(asked);
        ready(StatusCode::NOT_FOUND)
    };
    known.fallback(unknown).method_not_allowed_fallback(unknown).with_state(shared)
}
