//! The contract that every chat platform must fulfil.

use pstral_core::testkit::chat_platform::contract;

use crate::bench::{Bench, place};

#[tokio::test]
async fn discord_is_a_chat_platform() {
    let bench = Bench::connected().await;
    let zoe = bench.discord.person("Zoé");
    // The one that the contract writes to in private.
    bench.discord.person_known_as(1, "Ali");
    let channel = bench.discord.channel(bench.discord.guild("Alpha", &[zoe]), "ventes");
    contract(&*bench.bot, &place(channel)).await;
    // It asks for what is too long and for what is gone.
    let counts = bench.discord.counts();
    let unknown = |refused: &String| refused.starts_with("404 10008");
    assert!(counts.refused.iter().all(unknown) && counts.schema.is_empty(), "{}", counts.complaints());
    let (_, ended) = bench.ends().await;
    assert_eq!(ended, Ok(()));
}
