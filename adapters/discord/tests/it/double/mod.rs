//! A strict in-process double of Discord: its REST API and gateway, its rules, its faults, and the people on it.
//!
//! Its limitations are listed in the README of `adapters/discord/tests`.

#![allow(clippy::print_stdout, reason = "a run says what it could not check")]
#![allow(dead_code, unused_imports, reason = "each test binary that has it uses its own part of it")]

mod clock;
mod counts;
mod drive;
mod faults;
mod gateway;
mod interaction;
mod json;
mod limits;
mod plan;
mod rest;
pub(crate) mod rights;
mod schema;
mod world;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use tokio::task::AbortHandle;

pub(crate) use counts::Counts;
pub(crate) use drive::Modal;
pub(crate) use faults::{Fault, To};
pub(crate) use limits::{Limits, Scope};
pub(crate) use plan::Plan;
pub(crate) use rest::Refusal;
pub(crate) use world::Id;
use world::World;

/// The double. Dropping it ends its connections.
pub(crate) struct Discord {
    shared: Arc<Shared>,
    url: String,
    tasks: Vec<AbortHandle>,
}

/// The state that its tasks share.
struct Shared {
    world: Mutex<World>,
    changes: watch::Sender<()>,
}

impl Shared {
    /// Everything there is; never held while something is awaited.
    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes those who wait for something to happen.
    fn changed(&self) {
        self.changes.send_replace(());
    }
}

impl Discord {
    /// One with wide limits, on plain connections.
    pub(crate) async fn start() -> Self {
        Plan::default().start().await
    }

    /// The address of the REST API, without a path.
    pub(crate) fn url(&self) -> String {
        self.url.clone()
    }

    /// The id of the application under test.
    pub(crate) fn application(&self) -> Id {
        self.shared.world().app.id
    }

    /// The account of its bot.
    pub(crate) fn bot(&self) -> Id {
        self.shared.world().app.bot
    }

    /// The token of its bot.
    pub(crate) fn token(&self) -> String {
        self.shared.world().app.token.clone()
    }
}

impl Drop for Discord {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}
