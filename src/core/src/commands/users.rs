//! Users as they are looked after from a chat, always answered in private.

use std::sync::Arc;

use crate::access::gate::Access;
use crate::asker::Asker;
use crate::commands::desk::{Desk, account, language_of, line, told};
use crate::commands::words::words;
use crate::domain::{Actor, CommandName, Link, NewUser, Outgoing, Roles, User, UserChange, Verb};
use crate::egress::{echo, neutralized};
use crate::error::PipelineError;
use crate::outbox::Platforms;
use crate::outbox::send::Outbox;
use crate::people::{Refusal, Way, account_in, codes_in, new_code};
use crate::ports::{Entropy, People};
use crate::settings::Settings;
use crate::text::{Text, text};

/// Users listed at once.
const LISTED: usize = 30;

/// The reply to a user administration command: a sentence, or the lines of a list.
enum Answer {
    Sentence(Text),
    Lines(Vec<String>),
}

/// `/user`: users as they are looked after from a chat.
pub(crate) struct Users {
    pub(crate) settings: Arc<Settings>,
    pub(crate) platforms: Platforms,
    pub(crate) access: Arc<Access>,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) desk: Arc<Desk>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) people: Arc<dyn People>,
}

impl Users {
    /// Does what somebody who looks after users says. A private place is opened first: where there is none, nothing is
    /// done, and least of all a code made.
    pub(crate) async fn user_command(&self, asker: &Asker, said: &str) -> Result<(), PipelineError> {
        let said = words(said);
        let said: Vec<&str> = said.iter().map(String::as_str).collect();
        // Nothing that may be a code: the audit is no place for one.
        let verb = said.first().copied().filter(|verb| codes_in(verb).is_empty()).unwrap_or_default();
        let tried = format!("user {verb}");
        self.access.require_for(asker, CommandName::User, &tried, text("user-not-allowed")).await?;
        let private = if asker.place.private {
            asker.place.clone()
        } else {
            let opened = asker.platform.open_dm(&asker.actor).await;
            opened.map_err(|_| PipelineError::Tell(text("private-failed")))?
        };
        let locale = asker.user.locale;
        let answer = match self.look_after(asker, &said).await {
            Ok(Answer::Lines(lines)) => lines.join("\n"),
            Ok(Answer::Sentence(sentence))
            | Err(PipelineError::Tell(sentence) | PipelineError::Unavailable(sentence)) => sentence.render(locale),
            Err(trouble) => return Err(trouble),
        };
        if !self.outbox.send(&*asker.platform, &private, &Outgoing::text(answer)).await {
            return Err(PipelineError::Tell(text("private-failed")));
        }
        if !asker.place.private {
            self.outbox.tell(asker, &text("sent-in-private")).await;
        }
        Ok(())
    }

    async fn look_after(&self, asker: &Asker, said: &[&str]) -> Result<Answer, PipelineError> {
        let verb = said.first().and_then(|verb| CommandName::User.verb(verb));
        match (verb, said.get(1..).unwrap_or_default()) {
            (Some(Verb::List), words) => self.list_users(asker, words).await,
            (Some(Verb::Add), [name, settings @ ..]) => self.add_user(asker, name, settings).await,
            (Some(Verb::Edit), [name, settings @ ..]) => self.edit_user(asker, name, settings).await,
            (Some(Verb::Disable), [name]) => self.enable_user(asker, name, false).await,
            (Some(Verb::Enable), [name]) => self.enable_user(asker, name, true).await,
            (Some(Verb::Code), [name]) => self.code_for(asker, name).await,
            (Some(Verb::Confirm), [code @ .., name]) if !code.is_empty() => {
                self.confirm_link(asker, &code.concat(), name).await
            }
            (Some(Verb::Links), [name]) => self.links_of(asker, name).await,
            (Some(Verb::Unlink), [name, account @ ..]) => self.unlink_user(asker, name, account).await,
            (Some(Verb::Password), [name, ..]) => {
                Ok(Answer::Sentence(text("password-not-here").with("name", echo(name))))
            }
            _ => Ok(Answer::Sentence(text("user-help").with("prefix", asker.prefix()))),
        }
    }

    async fn list_users(&self, asker: &Asker, words: &[&str]) -> Result<Answer, PipelineError> {
        let wanted = words.join(" ").to_lowercase();
        let users = self.people.users().await?;
        let meant = |user: &&User| user.username.contains(&wanted) || user.full_name.to_lowercase().contains(&wanted);
        let lines: Vec<String> = users.iter().filter(meant).map(|user| line(user, asker.user.locale)).collect();
        let left = lines.len().saturating_sub(LISTED);
        let mut shown: Vec<String> = lines.into_iter().take(LISTED).map(|line| format!("- {line}")).collect();
        if shown.is_empty() {
            return Err(PipelineError::Tell(text("user-none-found").with("prefix", asker.prefix())));
        }
        if left > 0 {
            let more = text("user-more").count("left", left.try_into().unwrap_or(u64::MAX));
            shown.push(more.with("prefix", asker.prefix()).render(asker.user.locale));
        }
        Ok(Answer::Lines(shown))
    }

    async fn add_user(&self, asker: &Asker, name: &str, settings: &[&str]) -> Result<Answer, PipelineError> {
        let given = self.change_from(asker, settings)?;
        if given.username.is_some() {
            return Err(PipelineError::Tell(text("user-setting-unknown").with("word", "username")));
        }
        let new = NewUser {
            username: name.to_owned(),
            full_name: given.full_name.unwrap_or_default(),
            email: given.email.unwrap_or_default(),
            role: given.role.unwrap_or_default(),
            locale: given.locale.unwrap_or(self.settings.locale),
        };
        let desk = self.desk.desk(asker);
        let mut user = desk.add(new).await.map_err(told(asker))?;
        if given.zone.is_some() {
            let change = UserChange { zone: given.zone, ..UserChange::default() };
            user = desk.change(&user, change, false).await.map_err(told(asker))?;
        }
        Ok(about(text("user-added"), &user, asker))
    }

    async fn edit_user(&self, asker: &Asker, name: &str, settings: &[&str]) -> Result<Answer, PipelineError> {
        let change = self.change_from(asker, settings)?;
        let desk = self.desk.desk(asker);
        let user = desk.known(name).await.map_err(told(asker))?;
        let user = desk.change(&user, change, false).await.map_err(told(asker))?;
        Ok(Answer::Lines(vec![text("user-edited").render(asker.user.locale), line(&user, asker.user.locale)]))
    }

    async fn enable_user(&self, asker: &Asker, name: &str, enabled: bool) -> Result<Answer, PipelineError> {
        let desk = self.desk.desk(asker);
        let user = desk.known(name).await.map_err(told(asker))?;
        let user = desk.change(&user, UserChange::disabled(!enabled), false).await.map_err(told(asker))?;
        let sentence = if enabled { text("user-enabled") } else { text("user-disabled") };
        Ok(about(sentence, &user, asker))
    }

    async fn code_for(&self, asker: &Asker, name: &str) -> Result<Answer, PipelineError> {
        let code = new_code(&*self.entropy);
        let desk = self.desk.desk(asker);
        let user = desk.known(name).await.map_err(told(asker))?;
        desk.issue_code(&user, &code).await.map_err(told(asker))?;
        let sentence = text("user-code").with("name", &user.username).with("prefix", asker.prefix());
        Ok(Answer::Sentence(sentence.with("code", code)))
    }

    async fn confirm_link(&self, asker: &Asker, code: &str, name: &str) -> Result<Answer, PipelineError> {
        let desk = self.desk.desk(asker);
        let user = desk.known(name).await.map_err(told(asker))?;
        let actor = desk.confirm(code, &user).await.map_err(told(asker))?;
        self.tell_linked(&actor, &user).await;
        let sentence = text("confirm-done").with("name", &user.username).with("platform", actor.platform.to_string());
        let sentence = sentence.with("account", neutralized(&actor.name)).with("id", neutralized(&actor.id));
        Ok(Answer::Sentence(sentence.with("command", Way::Chat(asker.prefix()).words())))
    }

    /// A kindness: that it fails changes nothing.
    async fn tell_linked(&self, actor: &Actor, user: &User) {
        let Some(platform) = self.platforms.get(&actor.platform) else { return };
        let sentence = text("link-done").with("name", neutralized(&user.full_name)).render(user.locale);
        match platform.open_dm(actor).await {
            Ok(place) => {
                self.outbox.send(&**platform, &place, &Outgoing::text(sentence)).await;
            }
            Err(error) => tracing::warn!(%error, "account linked, but its owner not notified"),
        }
    }

    async fn links_of(&self, asker: &Asker, name: &str) -> Result<Answer, PipelineError> {
        let user = self.desk.desk(asker).known(name).await.map_err(told(asker))?;
        let held = self.people.links(user.id).await?;
        if held.is_empty() {
            return Ok(about(text("links-none"), &user, asker));
        }
        let users = self.people.users().await?;
        let locale = asker.user.locale;
        let lines = held.iter().map(|link| {
            let by = link.by.and_then(|by| users.iter().find(|user| user.id == by));
            let by = by.map(|by| format!(", {}", text("link-by").with("name", &by.username).render(locale)));
            format!("- {}{}", account(link).render(locale), by.unwrap_or_default())
        });
        let title = text("links").with("name", &user.username).render(locale);
        Ok(Answer::Lines(std::iter::once(title).chain(lines).collect()))
    }

    /// Of a user's only account, its name need not be given.
    async fn unlink_user(&self, asker: &Asker, name: &str, words: &[&str]) -> Result<Answer, PipelineError> {
        let desk = self.desk.desk(asker);
        let user = desk.known(name).await.map_err(told(asker))?;
        let links = self.people.links(user.id).await?;
        let none = || told(asker)(Refusal::NotLinked(user.username.clone()).into());
        // Who is named by an account means that one.
        let own = account_in(name).map(|actor| [actor.platform.0, actor.id]);
        let own: Vec<&str> = own.iter().flatten().map(String::as_str).collect();
        let link = chosen(&links, if words.is_empty() { &own } else { words }).ok_or_else(none)?;
        desk.unlink(&user, link).await.map_err(told(asker))?;
        let sentence = text("unlinked").with("name", &user.username);
        Ok(Answer::Sentence(
            sentence.with("account", format!("{} {}", link.actor.platform, neutralized(&link.actor.id))),
        ))
    }

    /// The change that settings such as `role=admin` ask for, in both languages.
    fn change_from(&self, asker: &Asker, settings: &[&str]) -> Result<UserChange, PipelineError> {
        let roles = &self.settings.roles;
        let mut change = UserChange::default();
        for setting in settings {
            let unknown = || PipelineError::Tell(text("user-setting-unknown").with("word", echo(setting)));
            let (key, value) = setting.split_once('=').ok_or_else(unknown)?;
            // Guillemets are written with spaces inside.
            let value = value.trim();
            match key.to_lowercase().as_str() {
                "role" | "rôle" => change.role = Some(value.parse().map_err(|_| role_unknown(value, roles))?),
                "language" | "langue" => change.locale = Some(language_of(value).ok_or_else(unknown)?),
                "timezone" | "fuseau" => change.zone = Some(self.desk.zone_of(value, asker)?),
                "email" | "courriel" => change.email = Some(value.to_owned()),
                "name" | "nom" => change.full_name = Some(value.to_owned()),
                "username" | "identifiant" => change.username = Some(value.to_owned()),
                "password" | "mot-de-passe" => {
                    return Err(PipelineError::Tell(text("password-not-here").with("name", "…")));
                }
                _ => return Err(unknown()),
            }
        }
        Ok(change)
    }
}

/// The link that words name: a platform and an id, or nothing where there is only one.
fn chosen<'a>(links: &'a [Link], words: &[&str]) -> Option<&'a Link> {
    match (words, links) {
        ([], [only]) => Some(only),
        ([platform, id @ ..], _) if !id.is_empty() => {
            let id = id.join(" ");
            links.iter().find(|link| link.actor.platform.0 == *platform && link.actor.id == id)
        }
        _ => None,
    }
}

/// A sentence about a user.
fn about(sentence: Text, user: &User, asker: &Asker) -> Answer {
    let way = Way::Chat(asker.prefix());
    Answer::Sentence(sentence.with("name", &user.username).with("command", way.words()))
}

/// Error for a word that cannot be the name of a role.
fn role_unknown(word: &str, roles: &Roles) -> PipelineError {
    PipelineError::Tell(text("user-role-unknown").with("role", echo(word)).with("known", roles.named()))
}
