//! A session of the gateway, which outlives its connections.

use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedSender;

use crate::double::clock::Millis;
use crate::double::world::Id;

/// Time for which a session without a connection can be resumed.
const KEPT: Millis = 5 * 60 * 1_000;

/// A session, with the shard and the intents that the bot identified with.
#[derive(Debug)]
pub(in crate::double) struct Session {
    pub(in crate::double) id: String,
    /// Its shard, and how many there are.
    pub(in crate::double) shard: (u64, u64),
    pub(in crate::double) intents: u64,
    /// The sequence number of its last event.
    pub(in crate::double) seq: u64,
    /// Every event since it began.
    events: Vec<Value>,
    /// The connection it has now.
    line: Option<UnboundedSender<Order>>,
    /// The time since which it has no connection.
    alone_since: Option<Millis>,
    /// True if it can no longer be resumed.
    pub(in crate::double) over: bool,
}

/// An order to a connection.
#[derive(Debug, Clone)]
pub(in crate::double) enum Order {
    /// Send this.
    Send(Value),
    /// Send these characters as they are.
    SendText(String),
    /// Close with this code.
    Close(u16, &'static str),
    /// End without a word.
    Cut,
}

impl Session {
    pub(super) fn new(id: String, shard: (u64, u64), intents: u64, line: UnboundedSender<Order>) -> Self {
        let events = Vec::new();
        Self { id, shard, intents, seq: 0, events, line: Some(line), alone_since: None, over: false }
    }

    /// Checks whether the session's shard receives the events of a guild, or those of no guild.
    pub(super) fn serves(&self, guild: Option<Id>) -> bool {
        guild.map_or(self.shard.0 == 0, |guild| (guild >> 22) % self.shard.1 == self.shard.0)
    }

    /// Tells an event, now or when it is taken up again.
    pub(super) fn tell(&mut self, kind: &str, data: &Value) {
        if self.over {
            return;
        }
        self.seq += 1;
        let event = json!({ "op": 0, "t": kind, "s": self.seq, "d": data });
        self.events.push(event.clone());
        self.order(Order::Send(event));
    }

    /// Tells its connection, where it has one.
    pub(in crate::double) fn order(&self, order: Order) {
        if let Some(line) = &self.line {
            // A connection that has just ended hears nothing.
            let _ = line.send(order);
        }
    }

    /// Checks whether it has a connection.
    pub(in crate::double) fn connected(&self) -> bool {
        self.line.is_some()
    }

    /// The last event once more, as Discord sometimes tells one twice.
    pub(in crate::double) fn repeat(&mut self) {
        let Some(mut last) = self.events.last().cloned() else { return };
        self.seq += 1;
        last["s"] = json!(self.seq);
        self.events.push(last.clone());
        self.order(Order::Send(last));
    }

    /// Gives it to a new connection, which is told what it missed.
    pub(super) fn take_up(&mut self, line: UnboundedSender<Order>, seen: u64) {
        self.order(Order::Cut);
        self.line = Some(line);
        self.alone_since = None;
        let missed = self.events.iter().filter(|event| event["s"].as_u64().is_some_and(|seq| seq > seen));
        for event in missed {
            self.order(Order::Send(event.clone()));
        }
    }

    /// Checks whether it can be resumed.
    pub(super) fn can_be_taken_up(&self, now: Millis) -> bool {
        !self.over && self.alone_since.is_none_or(|since| now.saturating_sub(since) < KEPT)
    }

    /// Its connection has ended, in a way after which the session can be taken up again or not.
    pub(super) fn leave(&mut self, now: Millis, line: &UnboundedSender<Order>, over: bool) {
        if self.line.as_ref().is_some_and(|own| own.same_channel(line)) {
            self.line = None;
            self.alone_since = Some(now);
            self.over |= over;
        }
    }
}
