//! Accounts, the application, and where the gateway is.

use serde_json::{Value, json};

use super::answer::Reply;
use super::call::Call;
use super::refusal::Refusal;
use crate::double::json::with;
use crate::double::world::{Id, World};

pub(super) fn gateway(world: &mut World, _: &Call) -> Result<Reply, Refusal> {
    Ok(Reply::Json(json!({ "url": world.gateway.url })))
}

pub(super) fn gateway_for_bots(world: &mut World, _: &Call) -> Result<Reply, Refusal> {
    let limit = json!({ "total": 1_000, "remaining": 999, "reset_after": 86_400_000, "max_concurrency": 1 });
    Ok(Reply::Json(json!({
        "url": world.gateway.url, "shards": world.gateway.shards, "session_start_limit": limit,
    })))
}

pub(super) fn application(world: &mut World, _: &Call) -> Result<Reply, Refusal> {
    Ok(Reply::Json(json!({
        "id": world.app.id.to_string(), "name": world.name_of(world.app.bot), "icon": null, "description": "",
        "type": null, "bot": world.user(world.app.bot), "summary": "", "bot_public": true,
        "bot_require_code_grant": false, "verify_key": "0".repeat(64), "flags": world.app_flags(), "hook": true,
        "owner": world.user(world.app.bot), "team": null, "redirect_uris": [], "interactions_endpoint_url": null,
        "approximate_guild_count": world.guilds.len(), "integration_types_config": { "0": {} },
        "flags_new": world.app_flags().to_string(), "role_connections_verification_url": null,
        "approximate_user_install_count": 0, "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0, "eligible_oauth2_scopes": [],
    })))
}

pub(super) fn own_account(world: &mut World, _: &Call) -> Result<Reply, Refusal> {
    let own =
        [("mfa_enabled", json!(true)), ("verified", json!(true)), ("email", Value::Null), ("locale", json!("fr"))];
    Ok(Reply::Json(with(world.user(world.app.bot), own)))
}

pub(super) fn account(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let id = call.id("user_id");
    if world.accounts.contains_key(&id) { Ok(Reply::Json(world.user(id))) } else { Err(Refusal::UNKNOWN_USER) }
}

/// Opens the private channel with somebody, or finds it. Whether they read it is only known when something is sent.
pub(super) fn open_dm(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let id = call.part("recipient_id");
    let id: Id = id.as_u64().or_else(|| id.as_str()?.parse().ok()).unwrap_or_default();
    let known = world.accounts.get(&id).is_some_and(|account| !account.bot);
    if !known {
        return Err(Refusal::invalid("recipient_id", "Invalid Recipient(s)"));
    }
    let channel = world.dm_with(id);
    Ok(Reply::Json(world.channel(&world.channels[&channel])))
}
