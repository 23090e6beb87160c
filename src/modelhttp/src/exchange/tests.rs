//! Heads and bodies against a server on the loopback interface.

use std::time::Duration;

use futures::StreamExt as _;
use pstral_core::ports::ModelError;
use tokio::io::duplex;
use tokio::net::TcpListener;

use super::*;
use crate::{Deadline, Http, Server};

/// What a server says to the first who asks, all at once.
async fn said(answer: Vec<u8>) -> Result<crate::Response, ModelError> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let http = Http::new(&Server::new(&format!("http://{}", listener.local_addr().unwrap()))).unwrap();
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        assert!(socket.read(&mut [0; 1024]).await.unwrap() > 0);
        // Whoever has heard enough goes.
        let _ = socket.write_all(&answer).await;
    });
    http.send(http.get("/"), "m", Deadline::after(Duration::from_secs(30))).await
}

#[tokio::test]
async fn what_comes_faster_than_it_is_read_waits_in_the_network() {
    const LENGTH: usize = 1 << 20;
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {LENGTH}\r\n\r\n");
    let answer = said([head.into_bytes(), vec![b'a'; LENGTH]].concat()).await.unwrap();
    let pieces: Vec<usize> = answer.into_body().map(|piece| piece.unwrap().len()).collect().await;
    assert_eq!(pieces.iter().sum::<usize>(), LENGTH);
    assert!(pieces.iter().all(|piece| *piece <= READ), "{pieces:?}");
}

#[tokio::test]
async fn a_head_has_a_bound() {
    for (length, is_taken) in [(READ / 2, true), (2 * READ, false)] {
        let head = format!("HTTP/1.1 200 OK\r\nX-Name: {}\r\nContent-Length: 0\r\n\r\n", "a".repeat(length));
        let answer = said(head.into_bytes()).await.map(drop);
        let is_protocol = matches!(&answer, Err(ModelError::Protocol(fault)) if fault.contains("too large"));
        assert!(answer.is_ok() == is_taken && is_protocol != is_taken, "{answer:?}");
    }
}

/// What is understood of an answer whose bytes come so many at a time, and then no more.
async fn understood(answer: &'static str, at_once: usize) -> Result<String, String> {
    let (near, mut far) = duplex(at_once);
    let server = async move {
        let (mut asked, mut byte) = (Vec::new(), [0]);
        while !asked.ends_with(b"\r\n\r\n") && far.read(&mut byte).await.unwrap() > 0 {
            asked.extend_from_slice(&byte);
        }
        // Whoever has heard enough goes.
        let _ = far.write_all(answer.as_bytes()).await;
    };
    let heard = async {
        let request = Request::get("/").header("Host", "model").body(String::new()).unwrap();
        let answer = ask(Box::new(near), request).await.map_err(|fault| fault.to_string())?;
        let mut body = answer.into_body();
        let mut heard = Vec::new();
        while let Some(piece) = body.next().await {
            heard.extend(piece.map_err(|fault| fault.to_string())?);
        }
        Ok(String::from_utf8(heard).unwrap())
    };
    futures::join!(heard, server).0
}

#[tokio::test]
async fn an_answer_is_the_same_wherever_the_network_cuts_it() {
    const CLOSED: Result<&str, &str> = Err("the connection was closed before the end of the answer");
    const CHUNKED: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let endless: &str = "0".repeat(3 * READ).leak();
    for (head, body, expected) in [
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "hello", Ok("hello")),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "hello, and more", Ok("hello")),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "hell", CLOSED),
        ("HTTP/1.1 200 OK\r\n\r\n", "hello", Ok("hello")),
        ("HTTP/1.0 200 OK\r\n\r\n", "hello", Ok("hello")),
        ("HTTP/1.1 204 No Content\r\n\r\n", "", Ok("")),
        ("HTTP/1.1 103 Early Hints\r\nLink: </>\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", "hello", Ok("hello")),
        (CHUNKED, "5\r\nhello\r\n6;a=b\r\n world\r\n0\r\n\r\n", Ok("hello world")),
        (CHUNKED, "5\r\nhello\r\n0\r\nTook: 1\r\n\r\n", Ok("hello")),
        (CHUNKED, "5\r\nhello\r\n", CLOSED),
        (CHUNKED, "5\r\nhel", CLOSED),
        (CHUNKED, "five\r\nhello\r\n", Err("no answer of HTTP/1.1: chunk length cannot be read as a number")),
        (CHUNKED, endless, Err("an answer whose head is too large")),
        ("HTTP/1.1 200 OK\r\nX: ", endless, Err("an answer whose head is too large")),
        ("HTTP/1.1 200 OK\r\nX: ", "", CLOSED),
        ("", "", CLOSED),
        ("SSH-2.0-OpenSSH_9.2\r\n", "", Err("no answer of HTTP/1.1: http parse fail: invalid HTTP version")),
    ] {
        let answer: &str = format!("{head}{body}").leak();
        for at_once in [1, 2, 7, 1 << 20] {
            let heard = understood(answer, at_once).await;
            let heard = heard.as_ref().map(String::as_str).map_err(String::as_str);
            assert_eq!(heard, expected, "{} bytes at a time of {}", at_once, &answer[..answer.len().min(80)]);
        }
    }
}

#[tokio::test]
async fn a_refusal_is_heard_before_everything_was_sent() {
    for is_closed in [false, true] {
        let (near, mut far) = duplex(256);
        let request = Request::post("/").header("Host", "model").body("a".repeat(100_000)).unwrap();
        let refuse = async move {
            far.read_exact(&mut [0; 100]).await.unwrap();
            far.write_all(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n").await.unwrap();
            (!is_closed).then_some(far)
        };
        let (answer, _far) = futures::join!(ask(Box::new(near), request), refuse);
        assert_eq!(answer.unwrap().status().as_u16(), 413, "closed: {is_closed}");
    }
}
