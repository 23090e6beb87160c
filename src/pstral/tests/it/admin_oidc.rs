//! Sign-in with the company's own accounts: with a real provider, and with one that lies.

mod double;
pub(crate) mod real;

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use insta::assert_snapshot;
use pstral::admin::{Admin, AdminSettings, Oidc};
use pstral::config::OidcConfig;
use pstral::http::serve_admin;
use pstral::passwords;
use pstral_core::domain::UserChange;
use pstral_core::people::Password;
use pstral_core::ports::{Clock as _, People as _};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode, Url};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::world::{World, run_test};
use double::{Double, Lie};

/// The endpoint of a world that knows a provider, and a browser that opens it.
struct Site {
    address: SocketAddr,
    browser: Client,
}

/// A sign-in that has begun: where the browser is sent, and what it keeps meanwhile.
struct Begun {
    url: Url,
    cookie: String,
}

impl Site {
    async fn of(world: &World, issuer: &str, claim: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let config = OidcConfig {
            issuer: issuer.to_owned(),
            client_id: "pstral".to_owned(),
            client_secret: Some("a secret of tests".into()),
            claim: claim.to_owned(),
            scopes: ["openid", "profile", "email"].map(str::to_owned).to_vec(),
        };
        let oidc = Oidc::new(&config, &format!("http://{address}")).unwrap();
        let admin = Admin::new(Arc::clone(&world.pipeline), Arc::clone(&world.store), AdminSettings::default());
        tokio::spawn(serve_admin(listener, Arc::new(admin.with_oidc(oidc)), None, CancellationToken::new()));
        Self { address, browser: Client::builder().redirect(Policy::none()).build().unwrap() }
    }

    /// The endpoint, known to the real provider; `None` where there is none.
    async fn with_real_provider(world: &World, claim: &str) -> Option<(Self, &'static str)> {
        let issuer = real::issuer()?;
        let site = Self::of(world, issuer, claim).await;
        let uri = site.url("/api/v1/oidc/callback");
        real::control(&site.browser, "allow", &format!("uri={uri}")).await;
        Some((site, issuer))
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    async fn get(&self, url: &str, cookie: &str) -> Response {
        self.browser.get(url).header("cookie", cookie).header("accept-language", "en").send().await.unwrap()
    }

    async fn start(&self) -> Response {
        self.get(&self.url("/api/v1/oidc/start"), "").await
    }

    async fn begin(&self) -> Begun {
        let started = self.start().await;
        assert_eq!(started.status(), StatusCode::SEE_OTHER);
        let url = Url::parse(started.headers()["location"].to_str().unwrap()).unwrap();
        let cookie = started.headers()["set-cookie"].to_str().unwrap();
        let (cookie, attributes) = cookie.split_once(';').unwrap();
        assert_eq!(attributes, " Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=600");
        assert!(cookie.starts_with("__Host-pstral-oidc="), "{cookie}");
        Begun { url, cookie: cookie.to_owned() }
    }

    /// Comes back from the real provider as that account: to the address that it sends the browser to.
    async fn sent_back(&self, begun: &Begun, account: &str) -> String {
        let session = real::control(&self.browser, "login", &format!("user={account}")).await;
        let sent = self.get(begun.url.as_str(), &session).await;
        assert_eq!(sent.status(), StatusCode::FOUND, "{account}");
        sent.headers()["location"].to_str().unwrap().to_owned()
    }

    /// The whole sign-in with the real provider.
    async fn sign_in(&self, account: &str) -> Response {
        let begun = self.begin().await;
        let back = self.sent_back(&begun, account).await;
        self.get(&back, &begun.cookie).await
    }

    async fn sign_in_by_password(&self) -> StatusCode {
        let body = format!(r#"{{"username":"claire","password":"{PASSWORD}"}}"#);
        let request = self.browser.post(self.url("/api/v1/session")).header("content-type", "application/json");
        request.body(body).send().await.unwrap().status()
    }
}

const PASSWORD: &str = "correct horse battery staple";

async fn with_password(world: &World) {
    let hash = passwords::hash(Password::new(PASSWORD).unwrap()).await.unwrap();
    let claire = world.store.user_named("claire").await.unwrap().unwrap();
    world.store.set_password(claire.id, Some(&hash)).await.unwrap();
}

fn cookies(response: &Response) -> Vec<&str> {
    response.headers().get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect()
}

async fn said(response: Response) -> String {
    let problem: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
    problem["detail"].as_str().unwrap().to_owned()
}

/// The sign-ins that the audit knows, without the names of sessions.
async fn logins(world: &World) -> String {
    let entries = world.entries().await;
    let logins = entries.iter().filter(|entry| entry.event.action.word() == "login").map(|entry| {
        let event = &entry.event;
        let detail = event.detail.clone().unwrap_or_default();
        let detail: Vec<&str> = detail.split(' ').filter(|word| word.len() != 16).collect();
        let user = event.user.map(|user| format!(" user {}", user.0)).unwrap_or_default();
        format!("{}{user}: {}", event.status.word(), detail.join(" "))
    });
    logins.collect::<Vec<_>>().join("\n")
}

#[test]
fn somebody_signs_in_with_a_company_account_once() {
    run_test(async |world| {
        let Some((site, issuer)) = Site::with_real_provider(world, "preferred_username").await else { return };
        let begun = site.begin().await;
        assert!(begun.url.as_str().starts_with(&format!("{issuer}/authorize/?")), "{}", begun.url);
        let asked = |name: &str| begun.url.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
        assert_eq!((asked("response_type"), asked("code_challenge_method")), ("code".to_owned(), "S256".to_owned()));
        assert_eq!(asked("scope"), "openid profile email");
        let secret = begun.cookie.rsplit('.').next().unwrap();
        assert!(!begun.url.as_str().contains(secret), "the secret of the browser stays there");

        // Its name there is in capitals.
        let back = site.sent_back(&begun, "camille").await;
        assert!(back.contains("&iss="), "{back}");
        let signed_in = site.get(&back, &begun.cookie).await;
        assert_eq!(signed_in.status(), StatusCode::OK);
        let (session, ended) = match &cookies(&signed_in)[..] {
            [session, ended] => ((*session).to_owned(), (*ended).to_owned()),
            other => panic!("{other:?}"),
        };
        assert!(session.ends_with("; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=43200"), "{session}");
        assert_eq!(ended, "__Host-pstral-oidc=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0");
        assert_snapshot!(signed_in.text().await.unwrap(), @r#"
        <!doctype html>
        <html lang="fr"><head><meta charset="utf-8"><title>Pstral</title><meta http-equiv="refresh" content="0;url=/"></head><body><p><a href="/">Vous êtes connecté. Continuer vers Pstral.</a></p></body></html>
        "#);
        let session = session.split(';').next().unwrap().to_owned();
        let shown = site.get(&site.url("/api/v1/session"), &session).await;
        assert!(shown.text().await.unwrap().contains(r#""username":"camille""#));

        let again = site.get(&back, &begun.cookie).await;
        assert_eq!((again.status(), cookies(&again).len()), (StatusCode::UNAUTHORIZED, 1));
        assert_snapshot!(said(again).await, @"The company’s sign-in service did not sign you in (invalid_grant). Start again; if this continues, contact your administrator.");
        let sign_ins = world.store.sign_ins(user(world, "camille").await.id, world.clock.now()).await.unwrap();
        assert_eq!(sign_ins.len(), 1);
        assert_snapshot!(logins(world).await, @"
        ok user 1: session by oidc
        failed: by oidc: refused by the provider: invalid_grant
        ");

        // What ends a session ends this one.
        let change = UserChange::disabled(true);
        world.store.change_user(&user(world, "camille").await, &change, &[]).await.unwrap();
        assert_eq!(site.get(&site.url("/api/v1/session"), &session).await.status(), StatusCode::UNAUTHORIZED);
    });
}

async fn user(world: &World, name: &str) -> pstral_core::domain::User {
    world.store.user_named(name).await.unwrap().unwrap()
}

#[test]
fn whoever_is_no_user_here_is_told_the_same_and_never_made_one() {
    run_test(async |world| {
        let before = world.store.users().await.unwrap();
        for (claim, account) in [
            ("preferred_username", "stranger"),
            ("preferred_username", "dominique"),
            ("preferred_username", "silent"),
            ("email", "stranger"),
            ("email", "dominique"),
            ("email", "silent"),
            ("email", "alex"),
            ("email", "shared"),
            ("staff", "camille"),
        ] {
            let Some((site, _)) = Site::with_real_provider(world, claim).await else { return };
            if account == "shared" {
                for name in ["alex", "sacha"] {
                    let change = UserChange { email: Some("shared@example.org".to_owned()), ..UserChange::default() };
                    world.store.change_user(&user(world, name).await, &change, &[]).await.unwrap();
                }
            }
            let refused = site.sign_in(account).await;
            assert_eq!((refused.status(), cookies(&refused).len()), (StatusCode::FORBIDDEN, 1), "{claim} {account}");
            assert_eq!(
                said(refused).await,
                "Your company account has no access here. Ask an administrator of Pstral to add or enable you.",
                "{claim} {account}"
            );
        }
        assert_eq!(world.store.users().await.unwrap().len(), before.len());
        assert_snapshot!(logins(world).await, @"
        failed: by oidc: no such user
        failed user 5: by oidc: the user is disabled
        failed: by oidc: the claim is missing
        failed: by oidc: no such user
        failed user 5: by oidc: the user is disabled
        failed: by oidc: the claim is missing
        failed: by oidc: the email address is not verified
        failed: by oidc: several users have the email address
        failed: by oidc: the claim is missing
        ");
    });
}

#[test]
fn a_verified_address_and_what_only_the_user_info_tells_are_taken() {
    run_test(async |world| {
        for (claim, account, expected) in [
            ("email", "claire", "claire"),
            ("preferred_username", "minimal", "sacha"),
            ("email", "minimal", "sacha"),
            ("staff", "claire", "alex"),
        ] {
            let Some((site, _)) = Site::with_real_provider(world, claim).await else { return };
            let signed_in = site.sign_in(account).await;
            assert_eq!(signed_in.status(), StatusCode::OK, "{claim} {account}");
            let session = cookies(&signed_in)[0].split(';').next().unwrap().to_owned();
            let shown = site.get(&site.url("/api/v1/session"), &session).await;
            let shown: Value = serde_json::from_str(&shown.text().await.unwrap()).unwrap();
            assert_eq!(shown["username"], expected, "{claim} {account}");
        }
    });
}

#[test]
fn a_replaced_key_is_fetched() {
    run_test(async |world| {
        let Some((site, _)) = Site::with_real_provider(world, "preferred_username").await else { return };
        for _ in 0..3 {
            assert_eq!(site.sign_in("camille").await.status(), StatusCode::OK);
            real::control(&site.browser, "rotate", "").await;
        }
    });
}

#[test]
fn only_the_browser_that_began_ends_it_and_in_time() {
    run_test(async |world| {
        let Some((site, _)) = Site::with_real_provider(world, "preferred_username").await else { return };
        let begun = site.begin().await;
        let back = site.sent_back(&begun, "camille").await;
        let other = site.begin().await;
        let (name, value) = begun.cookie.split_once('=').unwrap();
        let (time, secret) = value.split_once('.').unwrap();
        let later = format!("{name}={}.{secret}", time.parse::<i64>().unwrap() + 1);
        let wrong_state =
            Url::parse(&back).unwrap().query_pairs().find(|(key, _)| key == "state").unwrap().1.into_owned();
        let without_code = site.url(&format!("/api/v1/oidc/callback?state={wrong_state}"));
        let wrong_state = back.replace(&wrong_state, &"0".repeat(64));
        for (url, cookie) in [
            (&back, ""),
            (&back, other.cookie.as_str()),
            (&back, later.as_str()),
            (&back, "__Host-pstral-oidc=1.zz"),
            (&wrong_state, begun.cookie.as_str()),
            (&without_code, begun.cookie.as_str()),
            (&site.url("/api/v1/oidc/callback"), begun.cookie.as_str()),
        ] {
            let refused = site.get(url, cookie).await;
            assert_eq!(refused.status(), StatusCode::BAD_REQUEST, "{url} {cookie}");
            assert_eq!(
                said(refused).await,
                "This sign-in was not begun in this browser, has expired, or was used already. Start again."
            );
        }
        let denied = back.replace("code=", "error=access_denied&code=");
        assert_snapshot!(said(site.get(&denied, &begun.cookie).await).await, @"The company’s sign-in service did not sign you in (access_denied). Start again; if this continues, contact your administrator.");
        world.clock.advance(Duration::from_secs(601));
        assert_eq!(site.get(&back, &begun.cookie).await.status(), StatusCode::BAD_REQUEST, "too late");
        assert_snapshot!(logins(world).await, @"
        failed: by oidc: not begun by this browser
        failed: by oidc: not begun by this browser
        failed: by oidc: not begun by this browser
        failed: by oidc: not begun by this browser
        failed: by oidc: not begun by this browser
        failed: by oidc: not begun by this browser
        failed: by oidc: not begun by this browser
        failed: by oidc: refused by the provider: access_denied
        failed: by oidc: expired
        ");
    });
}

#[test]
fn an_answer_that_does_not_hold_signs_nobody_in() {
    run_test(async |world| {
        let mut all = String::new();
        for lie in Lie::ALL {
            let double = Double::start(*lie).await;
            let site = Site::of(world, &double.issuer, "preferred_username").await;
            let begun = site.begin().await;
            double.signs_for(&begun.url);
            let answer = site.get(&double.back(&begun.url, &site.url("/api/v1/oidc/callback")), &begun.cookie).await;
            let audited = logins(world).await;
            let (status, cookies) = (answer.status().as_u16(), cookies(&answer).len());
            writeln!(all, "{lie:?}: {status}, {cookies} {}", audited.lines().last().unwrap()).unwrap();
        }
        assert_snapshot!(all, @"
        None: 200, 2 ok user 3: session by oidc
        OtherKey: 401, 1 failed: by oidc: the provider's answer cannot be verified
        UnknownKey: 401, 1 failed: by oidc: the provider's answer cannot be verified
        Unsigned: 401, 1 failed: by oidc: the provider's answer cannot be verified
        ClientSecret: 401, 1 failed: by oidc: the provider's answer cannot be verified
        Changed: 401, 1 failed: by oidc: the provider's answer cannot be verified
        OtherNonce: 401, 1 failed: by oidc: the provider's answer cannot be verified
        NoNonce: 401, 1 failed: by oidc: the provider's answer cannot be verified
        TokenOfOther: 401, 1 failed: by oidc: the provider's answer cannot be verified
        OtherClient: 401, 1 failed: by oidc: the provider's answer cannot be verified
        TwoClients: 401, 1 failed: by oidc: the provider's answer cannot be verified
        Expired: 401, 1 failed: by oidc: the provider's answer cannot be verified
        NoToken: 401, 1 failed: by oidc: the provider's answer cannot be verified
        NoCode: 401, 1 failed: by oidc: refused by the provider: invalid_grant
        OtherSubject: 401, 1 failed: by oidc: the provider's answer cannot be verified
        LargeToken: 503, 1 failed: by oidc: the provider cannot be reached
        OtherIss: 401, 1 failed: by oidc: the provider's answer cannot be verified
        ");
    });
}

#[test]
fn a_provider_that_takes_a_code_twice_makes_one_session() {
    run_test(async |world| {
        let double = Double::start(Lie::None).await;
        let site = Site::of(world, &double.issuer, "preferred_username").await;
        let begun = site.begin().await;
        double.signs_for(&begun.url);
        let back = double.back(&begun.url, &site.url("/api/v1/oidc/callback"));
        assert_eq!(site.get(&back, &begun.cookie).await.status(), StatusCode::OK);
        assert_eq!(site.get(&back, &begun.cookie).await.status(), StatusCode::BAD_REQUEST);
        assert_snapshot!(logins(world).await, @"
        ok user 3: session by oidc
        failed: by oidc: used before
        ");
    });
}

#[test]
fn a_provider_that_cannot_be_used_gets_a_sentence_and_holds_up_nobody() {
    run_test(async |world| {
        with_password(world).await;
        let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        for issuer in [
            format!("http://{gone}"),
            Double::start(Lie::Large).await.issuer,
            Double::start(Lie::OtherIssuer).await.issuer,
            Double::start(Lie::Redirect).await.issuer,
            Double::start(Lie::NotJson).await.issuer,
        ] {
            let site = Site::of(world, &issuer, "preferred_username").await;
            let told = site.start().await;
            assert_eq!((told.status(), cookies(&told).len()), (StatusCode::SERVICE_UNAVAILABLE, 0), "{issuer}");
            assert!(told.headers().contains_key("retry-after"));
            assert_eq!(
                said(told).await,
                "The company’s sign-in service cannot be reached. Try again in a minute, or sign in with your password; if this continues, contact your administrator."
            );
        }
        let slow = Double::start(Lie::Slow).await;
        let site = Arc::new(Site::of(world, &slow.issuer, "preferred_username").await);
        let waiting: Vec<_> = (0..80)
            .map(|_| {
                let site = Arc::clone(&site);
                tokio::spawn(async move { site.start().await.status() })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(site.sign_in_by_password().await, StatusCode::OK, "while others wait for the provider");
        assert!(waiting.iter().any(|one| !one.is_finished()), "nobody waits");
        for one in waiting {
            assert_eq!(one.await.unwrap(), StatusCode::SERVICE_UNAVAILABLE);
        }
    });
}

#[test]
fn failures_are_bounded_by_address_and_leave_passwords_alone() {
    run_test(async |world| {
        with_password(world).await;
        let double = Double::start(Lie::None).await;
        let site = Site::of(world, &double.issuer, "preferred_username").await;
        for number in 0..20 {
            let failed = site.get(&site.url(&format!("/api/v1/oidc/callback?state={number}")), "").await;
            assert_eq!(failed.status(), StatusCode::BAD_REQUEST);
        }
        let limited = site.get(&site.url("/api/v1/oidc/callback?state=x"), "").await;
        assert_eq!(limited.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(logins(world).await.lines().count(), 20);
        assert_eq!(site.sign_in_by_password().await, StatusCode::OK);
    });
}

#[test]
fn the_description_of_a_provider_is_kept_for_an_hour() {
    run_test(async |world| {
        let double = Double::start(Lie::None).await;
        let site = Site::of(world, &double.issuer, "preferred_username").await;
        assert_eq!(double.described(), 0, "nothing is asked before somebody signs in");
        for expected in [1, 2] {
            for _ in 0..2 {
                let begun = site.begin().await;
                double.signs_for(&begun.url);
                let back = double.back(&begun.url, &site.url("/api/v1/oidc/callback"));
                assert_eq!(site.get(&back, &begun.cookie).await.status(), StatusCode::OK);
            }
            assert_eq!(double.described(), expected);
            world.clock.advance(Duration::from_hours(1));
        }
    });
}

#[test]
fn a_browser_sees_a_failure_on_the_sign_in_page_with_the_other_way_in() {
    run_test(async |world| {
        let double = Double::start(Lie::None).await;
        let site = Site::of(world, &double.issuer, "preferred_username").await;
        let form = site.get(&site.url("/sign-in"), "").await.text().await.unwrap();
        assert!(form.contains("href=\"/api/v1/oidc/start\""), "{form}");
        let asked = site.browser.get(site.url("/api/v1/oidc/callback?state=x"));
        let told = asked.header("accept", "text/html,*/*;q=0.8").header("accept-language", "en").send().await.unwrap();
        assert_eq!(told.status(), StatusCode::BAD_REQUEST, "the status stays");
        assert!(cookies(&told).iter().any(|cookie| cookie.starts_with("__Host-pstral-oidc=;")), "the flow has ended");
        assert_eq!(told.headers().get_all("content-security-policy").iter().count(), 1);
        let page = told.text().await.unwrap();
        assert!(page.contains("role=\"alert\"") && page.contains("id=\"password\""), "{page}");
    });
}
