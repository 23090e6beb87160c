//! What is around every section: who is signed in, where they may go, and how they want to see it.

use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::tz::TimeZone;
use pstral_core::domain::{Capability, Locale};
use pstral_core::text::text;
use serde::Serialize;

use super::address::local;
use super::assets::VERSION;
use super::form::Form;
use crate::admin::Admin;
use crate::admin::caller::{Address, Caller};
use crate::admin::problem::preferred;

/// The cookie of the colours: of this host alone, as the one of the session is.
const THEME_COOKIE: &str = "__Host-pstral-theme";

/// The sections in the order of the navigation, each with the capability that its part of the API requires. It is the API that
/// decides: this only saves people a way to a refusal.
const SECTIONS: &[(&str, &str, Option<Capability>)] = &[
    ("/overview", "page-overview", Some(Capability::ManageUsers)),
    ("/queue", "page-queue", Some(Capability::ManageUsers)),
    ("/users", "page-users", Some(Capability::ManageUsers)),
    ("/targets", "page-targets", Some(Capability::ManageUsers)),
    ("/audit", "page-audit", Some(Capability::ReadAudit)),
    ("/verified", "page-verified", Some(Capability::ManageVerified)),
    ("/reviews", "page-reviews", Some(Capability::ManageVerified)),
    ("/approvals", "page-approvals", Some(Capability::ApproveCostly)),
    ("/conversations", "page-conversations", Some(Capability::Ask)),
    ("/configuration", "page-configuration", Some(Capability::ManageUsers)),
    ("/account", "page-account", None),
];

/// What is around a section.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Frame {
    #[serde(rename = "lang")]
    pub(super) locale: Locale,
    /// The name of the zone in which times are shown.
    zone: String,
    /// `auto`, `light` or `dark`.
    theme: &'static str,
    /// The address to come back to.
    here: String,
    /// The section that is shown.
    section: Option<&'static str>,
    sections: Vec<Section>,
    username: Option<String>,
    full_name: String,
    /// Of the stylesheet and the script.
    version: &'static str,
    /// The sentence that tells what was done before.
    notice: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
struct Section {
    path: &'static str,
    label: String,
}

impl Frame {
    /// Around a page for somebody who is signed in.
    pub(super) fn of_caller(admin: &Admin, caller: &Caller, headers: &HeaderMap, here: &Uri) -> Self {
        let (user, locale) = (&caller.user, caller.user.locale);
        let own = SECTIONS.iter().filter(|(_, _, needed)| needed.is_none_or(|needed| caller.may(admin, needed)));
        let sections = own.map(|(path, label, _)| Section { path, label: text(label).render(locale) }).collect();
        let zone = user.zone.as_ref().unwrap_or(&admin.pipeline.parts().settings.zone);
        Self {
            locale,
            zone: name_of(zone),
            sections,
            username: Some(user.username.clone()),
            full_name: user.full_name.clone(),
            notice: notice(here, locale),
            ..Self::of_nobody(admin, headers, here)
        }
    }

    /// Around a page for somebody who is not signed in, in the language that their browser prefers.
    pub(super) fn of_nobody(admin: &Admin, headers: &HeaderMap, here: &Uri) -> Self {
        let settings = &admin.pipeline.parts().settings;
        let is_of =
            |path: &str| here.path().strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let locale = preferred(headers).unwrap_or(settings.locale);
        Self {
            locale,
            zone: name_of(&settings.zone),
            theme: theme_of(headers),
            here: here.path_and_query().map_or_else(|| "/".to_owned(), |here| local(here.as_str())),
            section: SECTIONS.iter().map(|(path, _, _)| *path).find(|path| is_of(path)),
            sections: Vec::new(),
            username: None,
            full_name: String::new(),
            version: VERSION.as_str(),
            notice: notice(here, locale),
        }
    }

    /// The first section that somebody may open.
    pub(super) fn first_section(&self) -> &'static str {
        self.sections.first().map_or("/account", |section| section.path)
    }

    /// The same in the language of whoever is signed in, where somebody is.
    pub(super) fn in_language(self, locale: Option<Locale>) -> Self {
        Self { locale: locale.unwrap_or(self.locale), ..self }
    }

    /// The same with another address to come back to: that of a form cannot be opened.
    pub(super) fn back_to(mut self, path: &str) -> Self {
        path.clone_into(&mut self.here);
        self
    }
}

/// The name by which a zone is found again.
fn name_of(zone: &TimeZone) -> String {
    zone.iana_name().unwrap_or("UTC").to_owned()
}

/// What was done before this page was shown, as its address tells it.
fn notice(here: &Uri, locale: Locale) -> Option<String> {
    let done = here.query()?.split('&').find_map(|pair| pair.strip_prefix("done="))?;
    let sentence = match done {
        "approve" => "page-done-approve",
        "retire" => "page-done-retire",
        "restore" => "page-done-restore",
        "closed" => "page-done-closed",
        "proposed" => "page-done-proposed",
        "proposed-term" => "page-done-proposed-term",
        "ended" => "page-done-ended",
        "deleted" => "page-done-deleted",
        "added" => "page-done-added",
        "changed" => "page-done-changed",
        "linked" => "page-done-linked",
        "unlinked" => "page-done-unlinked",
        "password" => "page-done-password",
        "own-password" => "page-done-own-password",
        "stopped" => "page-done-stopped",
        "approved" => "page-done-approved",
        "reread" => "page-done-reread",
        "reread-faulty" => "page-done-reread-faulty",
        _ => return None,
    };
    Some(text(sentence).render(locale))
}

fn theme_of(headers: &HeaderMap) -> &'static str {
    let cookies =
        headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(';'));
    let mut pairs = cookies.filter_map(|pair| pair.trim().split_once('='));
    pairs.find_map(|(name, value)| (name == THEME_COOKIE).then(|| theme(value))).unwrap_or("auto")
}

fn theme(word: &str) -> &'static str {
    match word {
        "light" => "light",
        "dark" => "dark",
        _ => "auto",
    }
}

/// Keeps in which colours somebody wants to see the page, signed in or not, and leads back to where they were.
pub(super) async fn choose_theme(_: Address, form: Form) -> Response {
    let theme = theme(form.value("theme"));
    let cookie = format!("{THEME_COOKIE}={theme}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=31536000");
    ([(SET_COOKIE, cookie)], Redirect::to(&local(form.value("next")))).into_response()
}
