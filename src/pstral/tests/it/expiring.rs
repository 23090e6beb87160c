//! Messages of proposals lose their buttons once these can no longer run.

use std::time::Duration;

use insta::assert_snapshot;
use pstral_core::domain::{EventBody, Locale};
use pstral_core::ports::PlatformError;
use pstral_core::settings::PlaceTerms;
use pstral_core::testkit::chat_platform::{FakeChat, Request};

use crate::world::{Setup, World, alex, camille, run_test, run_test_with};

const LIFETIME: Duration = Duration::from_mins(30);

async fn expire(world: &World) -> usize {
    world.pipeline.expire_proposals().await.unwrap()
}

#[test]
fn buttons_go_once_after_a_restart_too() {
    run_test(async |world| {
        world.say(&camille(), "Combien de clients avons-nous à Lyon ?").await;
        let sales = FakeChat::channel("sales");
        world.act(&alex(), &sales, EventBody::Said("How many clients do we have in Lyon?".to_owned())).await;
        world.command(&alex(), "edit SELECT count(id) AS n FROM clients").await;
        world.model_says("Here:\n```sql\nSELECT count(id) AS n FROM contracts\n```\nThat is all.");
        world.say(&alex(), "Something about contracts, whatever").await;
        assert_eq!(expire(world).await, 0);
        world.clock.advance(Duration::from_secs(30 * 60 - 1));
        assert_eq!(expire(world).await, 0);
        assert!(world.offers_something());
        world.clock.advance(Duration::from_secs(1));
        world.restart().await;
        assert_eq!(expire(world).await, 4);
        assert_eq!(expire(world).await, 0);
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        Je réponds à : « Combien de clients avons-nous à Lyon ? »
        ```sql
        SELECT
          count(c.id) AS client_count
        FROM
          clients c
        WHERE
          c.city = :city
        ```
        `:city` = « Lyon »
        ✅ Requête vérifiée par Claire Fontaine le 14/09/2026.
        Lit la table clients de la base crm.

        Cette requête a expiré. Posez votre question à nouveau pour en obtenir une nouvelle.
        ── #2 sales
        ↳ Alex Taylor
        I am answering: “How many clients do we have in Lyon?”
        ```sql
        SELECT
          count(c.id) AS client_count
        FROM
          clients c
        WHERE
          c.city = :city
        ```
        `:city` = “Lyon”
        ✅ Query verified by Claire Fontaine on 14 September 2026.
        Reads the table clients of the database crm.

        This statement has expired. Ask your question again to get a new one.
        ── #3 private
        ```sql
        SELECT
          count(id) AS n
        FROM
          clients
        ```
        Statement edited by you.
        Reads the table clients of the database crm.

        This statement has expired. Ask your question again to get a new one.
        ── #4 private
        Here:

        ```sql
        SELECT
          count(id) AS n
        FROM
          contracts
        ```
        Written by the model, not verified.
        Reads the table contracts of the database crm.

        That is all.

        This statement has expired. Ask your question again to get a new one.
        ");
    });
}

#[test]
fn what_ran_says_the_same_without_its_buttons_and_what_was_refused_stays_as_it_is() {
    run_test(async |world| {
        world.say(&alex(), "How many clients do we have in Lyon?").await;
        world.command(&alex(), "execute").await;
        world.command(&alex(), "edit SELECT id FROM nowhere").await;
        let before = world.transcript();
        world.clock.advance(LIFETIME);
        assert_eq!(expire(world).await, 1);
        assert_eq!(world.transcript(), before.replacen("[Edit] [Explain]\n", "", 1));
        assert_eq!(expire(world).await, 0);
    });
}

#[test]
fn in_a_place_with_a_language_it_is_said_in_that_language() {
    let french = PlaceTerms { language: Some(Locale::Fr), ..PlaceTerms::default() };
    run_test_with(Setup { rooms: vec![("france", french)], ..Setup::default() }, async |world| {
        let question = EventBody::Said("How many clients do we have in Lyon?".to_owned());
        world.act(&alex(), &FakeChat::channel("france"), question).await;
        world.clock.advance(LIFETIME);
        assert_eq!(expire(world).await, 1);
        assert!(world.newest().ends_with("pour en obtenir une nouvelle."), "{}", world.newest());
    });
}

#[test]
fn a_platform_that_is_away_is_tried_again_but_not_for_ever() {
    run_test(async |world| {
        world.say(&alex(), "How many clients do we have in Lyon?").await;
        world.say(&alex(), "How many clients do we have in Paris?").await;
        world.clock.advance(LIFETIME);
        world.chat.refuse(Request::Edit, PlatformError::Unavailable("no network".to_owned()));
        assert_eq!(expire(world).await, 0, "the first one is enough to know");
        world.chat.refuse(Request::Edit, PlatformError::Gone);
        assert_eq!(expire(world).await, 1, "one is gone, the other is told");
        assert_eq!(expire(world).await, 0);
        assert_eq!(world.chat.messages().len(), 2, "nothing is sent anew");

        world.say(&alex(), "How many clients do we have in Nantes?").await;
        world.clock.advance(Duration::from_hours(24 * 8));
        let shown = world.transcript();
        assert_eq!(expire(world).await, 0);
        assert_eq!(world.transcript(), shown);
    });
}
