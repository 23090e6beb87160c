//! Guilds: <https://discord.com/developers/docs/resources/guild>.

use serde_json::{Value, json};

use super::answer::Reply;
use super::call::Call;
use super::refusal::Refusal;
use crate::double::gateway::{Happening, intent};
use crate::double::json::{role, with};
use crate::double::world::{Guild, Id, Kind, World};

pub(super) fn own_guilds(world: &mut World, _: &Call) -> Result<Reply, Refusal> {
    let guilds = world.guilds.values().filter(|guild| world.is_in(guild)).map(|guild| {
        json!({
            "id": guild.id.to_string(), "name": guild.name, "icon": null, "banner": null, "features": [],
            "owner": guild.owner == world.app.bot,
            "permissions": world.rights_in_guild(world.app.bot, guild.id).to_string(),
        })
    });
    Ok(Reply::Json(guilds.collect()))
}

pub(super) fn guild(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    Ok(Reply::Json(world.guild(of_bot(world, call.id("guild_id"))?)))
}

pub(super) fn guild_channels(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let guild = of_bot(world, call.id("guild_id"))?.id;
    Ok(Reply::Json(channels(world, guild, |kind| kind != Kind::Thread)))
}

pub(super) fn active_threads(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let guild = of_bot(world, call.id("guild_id"))?.id;
    Ok(Reply::Json(
        json!({ "threads": channels(world, guild, |kind| kind == Kind::Thread), "members": [], "has_more": false }),
    ))
}

pub(super) fn roles(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    Ok(Reply::Json(of_bot(world, call.id("guild_id"))?.roles.iter().map(role).collect()))
}

pub(super) fn member(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let guild = of_bot(world, call.id("guild_id"))?;
    let user = call.id("user_id");
    if !guild.members.contains_key(&user) {
        return Err(Refusal::UNKNOWN_MEMBER);
    }
    Ok(Reply::Json(world.whole_member(guild.id, user)))
}

pub(super) fn leave(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let id = of_bot(world, call.id("guild_id"))?.id;
    world.put_out(id);
    Ok(Reply::Nothing)
}

fn of_bot(world: &World, id: Id) -> Result<&Guild, Refusal> {
    let guild = world.guilds.get(&id).ok_or(Refusal::UNKNOWN_GUILD)?;
    if world.is_in(guild) { Ok(guild) } else { Err(Refusal::MISSING_ACCESS) }
}

fn channels(world: &World, guild: Id, wanted: fn(Kind) -> bool) -> Value {
    let channels = world.channels.values().filter(|channel| channel.guild == Some(guild) && wanted(channel.kind));
    channels.map(|channel| world.channel(channel)).collect()
}

impl World {
    /// The bot is in that guild no more, and is told so.
    pub(in crate::double) fn put_out(&mut self, guild: Id) {
        let bot = self.app.bot;
        if let Some(guild) = self.guilds.get_mut(&guild) {
            guild.members.remove(&bot);
        }
        let data = json!({ "id": guild.to_string() });
        self.dispatch(&Happening {
            kind: "GUILD_DELETE",
            guild: Some(guild),
            intent: intent::GUILDS,
            data,
            bare: None,
        });
    }

    /// The bot comes into a guild, and is told of it.
    pub(in crate::double) fn let_in(&mut self, id: Id) {
        let (bot, now) = (self.app.bot, self.clock.now());
        let Some(guild) = self.guilds.get_mut(&id) else { return };
        guild.members.insert(bot, Vec::new());
        guild.joined = now;
        let data = with(self.guild_create(&self.guilds[&id], 0), [("unavailable", json!(false))]);
        self.dispatch(&Happening { kind: "GUILD_CREATE", guild: Some(id), intent: intent::GUILDS, data, bare: None });
    }
}
