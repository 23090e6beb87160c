//! A busy installation in a real browser: full lists of hostile words, what is stopped, approved and verified there, and the
//! audit as it goes on.

use std::process::Command;
use std::sync::Arc;

use jiff::Timestamp;
use pstral_core::domain::{
    Actor, ButtonAction, Catalog, CatalogColumn, ColumnKind, Dialect, EventBody, Limits, Locale, NewUser, Relation,
    RelationKind, Role, Value,
};
use pstral_core::ports::People as _;
use pstral_core::settings::{OverCost, Terms};
use pstral_core::testkit::chat_platform::FakeChat;
use pstral_core::testkit::language_model::Script;
use pstral_core::testkit::query_target::{FakeTarget, Reply};
use rusqlite::Connection;

use super::browser::{assert_quiet, assert_readable, patient, sign_in};
use super::hostile::HOSTILE;
use super::webdriver::{Browser, Driver};
use super::{Site, axe};
use crate::world::{Setup, World, camille, claire, deny, run_test_with};

/// A large screen, on which lines could become as long as it is wide.
const WIDE: (u32, u32) = (3840, 2160);

const FULL: [&str; 4] = ["/queue", "/approvals", "/conversations", "/reviews"];

/// A database of hostile cells that takes every statement for a costly one, and a model that answers one person at a time.
fn busy() -> Setup {
    let columns = vec![CatalogColumn::new("id", "INTEGER"), CatalogColumn::new("note", "TEXT")];
    let clients = Relation::new("public", "clients", RelationKind::Table, columns);
    let target = FakeTarget::new(Catalog::new(Dialect::Postgres, "public", vec![clients]));
    let long = format!("{HOSTILE}{}", "x".repeat(1_000_000));
    let cells =
        [long.as_str(), "=cmd|' /C calc'!A0", "<script>alert(20)</script>", "**a** [x](javascript:alert(21))\u{7}"];
    let rows = cells.iter().map(|cell| vec![Value::Integer(1), Value::Text((*cell).to_owned())]).collect();
    let columns = [("id", ColumnKind::Number), ("<img src=x onerror=alert(22)>", ColumnKind::Text)];
    let none = Reply::rows(&[("id", ColumnKind::Number)], Vec::new());
    target.answer("SELECT id FROM public.clients", none);
    target.answer("SELECT id, note FROM public.clients", Reply::rows(&columns, rows));
    target.set_estimate(120_000.0, 5);
    let terms = Terms { max_cost: Some(1_000.0), over_cost: OverCost::Steward, ..Terms::default() };
    let limits = Limits { cell_bytes: 2_000_000, ..patient().limits };
    Setup { engine: Some(Arc::new(target)), rules: deny(&[]), terms, limits, slots: 1, ..patient() }
}

/// Somebody whose names are hostile.
async fn evil(world: &World) -> Actor {
    let user = NewUser {
        username: "evil\"><script>alert(6)</script>".to_owned(),
        full_name: format!("{HOSTILE}\u{7}\u{200b}"),
        email: String::new(),
        role: Role::member(),
        locale: Locale::Fr,
    };
    let user = world.store.add_user(&user, Timestamp::UNIX_EPOCH).await.unwrap();
    let actor = FakeChat::actor("<script>alert(7)</script>");
    world.store.link(&actor, user.id, Timestamp::UNIX_EPOCH).await.unwrap();
    actor
}

/// Fills approvals, conversations and reviews.
async fn fill(world: &World, site: &Site, evil: &Actor) {
    world.model_says("Je ne sais pas.");
    world.say(&claire(), HOSTILE).await;
    world.command(&claire(), "edit SELECT id, note FROM clients").await;
    let edited = world.newest_proposal();
    let steward = site.signed_in("sacha").await;
    let approve = format!("/approvals/{}/approve", edited.0);
    assert_eq!(site.post(&approve, &steward, &[]).await.to(), "/approvals?done=approved");
    world.click(&claire(), ButtonAction::Execute(edited)).await;
    world.model_says("Je ne sais pas.");
    world.say(evil, &format!("Pourquoi ? {HOSTILE}")).await;
    world.model_says("```sql\nSELECT id FROM clients\n```");
    world.say(evil, HOSTILE).await;
}

#[test]
fn a_busy_day_is_read_and_worked_off_in_a_browser() {
    let (Some(driver), Some(axe)) = (Driver::start(), axe::script()) else { return };
    run_test_with(busy(), async |world| {
        let site = Site::of(world).await;
        let evil = evil(world).await;
        fill(world, &site, &evil).await;
        world.model.script(Script::silent().hangs());
        let asked = world.model.requests().len();
        let running = world.begin(&evil, EventBody::Said("Et les sociétés lyonnaises ?".to_owned()));
        world.until(|| world.model.requests().len() > asked).await;
        let queued = world.begin(&camille(), EventBody::Said("Et les sociétés rennaises ?".to_owned()));
        world.until(|| world.pipeline.parts().model.waiting() == 1).await;

        let browser = driver.browser((1280, 900), "fr").await;
        sign_in(&browser, &site.url(""), "claire").await;
        browser.open(&site.url("/conversations")).await;
        let own = browser.run("return document.querySelector('td.about a').getAttribute('href')").await;
        let paths: Vec<&str> = FULL.into_iter().chain([own.as_str().unwrap()]).collect();
        assert_lists(&browser, &site, &paths, &axe).await;

        assert_stopped(&browser, &site, "camille").await;
        queued.await.unwrap();
        assert_stopped(&browser, &site, "evil").await;
        running.await.unwrap();
        assert_eq!(world.transcript().matches("Arrêté par un administrateur").count(), 2, "{}", world.transcript());

        browser.open(&site.url("/approvals")).await;
        browser.click("form[action$='/approve'] button").await;
        browser.arrives("/approvals?done=approved").await;
        assert!(browser.text().await.contains("Approuvée."), "{}", browser.text().await);
        browser.until("document.querySelector('form[action$=\"/approve\"]') === null").await;

        assert_audit_goes_on(&browser, &site).await;
        assert_verified(world, &browser, &site, &axe).await;
        assert_quiet(&browser, &[site.url("")]).await;
        browser.close().await;
    });
}

/// Each list can be read in both themes, on small and large screens, and nothing in it is more than text.
async fn assert_lists(browser: &Browser, site: &Site, paths: &[&str], axe: &str) {
    for theme in ["light", "dark"] {
        browser.click(&format!("button[name='theme'][value='{theme}']")).await;
        browser.until(&format!("document.documentElement.dataset.theme === '{theme}'")).await;
        for width in [1280, 360] {
            browser.screen((width, 900), theme == "light").await;
            for path in paths {
                browser.open(&site.url(path)).await;
                assert_readable(browser, axe, &format!("{path} {theme} {width}")).await;
                assert_narrow(browser, path).await;
                assert_inert(browser, path).await;
            }
        }
    }
    browser.screen(WIDE, false).await;
    for path in paths.iter().copied().chain(["/overview", "/audit", "/users/camille", "/account"]) {
        browser.open(&site.url(path)).await;
        assert_narrow(browser, path).await;
        let long = "return [...document.querySelectorAll('main p, main li, main dd, pre.words')].filter((block) => {
            const text = block.innerText.trim();
            if (text.length <= 100 || block.querySelector('p, li, dd, table, form')) return false;
            const range = document.createRange();
            range.selectNodeContents(block);
            const lines = range.getBoundingClientRect().height / parseFloat(getComputedStyle(block).lineHeight);
            return text.length / Math.max(1, Math.round(lines)) > 95;
        }).map((block) => block.innerText)";
        assert_eq!(browser.run(long).await, serde_json::json!([]), "{path}: lines that are too long to be read");
    }
    browser.screen((1280, 900), false).await;
}

async fn assert_narrow(browser: &Browser, path: &str) {
    let overflow = browser.run("return document.documentElement.scrollWidth - innerWidth").await;
    assert!(overflow.as_i64().unwrap() <= 0, "{path}: {overflow} pixels too wide");
}

/// The script of the page is the only one, no element listens by an attribute or comes from the words, and nothing hides or
/// turns round what stands beside it. A dialog would fail the next command.
async fn assert_inert(browser: &Browser, path: &str) {
    let alive = "return [...document.querySelectorAll('*')].filter((one) =>
        [...one.attributes].some(({ name, value }) => name.startsWith('on') || /^\\s*javascript:/i.test(value))
        || ['IFRAME', 'OBJECT', 'EMBED', 'B', 'STYLE'].includes(one.tagName)
        || (one.tagName === 'IMG' && !one.getAttribute('src').startsWith('/static/'))
        || (one.tagName === 'SCRIPT' && !one.getAttribute('src')?.startsWith('/static/'))).map((one) => one.outerHTML)";
    assert_eq!(browser.run(alive).await, serde_json::json!([]), "{path}");
    let text = browser.text().await;
    for hidden in ['\u{202e}', '\u{202c}', '\u{200b}', '\u{7}'] {
        assert!(!text.contains(hidden), "{path}: {hidden:?}");
    }
    assert!(text.len() < 200_000, "{path}: {} bytes of text", text.len());
}

/// Stops somebody's question from the queue.
async fn assert_stopped(browser: &Browser, site: &Site, username: &str) {
    browser.open(&site.url("/queue")).await;
    browser.click(&format!("#work ~ table form button[aria-label*='{username}']")).await;
    browser.accept().await;
    browser.arrives("/queue?done=stopped").await;
    // What is stopped ends on its own.
    while browser
        .run("return document.querySelector('#work ~ table')?.innerText ?? ''")
        .await
        .as_str()
        .unwrap()
        .contains(username)
    {
        browser.reload().await;
    }
}

/// The audit goes on as one scrolls down and up again, without a row twice, and its address is that of what is read.
async fn assert_audit_goes_on(browser: &Browser, site: &Site) {
    const ROWS: &str = "document.querySelectorAll('table[data-turned] tbody tr').length";
    let links = "return [...document.querySelectorAll('table[data-turned] td.time a')].map((link) => link.getAttribute('href'))";
    // Low, so that what is left below any page is higher than the screen.
    browser.screen((1280, 400), false).await;
    browser.open(&site.url("/audit?platform=fake&limit=3")).await;
    // What comes in moves the end further down.
    let down = "scrollTo(0, document.documentElement.scrollHeight)";
    browser.until(&format!("({down}, {ROWS} > 3 && location.search.includes('from='))")).await;
    browser.until("/événements? de plus/.test(document.querySelector('#turned').textContent)").await;
    let rows = browser.run(links).await;
    let rows: Vec<&str> = rows.as_array().unwrap().iter().filter_map(|link| link.as_str()).collect();
    let mut sorted: Vec<u64> = rows.iter().map(|link| link.rsplit('/').next().unwrap().parse().unwrap()).collect();
    sorted.sort_unstable_by(|one, other| other.cmp(one));
    sorted.dedup();
    assert_eq!(sorted.len(), rows.len(), "no entry twice: {rows:?}");
    assert!(rows.iter().zip(&sorted).all(|(link, seq)| link.ends_with(&format!("/{seq}"))), "newest first: {rows:?}");

    // From the middle upwards. A page that is reloaded is scrolled to where it was, and would go on before it is looked at.
    let middle = browser.run("return location.href").await;
    browser.open("about:blank").await;
    browser.open(middle.as_str().unwrap()).await;
    browser.until("document.documentElement.scrollHeight > innerHeight + 20").await;
    let first = browser.run(links).await[0].clone();
    let place = format!(
        "Math.round(document.querySelector('table[data-turned] a[href=' + JSON.stringify({first}) + ']').getBoundingClientRect().top)"
    );
    let up = "document.querySelector('.pager a[rel=prev]').scrollIntoView({ behavior: 'instant' })";
    let before = browser.run(&format!("{up}; return {place}")).await.as_i64().unwrap();
    browser
        .until(&format!("document.querySelector('table[data-turned] td.time a').getAttribute('href') !== {first}"))
        .await;
    let after = browser.run(&format!("return {place}")).await.as_i64().unwrap();
    assert!((before - after).abs() <= 1, "what is read stays where it is: {before} {after}");
}

/// A verification that runs shows how far it is, and one of a broken audit names the entry.
async fn assert_verified(world: &World, browser: &Browser, site: &Site, axe: &str) {
    // A key that is never read to its end holds a verification up.
    let key = world.folder.path().join("audit.key");
    assert!(Command::new("mkfifo").arg(&key).status().unwrap().success());
    browser.open(&site.url("/audit/verification")).await;
    browser.click("form[action='/audit/verification'] button").await;
    browser.until("document.querySelector('progress') !== null").await;
    let told = browser.text().await;
    assert_readable(browser, axe, "a running verification").await;
    let total: String = told.split("0 sur ").nth(1).unwrap().chars().take_while(char::is_ascii_digit).collect();
    assert!(total.parse::<u32>().unwrap() > 10, "{told}");
    let (written, removed) = (key.clone(), key);
    tokio::task::spawn_blocking(move || std::fs::write(written, "")).await.unwrap().unwrap();
    browser.until("document.querySelector('.notice.warn') !== null").await;
    std::fs::remove_file(removed).unwrap();

    let state = Connection::open(world.folder.path().join("state.db")).unwrap();
    let triggers = "SELECT group_concat('DROP TRIGGER ' || name, ';') FROM sqlite_schema WHERE type = 'trigger'";
    let drop: String = state.query_row(triggers, [], |row| row.get(0)).unwrap();
    state.execute_batch(&drop).unwrap();
    state.execute("UPDATE audit_events SET status = 'stopped' WHERE seq = 3", []).unwrap();
    browser.click("form[action='/audit/verification'] button").await;
    browser.until("document.querySelector('.notice.bad') !== null").await;
    let told = browser.text().await;
    assert!(told.contains("3 de test"), "{told}");
    assert_readable(browser, axe, "a broken audit").await;
    browser.click(".notice.bad a").await;
    browser.arrives("/audit/test/3").await;
    // It was `ok`, as the chain that is verified at the end of the test shows.
    state.execute("UPDATE audit_events SET status = 'ok' WHERE seq = 3", []).unwrap();
}
