//! The admin endpoint: sign-in, tokens, the audit and the status, and who may what.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use insta::assert_snapshot;
use jiff::Timestamp;
use pstral::admin::{Admin, AdminSettings, Tls, openapi};
use pstral::http::serve_admin;
use pstral::passwords;
use pstral_core::domain::{AuditAction, AuditStatus, Capability, Locale, NewUser, Role, Roles, UserChange};
use pstral_core::people::Password;
use pstral_core::pipeline::OnBehalf;
use pstral_core::ports::{AuditFilter, AuditLog as _, Catalogs as _, People as _};
use pstral_core::testkit::language_model::Script;
use reqwest::{Client, Method, Response, StatusCode};
use rusqlite::Connection;
use rustls::pki_types::ServerName;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::world::{Setup, World, camille, copy_of_the_company, run_test, run_test_with, stranger};

pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// The endpoint of a world, and somebody who asks it.
pub(crate) struct Page {
    address: SocketAddr,
    client: Client,
}

impl Page {
    pub(crate) async fn of(world: &World, tls: Option<Tls>) -> Self {
        Self::until(world, tls, CancellationToken::new()).await.0
    }

    /// An endpoint that ends, and what is done once it has.
    async fn until(world: &World, tls: Option<Tls>, end: CancellationToken) -> (Self, JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let settings = AdminSettings {
            trusted_proxies: vec!["127.0.0.1".parse().unwrap()],
            is_encrypted: tls.is_some(),
            audit_key: world.folder.path().join("audit.key"),
            config: json!({ "locale": "fr" }),
        };
        let admin = Admin::new(Arc::clone(&world.pipeline), Arc::clone(&world.store), settings);
        let serving = tokio::spawn(serve_admin(listener, Arc::new(admin), tls, end));
        (Self { address, client: Client::new() }, serving)
    }

    pub(crate) async fn ask(&self, method: Method, path: &str, with: &With<'_>, body: Option<Value>) -> Response {
        let mut request = self.client.request(method, format!("http://{}{path}", self.address));
        request = match with {
            With::Nothing => request,
            With::Cookie(cookie) => request.header("cookie", format!("__Host-pstral={cookie}")),
            With::Token(token) => request.header("authorization", format!("Bearer {token}")),
        };
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        request.send().await.unwrap()
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// What somebody who is signed in may do.
    pub(crate) async fn capabilities(&self, cookie: &str) -> Vec<Capability> {
        let session = value(self.ask(Method::GET, "/api/v1/session", &With::Cookie(cookie), None).await).await;
        let words = session["capabilities"].as_array().unwrap().iter();
        words.map(|word| Capability::from_word(word.as_str().unwrap()).unwrap()).collect()
    }

    /// Signs in, and returns the secret of the cookie.
    pub(crate) async fn signed_in(&self, username: &str) -> String {
        let response = self.sign_in(username, PASSWORD).await;
        assert_eq!(response.status(), StatusCode::OK, "{username}");
        let cookie = response.headers()["set-cookie"].to_str().unwrap().to_owned();
        let (secret, attributes) = cookie.strip_prefix("__Host-pstral=").unwrap().split_once(';').unwrap();
        assert_eq!(attributes, " Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=43200");
        secret.to_owned()
    }

    async fn sign_in(&self, username: &str, password: &str) -> Response {
        let body = json!({ "username": username, "password": password });
        self.ask(Method::POST, "/api/v1/session", &With::Nothing, Some(body)).await
    }

    pub(crate) async fn token(&self, cookie: &str, capabilities: &[&str]) -> String {
        let body = json!({ "name": "nightly", "capabilities": capabilities, "days": 30 });
        let made = self.ask(Method::POST, "/api/v1/tokens", &With::Cookie(cookie), Some(body)).await;
        assert_eq!(made.status(), StatusCode::CREATED);
        value(made).await["token"].as_str().unwrap().to_owned()
    }
}

#[derive(Clone, Copy)]
pub(crate) enum With<'a> {
    Nothing,
    Cookie(&'a str),
    Token(&'a str),
}

async fn value(response: Response) -> Value {
    serde_json::from_str(&response.text().await.unwrap()).unwrap()
}

/// Gives everybody the same password.
pub(crate) async fn with_passwords(world: &World) {
    let hash = passwords::hash(Password::new(PASSWORD).unwrap()).await.unwrap();
    for user in world.store.users().await.unwrap() {
        world.store.set_password(user.id, Some(&hash)).await.unwrap();
    }
}

#[test]
fn somebody_signs_in_reads_the_audit_and_signs_out() {
    run_test(async |world| {
        with_passwords(world).await;
        world.say(&camille(), "Combien de clients avons-nous à Paris ?").await;
        let page = Page::of(world, None).await;
        let cookie = page.signed_in("claire").await;
        let session = value(page.ask(Method::GET, "/api/v1/session", &With::Cookie(&cookie), None).await).await;
        assert_eq!((&session["username"], &session["role"]), (&json!("claire"), &json!("admin")));
        let path = "/api/v1/audit/events?action=question&user=camille";
        let events = value(page.ask(Method::GET, path, &With::Cookie(&cookie), None).await).await;
        assert_eq!(events["entries"][0]["detail"], "Combien de clients avons-nous à Paris ?");
        let status = page.ask(Method::GET, "/api/v1/status", &With::Cookie(&cookie), None).await;
        assert_eq!(
            (status.headers()["cache-control"].to_str().unwrap(), status.status()),
            ("no-store", StatusCode::OK)
        );

        let token = page.token(&cookie, &["audit.read"]).await;
        let narrow = page.ask(Method::GET, "/api/v1/status", &With::Token(&token), None).await;
        assert_eq!(narrow.status(), StatusCode::FORBIDDEN);
        assert_snapshot!(narrow.text().await.unwrap(), @r#"{"type":"about:blank","title":"Forbidden","status":403,"detail":"Cette opération exige la capacité users.manage, que votre rôle ou votre jeton n’a pas. Demandez à un administrateur."}"#);
        let out = page.ask(Method::DELETE, "/api/v1/session", &With::Cookie(&cookie), None).await;
        assert_eq!(out.status(), StatusCode::NO_CONTENT);
        let after = page.ask(Method::GET, "/api/v1/session", &With::Cookie(&cookie), None).await;
        assert_eq!(after.status(), StatusCode::UNAUTHORIZED);
        let by_token = page.ask(Method::GET, path, &With::Token(&token), None).await;
        assert_eq!(by_token.status(), StatusCode::OK, "a token outlives the session it was made in");
        let lines: Vec<String> = world
            .entries()
            .await
            .into_iter()
            .filter(|entry| entry.event.ip.is_some())
            .map(|entry| {
                let event = entry.event;
                let detail = event.detail.unwrap_or_default();
                let words = detail.split_whitespace().filter(|word| word.len() != 16 && !word.contains('Z'));
                let by = [event.actor, event.place].into_iter().flatten().collect::<Vec<_>>().join(" ");
                format!("{} {} {by} {}", event.action.word(), event.status.word(), words.collect::<Vec<_>>().join(" "))
            })
            .collect();
        assert_snapshot!(lines.join("\n"), @"
        login ok claire session
        audit.read ok claire action=question user=camille
        token.added ok claire token nightly: audit.read, until
        denied refused claire token nightly status needs users.manage
        signin.ended ok claire session
        audit.read ok claire token nightly action=question user=camille
        ");
    });
}

#[test]
fn pages_of_the_audit_miss_nothing() {
    run_test(async |world| {
        with_passwords(world).await;
        for _ in 0..7 {
            world.say(&camille(), "Combien de clients avons-nous ?").await;
        }
        let page = Page::of(world, None).await;
        let cookie = page.signed_in("claire").await;
        let (mut seen, mut from) = (Vec::new(), String::new());
        loop {
            let path = format!("/api/v1/audit/events?action=question&limit=3{from}");
            let found = value(page.ask(Method::GET, &path, &With::Cookie(&cookie), None).await).await;
            seen.extend(found["entries"].as_array().unwrap().iter().map(|entry| entry["seq"].as_i64().unwrap()));
            let Some(next) = found["next"].as_str() else { break };
            from = format!("&from={next}");
        }
        assert_eq!(seen.len(), 7);
        assert!(seen.windows(2).all(|pair| pair[0] > pair[1]), "{seen:?}");
    });
}

#[test]
fn a_steward_approves_what_they_have_read_and_closes_a_question() {
    run_test(async |world| {
        with_passwords(world).await;
        world.command(&camille(), "terme client fidèle = SELECT client_id FROM contracts").await;
        world.model_says("I cannot tell.");
        world.say(&camille(), "Les clients nous aiment-ils vraiment bien ?").await;
        let page = Page::of(world, None).await;
        let cookie = page.signed_in("sacha").await;
        let with = With::Cookie(&cookie);
        let all = value(page.ask(Method::GET, "/api/v1/verified", &with, None).await).await;
        let proposed: Vec<&Value> =
            all["verified"].as_array().unwrap().iter().filter(|one| one["state"] == "proposed").collect();
        assert_eq!((proposed.len(), &proposed[0]["id"]), (1, &json!("client-fidele")));
        let approve = async |version: Option<&str>, id: &str| {
            let url = format!("http://{}/api/v1/verified/crm/{id}/approve", page.address);
            let request = page.client.post(url).header("cookie", format!("__Host-pstral={cookie}"));
            let request = version.into_iter().fold(request, |request, version| request.header("if-match", version));
            request.send().await.unwrap()
        };
        for (version, id, expected) in [
            (None, "client-fidele", 428),
            (Some("\"2\""), "client-fidele", 412),
            (Some("\"1\""), "nothing", 404),
            (Some("\"1\""), "clients", 409),
            (Some("\"1\""), "client-fidele", 200),
            (Some("\"1\""), "client-fidele", 412),
        ] {
            assert_eq!(approve(version, id).await.status().as_u16(), expected, "{version:?} {id}");
        }
        let open = value(page.ask(Method::GET, "/api/v1/reviews", &with, None).await).await;
        assert_eq!(open["reviews"][0]["question"], "Les clients nous aiment-ils vraiment bien ?");
        for expected in [StatusCode::NO_CONTENT, StatusCode::NOT_FOUND] {
            let closed = page.ask(Method::DELETE, "/api/v1/reviews/1", &with, None).await;
            assert_eq!(closed.status(), expected);
        }
        let audited = world.audit_lines().await;
        assert!(audited.trim_end().ends_with("review.read ok sacha\nreview.closed ok sacha"), "{audited}");
    });
}

#[test]
fn a_program_checks_and_runs_a_statement_as_a_click_does() {
    run_test(async |world| {
        with_passwords(world).await;
        let page = Page::of(world, None).await;
        let cookie = page.signed_in("camille").await;
        let with = With::Cookie(&cookie);
        let check = async |statement: &str| {
            let body = json!({ "target": "crm", "statement": statement });
            value(page.ask(Method::POST, "/api/v1/sql/check", &with, Some(body)).await).await
        };
        let execute = async |proposal: &Value, cookie: &str| {
            let body = json!({ "proposal": proposal });
            page.ask(Method::POST, "/api/v1/sql/execute", &With::Cookie(cookie), Some(body)).await
        };
        let refused = check("DELETE FROM clients").await;
        assert_eq!((&refused["allowed"], refused["reason"].as_str().unwrap().is_empty()), (&json!(false), false));
        assert_eq!(
            execute(&refused["proposal"], &cookie).await.status(),
            StatusCode::CONFLICT,
            "refused stays refused"
        );
        let checked = check("SELECT id, company_name FROM clients ORDER BY id LIMIT 2;").await;
        assert_eq!((&checked["allowed"], &checked["needs_approval"]), (&json!(true), &json!(false)));
        let another = page.signed_in("sacha").await;
        assert_eq!(execute(&checked["proposal"], &another).await.status(), StatusCode::CONFLICT, "somebody else's");
        let rows = value(execute(&checked["proposal"], &cookie).await).await;
        assert_eq!(rows["columns"], json!(["id", "company_name"]));
        assert_eq!((rows["rows"].as_array().unwrap().len(), &rows["may_be_more"]), (2, &json!(true)));
        assert_eq!(execute(&checked["proposal"], &cookie).await.status(), StatusCode::CONFLICT, "it runs once");
        let line = |entry: &pstral_core::domain::AuditEntry| {
            let event = &entry.event;
            let place = event.place.clone().unwrap_or_default();
            format!("{} {} {place} rows={:?}", event.action.word(), event.status.word(), event.rows)
        };
        let entries = world.entries().await;
        let of_sql: Vec<String> = entries.iter().filter(|entry| entry.event.proposal.is_some()).map(line).collect();
        assert_snapshot!(of_sql.join("\n"), @"
        refusal refused session rows=None
        proposal ok session rows=None
        denied refused session rows=None
        execution ok session rows=None
        result ok session rows=Some(2)
        ");
        assert!(entries.iter().all(|entry| entry.event.proposal.is_none() || entry.event.ip.is_some()));
    });
}

/// Runs until it is stopped.
const SLOW: &str = "SELECT count(*) AS n FROM payments a JOIN payments b ON a.id < b.id JOIN payments c ON b.id < c.id";

#[test]
fn a_statement_ends_where_its_program_hangs_up_or_an_administrator_stops_it() {
    run_test(async |world| {
        with_passwords(world).await;
        let page = Page::of(world, None).await;
        let (camille, claire) = (page.signed_in("camille").await, page.signed_in("claire").await);
        let (with, admin) = (With::Cookie(&camille), With::Cookie(&claire));
        let checked = async || {
            let body = json!({ "target": "crm", "statement": SLOW });
            value(page.ask(Method::POST, "/api/v1/sql/check", &with, Some(body)).await).await["proposal"].clone()
        };
        let run = async |proposal: &Value| {
            let body = json!({ "proposal": proposal });
            page.ask(Method::POST, "/api/v1/sql/execute", &with, Some(body)).await
        };
        let (first, second, waiting) = (checked().await, checked().await, checked().await);
        let running = async |times: usize| world.until(|| world.target.ran().len() == times).await;
        let ended = async || {
            let lines = world.audit_lines().await;
            lines.matches("result stopped ").count()
        };
        tokio::select! {
            _ = run(&first) => panic!("it ended by itself"),
            () = running(1) => {}
        }
        while ended().await < 1 {
            tokio::task::yield_now().await;
        }
        let stopped_by_admin = async {
            running(2).await;
            let refused = run(&waiting).await;
            assert_eq!(refused.status(), StatusCode::CONFLICT);
            assert!(refused.text().await.unwrap().contains("Une autre de vos requêtes est en cours"));
            let queue = value(page.ask(Method::GET, "/api/v1/queue", &admin, None).await).await;
            let path = format!("/api/v1/queue/{}", queue["work"][0]["number"]);
            assert_eq!(page.ask(Method::DELETE, &path, &admin, None).await.status(), StatusCode::NO_CONTENT);
        };
        let (stopped, ()) = tokio::join!(run(&second), stopped_by_admin);
        let said = stopped.text().await.unwrap();
        assert!(said.contains("Arrêté par un administrateur"), "{said}");
        assert_eq!(ended().await, 2);
    });
}

#[test]
fn a_bug_is_answered_and_ends_its_execution() {
    run_test(async |world| {
        with_passwords(world).await;
        let page = Page::of(world, None).await;
        let cookie = page.signed_in("camille").await;
        let with = With::Cookie(&cookie);
        let body = json!({ "target": "crm", "statement": "SELECT id FROM clients" });
        let checked = value(page.ask(Method::POST, "/api/v1/sql/check", &with, Some(body)).await).await;
        world.target.panics.store(true, Ordering::Relaxed);
        let body = json!({ "proposal": checked["proposal"] });
        let answered = page.ask(Method::POST, "/api/v1/sql/execute", &with, Some(body)).await;
        assert_eq!(answered.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let problem = value(answered).await;
        assert!(problem["detail"].as_str().is_some_and(|detail| !detail.contains("a bug")), "{problem}");
        let last = world.entries().await.pop().unwrap().event;
        assert_eq!((last.action, last.status), (AuditAction::Result, AuditStatus::Failed));
        assert_eq!(last.error.as_deref(), Some("not shown: a panic; the log says where"));
    });
}

/// A program that hung up before its statement began has used nothing up.
#[test]
fn a_proposal_whose_program_hung_up_before_it_ran_can_still_be_run() {
    run_test(async |world| {
        let user = world.store.user_named("camille").await.unwrap().unwrap();
        let capabilities = Roles::default().of(&user.role);
        let on_behalf = OnBehalf { user, capabilities, through: "session".to_owned(), ip: "127.0.0.1".to_owned() };
        let programs = world.pipeline.programs();
        let statement = "SELECT id FROM clients ORDER BY id";
        let checked = programs.check_statement(&on_behalf, "crm", statement).await.unwrap();
        let hung_up = CancellationToken::new();
        hung_up.cancel();
        programs.execute_proposal(&on_behalf, &checked.proposal.id, &hung_up).await.unwrap_err();
        assert_eq!((world.target.ran().len(), world.audit_lines().await.matches("execution ").count()), (0, 0));
        let rows = programs.execute_proposal(&on_behalf, &checked.proposal.id, &CancellationToken::new()).await;
        assert!(!rows.unwrap().rows.is_empty());
    });
}

#[test]
fn somebody_reads_and_deletes_their_own_conversations_only() {
    run_test(async |world| {
        with_passwords(world).await;
        world.say(&camille(), "Combien de clients avons-nous à Paris ?").await;
        let page = Page::of(world, None).await;
        let (cookie, another) = (page.signed_in("camille").await, page.signed_in("claire").await);
        let with = With::Cookie(&cookie);
        let held = value(page.ask(Method::GET, "/api/v1/conversations", &with, None).await).await;
        let number = &held["conversations"][0]["number"];
        let path = format!("/api/v1/conversations/{number}");
        let whole = value(page.ask(Method::GET, &path, &with, None).await).await;
        assert_eq!(whole["turns"][0]["text"], "Combien de clients avons-nous à Paris ?");
        let pdf = page.ask(Method::GET, &format!("{path}?format=pdf"), &with, None).await;
        assert!(pdf.bytes().await.unwrap().starts_with(b"%PDF"));
        for method in [Method::GET, Method::DELETE] {
            let closed = page.ask(method, &path, &With::Cookie(&another), None).await;
            assert_eq!(closed.status(), StatusCode::NOT_FOUND);
            let missing = page.ask(Method::GET, "/api/v1/conversations/999", &With::Cookie(&another), None).await;
            let said = closed.text().await.unwrap();
            assert_eq!(said, missing.text().await.unwrap(), "nobody learns which conversations there are");
            assert!(!said.contains("/histor"), "no command of a chat: {said}");
        }
        assert_eq!(page.ask(Method::DELETE, &path, &with, None).await.status(), StatusCode::NO_CONTENT);
        let after = value(page.ask(Method::GET, "/api/v1/conversations", &with, None).await).await;
        assert_eq!(after["conversations"], json!([]));
    });
}

#[test]
fn an_administrator_looks_after_users() {
    run_test(async |world| {
        with_passwords(world).await;
        let page = Page::of(world, None).await;
        let cookie = page.signed_in("claire").await;
        let with = With::Cookie(&cookie);
        let new = json!({ "username": "Noa", "full_name": "Noa Petit", "role": "member", "locale": "en" });
        let added = page.ask(Method::POST, "/api/v1/users", &with, Some(new)).await;
        assert_eq!(added.status(), StatusCode::CREATED);
        let tag = added.headers()["etag"].to_str().unwrap().to_owned();
        let change = async |tag: &str, body: Value| {
            let url = format!("http://{}/api/v1/users/noa", page.address);
            let request = page.client.patch(url).header("cookie", format!("__Host-pstral={cookie}"));
            let request = request.header("if-match", tag).header("content-type", "application/json");
            request.body(body.to_string()).send().await.unwrap()
        };
        let edited = change(&tag, json!({ "email": "noa@example.org", "timezone": "Europe/Paris" })).await;
        assert_eq!(edited.status(), StatusCode::OK);
        assert_eq!(change(&tag, json!({ "role": "admin" })).await.status(), StatusCode::PRECONDITION_FAILED);
        let password = json!({ "password": PASSWORD });
        let set = page.ask(Method::PUT, "/api/v1/users/noa/password", &with, Some(password)).await;
        assert_eq!(set.status(), StatusCode::NO_CONTENT);
        let noa = page.signed_in("noa").await;
        let code = value(page.ask(Method::POST, "/api/v1/users/noa/link-code", &with, None).await).await;
        world.say(&stranger(), code["code"].as_str().unwrap()).await;
        let shown = value(page.ask(Method::GET, "/api/v1/users/noa", &with, None).await).await;
        let link = &shown["links"][0];
        let path = format!("/api/v1/users/noa/links/{}/{}", text_of(&link["platform"]), text_of(&link["id"]));
        assert_eq!(page.ask(Method::DELETE, &path, &with, None).await.status(), StatusCode::NO_CONTENT);
        let now = page.ask(Method::GET, "/api/v1/users/noa", &with, None).await.headers()["etag"].clone();
        let disabled = change(now.to_str().unwrap(), json!({ "disabled": true })).await;
        assert_eq!(disabled.status(), StatusCode::OK);
        let ended = page.ask(Method::GET, "/api/v1/session", &With::Cookie(&noa), None).await;
        assert_eq!(ended.status(), StatusCode::UNAUTHORIZED, "a disabled user's session ends");
        let last = value(page.ask(Method::GET, "/api/v1/users/claire", &with, None).await).await;
        assert_eq!(last["user"]["role"], "admin");
    });
}

/// Of several requests at once that have read the same, one is carried out.
#[test]
fn what_was_read_is_changed_once() {
    run_test(async |world| {
        with_passwords(world).await;
        let page = Page::of(world, None).await;
        let cookie = page.signed_in("claire").await;
        let with = With::Cookie(&cookie);
        let tag = async || {
            let shown = page.ask(Method::GET, "/api/v1/users/camille", &with, None).await;
            shown.headers()["etag"].to_str().unwrap().to_owned()
        };
        let send = |method: Method, path: &'static str, tag: String, body: Option<Value>| {
            let request = page.client.request(method, format!("http://{}/api/v1/users/camille{path}", page.address));
            let request = request.header("cookie", format!("__Host-pstral={cookie}")).header("if-match", tag);
            let request = match body {
                Some(body) => request.header("content-type", "application/json").body(body.to_string()),
                None => request,
            };
            async { request.send().await.unwrap().status().as_u16() }
        };
        let seen = tag().await;
        let edits = (0..8).map(|number| json!({ "full_name": format!("Camille {number}") }));
        let edits = edits.map(|edit| send(Method::PATCH, "", seen.clone(), Some(edit)));
        let mut answers = futures::future::join_all(edits).await;
        answers.sort_unstable();
        assert_eq!(answers, [200, 412, 412, 412, 412, 412, 412, 412]);
        let late = world.store.user_named("camille").await.unwrap().unwrap();

        let seen = tag().await;
        let erasures = (0..2).map(|_| send(Method::DELETE, "/data", seen.clone(), None));
        let mut answers = futures::future::join_all(erasures).await;
        answers.sort_unstable();
        assert!(matches!(answers[..], [200, 404 | 412]), "{answers:?}");
        let erased = world.store.user_named(&format!("erased-{}", late.id.0)).await.unwrap();
        assert!(erased.is_some_and(|user| user.disabled));
    });
}

/// An erasure cannot be undone, by whatever way somebody tries.
#[test]
fn whoever_was_erased_stays_so() {
    run_test(async |world| {
        with_passwords(world).await;
        let camille = world.store.user_named("camille").await.unwrap().unwrap();
        world.store.erase(&*world.store, &camille, &[], Timestamp::now(), None).await.unwrap().unwrap();
        let (page, name) = (Page::of(world, None).await, format!("erased-{}", camille.id.0));
        let cookie = page.signed_in("claire").await;
        let with = With::Cookie(&cookie);
        let shown = page.ask(Method::GET, &format!("/api/v1/users/{name}"), &with, None).await;
        let tag = shown.headers()["etag"].to_str().unwrap().to_owned();
        let change = |body: Value| {
            let request = page.client.patch(format!("http://{}/api/v1/users/{name}", page.address));
            let request = request.header("cookie", format!("__Host-pstral={cookie}")).header("if-match", &tag);
            request.header("content-type", "application/json").body(body.to_string())
        };
        for body in [json!({ "disabled": false }), json!({ "username": "camille" }), json!({ "full_name": "Camille" })]
        {
            assert_eq!(change(body.clone()).send().await.unwrap().status(), StatusCode::CONFLICT, "{body}");
        }
        for (method, path, body) in [
            (Method::PUT, "password", Some(json!({ "password": PASSWORD }))),
            (Method::POST, "link-code", None),
            (Method::POST, "links", Some(json!({ "code": "7KQ2-M9XA-3FDT" }))),
        ] {
            let refused = page.ask(method, &format!("/api/v1/users/{name}/{path}"), &with, body).await;
            assert_eq!(refused.status(), StatusCode::CONFLICT, "{path}");
            let said = text_of(&value(refused).await["detail"]).to_owned();
            assert!(said.contains("ont été effacées"), "{path}: {said}");
        }
        let stays = world.store.user_named(&name).await.unwrap().unwrap();
        assert!(stays.disabled && world.store.password(stays.id).await.unwrap().is_none());
    });
}

#[test]
fn the_data_of_a_person_is_handed_over_and_erased() {
    run_test(async |world| {
        with_passwords(world).await;
        world.say(&camille(), "Combien de clients avons-nous à Paris ?").await;
        let page = Page::of(world, None).await;
        let cookie = page.signed_in("claire").await;
        let with = With::Cookie(&cookie);
        let data = page.ask(Method::GET, "/api/v1/users/camille/data", &with, None).await;
        let data = value(data).await;
        assert_eq!((&data["user"]["username"], data["turns"].is_array()), (&json!("camille"), true), "{data}");
        let planned = value(page.ask(Method::GET, "/api/v1/users/camille/erasure", &with, None).await).await;
        assert!(planned["rows"]["conversations"].as_u64() >= Some(1), "{planned}");
        let erase = async |username: &str, tag: Option<&str>| {
            let url = format!("http://{}/api/v1/users/{username}/data", page.address);
            let request = page.client.delete(url).header("cookie", format!("__Host-pstral={cookie}"));
            tag.into_iter().fold(request, |request, tag| request.header("if-match", tag)).send().await.unwrap()
        };
        let tag = async |username: &str| {
            let shown = page.ask(Method::GET, &format!("/api/v1/users/{username}"), &with, None).await;
            shown.headers()["etag"].to_str().unwrap().to_owned()
        };
        assert_eq!(erase("camille", None).await.status(), StatusCode::PRECONDITION_REQUIRED);
        assert_eq!(erase("camille", Some("\"1\"")).await.status(), StatusCode::PRECONDITION_FAILED);
        let last = tag("claire").await;
        assert_eq!(erase("claire", Some(&last)).await.status(), StatusCode::CONFLICT, "the last who may do this");
        let seen = tag("camille").await;
        // What records it is the log that counts what could not be recorded.
        world.audit.refuse(&[AuditAction::UserErased, AuditAction::UserExported]);
        assert!(erase("camille", Some(&seen)).await.status().is_server_error());
        let refused = page.ask(Method::GET, "/api/v1/users/camille/data", &with, None).await;
        assert!(refused.status().is_server_error());
        assert!(world.store.user_named("camille").await.unwrap().is_some());
        world.audit.refuse(&[]);
        assert_eq!(erase("camille", Some(&seen)).await.status(), StatusCode::OK);
        assert!(world.store.user_named("camille").await.unwrap().is_none());
        let by: Vec<String> = world.entries().await.into_iter().filter_map(|entry| entry.event.detail).collect();
        assert!(by.iter().any(|detail| detail.ends_with(" erase")), "{by:?}");
    });
}

#[test]
fn a_steward_proposes_a_term_and_edits_what_they_have_read() {
    run_test(async |world| {
        with_passwords(world).await;
        let page = Page::of(world, None).await;
        let cookie = page.signed_in("sacha").await;
        let with = With::Cookie(&cookie);
        let term = json!({ "target": "crm", "name": "client fidèle", "definition": "SELECT id FROM clients" });
        let proposed = page.ask(Method::POST, "/api/v1/terms", &with, Some(term.clone())).await;
        assert_eq!(proposed.status(), StatusCode::CREATED);
        let again = page.ask(Method::POST, "/api/v1/terms", &with, Some(term)).await;
        assert_eq!(again.status(), StatusCode::CONFLICT, "it is there already");
        for (name, definition) in [
            ("churn", "SELECT secret FROM nowhere"),
            ("churn", " "),
            ("=", "SELECT 1"),
            ("churn", &*"long ".repeat(100)),
        ] {
            let term = json!({ "target": "crm", "name": name, "definition": definition });
            let invalid = page.ask(Method::POST, "/api/v1/terms", &with, Some(term)).await;
            let (status, said) = (invalid.status(), invalid.text().await.unwrap());
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{name} {said}");
            assert!(!said.contains("/terme"), "no command of a chat: {said}");
        }
        let edit = async |version: &str, body: Value| {
            let url = format!("http://{}/api/v1/verified/crm/client-fidele", page.address);
            let request = page.client.patch(url).header("cookie", format!("__Host-pstral={cookie}"));
            let request = request.header("if-match", version).header("content-type", "application/json");
            request.body(body.to_string()).send().await.unwrap()
        };
        let edited = edit("\"1\"", json!({ "note": "Contrat en cours", "also": ["bon client"] })).await;
        let (status, edited) = (edited.status(), value(edited).await);
        assert_eq!((status, &edited["note"]), (StatusCode::OK, &json!("Contrat en cours")), "{edited}");
        assert_eq!(edited["statement"].as_str().map(str::is_empty), Some(false), "the rest stays");
        assert_eq!(edit("\"1\"", json!({ "note": "x" })).await.status(), StatusCode::PRECONDITION_FAILED);
        let broken = edit(&format!("\"{}\"", edited["version"]), json!({ "statement": "DROP TABLE clients" })).await;
        assert_eq!(broken.status(), StatusCode::CONFLICT);
    });
}

#[test]
fn an_administrator_stops_what_is_under_way() {
    run_test(async |world| {
        with_passwords(world).await;
        let page = Page::of(world, None).await;
        let cookie = page.signed_in("claire").await;
        let with = With::Cookie(&cookie);
        world.model.script(Script::silent().hangs());
        let (camille, stopped) = (camille(), async {
            while world.model.requests().is_empty() {
                tokio::task::yield_now().await;
            }
            let queue = value(page.ask(Method::GET, "/api/v1/queue", &with, None).await).await;
            assert_eq!(queue["work"][0]["username"], "camille");
            let path = format!("/api/v1/queue/{}", queue["work"][0]["number"]);
            page.ask(Method::DELETE, &path, &with, None).await.status()
        });
        let (status, ()) =
            tokio::join!(stopped, world.say(&camille, "Les sociétés lyonnaises, peu importe lesquelles"));
        assert_eq!(status, StatusCode::NO_CONTENT);
        assert!(world.newest().contains("Arrêté par un administrateur"), "{}", world.newest());
    });
}

#[test]
fn the_audit_leaves_as_a_file_and_is_verified_as_a_job() {
    run_test(async |world| {
        with_passwords(world).await;
        world.say(&camille(), "Combien de clients avons-nous à Paris ?").await;
        let page = Page::of(world, None).await;
        let cookie = page.signed_in("claire").await;
        let with = With::Cookie(&cookie);
        let file = page.ask(Method::GET, "/api/v1/audit/events?format=jsonl&action=question", &with, None).await;
        assert_eq!(file.headers()["content-type"], "application/x-ndjson");
        let lines = file.text().await.unwrap();
        let question: Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
        assert_eq!((lines.lines().count(), &question["action"]), (1, &json!("question")));
        let csv = page.ask(Method::GET, "/api/v1/audit/events?format=csv", &with, None).await.text().await.unwrap();
        assert!(csv.starts_with("instance,seq,at,action"), "{csv}");
        let verified = async || {
            let started = page.ask(Method::POST, "/api/v1/audit/verification", &with, None).await;
            assert_eq!(started.status(), StatusCode::ACCEPTED);
            loop {
                let view = value(page.ask(Method::GET, "/api/v1/audit/verification", &with, None).await).await;
                if view["state"] != "running" {
                    return view;
                }
                tokio::task::yield_now().await;
            }
        };
        let found = verified().await;
        assert_eq!((&found["state"], found["heads"].as_array().unwrap().len()), (&json!("unsigned"), 1), "{found}");

        // Heads that cannot be read say nothing about the audit.
        let heads = world.folder.path().join("audit.key.heads");
        std::fs::write(&heads, "").unwrap();
        let found = verified().await;
        assert_eq!(found["state"], "failed");
        let sentence = found["sentence"].as_str().unwrap();
        assert!(sentence.starts_with("Le journal n’a pas pu être vérifié"), "{sentence}");
        std::fs::remove_file(heads).unwrap();
        // An entry that cannot be read does.
        let state = Connection::open(world.folder.path().join("state.db")).unwrap();
        let set = |action| format!("UPDATE audit_events SET action = '{action}' WHERE seq = 1");
        let before: String =
            state.query_row("SELECT action FROM audit_events WHERE seq = 1", [], |row| row.get(0)).unwrap();
        state.execute_batch(&format!("DROP TRIGGER audit_events_are_not_changed; {}", set("party"))).unwrap();
        assert_eq!(verified().await["state"], "broken");
        state.execute_batch(&set(&before)).unwrap();
    });
}

#[test]
fn who_may_read_what_is_told_by_table_and_explained() {
    run_test(async |world| {
        with_passwords(world).await;
        world.say(&camille(), "Combien de clients avons-nous à Paris ?").await;
        let page = Page::of(world, None).await;
        let cookie = page.signed_in("claire").await;
        let with = With::Cookie(&cookie);
        let catalog = value(page.ask(Method::GET, "/api/v1/targets/crm/catalog", &with, None).await).await;
        let clients = catalog["tables"].as_array().unwrap().iter().find(|table| table["name"] == "clients").unwrap();
        assert_snapshot!(clients["access"], @r#"[{"closed":[],"reads":true,"role":"admin"},{"closed":[],"reads":true,"role":"member"},{"closed":[],"reads":true,"role":"steward"}]"#);
        let path = "/api/v1/policy/explain?user=camille&target=crm&table=clients.email";
        let explained = value(page.ask(Method::GET, path, &with, None).await).await;
        assert_snapshot!(explained["lines"].as_array().unwrap().iter().map(text_of).collect::<Vec<_>>().join("\n"), @"
        Demander : oui · le rôle le permet (roles.member.capabilities ask)
        Exécuter : oui · le rôle le permet (roles.member.capabilities execute)
        Lire : oui · aucune règle ne l’interdit
        Résultat : là où la question est posée · une seule personne y lit
        ");
        let both = page.ask(Method::GET, "/api/v1/policy/explain?target=crm", &with, None).await;
        assert_eq!(both.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let row =
            |expect: &str| json!({ "user": "camille", "target": "crm", "table": "clients.email", "expect": expect });
        let table = json!({ "rows": [row("here"), row("no")] });
        let tested = value(page.ask(Method::POST, "/api/v1/policy/test", &with, Some(table)).await).await;
        assert_snapshot!(tested, @r#"{"met":false,"rows":[{"expected":"here","found":"here · alone","met":true},{"expected":"no","found":"here · alone","met":false}]}"#);
        // As in the table of docs/roles.md, an empty cell is one that is left out.
        let empty = json!({ "role": "member", "user": "", "place": " ", "target": "crm", "table": "", "do": "", "expect": "here", "because": "", "note": "" });
        let table = json!({ "rows": [empty] });
        let tested = value(page.ask(Method::POST, "/api/v1/policy/test", &with, Some(table)).await).await;
        assert_snapshot!(tested, @r#"{"met":true,"rows":[{"expected":"here","found":"here · alone","met":true}]}"#);
        let table = json!({ "rows": [row("perhaps")] });
        let refused = page.ask(Method::POST, "/api/v1/policy/test", &with, Some(table)).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    });
}

/// A schema that changed is read again, and the verified queries that it breaks are named.
#[test]
fn reading_a_schema_again_names_the_verified_queries_that_no_longer_run() {
    let folder = tempfile::tempdir().unwrap();
    let database = copy_of_the_company(folder.path());
    let setup = Setup { database: database.clone(), ..Setup::default() };
    run_test_with(setup, async |world| {
        with_passwords(world).await;
        let page = Page::of(world, None).await;
        let cookie = page.signed_in("claire").await;
        let path = "/api/v1/targets/crm/catalog";
        let read = value(page.ask(Method::POST, path, &With::Cookie(&cookie), None).await).await;
        assert_snapshot!(read, @r#"{"changed":true,"faulty":[],"running":410,"tables":7}"#);
        let company = rusqlite::Connection::open(&database).unwrap();
        company.execute_batch("ALTER TABLE clients RENAME COLUMN city TO town").unwrap();
        let read = value(page.ask(Method::POST, path, &With::Cookie(&cookie), None).await).await;
        assert!(
            read["changed"] == true && read["faulty"].as_array().is_some_and(|faulty| !faulty.is_empty()),
            "{read}"
        );
        let newest = world.store.tail(&AuditFilter::default(), 1).await.unwrap();
        assert_eq!(
            (newest[0].event.action, newest[0].event.target.as_deref()),
            (AuditAction::CatalogRead, Some("crm"))
        );
        let kept = world.store.kept_catalog("crm").await.unwrap();
        company.execute_batch("ALTER TABLE clients RENAME COLUMN town TO place").unwrap();
        world.audit.refuse(&[AuditAction::CatalogRead]);
        let refused = page.ask(Method::POST, path, &With::Cookie(&cookie), None).await;
        assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(world.store.kept_catalog("crm").await.unwrap(), kept, "what is not recorded is not done");
    });
}

/// A schema is read to its end, and that is recorded, though nobody waits for it any more: not even when Pstral ends.
#[test]
fn reading_a_schema_goes_on_where_its_program_hangs_up() {
    run_test(async |world| {
        with_passwords(world).await;
        let end = CancellationToken::new();
        let (page, serving) = Page::until(world, None, end.clone()).await;
        let cookie = page.signed_in("claire").await;
        world.target.slow_catalog.store(true, Ordering::Relaxed);
        let mut caller = TcpStream::connect(page.address()).await.unwrap();
        let head = format!("Host: pstral\r\nCookie: __Host-pstral={cookie}\r\nSec-Fetch-Site: same-origin");
        let request = format!("POST /api/v1/targets/crm/catalog HTTP/1.1\r\n{head}\r\nContent-Length: 0\r\n\r\n");
        caller.write_all(request.as_bytes()).await.unwrap();
        let recorded = async || world.audit_lines().await.matches("catalog.read ok").count();
        while recorded().await < 1 {
            tokio::task::yield_now().await;
        }
        // The server has dropped the request once it closes its own half.
        caller.shutdown().await.unwrap();
        assert_eq!(caller.read_to_end(&mut Vec::new()).await.unwrap(), 0, "it was answered");
        end.cancel();
        world.target.slow_catalog.store(false, Ordering::Relaxed);
        serving.await.unwrap();
        assert_eq!(recorded().await, 2);
    });
}

fn text_of(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// Every route, with a body that it reads.
fn routes() -> Vec<(Method, &'static str, Option<Value>)> {
    let token = json!({ "name": "x", "capabilities": ["ask"], "days": 1 });
    vec![
        (Method::GET, "/api/v1/session", None),
        (Method::GET, "/api/v1/sign-ins", None),
        (Method::GET, "/api/v1/audit/events", None),
        (Method::GET, "/api/v1/audit/events/{instance}/{seq}", None),
        (Method::GET, "/api/v1/audit/heads", None),
        (Method::GET, "/api/v1/verified", None),
        (Method::POST, "/api/v1/verified/{target}/{id}/{decision}", None),
        (Method::GET, "/api/v1/reviews", None),
        (Method::DELETE, "/api/v1/reviews/{number}", None),
        (Method::POST, "/api/v1/reviews/{number}/keep", None),
        (Method::GET, "/api/v1/status", None),
        (Method::GET, "/api/v1/activity", None),
        (Method::GET, "/api/v1/config", None),
        (Method::POST, "/api/v1/audit/verification", None),
        (Method::GET, "/api/v1/audit/verification", None),
        (Method::GET, "/api/v1/approvals", None),
        (Method::POST, "/api/v1/approvals/{id}", None),
        (Method::GET, "/api/v1/users", None),
        (Method::POST, "/api/v1/users", Some(json!({ "username": "camille" }))),
        (Method::GET, "/api/v1/users/{username}", None),
        (Method::PATCH, "/api/v1/users/{username}", Some(json!({ "email": "x@example.org" }))),
        (Method::POST, "/api/v1/users/{username}/link-code", None),
        (Method::POST, "/api/v1/users/{username}/links", Some(json!({ "code": "0000-0000-0000" }))),
        (Method::DELETE, "/api/v1/users/{username}/links/{platform}/{id}", None),
        (Method::PUT, "/api/v1/users/{username}/password", Some(json!({ "password": "short" }))),
        (Method::GET, "/api/v1/users/{username}/data", None),
        (Method::DELETE, "/api/v1/users/{username}/data", None),
        (Method::GET, "/api/v1/users/{username}/erasure", None),
        (Method::PATCH, "/api/v1/verified/{target}/{id}", Some(json!({ "note": "x" }))),
        (Method::POST, "/api/v1/terms", Some(json!({ "target": "nothing", "name": "x", "definition": "y" }))),
        (Method::GET, "/api/v1/targets", None),
        (Method::GET, "/api/v1/targets/{target}/catalog", None),
        (Method::POST, "/api/v1/targets/{target}/catalog", None),
        (Method::GET, "/api/v1/policy/explain?role=member&target=crm", None),
        (Method::POST, "/api/v1/policy/test", Some(json!({ "rows": [] }))),
        (Method::GET, "/api/v1/queue", None),
        (Method::DELETE, "/api/v1/queue/{number}", None),
        (Method::POST, "/api/v1/sql/check", Some(json!({ "target": "nothing", "statement": "SELECT 1" }))),
        (Method::POST, "/api/v1/sql/execute", Some(json!({ "proposal": "0" }))),
        (Method::GET, "/api/v1/conversations", None),
        (Method::GET, "/api/v1/conversations/{number}", None),
        (Method::DELETE, "/api/v1/conversations/{number}", None),
        (Method::PUT, "/api/v1/session/password", Some(json!({ "current": "wrong but long", "new": "x" }))),
        (Method::GET, "/api/v1/oidc/start", None),
        (Method::GET, "/api/v1/oidc/callback", None),
        (Method::POST, "/api/v1/tokens", Some(token)),
        (Method::DELETE, "/api/v1/sign-ins/{id}", None),
        (Method::DELETE, "/api/v1/session", None),
    ]
}

/// An address in which every part is named: of somebody else, or of nobody.
fn filled(path: &str) -> String {
    let path = path.replace("{id}", &"0".repeat(16)).replace("{target}", "crm").replace("{number}", "9");
    let path = path.replace("{decision}", "approve").replace("{username}", "alex");
    path.replace("{platform}", "discord").replace("{instance}", "test").replace("{seq}", "1")
}

/// What a request of each kind of caller is answered with: by route, then by caller.
#[expect(clippy::too_many_lines, reason = "a table of the routes")]
#[test]
fn every_route_answers_each_kind_of_caller_as_it_should() {
    const CALLERS: [&str; 9] =
        ["nobody", "member", "steward", "admin", "disabled", "other-role", "expired", "narrow", "garbage"];
    run_test(async |world| {
        with_passwords(world).await;
        let page = Page::of(world, None).await;
        let hash = passwords::hash(Password::new(PASSWORD).unwrap()).await.unwrap();
        for (name, role) in [("out", Role::admin()), ("changed", Role::admin())] {
            let user = NewUser {
                username: name.to_owned(),
                full_name: name.to_owned(),
                email: String::new(),
                role,
                locale: Locale::En,
            };
            let user = world.store.add_user(&user, Timestamp::UNIX_EPOCH).await.unwrap();
            world.store.set_password(user.id, Some(&hash)).await.unwrap();
        }
        let expired = page.signed_in("claire").await;
        world.clock.advance(Duration::from_hours(13));
        let mut secrets = vec![String::new()];
        for username in ["camille", "sacha", "claire", "out", "changed"] {
            secrets.push(page.signed_in(username).await);
        }
        for (username, change) in [
            ("out", UserChange::disabled(true)),
            ("changed", UserChange { role: Some(Role::member()), ..UserChange::default() }),
        ] {
            let user = world.store.user_named(username).await.unwrap().unwrap();
            world.store.change_user(&user, &change, &[]).await.unwrap();
        }
        secrets.push(expired);
        secrets.push(page.token(&secrets[3], &["ask"]).await);
        secrets.push("f".repeat(64));

        let routes = routes();
        let mut table = format!("{:<28} {}\n", "", CALLERS.join(" "));
        for (method, path, body) in &routes {
            let mut line = format!("{:<28}", format!("{method} {path}"));
            for (caller, secret) in CALLERS.iter().zip(&secrets) {
                let with = match *caller {
                    "nobody" => With::Nothing,
                    "narrow" => With::Token(secret),
                    _ => With::Cookie(secret),
                };
                // Somebody else's: nobody ends it.
                let status = page.ask(method.clone(), &filled(path), &with, body.clone()).await.status();
                write!(line, " {:<width$}", status.as_u16(), width = caller.len()).unwrap();
            }
            writeln!(table, "{}", line.trim_end()).unwrap();
        }
        assert_snapshot!(table, @"
                                     nobody member steward admin disabled other-role expired narrow garbage
        GET /api/v1/session          401    200    200     200   401      401        401     200    401
        GET /api/v1/sign-ins         401    200    200     200   401      401        401     403    401
        GET /api/v1/audit/events     401    403    403     200   401      401        401     403    401
        GET /api/v1/audit/events/{instance}/{seq} 401    403    403     200   401      401        401     403    401
        GET /api/v1/audit/heads      401    403    403     200   401      401        401     403    401
        GET /api/v1/verified         401    403    200     200   401      401        401     403    401
        POST /api/v1/verified/{target}/{id}/{decision} 401    403    428     428   401      401        401     403    401
        GET /api/v1/reviews          401    403    200     200   401      401        401     403    401
        DELETE /api/v1/reviews/{number} 401    403    404     404   401      401        401     403    401
        POST /api/v1/reviews/{number}/keep 401    403    404     404   401      401        401     403    401
        GET /api/v1/status           401    403    403     200   401      401        401     403    401
        GET /api/v1/activity         401    403    403     200   401      401        401     403    401
        GET /api/v1/config           401    403    403     200   401      401        401     403    401
        POST /api/v1/audit/verification 401    403    403     202   401      401        401     403    401
        GET /api/v1/audit/verification 401    403    403     200   401      401        401     403    401
        GET /api/v1/approvals        401    403    200     200   401      401        401     403    401
        POST /api/v1/approvals/{id}  401    403    404     404   401      401        401     403    401
        GET /api/v1/users            401    403    403     200   401      401        401     403    401
        POST /api/v1/users           401    403    403     409   401      401        401     403    401
        GET /api/v1/users/{username} 401    403    403     200   401      401        401     403    401
        PATCH /api/v1/users/{username} 401    403    403     428   401      401        401     403    401
        POST /api/v1/users/{username}/link-code 401    403    403     201   401      401        401     403    401
        POST /api/v1/users/{username}/links 401    403    403     422   401      401        401     403    401
        DELETE /api/v1/users/{username}/links/{platform}/{id} 401    403    403     404   401      401        401     403    401
        PUT /api/v1/users/{username}/password 401    403    403     422   401      401        401     403    401
        GET /api/v1/users/{username}/data 401    403    403     200   401      401        401     403    401
        DELETE /api/v1/users/{username}/data 401    403    403     428   401      401        401     403    401
        GET /api/v1/users/{username}/erasure 401    403    403     200   401      401        401     403    401
        PATCH /api/v1/verified/{target}/{id} 401    403    428     428   401      401        401     403    401
        POST /api/v1/terms           401    404    404     404   401      401        401     404    401
        GET /api/v1/targets          401    403    403     200   401      401        401     403    401
        GET /api/v1/targets/{target}/catalog 401    403    403     200   401      401        401     403    401
        POST /api/v1/targets/{target}/catalog 401    403    403     200   401      401        401     403    401
        GET /api/v1/policy/explain?role=member&target=crm 401    403    403     200   401      401        401     403    401
        POST /api/v1/policy/test     401    403    403     200   401      401        401     403    401
        GET /api/v1/queue            401    403    403     200   401      401        401     403    401
        DELETE /api/v1/queue/{number} 401    403    403     404   401      401        401     403    401
        POST /api/v1/sql/check       401    404    404     404   401      401        401     404    401
        POST /api/v1/sql/execute     401    409    409     409   401      401        401     403    401
        GET /api/v1/conversations    401    200    200     200   401      401        401     200    401
        GET /api/v1/conversations/{number} 401    404    404     404   401      401        401     404    401
        DELETE /api/v1/conversations/{number} 401    404    404     404   401      401        401     404    401
        PUT /api/v1/session/password 401    403    403     403   401      401        401     403    401
        GET /api/v1/oidc/start       404    404    404     404   404      404        404     404    404
        GET /api/v1/oidc/callback    404    404    404     404   404      404        404     404    404
        POST /api/v1/tokens          401    201    201     201   401      401        401     403    401
        DELETE /api/v1/sign-ins/{id} 401    404    404     404   401      401        401     403    401
        DELETE /api/v1/session       401    204    204     204   401      401        401     204    401
        ");
        // A route without a row here fails.
        let described = serde_json::to_value(openapi()).unwrap();
        for (path, operations) in described["paths"].as_object().unwrap() {
            for method in operations.as_object().unwrap().keys().filter(|key| key.as_str() != "parameters") {
                let is_it = |of: &Method, row: &str| {
                    of.as_str().eq_ignore_ascii_case(method) && row.split('?').next() == Some(path)
                };
                let has_row = routes.iter().any(|(of, row, _)| is_it(of, row));
                let is_sign_in = (method.as_str(), path.as_str()) == ("post", "/api/v1/session");
                assert!(has_row || is_sign_in, "{method} {path} has no row");
            }
        }
    });
}

/// What the description says that a route requires is what it requires.
#[test]
fn every_route_requires_the_capability_of_its_description_and_no_other() {
    run_test(async |world| {
        with_passwords(world).await;
        let page = Page::of(world, None).await;
        let cookie = page.signed_in("claire").await;
        let token = async |name: &str, capabilities: &[&str]| {
            let body = json!({ "name": name, "capabilities": capabilities, "days": 30 });
            let made = page.ask(Method::POST, "/api/v1/tokens", &With::Cookie(&cookie), Some(body)).await;
            value(made).await["token"].as_str().unwrap().to_owned()
        };
        let mut tokens = Vec::new();
        for capability in Capability::ALL.iter().map(|one| one.word()) {
            let others: Vec<&str> =
                Capability::ALL.iter().map(|one| one.word()).filter(|one| *one != capability).collect();
            let alone = token(&format!("only {capability}"), &[capability]).await;
            tokens.push((capability, alone, token(&format!("not {capability}"), &others).await));
        }
        let described = serde_json::to_value(openapi()).unwrap();
        let mut requiring = 0;
        for (method, path, body) in routes() {
            let address = path.split('?').next().unwrap();
            let operation = &described["paths"][address][method.as_str().to_lowercase()];
            let Some(needed) = operation["security"][0]["session"][0].as_str() else { continue };
            requiring += 1;
            let (_, alone, others) = tokens.iter().find(|(capability, ..)| *capability == needed).unwrap();
            let status = async |token: &str| {
                page.ask(method.clone(), &filled(path), &With::Token(token), body.clone()).await.status()
            };
            assert_eq!(status(others).await, StatusCode::FORBIDDEN, "{method} {path} without {needed}");
            assert_ne!(status(alone).await, StatusCode::FORBIDDEN, "{method} {path} with {needed} alone");
        }
        assert_eq!(requiring, routes().len() - 8, "the rest needs no capability");
    });
}

/// Also where nobody had to be known for the answer.
#[test]
fn somebody_signed_in_is_always_spoken_to_in_their_language() {
    run_test(async |world| {
        with_passwords(world).await;
        let page = Page::of(world, None).await;
        for username in ["alex", "camille"] {
            let cookie = page.signed_in(username).await;
            for (method, path) in [
                (Method::PUT, "/api/v1/session"),
                (Method::DELETE, "/api/v1/session"),
                (Method::GET, "/api/v1/oidc/start"),
            ] {
                let request = page.client.request(method.clone(), format!("http://{}{path}", page.address));
                let request = request.header("cookie", format!("__Host-pstral={cookie}"));
                let said = request.header("sec-fetch-site", "cross-site").header("accept-language", "de");
                let said = said.send().await.unwrap().text().await.unwrap();
                let is_english =
                    ["does not support", "comes from", "is not set up"].iter().any(|one| said.contains(one));
                assert_eq!(is_english, username == "alex", "{method} {path}: {said}");
            }
        }
    });
}

/// What people hold of others is read by somebody, and the audit says by whom.
#[test]
fn looking_at_users_and_the_queue_is_recorded_first() {
    run_test(async |world| {
        with_passwords(world).await;
        let page = Page::of(world, None).await;
        let cookie = page.signed_in("claire").await;
        let with = With::Cookie(&cookie);
        let camille = world.store.user_named("camille").await.unwrap().unwrap().id.0;
        let paths = ["/api/v1/users", "/api/v1/users/camille", "/api/v1/users/camille/erasure", "/api/v1/queue"];
        for path in paths {
            assert_eq!(page.ask(Method::GET, path, &with, None).await.status(), StatusCode::OK, "{path}");
        }
        let read = |entry: &pstral_core::domain::AuditEntry| entry.event.action == AuditAction::UserRead;
        let details: Vec<String> =
            world.entries().await.into_iter().filter(read).filter_map(|entry| entry.event.detail).collect();
        let camille = format!("user={camille}");
        assert_eq!(details, ["users", &camille, &format!("{camille} erasure"), "queue"]);
        world.audit.refuse(&[AuditAction::UserRead]);
        for path in paths {
            let refused = page.ask(Method::GET, path, &with, None).await;
            assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE, "{path}");
        }
    });
}

/// Nothing is done that must be recorded, but why is told, and nobody is kept signed in.
#[test]
fn a_changed_audit_is_told_and_keeps_nobody_signed_in() {
    run_test(async |world| {
        with_passwords(world).await;
        let page = Page::of(world, None).await;
        let cookie = page.signed_in("claire").await;
        let with = With::Cookie(&cookie);
        let term = json!({ "target": "crm", "name": "churn", "definition": "SELECT id FROM clients" });
        let statement = json!({ "target": "crm", "statement": "SELECT id FROM clients" });
        world.audit.change();
        for (method, path, body) in [
            (Method::GET, "/api/v1/audit/events", None),
            (Method::GET, "/api/v1/users", None),
            (Method::POST, "/api/v1/users", Some(json!({ "username": "noa" }))),
            (Method::POST, "/api/v1/terms", Some(term)),
            (Method::POST, "/api/v1/sql/check", Some(statement)),
            (Method::POST, "/api/v1/users/camille/link-code", None),
        ] {
            let refused = page.ask(method, path, &with, body).await;
            assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE, "{path}");
            let said = refused.text().await.unwrap();
            assert!(
                said.contains("n’est plus tel que Pstral l’a signé") && said.contains("pstral audit verify"),
                "{said}"
            );
        }
        let activity = value(page.ask(Method::GET, "/api/v1/activity", &with, None).await).await;
        assert_eq!(activity["slowest"], Value::Null, "what cannot be recorded is not shown: {activity}");
        let out = page.ask(Method::DELETE, "/api/v1/session", &with, None).await;
        assert_eq!(out.status(), StatusCode::NO_CONTENT);
        let after = page.ask(Method::GET, "/api/v1/session", &with, None).await;
        assert_eq!(after.status(), StatusCode::UNAUTHORIZED);
        world.audit.restore();
    });
}

#[test]
fn guessing_is_slowed_down_where_it_comes_from() {
    run_test(async |world| {
        with_passwords(world).await;
        let page = Page::of(world, None).await;
        let guess = async |from: &str, username: &str, password: &str| {
            let body = json!({ "username": username, "password": password }).to_string();
            let request = page.client.post(format!("http://{}/api/v1/session", page.address));
            let request = request.header("content-type", "application/json").header("x-forwarded-for", from);
            request.header("accept-language", "fr-FR,fr;q=0.9").body(body).send().await.unwrap()
        };
        for _ in 0..5 {
            assert_eq!(guess("192.0.2.1", "claire", "wrong but long enough").await.status(), StatusCode::UNAUTHORIZED);
        }
        let locked = guess("192.0.2.1", "claire", PASSWORD).await;
        assert_eq!(locked.status(), StatusCode::TOO_MANY_REQUESTS);
        assert!(locked.headers().contains_key("retry-after"));
        assert_snapshot!(locked.text().await.unwrap(), @r#"{"type":"about:blank","title":"Too Many Requests","status":429,"detail":"Trop de tentatives infructueuses. Réessayez dans 15 minutes."}"#);
        assert_eq!(guess("192.0.2.2", "claire", PASSWORD).await.status(), StatusCode::OK, "claire is not locked out");
        let failed = world.entries().await;
        let failed = failed.iter().filter(|entry| entry.event.ip.as_deref() == Some("192.0.2.1"));
        assert!(failed.clone().count() == 5 && failed.clone().all(|entry| entry.event.user.is_some()));
    });
}

#[test]
fn bad_requests_get_a_clear_sentence() {
    run_test(async |world| {
        with_passwords(world).await;
        let page = Page::of(world, None).await;
        let cookie = page.signed_in("claire").await;
        let with = With::Cookie(&cookie);
        let mut said = String::new();
        for (method, path, body) in [
            (Method::POST, "/api/v1/session", Some(json!({ "username": "claire" }))),
            (Method::GET, "/api/v1/audit/events?action=nothing", None),
            (Method::GET, "/api/v1/audit/events?since=yesterday", None),
            (Method::GET, "/api/v1/audit/events?user=nobody", None),
            (Method::GET, "/api/v1/audit/events?nothing=1", None),
            (Method::GET, "/api/v1/audit/events?from=1", None),
            (Method::GET, "/api/v1/audit/events?limit=0", None),
            (Method::POST, "/api/v1/tokens", Some(json!({ "name": " ", "capabilities": ["ask"], "days": 1 }))),
            (Method::POST, "/api/v1/tokens", Some(json!({ "name": "x", "capabilities": ["fly"], "days": 1 }))),
            (Method::POST, "/api/v1/tokens", Some(json!({ "name": "x", "capabilities": ["ask"], "days": 0 }))),
            (Method::POST, "/api/v1/tokens", Some(json!({ "name": "x", "capabilities": ["ask"], "days": -1 }))),
            (Method::POST, "/api/v1/tokens", Some(json!({ "name": "a\u{202e}b", "capabilities": ["ask"], "days": 1 }))),
            (Method::POST, "/api/v1/tokens", Some(json!({ "name": "a\u{200b}b", "capabilities": ["ask"], "days": 1 }))),
            (Method::POST, "/api/v1/tokens", Some(json!({ "name": "\u{feff}b", "capabilities": ["ask"], "days": 1 }))),
            (Method::POST, "/api/v1/tokens", Some(json!({ "name": "a\u{2028}b", "capabilities": ["ask"], "days": 1 }))),
            (Method::POST, "/api/v1/sql/check", Some(json!({ "target": "crm", "statement": " \n" }))),
            (Method::DELETE, "/api/v1/sign-ins/nothing", None),
            (
                Method::POST,
                "/api/v1/policy/test",
                Some(json!({ "rows": [{ "target": "crm", "role": 1, "expect": "no" }] })),
            ),
            (
                Method::POST,
                "/api/v1/policy/test",
                Some(json!({ "rows": [
                    { "target": "crm", "role": "member", "expect": "no" },
                    { "target": "crm", "role": "member", "expect": "perhaps" },
                ] })),
            ),
            (Method::POST, "/api/v1/users", Some(json!({ "username": "erased-1" }))),
            (Method::POST, "/api/v1/users", Some(json!({ "username": "ｃlaire" }))),
            (Method::POST, "/api/v1/users", Some(json!({ "username": "claire" }))),
            (Method::GET, "/api/v1/users/nobody", None),
            (Method::GET, "/api/v1/policy/explain?user=nobody&target=crm", None),
            (Method::DELETE, "/api/v1/users/claire/links/discord/1", None),
            (Method::PUT, "/api/v1/session", None),
            (Method::GET, "/nothing", None),
        ] {
            let response = page.ask(method, path, &with, body).await;
            let status = response.status().as_u16();
            assert_eq!(response.headers()["content-type"], "application/problem+json", "{path}");
            let detail = value(response).await["detail"].as_str().unwrap().to_owned();
            writeln!(said, "{status} {}", detail.chars().take(150).collect::<String>().trim_end()).unwrap();
        }
        assert_snapshot!(said, @"
        422 « password » manque. Ajoutez-le, puis renvoyez la demande.
        422 action n’est pas valable ici. Valeurs admises : question, answer, proposal, refusal, agreed, execution, result, chart, result.page, denied, user.added
        422 since n’est pas valable ici. Valeurs admises : 2026-11-21, 7d, 2h.
        422 Il n’y a pas d’utilisateur nobody. Cherchez son nom dans la liste des utilisateurs.
        400 « nothing » n’est pas connu ici. Valeurs admises : user, platform, action, status, target, relation, text, since, until, towards, from, limit, format.
        422 from n’est pas valable ici. Valeurs admises : next.
        422 limit n’est pas valable ici. Valeurs admises : 1–500.
        422 Le nom d’un jeton compte de 1 à 80 caractères, sur une ligne, sans caractère invisible. Exemple : export nocturne
        422 capabilities n’est pas valable ici. Valeurs admises : ask, execute, audit.read, users.manage, verified.manage, documents.manage, costly.approve.
        422 days n’est pas valable ici. Valeurs admises : 1–366.
        422 « days » doit être un nombre entier positif ou nul. Corrigez, puis renvoyez la demande.
        422 Le nom d’un jeton compte de 1 à 80 caractères, sur une ligne, sans caractère invisible. Exemple : export nocturne
        422 Le nom d’un jeton compte de 1 à 80 caractères, sur une ligne, sans caractère invisible. Exemple : export nocturne
        422 Le nom d’un jeton compte de 1 à 80 caractères, sur une ligne, sans caractère invisible. Exemple : export nocturne
        422 Le nom d’un jeton compte de 1 à 80 caractères, sur une ligne, sans caractère invisible. Exemple : export nocturne
        422 statement n’est pas valable ici. Valeurs admises : 1–4000.
        404 Vous n’avez ni session ni jeton de ce nom. Voyez ceux que vous avez encore : il a peut-être déjà pris fin.
        422 « rows[0].role » doit être une chaîne de caractères. Corrigez, puis renvoyez la demande.
        422 Dans rows[1] : expect n’est pas valable ici. Valeurs admises : no, yes, here, private.
        422 Les noms d’utilisateur qui commencent par « erased- » sont réservés aux personnes dont les données ont été effacées. Choisissez-en un autre.
        422 Un nom d’utilisateur compte de 1 à 64 lettres, chiffres ou signes . _ - + @, sans espace ni forme particulière (pleine chasse, exposant), et commence
        409 Il y a déjà un utilisateur claire. Choisissez un autre nom d’utilisateur.
        404 Il n’y a pas d’utilisateur nobody. Cherchez son nom dans la liste des utilisateurs.
        422 Il n’y a pas d’utilisateur nobody. Cherchez son nom dans la liste des utilisateurs.
        404 claire n’a pas ce compte. Voyez ceux qui lui sont reliés.
        405 Cette route n’accepte pas cette méthode. docs/api.md donne la liste des routes.
        404 Il n’y a rien à cette adresse. docs/api.md donne la liste des routes.
        ");
        let other_site = page.client.delete(format!("http://{}/api/v1/session", page.address));
        let other_site = other_site.header("cookie", format!("__Host-pstral={cookie}"));
        let refused = other_site.header("sec-fetch-site", "cross-site").send().await.unwrap();
        assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    });
}

#[test]
fn a_changed_password_and_a_record_that_cannot_be_made_end_it() {
    run_test(async |world| {
        with_passwords(world).await;
        let page = Page::of(world, None).await;
        let cookie = page.signed_in("claire").await;
        world.audit.refuse(&[pstral_core::domain::AuditAction::AuditRead]);
        let unrecorded = page.ask(Method::GET, "/api/v1/audit/events", &With::Cookie(&cookie), None).await;
        assert_eq!(unrecorded.status(), StatusCode::SERVICE_UNAVAILABLE, "what cannot be recorded is not shown");
        let claire = world.store.user_named("claire").await.unwrap().unwrap();
        world.store.set_password(claire.id, None).await.unwrap();
        let after = page.ask(Method::GET, "/api/v1/session", &With::Cookie(&cookie), None).await;
        assert_eq!(after.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(page.sign_in("claire", PASSWORD).await.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(page.sign_in("nobody", PASSWORD).await.status(), StatusCode::UNAUTHORIZED);
    });
}

#[test]
fn a_new_certificate_is_used_once_its_files_change() {
    run_test(async |world| {
        let (cert, key) = (world.folder.path().join("admin.pem"), world.folder.path().join("admin.key"));
        let write = |name: &str| {
            let made = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
            std::fs::write(&cert, made.cert.pem()).unwrap();
            std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
            made.cert.der().clone()
        };
        let first = write("one.test");
        let page = Page::of(world, Some(Tls::read(cert.clone(), key.clone()).unwrap())).await;
        assert!(over_tls(page.address, "one.test", first).await.unwrap().contains("\"status\":401"));
        // Half of the files are no certificate: the one before goes on.
        std::fs::write(&key, "not a key").unwrap();
        let second = write("two.test");
        assert!(over_tls(page.address, "two.test", second).await.unwrap().contains("\"status\":401"));
    });
}

/// Asks over TLS, trusting one certificate alone.
async fn over_tls(
    address: SocketAddr,
    name: &'static str,
    trusted: rustls::pki_types::CertificateDer<'static>,
) -> std::io::Result<String> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(trusted).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = builder.with_root_certificates(roots).with_no_client_auth();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
    let stream = TcpStream::connect(address).await?;
    let mut stream = connector.connect(ServerName::try_from(name).unwrap(), stream).await?;
    stream.write_all(format!("GET /api/v1/session HTTP/1.1\r\nhost: {name}\r\n\r\n").as_bytes()).await?;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
