//! `pstral healthcheck`: whether `pstral run` answers, for a container without a shell.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use pstral_core::text::text;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::out::{say, say_error};
use super::{Ending, Installed};

const PATIENCE: Duration = Duration::from_secs(3);
/// More than the endpoint sends for `/healthz`.
const MAX_ANSWER: u64 = 4096;

/// Asks `/healthz` at `[http] listen`.
pub(super) async fn run(Installed { config, locale }: Installed) -> anyhow::Result<Ending> {
    let address = local(config.http.listen);
    let answer = tokio::time::timeout(PATIENCE, fetch(address)).await.unwrap_or_else(|_| Err(timed_out()));
    let error = match answer {
        Ok(answer) if answer.starts_with("HTTP/1.1 200 ") => {
            say(&text("healthcheck-fine").render(locale));
            return Ok(Ending::Fine);
        }
        Ok(answer) => answer.lines().next().unwrap_or_default().to_owned(),
        Err(error) => error.to_string(),
    };
    let failed = text("healthcheck-failed").with("address", address.to_string()).with("error", error);
    say_error(&failed.render(locale));
    Ok(Ending::Failed)
}

async fn fetch(address: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await?;
    let mut answer = Vec::new();
    stream.take(MAX_ANSWER).read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// The address by which this machine reaches itself, where the bot listens on all of them.
fn local(mut listen: SocketAddr) -> SocketAddr {
    match listen.ip() {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => listen.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => listen.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    listen
}

fn timed_out() -> std::io::Error {
    std::io::ErrorKind::TimedOut.into()
}
