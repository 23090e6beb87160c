//! Each section: who may open it, and what it shows.

use std::fmt::Write as _;
use std::time::Duration;

use insta::assert_snapshot;
use pstral_core::domain::{AuditAction, ButtonAction, EventBody};
use pstral_core::ports::ModelError;
use pstral_core::testkit::language_model::Script;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::Site;
use crate::world::{Setup, alex, camille, run_test, run_test_with};

/// Every address that a browser may open, by an example.
const ROUTES: &[&str] = &[
    "/",
    "/sign-in",
    "/overview",
    "/audit",
    "/audit/test/1",
    "/verified",
    "/verified/crm/clients",
    "/reviews",
    "/users",
    "/users/camille",
    "/queue",
    "/approvals",
    "/targets",
    "/targets/crm",
    "/policy",
    "/configuration",
    "/audit/export",
    "/audit/verification",
    "/conversations",
    "/conversations/9",
    "/api/",
    "/conversations/9/pdf",
    "/account",
    "/sign-out",
    "/nothing",
];

#[test]
fn only_the_sections_of_a_role_are_in_the_navigation_and_others_are_refused() {
    run_test(async |world| {
        let site = Site::of(world).await;
        let mut table = format!("{:<24} nobody member steward admin\n", "");
        let mut cookies = vec![String::new()];
        for username in ["camille", "sacha", "claire"] {
            cookies.push(site.signed_in(username).await);
        }
        for path in ROUTES {
            write!(table, "{path:<24}").unwrap();
            for (cookie, width) in cookies.iter().zip([6, 6, 7, 5]) {
                write!(table, " {:<width$}", site.get(path, cookie).await.status.as_u16()).unwrap();
            }
            table.truncate(table.trim_end().len());
            table.push('\n');
        }
        assert_snapshot!(table, @"
                                 nobody member steward admin
        /                        303    303    303     303
        /sign-in                 200    303    303     303
        /overview                303    403    403     200
        /audit                   303    403    403     200
        /audit/test/1            303    403    403     200
        /verified                303    403    200     200
        /verified/crm/clients    303    403    200     200
        /reviews                 303    403    200     200
        /users                   303    403    403     200
        /users/camille           303    403    403     200
        /queue                   303    403    403     200
        /approvals               303    403    200     200
        /targets                 303    403    403     200
        /targets/crm             303    403    403     200
        /policy                  303    403    403     200
        /configuration           303    403    403     200
        /audit/export            303    403    403     200
        /audit/verification      303    403    403     200
        /conversations           303    200    200     200
        /conversations/9         303    404    404     404
        /api/                    200    200    200     200
        /conversations/9/pdf     303    404    404     404
        /account                 303    200    200     200
        /sign-out                405    405    405     405
        /nothing                 404    404    404     404
        ");
    });
}

#[test]
fn the_navigation_has_the_sections_of_a_role_in_their_order() {
    run_test(async |world| {
        let site = Site::of(world).await;
        for (username, expected) in [
            ("camille", "/conversations /account"),
            ("sacha", "/verified /reviews /approvals /conversations /account"),
            (
                "claire",
                "/overview /queue /users /targets /audit /verified /reviews /approvals /conversations /configuration \
                 /account",
            ),
        ] {
            let cookie = &site.signed_in(username).await;
            let shown = site.get("/account", cookie).await;
            let navigation = shown.body.split("<nav").nth(1).unwrap().split("</nav>").next().unwrap();
            let links = navigation
                .split("href=\"")
                .skip(1)
                .filter_map(|rest| rest.split_once('"'))
                .map(|(link, _)| link.replace("&#x2f;", "/"));
            assert_eq!(links.collect::<Vec<_>>().join(" "), expected);
            assert_eq!(shown.body.matches("aria-current=\"page\"").count(), 1);
        }
    });
}

#[test]
fn what_a_browser_cannot_be_shown_is_a_page_too() {
    run_test(async |world| {
        let site = Site::of(world).await;
        let cookie = site.signed_in("claire").await;
        for (path, expected) in
            [("/sign-out", 405), ("/audit/%ff/1", 400), ("/sign-in?next=%2F&next=%2F", 400), ("/audit?limit=x", 400)]
        {
            let shown = site.get(path, &cookie).await;
            assert_eq!(
                (shown.status.as_u16(), shown.header("content-type")),
                (expected, "text/html; charset=utf-8"),
                "{path}"
            );
        }
        // By the words of the page: nobody who reads it types fields of an address, or commands.
        for (path, expected) in [
            ("/audit?from=1", "Cette adresse ne mène à aucune page du journal d’audit."),
            ("/audit?nothing=1", "Cette adresse ne mène à aucune page du journal d’audit."),
            ("/audit?since=yesterday", "Depuis n’est pas valable ici. Valeurs admises : 2026-11-21"),
            ("/verified/crm/nothing", "crm n’a pas de requête vérifiée « nothing ». Voyez la liste"),
        ] {
            let words = site.get(path, &cookie).await.words();
            assert!(words.replace('\u{a0}', " ").contains(expected), "{path}: {words}");
        }
        let refused = site.get("/audit", &site.signed_in("camille").await).await;
        assert!(refused.words().contains("audit.read") && refused.body.contains("<nav"), "{}", refused.words());
        let denied = world.entries().await;
        assert!(denied.iter().any(|entry| entry.event.action == AuditAction::Denied), "the API has recorded it");
        // A route without a row here fails.
        let source = include_str!("../../../src/admin/page/mod.rs");
        for line in source.lines().filter_map(|line| line.trim().strip_prefix(".route(\"")) {
            let (route, handlers) = line.split_once('"').unwrap();
            let parts: Vec<&str> = route.split('/').collect();
            let is_of = |path: &&str| {
                let given: Vec<&str> = path.split('/').collect();
                given.len() == parts.len()
                    && given.iter().zip(&parts).all(|(given, part)| given == part || part.starts_with('{'))
            };
            let has_row = ROUTES.iter().any(is_of);
            assert!(!handlers.contains("get(") || has_row || route.starts_with("/static"), "{route} has no row");
        }
    });
}

/// A link to a file leads to the page of what is wrong, not to the document that a program gets.
#[test]
fn a_file_that_cannot_be_written_is_told_in_the_frame() {
    run_test(async |world| {
        let site = Site::of(world).await;
        let cookie = site.signed_in("claire").await;
        world.audit.refuse(&[AuditAction::Export]);
        for (path, expected) in [
            ("/audit/export?action=question&format=csv", 503),
            ("/audit/export?user=nobody&format=jsonl", 422),
            ("/audit/export?format=exe", 400),
            ("/conversations/9/pdf", 404),
        ] {
            let shown = site.get(path, &cookie).await;
            assert_eq!(
                (shown.status.as_u16(), shown.header("content-type")),
                (expected, "text/html; charset=utf-8"),
                "{path}"
            );
            assert!(shown.body.contains("<nav") && shown.body.contains("class=\"card problem\""), "{path}");
        }
    });
}

#[test]
fn the_overview_shows_each_part_and_what_was_asked() {
    run_test(async |world| {
        world.say(&camille(), "Liste les clients de Paris").await;
        world.click(&camille(), ButtonAction::Execute(world.newest_proposal())).await;
        world.command(&camille(), "edit DELETE FROM clients").await;
        let site = Site::of(world).await;
        let cookie = site.signed_in("claire").await;
        let words = site.get("/overview", &cookie).await.words();
        for expected in
            ["Tout fonctionne.", "Questions 1", "Exécutions 1", "Requêtes refusées 1", "target crm", "platform fake"]
        {
            assert!(words.contains(expected), "{expected}: {words}");
        }
        world.model.fails(Some(ModelError::Unavailable("connection refused".to_owned())));
        let words = site.get("/overview", &cookie).await.words();
        assert!(words.contains("À faire"), "{words}");
    });
}

/// An administrator who is signed in learns why nothing is done any more, and signs out.
#[test]
fn the_overview_opens_and_nobody_stays_signed_in_when_the_audit_was_changed() {
    run_test(async |world| {
        world.say(&camille(), "Liste les clients de Paris").await;
        world.click(&camille(), ButtonAction::Execute(world.newest_proposal())).await;
        let site = Site::of(world).await;
        let cookie = site.signed_in("claire").await;
        world.audit.change();
        let shown = site.get("/overview", &cookie).await;
        assert_eq!(shown.status, StatusCode::OK, "{}", shown.words());
        let words = shown.words();
        assert!(words.contains("pstral audit verify") && !words.contains("Tout fonctionne"), "{words}");
        let users = site.get("/users", &cookie).await;
        assert_eq!(users.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(users.words().contains("pstral audit verify"), "{}", users.words());
        let out = site.post("/sign-out", &cookie, &[]).await;
        assert_eq!((out.status, out.to()), (StatusCode::SEE_OTHER, "/sign-in"));
        assert_eq!(site.get("/account", &cookie).await.to(), "/sign-in?next=%2Faccount");
        world.audit.restore();
    });
}

/// A page that a browser may not be shown is told in the language of whoever is signed in, whatever the browser prefers.
#[test]
fn a_problem_before_the_sign_in_is_looked_at_is_told_in_its_language() {
    run_test(async |world| {
        let site = Site::of(world).await;
        let cookie = site.signed_in("alex").await;
        let headers = [("accept", "text/html"), ("accept-language", "fr")];
        let form = site.ask(Method::GET, "/sign-out", &cookie, &headers, "").await;
        assert!(form.words().contains("This address takes forms only"), "{}", form.words());
        let headers = [("accept-language", "fr"), ("sec-fetch-site", "cross-site")];
        let other = site.ask(Method::POST, "/sign-out", &cookie, &headers, "").await;
        assert!(other.words().contains("comes from another site"), "{}", other.words());
        let headers = [("accept", "text/html"), ("accept-language", "fr")];
        let oidc = site.ask(Method::GET, "/api/v1/oidc/start", &cookie, &headers, "").await;
        assert!(oidc.words().contains("is not set up here"), "{}", oidc.words());
    });
}

#[test]
fn the_overview_shows_how_fast_answers_come_what_is_slow_and_who_waits() {
    run_test_with(Setup { slots: 1, ..Setup::default() }, async |world| {
        let pause = Duration::from_millis(60);
        world.model.script(Script::silent().text("I cannot").text(" tell.").every(pause));
        world.say(&camille(), "Les clients nous aiment-ils vraiment bien ?").await;
        world.say(&camille(), "Liste les clients de Paris").await;
        world.click(&camille(), ButtonAction::Execute(world.newest_proposal())).await;
        let entries = world.entries().await;
        let answer = entries.iter().find(|entry| entry.event.action == AuditAction::Answer).unwrap();
        let kept: Value = serde_json::from_str(answer.event.parameters.as_deref().unwrap()).unwrap();
        assert_eq!((&kept["prompt_tokens"], &kept["answer_tokens"]), (&json!(15), &json!(5)), "{kept}");
        let times = ["first_text_ms", "writing_ms"].map(|name| kept[name].as_u64().unwrap());
        assert!(times.iter().all(|time| *time >= 50), "the pauses of the model are in both: {kept}");
        let result = entries.iter().find(|entry| entry.event.action == AuditAction::Result).unwrap();

        world.model.script(Script::silent().hangs());
        let first = world.begin(&camille(), EventBody::Said("Les sociétés lyonnaises, peu importe".to_owned()));
        let asked = world.model.requests().len();
        while world.model.requests().len() == asked {
            tokio::task::yield_now().await;
        }
        let second = world.begin(&alex(), EventBody::Said("And the companies in Lyon, whatever".to_owned()));
        world.until(|| world.pipeline.parts().model.waiting() == 1).await;
        let site = Site::of(world).await;
        let cookie = site.signed_in("claire").await;
        let shown = site.get("/overview", &cookie).await;
        let words = shown.words();
        for expected in ["1 question attend le modèle.", "Vitesse du modèle", "tokens/s", "Requêtes les plus lentes"]
        {
            assert!(words.contains(expected), "{expected}: {words}");
        }
        let first_text = words.split("au premier texte ").nth(1).unwrap();
        assert!(first_text.starts_with(|c: char| c.is_ascii_digit()), "{words}");
        let slowest = words.split("Requêtes les plus lentes").nth(1).unwrap();
        assert!(slowest.contains("camille crm 2026-11-21"), "{slowest}");
        assert!(shown.attributes("href").contains(&format!("/audit/test/{}", result.seq)), "{}", shown.body);
        for work in world.pipeline.work().into_iter().rev() {
            world.pipeline.stop_work(work.number);
        }
        first.await.unwrap();
        second.await.unwrap();
    });
}

#[test]
fn the_audit_is_turned_in_both_directions_and_misses_nothing() {
    run_test(async |world| {
        for _ in 0..7 {
            world.say(&camille(), "Combien de clients avons-nous ?").await;
        }
        let site = Site::of(world).await;
        let cookie = site.signed_in("claire").await;
        let entries = |body: &super::Shown| -> Vec<String> {
            body.attributes("href").into_iter().filter(|link| link.starts_with("/audit/test/")).collect()
        };
        let turn = |shown: &super::Shown, rel: &str| -> Option<String> {
            let (_, rest) = shown.body.split_once(&format!("rel=\"{rel}\" href=\""))?;
            Some(rest.split_once('"')?.0.replace("&#x2f;", "/").replace("&amp;", "&"))
        };
        let (mut pages, mut address) = (Vec::new(), "/audit?action=question&limit=3".to_owned());
        loop {
            let shown = site.get(&address, &cookie).await;
            pages.push(entries(&shown));
            let Some(next) = turn(&shown, "next") else { break };
            address = next;
        }
        assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [3, 3, 1]);
        let (mut back, mut shown) = (vec![pages[2].clone()], site.get(&address, &cookie).await);
        while let Some(previous) = turn(&shown, "prev") {
            shown = site.get(&previous, &cookie).await;
            back.push(entries(&shown));
        }
        back.retain(|page| !page.is_empty());
        back.reverse();
        assert_eq!(back.concat(), pages.concat(), "the same entries in the same order");
    });
}

#[test]
fn an_entry_shows_its_statement_its_person_and_its_chain() {
    run_test(async |world| {
        world.say(&camille(), "Liste les clients de Paris").await;
        world.click(&camille(), ButtonAction::Execute(world.newest_proposal())).await;
        let site = Site::of(world).await;
        let cookie = site.signed_in("claire").await;
        let list = site.get("/audit?action=execution&user=camille&text=&status=", &cookie).await;
        assert_eq!((list.status, list.to()), (StatusCode::SEE_OTHER, "/audit?action=execution&user=camille"));
        let list = site.get(list.to(), &cookie).await;
        let link = list.attributes("href").into_iter().find(|link| link.starts_with("/audit/test/")).unwrap();
        let shown = site.get(&link, &cookie).await;
        let words = shown.words();
        for expected in ["camille", "Le lien est intact.", "correspond à son empreinte", "execution"] {
            assert!(words.contains(expected), "{expected}: {words}");
        }
        assert!(shown.body.contains("<span class=\"keyword\">SELECT</span>"), "{}", shown.body);
        let missing = site.get("/audit/test/99999", &cookie).await;
        assert_eq!(missing.status, StatusCode::NOT_FOUND);
        let faulty = site.get("/audit?user=nobody", &cookie).await;
        assert_eq!(faulty.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(faulty.body.contains("role=\"alert\"") && faulty.body.contains("value=\"nobody\""), "{}", faulty.body);
        world.audit.refuse(&[AuditAction::AuditRead]);
        for path in ["/audit", link.as_str()] {
            let unrecorded = site.get(path, &cookie).await;
            assert_eq!(unrecorded.status, StatusCode::SERVICE_UNAVAILABLE, "what cannot be recorded is not shown");
            assert!(!unrecorded.body.contains("SELECT"));
        }
    });
}
