//! What the description of the API says of all routes together.

use pstral_core::domain::Capability;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{ContentBuilder, InfoBuilder, OpenApi, Ref, RefOr, ResponseBuilder};
use utoipa::{PartialSchema as _, ToSchema as _};

use super::caller::COOKIE_NAME;
use super::problem::ProblemDocument;

/// Adds what is the same everywhere: how one signs in, and that everything else is answered with a problem document.
pub(super) fn completed(mut api: OpenApi) -> OpenApi {
    api.info = InfoBuilder::new()
        .title("Pstral")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some("Administration of a Pstral server: docs/admin.md says how to sign in."))
        .build();
    let mut components = api.components.take().unwrap_or_default();
    components.schemas.insert(ProblemDocument::name().into_owned(), ProblemDocument::schema());
    let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(COOKIE_NAME)));
    components.add_security_scheme("session", cookie);
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
    components.add_security_scheme("token", SecurityScheme::Http(bearer));
    api.components = Some(components);
    api.security = Some(signed_in([]));
    let schema = Ref::from_schema_name(ProblemDocument::name());
    let content = ContentBuilder::new().schema(Some(RefOr::Ref(schema))).build();
    let problem = ResponseBuilder::new()
        .description("What is wrong, in the caller's language (RFC 9457)")
        .content("application/problem+json", content)
        .build();
    for (address, path) in &mut api.paths.paths {
        let operations = [
            ("get", &mut path.get),
            ("post", &mut path.post),
            ("put", &mut path.put),
            ("patch", &mut path.patch),
            ("delete", &mut path.delete),
        ];
        for (method, operation) in operations {
            let Some(operation) = operation else { continue };
            operation.operation_id = Some(operation_id(method, address));
            if let Some(capability) = capability(address) {
                operation.security = Some(signed_in([capability.word()]));
            }
            operation.responses.responses.insert("default".to_owned(), RefOr::T(problem.clone()));
        }
    }
    api
}

/// What one is signed in with, and the capabilities that it must have.
fn signed_in<const N: usize>(capabilities: [&str; N]) -> Vec<SecurityRequirement> {
    ["session", "token"].map(|name| SecurityRequirement::new(name, capabilities)).into()
}

/// The capability that the operations at an address require, if one. The handlers require it; a test tells where the two differ.
fn capability(address: &str) -> Option<Capability> {
    let mut parts = address.trim_start_matches("/api/v1/").split('/');
    match (parts.next()?, parts.next()) {
        ("audit", _) => Some(Capability::ReadAudit),
        ("verified" | "reviews", _) => Some(Capability::ManageVerified),
        ("approvals", _) => Some(Capability::ApproveCostly),
        ("conversations" | "terms", _) | ("sql", Some("check")) => Some(Capability::Ask),
        ("sql", _) => Some(Capability::Execute),
        ("users" | "targets" | "policy" | "queue" | "config" | "status" | "activity", _) => {
            Some(Capability::ManageUsers)
        }
        _ => None,
    }
}

/// A name that no other operation has: `get_audit_events`.
fn operation_id(method: &str, address: &str) -> String {
    let address = address.trim_start_matches("/api/v1/");
    let words = address.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    std::iter::once(method).chain(words).collect::<Vec<_>>().join("_")
}
