//! As in production: over TLS, to the names of Discord, with the limits that it documents.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use pstral_core::domain::Outgoing;
use pstral_core::ports::{BudgetSignal, ChatPlatform as _, PlatformError};
use pstral_core::testkit::chat_platform::key;

use crate::bench::{Bench, place};
use crate::double::{Fault, Id, Limits, Plan, Scope, To};
use crate::secure::secure;

async fn house() -> (Bench, Id) {
    let (discord, client) = secure(Plan::default().limits(Limits::AsDiscord)).await;
    let zoe = discord.person("Zoé");
    let channel = discord.channel(discord.guild("Alpha", &[zoe]), "ventes");
    let bench = Bench::on(discord, |config| {
        config.base_url = None;
        config.client = Some(client);
    });
    bench.discord.connected().await;
    (bench, channel)
}

/// A request that would be delayed goes back to its caller, who can replace it with something newer.
#[tokio::test]
async fn the_sixth_edit_is_given_back_instead_of_waiting_and_its_budget_told() {
    let (bench, channel) = house().await;
    let told: Arc<Mutex<Vec<BudgetSignal>>> = Arc::default();
    let tell = Arc::clone(&told);
    bench.bot.report_budgets(Arc::new(move |signal: &BudgetSignal| tell.lock().unwrap().push(signal.clone())));
    let at = bench.bot.send(key(), &place(channel), &Outgoing::text("0")).await.unwrap();
    for edit in 1..=5 {
        bench.bot.edit(&at, &Outgoing::text(edit.to_string())).await.unwrap();
    }
    let sixth = bench.bot.edit(&at, &Outgoing::text("6")).await;
    let Err(PlatformError::RateLimited { retry_after }) = sixth else { panic!("{sixth:?}") };
    assert!(retry_after > Duration::ZERO && retry_after <= Duration::from_secs(5), "{retry_after:?}");
    assert_eq!(bench.discord.reads(at.id.parse().unwrap()), "Pstral: 5\n");
    let told = told.lock().unwrap().clone();
    let last = told.last().expect("its budget was told");
    assert_eq!((last.place.as_ref(), last.limit, last.remaining), (Some(&place(channel)), 5, 0));
    bench.discord.blameless();
}

#[tokio::test]
async fn a_429_comes_back_with_its_wait() {
    let (bench, channel) = house().await;
    let retry_after = Duration::from_secs(3);
    bench.discord.fails(To::Send, Fault::TooFast { retry_after, scope: Scope::User });
    let refused = bench.bot.send(key(), &place(channel), &Outgoing::text("0")).await;
    assert_eq!(refused.map(|_| ()), Err(PlatformError::RateLimited { retry_after }));
    bench.discord.blameless();
}

#[tokio::test]
async fn files_are_fetched_from_where_discord_keeps_them() {
    let (bench, channel) = house().await;
    let zoe = bench.discord.person("Claire");
    bench.discord.joins(zoe, bench.discord.guild_of(channel));
    bench.discord.attaches(zoe, channel, "@Pstral Que fait-elle ?", &[("q.sql", b"SELECT 1")]);
    assert!(bench.said().await.1.contains("SELECT 1"));
    bench.discord.blameless();
}
