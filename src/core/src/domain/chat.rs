//! Events from a chat and messages to it, common to all platforms.

use std::fmt;
use std::path::PathBuf;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{AnswerId, ProposalId, Rating, TurnId};
use crate::domain::Command;

/// The name of a platform: `terminal`, `discord`, `matrix`, `web`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PlatformName(pub String);

impl fmt::Display for PlatformName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An identity on a platform. `id` never changes; `name` is for display and decides nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The platform that the identity belongs to.
    pub platform: PlatformName,
    /// The platform's immutable id.
    pub id: String,
    /// The current display name.
    pub name: String,
}

/// A channel, a thread, a room or a private conversation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    /// The platform it is on.
    pub platform: PlatformName,
    /// The platform's id of the channel, the room or the private conversation.
    pub id: String,
    /// The platform's id of the thread in it, if it is a thread.
    pub thread: Option<String>,
    /// True if only one person reads it.
    pub private: bool,
}

impl Place {
    /// The channel that a thread stands in; of all else, the place itself.
    #[must_use]
    pub fn channel(&self) -> Self {
        let thread = self.thread.clone().filter(|_| self.private);
        Self { thread, ..self.clone() }
    }

    /// Formats the ids as one text, for the state database, the audit and the log: the id, and that of a thread after a
    /// slash. A slash within an id becomes `%2F`.
    pub fn path(&self) -> String {
        let escaped = |id: &str| id.replace('/', "%2F");
        match &self.thread {
            Some(thread) => format!("{}/{}", escaped(&self.id), escaped(thread)),
            None => escaped(&self.id),
        }
    }

    /// Parses what [`Self::path`] formats.
    pub fn at_path(platform: PlatformName, path: &str, private: bool) -> Self {
        let unescaped = |id: &str| id.replace("%2F", "/");
        match path.split_once('/') {
            Some((id, thread)) => Self { platform, id: unescaped(id), thread: Some(unescaped(thread)), private },
            None => Self { platform, id: unescaped(path), thread: None, private },
        }
    }

    /// Checks whether it is this place, or a thread in it.
    #[must_use]
    pub fn is_within(&self, place: &Self) -> bool {
        self == place || self.channel() == *place
    }
}

/// The location of a sent message.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MessageRef {
    /// The place it stands in.
    pub place: Place,
    /// The platform's id of the message.
    pub id: String,
}

/// Something a person did in a chat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The platform's id of the event: the same event delivered twice has the same one.
    pub id: String,
    /// The time of the event, according to the platform.
    pub at: Timestamp,
    /// The person who did it.
    pub actor: Actor,
    /// The place where it happened.
    pub place: Place,
    /// The content of the event.
    pub body: EventBody,
}

/// The content of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventBody {
    /// Wrote a text addressed to Pstral.
    Said(String),
    /// Asked something of one target, which they chose from a list.
    Asked {
        /// The question.
        words: String,
        /// The target's name.
        target: String,
    },
    /// Gave a command.
    Command(Command),
    /// Sent Pstral what it cannot read: a voice message, a poll, an emote.
    Unreadable,
    /// Pressed a button of a message.
    Clicked(ButtonAction),
    /// Sent a form back in which the statement of a proposal stood.
    Edited {
        /// The proposal.
        proposal: ProposalId,
        /// The statement as it now is.
        text: String,
    },
    /// Took back what was written: its answer is not wanted any more. Platforms need not say who did, and the actor of
    /// such an event counts for nothing.
    Deleted {
        /// The id of the event that is gone, as [`Event::id`] had it.
        event: String,
    },
    /// Edited what was written: it is asked again in its new words, and the answer to the old ones is not wanted any more.
    Reworded {
        /// The id of the event whose words are replaced, as [`Event::id`] had it.
        event: String,
    },
    /// Removed Pstral from the place: nothing more can be said there. Who did counts for nothing, as above.
    Left,
}

impl EventBody {
    /// The command that a line gives, without the platform's mark for commands.
    pub fn command(line: &str) -> Self {
        Self::Command(Command::parse(line))
    }

    /// Replaces the words of a question, such as with those of the files beside it; anything else stays as it is.
    #[must_use]
    pub fn saying(self, words: String) -> Self {
        match self {
            Self::Said(_) => Self::Said(words),
            Self::Asked { target, .. } => Self::Asked { words, target },
            other => other,
        }
    }

    /// What a typed line says where commands begin with `prefix`; `None` when it says nothing.
    pub fn typed(line: &str, prefix: &str) -> Option<Self> {
        match line.strip_prefix(prefix) {
            _ if line.trim().is_empty() => None,
            Some(command) => Some(Self::command(command)),
            None => Some(Self::Said(line.to_owned())),
        }
    }
}

/// The action of a button. The proposal or turn it names is opaque to the platform and resolved in the store, so that a
/// button still works after a restart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ButtonAction {
    /// Run the proposal.
    Execute(ProposalId),
    /// Change the statement of the proposal.
    Edit(ProposalId),
    /// Say in words what the statement does and where it comes from.
    Explain(ProposalId),
    /// Show how the database would run the statement of the proposal.
    Plan(ProposalId),
    /// Show the proposal to its author alone, where it could not be sent to them in private.
    Show(ProposalId),
    /// Agree, as a steward, that the proposal may run although it is costly.
    Agree(ProposalId),
    /// Draw the result of the proposal.
    Chart(ProposalId),
    /// Show a page of the audit with older entries.
    AuditOlder(AuditPage),
    /// Show a page of the audit with newer entries.
    AuditNewer(AuditPage),
    /// Show another page of the rows of a result, in its own message.
    ShowRows(ResultPage),
    /// Propose the question and the statement of the proposal, which ran well, as a verified query.
    Keep(ProposalId),
    /// Say what an answer is worth.
    Rate(AnswerId, Rating),
    /// Stop the answer being written or the statement being run.
    Stop,
    /// Ask again the question that this turn did not answer.
    Retry(TurnId),
    /// Go on with the answer of this turn where it was cut.
    Continue(TurnId),
}

/// A page of what somebody asked of the audit. The query is kept in memory for a while: after a restart the button asks
/// to ask again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditPage {
    /// The name of the query, 16 hexadecimal digits.
    pub query: String,
    /// 0 for the newest entries.
    pub page: u32,
}

/// A page of the rows of a result. The rows are kept in memory for a while: after a restart they must be asked for again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultPage {
    /// The turn that shows the result.
    pub turn: TurnId,
    /// 0 for the first rows.
    pub page: u32,
}

/// A form in which a person changes the statement of a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// The proposal.
    pub proposal: ProposalId,
    /// The title above the form, in the reader's language.
    pub title: String,
    /// The label of the text.
    pub label: String,
    /// The text as it is now.
    pub text: String,
}

/// A button under a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Button {
    /// The action of pressing it.
    pub action: ButtonAction,
    /// Its text, in the reader's language.
    pub label: String,
}

/// The state of an outgoing message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutgoingState {
    /// Still being written. It can be stopped by a button, which tells it from others where a platform keeps nothing else.
    Streaming,
    /// Will not change unless the person acts.
    Final,
}

/// A file to hand over with a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRef {
    /// The name the person sees.
    pub name: String,
    /// The path on this machine.
    pub path: PathBuf,
    /// Its media type, such as `text/csv`.
    pub media_type: &'static str,
    /// Its size in bytes.
    pub bytes: u64,
}

impl FileRef {
    /// The media type of a statement's file.
    pub const STATEMENT: &'static str = "application/sql";

    /// True of a statement: whoever approves it must be able to read it.
    pub fn is_statement(&self) -> bool {
        self.media_type == Self::STATEMENT
    }
}

/// A message as it should now look. Sending and editing take the whole of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Markdown.
    pub text: String,
    /// In order of appearance.
    pub buttons: Vec<Button>,
    /// Uploaded with the message.
    pub files: Vec<FileRef>,
    /// The state, which says whether it may still change.
    pub state: OutgoingState,
}

impl Outgoing {
    /// A finished message of text alone.
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), buttons: Vec::new(), files: Vec::new(), state: OutgoingState::Final }
    }

    /// A message that is still being written.
    pub fn streaming(text: impl Into<String>) -> Self {
        Self { state: OutgoingState::Streaming, ..Self::text(text) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_read_as_the_place_it_was_made_of() {
        for (id, thread, path) in [
            ("42", None, "42"),
            ("42", Some("43"), "42/43"),
            ("!ro/om:example.org", Some("$a/b"), "!ro%2Fom:example.org/$a%2Fb"),
        ] {
            for private in [true, false] {
                let platform = PlatformName("matrix".to_owned());
                let place = Place { platform, id: id.to_owned(), thread: thread.map(str::to_owned), private };
                assert_eq!(place.path(), path);
                assert_eq!(Place::at_path(place.platform.clone(), path, private), place);
                assert_eq!(place.channel().thread.is_some(), private && thread.is_some());
            }
        }
    }
}
