//! The meaning of the parts of names, learnt from comments and foreign keys: where `FACT_DT_ECH` is commented "date
//! d'échéance de la facture", `DT` is `date` and `ECH` is `echeance`.

use std::collections::{BTreeMap, HashMap};

use super::words::{Word, comment, name_parts};
use crate::domain::Catalog;

/// The longest run of words that one part stands for: `NDF` for *note de frais* has three.
const LONGEST_RUN: usize = 5;
/// A meaning counts that has at least this share of the votes of the first, in hundredths.
const ALSO: usize = 60;

/// The phrases that parts of names stand for.
#[derive(Debug, Default)]
pub(super) struct Abbreviations(HashMap<String, Vec<Vec<String>>>);

impl Abbreviations {
    /// Each comment votes for each run of its words that a part of the commented name may stand for.
    pub(super) fn learnt(catalog: &Catalog) -> Self {
        let mut votes = Votes::default();
        for relation in &catalog.tables {
            votes.count(&relation.name, &comment(&relation.comment));
            for column in &relation.columns {
                votes.count(&column.name, &comment(&column.comment));
            }
            for key in &relation.foreign_keys {
                let referred = name_parts(key.relation.rsplit('.').next().unwrap_or(&key.relation));
                let referred: Vec<Word> = referred.into_iter().map(Word::of_name).collect();
                key.columns.iter().for_each(|column| votes.count(column, &referred));
            }
        }
        Self(votes.0.into_iter().map(|(part, votes)| (part, elected(votes))).collect())
    }

    /// The phrases that a part stands for.
    pub(super) fn of(&self, part: &str) -> &[Vec<String>] {
        self.0.get(part).map(Vec::as_slice).unwrap_or_default()
    }
}

#[derive(Default)]
struct Votes(HashMap<String, BTreeMap<Vec<String>, usize>>);

impl Votes {
    fn count(&mut self, name: &str, said: &[Word]) {
        if said.is_empty() {
            return;
        }
        for part in name_parts(name) {
            for run in runs(said).filter(|run| abbreviates(&part, run)) {
                let telling = run.iter().filter(|word| !word.is_small).map(|word| word.stem.clone()).collect();
                *self.0.entry(part.clone()).or_default().entry(telling).or_default() += 1;
            }
        }
    }
}

/// The runs of words that begin and end with one that tells something.
fn runs(said: &[Word]) -> impl Iterator<Item = &[Word]> {
    let all =
        (0..said.len()).flat_map(move |from| (1..=LONGEST_RUN).filter_map(move |length| said.get(from..from + length)));
    all.filter(|run| [run.first(), run.last()].into_iter().flatten().all(|word| !word.is_small))
}

fn elected(votes: BTreeMap<Vec<String>, usize>) -> Vec<Vec<String>> {
    let most = votes.values().max().copied().unwrap_or_default();
    votes.into_iter().filter(|(_, count)| count * 100 >= most * ALSO).map(|(run, _)| run).collect()
}

/// True if a part may stand for these words: its letters stand in them in their order, among them the first of each; small
/// words may give none.
pub(super) fn abbreviates(part: &str, words: &[Word]) -> bool {
    let length: usize = words.iter().map(|word| word.written.len()).sum();
    (2..length).contains(&part.len()) && spells(part.as_bytes(), words)
}

fn spells(part: &[u8], words: &[Word]) -> bool {
    let Some((word, others)) = words.split_first() else { return part.is_empty() };
    if word.is_small && spells(part, others) {
        return true;
    }
    let (Some((first, mut letters)), Some((initial, rest))) =
        (part.split_first(), word.written.as_bytes().split_first())
    else {
        return false;
    };
    if first != initial {
        return false;
    }
    let mut rest = rest.iter();
    loop {
        if spells(letters, others) {
            return true;
        }
        // One letter more of this word.
        match letters.split_first() {
            Some((next, left)) if rest.any(|letter| letter == next) => letters = left,
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{CatalogColumn, Dialect, ForeignKey, Relation, RelationKind};

    #[test]
    fn a_part_stands_for_words_whose_letters_it_has() {
        for (part, words, expected) in [
            ("cli", "client", true),
            ("cmd", "commande", true),
            ("rglt", "reglement", true),
            ("facf", "facture fournisseur", true),
            ("facf", "facture", false),
            ("bc", "bon de commande", true),
            ("ndf", "note de frais", true),
            ("bc", "bon", false),
            ("client", "client", false),
            ("c", "client", false),
            ("art", "facture", false),
        ] {
            assert_eq!(abbreviates(part, &comment(words)), expected, "{part} {words}");
        }
    }

    #[test]
    fn what_comments_and_keys_say_most_often_is_learnt() {
        let column = |name: &str, comment: &str| CatalogColumn {
            comment: comment.to_owned(),
            ..CatalogColumn::new(name, "NUMBER")
        };
        let columns = vec![
            column("FACT_DT_ECH", "Date d'échéance de la facture"),
            column("FACT_COD", "Code (facture)"),
            column("CMD_COD", "Code de la commande"),
            column("DT_CRE", "Date de création"),
        ];
        let key = ForeignKey {
            columns: vec!["USR_ID".to_owned()],
            relation: "ADM.USERS".to_owned(),
            references: vec!["ID".to_owned()],
        };
        let table = Relation { foreign_keys: vec![key], ..Relation::new("S", "T", RelationKind::Table, columns) };
        let learnt = Abbreviations::learnt(&Catalog::new(Dialect::Oracle, "S", vec![table]));
        for (part, expected) in [
            ("fact", "facture"),
            ("dt", "date"),
            ("ech", "echeance"),
            ("cod", "code"),
            ("cmd", "commande"),
            ("usr", "user"),
        ] {
            let phrases: Vec<String> = learnt.of(part).iter().map(|run| run.join(" ")).collect();
            assert_eq!(phrases, [expected], "{part}");
        }
        assert!(learnt.of("id").is_empty());
    }
}
