//! The command line. Exit codes: 0 fine, 1 failed, 2 usage or configuration, 3 refused by the guard.

mod audit;
mod catalog;
mod catalog_text;
mod config;
mod demo;
mod doctor;
mod eval;
mod export;
mod follow;
#[cfg(feature = "endpoint")]
mod healthcheck;
#[cfg(not(all(feature = "endpoint", feature = "matrix")))]
mod left_out;
mod log;
#[cfg(feature = "matrix")]
mod matrix;
mod model;
mod new_file;
mod out;
mod panics;
mod policy;
mod prune;
#[cfg(feature = "endpoint")]
mod run;
mod sql;
mod state;
mod target;
mod tour;
mod user;
mod user_data;
mod verified;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use jiff::Timestamp;
use pstral_core::domain::{AuditAction, AuditEvent, AuditStatus, Locale, User};
use pstral_core::ports::{AuditLog as _, ModelError, People as _, PlatformError, StoreError, TargetError};
use pstral_core::text::{Text, text};
use pstral_store::Store;
use tokio::runtime::Runtime;

use crate::audit_heads::kept_heads_error;
use crate::audit_key::NotAKey;
use crate::compose::{StartError, state_error};
use crate::config::{Config, Source};
use log::log_to_stderr;
use out::{lost, say_error};

/// Time for which threads still working may delay the end of a command.
const THREAD_PATIENCE: Duration = Duration::from_secs(2);

/// A self-hosted data assistant that lives in your team's chat.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

/// What every command takes.
#[derive(Debug, Clone, Args)]
struct Common {
    /// Configuration file (default: the demo)
    #[arg(long, global = true, value_name = "FILE", env = "PSTRAL_CONFIG")]
    config: Option<PathBuf>,
    /// Folder for everything Pstral writes, instead of `data` in the configuration
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Language of the output: fr or en (default: the system's, else the configuration's)
    #[arg(long, global = true, value_name = "LANGUAGE")]
    locale: Option<Locale>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Try Pstral on a sample company: no server, account or network needed
    Demo(demo::DemoArgs),
    /// Run the bot until SIGTERM or Ctrl-C
    #[cfg(feature = "endpoint")]
    Run,
    #[cfg(not(feature = "endpoint"))]
    #[command(hide = true)]
    Run(left_out::LeftOut),
    /// Check that the bot on this machine answers: exit code 0 or 1
    #[cfg(feature = "endpoint")]
    Healthcheck,
    /// Check each part and say how to fix it
    Doctor(doctor::DoctorArgs),
    /// Test that a database can be read, limited and stopped
    #[command(subcommand)]
    Target(target::TargetCommand),
    /// Check statements with the guard
    #[command(subcommand)]
    Sql(sql::SqlCommand),
    /// Read and verify the audit log
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// List expired data; --yes deletes it
    Prune(prune::PruneArgs),
    /// Manage users and their chat accounts
    #[command(subcommand)]
    User(user::UserCommand),
    /// Show or refresh the cached schema
    #[command(subcommand)]
    Catalog(catalog::CatalogCommand),
    /// List the models of the model servers, or fetch one
    #[command(subcommand)]
    Model(model::ModelCommand),
    /// Explain and test who may do what
    #[command(subcommand)]
    Policy(policy::PolicyCommand),
    /// Migrate the state database; pstral run does so by itself
    Migrate,
    /// Write the whole state to a file, while the bot runs
    Backup(state::BackupArgs),
    /// Fill an empty state database from a file made by backup
    Restore(state::RestoreArgs),
    /// Copy the state from one database to another
    #[command(subcommand)]
    Store(state::StoreCommand),
    /// Measure answers against gold statements
    Eval(eval::EvalArgs),
    /// List, approve, retire and check verified queries
    #[command(subcommand)]
    Verified(verified::VerifiedCommand),
    /// Log in to Matrix and manage its keys
    #[cfg(feature = "matrix")]
    #[command(subcommand)]
    Matrix(matrix::MatrixCommand),
    #[cfg(not(feature = "matrix"))]
    #[command(hide = true)]
    Matrix(left_out::LeftOut),
    /// Check the configuration
    #[command(subcommand)]
    Config(config::ConfigCommand),
}

/// The result of a command.
enum Ending {
    /// It succeeded.
    Fine,
    /// Something does not work.
    Failed,
    /// The configuration or the input cannot be used.
    Usage,
    /// The guard refuses the statement.
    Refused,
}

impl From<Ending> for ExitCode {
    fn from(ending: Ending) -> Self {
        match ending {
            Ending::Fine => Self::SUCCESS,
            Ending::Failed => Self::from(1),
            Ending::Usage => Self::from(2),
            Ending::Refused => Self::from(3),
        }
    }
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    panics::log_panics();
    let cli = Cli::parse();
    let locale = cli.common.locale_at_last();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            say_error(&text("command-failed").with("error", error.to_string()).render(locale));
            return Ending::Failed.into();
        }
    };
    let ending = runtime.block_on(dispatch(cli)).unwrap_or_else(Ok).unwrap_or_else(|error| {
        say_error(&failure(&error, locale));
        Ending::Failed
    });
    end(runtime);
    let Some(error) = lost() else { return ending.into() };
    say_error(&text("output-lost").with("error", error).render(locale));
    Ending::Failed.into()
}

/// Threads at work get a moment. One that heeds nothing, as in a single long step of a database, ends with the process.
fn end(runtime: Runtime) {
    runtime.shutdown_timeout(THREAD_PATIENCE);
}

/// Formats an error with its remedy, if one is known.
fn failure(error: &anyhow::Error, locale: Locale) -> String {
    let failed = |sentence: Text, what: &str| sentence.with("error", what.trim_end_matches('.')).render(locale);
    let of_cause = error.chain().find_map(start_error);
    if let Some(start) = of_cause.as_ref().or_else(|| error.downcast_ref::<StartError>()) {
        let what = match &start.found {
            Some(found) if start.part == "state" => failed(text("command-failed-state"), &found.render(locale)),
            Some(found) => failed(text("command-failed-part").with("part", &start.part), &found.render(locale)),
            None => failed(text("command-failed-part").with("part", &start.part), &start.fact),
        };
        return format!("{what}. {}", start.remedy.render(locale));
    }
    let sentence = if error.chain().any(is_of_a_part) { "command-failed-look" } else { "command-failed" };
    match error.downcast_ref::<NotAKey>() {
        Some(found) => failed(text(sentence), &found.text().render(locale)),
        None => failed(text(sentence), &format!("{error:#}")),
    }
}

/// The error with its remedy, of a state or of heads that cannot be used.
fn start_error(cause: &(dyn std::error::Error + 'static)) -> Option<StartError> {
    let of_state = cause.downcast_ref().filter(|error: &&StoreError| error.text().is_some()).map(state_error);
    of_state.or_else(|| cause.downcast_ref().map(kept_heads_error))
}

/// Checks whether an error concerns a part that `pstral doctor` examines. A file, for example, does not.
fn is_of_a_part(cause: &(dyn std::error::Error + 'static)) -> bool {
    cause.is::<StoreError>() || cause.is::<TargetError>() || cause.is::<ModelError>() || cause.is::<PlatformError>()
}

/// Runs a command; `Err` with its ending where the configuration that it needs cannot be used, which was printed.
async fn dispatch(cli: Cli) -> Result<anyhow::Result<Ending>, Ending> {
    let common = &cli.common;
    Ok(match cli.command {
        Command::Demo(args) => Box::pin(demo::run(common, &args)).await,
        #[cfg(feature = "endpoint")]
        Command::Run => run::run(common).await,
        #[cfg(not(feature = "endpoint"))]
        Command::Run(_) => Ok(left_out::tell("run", common.locale())),
        #[cfg(feature = "endpoint")]
        Command::Healthcheck => healthcheck::run(common.installed()?).await,
        Command::Doctor(args) => doctor::run(common.installed()?, &args).await,
        Command::Target(command) => target::run(common.installed()?, command).await,
        Command::Sql(command) => sql::run(common, &command),
        Command::Audit(command) => audit::run(common.installed()?, command).await,
        Command::Prune(args) => prune::run(common.installed()?, &args).await,
        Command::User(command) => user::run(common.installed()?, command).await,
        Command::Catalog(command) => catalog::run(common.installed()?, command).await,
        Command::Model(command) => model::run(common.installed()?, command).await,
        Command::Policy(command) => policy::run(common.installed()?, command).await,
        Command::Migrate => state::migrate(common.installed()?).await,
        Command::Backup(args) => state::backup(common.installed()?, &args).await,
        Command::Restore(args) => state::restore(common.installed()?, &args).await,
        Command::Store(command) => state::store(common.installed()?, command).await,
        Command::Eval(args) => Box::pin(eval::run(common, &args)).await,
        Command::Verified(command) => verified::run(common.installed()?, command).await,
        #[cfg(feature = "matrix")]
        Command::Matrix(command) => Box::pin(matrix::run(common.installed()?, command)).await,
        #[cfg(not(feature = "matrix"))]
        Command::Matrix(_) => Ok(left_out::tell("matrix", common.locale())),
        Command::Config(config::ConfigCommand::Check) => Ok(config::check(&common.installed()?)),
    })
}

impl Common {
    /// The language of what is printed while no configuration is known.
    fn locale(&self) -> Locale {
        self.chosen_locale().unwrap_or_default()
    }

    /// The language of a failure: that of the configuration too, where there is one that can be read.
    fn locale_at_last(&self) -> Locale {
        self.chosen_locale().or_else(|| crate::config::language(&self.source())).unwrap_or_default()
    }

    fn chosen_locale(&self) -> Option<Locale> {
        let system =
            || ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| std::env::var(name).ok()?.parse().ok());
        self.locale.or_else(system)
    }

    fn source(&self) -> Source {
        self.config.clone().map_or(Source::Demo, Source::File)
    }

    /// The configuration; its faults are printed, all of them, and the ending given back.
    fn load(&self) -> Result<Config, Ending> {
        match crate::config::load(&self.source(), self.data.as_deref()) {
            Ok(config) => Ok(config),
            Err(faults) => {
                config::print_faults(&faults, self.locale_at_last());
                Err(Ending::Usage)
            }
        }
    }

    /// Loads the configuration and the language of an installation; says so if it is the demo's.
    fn installed(&self) -> Result<Installed, Ending> {
        let config = self.load()?;
        let locale = self.chosen_locale().unwrap_or(config.locale);
        if self.config.is_none() {
            let folder = config.data.display().to_string();
            say_error(&text("demo-is-used").with("folder", folder).render(locale));
        }
        Ok(Installed { config, locale })
    }
}

/// An installation as its configuration describes it, and the language of what a command prints.
struct Installed {
    config: Config,
    locale: Locale,
}

/// Checks whether the file of the state database is missing, and says so. A missing server is found on connecting.
fn state_is_missing(config: &Config, locale: Locale) -> bool {
    let location = config.location();
    let Some(path) = location.missing_file() else { return false };
    say_error(&text("state-missing").with("path", path.display().to_string()).render(locale));
    true
}

/// The user of a name; an unknown one is said.
async fn known_user(store: &Store, name: &str, locale: Locale) -> Result<Option<User>, StoreError> {
    let user = store.user_named(name).await?;
    if user.is_none() {
        say_error(&user_unknown(name).render(locale));
    }
    Ok(user)
}

/// Says that no user has a name, and what lists them.
fn user_unknown(name: &str) -> Text {
    text("user-unknown").with("command", "pstral user").with("name", name)
}

/// Records in the audit that a command has read or copied the state.
async fn record(store: &Store, action: AuditAction, target: Option<&str>, detail: &str) -> anyhow::Result<()> {
    let event = AuditEvent { target: target.map(str::to_owned), ..event(action, detail) };
    store.append(event).await.map_err(|error| state_error(&error))?;
    Ok(())
}

/// Records why the audit goes on, although it is not what was signed last.
async fn record_accepting(store: &Store, action: AuditAction, detail: &str) -> anyhow::Result<()> {
    store.append_accepting(event(action, detail)).await.map_err(|error| state_error(&error))?;
    Ok(())
}

fn event(action: AuditAction, detail: &str) -> AuditEvent {
    let event = AuditEvent::new(Timestamp::now(), action, AuditStatus::Ok);
    AuditEvent { platform: Some("cli".to_owned()), detail: Some(detail.to_owned()), ..event }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::{Duration, Instant};

    use clap::CommandFactory as _;
    use pstral_core::domain::Locale;
    use pstral_core::ports::StoreError;

    #[test]
    fn a_thread_that_never_ends_does_not_hold_up_the_end() {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let (release, held) = mpsc::channel::<()>();
        let (working, begun) = mpsc::channel();
        runtime.spawn_blocking(move || {
            working.send(()).unwrap();
            held.recv()
        });
        begun.recv().unwrap();
        let ended = std::thread::spawn(move || {
            let begun = Instant::now();
            super::end(runtime);
            begun.elapsed()
        });
        let patience = Instant::now() + Duration::from_secs(20);
        while !ended.is_finished() && Instant::now() < patience {
            std::thread::sleep(Duration::from_millis(10));
        }
        assert!(ended.is_finished(), "the end waits for the thread");
        assert!(ended.join().unwrap() >= super::THREAD_PATIENCE, "a thread gets a moment");
        drop(release);
    }

    #[test]
    fn a_full_disk_is_told_in_one_language_wherever_it_was_found() {
        let full = || StoreError::Full("/srv/pstral.db: database or disk is full".to_owned());
        for error in [full().into(), anyhow::Error::from(super::state_error(&full()))] {
            assert_eq!(
                super::failure(&error, Locale::Fr).replace('\u{a0}', " "),
                "Échec : base d’état : plus de place sur son disque. \
                Faites de la place sur le disque de la base d’état, puis recommencez."
            );
        }
    }

    #[test]
    fn the_command_line_is_well_formed() {
        super::Cli::command().debug_assert();
    }
}
