//! A running server, ended with the test, also by one that is killed.

use std::io::Read as _;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use ring::hmac;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::access::{self, Request};
use crate::detour::Detour;
use crate::http::ask;
use crate::install::python;
use crate::settings::{Limits, NAME, hex, log_settings, settings, signing_key};

/// Runs Synapse until its standard input ends: whoever started it is gone then, however they went.
const RUN: &str = "import os, sys, threading
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
from synapse.app.homeserver import main
main()";

/// The time-out for starting, which takes four seconds on an idle machine.
const PATIENCE: Duration = Duration::from_secs(90);

/// A running server; ended when dropped.
pub struct Server {
    folder: TempDir,
    port: u16,
    secret: String,
    running: Mutex<Option<Child>>,
}

/// An account on it.
#[derive(Debug, Clone)]
pub struct Account {
    /// `@name:server`.
    pub id: String,
    /// The name alone.
    pub name: String,
    /// The password of the account.
    pub password: String,
}

impl Server {
    /// Starts a server; `None` if Synapse is neither installed nor can be installed, which is printed.
    ///
    /// # Panics
    /// Panics if the server does not start, or cannot be had and `PSTRAL_TEST_REQUIRE=all`.
    pub fn start(limits: Limits) -> Option<Self> {
        if let Err(why) = python() {
            pstral_pypackages::skip("Synapse", why);
            return None;
        }
        let folder = folder().expect("a folder");
        let (port, secret) = (free_port(), hex(&random::<16>()));
        let path = folder.path().to_str().expect("a folder of letters").to_owned();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("our own folder");
        write("homeserver.yaml", &settings(&path, port, &secret, limits));
        write("log.yaml", &log_settings(&path));
        write("signing.key", &signing_key(&random()));
        let server = Self { folder, port, secret, running: Mutex::new(None) };
        server.start_again();
        Some(server)
    }

    /// Starts it on its folder after a [`Self::stop`], and waits until it answers.
    ///
    /// # Panics
    /// Panics if it does not answer.
    pub fn start_again(&self) {
        let python = python().expect("invariant: it was there at the first start");
        let mut command = Command::new(python);
        command.args(["-c", RUN, "--config-path", "homeserver.yaml"]).current_dir(self.folder.path());
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        *self.running() = Some(command.spawn().expect("it is installed"));
        let began = Instant::now();
        while ask(self.port, "GET", "/_matrix/client/versions", None, &Value::Null).is_none() {
            assert!(began.elapsed() < PATIENCE, "Synapse does not start:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Ends it at once, without a word to anybody; it keeps what it has.
    pub fn stop(&self) {
        if let Some(mut child) = self.running().take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Returns the URL of the server.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Creates a proxy that holds requests back whose address contains `part`.
    ///
    /// # Panics
    /// Panics if no port is free.
    pub fn holding(&self, part: &'static str) -> Detour {
        Detour::to(self.port, part).expect("a port")
    }

    /// Returns the log of the server's warnings.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// Returns an account's writes so far: messages, reactions and redactions.
    pub fn writes_of(&self, user: &str) -> Vec<Request> {
        let is_write = |line: &str| line.starts_with("PUT ") && (line.contains("/send/") || line.contains("/redact/"));
        self.requests_of(user).into_iter().filter(|asked| is_write(&asked.line)).collect()
    }

    /// Returns an account's requests so far.
    pub fn requests_of(&self, user: &str) -> Vec<Request> {
        let log = std::fs::read_to_string(self.folder.path().join("access")).unwrap_or_default();
        log.lines().filter_map(access::read).filter(|asked| asked.user == user).collect()
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Makes an account.
    ///
    /// # Panics
    /// Panics if the server refuses.
    pub fn account(&self, name: &str) -> Account {
        self.register(name, false)
    }

    /// Creates an account with admin rights on the server.
    ///
    /// # Panics
    /// Panics if the server refuses.
    pub fn admin(&self, name: &str) -> Account {
        self.register(name, true)
    }

    fn register(&self, name: &str, admin: bool) -> Account {
        let path = "/_synapse/admin/v1/register";
        let password = hex(&random::<8>());
        let (_, nonce) = ask(self.port, "GET", path, None, &Value::Null).expect("it runs");
        let nonce = nonce["nonce"].as_str().expect("a nonce").to_owned();
        let role = if admin { "admin" } else { "notadmin" };
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, self.secret.as_bytes());
        let mac = hex(hmac::sign(&key, [&nonce, name, &password, role].join("\0").as_bytes()).as_ref());
        let wish = json!({ "nonce": nonce, "username": name, "password": password, "admin": admin, "mac": mac });
        let (status, answer) = ask(self.port, "POST", path, None, &wish).expect("it runs");
        assert_eq!(status, 200, "{answer}");
        Account { id: format!("@{name}:{NAME}"), name: name.to_owned(), password }
    }

    /// Logs in, and returns the access token.
    ///
    /// # Panics
    /// Panics if the login is refused.
    pub fn token(&self, account: &Account) -> String {
        let who = json!({ "type": "m.id.user", "user": account.name });
        let wish = json!({ "type": "m.login.password", "identifier": who, "password": account.password });
        let (status, answer) = self.ask("POST", "/_matrix/client/v3/login", None, &wish);
        assert_eq!(status, 200, "{answer}");
        answer["access_token"].as_str().expect("a token").to_owned()
    }

    /// Lifts the rate limit of an account, as its admin does.
    ///
    /// # Panics
    /// Panics if the server refuses.
    pub fn lift(&self, admin_token: &str, account: &Account) {
        let path = format!("/_synapse/admin/v1/users/{}/override_ratelimit", account.id);
        let none = json!({ "messages_per_second": 0, "burst_count": 0 });
        let (status, answer) = self.ask("POST", &path, Some(admin_token), &none);
        assert_eq!(status, 200, "{answer}");
    }

    /// Restores the default rate limit of an account, with a full burst.
    ///
    /// # Panics
    /// Panics if the server refuses.
    pub fn limit_again(&self, admin_token: &str, account: &Account) {
        let path = format!("/_synapse/admin/v1/users/{}/override_ratelimit", account.id);
        let (status, answer) = self.ask("DELETE", &path, Some(admin_token), &Value::Null);
        assert_eq!(status, 200, "{answer}");
    }

    /// Sends a request, and returns the status and the answer.
    ///
    /// # Panics
    /// Panics if it does not run.
    pub fn ask(&self, method: &str, path: &str, token: Option<&str>, body: &Value) -> (u16, Value) {
        ask(self.port, method, path, token, body).expect("it runs")
    }

    /// The memory it holds, in MiB; `None` where the system does not say.
    pub fn resident(&self) -> Option<u64> {
        let running = self.running();
        let status = std::fs::read_to_string(format!("/proc/{}/status", running.as_ref()?.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? / 1024)
    }

    /// The time that it has computed for so far; `None` where the system does not say.
    pub fn computed(&self) -> Option<Duration> {
        let running = self.running();
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", running.as_ref()?.id())).ok()?;
        computed(&stat)
    }

    fn running(&self) -> std::sync::MutexGuard<'_, Option<Child>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The time that a process or a thread has computed for, from its `stat` in `/proc`: Linux counts in hundredths of a second.
pub fn computed(stat: &str) -> Option<Duration> {
    let (_, rest) = stat.rsplit_once(')')?;
    let ticks: Vec<u64> = rest.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse().ok()).collect();
    Some(Duration::from_millis(ticks.iter().sum::<u64>() * 10))
}

/// A folder in memory, where there is one: each event is written to the disk several times, and a test of ours that waits for a
/// busy disk shows nothing of ours.
fn folder() -> std::io::Result<TempDir> {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir())
}

/// One that nobody listens on now; the server takes it a moment later.
fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port of this machine");
    listener.local_addr().expect("it is bound").port()
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    let mut source = std::fs::File::open("/dev/urandom").expect("every Unix has it");
    source.read_exact(&mut bytes).expect("it never ends");
    bytes
}
