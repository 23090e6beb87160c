//! The accounts of a user: linked by a code, listed, taken away.

use pstral_core::domain::{Link, LinkedHow};
use pstral_core::people::{Refusal, UserAdminError, new_code};
use pstral_core::ports::People as _;
use pstral_core::text::text;

use super::UserContext;
use crate::cli::out::{say, say_error, say_json};
use crate::clock::SystemEntropy;

impl UserContext {
    pub(super) async fn link_code(&self, username: &str) -> Result<(), UserAdminError> {
        let (admin, code) = (self.admin(), new_code(&SystemEntropy));
        let user = admin.known(username).await?;
        admin.issue_code(&user, &code).await?;
        // The code alone, for scripts.
        say(&code);
        let sentence = text("user-code").with("name", &user.username).with("prefix", "/").with("code", code);
        say_error(&sentence.render(self.locale));
        Ok(())
    }

    pub(super) async fn confirm(&self, code: &str, username: &str) -> Result<(), UserAdminError> {
        let admin = self.admin();
        let user = admin.known(username).await?;
        let actor = admin.confirm(code, &user).await?;
        let sentence = text("confirm-done").with("platform", actor.platform.to_string()).with("id", actor.id);
        self.tell(&user, sentence.with("account", actor.name));
        Ok(())
    }

    pub(super) async fn links(&self, username: &str, json: bool) -> Result<(), UserAdminError> {
        let user = self.admin().known(username).await?;
        let links = self.store.links(user.id).await?;
        if links.is_empty() && !json {
            self.tell(&user, text("links-none"));
            return Ok(());
        }
        let users = self.store.users().await?;
        for link in &links {
            let by = link.by.and_then(|by| users.iter().find(|user| user.id == by)).map(|by| by.username.as_str());
            if json { say_json(&as_json(link, by)) } else { say(&self.account(link, by)) }
        }
        Ok(())
    }

    /// Unlinks the named account, all of them, or the only one there is.
    pub(super) async fn unlink(
        &self,
        username: &str,
        account: Option<(String, String)>,
        all: bool,
    ) -> Result<(), UserAdminError> {
        let admin = self.admin();
        let user = admin.known(username).await?;
        let links = self.store.links(user.id).await?;
        // Copied from a chat, where a joiner keeps it from calling anybody.
        let account = account.map(|(platform, id)| (platform, id.replace('\u{2060}', "")));
        let named = |link: &&Link| {
            account.as_ref().is_some_and(|(platform, id)| (&link.actor.platform.0, &link.actor.id) == (platform, id))
        };
        let chosen: Vec<&Link> = match links.as_slice() {
            [only] if account.is_none() => vec![only],
            all_of_them if all => all_of_them.iter().collect(),
            several => several.iter().filter(named).collect(),
        };
        if chosen.is_empty() {
            return Err(Refusal::NotLinked(user.username).into());
        }
        for link in chosen {
            admin.unlink(&user, link).await?;
            let account = format!("{} {}", link.actor.platform, link.actor.id);
            self.tell(&user, text("unlinked").with("account", account));
        }
        Ok(())
    }

    fn account(&self, link: &Link, by: Option<&str>) -> String {
        let sentence = match link.how {
            LinkedHow::Code => text("link-by-code"),
            LinkedHow::Request => text("link-by-request"),
            LinkedHow::Command => text("link-by-command"),
        };
        let name = if link.actor.name.is_empty() { String::new() } else { format!(" ({})", link.actor.name) };
        let sentence = sentence.with("account", format!("{} {}{name}", link.actor.platform, link.actor.id));
        let account = sentence.with("date", link.at.strftime("%Y-%m-%d").to_string()).render(self.locale);
        let by = by.map(|by| format!(", {}", text("link-by").with("name", by).render(self.locale)));
        account + by.unwrap_or_default().as_str()
    }
}

fn as_json(link: &Link, by: Option<&str>) -> String {
    let members = serde_json::json!({
        "platform": link.actor.platform, "id": link.actor.id, "name": link.actor.name,
        "since": link.at.to_string(), "how": link.how.word(), "by": by,
    });
    members.to_string()
}
