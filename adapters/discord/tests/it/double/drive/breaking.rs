//! What goes wrong, and what time it is.

use std::time::Duration;

use serde_json::{Value, json};

use crate::double::gateway::{Happening, Order};
use crate::double::world::Id;
use crate::double::{Discord, Fault, To};

impl Discord {
    /// The next request of that kind meets this fault.
    pub(crate) fn fails(&self, to: To, fault: Fault) {
        self.shared.world().faults.add(to, fault);
    }

    /// Time goes by.
    pub(crate) fn passes(&self, span: Duration) {
        self.shared.world().clock.passes(span);
        self.shared.changed();
    }

    /// The gateway closes its connections with that code.
    pub(crate) fn closes(&self, code: u16) {
        self.orders(&Order::Close(code, "as a test wants it"));
    }

    /// The connections of the gateway end without a word.
    pub(crate) fn cuts(&self) {
        self.orders(&Order::Cut);
    }

    /// The gateway asks to connect anew.
    pub(crate) fn asks_to_reconnect(&self) {
        self.orders(&Order::Send(json!({ "op": 7, "d": null })));
    }

    /// The gateway asks for a heartbeat at once.
    pub(crate) fn asks_for_heartbeat(&self) {
        self.orders(&Order::Send(json!({ "op": 1, "d": null })));
    }

    /// The gateway says that the session is not good any more, or not now.
    pub(crate) fn invalidates(&self, resumable: bool) {
        if !resumable {
            self.forgets_sessions();
        }
        self.orders(&Order::Send(json!({ "op": 9, "d": resumable })));
    }

    /// No session can be taken up again.
    pub(crate) fn forgets_sessions(&self) {
        for session in &mut self.shared.world().gateway.sessions {
            session.over = true;
        }
    }

    /// Whether heartbeats are acknowledged from now on.
    pub(crate) fn acknowledges_heartbeats(&self, acknowledges: bool) {
        self.shared.world().gateway.acknowledges = acknowledges;
    }

    /// The gateway takes no connections until it is told to.
    pub(crate) fn goes_away(&self) {
        self.shared.world().gateway.open = false;
        self.cuts();
    }

    /// The gateway takes connections again.
    pub(crate) fn comes_back(&self) {
        self.shared.world().gateway.open = true;
    }

    /// The last event of each session is told once more.
    pub(crate) fn repeats_itself(&self) {
        for session in &mut self.shared.world().gateway.sessions {
            session.repeat();
        }
    }

    /// An event as a test makes it up, with a number of its own.
    pub(crate) fn tells(&self, kind: &str, guild: Option<Id>, data: Value) {
        self.shared.world().dispatch(&Happening { kind, guild, intent: 0, data, bare: None });
    }

    /// The gateway sends these characters, whatever they are.
    pub(crate) fn babbles(&self, text: &str) {
        self.orders(&Order::SendText(text.to_owned()));
    }

    fn orders(&self, order: &Order) {
        for session in self.shared.world().gateway.sessions.iter().filter(|session| session.connected()) {
            session.order(order.clone());
        }
    }
}
