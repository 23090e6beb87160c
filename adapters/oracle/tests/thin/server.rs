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
    /// Serves what the database holds; `None` where there is no Python.
    pub(crate) fn start(oracle: &Oracle) -> Option<Self> {
        let python = ORACLEDB.python().map_err(|why| skip("seerdb", &why)).ok()?;
        let mut process = Command::new(python)
            .args(["-c", include_str!("server.py"), &oracle.connect()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().parse().unwrap();
        Some(Self { process, port })
    }

    /// As the double's configuration, through the driver in pure Rust.
    pub(crate) fn config(&self) -> OracleConfig {
        OracleConfig {
            max_concurrent: 2,
            driver: DriverChoice::Thin,
            ..OracleConfig::new(format!("//127.0.0.1:{}/crm", self.port), "bot", "secret".to_owned().into())
        }
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
