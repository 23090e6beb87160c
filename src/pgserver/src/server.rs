//! A PostgreSQL of the test's own: a folder, a socket in it and a port of this machine, gone with the test.

use std::ffi::{OsStr, OsString};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use secrecy::SecretString;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgSslMode};
use sqlx::{AssertSqlSafe, ConnectOptions as _};
use tempfile::TempDir;

use super::processes::{self, Frozen};

/// A running server; ended when dropped, also by a test that fails.
pub struct Server {
    folder: TempDir,
    programs: PathBuf,
    user: Option<&'static str>,
    port: u16,
    /// True if committed data is flushed to the disk.
    durable: bool,
    /// Address space that each of its processes may take at most, KiB.
    memory: Option<u64>,
}

impl Server {
    /// As [`Self::start`], one that keeps what it was told over a power cut, and takes the time for it: to be measured.
    ///
    /// # Panics
    /// As there.
    pub fn start_durable() -> Option<Self> {
        Self::start_with(true, None)
    }

    /// As [`Self::start`], one whose processes may each take so much address space, KiB.
    ///
    /// # Panics
    /// As there.
    pub fn start_within(memory: u64) -> Option<Self> {
        Self::start_with(false, Some(memory))
    }

    /// Starts a server; `None` if PostgreSQL is not installed, which is printed.
    ///
    /// # Panics
    /// Panics if the server does not start, or is not installed and `PSTRAL_TEST_REQUIRE=all`.
    pub fn start() -> Option<Self> {
        Self::start_with(false, None)
    }

    fn start_with(durable: bool, memory: Option<u64>) -> Option<Self> {
        let Some(programs) = programs() else {
            assert_ne!(std::env::var("PSTRAL_TEST_REQUIRE").as_deref(), Ok("all"), "PostgreSQL is required");
            skipped();
            return None;
        };
        let folder = tempfile::tempdir().expect("a folder");
        let server = Self { user: other_user(), folder, programs, port: free_port(), durable, memory };
        let data = server.data();
        std::fs::create_dir(&data).expect("a folder");
        if let Some(user) = server.user {
            let (owner, group) = (Some(number("-u", user)), Some(number("-g", user)));
            for path in [server.folder.path(), &data] {
                chown(path, owner, group).expect("root may give its folders away");
            }
        }
        std::fs::set_permissions(server.folder.path(), PermissionsExt::from_mode(0o755)).expect("our own folder");
        let form = ["--encoding=UTF8", "--locale=C", "--auth=trust", "--username=postgres", "--no-sync"];
        server.run("initdb", &form);
        server.start_again();
        Some(server)
    }

    /// Starts it on its folder after a [`Self::crash`].
    ///
    /// # Panics
    /// Panics if it does not start.
    pub fn start_again(&self) {
        let (socket, port) = (self.folder.path().display(), self.port);
        let fsync = if self.durable { "on" } else { "off" };
        let options = format!("-c listen_addresses=127.0.0.1 -c port={port} -c fsync={fsync} -k '{socket}'");
        let log = self.folder.path().join("log");
        let log = log.to_str().expect("a folder of letters");
        let start = ["start", "--wait", "--silent", "-o", &options, "--log", log];
        // What a crash left, its number or its port, may take the system a moment to clear away.
        for _ in 0..20 {
            if self.command("pg_ctl").args(start).output().expect("it is installed").status.success() {
                return;
            }
            std::thread::sleep(Duration::from_millis(250));
        }
        self.run("pg_ctl", &start);
    }

    /// Ends it at once, without a word to anybody.
    pub fn crash(&self) {
        processes::signal("-KILL", &processes::of(&self.data()));
    }

    /// Stops the clock of the server and of all that it does.
    pub fn freeze(&self) -> Frozen {
        Frozen::new(processes::of(&self.data()))
    }

    /// The most memory that one of its processes has held, KiB
    /// (`VmHWM`, <https://man7.org/linux/man-pages/man5/proc_pid_status.5.html>).
    pub fn peak(&self) -> u64 {
        processes::of(&self.data()).iter().filter_map(|process| processes::peak(process)).max().unwrap_or_default()
    }

    /// A folder the server may write to.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The URL of its database for an account; no password is asked for.
    pub fn url(&self, account: &str) -> SecretString {
        Self::url_at(account, self.port)
    }

    /// Returns the URL of the server through another port.
    pub fn url_at(account: &str, port: u16) -> SecretString {
        SecretString::from(format!("postgres://{account}@127.0.0.1:{port}/postgres?sslmode=disable"))
    }

    /// Runs statements of the test itself, as the superuser.
    ///
    /// # Panics
    /// Panics if one fails.
    pub async fn batch(&self, script: &str) {
        let mut connection = self.connect().await;
        let script = AssertSqlSafe(script.to_owned());
        sqlx::raw_sql(script).execute(&mut connection).await.expect("the test's own script");
    }

    /// Queries one value as text, as the superuser.
    ///
    /// # Panics
    /// Panics if the query fails or has no row.
    pub async fn value(&self, query: &str) -> String {
        let mut connection = self.connect().await;
        let query = sqlx::query_scalar(AssertSqlSafe(query.to_owned()));
        query.fetch_one(&mut connection).await.expect("the test's own query")
    }

    async fn connect(&self) -> PgConnection {
        let options = PgConnectOptions::new_without_pgpass().socket(self.folder.path()).port(self.port);
        let options = options.username("postgres").database("postgres").ssl_mode(PgSslMode::Disable);
        options.application_name("test").disable_statement_logging().connect().await.expect("the test's own server")
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let ended = self.command(program).args(arguments).output().expect("it is installed");
        let log = std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        assert!(ended.status.success(), "{program}: {}\n{log}", String::from_utf8_lossy(&ended.stderr));
    }

    /// PostgreSQL refuses to run as root.
    fn command(&self, program: &str) -> Command {
        let path = self.programs.join(program);
        let mut words: Vec<OsString> = Vec::new();
        if let Some(user) = self.user {
            words.extend([runuser().as_os_str(), "-u".as_ref(), user.as_ref(), "--".as_ref()].map(OsStr::to_owned));
        }
        if let Some(memory) = self.memory {
            let limited = format!("ulimit -v {memory}; exec \"$@\"");
            words.extend(["sh", "-c", &limited, "sh"].map(OsString::from));
        }
        words.push(path.into_os_string());
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]);
        command.arg("--pgdata").arg(self.data()).current_dir("/").stdin(Stdio::null());
        command
    }
}

/// A system folder, which the path of a shell without a login may lack.
fn runuser() -> &'static Path {
    let system = Path::new("/usr/sbin/runuser");
    if system.exists() { system } else { Path::new("runuser") }
}

impl Drop for Server {
    fn drop(&mut self) {
        // By the process id in its folder; where it never started there is none, and nothing to stop.
        let _ = self.command("pg_ctl").args(["stop", "--mode=immediate", "--silent"]).output();
    }
}

#[expect(clippy::print_stdout, reason = "whoever reads a test's output must see what was not tested")]
fn skipped() {
    println!("skipped: PostgreSQL (initdb, pg_ctl) is not installed");
}

/// The folder of the programs: Debian keeps them by version, off the path.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
    folders.sort();
    folders.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    folders.into_iter().find(|folder| ["initdb", "pg_ctl"].iter().all(|program| folder.join(program).is_file()))
}

/// One that nobody listens on now; the server takes it a moment later.
fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port of this machine");
    listener.local_addr().expect("it is bound").port()
}

/// Returns the user that runs the server if the test itself runs as root.
fn other_user() -> Option<&'static str> {
    let root = text(&Command::new("id").arg("-u").output().expect("every Unix has it")).trim() == "0";
    let known = |user: &&str| Command::new("id").args(["-u", user]).output().is_ok_and(|found| found.status.success());
    root.then(|| ["postgres", "nobody"].into_iter().find(known).expect("a user other than root"))
}

fn number(of: &str, user: &str) -> u32 {
    let output = Command::new("id").args([of, user]).output().expect("every Unix has it");
    text(&output).trim().parse().expect("a number")
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}
