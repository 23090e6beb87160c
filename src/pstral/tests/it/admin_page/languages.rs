//! The language of the account, of the browser before the sign-in, and times where people are.

use jiff::tz::TimeZone;
use pstral_core::domain::{Locale, UserChange};
use pstral_core::ports::People as _;
use reqwest::Method;

use super::Site;
use crate::world::{camille, run_test};

#[test]
fn the_sign_in_speaks_the_language_of_the_browser() {
    run_test(async |world| {
        let site = Site::of(world).await;
        for (preferred, expected) in [("fr-FR,fr;q=0.9", "fr"), ("en-GB,en;q=0.9,fr;q=0.1", "en"), ("de", "fr")] {
            let shown = site.ask(Method::GET, "/sign-in", "", &[("accept-language", preferred)], "").await;
            assert!(shown.body.contains(&format!("<html lang=\"{expected}\"")), "{preferred}");
        }
    });
}

#[test]
fn a_page_speaks_the_language_and_tells_the_time_of_its_reader() {
    run_test(async |world| {
        world.say(&camille(), "Combien de clients avons-nous ?").await;
        let site = Site::of(world).await;
        let claire = world.store.user_named("claire").await.unwrap().unwrap();
        let cookie = site.signed_in("claire").await;
        let french = site.get("/audit?action=question", &cookie).await;
        assert!(
            french.body.contains("<html lang=\"fr\"") && french.words().contains("2026-11-21 10:00:00"),
            "{}",
            french.words()
        );
        let zone = Some(TimeZone::get("Asia/Tokyo").unwrap());
        let change = UserChange { locale: Some(Locale::En), zone, ..UserChange::default() };
        world.store.change_user(&claire, &change, &[]).await.unwrap();
        let cookie = site.signed_in("claire").await;
        let english = site.get("/audit?action=question", &cookie).await;
        assert!(
            english.body.contains("<html lang=\"en\"") && english.words().contains("2026-11-21 19:00:00"),
            "{}",
            english.words()
        );
        assert!(english.body.contains("Time zone: Asia"), "{}", english.body);
    });
}

/// A key without a sentence would be shown as it is.
#[test]
fn every_section_has_its_sentences_in_both_languages() {
    run_test(async |world| {
        world.command(&camille(), "terme client fidèle = SELECT client_id FROM contracts").await;
        let site = Site::of(world).await;
        for locale in Locale::ALL {
            let claire = world.store.user_named("claire").await.unwrap().unwrap();
            let change = UserChange { locale: Some(locale), ..UserChange::default() };
            world.store.change_user(&claire, &change, &[]).await.unwrap();
            let cookie = site.signed_in("claire").await;
            for path in [
                "/overview",
                "/audit",
                "/audit?user=nobody",
                "/audit?text=%00nothing",
                "/audit/test/1",
                "/verified",
                "/verified/crm/client-fidele",
                "/verified/crm/clients",
                "/verified?text=nothing",
                "/reviews",
                "/account",
                "/users",
                "/users?text=nothing",
                "/users/camille",
                "/queue",
                "/approvals",
                "/targets",
                "/targets/crm",
                "/targets/crm?text=nothing",
                "/policy?role=member&target=crm",
                "/configuration",
                "/audit/verification",
                "/conversations",
                "/nothing",
            ] {
                let words = site.get(path, &cookie).await.words();
                assert!(!words.contains("page-"), "{path}: {words}");
            }
        }
    });
}

/// What the API says is shown by the page too: it names what to do, not how a program does it.
#[test]
fn no_sentence_of_the_api_names_a_route() {
    for sentences in
        [include_str!("../../../../../locales/fr/chat.ftl"), include_str!("../../../../../locales/en/chat.ftl")]
    {
        let of_the_api: Vec<&str> = sentences.lines().filter(|line| line.starts_with("api-")).collect();
        assert!(of_the_api.len() > 15, "{of_the_api:?}");
        for line in of_the_api {
            for word in ["/api/", "GET ", "POST ", "If-Match", "Authorization"] {
                assert!(!line.contains(word), "{line}");
            }
        }
    }
}
