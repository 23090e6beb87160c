//! The verified queries a question comes near, best first.

use std::collections::{BTreeSet, HashMap};

use super::meaning::{Token, tokens};
use super::template::{Item, template};
use super::{KnownValues, columns, fold};
use crate::domain::{ColumnRef, ParameterKind, VerifiedKind, VerifiedQuery};

// The usual values of BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009).
const SATURATION: f64 = 1.2;
const LENGTH: f64 = 0.75;

/// The words of verified queries, counted to rank them by their nearness to a question.
#[derive(Debug)]
pub(super) struct Ranking {
    /// The words of each wording of each query.
    documents: Vec<Vec<Vec<String>>>,
    corpus: Corpus,
    /// The columns of parameters.
    columns: BTreeSet<ColumnRef>,
}

impl Ranking {
    /// Counts the words of all wordings.
    pub(super) fn new(queries: &[VerifiedQuery]) -> Self {
        let documents: Vec<Vec<Vec<String>>> = queries.iter().map(documents).collect();
        let corpus = Corpus::new(documents.iter().flatten().map(Vec::as_slice));
        Self { documents, corpus, columns: columns(queries).into_iter().cloned().collect() }
    }

    /// The places of up to `limit` queries that share words with `question`, best first, with their score.
    pub(super) fn nearest(&self, question: &str, known: &KnownValues, limit: usize) -> Vec<(usize, f64)> {
        let wanted = self.wanted(question, known);
        let score = |wordings: &Vec<Vec<String>>| {
            wordings.iter().map(|words| self.corpus.score(&wanted, words)).fold(0.0, f64::max)
        };
        let scored = self.documents.iter().map(score).enumerate();
        let mut scored: Vec<(usize, f64)> = scored.filter(|(_, score)| *score > 0.0).collect();
        scored.sort_by(|one, other| other.1.total_cmp(&one.1));
        scored.truncate(limit);
        scored
    }

    fn wanted(&self, question: &str, known: &KnownValues) -> BTreeSet<String> {
        let folded = fold(question);
        let is_named = |column: &&ColumnRef| !known.find(column, &folded).is_empty();
        let named: Vec<String> = self.columns.iter().filter(is_named).map(column_word).collect();
        words(folded.into_iter().map(Item::Word).collect()).into_iter().chain(named).collect()
    }
}

/// The words of each wording of a query's question, with a word for the column of each value it takes; a term has none.
fn documents(query: &VerifiedQuery) -> Vec<Vec<String>> {
    if query.kind == VerifiedKind::Term {
        return Vec::new();
    }
    let document = |text: &str| {
        let columns = query.parameters.iter().filter_map(|parameter| parameter.column.as_ref()).map(column_word);
        words(template(text, |_| ParameterKind::Text)).into_iter().chain(columns).collect()
    };
    query.wordings().map(document).collect()
}

/// No folded word looks like this.
fn column_word(column: &ColumnRef) -> String {
    format!("<{}.{}>", column.relation, column.column)
}

/// For nearness it does not matter whether a word is denied or grouped by.
fn words(mut items: Vec<Item>) -> Vec<String> {
    items.retain(|item| matches!(item, Item::Word(_)));
    let plain = |token: Token| token.text.trim_start_matches(['!', '/']).to_owned();
    tokens(&items, None).into_iter().map(plain).collect()
}

#[derive(Debug)]
struct Corpus {
    /// In how many documents a word stands.
    with: HashMap<String, f64>,
    documents: f64,
    mean_length: f64,
}

impl Corpus {
    /// Counts in how many documents each word stands, for the weights of BM25.
    fn new<'d>(documents: impl Iterator<Item = &'d [String]>) -> Self {
        let mut corpus = Self { with: HashMap::new(), documents: 0.0, mean_length: 0.0 };
        let mut length = 0.0;
        for words in documents {
            corpus.documents += 1.0;
            let mut once = words.to_vec();
            once.sort_unstable();
            once.dedup();
            for word in once {
                *corpus.with.entry(word).or_default() += 1.0;
            }
            length += size(words.len());
        }
        corpus.mean_length = length / corpus.documents.max(1.0);
        corpus
    }

    fn score(&self, wanted: &BTreeSet<String>, words: &[String]) -> f64 {
        let term = |word: &String| {
            let often = size(words.iter().filter(|other| *other == word).count());
            let with = self.with.get(word).copied().unwrap_or_default();
            let rarity = (1.0 + (self.documents - with + 0.5) / (with + 0.5)).ln();
            let length = 1.0 - LENGTH + LENGTH * size(words.len()) / self.mean_length.max(1.0);
            rarity * often * (SATURATION + 1.0) / (often + SATURATION * length)
        };
        wanted.iter().map(term).sum()
    }
}

#[expect(clippy::cast_precision_loss, reason = "questions are short")]
fn size(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(id: &str, fr: &str, en: &str) -> VerifiedQuery {
        VerifiedQuery {
            kind: VerifiedKind::Question,
            id: id.to_owned(),
            fr: fr.to_owned(),
            en: en.to_owned(),
            also: Vec::new(),
            note: String::new(),
            statement: String::new(),
            parameters: Vec::new(),
            verified_by: String::new(),
            verified_on: String::new(),
        }
    }

    #[test]
    fn the_nearest_come_first_in_either_language() {
        let queries = [
            query("clients", "Liste les clients", "List the clients"),
            query("late", "Quels paiements sont en retard ?", "Which payments are late?"),
            query("month", "Chiffre d'affaires par mois", "Revenue by month"),
        ];
        let (ranking, known) = (Ranking::new(&queries), KnownValues::default());
        let ids = |question| {
            let nearest = ranking.nearest(question, &known, 2);
            nearest.into_iter().map(|(place, _)| queries[place].id.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(ids("les paiements en retard des clients de Paris"), ["late", "clients"]);
        assert_eq!(ids("overdue payments"), ["late"]);
        assert_eq!(ids("CA mensuel"), ["month"]);
        assert_eq!(ids("quelle est la météo ?"), Vec::<&str>::new());
        assert_eq!(Ranking::new(&[]).nearest("clients", &known, 3), []);
        assert_eq!(ranking.nearest("clients", &known, 0), []);
    }
}
