//! The way in and out, and what is said to browsers with every page.

use std::time::Duration;

use reqwest::{Method, StatusCode};

use super::Site;
use crate::admin::PASSWORD;
use crate::world::run_test;

#[test]
fn somebody_is_led_to_the_sign_in_and_from_there_to_what_they_wanted() {
    run_test(async |world| {
        let site = Site::of(world).await;
        for (wanted, expected) in [
            ("/", "/sign-in"),
            ("/audit?user=camille&since=7d", "/sign-in?next=%2Faudit%3Fuser%3Dcamille%26since%3D7d"),
            ("/audit/test/1", "/sign-in?next=%2Faudit%2Ftest%2F1"),
        ] {
            let shown = site.get(wanted, "").await;
            assert_eq!((shown.status, shown.to()), (StatusCode::SEE_OTHER, expected), "{wanted}");
        }
        let form = site.get("/sign-in?next=%2Faudit%3Fuser%3Dcamille", "").await;
        assert!(form.attributes("value").contains(&"/audit?user=camille".to_owned()), "{}", form.body);
        for (next, expected) in [
            ("/audit?user=camille", "/audit?user=camille"),
            ("//evil.test", "/"),
            ("https://evil.test/", "/"),
            ("/\\evil.test", "/"),
            ("/a\r\nset-cookie: b=c", "/"),
        ] {
            let fields = [("username", "claire"), ("password", PASSWORD), ("next", next)];
            let shown = site.post("/sign-in", "", &fields).await;
            assert_eq!((shown.status, shown.to()), (StatusCode::SEE_OTHER, expected), "{next}");
        }
        let cookie = site.signed_in("claire").await;
        assert_eq!(site.get("/", &cookie).await.to(), "/overview");
        assert_eq!(site.get("/", &site.signed_in("sacha").await).await.to(), "/verified");
        assert_eq!(site.get("/", &site.signed_in("camille").await).await.to(), "/conversations");
        assert_eq!(site.get("/sign-in?next=%2Faudit", &cookie).await.to(), "/audit", "somebody is signed in already");
        let out = site.post("/sign-out", &cookie, &[]).await;
        assert_eq!((out.status, out.to()), (StatusCode::SEE_OTHER, "/sign-in"));
        assert!(out.header("set-cookie").contains("Max-Age=0") && out.header("clear-site-data") == "\"cache\"");
        assert_eq!(site.get("/account", &cookie).await.to(), "/sign-in?next=%2Faccount");
    });
}

/// A browser keeps the cookie back where a link in a chat leads here.
#[test]
fn a_link_of_another_site_opens_the_page_in_two_steps() {
    run_test(async |world| {
        let site = Site::of(world).await;
        let headers = [("sec-fetch-site", "cross-site")];
        let shown = site.ask(Method::GET, "/audit?user=camille", "", &headers, "").await;
        assert_eq!((shown.status, shown.to()), (StatusCode::UNAUTHORIZED, ""));
        assert!(shown.body.contains("http-equiv=\"refresh\""), "{}", shown.body);
        assert!(shown.attributes("href").contains(&"/audit?user=camille".to_owned()));
    });
}

#[test]
fn a_wrong_password_is_told_and_never_shown_again() {
    run_test(async |world| {
        let site = Site::of(world).await;
        let wrong = [("username", "claire"), ("password", "wrong but long enough"), ("next", "/audit")];
        for _ in 0..5 {
            let shown = site.post("/sign-in", "", &wrong).await;
            assert_eq!(shown.status, StatusCode::UNAUTHORIZED);
            assert!(shown.words().contains("mot de passe incorrect"), "{}", shown.words());
            assert!(shown.body.contains("value=\"claire\"") && !shown.body.contains("wrong but"), "{}", shown.body);
            assert!(shown.body.contains("role=\"alert\""));
        }
        let shown = site.post("/sign-in", "", &wrong).await;
        assert_eq!(shown.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(shown.headers.contains_key("retry-after"));
    });
}

#[test]
fn browsers_are_told_to_keep_nothing_and_to_run_nothing_else() {
    const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
        connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    run_test(async |world| {
        let site = Site::of(world).await;
        let cookie = site.signed_in("claire").await;
        for (path, cookie) in [
            ("/sign-in", ""),
            ("/audit", ""),
            ("/account", &cookie),
            ("/nothing", &cookie),
            ("/audit/test/999", &cookie),
        ] {
            let shown = site.get(path, cookie).await;
            for (name, expected) in [
                ("content-security-policy", POLICY),
                ("cache-control", "no-store"),
                ("cross-origin-opener-policy", "same-origin"),
                ("cross-origin-resource-policy", "same-origin"),
                ("referrer-policy", "no-referrer"),
                ("x-content-type-options", "nosniff"),
            ] {
                assert_eq!(shown.header(name), expected, "{path} {name}");
            }
            assert!(shown.header("permissions-policy").contains("camera=()"), "{path}");
        }
        let page = site.get("/sign-in", "").await;
        let assets: Vec<String> = [page.attributes("href"), page.attributes("src")]
            .concat()
            .into_iter()
            .filter(|path| path.starts_with("/static/"))
            .collect();
        assert_eq!(assets.len(), 4, "{assets:?}");
        for path in &assets {
            let asset = site.get(path, "").await;
            assert_eq!(
                (asset.status, asset.header("cache-control")),
                (StatusCode::OK, "public, max-age=31536000, immutable"),
                "{path}"
            );
        }
        let older = site.get("/static/older/style.css", "").await;
        assert_eq!((older.status, older.header("cache-control")), (StatusCode::OK, "no-store"));
        assert_eq!(site.get("/static/x/other.css", "").await.status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn what_ends_a_session_ends_the_page() {
    run_test(async |world| {
        let site = Site::of(world).await;
        let cookie = site.signed_in("claire").await;
        world.clock.advance(Duration::from_hours(13));
        let shown = site.get("/overview", &cookie).await;
        assert_eq!(shown.to(), "/sign-in?next=%2Foverview");
        let shown =
            site.post("/account/tokens", &cookie, &[("name", "x"), ("capabilities", "ask"), ("days", "1")]).await;
        assert_eq!(
            (shown.status, shown.to()),
            (StatusCode::SEE_OTHER, "/sign-in"),
            "a form cannot be sent later by a link"
        );
    });
}

#[test]
fn a_program_gets_a_problem_where_a_browser_gets_the_sign_in_page() {
    run_test(async |world| {
        let site = Site::of(world).await;
        let shown = site.get("/api/v1/oidc/start", "").await;
        assert_eq!(shown.status, StatusCode::NOT_FOUND, "nothing is configured");
        assert!(shown.header("content-type").starts_with("text/html") && shown.body.contains("role=\"alert\""));
        assert!(shown.header("content-security-policy").contains("form-action 'self'"));
        assert!(!shown.body.contains("href=\"/api/v1/oidc/start"), "there is no such way in");
        let program = site.ask(Method::GET, "/api/v1/oidc/start", "", &[("accept", "*/*")], "").await;
        assert_eq!(program.header("content-type"), "application/problem+json");
        let other = site.get("/api/v1/session", "").await;
        assert_eq!(other.header("content-type"), "application/problem+json", "only the way to sign in is a page");
    });
}
