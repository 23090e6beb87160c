//! Pstral as the program composes it, but for its platform: real state, a real model client, a real database.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use jiff::Timestamp;
use pstral::compose::{App, open_store};
use pstral::config::{Config, Source, load};
use pstral::lifecycle::{self, AfterPlatforms};
use pstral_core::domain::{Locale, NewUser, Role};
use pstral_core::ports::{ChatPlatform, People as _};
use pstral_store::Store;
use tokio_util::sync::CancellationToken;

use crate::double::Double;
use crate::endpoints::Endpoints;
use crate::measure::Used;
use crate::options::Options;
use crate::process;
use crate::report::Report;
use crate::server::MODEL;

/// Longer than any answer of the script takes.
const PATIENCE: Duration = Duration::from_mins(2);
/// Connections and files beside those of answers.
const OTHER_FILES: usize = 100;

/// Has everybody ask and be answered, and returns the report.
pub(crate) async fn run(options: &Options, model: &str) -> anyhow::Result<Report> {
    if let Some(most) = process::open_files().filter(|most| *most < options.people + OTHER_FILES) {
        bail!("only {most} connections may be open: `ulimit -n {}` first", options.people + OTHER_FILES);
    }
    let folder = tempfile::tempdir().context("no folder for the state")?;
    let config = config(folder.path(), options, model)?;
    pstral::demo::generate(&folder.path().join("crm.db"), Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date())?;
    let store = open_store(&config).await?;
    add_people(&store, options.people).await?;
    let double = Arc::new(Double::new(options));
    let platforms = vec![Arc::clone(&double) as Arc<dyn ChatPlatform>];
    let app = App::build_on(platforms, pstral::registry::model_servers(&config)?, &config, Locale::En, store).await?;
    lifecycle::start(&app).await?;
    let endpoints = Endpoints::serve(&app, options).await?;
    let mut used = Used::begin();
    let asking = endpoints.ask(options);
    let shutdown = CancellationToken::new();
    used.until(lifecycle::run(&app, &shutdown, PATIENCE, AfterPlatforms::End)).await?;
    let asked = tokio::task::block_in_place(|| asking.end())?;
    let report = tokio::task::block_in_place(|| Report::of(options, &double, model, &used))?.with(asked);
    lifecycle::close(&app).await;
    Ok(report)
}

/// The defaults, and what a load needs otherwise.
fn config(folder: &Path, options: &Options, model: &str) -> anyhow::Result<Config> {
    let speech = options.speech();
    let writing = speech.gap.mul_f64(f64::from(u32::try_from(speech.tokens)?));
    let bytes = (speech.tokens * crate::words::TOKEN_CHARS + 1_000).max(32_768);
    let text = format!(
        "default_target = \"crm\"\n\
         [model]\nurl = \"{model}\"\nname = \"{MODEL}\"\nsilence_timeout = 10\n\
         [answers]\nmax_answer_bytes = {bytes}\nanswer_timeout = {}\n\
         [quotas]\nuser_questions_per_minute = 0\nuser_questions_per_day = 0\n\
         place_questions_per_minute = 0\nplace_questions_per_day = 0\n\
         [targets.crm]\nkind = \"sqlite\"\npath = \"crm.db\"\n",
        (writing + PATIENCE).as_secs(),
    );
    let file = folder.join("load.toml");
    std::fs::write(&file, text)?;
    let loaded = load(&Source::File(file), Some(folder));
    let mut config = loaded.map_err(|faults| {
        let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
        anyhow::anyhow!("{}", told.join("\n"))
    })?;
    // More than a configuration may ask of one server: it stands for many.
    config.model.slots = u32::try_from(options.slots.unwrap_or(options.people))?;
    config.model.queue = options.people;
    Ok(config)
}

async fn add_people(store: &Store, people: usize) -> anyhow::Result<()> {
    for person in 0..people {
        let user = NewUser {
            username: format!("person-{person}"),
            full_name: format!("Person {person}"),
            email: String::new(),
            role: Role::member(),
            locale: Locale::En,
        };
        let user = store.add_user(&user, Timestamp::now()).await?;
        store.link(&Double::actor(person), user.id, Timestamp::now()).await?;
    }
    Ok(())
}
