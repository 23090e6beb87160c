//! Tests of typed commands: in both languages, as a member and as an admin.

use insta::assert_snapshot;
use pstral_core::domain::EventBody;
use pstral_core::testkit::chat_platform::FakeChat;

use crate::world::{alex, camille, claire, run_test};

#[test]
fn help_in_english() {
    run_test(async |world| {
        world.command(&alex(), "help").await;
        assert_snapshot!(world.newest(), @"
        Ask your question in English or French; I offer a statement, you decide whether to run it.
        /execute: run the last statement offered
        /edit: change it; /explain: understand it
        /chart: the chart of the last result, where it can be one
        /stop: stop what is going on
        /mode sql or /mode chat: talk about the data or about something else
        /new: new conversation; /history: the earlier ones
        /open, /rename, /export, /delete and a number: go on with a conversation, rename, export or delete it
        /retry: ask again a question that was not answered; /continue: the rest of an answer that was cut
        /good or /bad: what you think of the last answer; /keep: propose the last statement as a verified query
        /whoami: your account; /unlink: remove this account; /language fr or en; /timezone Europe/Paris
        /verified: the verified questions you can ask; stewards manage them
        /term: the company’s terms and their definitions
        /review: questions without a good answer, for stewards
        /agree: costly statements that wait, for stewards
        /audit: the audit log, /user: the users, /policy: who may do what, /status: service status; for administrators
        ");
    });
}

#[test]
fn help_in_french() {
    run_test(async |world| {
        world.command(&camille(), "aide").await;
        assert_snapshot!(world.newest(), @"
        Posez votre question en français ou en anglais ; je propose une requête, vous décidez de l’exécuter.
        /exécuter : exécuter la dernière requête proposée
        /modifier : la modifier ; /expliquer : la comprendre
        /graphique : le graphique du dernier résultat, s’il s’y prête
        /arrêter : arrêter ce qui est en cours
        /mode sql ou /mode chat : parler des données ou d’autre chose
        /nouveau : nouvelle conversation ; /historique : les précédentes
        /ouvrir, /renommer, /exporter, /supprimer et un numéro : reprendre, renommer, exporter ou supprimer une conversation
        /réessayer : reposer une question restée sans réponse ; /continuer : la suite d’une réponse coupée
        /bien ou /pasbien : ce que vous pensez de la dernière réponse ; /garder : proposer la dernière requête à la vérification
        /quisuisje : votre compte ; /délier : retirer ce compte ; /langue fr ou en ; /fuseau Europe/Paris
        /vérifiées : les questions vérifiées que vous pouvez poser ; les responsables des données les gèrent
        /terme : les termes de l’entreprise et leurs définitions
        /revoir : les questions restées sans bonne réponse, pour les responsables des données
        /accorder : les requêtes coûteuses qui attendent, pour les responsables des données
        /audit : le journal, /utilisateur : les utilisateurs, /règles : qui peut quoi, /état : état du service ; pour les administrateurs
        ");
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
        assert_snapshot!(before, @"
        ── #1 private
        You have no conversation yet. Ask your first question!
        ── #2 private
        You are Alex Taylor (alex, member). I answer you in English, with times of the zone UTC. Your accounts:
        - fake id-of-alex (alex), since 1970-01-01, from the command line (this one)
        ");
        assert_snapshot!(after.rsplit("── #").next().unwrap(), @"
        6 private
        Your last conversations:
        - `2` · 2026-11-21 10:00 · List the clients in Lyon (this one)
        - `1` · 2026-11-21 10:00 · List the clients in Paris
        To go on with one, write /open and its number.
        ");
    });
}

#[test]
fn times_are_told_in_ones_own_zone() {
    run_test(async |world| {
        world.command(&alex(), "timezone").await;
        world.command(&alex(), "timezone Mars/Olympus").await;
        world.command(&alex(), "timezone asia/tokyo").await;
        world.say(&alex(), "How many clients do we have in Lyon?").await;
        world.command(&alex(), "execute").await;
        world.command(&alex(), "history").await;
        world.command(&alex(), "whoami").await;
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        Times are shown in the zone UTC. To change it, write for example /timezone Europe/Paris.
        ── #2 private
        I do not know the time zone “Mars/Olympus”. Use a name such as Europe/Paris: /timezone Europe/Paris.
        ── #3 private
        Noted: times are shown in the zone Asia/Tokyo from now on.
        ── #4 private
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
        [Edit] [Explain]
        ── #5 private
        **22**
        One row. Time: … s.
        <how-many-clients-lyon-2026-11-21.csv>
        <how-many-clients-lyon-2026-11-21.xlsx>
        ── #6 private
        Your last conversations:
        - `1` · 2026-11-21 19:00 · How many clients do we have in Lyon? (this one)
        To go on with one, write /open and its number.
        ── #7 private
        You are Alex Taylor (alex, member). I answer you in English, with times of the zone Asia/Tokyo. Your accounts:
        - fake id-of-alex (alex), since 1970-01-01, from the command line (this one)
        ");
    });
}

#[test]
fn what_was_asked_before_is_shown_in_private() {
    run_test(async |world| {
        world.say(&alex(), "List the clients in Paris").await;
        for _ in 0..12 {
            world.command(&alex(), "new").await;
        }
        world.act(&alex(), &FakeChat::channel("general"), EventBody::command("history")).await;
        let messages = world.chat.messages();
        let (at, history) = &messages[messages.len() - 2];
        assert!(at.place.private && history.text.contains("List the clients in Paris"), "{history:?}");
        let (at, note) = &messages[messages.len() - 1];
        assert_eq!((at.place.id.as_str(), note.text.as_str()), ("general", "I have answered you in private."));
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
        assert_snapshot!(world.transcript(), @r"
        ── #1 private
        Choose a mode: /mode sql for data, /mode chat to talk.
        ── #2 private
        Chat mode: I answer without looking at the data.
        ── #3 private
        Like this:
        ```sql
        SELECT id FROM clients
        ```
        ── #4 private
        There is no statement to run here yet. Ask a question first.
        ── #5 private
        Data mode: I offer a statement for each question.
        ");
    });
}

#[test]
fn the_audit_is_for_admins() {
    run_test(async |world| {
        world.say(&alex(), "How many clients do we have in Paris?").await;
        world.command(&alex(), "execute").await;
        world.command(&alex(), "audit").await;
        assert_snapshot!(world.newest(), @"The audit log is for administrators. Please ask one of them.");
        world.command(&claire(), "audit alex 10").await;
        assert_snapshot!(world.newest(), @"
        ```
        n° │ heure (UTC)         │ utilisateur │ action    │ état    │ détail
        ───┼─────────────────────┼─────────────┼───────────┼─────────┼─────────────────────────────────────────
         1 │ 2026-11-21 10:00:00 │ alex        │ question  │ ok      │ How many clients do we have in Paris?
         2 │ 2026-11-21 10:00:00 │ alex        │ proposal  │ ok      │ verified query client-count-of-city · S…
         3 │ 2026-11-21 10:00:00 │ alex        │ execution │ ok      │ SELECT count(c.id) AS client_count FROM…
         4 │ 2026-11-21 10:00:00 │ alex        │ result    │ ok      │ SELECT count(c.id) AS client_count FROM…
         5 │ 2026-11-21 10:00:00 │ alex        │ denied    │ refused │ audit
        ```
        ");
        world.command(&claire(), "audit nobody").await;
        assert_snapshot!(world.newest(), @"« nobody » n’est ni un nombre, ni une action, ni un état, ni un moment (7j, 2h, 2026-11-20), ni une base, ni une plateforme, ni un utilisateur. Actions : question, answer, proposal, refusal, agreed, execution, result, chart, result.page, denied, user.added, user.changed, user.edited, password.set, user.exported, user.erased, link.code, link.attempt, link, unlink, link.requested, link.burnt, login, signin.ended, token.added, user.read, work.stopped, conversation.deleted, conversation.renamed, verified.proposed, verified.approved, verified.edited, verified.retired, feedback, review.read, review.closed, stewards.told, audit.accepted, witness.refused, export, catalog.read, target.checked, audit.read, audit.pruned, audit.gap, clock.back, config.changed, backup, restore, store.copied, incident, started, stopped, recovered.");
        world.command(&claire(), "audit recovered").await;
        assert_snapshot!(world.newest(), @"Aucun événement ne correspond. Retirez un mot, ou écrivez seulement /audit.");
        assert_snapshot!(world.audit_lines().await, @r#"
        question ok alex
        proposal ok alex relations=clients parameters={"city":{"text":"Paris"}}
        execution ok alex relations=clients parameters={"city":{"text":"Paris"}}
        result ok alex relations=clients parameters={"city":{"text":"Paris"}} rows=1
        denied refused alex
        audit.read ok claire
        audit.read ok claire
        audit.read ok claire
        "#);
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
        world.act(&claire(), &channel, EventBody::command("audit")).await;
        assert_snapshot!(world.transcript(), @"
        ── #1 private of claire
        ```
        n°           1
        heure (UTC)  2026-11-21 10:00:00
        utilisateur  claire
        action       audit.read
        état         ok
        détail       audit
        ```
        <audit-20261121-100000-010101.csv>
        <audit-20261121-100000-010101.xlsx>
        ── #2 sales
        Je vous ai répondu en privé.
        ");
    });
}
