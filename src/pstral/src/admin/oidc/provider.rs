//! The company's provider of accounts: where it sends people, and what it says about them once they are back.

use std::time::Duration;

use anyhow::{Context as _, anyhow};
use jiff::Timestamp;
use openidconnect::core::{CoreAuthenticationFlow, CoreClientAuthMethod, CoreGenderClaim, CoreProviderMetadata};
use openidconnect::{
    AuthType, AuthorizationCode, ClaimsVerificationError, Client, ClientId, ClientSecret, CsrfToken, IssuerUrl, Nonce,
    OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope,
    SignatureVerificationError, SubjectIdentifier, TokenResponse as _, UserInfoClaims, UserInfoError,
};
use secrecy::ExposeSecret as _;
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::timeout;
use url::Url;

use super::client::{Claims, OidcClient, OtherClaims, Tokens, to_map, verifier};
use super::flow::Flow;
use super::http::Http;
use super::refusal::Refusal;
use crate::config::OidcConfig;
use crate::http_client::{HttpError, PATIENCE};

/// The time for which the provider's description and keys are kept.
const FRESH: Duration = Duration::from_hours(1);

/// The provider, as it is configured and as it has described itself.
pub(super) struct Provider {
    issuer: IssuerUrl,
    client_id: ClientId,
    client_secret: ClientSecret,
    redirect: RedirectUrl,
    scopes: Vec<Scope>,
    http: Http,
    known: Mutex<Option<(Timestamp, CoreProviderMetadata)>>,
}

impl Provider {
    /// Prepares requests to the provider, which sends people back to `redirect`.
    pub(super) fn new(config: &OidcConfig, redirect: String) -> anyhow::Result<Self> {
        let issuer = IssuerUrl::new(config.issuer.clone()).context("the issuer")?;
        let secret = config.client_secret.as_ref().context("the secret of the client")?;
        // The library asks for `openid` by itself.
        let scopes = config.scopes.iter().filter(|scope| *scope != "openid").cloned().map(Scope::new);
        Ok(Self {
            http: Http::new(issuer.url())?,
            issuer,
            client_id: ClientId::new(config.client_id.clone()),
            client_secret: ClientSecret::new(secret.expose_secret().to_owned()),
            redirect: RedirectUrl::new(redirect).context("the address of this endpoint")?,
            scopes: scopes.collect(),
            known: Mutex::default(),
        })
    }

    /// The name by which it signs.
    pub(super) fn issuer(&self) -> &str {
        self.issuer.as_str()
    }

    /// Asks how it describes itself now.
    pub(super) async fn describe(&self, now: Timestamp) -> Result<(), Refusal> {
        in_time(self.client(now, Description::New)).await.map(drop)
    }

    /// The address to send a browser to.
    pub(super) async fn authorization_url(&self, flow: &Flow, now: Timestamp) -> Result<Url, Refusal> {
        let client = in_time(self.client(now, Description::Kept)).await?;
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(flow.verifier()));
        let (state, nonce) = (CsrfToken::new(flow.state()), Nonce::new(flow.nonce()));
        let request = client.authorize_url(CoreAuthenticationFlow::AuthorizationCode, || state, || nonce);
        let (url, _, _) = request.add_scopes(self.scopes.iter().cloned()).set_pkce_challenge(challenge).url();
        Ok(url)
    }

    /// What it says about whom it gave the code. Where the claim that is `needed` is not in the signed token, as providers may
    /// keep the token small, it is asked for (<https://openid.net/specs/openid-connect-core-1_0.html#UserInfo>).
    pub(super) async fn claims(
        &self,
        flow: &Flow,
        code: String,
        needed: &str,
        now: Timestamp,
    ) -> Result<Claims, Refusal> {
        in_time(async {
            let client = self.client(now, Description::Kept).await?;
            let tokens = self.tokens(&client, flow, code).await?;
            let claims = self.verified(&client, &tokens, flow, now).await?;
            let is_there = claims.get(needed).is_some_and(|value| !value.is_null());
            if is_there { Ok(claims) } else { self.user_info(&client, &tokens, claims).await }
        })
        .await
    }

    /// Exchanges the code, which only whoever began the sign-in can.
    async fn tokens(&self, client: &OidcClient, flow: &Flow, code: String) -> Result<Tokens, Refusal> {
        let request = client.exchange_code(AuthorizationCode::new(code)).map_err(away)?;
        let request = request.set_pkce_verifier(PkceCodeVerifier::new(flow.verifier()));
        request.request_async(&self.http).await.map_err(|error| match error {
            RequestTokenError::ServerResponse(refused) => {
                tracing::warn!(
                    refused = refused.to_string(),
                    "oidc: the provider gives no token for the code, refused"
                );
                Refusal::denied(refused.error().as_ref())
            }
            RequestTokenError::Request(error) => away(error),
            // What else the library says may show what was answered, and with it tokens.
            RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
                away(anyhow!("the answer to the code is not one of an OpenID provider"))
            }
        })
    }

    /// The claims of the signed token, once all of it holds. A key that is not known may be new.
    async fn verified(
        &self,
        client: &OidcClient,
        tokens: &Tokens,
        flow: &Flow,
        now: Timestamp,
    ) -> Result<Claims, Refusal> {
        let token = tokens.id_token().ok_or_else(|| untrusted(anyhow!("no ID token")))?;
        let nonce = Nonce::new(flow.nonce());
        let claims = match token.claims(&verifier(client), &nonce) {
            Err(ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey)) => {
                let client = self.client(now, Description::New).await?;
                to_map(token.claims(&verifier(&client), &nonce).map_err(untrusted)?)
            }
            claims => to_map(claims.map_err(untrusted)?),
        };
        Ok(claims)
    }

    /// Asks for further claims about the same person.
    async fn user_info(&self, client: &OidcClient, tokens: &Tokens, claims: Claims) -> Result<Claims, Refusal> {
        let subject = claims.get("sub").and_then(Value::as_str).unwrap_or_default().to_owned();
        let request = client.user_info(tokens.access_token().clone(), Some(SubjectIdentifier::new(subject)));
        // A provider without this route has said everything in the token.
        let Ok(request) = request else { return Ok(claims) };
        let claims: UserInfoClaims<OtherClaims, CoreGenderClaim> =
            request.request_async(&self.http).await.map_err(|error| match error {
                UserInfoError::Request(error) => away(error),
                UserInfoError::ClaimsVerification(error) => untrusted(error),
                other => away(other),
            })?;
        Ok(to_map(&claims))
    }

    /// The client of the provider as it describes itself.
    async fn client(&self, now: Timestamp, which: Description) -> Result<OidcClient, Refusal> {
        let mut known = self.known.lock().await;
        let is_fresh = |at: Timestamp| now.duration_since(at).unsigned_abs() < FRESH;
        let kept = known.as_ref().filter(|(at, _)| which == Description::Kept && is_fresh(*at));
        let metadata = if let Some((_, metadata)) = kept {
            metadata.clone()
        } else {
            let found = CoreProviderMetadata::discover_async(self.issuer.clone(), &self.http).await.map_err(away)?;
            known.insert((now, found)).1.clone()
        };
        drop(known);
        let supported = metadata.token_endpoint_auth_methods_supported();
        let only_in_body = supported.is_some_and(|all| {
            !all.contains(&CoreClientAuthMethod::ClientSecretBasic)
                && all.contains(&CoreClientAuthMethod::ClientSecretPost)
        });
        let client = Client::from_provider_metadata(metadata, self.client_id.clone(), Some(self.client_secret.clone()));
        let client = client.set_redirect_uri(self.redirect.clone());
        Ok(if only_in_body { client.set_auth_type(AuthType::RequestBody) } else { client })
    }
}

/// Which description of the provider a step needs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Description {
    /// The one that is kept, if it is not too old.
    Kept,
    /// One fetched now.
    New,
}

async fn in_time<T>(step: impl Future<Output = Result<T, Refusal>>) -> Result<T, Refusal> {
    timeout(PATIENCE, step).await.unwrap_or_else(|_| Err(away(HttpError::TooSlow)))
}

fn away(cause: impl Into<anyhow::Error>) -> Refusal {
    Refusal::Away(cause.into())
}

fn untrusted(cause: impl Into<anyhow::Error>) -> Refusal {
    Refusal::Untrusted(cause.into())
}
