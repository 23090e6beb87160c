//! Tests that a person can see hidden data nowhere and in no way.

use insta::assert_snapshot;
use pstral_core::domain::{ButtonAction, EventBody, Role};
use pstral_core::guard::Rules;
use pstral_core::ports::ModelError;
use pstral_core::testkit::chat_platform::FakeChat;
use pstral_core::testkit::language_model::Script;

use crate::world::{Setup, alex, camille, claire, deny, run_test, run_test_with};

const HIDDEN: &str = "oauth_email_accounts";

#[test]
fn a_denied_table_is_not_in_the_prompt() {
    run_test(async |world| {
        world.model_says("I do not know.");
        world.say(&alex(), "What is in oauth_email_accounts and its access_token?").await;
        let request = world.model.requests().remove(0);
        assert!(request.system.contains("clients("), "{}", request.system);
        assert!(!request.system.contains("oauth") && !request.system.contains("access_token"), "{}", request.system);
    });
}

#[test]
fn a_denied_table_is_not_reached_by_any_statement() {
    run_test(async |world| {
        for statement in [
            "SELECT * FROM oauth_email_accounts",
            "SELECT access_token FROM oauth_email_accounts",
            "SELECT access_token FROM main.\"OAUTH_email_accounts\"",
            "SELECT x.* FROM clients c JOIN oauth_email_accounts x ON x.id = c.id",
            "SELECT id FROM clients WHERE email IN (SELECT email FROM oauth_email_accounts)",
            "WITH t AS (SELECT access_token FROM oauth_email_accounts) SELECT access_token FROM t",
            "SELECT email FROM clients UNION SELECT access_token FROM oauth_email_accounts",
            "SELECT sql FROM sqlite_master",
        ] {
            world.command(&alex(), &format!("edit {statement}")).await;
            assert!(!world.offers_something(), "{statement}: {}", world.newest());
            assert!(!world.newest().contains("access_token:"), "{}", world.newest());
        }
        assert_eq!(world.target.ran(), []);
    });
}

#[test]
fn the_model_cannot_offer_a_denied_table() {
    run_test(async |world| {
        world.model_says("Voici :\n```sql\nSELECT access_token FROM oauth_email_accounts\n```");
        world.say(&camille(), "Donne-moi les jetons de messagerie").await;
        assert!(!world.offers_something());
        world.command(&camille(), "execute").await;
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        Voici :
        ```sql
        SELECT access_token FROM oauth_email_accounts
        ```

        🛡️ Cette requête ne peut pas être exécutée. Vous n’avez pas accès à la table « oauth_email_accounts ». Demandez l’accès à un administrateur si vous en avez besoin.
        [Modifier]
        ── #2 private
        La dernière requête a été refusée : il n’y a rien à exécuter. Modifiez-la, ou posez la question autrement.
        ");
        assert_snapshot!(world.audit_lines().await, @r"
        question ok camille
        refusal refused camille rule=relation-denied
        answer ok camille
        ");
    });
}

#[test]
fn a_star_never_opens_a_denied_column() {
    let setup = Setup { rules: deny(&["clients.email"]), ..Setup::default() };
    run_test_with(setup, async |world| {
        world.command(&alex(), "edit SELECT * FROM clients WHERE city = 'Lyon'").await;
        assert!(world.offers_something());
        let card = world.newest();
        assert!(card.contains("clients.company_name") && !card.contains('*'), "{card}");
        assert!(card.ends_with("Without clients.email: these columns are not open to you."), "{card}");
        world.command(&alex(), "execute").await;
        assert!(world.newest().contains("company_na") && !world.newest().contains("email"), "{}", world.newest());
        let ran = world.target.ran().remove(0);
        assert!(!ran.text().contains("email") && !ran.text().contains('*'), "{}", ran.text());
    });
}

#[test]
fn a_role_reads_what_it_may_and_no_more() {
    const EMAILS: &str = "edit SELECT email FROM clients WHERE id = 1";
    let roles = [(Role::member(), deny(&["clients.email"]))].into();
    run_test_with(Setup { roles, ..Setup::default() }, async |world| {
        world.command(&claire(), EMAILS).await;
        world.command(&claire(), "execute").await;
        assert!(world.newest().contains('@'), "an admin may: {}", world.newest());
        let before = world.target.ran().len();
        world.command(&alex(), EMAILS).await;
        world.command(&alex(), "execute").await;
        assert_eq!(world.target.ran().len(), before);
        let knows = async |actor| {
            world.model_says("I cannot say.");
            world.say(&actor, "Where do our clients write from?").await;
            let system = world.model.requests().pop().unwrap().system;
            system.lines().find(|line| line.starts_with("clients(")).unwrap().contains("email")
        };
        assert_eq!((knows(alex()).await, knows(claire()).await), (false, true), "the prompt of each");
    });
}

#[test]
fn what_a_role_may_no_longer_read_does_not_run() {
    run_test_with(Setup::default(), async |world| {
        world.command(&claire(), "edit SELECT email FROM clients WHERE id = 1").await;
        let proposal = world.newest_proposal();
        world.restart_under(Rules::default(), &[(Role::admin(), deny(&["clients.email"]))]).await;
        world.click(&claire(), ButtonAction::Execute(proposal)).await;
        assert_eq!(world.target.ran(), []);
        assert!(world.audit_lines().await.contains("rule=column-denied"), "{}", world.audit_lines().await);
    });
}

#[test]
fn what_reads_a_denied_table_is_neither_suggested_nor_an_example_nor_offered() {
    let setup = Setup { rules: deny(&[HIDDEN, "payments"]), ..Setup::default() };
    run_test_with(setup, async |world| {
        world.model.script(Script::refuses(ModelError::Busy));
        world.say(&alex(), "Who are the top 5 clients by revenue?").await;
        assert!(!world.offers_something());
        assert!(!world.newest().contains("revenue") && !world.newest().contains("payment"), "{}", world.newest());
        let request = world.model.requests().remove(0);
        assert!(
            !request.system.contains("payments(") && !request.system.contains("FROM payments"),
            "{}",
            request.system
        );
    });
}

#[test]
fn what_the_model_writes_mentions_nobody() {
    run_test(async |world| {
        world.model_says("Hey @everyone, @here, <@123456> and <@&42>: write to a@example.org.");
        world.command(&alex(), "mode chat").await;
        let channel = FakeChat::channel("sales");
        world.act(&alex(), &channel, EventBody::command("mode chat")).await;
        world.act(&alex(), &channel, EventBody::Said("Say hello".to_owned())).await;
        for (_, message) in world.chat.messages() {
            assert!(!message.text.contains("@everyone") && !message.text.contains("@here"), "{}", message.text);
            assert!(!message.text.contains("<@1") && !message.text.contains("<@&"), "{}", message.text);
        }
        assert!(world.newest().contains("a@example.org"), "an address stays one: {}", world.newest());
    });
}

#[test]
fn a_value_is_never_markup() {
    run_test(async |world| {
        for text in ["'**bold** `code` @everyone'", "'a' || char(10) || char(96, 96, 96) || char(10) || '@here'"] {
            world.command(&alex(), &format!("edit SELECT min({text}) AS v FROM clients")).await;
            world.click(&alex(), ButtonAction::Execute(world.newest_proposal())).await;
        }
        let shown: Vec<String> = world.chat.messages().into_iter().map(|(_, message)| message.text).collect();
        assert_snapshot!(shown[1].lines().next().unwrap(), @"`**bold** ˋcodeˋ @everyone`");
        assert_snapshot!(shown.last().unwrap().lines().next().unwrap(), @"`a ˋˋˋ @here`");
    });
}

#[test]
fn a_statement_cannot_leave_its_code_block() {
    run_test(async |world| {
        world.command(&alex(), "edit SELECT '``` @everyone' AS v, id FROM clients WHERE id = 1").await;
        assert!(world.offers_something() && !world.newest().contains("```"), "{}", world.newest());
        let read = std::fs::read_to_string(&world.newest_files()[0]).unwrap();
        assert!(read.contains("'``` @everyone'"), "it is in a file: {read}");
    });
}
