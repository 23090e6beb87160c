//! `pstral run` beside a test.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, ChildStdin, Stdio};
use std::time::{Duration, Instant};

use crate::program::{Ended, Place};

/// Longer than anything here takes, even on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// Killed when a test ends without having ended it. Its keyboard is the terminal, where that is turned on.
pub(crate) struct Bot {
    child: Option<Child>,
    keyboard: Option<ChildStdin>,
    port: u16,
}

impl Bot {
    /// Started on a port that was free a moment ago.
    pub(crate) fn start(place: &Place) -> Self {
        Self::start_with_log(place, Stdio::piped())
    }

    /// Started like that, with the log going there.
    pub(crate) fn start_with_log(place: &Place, log: Stdio) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = place.pstral(&["run", "--config", "pstral.toml"]);
        command.env("PSTRAL__HTTP__LISTEN", format!("127.0.0.1:{port}"));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log);
        let mut child = command.spawn().unwrap();
        let keyboard = child.stdin.take();
        let bot = Self { child: Some(child), keyboard, port };
        until("it is alive", || bot.get("/healthz").is_some_and(|answer| answer.ends_with("ok\n")));
        bot
    }

    pub(crate) fn types(&mut self, line: &str) {
        writeln!(self.keyboard.as_mut().unwrap(), "{line}").unwrap();
    }

    /// The whole answer to a `GET`, if there is one.
    pub(crate) fn get(&self, path: &str) -> Option<String> {
        let mut stream = TcpStream::connect(self.address()).ok()?;
        write!(stream, "GET {path} HTTP/1.0\r\n\r\n").ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        Some(answer)
    }

    /// Returns the address of its HTTP server.
    pub(crate) fn address(&self) -> SocketAddr {
        ([127, 0, 0, 1], self.port).into()
    }

    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.as_ref().unwrap().id()
    }

    pub(crate) fn is_over(&mut self) -> bool {
        self.child.as_mut().unwrap().try_wait().unwrap().is_some()
    }

    pub(crate) fn signal(&self, signal: &str) {
        assert!(std::process::Command::new("kill").args([signal, &self.id().to_string()]).status().unwrap().success());
    }

    /// The memory it holds, and how much of it is not the program's own file, in KiB
    /// (<https://man7.org/linux/man-pages/man5/proc_pid_status.5.html>). Before it is optimised, that file is several times
    /// as large.
    pub(crate) fn resident(&self) -> (u64, u64) {
        (self.status("VmRSS:"), self.status("RssAnon:"))
    }

    /// The most memory it has held, KiB.
    pub(crate) fn peak(&self) -> u64 {
        self.status("VmHWM:")
    }

    /// Processor time it has used, in itself and in the kernel for it, in ticks of 10 ms
    /// (<https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html>).
    pub(crate) fn ticks(&self) -> u64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.id())).unwrap();
        // The name of the program stands in brackets and may hold anything.
        let fields = stat.rsplit_once(')').unwrap().1.split_whitespace().skip(11).take(2);
        fields.map(|ticks| ticks.parse::<u64>().unwrap()).sum()
    }

    fn status(&self, name: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.trim().strip_suffix(" kB").unwrap().parse().unwrap()
    }

    /// Waits for its end. Its input stays open meanwhile: the end must not need it.
    pub(crate) fn ended(mut self) -> Ended {
        self.child.take().unwrap().wait_with_output().unwrap().into()
    }
}

impl Drop for Bot {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
        }
    }
}

pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < PATIENCE, "never: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
