//! The parts of a catalog that a policy opens, and the reasons.

use super::super::access::Access;
use super::super::{Cause, List};
use super::{Policy, Rules};
use crate::{Catalog, CatalogColumn, Dialect, Limits, PUBLIC, Relation, RelationKind, Synonym};

fn catalog() -> Catalog {
    Catalog::new(Dialect::Oracle, "main", vec![relation()])
}

/// Which of the two columns a policy opens.
fn opens(policy: &Policy) -> Vec<bool> {
    let (access, relation) = (Access::new(policy, &catalog()), relation());
    let opens: Vec<bool> = relation.columns.iter().map(|column| access.opens(&relation, column)).collect();
    assert_eq!(access.opens_relation(&relation), opens.contains(&true), "{policy:?}");
    opens
}

fn relation() -> Relation {
    let column = |name: &str| CatalogColumn::new(name, "text");
    Relation::new("main", "Users", RelationKind::Table, vec![column("id"), column("secret")])
}

fn rules(allow: Option<&[&str]>, deny: &[&str]) -> Rules {
    let owned = |list: &[&str]| list.iter().map(|one| (*one).to_owned()).collect();
    Rules { allow: allow.map(owned), deny: owned(deny) }
}

#[test]
fn deny_wins_and_an_allow_list_closes_the_rest() {
    for (allow, deny, opens_id, opens_secret) in [
        (None, &[][..], true, true),
        (None, &["USERS.secret"][..], true, false),
        (None, &["main.users.secret"][..], true, false),
        (None, &["users"][..], false, false),
        (None, &["main.users"][..], false, false),
        (Some(&["users"][..]), &["users.secret"][..], true, false),
        (Some(&["users.id"][..]), &[][..], true, false),
        (Some(&["users.id"][..]), &["users"][..], false, false),
        (Some(&["other"][..]), &[][..], false, false),
        (Some(&[][..]), &[][..], false, false),
    ] {
        let policy = Policy::from(rules(allow, deny));
        assert_eq!(opens(&policy), [opens_id, opens_secret], "{policy:?}");
    }
}

#[test]
fn what_several_may_all_see_is_what_each_of_them_may() {
    let of = |role: Rules| Policy::new(Rules::default(), vec![role], Limits::default());
    let (id, secret) = (of(rules(Some(&["users.id"]), &[])), of(rules(Some(&["users.secret"]), &[])));
    let (all, no_secret) = (of(rules(None, &[])), of(rules(None, &["users.secret"])));
    for (policy, expected) in [
        (id.clone().and(secret.clone()), [false, false]),
        (all.clone().and(id.clone()), [true, false]),
        (no_secret.clone().and(secret), [false, false]),
        (all.clone().and(no_secret).and(id), [true, false]),
        (all.clone().and(all), [true, true]),
    ] {
        assert_eq!(opens(&policy), expected, "{policy:?}");
    }
}

#[test]
fn a_judgement_names_the_entry_and_agrees_with_the_access() {
    let (catalog, relation) = (catalog(), relation());
    let denied = |list, entry: &str| (false, Cause::Denied(list, entry.to_owned()));
    let not_listed = |list| (false, Cause::NotListed(list));
    let nothing = || rules(None, &[]);
    let users = || rules(Some(&["users"]), &[]);
    for (target, role, column, expected) in [
        (nothing(), nothing(), Some(0), (true, Cause::Open)),
        (nothing(), nothing(), None, (true, Cause::Open)),
        (rules(None, &["USERS.secret"]), users(), Some(1), denied(List::Target, "USERS.secret")),
        (rules(None, &["users.secret"]), nothing(), Some(0), (true, Cause::Open)),
        (nothing(), rules(None, &["users"]), Some(0), denied(List::Role(0), "users")),
        (users(), rules(Some(&["users.id"]), &[]), Some(1), not_listed(List::Role(0))),
        (users(), rules(Some(&["users.id"]), &[]), None, (true, Cause::Listed(List::Role(0), "users.id".to_owned()))),
        (rules(Some(&["other"]), &[]), nothing(), None, not_listed(List::Target)),
        (rules(None, &["users.id", "users.secret"]), nothing(), None, denied(List::Target, "users.id")),
    ] {
        let policy = Policy::new(target, vec![role], Limits::default());
        let column: Option<&CatalogColumn> = column.map(|at: usize| &relation.columns[at]);
        assert_eq!(policy.judge(&catalog, &relation, column), expected, "{policy:?}");
        let access = Access::new(&policy, &catalog);
        let opens = column.map_or_else(|| access.opens_relation(&relation), |one| access.opens(&relation, one));
        assert_eq!(opens, expected.0, "{policy:?}");
    }
}

type Sketch<'s> = (Option<&'s [&'s str]>, &'s [&'s str]);

#[test]
fn roles_add_up_what_they_allow_and_any_denial_wins() {
    let rules = |(allow, deny): &Sketch<'_>| rules(*allow, deny);
    let (id, secret, everything, no_secret): (Sketch<'_>, Sketch<'_>, Sketch<'_>, Sketch<'_>) =
        ((Some(&["users.id"]), &[]), (Some(&["users.secret"]), &[]), (None, &[]), (None, &["users.secret"]));
    for (target, roles, expected) in [
        (everything, vec![], [true, true]),
        (everything, vec![id], [true, false]),
        (everything, vec![id, secret], [true, true]),
        (everything, vec![id, everything], [true, false]),
        (everything, vec![id, secret, no_secret], [true, false]),
        (no_secret, vec![secret], [false, false]),
        (id, vec![secret], [false, false]),
        (id, vec![id, secret], [true, false]),
        (everything, vec![(Some(&[]), &[])], [false, false]),
    ] {
        let policy = Policy::new(rules(&target), roles.iter().map(rules).collect(), Limits::default());
        assert_eq!(opens(&policy), expected, "{policy:?}");
    }
}

#[test]
fn in_doubt_a_denial_means_more_and_a_permission_less() {
    let named = |schema: &str, name: &str| Relation { schema: schema.to_owned(), name: name.to_owned(), ..relation() };
    let tables = vec![named("main", "users"), named("pay", "users"), named("users", "id"), named("main", "a.b")];
    let catalog = Catalog::new(Dialect::Postgres, "main", tables.clone());
    let opens = |rules: Rules| -> String {
        let access = Access::new(&rules.into(), &catalog);
        let shown = |table: &Relation| {
            let open = |at: usize| if access.opens(table, &table.columns[at]) { "+" } else { "-" };
            format!("{}{}", open(0), open(1))
        };
        tables.iter().map(shown).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        opens(rules(Some(&["users.id", "users.id"]), &[])),
        "-- -- ++ --",
        "the table of that schema, however often it is named"
    );
    for (entry, denied, allowed) in [
        ("users", "-- -- ++ ++", "++ -- -- --"),
        ("pay.users", "++ -- ++ ++", "-- ++ -- --"),
        // A table of a schema, or a column of a table.
        ("users.id", "-+ -+ -- ++", "-- -- ++ --"),
        ("pay.users.id", "++ -+ ++ ++", "-- +- -- --"),
        ("\"a.b\"", "++ ++ ++ --", "-- -- -- ++"),
        ("main.\"a.b\".secret", "++ ++ ++ +-", "-- -- -- -+"),
        ("\"Users\"", "++ ++ ++ ++", "-- -- -- --"),
        ("users.*", "++ ++ ++ ++", "-- -- -- --"),
        ("\"users", "++ ++ ++ ++", "-- -- -- --"),
    ] {
        assert_eq!(opens(rules(None, &[entry])), denied, "deny {entry}");
        assert_eq!(opens(rules(Some(&[entry]), &[])), allowed, "allow {entry}");
    }
}

#[test]
fn an_entry_may_name_a_synonym() {
    let synonym = |name: &str, of: &str| Synonym {
        schema: "PUBLIC".to_owned(),
        name: name.to_owned(),
        of_schema: "main".to_owned(),
        of: of.to_owned(),
    };
    let mut catalog = catalog();
    catalog.synonyms = vec![synonym("people", "Users"), synonym("lost", "nothing")];
    for (entry, expected) in [
        ("people", [false, false]),
        ("public.people", [false, false]),
        ("people.secret", [true, false]),
        ("PUBLIC.PEOPLE.SECRET", [true, false]),
        ("other.people", [true, true]),
    ] {
        let policy = Policy::from(rules(None, &[entry]));
        let access = Access::new(&policy, &catalog);
        let relation = relation();
        let opens: Vec<bool> = relation.columns.iter().map(|column| access.opens(&relation, column)).collect();
        assert_eq!(opens, expected, "{entry}");
        assert_eq!(policy.unmatched(&catalog).is_empty(), entry != "other.people", "{entry}");
    }
    let open = Policy::default().open_part(catalog.clone());
    assert_eq!(open.synonyms.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["people"]);
    let closed = Policy::from(rules(Some(&[]), &[]));
    assert_eq!(closed.open_part(catalog).synonyms, []);
}

#[test]
fn a_permission_means_what_a_statement_finds() {
    let tables = ["main", "pay"].map(|schema| Relation { schema: schema.to_owned(), ..relation() });
    let synonym = |schema: &str, name: &str| Synonym {
        schema: schema.to_owned(),
        name: name.to_owned(),
        of_schema: "pay".to_owned(),
        of: "Users".to_owned(),
    };
    let mut catalog = Catalog::new(Dialect::Oracle, "main", tables.clone().into());
    catalog.synonyms = vec![synonym(PUBLIC, "Users"), synonym(PUBLIC, "people")];
    for (entry, expected) in [("users", [true, false]), ("users.id", [true, false]), ("people", [false, true])] {
        let policy = Policy::from(rules(Some(&[entry]), &[]));
        let access = Access::new(&policy, &catalog);
        assert_eq!(tables.each_ref().map(|table| access.opens_relation(table)), expected, "{entry}");
    }
}

#[test]
fn misspelt_entries_are_found() {
    let policy = Policy::from(rules(Some(&["users"]), &["users.sceret", "users.secret"]));
    assert_eq!(policy.unmatched(&catalog()), ["users.sceret"]);
}
