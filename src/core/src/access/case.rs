//! The access decisions for one case: a person who reads something somewhere. `pstral policy`, `/policy` and tables of
//! expected decisions share them.

use crate::access::{AccessDecision, Showing};
use crate::domain::{Capability, Catalog, Locale, Place, Role};
use crate::guard::meant;
use crate::settings::{Settings, Terms};
use crate::text::text;

/// The role, place and target (or table) for which access is decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// The person's role.
    pub role: Role,
    /// True if the user is disabled.
    pub disabled: bool,
    /// The place of the request.
    pub place: Place,
    /// The name of the target.
    pub target: String,
    /// A table, or a column of one, as in `deny`.
    pub table: Option<String>,
}

/// Access decisions for one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseDecisions {
    /// Decides if they may ask questions in the place.
    pub ask: AccessDecision,
    /// Decides if they may run statements in the place.
    pub execute: AccessDecision,
    /// Decides if they may read the target, or the named table or column of it.
    pub read: Option<AccessDecision>,
    /// Decides if the result is shown in the place of the request; absent if they may not read it.
    pub delivery: Option<AccessDecision>,
}

impl Settings {
    /// Decides a case. `terms` are those of its target, absent if there is no such target; tables are looked up in
    /// `catalog`.
    pub fn decide(&self, case: &Case, terms: Option<&Terms>, catalog: &Catalog) -> CaseDecisions {
        let Case { role, place, target, table, .. } = case;
        let rule =
            |capability| if case.disabled { AccessDecision::disabled() } else { self.rule(role, place, capability) };
        let (ask, execute) = (rule(Capability::Ask), rule(Capability::Execute));
        let Some(terms) = terms else {
            return CaseDecisions { ask, execute, read: Some(AccessDecision::target_unknown(target)), delivery: None };
        };
        // Without a name it is any platform.
        let (ask, execute) = if place.platform.0.is_empty() || terms.answers_on(&place.platform) {
            (ask, execute)
        } else {
            let elsewhere = |ruling: AccessDecision| {
                if ruling.allowed { AccessDecision::not_on_platform(target, &place.platform) } else { ruling }
            };
            (elsewhere(ask), elsewhere(execute))
        };
        let read = |table: &String| {
            if case.disabled { AccessDecision::disabled() } else { terms.rule(target, role, catalog, table) }
        };
        let read = table.as_ref().map(read);
        if !execute.allowed || read.as_ref().is_some_and(|read| !read.allowed) {
            return CaseDecisions { ask, execute, read, delivery: None };
        }
        let bar = table.as_ref().and_then(|table| {
            let welcome = self.welcome(role, place);
            terms.bar(target, role, &welcome, catalog, table)
        });
        let relation = table.as_ref().and_then(|table| meant(table, catalog));
        let private = terms.private_relations(catalog);
        let private = relation.and_then(|(relation, _)| private.get(&catalog.shown(relation)));
        let showing = Showing::Result(private.map(String::as_str));
        let delivery = self.delivery(place, target, terms, showing, bar);
        CaseDecisions { ask, execute, read, delivery: Some(delivery) }
    }
}

impl CaseDecisions {
    /// Renders the decisions for people, one line per step, each with the rule that decides it.
    pub fn lines(&self, locale: Locale) -> Vec<String> {
        let done = ["policy-yes", "policy-no"];
        let steps = [
            ("policy-asking", Some(&self.ask), done),
            ("policy-executing", Some(&self.execute), done),
            ("policy-reading", self.read.as_ref(), done),
            ("policy-delivery", self.delivery.as_ref(), ["policy-here", "policy-private"]),
        ];
        let known = steps.into_iter().filter_map(|(step, ruling, words)| Some((step, ruling?, words)));
        known
            .map(|(step, ruling, [yes, no])| line(step, ruling, if ruling.allowed { yes } else { no }, locale))
            .collect()
    }
}

fn line(step: &'static str, ruling: &AccessDecision, verdict: &'static str, locale: Locale) -> String {
    let line =
        text("policy-line").said("what", text(step)).said("verdict", text(verdict)).said("why", ruling.why.text());
    let rule = [ruling.key.as_str(), &ruling.entry];
    let rule = rule.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    let rule = if rule.is_empty() { rule } else { format!(" ({rule})") };
    format!("{}{rule}", line.render(locale))
}
