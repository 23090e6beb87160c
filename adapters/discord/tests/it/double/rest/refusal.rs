//! Refusals, with the codes that Discord gives them:
//! <https://discord.com/developers/docs/topics/opcodes-and-status-codes#json>.

use serde_json::{Value, json};

/// The reason why a request was refused.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: u32,
    pub(crate) message: &'static str,
    /// The field in error and the reason, for a body that is not accepted.
    pub(crate) because: Option<String>,
}

impl Refusal {
    const fn new(status: u16, code: u32, message: &'static str) -> Self {
        Self { status, code, message, because: None }
    }

    pub(crate) const UNAUTHORIZED: Self = Self::new(401, 0, "401: Unauthorized");
    pub(crate) const NO_ROUTE: Self = Self::new(404, 0, "404: Not Found");
    pub(crate) const UNKNOWN_APPLICATION: Self = Self::new(404, 10_002, "Unknown Application");
    pub(crate) const UNKNOWN_CHANNEL: Self = Self::new(404, 10_003, "Unknown Channel");
    pub(crate) const UNKNOWN_GUILD: Self = Self::new(404, 10_004, "Unknown Guild");
    pub(crate) const UNKNOWN_MEMBER: Self = Self::new(404, 10_007, "Unknown Member");
    pub(crate) const UNKNOWN_MESSAGE: Self = Self::new(404, 10_008, "Unknown Message");
    pub(crate) const UNKNOWN_USER: Self = Self::new(404, 10_013, "Unknown User");
    pub(crate) const UNKNOWN_WEBHOOK: Self = Self::new(404, 10_015, "Unknown Webhook");
    pub(crate) const UNKNOWN_INTERACTION: Self = Self::new(404, 10_062, "Unknown interaction");
    pub(crate) const OLD_EDITS: Self =
        Self::new(429, 30_046, "Maximum number of edits to messages older than 1 hour reached. Try again later");
    pub(crate) const TOO_LARGE: Self = Self::new(413, 40_005, "Request entity too large");
    pub(crate) const ACKNOWLEDGED: Self = Self::new(400, 40_060, "Interaction has already been acknowledged.");
    pub(crate) const MISSING_ACCESS: Self = Self::new(403, 50_001, "Missing Access");
    pub(crate) const NOT_THE_AUTHOR: Self = Self::new(403, 50_005, "Cannot edit a message authored by another user");
    pub(crate) const EMPTY: Self = Self::new(400, 50_006, "Cannot send an empty message");
    pub(crate) const NO_DMS: Self = Self::new(403, 50_007, "Cannot send messages to this user");
    pub(crate) const MISSING_PERMISSIONS: Self = Self::new(403, 50_013, "Missing Permissions");
    pub(crate) const WRONG_CHANNEL: Self = Self::new(400, 50_024, "Cannot execute action on this channel type");
    pub(crate) const INVALID_TOKEN: Self = Self::new(401, 50_027, "Invalid Webhook Token");
    pub(crate) const INVALID_BODY: Self = Self::new(400, 50_035, "Invalid Form Body");
    pub(crate) const ARCHIVED: Self = Self::new(400, 50_083, "Thread is archived");
    pub(crate) const NO_JSON: Self = Self::new(400, 50_109, "The request body contains invalid JSON.");
    pub(crate) const HAS_THREAD: Self = Self::new(400, 160_004, "A thread has already been created for this message");

    /// A body that is wrong there for that reason.
    pub(crate) fn invalid(at: &str, why: &str) -> Self {
        Self { because: Some(format!("{at}: {why}")), ..Self::INVALID_BODY }
    }

    pub(super) fn body(&self) -> Value {
        let mut body = json!({ "message": self.message, "code": self.code });
        if let Some(because) = &self.because {
            let (at, why) = because.split_once(": ").unwrap_or(("", because));
            body["errors"] = json!({ at: { "_errors": [{ "code": "BASE_TYPE_BAD", "message": why }] } });
        }
        body
    }
}
