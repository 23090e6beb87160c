//! Verified queries written in chats: proposed, approved, edited, retired, and marked while they do not hold.

use insta::assert_snapshot;
use pstral_core::domain::{AuditAction, ButtonAction, EventBody, Role};
use pstral_core::guard::Rules;
use pstral_core::ports::Knowledge as _;
use pstral_core::testkit::chat_platform::FakeChat;

use crate::world::{
    Setup, World, alex, camille, claire, copy_of_the_company, deny, not_from_data, run_test, run_test_with, sacha,
};

const QUESTION: &str = "Combien de clients de Paris ont une adresse électronique ?";
const STATEMENT: &str = "SELECT count(email) AS emails FROM clients WHERE city = 'Paris'";
const ID: &str = "combien-de-clients-de-paris-ont-une";

/// Camille asks, the model answers, and the statement runs.
async fn ask_and_run(world: &World) {
    world.model_says(&format!("Voici :\n```sql\n{STATEMENT}\n```"));
    world.say(&camille(), QUESTION).await;
    world.command(&camille(), "execute").await;
}

fn keep_button(world: &World) -> Option<ButtonAction> {
    let buttons = world.newest_buttons().into_iter().map(|(_, action)| action);
    buttons.into_iter().find(|action| matches!(action, ButtonAction::Keep(_)))
}

/// The state, the version and whether it is used of each query written in a chat.
async fn kept(world: &World) -> Vec<String> {
    let all = world.store.kept_verified("crm").await.unwrap();
    let in_chat = all.iter().filter(|kept| kept.proposed.is_some());
    in_chat.map(|kept| format!("{} {} {}", kept.state.word(), kept.version, kept.is_used())).collect()
}

const EDIT: &str = "fr=Combien de clients de {city} ont une adresse électronique ? \
    | en=How many clients in {city} have an email address? | :city=texte clients.city \
    | requête=SELECT count(email) AS emails FROM clients WHERE city = :city";

/// A transcript without the verified questions that `/verified` lists.
fn without_questions(transcript: &str) -> String {
    let mut is_listing = false;
    let mut lines = Vec::new();
    for line in transcript.lines() {
        let is_listed = line.starts_with("- ") || line.starts_with('…');
        if !(is_listing && is_listed) {
            lines.push(line);
        }
        is_listing = line.contains("requêtes vérifiées répondent à") || (is_listing && is_listed);
    }
    lines.join("\n")
}

#[test]
fn what_is_proposed_is_neither_offered_nor_an_example() {
    run_test(async |world| {
        ask_and_run(world).await;
        let labels: Vec<String> = world.newest_buttons().into_iter().map(|(label, _)| label).collect();
        assert_eq!(labels, ["Proposer à la vérification", "👍", "👎"]);
        world.click(&camille(), keep_button(world).unwrap()).await;
        world.restart().await;
        world.model_says("I do not know.");
        world.say(&alex(), QUESTION).await;
        assert_eq!(world.newest(), not_from_data("I do not know."), "nobody has approved it");
        let asked = world.model.requests().pop().unwrap();
        assert!(!asked.system.contains("count(email)"), "nor is it an example: {}", asked.system);
    });
}

#[test]
fn a_steward_approves_what_a_member_proposes_and_a_third_person_is_offered_it() {
    run_test(async |world| {
        ask_and_run(world).await;
        world.click(&camille(), keep_button(world).unwrap()).await;
        world.command(&sacha(), "vérifiées").await;
        world.command(&sacha(), &format!("vérifiées {ID}")).await;
        world.command(&sacha(), &format!("vérifiées modifier {ID}#1 {EDIT}")).await;
        world.command(&sacha(), &format!("vérifiées approuver {ID}#2")).await;
        world.say(&alex(), "How many clients in Lyon have an email address?").await;
        world.command(&alex(), "execute").await;
        assert_eq!(kept(world).await, ["approved 3 true"]);
        assert_snapshot!(without_questions(&world.transcript_from(3)), @"
        ── #3 private
        Merci ! Elle attend un responsable sous le nom « combien-de-clients-de-paris-ont-une » ; il la trouvera avec /vérifiées.
        ── #4 private
        Une requête attend une approbation :
        - `combien-de-clients-de-paris-ont-une` · Camille Martin · Combien de clients de Paris ont une adresse électronique ?
        En service : 406 ; retirées : 0.
        Pour en lire une en entier, écrivez /vérifiées et son nom.
        Des requêtes vérifiées répondent à 406 questions :
        ── #5 private
        « combien-de-clients-de-paris-ont-une » sur crm, en attente d’approbation
        fr: Combien de clients de Paris ont une adresse électronique ?
        en: (pas encore écrite)
        ```sql
        SELECT
          count(email) AS emails
        FROM
          clients
        WHERE
          city = 'Paris'
        ```
        Proposée par Camille Martin le 21/11/2026.
        Elle est valable dans la base telle qu’elle est.
        Pour l’approuver : /vérifiées approuver combien-de-clients-de-paris-ont-une#1
        Pour la modifier : /vérifiées modifier combien-de-clients-de-paris-ont-une#1 fr=… | en=… | requête=…
        ── #6 private
        « combien-de-clients-de-paris-ont-une » est modifiée. Pour l’approuver : /vérifiées approuver combien-de-clients-de-paris-ont-une#2
        ── #7 private
        ✅ « combien-de-clients-de-paris-ont-une » est vérifiée : elle répond désormais à cette question.
        ── #8 private
        I am answering: “How many clients in Lyon have an email address?”
        ```sql
        SELECT
          count(email) AS emails
        FROM
          clients
        WHERE
          city = :city
        ```
        `:city` = “Lyon”
        ✅ Query verified by Sacha Roux on 21 November 2026.
        Reads the table clients of the database crm.
        [Edit] [Explain]
        ── #9 private
        **22**
        One row. Time: … s.
        <how-many-clients-lyon-email-2026-11-21.csv>
        <how-many-clients-lyon-email-2026-11-21.xlsx>
        ");
        assert_snapshot!(world.audit_lines().await, @r#"
        question ok camille
        proposal ok camille relations=clients
        answer ok camille
        execution ok camille relations=clients
        result ok camille relations=clients rows=1
        verified.proposed ok camille
        verified.edited ok sacha parameters=[{"name":"city","kind":"text","column":"clients.city"}]
        verified.approved ok sacha parameters=[{"name":"city","kind":"text","column":"clients.city"}]
        question ok alex
        proposal ok alex relations=clients parameters={"city":{"text":"Lyon"}}
        execution ok alex relations=clients parameters={"city":{"text":"Lyon"}}
        result ok alex relations=clients parameters={"city":{"text":"Lyon"}} rows=1
        "#);
    });
}

#[test]
fn in_english_too() {
    run_test(async |world| {
        world.model_says("```sql\nSELECT count(phone) AS phones FROM clients\n```");
        world.say(&alex(), "How many customers gave us a phone number?").await;
        world.command(&alex(), "execute").await;
        world.command(&alex(), "keep").await;
        world.command(&claire(), "verified how-many-customers-gave-us-a-phone").await;
        world.command(&claire(), "verified approve how-many-customers-gave-us-a-phone#1").await;
        world.command(&claire(), "verified").await;
        world.say(&alex(), "how many clients gave us a phone number").await;
        assert_snapshot!(without_questions(&world.transcript_from(3)), @"
        ── #3 private
        Thank you! It waits for a steward under the name “how-many-customers-gave-us-a-phone”; they find it with /verified.
        ── #4 private
        « how-many-customers-gave-us-a-phone » sur crm, en attente d’approbation
        fr: (pas encore écrite)
        en: How many customers gave us a phone number?
        ```sql
        SELECT
          count(phone) AS phones
        FROM
          clients
        ```
        Proposée par Alex Taylor le 21/11/2026.
        Elle est valable dans la base telle qu’elle est.
        Pour l’approuver : /vérifiées approuver how-many-customers-gave-us-a-phone#1
        Pour la modifier : /vérifiées modifier how-many-customers-gave-us-a-phone#1 fr=… | en=… | requête=…
        ── #5 private
        ✅ « how-many-customers-gave-us-a-phone » est vérifiée : elle répond désormais à cette question.
        ── #6 private
        Aucune requête n’attend d’approbation.
        En service : 407 ; retirées : 0.
        Pour en lire une en entier, écrivez /vérifiées et son nom.
        Des requêtes vérifiées répondent à 407 questions :
        ── #7 private
        I am answering: “How many customers gave us a phone number?”
        ```sql
        SELECT
          count(phone) AS phones
        FROM
          clients
        ```
        ✅ Query verified by Claire Fontaine on 21 November 2026.
        Reads the table clients of the database crm.
        [Execute] [Edit] [Explain]
        ");
    });
}

#[test]
fn only_what_ran_well_can_be_proposed_and_only_by_its_author() {
    run_test(async |world| {
        world.model_says(&format!("```sql\n{STATEMENT}\n```"));
        world.say(&camille(), QUESTION).await;
        let proposal = world.newest_proposal();
        world.command(&camille(), "garder").await;
        assert_snapshot!(world.newest(), @"Je ne peux garder qu’une requête qui a donné son résultat. Exécutez-la, puis réessayez.");
        world.click(&camille(), ButtonAction::Keep(proposal.clone())).await;
        world.command(&camille(), "execute").await;
        world.click(&alex(), ButtonAction::Keep(proposal.clone())).await;
        assert_snapshot!(world.newest(), @"Only the person who asked can propose this statement. Ask it yourself to get your own.");
        assert_eq!(kept(world).await, Vec::<String>::new());
        assert_eq!(world.entries().await.last().unwrap().event.action, AuditAction::Denied);
        world.click(&camille(), ButtonAction::Keep(proposal)).await;
        assert_eq!(kept(world).await, ["proposed 1 false"]);
    });
}

#[test]
fn a_result_of_a_verified_query_has_nothing_to_save() {
    run_test(async |world| {
        world.say(&camille(), "Combien de clients avons-nous ?").await;
        world.command(&camille(), "execute").await;
        assert_eq!(keep_button(world), None);
        world.command(&camille(), "garder").await;
        assert_snapshot!(world.newest(), @"C’est déjà une requête vérifiée : « client-count ». Il n’y a rien à garder.");
    });
}

#[test]
fn a_double_is_told() {
    run_test(async |world| {
        ask_and_run(world).await;
        world.command(&camille(), "garder").await;
        world.command(&camille(), "garder").await;
        assert_snapshot!(world.newest(), @"Celle-ci attend déjà un responsable, sous le nom « combien-de-clients-de-paris-ont-une ». Demandez à un responsable des données de la relire.");
        // Another statement for a question that is verified, and the statement of one under another question.
        world.command(&camille(), "edit SELECT count(id) AS everybody FROM clients").await;
        world.command(&camille(), "execute").await;
        world.command(&camille(), "garder Combien de clients avons-nous ?").await;
        assert_snapshot!(world.newest(), @"Une autre requête est déjà gardée pour cette question, sous le nom « client-count ». Demandez à un responsable des données de la modifier.");
        world.command(&camille(), "edit SELECT count(c.id) AS client_count FROM clients c").await;
        world.command(&camille(), "execute").await;
        world.command(&camille(), "garder Quelle est la taille de la clientèle ?").await;
        assert_snapshot!(world.newest(), @"C’est déjà une requête vérifiée : « client-count ». Il n’y a rien à garder.");
        assert_eq!(kept(world).await.len(), 1);
    });
}

#[test]
fn the_second_of_two_stewards_is_told_that_it_changed() {
    run_test(async |world| {
        ask_and_run(world).await;
        world.command(&camille(), "garder").await;
        world.command(&claire(), &format!("verified edit {ID}#1 en=How many clients in Paris have an email?")).await;
        world.command(&sacha(), &format!("verified approve {ID}#1")).await;
        assert_snapshot!(world.newest(), @"« combien-de-clients-de-paris-ont-une » a changé depuis que vous l’avez lue. Relisez-la avant de décider.");
        assert_eq!(kept(world).await, ["proposed 2 false"]);
        world.command(&sacha(), &format!("verified approve {ID}")).await;
        assert!(world.newest().contains(&format!("approuver {ID}#2")), "what is not read is shown: {}", world.newest());
        assert_eq!(kept(world).await, ["proposed 2 false"]);
    });
}

#[test]
fn what_is_retired_is_offered_no_more_until_it_is_approved_again() {
    run_test(async |world| {
        ask_and_run(world).await;
        world.command(&camille(), "garder").await;
        world.command(&sacha(), &format!("verified approve {ID}#1")).await;
        world.command(&sacha(), &format!("verified retire {ID}")).await;
        assert_eq!(kept(world).await, ["retired 3 false"]);
        world.command(&camille(), "garder").await;
        world.command(&sacha(), &format!("verified approve {ID}#3")).await;
        world.command(&sacha(), &format!("verified restore {ID}")).await;
        assert_eq!(kept(world).await, ["proposed 4 false"]);
        world.command(&sacha(), &format!("verified approve {ID}#4")).await;
        world.say(&alex(), QUESTION).await;
        assert_snapshot!(without_questions(&world.transcript_from(4)), @"
        ── #4 private
        ✅ « combien-de-clients-de-paris-ont-une » est vérifiée : elle répond désormais à cette question.
        ── #5 private
        « combien-de-clients-de-paris-ont-une » est retirée : elle n’est plus proposée.
        ── #6 private
        Un responsable a retiré cette requête, qui porte le nom « combien-de-clients-de-paris-ont-une ». Il peut la rétablir.
        ── #7 private
        « combien-de-clients-de-paris-ont-une » est retirée. Rétablissez-la d’abord.
        ── #8 private
        « combien-de-clients-de-paris-ont-une » attend de nouveau une approbation : /vérifiées approuver combien-de-clients-de-paris-ont-une#4
        ── #9 private
        ✅ « combien-de-clients-de-paris-ont-une » est vérifiée : elle répond désormais à cette question.
        ── #10 private
        I am answering: “Combien de clients de Paris ont une adresse électronique ?”
        ```sql
        SELECT
          count(email) AS emails
        FROM
          clients
        WHERE
          city = 'Paris'
        ```
        ✅ Query verified by Sacha Roux on 21 November 2026.
        Reads the table clients of the database crm.
        [Execute] [Edit] [Explain]
        ");
    });
}

#[test]
fn what_stewards_write_goes_through_the_guard_and_the_form() {
    run_test(async |world| {
        ask_and_run(world).await;
        world.command(&camille(), "garder").await;
        let edit = async |words: &str| {
            world.command(&sacha(), &format!("verified edit {ID}#1 {words}")).await;
            world.newest()
        };
        assert_snapshot!(edit("statement=DELETE FROM clients").await, @"« DELETE FROM » n’est pas une lecture. Seules les requêtes SELECT s’exécutent ; rien n’est jamais modifié.");
        assert_snapshot!(edit("statement=SELECT access_token FROM oauth_email_accounts").await, @"Vous n’avez pas accès à la table « oauth_email_accounts ». Demandez l’accès à un administrateur si vous en avez besoin.");
        assert_snapshot!(edit("fr=Combien à {city} ? | statement=SELECT :n").await, @"
        Elle ne peut pas encore être approuvée :
        - la requête utilise :n, qui n’est pas parmi les paramètres : déclarez-le, ou écrivez une valeur à sa place
        - la question fr contient {city}, qui n’est pas parmi les paramètres : déclarez-le, ou retirez-le de la question
        ");
        assert_snapshot!(edit(":city=text clients.town | fr=Combien à {city} ? | statement=SELECT count(id) FROM clients WHERE city = :city").await, @"La colonne clients.town, d’où viennent les valeurs de « city », n’existe plus ou ne peut plus être lue. Indiquez une autre colonne.");
        assert_snapshot!(edit("fr=Combien de clients avons-nous ?").await, @"« client-count » répond déjà à cette question, ou a déjà cette requête. De deux requêtes semblables, aucune ne serait proposée : retirez ou modifiez l’une des deux.");
        assert_snapshot!(edit("color=red").await, @"
        Écrivez ce qui change, la requête en dernier :
        /vérifiées modifier combien-de-clients-de-paris-ont-une#VERSION fr=… | en=… | :city=texte clients.city | requête=…
        ");
        assert_eq!(kept(world).await, ["proposed 1 false"]);
        world.command(&sacha(), "verified retire client-count").await;
        assert_snapshot!(world.newest(), @"« client-count » est dans le fichier des requêtes vérifiées : c’est là qu’il faut la changer.");
        world.command(&sacha(), "verified approve nothing#1").await;
        assert_snapshot!(world.newest(), @"Aucune requête vérifiée ne s’appelle « nothing ». Voyez /vérifiées.");
    });
}

#[test]
fn only_those_who_may_look_after_verified_queries() {
    run_test(async |world| {
        ask_and_run(world).await;
        world.command(&camille(), "garder").await;
        world.command(&alex(), "verified").await;
        assert!(world.newest().starts_with("406 questions are answered by verified queries:"), "{}", world.newest());
        for words in [&format!("verified {ID}"), &format!("verified approve {ID}#1")] {
            world.command(&alex(), words).await;
            assert_eq!(world.newest(), "Only stewards look after verified queries. Please ask one of them.");
            assert_eq!(world.entries().await.last().unwrap().event.action, AuditAction::Denied);
        }
        assert_eq!(kept(world).await, ["proposed 1 false"]);
    });
}

#[test]
fn a_steward_reads_no_statement_over_what_is_closed_to_them() {
    let setup = Setup { roles: [(Role::steward(), deny(&["clients.email"]))].into(), ..Setup::default() };
    run_test_with(setup, async |world| {
        ask_and_run(world).await;
        world.command(&camille(), "garder").await;
        world.command(&sacha(), &format!("verified {ID}")).await;
        assert_snapshot!(world.newest(), @"« combien-de-clients-de-paris-ont-une » lit des données que votre rôle ne permet pas de lire : je ne peux pas vous la montrer. Adressez-vous à un autre responsable.");
        world.command(&sacha(), &format!("verified approve {ID}#1")).await;
        assert_eq!(kept(world).await, ["proposed 1 false"]);
        world.command(&claire(), &format!("verified approve {ID}#1")).await;
        assert_eq!(kept(world).await, ["approved 2 true"]);
    });
}

#[test]
fn without_a_record_nothing_is_decided() {
    run_test(async |world| {
        ask_and_run(world).await;
        world.audit.refuse(&[AuditAction::VerifiedProposed, AuditAction::VerifiedApproved]);
        world.command(&camille(), "garder").await;
        assert_eq!(kept(world).await, Vec::<String>::new());
        world.audit.refuse(&[AuditAction::VerifiedApproved]);
        world.command(&camille(), "garder").await;
        world.command(&sacha(), &format!("verified approve {ID}#1")).await;
        assert_eq!(kept(world).await, ["proposed 1 false"]);
    });
}

#[test]
fn what_waits_is_listed_in_private() {
    run_test(async |world| {
        ask_and_run(world).await;
        world.command(&camille(), "garder @everyone ✅ Combien ?").await;
        let channel = FakeChat::channel("team");
        world.act(&sacha(), &channel, EventBody::command("verified")).await;
        let shown = world.chat.messages();
        assert!(
            shown.iter().filter(|(at, _)| at.place == channel).all(|(_, message)| !message.text.contains("Combien"))
        );
        assert!(world.transcript().contains("Camille Martin · @\u{2060}everyone Combien ?"), "{}", world.transcript());
    });
}

#[test]
fn what_the_catalog_no_longer_holds_is_marked_until_it_holds_again() {
    let folder = tempfile::tempdir().unwrap();
    let database = copy_of_the_company(folder.path());
    let change = |sql: &str| rusqlite::Connection::open(&database).unwrap().execute_batch(sql).unwrap();
    run_test_with(Setup { database: database.clone(), ..Setup::default() }, async |world| {
        ask_and_run(world).await;
        world.command(&camille(), "garder").await;
        world.command(&sacha(), &format!("verified approve {ID}#1")).await;
        let refresh = async || {
            let target = &world.pipeline.parts().targets["crm"];
            world.pipeline.verified_queries().refresh_catalog(target).await.unwrap();
        };
        refresh().await;
        let before = world.store.verified("crm").await.unwrap().len();
        change("ALTER TABLE clients RENAME COLUMN email TO mail;");
        refresh().await;
        assert_eq!(kept(world).await, ["approved 2 false"]);
        assert!(world.store.verified("crm").await.unwrap().len() < before);
        world.command(&sacha(), "verified").await;
        world.command(&sacha(), &format!("verified {ID}")).await;
        assert_snapshot!(without_questions(&world.transcript_from(5)), @"
        ── #5 private
        Aucune requête n’attend d’approbation.
        80 requêtes ne sont plus valables et ne sont plus proposées :
        - `active-clients` · Liste les clients actifs
        - `active-clients-of-city` · Liste les clients actifs de {city}
        - `active-clients-of-salesperson` · Liste les clients actifs de {salesperson}
        - `active-clients-with-incomplete-kyc` · Quels clients actifs ont un KYC incomplet ?
        - `active-clients-with-late-payments` · Quels clients actifs ont des paiements en retard ?
        - `active-clients-without-active-contract` · Quels clients actifs n'ont pas de contrat actif ?
        - `active-clients-without-identity-document` · Quels clients actifs n'ont pas de pièce d'identité ?
        - `active-clients-without-kbis` · Quels clients actifs n'ont pas de KBIS ?
        - `active-clients-without-note` · Quels clients actifs n'ont aucune note ?
        - `active-clients-without-note-for-months` · Quels clients actifs n'ont aucune note depuis {months} mois ?
        En service : 327 ; retirées : 0.
        Pour en lire une en entier, écrivez /vérifiées et son nom.
        Des requêtes vérifiées répondent à 327 questions :
        ── #6 private
        « combien-de-clients-de-paris-ont-une » sur crm, vérifiée
        fr: Combien de clients de Paris ont une adresse électronique ?
        en: (pas encore écrite)
        ```sql
        SELECT
          count(email) AS emails
        FROM
          clients
        WHERE
          city = 'Paris'
        ```
        Proposée par Camille Martin le 21/11/2026.
        Approuvée par Sacha Roux le 21/11/2026.
        N’est plus proposée depuis le 21/11/2026.
        ⚠️ Elle n’est pas valable dans la base telle qu’elle est. « email » n’est pas une colonne des tables de cette partie de la requête. Vouliez-vous dire mail ?
        Pour la modifier : /vérifiées modifier combien-de-clients-de-paris-ont-une#2 fr=… | en=… | requête=…
        Pour la retirer : /vérifiées retirer combien-de-clients-de-paris-ont-une#2
        ");
        change("ALTER TABLE clients RENAME COLUMN mail TO email;");
        refresh().await;
        assert_eq!(kept(world).await, ["approved 2 true"]);
        assert_eq!(world.store.verified("crm").await.unwrap().len(), before);
    });
}

#[test]
fn what_the_rules_close_is_marked_at_the_next_start() {
    run_test(async |world| {
        ask_and_run(world).await;
        world.command(&camille(), "garder").await;
        world.command(&sacha(), &format!("verified approve {ID}#1")).await;
        for (rules, expected) in [(deny(&["clients.email"]), "approved 2 false"), (Rules::default(), "approved 2 true")]
        {
            world.restart_under(rules, &[]).await;
            let target = &world.pipeline.parts().targets["crm"];
            world.pipeline.verified_queries().refresh_catalog(target).await.unwrap();
            assert_eq!(kept(world).await, [expected]);
        }
    });
}

#[test]
fn what_is_closed_to_a_steward_is_neither_listed_nor_named_among_others() {
    let roles = [(Role::steward(), deny(&["clients.email"]))].into();
    run_test_with(Setup { roles, ..Setup::default() }, async |world| {
        ask_and_run(world).await;
        world.click(&camille(), keep_button(world).unwrap()).await;
        world.command(&sacha(), "vérifiées").await;
        assert!(!world.newest().contains(ID), "{}", world.newest());
        let team = FakeChat::channel("team");
        let approve = EventBody::command(&format!("vérifiées approuver {ID}#1"));
        world.act(&sacha(), &team, approve).await;
        let said = world.chat.messages();
        assert!(said.iter().all(|(at, _)| at.place != team), "{}", world.transcript());
        assert_snapshot!(world.newest(), @"Vous n’avez pas accès à la colonne « email ». Retirez-la, ou demandez l’accès à un administrateur.");
        world.command(&claire(), "vérifiées").await;
        assert!(world.newest().contains(ID), "{}", world.newest());
    });
}
