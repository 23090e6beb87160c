//! Access decisions: who may do what and where, and who sees the result, each with its reason. The pipeline, `pstral
//! policy` and tests share them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::domain::{Capability, Catalog, Locale, Place, PlatformName, Relation, Role};
use crate::guard::{Cause, List, meant, named_relations};
use crate::settings::{Settings, Terms};
use crate::text::{Text, text};

macro_rules! causes {
    ($($(#[$doc:meta])+ $variant:ident = $word:literal, $key:literal;)+) => {
        /// The reason for an access decision.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Why { $($(#[$doc])+ $variant,)+ }

        impl Why {
            /// The word in the audit and in tables of expected decisions.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// The reason as a sentence for people.
            pub fn text(self) -> Text {
                match self { $(Self::$variant => text($key),)+ }
            }
        }
    };
}

causes! {
    /// The role holds the capability.
    Held = "held", "why-held";
    /// The role does not hold the capability.
    NotHeld = "not-held", "why-not-held";
    /// The user is disabled.
    Disabled = "disabled", "why-disabled";
    /// There is no such role.
    RoleUnknown = "role-unknown", "why-role-unknown";
    /// The role is not welcome in the place.
    NotWelcome = "not-welcome", "why-not-welcome";
    /// The role is welcome in the place.
    Welcome = "welcome", "why-welcome";
    /// The target is not queried on that platform.
    NotOnPlatform = "not-on-platform", "why-not-on-platform";
    /// There is no such target.
    TargetUnknown = "target-unknown", "why-target-unknown";
    /// The target has no such table or column.
    TableUnknown = "table-unknown", "why-table-unknown";
    /// An entry denies it.
    Denied = "denied", "why-denied";
    /// Readable tables and columns are listed, and this one is not on the list.
    NotListed = "not-listed", "why-not-listed";
    /// An entry allows it and nothing denies it.
    Listed = "listed", "why-listed";
    /// No rule forbids it.
    Open = "open", "why-open";
    /// Only one person reads there.
    Alone = "alone", "why-alone";
    /// Everybody welcome there may see all of it.
    Everybody = "everybody", "why-everybody";
    /// The place shows results in private.
    PlacePrivate = "place-private", "why-place-private";
    /// The target shows results in private.
    TargetPrivate = "target-private", "why-target-private";
    /// Statements run under each person's own account, whose rights are not known here.
    OwnAccounts = "own-accounts", "why-own-accounts";
    /// The result reads a table or column whose results are private.
    TablePrivate = "table-private", "why-table-private";
    /// A role that is welcome there may not see all of it.
    Audience = "audience", "why-audience";
}

/// A decision with what made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessDecision {
    /// True if access is granted; for a delivery, true if it is shown in the place of the request.
    pub allowed: bool,
    /// The reason for the decision.
    pub why: Why,
    /// The key of the configuration that says it, or would; empty where none does.
    pub key: String,
    /// The capability or list entry at that key; empty if there is nothing to name.
    pub entry: String,
}

/// `denied targets.crm.deny clients.email`.
impl fmt::Display for AccessDecision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [self.why.word(), &self.key, &self.entry];
        f.write_str(&parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" "))
    }
}

impl AccessDecision {
    /// Denies access: the target is unknown.
    pub fn target_unknown(target: &str) -> Self {
        Self::new(false, Why::TargetUnknown, format!("targets.{target}"), "")
    }

    /// Denies access: the target is not available on this platform.
    pub(crate) fn not_on_platform(target: &str, platform: &PlatformName) -> Self {
        Self::new(false, Why::NotOnPlatform, format!("targets.{target}.platforms"), platform.0.as_str())
    }

    /// Denies access: the user is disabled.
    pub(crate) fn disabled() -> Self {
        Self::new(false, Why::Disabled, "", "")
    }

    /// Denies display: a role in the audience may not see it.
    pub(crate) fn barred(role: &Role, found: String) -> Self {
        Self::new(false, Why::Audience, format!("roles.{role}"), found)
    }

    fn new(allowed: bool, why: Why, key: impl Into<String>, entry: impl Into<String>) -> Self {
        Self { allowed, why, key: key.into(), entry: entry.into() }
    }
}

/// The item to be delivered: a statement or its result.
#[derive(Debug, Clone, Copy)]
pub enum Showing<'a> {
    /// A statement that somebody may run.
    Statement,
    /// The result of a statement, with the entry that makes one of its relations private, if any.
    Result(Option<&'a str>),
}

impl Settings {
    /// The language of what everybody in a place reads, where the configuration says one.
    pub(crate) fn language_of(&self, place: &Place) -> Option<Locale> {
        self.places.of(place).filter(|_| !place.private)?.language
    }

    /// Decides if a role is admitted to a place.
    pub fn entrance(&self, role: &Role, place: &Place) -> AccessDecision {
        if !self.roles.knows(role) {
            return AccessDecision::new(false, Why::RoleUnknown, format!("roles.{role}"), "");
        }
        let of_place = self.places.of(place).filter(|_| !place.private);
        match of_place.and_then(|terms| Some((terms, terms.roles.as_ref()?))) {
            Some((terms, welcome)) => {
                let (is_one, key) = (welcome.contains(role), format!("{}.roles", terms.key));
                AccessDecision::new(is_one, if is_one { Why::Welcome } else { Why::NotWelcome }, key, role.word())
            }
            None => AccessDecision::new(true, Why::Open, "", ""),
        }
    }

    /// Decides if a role may use a capability in a place.
    pub fn rule(&self, role: &Role, place: &Place, capability: Capability) -> AccessDecision {
        let entrance = self.entrance(role, place);
        if !entrance.allowed {
            return entrance;
        }
        let held = self.roles.may(role, capability);
        let why = if held { Why::Held } else { Why::NotHeld };
        AccessDecision::new(held, why, format!("roles.{role}.capabilities"), capability.word())
    }

    /// The roles of those who may read what is said in a place, one's own among them; nobody but oneself in private.
    pub fn welcome(&self, own: &Role, place: &Place) -> BTreeSet<Role> {
        if place.private {
            return BTreeSet::from([own.clone()]);
        }
        let named = self.places.of(place).and_then(|terms| terms.roles.clone());
        let mut welcome = named.unwrap_or_else(|| self.roles.all());
        welcome.insert(own.clone());
        welcome
    }

    /// Decides if something is shown in the place of the request or to the asker alone. `bar` is the reason a role
    /// admitted to that place may not see its source. This is the only function that decides it.
    pub fn delivery(
        &self,
        place: &Place,
        target: &str,
        terms: &Terms,
        showing: Showing<'_>,
        bar: Option<AccessDecision>,
    ) -> AccessDecision {
        if place.private {
            return AccessDecision::new(true, Why::Alone, "", "");
        }
        if let Showing::Result(private) = showing {
            if let Some(of_place) = self.places.of(place).filter(|of_place| of_place.private) {
                return AccessDecision::new(false, Why::PlacePrivate, format!("{}.delivery", of_place.key), "private");
            }
            if terms.delivery.private {
                return AccessDecision::new(false, Why::TargetPrivate, format!("targets.{target}.delivery"), "private");
            }
            if terms.own_accounts {
                return AccessDecision::new(false, Why::OwnAccounts, format!("targets.{target}.identity"), "own");
            }
            if let Some(entry) = private {
                return AccessDecision::new(
                    false,
                    Why::TablePrivate,
                    format!("targets.{target}.private_tables"),
                    entry,
                );
            }
        }
        match bar {
            Some(bar) => AccessDecision { allowed: false, why: Why::Audience, ..bar },
            None => AccessDecision::new(true, Why::Everybody, "", ""),
        }
    }
}

impl Terms {
    /// Decides if a role may read a table of the target, or a column if `entry` names one.
    pub fn rule(&self, target: &str, role: &Role, catalog: &Catalog, entry: &str) -> AccessDecision {
        let Some((relation, column)) = meant(entry, catalog) else {
            return AccessDecision::new(false, Why::TableUnknown, format!("targets.{target}"), entry);
        };
        let (open, cause) = self.policy(role).judge(catalog, relation, column);
        let key = |list: List, of: &str| match list {
            List::Target => format!("targets.{target}.{of}"),
            List::Role(_) => format!("roles.{role}.targets.{target}.{of}"),
        };
        match cause {
            Cause::Denied(list, entry) => AccessDecision::new(open, Why::Denied, key(list, "deny"), entry),
            Cause::NotListed(list) => AccessDecision::new(open, Why::NotListed, key(list, "allow"), ""),
            Cause::Listed(list, entry) => AccessDecision::new(open, Why::Listed, key(list, "allow"), entry),
            Cause::Open => AccessDecision::new(open, Why::Open, "", ""),
        }
    }

    /// Returns the reason people with these roles may not see what the `own` role reads there: a column or, if `entry`
    /// names a table, any of its columns that `own` may read.
    pub fn bar(
        &self,
        target: &str,
        own: &Role,
        welcome: &BTreeSet<Role>,
        catalog: &Catalog,
        entry: &str,
    ) -> Option<AccessDecision> {
        let (relation, column) = meant(entry, catalog)?;
        let mine = self.policy(own);
        let read: Vec<_> = match column {
            Some(column) => vec![column],
            None => relation.columns.iter().filter(|one| mine.judge(catalog, relation, Some(one)).0).collect(),
        };
        let closed = |role: &Role| {
            let theirs = self.policy(role);
            let first = read.iter().find(|one| !theirs.judge(catalog, relation, Some(one)).0)?;
            Some(self.rule(target, role, catalog, &exactly(relation, &first.name)))
        };
        welcome.iter().find_map(closed)
    }

    /// The relations whose rows are shown to the asker alone, by the guard's names, each with the entry that says so.
    pub fn private_relations(&self, catalog: &Catalog) -> BTreeMap<String, String> {
        let entries = self.delivery.private_tables.iter();
        let named = entries.rev().map(|entry| (entry, named_relations(std::slice::from_ref(entry), catalog)));
        named.flat_map(|(entry, names)| names.into_iter().map(move |name| (name, entry.clone()))).collect()
    }
}

/// A column as an entry that means nothing else.
fn exactly(relation: &Relation, column: &str) -> String {
    format!("\"{}\".\"{}\".\"{column}\"", relation.schema, relation.name)
}
