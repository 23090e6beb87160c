//! Injecting faults, and advancing the clock.

use std::time::Duration;

use serde_json::{Value, json};

use crate::double::gateway::{Happening, Order};
use crate::double::world::Id;
use crate::double::{Discord, Fault, To};

impl Discord {
    /// Has the next request of that kind meet this fault.
    pub(crate) fn fails(&self, to: To, fault: Fault) {
        self.shared.world().faults.add(to, fault);
    }

    /// Advances the clock.
    pub(crate) fn passes(&self, span: Duration) {
        self.shared.world().clock.passes(span);
        self.shared.changed();
    }

    /// Closes all gateway connections with that code.
    pub(crate) fn closes(&self, code: u16) {
        self.orders(&Order::Close(code, "as a test wants it"));
    }

    /// Cuts all gateway connections without a close frame.
    pub(crate) fn cuts(&self) {
        self.orders(&Order::Cut);
    }

    /// Sends the order to reconnect.
    pub(crate) fn asks_to_reconnect(&self) {
        self.orders(&Order::Send(json!({ "op": 7, "d": null })));
    }

    /// Sends a request for an immediate heartbeat.
    pub(crate) fn asks_for_heartbeat(&self) {
        self.orders(&Order::Send(json!({ "op": 1, "d": null })));
    }

    /// Invalidates the session, for good or `resumable`.
    pub(crate) fn invalidates(&self, resumable: bool) {
        if !resumable {
            self.forgets_sessions();
        }
        self.orders(&Order::Send(json!({ "op": 9, "d": resumable })));
    }

    /// Makes every session impossible to resume.
    pub(crate) fn forgets_sessions(&self) {
        for session in &mut self.shared.world().gateway.sessions {
            session.over = true;
        }
    }

    /// Sets whether heartbeats are acknowledged from now on.
    pub(crate) fn acknowledges_heartbeats(&self, acknowledges: bool) {
        self.shared.world().gateway.acknowledges = acknowledges;
    }

    /// Makes the gateway refuse connections until told otherwise.
    pub(crate) fn goes_away(&self) {
        self.shared.world().gateway.open = false;
        self.cuts();
    }

    /// Makes the gateway accept connections again.
    pub(crate) fn comes_back(&self) {
        self.shared.world().gateway.open = true;
    }

    /// Sends the last event of each session once more.
    pub(crate) fn repeats_itself(&self) {
        for session in &mut self.shared.world().gateway.sessions {
            session.repeat();
        }
    }

    /// Sends an event that the test makes up, with a sequence number of its own.
    pub(crate) fn tells(&self, kind: &str, guild: Option<Id>, data: Value) {
        self.shared.world().dispatch(&Happening { kind, guild, intent: 0, data, bare: None });
    }

    /// Sends these characters on the gateway, whatever they are.
    pub(crate) fn babbles(&self, text: &str) {
        self.orders(&Order::SendText(text.to_owned()));
    }

    fn orders(&self, order: &Order) {
        for session in self.shared.world().gateway.sessions.iter().filter(|session| session.connected()) {
            session.order(order.clone());
        }
    }
}
