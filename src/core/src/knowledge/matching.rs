//! Matches questions with verified queries, and finds the values of their parameters.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::KnownValues;
use super::meaning;
use super::slots::{self, Filled, Question};
use super::spelling::Vocabulary;
use super::template::{Item, template};
use crate::domain::{Value, VerifiedQuery};

/// A verified query that a question asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Match<'q> {
    /// The verified query.
    pub query: &'q VerifiedQuery,
    /// A value for each of its parameters.
    pub values: BTreeMap<String, Value>,
    /// The parameters that have a default value, since the question names none.
    pub assumed: BTreeSet<String>,
    /// True if the question is the verified one word for word, with every value named.
    pub exact: bool,
}

/// The one verified query that `question` asks for; `None` when there is none, or more than one as good as another.
///
/// `today` says what "this year" means.
pub fn match_question<'q>(
    question: &str,
    queries: &'q [VerifiedQuery],
    known: &KnownValues,
    today: Date,
) -> Option<Match<'q>> {
    let question = Question::new(question, today);
    let vocabulary = Vocabulary::new(queries);
    let mut best: Option<Candidate<'q>> = None;
    let mut tied = false;
    for query in queries {
        let candidates = query.questions().filter_map(|text| compare(&question, query, text, known, &vocabulary));
        let Some(candidate) = candidates.max_by_key(|candidate| candidate.shared) else { continue };
        match best.as_ref().map(|best| best.shared.cmp(&candidate.shared)) {
            Some(std::cmp::Ordering::Greater) => {}
            Some(std::cmp::Ordering::Equal) => tied = true,
            None | Some(std::cmp::Ordering::Less) => (best, tied) = (Some(candidate), false),
        }
    }
    best.filter(|_| !tied).map(|candidate| candidate.found)
}

struct Candidate<'q> {
    found: Match<'q>,
    /// The similarity of the wordings, in thousandths: it decides between queries of the same meaning.
    shared: usize,
}

/// Compares a question with one wording of a verified query: they match if both have the same meaning.
fn compare<'q>(
    question: &Question,
    query: &'q VerifiedQuery,
    text: &str,
    known: &KnownValues,
    vocabulary: &Vocabulary,
) -> Option<Candidate<'q>> {
    let Filled { items, values, defaulted } = slots::fill(question, query, text, known)?;
    let template = template(text, |name| slots::counts(query, name));
    let mut wanted = meaning::tokens(&template, None);
    wanted.retain(|token| token.slot.as_ref().is_none_or(|name| !defaulted.contains(name)));
    let wanted = meaning::set(&wanted);
    let asked = meaning::set(&meaning::tokens(&items, Some(vocabulary)));
    let exact = items == template;
    let same = exact || (!asked.is_empty() && asked == wanted);
    same.then(|| Candidate {
        found: Match { query, values, assumed: defaulted, exact },
        shared: alike(&items, &template),
    })
}

fn alike(one: &[Item], other: &[Item]) -> usize {
    let shared = one.iter().filter(|item| other.contains(item)).count();
    2_000 * shared / (one.len() + other.len()).max(1)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::domain::{Parameter, ParameterKind};

    fn query(id: &str, fr: &str, en: &str, parameters: &[(&str, ParameterKind, &str, &str)]) -> VerifiedQuery {
        let parameter = |(name, kind, column, default): &(&str, ParameterKind, &str, &str)| Parameter {
            name: (*name).to_owned(),
            kind: *kind,
            column: column.parse().ok(),
            default: Some((*default).to_owned()).filter(|default| !default.is_empty()),
        };
        VerifiedQuery {
            id: id.to_owned(),
            fr: fr.to_owned(),
            en: en.to_owned(),
            statement: "SELECT 1".to_owned(),
            parameters: parameters.iter().map(parameter).collect(),
            verified_by: "steward".to_owned(),
            verified_on: "2026-01-01".to_owned(),
        }
    }

    fn queries() -> Vec<VerifiedQuery> {
        let (text, integer, year) = (ParameterKind::Text, ParameterKind::Integer, ParameterKind::Year);
        vec![
            query("all", "Liste les clients", "List the clients", &[]),
            query(
                "in-city",
                "Liste les clients de {city}",
                "List the clients in {city}",
                &[("city", text, "c.city", "")],
            ),
            query("without", "Quels clients n'ont pas de contrat ?", "Which clients have no contract?", &[]),
            query(
                "top",
                "Les {n} meilleurs clients en {year}",
                "Top {n} clients in {year}",
                &[("n", integer, "", "10"), ("year", year, "", "this year")],
            ),
            query(
                "between",
                "Contrats de {from} à {until}",
                "Contracts from {from} to {until}",
                &[("from", year, "", ""), ("until", year, "", "")],
            ),
            query("twice-1", "Les factures", "The invoices", &[]),
            query("twice-2", "Des factures", "Some invoices", &[]),
        ]
    }

    fn matched(question: &str) -> String {
        let mut known = KnownValues::default();
        known.insert("c.city".parse().unwrap(), ["Paris", "Lyon", "Le Havre"].map(str::to_owned));
        let queries = queries();
        let Some(found) = match_question(question, &queries, &known, date(2026, 11, 21)) else {
            return "none".to_owned();
        };
        let values = found.values.iter().map(|(name, value)| match value {
            Value::Text(text) => format!(" {name}={text}"),
            Value::Integer(number) => format!(" {name}={number}"),
            other => panic!("{other:?}"),
        });
        format!("{}{}{}", found.query.id, values.collect::<String>(), if found.exact { " exact" } else { "" })
    }

    #[test]
    fn a_language_it_is_not_put_in_matches_nothing() {
        let queries = [query("fr", "Les factures", "", &[]), query("none", "", " ", &[])];
        let known = KnownValues::default();
        let found = |question| match_question(question, &queries, &known, date(2026, 11, 21)).map(|found| found.query);
        assert_eq!(found("les factures"), Some(&queries[0]));
        for nothing in ["", "?!", "the", "s'il vous plaît"] {
            assert_eq!(found(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn a_question_matches_what_it_means_and_nothing_else() {
        for (question, expected) in [
            ("Liste les clients de Paris", "in-city city=Paris exact"),
            ("list the clients in paris!", "in-city city=Paris exact"),
            ("Bonjour, quels sont nos clients au Havre ?", "in-city city=Le Havre"),
            ("I need the clients in Lyon", "in-city city=Lyon"),
            ("Which clients do we need in Lyon?", "none"),
            ("De quels clients avons-nous besoin à Lyon ?", "none"),
            ("Liste les cliens de Lyon", "in-city city=Lyon"),
            ("Liste les clients de Pariss", "none"),
            ("Liste les clients de Berlin", "none"),
            ("Liste les clients de Paris et de Lyon", "none"),
            ("Liste les clients hors de Paris", "none"),
            ("Liste les contrats de Paris", "none"),
            ("Liste les clients de Paris avec plus de 3 contrats", "none"),
            ("clients sans contrat", "without"),
            ("clients without any contracts", "without"),
            ("clients avec contrat", "none"),
            ("contrats sans client", "none"),
            ("top 5 clients 2024", "top n=5 year=2024"),
            ("les meilleurs clients", "top n=10 year=2026"),
            ("les dix plus gros clients de l'année dernière", "top n=10 year=2025"),
            ("les 3 meilleurs contrats", "none"),
            ("Contracts from 2023 to 2025", "between from=2023 until=2025 exact"),
            ("Contracts from 2023", "none"),
            ("les factures", "twice-1 exact"),
            ("factures", "none"),
            ("", "none"),
            ("s'il te plaît", "none"),
        ] {
            assert_eq!(matched(question), expected, "{question}");
        }
    }
}
