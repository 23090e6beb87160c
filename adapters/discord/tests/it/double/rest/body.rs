//! The body of a message, held against what the description does not say.

use serde_json::{Value, json};

use super::call::Upload;
use super::refusal::Refusal;
use crate::double::world::{Attachment, Id, Message, World, flag};

/// The longest text of a bot, in characters. The description says 4,000, which is for people who pay.
const LONGEST: usize = 2_000;

/// The largest file, in bytes.
const LARGEST_FILE: usize = 10 << 20;

/// All the text of the embeds of a message, in characters.
const EMBEDDED: usize = 6_000;

/// The flags that a bot may set: no embeds, and no notification.
const SETTABLE: u64 = flag::SUPPRESS_EMBEDS | 1 << 12;

/// A message as a body asks for it; what is `None` is not said.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) content: Option<String>,
    embeds: Option<Vec<Value>>,
    components: Option<Vec<Value>>,
    pub(super) flags: Option<u64>,
    /// The files that stay.
    kept: Option<Vec<Id>>,
    added: Vec<Attachment>,
    /// True if it says that nobody is to be notified.
    guarded: bool,
}

impl Draft {
    /// Reads a body. `flags` are those that may be set besides the usual.
    pub(super) fn read(world: &mut World, body: &Value, files: &[Upload], flags: u64) -> Result<Self, Refusal> {
        let content = body.get("content").map(|content| content.as_str().unwrap_or_default().to_owned());
        if content.as_ref().is_some_and(|content| content.chars().count() > LONGEST) {
            return Err(Refusal::invalid("content", "Must be 2000 or fewer in length."));
        }
        let list = |key: &str| body.get(key).map(|list| list.as_array().cloned().unwrap_or_default());
        let (embeds, components) = (list("embeds"), list("components"));
        check_embeds(embeds.as_deref().unwrap_or_default())?;
        check_components(components.as_deref().unwrap_or_default())?;
        let (embeds, components) = (embeds.map(rich), components.map(numbered));
        let asked = body["flags"].as_u64();
        if asked.is_some_and(|asked| asked & !(SETTABLE | flags) != 0) {
            return Err(Refusal::invalid("flags", "these cannot be set"));
        }
        let kept = list("attachments").map(|all| kept(&all, files)).transpose()?;
        let added = files.iter().map(|file| taken(world, file)).collect::<Result<_, _>>()?;
        let guarded = is_guarded(&body["allowed_mentions"]);
        Ok(Self { content, embeds, components, flags: asked, kept, added, guarded })
    }

    /// Checks whether it has files and whether it has embeds: each needs a permission.
    pub(super) fn brings(&self) -> (bool, bool) {
        (!self.added.is_empty(), self.embeds.as_ref().is_some_and(|embeds| !embeds.is_empty()))
    }

    /// Puts it into a message, and says whom that notifies.
    pub(super) fn apply(self, world: &mut World, message: &mut Message, about: &str) -> Result<(), Refusal> {
        if let Some(kept) = &self.kept {
            if let Some(unknown) = kept.iter().find(|id| message.attachments.iter().all(|file| file.id != **id)) {
                return Err(Refusal::invalid("attachments", &format!("there is no file {unknown}")));
            }
            message.attachments.retain(|file| kept.contains(&file.id));
        }
        message.attachments.extend(self.added);
        message.embeds = self.embeds.unwrap_or_else(|| std::mem::take(&mut message.embeds));
        message.components = self.components.unwrap_or_else(|| std::mem::take(&mut message.components));
        if let Some(flags) = self.flags {
            message.flags = (message.flags & !SETTABLE) | flags;
        }
        if let Some(content) = self.content {
            message.content = content;
        }
        let empty = message.content.trim().is_empty() && message.embeds.is_empty() && message.attachments.is_empty();
        if empty && message.flags & flag::LOADING == 0 {
            return Err(Refusal::EMPTY);
        }
        if !self.guarded {
            world.counts.unguarded.push(about.to_owned());
            notify(world, message);
        }
        Ok(())
    }
}

fn is_guarded(mentions: &Value) -> bool {
    let none = |key: &str| mentions[key].as_array().is_none_or(Vec::is_empty);
    mentions["parse"].is_array()
        && ["parse", "users", "roles"].into_iter().all(none)
        && mentions["replied_user"] != true
}

/// Whoever is named in the text was notified.
fn notify(world: &mut World, message: &Message) {
    let everyone = ["@everyone", "@here"].into_iter().filter(|word| message.content.contains(word));
    let mut named: Vec<String> = everyone.map(str::to_owned).collect();
    let people = world.accounts.keys().filter(|id| message.content.contains(&format!("<@{id}>")));
    named.extend(people.map(|id| world.name_of(*id)));
    world.counts.pings.extend(named);
}

/// The ids of those files of a list that are not new; new ones are named by their number.
fn kept(all: &[Value], files: &[Upload]) -> Result<Vec<Id>, Refusal> {
    let id = |file: &Value| file["id"].as_u64().or_else(|| file["id"].as_str()?.parse().ok()).unwrap_or_default();
    if let Some(unlisted) = files.iter().find(|new| all.iter().all(|file| id(file) != new.number)) {
        return Err(Refusal::invalid("attachments", &format!("files[{}] is not among them", unlisted.number)));
    }
    let old = all.iter().map(id).filter(|id| files.iter().all(|new| new.number != *id));
    Ok(old.collect())
}

fn taken(world: &mut World, file: &Upload) -> Result<Attachment, Refusal> {
    if file.bytes.len() > LARGEST_FILE {
        return Err(Refusal::TOO_LARGE);
    }
    let (name, media_type) = (file.name.clone(), file.media_type.clone());
    Ok(Attachment { id: world.id(), name, media_type, bytes: file.bytes.to_vec() })
}

fn check_embeds(embeds: &[Value]) -> Result<(), Refusal> {
    let length = |embed: &Value| -> usize {
        let fields = embed["fields"].as_array().into_iter().flatten();
        let texts = fields.flat_map(|field| [&field["name"], &field["value"]]);
        let own = [&embed["title"], &embed["description"], &embed["footer"]["text"], &embed["author"]["name"]];
        texts.chain(own).filter_map(Value::as_str).map(|text| text.chars().count()).sum()
    };
    if embeds.iter().map(length).sum::<usize>() > EMBEDDED {
        return Err(Refusal::invalid("embeds", "Embed size exceeds maximum size of 6000"));
    }
    Ok(())
}

/// Embeds as Discord gives them back.
fn rich(mut embeds: Vec<Value>) -> Vec<Value> {
    for embed in &mut embeds {
        embed["type"] = json!("rich");
    }
    embeds
}

/// Components as Discord gives them back: each with a number.
fn numbered(mut rows: Vec<Value>) -> Vec<Value> {
    let mut number = 0;
    for row in &mut rows {
        number += 1;
        row["id"] = json!(number);
        for component in row["components"].as_array_mut().into_iter().flatten() {
            number += 1;
            component["id"] = json!(number);
        }
    }
    rows
}

/// Rows of at most five buttons, each with an id of its own.
fn check_components(rows: &[Value]) -> Result<(), Refusal> {
    let faulty = |why: &str| Err(Refusal::invalid("components", why));
    if rows.len() > 5 {
        return faulty("Must be 5 or fewer in length.");
    }
    let mut ids = Vec::new();
    for row in rows {
        let buttons = row["components"].as_array().map(Vec::as_slice).unwrap_or_default();
        if row["type"] != 1 || buttons.is_empty() || buttons.len() > 5 {
            return faulty("a row holds one to five");
        }
        for button in buttons {
            if button["type"] != 2 {
                return faulty("the double knows buttons only");
            }
            let label = button["label"].as_str().unwrap_or_default();
            if label.chars().count() > 80 || (label.is_empty() && button["emoji"].is_null()) {
                return faulty("a button has a label of 80 characters, or an emoji");
            }
            match (button["style"].as_u64(), button["custom_id"].as_str()) {
                (Some(5), None) if button["url"].is_string() => {}
                (Some(1..=4), Some(id)) if (1..=100).contains(&id.chars().count()) => ids.push(id),
                _ => return faulty("a button has an id of 100 characters, or an address"),
            }
        }
    }
    ids.sort_unstable();
    let known = ids.len();
    ids.dedup();
    if ids.len() < known { faulty("Component custom id cannot be duplicated") } else { Ok(()) }
}
