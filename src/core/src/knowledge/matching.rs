//! Matches questions with verified queries, and finds the values of their parameters.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::KnownValues;
use super::columns::Columns;
use super::lexicon::lexicon;
use super::meaning::{self, Meaning, Token};
use super::rank::Ranking;
use super::slots::{self, Filled, Question, default_value};
use super::spelling::Vocabulary;
use super::template::{Item, template};
use super::terms::TermNames;
use crate::domain::{Parameter, Value, VerifiedKind, VerifiedQuery};

/// A verified query that a question asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Match<'q> {
    /// The verified query.
    pub query: &'q VerifiedQuery,
    /// A value for each of its parameters.
    pub values: BTreeMap<String, Value>,
    /// The parameters that have a default value, since the question names none.
    pub assumed: BTreeSet<String>,
    /// True if the question is one of the wordings word for word, with every value named.
    pub exact: bool,
}

/// Word for word is nearest, then what has the fewest words for columns, then what leaves the fewest values to defaults.
type Distance = (bool, usize, usize);

/// Verified queries and business terms, read once to be compared with many questions.
#[derive(Debug)]
pub struct VerifiedSet {
    queries: Vec<VerifiedQuery>,
    wordings: Vec<Wording>,
    /// The different lists of parameters that the slots of wordings have, in their order.
    slots: Vec<Vec<Parameter>>,
    /// The columns that the statement of each query returns.
    columns: Vec<Columns>,
    vocabulary: Vocabulary,
    ranking: Ranking,
    terms: TermNames,
}

#[derive(Debug)]
struct Wording {
    /// The place of its query.
    query: usize,
    template: Vec<Item>,
    tokens: Vec<Token>,
    meaning: Meaning,
    /// The place of the parameters of its slots.
    slots: usize,
}

/// A question with some slots filled.
struct Asked {
    filled: Filled,
    tokens: Vec<Token>,
    meaning: Meaning,
}

impl VerifiedSet {
    /// Reads every wording of the queries.
    pub fn new(queries: Vec<VerifiedQuery>) -> Self {
        let (mut wordings, mut all_slots) = (Vec::new(), Vec::new());
        for (place, query) in queries.iter().enumerate().filter(|(_, query)| query.kind == VerifiedKind::Question) {
            for text in query.wordings() {
                let template = template(text, |name| slots::kind(query, name));
                let tokens = meaning::tokens(&template, None);
                let own = slots::in_order(query, text);
                let slots = all_slots.iter().position(|slots| *slots == own).unwrap_or_else(|| {
                    all_slots.push(own);
                    all_slots.len() - 1
                });
                wordings.push(Wording { query: place, template, meaning: Meaning::of(&tokens), tokens, slots });
            }
        }
        Self {
            columns: queries.iter().map(|query| Columns::of(&query.statement)).collect(),
            vocabulary: Vocabulary::new(&queries),
            ranking: Ranking::new(&queries),
            terms: TermNames::new(&queries),
            wordings,
            slots: all_slots,
            queries,
        }
    }

    /// The queries and terms, as they were given.
    pub fn queries(&self) -> &[VerifiedQuery] {
        &self.queries
    }

    /// The queries that answer questions.
    pub fn questions(&self) -> impl Iterator<Item = &VerifiedQuery> {
        self.queries.iter().filter(|query| query.kind == VerifiedKind::Question)
    }

    /// The terms that `question` names, each once.
    pub fn terms_in(&self, question: &str) -> impl Iterator<Item = &VerifiedQuery> {
        self.terms.named_in(question).into_iter().map(|place| &self.queries[place])
    }

    /// Up to `limit` queries that share words with `question` in one of their wordings, best first, with their BM25 score
    /// (over 0).
    ///
    /// A value known of a parameter's column counts as a word in common. Equally good ones keep their order.
    pub fn nearest(&self, question: &str, known: &KnownValues, limit: usize) -> Vec<(&VerifiedQuery, f64)> {
        let nearest = self.ranking.nearest(question, known, limit).into_iter();
        nearest.map(|(place, score)| (&self.queries[place], score)).collect()
    }

    /// The one query that `question` asks for; `None` when there is none, or more than one.
    ///
    /// `today` says what "this year" means.
    pub fn matched(&self, question: &str, known: &KnownValues, today: Date) -> Option<Match<'_>> {
        let question = Question::new(question, today);
        let read = |slots: &Vec<Parameter>| self.asked(&question, slots, known);
        let readings: Vec<Asked> = self.slots.iter().map(read).collect();
        let mut found: Vec<(Distance, Match<'_>)> = Vec::new();
        for wording in &self.wordings {
            let Some(one) = self.compare(&question, &readings[wording.slots], wording) else { continue };
            match found.last_mut().filter(|(_, last)| last.query.id == one.1.query.id) {
                Some(last) if one.0 < last.0 => *last = one,
                Some(_) => {}
                None => found.push(one),
            }
        }
        let nearest = found.iter().map(|(distance, _)| *distance).min();
        found.retain(|(distance, _)| Some(*distance) == nearest);
        match found.len() {
            1 => found.pop().map(|(_, found)| found),
            _ => None,
        }
    }

    fn asked(&self, question: &Question, slots: &[Parameter], known: &KnownValues) -> Asked {
        let filled = slots::fill(question, slots, known);
        let tokens = meaning::tokens(&filled.items, Some(&self.vocabulary));
        Asked { meaning: Meaning::of(&tokens), filled, tokens }
    }

    /// Compares a question with one wording of a verified query: they match if both have the same meaning, but for the
    /// names of columns in the answer.
    fn compare(&self, question: &Question, asked: &Asked, wording: &Wording) -> Option<(Distance, Match<'_>)> {
        let (query, columns) = (&self.queries[wording.query], &self.columns[wording.query]);
        let exact = asked.filled.items == wording.template;
        let Completed { values, assumed, is_one, meaning } = completed(query, question, asked, wording)?;
        let named = match asked.meaning.around(&meaning) {
            _ if exact => 0,
            Some((before, after)) if columns.are_named_by(before) && columns.are_named_by(after) => {
                // "The client of the active contracts" would be a client: only of a single contract is it a column.
                let asks_for_another = !is_one && before.iter().any(|word| lexicon().is_thing(word));
                (!asks_for_another).then_some(before.len() + after.len())?
            }
            _ => return None,
        };
        Some(((!exact, named, assumed.len()), Match { query, values, assumed, exact }))
    }
}

/// A wording without the slots that the question leaves to defaults.
struct Completed<'w> {
    /// The values that the question names, and the defaults.
    values: BTreeMap<String, Value>,
    assumed: BTreeSet<String>,
    /// True if the question says by its number that it asks for a single one.
    is_one: bool,
    meaning: Cow<'w, Meaning>,
}

/// Gives the parameters that the question names no value for their defaults; `None` if one has none.
fn completed<'w>(
    query: &VerifiedQuery,
    question: &Question,
    asked: &Asked,
    wording: &'w Wording,
) -> Option<Completed<'w>> {
    let (mut values, mut assumed, mut is_one) = (asked.filled.values.clone(), BTreeSet::new(), false);
    let mut wanted = Cow::Borrowed(&wording.tokens);
    let is_plural = question.words.iter().any(|word| lexicon().marks_plural(word));
    for parameter in query.parameters.iter().filter(|parameter| !asked.filled.values.contains_key(&parameter.name)) {
        let name = &parameter.name;
        let mut value = default_value(parameter, question.today)?;
        let mut is_said = false;
        // "The largest contract" is one, "the largest contracts" are as many as the default says, if it is not one.
        if let Some(counted) = meaning::counted(&wanted, name) {
            is_said = !is_plural && asked.tokens.iter().all(|token| !token.is_plural || !counted.contains(&token.text));
            if is_said {
                value = Value::Integer(1);
            } else if value == Value::Integer(1) {
                return None;
            }
        }
        values.insert(name.clone(), value);
        is_one |= is_said;
        if !is_said {
            assumed.insert(name.clone());
        }
        let is_slot = |token: &Token| token.slot.as_ref().is_some_and(|(slot, _)| slot == name);
        if wanted.iter().any(is_slot) {
            wanted.to_mut().retain(|token| !is_slot(token));
        }
    }
    let meaning = match wanted {
        Cow::Borrowed(_) => Cow::Borrowed(&wording.meaning),
        Cow::Owned(tokens) => Cow::Owned(Meaning::of(&tokens)),
    };
    Some(Completed { values, assumed, is_one, meaning })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::domain::ParameterKind;

    fn query(id: &str, fr: &str, en: &str, parameters: &[(&str, ParameterKind, &str, &str)]) -> VerifiedQuery {
        let parameter = |(name, kind, column, default): &(&str, ParameterKind, &str, &str)| Parameter {
            name: (*name).to_owned(),
            kind: *kind,
            column: column.parse().ok(),
            default: Some((*default).to_owned()).filter(|default| !default.is_empty()),
        };
        VerifiedQuery {
            kind: VerifiedKind::Question,
            id: id.to_owned(),
            fr: fr.to_owned(),
            en: en.to_owned(),
            also: Vec::new(),
            note: String::new(),
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
            query("one", "Le {n} plus ancien contrat", "The {n} oldest contracts", &[("n", integer, "", "1")]),
            query("twice-1", "Les factures", "The invoices", &[]),
            query("twice-2", "Des factures", "Some invoices", &[]),
        ]
    }

    fn matched(question: &str) -> String {
        let mut known = KnownValues::default();
        known.insert("c.city".parse().unwrap(), ["Paris", "Lyon", "Le Havre"].map(str::to_owned));
        let queries = VerifiedSet::new(queries());
        let Some(found) = queries.matched(question, &known, date(2026, 11, 21)) else {
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
        let set = VerifiedSet::new(queries.to_vec());
        let found = |question| set.matched(question, &known, date(2026, 11, 21)).map(|found| found.query);
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
            ("le meilleur client", "top n=1 year=2026"),
            ("Top -3 clients en 2024", "none"),
            ("clients in Paris contract", "none"),
            ("les dix plus gros clients de l'année dernière", "top n=10 year=2025"),
            ("les 3 meilleurs contrats", "none"),
            ("le plus ancien contrat", "one n=1"),
            ("les plus anciens contrats", "none"),
            ("the 2 oldest contracts", "one n=2 exact"),
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
