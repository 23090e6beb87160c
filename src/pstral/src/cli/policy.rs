//! `pstral policy`: who may do what and by which rule, and tables of expected decisions.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use pstral_core::access::{Case, CaseDecisions};
use pstral_core::domain::{Catalog, Dialect, Locale, Role, User};
use pstral_core::ports::{Catalogs as _, People as _};
use pstral_core::text::{Text, text};
use pstral_store::Store;

use super::out::{say, say_error, say_json};
use super::{Ending, Installed, user_unknown};
use crate::compose::open_store_to_read;
use crate::config::Config;
use crate::policy::{Explanation, Row, Rulebook, place, rows};
use crate::registry;

#[derive(Debug, Subcommand)]
pub(super) enum PolicyCommand {
    /// Explain what a user or role may do, and why
    Explain(ExplainArgs),
    /// Check a table of expected decisions, CSV or TOML; exits 1 if one differs
    Test {
        /// Schema of a database as `pstral catalog show NAME --json` prints it: NAME=FILE (default: the cached schema)
        #[arg(long, value_name = "NAME=FILE")]
        catalog: Vec<String>,
        /// The table, with the columns role or user, place, target, table, do, expect, because and note
        file: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// The user's name
    #[arg(long)]
    user: Option<String>,
    /// Role, instead of a user
    #[arg(long, conflicts_with = "user")]
    role: Option<Role>,
    /// The name of the database in the configuration
    #[arg(long)]
    target: String,
    /// A table or view, or a column: table, schema.table, table.column or schema.table.column
    #[arg(long)]
    table: Option<String>,
    /// Place of the question (default: private)
    #[arg(long, value_name = "PLATFORM:ID", default_value = "private")]
    place: String,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(Installed { config, locale }: Installed, command: PolicyCommand) -> anyhow::Result<Ending> {
    // A table that names roles alone can be tested where nothing is installed.
    let is_missing = config.location().missing_file().is_some();
    let store = if is_missing { None } else { Some(open_store_to_read(&config).await?) };
    let checker = PolicyChecker { rules: Rulebook::of(&config), config: &config, store, locale };
    let ending = match command {
        PolicyCommand::Explain(args) => checker.explain(&args).await,
        PolicyCommand::Test { catalog, file } => checker.test(&catalog, &file).await,
    };
    if let Some(store) = &checker.store {
        store.close().await;
    }
    ending
}

/// The rules and the state from which questions about policy are answered.
struct PolicyChecker<'c> {
    rules: Rulebook,
    config: &'c Config,
    store: Option<Store>,
    locale: Locale,
}

impl PolicyChecker<'_> {
    async fn explain(&self, args: &ExplainArgs) -> anyhow::Result<Ending> {
        let (role, disabled) = match (&args.user, &args.role) {
            (Some(user), _) => match self.user_named(user).await? {
                Some(user) => (user.role, user.disabled),
                None => return Ok(self.usage(&user_unknown(user))),
            },
            (None, Some(role)) => (role.clone(), false),
            (None, None) => return Ok(self.usage(&text("policy-who"))),
        };
        let Some(place) = place(&args.place) else {
            return Ok(self.usage(&text("policy-place-bad").with("place", &args.place)));
        };
        let is_looked_up = args.table.is_some() && self.config.targets.contains_key(&args.target);
        let catalog = if is_looked_up { self.catalog(&args.target).await? } else { Some(nothing_known()) };
        let Some(catalog) = catalog else {
            say_error(&text("policy-no-catalog").render(self.locale));
            return Ok(Ending::Failed);
        };
        let case = Case { role, disabled, place, target: args.target.clone(), table: args.table.clone() };
        self.tell(self.rules.decide(&case, &catalog), args.json);
        Ok(Ending::Fine)
    }

    fn tell(&self, rulings: CaseDecisions, json: bool) {
        if json {
            return say_json(&serde_json::to_string(&Explanation::from(rulings)).unwrap_or_default());
        }
        rulings.lines(self.locale).iter().for_each(|line| say(line));
    }

    async fn test(&self, catalogs: &[String], file: &Path) -> anyhow::Result<Ending> {
        let (rows, given) = match rows(file).and_then(|rows| Ok((rows, given(catalogs)?))) {
            Ok(read) => read,
            Err(error) => return Ok(self.usage(&text("policy-file-bad").with("error", format!("{error:#}")))),
        };
        let known = self.catalogs(&rows, given).await?;
        let mut differing = 0;
        for row in &rows {
            if !self.test_row(row, &known).await? {
                differing += 1;
            }
        }
        let total = rows.len() as u64;
        if differing > 0 {
            say_error(&text("policy-not-fine").count("differing", differing).count("rows", total).render(self.locale));
            return Ok(Ending::Failed);
        }
        say(&text("policy-fine").count("rows", total).render(self.locale));
        Ok(Ending::Fine)
    }

    /// Checks whether a row is as expected, and prints it if it is not.
    async fn test_row(&self, row: &Row, catalogs: &BTreeMap<String, Catalog>) -> anyhow::Result<bool> {
        let who = row.role.as_ref().map(ToString::to_string).or_else(|| row.user.clone()).unwrap_or_default();
        let whole = [Some(who.as_str()), row.place.as_deref(), Some(row.target.as_str()), row.table.as_deref()];
        let whole = whole.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
        let differs = |found: String| {
            let sentence = text("policy-differs").with("line", row.line.to_string()).with("row", whole.as_str());
            say(&sentence.with("expected", row.expected()).with("found", found).render(self.locale));
        };
        let known = match (&row.role, &row.user) {
            (Some(role), _) => Some((role.clone(), false)),
            (None, Some(user)) => self.user_named(user).await?.map(|user| (user.role, user.disabled)),
            (None, None) => None,
        };
        let Some((role, disabled)) = known else {
            differs(user_unknown(&who).render(self.locale));
            return Ok(false);
        };
        let Some(place) = place(row.place.as_deref().unwrap_or_default()) else {
            differs(text("policy-place-bad").with("place", row.place.clone().unwrap_or_default()).render(self.locale));
            return Ok(false);
        };
        let nothing = nothing_known();
        let catalog = catalogs.get(&row.target);
        if catalog.is_none() && row.table.is_some() && self.config.targets.contains_key(&row.target) {
            differs(text("policy-no-catalog").render(self.locale));
            return Ok(false);
        }
        let case = Case { role, disabled, place, target: row.target.clone(), table: row.table.clone() };
        let rulings = self.rules.decide(&case, catalog.unwrap_or(&nothing));
        let (outcome, ruling) = row.deed.unwrap_or_default().outcome(&rulings);
        let is_met = row.is_met((outcome, ruling));
        if !is_met {
            differs(format!("{outcome} · {ruling}"));
        }
        Ok(is_met)
    }

    async fn user_named(&self, name: &str) -> anyhow::Result<Option<User>> {
        let Some(store) = &self.store else { return Ok(None) };
        Ok(store.user_named(name).await?)
    }

    /// The catalogs of the targets whose tables rows name.
    async fn catalogs(
        &self,
        rows: &[Row],
        given: BTreeMap<String, Catalog>,
    ) -> anyhow::Result<BTreeMap<String, Catalog>> {
        let mut known = given;
        for row in rows.iter().filter(|row| row.table.is_some()) {
            if !known.contains_key(&row.target)
                && let Some(catalog) = self.catalog(&row.target).await?
            {
                known.insert(row.target.clone(), catalog);
            }
        }
        Ok(known)
    }

    /// Returns the cached catalog of a target, or else its current one.
    async fn catalog(&self, target: &str) -> anyhow::Result<Option<Catalog>> {
        if let Some(store) = &self.store
            && let Some(kept) = store.kept_catalog(target).await?
        {
            return Ok(Some(kept.catalog));
        }
        let Some(config) = self.config.targets.get(target) else { return Ok(None) };
        let port = registry::target(self.config, target, config)?;
        Ok(port
            .catalog()
            .await
            .inspect_err(|error| tracing::warn!(target, %error, "the catalog could not be read"))
            .ok())
    }

    fn usage(&self, sentence: &Text) -> Ending {
        say_error(&sentence.render(self.locale));
        Ending::Usage
    }
}

/// Catalogs given as `NAME=FILE`.
fn given(catalogs: &[String]) -> anyhow::Result<BTreeMap<String, Catalog>> {
    let read = |given: &String| {
        let (name, path) = given.split_once('=').with_context(|| format!("--catalog {given}: write NAME=FILE"))?;
        let file = std::fs::read_to_string(path).with_context(|| path.to_owned())?;
        Ok((name.to_owned(), serde_json::from_str(&file).with_context(|| path.to_owned())?))
    };
    catalogs.iter().map(read).collect()
}

fn nothing_known() -> Catalog {
    Catalog::new(Dialect::Sqlite, "main", Vec::new())
}
