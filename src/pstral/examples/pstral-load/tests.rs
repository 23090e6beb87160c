//! A small load, with the model in the same process: that everything arrives, not how fast.

use clap::Parser as _;
use tokio::net::TcpListener;

use crate::options::Options;
use crate::report::Report;
use crate::{program, server};

async fn load(words: &str) -> anyhow::Result<Report> {
    let options = Options::parse_from(format!("pstral-load {words}").split(' '));
    assert_eq!(options.fault(), None);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    tokio::spawn(server::serve(listener, options.speech()));
    program::run(&options, &url).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_letter_of_every_answer_arrives() -> anyhow::Result<()> {
    for words in [
        "--people 2 --seconds 1 --rate 40 --first-token-ms 10 --edits 100 --per 1",
        "--people 2 --rounds 2 --rooms 1 --chars 200 --rate 200 --edits 4 --per 0.5 --scope account",
    ] {
        let report = load(words).await?;
        let sound = (report.unfinished, report.lost, report.duplicated, report.strange);
        assert_eq!(sound, (0, 0, 0, 0), "{words}: {report}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_the_model_does_what_it_said_is_there_and_ends() -> anyhow::Result<()> {
    for fault in ["cut", "error", "busy", "slow"] {
        let words =
            format!("--people 2 --chars 160 --rate 100 --edits 100 --per 1 --first-token-ms 50 --fault {fault}");
        let report = load(&words).await?;
        assert_eq!((report.unfinished, report.lost, report.duplicated), (0, 0, 0), "{fault}: {report}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_endpoints_answer_meanwhile() -> anyhow::Result<()> {
    let words = "--people 2 --seconds 2 --rate 40 --edits 100 --per 1 --scrapes 20 --audit-pages 10 --audit-events 50";
    let report = load(&format!("{words} --slow-reader")).await?;
    let asked = &report.asked;
    assert_eq!((report.unfinished, report.lost, asked.failed), (0, 0, 0), "{report}");
    assert!(asked.scrapes.count() >= 20 && asked.pages.count() >= 10, "{report}");
    Ok(())
}
