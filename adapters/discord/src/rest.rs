//! Requests to Discord's REST API.

use std::fmt::Display;
use std::future::Future;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use metrics::{Counter, counter};
use pstral_core::domain::{FileRef, Place};
use pstral_core::ports::BudgetSignals;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, USER_AGENT};
use reqwest::multipart::{Form, Part};
use reqwest::redirect::Policy;
use reqwest::{RequestBuilder, Response, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use serde::de::DeserializeOwned;
use serde_json::Value;
use serenity::http::{Http, HttpBuilder, LightMethod, Request, Route};
use serenity::model::id::ApplicationId;

use crate::body::Body;
use crate::config::DiscordConfig;
use crate::error::DiscordError;
use crate::exhausted_limits::ExhaustedLimits;
use crate::rate_limit_headers::{seconds, signal};
use crate::request_limiter::RequestLimiter;

/// The time-out of a request without files.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(25);
/// The time-out for establishing a connection.
const CONNECTING: Duration = Duration::from_secs(10);

/// A client of the REST API for one application.
pub(crate) struct Rest {
    client: reqwest::Client,
    token: SecretString,
    base_url: Option<String>,
    signals: OnceLock<BudgetSignals>,
    limiter: RequestLimiter,
    exhausted: ExhaustedLimits,
    /// Answers of 429.
    refusals: Counter,
}

impl Rest {
    pub(crate) fn new(config: &DiscordConfig) -> Result<Self, reqwest::Error> {
        Ok(Self {
            client: client(config)?,
            token: config.token.clone(),
            base_url: config.base_url.clone(),
            signals: OnceLock::new(),
            limiter: RequestLimiter::default(),
            exhausted: ExhaustedLimits::default(),
            refusals: counter!("pstral_platform_rate_limited_total", "platform" => "discord"),
        })
    }

    /// Creates serenity's client for the gateway, on the same connections.
    pub(crate) fn for_gateway(&self, config: &DiscordConfig) -> Http {
        let builder = HttpBuilder::new(config.token.expose_secret())
            .application_id(ApplicationId::new(config.application))
            .client(self.client.clone());
        match &config.base_url {
            // serenity's limiter would still go to discord.com.
            Some(url) => builder.proxy(url).ratelimiter_disabled(true).build(),
            None => builder.build(),
        }
    }

    /// Sets the receiver of rate-limit budgets.
    pub(crate) fn report(&self, signals: BudgetSignals) {
        let _ = self.signals.set(signals);
    }

    /// Makes a request that no visible text waits for. It may be delayed.
    pub(crate) async fn request_json<T: DeserializeOwned>(&self, request: Request<'_>) -> Result<T, DiscordError> {
        let response = self.retry(&request).await?;
        decoded(&in_time(response.bytes()).await?)
    }

    /// Makes a request of which the answer says nothing. It may be delayed.
    pub(crate) async fn send_with_retry(&self, request: Request<'_>) -> Result<(), DiscordError> {
        self.retry(&request).await.map(drop)
    }

    async fn retry(&self, request: &Request<'_>) -> Result<Response, DiscordError> {
        let began = Instant::now();
        loop {
            self.limiter.wait().await;
            match self.request(request).await {
                Err(DiscordError::RateLimited(wait)) if began.elapsed() + wait < REQUEST_TIMEOUT => {
                    tokio::time::sleep(wait).await;
                }
                done => return done,
            }
        }
    }

    /// Answers an interaction, now or not at all.
    pub(crate) async fn answer(&self, request: Request<'_>) -> Result<(), DiscordError> {
        self.request(&request).await.map(drop)
    }

    /// Sends a request now, or fails if it would be refused.
    pub(crate) async fn send_or_fail(&self, request: Request<'_>) -> Result<(), DiscordError> {
        self.limiter.take().map_err(DiscordError::RateLimited)?;
        self.request(&request).await.map(drop)
    }

    /// Sends a request that nobody would miss: it fails if others may need the turn, or if it would be refused.
    pub(crate) async fn send_if_idle(&self, request: Request<'_>) -> Result<(), DiscordError> {
        self.limiter.take_spare().map_err(DiscordError::RateLimited)?;
        self.request(&request).await.map(drop)
    }

    /// Writes to a place now, or fails if that would be refused, and reports the place's remaining budget. Returns null
    /// where a message is gone.
    pub(crate) async fn write(&self, place: &Place, request: Request<'_>) -> Result<Value, DiscordError> {
        let response = self.request(&request).await?;
        self.tell_budget(place, response.headers());
        let body = in_time(response.bytes()).await?;
        if body.is_empty() { Ok(Value::Null) } else { decoded(&body) }
    }

    /// Writes to a place with files, which are read while they are sent.
    pub(crate) async fn upload(
        &self,
        place: &Place,
        method: LightMethod,
        route: Route<'_>,
        body: &Body,
    ) -> Result<Value, DiscordError> {
        // Whoever writes waits for as long as files need, and no longer.
        let request = self.builder(method, &route).multipart(form(body).await?);
        let response = self.execute(&route, request.send()).await?;
        self.tell_budget(place, response.headers());
        decoded(&in_time(response.bytes()).await?)
    }

    async fn request(&self, request: &Request<'_>) -> Result<Response, DiscordError> {
        let route = request.route_ref();
        let own = self.builder(*request.method_ref(), route).query(request.params_ref().unwrap_or_default());
        let own = match request.body_ref() {
            Some(body) => own.header(CONTENT_TYPE, "application/json").body(body.to_vec()),
            None => own,
        };
        self.execute(route, in_time(own.send())).await
    }

    /// Sends a request unless Discord would refuse it. What answers interactions has limits of its own, which serenity
    /// would take for one.
    async fn execute<E: Into<DiscordError>>(
        &self,
        route: &Route<'_>,
        request: impl Future<Output = Result<Response, E>>,
    ) -> Result<Response, DiscordError> {
        let is_limited = !answers_interaction(route);
        if let Some(wait) = self.exhausted.wait(route).filter(|_| is_limited) {
            return Err(DiscordError::RateLimited(wait));
        }
        let response = request.await.map_err(Into::into)?;
        if response.status() == StatusCode::TOO_MANY_REQUESTS {
            self.refusals.increment(1);
        }
        if is_limited {
            self.exhausted.learn(route, response.status(), response.headers());
        }
        successful(response).await
    }

    fn builder(&self, method: LightMethod, route: &Route<'_>) -> RequestBuilder {
        let mut path = route.path().into_owned();
        if let Some(base) = &self.base_url {
            path = path.replace("https://discord.com", base.trim_end_matches('/'));
        }
        let request = self.client.request(method.reqwest_method(), path);
        let authorization = format!("Bot {}", self.token.expose_secret());
        request.header(AUTHORIZATION, authorization).header(USER_AGENT, serenity::constants::USER_AGENT)
    }

    /// Fetches an address without authenticating.
    pub(crate) async fn fetch(&self, address: &str) -> Result<reqwest::Response, String> {
        let fetched = self.client.get(address).send().await.and_then(reqwest::Response::error_for_status);
        fetched.map_err(|error| error.without_url().to_string())
    }

    fn tell_budget(&self, place: &Place, headers: &HeaderMap) {
        if let Some((signal, signals)) = signal(headers, place).zip(self.signals.get()) {
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
async fn successful(response: Response) -> Result<Response, DiscordError> {
    let (status, after) = (response.status().as_u16(), seconds(response.headers(), "retry-after"));
    if (200..300).contains(&status) {
        return Ok(response);
    }
    let body = in_time(response.bytes()).await?;
    let said: Value = serde_json::from_slice(&body).unwrap_or_default();
    let message = said["message"].as_str().unwrap_or_default().to_owned();
    Err(DiscordError::of_answer(status, said["code"].as_i64().unwrap_or_default(), message, after))
}

async fn form(body: &Body) -> Result<Form, DiscordError> {
    let unreadable = |file: &FileRef, error: &dyn Display| DiscordError::Rejected {
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

/// Builds a request with a JSON body.
pub(crate) fn with_body<'a>(method: LightMethod, route: Route<'a>, body: &Value) -> Request<'a> {
    Request::new(route, method).body(Some(body.to_string().into_bytes()))
}

/// Builds a request without a body.
pub(crate) fn plain(method: LightMethod, route: Route<'_>) -> Request<'_> {
    Request::new(route, method)
}

async fn in_time<T>(work: impl Future<Output = reqwest::Result<T>>) -> Result<T, DiscordError> {
    match tokio::time::timeout(REQUEST_TIMEOUT, work).await {
        Ok(done) => Ok(done?),
        Err(_) => Err(DiscordError::Unavailable(format!("no answer within {} s", REQUEST_TIMEOUT.as_secs()))),
    }
}

fn decoded<T: DeserializeOwned>(body: &[u8]) -> Result<T, DiscordError> {
    serde_json::from_slice(body)
        .map_err(|error| DiscordError::Unavailable(format!("an answer that cannot be read: {error}")))
}
