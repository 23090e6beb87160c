//! `pstral user`: local users and the codes that link chat accounts to them.

use std::sync::Arc;
use std::time::Duration;

use clap::{Args, Subcommand};
use pstral_core::domain::{AuditAction, AuditEvent, AuditStatus, Locale, NewUser, Role, User};
use pstral_core::pipeline::code_hash;
use pstral_core::ports::{AuditLog as _, Clock as _, Entropy as _, LinkCode, People as _};
use pstral_core::text::text;
use pstral_store::Store;

use super::out::{say, say_error, say_json};
use super::{Common, Ending, person, state_is_missing};
use crate::clock::{SystemClock, SystemEntropy};
use crate::compose::open_store;

/// How long a one-time code is worth something.
const CODE_LIFETIME: Duration = Duration::from_mins(10);
/// Letters of a code: 32 of them, so five bits each, without those that look alike (Crockford's base 32).
const CODE_LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

#[derive(Debug, Subcommand)]
pub(super) enum UserCommand {
    /// Make a user
    Add(AddArgs),
    /// List the users
    List {
        /// Print one JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Make a one-time code that links a chat account to a user (valid 10 minutes)
    LinkCode {
        /// The user's name
        username: String,
    },
    /// Disable a user: their accounts are treated as unknown from now on
    Disable {
        /// The user's name
        username: String,
        /// Enable the user again instead
        #[arg(long)]
        undo: bool,
    },
    /// Write all that is held on a person as one JSON document
    Export(person::ExportArgs),
    /// See what is held on a person, and with --yes forget it: the audit keeps their number and what was done
    Erase(person::EraseArgs),
}

#[derive(Debug, Args)]
pub(super) struct AddArgs {
    /// Unique name, such as camille.durand
    username: String,
    /// As colleagues write it
    #[arg(long, default_value = "")]
    full_name: String,
    /// Email address
    #[arg(long, default_value = "")]
    email: String,
    /// member asks and runs; steward also agrees to costly statements; admin also reads the audit
    #[arg(long, default_value = "member")]
    role: Role,
    /// The language the user reads: fr or en (without it, the configuration's)
    #[arg(long)]
    language: Option<Locale>,
}

pub(super) async fn run(common: &Common, command: UserCommand) -> anyhow::Result<Ending> {
    let config = match common.load_installed() {
        Ok(config) => config,
        Err(ending) => return Ok(ending),
    };
    let locale = common.locale_with(&config);
    // Only the first user makes one: to anybody else, a misspelt folder would look like an empty installation.
    if !matches!(command, UserCommand::Add(_)) && state_is_missing(&config, locale) {
        return Ok(Ending::Failed);
    }
    let desk = Desk { store: open_store(&config).await?, locale, clock: SystemClock::default() };
    match command {
        UserCommand::Export(args) => person::export(&desk.store, locale, &args).await,
        UserCommand::Erase(args) => person::erase(&desk.store, locale, &args, &[Role::Admin]).await,
        UserCommand::Add(args) => desk.add(args, config.locale).await,
        UserCommand::List { json } => desk.list(json).await,
        UserCommand::LinkCode { username } => desk.link_code(&username).await,
        UserCommand::Disable { username, undo } => desk.disable(&username, !undo).await,
    }
}

/// Where users are looked after.
struct Desk {
    store: Arc<Store>,
    locale: Locale,
    clock: SystemClock,
}

impl Desk {
    async fn add(&self, args: AddArgs, language: Locale) -> anyhow::Result<Ending> {
        let username = args.username.trim().to_lowercase();
        if username.is_empty() || username.len() > 64 || username.chars().any(|c| c.is_whitespace() || c.is_control()) {
            say_error(&text("user-name-bad").render(self.locale));
            return Ok(Ending::Usage);
        }
        let full_name = if args.full_name.trim().is_empty() { username.clone() } else { args.full_name };
        let locale = args.language.unwrap_or(language);
        let user = NewUser { username, full_name, email: args.email, role: args.role, locale };
        if self.store.user_named(&user.username).await?.is_some() {
            say_error(&text("user-exists").with("name", user.username).render(self.locale));
            return Ok(Ending::Usage);
        }
        // Who is not there yet has no number: the name says who it is.
        let detail = format!("{} {}", user.username, user.role.word());
        self.record(AuditAction::UserAdded, None, detail).await?;
        self.store.add_user(&user, self.clock.now()).await?;
        say(&text("user-added").with("name", user.username).render(self.locale));
        Ok(Ending::Fine)
    }

    async fn list(&self, json: bool) -> anyhow::Result<Ending> {
        let users = self.store.users().await?;
        for user in &users {
            let User { username, full_name, email, role, locale, disabled, .. } = user;
            if json {
                let line = serde_json::json!({
                    "username": username, "full_name": full_name, "email": email, "role": role,
                    "locale": locale, "disabled": disabled, "created_at": user.created_at.to_string(),
                });
                say_json(&line.to_string());
            } else {
                let state = if *disabled { text("user-disabled-mark").render(self.locale) } else { String::new() };
                let role = role.text().render(self.locale);
                let members = [username.as_str(), full_name, &role, &locale.to_string(), email, &state];
                say(&members.into_iter().filter(|member| !member.is_empty()).collect::<Vec<_>>().join(" · "));
            }
        }
        if users.is_empty() {
            say_error(&text("user-none").render(self.locale));
        }
        Ok(Ending::Fine)
    }

    async fn link_code(&self, username: &str) -> anyhow::Result<Ending> {
        let Some(user) = self.known(username).await? else { return Ok(Ending::Usage) };
        let code = new_code();
        self.record(AuditAction::LinkCode, Some(&user), user.username.clone()).await?;
        let expires_at = self.clock.now() + CODE_LIFETIME;
        self.store.issue_code(&LinkCode { user: user.id, hash: code_hash(&code), expires_at }).await?;
        say(&code);
        say_error(&text("user-code").with("name", &user.username).with("code", code).render(self.locale));
        Ok(Ending::Fine)
    }

    async fn disable(&self, username: &str, disabled: bool) -> anyhow::Result<Ending> {
        let Some(user) = self.known(username).await? else { return Ok(Ending::Usage) };
        let detail = format!("{} {}", user.username, if disabled { "disabled" } else { "enabled" });
        self.record(AuditAction::UserChanged, Some(&user), detail).await?;
        self.store.set_disabled(user.id, disabled).await?;
        let sentence = if disabled { text("user-disabled") } else { text("user-enabled") };
        say(&sentence.with("name", &user.username).render(self.locale));
        Ok(Ending::Fine)
    }

    async fn known(&self, username: &str) -> anyhow::Result<Option<User>> {
        let user = self.store.user_named(username).await?;
        if user.is_none() {
            say_error(&text("user-unknown").with("name", username).render(self.locale));
        }
        Ok(user)
    }

    /// Comes before what it tells of: where it cannot be written, nothing changes.
    async fn record(&self, action: AuditAction, user: Option<&User>, detail: String) -> anyhow::Result<()> {
        let mut event = AuditEvent::new(self.clock.now(), action, AuditStatus::Ok);
        event.platform = Some("cli".to_owned());
        event.user = user.map(|user| user.id);
        event.detail = Some(detail);
        self.store.append(event).await?;
        Ok(())
    }
}

/// Twelve letters, 60 bits, in three groups: `7KQ2-M9XA-3FDT`.
fn new_code() -> String {
    let mut random = [0; 12];
    SystemEntropy.fill(&mut random);
    let letters: Vec<char> = random.iter().map(|byte| char::from(CODE_LETTERS[usize::from(byte % 32)])).collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}
