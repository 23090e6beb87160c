//! What people can see and change about themselves.

use jiff::tz::TimeZone;

use super::asker::Asker;
use super::users::told;
use super::{Pipeline, PipelineError};
use crate::domain::{Link, LinkedHow, Locale, Outgoing, User, UserChange};
use crate::egress::{echo, neutralized};
use crate::text::{Text, text};

impl Pipeline {
    /// Who the asker is here, and under which other accounts.
    pub(super) async fn whoami(&self, asker: &Asker) -> Result<(), PipelineError> {
        let user = &asker.user;
        let sentence = text("whoami")
            .with("name", neutralized(&user.full_name))
            .with("username", &user.username)
            .with("role", user.role.text().render(user.locale))
            .with("language", language(asker.own_locale).render(user.locale))
            .with("zone", zone_name(&asker.zone));
        let held = self.parts.people.links(user.id).await?;
        let accounts = held.iter().map(|link| {
            let here = (&link.actor.platform, &link.actor.id) == (&asker.actor.platform, &asker.actor.id);
            let mark = if here { format!(" {}", text("link-here").render(user.locale)) } else { String::new() };
            format!("- {}{mark}", account(link).render(user.locale))
        });
        let lines: Vec<String> = std::iter::once(sentence.render(user.locale)).chain(accounts).collect();
        self.show_in_private(asker, Outgoing::text(lines.join("\n"))).await
    }

    /// Takes the account an asker writes from away from them, once they have said that they mean it.
    pub(super) async fn unlink_oneself(&self, asker: &Asker, words: &str) -> Result<(), PipelineError> {
        if !matches!(words.to_lowercase().as_str(), "yes" | "oui") {
            return Err(PipelineError::Tell(text("unlink-confirm").with("prefix", asker.prefix())));
        }
        let links = self.parts.people.links(asker.user.id).await?;
        let here = |link: &&Link| (&link.actor.platform, &link.actor.id) == (&asker.actor.platform, &asker.actor.id);
        // Somebody else may have taken it away at this moment: then there is nothing left to do.
        if let Some(link) = links.iter().find(here) {
            self.desk(asker).unlink(&asker.user, link).await.map_err(told(asker))?;
        }
        self.tell(asker, &text("unlink-done").with("prefix", asker.prefix())).await;
        Ok(())
    }

    /// Tells times in another zone from now on; without a word, says which one it is.
    pub(super) async fn set_zone(&self, asker: &Asker, word: &str) -> Result<(), PipelineError> {
        if word.is_empty() {
            let sentence = text("timezone").with("zone", zone_name(&asker.zone)).with("prefix", asker.prefix());
            self.tell(asker, &sentence).await;
            return Ok(());
        }
        let zone = self.zone_of(word, asker)?;
        let sentence = text("timezone-set").with("zone", zone_name(&zone));
        let change = UserChange { zone: Some(zone), ..UserChange::default() };
        let stored = stored(asker);
        self.desk(asker).change(&stored, change, false).await.map_err(told(asker))?;
        self.tell(asker, &sentence).await;
        Ok(())
    }

    /// The time zone a word names.
    pub(super) fn zone_of(&self, word: &str, asker: &Asker) -> Result<TimeZone, PipelineError> {
        let named = self.parts.clock.zone(word).filter(|zone| zone.iana_name().is_some());
        named.ok_or_else(|| {
            let sentence = text("timezone-unknown").with("name", echo(word));
            PipelineError::Tell(sentence.with("prefix", asker.prefix()))
        })
    }

    pub(super) async fn set_language(&self, asker: &Asker, word: &str) -> Result<(), PipelineError> {
        let Some(locale) = language_of(word) else {
            return Err(PipelineError::Tell(text("language-unknown").with("prefix", asker.prefix())));
        };
        let change = UserChange { locale: Some(locale), ..UserChange::default() };
        let user = self.desk(asker).change(&stored(asker), change, false).await.map_err(told(asker))?;
        let asker = Asker { user, ..asker.clone() };
        self.tell(&asker, &text("language-set")).await;
        Ok(())
    }
}

/// What somebody known is told who asks to be linked.
pub(super) fn already_linked(asker: &Asker) -> PipelineError {
    let sentence = text("link-already").with("name", neutralized(&asker.user.full_name));
    PipelineError::Tell(sentence.with("prefix", asker.prefix()))
}

/// The user as they are stored: with a language of their own, not the one of the place.
fn stored(asker: &Asker) -> User {
    User { locale: asker.own_locale, ..asker.user.clone() }
}

/// A time zone's name.
pub(super) fn zone_name(zone: &TimeZone) -> &str {
    zone.iana_name().unwrap_or("UTC")
}

/// The language a word names, in either of them.
pub(super) fn language_of(word: &str) -> Option<Locale> {
    match word.to_lowercase().as_str() {
        "fr" | "français" | "francais" | "french" => Some(Locale::Fr),
        "en" | "anglais" | "english" => Some(Locale::En),
        _ => None,
    }
}

/// The name of a language.
pub(super) fn language(locale: Locale) -> Text {
    match locale {
        Locale::Fr => text("language-fr"),
        Locale::En => text("language-en"),
    }
}

/// An account, since when it is somebody's and how it came to be: by whom follows where that is known.
pub(super) fn account(link: &Link) -> Text {
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
pub(super) fn line(user: &User, locale: Locale) -> String {
    let state = if user.disabled { text("user-disabled-mark").render(locale) } else { String::new() };
    let (name, role) = (neutralized(&user.full_name), user.role.text().render(locale));
    let members = [user.username.clone(), name, role, user.locale.to_string(), neutralized(&user.email), state];
    members.into_iter().filter(|member| !member.is_empty()).collect::<Vec<_>>().join(" · ")
}
