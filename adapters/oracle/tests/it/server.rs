//! A real database, where the environment names one that may be filled with tables for tests.

use oracle::Connection;
use pstral_oracle::{DriverChoice, OracleConfig, OracleTarget};

/// `oracle://user:password@host:port/service`, taken apart.
pub(crate) struct Server {
    user: String,
    password: String,
    connect: String,
}

impl Server {
    /// The one named by the environment. There may be none even where everything is required: Oracle cannot be had
    /// everywhere.
    pub(crate) fn named() -> Option<Self> {
        let Some(url) = std::env::var("PSTRAL_TEST_ORACLE_URL").ok().filter(|url| !url.is_empty()) else {
            println!("skipped: PSTRAL_TEST_ORACLE_URL is not set");
            return None;
        };
        Some(Self::parse(&url).expect("PSTRAL_TEST_ORACLE_URL is oracle://user:password@host:port/service"))
    }

    fn parse(url: &str) -> Option<Self> {
        let (account, place) = url.strip_prefix("oracle://")?.rsplit_once('@')?;
        let (user, password) = account.split_once(':')?;
        Some(Self { user: user.to_owned(), password: password.to_owned(), connect: format!("//{place}") })
    }

    /// An ordinary connection, to make tables.
    pub(crate) fn writer(&self) -> Connection {
        Connection::connect(&self.user, &self.password, &self.connect).expect("the server of the environment is up")
    }

    /// Targets that run two statements at once, one a driver.
    pub(crate) fn targets(&self) -> Vec<OracleTarget> {
        let drivers = [
            DriverChoice::Client,
            #[cfg(feature = "thin")]
            DriverChoice::Thin,
        ];
        let config = OracleConfig::new(&self.connect, &self.user, self.password.clone().into());
        let target = |driver| OracleTarget::new(OracleConfig { driver, max_concurrent: 2, ..config.clone() });
        drivers.map(target).into()
    }
}

#[test]
fn the_address_of_a_server_is_taken_apart() {
    let server = Server::parse("oracle://bot:p@ss:w@db.example:1521/crm").unwrap();
    assert_eq!((server.user.as_str(), server.password.as_str()), ("bot", "p@ss:w"));
    assert_eq!(server.connect, "//db.example:1521/crm");
    assert!(Server::parse("postgres://bot:x@db/crm").is_none());
}
