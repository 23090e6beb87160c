//! The gateway's handling of payloads from a client.

use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedSender;

use super::dispatch::intent;
use super::{Order, Session};
use crate::double::world::World;

/// The longest a client may say, in bytes: <https://discord.com/developers/docs/events/gateway#sending-events>.
const LONGEST: usize = 4_096;

/// One connection, as far as the protocol goes.
#[derive(Debug)]
pub(super) struct Caller {
    pub(super) line: UnboundedSender<Order>,
    /// True if the client accepts compressed payloads.
    pub(super) compresses: bool,
    /// The session it has.
    pub(super) session: Option<String>,
}

impl Caller {
    /// Takes a text of the client's. What it leads to goes over the line.
    pub(super) fn hears(&mut self, world: &mut World, text: &str) {
        let payload: Option<Value> = serde_json::from_str(text).ok().filter(|_| text.len() <= LONGEST);
        let Some((payload, opcode)) =
            payload.and_then(|payload| payload["op"].as_u64().map(|op| (payload.clone(), op)))
        else {
            return self.faulted(world, 4002, "Error while decoding payload.", text);
        };
        let data = &payload["d"];
        match (opcode, self.session.is_some()) {
            (1, _) => self.heartbeat(world, data),
            (2, false) => self.identify(world, data),
            (6, false) => self.resume(world, data),
            (2 | 6, true) => self.faulted(world, 4005, "Already authenticated.", text),
            // Its presence, of which nobody takes notice.
            (3, true) => {}
            (3, false) => self.faulted(world, 4003, "Not authenticated.", text),
            _ => self.faulted(world, 4001, "Unknown opcode.", text),
        }
    }

    /// Closes for a fault of the client's, which is a complaint.
    fn faulted(&self, world: &mut World, code: u16, reason: &'static str, said: &str) {
        let said: String = said.chars().take(200).collect();
        world.counts.protocol.push(format!("gateway closed with {code}, {reason} {said}"));
        self.say(Order::Close(code, reason));
    }

    /// Closes for what is wrong with the bot's account or configuration, which tests do on purpose.
    fn refuses(&self, code: u16, reason: &'static str) {
        self.say(Order::Close(code, reason));
    }

    fn say(&self, order: Order) {
        let _ = self.line.send(order);
    }

    fn heartbeat(&self, world: &mut World, seen: &Value) {
        world.counts.heartbeats += 1;
        let session = world.gateway.sessions.iter().find(|session| Some(&session.id) == self.session.as_ref());
        let told = session.map_or(0, |session| session.seq);
        if !seen.is_null() && seen.as_u64().is_none_or(|seen| seen > told) {
            world.counts.protocol.push(format!("a heartbeat claims event {seen} of {told}"));
        }
        if world.gateway.acknowledges {
            self.say(Order::Send(json!({ "op": 11, "d": null })));
        }
    }

    fn identify(&mut self, world: &mut World, data: &Value) {
        let properties = ["os", "browser", "device"].map(|key| data["properties"][key].is_string());
        if properties.contains(&false) {
            return self.faulted(world, 4002, "Error while decoding payload.", &data.to_string());
        }
        if bare_token(&data["token"]) != world.app.token {
            return self.refuses(4004, "Authentication failed.");
        }
        let Some(intents) = data["intents"].as_u64().filter(|intents| intents & !intent::KNOWN == 0) else {
            return self.faulted(world, 4013, "Invalid intent(s).", &data["intents"].to_string());
        };
        if intents & intent::PRIVILEGED & !world.app.privileged != 0 {
            return self.refuses(4014, "Disallowed intent(s).");
        }
        let shard = (data["shard"][0].as_u64().unwrap_or(0), data["shard"][1].as_u64().unwrap_or(1));
        if shard.0 >= shard.1 {
            return self.faulted(world, 4010, "Invalid shard.", &data["shard"].to_string());
        }
        if shard.1 < world.gateway.shards {
            return self.refuses(4011, "Sharding required.");
        }
        self.compresses = data["compress"] == true;
        self.begin(world, shard, intents);
    }

    fn begin(&mut self, world: &mut World, shard: (u64, u64), intents: u64) {
        world.counts.identified += 1;
        let id = format!("session-{}", world.id());
        let mut session = Session::new(id.clone(), shard, intents, self.line.clone());
        session.tell("READY", &world.ready(&session));
        if intents & intent::GUILDS != 0 {
            for guild in world.guilds_of(&session) {
                session.tell("GUILD_CREATE", &world.guild_create(&world.guilds[&guild], intents));
            }
        }
        self.session = Some(id);
        world.gateway.sessions.push(session);
    }

    fn resume(&mut self, world: &mut World, data: &Value) {
        if bare_token(&data["token"]) != world.app.token {
            return self.refuses(4004, "Authentication failed.");
        }
        let now = world.clock.now();
        let (id, Some(seen)) = (data["session_id"].as_str().unwrap_or_default(), data["seq"].as_u64()) else {
            return self.faulted(world, 4002, "Error while decoding payload.", &data.to_string());
        };
        let mut sessions = world.gateway.sessions.iter_mut();
        let Some(session) = sessions.find(|session| session.id == id && session.can_be_taken_up(now)) else {
            return self.say(Order::Send(json!({ "op": 9, "d": false })));
        };
        if seen > session.seq {
            return self.refuses(4007, "Invalid seq.");
        }
        session.take_up(self.line.clone(), seen);
        session.tell("RESUMED", &json!({ "_trace": [] }));
        self.session = Some(id.to_owned());
        world.counts.resumed += 1;
    }

    /// The connection has ended, in a way after which its session can be taken up again or not.
    pub(super) fn leaves(&self, world: &mut World, over: bool) {
        let now = world.clock.now();
        let mut sessions = world.gateway.sessions.iter_mut();
        if let Some(session) = sessions.find(|session| Some(&session.id) == self.session.as_ref()) {
            session.leave(now, &self.line, over);
        }
    }
}

/// Clients may say `Bot ` before a token, or not.
fn bare_token(token: &Value) -> &str {
    let token = token.as_str().unwrap_or_default();
    token.strip_prefix("Bot ").unwrap_or(token)
}
