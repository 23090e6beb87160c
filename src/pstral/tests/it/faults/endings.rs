//! The final texts of some cases in both languages, to be read as prose.

use insta::assert_snapshot;
use pstral_core::domain::{Actor, ButtonAction, EventBody};
use pstral_core::ports::Proposals as _;

use super::broken::Broken;
use super::{case, in_no_time};
use crate::world::{alex, camille};

/// Runs the row of this name, and shows what its person sees.
fn ending(actor: &Actor, row: &str) -> String {
    let case = case::all(1).into_iter().find(|case| case.to_string() == row).expect(row);
    in_no_time(async {
        let mut broken = Broken::new(&case).await;
        broken.happen(&case, actor).await.expect("it ends");
        format!("── {row}\n{}", broken.chat.seen.transcript().replace(['\u{a0}', '\u{202f}'], " "))
    })
}

fn endings(actor: &Actor, rows: &[&str]) -> String {
    rows.iter().map(|row| ending(actor, row)).collect::<Vec<_>>().join("\n")
}

#[test]
fn how_answers_end_in_english() {
    let rows = [
        "unavailable Asked stop:Never refusal:Nothing kill:Never",
        "timeout Asked stop:Never refusal:Limited(Last) kill:Never",
        "interrupted MidStatement stop:Never refusal:Nothing kill:Never",
        "cleanend FirstText stop:Never refusal:Unavailable(Interim) kill:Never",
        "failed FirstText stop:Before refusal:Nothing kill:Never",
        "cutbylength FirstText stop:Never refusal:Nothing kill:Never",
        "protocol FirstText stop:Never refusal:Rejected(Last) kill:Never",
        "wedge AfterStatement stop:Never refusal:Nothing kill:Before",
        "nothing AfterStatement stop:Never refusal:LongAway kill:Never",
    ];
    assert_snapshot!(endings(&alex(), &rows), @"
    ── unavailable Asked stop:Never refusal:Nothing kill:Never
    #1 in private
    The language model cannot be reached. Ask again in a few minutes. If this continues, contact your administrator: the model server is stopped or out of reach.
    [Try again]

    ── timeout Asked stop:Never refusal:Limited(Last) kill:Never
    #1 in private
    The model said nothing for 60 s, so I stopped waiting. Ask again, more shortly if you can. If this continues, contact your administrator: the model server is overloaded or stuck.
    [Try again]

    ── interrupted MidStatement stop:Never refusal:Nothing kill:Never
    #1 in private
    ⚠️ Not from your data: no statement was run for this answer.
    Here are our clients of Lyon, all of them by their names:
    ```sql
    SELECT name FROM clients WHERE
    ```

    The answer was cut before its end. Ask again; if it is cut at the same place, rephrase your question. If this continues, contact your administrator: the model server’s log says why.
    [Try again]

    ── cleanend FirstText stop:Never refusal:Unavailable(Interim) kill:Never
    #1 in private
    ⚠️ Not from your data: no statement was run for this answer.
    Here are our clients of Lyon, all of them by their names:

    The answer was cut before its end. Ask again; if it is cut at the same place, rephrase your question. If this continues, contact your administrator: the model server’s log says why.
    [Try again]

    ── failed FirstText stop:Before refusal:Nothing kill:Never
    #1 in private
    ⚠️ Not from your data: no statement was run for this answer.
    Here are our clients of Lyon, all of them by their names:

    ⏹ Stopped as you asked. Nothing was run.
    [Try again]

    ── cutbylength FirstText stop:Never refusal:Nothing kill:Never
    #1 in private
    ⚠️ Not from your data: no statement was run for this answer.
    Here are our clients of Lyon, all of them by their names:

    ✂️ The answer reached the model’s longest length and ends here. Continue goes on from there; or ask something more precise.
    [Continue] [👍] [👎]

    ── protocol FirstText stop:Never refusal:Rejected(Last) kill:Never
    #1 in private
    Here are our clients of Lyon, all of them by their names:

    Something went wrong on my side. Try again; if it goes on, give the number 01010101 to an administrator.
    [Try again]

    ── wedge AfterStatement stop:Never refusal:Nothing kill:Before
    #1 in private
    Here are our clients of Lyon, all of them by their names:
    ```sql
    SELECT name FROM clients WHERE city = 'Lyon'
    ```
    That is all of them.

    ⏹ Pstral was interrupted during this answer. Ask your question again.
    [Try again]

    ── nothing AfterStatement stop:Never refusal:LongAway kill:Never
    #1 in private
    Here are our clients of Lyon, all of them by their names:

    ```sql
    SELECT
      name
    FROM
      clients
    WHERE
      city = 'Lyon'
    ```
    Written by the model, not verified.
    Reads the table clients of the database crm.

    That is all of them.
    [Execute] [Edit] [Explain]
    ");
}

#[test]
fn how_answers_end_in_french() {
    let rows = [
        "busy Asked stop:Never refusal:Nothing kill:Never",
        "missing Asked stop:Never refusal:Nothing kill:Never",
        "empty Begun stop:Never refusal:Nothing kill:Never",
        "allthought Begun stop:Never refusal:Away kill:Never",
        "wedge MidStatement stop:Before refusal:Nothing kill:Never",
        "interrupted FirstText stop:Never refusal:Gone(Last) kill:Never",
        "forbidden Asked stop:Never refusal:Nothing kill:Before",
        "nothing AfterStatement stop:Never refusal:Unavailable(Last) kill:Never",
    ];
    assert_snapshot!(endings(&camille(), &rows), @"
    ── busy Asked stop:Never refusal:Nothing kill:Never
    #1 in private
    Trop de questions attendent déjà le modèle. Reposez la vôtre dans une minute. Si cela se répète, prévenez votre administrateur : il faut au serveur du modèle une file plus longue ou plus de puissance.
    [Réessayer]

    ── missing Asked stop:Never refusal:Nothing kill:Never
    #1 in private
    Le modèle « qwen2.5-coder:3b » n’est pas installé sur son serveur. Prévenez votre administrateur : `pstral doctor` lui dit comment l’installer.
    [Réessayer]

    ── empty Begun stop:Never refusal:Nothing kill:Never
    #1 in private
    Le modèle n’a rien répondu. Réessayez, ou posez la question autrement.
    [Réessayer]

    ── allthought Begun stop:Never refusal:Away kill:Never
    #1 in private
    Le modèle a réfléchi et n’a finalement rien dit. Réessayez, ou posez la question plus simplement.
    [Réessayer]

    ── wedge MidStatement stop:Before refusal:Nothing kill:Never
    #1 in private
    ⚠️ Ceci ne vient pas de vos données : aucune requête n’a été exécutée.
    Here are our clients of Lyon, all of them by their names:
    ```sql
    SELECT name FROM clients WHERE
    ```

    ⏹ Arrêté à votre demande. Rien n’a été exécuté.
    [Réessayer]

    ── interrupted FirstText stop:Never refusal:Gone(Last) kill:Never

    ── forbidden Asked stop:Never refusal:Nothing kill:Before
    #1 in private
    ⏹ Pstral a été interrompu pendant cette réponse. Posez votre question à nouveau.
    [Réessayer]

    ── nothing AfterStatement stop:Never refusal:Unavailable(Last) kill:Never
    #1 in private
    Here are our clients of Lyon, all of them by their names:

    ```sql
    SELECT
      name
    FROM
      clients
    WHERE
      city = 'Lyon'
    ```
    Requête écrite par le modèle, non vérifiée.
    Lit la table clients de la base crm.

    That is all of them.
    [Exécuter] [Modifier] [Expliquer]
    ");
}

#[test]
fn what_is_shown_when_a_platform_is_back_can_be_run() {
    let row = "nothing AfterStatement stop:Never refusal:LongAway kill:Never";
    let case = case::all(1).into_iter().find(|case| case.to_string() == row).expect(row);
    in_no_time(async {
        let mut broken = Broken::new(&case).await;
        broken.happen(&case, &alex()).await.expect("it ends");
        let (_, shown) = broken.chat.seen.messages().remove(0);
        let run = shown.buttons.into_iter().find(|button| matches!(button.action, ButtonAction::Execute(_))).unwrap();
        let ButtonAction::Execute(proposal) = &run.action else { unreachable!() };
        assert_eq!(broken.state.cards(proposal).await.unwrap().len(), 1, "its buttons will be taken away in time");
        broken.act(&alex(), EventBody::Clicked(run.action)).await.expect("it ends");
        assert!(broken.chat.seen.transcript().contains("Boréal Logistique"), "{}", broken.chat.seen.transcript());
    });
}

#[test]
fn a_claim_that_a_full_disk_kept_is_given_back() {
    let row = "nothing AfterStatement stop:Never refusal:Nothing kill:Never";
    let case = case::all(1).into_iter().find(|case| case.to_string() == row).expect(row);
    in_no_time(async {
        let mut broken = Broken::new(&case).await;
        broken.happen(&case, &alex()).await.expect("it ends");
        let (_, shown) = broken.chat.seen.messages().remove(0);
        let run = shown.buttons.into_iter().find(|button| matches!(button.action, ButtonAction::Execute(_))).unwrap();
        broken.state.refuse_audit(true);
        broken.act(&alex(), EventBody::Clicked(run.action.clone())).await.expect("it ends");
        assert!(!broken.chat.seen.transcript().contains("Boréal Logistique"), "it cannot be audited");
        broken.state.refuse_audit(false);
        broken.act(&alex(), EventBody::Clicked(run.action)).await.expect("it ends");
        assert!(broken.chat.seen.transcript().contains("Boréal Logistique"), "{}", broken.chat.seen.transcript());
    });
}
