//! A real provider of accounts: Django OAuth Toolkit, from PyPI.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use pstral_pypackages::{Package, skip};
use reqwest::Client;

const TOOLKIT: Package = Package {
    name: "django-oauth-toolkit",
    version: "3.4.1",
    beside: &[("Django", "5.2.19"), ("jwcrypto", "1.6.1"), ("oauthlib", "4.0.1")],
    is_alone: false,
    folder: "oidc",
    variable: "PSTRAL_TEST_OIDC",
};

/// What the provider says of each account.
const ACCOUNTS: &str = r#"{
    "camille": {"preferred_username": "CAMILLE", "email": "camille@example.org", "email_verified": true},
    "claire": {"preferred_username": "claire", "email": "Claire@Example.org", "email_verified": true, "staff": "alex"},
    "minimal": {"minimal": true, "preferred_username": "sacha", "email": "sacha@example.org", "email_verified": true},
    "stranger": {"preferred_username": "stranger", "email": "stranger@example.org", "email_verified": true},
    "dominique": {"preferred_username": "dominique", "email": "dominique@example.org", "email_verified": true},
    "alex": {"preferred_username": "alex", "email": "alex@example.org", "email_verified": false},
    "shared": {"preferred_username": "shared", "email": "shared@example.org", "email_verified": true},
    "silent": {}
}"#;

struct Server {
    issuer: String,
    /// Keeps its standard input open: it ends with this process.
    _running: Child,
}

/// The issuer, started once a process; `None` if it is neither installed nor can be installed, which is printed.
///
/// # Panics
/// Panics if it does not start, or cannot be had and `PSTRAL_TEST_REQUIRE=all`.
pub(crate) fn issuer() -> Option<&'static str> {
    static SERVER: OnceLock<Result<Server, String>> = OnceLock::new();
    let server = SERVER.get_or_init(|| TOOLKIT.python().map(|python| start(&python)));
    server.as_ref().map(|server| server.issuer.as_str()).map_err(|why| skip("an OpenID provider", why)).ok()
}

fn start(python: &Path) -> Server {
    let mut command = Command::new(python);
    command.args(["-c", include_str!("provider.py"), ACCOUNTS]);
    let log = tempfile::NamedTempFile::new().unwrap();
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log.reopen().unwrap());
    let mut running = command.spawn().unwrap();
    let mut issuer = String::new();
    BufReader::new(running.stdout.take().unwrap()).read_line(&mut issuer).unwrap();
    assert!(!issuer.is_empty(), "the provider does not start:\n{}", std::fs::read_to_string(log.path()).unwrap());
    Server { issuer: issuer.trim().to_owned(), _running: running }
}

/// Asks one of the routes that are for tests; returns the cookie that it sets, if any.
pub(super) async fn control(browser: &Client, route: &str, form: &str) -> String {
    let base = issuer().unwrap().trim_end_matches("/o");
    let request = browser.post(format!("{base}/{route}")).header("content-type", "application/x-www-form-urlencoded");
    let response = request.body(form.to_owned()).send().await.unwrap();
    assert!(!response.status().is_client_error() && !response.status().is_server_error(), "{route}: {response:?}");
    let cookie = response.headers().get("set-cookie").map(|value| value.to_str().unwrap());
    cookie.and_then(|cookie| cookie.split(';').next()).unwrap_or_default().to_owned()
}
