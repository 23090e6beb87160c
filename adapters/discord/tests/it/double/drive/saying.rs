//! Messages that people write, edit and delete.

use crate::double::Discord;
use crate::double::rights::{MENTION_EVERYONE, SEND_MESSAGES, SEND_MESSAGES_IN_THREADS};
use crate::double::world::{Attachment, Id, Kind, Message, World};

impl Discord {
    /// Somebody writes; `@Name` mentions. The id of the message.
    pub(crate) fn says(&self, person: Id, channel: Id, text: &str) -> Id {
        self.writes(person, channel, text, Message::default(), &[])
    }

    /// Somebody writes an answer to a message, which mentions who wrote that.
    pub(crate) fn replies(&self, person: Id, to: Id, text: &str) -> Id {
        let of = self.shared.world().messages.get(&to).cloned().expect("there is such a message");
        let reply = Message { kind: 19, reply_to: Some(to), mentions: vec![of.author], ..Message::default() };
        self.writes(person, of.channel, text, reply, &[])
    }

    /// Somebody writes with files: names and contents.
    pub(crate) fn attaches(&self, person: Id, channel: Id, text: &str, files: &[(&str, &[u8])]) -> Id {
        self.writes(person, channel, text, Message::default(), files)
    }

    /// A webhook writes, under that name.
    pub(crate) fn posts(&self, webhook: &str, channel: Id, text: &str) -> Id {
        let mut world = self.shared.world();
        let webhook = world.named(webhook).expect("there is an account of that name to show");
        let id = world.id();
        let (content, mentions) = world.mentioned(text);
        let message = Message {
            content,
            mentions,
            webhook: Some(webhook),
            author: webhook,
            id,
            channel,
            at: world.clock.now(),
            ..Message::default()
        };
        world.messages.insert(id, message);
        world.tell_message("MESSAGE_CREATE", id);
        drop(world);
        self.shared.changed();
        id
    }

    fn writes(&self, person: Id, channel: Id, text: &str, draft: Message, files: &[(&str, &[u8])]) -> Id {
        let mut world = self.shared.world();
        let kind = world.channels.get(&channel).expect("there is such a channel").kind;
        let right = if kind == Kind::Thread { SEND_MESSAGES_IN_THREADS } else { SEND_MESSAGES };
        let rights = world.rights(person, channel);
        assert!(rights & right != 0, "{} may not write there", world.name_of(person));
        let id = world.id();
        let (content, mut mentions) = world.mentioned(text);
        mentions.extend(draft.mentions.iter().filter(|more| !mentions.contains(more)).copied().collect::<Vec<_>>());
        let everyone = rights & MENTION_EVERYONE != 0 && (text.contains("@everyone") || text.contains("@here"));
        let attachments = files.iter().map(|(name, bytes)| Attachment {
            id: world.id(),
            name: (*name).to_owned(),
            media_type: "text/plain; charset=utf-8".to_owned(),
            bytes: bytes.to_vec(),
        });
        let attachments = attachments.collect();
        let at = world.clock.now();
        let said = Message { id, channel, author: person, content, at, mentions, everyone, attachments, ..draft };
        if let Some(thread) = world.channels.get_mut(&channel) {
            thread.archived = false;
        }
        world.messages.insert(id, said);
        world.tell_message("MESSAGE_CREATE", id);
        drop(world);
        self.shared.changed();
        id
    }

    /// Somebody changes what was written.
    pub(crate) fn edits(&self, person: Id, message: Id, text: &str) {
        let mut world = self.shared.world();
        let (content, mentions) = world.mentioned(text);
        let now = world.clock.now();
        let said = world.messages.get_mut(&message).expect("there is such a message");
        assert_eq!(said.author, person, "only who wrote it can change it");
        (said.content, said.mentions, said.edited) = (content, mentions, Some(now));
        world.tell_message("MESSAGE_UPDATE", message);
        drop(world);
        self.shared.changed();
    }

    /// Somebody takes back what was written.
    pub(crate) fn deletes(&self, person: Id, message: Id) {
        let mut world = self.shared.world();
        let said = world.messages.get(&message).expect("there is such a message");
        assert_eq!(said.author, person, "only who wrote it can take it back");
        world.remove(message);
        drop(world);
        self.shared.changed();
    }

    /// A moderator removes a message.
    pub(crate) fn removes(&self, message: Id) {
        self.shared.world().remove(message);
        self.shared.changed();
    }
}

impl World {
    /// A text with its mentions as Discord writes them, and who is mentioned.
    pub(super) fn mentioned(&self, text: &str) -> (String, Vec<Id>) {
        let (mut text, mut mentions) = (text.to_owned(), Vec::new());
        for account in self.accounts.values() {
            let (named, written) = (format!("@{}", account.name), format!("<@{}>", account.id));
            if text.contains(&named) {
                text = text.replace(&named, &written);
            }
            if text.contains(&written) {
                mentions.push(account.id);
            }
        }
        (text, mentions)
    }
}
