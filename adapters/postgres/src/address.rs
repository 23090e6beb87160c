//! The address of the database: a URL, without anything from the environment.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret as _, SecretString};
use sqlx::ConnectOptions as _;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use url::Url;

/// The reason why a URL names no database. It quotes nothing of the URL except the name of a parameter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidUrl {
    /// The text is not a URL.
    #[error("it is not a URL: write postgres://user:password@host:port/database, special characters as %XX")]
    Unreadable,
    /// The scheme is not PostgreSQL's.
    #[error("it must start with postgres://")]
    Scheme,
    /// The host is missing.
    #[error("it names no host")]
    NoHost,
    /// The user is missing; the machine's own user is not assumed.
    #[error("it names no user")]
    NoUser,
    /// The database is missing; the user's name is not assumed.
    #[error("it names no database")]
    NoDatabase,
    /// The value of `sslmode` is unknown.
    #[error("sslmode must be disable, prefer, require, verify-ca or verify-full")]
    SslMode,
    /// A parameter that is not taken: some would undo a protection.
    #[error("the parameter {0} is not taken: only sslmode, sslrootcert and host are")]
    Parameter(String),
    /// The environment would change the session behind the configuration's back.
    #[error("PGOPTIONS is set in the environment: unset it")]
    Environment,
}

/// Builds the connection options. No password file is read, and every option that the environment could set is set
/// here.
pub(crate) fn options(url: &SecretString) -> Result<PgConnectOptions, InvalidUrl> {
    let url = Url::parse(url.expose_secret()).map_err(|_| InvalidUrl::Unreadable)?;
    if !matches!(url.scheme(), "postgres" | "postgresql") {
        return Err(InvalidUrl::Scheme);
    }
    let (mut host, mut ssl_mode, mut root) = (url.host_str().map(decoded).transpose()?, PgSslMode::Prefer, None);
    for (name, value) in url.query_pairs() {
        match &*name {
            "sslmode" if value != "allow" => ssl_mode = value.parse().map_err(|_| InvalidUrl::SslMode)?,
            "sslmode" => return Err(InvalidUrl::SslMode),
            "sslrootcert" => root = Some(value.into_owned()),
            "host" => host = Some(value),
            _ => return Err(InvalidUrl::Parameter(name.chars().take(40).collect())),
        }
    }
    let host = host.filter(|host| !host.is_empty()).ok_or(InvalidUrl::NoHost)?;
    let database = decoded(url.path().trim_start_matches('/'))?;
    let user = decoded(url.username())?;
    for (part, missing) in [(&user, InvalidUrl::NoUser), (&database, InvalidUrl::NoDatabase)] {
        if part.is_empty() {
            return Err(missing);
        }
    }
    let options = PgConnectOptions::new_without_pgpass();
    if options.get_options().is_some() {
        return Err(InvalidUrl::Environment);
    }
    let options = if host.starts_with('/') {
        options.socket(&*host)
    } else {
        // An IPv6 address stands between brackets in a URL, and without them everywhere else.
        options.host(host.trim_start_matches('[').trim_end_matches(']'))
    };
    let options = match root {
        Some(path) => options.ssl_root_cert(path),
        None => options,
    };
    Ok(options
        .port(url.port().unwrap_or(5432))
        .username(&user)
        .password(&decoded(url.password().unwrap_or_default())?)
        .database(&database)
        .ssl_mode(ssl_mode)
        .application_name("pstral")
        // Beneath each transaction's own READ ONLY: a transaction that someone manages to begin cannot write either.
        .options([("default_transaction_read_only", "on")])
        .disable_statement_logging())
}

fn decoded(part: &str) -> Result<Cow<'_, str>, InvalidUrl> {
    percent_decode_str(part).decode_utf8().map_err(|_| InvalidUrl::Unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str) -> Result<String, InvalidUrl> {
        let options = options(&SecretString::from(url))?;
        let place = options.get_socket().map_or(options.get_host().to_owned(), |path| path.display().to_string());
        let database = options.get_database().unwrap_or_default();
        Ok(format!("{}@{place}:{}/{database}", options.get_username(), options.get_port()))
    }

    #[test]
    fn a_url_is_read_or_refused_without_its_password() {
        for (url, expected) in [
            ("postgres://pstral:p%40ss@db.intern:5433/crm", Ok("pstral@db.intern:5433/crm")),
            ("postgresql://pstral@[::1]/crm?sslmode=verify-full", Ok("pstral@::1:5432/crm")),
            ("postgres://pstral@%2Frun%2Fpostgresql/crm", Ok("pstral@/run/postgresql:5432/crm")),
            ("postgres://pstral@localhost:5433/crm?host=/run/postgresql", Ok("pstral@/run/postgresql:5433/crm")),
            ("postgres://db/crm", Err(InvalidUrl::NoUser)),
            ("postgres://pstral:secret@db", Err(InvalidUrl::NoDatabase)),
            ("postgres:///crm", Err(InvalidUrl::NoHost)),
            ("mysql://pstral:secret@db/crm", Err(InvalidUrl::Scheme)),
            ("pstral:secret", Err(InvalidUrl::Scheme)),
            ("db/crm", Err(InvalidUrl::Unreadable)),
            ("postgres://a:secret@db:port/crm", Err(InvalidUrl::Unreadable)),
            ("postgres://a:secret@db/crm?sslmode=maybe", Err(InvalidUrl::SslMode)),
            ("postgres://a:secret@db/crm?sslmode=allow", Err(InvalidUrl::SslMode)),
            ("postgres://a@db/crm?options=-crole%3Dx", Err(InvalidUrl::Parameter("options".to_owned()))),
        ] {
            let found = read(url);
            assert_eq!(found.as_deref(), expected.as_ref().map(|text| *text), "{url}");
            assert!(!format!("{found:?}").contains("secret"), "{found:?}");
        }
    }
}
