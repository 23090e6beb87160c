//! `pstral matrix`: the account of Matrix, its device and its keys.

mod emoji;

use std::io::{self, BufRead as _, IsTerminal as _, Read as _};

use anyhow::Context as _;
use clap::Subcommand;
use pstral_core::domain::Locale;
use pstral_core::text::{Text, text};
use pstral_matrix::{AccountError, Credentials, MatrixConfig, Welcome, login, recover, reset, status, verify};
use secrecy::{ExposeSecret as _, SecretString};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use super::out::{say, say_error};
use super::{Ending, Installed};
use crate::config::Config;
use crate::registry::surroundings;
use emoji::Terminal;

/// Octets of a line from a pipe at most.
const MOST: u64 = 4096;

#[derive(Debug, Clone, Subcommand)]
pub(super) enum MatrixCommand {
    /// Log in and create the encryption keys (password, or --token)
    Login {
        /// Read an access token instead of the password
        #[arg(long)]
        token: bool,
    },
    /// Show who is logged in, and whether others can trust the device
    Status,
    /// Restore the keys with the recovery key, even after losing the store (--token: with a new device's access token)
    Recover {
        /// Read an access token instead of the password
        #[arg(long)]
        token: bool,
    },
    /// Replace lost keys with new ones
    ResetCrypto,
    /// Verify a device that asks for it by comparing emoji; stop pstral run first
    Verify {
        /// Accept only a request from this user: @name:server
        user: Option<String>,
    },
}

pub(super) async fn run(Installed { config, locale }: Installed, command: MatrixCommand) -> anyhow::Result<Ending> {
    if !config.platforms.matrix.enabled {
        say_error(&text("matrix-not-enabled").render(locale));
        return Ok(Ending::Usage);
    }
    let context = MatrixContext { matrix: config.platforms.matrix.config(&surroundings(&config))?, config, locale };
    match command {
        MatrixCommand::Login { token } => context.log_in(token).await,
        MatrixCommand::Status => context.tell_status().await,
        MatrixCommand::Recover { token } => context.bring_back(token).await,
        MatrixCommand::ResetCrypto => context.start_anew().await,
        MatrixCommand::Verify { user } => context.compare_emoji(user.as_deref()).await,
    }
}

struct MatrixContext {
    config: Config,
    matrix: MatrixConfig,
    locale: Locale,
}

impl MatrixContext {
    async fn log_in(&self, token: bool) -> anyhow::Result<Ending> {
        let Some(credentials) = self.credentials(token)? else { return Ok(Ending::Usage) };
        Ok(self.greet("matrix-welcome", Box::pin(login(&self.matrix, credentials)).await))
    }

    async fn tell_status(&self) -> anyhow::Result<Ending> {
        let status = match Box::pin(status(&self.matrix)).await {
            Ok(status) => status,
            Err(error) => return Ok(self.failed(&error)),
        };
        let yes = |yes: bool| text(if yes { "policy-yes" } else { "policy-no" }).render(self.locale);
        let told = text("matrix-status").with("user", status.user).with("device", status.device);
        let told = told.with("verified", yes(status.verified)).with("recoverable", yes(status.recoverable));
        say(&told.count("rooms", status.rooms as u64).render(self.locale));
        Ok(Ending::Fine)
    }

    async fn bring_back(&self, token: bool) -> anyhow::Result<Ending> {
        let key = self.ask("matrix-ask-key")?;
        // Only where one of them is gone somebody has to log in again.
        let known = self.config.platforms.matrix.password.is_some();
        let kept = ["session.sealed", "store/matrix-sdk-crypto.sqlite3"];
        let is_lost = kept.iter().any(|file| !self.matrix.folder.join(file).exists());
        let credentials = if is_lost || token || known { self.credentials(token)? } else { None };
        if is_lost && credentials.is_none() {
            return Ok(Ending::Usage);
        }
        let greeting = if is_lost { "matrix-welcome" } else { "matrix-recovered" };
        Ok(self.greet(greeting, Box::pin(recover(&self.matrix, &key, credentials)).await))
    }

    async fn start_anew(&self) -> anyhow::Result<Ending> {
        let Some(password) = self.password()? else { return Ok(Ending::Usage) };
        Ok(self.greet("matrix-welcome", Box::pin(reset(&self.matrix, &password)).await))
    }

    /// Has the emoji of a device that asks compared at the terminal. Ctrl-C cancels.
    async fn compare_emoji(&self, user: Option<&str>) -> anyhow::Result<Ending> {
        let stop = CancellationToken::new();
        let interrupted = AbortOnDropHandle::new(tokio::spawn({
            let stop = stop.clone();
            async move {
                if tokio::signal::ctrl_c().await.is_ok() {
                    stop.cancel();
                }
            }
        }));
        let terminal = Terminal { locale: self.locale };
        let outcome = Box::pin(verify(&self.matrix, user, &terminal, &stop)).await;
        drop(interrupted);
        Ok(match outcome {
            Ok(outcome) => terminal.tell(&outcome),
            Err(error) => self.failed(&error),
        })
    }

    /// A token that is typed, or the account of the configuration, with its password from there or typed; `None` where none
    /// is named.
    fn credentials(&self, token: bool) -> anyhow::Result<Option<Credentials>> {
        if token {
            return Ok(Some(Credentials::Token(self.ask("matrix-ask-token")?)));
        }
        let section = &self.config.platforms.matrix;
        let Some(user) = section.user.clone() else {
            say_error(&text("config-matrix-user").render(self.locale));
            return Ok(None);
        };
        Ok(self.password()?.map(|password| Credentials::Password { user, password }))
    }

    /// The password of the configuration, or typed; `None` where nothing was, which is said.
    fn password(&self) -> anyhow::Result<Option<SecretString>> {
        if let Some(password) = &self.config.platforms.matrix.password {
            return Ok(Some(password.clone()));
        }
        let password = self.ask("matrix-ask-password")?;
        if password.expose_secret().is_empty() {
            say_error(&text("matrix-no-password").render(self.locale));
            return Ok(None);
        }
        Ok(Some(password))
    }

    /// A secret, typed at a terminal unseen, or read from a pipe: its next line.
    fn ask(&self, sentence: &'static str) -> anyhow::Result<SecretString> {
        if io::stdin().is_terminal() {
            let typed = rpassword::prompt_password(format!("{} ", text(sentence).render(self.locale)));
            return Ok(typed.context("the terminal cannot be read")?.trim().to_owned().into());
        }
        let mut piped = String::new();
        io::stdin().lock().take(MOST).read_line(&mut piped).context("standard input cannot be read")?;
        Ok(piped.trim().to_owned().into())
    }

    /// Says who is logged in; the recovery key is shown this once.
    fn greet(&self, greeting: &'static str, welcome: Result<Welcome, AccountError>) -> Ending {
        let welcome = match welcome {
            Ok(welcome) => welcome,
            Err(error) => return self.failed(&error),
        };
        let say_text = |sentence: Text| say(&sentence.render(self.locale));
        say_text(text(greeting).with("user", welcome.user).with("device", welcome.device));
        if let Some(key) = welcome.recovery_key {
            say_text(text("matrix-recovery-key"));
            say(key.expose_secret());
        }
        if !welcome.verified {
            say_text(text("matrix-unverified"));
        }
        Ending::Fine
    }

    fn failed(&self, error: &AccountError) -> Ending {
        let fact = error.fact.render(self.locale);
        let fact = text("command-failed").with("error", fact.trim_end_matches('.')).render(self.locale);
        say_error(&format!("{fact}. {}", error.remedy.render(self.locale)));
        Ending::Failed
    }
}
