//! Memory use with a hundred servers.

use crate::bench::Bench;
use crate::double::{Discord, Id};
use crate::memory::resident;

const SERVERS: usize = 100;
const CHANNELS: usize = 20;
const MEMBERS: u64 = 1_000;

/// Printed and not asserted: other tests share this process, and so does the double.
#[tokio::test]
async fn a_hundred_servers_of_a_thousand_members_are_looked_after() {
    let discord = Discord::start().await;
    let zoe = discord.person("Zoé");
    let mut last: Id = 0;
    for server in 0..SERVERS {
        let guild = discord.guild(&format!("Serveur {server}"), &[zoe]);
        discord.crowd(guild, MEMBERS);
        for channel in 0..CHANNELS {
            last = discord.channel(guild, &format!("c{channel}"));
        }
    }
    let before = resident();
    let bench = Bench::on(discord, |_| {});
    bench.discord.connected().await;
    bench.discord.says(zoe, last, "@Pstral Bonjour");
    assert_eq!(bench.said().await.1, "Bonjour");
    println!(
        "{SERVERS} servers of {MEMBERS} members and {CHANNELS} channels: {} KiB resident, {} KiB before connecting",
        resident(),
        before
    );
    bench.discord.blameless();
}
