//! A PostgreSQL of the test's own: a folder, a socket in it and no port, gone with the test.

use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _};
use tempfile::TempDir;

/// A running server; ended when dropped, also by a test that fails.
pub(crate) struct Server {
    folder: TempDir,
    programs: PathBuf,
    user: Option<&'static str>,
}

impl Server {
    /// None, and says why, where PostgreSQL is not installed.
    pub(crate) fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            assert_ne!(std::env::var("PSTRAL_TEST_REQUIRE").as_deref(), Ok("all"), "PostgreSQL is required");
            println!("skipped: PostgreSQL (initdb, pg_ctl) is not installed");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let server = Self { user: other_user(), folder, programs };
        let data = server.data();
        std::fs::create_dir(&data).unwrap();
        if let Some(user) = server.user {
            let id = |of| text(&Command::new("id").args([of, user]).output().unwrap()).trim().parse().unwrap();
            let (owner, group) = (Some(id("-u")), Some(id("-g")));
            for path in [server.folder.path(), &data] {
                chown(path, owner, group).unwrap();
            }
        }
        std::fs::set_permissions(server.folder.path(), PermissionsExt::from_mode(0o755)).unwrap();
        let form = ["--encoding=UTF8", "--locale=C", "--auth=trust", "--username=postgres", "--no-sync"];
        server.run("initdb", &form);
        let options = format!("-c listen_addresses='' -c fsync=off -k '{}'", server.folder.path().display());
        let log = server.folder.path().join("log");
        server.run("pg_ctl", &["start", "--wait", "--silent", "-o", &options, "--log", log.to_str().unwrap()]);
        Some(server)
    }

    /// A folder the server may write to.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// As the superuser: nothing but Pstral stands between a statement and the canary.
    pub(crate) fn address(&self) -> PgConnectOptions {
        let options = PgConnectOptions::new_without_pgpass().socket(self.folder.path()).port(5432);
        options.username("postgres").database("postgres").disable_statement_logging()
    }

    /// Statements of the test itself.
    pub(crate) async fn batch(&self, script: &str) {
        let mut connection = self.connect().await;
        sqlx::raw_sql(AssertSqlSafe(script.to_owned())).execute(&mut connection).await.unwrap();
    }

    /// One value as text.
    pub(crate) async fn value(&self, query: &str) -> String {
        let mut connection = self.connect().await;
        sqlx::query_scalar(AssertSqlSafe(query.to_owned())).fetch_one(&mut connection).await.unwrap()
    }

    async fn connect(&self) -> PgConnection {
        self.address().connect().await.unwrap()
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let ended = self.command(program).args(arguments).output().unwrap();
        let log = std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        assert!(ended.status.success(), "{program}: {}\n{log}", String::from_utf8_lossy(&ended.stderr));
    }

    /// PostgreSQL refuses to run as root.
    fn command(&self, program: &str) -> Command {
        let path = self.programs.join(program);
        let mut command = match self.user {
            Some(user) => {
                let mut command = Command::new("runuser");
                command.args(["-u", user, "--"]).arg(path);
                command
            }
            None => Command::new(path),
        };
        command.arg("--pgdata").arg(self.data()).current_dir("/").stdin(Stdio::null());
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // By the process id in its folder; where it never started there is none, and nothing to stop.
        let _ = self.command("pg_ctl").args(["stop", "--mode=immediate", "--silent"]).output();
    }
}

/// The folder of the programs: Debian keeps them by version, off the path.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
    folders.sort();
    folders.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    folders.into_iter().find(|folder| ["initdb", "pg_ctl"].iter().all(|program| folder.join(program).is_file()))
}

/// Who runs it where the test itself runs as root.
fn other_user() -> Option<&'static str> {
    let root = text(&Command::new("id").arg("-u").output().unwrap()).trim() == "0";
    let known = |user: &&str| Command::new("id").args(["-u", user]).output().is_ok_and(|found| found.status.success());
    root.then(|| ["postgres", "nobody"].into_iter().find(known).expect("a user other than root"))
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}
