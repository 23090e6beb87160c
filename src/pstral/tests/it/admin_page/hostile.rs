//! What people, models and databases write is text on every section: never markup, never out of its place.

use jiff::Timestamp;
use pstral_core::domain::{ButtonAction, Locale, NewUser, Role, UserChange};
use pstral_core::ports::People as _;
use pstral_core::testkit::chat_platform::FakeChat;
use reqwest::Method;

use super::Site;
use crate::admin::with_passwords;
use crate::world::{World, camille, run_test};

pub(super) const HOSTILE: &str = "<script>alert(1)</script><img src=x onerror=alert(2)>\"' onmouseover='alert(3) [x](javascript:alert(4)) \
    {{ 7*7 }} {% raw %} =1+1 \u{202e}desrever\u{202c}  &lt;b&gt; </title></textarea></main>";

/// Asks, changes, names and signs in with hostile words.
async fn hostile(world: &World) {
    world.model_says(&format!("{HOSTILE}\n```sql\nSELECT company_name AS \"<b>x</b>\" FROM clients WHERE company_name = '<script>alert(1)</script>' LIMIT 1\n```"));
    world.say(&camille(), HOSTILE).await;
    if world.offers_something() {
        world.click(&camille(), ButtonAction::Execute(world.newest_proposal())).await;
    }
    world.command(&camille(), &format!("edit SELECT '{}' FROM nothing", HOSTILE.replace('\'', ""))).await;
    world.command(&camille(), "terme <script>alert(5)</script> = SELECT client_id FROM contracts").await;
    let user = NewUser {
        username: "evil\"><script>alert(6)</script>".to_owned(),
        full_name: format!("{HOSTILE}\u{7}\u{200b}"),
        email: String::new(),
        role: Role::admin(),
        locale: Locale::Fr,
    };
    let user = world.store.add_user(&user, Timestamp::UNIX_EPOCH).await.unwrap();
    let actor = FakeChat::actor("<script>alert(7)</script>");
    world.store.link(&actor, user.id, Timestamp::UNIX_EPOCH).await.unwrap();
    world.say(&actor, "Combien de clients avons-nous ?").await;
    let change = UserChange { full_name: Some(HOSTILE.to_owned()), ..UserChange::default() };
    let claire = world.store.user_named("claire").await.unwrap().unwrap();
    world.store.change_user(&claire, &change, &[]).await.unwrap();
}

#[test]
fn hostile_words_are_text_on_every_section() {
    run_test(async |world| {
        hostile(world).await;
        let site = Site::of(world).await;
        with_passwords(world).await;
        let cookie = site.signed_in("claire").await;
        let fields = [("name", "<script>alert(8)</script>"), ("days", "1"), ("capabilities", "ask")];
        let mut pages = vec![("a new token".to_owned(), site.post("/account/tokens", &cookie, &fields).await)];
        let fields = [("name", HOSTILE), ("days", "1"), ("capabilities", "<script>alert(9)</script>")];
        pages.push(("a refused token".to_owned(), site.post("/account/tokens", &cookie, &fields).await));
        let agent = [("user-agent", "<script>alert(10)</script>"), ("content-type", "application/json")];
        let credentials = format!("{{\"username\":\"claire\",\"password\":\"{}\"}}", crate::admin::PASSWORD);
        site.ask(Method::POST, "/api/v1/session", "", &agent, &credentials).await;
        let wrong = [("username", HOSTILE), ("password", "x"), ("next", "/\"><script>alert(11)</script>")];
        pages.push(("a wrong sign-in".to_owned(), site.post("/sign-in", "", &wrong).await));
        let entries = world.entries().await;
        let mut paths: Vec<String> = entries.iter().map(|entry| format!("/audit/test/{}", entry.seq)).collect();
        let query = url::form_urlencoded::byte_serialize(HOSTILE.as_bytes()).collect::<String>();
        for path in ["/overview", "/audit?limit=500", "/verified", "/reviews", "/account", "/audit/%3Cscript%3E/1"] {
            paths.push(path.to_owned());
        }
        let evil = "/users/evil%22%3E%3Cscript%3Ealert(6)%3C%2Fscript%3E";
        for path in ["/users", evil, "/queue", "/approvals", "/targets/crm", "/configuration", "/conversations"] {
            paths.push(path.to_owned());
        }
        pages.push(("a link code".to_owned(), site.post(&format!("{evil}/link-code"), &cookie, &[]).await));
        pages.push(("a refused user".to_owned(), site.post("/users", &cookie, &[("username", HOSTILE)]).await));
        for path in [
            "/users?text=",
            "/targets/crm?text=",
            "/policy?target=crm&role=",
            "/policy?target=crm&table=",
            "/audit?text=",
            "/audit?user=",
            "/audit?nothing=",
            "/verified?text=",
            "/verified?state=",
            "/account?done=",
            "/sign-in?next=",
            "/",
        ] {
            paths.push(format!("{path}{query}"));
        }
        paths.extend(
            site.get("/verified", &cookie).await.attributes("href").into_iter().filter(|link| link.contains("alert-5")),
        );
        for path in paths {
            let shown = site.get(&path, &cookie).await;
            pages.push((path, shown));
        }
        assert!(pages.iter().any(|(_, shown)| shown.body.contains("&lt;script&gt;alert(1)")), "the words are shown");
        for (path, shown) in &pages {
            let body = shown.body.as_str();
            assert!(!shown.status.is_server_error(), "{path}: {body}");
            assert!(
                !shown.headers.contains_key("content-type") || shown.header("content-type").starts_with("text/html"),
                "{path}"
            );
            // The script of the page itself is the only one.
            assert!(body.matches("<script").count() == usize::from(!body.is_empty()), "{path}: {body}");
            for forbidden in ["<img src=x", "<b>x", "\u{202e}", "\u{200b}", "\u{7}", "</textarea", "href=\"javascript"]
            {
                assert!(!body.contains(forbidden), "{path} {forbidden:?}");
            }
            assert_eq!(
                body.matches("</main>").count(),
                usize::from(!body.is_empty()),
                "{path}: nothing closes the page"
            );
        }
    });
}

/// A cell or a question of a megabyte neither breaks a list nor is sent whole with each.
#[test]
fn long_words_are_cut_in_lists() {
    run_test(async |world| {
        let long = format!("Combien de clients {}", "x".repeat(3_900));
        world.model_says("Je ne sais pas.");
        world.say(&camille(), &long).await;
        let site = Site::of(world).await;
        let cookie = site.signed_in("claire").await;
        for path in ["/audit", "/reviews"] {
            let shown = site.get(path, &cookie).await;
            assert!(shown.body.contains("xxx") && !shown.body.contains(&"x".repeat(600)), "{path}");
        }
        let link = site.get("/audit?action=question", &cookie).await.attributes("href");
        let link = link.iter().find(|link| link.starts_with("/audit/test/")).unwrap();
        assert!(site.get(link, &cookie).await.body.contains(&"x".repeat(3_900)), "whole where it is looked at");
    });
}
