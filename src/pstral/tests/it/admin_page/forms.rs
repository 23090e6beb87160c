//! Forms, which work without script, and only from the page itself.

use pstral::verified::verified_queries;
use pstral_core::domain::{AuditAction, QueryState};
use pstral_core::ports::Knowledge as _;
use reqwest::{Method, StatusCode};

use super::Site;
use crate::admin::PASSWORD;
use crate::world::{alex, camille, deny, run_test};

#[test]
fn forms_of_other_sites_are_refused() {
    run_test(async |world| {
        let site = Site::of(world).await;
        let cookie = site.signed_in("claire").await;
        let host = site.address.to_string();
        let own = format!("http://{host}");
        let source = include_str!("../../../src/admin/page/mod.rs");
        let routes = source.lines().filter_map(|line| line.trim().strip_prefix(".route(\"")?.split_once('"'));
        let posts: Vec<&str> =
            routes.filter(|(_, handlers)| handlers.contains("post(")).map(|(route, _)| route).collect();
        assert!(posts.len() > 5, "{posts:?}");
        for route in posts {
            let path = route.replace("{target}", "crm").replace("{decision}", "approve").replace("{number}", "1");
            let path = path.replace("{id}", "clients");
            for (site_header, origin, is_refused) in [
                ("cross-site", "https://evil.test", true),
                ("cross-site", own.as_str(), true),
                ("same-site", "http://other.test", true),
                ("none", "", true),
                ("", "", true),
                ("", "null", true),
                ("", "https://evil.test", true),
            ] {
                let headers = [
                    ("sec-fetch-site", site_header),
                    ("origin", origin),
                    ("content-type", "application/x-www-form-urlencoded"),
                ];
                let headers: Vec<_> = headers.into_iter().filter(|(_, value)| !value.is_empty()).collect();
                let shown = site.ask(Method::POST, &path, &cookie, &headers, "theme=dark").await;
                assert_eq!(shown.status == StatusCode::FORBIDDEN, is_refused, "{path} {headers:?}");
            }
        }
        let headers = [("origin", own.as_str()), ("content-type", "application/x-www-form-urlencoded")];
        let shown = site.ask(Method::POST, "/theme", "", &headers, "theme=dark&next=%2Faudit").await;
        assert_eq!((shown.status, shown.to()), (StatusCode::SEE_OTHER, "/audit"), "an older browser names the origin");
        assert_eq!(site.get("/account", &cookie).await.status, StatusCode::OK, "nothing was signed out");
    });
}

/// A form that is too large is told as a page, in the language of its reader.
#[test]
fn a_form_that_is_too_large_is_told_on_a_page() {
    run_test(async |world| {
        let site = Site::of(world).await;
        let cookie = site.signed_in("claire").await;
        let name = "x".repeat(65 * 1024);
        let told = site.post("/account/tokens", &cookie, &[("name", name.as_str()), ("days", "90")]).await;
        assert_eq!(told.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert!(told.body.contains("<main id=\"main\"") && told.words().contains("trop grande"), "{}", told.body);
    });
}

#[test]
fn a_token_is_made_shown_once_and_ended() {
    run_test(async |world| {
        let site = Site::of(world).await;
        let cookie = site.signed_in("claire").await;
        let faulty = site.post("/account/tokens", &cookie, &[("name", "nightly"), ("days", "90")]).await;
        assert_eq!(faulty.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(faulty.body.contains("role=\"alert\"") && faulty.body.contains("value=\"nightly\""), "{}", faulty.body);
        let fields = [("name", "nightly"), ("days", "90"), ("capabilities", "ask"), ("capabilities", "audit.read")];
        let made = site.post("/account/tokens", &cookie, &fields).await;
        assert_eq!(made.status, StatusCode::CREATED);
        let token = made.attributes("value").into_iter().find(|value| value.starts_with("pstral_")).unwrap();
        let bearer = format!("Bearer {token}");
        let used = site.ask(Method::GET, "/api/v1/session", "", &[("authorization", &bearer)], "").await;
        assert!(used.body.contains("\"audit.read\",") || used.body.contains("\"audit.read\"]"), "{}", used.body);
        let account = site.get("/account", &cookie).await;
        assert!(account.words().contains("nightly") && !account.body.contains(&token));
        let end =
            account.attributes("action").into_iter().filter(|action| action.ends_with("/end")).collect::<Vec<_>>();
        let ended = site.post(&end[1], &cookie, &[]).await;
        assert_eq!((ended.status, ended.to()), (StatusCode::SEE_OTHER, "/account?done=ended"));
        assert!(site.get(ended.to(), &cookie).await.words().contains("Terminé."));
        let after = site.ask(Method::GET, "/api/v1/session", "", &[("authorization", &bearer)], "").await;
        assert_eq!(after.status, StatusCode::UNAUTHORIZED);
    });
}

#[test]
fn a_session_is_ended_from_another_one() {
    run_test(async |world| {
        let site = Site::of(world).await;
        let (one, other) = (site.signed_in("claire").await, site.signed_in("claire").await);
        let ends = site.get("/account", &one).await.attributes("action");
        let ends: Vec<&String> = ends.iter().filter(|action| action.ends_with("/end")).collect();
        assert_eq!(ends.len(), 2);
        site.post(ends[1], &one, &[]).await;
        assert_eq!(site.get("/account", &other).await.to(), "/sign-in?next=%2Faccount");
        assert_eq!(site.get("/account", &one).await.status, StatusCode::OK);
    });
}

#[test]
fn a_steward_approves_the_version_they_read_and_closes_a_question() {
    run_test(async |world| {
        world.command(&camille(), "terme client fidèle = SELECT client_id FROM contracts").await;
        world.model_says("I cannot tell.");
        world.say(&camille(), "Les clients nous aiment-ils vraiment bien ?").await;
        let site = Site::of(world).await;
        let cookie = site.signed_in("sacha").await;
        let list = site.get("/verified?state=proposed", &cookie).await;
        assert!(list.attributes("href").contains(&"/verified/crm/client-fidele".to_owned()), "{}", list.body);
        let one = site.get("/verified/crm/client-fidele", &cookie).await;
        assert!(one.words().contains("client fidèle"), "{}", one.words());
        let approve = "/verified/crm/client-fidele/approve";
        assert!(one.attributes("action").contains(&approve.to_owned()));
        let changed = site.post(approve, &cookie, &[("version", "2")]).await;
        assert_eq!(changed.status, StatusCode::PRECONDITION_FAILED);
        assert_eq!(site.post(approve, &cookie, &[]).await.status, StatusCode::PRECONDITION_REQUIRED);
        assert_eq!(
            site.post(approve, &cookie, &[("version", "1\r\nx: y")]).await.status,
            StatusCode::PRECONDITION_REQUIRED
        );
        let approved = site.post(approve, &cookie, &[("version", "1")]).await;
        assert_eq!(approved.to(), "/verified/crm/client-fidele?done=approve", "{}", approved.words());
        assert!(site.get(approved.to(), &cookie).await.words().contains("Approuvée."));
        let kept = world.store.kept_verified("crm").await.unwrap();
        assert!(kept.iter().any(|kept| kept.query.id == "client-fidele" && kept.state == QueryState::Approved));

        let reviews = site.get("/reviews", &cookie).await;
        assert!(reviews.words().contains("aiment-ils vraiment bien"), "{}", reviews.words());
        let term = [("target", "crm"), ("name", "ancien client"), ("definition", "SELECT id FROM clients")];
        let proposed = site.post("/reviews/terms", &cookie, &term).await;
        assert_eq!(proposed.to(), "/verified?done=proposed", "{}", proposed.words());
        let twice = site.post("/reviews/terms", &cookie, &term).await;
        assert_eq!(twice.status, StatusCode::CONFLICT);
        assert!(twice.body.contains("ancien client"), "what was typed stays: {}", twice.body);
        let member = site.signed_in("camille").await;
        let theirs = site.post("/reviews/terms", &member, &[term[0], ("name", "bon client"), term[2]]).await;
        assert_eq!(theirs.to(), "/conversations?done=proposed-term", "{}", theirs.words());
        let told = site.get(theirs.to(), &member).await;
        assert!(told.status == StatusCode::OK && told.words().contains("Un responsable des données décidera"));
        let twice = site.post("/reviews/terms", &member, &[term[0], ("name", "bon client"), term[2]]).await;
        assert_eq!(twice.status, StatusCode::CONFLICT, "the reason, not the list that they may not see");
        let invalid = site.post("/reviews/terms", &cookie, &[term[0], ("name", "="), term[2]]).await;
        assert!(invalid.status == StatusCode::UNPROCESSABLE_ENTITY && invalid.body.contains("role=\"alert\""));
        let closed = site.post("/reviews/1/close", &cookie, &[]).await;
        assert_eq!(closed.to(), "/reviews?done=closed");
        assert!(site.get("/reviews", &cookie).await.words().contains("Rien à revoir"));
        assert_eq!(site.post("/reviews/1/close", &cookie, &[]).await.status, StatusCode::NOT_FOUND);
        let audited = world.entries().await;
        assert!(audited.iter().any(|entry| entry.event.action == AuditAction::ReviewClosed));
    });
}

#[test]
fn somebody_changes_their_own_password_and_signs_in_again() {
    const NEW: &str = "another long password";
    run_test(async |world| {
        let site = Site::of(world).await;
        let (cookie, other) = (site.signed_in("camille").await, site.signed_in("camille").await);
        let change = async |current, new, again| {
            site.post("/account/password", &cookie, &[("current", current), ("new", new), ("again", again)]).await
        };
        for (current, new, again, status, told, field) in [
            ("a wrong password", NEW, NEW, StatusCode::FORBIDDEN, "mot de passe actuel", "current"),
            (PASSWORD, NEW, "another lonG password", StatusCode::UNPROCESSABLE_ENTITY, "diffèrent", "again"),
            (PASSWORD, "short", "short", StatusCode::UNPROCESSABLE_ENTITY, "12 caractères", "new"),
        ] {
            let refused = change(current, new, again).await;
            assert_eq!(refused.status, status, "{told}");
            let alert = refused.body.split("role=\"alert\"").nth(1).unwrap().split("</p>").next().unwrap();
            assert!(alert.contains(told), "{alert}");
            let field = refused.body.split(&format!("name=\"{field}\"")).nth(1).unwrap().split('>').next().unwrap();
            assert!(field.contains("aria-invalid"), "{field}");
            assert_eq!(refused.body.matches("aria-invalid").count(), 1, "{told}");
            assert!(![current, new, again].iter().any(|typed| refused.body.contains(typed)), "{told}");
        }
        let changed = change(PASSWORD, NEW, NEW).await;
        assert_eq!((changed.status, changed.to()), (StatusCode::SEE_OTHER, "/sign-in?done=own-password"));
        assert_eq!(changed.header("clear-site-data"), "\"cache\"");
        assert!(site.get(changed.to(), "").await.words().contains("Mot de passe changé."));
        for ended in [&cookie, &other] {
            assert_eq!(site.get("/account", ended).await.to(), "/sign-in?next=%2Faccount");
        }
        for (password, status) in [(PASSWORD, StatusCode::UNAUTHORIZED), (NEW, StatusCode::SEE_OTHER)] {
            let fields = [("username", "camille"), ("password", password)];
            assert_eq!(site.post("/sign-in", "", &fields).await.status, status);
        }
    });
}

#[test]
fn a_statement_that_ran_is_proposed_from_the_list_of_questions() {
    run_test(async |world| {
        world.model_says("```sql\nSELECT DISTINCT city FROM clients ORDER BY city\n```");
        world.say(&alex(), "In which towns do our clients sit, roughly?").await;
        world.command(&alex(), "edit SELECT DISTINCT city FROM clients").await;
        world.command(&alex(), "execute").await;
        world.model_says("I cannot tell.");
        world.say(&camille(), "Les clients nous aiment-ils vraiment bien ?").await;
        let site = Site::of(world).await;
        let cookie = site.signed_in("sacha").await;
        let list = site.get("/reviews", &cookie).await;
        assert!(list.body.contains("<span class=\"keyword\">DISTINCT</span>"), "{}", list.body);
        let keep: Vec<String> =
            list.attributes("action").into_iter().filter(|action| action.ends_with("/keep")).collect();
        assert_eq!(keep, ["/reviews/1/keep"], "a question without a statement offers nothing to keep");
        let member = site.signed_in("camille").await;
        assert_eq!(site.post(&keep[0], &member, &[]).await.status, StatusCode::FORBIDDEN);
        for number in ["2", "3"] {
            let refused = site.post(&format!("/reviews/{number}/keep"), &cookie, &[]).await;
            assert_eq!(refused.status.as_u16(), if number == "2" { 409 } else { 404 }, "{}", refused.words());
        }
        let kept = site.post(&keep[0], &cookie, &[]).await;
        assert_eq!(kept.to(), "/verified?state=proposed&done=proposed", "{}", kept.words());
        let shown = site.get(kept.to(), &cookie).await.words();
        assert!(shown.contains("In which towns do our clients sit") && shown.contains("Proposition enregistrée"));
        assert_eq!(site.post(&keep[0], &cookie, &[]).await.status, StatusCode::CONFLICT, "it waits already");
        let audited = world.entries().await;
        let proposed = audited.iter().find(|entry| entry.event.action == AuditAction::VerifiedProposed).unwrap();
        assert!(proposed.event.ip.is_some() && proposed.event.platform.as_deref() == Some("admin"), "{proposed:?}");

        world.restart_under(deny(&["clients"]), &[]).await;
        let site = Site::of(world).await;
        let closed = site.get("/reviews", &site.signed_in("sacha").await).await;
        assert!(closed.words().contains("In which towns") && !closed.body.contains("DISTINCT"), "{}", closed.body);
        assert!(!closed.body.contains("/reviews&#x2f;1&#x2f;keep") && !closed.body.contains("/keep\""));
    });
}

#[test]
fn a_proposal_shows_all_that_it_changes_of_the_one_in_force() {
    const FILE: &str = "[[term]]\nid = \"client-fidele\"\nfr = \"client fidèle\"\nnote = \"Depuis deux ans\"\n\
        statement = \"\"\"\nSELECT client_id\nFROM contracts\nLIMIT 5\"\"\"\nverified_by = \"Claire\"\nverified_on = \"2026-09-14\"\n";
    run_test(async |world| {
        world.command(&camille(), "terme client fidèle = SELECT client_id FROM contracts").await;
        let site = Site::of(world).await;
        let cookie = site.signed_in("sacha").await;
        let alone = site.get("/verified/crm/client-fidele", &cookie).await;
        assert!(!alone.body.contains("id=\"difference\""), "nothing is in force");
        world.store.put_verified("crm", &verified_queries(FILE).unwrap()).await.unwrap();
        let shown = site.get("/verified/crm/client-fidele", &cookie).await;
        let difference = shown.body.split("id=\"difference\"").nth(1).unwrap().split("</pre>").next().unwrap();
        let told = |sign: &str, words: &str| difference.contains(&format!("<{sign}>{words}</{sign}>"));
        assert!(told("del", "- note: Depuis deux ans") && told("del", "- LIMIT 5"), "{difference}");
        assert!(difference.contains("<span>  fr: client fidèle</span>"), "{difference}");
        assert!(difference.contains("<ins>+ "), "{difference}");
    });
}
