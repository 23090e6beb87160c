//! The cost of the audit: durable appends by many writers, filtered pages of a long log, its verification and its
//! export.
//!
//! `cargo bench -p pstral-store --bench audit`; `PSTRAL_BENCH_EVENTS` is how long the log is for pages (5,000,000),
//! `PSTRAL_BENCH_CHAIN` how much of it is a chain that is proven and exported (300,000), and `PSTRAL_BENCH_ON` where:
//! `sqlite`, `postgres` or both. Times are of this machine, as it was at the time.
#![allow(
    clippy::cast_precision_loss,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a measurement that cannot go on fails, and prints"
)]

mod copies;
mod events;
mod keeper;
#[path = "../../tests/it/key.rs"]
mod key;
mod memory;
mod pages;

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::StreamExt as _;
use futures::future::join_all;
use pstral_core::ports::{AuditFilter, AuditLog as _, Towards};
use pstral_pgserver::Server;
use pstral_store::{HeadKeeper, Location, Store};
use secrecy::ExposeSecret as _;

use keeper::Keeper;
use key::Key;

/// Writers that append at the same time.
const WRITERS: usize = 64;
/// Entries that are read at once for a file, as `pstral audit export` does.
const PAGE_OF_FILE: u32 = 250;
/// The duration of the append benchmark.
const APPENDING: Duration = Duration::from_secs(10);

fn main() {
    let number = |name| std::env::var(name).ok().and_then(|number: String| number.parse::<u64>().ok());
    let events = number("PSTRAL_BENCH_EVENTS").unwrap_or(5_000_000);
    let chain = number("PSTRAL_BENCH_CHAIN").unwrap_or(300_000).min(events);
    let wanted = std::env::var("PSTRAL_BENCH_ON").unwrap_or_default();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        if wanted != "postgres" {
            let folder = tempfile::tempdir().unwrap();
            println!("\n# SQLite, {events} events");
            measure(&Location::File(folder.path().join("state.db")), chain, events).await;
        }
        if wanted != "sqlite"
            && let Some(server) = Server::start_durable()
        {
            println!("\n# PostgreSQL, {events} events");
            measure(&Location::Server(server.url("postgres").expose_secret().to_owned()), chain, events).await;
        }
    });
}

async fn measure(location: &Location, chain: u64, events: u64) {
    let unsigned = Arc::new(Store::open_at(location, "bench").await.unwrap());
    append(&unsigned, "empty log, without signatures").await;
    unsigned.close().await;
    let folder = tempfile::tempdir().unwrap();
    let keeper = Arc::new(Keeper::new(folder.path().join("head")));
    let store = Store::open_signing(location, "bench", Arc::clone(&keeper) as Arc<dyn HeadKeeper>).await;
    let store = Arc::new(store.unwrap());
    append(&store, "empty log").await;
    load(&store, chain).await;
    prove(&store, &keeper.key).await;
    export(&store, chain).await;
    copies::lengthen(location, events).await;
    append(&store, "long log").await;
    println!("pages, without signatures:");
    let unsigned = Store::open_at(location, "bench").await.unwrap();
    pages::measure(&unsigned).await;
    unsigned.close().await;
    println!("pages:");
    pages::measure(&store).await;
    store.close().await;
}

/// Has each writer append events one by one, each durable before the next.
async fn append(store: &Arc<Store>, what: &str) {
    let begun = Instant::now();
    let writers = (0..WRITERS).map(|writer| {
        let store = Arc::clone(store);
        tokio::spawn(async move {
            let mut took = Vec::new();
            let mut number = writer as u64;
            while begun.elapsed() < APPENDING {
                let one = Instant::now();
                store.append(events::event(number)).await.unwrap();
                took.push(one.elapsed());
                number += WRITERS as u64;
            }
            took
        })
    });
    let mut took: Vec<Duration> = join_all(writers).await.into_iter().flat_map(Result::unwrap).collect();
    let rate = took.len() as f64 / begun.elapsed().as_secs_f64();
    took.sort();
    println!("append, {what}: {rate:.0} durable events/s from {WRITERS} writers, {}", pages::quantiles(&took));
}

/// Fills the log the way everything is written to it: the chain is a real one.
async fn load(store: &Arc<Store>, events: u64) {
    let begun = Instant::now();
    let appended = futures::stream::iter((0..events).map(|number| store.append(events::event(number))));
    appended.buffer_unordered(1024).for_each(|entry| async { drop(entry.unwrap()) }).await;
    let took = begun.elapsed();
    println!("load: {events} events in {took:.0?}, {:.0}/s", events as f64 / took.as_secs_f64());
}

async fn prove(store: &Store, key: &Key) {
    for _ in 0..5 {
        let begun = Instant::now();
        let proof = store.verify_audit(&[], key).await.unwrap();
        let took = begun.elapsed();
        println!("verify: {} events in {took:.1?}, {:.0}/s", proof.entries, proof.entries as f64 / took.as_secs_f64());
    }
}

/// Exports everything as JSON lines, like `pstral audit export`; prints the memory use after each tenth.
async fn export(store: &Store, events: u64) {
    let before = memory::settle();
    let begun = Instant::now();
    let (mut from, mut written, mut bytes, mut held) = (None, 0_u64, 0, Vec::new());
    loop {
        let found = store.page(&AuditFilter::default(), from, Towards::Newer, PAGE_OF_FILE).await.unwrap();
        for entry in &found.entries {
            bytes += entry.to_json().len();
        }
        written += found.entries.len() as u64;
        if written * 10 / events > held.len() as u64 {
            held.push(memory::now());
        }
        from = found.further;
        if from.is_none() {
            break;
        }
    }
    let took = begun.elapsed();
    let rate = written as f64 / took.as_secs_f64();
    println!("export: {written} events, {} MB in {took:.1?}, {rate:.0}/s", bytes / 1_000_000);
    println!("memory while exporting: {before} kB before, {} kB at its highest, by tenths {held:?}", memory::highest());
}
