//! Inspecting the messages, as a person reads them.

use std::fmt::Write as _;

use serde_json::Value;

use super::clicking::label_of;
use crate::double::clock::Millis;
use crate::double::interaction::Response;
use crate::double::world::{Id, Kind, Message, World, flag};
use crate::double::{Counts, Discord};

impl Discord {
    /// Prints everything in a channel, including ephemeral messages.
    pub(crate) fn sees(&self, channel: Id) -> String {
        self.shared.world().page(channel, |_| true)
    }

    /// Prints the messages of a channel that one person sees.
    pub(crate) fn sees_as(&self, person: Id, channel: Id) -> String {
        self.shared.world().page(channel, |message| message.only.is_none_or(|only| only == person))
    }

    /// Prints every channel in which something was said.
    pub(super) fn sees_everything(&self) -> String {
        let world = self.shared.world();
        let pages = world.channels.keys().map(|channel| world.page(*channel, |_| true));
        pages.filter(|page| page.lines().count() > 1).chain([world.counts.complaints()]).collect()
    }

    /// Prints the current state of one message.
    pub(crate) fn reads(&self, message: Id) -> String {
        let world = self.shared.world();
        world.messages.get(&message).map_or_else(|| "(gone)".to_owned(), |message| world.shown(message))
    }

    /// Returns the time at which a message was sent, in milliseconds since 1970.
    pub(crate) fn sent_at(&self, message: Id) -> Millis {
        self.shared.world().messages.get(&message).map_or(0, |message| message.at)
    }

    /// Returns the texts of a message before each of its edits.
    pub(crate) fn before(&self, message: Id) -> Vec<String> {
        self.shared.world().messages.get(&message).map(|message| message.before.clone()).unwrap_or_default()
    }

    /// Returns the content of a file of a message, by its name.
    ///
    /// # Panics
    /// Panics if it has no such file.
    pub(crate) fn file(&self, message: Id, name: &str) -> Vec<u8> {
        let world = self.shared.world();
        let files = world.messages.get(&message).map(|message| message.attachments.as_slice()).unwrap_or_default();
        let file = files.iter().find(|file| file.name == name);
        file.unwrap_or_else(|| panic!("the message has no file {name}")).bytes.clone()
    }

    /// The opaque ids of the buttons of a message.
    pub(crate) fn button_ids(&self, message: Id) -> Vec<String> {
        let world = self.shared.world();
        let rows = world.messages.get(&message).map(|message| message.components.as_slice()).unwrap_or_default();
        let buttons = rows.iter().filter_map(|row| row["components"].as_array()).flatten();
        buttons.filter_map(|button| button["custom_id"].as_str().map(str::to_owned)).collect()
    }

    /// Checks whether the bot has added somebody to a thread.
    pub(crate) fn was_added(&self, person: Id, thread: Id) -> bool {
        self.shared.world().joined.contains(&(thread, person))
    }

    /// Counts the typing indicators of the bot in a channel.
    pub(crate) fn typed(&self, channel: Id) -> usize {
        self.shared.world().typed.iter().filter(|typed| **typed == channel).count()
    }

    /// Complaints and figures.
    pub(crate) fn counts(&self) -> Counts {
        self.shared.world().counts.clone()
    }

    /// The time on the double, in milliseconds since 1970.
    pub(crate) fn now(&self) -> Millis {
        self.shared.world().clock.now()
    }

    /// Fails the test if there is any complaint: requests that violate Discord's description or that it refused,
    /// interactions without an answer, faults that were never met.
    pub(crate) fn blameless(&self) {
        let world = self.shared.world();
        let mut complaints = world.counts.complaints();
        for open in world.interactions.values().filter(|known| known.answer == Response::None) {
            let _ = writeln!(complaints, "never acknowledged: {}", open.about);
        }
        if world.faults.left() > 0 {
            let _ = writeln!(complaints, "faults that nothing met: {}", world.faults.left());
        }
        assert!(complaints.is_empty(), "{complaints}");
    }
}

impl World {
    fn page(&self, channel: Id, wanted: impl Fn(&Message) -> bool) -> String {
        let mut page = match self.channels.get(&channel) {
            Some(room) if room.kind == Kind::Thread => format!("# {} (thread)\n", room.name),
            Some(room) => match room.with {
                Some(person) => format!("# in private with {}\n", self.name_of(person)),
                None => format!("# {}\n", room.name),
            },
            None => return "(gone)".to_owned(),
        };
        let messages = self.messages.values().filter(|message| message.channel == channel && wanted(message));
        for message in messages {
            page.push_str(&self.shown(message));
        }
        page
    }

    /// A message as it is read: who, what, buttons, files.
    pub(super) fn shown(&self, message: &Message) -> String {
        let mut shown = self.name_of(message.author);
        if let Some(to) = message.reply_to {
            let to = self.messages.get(&to).map_or_else(|| "(gone)".to_owned(), |to| self.name_of(to.author));
            let _ = write!(shown, ", to {to}");
        }
        if let Some(only) = message.only {
            let _ = write!(shown, ", seen by {} alone", self.name_of(only));
        }
        let text =
            if message.flags & flag::LOADING != 0 { "(thinking)".to_owned() } else { self.plain(&message.content) };
        let _ = writeln!(shown, ": {text}");
        for embed in &message.embeds {
            for text in [&embed["title"], &embed["description"]].into_iter().filter_map(Value::as_str) {
                let _ = writeln!(shown, "  | {}", self.plain(text).replace('\n', "\n  | "));
            }
        }
        for row in &message.components {
            let buttons: Vec<String> = row["components"].as_array().into_iter().flatten().map(button).collect();
            let _ = writeln!(shown, "  {}", buttons.join(" "));
        }
        for file in &message.attachments {
            let _ = writeln!(shown, "  file: {}, {}", file.name, file.media_type);
        }
        if let Some(thread) = self.channels.get(&message.id) {
            let _ = writeln!(shown, "  thread: {}", thread.name);
        }
        shown
    }

    /// A text with names for mentions.
    fn plain(&self, text: &str) -> String {
        let mentioned = self.accounts.values().map(|account| (format!("<@{}>", account.id), &account.name));
        mentioned.fold(text.to_owned(), |text, (written, name)| text.replace(&written, &format!("@{name}")))
    }
}

/// A button, in round brackets when it cannot be clicked.
fn button(button: &Value) -> String {
    let label = label_of(button);
    if button["disabled"] == true { format!("({label})") } else { format!("[{label}]") }
}
