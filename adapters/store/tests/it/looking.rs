//! A page of a long log looks at so many entries and no more, and says from where the next one goes on.

use futures::future::join_all;
use pstral_core::domain::{AuditAction, AuditEvent, AuditStatus};
use pstral_core::ports::{AuditFilter, AuditLog as _, AuditMark, Towards};
use pstral_core::testkit::state::at;
use pstral_pgserver::Server;
use pstral_store::Store;

use crate::{event, folder, on, open};

/// Entries between one that is looked for and the newest: more than two pages look at.
const BETWEEN: u32 = 8_500;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_file() {
    let folder = folder();
    is_bounded(&open(&folder).await.unwrap()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_server() {
    let Some(server) = Server::start() else { return };
    is_bounded(&on(&server, "one").await.unwrap()).await;
}

async fn is_bounded(store: &Store) {
    let found = store.append(event("a needle")).await.unwrap();
    let hay = || AuditEvent { user: None, ..AuditEvent::new(at("10:00:01"), AuditAction::Answer, AuditStatus::Ok) };
    join_all((0..BETWEEN).map(|_| store.append(hay()))).await.into_iter().for_each(|entry| drop(entry.unwrap()));
    let newest = AuditEvent { at: at("10:00:02"), ..event("the newest needle") };
    let newest = store.append(newest).await.unwrap();

    let needles = AuditFilter { text: Some("needle".to_owned()), ..AuditFilter::default() };
    let first = store.page(&needles, None, Towards::Older, 50).await.unwrap();
    assert_eq!(first.entries, std::slice::from_ref(&newest), "what was met on the way is shown");
    let second = store.page(&needles, first.further, Towards::Older, 50).await.unwrap();
    assert_eq!(second.entries, [], "looked at, and nothing found");
    assert!(second.further < first.further, "{second:?}");
    let third = store.page(&needles, second.further, Towards::Older, 50).await.unwrap();
    assert_eq!((third.entries, third.further), (vec![found.clone()], None));

    // The other way round, and one by one.
    let mut turned = Vec::new();
    let mut from = None;
    loop {
        let page = store.page(&needles, from, Towards::Newer, 1).await.unwrap();
        turned.extend(page.entries);
        from = page.further;
        if from.is_none() {
            break;
        }
    }
    assert_eq!(turned, [found.clone(), newest.clone()]);
    assert_eq!(store.tail(&needles, 5).await.unwrap(), [found, newest.clone()], "however far they are apart");

    // What an index leads to is found at once.
    let questions = AuditFilter { action: Some(AuditAction::Question), ..AuditFilter::default() };
    let page = store.page(&questions, None, Towards::Older, 1).await.unwrap();
    assert_eq!((page.entries, page.further), (vec![newest.clone()], Some(AuditMark::of(&newest))));
    assert_eq!(store.page(&questions, None, Towards::Older, 2).await.unwrap().further, None);
}
