//! Probes, Prometheus and an administrator, who ask the two endpoints while people are answered.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use futures::future::try_join_all;
use jiff::{SignedDuration, Timestamp};
use pstral::admin::{Admin, AdminSettings};
use pstral::compose::App;
use pstral::http::{Shown, install_metrics, serve, serve_admin};
use pstral::passwords;
use pstral_core::domain::{AuditAction, AuditEvent, AuditStatus, Locale, NewUser, Role, sha256};
use pstral_core::people::Password;
use pstral_core::ports::{AuditLog as _, People as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::clock::{Micros, micros};
use crate::measure::Spread;
use crate::options::Options;

/// A request that takes longer has failed.
const PATIENCE: Duration = Duration::from_secs(30);
/// Entries that are written at a time.
const AT_A_TIME: u64 = 2_000;
/// The time from one entry to the one before it.
const APART: SignedDuration = SignedDuration::from_secs(20);
const USERNAME: &str = "administrator";
const PASSWORD: &str = "correct horse battery staple";
/// What the administrator looks at, one after the other: the newest entries, a part of them, and as a page.
const PAGES: [&str; 6] = [
    "/api/v1/audit/events",
    "/api/v1/audit/events?action=execution&since=7d",
    "/api/v1/audit/events?status=refused",
    "/api/v1/audit/events?relation=clients&until=30d",
    "/api/v1/audit/events?text=Town+42",
    "/audit?action=execution",
];

/// The two endpoints of a program.
pub(crate) struct Endpoints {
    health: SocketAddr,
    admin: SocketAddr,
    /// The cookie of an administrator who is signed in.
    cookie: String,
    serving: CancellationToken,
}

/// How long the endpoints took.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    pub(crate) scrapes: Spread,
    pub(crate) pages: Spread,
    pub(crate) failed: usize,
}

/// Requests under way, from a thread of their own.
pub(crate) struct Asking {
    end: CancellationToken,
    thread: Option<JoinHandle<anyhow::Result<Asked>>>,
}

impl Endpoints {
    /// Serves both on ports of their own, fills the audit, and signs an administrator in.
    pub(crate) async fn serve(app: &App, options: &Options) -> anyhow::Result<Self> {
        fill(app, options.audit_events).await?;
        let serving = CancellationToken::new();
        let (health, admin) = (TcpListener::bind("127.0.0.1:0").await?, TcpListener::bind("127.0.0.1:0").await?);
        let mut endpoints =
            Self { health: health.local_addr()?, admin: admin.local_addr()?, cookie: String::new(), serving };
        if options.scrapes == 0 && options.audit_pages == 0 && !options.slow_reader {
            return Ok(endpoints);
        }
        let shown = Shown::new(Arc::clone(&app.pipeline), install_metrics()?, CancellationToken::new(), Vec::new());
        tokio::spawn(serve(health, Arc::new(shown), endpoints.serving.clone()));
        let page = Admin::new(Arc::clone(&app.pipeline), Arc::clone(&app.store), AdminSettings::default());
        tokio::spawn(serve_admin(admin, Arc::new(page), None, endpoints.serving.clone()));
        let user = NewUser {
            username: USERNAME.to_owned(),
            full_name: String::new(),
            email: String::new(),
            role: Role::admin(),
            locale: Locale::En,
        };
        let user = app.store.add_user(&user, Timestamp::now()).await?;
        let hash = passwords::hash(Password::new(PASSWORD).map_err(|_| anyhow!("the password is refused"))?).await?;
        app.store.set_password(user.id, Some(&hash)).await?;
        endpoints.cookie = endpoints.signed_in().await?;
        Ok(endpoints)
    }

    async fn signed_in(&self) -> anyhow::Result<String> {
        let body = format!("{{\"username\":\"{USERNAME}\",\"password\":\"{PASSWORD}\"}}");
        let request = format!(
            "POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let response = answer(self.admin, &request).await?;
        let cookie = response.lines().find_map(|line| line.strip_prefix("set-cookie: ")?.split(';').next());
        cookie.map(str::to_owned).with_context(|| format!("no sign-in: {response}"))
    }

    /// Asks from another thread until it is ended.
    pub(crate) fn ask(&self, options: &Options) -> Asking {
        let end = CancellationToken::new();
        let health = ["/metrics", "/readyz"].map(|path| (self.health, request(path, "")));
        let pages = PAGES.map(|path| (self.admin, request(path, &self.cookie)));
        let export = request("/api/v1/audit/events?format=jsonl", &self.cookie);
        let slow = options.slow_reader.then_some((self.admin, export));
        let (scrapes, audit_pages, until) = (options.scrapes, options.audit_pages, end.clone());
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let reading = slow.map(|(to, export)| tokio::spawn(read_slowly(to, export)));
                let (scrapes, pages) =
                    tokio::join!(at_rate(scrapes, &health, &until), at_rate(audit_pages, &pages, &until));
                if let Some(reading) = reading {
                    reading.abort();
                }
                Ok(Asked { failed: scrapes.1 + pages.1, scrapes: scrapes.0, pages: pages.0 })
            })
        });
        Asking { end, thread: Some(thread) }
    }
}

impl Drop for Endpoints {
    fn drop(&mut self) {
        self.serving.cancel();
    }
}

impl Asking {
    /// Sends no more, and waits for what is under way.
    pub(crate) fn end(mut self) -> anyhow::Result<Asked> {
        self.end.cancel();
        let thread = self.thread.take().context("ended already")?;
        thread.join().map_err(|_| anyhow!("the requests ended with a panic"))?
    }
}

/// Sends so many requests a second, whatever becomes of those before: each is timed from the moment at which it was due, so
/// that a server that halts is not spared those it would have been sent meanwhile.
async fn at_rate(rate: u32, requests: &[(SocketAddr, String)], end: &CancellationToken) -> (Spread, usize) {
    let times: Arc<Mutex<Vec<Option<Micros>>>> = Arc::default();
    let mut under_way = tokio::task::JoinSet::new();
    if rate > 0 {
        let mut ticks = interval(Duration::from_secs(1) / rate);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
        for (to, request) in requests.iter().cloned().cycle() {
            let due = tokio::select! {
                due = ticks.tick() => due,
                () = end.cancelled() => break,
            };
            let times = Arc::clone(&times);
            under_way.spawn(async move {
                let answered = timeout(PATIENCE, answer(to, &request)).await;
                let is_fine = answered.is_ok_and(|said| said.is_ok_and(|said| said.starts_with("HTTP/1.1 200")));
                let time = is_fine.then(|| micros(due.elapsed()));
                times.lock().unwrap_or_else(PoisonError::into_inner).push(time);
            });
            while under_way.try_join_next().is_some() {}
        }
    }
    while under_way.join_next().await.is_some() {}
    let times = std::mem::take(&mut *times.lock().unwrap_or_else(PoisonError::into_inner));
    let failed = times.iter().filter(|time| time.is_none()).count();
    (times.into_iter().flatten().collect(), failed)
}

/// Reads an answer a hundred bytes a second.
async fn read_slowly(to: SocketAddr, request: String) -> anyhow::Result<()> {
    let mut stream = TcpStream::connect(to).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut some = [0; 100];
    while stream.read(&mut some).await? > 0 {
        sleep(Duration::from_secs(1)).await;
    }
    Ok(())
}

fn request(path: &str, cookie: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n")
}

/// The whole answer, head and body; the server closes each connection.
async fn answer(to: SocketAddr, request: &str) -> anyhow::Result<String> {
    let mut stream = TcpStream::connect(to).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(String::from_utf8(answer)?)
}

/// Writes entries in the way in which the program writes them, the oldest first.
async fn fill(app: &App, entries: u64) -> anyhow::Result<()> {
    let now = Timestamp::now();
    for from in (0..entries).step_by(usize::try_from(AT_A_TIME)?) {
        let written = (from..entries.min(from + AT_A_TIME)).map(|number| {
            let ago = APART.checked_mul(i32::try_from(entries - number).unwrap_or(i32::MAX));
            app.store.append(event(number, now.saturating_sub(ago.unwrap_or_default()).unwrap_or(now)))
        });
        try_join_all(written).await?;
    }
    Ok(())
}

/// An entry of a question and of what became of it.
fn event(number: u64, at: Timestamp) -> AuditEvent {
    let question = number / 4;
    let action = match number % 4 {
        0 => AuditAction::Question,
        1 => AuditAction::Answer,
        2 => AuditAction::Execution,
        _ => AuditAction::Result,
    };
    let status = if question % 40 == 7 { AuditStatus::Refused } else { AuditStatus::Ok };
    let statement = format!("SELECT count(*) FROM clients WHERE city = 'Town {}'", question % 5_000);
    let event = AuditEvent {
        platform: Some("matrix".to_owned()),
        actor: Some(format!("@person-{}:example.org", question % 200)),
        detail: Some(format!(
            "How many clients are there in town {}? {}",
            question % 5_000,
            "It is simple. ".repeat(9)
        )),
        ..AuditEvent::new(at, action, status)
    };
    if number % 4 < 2 {
        return event;
    }
    AuditEvent {
        target: Some("crm".to_owned()),
        relations: Some("clients".to_owned()),
        statement_hash: Some(sha256(&statement)),
        statement: Some(statement),
        ..event
    }
}
