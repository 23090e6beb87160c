//! `pstral run`: the long-running bot.

use std::io::IsTerminal as _;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use metrics_exporter_prometheus::PrometheusBuilder;
use pstral_core::text::text;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::out::say_error;
use super::{Common, Ending, log_to_stderr};
use crate::compose::{App, StartError};
use crate::http::{Shown, serve};
use crate::lifecycle::{self, AfterPlatforms};

pub(super) async fn run(common: &Common) -> anyhow::Result<Ending> {
    if common.config.is_none() {
        say_error(&text("run-needs-config").render(common.locale()));
        return Ok(Ending::Usage);
    }
    let config = match common.load() {
        Ok(config) => config,
        Err(ending) => return Ok(ending),
    };
    log_to_stderr(&config.log);
    let metrics = PrometheusBuilder::new().install_recorder().context("the metrics")?;
    let app = App::build(&config, config.locale).await?;
    let listen = config.http.listen;
    let listener = TcpListener::bind(listen)
        .await
        .map_err(|error| StartError::new("http", format!("{listen}: {error}"), text("remedy-listen")))?;
    let (ending, ended) = (CancellationToken::new(), CancellationToken::new());
    // From here on: a request to end that comes during the start is kept, not the death of the program.
    let person = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    tokio::spawn(end_on_signal(ending.clone(), config.platforms.terminal.enabled && person));
    lifecycle::start(&app).await?;

    let shown =
        Shown { pipeline: Arc::clone(&app.pipeline), store: Arc::clone(&app.store), metrics, ending: ending.clone() };
    let http = tokio::spawn(serve(listener, Arc::new(shown), ended.clone()));
    tracing::info!(%listen, platforms = app.platforms.len(), targets = config.targets.len(), "ready");

    let drain = Duration::from_secs(config.http.drain_timeout);
    let outcome = lifecycle::run(&app, &ending, drain, AfterPlatforms::WaitOn).await;
    ended.cancel();
    http.await.context("the HTTP endpoint")?.context("the HTTP endpoint")?;
    app.store.close().await;
    outcome.map(|()| Ending::Fine)
}

/// SIGTERM ends the program; so does Ctrl-C, unless a person at a terminal uses it to stop an answer.
async fn end_on_signal(ending: CancellationToken, terminal: bool) {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
        else {
            return;
        };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv(), if !terminal => {}
        }
    }
    #[cfg(not(unix))]
    let _ = (terminal, tokio::signal::ctrl_c().await);
    tracing::info!("asked to end");
    ending.cancel();
}
