//! Complaints about the client under test, and counters.

use std::fmt::Write as _;

/// The double's complaints, as sentences with the request in question, and its counters since the start.
#[derive(Debug, Clone, Default)]
pub(crate) struct Counts {
    /// Requests of every kind.
    pub(crate) requests: u64,
    /// Bodies that do not conform to Discord's description.
    pub(crate) schema: Vec<String>,
    /// Answers of 401, 403 and 429 that no test asked for: ten thousand in ten minutes ban the address.
    pub(crate) invalid: Vec<String>,
    /// Answers of 429 that no test asked for.
    pub(crate) limited: u64,
    /// Other refusals that no test asked for.
    pub(crate) refused: Vec<String>,
    /// Breaches of the protocol: unknown routes and opcodes, missing headers, wrong sequence numbers.
    pub(crate) protocol: Vec<String>,
    /// Sends and edits that left it to Discord whom to notify.
    pub(crate) unguarded: Vec<String>,
    /// The people whom the bot notified.
    pub(crate) pings: Vec<String>,
    /// Interactions that were not acknowledged within three seconds.
    pub(crate) late: Vec<String>,
    /// Edits of messages, however made.
    pub(crate) edits: u64,
    /// Answers of the double itself that do not conform to Discord's description.
    pub(crate) own: Vec<String>,
    /// Messages sent by the bot.
    pub(crate) sent: u64,
    /// Times the commands were registered.
    pub(crate) registrations: u64,
    /// Heartbeats.
    pub(crate) heartbeats: u64,
    /// New sessions of the gateway.
    pub(crate) identified: u64,
    /// Sessions taken up again.
    pub(crate) resumed: u64,
}

impl Counts {
    /// Lists every complaint, one per line; empty if there is none.
    pub(crate) fn complaints(&self) -> String {
        let kinds = [
            ("against the schema", &self.schema),
            ("invalid", &self.invalid),
            ("refused", &self.refused),
            ("against the protocol", &self.protocol),
            ("without allowed_mentions", &self.unguarded),
            ("notified", &self.pings),
            ("late", &self.late),
            ("the double's own fault", &self.own),
        ];
        let mut all = String::new();
        for (kind, complaints) in kinds {
            for complaint in complaints {
                let _ = writeln!(all, "{kind}: {complaint}");
            }
        }
        all
    }
}
