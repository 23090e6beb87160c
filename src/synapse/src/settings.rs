//! The configuration of a server: small, on this machine alone, and quick to start.

use std::fmt::Write as _;

use serde_json::json;

/// The rate limits for accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limits {
    /// No limits.
    Off,
    /// The default of Synapse: a burst of ten events, then one every five seconds, for each account. Logging in,
    /// joining and inviting, which are the test's own preparations, are not limited.
    Default,
}

/// The name of the server: nobody looks for it.
pub(crate) const NAME: &str = "localhost";

/// `homeserver.yaml`. JSON is YAML, and needs no care with quotes.
pub(crate) fn settings(folder: &str, port: u16, secret: &str, limits: Limits) -> String {
    let free = json!({ "per_second": 10_000, "burst_count": 10_000 });
    let mut settings = json!({
        "server_name": NAME,
        "public_baseurl": format!("http://127.0.0.1:{port}/"),
        "report_stats": false,
        "listeners": [{
            "port": port, "type": "http", "tls": false, "bind_addresses": ["127.0.0.1"],
            "resources": [{ "names": ["client"] }],
        }],
        "database": { "name": "sqlite3", "args": { "database": format!("{folder}/homeserver.db") } },
        "media_store_path": format!("{folder}/media"),
        "signing_key_path": format!("{folder}/signing.key"),
        "log_config": format!("{folder}/log.yaml"),
        "registration_shared_secret": secret,
        "trusted_key_servers": [],
        "bcrypt_rounds": 4,
        "presence": { "enabled": false },
        "enable_metrics": false,
        "url_preview_enabled": false,
        "rc_login": { "address": free, "account": free, "failed_attempts": free },
        "rc_joins": { "local": free, "remote": free },
        "rc_joins_per_room": free,
        "rc_invites": { "per_room": free, "per_user": free, "per_issuer": free },
        "rc_registration": free,
        "rc_room_creation": free,
    });
    if limits == Limits::Off {
        settings["rc_message"] = free.clone();
        settings["rc_admin_redaction"] = free;
    }
    settings.to_string()
}

/// Warnings into a file of the folder, and each request into another.
pub(crate) fn log_settings(folder: &str) -> String {
    json!({
        "version": 1,
        "formatters": {
            "plain": { "format": "%(asctime)s %(name)s %(levelname)s %(message)s" },
            "timed": { "format": "%(created)f %(message)s" },
        },
        "handlers": {
            "file": { "class": "logging.FileHandler", "formatter": "plain", "filename": format!("{folder}/log") },
            "access": { "class": "logging.FileHandler", "formatter": "timed", "filename": format!("{folder}/access") },
        },
        "loggers": { "synapse.access": { "level": "INFO", "handlers": ["access"], "propagate": false } },
        "root": { "level": "WARNING", "handlers": ["file"] },
        "disable_existing_loggers": false,
    })
    .to_string()
}

/// A signing key as Synapse keeps it: a version and 32 bytes in base64.
pub(crate) fn signing_key(random: &[u8; 42]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut key = "ed25519 a_test ".to_owned();
    key.extend(random.iter().map(|byte| char::from(LETTERS[usize::from(byte % 64)])));
    // The last letter holds four bits.
    key.push('A');
    key
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
