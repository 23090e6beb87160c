//! Says to others on the same server that this instance is there, for as long as it is.
//!
//! A lock of a session of its own: it goes with the program, however that ends.

use std::time::Duration;

use pstral_core::domain::sha256;
use pstral_core::ports::StoreError;
use sqlx::{Connection as _, PgConnection, query_scalar};
use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::fault::fault;
use crate::open::{Location, connect_alone};

/// How often the session is looked at: a server that went away has let go of the lock.
const LOOKING: Duration = Duration::from_secs(15);

const TAKE: &str = "SELECT pg_try_advisory_lock($1)";

/// Held while an instance answers.
#[derive(Debug)]
pub struct Presence {
    held: JoinHandle<()>,
}

impl Drop for Presence {
    fn drop(&mut self) {
        self.held.abort();
    }
}

impl Presence {
    /// Takes the name of an instance on a server; `None` where another program answers under that name.
    pub async fn take(url: &str, instance: &str) -> Result<Option<Self>, StoreError> {
        let lock = lock_of("presence", instance);
        let Some(session) = taken(url, lock).await? else { return Ok(None) };
        Ok(Some(Self { held: tokio::spawn(hold(session, url.to_owned(), lock)) }))
    }
}

/// The lock that stands for something of an instance: fifteen hexadecimal digits of its own.
pub(crate) fn lock_of(what: &str, instance: &str) -> i64 {
    let digest = sha256(&format!("{what} of {instance}"));
    i64::from_str_radix(&digest[..15], 16).expect("invariant: fifteen hexadecimal digits fit")
}

async fn taken(url: &str, lock: i64) -> Result<Option<PgConnection>, StoreError> {
    let location = Location::Server(url.to_owned());
    let mut session = connect_alone(&location).await?;
    let taken = query_scalar::<_, bool>(TAKE).bind(lock).fetch_one(&mut session).await;
    Ok(taken.map_err(fault)?.then_some(session))
}

/// Looks at the session now and again, and takes the lock anew where the server had gone away.
async fn hold(mut session: PgConnection, url: String, lock: i64) {
    loop {
        sleep(LOOKING).await;
        if session.ping().await.is_ok() {
            continue;
        }
        match taken(&url, lock).await {
            Ok(Some(again)) => session = again,
            Ok(None) => tracing::error!("another program answers under the name of this instance: stop one of them"),
            Err(error) => {
                tracing::warn!(%error, "the state database does not know for now that this instance is there");
            }
        }
    }
}
