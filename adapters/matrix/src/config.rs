//! The configuration of the adapter: its account and storage, who may invite it, and its write limits.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use jiff::SignedDuration;
use pstral_core::domain::Locale;
use pstral_core::ports::Rate;
use secrecy::SecretString;

use crate::catching_up::MISSED;

/// The homeserver to connect to, and how to answer there.
#[derive(Clone)]
pub struct MatrixConfig {
    /// The address of the homeserver, such as `https://matrix.example.org`.
    pub homeserver: String,
    /// The folder of the session and the keys, which must be private.
    pub folder: PathBuf,
    /// The passphrase that encrypts the session and the keys.
    pub passphrase: SecretString,
    /// Patterns of users, rooms or servers whose invitations are accepted, with `*` for any letters; empty for those of
    /// the own server.
    pub invites: Vec<String>,
    /// If true, questions in rooms are answered in threads of their own.
    pub threads: bool,
    /// The homeserver's rate limit for the account; `None` if an admin has lifted it.
    pub budget: Option<Rate>,
    /// The display name of the account; `None` leaves it as it is.
    pub display_name: Option<String>,
    /// The file of its picture: PNG, JPEG, GIF or WebP, 1 MiB at most; `None` leaves it as it is.
    pub avatar: Option<PathBuf>,
    /// Time to wait for the key of a message that somebody has reacted to.
    pub key_patience: SignedDuration,
    /// The language of messages that are for nobody in particular.
    pub locale: Locale,
}

/// The default rate limit of Synapse (`rc_message`): a burst of ten events, then one every five seconds.
pub const SYNAPSE_DEFAULT: Rate = Rate::Bucket { burst: 10, refill: Duration::from_secs(5) };

impl MatrixConfig {
    /// Creates a configuration with defaults: invitations from the own server, answers in threads, Synapse's default
    /// limit.
    pub fn new(homeserver: impl Into<String>, folder: impl Into<PathBuf>, passphrase: SecretString) -> Self {
        Self {
            homeserver: homeserver.into(),
            folder: folder.into(),
            passphrase,
            invites: Vec::new(),
            threads: true,
            budget: Some(SYNAPSE_DEFAULT),
            display_name: None,
            avatar: None,
            key_patience: MISSED,
            locale: Locale::default(),
        }
    }
}

/// Omits the passphrase.
impl fmt::Debug for MatrixConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MatrixConfig").field("homeserver", &self.homeserver).finish_non_exhaustive()
    }
}
