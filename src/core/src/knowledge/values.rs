//! The values that text parameters may take, found in a question by their words.

use std::collections::{BTreeMap, HashMap};

use super::fold;
use super::lexicon::{Sense, lexicon};
use super::spelling::one_slip;
use crate::domain::ColumnRef;

/// The values known of some columns.
#[derive(Debug, Clone, Default)]
pub struct KnownValues {
    columns: BTreeMap<ColumnRef, Index>,
}

/// An index of the values that the words of a question may stand for; `None` for words that stand for several values.
#[derive(Debug, Clone, Default)]
struct Index {
    forms: HashMap<String, Option<String>>,
    /// Words in the longest form.
    longest: usize,
}

/// A value found in a question, and where: words `start..end`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) value: String,
}

/// A stored value that a question names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedValue {
    /// The words of the question, folded.
    pub said: String,
    /// The column that holds it.
    pub column: ColumnRef,
    /// As it is stored.
    pub value: String,
}

impl NamedValue {
    /// True if the value is not what was said but for case and accents.
    pub fn is_read_otherwise(&self) -> bool {
        fold(&self.value).join(" ") != self.said
    }
}

/// Values named in a question, at most: a question of more words is a pasted text.
const MOST_NAMED: usize = 8;
/// Texts of a statement that are looked at.
const MOST_TEXTS: usize = 64;
/// Mistyped words shorter than this stand for nothing.
const SHORTEST_MISTYPED: usize = 5;

impl KnownValues {
    /// The values that a question names, those of most words first. A word that stands for none, and says nothing else, may be
    /// one letter away from a single one.
    pub fn named_in(&self, question: &str) -> Vec<NamedValue> {
        let words = fold(question);
        let mut named: Vec<(usize, NamedValue)> = Vec::new();
        let mut is_said = vec![false; words.len()];
        for column in self.columns.keys() {
            let mut after = 0;
            for Found { start, end, value } in self.find(column, &words) {
                // "Havre" in "Le Havre".
                if start < after {
                    continue;
                }
                after = end;
                // A value of everyday words, such as "Les", is rarely meant.
                if words[start..end].iter().all(|word| word.len() < 2 || is_small(word)) {
                    continue;
                }
                is_said[start..end].fill(true);
                let said = words[start..end].join(" ");
                named.push((end - start, NamedValue { said, column: column.clone(), value }));
            }
        }
        let unknown = words.iter().zip(&is_said).filter(|(word, said)| !**said && word.len() >= SHORTEST_MISTYPED);
        for (word, _) in unknown.filter(|(word, _)| !lexicon().knows(&lexicon().stem(word))) {
            let mut near = self.columns.iter().flat_map(|(column, index)| {
                index.near(word).map(|value| NamedValue { said: word.clone(), column: column.clone(), value })
            });
            if let (Some(one), None) = (near.next(), near.next()) {
                named.push((0, one));
            }
        }
        named.sort_by_key(|(words, _)| std::cmp::Reverse(*words));
        named.into_iter().map(|(_, named)| named).take(MOST_NAMED).collect()
    }

    /// The stored values that texts of a statement may have meant, if none of the columns that it reads
    /// (`relation.column`) holds them as they are written.
    pub fn meant_by<'t>(&self, texts: impl Iterator<Item = &'t str>, columns: &[String]) -> Vec<NamedValue> {
        let is_read = |column: &ColumnRef| columns.contains(&format!("{}.{}", column.relation, column.column));
        let read: Vec<_> = self.columns.iter().filter(|(column, _)| is_read(column)).collect();
        let meant = |text: &str| {
            let words = fold(text).join(" ");
            if words.is_empty() || text.contains(['%', '_']) || read.iter().any(|(_, index)| index.holds(text)) {
                return None;
            }
            read.iter().find_map(|(column, index)| {
                let written_otherwise = index.forms.get(&words).cloned().flatten();
                let value = written_otherwise.or_else(|| index.only_near(&words))?;
                Some(NamedValue { said: text.to_owned(), column: (*column).clone(), value })
            })
        };
        texts.take(MOST_TEXTS).filter_map(meant).take(MOST_NAMED).collect()
    }

    /// Makes `values` those known of a column, replacing those before.
    ///
    /// Besides its full form a value is found without its legal form (`Vertuo SARL`) and its article (`Le Havre`), where
    /// that names no other value.
    pub fn insert(&mut self, column: ColumnRef, values: impl IntoIterator<Item = String>) {
        let values: Vec<(Vec<String>, String)> =
            values.into_iter().map(|value| (fold(&value), value)).filter(|(words, _)| !words.is_empty()).collect();
        let mut index = Index::default();
        for (words, value) in &values {
            index.longest = index.longest.max(words.len());
            index.add(words.join(" "), value);
        }
        let mut shorter = Index::default();
        for (words, value) in &values {
            if let Some(words) = shortened(words) {
                shorter.add(words.join(" "), value);
            }
        }
        for (form, value) in shorter.forms {
            index.forms.entry(form).or_insert(value);
        }
        self.columns.insert(column, index);
    }

    /// The columns whose values are known.
    pub fn columns(&self) -> impl Iterator<Item = &ColumnRef> {
        self.columns.keys()
    }

    /// The values of a column in folded words: from each word on, the longest.
    pub(super) fn find(&self, column: &ColumnRef, words: &[String]) -> Vec<Found> {
        let Some(index) = self.columns.get(column) else { return Vec::new() };
        let at = |start: usize| {
            let most = words.len().min(start + index.longest);
            let (end, value) = (start + 1..=most)
                .rev()
                .find_map(|end| Some((end, index.forms.get(&words.get(start..end)?.join(" "))?)))?;
            Some(Found { start, end, value: value.clone()? })
        };
        (0..words.len()).filter_map(at).collect()
    }
}

/// True of words that are there for grammar.
fn is_small(word: &str) -> bool {
    matches!(lexicon().sense(&[lexicon().stem(word)]), Some((Sense::Ignored, _)))
}

impl Index {
    fn holds(&self, value: &str) -> bool {
        self.forms.values().flatten().any(|known| known == value)
    }

    /// The only value that is one letter away from a word; short words have too many neighbours.
    fn only_near(&self, word: &str) -> Option<String> {
        let mut near = self.near(word).filter(|_| word.len() >= SHORTEST_MISTYPED);
        near.next().filter(|_| near.next().is_none())
    }

    /// The values whose form is one letter away from a word.
    fn near(&self, word: &str) -> impl Iterator<Item = String> {
        let first = word.chars().next();
        let forms = self.forms.iter().filter(move |(form, _)| {
            form.len().abs_diff(word.len()) <= 2 && form.chars().next() == first && one_slip(form, word)
        });
        forms.filter_map(|(_, value)| value.clone())
    }

    fn add(&mut self, form: String, value: &str) {
        let entry = self.forms.entry(form).or_insert_with(|| Some(value.to_owned()));
        if entry.as_deref() != Some(value) {
            *entry = None;
        }
    }
}

/// Without article and legal form; `None` when that changes nothing or leaves only everyday words.
fn shortened(words: &[String]) -> Option<&[String]> {
    let mut rest = words;
    if let [first, others @ ..] = rest
        && lexicon().is_article(first)
    {
        rest = others;
    }
    if let [others @ .., last] = rest
        && lexicon().is_legal_form(last)
    {
        rest = others;
    }
    let says_something = rest.iter().any(|word| !lexicon().knows(&lexicon().stem(word)));
    (rest.len() < words.len() && says_something).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(values: &[&str], question: &str) -> Vec<String> {
        let column: ColumnRef = "t.c".parse().unwrap();
        let mut known = KnownValues::default();
        known.insert(column.clone(), values.iter().map(|value| (*value).to_owned()));
        known.find(&column, &fold(question)).into_iter().map(|found| found.value).collect()
    }

    #[test]
    fn the_longest_value_in_the_question_is_found() {
        let cities = ["Paris", "Le Havre", "Saint-Étienne", "Saint"];
        for (question, expected) in [
            ("clients de PARIS", &["Paris"][..]),
            ("clients du Havre", &["Le Havre"]),
            ("clients in Le Havre", &["Le Havre", "Le Havre"]),
            ("clients de saint etienne", &["Saint-Étienne"]),
            ("de Saint et d'Étienne", &["Saint"]),
            ("clients de Parisot", &[]),
            ("clients de Berlin", &[]),
        ] {
            assert_eq!(found(&cities, question), expected, "{question}");
        }
    }

    #[test]
    fn a_legal_form_may_be_left_out_where_nothing_else_is_meant() {
        let companies = ["Vertuo Conseil SARL", "Roux SAS", "Roux SARL", "Élan SA", "Elan SA", "Liste SARL"];
        assert_eq!(found(&companies, "notes de vertuo conseil"), ["Vertuo Conseil SARL"]);
        assert_eq!(found(&companies, "notes de Roux SAS"), ["Roux SAS"]);
        assert_eq!(found(&companies, "notes de Roux"), Vec::<String>::new());
        assert_eq!(found(&companies, "notes de Elan SA"), Vec::<String>::new());
        assert_eq!(found(&companies, "liste les notes"), Vec::<String>::new());
    }

    #[test]
    fn values_that_a_question_names_are_read_from_it() {
        let column = |name: &str| name.parse::<ColumnRef>().unwrap();
        let mut known = KnownValues::default();
        known.insert(column("clients.city"), ["Marseille", "Saint-Étienne", "Le Havre"].map(str::to_owned));
        known.insert(column("clients.status"), ["active", "late"].map(str::to_owned));
        for (question, expected) in [
            ("Les clients de marseille", "marseille=Marseille"),
            ("Clients de Marseile ou saint etienne", "saint etienne=Saint-Étienne marseile=Marseille"),
            ("Active clients in Le Havre", "le havre=Le Havre active=active"),
            ("Combien de contrats ?", ""),
        ] {
            let named: Vec<String> =
                known.named_in(question).iter().map(|one| format!("{}={}", one.said, one.value)).collect();
            assert_eq!(named.join(" "), expected, "{question}");
        }
        let otherwise: Vec<bool> =
            known.named_in("marseile, havre").iter().map(NamedValue::is_read_otherwise).collect();
        assert_eq!(otherwise, [true, true]);
        assert!(!known.named_in("saint étienne")[0].is_read_otherwise());
        let read = ["clients.city".to_owned()];
        for (text, expected) in [
            ("Marseille", ""),
            ("marseille", "Marseille"),
            ("SAINT ETIENNE", "Saint-Étienne"),
            ("Marseile", "Marseille"),
            ("%seille", ""),
            ("Lyon", ""),
            ("Late", ""),
            ("Lyo", ""),
            ("", ""),
        ] {
            let meant: Vec<String> =
                known.meant_by([text].into_iter(), &read).into_iter().map(|one| one.value).collect();
            assert_eq!(meant.join(" "), expected, "{text}");
        }
    }
}
