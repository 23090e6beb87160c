//! A conversation as a file: for the person whose it is, in private, and on record.

use insta::assert_snapshot;
use pstral_core::domain::{AuditAction, ConversationId, EventBody};
use pstral_core::ports::{Capabilities, Conversations as _};
use pstral_core::testkit::chat_platform::FakeChat;
use pstral_core::testkit::language_model::Script;
use serde_json::Value;

use crate::world::{Setup, World, alex, camille, capabilities, deny, run_test, run_test_with};

fn newest_file(world: &World) -> Vec<u8> {
    std::fs::read(&world.newest_files()[0]).unwrap()
}

#[test]
fn everything_said_and_shown_is_in_the_json() {
    run_test(async |world| {
        world.say(&camille(), "Combien de clients avons-nous à Lyon ?").await;
        world.command(&camille(), "exécuter").await;
        world.model.script(Script::says("<script>\u{1b}[2J\u{202e}x"));
        world.say(&camille(), "Qu'en pensez-vous ?").await;
        world.command(&camille(), "exporter json").await;
        let text = String::from_utf8(newest_file(world)).unwrap();
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text:?}");
        let mut json: Value = serde_json::from_str(&text).unwrap();
        for turn in json["turns"].as_array_mut().unwrap() {
            if let Some(statement) = turn.get_mut("statement") {
                statement["text"] =
                    statement["text"].as_str().unwrap().split_whitespace().collect::<Vec<_>>().join(" ").into();
            }
        }
        let turns = json["turns"].as_array_mut().unwrap();
        assert_eq!(turns.pop().unwrap()["text"], "<script>\u{1b}[2J\u{202e}x", "nothing is lost");
        let ran = turns[2].as_object_mut().unwrap().remove("statement");
        assert_eq!(ran.as_ref(), turns[1].get("statement"), "what was offered is what ran");
        assert_snapshot!(serde_json::to_string_pretty(&json).unwrap(), @r#"
        {
          "conversation": 1,
          "exported_at": "2026-11-21T10:00:00Z",
          "full_name": "Camille Martin",
          "mode": "sql",
          "platform": "fake",
          "private": true,
          "started_at": "2026-11-21T10:00:00Z",
          "targets": [
            "crm"
          ],
          "title": "Combien de clients avons-nous à Lyon ?",
          "turns": [
            {
              "at": "2026-11-21T10:00:00Z",
              "speaker": "user",
              "state": "complete",
              "text": "Combien de clients avons-nous à Lyon ?"
            },
            {
              "at": "2026-11-21T10:00:00Z",
              "speaker": "assistant",
              "state": "complete",
              "statement": {
                "origin": {
                  "assumed": [],
                  "by": "Claire Fontaine",
                  "from": "verified",
                  "id": "client-count-of-city",
                  "on": "2026-09-14",
                  "question": "Combien de clients avons-nous à Lyon ?"
                },
                "parameters": {
                  "city": {
                    "text": "Lyon"
                  }
                },
                "proposal": "01010101010101010101010101010101",
                "state": "used",
                "target": "crm",
                "text": "SELECT count(c.id) AS client_count FROM clients c WHERE c.city = :city"
              },
              "text": "Je réponds à : « Combien de clients avons-nous à Lyon ? »\n```sql\nSELECT\n  count(c.id) AS client_count\nFROM\n  clients c\nWHERE\n  c.city = :city\n```\n`:city` = « Lyon »\n✅ Requête vérifiée par Claire Fontaine le 14/09/2026.\nLit la table clients de la base crm."
            },
            {
              "at": "2026-11-21T10:00:00Z",
              "speaker": "assistant",
              "state": "complete",
              "table": {
                "columns": [
                  {
                    "name": "client_count",
                    "number": true
                  }
                ],
                "rows": [
                  [
                    "22"
                  ]
                ]
              },
              "text": "Une ligne."
            },
            {
              "at": "2026-11-21T10:00:00Z",
              "speaker": "user",
              "state": "complete",
              "text": "Qu'en pensez-vous ?"
            }
          ],
          "username": "camille"
        }
        "#);
        assert_snapshot!(world.newest(), @"Voici la conversation 1, « Combien de clients avons-nous à Lyon ? ».");
    });
}

#[test]
fn the_pdf_is_sent_in_private_wherever_it_is_asked_for() {
    run_test(async |world| {
        let sales = FakeChat::channel("sales");
        world.act(&alex(), &sales, EventBody::Said("List the clients in Paris".to_owned())).await;
        world.act(&alex(), &sales, EventBody::command("execute")).await;
        world.act(&alex(), &sales, EventBody::command("export")).await;
        let messages = world.chat.messages();
        let (at, message) = &messages[messages.len() - 2];
        assert!(at.place.private, "{at:?}");
        let bytes = std::fs::read(&message.files[0].path).unwrap();
        let pages = lopdf::Document::load_mem(&bytes).unwrap();
        let read = pages.extract_text(&[1]).unwrap();
        for expected in ["List the clients in Paris", "Alex Taylor", "c.city = :city", "rows.", "SARL", "Page 1 of 2"] {
            assert!(read.contains(expected), "{expected} is not in {read}");
        }
        assert_eq!(messages.last().unwrap().1.text, "I have answered you in private.");
        assert!(world.audit_lines().await.ends_with("export ok alex\n"));
    });
}

#[test]
fn nothing_leaves_that_is_not_recorded_and_nothing_of_nothing() {
    run_test(async |world| {
        world.command(&alex(), "export").await;
        assert!(world.newest().contains("is empty"), "{}", world.newest());
        world.say(&alex(), "List the clients in Paris").await;
        world.audit.refuse(&[AuditAction::Export]);
        world.command(&alex(), "export 1 json").await;
        assert_eq!((world.newest_files().len(), world.files_on_disk().len()), (0, 0));
        world.audit.refuse(&[]);
        world.command(&alex(), "export word").await;
        assert!(world.newest().contains("write its number"), "{}", world.newest());
        world.command(&alex(), "export JSON 1 2").await;
        assert!(world.newest().contains("write its number"), "{}", world.newest());
        world.command(&camille(), "export 1").await;
        assert_eq!(world.newest_files().len(), 0);
        world.command(&alex(), "export PDF 1").await;
        assert!(newest_file(world).starts_with(b"%PDF-1."));
    });
}

#[test]
fn rows_that_one_may_no_longer_read_do_not_leave() {
    run_test(async |world| {
        world.say(&camille(), "Combien de clients avons-nous à Lyon ?").await;
        world.command(&camille(), "exécuter").await;
        world.restart_under(deny(&["clients"]), &[]).await;
        world.command(&camille(), "exporter json").await;
        let json: Value = serde_json::from_slice(&newest_file(world)).unwrap();
        let result = &json["turns"][2];
        assert_eq!(result.get("table"), None, "{result}");
        assert_snapshot!(result["text"].as_str().unwrap(), @"
        Une ligne.
        Les lignes ne sont pas reprises : elles viennent de données que vous ne pouvez plus lire, ou que je ne peux pas vérifier pour l’instant. Adressez-vous à un administrateur si vous en avez besoin.
        ");
    });
}

const BY_STATUS: &str = "SELECT status, count(id) AS clients FROM clients GROUP BY status ORDER BY status";

#[test]
fn a_chart_is_handed_over_once_it_was_shown_and_as_long_as_its_rows_are() {
    run_test(async |world| {
        world.command(&camille(), &format!("edit {BY_STATUS}")).await;
        world.command(&camille(), "execute").await;
        let exported = async |world: &World| -> Value {
            world.command(&camille(), "exporter json").await;
            let json: Value = serde_json::from_slice(&newest_file(world)).unwrap();
            json["turns"].as_array().unwrap().last().unwrap().clone()
        };
        let before = exported(world).await;
        assert_eq!(before["table"].get("chart"), None, "nobody has seen one");
        world.command(&camille(), "graphique").await;
        let mut after = exported(world).await;
        let chart = after["table"].as_object_mut().unwrap().remove("chart").unwrap();
        assert_eq!(after, before, "nothing else of it has changed");
        assert_snapshot!(chart.to_string(), @r#"{"labels":["active","inactive","prospect"],"series":[{"name":"clients","values":[300.0,38.0,162.0]}],"shape":"bars","title":"clients · status"}"#);
        world.command(&camille(), "exporter").await;
        let pages = lopdf::Document::load_mem(&newest_file(world)).unwrap();
        let pictures = pages.page_iter().flat_map(|page| pages.get_page_images(page).unwrap());
        assert_eq!(pictures.map(|picture| picture.width).collect::<Vec<_>>(), [1200]);
        world.restart_under(deny(&["clients.status"]), &[]).await;
        assert_eq!(exported(world).await.get("table"), None);
        world.command(&camille(), "exporter").await;
        let pages = lopdf::Document::load_mem(&newest_file(world)).unwrap();
        assert!(pages.page_iter().all(|page| pages.get_page_images(page).unwrap().is_empty()));
    });
}

/// The file is not the only thing that may be refused: what was not shown is not kept.
#[test]
fn a_chart_that_was_not_shown_is_not_kept() {
    let setup = Setup { capabilities: Capabilities { max_file_bytes: 2_000, ..capabilities() }, ..Setup::default() };
    run_test_with(setup, async |world| {
        world.command(&camille(), &format!("edit {BY_STATUS}")).await;
        world.command(&camille(), "execute").await;
        world.command(&camille(), "graphique").await;
        assert!(world.newest().contains("trop volumineux"), "{}", world.newest());
        let turns = world.store.turns(ConversationId(1), 10).await.unwrap();
        assert!(turns.iter().all(|turn| turn.table.as_ref().is_none_or(|table| table.chart.is_none())));
        assert!(turns.iter().any(|turn| turn.table.is_some()));
    });
}
