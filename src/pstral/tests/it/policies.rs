//! Proposals and the rules they were offered under; `pstral policy`.

use std::path::Path;
use std::time::Duration;

use insta::assert_snapshot;
use pstral_core::domain::Roles;
use pstral_core::domain::{ButtonAction, Capability, EventBody, Limits, Role};
use pstral_core::ports::Proposals as _;
use pstral_core::settings::{Delivery, PlaceTerms};
use pstral_core::testkit::chat_platform::FakeChat;
use rusqlite::Connection;

use crate::program::Place;
use crate::world::{Setup, World, alex, camille, deny, run_test, run_test_with};

const EDIT: &str = "edit SELECT id FROM clients WHERE id = 1";

#[test]
fn what_was_offered_under_other_rules_is_asked_again() {
    type Change = fn(&mut Setup);
    let changes: [(&str, Change); 6] = [
        ("limits", |setup| setup.limits = Limits { time: Duration::from_secs(29), ..setup.limits }),
        ("the target's rules", |setup| setup.rules = deny(&["oauth_email_accounts", "client_notes"])),
        ("the role's rules", |setup| setup.roles = [(Role::member(), deny(&["payments"]))].into()),
        ("the role's capabilities", |setup| {
            let held = [Capability::Ask, Capability::Execute, Capability::ReadAudit];
            setup.held = Roles::default().with(Role::member(), held.into());
        }),
        ("delivery", |setup| setup.terms.delivery = Delivery { private: true, private_tables: Vec::new() }),
        ("the cost", |setup| setup.terms.allow_privileged = true),
    ];
    for (what, change) in changes {
        run_test(async |world| {
            world.command(&alex(), EDIT).await;
            world.command(&camille(), EDIT).await;
            let offered = world.newest_proposal();
            world.restart_with(change).await;
            world.command(&alex(), "execute").await;
            assert!(world.newest().contains("have changed since you saw"), "{what}: {}", world.newest());
            world.click(&camille(), ButtonAction::Execute(offered)).await;
            assert!(world.newest().contains("ont changé"), "{what}: {}", world.newest());
            assert_eq!(world.target.ran(), [], "{what}");
            let refused = world.audit_lines().await;
            assert_eq!(refused.matches("rule=policy-changed").count(), 2, "{what}: {refused}");
            world.command(&alex(), EDIT).await;
            world.command(&alex(), "execute").await;
            assert_eq!(world.target.ran().len(), 1, "{what}");
        });
    }
}

#[test]
fn the_same_rules_after_a_restart_change_nothing() {
    run_test(async |world| {
        world.command(&alex(), EDIT).await;
        world.restart().await;
        world.command(&alex(), "execute").await;
        assert_eq!(world.target.ran().len(), 1);
    });
}

#[test]
fn a_statement_changed_in_the_state_is_an_incident() {
    for change in [
        "UPDATE proposals SET statement = replace(statement, 'id = 1', 'id = 2')",
        "UPDATE proposals SET parameters = '{\"city\":{\"text\":\"Paris\"}}'",
        "UPDATE proposals SET seal = ''",
        "UPDATE proposals SET target = 'hr'",
    ] {
        run_test(async |world| {
            world.command(&alex(), EDIT).await;
            let state = Connection::open(world.folder.path().join("state.db")).unwrap();
            assert_eq!(state.execute(change, []).unwrap(), 1);
            world.command(&alex(), "execute").await;
            assert!(world.newest().contains("Something went wrong on my side"), "{change}: {}", world.newest());
            assert_eq!(world.target.ran(), [], "{change}");
            let incident = world.entries().await.pop().unwrap().event;
            assert!(incident.error.unwrap_or_default().contains("the state was changed"), "{change}");
        });
    }
}

#[test]
fn a_statement_of_an_older_release_is_asked_again() {
    run_test(async |world| {
        world.command(&alex(), EDIT).await;
        let state = Connection::open(world.folder.path().join("state.db")).unwrap();
        state.execute("UPDATE proposals SET seal = '', policy = ''", []).unwrap();
        world.command(&alex(), "execute").await;
        assert_eq!(world.target.ran(), []);
        assert_snapshot!(world.newest(), @"The database or its rules have changed since you saw this statement. Ask your question again.");
    });
}

/// A folder with the company of the table of decisions.
fn company() -> Place {
    let place = Place::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/decisions");
    for name in ["pstral.toml", "decisions.csv", "crm.json", "erp.json", "hr.json"] {
        place.write(name, std::fs::read(folder.join(name)).unwrap());
    }
    place
}

const CATALOGS: [&str; 6] = ["--catalog", "crm=crm.json", "--catalog", "erp=erp.json", "--catalog", "hr=hr.json"];

#[test]
fn a_table_of_decisions_is_tested_from_the_command_line() {
    let place = company();
    let test = |file: &str| place.run(&[&["policy", "test", "--config", "pstral.toml", file][..], &CATALOGS].concat());
    test("decisions.csv").code(0).says(&["decisions are as expected"]);
    place.write(
        "wrong.csv",
        "role,target,table,expect,because\nmember,crm,clients.email,here,\nsteward,crm,payments,here,\nmember,crm,clients.email,no,denied roles\n",
    );
    let wrong = test("wrong.csv").code(1);
    assert_snapshot!(wrong.out, @"
    line 2: member · crm · clients.email: expected here, but it is no · denied targets.crm.deny clients.email
    line 4: member · crm · clients.email: expected no · denied roles, but it is no · denied targets.crm.deny clients.email
    ");
    assert_snapshot!(wrong.err, @"2 decisions differ, of 3.");
    place.write(
        "rows.toml",
        "[[row]]\nrole = \"sales\"\ntarget = \"crm\"\ntable = \"payments\"\nexpect = \"no\"\nbecause = \"denied\"\n",
    );
    test("rows.toml").code(0).says(&["The decision of the table is as expected"]);
    for (file, says) in [
        ("role,target,expect\nmember,crm,maybe\n", "write no, yes, here or private"),
        ("target,expect\ncrm,no\n", "either a role or a user"),
        ("role,target,expect,tabel\nmember,crm,no,x\n", "tabel"),
    ] {
        place.write("bad.csv", file);
        test("bad.csv").code(2).says(&[says]);
    }
    assert!(!place.path("data").exists(), "looking makes nothing");
}

#[test]
fn the_rule_that_decides_is_explained() {
    let place = Place::new();
    let explain = |words: &[&str]| {
        let all = [&["policy", "explain", "--target", "crm"], words].concat();
        place.run(&all)
    };
    explain(&["--role", "member"]).code(0).says(&["Ask: yes · the role may (roles.member.capabilities ask)"]);
    explain(&[]).code(2).says(&["--user USERNAME or --role ROLE"]);
    explain(&["--role", "member", "--place", "nowhere"]).code(2).says(&["names no place"]);
    explain(&["--role", "ghost"]).code(0).says(&["Ask: no · there is no such role (roles.ghost)"]);
    let json = explain(&["--role", "member", "--json"]).code(0).out;
    let said: serde_json::Value = serde_json::from_str(json.trim()).unwrap();
    assert_eq!((&said["ask"]["yes"], &said["delivery"]["why"]), (&true.into(), &"alone".into()), "{json}");
}

#[test]
fn the_place_it_was_asked_in_decides_wherever_its_conversation_is_opened() {
    let of_members = PlaceTerms { roles: Some([Role::member()].into()), ..PlaceTerms::default() };
    let setup = Setup { rooms: vec![("sales", of_members)], ..Setup::default() };
    run_test_with(setup, async |world| {
        let sales = FakeChat::channel("sales");
        let opened = async |world: &World| {
            world.act(&alex(), &sales, EventBody::command("new")).await;
            world.act(&alex(), &sales, EventBody::Said("How many clients do we have?".to_owned())).await;
            let offered = world.newest_proposal();
            let number = world.store.get(&offered).await.unwrap().unwrap().conversation.0;
            world.command(&alex(), &format!("open {number}")).await;
            offered
        };
        let offered = opened(world).await;
        world.click(&alex(), ButtonAction::Execute(offered)).await;
        assert_eq!(world.target.ran().len(), 1, "{}", world.newest());
        let offered = opened(world).await;
        let of_both = PlaceTerms { roles: Some([Role::member(), Role::steward()].into()), ..PlaceTerms::default() };
        world.restart_with(|setup| setup.rooms = vec![("sales", of_both)]).await;
        world.click(&alex(), ButtonAction::Execute(offered)).await;
        assert!(world.newest().contains("have changed since you saw"), "{}", world.newest());
        assert_eq!(world.target.ran().len(), 1);
    });
}
