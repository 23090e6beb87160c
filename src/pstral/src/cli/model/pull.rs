//! Having a model fetched, with its progress, until it is there, fails or is stopped.

use std::io::{IsTerminal as _, Write as _};

use futures::StreamExt as _;
use pstral_core::domain::Locale;
use pstral_core::harmless;
use pstral_core::models::Endpoint;
use pstral_core::ports::{ModelError, PullProgress};
use pstral_core::text::text;
use pstral_modelhttp::size;

use super::progress::Progress;
use super::{print_model_error, say, say_error};
use crate::cli::Ending;
use crate::config::ModelKind;
use crate::registry::ModelServers;

/// Fetches it on one server after the other. What a stopped or failed fetch has brought is kept by the server.
pub(super) async fn run(servers: &ModelServers, name: &str, locale: Locale) -> Ending {
    if servers.kind != ModelKind::Ollama {
        say_error(&text("model-pull-cannot").with("kind", servers.kind.word()).render(locale));
        return Ending::Usage;
    }
    for endpoint in &servers.endpoints {
        say(&text("model-pull-begins").with("model", name).with("endpoint", &endpoint.name).render(locale));
        let outcome = tokio::select! {
            outcome = fetch(endpoint, name, locale) => outcome,
            _ = tokio::signal::ctrl_c() => {
                end_line();
                say_error(&text("model-pull-stopped").render(locale));
                return Ending::Failed;
            }
        };
        end_line();
        match outcome {
            Ok(()) => {
                say(&text("model-pull-done").with("model", name).with("endpoint", &endpoint.name).render(locale));
            }
            Err(ModelError::Interrupted | ModelError::Timeout { .. }) => {
                say_error(&text("model-pull-cut").render(locale));
                return Ending::Failed;
            }
            Err(error) => {
                print_model_error(&error, servers, endpoint, locale).await;
                return Ending::Failed;
            }
        }
    }
    Ending::Fine
}

/// The smallest part of a model that can be its weights, in bytes: the others are texts of some kilobytes.
const WEIGHTS: u64 = 10_000_000;

/// The memory that a model takes besides its weights while it answers, in bytes: 0.3 GB for 8192 tokens of context of a
/// model of 3 billion parameters (36 layers × 2 heads × 128 values × 2 × 2 bytes a token), and as much to compute with.
const BESIDE_WEIGHTS: u64 = 600_000_000;

async fn fetch(endpoint: &Endpoint, name: &str, locale: Locale) -> Result<(), ModelError> {
    let mut steps = endpoint.model.pull(name).await?;
    let mut progress = Progress::default();
    let mut is_cost_told = false;
    while let Some(step) = steps.next().await {
        match step? {
            PullProgress::Done => return Ok(()),
            PullProgress::Step { said, bytes } => {
                if let Some((_, all)) = bytes.filter(|(_, all)| *all >= WEIGHTS && !is_cost_told) {
                    is_cost_told = true;
                    end_line();
                    say(&cost(all, locale));
                }
                tell(&mut progress, &said, bytes, locale);
            }
        }
    }
    Err(ModelError::Interrupted)
}

/// Says what weights of so many bytes cost on the server.
fn cost(weights: u64, locale: Locale) -> String {
    let memory = weights.saturating_add(BESIDE_WEIGHTS);
    let [disk, memory] = [weights, memory].map(|bytes| size(bytes).render(locale));
    text("model-pull-cost").with("disk", disk).with("memory", memory).render(locale)
}

/// A terminal has one line that changes; elsewhere a line is said when it is worth one.
fn tell(progress: &mut Progress, said: &str, bytes: Option<(u64, u64)>, locale: Locale) {
    let in_place = std::io::stderr().is_terminal();
    let Some(line) = progress.line(said, bytes, in_place, locale) else { return };
    if in_place {
        // Back to the first column, and what stood there erased.
        let mut screen = std::io::stderr().lock();
        let _ = write!(screen, "\r\u{1b}[K{}", harmless::text(&line));
        let _ = screen.flush();
    } else {
        say(&line);
    }
}

/// Leaves the line that changes, and the last state of it on the screen.
fn end_line() {
    if std::io::stderr().is_terminal() {
        let _ = writeln!(std::io::stderr().lock());
    }
}
