//! `pstral run`: its endpoints, its end in good order, and its start after a bad one.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use pstral_ollama::testkit::{Answer, Ending, ScriptedOllama};
use rusqlite::Connection;

use crate::bot::{Bot, until};
use crate::program::Place;

/// An installation with the sample company and the terminal, whose person is linked already.
pub(crate) fn installed(model: &str) -> Place {
    let place = Place::with_model(model);
    place.run(&["demo"]).code(0);
    std::fs::rename(place.path("data/demo/crm.db"), place.path("crm.db")).unwrap();
    place.write(
        "pstral.toml",
        "data = \"state\"\nlocale = \"en\"\n[platforms.terminal]\nenabled = true\n\
         [targets.crm]\nkind = \"sqlite\"\npath = \"../crm.db\"\n",
    );
    place.run(&["user", "add", "zoe", "--config", "pstral.toml"]).code(0);
    let code = place.run(&["user", "link-code", "zoe", "--config", "pstral.toml"]).code(0).out;
    let mut bot = Bot::start(&place);
    bot.types("/whoami");
    bot.types(&format!("/link {}", code.trim()));
    until("zoe is linked", || place.run(&["audit", "tail", "--config", "pstral.toml"]).out.contains("link ok"));
    bot.signal("-TERM");
    bot.ended().code(0).says(&["I do not know yet who you are", "this account is now linked to yours"]);
    place
}

/// The time that the endpoint gives the head of a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

fn audited(place: &Place) -> String {
    place.run(&["audit", "verify", "--config", "pstral.toml"]).code(0).says(&["The log is intact"]);
    place.run(&["audit", "tail", "--config", "pstral.toml"]).code(0).out
}

#[tokio::test(flavor = "multi_thread")]
async fn it_says_how_it_is_and_ends_when_asked() {
    let ollama = ScriptedOllama::start("qwen2.5-coder:3b").await;
    let place = installed(&ollama.url());
    let mut bot = Bot::start(&place);
    let ready = bot.get("/readyz").unwrap();
    assert!(ready.starts_with("HTTP/1.0 200") && ready.contains("\"part\":\"target crm\""), "{ready}");
    bot.types("");
    bot.types("/audit");
    until("the metrics count", || bot.get("/metrics").unwrap().contains("action=\"denied\",status=\"refused\"} 1"));
    assert!(bot.get("/metrics").unwrap().contains("pstral_audit_events_total{action=\"started\",status=\"ok\"} 1"));
    bot.types("/edit SELECT count(id) AS clients FROM clients");
    bot.types("/execute");
    until("it takes the time", || {
        bot.get("/metrics").unwrap().contains("pstral_duration_seconds_bucket{action=\"result\",le=\"+Inf\"} 1")
    });
    assert!(bot.get("/elsewhere").unwrap().starts_with("HTTP/1.0 404"));

    std::fs::rename(place.path("crm.db"), place.path("gone.db")).unwrap();
    until("it is unready", || {
        let unready = bot.get("/readyz").unwrap();
        unready.starts_with("HTTP/1.0 503") && unready.contains("the file does not exist")
    });
    std::fs::rename(place.path("gone.db"), place.path("crm.db")).unwrap();

    let listen = bot.address().to_string();
    let mut second = place.pstral(&["run", "--config", "pstral.toml", "--data", "elsewhere"]);
    second.env("PSTRAL__HTTP__LISTEN", &listen);
    crate::program::feed(second, b"").code(1).says(&["Failed: http: ", &listen, "change [http] listen"]);

    bot.signal("-TERM");
    bot.ended().code(0).says(&["The audit log is for administrators"]);
    assert!(!place.path("state/pstral.db-wal").exists(), "the state database is closed: one file to copy");
    assert!(audited(&place).contains("stopped ok"));
}

#[test]
fn it_ends_when_asked_though_nobody_reads_its_log() {
    let place = Place::new();
    place.write("pstral.toml", "data = \"state\"\nlocale = \"en\"\n[log]\nlevel = \"trace\"\n");
    for has_left in [true, false] {
        let (reader, mut log) = std::io::pipe().unwrap();
        // A pipe of Linux holds 64 KiB (https://man7.org/linux/man-pages/man7/pipe.7.html), the first lines half as much.
        log.write_all(&vec![b'.'; 60 * 1024]).unwrap();
        let unread = (!has_left).then_some(reader);
        let mut bot = Bot::start_with_log(&place, log.into());
        bot.signal("-TERM");
        until("it ends", || bot.is_over());
        bot.ended().code(0);
        assert!(audited(&place).contains("stopped ok"), "the reader has left: {has_left}");
        drop(unread);
    }
}

#[cfg(unix)]
#[test]
fn it_ends_with_the_reason_when_no_platform_is_left() {
    let place = Place::new();
    place.write("pstral.toml", "data = \"state\"\nlocale = \"en\"\n[platforms.terminal]\nenabled = true\n");
    let mut command = place.pstral(&["run", "--config", "pstral.toml"]);
    command.env("PSTRAL__HTTP__LISTEN", "127.0.0.1:0").stdin(std::fs::File::open(place.path(".")).unwrap());
    let ended = crate::program::Ended::from(command.output().unwrap());
    ended.code(1).says(&[
        "the platform ended for good",
        "Failed: platform terminal",
        "what standard input is connected to",
    ]);
    assert!(audited(&place).contains("stopped ok"));
}

#[test]
fn a_second_program_on_the_same_state_is_refused_and_changes_nothing() {
    let place = Place::new();
    place.write("pstral.toml", "data = \"state\"\nlocale = \"en\"\n");
    let bot = Bot::start(&place);
    let events = || place.run(&["audit", "verify", "--config", "pstral.toml"]).code(0).out;
    let before = events();
    for words in
        [&["run", "--config", "pstral.toml"][..], &["demo", "--data", "state"], &["demo", "--data", "state", "--tour"]]
    {
        let ended = place.run(words).code(1).says(&["another program already answers from state/pstral.db"]);
        assert!(ended.err.contains("--data FOLDER"), "{}", ended.err);
    }
    assert_eq!(events(), before);
    assert!(!place.path("state/crm.db").exists(), "the demo writes nothing beside it");
    place.run(&["doctor", "--config", "pstral.toml"]).code(0);
    place.run(&["user", "add", "zoe", "--config", "pstral.toml"]).code(0);
    bot.signal("-KILL");
    assert_eq!(bot.ended().code, None);
    let bot = Bot::start(&place);
    bot.signal("-TERM");
    bot.ended().code(0);
}

/// Whatever happened to its program, the audit says of an execution how it ended.
#[tokio::test(flavor = "multi_thread")]
async fn an_execution_cut_by_a_kill_has_its_end_in_the_audit() {
    let ollama = ScriptedOllama::start("qwen2.5-coder:3b").await;
    let place = installed(&ollama.url());
    let mut bot = Bot::start(&place);
    let endless = "SELECT count(a.id) AS n FROM payments a JOIN payments b ON a.status = b.status \
        JOIN payments c ON c.status = b.status JOIN payments d ON d.status = c.status";
    bot.types(&format!("/edit {endless}"));
    bot.types("/execute");
    let entries = |action: &str| -> Vec<serde_json::Value> {
        let out = place.run(&["audit", "export", "--action", action, "--config", "pstral.toml"]).code(0).out;
        out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    until("it runs", || entries("execution").len() == 1);
    bot.signal("-KILL");
    bot.ended();
    for _ in 0..2 {
        let bot = Bot::start(&place);
        bot.signal("-TERM");
        bot.ended().code(0);
        let (executions, results) = (entries("execution"), entries("result"));
        assert_eq!(results.len(), 1, "{results:?}");
        let member = |entry: &serde_json::Value, name: &str| entry.to_string().contains(name);
        assert!(member(&results[0], "not shown: crash") && member(&results[0], "\"failed\""), "{results:?}");
        let proposal = executions[0]["proposal"].as_str().or_else(|| executions[0]["event"]["proposal"].as_str());
        assert!(member(&results[0], proposal.unwrap()), "{results:?}");
    }
}

/// The lock is of the file, not of one of its names.
#[cfg(target_os = "linux")]
#[test]
fn a_second_program_on_another_name_of_the_state_is_refused() {
    let place = Place::new();
    place.write("pstral.toml", "data = \"state\"\nlocale = \"en\"\n");
    let bot = Bot::start(&place);
    std::fs::hard_link(place.path("state/pstral.db"), place.path("hard.db")).unwrap();
    std::os::unix::fs::symlink("state/pstral.db", place.path("soft.db")).unwrap();
    for name in ["hard.db", "soft.db"] {
        let url = format!("sqlite://{}", place.path(name).display());
        let mut second = place.pstral(&["run", "--config", "pstral.toml"]);
        second.env("PSTRAL__STORE__URL", url).env("PSTRAL__HTTP__LISTEN", "127.0.0.1:0");
        crate::program::feed(second, b"").code(1).says(&["another program already answers from", name]);
    }
    bot.signal("-TERM");
    bot.ended().code(0);
    place.run(&["audit", "verify", "--config", "pstral.toml"]).code(0);
}

/// Whatever becomes of its name, nothing goes into a file that nobody will find.
#[cfg(unix)]
#[test]
fn it_ends_with_the_reason_when_its_state_is_taken_away() {
    for (how, script) in [
        ("deleted", "rm pstral.db"),
        ("moved", "mv pstral.db old.db"),
        ("replaced", "cp pstral.db new.db && mv new.db pstral.db"),
    ] {
        let place = Place::new();
        place.write("pstral.toml", "data = \"state\"\nlocale = \"en\"\n[platforms.terminal]\nenabled = true\n");
        let mut bot = Bot::start(&place);
        let taken = place.command("sh").args(["-c", script]).current_dir(place.path("state")).status();
        assert!(taken.unwrap().success());
        until(how, || bot.is_over());
        let ended = bot.ended().code(1).says(&[
            "the state is lost; stopping all answers and ending",
            "was moved, deleted or replaced while the program was running",
            "Put the state database back in its place",
        ]);
        assert!(!ended.err.contains("Something went wrong"), "{how}: {}", ended.err);
    }
}

#[test]
fn whoever_asks_how_it_is_does_not_wear_out_the_disk() {
    let place = Place::new();
    place.write("pstral.toml", "data = \"state\"\nlocale = \"en\"\n");
    let bot = Bot::start(&place);
    let writes = || -> i64 {
        let state = Connection::open(place.path("state/pstral.db")).unwrap();
        state.query_row("SELECT sum(checks) FROM health_checks", [], |row| row.get(0)).unwrap()
    };
    let before = writes();
    for _ in 0..100 {
        let ready = bot.get("/readyz").unwrap();
        assert!(ready.starts_with("HTTP/1.0 200") && ready.contains("\"part\":\"platforms\""), "{ready}");
    }
    let written = writes() - before;
    assert!((1..50).contains(&written), "{written} writes for 100 questions");
    bot.signal("-TERM");
    bot.ended().code(0);
}

#[test]
fn the_health_check_tells_whether_the_bot_answers() {
    let place = Place::new();
    place.write("pstral.toml", "data = \"state\"\nlocale = \"en\"\n");
    let bot = Bot::start(&place);
    let listen = |address: &str| format!("data = \"state\"\nlocale = \"en\"\n[http]\nlisten = \"{address}\"\n");
    place.write("pstral.toml", listen(&format!("0.0.0.0:{}", bot.address().port())));
    let check = || place.run(&["healthcheck", "--config", "pstral.toml"]);
    assert_eq!(check().code(0).out, "Pstral answers.\n");
    bot.signal("-TERM");
    bot.ended().code(0);
    check().code(1).says(&["Pstral does not answer at 127.0.0.1:", "Connection refused", "Check that pstral run"]);
    // A port that takes the connection and never answers.
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    place.write("pstral.toml", listen(&other.local_addr().unwrap().to_string()));
    check().code(1).says(&["timed out"]);
    // A port of another program.
    let answering = std::thread::spawn(move || {
        for stream in other.incoming().take(2) {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 1024]).unwrap();
            let _ = stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
        }
    });
    check().code(1).says(&["HTTP/1.1 404 Not Found"]);
    answering.join().unwrap();
}

#[test]
fn a_request_that_never_comes_whole_does_not_hold_up_the_end() {
    let place = Place::new();
    place.write("pstral.toml", "data = \"state\"\nlocale = \"en\"\n");
    let mut bot = Bot::start(&place);
    let mut half = TcpStream::connect(bot.address()).unwrap();
    half.write_all(b"GET /healthz HTTP/1.1\r\nHost: ").unwrap();
    assert!(bot.get("/healthz").is_some(), "the half request is taken by now");
    bot.signal("-TERM");
    until("it ends", || bot.is_over());
    bot.ended().code(0).says(&["an HTTP request did not end"]);
    let end = place.run(&["audit", "tail", "-n", "1", "--action", "stopped", "--config", "pstral.toml"]).code(0);
    assert!(end.out.contains("stopped ok"), "{}", end.out);
}

#[test]
fn half_requests_do_not_hold_up_the_health_check() {
    let place = Place::new();
    place.write("pstral.toml", "data = \"state\"\nlocale = \"en\"\n");
    let bot = Bot::start(&place);
    for connections in [100, 1000] {
        let mut half = Vec::new();
        for _ in 0..connections {
            let mut stream = TcpStream::connect(bot.address()).unwrap();
            // The oldest are closed meanwhile.
            let _ = stream.write_all(b"GET /healthz HTTP/1.1\r\n");
            half.push(stream);
        }
        let begun = Instant::now();
        assert!(bot.get("/healthz").unwrap().ends_with("ok\n"), "{connections} half requests");
        assert!(begun.elapsed() < HEAD_TIMEOUT / 2, "{connections} half requests: {:?}", begun.elapsed());
    }
    bot.signal("-TERM");
    bot.ended().code(0);
}

/// Each half request would hold a file descriptor that the bot needs for its databases.
#[cfg(target_os = "linux")]
#[test]
fn requests_that_never_come_whole_do_not_use_up_the_files() {
    let place = Place::new();
    place.write("pstral.toml", "data = \"state\"\nlocale = \"en\"\n");
    let bot = Bot::start(&place);
    let open = || std::fs::read_dir(format!("/proc/{}/fd", bot.id())).unwrap().count();
    let before = open();
    let mut half = Vec::new();
    for _ in 0..300 {
        // The queue of what waits to be taken is bounded too.
        let Ok(mut stream) = TcpStream::connect_timeout(&bot.address(), Duration::from_millis(500)) else { break };
        stream.write_all(b"GET /healthz HTTP/1.1\r\n").unwrap();
        half.push(stream);
    }
    assert!(half.len() > 100, "{}", half.len());
    until("they are taken", || open() >= before + 60);
    std::thread::sleep(Duration::from_millis(500));
    assert!(open() <= before + 70, "{} files open, {before} before", open());
    drop(half);
    until("it answers", || bot.get("/healthz").is_some_and(|answer| answer.ends_with("ok\n")));
    bot.signal("-TERM");
    bot.ended().code(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_under_way_is_finished_before_the_end() {
    let ollama = ScriptedOllama::start("qwen2.5-coder:3b").await;
    let place = installed(&ollama.url());
    let answer = "You have many clients and this is all that can be said of them today.";
    ollama.answer(Answer::text(answer).every(Duration::from_millis(100)));
    let mut bot = Bot::start(&place);
    bot.types("What do you think of our clients?");
    ollama.wait_for(|requests| requests.len() == 1).await;
    bot.signal("-TERM");
    bot.ended().code(0).says(&[answer]);
    ollama.assert_consumed();
    let audit = audited(&place);
    let (answered, stopped) = (audit.find("answer ok").unwrap(), audit.rfind("stopped ok").unwrap());
    assert!(answered < stopped, "{audit}");
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_kill_nothing_looks_live_and_the_chain_holds() {
    let ollama = ScriptedOllama::start("qwen2.5-coder:3b").await;
    let place = installed(&ollama.url());
    ollama.answer(Answer::pieces(["You have many clients, and ", "then "]).ends(Ending::Hang));
    let mut bot = Bot::start(&place);
    bot.types("What do you think of our clients?");
    let left = || -> i64 {
        let state = Connection::open(place.path("state/pstral.db")).unwrap();
        let live = "SELECT count(*) FROM turns WHERE state = 'streaming'";
        state.query_row(live, [], |row| row.get(0)).unwrap()
    };
    ollama.wait_for(|requests| requests.len() == 1).await;
    until("an answer is being written", || left() == 1);
    bot.signal("-KILL");
    assert_eq!(bot.ended().code, None);
    assert_eq!(left(), 1, "it had no time to tidy up");

    ollama.answer(Answer::text("Many."));
    let mut bot = Bot::start(&place);
    assert_eq!(left(), 0, "closed at the start");
    bot.types("What do you think of our clients?");
    ollama.wait_for(|requests| requests.len() == 2).await;
    bot.signal("-TERM");
    bot.ended().code(0).says(&["Many.", "interrupted by the end of an earlier run"]);
    assert_eq!(audited(&place).matches("started ok").count(), 3);
}
