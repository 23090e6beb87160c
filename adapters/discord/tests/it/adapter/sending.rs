//! Sending and changing messages, and what Discord says to it.

use std::path::PathBuf;
use std::time::Duration;

use pstral_core::domain::{Actor, FileRef, MessageRef, Outgoing, Place, PlatformName};
use pstral_core::ports::{ChatPlatform as _, PlatformError};
use pstral_core::testkit::chat_platform::key;

use crate::bench::{Bench, place};
use crate::double::{Fault, Id, Refusal, Scope, To};

async fn house() -> (Bench, Id, Place) {
    let bench = Bench::connected().await;
    let zoe = bench.discord.person("Zoé");
    let channel = bench.discord.channel(bench.discord.guild("Alpha", &[zoe]), "ventes");
    (bench, channel, place(channel))
}

#[tokio::test]
async fn a_message_is_sent_changed_and_removed() {
    let (bench, channel, place) = house().await;
    let at = bench.bot.send(key(), &place, &Outgoing::streaming("Un")).await.unwrap();
    bench.bot.edit(&at, &Outgoing::text("Un deux")).await.unwrap();
    assert_eq!(bench.discord.sees(channel), "# ventes\nPstral: Un deux\n");
    bench.bot.delete(&at).await.unwrap();
    bench.bot.delete(&at).await.unwrap();
    assert_eq!(bench.bot.edit(&at, &Outgoing::text("Trop tard")).await, Err(PlatformError::Gone));
    assert_eq!(bench.discord.sees(channel), "# ventes\n");
}

#[tokio::test]
async fn nobody_is_called_by_what_a_model_writes() {
    let (bench, channel, place) = house().await;
    let zoe = bench.discord.person("Claire");
    let text = format!("@everyone <@{zoe}>");
    let at = bench.bot.send(key(), &place, &Outgoing::text(&text)).await.unwrap();
    bench.bot.edit(&at, &Outgoing::text(format!("{text} !"))).await.unwrap();
    assert_eq!(bench.discord.sees(channel), "# ventes\nPstral: @everyone @Claire !\n");
    bench.discord.blameless();
}

#[tokio::test]
async fn what_discord_says_decides_what_becomes_of_a_message() {
    let (bench, _, place) = house().await;
    let at = bench.bot.send(key(), &place, &Outgoing::text("Un")).await.unwrap();
    let retry_after = Duration::from_millis(700);
    let limited = |error: &PlatformError| matches!(error, PlatformError::RateLimited { .. });
    let gone = |error: &PlatformError| *error == PlatformError::Gone;
    let rejected = |error: &PlatformError| matches!(error, PlatformError::Rejected(_));
    let away = |error: &PlatformError| matches!(error, PlatformError::Unavailable(_));
    let table = [
        (Fault::TooFast { retry_after, scope: Scope::User }, limited as fn(&PlatformError) -> bool),
        (Fault::TooFast { retry_after, scope: Scope::Global }, limited),
        (Fault::TooFastUnsaid, limited),
        (Fault::Broken(500), away),
        (Fault::Broken(502), away),
        (Fault::Refused(Refusal::UNKNOWN_MESSAGE), gone),
        (Fault::Refused(Refusal::MISSING_PERMISSIONS), rejected),
        (Fault::Refused(Refusal::INVALID_BODY), rejected),
    ];
    for (fault, expected) in table {
        bench.discord.fails(To::Edit, fault.clone());
        let error = bench.bot.edit(&at, &Outgoing::text("Deux")).await.unwrap_err();
        assert!(expected(&error), "{fault:?}: {error:?}");
        // Until then nothing is sent to be refused.
        if let PlatformError::RateLimited { retry_after } = error {
            tokio::time::sleep(retry_after).await;
        }
    }
    bench.bot.edit(&at, &Outgoing::text("Trois")).await.unwrap();
    bench.discord.blameless();
}

#[tokio::test]
async fn it_is_waited_for_as_long_as_discord_says() {
    let (bench, channel, place) = house().await;
    let retry_after = Duration::from_millis(2_500);
    bench.discord.fails(To::Send, Fault::TooFast { retry_after, scope: Scope::User });
    let refused = bench.bot.send(key(), &place, &Outgoing::text("Un")).await.unwrap_err();
    assert!(matches!(refused, PlatformError::RateLimited { retry_after: told } if told >= retry_after), "{refused:?}");
    // What nobody writes waits by itself.
    bench.discord.fails(To::Read, Fault::TooFast { retry_after: Duration::from_millis(50), scope: Scope::User });
    assert_eq!(bench.bot.live(&place, None).await, Ok(Vec::new()));
    assert_eq!(bench.discord.sees(channel), "# ventes\n");
    bench.discord.blameless();
}

/// A retry would be refused again, for an hour.
#[tokio::test]
async fn an_old_message_that_takes_no_more_edits_is_refused_for_good() {
    let (bench, _, place) = house().await;
    let at = bench.bot.send(key(), &place, &Outgoing::text("Un")).await.unwrap();
    bench.discord.fails(To::Edit, Fault::Refused(Refusal::OLD_EDITS));
    let refused = bench.bot.edit(&at, &Outgoing::text("Deux")).await;
    assert!(matches!(refused, Err(PlatformError::Rejected(_))), "{refused:?}");
}

#[tokio::test]
async fn a_message_of_which_the_answer_was_lost_is_sent_once() {
    let (bench, channel, place) = house().await;
    bench.discord.fails(To::Send, Fault::DoneButBroken(502));
    let (message, once) = (Outgoing::text("Voici"), key());
    assert!(matches!(bench.bot.send(once, &place, &message).await, Err(PlatformError::Unavailable(_))));
    let at = bench.bot.send(once, &place, &message).await.unwrap();
    assert_eq!(bench.discord.sees(channel), "# ventes\nPstral: Voici\n");
    bench.bot.edit(&at, &Outgoing::text("Voilà")).await.unwrap();
    bench.bot.send(key(), &place, &message).await.unwrap();
    assert_eq!(bench.discord.sees(channel), "# ventes\nPstral: Voilà\nPstral: Voici\n");
    bench.discord.blameless();
}

#[tokio::test]
async fn files_go_with_their_message_and_stay_with_it() {
    let (bench, channel, place) = house().await;
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"));
    let bytes = std::fs::metadata(&path).unwrap().len();
    let file = FileRef { name: "clients.csv".to_owned(), path: path.clone(), media_type: "text/csv", bytes };
    let result = Outgoing { files: vec![file], ..Outgoing::text("12 lignes") };
    let at = bench.bot.send(key(), &place, &result).await.unwrap();
    bench.bot.edit(&at, &Outgoing::text("12 lignes, en 3 ms")).await.unwrap();
    insta::assert_snapshot!(bench.discord.sees(channel), @"
    # ventes
    Pstral: 12 lignes, en 3 ms
      file: clients.csv, text/csv
    ");
    let uploaded = bench.discord.file(at.id.parse().unwrap(), "clients.csv");
    assert_eq!(uploaded, std::fs::read(path).unwrap());
    bench.discord.blameless();
}

#[tokio::test]
async fn who_takes_no_private_messages_is_not_written_to() {
    let (bench, ..) = house().await;
    let zoe = bench.discord.person("Claire");
    bench.discord.closes_dms(zoe);
    let actor = Actor { platform: PlatformName("discord".to_owned()), id: zoe.to_string(), name: "Claire".to_owned() };
    let dm = bench.bot.open_dm(&actor).await.unwrap();
    let refused = bench.bot.send(key(), &dm, &Outgoing::text("Entre nous")).await;
    assert!(matches!(refused, Err(PlatformError::Rejected(_))), "{refused:?}");
}

#[tokio::test]
async fn what_is_gone_is_told_from_what_is_not() {
    let (bench, channel, place) = house().await;
    let at = bench.bot.send(key(), &place, &Outgoing::text("Un")).await.unwrap();
    bench.discord.removes(at.id.parse().unwrap());
    assert_eq!(bench.bot.edit(&at, &Outgoing::text("Deux")).await, Err(PlatformError::Gone));
    bench.discord.removes_channel(channel);
    assert_eq!(bench.bot.send(key(), &place, &Outgoing::text("Deux")).await, Err(PlatformError::Gone));
    let nowhere = MessageRef { place: crate::bench::place(1), id: "2".to_owned() };
    assert_eq!(bench.bot.edit(&nowhere, &Outgoing::text("Deux")).await, Err(PlatformError::Gone));
}
