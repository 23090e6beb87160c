//! From a configuration to a running pipeline: the only place that knows every part.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use pstral_core::context::Prompts;
use pstral_core::context::check_template;
use pstral_core::domain::{Capability, Limits, Locale, PlatformName, Roles, VerifiedQuery};
use pstral_core::egress::AnswerLimits;
use pstral_core::guard::Rules;
use pstral_core::models::{ModelPool, QueueLimits};
use pstral_core::pipeline::{Parts, Pipeline};
use pstral_core::ports::{AuditLog, ChatPlatform, Clock, Knowledge as _, NeededPath, StoreError};
use pstral_core::settings::{Delivery, Notes, PlaceTerms, Places, Quantities, Quantity, QuotaLimits, Settings, Terms};
use pstral_core::targets::Target;
use pstral_core::text::{Text, text};
use pstral_store::Store;

use crate::audit_heads::{AuditHeads, head_keeper};
use crate::clock::{SystemClock, SystemEntropy};
use crate::config::{
    Answers, Config, DeliveryChoice, Fault, Model, RoleConfig, RoleQuotas, RulesConfig, TargetConfig, fingerprint,
};
use crate::files::FolderFiles;
use crate::health::{EndedPlatforms, Found as _, Installation, state_remedy};
use crate::metrics::audit::MeteredAudit;
use crate::metrics::chat::MeteredChat;
use crate::metrics::model::MeteredModel;
use crate::paths::path_error;
use crate::registry::ModelServers;
use crate::{paths, registry, verified};

/// A pipeline with the parts that a program looks after.
pub struct App {
    /// Answers events.
    pub pipeline: Arc<Pipeline>,
    /// The state database.
    pub store: Arc<Store>,
    /// The servers of the model.
    pub models: ModelServers,
    /// The chats people write in.
    pub platforms: Vec<Arc<dyn ChatPlatform>>,
    /// The platforms that have ended by themselves.
    pub ended: EndedPlatforms,
    /// The folder in which result files are written.
    pub files: FolderFiles,
    /// The maximum age of those files if nobody was handed a copy.
    pub file_age: Duration,
    /// The publisher of the head of this instance's audit chain.
    pub heads: AuditHeads,
    /// The name of this program in the audit.
    pub instance: String,
    /// The fingerprint of its configuration: a hash of each section, without secrets.
    pub fingerprint: BTreeMap<String, String>,
}

/// The reason why a part could not be created, with a remedy.
#[derive(Debug, thiserror::Error)]
#[error("{part}: {fact}")]
pub struct StartError {
    /// The part, such as `state`, `target crm` or `http`.
    pub part: String,
    /// The observed fact.
    pub fact: String,
    /// The recommended action.
    pub remedy: Text,
    /// The observed fact as a localized sentence, if there is one.
    pub found: Option<Box<Text>>,
}

impl StartError {
    /// A part, what was found of it, and what to do.
    pub fn new(part: impl Into<String>, fact: impl Into<String>, remedy: Text) -> Self {
        Self { part: part.into(), fact: fact.into(), remedy, found: None }
    }
}

/// Opens the state database of a configuration to look at it, changing nothing.
pub async fn open_store_to_read(config: &Config) -> Result<Store, StartError> {
    Store::open_at_to_read(&config.location()).await.map_err(|error| state_error(&error))
}

/// Makes the folder of the file of the state database where there is none.
pub(crate) fn make_state_folder(config: &Config) -> Result<(), StartError> {
    config.location().file().map_or(Ok(()), make_folder_of)
}

pub(crate) fn make_folder_of(file: &Path) -> Result<(), StartError> {
    let Some(folder) = file.parent() else { return Ok(()) };
    std::fs::create_dir_all(folder)
        .map_err(|error| StartError::new("state", path_error(folder, &error), text("remedy-data")))
}

/// Opens the state database of a configuration, and makes it and its folder where there is none.
pub async fn open_store(config: &Config) -> Result<Arc<Store>, StartError> {
    make_state_folder(config)?;
    let opened = Store::open_signing(&config.location(), &config.store.instance, head_keeper(config).await?).await;
    opened.map(Arc::new).map_err(|error| state_error(&error))
}

pub(crate) fn state_error(error: &StoreError) -> StartError {
    let part = match error {
        StoreError::AuditChanged(_) | StoreError::HeadsUnavailable(_) => "audit",
        _ => "state",
    };
    StartError {
        found: error.text().map(|_| Box::new(error.found())),
        ..StartError::new(part, error.to_string(), state_remedy(error))
    }
}

impl App {
    /// Builds everything; opens the state database and reads the verified queries. Targets, model and platforms are
    /// not reached for yet: they may come later than Pstral.
    pub async fn build(config: &Config, locale: Locale) -> anyhow::Result<Self> {
        Self::build_with(config, locale, open_store(config).await?).await
    }

    /// Builds the program like [`App::build`], with a state database that is already open.
    pub async fn build_with(config: &Config, locale: Locale, store: Arc<Store>) -> anyhow::Result<Self> {
        Self::build_on(registry::platforms(config, locale)?, registry::model_servers(config)?, config, locale, store)
            .await
    }

    /// Builds the program like [`App::build_with`], on these platforms and models instead of those of the configuration.
    pub async fn build_on(
        platforms: Vec<Arc<dyn ChatPlatform>>,
        mut models: ModelServers,
        config: &Config,
        locale: Locale,
        store: Arc<Store>,
    ) -> anyhow::Result<Self> {
        let platforms: Vec<_> = platforms.into_iter().map(MeteredChat::over).collect();
        for endpoint in &mut models.endpoints {
            endpoint.model = MeteredModel::over(Arc::clone(&endpoint.model));
        }
        let mut targets = BTreeMap::new();
        for (name, target) in &config.targets {
            load_verified(&store, name, target, locale).await?;
            let port = registry::target(config, name, target)?;
            let target = Target::new(name, &target.shared.description, port, terms(config, name, target));
            targets.insert(name.clone(), Arc::new(target));
        }
        let prompts = prompts(&config.answers)
            .map_err(|(path, error)| StartError::new("prompts", path_error(&path, &error), text("remedy-prompts")))?;
        let files = FolderFiles::new(&config.files.folder).with(config.files.formats.clone());
        // Nought hours are for ever.
        let files = files.keep(config.files.keep_hours == 0);
        let file_age = Duration::from_secs(config.files.keep_hours * 3600);
        let audit = Arc::new(MeteredAudit::over(Arc::clone(&store) as Arc<dyn AuditLog>));
        let heads = AuditHeads::new(config, audit.head(), &platforms, &store)?;
        let clock = Arc::new(SystemClock::default());
        let ended = EndedPlatforms::default();
        let checkup = Installation {
            store: Arc::clone(&store),
            models: models.clone(),
            targets: targets.clone(),
            platforms: platforms.clone(),
            ended: ended.clone(),
            heads: heads.destinations.clone(),
            witness: config.witness.clone(),
        };
        let parts = Parts {
            platforms: platforms.clone(),
            model: Arc::new(model_pool(&config.model, &models, Arc::clone(&clock) as _)),
            targets,
            people: Arc::clone(&store) as _,
            conversations: Arc::clone(&store) as _,
            proposals: Arc::clone(&store) as _,
            knowledge: Arc::clone(&store) as _,
            catalogs: Arc::clone(&store) as _,
            audit,
            files: Arc::new(files.clone()),
            checkup: Arc::new(checkup),
            clock,
            entropy: Arc::new(SystemEntropy),
            prompts: Arc::new(prompts),
            settings: Arc::new(settings(config)),
        };
        let (instance, fingerprint) = (config.store.instance.clone(), fingerprint(config));
        let pipeline = Arc::new(Pipeline::new(parts));
        Ok(Self { pipeline, store, models, platforms, ended, files, file_age, heads, instance, fingerprint })
    }
}

/// The model, wherever it is, and the queue before it.
fn model_pool(config: &Model, servers: &ModelServers, clock: Arc<dyn Clock>) -> ModelPool {
    let limits = QueueLimits { waiting: config.queue, each: config.queue_each };
    ModelPool::new(servers.endpoints.clone(), limits, clock)
}

/// The files a configuration names beside the targets themselves that cannot be used.
pub fn file_faults(config: &Config, locale: Locale) -> Vec<Fault> {
    let fault = |key: &str, path: &Path, error: String| {
        Fault::new(key, text("config-file").with("path", path.display().to_string()).with("error", error))
    };
    let unusable = |key: &str, path: &Path, looked: std::io::Result<()>| {
        looked.err().map(|error| fault(key, path, format!("({error})")))
    };
    let mut faults = Vec::new();
    // Those that are missing are made at the start, which may be on another machine.
    let folders = [("data", &config.data), ("files.folder", &config.files.folder)];
    for (key, folder) in folders.into_iter().filter(|(_, folder)| folder.exists()) {
        faults.extend(unusable(key, folder, paths::can_hold_files(folder)));
    }
    for (name, section) in config.platforms.enabled() {
        let unusable = section.unusable_files().into_iter();
        faults
            .extend(unusable.map(|file| fault(&registry::key_of(name, file.key), &file.path, file.why.render(locale))));
    }
    for (name, target) in &config.targets {
        for NeededPath { key, path, is_folder } in target.section.needed_paths(&target.surroundings(config)) {
            let looked = if is_folder { std::fs::read_dir(&path).map(drop) } else { paths::can_be_read(&path) };
            faults.extend(unusable(&format!("targets.{name}.{key}"), &path, looked));
        }
        if let Some(path) = &target.shared.verified
            && let Err(error) = read_verified(path, locale)
        {
            faults.push(fault(&format!("targets.{name}.verified"), path, error));
        }
    }
    let files = [
        ("audit.key", Some(&config.audit.key)),
        ("witness.key", Some(&config.witness.key)),
        ("audit.head_file", config.audit.head_file.as_ref()),
    ];
    for (key, path) in files.into_iter().filter_map(|(key, path)| Some((key, path?))) {
        faults.extend(paths::no_file(path).map(|why| fault(key, path, why.render(locale))));
    }
    if let Some(folder) = &config.answers.prompts {
        faults.extend(unusable("answers.prompts", folder, std::fs::read_dir(folder).map(drop)));
    }
    if let Err((path, error)) = prompts(&config.answers) {
        faults.push(fault("answers.prompts", &path, format!("({error})")));
    }
    faults
}

/// Loads the verified queries of a target into the store, replacing those before.
async fn load_verified(store: &Store, name: &str, target: &TargetConfig, locale: Locale) -> anyhow::Result<()> {
    let queries = match &target.shared.verified {
        Some(path) => read_verified(path, locale).map_err(|error| {
            let fact = path_error(path, &error);
            StartError::new(format!("target {name}"), fact, text("remedy-verified").with("target", name))
        })?,
        None => Vec::new(),
    };
    store.put_verified(name, &queries).await?;
    Ok(())
}

/// The queries of a file, or what is wrong with it in a language.
fn read_verified(path: &Path, locale: Locale) -> Result<Vec<VerifiedQuery>, String> {
    let file = std::fs::read_to_string(path).map_err(|error| format!("({error})"))?;
    verified::verified_queries(&file).map_err(|faults| faults.render(locale))
}

/// The templates built in, each replaced by the file of its name where there is one.
pub(crate) fn prompts(answers: &Answers) -> Result<Prompts, (PathBuf, std::io::Error)> {
    let mut prompts = Prompts::default();
    let Some(folder) = &answers.prompts else { return Ok(prompts) };
    for (name, template) in prompts.files() {
        let path = folder.join(name);
        if !path.exists() {
            continue;
        }
        let read = std::fs::read_to_string(&path).and_then(|text| {
            check_template(&text).map_err(std::io::Error::other)?;
            Ok(text)
        });
        *template = read.map_err(|error| (path, error))?;
    }
    Ok(prompts)
}

pub(crate) fn settings(config: &Config) -> Settings {
    let answers = &config.answers;
    let only = || config.targets.keys().next().filter(|_| config.targets.len() == 1).cloned();
    Settings {
        locale: config.locale,
        zone: TimeZone::get(&config.timezone).unwrap_or(TimeZone::UTC),
        is_demo: config.file.is_none(),
        default_target: config.default_target.clone().or_else(only),
        roles: roles(config),
        places: places(config),
        quotas: quotas(config),
        max_question_chars: answers.max_question_chars,
        answer: AnswerLimits { bytes: answers.max_answer_bytes, time: Duration::from_secs(answers.answer_timeout) },
        notes: Notes::default(),
        history_turns: answers.history_turns,
        answer_tokens: config.model.max_answer_tokens as usize,
        examples: answers.examples,
        corrections: answers.corrections,
        candidates: answers.candidates,
        form: answers.form,
        verified: answers.verified,
        proposal_lifetime: Duration::from_secs(answers.proposal_minutes * 60),
        preview_rows: answers.preview_rows,
        kept_answers: config.audit.answers,
    }
}

/// Returns the capabilities of each role: the built-in roles, replaced or extended by those of the configuration.
pub(crate) fn roles(config: &Config) -> Roles {
    config.roles.iter().fold(Roles::default(), |roles, (name, role)| match (name.parse(), &role.capabilities) {
        (Ok(name), Some(words)) => {
            roles.with(name, words.iter().filter_map(|word| Capability::from_word(word)).collect())
        }
        _ => roles,
    })
}

fn places(config: &Config) -> Places {
    config.places.iter().enumerate().fold(Places::default(), |places, (at, place)| {
        let welcome = |roles: &Vec<String>| roles.iter().filter_map(|role| role.parse().ok()).collect();
        let terms = PlaceTerms {
            key: format!("places[{at}]"),
            roles: place.roles.as_ref().map(welcome),
            target: place.target.clone(),
            mode: place.mode,
            language: place.language,
            private: place.delivery == DeliveryChoice::Private,
        };
        places.with(&place.platform, &place.id, terms)
    })
}

/// Returns the quotas of people and places, and those of roles that have their own.
fn quotas(config: &Config) -> QuotaLimits {
    let all = &config.quotas;
    let quantity = |per_minute, per_day| Quantity { per_minute, per_day };
    let user = Quantities {
        questions: quantity(all.user_questions_per_minute, all.user_questions_per_day),
        executions: quantity(all.user_executions_per_minute, all.user_executions_per_day),
    };
    let place = Quantities {
        questions: quantity(all.place_questions_per_minute, all.place_questions_per_day),
        executions: quantity(all.place_executions_per_minute, all.place_executions_per_day),
    };
    let of_role = |(name, role): (&String, &RoleConfig)| {
        let own = &role.quotas;
        let or = |own: Option<u32>, all: u32| own.unwrap_or(all);
        let quantities = Quantities {
            questions: quantity(
                or(own.questions_per_minute, user.questions.per_minute),
                or(own.questions_per_day, user.questions.per_day),
            ),
            executions: quantity(
                or(own.executions_per_minute, user.executions.per_minute),
                or(own.executions_per_day, user.executions.per_day),
            ),
        };
        Some((name.parse().ok()?, quantities)).filter(|_| *own != RoleQuotas::default())
    };
    QuotaLimits { user, place, roles: config.roles.iter().filter_map(of_role).collect() }
}

/// Returns the terms of a target: its own where given, else those of the whole configuration.
pub(crate) fn terms(config: &Config, name: &str, target: &TargetConfig) -> Terms {
    let of_role = |(role, config): (&String, &RoleConfig)| {
        let RulesConfig { deny, allow } = config.targets.get(name)?.clone();
        Some((role.parse().ok()?, Rules { allow, deny }))
    };
    let (max_cost, default_cost) = target.cost_limit();
    let own_accounts = target.has_own_accounts();
    let target = &target.shared;
    let (everywhere, here) = (&config.limits, &target.limits);
    let platforms = target.platforms.as_ref();
    Terms {
        platforms: platforms.map(|names| names.iter().cloned().map(PlatformName).collect()),
        rules: Rules { allow: target.allow.clone(), deny: target.deny.clone() },
        roles: config.roles.iter().filter_map(of_role).collect(),
        limits: Limits {
            rows: here.rows.unwrap_or(everywhere.rows),
            bytes: here.bytes.unwrap_or(everywhere.bytes),
            cell_bytes: here.cell_bytes.unwrap_or(everywhere.cell_bytes),
            time: Duration::from_secs(here.seconds.unwrap_or(everywhere.seconds)),
        },
        max_cost,
        default_cost,
        over_cost: target.over_cost,
        delivery: Delivery {
            private: target.delivery == DeliveryChoice::Private,
            private_tables: target.private_tables.clone(),
        },
        allow_privileged: target.allow_privileged,
        own_accounts,
        value_hints: target.value_hints,
        catalog_age: Duration::from_secs(config.catalog.refresh_minutes * 60),
    }
}
