//! A server of Oracle's network protocol on a database of the double.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use pstral_ocidouble::Oracle;
use pstral_oracle::{DriverChoice, OracleConfig, OracleTarget};
use pstral_pypackages::skip;

use crate::python::ORACLEDB;

/// A server; it ends when it is dropped.
pub(crate) struct Server {
    process: Child,
    port: u16,
}

impl Server {
    /// Serves what the database holds as one of 23ai; `None` where there is no Python.
    pub(crate) fn start(oracle: &Oracle) -> Option<Self> {
        Self::of(oracle, "23_4", "12C_SHA2")
    }

    /// As a database of that version, whose account has a password verifier of that kind.
    pub(crate) fn of(oracle: &Oracle, version: &str, verifier: &str) -> Option<Self> {
        let python = ORACLEDB.python().map_err(|why| skip("seerdb", &why)).ok()?;
        let mut process = Command::new(python)
            .args(["-c", include_str!("server.py"), &oracle.connect(), version, verifier])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().parse().unwrap();
        Some(Self { process, port })
    }

    /// The address.
    pub(crate) fn connect(&self) -> String {
        format!("//127.0.0.1:{}/crm", self.port)
    }

    /// As the double's configuration, through the driver in pure Rust.
    pub(crate) fn config(&self) -> OracleConfig {
        OracleConfig {
            max_concurrent: 2,
            driver: DriverChoice::Thin,
            ..OracleConfig::new(self.connect(), "bot", "secret".to_owned().into())
        }
    }

    /// The server says nothing more, until it is woken.
    pub(crate) fn halt(&self) {
        self.signal("-STOP");
        // Its threads stop one after the other.
        let state =
            || Command::new("ps").args(["-o", "state=", "-p", &self.process.id().to_string()]).output().unwrap();
        while !state().stdout.starts_with(b"T") {}
    }

    /// The server goes on.
    pub(crate) fn wake(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        assert!(Command::new("kill").args([signal, &self.process.id().to_string()]).status().unwrap().success());
    }

    /// The server goes without a word to anybody.
    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    pub(crate) fn target(&self) -> OracleTarget {
        OracleTarget::new(self.config())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
