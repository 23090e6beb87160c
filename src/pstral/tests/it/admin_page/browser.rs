//! A real browser: what people see in it, by what means they may read it, and what it asks for.

use std::path::Path;
use std::time::Duration;

use pstral_core::domain::{AuditAction, ButtonAction, Locale, QueryState, UserChange};
use pstral_core::ports::{Knowledge as _, People as _};
use pstral_core::testkit::language_model::Script;
use serde_json::Value;

use super::webdriver::{Browser, Driver};
use super::{Site, axe};
use crate::admin::PASSWORD;
use crate::world::{Setup, World, alex, camille, run_test_with, stranger};

const SECTIONS: &[&str] = &[
    "/overview",
    "/audit",
    "/audit/test/1",
    "/verified",
    "/verified/crm/client-fidele",
    "/reviews",
    "/account",
    "/users",
    "/users/camille",
    "/queue",
    "/approvals",
    "/targets",
    "/targets/crm",
    "/policy?role=member&target=crm&table=clients",
    "/configuration",
    "/audit/verification",
    "/conversations",
    "/api/",
    "/nothing",
];

/// A telephone, a laptop and a large screen.
const SCREENS: [(u32, u32); 3] = [(360, 780), (1280, 800), (2560, 1300)];

/// A browser starts slowly beside other tests.
pub(super) fn patient() -> Setup {
    Setup { patience: Duration::from_mins(5), ..Setup::default() }
}

/// A day of the sample company.
async fn a_day(world: &World) {
    for question in ["Combien de clients avons-nous ?", "Liste les clients de Paris"] {
        world.say(&camille(), question).await;
        world.click(&camille(), ButtonAction::Execute(world.newest_proposal())).await;
        world.clock.advance(Duration::from_mins(67));
    }
    world.command(&camille(), "edit SELECT * FROM oauth_email_accounts").await;
    world.command(&camille(), "terme client fidèle = SELECT client_id FROM contracts").await;
    world.model_says("I cannot tell.");
    world.say(&camille(), "Les clients nous aiment-ils vraiment bien ?").await;
}

pub(super) async fn sign_in(browser: &Browser, origin: &str, username: &str) {
    browser.open(&format!("{origin}/sign-in")).await;
    browser.write("#username", username).await;
    browser.write("#password", PASSWORD).await;
    browser.click("form[action='/sign-in'] button").await;
    browser.arrives("/overview").await;
}

#[test]
fn an_administrator_works_in_a_browser() {
    let Some(driver) = Driver::start() else { return };
    run_test_with(patient(), async |world| {
        a_day(world).await;
        let site = Site::of(world).await;
        // Another site than the address, though the same server.
        let local = format!("http://localhost:{}", site.address.port());
        let browser = driver.browser((1280, 900), "fr").await;
        browser.open(&site.url("/audit?action=execution")).await;
        browser.arrives("/sign-in?next=%2Faudit%3Faction%3Dexecution").await;
        browser.write("#username", "claire").await;
        browser.write("#password", PASSWORD).await;
        browser.click("form[action='/sign-in'] button").await;
        browser.arrives("/audit?action=execution").await;
        assert!(browser.text().await.contains("camille"));

        // A link of another site: the browser keeps the cookie back at first.
        browser.open(&format!("{local}/sign-in")).await;
        browser.run(&format!("location.href = '{}'", site.url("/audit?action=execution"))).await;
        browser.arrives("/audit?action=execution").await;
        assert!(browser.text().await.contains("camille"));

        // Found by its person and opened, by keyboard alone.
        browser.write("#user", "camille\u{e007}").await;
        browser.arrives("/audit?user=camille&action=execution").await;
        browser.click("td.time a").await;
        browser.arrives("").await;
        assert!(browser.text().await.contains("SELECT"));

        browser.open(&site.url("/verified?state=proposed")).await;
        browser.click("td.about a").await;
        browser.click("form[action$='/approve'] button").await;
        browser.arrives("/verified/crm/client-fidele?done=approve").await;
        assert!(browser.text().await.contains("Approuvée."));
        let kept = world.store.kept_verified("crm").await.unwrap();
        assert!(kept.iter().any(|kept| kept.query.id == "client-fidele" && kept.state == QueryState::Approved));

        browser.open(&site.url("/users?text=camille")).await;
        browser.click("td a[href='/users/camille']").await;
        browser.click("form[action$='/link-code'] button").await;
        browser.arrives("/users/camille/link-code").await;
        let drawn = browser.run("return document.querySelector('svg.qr').getBoundingClientRect().height").await;
        assert!(drawn.as_f64().unwrap() > 100.0, "{drawn}");
        let code = browser.run("return document.querySelector('#secret').value").await;
        world.say(&stranger(), code.as_str().unwrap()).await;
        browser.open(&site.url("/users/camille")).await;
        assert_eq!(browser.run("return document.querySelectorAll(\"form[action$='/remove']\").length").await, 2);

        let other = driver.browser((360, 780), "fr").await;
        sign_in(&other, &local, "claire").await;
        browser.open(&site.url("/account")).await;
        browser.click("#sessions ~ table tbody tr:nth-child(2) form button").await;
        browser.accept().await;
        browser.arrives("/account?done=ended").await;
        assert!(browser.text().await.contains("Terminé."));
        other.reload().await;
        other.arrives("/sign-in?next=%2Foverview").await;

        browser.open(&site.url("/overview")).await;
        browser.click("form[action='/sign-out'] button").await;
        browser.arrives("/sign-in").await;
        browser.back().await;
        browser.arrives("/sign-in?next=%2Foverview").await;
        assert!(!browser.text().await.contains("target crm"));
        for browser in [browser, other] {
            assert_quiet(&browser, &[site.url(""), local.clone()]).await;
            browser.close().await;
        }
    });
}

/// Nothing was written to the console, and nobody but the page itself was asked for anything.
pub(super) async fn assert_quiet(browser: &Browser, origins: &[String]) {
    let said: Vec<Value> = browser.log("browser").await.into_iter().filter(|line| line["level"] == "SEVERE").collect();
    // The answers that the test provokes are logged as what could not be loaded.
    let said: Vec<&Value> = said
        .iter()
        .filter(|line| !line["message"].as_str().unwrap().contains("the server responded with a status of"))
        .collect();
    assert!(said.is_empty(), "{said:?}");
    let asked = browser.log("performance").await;
    let asked = asked.iter().filter_map(|line| serde_json::from_str::<Value>(line["message"].as_str()?).ok());
    let urls: Vec<String> = asked
        .filter(|event| event["message"]["method"] == "Network.requestWillBeSent")
        .filter_map(|event| Some(event["message"]["params"]["request"]["url"].as_str()?.to_owned()))
        .collect();
    assert!(!urls.is_empty());
    let others: Vec<_> =
        urls.iter().filter(|url| !origins.iter().any(|origin| url.starts_with(&format!("{origin}/")))).collect();
    assert!(others.is_empty(), "{others:?}");
}

#[test]
fn every_section_can_be_read_by_everybody_in_both_themes() {
    let (Some(driver), Some(axe)) = (Driver::start(), axe::script()) else { return };
    run_test_with(patient(), async |world| {
        a_day(world).await;
        let site = Site::of(world).await;
        let browser = driver.browser((1280, 900), "fr").await;
        browser.open(&site.url("/sign-in")).await;
        assert_readable(&browser, &axe, "/sign-in").await;
        sign_in(&browser, &site.url(""), "claire").await;
        let mut looks = Vec::new();
        for theme in ["light", "dark"] {
            browser.click(&format!("button[name='theme'][value='{theme}']")).await;
            browser.until(&format!("document.documentElement.dataset.theme === '{theme}'")).await;
            for width in [1280, 360] {
                browser.screen((width, 900), theme == "light").await;
                for path in SECTIONS.iter().copied() {
                    browser.open(&site.url(path)).await;
                    let chosen = browser.run("return document.documentElement.dataset.theme").await;
                    assert_eq!(chosen, theme, "what was chosen wins over the system");
                    assert_readable(&browser, &axe, &format!("{path} {theme} {width}")).await;
                    let overflow = browser.run("return document.documentElement.scrollWidth - innerWidth").await;
                    assert!(overflow.as_i64().unwrap() <= 0, "{path} {width}: {overflow} pixels too wide");
                    looks.push((path, width, Look::of(&browser).await));
                }
            }
        }
        let (light, dark) = looks.split_at(looks.len() / 2);
        for ((path, width, light), (_, _, dark)) in light.iter().zip(dark) {
            assert!(light.bright > 0.8 && dark.bright < 0.2, "{path} {width}: {light:?} {dark:?}");
            assert_eq!(light.boxes, dark.boxes, "{path} {width}: the theme moves what is on the page");
        }
        assert_quiet(&browser, &[site.url("")]).await;
        browser.close().await;
    });
}

/// A section as it is drawn.
#[derive(Debug)]
struct Look {
    /// The share of the pixels of its picture that are closer to white than to black.
    bright: f64,
    /// Where its parts begin, and how wide they are.
    boxes: Value,
}

impl Look {
    async fn of(browser: &Browser) -> Self {
        let picture = browser.picture(true).await;
        let count = format!(
            "const done = arguments[arguments.length - 1];
            const bytes = Uint8Array.from(atob('{picture}'), (one) => one.charCodeAt(0));
            createImageBitmap(new Blob([bytes])).then((image) => {{
                const canvas = new OffscreenCanvas(image.width, image.height).getContext('2d');
                canvas.drawImage(image, 0, 0);
                const {{ data }} = canvas.getImageData(0, 0, image.width, image.height);
                let bright = 0;
                for (let at = 0; at < data.length; at += 4) bright += data[at] + data[at + 1] + data[at + 2] > 382;
                done(bright / (data.length / 4));
            }})"
        );
        // Not their heights: lists grow as they are read.
        let boxes = "return [...document.querySelectorAll('header, nav, main > *')].map((part) => {
            const { x, width } = part.getBoundingClientRect();
            return [part.tagName, ...[x, width].map(Math.round)].join(' ');
        })";
        Self { bright: browser.run_until_done(&count).await.as_f64().unwrap(), boxes: browser.run(boxes).await }
    }
}

/// axe-core finds no serious or critical fault.
pub(super) async fn assert_readable(browser: &Browser, axe: &str, what: &str) {
    // Run by the driver, it is no script of the page: its policy holds all the same.
    browser.run(axe).await;
    let run = "const done = arguments[arguments.length - 1]; axe.run().then((found) => done(found.violations
        .filter((one) => ['serious', 'critical'].includes(one.impact))
        .map((one) => `${one.id}: ${one.nodes.map((node) => node.html + ' ' + node.failureSummary).join(' | ')}`)))";
    let found = browser.run_until_done(run).await;
    assert_eq!(found, Value::Array(Vec::new()), "{what}");
}

/// Writes pictures of each section into the folder that `PSTRAL_PAGE_PICTURES` names, for a look and for the documentation.
#[test]
fn pictures_of_each_section_are_taken_where_they_are_wanted() {
    let Some(folder) = std::env::var_os("PSTRAL_PAGE_PICTURES") else { return };
    let Some(driver) = Driver::start() else { return };
    let folder = Path::new(&folder);
    run_test_with(patient(), async |world| {
        for hour in 0..20 {
            for _ in 0..(hour * 7 + 3) % 5 {
                world.say(&alex(), "How many clients do we have?").await;
            }
            if hour % 3 == 0 {
                let pause = Duration::from_millis(20 + hour * 3);
                world.model.script(Script::words("I cannot tell from the data that I may read.").every(pause));
                world.say(&alex(), &format!("What do the clients of hour {hour} think of us?")).await;
            }
            world.clock.advance(Duration::from_hours(1));
        }
        a_day(world).await;
        let site = Site::of(world).await;
        let claire = world.store.user_named("claire").await.unwrap().unwrap();
        let change = UserChange { locale: Some(Locale::En), ..UserChange::default() };
        world.store.change_user(&claire, &change, &[]).await.unwrap();
        let executed = world.entries().await.into_iter().rfind(|entry| entry.event.action == AuditAction::Execution);
        let entry = format!("/audit/test/{}", executed.unwrap().seq);
        let browser = driver.browser((1280, 900), "en").await;
        sign_in(&browser, &site.url(""), "claire").await;
        let others = [
            ("entry", entry.as_str()),
            ("audit", "/audit?user=camille"),
            ("verified", "/verified"),
            ("reviews", "/reviews"),
            ("user", "/users/camille"),
            ("database", "/targets/crm?text=c"),
            ("queue", "/queue"),
        ];
        let others =
            others.into_iter().chain([("overview", "/overview"), ("account", "/account"), ("missing", "/nothing")]);
        for (name, path) in others.chain([("query", "/verified/crm/client-fidele")]) {
            for (size, is_dark) in SCREENS.into_iter().flat_map(|size| [(size, false), (size, true)]) {
                browser.screen(size, is_dark).await;
                browser.open(&site.url(path)).await;
                picture(&browser, folder, name, size.0, is_dark).await;
            }
        }
        browser.click("form[action='/sign-out'] button").await;
        browser.arrives("/sign-in").await;
        for (size, is_dark) in SCREENS.into_iter().flat_map(|size| [(size, false), (size, true)]) {
            browser.screen(size, is_dark).await;
            picture(&browser, folder, "sign-in", size.0, is_dark).await;
        }
        browser.close().await;
    });
}

async fn picture(browser: &Browser, folder: &Path, name: &str, width: u32, is_dark: bool) {
    let theme = if is_dark { "dark" } else { "light" };
    let data = base64(&browser.picture(false).await);
    std::fs::write(folder.join(format!("{name}-{width}-{theme}.png")), data).unwrap();
}

/// The bytes of a text in base64.
fn base64(text: &str) -> Vec<u8> {
    let value = |c: u8| match c {
        b'A'..=b'Z' => c - b'A',
        b'a'..=b'z' => c - b'a' + 26,
        b'0'..=b'9' => c - b'0' + 52,
        b'+' => 62,
        _ => 63,
    };
    let digits: Vec<u32> = text.bytes().filter(|c| *c != b'=').map(|c| u32::from(value(c))).collect();
    let bytes = |digits: &[u32]| {
        let bits = digits.iter().enumerate().fold(0, |bits, (at, digit)| bits | digit << (18 - 6 * at));
        bits.to_be_bytes()[1..digits.len()].to_vec()
    };
    digits.chunks(4).flat_map(bytes).collect()
}
