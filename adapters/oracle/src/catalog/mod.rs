//! The schema of a database as the guard and the prompt need it: one query a view of the dictionary, joined here.

mod assemble;
mod declared;
mod owners;
mod queries;
mod remote;
mod rows;

use pstral_core::domain::{Catalog, Row};
use pstral_core::ports::TargetError;
use pstral_reading::Brake;

pub(crate) use assemble::assemble;
pub(crate) use owners::SystemSchemas;
pub(crate) use queries::View;
pub(crate) use rows::Dictionary;

use crate::pool::{Pool, Purpose};
use crate::statement::{begin_read_only, query_all};

/// Reads what the account may read, as of one moment, without the schemas that Oracle itself keeps.
pub(crate) fn read(pool: &Pool, brake: &Brake) -> Result<Catalog, TargetError> {
    let dictionary = pool.with(Purpose::Reading(None), brake, |bounded| {
        begin_read_only(bounded)?;
        let owners = SystemSchemas::of(bounded)?;
        Dictionary::read(|view| -> Result<Vec<Row>, TargetError> { query_all(bounded, &view.query(owners), &[]) })
    })?;
    Ok(assemble(&dictionary, pool.schema()))
}
