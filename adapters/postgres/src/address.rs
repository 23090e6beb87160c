//! The address of the database: a URL, without anything from the environment.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use pstral_core::text::{Text, text};
use secrecy::{ExposeSecret as _, SecretString};
use sqlx::ConnectOptions as _;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use url::Url;

/// Builds the connection options. No password file is read, and every option that the environment could set is set
/// here.
///
/// # Errors
/// Fails if the URL names no database or sets what it may not, with the correction; that quotes nothing of the URL except
/// the name of a parameter.
pub(crate) fn options(url: &SecretString) -> Result<PgConnectOptions, Text> {
    let url = Url::parse(url.expose_secret()).map_err(|_| text("config-postgres-url-unreadable"))?;
    if !matches!(url.scheme(), "postgres" | "postgresql") {
        return Err(text("config-postgres-url-scheme"));
    }
    let (mut host, mut ssl_mode, mut root) = (url.host_str().map(decoded).transpose()?, PgSslMode::Prefer, None);
    for (name, value) in url.query_pairs() {
        match &*name {
            "sslmode" if value != "allow" => {
                ssl_mode = value.parse().map_err(|_| text("config-postgres-url-sslmode"))?;
            }
            "sslmode" => return Err(text("config-postgres-url-sslmode")),
            "sslrootcert" => root = Some(value.into_owned()),
            "host" => host = Some(value),
            _ => {
                return Err(
                    text("config-postgres-url-parameter").with("name", name.chars().take(40).collect::<String>())
                );
            }
        }
    }
    let host = host.filter(|host| !host.is_empty()).ok_or_else(|| text("config-postgres-url-host"))?;
    let database = decoded(url.path().trim_start_matches('/'))?;
    let user = decoded(url.username())?;
    for (part, missing) in
        [(&user, text("config-postgres-url-user")), (&database, text("config-postgres-url-database"))]
    {
        if part.is_empty() {
            return Err(missing);
        }
    }
    let options = PgConnectOptions::new_without_pgpass();
    if options.get_options().is_some() {
        return Err(text("config-postgres-url-environment"));
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

fn decoded(part: &str) -> Result<Cow<'_, str>, Text> {
    percent_decode_str(part).decode_utf8().map_err(|_| text("config-postgres-url-unreadable"))
}

#[cfg(test)]
mod tests {
    use pstral_core::domain::Locale;

    use super::*;

    fn read(url: &str) -> Result<String, Text> {
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
            ("postgres://db/crm", Err("the address names no account")),
            ("postgres://pstral:secret@db", Err("the address names no database")),
            ("postgres:///crm", Err("the address names no server")),
            ("mysql://pstral:secret@db/crm", Err("the address must begin with")),
            ("pstral:secret", Err("the address must begin with")),
            ("db/crm", Err("the address cannot be read")),
            ("postgres://a:secret@db:port/crm", Err("the address cannot be read")),
            ("postgres://a:secret@db/crm?sslmode=maybe", Err("sslmode must be")),
            ("postgres://a:secret@db/crm?sslmode=allow", Err("sslmode must be")),
            ("postgres://a@db/crm?options=-crole%3Dx", Err("the address may not set “options”, only")),
        ] {
            let found = read(url).map_err(|fault| fault.render(Locale::En));
            match (&found, expected) {
                (Err(told), Err(expected)) => assert!(told.starts_with(expected), "{url}: {told}"),
                (found, expected) => assert_eq!(found.as_deref().ok(), expected.ok(), "{url}"),
            }
            assert!(!format!("{found:?}").contains("secret"), "{found:?}");
        }
    }
}
