//! What `Knowledge` must do.

use super::{State, duplicate};
use crate::domain::{ColumnRef, Parameter, ParameterKind, VerifiedQuery};
use crate::ports::StoreError;

fn query(id: &str) -> VerifiedQuery {
    VerifiedQuery {
        id: id.to_owned(),
        fr: "Quels clients à {city} ?".to_owned(),
        en: "Which clients in {city}?".to_owned(),
        statement: "SELECT name FROM clients WHERE city = :city".to_owned(),
        parameters: Vec::new(),
        verified_by: "Zoé".to_owned(),
        verified_on: "2026-11-21".to_owned(),
    }
}

/// The verified queries of a target are replaced as a whole, and those of other targets stay.
pub async fn knowledge(state: &dyn State) -> Result<(), StoreError> {
    assert_eq!(state.verified("knowledge-crm").await?, []);
    let column = ColumnRef { relation: "clients".to_owned(), column: "city".to_owned() };
    let city = Parameter { name: "city".to_owned(), kind: ParameterKind::Text, column: Some(column), default: None };
    let year = Parameter {
        name: "year".to_owned(),
        kind: ParameterKind::Year,
        column: None,
        default: Some("2026".to_owned()),
    };
    let with_parameters = VerifiedQuery { parameters: vec![year, city], ..query("b") };

    state.put_verified("knowledge-crm", &[with_parameters.clone(), query("a")]).await?;
    state.put_verified("knowledge-erp", &[query("a")]).await?;
    assert_eq!(state.verified("knowledge-crm").await?, [query("a"), with_parameters], "by id, exactly");

    let twice = [query("c"), query("d"), query("c")];
    assert!(duplicate(&state.put_verified("knowledge-crm", &twice).await));
    assert_eq!(state.verified("knowledge-crm").await?.len(), 2, "a refused change changes nothing");

    state.put_verified("knowledge-crm", &[query("z")]).await?;
    assert_eq!(state.verified("knowledge-crm").await?, [query("z")]);
    state.put_verified("knowledge-crm", &[]).await?;
    assert_eq!(state.verified("knowledge-crm").await?, []);
    assert_eq!(state.verified("knowledge-erp").await?, [query("a")]);
    Ok(())
}
