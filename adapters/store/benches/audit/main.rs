//! What the audit costs: durable appends from many writers, filtered pages of a long log, its proof and its export.
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

mod events;
mod memory;
mod pages;

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::StreamExt as _;
use futures::future::join_all;
use pstral_core::domain::NoKey;
use pstral_core::ports::{AuditFilter, AuditLog as _, AuditMark, Towards};
use pstral_pgserver::Server;
use pstral_store::{Location, Store};
use secrecy::ExposeSecret as _;
use sqlx::Connection;

/// Writers that append at the same time.
const WRITERS: usize = 64;
/// How long they do.
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
    let store = Arc::new(Store::open_at(location, "bench").await.unwrap());
    append(&store, "empty log").await;
    load(&store, chain).await;
    prove(&store).await;
    export(&store).await;
    lengthen(location, events).await;
    append(&store, "long log").await;
    pages::measure(&store).await;
    store.close().await;
}

/// Makes the log so long by copies of what is there, earlier and earlier: no chain any more, and as good for pages.
async fn lengthen(location: &Location, events: u64) {
    let begun = Instant::now();
    match location {
        Location::File(file) => {
            let url = format!("sqlite://{}", file.display());
            double(sqlx::SqliteConnection::connect(&url).await.unwrap(), events).await;
        }
        Location::Server(url) => double(sqlx::PgConnection::connect(url).await.unwrap(), events).await,
    }
    println!("lengthened by copies to {events} events in {:.0?}", begun.elapsed());
}

async fn double<C: Connection>(mut to: C, events: u64)
where
    for<'c> &'c mut C: sqlx::Executor<'c, Database = C::Database>,
    for<'q> <C::Database as sqlx::Database>::Arguments: sqlx::IntoArguments<C::Database>,
    (i64, i64, i64): for<'r> sqlx::FromRow<'r, <C::Database as sqlx::Database>::Row>,
{
    loop {
        let counted = "SELECT count(*), max(at), min(at) FROM audit_events";
        let (held, newest, oldest): (i64, i64, i64) = sqlx::query_as(counted).fetch_one(&mut to).await.unwrap();
        let missing = i64::try_from(events).unwrap() - held;
        if missing <= 0 {
            return;
        }
        let span = newest - oldest + 1;
        // Numbers of their own, under the name of another instance.
        let copied = format!(
            "INSERT INTO audit_events (instance, seq, previous, hash, at, action, status, platform, actor, user_id, ip,
                place, conversation, proposal, target, relations, statement, statement_hash, parameters, verdict, rule,
                model, prompt_hash, cost, row_count, duration_ms, delivery, detail, error, covers, salt)
            SELECT 'copies', {held} + row_number() OVER (ORDER BY position), previous, hash, at - {span}, action, status,
                platform, actor, user_id, ip, place, conversation, proposal, target, relations, statement,
                statement_hash, parameters, verdict, rule, model, prompt_hash, cost, row_count, duration_ms, delivery,
                detail, error, covers, salt
            FROM audit_events ORDER BY position DESC LIMIT {missing}"
        );
        sqlx::query(sqlx::AssertSqlSafe(copied)).execute(&mut to).await.unwrap();
        let related = format!(
            "INSERT INTO audit_relations (relation, at, position)
            SELECT r.relation, e.at, e.position FROM audit_events e JOIN audit_events o
                ON o.at = e.at + {span} AND o.hash = e.hash JOIN audit_relations r ON r.position = o.position
            WHERE e.instance = 'copies' AND e.seq > {held}"
        );
        sqlx::query(sqlx::AssertSqlSafe(related)).execute(&mut to).await.unwrap();
    }
}

/// Each writer appends one event after the other, each durable before the next.
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

async fn prove(store: &Store) {
    for _ in 0..2 {
        let begun = Instant::now();
        let proof = store.verify_audit(&[], &NoKey).await.unwrap();
        let took = begun.elapsed();
        println!("verify: {} events in {took:.1?}, {:.0}/s", proof.entries, proof.entries as f64 / took.as_secs_f64());
    }
}

/// Everything as JSON lines, as `pstral audit export` writes it.
async fn export(store: &Store) {
    let before = memory::settle();
    let begun = Instant::now();
    let (mut from, mut written, mut bytes, mut line) = (None, 0_u64, 0, Vec::new());
    loop {
        let page = store.page(&AuditFilter::default(), from, Towards::Newer, 1000).await.unwrap();
        let Some(last) = page.last() else { break };
        from = Some(AuditMark::of(last));
        for entry in &page {
            line.clear();
            entry.write_json(&mut line);
            bytes += line.len();
        }
        written += page.len() as u64;
    }
    let took = begun.elapsed();
    let rate = written as f64 / took.as_secs_f64();
    println!("export: {written} events, {} MB in {took:.1?}, {rate:.0}/s", bytes / 1_000_000);
    println!("memory while exporting: {} kB before, {} kB at its highest", before, memory::highest());
}
