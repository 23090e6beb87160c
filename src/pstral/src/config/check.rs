//! Every fault of a configuration at once, each with its key and its remedy.

use std::fmt;
use std::path::Path;

use config::{Environment, Value};
use pstral_core::near::distance;
use pstral_core::text::{Text, text};

use super::layers::{self, Source};
use super::plausible;
use super::schema::{Config, NOT_ONE_OF};

/// A fault of the configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// The dotted key, such as `model.url`; empty when the whole is concerned.
    pub key: String,
    /// What is wrong and what to write instead.
    pub sentence: Text,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.key, self.sentence.render(pstral_core::domain::Locale::En))
    }
}

impl Fault {
    /// A fault of the value at `key`.
    pub fn new(key: impl Into<String>, sentence: Text) -> Self {
        Self { key: key.into(), sentence }
    }

    pub(super) fn secret(key: &str, path: &str, error: &std::io::Error) -> Self {
        Self::new(key, text("config-secret-unreadable").with("path", path).with("error", error.to_string()))
    }
}

/// Reads the configuration, with `data` in place of its data folder where given. All faults come together.
pub fn load(source: &Source, data: Option<&Path>) -> Result<Config, Vec<Fault>> {
    load_with(source, data, &layers::environment())
}

pub(super) fn load_with(source: &Source, data: Option<&Path>, environment: &Environment) -> Result<Config, Vec<Fault>> {
    let mut tree = layers::merged(source, data, environment)?;
    let mut faults = Vec::new();
    if let Some(mut config) = repaired(&mut tree, &mut faults) {
        // What was taken out to read the rest is not missing as well.
        let told: Vec<String> = faults.iter().map(|fault| fault.key.clone()).collect();
        faults.extend(plausible::faults(&config).into_iter().filter(|fault| !told.contains(&fault.key)));
        if faults.is_empty() {
            config.resolve_paths();
            config.file = match source {
                Source::Demo => None,
                Source::File(path) => Some(path.clone()),
            };
            return Ok(config);
        }
    }
    faults.sort_by(|one, other| one.key.cmp(&other.key));
    Err(faults)
}

/// The configuration, with unknown keys taken out and values of the wrong type replaced by their defaults, so that the
/// rest is checked too.
fn repaired(tree: &mut Value, faults: &mut Vec<Fault>) -> Option<Config> {
    let mut defaults = layers::defaults();
    let secrets = layers::secrets(tree);
    // Each turn repairs one key; a configuration has fewer than this many.
    for _ in 0..500 {
        let error = match serde_path_to_error::deserialize::<_, Config>(tree.clone()) {
            Ok(config) => return Some(config),
            Err(error) => error,
        };
        let path = plain(&error.path().to_string());
        let cause = error.inner().to_string();
        let (fault, broken) = match secrets.iter().find(|secret| is_within(&path, secret)) {
            // What the parser says holds the value it was given.
            Some(secret) => (Fault::new(secret, text("config-secret-form")), secret.clone()),
            None => diagnose(&path, &cause),
        };
        faults.push(fault);
        layers::remove(tree, &broken)?;
        match layers::get(&mut defaults, &broken) {
            Some(value) => layers::insert(tree, &broken, value),
            // The kind of a target has no default: without it the whole target goes.
            None => {
                if let ["targets", target, "kind"] = broken.splitn(3, '.').collect::<Vec<_>>()[..] {
                    layers::remove(tree, &format!("targets.{target}"));
                }
            }
        }
    }
    None
}

/// The fault behind a parser's error, and the key to take out so that the rest can be read.
fn diagnose(path: &str, cause: &str) -> (Fault, String) {
    if let Some(unknown) = between(cause, "unknown field `", '`') {
        let section = path.rsplit_once('.').map_or("", |(section, _)| section);
        let key = join(section, unknown);
        let sentence = match nearest(unknown, cause) {
            Some(known) => text("config-unknown-key-near").with("known", join(section, &known)),
            None => text("config-unknown-key"),
        };
        return (Fault::new(&key, sentence), key);
    }
    if let Some(missing) = between(cause, "missing configuration field \"", '"') {
        return (Fault::new(missing, text("config-missing")), path.to_owned());
    }
    if let Some((given, known)) = readable(cause).split_once(NOT_ONE_OF) {
        return (
            Fault::new(path, text("config-not-one-of").with("given", given).with("known", known)),
            path.to_owned(),
        );
    }
    (Fault::new(path, text("config-wrong-value").with("error", readable(cause))), path.to_owned())
}

/// Whether a path is a key or lies below it.
fn is_within(path: &str, key: &str) -> bool {
    path.strip_prefix(key).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

fn between<'a>(text: &'a str, before: &str, after: char) -> Option<&'a str> {
    text.split_once(before)?.1.split(after).next()
}

fn join(section: &str, key: &str) -> String {
    if section.is_empty() { key.to_owned() } else { format!("{section}.{key}") }
}

/// A path without the marks of optional values.
fn plain(path: &str) -> String {
    path.split('.').filter(|part| !matches!(*part, "?" | "")).collect::<Vec<_>>().join(".")
}

/// What the parser says, without its own word on where: the key is shown beside it.
fn readable(cause: &str) -> String {
    cause.split(" for key `").next().unwrap_or(cause).to_owned()
}

/// The key the parser would have taken that is nearly the one given.
fn nearest(unknown: &str, cause: &str) -> Option<String> {
    let expected = cause.split("expected ").nth(1)?;
    let known = expected.split('`').skip(1).step_by(2);
    let (best, distance) =
        known.map(|known| (known, distance(known, unknown))).min_by_key(|(_, distance)| *distance)?;
    // A third of the letters may be wrong: `foo` is not taken for `log`.
    (distance <= (unknown.chars().count() / 3).clamp(1, 3)).then(|| best.to_owned())
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    fn check(file: &str, environment: &[(&str, &str)]) -> Result<Config, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pstral.toml");
        std::fs::write(&path, file).unwrap();
        let given = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let environment = layers::environment().source(Some(given));
        load_with(&Source::File(path), None, &environment)
            .map_err(|faults| faults.iter().map(Fault::to_string).collect::<Vec<_>>().join("\n"))
    }

    #[test]
    fn what_is_shipped_is_right() {
        let none = layers::environment().source(Some(config::Map::new()));
        load_with(&Source::Demo, None, &none).unwrap();
        check("", &[]).unwrap();
        let example = include_str!("../../../../config/example.toml");
        check(include_str!("../../../../config/docker.toml"), &[]).unwrap();
        let config = check(example, &[]).unwrap();
        assert_eq!(config.files.folder, Path::new("/var/lib/pstral/files"));
        assert_eq!(config.location().to_string(), "/var/lib/pstral/pstral.db");
    }

    #[test]
    fn the_environment_wins() {
        let environment = [
            ("PSTRAL__MODEL__NAME", "12345"),
            ("PSTRAL__LIMITS__ROWS", "7"),
            ("PSTRAL__PLATFORMS__TERMINAL__ENABLED", "true"),
        ];
        let config = check("[limits]\nrows = 5", &environment).unwrap();
        assert_eq!(
            (config.model.name.as_str(), config.limits.rows, config.platforms.terminal.enabled),
            ("12345", 7, true)
        );
    }

    #[test]
    fn ten_faults_are_told_together() {
        let faults = check(
            r#"
            locale = "de"
            langage = "fr"
            default_target = "nowhere"
            [store]
            url = "mysql://x"
            [model]
            url = "ftp://example.org"
            contextTokens = 5
            context_tokens = "many"
            [answers]
            answer_timeout = 5
            [http]
            listen = "localhost"
            [limits]
            rows = 0
            [targets.crm]
            kind = "sqlite"
            deny = ["a.b.c.d"]
            [targets.Other]
            kind = "excel"
            path = "x"
            "#,
            &[("PSTRAL__FOO__BAR", "1")],
        );
        assert_snapshot!(faults.unwrap_err(), @r#"
        answers.answer_timeout: the value must be between 10 and 3600.
        default_target: this database is not described in [targets]. Known databases: crm.
        foo: there is no such key. Remove it; config/default.toml describes every key.
        http.listen: the value does not fit; config/default.toml shows an example. (invalid socket address syntax)
        langage: there is no such key. Remove it; config/default.toml describes every key.
        limits.rows: the value must be between 1 and 10000000.
        locale: “de” is not known here: use one of fr, en.
        model.contextTokens: there is no such key. Did you mean model.context_tokens?
        model.context_tokens: the value does not fit; config/default.toml shows an example. (invalid type: string "many", expected an integer)
        model.url: the address must begin with http:// or https://, such as http://127.0.0.1:11434.
        store.url: the address must name a file, such as sqlite://pstral.db, or a database, such as postgres://pstral:password@db.intern/pstral.
        targets.Other.kind: “excel” is not known here: use one of oracle, postgres, sqlite.
        targets.crm.deny: “a.b.c.d” is not of the form table, table.column or schema.table.column.
        targets.crm.path: this value is required. Add it; config/default.toml shows an example.
        "#);
    }

    #[test]
    fn what_could_not_run_is_told_beforehand() {
        for (file, key) in [
            ("model.url = \"http://[bad\"", "model.url: the address cannot be used"),
            ("model.url = \"http://\"", "model.url: the address cannot be used"),
            ("model.url = \"http://me:secret@host\"", "model.url: the address holds a user name"),
            ("model.url = \"http://8.8.8.8:8000\"", "model.url: 8.8.8.8 is a public address"),
            ("model.slots = 0", "model.slots: the value must be between 1 and 1024"),
            ("model.kind = \"openai\"\nmodel.threads = 4", "model.threads: a server of kind openai does not read"),
            ("[[model.endpoints]]\nslots = 2", "model.endpoints[0].url: this value is required"),
            (
                "model.url = \"http://a\"\n[[model.endpoints]]\nurl = \"http://b\"",
                "model.url: beside [[model.endpoints]] this address would not be used",
            ),
            (
                "platforms.discord.enabled = true\nplatforms.discord.application = \"1\"",
                "platforms.discord.token: Discord knows Pstral by the token of a bot",
            ),
            ("[platforms.discord]\nenabled = true\ntoken = \"secret\"", "platforms.discord.application: "),
            (
                "[platforms.discord]\nenabled = true\ntoken = \"secret\"\napplication = \"1\"\nchannels = [\"#sales\"]",
                "platforms.discord.channels: “#sales” is not an id",
            ),
            (
                "[platforms.discord]\nenabled = true\ntoken = \"secret\"\napplication = \"1\"\nshards = 4",
                "platforms.discord.shards: ",
            ),
            ("platforms.discord.token = 424242", "platforms.discord.token: this secret must be a text"),
            ("log.level = \"inof\"", "log.level"),
            ("log.level = \"info,sqlx=wran\"", "log.level"),
            ("log.level = \"\"", "log.level"),
            ("store.url = \"sqlite://\"", "store.url"),
            ("store.url = \"sqlite://folder/\"", "store.url"),
            ("locale = \"france\"", "locale: “france” is not known here: use one of fr, en"),
            ("[targets.a]\nkind = \"sqlite\"\npath = \"x\"\nmax_concurrent = 100000", "targets.a.max_concurrent"),
            ("[targets.a]\nkind = \"sqlite\"\npath = \"x\"\nmax_concurrent = 0", "targets.a.max_concurrent"),
            (
                "[targets.a]\nkind = \"sqlite\"\npath = \"x\"\nschema = \"y\"",
                "targets.a.schema: a database of kind sqlite",
            ),
            ("[targets.a]\nkind = \"sqlite\"\npath = \"x\"\nmax_cost = 5", "targets.a.max_cost: SQLite does not say"),
            ("[targets.a]\nkind = \"sqlite\"\npath = \"x\"\nlimits.rows = 0", "targets.a.limits.rows: "),
            ("[targets.a]\nkind = \"sqlite\"\npath = \"x\"\nprivate_tables = [\"\"]", "targets.a.private_tables: "),
            ("files.formats = []", "files.formats: name at least one"),
            ("files.formats = [\"pdf\"]", "files.formats"),
            ("[targets.a]\nkind = \"postgres\"", "targets.a.url: this value is required"),
            ("[targets.a]\nkind = \"postgres\"\nurl = \"postgres://u@h/d\"\nmax_cost = -1", "targets.a.max_cost: "),
            (
                "[targets.a]\nkind = \"postgres\"\nurl = \"postgres://u@h/d\"\nidentity = \"own\"",
                "targets.a.accounts: with",
            ),
            ("[targets.a]\nkind = \"oracle\"\nuser = \"u\"\npassword = \"secret\"", "targets.a.connect: this value"),
            ("[[places]]\nplatform = \"matrix\"\nid = \"!a:b\"\ntarget = \"x\"", "places[0].target: no database"),
            ("[roles.Chief]\ncapabilities = []", "roles.Chief: this cannot be a role"),
            ("[roles.chief]", "roles.chief.capabilities: say what the role may do"),
            ("[roles.member]\ncapabilities = [\"ask\", \"fly\"]", "roles.member.capabilities: “fly” is not known here"),
            ("[roles.member.targets.x]", "roles.member.targets.x: no database"),
            ("[roles.member.quotas]\nquestions_per_day = 2000000", "roles.member.quotas.questions_per_day: the value"),
            (
                "[[places]]\nplatform = \"matrix\"\nid = \"a\"\nroles = [\"chief\"]",
                "places[0].roles: “chief” is not a role",
            ),
            ("[[places]]\nplatform = \"matrix\"\nid = \"a\"\nroles = []", "places[0].roles: nobody would be welcome"),
            ("[[places]]\nplatform = \"matrix\"\nid = \" \"", "places[0].id: this value is required"),
            (
                "[[places]]\nplatform = \"m\"\nid = \"a\"\n[[places]]\nplatform = \"m\"\nid = \"a\"",
                "places[1]: this place is described twice",
            ),
            ("[[places]]\nplatform = \"m\"\nid = \"a\"\nmode = \"docs\"", "places[0].mode: “docs” is not known here"),
            (
                "[[places]]\nplatform = \"m\"\nid = \"a\"\nlanguage = \"de\"",
                "places[0].language: “de” is not known here",
            ),
            ("quotas.user_questions_per_day = 2000000", "quotas.user_questions_per_day: the value must be between"),
        ] {
            let told = check(file, &[]).map(drop).unwrap_err();
            assert!(told.starts_with(key) && !told.contains('\n') && !told.contains("secret"), "{file}: {told}");
        }
        for file in ["log.level = \"info,pstral_store=debug\"", "log.level = \"WARN\"", "log.level = \"off\""] {
            check(file, &[]).unwrap();
        }
    }

    #[test]
    fn every_fault_of_every_endpoint_is_told_and_no_key_is_shown() {
        let faults = check(
            r#"
            [[model.endpoints]]
            url = "http://gpu1.intern:8000"
            api_key = 424242
            [[model.endpoints]]
            url = "https://[2001:4860:4860::8888]/v1"
            slot = 5
            [[model.endpoints]]
            url = "http://gpu1.intern:8000"
            slots = 2000
            [[model.endpoints]]
            url = "http://me:secret@gpu"
            api_key_file = 7
            "#,
            &[],
        );
        assert_snapshot!(faults.map(drop).unwrap_err(), @r#"model.endpoints[3].api_key_file: this secret must be a text between quotes, such as "…"."#);
        let faults = check(
            r#"
            [[model.endpoints]]
            url = "http://gpu1.intern:8000"
            api_key = 424242
            [[model.endpoints]]
            url = "https://[2001:4860:4860::8888]/v1"
            slot = 5
            [[model.endpoints]]
            url = "http://gpu1.intern:8000/v1/"
            slots = 2000
            [[model.endpoints]]
            url = "http://me:secret@gpu"
            "#,
            &[],
        );
        assert_snapshot!(faults.map(drop).unwrap_err(), @r#"
        model.endpoints[0].api_key: this secret must be a text between quotes, such as "…".
        model.endpoints[1].slot: there is no such key. Did you mean model.endpoints[1].slots?
        model.endpoints[1].url: 2001:4860:4860::8888 is a public address: questions would leave the company. Give that of a server in your network; if it has to be this one, write allow_public_endpoints = true in [model].
        model.endpoints[2].slots: the value must be between 1 and 1024.
        model.endpoints[2].url: this server is described twice. Keep one description and give it more slots.
        model.endpoints[3].url: the address holds a user name or a password, which would end up in the log: use api_key.
        "#);
    }

    #[test]
    fn several_servers_have_a_key_and_slots_of_their_own_or_those_of_all() {
        use secrecy::ExposeSecret as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        std::fs::write(&path, "s3cret\n").unwrap();
        let file = format!(
            "[model]\nkind = \"openai\"\napi_key = \"all\"\nslots = 4\nallow_public_endpoints = true\n\
             [[model.endpoints]]\nurl = \"http://gpu1:8000\"\napi_key_file = {path:?}\n\
             [[model.endpoints]]\nurl = \"https://8.8.8.8/v1\"\nslots = 8\n"
        );
        let config = check(&file, &[]).unwrap();
        let servers = config.model.servers();
        let of = |at: usize| (servers[at].url, servers[at].api_key.unwrap().expose_secret(), servers[at].slots);
        assert_eq!((of(0), of(1)), (("http://gpu1:8000", "s3cret", 4), ("https://8.8.8.8/v1", "all", 8)));
        assert!(!format!("{config:?}").contains("s3cret"));
        let one = check("model.api_key = \"k\"", &[]).unwrap();
        let [server] = &one.model.servers()[..] else { panic!("one server") };
        assert_eq!((server.key.as_str(), server.slots, server.api_key.is_some()), ("model", 1, true));
    }

    #[test]
    fn a_file_that_cannot_be_read_or_parsed_is_told() {
        let told = check("[log]\nlevel = info", &[]).unwrap_err();
        assert!(told.contains("pstral.toml: line 2, column 9: this is not TOML"), "{told}");
        let folder = tempfile::tempdir().unwrap();
        let bytes = folder.path().join("bytes.toml");
        std::fs::write(&bytes, b"a = \"\xff\"").unwrap();
        let none = layers::environment().source(Some(config::Map::new()));
        for (path, expected) in [
            (Path::new("/nowhere/pstral.toml"), "there is no such file"),
            (folder.path(), "this is a folder"),
            (&bytes, "it is not text in UTF-8"),
        ] {
            let faults = load_with(&Source::File(path.to_owned()), None, &none).unwrap_err();
            let told = faults[0].to_string();
            assert!(faults[0].key == path.display().to_string() && told.contains(expected), "{told}");
        }
    }

    #[test]
    fn a_secret_of_the_wrong_form_is_told_and_never_shown() {
        for file in [
            "[model]\napi_key = \"T0PSECRET",
            "[model]\napi_key = T0PSECRET",
            "[model]\napi_key = \"T0PSECRET\" x",
            "[model]\napi_key = \"T0PSECRET\"\napi_key = \"T0PSECRET\"",
            "[model]\napi_key = \"T0PSECRET\\q\"",
            "[model]\napi_key = 'T0PSECRET",
            "model = { api_key = \"T0PSECRET\"",
        ] {
            let told = check(file, &[]).map(drop).unwrap_err();
            assert!(
                told.contains("pstral.toml: ") && told.contains("line ") && !told.contains("T0P"),
                "{file}: {told}"
            );
        }
        for file in [
            "model.api_key = 424242",
            "model.api_key = 9223372036854775807",
            "model.api_key = 4242.42",
            "model.api_key = true",
            "model.api_key = [\"424242\"]",
            "model.api_key = { key = \"424242\" }",
            "model.api_key = { 424242 = 1 }",
        ] {
            let told = check(file, &[]).map(drop).unwrap_err();
            assert_eq!(told, "model.api_key: this secret must be a text between quotes, such as \"…\".", "{file}");
        }
        let of_target = check("[targets.a]\nkind = \"postgres\"\nurl = 424242", &[]).map(drop).unwrap_err();
        assert_eq!(of_target, "targets.a.url: this secret must be a text between quotes, such as \"…\".");
        let large = check("model.api_key = 424242424242424242424242424242424242424242", &[]).map(drop).unwrap_err();
        assert!(!large.contains("4242"), "{large}");
        let told = check("model.api_key_file = 42", &[]).map(drop).unwrap_err();
        assert!(told.starts_with("model.api_key_file: this secret must"), "{told}");
    }

    #[test]
    fn a_secret_of_digits_stays_as_it_is() {
        use secrecy::ExposeSecret as _;
        for secret in ["00123", "1e5", "true"] {
            let config = check("", &[("PSTRAL__MODEL__API_KEY", secret)]).unwrap();
            assert_eq!(config.model.api_key.as_ref().unwrap().expose_secret(), secret);
        }
    }

    #[test]
    fn a_secret_can_come_from_a_file() {
        use secrecy::ExposeSecret as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        std::fs::write(&path, "s3cret\n").unwrap();
        let path = path.to_string_lossy().into_owned();
        let config = check("", &[("PSTRAL__MODEL__API_KEY_FILE", &path)]).unwrap();
        assert_eq!(config.model.api_key.as_ref().unwrap().expose_secret(), "s3cret");
        assert!(!format!("{config:?}").contains("s3cret"));
        let missing = check("", &[("PSTRAL__MODEL__API_KEY_FILE", "/nowhere")]).unwrap_err();
        assert!(missing.starts_with("model.api_key_file: "), "{missing}");
        let of_target = "[targets.a]\nkind = \"oracle\"\nconnect = \"c\"\nuser = \"u\"\npassword_file = \"/nowhere\"";
        let missing = check(of_target, &[]).unwrap_err();
        assert!(missing.starts_with("targets.a.password_file: ") && !missing.contains('\n'), "{missing}");
        let config = check(&of_target.replace("/nowhere", &path), &[]).unwrap();
        assert_eq!(config.targets["a"].password.as_ref().unwrap().expose_secret(), "s3cret");
    }
}
