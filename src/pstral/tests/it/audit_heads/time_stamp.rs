//! Time stamps by the server of OpenSSL, and servers that are slow, gone or send something else.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::{configure, installed, kept, run, stop};
use crate::bot::{Bot, until};

/// The configuration of an authority whose time has fractions of a second.
const AUTHORITY: &str = "[tsa]\ndefault_tsa = one\n[one]\nserial = serial\ncrypto_device = builtin\n\
    signer_cert = tsa.pem\nsigner_key = tsa.key\nsigner_digest = sha256\ndefault_policy = 1.2.3.4.1\n\
    digests = sha256\nclock_precision_digits = 3\naccuracy = secs:1\nordering = yes\ntsa_name = yes\n";

/// What the server does with a query.
#[derive(Debug, Clone, Copy)]
enum Mode {
    Stamp,
    OtherImprint,
    OtherNonce,
    Refuse,
    Rubbish,
    Fail,
    Hang,
}

/// An authority in a folder of its own, and an HTTP server before it.
struct Authority {
    folder: tempfile::TempDir,
    mode: Arc<Mutex<Mode>>,
    url: String,
}

impl Authority {
    /// `None` where there is no OpenSSL.
    fn start() -> Option<Self> {
        if let Err(error) = Command::new("openssl").arg("version").output() {
            pstral_pypackages::skip("openssl", &error.to_string());
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_owned();
        std::fs::write(path.join("tsa.cnf"), AUTHORITY).unwrap();
        std::fs::write(path.join("usage"), "extendedKeyUsage = critical, timeStamping\n").unwrap();
        let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
        for words in [
            format!("req -x509 {key} -keyout ca.key -out ca.pem -subj /CN=ca -days 30"),
            format!("req {key} -keyout tsa.key -out tsa.csr -subj /CN=tsa"),
            "x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile usage -out tsa.pem"
                .into(),
        ] {
            openssl(&path, &words).unwrap();
        }
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/tsr", listener.local_addr().unwrap());
        let mode = Arc::new(Mutex::new(Mode::Stamp));
        let served = Arc::clone(&mode);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mode = *served.lock().unwrap();
                serve(stream.unwrap(), &path, mode);
            }
        });
        Some(Self { folder, mode, url })
    }
}

/// Runs OpenSSL in a folder.
fn openssl(folder: &Path, words: &str) -> Result<String, String> {
    let ended = Command::new("openssl").args(words.split(' ')).current_dir(folder).output().unwrap();
    let said = String::from_utf8_lossy(&[ended.stdout, ended.stderr].concat()).into_owned();
    if ended.status.success() { Ok(said) } else { Err(said) }
}

fn serve(mut stream: TcpStream, folder: &Path, mode: Mode) {
    let query = body_of(&mut stream);
    std::fs::write(folder.join("query"), query).unwrap();
    let imprint = || {
        let told = openssl(folder, "ts -query -in query -text").unwrap();
        let dump = told.lines().filter(|line| line.trim_start().starts_with("00")).map(|line| &line[11..58]);
        dump.flat_map(str::chars).filter(char::is_ascii_hexdigit).collect::<String>()
    };
    let stamped = |query: &str| {
        openssl(folder, &format!("ts -reply -config tsa.cnf -queryfile {query} -out answer")).unwrap();
        std::fs::read(folder.join("answer")).unwrap()
    };
    let answer = match mode {
        Mode::Stamp => stamped("query"),
        Mode::OtherImprint => {
            openssl(folder, "ts -query -data tsa.cnf -sha256 -cert -out other").unwrap();
            stamped("other")
        }
        Mode::OtherNonce => {
            openssl(folder, &format!("ts -query -digest {} -sha256 -cert -out other", imprint())).unwrap();
            stamped("other")
        }
        // A status of 2: rejection.
        Mode::Refuse => vec![0x30, 5, 0x30, 3, 2, 1, 2],
        Mode::Rubbish => b"<html>Sign in to the network</html>".to_vec(),
        Mode::Fail => Vec::new(),
        Mode::Hang => return std::thread::sleep(Duration::from_secs(15)),
    };
    let status = if matches!(mode, Mode::Fail) { "503 Busy" } else { "200 OK" };
    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", answer.len());
    // Whoever asked may have left.
    let _ = stream.write_all(&[head.as_bytes(), &answer].concat());
}

/// The body of a request, which must be a query.
fn body_of(stream: &mut TcpStream) -> Vec<u8> {
    let mut read = Vec::new();
    loop {
        let mut part = [0; 4096];
        let length = stream.read(&mut part).unwrap();
        assert!(length > 0, "the request ended early");
        read.extend_from_slice(&part[..length]);
        let Some(at) = read.windows(4).position(|end| end == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&read[..at]).to_lowercase();
        assert!(head.starts_with("post /tsr ") && head.contains("content-type: application/timestamp-query"), "{head}");
        let wanted = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        if read.len() - at - 4 == wanted.parse::<usize>().unwrap() {
            return read.split_off(at + 4);
        }
    }
}

#[test]
fn a_head_is_stamped_by_a_server_and_verified_by_openssl() {
    let Some(authority) = Authority::start() else { return };
    let place = installed(&format!("time_stamp_server = \"{}\"", authority.url));
    run(&place, &["doctor"]).says(&["audit-heads time-stamp · ok · entry "]);
    assert!(kept(&place, "time-stamps").is_empty(), "looking keeps nothing");
    let bot = Bot::start(&place);
    until("it is stamped", || kept(&place, "time-stamps").len() >= 2);
    stop(bot);
    let files = kept(&place, "time-stamps");
    let [note, stamp] = &files[files.len() - 2..] else { panic!("{files:?}") };
    let (note, stamp) = (note.display().to_string(), stamp.display().to_string());
    let verify =
        |note: &str| openssl(authority.folder.path(), &format!("ts -verify -data {note} -in {stamp} -CAfile ca.pem"));
    assert!(verify(&note).unwrap().contains("Verification: OK"));
    let told = openssl(authority.folder.path(), &format!("ts -reply -in {stamp} -text")).unwrap();
    assert!(told.contains("Status: Granted.") && told.contains("Time stamp: "), "{told}");
    run(&place, &["audit", "verify", "--head", &note]).code(0);
    let other = place.path("other");
    std::fs::write(&other, std::fs::read_to_string(&note).unwrap().replace("time 20", "time 19")).unwrap();
    let refused = verify(&other.display().to_string()).unwrap_err();
    assert!(refused.contains("message imprint mismatch"), "{refused}");
}

#[test]
fn what_is_no_stamp_of_the_head_is_told_and_not_kept() {
    let Some(authority) = Authority::start() else { return };
    let place = installed(&format!("time_stamp_server = \"{}\"", authority.url));
    for (mode, expected, french) in [
        (Mode::OtherImprint, "the time stamp is of something else", "l’horodatage porte sur autre chose"),
        (Mode::OtherNonce, "the time stamp answers another request", "l’horodatage répond à une autre demande"),
        (Mode::Refuse, "the time stamp server refuses (status 2)", "le serveur d’horodatage refuse (état 2)"),
        (
            Mode::Rubbish,
            "the time stamp server sent something that is not a time stamp",
            "a envoyé autre chose qu’un horodatage",
        ),
        (Mode::Fail, "the time stamp server answers 503", "le serveur d’horodatage répond 503"),
    ] {
        *authority.mode.lock().unwrap() = mode;
        run(&place, &["doctor"]).says(&["audit-heads time-stamp · ", expected, "The next head is sent by itself"]);
        run(&place, &["doctor", "--locale", "fr"]).says(&[french]);
    }
    *authority.mode.lock().unwrap() = Mode::Hang;
    run(&place, &["doctor"]).says(&["audit-heads time-stamp · ", "operation timed out"]);
    configure(&place, "time_stamp_server = \"http://127.0.0.1:1/tsr\"");
    run(&place, &["doctor"]).says(&["audit-heads time-stamp · ", "onnection refused"]);
    let bot = Bot::start(&place);
    until("it is told", || bot.get("/readyz").unwrap().contains("onnection refused"));
    assert!(bot.get("/readyz").unwrap().starts_with("HTTP/1.0 200"));
    stop(bot);
    assert!(kept(&place, "time-stamps").is_empty());
}
