//! A proxy to the server, which holds some requests back.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The interval at which waiting requests are checked.
const LOOK: Duration = Duration::from_millis(20);

/// Takes requests to the server. Those whose address holds a certain text wait here. What is sent is answered at once, as a
/// server does that has still to tell others; what is asked for gets no answer. Nothing waits any more once they are let go.
pub struct Detour {
    port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    server: u16,
    address: &'static str,
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    requests: Vec<Vec<u8>>,
    is_over: bool,
    is_closed: bool,
}

impl Detour {
    /// Creates a proxy to the server on a port of this machine.
    pub(crate) fn to(server: u16, address: &'static str) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let port = listener.local_addr()?.port();
        let shared = Arc::new(Shared { server, address, waiting: Mutex::default() });
        let taken = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if taken.waiting().is_closed {
                    return;
                }
                let shared = Arc::clone(&taken);
                std::thread::spawn(move || shared.pass(stream));
            }
        });
        Ok(Self { port, shared })
    }

    /// Returns its URL.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Counts the waiting requests.
    pub fn waiting(&self) -> usize {
        self.shared.waiting().requests.len()
    }

    /// Forwards the waiting requests in order, and everything that arrives from now on.
    ///
    /// # Panics
    /// Panics if the server is away.
    pub fn let_go(&self) {
        let mut waiting = self.shared.waiting();
        for request in std::mem::take(&mut waiting.requests) {
            let mut there = self.shared.ask(&request).expect("it runs");
            there.read_to_end(&mut Vec::new()).expect("it answers");
        }
        waiting.is_over = true;
    }
}

impl Drop for Detour {
    fn drop(&mut self) {
        self.shared.waiting().is_closed = true;
        // It notices with the next one that comes.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

impl Shared {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ask(&self, request: &[u8]) -> Option<TcpStream> {
        let mut there = TcpStream::connect(("127.0.0.1", self.server)).ok()?;
        there.write_all(request).ok()?;
        Some(there)
    }

    /// One request of a connection; it is closed after that.
    fn pass(&self, mut here: TcpStream) -> Option<()> {
        let request = request(&mut here)?;
        let line = request.split(|byte| *byte == b'\r').next()?;
        let line = String::from_utf8_lossy(line);
        let is_meant = line.contains(self.address);
        if line.starts_with("GET ") {
            while is_meant && !self.waiting().is_over && !self.waiting().is_closed {
                std::thread::sleep(LOOK);
            }
        } else {
            let mut waiting = self.waiting();
            if is_meant && !waiting.is_over {
                waiting.requests.push(request);
                return here.write_all(b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n{}").ok();
            }
        }
        let mut there = self.ask(&request)?;
        std::io::copy(&mut there, &mut here).ok()?;
        here.shutdown(Shutdown::Write).ok()
    }
}

/// A whole request, as one of version 1.0: its answer ends with the connection.
fn request(from: &mut TcpStream) -> Option<Vec<u8>> {
    let (mut taken, mut piece) = (Vec::new(), [0; 16_384]);
    loop {
        let head = taken.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4);
        if let Some(head) = head {
            let lines = String::from_utf8_lossy(&taken[..head]).to_ascii_lowercase();
            let length = lines.lines().find_map(|line| line.strip_prefix("content-length:"));
            if taken.len() >= head + length.map_or(Some(0), |length| length.trim().parse().ok())? {
                break;
            }
        }
        match from.read(&mut piece).ok()? {
            0 => return None,
            read => taken.extend_from_slice(&piece[..read]),
        }
    }
    let version = taken.windows(8).position(|eight| eight == b"HTTP/1.1")?;
    taken[version + 7] = b'0';
    Some(taken)
}
