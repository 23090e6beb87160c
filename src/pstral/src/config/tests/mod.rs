//! Configurations as people write them, each with all that is told of it.

mod audit;
mod oidc;
mod secrets;
mod servers;

use std::path::Path;

use insta::assert_snapshot;

use super::load::load_with;
use super::{Config, Fault, Source, layers};

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
    let example = include_str!("../../../../../config/example.toml");
    check(include_str!("../../../../../config/docker.toml"), &[]).unwrap();
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
    assert_eq!((config.model.name.as_str(), config.limits.rows, config.platforms.terminal.enabled), ("12345", 7, true));
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

/// One fault of a file, which begins with its key and gives no secret away.
fn is_told(file: &str, begins: &str) {
    let told = check(file, &[("PSTRAL__PLATFORMS__TERMINAL__ENABLED", "true")]).map(drop).unwrap_err();
    assert!(told.starts_with(begins) && !told.contains('\n') && !told.contains("secret"), "{file}: {told}");
}

#[test]
fn a_rule_for_a_place_that_cannot_be_is_told() {
    for (file, key) in [
        ("[[places]]\nplatform = \"terminal\"\nid = \"!a:b\"\ntarget = \"x\"", "places[0].target: no database"),
        ("[[places]]\nplatform = \"discrod\"\nid = \"1\"", "places[0].platform: “discrod” is not known here"),
        ("[[places]]\nplatform = \"discord\"\nid = \"1\"", "places[0].platform: discord is not turned on"),
        (
            "[platforms.matrix]\nenabled = true\nhomeserver = \"https://example.org\"\npassphrase = \"x\"\n[[places]]\nplatform = \"matrix\"\nid = \"#a:b\"",
            "places[0].id: “#a:b” is not the id of a room",
        ),
        (
            "[platforms.discord]\nenabled = true\ntoken = \"secret\"\napplication = \"1\"\n[[places]]\nplatform = \"discord\"\nid = \"sales\"",
            "places[0].id: “sales” is not an id",
        ),
        ("[audit]\nhead_platform = \"irc\"\nhead_place = \"a\"", "audit.head_platform: “irc” is not known here"),
        (
            "[targets.a]\nkind = \"sqlite\"\npath = \"a.db\"\nplatforms = [\"web\"]",
            "targets.a.platforms: “web” is not known here",
        ),
        (
            "[targets.a]\nkind = \"sqlite\"\npath = \"a.db\"\nplatforms = []",
            "targets.a.platforms: the target would answer nowhere",
        ),
        (
            "[[places]]\nplatform = \"terminal\"\nid = \"a\"\nroles = [\"chief\"]",
            "places[0].roles: “chief” is not a role",
        ),
        ("[[places]]\nplatform = \"terminal\"\nid = \"a\"\nroles = []", "places[0].roles: nobody would be welcome"),
        ("[[places]]\nplatform = \"terminal\"\nid = \" \"", "places[0].id: this value is required"),
        (
            "[[places]]\nplatform = \"terminal\"\nid = \"a\"\n[[places]]\nplatform = \"terminal\"\nid = \"a\"",
            "places[1]: this place is described twice",
        ),
        (
            "[[places]]\nplatform = \"terminal\"\nid = \"a\"\nmode = \"docs\"",
            "places[0].mode: “docs” is not known here",
        ),
        (
            "[[places]]\nplatform = \"terminal\"\nid = \"a\"\nlanguage = \"de\"",
            "places[0].language: “de” is not known here",
        ),
    ] {
        is_told(file, key);
    }
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
        ("[platforms.matrix]\nenabled = true\npassphrase = \"x\"", "platforms.matrix.homeserver: "),
        (
            "[platforms.matrix]\nenabled = true\nhomeserver = \"example.org\"\npassphrase = \"x\"",
            "platforms.matrix.homeserver: “example.org” is not an address",
        ),
        ("[platforms.matrix]\nenabled = true\nhomeserver = \"https://example.org\"", "platforms.matrix.passphrase: "),
        (
            "[platforms.matrix]\nenabled = true\nhomeserver = \"https://example.org\"\npassphrase = \"x\"\nevents_per_second = -1",
            "platforms.matrix.events_per_second: ",
        ),
        (
            "[platforms.matrix]\nenabled = true\nhomeserver = \"https://example.org\"\npassphrase = \"x\"\nevents_per_second = 1e-20",
            "platforms.matrix.events_per_second: ",
        ),
        (
            "[platforms.matrix]\nenabled = true\nhomeserver = \"https://example.org\"\npassphrase = \"x\"\ndisplay_name = \" \"",
            "platforms.matrix.display_name: ",
        ),
        (
            "[platforms.discord]\nenabled = true\ntoken = \"secret\"\napplication = \"1\"\nshards = 4",
            "platforms.discord.shards: ",
        ),
        ("log.level = \"inof\"", "log.level"),
        ("log.level = \"info,sqlx=wran\"", "log.level"),
        ("log.level = \"\"", "log.level"),
        ("store.url = \"sqlite://\"", "store.url"),
        ("store.url = \"sqlite://folder/\"", "store.url"),
        ("locale = \"france\"", "locale: “france” is not known here: use one of fr, en"),
        ("[targets.a]\nkind = \"sqlite\"\npath = \"x\"\nmax_concurrent = 100000", "targets.a.max_concurrent"),
        ("[targets.a]\nkind = \"sqlite\"\npath = \"x\"\nmax_concurrent = 0", "targets.a.max_concurrent"),
        ("[targets.a]\nkind = \"sqlite\"\npath = \"x\"\nschema = \"y\"", "targets.a.schema: a database of kind sqlite"),
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
        (
            "[targets.a]\nkind = \"sqlite\"\npath = \"x\"\npth = \"y\"",
            "targets.a.pth: there is no such key. Did you mean",
        ),
        (
            "[targets.a]\nkind = \"sqlite\"\npath = \"x\"\nlimts.rows = 1",
            "targets.a.limts: there is no such key. Did you",
        ),
        ("model.threads = \"x\\u001fy\"", "model.threads: the value does not fit"),
        ("[roles.Chief]\ncapabilities = []", "roles.Chief: this cannot be a role"),
        ("[roles.chief]", "roles.chief.capabilities: say what the role may do"),
        ("[roles.member]\ncapabilities = [\"ask\", \"fly\"]", "roles.member.capabilities: “fly” is not known here"),
        ("[roles.member.targets.x]", "roles.member.targets.x: no database"),
        ("[roles.member.quotas]\nquestions_per_day = 2000000", "roles.member.quotas.questions_per_day: the value"),
        ("quotas.user_questions_per_day = 2000000", "quotas.user_questions_per_day: the value must be between"),
    ] {
        is_told(file, key);
    }
    for file in ["log.level = \"info,pstral_store=debug\"", "log.level = \"WARN\"", "log.level = \"off\""] {
        check(file, &[]).unwrap();
    }
}

#[test]
fn a_driver_fits_its_database_and_what_is_asked_of_it() {
    let oracle = "[targets.a]\nkind = \"oracle\"\nconnect = \"//h/s\"\nuser = \"u\"\npassword = \"secret\"\n";
    let own = "driver = \"thin\"\nidentity = \"own\"\naccounts.z = \"Z\"";
    let left_out = "targets.a.driver: this program was built without";
    let with_it = |fault| if cfg!(feature = "oracle-thin") { fault } else { left_out };
    for (file, fault) in [
        (
            "[targets.a]\nkind = \"sqlite\"\npath = \"x\"\ndriver = \"client\"",
            "targets.a.driver: a database of kind sqlite",
        ),
        (&format!("{oracle}driver = \"thick\""), "targets.a.driver: “thick” is not known here"),
        (&format!("{oracle}{own}"), with_it("targets.a.driver: this driver cannot")),
        (
            &format!("{oracle}driver = \"thin\"\nclient_folder = \"x\""),
            with_it("targets.a.client_folder: this driver needs no"),
        ),
    ] {
        let told = check(file, &[]).map(drop).unwrap_err();
        assert!(told.contains(fault), "{file}: {told}");
    }
    check(&format!("{oracle}driver = \"client\""), &[]).unwrap();
}

#[test]
fn servers_have_a_cost_limit_unless_it_is_switched_off() {
    let postgres = "[targets.a]\nkind = \"postgres\"\nurl = \"postgres://u@h/d\"";
    let oracle = "[targets.a]\nkind = \"oracle\"\nconnect = \"//h/s\"\nuser = \"u\"\npassword = \"p\"";
    let sqlite = "[targets.a]\nkind = \"sqlite\"\npath = \"x\"";
    for (target, more, expected) in [
        (postgres, "", (Some(10_000_000.0), true)),
        (oracle, "", (Some(10_000_000.0), true)),
        (oracle, "max_cost = 10000000", (Some(10_000_000.0), false)),
        (postgres, "max_cost = 0.5", (Some(0.5), false)),
        (postgres, "max_cost = 0", (None, false)),
        (sqlite, "", (None, false)),
    ] {
        let config = check(&format!("{target}\n{more}"), &[]).unwrap();
        assert_eq!(config.targets["a"].cost_limit(), expected, "{target}\n{more}");
    }
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
fn what_is_shown_has_the_capabilities_of_every_role() {
    let config =
        check("[roles.auditor]\ncapabilities = [\"audit.read\"]\n[roles.member]\ncapabilities = [\"ask\"]", &[])
            .unwrap();
    let shown = config.shown["roles"].to_string();
    assert_eq!(shown, r#"{"auditor":{"capabilities":["audit.read"]},"member":{"capabilities":["ask"]}}"#);
}
