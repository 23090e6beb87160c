//! What people type: in both languages, as a member and as an admin.

use insta::assert_snapshot;
use pstral_core::domain::EventBody;
use pstral_core::testkit::chat_platform::FakeChat;

use crate::world::{alex, camille, claire, run_test};

#[test]
fn help_in_english() {
    run_test(async |world| {
        world.command(&alex(), "help").await;
        assert_snapshot!(world.newest(), @"");
    });
}

#[test]
fn help_in_french() {
    run_test(async |world| {
        world.command(&camille(), "aide").await;
        assert_snapshot!(world.newest(), @"");
    });
}

#[test]
fn whoami_and_history() {
    run_test(async |world| {
        world.command(&alex(), "history").await;
        world.command(&alex(), "whoami").await;
        world.say(&alex(), "List the clients in Paris").await;
        world.command(&alex(), "new").await;
        world.say(&alex(), "List the clients in Lyon").await;
        world.command(&alex(), "history").await;
        let transcript = world.transcript();
        let (before, after) = transcript.split_once("── #3").unwrap();
        assert_snapshot!(before, @"");
        assert_snapshot!(after.rsplit("── #").next().unwrap(), @"");
    });
}

#[test]
fn what_one_says_in_chat_mode_is_never_run() {
    run_test(async |world| {
        world.command(&alex(), "mode").await;
        world.command(&alex(), "mode chat").await;
        world.model_says("Like this:\n```sql\nSELECT id FROM clients\n```");
        world.say(&alex(), "How do I write a query?").await;
        let request = world.model.requests().remove(0);
        assert!(!request.system.contains("clients"), "{}", request.system);
        world.command(&alex(), "execute").await;
        world.command(&alex(), "mode sql").await;
        assert_snapshot!(world.transcript(), @"");
    });
}

#[test]
fn the_audit_is_for_admins() {
    run_test(async |world| {
        world.say(&alex(), "How many clients do we have in Paris?").await;
        world.command(&alex(), "execute").await;
        world.command(&alex(), "audit").await;
        assert_snapshot!(world.newest(), @"");
        world.command(&claire(), "audit alex 10").await;
        assert_snapshot!(world.newest(), @"");
        world.command(&claire(), "audit nobody").await;
        assert_snapshot!(world.newest(), @"");
        world.command(&claire(), "audit recovered").await;
        assert_snapshot!(world.newest(), @"");
        assert_snapshot!(world.audit_lines().await, @"");
    });
}

#[test]
fn the_newest_events_are_shown_where_not_all_fit() {
    run_test(async |world| {
        for _ in 0..30 {
            world.command(&alex(), "edit SELECT * FROM oauth_email_accounts").await;
        }
        world.command(&alex(), "edit SELECT id FROM nowhere").await;
        world.command(&claire(), "audit refusal 50").await;
        assert!(world.newest().contains("31 │"), "{}", world.newest());
    });
}

#[test]
fn in_a_channel_the_audit_is_shown_in_private() {
    run_test(async |world| {
        let channel = FakeChat::channel("sales");
        world.act(&claire(), &channel, EventBody::Command("audit".to_owned())).await;
        assert_snapshot!(world.transcript(), @"");
    });
}
