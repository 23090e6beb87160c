//! What the adapter is told: as whom it connects, where it keeps that, who may invite it, and how fast it may write.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use jiff::SignedDuration;
use pstral_core::domain::Locale;
use pstral_core::ports::Rate;
use secrecy::SecretString;

use crate::catching_up::MISSED;

/// How to reach a homeserver, and where to answer.
#[derive(Clone)]
pub struct MatrixConfig {
    /// The address of the homeserver, such as `https://matrix.example.org`.
    pub homeserver: String,
    /// The folder for the session and the keys: nobody else's business.
    pub folder: PathBuf,
    /// What both are encrypted with.
    pub passphrase: SecretString,
    /// Whose invitations are accepted: users, rooms or servers, `*` for any letters; none for those of the own server.
    pub invites: Vec<String>,
    /// Whether questions in rooms are answered in threads of their own.
    pub threads: bool,
    /// What the homeserver lets the account write; `None` where an admin has lifted that.
    pub budget: Option<Rate>,
    /// The display name of the account; `None` leaves it as it is.
    pub display_name: Option<String>,
    /// The file of its picture: PNG, JPEG, GIF or WebP, 1 MiB at most; `None` leaves it as it is.
    pub avatar: Option<PathBuf>,
    /// Time in which the key of a message that somebody has reacted to may come.
    pub key_patience: SignedDuration,
    /// The language of what belongs to nobody.
    pub locale: Locale,
}

/// What Synapse lets an account write where nobody changes it (`rc_message`): ten events, then one in five seconds.
pub const SYNAPSE_DEFAULT: Rate = Rate::Bucket { burst: 10, refill: Duration::from_secs(5) };

impl MatrixConfig {
    /// As it is by default: invited from the own server, answering in threads, within Synapse's own limits.
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

/// Without its secret.
impl fmt::Debug for MatrixConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MatrixConfig").field("homeserver", &self.homeserver).finish_non_exhaustive()
    }
}
