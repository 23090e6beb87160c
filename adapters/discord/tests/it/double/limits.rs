//! Rate limits with the headers that Discord documents: <https://discord.com/developers/docs/topics/rate-limits>.

use std::collections::BTreeMap;
use std::time::Duration;

use super::clock::{Millis, millis};

/// The rate limits of a double.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limits {
    /// So much that no test meets them, with headers that say so.
    Wide,
    /// As they have been seen on the real Discord, which does not publish them.
    AsDiscord,
}

/// The windows of all limits, with what was used of each.
#[derive(Debug)]
pub(super) struct Buckets {
    limits: Limits,
    windows: BTreeMap<String, Window>,
    /// The global limit of all routes together: fifty requests per second.
    global: Window,
}

#[derive(Debug, Clone, Copy, Default)]
struct Window {
    used: u32,
    ends: Millis,
}

/// The state of a limit, as the headers of an answer state it.
#[derive(Debug, Clone)]
pub(super) struct Standing {
    pub(super) limit: u32,
    pub(super) remaining: u32,
    /// The time at which the window ends.
    pub(super) reset: Millis,
    pub(super) reset_after: Duration,
    pub(super) bucket: String,
    /// The limit that this request exceeded, if any.
    pub(super) exceeded: Option<Scope>,
}

/// The scope of the limit that a refusal names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// That of the route.
    User,
    /// That of the bot in all.
    Global,
    /// That of a resource which others use too: not counted as an invalid request.
    Shared,
}

impl Scope {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Global => "global",
            Self::Shared => "shared",
        }
    }
}

impl Buckets {
    pub(super) fn new(limits: Limits) -> Self {
        Self { limits, windows: BTreeMap::new(), global: Window::default() }
    }

    /// Takes one request of a route from its limit; `major` is the channel, guild or webhook it is of. `None` for
    /// routes without a limit of their own.
    pub(super) fn take(&mut self, now: Millis, method: &str, path: &str, major: &str) -> Option<Standing> {
        let (limit, span) = limit_of(method, path)?;
        let limit = if self.limits == Limits::Wide { limit * 1_000 } else { limit };
        let bucket = name_of(method, path);
        let window = self.windows.entry(format!("{bucket} {major}")).or_default();
        let over = window.over(now, limit, span);
        let standing = Standing {
            limit,
            remaining: limit.saturating_sub(window.used),
            reset: window.ends,
            reset_after: Duration::from_millis(window.ends - now),
            bucket,
            exceeded: over.then_some(Scope::User),
        };
        let of_all = if self.limits == Limits::Wide { 50_000 } else { 50 };
        // What answers interactions does not count for the whole.
        let counted = !path.starts_with("/interactions") && !path.starts_with("/webhooks");
        if !over && counted && self.global.over(now, of_all, Duration::from_secs(1)) {
            let reset_after = Duration::from_millis(self.global.ends - now);
            return Some(Standing { exceeded: Some(Scope::Global), reset_after, ..standing });
        }
        Some(standing)
    }
}

impl Window {
    /// Takes one, and says whether it was one too many. A window begins with its first request.
    fn over(&mut self, now: Millis, limit: u32, span: Duration) -> bool {
        if now >= self.ends {
            *self = Self { used: 0, ends: now + millis(span) };
        }
        if self.used >= limit {
            return true;
        }
        self.used += 1;
        false
    }
}

/// Requests and the span they are allowed in. Seen, not published: clients obey the headers.
fn limit_of(method: &str, path: &str) -> Option<(u32, Duration)> {
    let (limit, seconds) = match (method, path) {
        ("POST", "/interactions/{interaction_id}/{interaction_token}/callback") => return None,
        ("DELETE", "/channels/{channel_id}/messages/{message_id}") => (5, 1),
        ("PUT", "/applications/{application_id}/commands") => (2, 5),
        _ if path.starts_with("/attachments") || path.starts_with("/gateway") => return None,
        _ => (5, 5),
    };
    Some((limit, Duration::from_secs(seconds)))
}

/// A word that is the same for the same limit, and says nothing of the resource.
fn name_of(method: &str, path: &str) -> String {
    // Fowler, Noll and Vo's hash, which has no state.
    let hash = format!("{method} {path}")
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{hash:016x}")
}
