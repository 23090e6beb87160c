//! The words in which a steward changes a verified query: `fr=… | en=… | also=…; … | note=… |
//! :city=text clients.city | statement=…`.

use crate::domain::{ColumnRef, Parameter, ParameterKind, VerifiedQuery};

/// The query with the changes that were written, or nothing where they cannot be understood. A statement comes last
/// and takes the rest, whatever it holds.
pub(crate) fn changes(words: &str, query: &VerifiedQuery) -> Option<VerifiedQuery> {
    let mut changed = query.clone();
    let mut rest = words.trim();
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let (key, after) = rest.split_once('=')?;
        let key = key.trim().to_lowercase();
        if matches!(key.as_str(), "statement" | "requête" | "requete") {
            unfenced(after).clone_into(&mut changed.statement);
            return Some(changed);
        }
        let (value, next) = after.split_once('|').unwrap_or((after, ""));
        let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
        match key.as_str() {
            "fr" => changed.fr = value,
            "en" => changed.en = value,
            "also" | "aussi" => changed.also = wordings(&value),
            "note" => changed.note = value,
            _ => declare(&mut changed.parameters, key.strip_prefix(':')?, &value)?,
        }
        rest = next.trim();
    }
    Some(changed)
}

/// The wordings of a list, separated by semicolons.
fn wordings(list: &str) -> Vec<String> {
    list.split(';').map(str::trim).filter(|wording| !wording.is_empty()).map(str::to_owned).collect()
}

/// Declares a parameter, in the place of the one of its name; without a kind, takes it away.
fn declare(parameters: &mut Vec<Parameter>, name: &str, words: &str) -> Option<()> {
    let place = parameters.iter().position(|parameter| parameter.name == name);
    if words.is_empty() {
        parameters.remove(place?);
        return Some(());
    }
    let (kind, rest) = words.split_once(' ').unwrap_or((words, ""));
    let (kind, column, default) = match kind.to_lowercase().as_str() {
        "text" | "texte" => {
            let (column, default) = rest.split_once(' ').unwrap_or((rest, ""));
            (ParameterKind::Text, Some(column.parse::<ColumnRef>().ok()?), default)
        }
        "integer" | "entier" => (ParameterKind::Integer, None, rest),
        "year" | "année" | "annee" => (ParameterKind::Year, None, rest),
        _ => return None,
    };
    let default = Some(default.to_owned()).filter(|default| !default.is_empty());
    let declared = Parameter { name: name.to_owned(), kind, column, default };
    match place.and_then(|place| parameters.get_mut(place)) {
        Some(known) => *known = declared,
        None => parameters.push(declared),
    }
    Some(())
}

/// A statement without the fence it may have been copied with, nor the semicolon at its end.
pub(crate) fn unfenced(statement: &str) -> &str {
    let statement = statement.trim();
    let bare = statement.strip_prefix("```").and_then(|rest| rest.strip_suffix("```"));
    let bare = bare.map_or(statement, |inside| inside.strip_prefix("sql").unwrap_or(inside));
    bare.trim().trim_end_matches(';').trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::VerifiedKind;

    fn changed(words: &str) -> Option<VerifiedQuery> {
        let column = ColumnRef { relation: "c".to_owned(), column: "city".to_owned() };
        let city =
            Parameter { name: "city".to_owned(), kind: ParameterKind::Text, column: Some(column), default: None };
        let query = VerifiedQuery {
            kind: VerifiedKind::Question,
            id: "a".to_owned(),
            fr: "Avant".to_owned(),
            en: String::new(),
            also: Vec::new(),
            note: String::new(),
            statement: "SELECT 1".to_owned(),
            parameters: vec![city],
            verified_by: String::new(),
            verified_on: String::new(),
        };
        changes(words, &query)
    }

    #[test]
    fn each_part_changes_one_thing() {
        let query = changed(" en = The clients | FR=Les  clients ").unwrap();
        assert_eq!(
            (query.fr.as_str(), query.en.as_str(), query.statement.as_str()),
            ("Les clients", "The clients", "SELECT 1")
        );
        let query = changed("fr=A | statement=SELECT a || ' | en=' FROM t;").unwrap();
        assert_eq!((query.fr.as_str(), query.statement.as_str()), ("A", "SELECT a || ' | en=' FROM t"));
        assert_eq!(changed("requête=```sql\nSELECT 2;\n```").unwrap().statement, "SELECT 2");
    }

    #[test]
    fn parameters_are_declared_and_taken_away() {
        let query = changed(":n=entier 10 | :city=text clients.town Paris | :y=year this year").unwrap();
        let shown = |one: &Parameter| {
            let column = one.column.as_ref().map(ToString::to_string).unwrap_or_default();
            format!("{} {:?} {column} {}", one.name, one.kind, one.default.clone().unwrap_or_default())
        };
        let all: Vec<String> = query.parameters.iter().map(shown).collect();
        assert_eq!(all, ["city Text clients.town Paris", "n Integer  10", "y Year  this year"]);
        assert_eq!(changed(":city=").unwrap().parameters, []);
    }

    #[test]
    fn what_is_not_understood_changes_nothing() {
        for words in ["", "fr", "de=Kunden", ":n=number", ":city=text city", ":z=", "fr=A | and so on"] {
            assert_eq!(changed(words), None, "{words}");
        }
    }
}
