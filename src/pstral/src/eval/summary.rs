//! Graded cases in numbers.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::grade::{Graded, Outcome};
use super::suite::Expected;
use crate::random::Random;

/// The numbers of a run.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Summary {
    /// The right cases, with the number of all of that kind.
    pub(crate) right: Share,
    /// Of the cases that expect rows: rows like the gold's; of these, with further columns.
    pub(crate) rows: Share,
    pub(crate) wider: usize,
    /// Of the statements that were written: those that could run.
    pub(crate) valid: Share,
    /// Statements that were refused, by rule.
    pub(crate) refused: BTreeMap<String, usize>,
    /// Offered statements that the database did not run.
    pub(crate) failed_to_run: usize,
    /// Offered after a correction; of these, right.
    pub(crate) corrected: Share,
    pub(crate) verified: Share,
    /// Asked back: where that is right, and where rows were expected.
    pub(crate) asked_back: Share,
    pub(crate) asked_back_wrongly: usize,
    /// Answered in words alone: where that is right, and where rows were expected.
    pub(crate) abstained: Share,
    pub(crate) abstained_wrongly: usize,
    /// Questions without any answer.
    pub(crate) unanswered: usize,
    pub(crate) by_tag: BTreeMap<String, Share>,
    pub(crate) by_language: BTreeMap<String, Share>,
    /// Means over the questions that a model was asked.
    pub(crate) table_recall: Option<f64>,
    pub(crate) column_recall: Option<f64>,
    pub(crate) prompt_tokens: Option<f64>,
    pub(crate) answer_tokens: Option<f64>,
    /// Medians, in milliseconds.
    pub(crate) first_ms: Option<u64>,
    pub(crate) total_ms: Option<u64>,
}

/// Some of many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Share {
    pub(crate) held: usize,
    pub(crate) of: usize,
}

impl Share {
    fn of(held: impl Iterator<Item = bool>) -> Self {
        held.fold(Self::default(), |share, held| Self { held: share.held + usize::from(held), of: share.of + 1 })
    }

    pub(crate) fn percent(self) -> f64 {
        if self.of == 0 { 0.0 } else { 100.0 * float(self.held) / float(self.of) }
    }
}

impl std::fmt::Display for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{} ({:.1} %)", self.held, self.of, self.percent())
    }
}

impl Summary {
    pub(crate) fn of(graded: &[Graded]) -> Self {
        let that = |which: fn(&Graded) -> bool| graded.iter().filter(move |one| which(one));
        let rights = |which: fn(&Graded) -> bool| Share::of(that(which).map(|one| one.right));
        let expects = |expected| graded.iter().filter(move |one| one.expect == expected);
        let became = |outcome| graded.iter().filter(move |one| one.outcome == outcome);
        let mut refused = BTreeMap::new();
        for one in became(Outcome::Refused) {
            *refused.entry(one.fault.clone().unwrap_or_else(|| "unknown".to_owned())).or_default() += 1;
        }
        let tags: BTreeSet<&String> = graded.iter().flat_map(|one| &one.tags).collect();
        let languages: BTreeSet<&String> = graded.iter().map(|one| &one.language).collect();
        let tagged = |tag: &String| Share::of(graded.iter().filter(|one| one.tags.contains(tag)).map(|one| one.right));
        let spoken =
            |language: &String| Share::of(graded.iter().filter(|one| one.language == *language).map(|one| one.right));
        let written = that(|one| matches!(one.outcome, Outcome::Offered | Outcome::Refused));
        Self {
            right: rights(|_| true),
            rows: rights(|one| one.expect == Expected::Rows),
            wider: that(|one| one.wider).count(),
            valid: Share::of(written.map(|one| one.outcome == Outcome::Offered)),
            refused,
            failed_to_run: that(|one| one.outcome == Outcome::Offered && one.fault.is_some()).count(),
            corrected: rights(|one| one.corrected),
            verified: rights(|one| one.outcome == Outcome::Offered && one.verified.is_some()),
            asked_back: Share::of(expects(Expected::Ask).map(|one| one.right)),
            asked_back_wrongly: expects(Expected::Rows).filter(|one| one.outcome == Outcome::AskedBack).count(),
            abstained: Share::of(expects(Expected::Abstain).map(|one| one.right)),
            abstained_wrongly: expects(Expected::Rows).filter(|one| one.outcome == Outcome::Abstained).count(),
            unanswered: became(Outcome::Failed).count(),
            by_tag: tags.into_iter().map(|tag| (tag.clone(), tagged(tag))).collect(),
            by_language: languages.into_iter().map(|language| (language.clone(), spoken(language))).collect(),
            table_recall: mean(graded.iter().filter_map(|one| one.table_recall)),
            column_recall: mean(graded.iter().filter_map(|one| one.column_recall)),
            prompt_tokens: mean(graded.iter().filter_map(|one| one.prompt_tokens).map(tokens)),
            answer_tokens: mean(graded.iter().filter_map(|one| one.answer_tokens).map(tokens)),
            first_ms: median(graded.iter().filter_map(|one| one.first_ms)),
            total_ms: median(graded.iter().filter_map(|one| one.total_ms)),
        }
    }
}

/// The difference between two runs of the same cases: the second's share of right cases minus the first's, in points.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Difference {
    pub(crate) points: f64,
    /// 95 of 100 resamples of the cases lie between these: the paired bootstrap (Efron and Tibshirani, "An Introduction to
    /// the Bootstrap", 1993).
    pub(crate) low: f64,
    pub(crate) high: f64,
    /// Cases that only one of them has right.
    pub(crate) gained: usize,
    pub(crate) lost: usize,
}

const RESAMPLES: usize = 10_000;

impl Difference {
    /// Compares the cases that both have.
    pub(crate) fn of(first: &[Graded], second: &[Graded]) -> Self {
        let before: BTreeMap<&str, bool> = first.iter().map(|one| (one.id.as_str(), one.right)).collect();
        let pairs = second.iter().filter_map(|one| Some((*before.get(one.id.as_str())?, one.right)));
        let steps: Vec<i32> = pairs.map(|(before, after)| i32::from(after) - i32::from(before)).collect();
        let points = |sum: i32| 100.0 * f64::from(sum) / float(steps.len().max(1));
        let mut random = Random::new(1);
        let mut resampled: Vec<i32> = (0..RESAMPLES)
            .map(|_| (0..steps.len()).filter_map(|_| steps.get(random.below(steps.len()))).sum())
            .collect();
        resampled.sort_unstable();
        let at = |place: usize| resampled.get(place).copied().map_or(0.0, points);
        Self {
            points: points(steps.iter().sum()),
            low: at(RESAMPLES / 40),
            high: at(RESAMPLES - 1 - RESAMPLES / 40),
            gained: steps.iter().filter(|step| **step > 0).count(),
            lost: steps.iter().filter(|step| **step < 0).count(),
        }
    }
}

fn mean(numbers: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = numbers.fold((0.0, 0_usize), |(sum, count), number| (sum + number, count + 1));
    (count > 0).then(|| sum / float(count))
}

fn median(numbers: impl Iterator<Item = u64>) -> Option<u64> {
    let mut numbers: Vec<u64> = numbers.collect();
    numbers.sort_unstable();
    numbers.get(numbers.len() / 2).copied()
}

#[expect(clippy::cast_precision_loss, reason = "counts of cases")]
fn float(count: usize) -> f64 {
    count as f64
}

#[expect(clippy::cast_precision_loss, reason = "counts of tokens")]
fn tokens(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graded(id: &str, expect: Expected, outcome: Outcome, right: bool) -> Graded {
        Graded {
            id: id.to_owned(),
            question: String::new(),
            language: "fr".to_owned(),
            tags: vec!["top".to_owned()],
            expect,
            outcome,
            right,
            wider: false,
            statement: None,
            verified: None,
            corrected: false,
            fault: (outcome == Outcome::Refused).then(|| "column-unknown".to_owned()),
            gold: None,
            table_recall: Some(if right { 1.0 } else { 0.5 }),
            column_recall: None,
            prompt_tokens: Some(10),
            answer_tokens: None,
            first_ms: Some(if right { 3 } else { 5 }),
            total_ms: None,
        }
    }

    #[test]
    fn cases_are_counted_by_what_became_of_them() {
        let all = [
            graded("a", Expected::Rows, Outcome::Offered, true),
            graded("b", Expected::Rows, Outcome::Offered, false),
            graded("c", Expected::Rows, Outcome::Refused, false),
            graded("d", Expected::Rows, Outcome::Abstained, false),
            graded("e", Expected::Abstain, Outcome::Abstained, true),
            graded("f", Expected::Ask, Outcome::Offered, false),
            graded("g", Expected::Refuse, Outcome::Refused, true),
            graded("h", Expected::Rows, Outcome::Failed, false),
        ];
        let summary = Summary::of(&all);
        assert_eq!(summary.right.to_string(), "3/8 (37.5 %)");
        assert_eq!((summary.rows, summary.valid), (Share { held: 1, of: 5 }, Share { held: 3, of: 5 }));
        assert_eq!(summary.refused, BTreeMap::from([("column-unknown".to_owned(), 2)]));
        assert_eq!((summary.asked_back, summary.abstained), (Share { held: 0, of: 1 }, Share { held: 1, of: 1 }));
        assert_eq!((summary.abstained_wrongly, summary.unanswered, summary.first_ms), (1, 1, Some(5)));
        assert_eq!(summary.table_recall, Some(0.6875));
    }

    #[test]
    fn a_difference_has_an_interval_around_it() {
        let run = |right: fn(usize) -> bool| -> Vec<Graded> {
            (0..100).map(|n| graded(&n.to_string(), Expected::Rows, Outcome::Offered, right(n))).collect()
        };
        let better = Difference::of(&run(|n| n < 50), &run(|n| n < 70));
        assert_eq!((better.gained, better.lost), (20, 0));
        assert!((better.points - 20.0).abs() < 1e-9, "{better:?}");
        assert!(better.low > 10.0 && better.low < 20.0 && better.high > 20.0 && better.high < 30.0, "{better:?}");
        let same = Difference::of(&run(|n| n < 50), &run(|n| n < 50));
        assert_eq!(same, Difference { points: 0.0, low: 0.0, high: 0.0, gained: 0, lost: 0 });
        assert_eq!(Difference::of(&[], &[]).points.to_bits(), 0.0_f64.to_bits());
    }
}
