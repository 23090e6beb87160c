//! A person's own conversations: listed, opened again after a restart, renamed, deleted, and nobody else's.

use insta::assert_snapshot;
use pstral_core::domain::{ButtonAction, EventBody, Mode};
use pstral_core::ports::{Conversations as _, People as _, Proposals as _};
use pstral_core::testkit::chat_platform::FakeChat;
use pstral_core::testkit::language_model::Script;

use crate::world::{World, alex, camille, run_test};

/// Returns the transcript after the first so many messages.
fn after(world: &World, messages: usize) -> String {
    let transcript = world.transcript();
    let rest = transcript.split_once(&format!("── #{} ", messages + 1)).map(|(_, rest)| rest.to_owned());
    rest.unwrap_or_default()
}

#[test]
fn an_earlier_conversation_goes_on_after_a_restart() {
    run_test(async |world| {
        world.command(&alex(), "mode chat").await;
        world.model_says("Paris is the capital of **France**.");
        world.say(&alex(), "What do you know of Paris?").await;
        world.command(&alex(), "new").await;
        world.command(&alex(), "mode sql").await;
        world.say(&alex(), "How many clients do we have in Lyon?").await;
        world.command(&alex(), "execute").await;
        world.restart().await;
        let seen = world.chat.messages().len();
        world.command(&alex(), "history").await;
        world.command(&alex(), "open 1").await;
        world.model_says("Some two million.");
        world.say(&alex(), "And how many people live there?").await;
        world.command(&alex(), "rename Paris, its people").await;
        world.command(&alex(), "open #2").await;
        world.command(&alex(), "rename 1  Paris\tand\u{1b}[2J its people").await;
        world.command(&alex(), "history").await;
        assert_snapshot!(after(world, seen), @r#"
        private
        Your last conversations:
        - `2` · 2026-11-21 10:00 · How many clients do we have in Lyon? (this one)
        - `1` · 2026-11-21 10:00 · What do you know of Paris?
        To go on with one, write /open and its number.
        ── #8 private
        We go on with conversation 1, "What do you know of Paris?". Chat mode: I answer without looking at the data.
        > What do you know of Paris?
        > Paris is the capital of **France**.
        ── #9 private
        Some two million.
        ── #10 private
        Conversation 1 is now called "Paris, its people".
        ── #11 private
        We go on with conversation 2, "How many clients do we have in Lyon?". Data mode: I offer a statement for each question.
        > How many clients do we have in Lyon?
        > I am answering: “How many clients do we have in Lyon?” SELECT count(c.id) AS client_count FROM clients c WHERE c.city = :city :city = “Lyon” Query verified by Claire Fontaine on 14 September 2026. Reads the table clients of the database crm.
        > One row.
        ── #12 private
        Conversation 1 is now called "Paris and[2J its people".
        ── #13 private
        Your last conversations:
        - `2` · 2026-11-21 10:00 · How many clients do we have in Lyon? (this one)
        - `1` · 2026-11-21 10:00 · Paris and[2J its people
        To go on with one, write /open and its number.
        "#);
        let asked: Vec<String> = world.model.requests()[1].messages.iter().map(|said| said.text.clone()).collect();
        assert_eq!(
            asked,
            ["What do you know of Paris?", "Paris is the capital of **France**.", "And how many people live there?"],
            "the history of the conversation and of no other"
        );
    });
}

#[test]
fn the_same_in_french() {
    run_test(async |world| {
        world.command(&camille(), "historique").await;
        world.say(&camille(), "Combien de clients avons-nous à Lyon ?").await;
        world.command(&camille(), "renommer").await;
        world.command(&camille(), "renommer Clients de Lyon").await;
        world.command(&camille(), "nouveau").await;
        world.command(&camille(), "ouvrir").await;
        world.command(&camille(), "ouvrir 1").await;
        world.command(&camille(), "historique 2").await;
        world.command(&camille(), "historique plus").await;
        world.command(&camille(), "supprimer 1").await;
        world.command(&camille(), "supprimer 1 oui").await;
        world.command(&camille(), "supprimer 1 oui").await;
        world.command(&camille(), "historique").await;
        world.command(&camille(), "réessayer").await;
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        Vous n’avez pas encore de conversation. Posez votre première question !
        ── #2 private
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

        Cette conversation a été supprimée : la requête ne peut plus être exécutée. Posez votre question à nouveau.
        ── #3 private
        Écrivez /renommer et le nouveau titre, ou /renommer, un numéro et le titre.
        ── #4 private
        La conversation 1 s’appelle maintenant « Clients de Lyon ».
        ── #5 private
        Nouvelle conversation. J’ai oublié ce qui précède ; je vous écoute.
        ── #6 private
        Dites de quelle conversation il s’agit : écrivez son numéro, que donne /historique.
        ── #7 private
        Nous reprenons la conversation 1, « Clients de Lyon ». Mode données : je propose une requête à chaque question.
        > Combien de clients avons-nous à Lyon ?
        > Je réponds à : « Combien de clients avons-nous à Lyon ? » SELECT count(c.id) AS client_count FROM clients c WHERE c.city = :city :city = « Lyon » Requête vérifiée par Claire Fontaine le 14/09/2026. Lit la table clients de la base crm.
        ── #8 private
        Il n’y a pas de conversation plus ancienne.
        ── #9 private
        Écrivez /historique pour vos dernières conversations, /historique 2 pour les plus anciennes.
        ── #10 private
        Supprimer la conversation 1, « Clients de Lyon », avec ses questions, ses réponses et ses requêtes ? Rien ne pourra la rétablir. Pour confirmer : /supprimer 1 oui
        ── #11 private
        La conversation 1, « Clients de Lyon », est supprimée. Le journal d’audit garde la trace de ce qui a été exécuté.
        ── #12 private
        Vous n’avez pas de conversation « 1 ». Leurs numéros sont dans /historique.
        ── #13 private
        Vous n’avez pas encore de conversation. Posez votre première question !
        ── #14 private
        La dernière question n’attend pas de réponse : il n’y a rien à réessayer. Posez-en une autre.
        ");
        assert_snapshot!(world.audit_lines().await, @r#"
        question ok camille
        proposal ok camille relations=clients parameters={"city":{"text":"Lyon"}}
        conversation.renamed ok camille
        conversation.deleted ok camille
        "#);
    });
}

#[test]
fn the_numbers_of_others_are_those_of_nobody() {
    run_test(async |world| {
        world.say(&alex(), "How many clients do we have in Lyon?").await;
        let (at, _) = world.chat.messages().remove(0);
        for command in ["open", "rename", "delete", "export"] {
            let rest = if command == "rename" { " Mine now" } else { " yes" };
            let rest = if command == "export" || command == "open" { "" } else { rest };
            world.command(&camille(), &format!("{command} 1{rest}")).await;
            let theirs = world.newest();
            world.command(&camille(), &format!("{command} 12345{rest}")).await;
            assert_eq!(theirs.replace("« 1 »", "« 12345 »"), world.newest(), "{command}");
        }
        world.command(&camille(), "history").await;
        assert!(!world.newest().contains("Lyon"), "{}", world.newest());
        assert_eq!(world.chat.edits_of(&at).len(), 1, "nothing of it has changed");
        let user = world.store.user_named("alex").await.unwrap().unwrap().id;
        assert_eq!(world.store.of_user(user, 9).await.unwrap()[0].title, "How many clients do we have in Lyon?");
        let audit = world.audit_lines().await;
        assert_eq!(audit.matches("denied refused camille").count(), 4, "{audit}");
        assert!(!audit.contains("conversation.") && !audit.contains("export"), "{audit}");
    });
}

#[test]
fn among_others_only_what_was_held_there_is_opened_and_its_words_stay_private() {
    run_test(async |world| {
        let (sales, support) = (FakeChat::channel("sales"), FakeChat::channel("support"));
        let said = |words: &str| EventBody::Said(words.to_owned());
        let command = |words: &str| EventBody::command(words);
        world.act(&alex(), &sales, said("How many clients do we have in Lyon?")).await;
        world.act(&alex(), &sales, command("new")).await;
        let seen = world.chat.messages().len();
        world.act(&alex(), &support, command("open 1")).await;
        world.act(&alex(), &sales, command("open 1")).await;
        assert_snapshot!(after(world, seen), @r#"
        support
        This conversation is held elsewhere, and others read here. Write /open to me in private to go on with it.
        ── #4 private of alex
        We go on with conversation 1, "How many clients do we have in Lyon?". Data mode: I offer a statement for each question.
        > How many clients do we have in Lyon?
        > I am answering: “How many clients do we have in Lyon?” SELECT count(c.id) AS client_count FROM clients c WHERE c.city = :city :city = “Lyon” Query verified by Claire Fontaine on 14 September 2026. Reads the table clients of the database crm.
        ── #5 sales
        I have answered you in private.
        "#);
        // In private it goes on in private, and does not come back among others.
        world.command(&alex(), "open 1").await;
        world.act(&alex(), &sales, command("open 1")).await;
        assert!(world.newest().contains("is held elsewhere"), "{}", world.newest());
        let user = world.store.user_named("alex").await.unwrap().unwrap().id;
        let now = "2026-11-21T10:00:00Z".parse().unwrap();
        assert_eq!(world.store.current(user, &FakeChat::place(), Mode::Sql, now).await.unwrap().id.0, 1);
        assert_eq!(world.store.current(user, &sales, Mode::Sql, now).await.unwrap().id.0, 2);
    });
}

#[test]
fn what_is_being_answered_is_deleted_only_once_it_is_stopped() {
    run_test(async |world| {
        world.say(&alex(), "How many clients do we have in Lyon?").await;
        world.say(&alex(), "How many clients do we have in Paris?").await;
        let proposal = world.newest_proposal();
        world.model.script(Script::words("I am going to think about this for a very long time …").hangs());
        let answering = world.begin(&alex(), EventBody::Said("A question that takes for ever".to_owned()));
        world.sent_and_remembered().await;
        world.command(&alex(), "delete 1 yes").await;
        assert!(world.newest().contains("/stop"), "{}", world.newest());
        world.act(&alex(), &FakeChat::channel("sales"), EventBody::command("delete 1 yes")).await;
        assert!(world.newest().contains("/stop"), "{}", world.newest());
        world.click(&alex(), ButtonAction::Stop).await;
        answering.await.unwrap();
        world.command(&alex(), "mode chat").await;
        world.command(&alex(), "delete 1 yes").await;
        assert!(world.newest().contains("is deleted"), "{}", world.newest());
        assert!(!world.offers_something(), "{}", world.transcript());
        let card = &world.chat.messages()[1].1;
        assert!(card.text.contains("SELECT") && card.text.ends_with("Ask your question again."), "{card:?}");
        assert_eq!(world.store.get(&proposal).await.unwrap(), None);
        world.click(&alex(), ButtonAction::Execute(proposal)).await;
        assert_eq!(world.target.ran(), []);
        world.command(&alex(), "history").await;
        assert!(world.newest().contains("no conversation yet"), "{}", world.newest());
        let user = world.store.user_named("alex").await.unwrap().unwrap().id;
        let now = "2026-11-21T10:00:00Z".parse().unwrap();
        let next = world.store.current(user, &FakeChat::place(), Mode::Sql, now).await.unwrap();
        assert!(next.id.0 > 1 && next.mode == Mode::Chat, "a new one, in the mode of the old one");
    });
}

#[test]
fn what_cannot_be_recorded_is_neither_deleted_nor_renamed() {
    use pstral_core::domain::AuditAction;
    run_test(async |world| {
        world.say(&alex(), "How many clients do we have in Lyon?").await;
        world.audit.refuse(&[AuditAction::ConversationDeleted, AuditAction::ConversationRenamed]);
        world.command(&alex(), "delete 1 yes").await;
        world.command(&alex(), "rename 1 Lyon").await;
        world.audit.refuse(&[]);
        world.command(&alex(), "history").await;
        assert!(world.newest().contains("How many clients do we have in Lyon?"), "{}", world.newest());
        assert!(world.offers_something());
    });
}

#[test]
fn a_hundred_conversations_come_ten_by_ten() {
    run_test(async |world| {
        let user = world.store.user_named("alex").await.unwrap().unwrap().id;
        let now = "2026-11-21T10:00:00Z".parse().unwrap();
        for number in 1..=100 {
            let begun = world.store.begin(user, &FakeChat::place(), Mode::Sql, now).await.unwrap();
            world.store.set_title(begun.id, &format!("@everyone, question {number:03}")).await.unwrap();
        }
        let mut seen = Vec::new();
        for page in 1..=10 {
            world.command(&alex(), &format!("history {page}")).await;
            let shown = world.newest();
            assert!(!shown.contains("@everyone"), "{shown}");
            assert_eq!(shown.contains(&format!("/history {}", page + 1)), page < 10, "{shown}");
            seen.extend(
                shown.lines().filter_map(|line| line.split_once("question ").map(|(_, number)| number.to_owned())),
            );
        }
        let expected: Vec<String> = (1..=100).rev().map(|number| format!("{number:03}")).collect();
        assert_eq!(seen[0], "100 (this one)");
        assert_eq!(seen[1..], expected[1..]);
        for (page, says) in
            [("11", "no older"), ("0", "/history 2"), ("-1", "/history 2"), ("99999999999", "/history 2")]
        {
            world.command(&alex(), &format!("history {page}")).await;
            assert!(world.newest().contains(says), "{page}: {}", world.newest());
        }
    });
}

#[test]
fn the_model_is_told_ten_messages_of_this_person_and_no_rows() {
    run_test(async |world| {
        world.say(&camille(), "Combien de clients avons-nous à Lyon ?").await;
        world.say(&alex(), "List the clients in Paris").await;
        world.command(&alex(), "execute").await;
        let shown = world.newest();
        let name = shown.lines().nth(3).unwrap().split('│').next().unwrap().trim().to_owned();
        assert!(name.len() > 4, "{shown}");
        world.model_says("I see.");
        world.say(&alex(), "What do you make of it all?").await;
        let request = world.model.requests().remove(0);
        let said: Vec<String> = request.messages.into_iter().map(|message| message.text).collect();
        let all = said.join("\n") + request.system.as_str();
        assert!(!all.contains(&name) && !all.contains("Lyon ?"), "{all}");
        assert!(all.contains("List the clients in Paris"), "{all}");

        world.command(&alex(), "mode chat").await;
        for number in 1..=12 {
            world.model_says(&format!("Answer {number}."));
            world.say(&alex(), &format!("Question {number}?")).await;
        }
        let said: Vec<String> = world.model.requests()[12].messages.iter().map(|said| said.text.clone()).collect();
        assert_eq!(said.first().map(String::as_str), Some("Question 7?"), "{said:?}");
        assert_eq!(said.len(), 11, "ten before the question: {said:?}");
    });
}
