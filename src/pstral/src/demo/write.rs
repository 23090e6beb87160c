//! Writes the rows of the sample company.

use rusqlite::{Connection, params};

use super::company::Company;

/// Fills the empty tables of the schema. Row `n` of a list gets the id `n + 1`.
pub(super) fn company(connection: &Connection, company: &Company) -> rusqlite::Result<()> {
    people(connection, company)?;
    business(connection, company)?;
    paperwork(connection, company)
}

fn people(connection: &Connection, company: &Company) -> rusqlite::Result<()> {
    let mut insert = connection.prepare("INSERT INTO users VALUES (?, ?, ?, ?, ?, ?, ?)")?;
    for (index, user) in company.users.iter().enumerate() {
        let hired_on = user.hired_on.to_string();
        insert.execute(params![id(index), user.full_name, user.email, user.phone, user.role, hired_on, user.active])?;
    }
    let mut insert = connection.prepare("INSERT INTO clients VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")?;
    for (index, client) in company.clients.iter().enumerate() {
        insert.execute(params![
            id(index),
            client.company_name,
            client.email,
            client.phone,
            client.address,
            client.postal_code,
            client.city,
            client.status,
            client.kyc_completed,
            client.assigned_to.map(id),
            client.created_at.to_string(),
        ])?;
    }
    Ok(())
}

fn business(connection: &Connection, company: &Company) -> rusqlite::Result<()> {
    let mut insert = connection.prepare("INSERT INTO contracts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")?;
    for (index, contract) in company.contracts.iter().enumerate() {
        let signed = contract.signed.as_ref();
        insert.execute(params![
            id(index),
            contract.number,
            id(contract.client),
            id(contract.seller),
            contract.title,
            euros(contract.cents),
            contract.status,
            signed.map(|signed| signed.on.to_string()),
            signed.map(|signed| signed.start.to_string()),
            signed.map(|signed| signed.end.to_string()),
        ])?;
    }
    let mut insert = connection.prepare("INSERT INTO payments VALUES (?, ?, ?, ?, ?, ?, ?)")?;
    for (index, payment) in company.payments.iter().enumerate() {
        insert.execute(params![
            id(index),
            id(payment.contract),
            id(payment.client),
            euros(payment.cents),
            payment.due.to_string(),
            payment.paid.map(|day| day.to_string()),
            payment.status,
        ])?;
    }
    Ok(())
}

fn paperwork(connection: &Connection, company: &Company) -> rusqlite::Result<()> {
    let mut insert = connection.prepare("INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?)")?;
    for (index, document) in company.documents.iter().enumerate() {
        let uploaded_at = document.uploaded_at.to_string();
        let (client, kind) = (id(document.client), document.kind);
        insert.execute(params![id(index), client, kind, document.title, document.file_name, uploaded_at])?;
    }
    let mut insert = connection.prepare("INSERT INTO client_notes VALUES (?, ?, ?, ?, ?)")?;
    for (index, note) in company.notes.iter().enumerate() {
        insert.execute(params![id(index), id(note.client), id(note.author), note.text, note.created_at])?;
    }
    let mut insert = connection.prepare("INSERT INTO oauth_email_accounts VALUES (?, ?, ?, ?, ?, ?, ?)")?;
    for (index, account) in company.email_accounts.iter().enumerate() {
        let (user, provider) = (id(account.user), account.provider);
        let tokens = (&account.access_token, &account.refresh_token);
        insert.execute(params![id(index), user, account.email, provider, tokens.0, tokens.1, account.expires_at])?;
    }
    Ok(())
}

fn id(index: usize) -> i64 {
    i64::try_from(index).map_or(i64::MAX, |index| index + 1)
}

/// As text: the column's affinity makes it the nearest number, without a rounding of our own.
fn euros(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}
