//! Stops statements that still run when nobody waits for them any more.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, Connection as _, Row as _};
use tokio::time::{sleep, timeout};

use crate::session::{Session, ask};

/// Waits between two looks at the server.
const SOONEST: Duration = Duration::from_millis(10);
const LATEST: Duration = Duration::from_secs(5);

/// The time after which a server that does not answer is given up. Nothing new begins on such a server either.
const PATIENCE: Duration = Duration::from_mins(1);

/// Stops a backend as a cancel request does; sqlx does not reveal the secret that such a request needs.
const CANCEL: &str = "SELECT pg_catalog.pg_cancel_backend($1)";

/// Asks whether a backend is still at work.
const WORKS: &str = "SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_stat_activity \
     WHERE pid = $1 AND state IN ('active', 'fastpath function call'))";

/// Tells the server, by another connection of the same account, to stop what a session is doing, and waits until it has.
/// While PostgreSQL plans a statement it heeds nobody: that may take as long as there is memory for it. The session stays
/// open meanwhile, so that its number cannot be another's.
pub(crate) async fn cancel_and_wait(session: Session, options: &PgConnectOptions, connect_time: Duration) {
    let (mut other, mut wait) = (None, SOONEST);
    let (began, mut answered, mut warned) = (Instant::now(), Instant::now(), false);
    loop {
        match timeout(connect_time, is_over(&mut other, options, session.number)).await {
            Ok(Ok(true)) => break,
            Ok(Ok(false)) => answered = Instant::now(),
            Ok(Err(error)) if no_server_is_there(&error) => break,
            Ok(Err(_)) | Err(_) => other = None,
        }
        if answered.elapsed() >= PATIENCE {
            tracing::warn!("the server could not be reached to stop a statement; its own time limit ends it");
            break;
        }
        if began.elapsed() >= LATEST && !warned {
            warned = true;
            let backend = session.number;
            tracing::warn!(backend, "the server does not stop a statement; its connection counts as used until then");
        }
        sleep(wait).await;
        wait = (wait * 2).min(LATEST);
    }
    if let Some(other) = other {
        let _ = timeout(connect_time, other.close()).await;
    }
}

/// Cancels what the backend of that number does, and says whether it does nothing any more.
async fn is_over(
    other: &mut Option<PgConnection>,
    options: &PgConnectOptions,
    number: i32,
) -> Result<bool, sqlx::Error> {
    let connection = match other {
        Some(connection) => connection,
        none => none.insert(options.connect().await?),
    };
    ask(CANCEL).bind(number).execute(&mut *connection).await?;
    let row = ask(WORKS).bind(number).fetch_one(&mut *connection).await?;
    row.try_get::<bool, _>(0).map(|works| !works)
}

/// Checks whether the server is gone, and with it everything it was doing.
fn no_server_is_there(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Io(error) if matches!(error.kind(), ErrorKind::ConnectionRefused | ErrorKind::NotFound))
}
