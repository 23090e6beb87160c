//! The time from the start of the built program to `/readyz`, and its memory then: each turn is one `pstral run` on an
//! existing state database, stopped by its process id.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};

/// Far longer than any start.
const PATIENCE: Duration = Duration::from_secs(30);

/// A `pstral run` that is ended with the turn, whatever happens.
struct Running(Child);

impl Running {
    fn start(folder: &Path, port: u16) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pstral"));
        command.args(["run", "--config"]).arg(folder.join("pstral.toml"));
        command.env("PSTRAL__HTTP__LISTEN", format!("127.0.0.1:{port}"));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Self(command.spawn().expect("the program starts"))
    }

    /// Returns the kernel's line on its memory, as `VmRSS: … kB`.
    fn memory(&self) -> String {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id())).unwrap_or_default();
        status.lines().find(|line| line.starts_with("VmRSS")).unwrap_or("VmRSS: not told here").to_owned()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Asks until it is ready.
fn wait(port: u16) {
    let begun = Instant::now();
    while !ready(port) {
        assert!(begun.elapsed() < PATIENCE, "it does not become ready");
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn ready(port: u16) -> bool {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { return false };
    let mut answer = String::new();
    stream.write_all(b"GET /readyz HTTP/1.0\r\n\r\n").is_ok()
        && stream.read_to_string(&mut answer).is_ok()
        && answer.split(' ').nth(1) == Some("200")
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address").port()
}

fn start(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder for the benchmark");
    let data = folder.path().join("data");
    let config = format!("data = {:?}\n", data.display().to_string());
    std::fs::write(folder.path().join("pstral.toml"), config).expect("the configuration is written");
    let port = free_port();
    let mut memory = String::new();
    criterion.bench_function("from start to ready", |bench| {
        bench.iter(|| {
            let running = Running::start(folder.path(), port);
            wait(port);
            memory = running.memory();
        });
    });
    let _ = writeln!(std::io::stdout(), "memory when ready: {memory}");
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = start
}
criterion_main!(benches);
