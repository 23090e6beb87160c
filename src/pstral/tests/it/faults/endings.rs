//! What people read at the end of some rows, in both languages: to be read as prose.

use insta::assert_snapshot;
use pstral_core::domain::Actor;

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
    ];
    assert_snapshot!(endings(&alex(), &rows), @"");
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
    assert_snapshot!(endings(&camille(), &rows), @"");
}
