//! A provider that lies, in one way each.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use reqwest::Url;
use ring::hmac;
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// What is not as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lie {
    /// Nothing.
    None,
    /// The token is signed by a key that is not published, under the name of one that is.
    OtherKey,
    /// The token is signed by a key that is not published, under a name of its own.
    UnknownKey,
    /// The token is not signed.
    Unsigned,
    /// The token is signed with the client's secret.
    ClientSecret,
    /// The token was changed after it was signed.
    Changed,
    /// The token is for another sign-in.
    OtherNonce,
    /// The token is for no sign-in.
    NoNonce,
    /// The token is of another provider.
    TokenOfOther,
    /// The token is for another client.
    OtherClient,
    /// The token is for this client and another.
    TwoClients,
    /// The token has expired.
    Expired,
    /// There is no token.
    NoToken,
    /// There is no code by that name.
    NoCode,
    /// The user info is about somebody else, and the token says nothing.
    OtherSubject,
    /// The answer to the code never ends.
    LargeToken,
    /// The answer to the code says that it comes from elsewhere.
    OtherIss,
    /// The description is of another provider.
    OtherIssuer,
    /// The description is very long.
    Large,
    /// The description is elsewhere.
    Redirect,
    /// The description is a page.
    NotJson,
    /// The description takes its time.
    Slow,
}

impl Lie {
    /// Those that a provider tells only once a sign-in has begun, and the truth.
    pub(super) const ALL: &[Self] = &[
        Self::None,
        Self::OtherKey,
        Self::UnknownKey,
        Self::Unsigned,
        Self::ClientSecret,
        Self::Changed,
        Self::OtherNonce,
        Self::NoNonce,
        Self::TokenOfOther,
        Self::OtherClient,
        Self::TwoClients,
        Self::Expired,
        Self::NoToken,
        Self::NoCode,
        Self::OtherSubject,
        Self::LargeToken,
        Self::OtherIss,
    ];
}

/// A running one; it ends with the test.
pub(super) struct Double {
    pub(super) issuer: String,
    shared: Arc<Shared>,
}

struct Shared {
    lie: Lie,
    issuer: String,
    key: Ed25519KeyPair,
    nonce: Mutex<String>,
    /// How often it has described itself.
    described: AtomicUsize,
}

impl Double {
    pub(super) async fn start(lie: Lie) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared {
            lie,
            issuer: issuer.clone(),
            key: key(1),
            nonce: Mutex::default(),
            described: AtomicUsize::default(),
        });
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(description))
            .route("/keys", get(keys))
            .route("/token", post(tokens))
            .route("/userinfo", get(user_info))
            .with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { issuer, shared }
    }

    /// From now on its tokens are for the sign-in that leads there.
    pub(super) fn signs_for(&self, begun: &Url) {
        *self.shared.nonce.lock().unwrap() = value(begun, "nonce");
    }

    pub(super) fn described(&self) -> usize {
        self.shared.described.load(Ordering::SeqCst)
    }

    /// Where it sends a browser back to.
    pub(super) fn back(&self, begun: &Url, callback: &str) -> String {
        let iss = if self.shared.lie == Lie::OtherIss { "https://elsewhere.test" } else { &self.issuer };
        format!("{callback}?code=code&iss={iss}&session_state=x&state={}", value(begun, "state"))
    }
}

fn value(url: &Url, name: &str) -> String {
    url.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned()
}

fn key(seed: u8) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap()
}

fn json_answer(value: &Value) -> Response {
    ([(CONTENT_TYPE, "application/json")], value.to_string()).into_response()
}

async fn description(State(shared): State<Arc<Shared>>) -> Response {
    shared.described.fetch_add(1, Ordering::SeqCst);
    let of = |path: &str| format!("{}{path}", shared.issuer);
    let mut description = json!({
        "issuer": shared.issuer, "authorization_endpoint": of("/authorize"), "token_endpoint": of("/token"),
        "userinfo_endpoint": of("/userinfo"), "jwks_uri": of("/keys"), "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["EdDSA", "HS256", "none"],
    });
    match shared.lie {
        Lie::OtherIssuer => description["issuer"] = json!("https://elsewhere.test"),
        Lie::Large => description["service_documentation"] = json!(format!("http://x/{}", "x".repeat(10 << 20))),
        Lie::Redirect => return (StatusCode::FOUND, [(LOCATION, of("/keys"))]).into_response(),
        Lie::NotJson => return ([(CONTENT_TYPE, "text/html")], "<p>Sign in</p>").into_response(),
        Lie::Slow => tokio::time::sleep(Duration::from_mins(1)).await,
        _ => {}
    }
    json_answer(&description)
}

async fn keys(State(shared): State<Arc<Shared>>) -> Response {
    let x = base64url(shared.key.public_key().as_ref());
    json_answer(&json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "use": "sig", "kid": "one", "x": x }] }))
}

async fn user_info(State(shared): State<Arc<Shared>>) -> Response {
    let sub = if shared.lie == Lie::OtherSubject { "2" } else { "1" };
    json_answer(&json!({ "sub": sub, "preferred_username": "claire" }))
}

async fn tokens(State(shared): State<Arc<Shared>>) -> Response {
    match shared.lie {
        Lie::NoCode => {
            let refusal = json!({ "error": "invalid_grant", "error_description": "code" }).to_string();
            return (StatusCode::BAD_REQUEST, [(CONTENT_TYPE, "application/json")], refusal).into_response();
        }
        Lie::NoToken => return json_answer(&json!({ "access_token": "a", "token_type": "Bearer" })),
        Lie::LargeToken => {
            let large = json!({ "access_token": "a".repeat(10 << 20), "token_type": "Bearer" });
            return json_answer(&large);
        }
        _ => {}
    }
    json_answer(&json!({ "access_token": "a", "token_type": "Bearer", "id_token": id_token(&shared) }))
}

fn id_token(shared: &Shared) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let mut claims = json!({
        "iss": shared.issuer, "aud": "pstral", "sub": "1", "iat": now, "exp": now + 60,
        "nonce": *shared.nonce.lock().unwrap(), "preferred_username": "claire",
    });
    let mut header = json!({ "alg": "EdDSA", "kid": "one", "typ": "JWT" });
    match shared.lie {
        Lie::OtherNonce => claims["nonce"] = json!("another"),
        Lie::NoNonce => drop(claims.as_object_mut().unwrap().remove("nonce")),
        Lie::TokenOfOther => claims["iss"] = json!("https://elsewhere.test"),
        Lie::OtherClient => claims["aud"] = json!("another"),
        Lie::TwoClients => claims["aud"] = json!(["pstral", "another"]),
        Lie::Expired => claims["exp"] = json!(now - 1),
        Lie::OtherSubject => drop(claims.as_object_mut().unwrap().remove("preferred_username")),
        Lie::UnknownKey => header["kid"] = json!("two"),
        Lie::Unsigned => header = json!({ "alg": "none" }),
        Lie::ClientSecret => header = json!({ "alg": "HS256" }),
        _ => {}
    }
    let part = |value: &Value| base64url(value.to_string().as_bytes());
    let signed = format!("{}.{}", part(&header), part(&claims));
    let signature = match shared.lie {
        Lie::Unsigned => Vec::new(),
        Lie::ClientSecret => {
            let secret = hmac::Key::new(hmac::HMAC_SHA256, b"a secret of tests");
            hmac::sign(&secret, signed.as_bytes()).as_ref().to_vec()
        }
        Lie::OtherKey | Lie::UnknownKey => key(2).sign(signed.as_bytes()).as_ref().to_vec(),
        _ => shared.key.sign(signed.as_bytes()).as_ref().to_vec(),
    };
    if shared.lie == Lie::Changed {
        claims["preferred_username"] = json!("sacha");
    }
    format!("{}.{}.{}", part(&header), part(&claims), base64url(&signature))
}

/// RFC 4648, section 5, without padding.
fn base64url(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let sign = |group: u32, at: usize| char::from(SIGNS[(group >> (18 - 6 * at)) as usize & 63]);
    let of_three = |three: &[u8]| {
        let group = (0..3).fold(0, |group, at| group << 8 | u32::from(three.get(at).copied().unwrap_or_default()));
        (0..=three.len()).map(move |at| sign(group, at)).collect::<String>()
    };
    bytes.chunks(3).map(of_three).collect()
}
