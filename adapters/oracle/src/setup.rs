//! The statements that set every session up before its first query.

use pstral_core::ports::TargetError;

use crate::calls::BoundedSession;
use crate::names::quoted;

/// Dates in ISO form, a decimal point, texts compared byte by byte, English messages, and the week as Oracle has it in
/// AMERICA: whatever the machine that Pstral runs on is set to, a statement says the same. The territory comes first: it
/// sets the others anew. The zone is the database's: a day begins where the data was written.
/// <https://docs.oracle.com/en/database/oracle/oracle-database/19/nlspg/setting-up-globalization-support-environment.html>
pub(crate) const SETTINGS: &[&str] = &[
    "ALTER SESSION SET NLS_LANGUAGE = 'AMERICAN' NLS_TERRITORY = 'AMERICA'",
    "ALTER SESSION SET NLS_DATE_FORMAT = 'YYYY-MM-DD HH24:MI:SS' \
     NLS_TIMESTAMP_FORMAT = 'YYYY-MM-DD HH24:MI:SS.FF' \
     NLS_TIMESTAMP_TZ_FORMAT = 'YYYY-MM-DD HH24:MI:SS.FF TZH:TZM' \
     NLS_NUMERIC_CHARACTERS = '. ' NLS_SORT = BINARY NLS_COMP = BINARY",
    "ALTER SESSION SET TIME_ZONE = DBTIMEZONE",
];

/// Sets a new session up. Its schema is always said, also where it is the account's own: a person's account would have
/// its own, and names would then not be those that the guard resolved.
pub(crate) fn set_up(bounded: &mut BoundedSession<'_>, schema: &str) -> Result<(), TargetError> {
    let schema = format!("ALTER SESSION SET CURRENT_SCHEMA = {}", quoted(schema));
    for setting in SETTINGS.iter().copied().chain([schema.as_str()]) {
        bounded.call(|session| session.run(setting)).map_err(out_of_reach)?;
    }
    Ok(())
}

/// Converts a refusal during the setup, such as of a schema that does not exist: the operator must fix it, so to the
/// person the database is unavailable.
pub(crate) fn out_of_reach(error: TargetError) -> TargetError {
    match error {
        TargetError::Rejected(reason) => TargetError::Unavailable(reason),
        other => other,
    }
}
