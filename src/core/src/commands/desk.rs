//! User administration in a chat, by the same rules as the command line, and the display of users and accounts.

use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::asker::Asker;
use crate::domain::{Link, LinkedHow, Locale, User};
use crate::egress::{echo, neutralized};
use crate::error::PipelineError;
use crate::people::{By, UserAdmin, UserAdminError, Way};
use crate::ports::{AuditLog, Clock, People};
use crate::settings::Settings;
use crate::text::{Text, text};

/// Lets an asker administer users, by the same rules as the command line.
pub(crate) struct Desk {
    pub(crate) settings: Arc<Settings>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) people: Arc<dyn People>,
    pub(crate) audit: Arc<dyn AuditLog>,
}

impl Desk {
    /// The time zone a word names.
    pub(crate) fn zone_of(&self, word: &str, asker: &Asker) -> Result<TimeZone, PipelineError> {
        let named = self.clock.zone(word).filter(|zone| zone.iana_name().is_some());
        named.ok_or_else(|| {
            let sentence = text("timezone-unknown").with("name", echo(word));
            PipelineError::Tell(sentence.with("prefix", asker.prefix()))
        })
    }

    /// Returns the user administration that acts for the asker.
    pub(crate) fn desk<'a>(&'a self, asker: &'a Asker) -> UserAdmin<'a> {
        UserAdmin {
            people: &*self.people,
            audit: &*self.audit,
            now: self.clock.now(),
            by: By::Person { actor: &asker.actor, place: &asker.place, user: asker.user.id },
            roles: &self.settings.roles,
        }
    }
}

/// The language a word names, in either of them.
pub(crate) fn language_of(word: &str) -> Option<Locale> {
    match word.to_lowercase().as_str() {
        "fr" | "français" | "francais" | "french" => Some(Locale::Fr),
        "en" | "anglais" | "english" => Some(Locale::En),
        _ => None,
    }
}

/// The name of a language.
pub(crate) fn language(locale: Locale) -> Text {
    match locale {
        Locale::Fr => text("language-fr"),
        Locale::En => text("language-en"),
    }
}

/// An account, since when it is somebody's and how it came to be: by whom follows where that is known.
pub(crate) fn account(link: &Link) -> Text {
    let sentence = match link.how {
        LinkedHow::Code => text("link-by-code"),
        LinkedHow::Request => text("link-by-request"),
        LinkedHow::Command => text("link-by-command"),
    };
    let name = if link.actor.name.is_empty() { String::new() } else { format!(" ({})", neutralized(&link.actor.name)) };
    sentence
        .with("account", format!("{} {}{name}", link.actor.platform, neutralized(&link.actor.id)))
        .with("date", link.at.strftime("%Y-%m-%d").to_string())
}

/// One line about a user.
pub(crate) fn line(user: &User, locale: Locale) -> String {
    let state = if user.disabled { text("user-disabled-mark").render(locale) } else { String::new() };
    let (name, role) = (neutralized(&user.full_name), user.role.text().render(locale));
    let members = [user.username.clone(), name, role, user.locale.to_string(), neutralized(&user.email), state];
    members.into_iter().filter(|member| !member.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// Turns a user administration error into a reply to the asker.
pub(crate) fn told(asker: &Asker) -> impl Fn(UserAdminError) -> PipelineError {
    let way = Way::Chat(asker.prefix());
    move |error| match error {
        UserAdminError::Refused(refusal) => PipelineError::Tell(refusal.text(way)),
        UserAdminError::NoAudit(error) => PipelineError::NoAudit(error),
        UserAdminError::Store(error) => error.into(),
    }
}
