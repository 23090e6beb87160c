//! Faults that tests inject.

use std::collections::VecDeque;
use std::time::Duration;

use super::limits::Scope;
use super::rest::Refusal;

/// The kind of requests that a fault applies to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum To {
    Anything,
    Send,
    Edit,
    Delete,
    Read,
    Typing,
    OpenDm,
    MakeThread,
    Acknowledge,
    EditResponse,
    FollowUp,
    RegisterCommands,
}

/// A fault: how a request fails.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// 429 with every header Discord documents.
    TooFast { retry_after: Duration, scope: Scope },
    /// 429 from what stands before Discord: no header that helps, and no JSON.
    TooFastUnsaid,
    /// A failure with this status; nothing was done.
    Broken(u16),
    /// It was done, and the answer is a failure with this status all the same.
    DoneButBroken(u16),
    /// Refused with this code.
    Refused(Refusal),
    /// No answer ever; nothing was done.
    Silent,
    /// Done and answered, after so much real time.
    Slow(Duration),
}

/// The faults that wait for their request, each for one.
#[derive(Debug, Default)]
pub(super) struct Faults(VecDeque<(To, Fault)>);

impl Faults {
    pub(super) fn add(&mut self, to: To, fault: Fault) {
        self.0.push_back((to, fault));
    }

    /// Removes and returns the first fault that applies to this request.
    pub(super) fn take(&mut self, method: &str, path: &str) -> Option<Fault> {
        let at = self.0.iter().position(|(to, _)| to.is_for(method, path))?;
        self.0.remove(at).map(|(_, fault)| fault)
    }

    /// Counts the faults that have met no request yet.
    pub(super) fn left(&self) -> usize {
        self.0.len()
    }
}

impl To {
    fn is_for(self, method: &str, path: &str) -> bool {
        let (of, at) = match self {
            Self::Anything => return true,
            Self::Send => ("POST", "/channels/{channel_id}/messages"),
            Self::Edit => ("PATCH", "/channels/{channel_id}/messages/{message_id}"),
            Self::Delete => ("DELETE", "/channels/{channel_id}/messages/{message_id}"),
            Self::Read => ("GET", "/channels/{channel_id}/messages"),
            Self::Typing => ("POST", "/channels/{channel_id}/typing"),
            Self::OpenDm => ("POST", "/users/@me/channels"),
            Self::MakeThread => ("POST", "/channels/{channel_id}/messages/{message_id}/threads"),
            Self::Acknowledge => ("POST", "/interactions/{interaction_id}/{interaction_token}/callback"),
            Self::EditResponse => ("PATCH", "/webhooks/{webhook_id}/{webhook_token}/messages/@original"),
            Self::FollowUp => ("POST", "/webhooks/{webhook_id}/{webhook_token}"),
            Self::RegisterCommands => ("PUT", "/applications/{application_id}/commands"),
        };
        (of, at) == (method, path)
    }
}
