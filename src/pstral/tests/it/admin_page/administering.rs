//! Users, the queue, approvals, databases, the configuration and the verification of the audit, by forms alone.

use std::sync::Arc;

use pstral_core::domain::{ButtonAction, Catalog, CatalogColumn, ColumnKind, Dialect, Relation, RelationKind, Value};
use pstral_core::ports::People as _;
use pstral_core::settings::{OverCost, Terms};
use pstral_core::testkit::language_model::Script;
use pstral_core::testkit::query_target::{FakeTarget, Reply};
use reqwest::StatusCode;

use super::Site;
use crate::world::{Setup, alex, camille, claire, deny, run_test, run_test_with, stranger};

/// The values of the hidden field of a name.
fn hidden(shown: &super::Shown, name: &str) -> String {
    let (_, rest) = shown.body.split_once(&format!("name=\"{name}\" value=\"")).unwrap();
    rest.split_once('"').unwrap().0.replace("&quot;", "\"")
}

#[test]
fn a_user_is_added_linked_changed_and_disabled() {
    run_test(async |world| {
        let site = Site::of(world).await;
        let cookie = site.signed_in("claire").await;
        let fields = [("username", "noa"), ("full_name", "Noa"), ("role", "member"), ("locale", "fr"), ("email", "")];
        let added = site.post("/users", &cookie, &fields).await;
        assert_eq!((added.status, added.to()), (StatusCode::SEE_OTHER, "/users/noa?done=added"));
        let twice = site.post("/users", &cookie, &fields).await;
        assert_eq!(twice.status, StatusCode::CONFLICT);
        assert!(twice.body.contains("role=\"alert\"") && twice.body.contains("value=\"noa\""), "{}", twice.body);
        let found = site.get("/users?text=NO", &cookie).await.words();
        assert!(found.contains("noa") && !found.contains("camille"), "{found}");

        let made = site.post("/users/noa/link-code", &cookie, &[]).await;
        assert_eq!(made.status, StatusCode::CREATED);
        assert!(made.body.contains("<path fill=\"#000\" d=\"M4 4h1v1h-1z"), "{}", made.body);
        let code = made.body.split_once("readonly value=\"").unwrap().1.split_once('"').unwrap().0.to_owned();
        world.say(&stranger(), &code).await;
        let shown = site.get("/users/noa", &cookie).await;
        let unlink = shown.attributes("action").into_iter().find(|action| action.ends_with("/remove")).unwrap();
        assert_eq!(site.post(&unlink, &cookie, &[]).await.to(), "/users/noa?done=unlinked");
        let wrong = site.post("/users/noa/links", &cookie, &[("code", "0000-0000-0000")]).await;
        assert!(wrong.status.is_client_error() && wrong.body.contains("role=\"alert\""), "{}", wrong.body);

        let version = hidden(&shown, "version");
        let edit = [("version", version.as_str()), ("full_name", "Noa Roy"), ("role", "steward"), ("timezone", "")];
        assert_eq!(site.post("/users/noa", &cookie, &edit).await.to(), "/users/noa?done=changed");
        let noa = world.store.user_named("noa").await.unwrap().unwrap();
        assert_eq!(
            (noa.full_name.as_str(), noa.role.to_string().as_str(), noa.disabled),
            ("Noa Roy", "steward", false)
        );
        let stale = site.post("/users/noa", &cookie, &edit).await;
        assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED, "what somebody else has changed is not overwritten");
        assert!(stale.body.contains("role=\"alert\""));
        let short = site.post("/users/noa/password", &cookie, &[("password", "short")]).await;
        assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(!short.body.contains("\"short\""), "a password is never shown again");
        let set = site.post("/users/noa/password", &cookie, &[("password", crate::admin::PASSWORD)]).await;
        assert_eq!(set.to(), "/users/noa?done=password");
        let own = site.signed_in("noa").await;
        let version = hidden(&site.get("/users/noa", &cookie).await, "version");
        let disable = [("version", version.as_str()), ("disabled", "true")];
        assert_eq!(site.post("/users/noa", &cookie, &disable).await.to(), "/users/noa?done=changed");
        assert_eq!(site.get("/account", &own).await.to(), "/sign-in?next=%2Faccount", "their sessions end");
        let missing = site.get("/users/nobody", &cookie).await;
        assert_eq!(missing.status, StatusCode::NOT_FOUND);
        let last = hidden(&site.get("/users/claire", &cookie).await, "version");
        let kept = site.post("/users/claire", &cookie, &[("version", &last), ("role", "member")]).await;
        assert_eq!(kept.status, StatusCode::CONFLICT, "the last administrator stays one");
    });
}

#[test]
fn a_refused_change_keeps_what_was_typed_and_tells_the_fault_beside_its_field() {
    run_test(async |world| {
        let site = Site::of(world).await;
        let cookie = site.signed_in("claire").await;
        let version = async || hidden(&site.get("/users/camille", &cookie).await, "version");
        let change = async |version: &str, email: &str, timezone: &str, had: &str| {
            let fields = [
                ("version", version),
                ("full_name", "Camille Roy"),
                ("email", email),
                ("timezone", timezone),
                ("had_timezone", had),
            ];
            site.post("/users/camille", &cookie, &fields).await
        };
        let told = |shown: &super::Shown, field: &str| {
            let said = shown.body.split(&format!("id=\"fault-{field}\">")).nth(1).map(str::to_owned);
            said.and_then(|said| Some(said.split_once('<')?.0.to_owned()))
        };
        let refused = change(&version().await, "camille", "", "").await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(told(&refused, "email").is_some_and(|said| !said.is_empty()), "{}", refused.body);
        assert_eq!(told(&refused, "full_name"), None, "the other fields are not at fault");
        for typed in ["value=\"Camille Roy\"", "value=\"camille\"", "aria-describedby=\"fault-email\""] {
            assert!(refused.body.contains(typed), "{typed}: {}", refused.body);
        }
        assert!(refused.words().contains("Enregistré : Camille Martin"), "{}", refused.words());
        let stale = change("\"0\"", "camille@example.org", "", "").await;
        assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED);
        assert!(stale.body.contains("value=\"Camille Roy\""), "{}", stale.body);

        let set = change(&version().await, "camille@example.org", "Europe/Paris", "").await;
        assert_eq!(set.to(), "/users/camille?done=changed", "{}", set.words());
        let shown = site.get("/users/camille", &cookie).await;
        let had = hidden(&shown, "had_timezone").replace("&#x2f;", "/");
        assert_eq!(had, "Europe/Paris");
        assert!(shown.words().contains("pas le laisser vide"), "{}", shown.words());
        let emptied = change(&version().await, "camille@example.org", "", &had).await;
        assert_eq!(emptied.status, StatusCode::UNPROCESSABLE_ENTITY, "what does not happen is told");
        assert!(told(&emptied, "timezone").is_some(), "{}", emptied.body);
        let new = [("username", "x y"), ("full_name", "Xavier"), ("role", "member")];
        let added = site.post("/users", &cookie, &new).await;
        assert!(told(&added, "username").is_some() && added.body.contains("value=\"Xavier\""), "{}", added.body);
    });
}

#[test]
fn nobody_else_changes_users_or_stops_work() {
    run_test(async |world| {
        let site = Site::of(world).await;
        for username in ["camille", "sacha"] {
            let cookie = site.signed_in(username).await;
            for path in ["/users", "/users/alex", "/users/alex/link-code", "/users/alex/links", "/users/alex/password"]
            {
                let fields =
                    [("username", "x"), ("version", "\"x\""), ("code", "1"), ("password", "long enough to be one")];
                assert_eq!(site.post(path, &cookie, &fields).await.status, StatusCode::FORBIDDEN, "{username} {path}");
            }
            for path in ["/queue/1/stop", "/audit/verification", "/targets/crm/refresh"] {
                assert_eq!(site.post(path, &cookie, &[]).await.status, StatusCode::FORBIDDEN, "{username} {path}");
            }
        }
    });
}

#[test]
fn work_is_stopped_from_the_queue() {
    run_test(async |world| {
        let site = Site::of(world).await;
        let cookie = site.signed_in("claire").await;
        world.model.script(Script::silent().hangs());
        let (camille, stopped) = (camille(), async {
            while world.model.requests().is_empty() {
                tokio::task::yield_now().await;
            }
            let queue = site.get("/queue", &cookie).await;
            assert!(queue.words().contains("camille"), "{}", queue.words());
            let stop = queue.attributes("action").into_iter().find(|action| action.ends_with("/stop")).unwrap();
            site.post(&stop, &cookie, &[]).await.to().to_owned()
        });
        let (to, ()) = tokio::join!(stopped, world.say(&camille, "Les sociétés lyonnaises, peu importe"));
        assert_eq!(to, "/queue?done=stopped");
        assert_eq!(site.post("/targets/crm/refresh", &cookie, &[]).await.to(), "/targets/crm?done=reread");
        assert_eq!(site.post("/queue/999/stop", &cookie, &[]).await.status, StatusCode::NOT_FOUND);
        assert!(world.newest().contains("Arrêté par un administrateur"), "{}", world.newest());
    });
}

/// A database that takes every statement for a costly one.
fn costly() -> Setup {
    let column = CatalogColumn::new("id", "INTEGER");
    let clients = Relation::new("public", "clients", RelationKind::Table, vec![column]);
    let target = FakeTarget::new(Catalog::new(Dialect::Postgres, "public", vec![clients]));
    let rows = Reply::rows(&[("id", ColumnKind::Number)], vec![vec![Value::Integer(7)]]);
    target.answer("SELECT id FROM public.clients", rows);
    target.set_estimate(120_000.0, 5);
    let terms = Terms { max_cost: Some(1_000.0), over_cost: OverCost::Steward, ..Terms::default() };
    Setup { engine: Some(Arc::new(target)), rules: deny(&[]), terms, ..Setup::default() }
}

#[test]
fn a_steward_reads_a_costly_statement_whole_and_approves_it() {
    run_test_with(costly(), async |world| {
        world.command(&alex(), "edit SELECT id FROM clients").await;
        let site = Site::of(world).await;
        let cookie = site.signed_in("sacha").await;
        let shown = site.get("/approvals", &cookie).await;
        assert!(shown.body.contains("<span class=\"keyword\">SELECT</span>"), "{}", shown.body);
        let approve = shown.attributes("action").into_iter().find(|action| action.ends_with("/approve")).unwrap();
        let member = site.signed_in("camille").await;
        assert_eq!(site.post(&approve, &member, &[]).await.status, StatusCode::FORBIDDEN);
        assert_eq!(site.post(&approve, &cookie, &[]).await.to(), "/approvals?done=approved");
        assert_eq!(site.post(&approve, &cookie, &[]).await.status, StatusCode::NOT_FOUND, "it waits no longer");
        assert!(world.audit_lines().await.contains("sacha"));

        world.command(&claire(), "edit SELECT id FROM clients").await;
        let own = site.signed_in("claire").await;
        let shown = site.get("/approvals", &own).await;
        assert!(shown.words().contains("Celle-ci est la vôtre"), "{}", shown.words());
        assert!(!shown.body.contains("/approve"), "nobody approves their own: {}", shown.body);
        let listed = site.get("/api/v1/approvals", &own).await;
        assert!(listed.body.contains("\"own\":true"), "{}", listed.body);
        assert!(site.get("/api/v1/approvals", &cookie).await.body.contains("\"own\":false"));
    });
}

#[test]
fn databases_policies_and_the_configuration_are_shown() {
    run_test(async |world| {
        world.say(&camille(), "Combien de clients avons-nous ?").await;
        let site = Site::of(world).await;
        let cookie = site.signed_in("claire").await;
        assert!(site.get("/targets", &cookie).await.words().contains("crm"));
        let tables = site.get("/targets/crm?text=oauth", &cookie).await;
        assert!(
            tables.words().contains("oauth_email_accounts") && tables.words().contains("ne lit rien"),
            "{}",
            tables.words()
        );
        assert!(!tables.words().contains("contracts"), "{}", tables.words());
        let asked = site.get("/policy?role=member&user=&target=crm&table=oauth_email_accounts", &cookie).await;
        assert!(asked.status == StatusCode::OK && asked.words().contains("Décisions"), "{}", asked.words());
        let faulty = site.get("/policy?role=member&user=camille&target=crm", &cookie).await;
        assert_eq!(faulty.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(faulty.body.contains("role=\"alert\""));
        let config = site.get("/configuration", &cookie).await.words();
        assert!(config.contains("[targets.crm]") && config.contains("password \"***\""), "{config}");
    });
}

#[test]
fn the_audit_is_verified_without_script_and_exported_with_its_filters() {
    run_test(async |world| {
        world.say(&camille(), "Combien de clients avons-nous ?").await;
        let site = Site::of(world).await;
        let cookie = site.signed_in("claire").await;
        assert_eq!(site.get("/audit/verification", &cookie).await.status, StatusCode::OK, "none was started yet");
        assert_eq!(site.post("/audit/verification", &cookie, &[]).await.to(), "/audit/verification");
        let shown = loop {
            let shown = site.get("/audit/verification", &cookie).await;
            if !shown.body.contains("http-equiv=\"refresh\"") {
                break shown;
            }
        };
        // The state of a test is not signed.
        let words = shown.words();
        assert!(shown.body.contains("notice warn") && words.contains("intact mais pas signé"), "{words}");
        assert!(words.contains("test:"), "{words}");
        let list = site.get("/audit?action=question&limit=25", &cookie).await;
        let links = list.attributes("href");
        let file = links.iter().find(|link| link.contains("format=csv")).unwrap();
        assert_eq!(file, "/audit/export?action=question&format=csv");
        let csv = site.get(file, &cookie).await;
        assert!(
            csv.header("content-disposition").contains("audit.csv") && csv.body.contains("question"),
            "{}",
            csv.body
        );
    });
}

#[test]
fn somebody_reads_and_deletes_their_own_conversations() {
    run_test(async |world| {
        world.say(&camille(), "Liste les clients de Paris").await;
        world.click(&camille(), ButtonAction::Execute(world.newest_proposal())).await;
        let site = Site::of(world).await;
        let cookie = site.signed_in("camille").await;
        let list = site.get("/conversations", &cookie).await;
        let link = list.attributes("href").into_iter().find(|link| link.starts_with("/conversations/")).unwrap();
        let shown = site.get(&link, &cookie).await;
        assert!(shown.words().contains("Liste les clients de Paris"), "{}", shown.words());
        assert!(shown.body.contains("<span class=\"keyword\">SELECT</span>"), "{}", shown.body);
        assert!(shown.body.contains("<th scope=\"col\""), "{}", shown.body);
        let file = shown.attributes("href").into_iter().find(|link| link.ends_with("/pdf")).unwrap();
        assert_eq!(site.get(&file, &cookie).await.header("content-type"), "application/pdf");
        let another = site.signed_in("claire").await;
        assert_eq!(site.get(&link, &another).await.status, StatusCode::NOT_FOUND, "somebody else's");
        let delete = format!("{link}/delete");
        assert_eq!(site.post(&delete, &another, &[]).await.status, StatusCode::NOT_FOUND);
        assert_eq!(site.post(&delete, &cookie, &[]).await.to(), "/conversations?done=deleted");
        assert!(!site.get("/conversations", &cookie).await.words().contains("Paris"));
    });
}
