//! Quotas in conversations: who asks too much is told when to come back, and nothing else happens.

use insta::assert_snapshot;
use pstral_core::domain::{EventBody, Role};
use pstral_core::settings::{Quantities, Quantity, QuotaLimits};
use pstral_core::testkit::chat_platform::FakeChat;

use crate::world::{Setup, alex, camille, claire, run_test_with};

const HOW_MANY: &str = "How many clients do we have?";
const COMBIEN: &str = "Combien de clients avons-nous ?";

fn quantity(per_minute: u32, per_day: u32) -> Quantity {
    Quantity { per_minute, per_day }
}

fn limited(quotas: QuotaLimits) -> Setup {
    Setup { quotas, ..Setup::default() }
}

#[test]
fn who_asks_too_much_comes_back_later() {
    let questions = quantity(0, 2);
    let user = Quantities { questions, executions: quantity(1, 0) };
    run_test_with(limited(QuotaLimits { user, ..QuotaLimits::default() }), async |world| {
        for _ in 0..2 {
            world.say(&alex(), HOW_MANY).await;
        }
        world.say(&alex(), HOW_MANY).await;
        assert_snapshot!(world.newest(), @"You have asked a great many questions. Come back in 12 hours and I will go on.");
        world.command(&alex(), "edit SELECT id FROM clients").await;
        assert_snapshot!(world.newest(), @"You have asked a great many questions. Come back in 12 hours and I will go on.");
        world.command(&alex(), "execute").await;
        assert_eq!(world.target.ran().len(), 1, "executions are counted apart");
        world.say(&camille(), COMBIEN).await;
        world.command(&camille(), "execute").await;
        world.say(&camille(), COMBIEN).await;
        world.command(&camille(), "execute").await;
        assert_snapshot!(world.newest(), @"Vous avez exécuté beaucoup de requêtes. Revenez dans une minute pour exécuter celle-ci.");
        assert_eq!(world.target.ran().len(), 2);
        let denied = world.entries().await.into_iter().filter(|entry| entry.event.rule.as_deref() == Some("quota"));
        let details: Vec<String> = denied.map(|entry| entry.event.detail.unwrap_or_default()).collect();
        assert_eq!(details.len(), 3);
        assert!(details[0].starts_with("quota of the user: 2 questions a day; 431"), "{details:?}");
        assert!(details[2].starts_with("quota of the user: 1 executions a minute; "), "{details:?}");
    });
}

#[test]
fn a_place_has_a_quota_of_its_own_and_a_role_may_have_another() {
    let place = Quantities { questions: quantity(0, 2), ..Quantities::default() };
    let user = Quantities { questions: quantity(0, 1), ..Quantities::default() };
    let roles = [(Role::admin(), Quantities::default())].into();
    run_test_with(limited(QuotaLimits { user, place, roles }), async |world| {
        let channel = FakeChat::channel("team");
        let ask = async |actor, words: &str| world.act(&actor, &channel, EventBody::Said(words.to_owned())).await;
        ask(claire(), COMBIEN).await;
        ask(claire(), COMBIEN).await;
        ask(claire(), COMBIEN).await;
        assert_snapshot!(world.newest(), @"Beaucoup de questions ont été posées ici. Revenez dans 12 heures, ou écrivez-moi en privé.");
        ask(alex(), HOW_MANY).await;
        assert_snapshot!(world.newest(), @"A great many questions have been asked here. Come back in 12 hours, or write to me in private.");
        world.say(&alex(), HOW_MANY).await;
        assert!(world.offers_something() && world.newest().contains("SELECT"), "nothing was counted for alex");
    });
}

#[test]
fn what_does_not_run_is_not_counted() {
    let user = Quantities { executions: quantity(2, 0), ..Quantities::default() };
    run_test_with(limited(QuotaLimits { user, ..QuotaLimits::default() }), async |world| {
        world.say(&alex(), HOW_MANY).await;
        for _ in 0..4 {
            world.command(&alex(), "execute").await;
        }
        assert!(world.newest().contains("already been used"), "{}", world.newest());
        for _ in 0..2 {
            world.say(&alex(), HOW_MANY).await;
            world.command(&alex(), "execute").await;
        }
        assert_eq!(world.target.ran().len(), 2);
        // Counters begin anew with the program.
        world.restart().await;
        world.command(&alex(), "execute").await;
        assert_eq!(world.target.ran().len(), 3, "what the quota refused can run later");
    });
}
