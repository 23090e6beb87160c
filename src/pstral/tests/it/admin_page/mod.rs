//! The page of the admin endpoint, as a browser asks for it.

mod administering;
mod axe;
mod browser;
mod busy;
mod forms;
mod hostile;
mod languages;
mod sections;
mod signing_in;
mod webdriver;

use std::net::SocketAddr;
use std::sync::Arc;

use pstral::admin::{Admin, AdminSettings};
use pstral::http::serve_admin;
use reqwest::header::HeaderMap;
use reqwest::{Client, Method, Response, StatusCode, redirect};
use serde_json::json;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::admin::{PASSWORD, with_passwords};
use crate::world::World;

/// The endpoint of a world, and a browser without script that follows nothing by itself.
struct Site {
    address: SocketAddr,
    client: Client,
}

/// What a browser got.
struct Shown {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Site {
    /// Serves the page of a world in which everybody has a password.
    async fn of(world: &World) -> Self {
        with_passwords(world).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let config = json!({
            "locale": "fr", "model": { "name": "small", "context": 8192 }, "targets": { "crm": { "password": "***" } }
        });
        let audit_key = world.folder.path().join("audit.key");
        let settings = AdminSettings { config, audit_key, ..AdminSettings::default() };
        let admin = Admin::new(Arc::clone(&world.pipeline), Arc::clone(&world.store), settings);
        tokio::spawn(serve_admin(listener, Arc::new(admin), None, CancellationToken::new()));
        Self { address, client: Client::builder().redirect(redirect::Policy::none()).build().unwrap() }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Opens an address.
    async fn get(&self, path: &str, cookie: &str) -> Shown {
        self.ask(Method::GET, path, cookie, &[("accept", "text/html,*/*;q=0.8")], "").await
    }

    /// Sends a form, as a browser does from the page itself.
    async fn post(&self, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Shown {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let headers = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")];
        self.ask(Method::POST, path, cookie, &headers, &body).await
    }

    async fn ask(&self, method: Method, path: &str, cookie: &str, headers: &[(&str, &str)], body: &str) -> Shown {
        let mut request = self.client.request(method, self.url(path)).body(body.to_owned());
        if !cookie.is_empty() {
            request = request.header("cookie", cookie);
        }
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        Shown::of(request.send().await.unwrap()).await
    }

    /// Signs in by the form, and returns the cookie.
    async fn signed_in(&self, username: &str) -> String {
        let shown = self.post("/sign-in", "", &[("username", username), ("password", PASSWORD)]).await;
        assert_eq!((shown.status, shown.to()), (StatusCode::SEE_OTHER, "/"), "{username}");
        let cookie = shown.headers["set-cookie"].to_str().unwrap();
        assert!(cookie.ends_with("; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=43200"), "{cookie}");
        cookie.split_once(';').unwrap().0.to_owned()
    }
}

impl Shown {
    async fn of(response: Response) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        Self { status, headers, body: response.text().await.unwrap() }
    }

    /// The address it leads to; empty if it leads nowhere.
    fn to(&self) -> &str {
        self.header("location")
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The words of its text, without its tags.
    fn words(&self) -> String {
        let main = self.body.split("<main").nth(1).unwrap_or(&self.body).split("</main>").next().unwrap();
        let pieces: Vec<&str> = main.split('<').filter_map(|piece| Some(piece.split_once('>')?.1)).collect();
        let text = pieces.join(" ");
        let text = [("&#x27;", "'"), ("&quot;", "\""), ("&lt;", "<"), ("&gt;", ">"), ("&#x2f;", "/"), ("&amp;", "&")]
            .iter()
            .fold(text, |text, (entity, character)| text.replace(entity, character));
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The values of an attribute, in their order.
    fn attributes(&self, name: &str) -> Vec<String> {
        let begin = format!("{name}=\"");
        let values = self.body.split(&begin).skip(1).filter_map(|rest| rest.split_once('"'));
        values.map(|(value, _)| value.replace("&#x2f;", "/").replace("&amp;", "&")).collect()
    }
}
