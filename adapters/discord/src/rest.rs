//! Requests to Discord's REST API, through serenity's limiter.

use std::fmt::Display;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use pstral_core::domain::{FileRef, Place};
use pstral_core::ports::BudgetSignals;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, USER_AGENT};
use reqwest::multipart::{Form, Part};
use reqwest::redirect::Policy;
use reqwest::{RequestBuilder, Response};
use secrecy::ExposeSecret as _;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serenity::http::{Http, HttpBuilder, LightMethod, Request, Route};
use serenity::model::id::ApplicationId;

use crate::body::Body;
use crate::budget::{seconds, signal};
use crate::config::DiscordConfig;
use crate::fault::Fault;
use crate::rate_limit::{hold, unless_held};
use crate::turns::Turns;

/// The time-out of a request without files.
const PATIENCE: Duration = Duration::from_secs(25);
/// The time-out for establishing a connection.
const CONNECTING: Duration = Duration::from_secs(10);

/// A client of the REST API for one application.
pub(crate) struct Rest {
    http: Http,
    client: reqwest::Client,
    base_url: Option<String>,
    signals: Mutex<Option<BudgetSignals>>,
    turns: Turns,
}

impl Rest {
    pub(crate) fn new(config: &DiscordConfig) -> Result<Self, reqwest::Error> {
        let client = client(config)?;
        let mut http = http(config, &client);
        if let Some(limiter) = &mut http.ratelimiter {
            limiter.set_ratelimit_callback(Box::new(|limit| hold(limit.timeout)));
        }
        Ok(Self { http, client, base_url: config.base_url.clone(), signals: Mutex::default(), turns: Turns::default() })
    }

    /// Creates serenity's client for the gateway, on the same connections.
    pub(crate) fn for_gateway(&self, config: &DiscordConfig) -> Http {
        http(config, &self.client)
    }

    /// Sets the receiver of rate-limit budgets.
    pub(crate) fn report(&self, signals: BudgetSignals) {
        *self.signals.lock().unwrap_or_else(PoisonError::into_inner) = Some(signals);
    }

    /// Makes a request that no visible text waits for. The limiter may delay it.
    pub(crate) async fn ask<T: DeserializeOwned>(&self, request: Request<'_>) -> Result<T, Fault> {
        let began = Instant::now();
        loop {
            self.turns.wait().await;
            match self.request(&request).await {
                Err(Fault::Limited(wait)) if began.elapsed() + wait < PATIENCE => tokio::time::sleep(wait).await,
                response => {
                    let response = response?;
                    return decoded(&in_time(async { Ok(response.bytes().await?) }).await?);
                }
            }
        }
    }

    /// Sends what cannot wait, such as the first answer to an interaction: those do not count against the global limit.
    pub(crate) async fn tell(&self, request: Request<'_>) -> Result<(), Fault> {
        self.request(&request).await.map(drop)
    }

    /// Sends a request now, or fails if it would be delayed.
    pub(crate) async fn tell_now(&self, request: Request<'_>) -> Result<(), Fault> {
        self.turns.take().map_err(Fault::Limited)?;
        self.tell_unless_held(request).await
    }

    /// Sends a request that nobody would miss: it fails if others may need the turn, or if it would be delayed.
    pub(crate) async fn tell_in_passing(&self, request: Request<'_>) -> Result<(), Fault> {
        self.turns.take_spare().map_err(Fault::Limited)?;
        self.tell_unless_held(request).await
    }

    async fn tell_unless_held(&self, request: Request<'_>) -> Result<(), Fault> {
        unless_held(self.tell(request)).await.unwrap_or_else(|wait| Err(Fault::Limited(wait)))
    }

    /// Writes to a place now, or fails if that would be delayed, and reports the place's remaining budget. Returns null
    /// where a message is gone.
    pub(crate) async fn write(&self, place: &Place, request: Request<'_>) -> Result<Value, Fault> {
        let response = match unless_held(self.request(&request)).await {
            Ok(response) => response?,
            Err(wait) => return Err(Fault::Limited(wait)),
        };
        self.tell_budget(place, response.headers());
        let body = in_time(async { Ok(response.bytes().await?) }).await?;
        if body.is_empty() { Ok(Value::Null) } else { decoded(&body) }
    }

    /// Writes to a place with files. serenity would hold them in memory and does not allow numbering them, so its
    /// limiter is consulted here but does not learn of the request.
    pub(crate) async fn upload(
        &self,
        place: &Place,
        method: LightMethod,
        route: Route<'_>,
        body: &Body,
    ) -> Result<Value, Fault> {
        if let Some(wait) = self.wait_of(&route).await {
            return Err(Fault::Limited(wait));
        }
        let request = self.own(method, &route).multipart(form(body).await?);
        // Whoever writes waits for as long as files need, and no longer.
        let response = request.send().await.map_err(serenity::Error::from)?;
        self.tell_budget(place, response.headers());
        let response = successful(response).await?;
        decoded(&in_time(async { Ok(response.bytes().await?) }).await?)
    }

    /// Makes a request, through serenity's limiter unless it answers an interaction: those have limits of their own,
    /// and the limiter would keep an entry for each of them for ever. With a base URL of its own there is no limiter,
    /// and serenity would lose the wait that Discord asks for.
    async fn request(&self, request: &Request<'_>) -> Result<Response, Fault> {
        let route = request.route_ref();
        if !answers_interaction(route) && self.base_url.is_none() {
            return in_time(self.http.request(request.clone())).await;
        }
        let own = self.own(*request.method_ref(), route).query(request.params_ref().unwrap_or_default());
        let own = match request.body_ref() {
            Some(body) => own.header(CONTENT_TYPE, "application/json").body(body.to_vec()),
            None => own,
        };
        successful(in_time(async { Ok(own.send().await?) }).await?).await
    }

    /// Builds a request that bypasses serenity.
    fn own(&self, method: LightMethod, route: &Route<'_>) -> RequestBuilder {
        let mut path = route.path().into_owned();
        if let Some(base) = &self.base_url {
            path = path.replace("https://discord.com", base.trim_end_matches('/'));
        }
        let request = self.client.request(method.reqwest_method(), path);
        request.header(AUTHORIZATION, self.http.token()).header(USER_AGENT, serenity::constants::USER_AGENT)
    }

    /// Fetches an address without authenticating.
    pub(crate) async fn fetch(&self, address: &str) -> Result<reqwest::Response, String> {
        let fetched = self.client.get(address).send().await.and_then(reqwest::Response::error_for_status);
        fetched.map_err(|error| error.without_url().to_string())
    }

    /// Returns the time for which the limiter would delay a request; `None` if it would not.
    async fn wait_of(&self, route: &Route<'_>) -> Option<Duration> {
        let routes = self.http.ratelimiter.as_ref()?.routes();
        let bucket = Arc::clone(routes.read().await.get(&route.ratelimiting_bucket())?);
        let bucket = bucket.try_lock().ok()?;
        let wait = bucket.reset()?.duration_since(SystemTime::now()).ok()?;
        (bucket.limit() > 0 && bucket.remaining() <= 0).then_some(wait)
    }

    fn tell_budget(&self, place: &Place, headers: &HeaderMap) {
        let signals = self.signals.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((signal, signals)) = signal(headers, place).zip(signals) {
            signals(&signal);
        }
    }
}

/// Checks whether a request answers an interaction.
fn answers_interaction(route: &Route<'_>) -> bool {
    matches!(
        route,
        Route::InteractionResponse { .. }
            | Route::WebhookOriginalInteractionResponse { .. }
            | Route::WebhookFollowupMessage { .. }
            | Route::WebhookFollowupMessages { .. }
    )
}

/// Returns a successful answer, or the error that Discord states.
async fn successful(response: Response) -> Result<Response, Fault> {
    let (status, after) = (response.status().as_u16(), seconds(response.headers(), "retry-after"));
    if (200..300).contains(&status) {
        return Ok(response);
    }
    let body = in_time(async { Ok(response.bytes().await?) }).await?;
    let said: Value = serde_json::from_slice(&body).unwrap_or_default();
    let message = said["message"].as_str().unwrap_or_default().to_owned();
    Err(Fault::of_answer(status, said["code"].as_i64().unwrap_or_default(), message, after))
}

async fn form(body: &Body) -> Result<Form, Fault> {
    let unreadable = |file: &FileRef, error: &dyn Display| Fault::Refused {
        status: 0,
        code: 0,
        message: format!("{}: {error}", file.path.display()),
    };
    let mut form = Form::new().text("payload_json", body.json.to_string());
    for (at, file) in body.files.iter().enumerate() {
        let part = Part::file(&file.path).await.map_err(|error| unreadable(file, &error))?;
        let part = part.file_name(file.name.clone()).mime_str(file.media_type);
        form = form.part(format!("files[{at}]"), part.map_err(|error| unreadable(file, &error))?);
    }
    Ok(form)
}

fn client(config: &DiscordConfig) -> Result<reqwest::Client, reqwest::Error> {
    if let Some(client) = &config.client {
        return Ok(client.clone());
    }
    let builder = reqwest::Client::builder().connect_timeout(CONNECTING).redirect(Policy::none());
    builder.use_rustls_tls().build()
}

/// Creates serenity's client. With a base URL of its own the limits are those of that address, as serenity's limiter
/// would still go to discord.com.
fn http(config: &DiscordConfig, client: &reqwest::Client) -> Http {
    let builder = HttpBuilder::new(config.token.expose_secret())
        .application_id(ApplicationId::new(config.application))
        .client(client.clone());
    match &config.base_url {
        Some(url) => builder.proxy(url).ratelimiter_disabled(true).build(),
        None => builder.build(),
    }
}

/// Builds a request with a JSON body.
pub(crate) fn with_body<'a>(method: LightMethod, route: Route<'a>, body: &Value) -> Request<'a> {
    Request::new(route, method).body(Some(body.to_string().into_bytes()))
}

/// Builds a request without a body.
pub(crate) fn plain(method: LightMethod, route: Route<'_>) -> Request<'_> {
    Request::new(route, method)
}

async fn in_time<T>(work: impl Future<Output = serenity::Result<T>>) -> Result<T, Fault> {
    match tokio::time::timeout(PATIENCE, work).await {
        Ok(done) => Ok(done?),
        Err(_) => Err(Fault::Away(format!("no answer within {} s", PATIENCE.as_secs()))),
    }
}

fn decoded<T: DeserializeOwned>(body: &[u8]) -> Result<T, Fault> {
    serde_json::from_slice(body).map_err(|error| Fault::Away(format!("an answer that cannot be read: {error}")))
}
