//! `pstral run`: the long-running bot.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use pstral_core::text::text;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::out::say_error;
use super::{Common, Ending, log_to_stderr};
use crate::admin::{Admin, AdminSettings, Oidc, Tls};
use crate::audit_heads::key_error;
use crate::compose::{App, StartError};
use crate::config::{AdminConfig, Config, WitnessConfig};
use crate::http::{Shown, install_metrics, serve, serve_admin};
use crate::instance_lock::InstanceLock;
use crate::lifecycle::{self, AfterPlatforms};
use crate::models::refuse_outside;
use crate::retention::Retention;
use crate::witness::Witness;

/// Time for HTTP requests in progress to complete at the end.
const HTTP_PATIENCE: Duration = Duration::from_secs(2);

pub(super) async fn run(common: &Common) -> anyhow::Result<Ending> {
    if common.config.is_none() {
        say_error(&text("run-needs-config").render(common.locale()));
        return Ok(Ending::Usage);
    }
    let config = match common.load() {
        Ok(config) => config,
        Err(ending) => return Ok(ending),
    };
    let _log = log_to_stderr(&config.log);
    let metrics = install_metrics()?;
    let mut lock = InstanceLock::take(&config).await?;
    refuse_outside(&config.model).await?;
    let app = App::build(&config, config.locale).await?;
    lock.fence(&app.store).await?;
    let listen = config.http.listen;
    let listener = TcpListener::bind(listen)
        .await
        .map_err(|error| StartError::new("http", format!("{listen}: {error}"), text("remedy-listen")))?;
    let admin = AdminListener::bind(&config.admin, &config.witness).await?;
    let (ending, ended) = (CancellationToken::new(), CancellationToken::new());
    // From here on: a request to end that comes during the start is kept, not the death of the program.
    let person = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    tokio::spawn(end_on_signal(ending.clone(), config.platforms.terminal.enabled && person));
    lifecycle::start(&app).await?;

    let shown = Shown::new(Arc::clone(&app.pipeline), metrics, ending.clone(), folders(&config));
    let http = tokio::spawn(serve(listener, Arc::new(shown), ended.clone()));
    let admin = admin.map(|admin| tokio::spawn(admin.serve(&app, &config, ended.clone())));
    tracing::info!(%listen, platforms = app.platforms.len(), targets = config.targets.len(), "ready");

    let retention = tokio::spawn(
        Retention::new(&config, Arc::clone(&app.store), Arc::clone(&app.pipeline.parts().audit)).keep_on(),
    );
    let drain = Duration::from_secs(config.http.drain_timeout);
    let outcome = lifecycle::run(&app, &ending, drain, AfterPlatforms::WaitOn).await;
    retention.abort();
    ended.cancel();
    end_http(http).await?;
    if let Some(admin) = admin {
        end_http(admin).await?;
    }
    lifecycle::close(&app).await;
    outcome.map(|()| Ending::Fine)
}

/// The address of the admin endpoint, with its certificate.
struct AdminListener {
    listener: TcpListener,
    tls: Option<Tls>,
    oidc: Option<Oidc>,
    witness: Option<Witness>,
}

impl AdminListener {
    /// Listens where the configuration says; `None` where it says nothing.
    async fn bind(config: &AdminConfig, witness: &WitnessConfig) -> anyhow::Result<Option<Self>> {
        let Some(listen) = config.listen else { return Ok(None) };
        let listener = TcpListener::bind(listen)
            .await
            .map_err(|error| StartError::new("admin", format!("{listen}: {error}"), text("remedy-listen-admin")))?;
        let tls = match (&config.tls_cert, &config.tls_key) {
            (Some(cert), Some(key)) => Some(
                Tls::read(cert.clone(), key.clone())
                    .map_err(|error| StartError::new("admin", format!("{error:#}"), text("remedy-admin-tls")))?,
            ),
            _ => None,
        };
        let oidc = match (&config.oidc, &config.public_url) {
            (Some(oidc), Some(public_url)) => Some(Oidc::new(oidc, public_url)?),
            _ => None,
        };
        let witness = Witness::new(witness).map_err(|error| StartError {
            part: "witness".to_owned(),
            remedy: text("remedy-witness-key"),
            ..key_error(&error)
        })?;
        Ok(Some(Self { listener, tls, oidc, witness }))
    }

    fn serve(self, app: &App, config: &Config, ended: CancellationToken) -> impl Future<Output = ()> + use<> {
        let settings = AdminSettings {
            trusted_proxies: config.admin.trusted_proxies.clone(),
            is_encrypted: self.tls.is_some(),
            audit_key: config.audit.key.clone(),
            config: config.shown.clone(),
        };
        let admin = Admin::new(Arc::clone(&app.pipeline), Arc::clone(&app.store), settings);
        let admin = self.oidc.into_iter().fold(admin, Admin::with_oidc);
        let admin = self.witness.into_iter().fold(admin, Admin::with_witness);
        serve_admin(self.listener, Arc::new(admin), self.tls, ended)
    }
}

/// Requests under way get a moment; one that never comes whole must not hold up the end.
async fn end_http(mut http: JoinHandle<()>) -> anyhow::Result<()> {
    if let Ok(ended) = tokio::time::timeout(HTTP_PATIENCE, &mut http).await {
        return ended.context("the HTTP endpoint");
    }
    tracing::warn!("an HTTP request did not end in time and was cut off");
    http.abort();
    Ok(())
}

/// Folders of which a full disk is an outage.
fn folders(config: &Config) -> Vec<(&'static str, PathBuf)> {
    let location = config.location();
    let state = location.file().and_then(Path::parent).map(Path::to_owned);
    state.map(|state| ("state", state)).into_iter().chain([("files", config.files.folder.clone())]).collect()
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
    ending.cancel();
    tracing::info!("stopping: asked to end");
}
