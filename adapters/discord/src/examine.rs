//! The checks of `pstral doctor`: the application, its intents and commands, and its permissions in each channel.

use pstral_core::ports::{Finding, PartState};
use pstral_core::text::{Text, text};
use serde::Deserialize;
use serenity::http::{LightMethod, Route};
use serenity::model::Permissions;
use serenity::model::channel::GuildChannel;
use serenity::model::guild::{Member, PartialGuild};
use serenity::model::id::{ChannelId, UserId};

use crate::Discord;
use crate::config::DiscordConfig;
use crate::error::DiscordError;
use crate::rest::plain;

/// The permissions that Pstral needs in each channel.
const NEEDED: Permissions = Permissions::VIEW_CHANNEL
    .union(Permissions::SEND_MESSAGES)
    .union(Permissions::ATTACH_FILES)
    .union(Permissions::READ_MESSAGE_HISTORY)
    .union(Permissions::CREATE_PUBLIC_THREADS)
    .union(Permissions::SEND_MESSAGES_IN_THREADS);

/// The application flags that grant message content, in the forms for few and for many servers.
const MESSAGE_CONTENT: u64 = 1 << 18 | 1 << 19;

#[derive(Deserialize)]
struct Application {
    id: String,
    #[serde(default)]
    flags: u64,
}

impl DiscordConfig {
    /// Builds the invitation link: it requests the permissions that Pstral needs and no more.
    pub fn invitation(&self) -> String {
        format!(
            "https://discord.com/oauth2/authorize?client_id={}&scope=bot+applications.commands&permissions={}",
            self.application,
            NEEDED.bits()
        )
    }
}

impl Discord {
    /// Checks all settings on Discord's side, without changing anything.
    pub async fn examine(&self) -> Vec<Finding> {
        let invitation = text("discord-found-invitation").with("url", self.config.invitation());
        let mut found = vec![Finding::good("invitation", invitation)];
        let application: Result<Application, DiscordError> =
            self.rest.request_json(plain(LightMethod::Get, Route::Oauth2ApplicationCurrent)).await;
        match application {
            Ok(application) => found.push(self.of_application(&application)),
            Err(fault) => {
                found.push(bad("application", told(&fault), "discord-remedy-token"));
                // Without a token that holds, nothing else can be looked at.
                return found;
            }
        }
        found.push(self.of_commands().await);
        for channel in &self.config.channels {
            found.push(self.of_channel(*channel).await);
        }
        found
    }

    fn of_application(&self, application: &Application) -> Finding {
        if application.id != self.config.application.to_string() {
            let fact = text("discord-found-other-application").with("id", &application.id);
            return bad("application", fact, "discord-remedy-application");
        }
        if !self.config.message_content {
            let remedy = text("discord-remedy-no-content");
            return Finding::poor("intents", PartState::Degraded, text("discord-found-no-content"), remedy);
        }
        if application.flags & MESSAGE_CONTENT == 0 {
            return bad("intents", text("discord-found-content-forbidden"), "discord-remedy-intents");
        }
        Finding::good("intents", text("discord-found-intents"))
    }

    async fn of_commands(&self) -> Finding {
        match self.are_registered().await {
            Ok(true) => Finding::good("commands", text("discord-found-commands")),
            Ok(false) => Finding::poor(
                "commands",
                PartState::Degraded,
                text("discord-found-other-commands"),
                text("discord-remedy-commands"),
            ),
            Err(fault) => bad("commands", told(&fault), "discord-remedy-reach"),
        }
    }

    async fn of_channel(&self, id: u64) -> Finding {
        let part = format!("channel {id}");
        match self.granted_in(id).await {
            Ok((name, granted)) => {
                let missing = missing(granted);
                if missing.is_empty() {
                    return Finding::good(part, text("discord-found-channel").with("name", name));
                }
                let fact = text("discord-found-missing").with("name", name).with("missing", missing.join(", "));
                bad(&part, fact, "discord-remedy-permissions")
            }
            Err(fault) => bad(&part, told(&fault), "discord-remedy-channel"),
        }
    }

    /// Returns the name of a channel and our permissions in it.
    async fn granted_in(&self, id: u64) -> Result<(String, Permissions), DiscordError> {
        let route = Route::Channel { channel_id: ChannelId::new(id) };
        let channel: GuildChannel = self.rest.request_json(plain(LightMethod::Get, route)).await?;
        let guild_id = channel.guild_id;
        let guild: PartialGuild = self.rest.request_json(plain(LightMethod::Get, Route::Guild { guild_id })).await?;
        let route = Route::GuildMember { guild_id, user_id: UserId::new(self.own_id().await?) };
        let member: Member = self.rest.request_json(plain(LightMethod::Get, route)).await?;
        let granted = guild.user_permissions_in(&channel, &member);
        Ok((channel.name, granted))
    }
}

/// Returns the names of the needed permissions that are missing: all of them in a channel that cannot be seen.
fn missing(granted: Permissions) -> Vec<&'static str> {
    let usable = if granted.view_channel() { granted } else { Permissions::empty() };
    (NEEDED - usable).get_permission_names()
}

fn bad(part: &str, fact: Text, remedy: &'static str) -> Finding {
    Finding::poor(part, PartState::Failed, fact, text(remedy))
}

fn told(fault: &DiscordError) -> Text {
    let fact = match fault {
        DiscordError::Rejected { status, code, message } => format!("{status} {code} {message}"),
        DiscordError::NotSent(fact) | DiscordError::Unavailable(fact) => fact.clone(),
        DiscordError::RateLimited(wait) => format!("asked to wait {} s", wait.as_secs()),
    };
    text("discord-found-fault").with("fact", fact)
}

#[cfg(test)]
mod tests {
    use pstral_core::domain::Locale;

    use super::*;

    #[test]
    fn in_a_channel_that_cannot_be_seen_everything_is_missing() {
        assert_eq!(missing(NEEDED - Permissions::ATTACH_FILES), ["Attach Files"]);
        assert_eq!(missing(NEEDED - Permissions::VIEW_CHANNEL).len(), 6);
        assert!(missing(Permissions::all()).is_empty());
    }

    #[test]
    fn the_invitation_asks_for_what_is_needed_and_no_more() {
        let config = DiscordConfig::new("secret".into(), 42);
        let address = config.invitation();
        assert_eq!(
            address,
            "https://discord.com/oauth2/authorize?client_id=42&scope=bot+applications.commands&permissions=309237746688"
        );
        assert!(!format!("{config:?}").contains("secret"));
        assert!(!text("discord-found-intents").render(Locale::En).starts_with("discord-"));
    }
}
