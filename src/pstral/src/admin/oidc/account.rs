//! From what the provider says about somebody to a user of Pstral; never a new one.

use pstral_core::domain::User;
use pstral_core::egress::fit;
use pstral_core::ports::{People, StoreError};
use serde_json::Value;

use super::client::Claims;
use super::refusal::Refusal;

/// The claim whose value is looked for among addresses, not user names.
const EMAIL: &str = "email";

/// The enabled user that the claim means.
pub(super) async fn user_of(people: &dyn People, claim: &str, claims: &Claims) -> Result<User, Refusal> {
    let value = claims.get(claim).and_then(Value::as_str).unwrap_or_default().trim();
    let found = match claim {
        _ if value.is_empty() => Err("the claim is missing"),
        EMAIL if claims.get("email_verified").and_then(Value::as_bool) != Some(true) => {
            Err("the email address is not verified")
        }
        EMAIL => of_email(people, value).await?,
        _ => people.user_named(value).await?.ok_or("no such user"),
    };
    match found {
        Ok(user) if user.disabled => Err(Refusal::Nobody("the user is disabled", Some(user.id))),
        Ok(user) => Ok(user),
        Err(reason) => {
            // Not in the audit, which names nobody who is no user; whoever sets this up has to see what was compared.
            tracing::info!(claim, value = fit(value, 100), reason, "oidc: no user for the claim, refused");
            Err(Refusal::Nobody(reason, None))
        }
    }
}

/// The one user with that address. Only the letters of ASCII are compared without case: of others, several look like one and are
/// not it.
async fn of_email(people: &dyn People, email: &str) -> Result<Result<User, &'static str>, StoreError> {
    let all = people.users().await?;
    let mut with_it = all.into_iter().filter(|user| user.email.trim().eq_ignore_ascii_case(email));
    Ok(match (with_it.next(), with_it.next()) {
        (Some(user), None) => Ok(user),
        (None, _) => Err("no such user"),
        (Some(_), Some(_)) => Err("several users have the email address"),
    })
}
