//! Commands with which people see and change their own account.

use std::sync::Arc;

use crate::asker::Asker;
use crate::commands::desk::{Desk, account, language, language_of, told};
use crate::domain::{Link, Outgoing, User, UserChange};
use crate::egress::neutralized;
use crate::error::PipelineError;
use crate::outbox::send::Outbox;
use crate::ports::People;
use crate::results::zone_name;
use crate::text::text;

/// Shows and changes the asker's own account.
pub(crate) struct Account {
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) desk: Arc<Desk>,
    pub(crate) people: Arc<dyn People>,
}

impl Account {
    /// Shows the asker's user and their other linked accounts.
    pub(crate) async fn whoami(&self, asker: &Asker) -> Result<(), PipelineError> {
        let user = &asker.user;
        let sentence = text("whoami")
            .with("name", neutralized(&user.full_name))
            .with("username", &user.username)
            .with("role", user.role.text().render(user.locale))
            .with("language", language(asker.own_locale).render(user.locale))
            .with("zone", zone_name(&asker.zone));
        let held = self.people.links(user.id).await?;
        let accounts = held.iter().map(|link| {
            let here = (&link.actor.platform, &link.actor.id) == (&asker.actor.platform, &asker.actor.id);
            let mark = if here { format!(" {}", text("link-here").render(user.locale)) } else { String::new() };
            format!("- {}{mark}", account(link).render(user.locale))
        });
        let lines: Vec<String> = std::iter::once(sentence.render(user.locale)).chain(accounts).collect();
        self.outbox.post_privately(asker, Outgoing::text(lines.join("\n"))).await
    }

    /// Takes the account an asker writes from away from them, once they have said that they mean it.
    pub(crate) async fn unlink_oneself(&self, asker: &Asker, words: &str) -> Result<(), PipelineError> {
        if !matches!(words.to_lowercase().as_str(), "yes" | "oui") {
            return Err(PipelineError::Tell(text("unlink-confirm").with("prefix", asker.prefix())));
        }
        let links = self.people.links(asker.user.id).await?;
        let here = |link: &&Link| (&link.actor.platform, &link.actor.id) == (&asker.actor.platform, &asker.actor.id);
        // Somebody else may have taken it away at this moment: then there is nothing left to do.
        if let Some(link) = links.iter().find(here) {
            self.desk.desk(asker).unlink(&asker.user, link).await.map_err(told(asker))?;
        }
        self.outbox.tell(asker, &text("unlink-done").with("prefix", asker.prefix())).await;
        Ok(())
    }

    /// Tells times in another zone from now on; without a word, says which one it is.
    pub(crate) async fn set_zone(&self, asker: &Asker, word: &str) -> Result<(), PipelineError> {
        if word.is_empty() {
            let sentence = text("timezone").with("zone", zone_name(&asker.zone)).with("prefix", asker.prefix());
            self.outbox.tell(asker, &sentence).await;
            return Ok(());
        }
        let zone = self.desk.zone_of(word, asker)?;
        let sentence = text("timezone-set").with("zone", zone_name(&zone));
        let change = UserChange { zone: Some(zone), ..UserChange::default() };
        let stored = stored(asker);
        self.desk.desk(asker).change(&stored, change, false).await.map_err(told(asker))?;
        self.outbox.tell(asker, &sentence).await;
        Ok(())
    }

    pub(crate) async fn set_language(&self, asker: &Asker, word: &str) -> Result<(), PipelineError> {
        let Some(locale) = language_of(word) else {
            return Err(PipelineError::Tell(text("language-unknown").with("prefix", asker.prefix())));
        };
        let change = UserChange { locale: Some(locale), ..UserChange::default() };
        let user = self.desk.desk(asker).change(&stored(asker), change, false).await.map_err(told(asker))?;
        let asker = Asker { user, ..asker.clone() };
        self.outbox.tell(&asker, &text("language-set")).await;
        Ok(())
    }
}

/// The reply to a linking request from somebody who is already linked.
pub(crate) fn already_linked(asker: &Asker) -> PipelineError {
    let sentence = text("link-already").with("name", neutralized(&asker.user.full_name));
    PipelineError::Tell(sentence.with("prefix", asker.prefix()))
}

/// The user as they are stored: with a language of their own, not the one of the place.
fn stored(asker: &Asker) -> User {
    User { locale: asker.own_locale, ..asker.user.clone() }
}
