//! `pstral user`: local users, their accounts and their passwords.

mod accounts;
mod arguments;
mod password;

use std::sync::Arc;

use arguments::{AddArgs, EditArgs};
use clap::Subcommand;
use jiff::tz::TimeZone;
use pstral_core::domain::{Capability, Locale, NewUser, Roles, User, UserChange};
use pstral_core::people::{By, UserAdmin, UserAdminError, Way};
use pstral_core::ports::{Clock as _, People as _};
use pstral_core::text::text;
use pstral_store::Store;

use super::out::{say, say_error, say_json};
use super::{Ending, Installed, state_is_missing, user_data};
use crate::clock::SystemClock;
use crate::compose::{open_store, roles};

#[derive(Debug, Subcommand)]
pub(super) enum UserCommand {
    /// Create a user
    Add(AddArgs),
    /// Change a user's name, address, role, language or time zone
    Edit(EditArgs),
    /// List the users
    List {
        /// Print one JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Disable a user: their accounts are treated as unknown from now on
    Disable {
        /// The user's name
        username: String,
        /// Proceed even if no other user could then manage users from a chat
        #[arg(long)]
        force: bool,
        /// Enable the user again instead
        #[arg(long, hide = true)]
        undo: bool,
    },
    /// Enable a user again
    Enable {
        /// The user's name
        username: String,
    },
    /// Set a user's password for the admin endpoint: prompted for at a terminal, else read from standard input
    Password {
        /// The user's name
        username: String,
        /// Remove the password instead
        #[arg(long)]
        remove: bool,
    },
    /// Create a one-time code that links a chat account to a user (valid for 10 minutes)
    #[command(alias = "code")]
    LinkCode {
        /// The user's name
        username: String,
    },
    /// Link the chat account that asked for this code (by writing /link) to a user
    Confirm {
        /// The code the person was given
        code: String,
        /// The user's name
        username: String,
    },
    /// List the accounts linked to a user
    Links {
        /// The user's name
        username: String,
        /// Print one JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Unlink an account of a user
    Unlink {
        /// The user's name
        username: String,
        /// Platform of the account; not needed if the user has only one account
        #[arg(requires = "id")]
        platform: Option<String>,
        /// ID of the account on that platform
        id: Option<String>,
        /// Unlink all accounts of the user
        #[arg(long, conflicts_with = "platform")]
        all: bool,
    },
    /// Export all data about a person as one JSON document
    Export(user_data::ExportArgs),
    /// Count the data about a person; --yes deletes it. The audit keeps their number and what was done
    Erase(user_data::EraseArgs),
}

pub(super) async fn run(Installed { config, locale }: Installed, command: UserCommand) -> anyhow::Result<Ending> {
    // Only the first user makes one: to anybody else, a misspelt folder would look like an empty installation.
    if !matches!(command, UserCommand::Add(_)) && state_is_missing(&config, locale) {
        return Ok(Ending::Failed);
    }
    let context = UserContext { store: open_store(&config).await?, locale, roles: roles(&config) };
    let outcome = match command {
        UserCommand::Export(args) => return user_data::export(&context.store, locale, &args).await,
        UserCommand::Erase(args) => {
            let keep = context.roles.that_may(Capability::ManageUsers);
            return user_data::erase(&context.store, locale, &args, &keep).await;
        }
        UserCommand::Add(args) => context.add(args, config.locale).await,
        UserCommand::Edit(args) => context.edit(args).await,
        UserCommand::List { json } => context.list(json).await,
        UserCommand::Disable { username, force, undo } => context.enable(&username, undo, force).await,
        UserCommand::Enable { username } => context.enable(&username, true, false).await,
        UserCommand::Password { username, remove } => return context.password(&username, remove).await,
        UserCommand::LinkCode { username } => context.link_code(&username).await,
        UserCommand::Confirm { code, username } => context.confirm(&code, &username).await,
        UserCommand::Links { username, json } => context.links(&username, json).await,
        UserCommand::Unlink { username, platform, id, all } => context.unlink(&username, platform.zip(id), all).await,
    };
    context.ended(outcome)
}

/// The context of commands about users.
struct UserContext {
    store: Arc<Store>,
    locale: Locale,
    roles: Roles,
}

impl UserContext {
    /// Converts the outcome to the command's result: a refusal is printed, and is not an error of the program.
    fn ended(&self, outcome: Result<(), UserAdminError>) -> anyhow::Result<Ending> {
        match outcome {
            Ok(()) => Ok(Ending::Fine),
            Err(UserAdminError::Refused(refusal)) => {
                say_error(&refusal.text(Way::CommandLine).render(self.locale));
                Ok(Ending::Usage)
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn add(&self, args: AddArgs, language: Locale) -> Result<(), UserAdminError> {
        let AddArgs { username, full_name, email, role, language: chosen } = args;
        let new = NewUser { username, full_name, email, role, locale: chosen.unwrap_or(language) };
        let user = self.admin().add(new).await?;
        self.tell(&user, text("user-added"));
        Ok(())
    }

    async fn edit(&self, args: EditArgs) -> Result<(), UserAdminError> {
        let admin = self.admin();
        let user = admin.known(&args.username).await?;
        let force = args.force;
        let user = admin.change(&user, args.into_change(), force).await?;
        say(&text("user-edited").render(self.locale));
        say(&self.line(&user));
        Ok(())
    }

    async fn enable(&self, username: &str, enabled: bool, force: bool) -> Result<(), UserAdminError> {
        let admin = self.admin();
        let user = admin.change(&admin.known(username).await?, UserChange::disabled(!enabled), force).await?;
        self.tell(&user, if enabled { text("user-enabled") } else { text("user-disabled") });
        Ok(())
    }

    async fn list(&self, json: bool) -> Result<(), UserAdminError> {
        let users = self.store.users().await?;
        for user in &users {
            if json { say_json(&as_json(user)) } else { say(&self.line(user)) }
        }
        if users.is_empty() {
            say_error(&text("user-none").render(self.locale));
        }
        Ok(())
    }

    fn line(&self, user: &User) -> String {
        let User { username, full_name, email, role, locale, disabled, .. } = user;
        let state = if *disabled { text("user-disabled-mark").render(self.locale) } else { String::new() };
        let role = role.text().render(self.locale);
        let members = [username.as_str(), full_name, &role, &locale.to_string(), email, &state];
        members.into_iter().filter(|member| !member.is_empty()).collect::<Vec<_>>().join(" · ")
    }

    /// Says a sentence about a user.
    fn tell(&self, user: &User, sentence: pstral_core::text::Text) {
        say(&sentence.with("name", &user.username).with("command", Way::CommandLine.words()).render(self.locale));
    }

    fn admin(&self) -> UserAdmin<'_> {
        UserAdmin {
            people: &*self.store,
            audit: &*self.store,
            now: SystemClock::default().now(),
            by: By::CommandLine,
            roles: &self.roles,
        }
    }
}

fn as_json(user: &User) -> String {
    let User { username, full_name, email, role, locale, zone, disabled, .. } = user;
    let line = serde_json::json!({
        "username": username, "full_name": full_name, "email": email, "role": role,
        "locale": locale, "timezone": zone.as_ref().and_then(TimeZone::iana_name), "disabled": disabled, "created_at": user.created_at.to_string(),
    });
    line.to_string()
}
