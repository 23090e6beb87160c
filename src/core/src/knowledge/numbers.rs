//! Years and whole numbers in a question.

use jiff::civil::Date;

use super::lexicon::lexicon;

/// The years a question may mean.
pub(super) const YEARS: std::ops::RangeInclusive<i64> = 1_900..=2_199;
/// The numbers a question may mean.
pub(super) const NUMBERS: std::ops::RangeInclusive<i64> = 1..=1_000_000_000;

/// A number found in a question, and where: words `start..end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Number {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) value: i64,
}

/// The years that folded words name, in digits or by their distance from `today`.
pub(super) fn years(words: &[String], today: Date) -> Vec<Number> {
    numbers(words, &YEARS, |left| {
        let named = lexicon().year(left).map(|(years, length)| (i64::from(today.year()) + i64::from(years), length));
        // In "de l'année 2024" the digits say which.
        let named = named.filter(|(_, length)| left.get(*length).and_then(|next| year(next)).is_none());
        named.or(left.first().and_then(|word| year(word)).map(|year| (year, 1)))
    })
}

/// The whole numbers that folded words name, in digits or in words. What looks like a year is one, except of money.
pub(super) fn integers(words: &[String]) -> Vec<Number> {
    numbers(words, &NUMBERS, |left| {
        let of_money = left.get(1).is_some_and(|next| next == "euro" || next == "eur");
        let written_short = left.first().is_some_and(|word| word.ends_with('k'));
        let written = left
            .first()
            .and_then(|word| digits(word))
            .filter(|value| of_money || written_short || !YEARS.contains(value));
        written.map(|value| (value, 1)).or_else(|| lexicon().number(left))
    })
}

/// The numbers in a range that `read` finds at the beginning of the rest of the words, each with its length in words.
fn numbers(
    words: &[String],
    range: &std::ops::RangeInclusive<i64>,
    read: impl Fn(&[String]) -> Option<(i64, usize)>,
) -> Vec<Number> {
    let stems: Vec<String> = words.iter().map(|word| lexicon().stem(word)).collect();
    let (mut found, mut start) = (Vec::new(), 0);
    while start < stems.len() {
        let (value, length) = read(&stems[start..]).unwrap_or((0, 1));
        if range.contains(&value) {
            found.push(Number { start, end: start + length, value });
        }
        start += length;
    }
    found
}

fn year(word: &str) -> Option<i64> {
    digits(word).filter(|_| !word.ends_with('k')).filter(|year| YEARS.contains(year))
}

/// `10k` is ten thousand.
fn digits(word: &str) -> Option<i64> {
    let (digits, unit) = word.strip_suffix('k').map_or((word, 1), |digits| (digits, 1_000));
    let are_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
    are_digits.then(|| digits.parse::<i64>().ok()?.checked_mul(unit)).flatten()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::knowledge::fold;

    #[test]
    fn years_are_found_in_digits_and_in_words() {
        for (text, expected) in [
            ("contrats signés en 2024", &[2024][..]),
            ("le chiffre d'affaires de cette année", &[2026]),
            ("revenue last year", &[2025]),
            ("l’an dernier", &[2025]),
            ("chiffre d'affaires de l'année 2023", &[2023]),
            ("de l'année", &[2026]),
            ("2023 et 2024", &[2023, 2024]),
            ("en 1850", &[]),
            ("les années", &[]),
        ] {
            let found: Vec<i64> = years(&fold(text), date(2026, 11, 21)).iter().map(|found| found.value).collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn whole_numbers_are_found_in_digits_and_in_words() {
        for (text, expected) in [
            ("les 10 meilleurs", &[10][..]),
            ("les dix meilleurs", &[10]),
            ("dix-sept clients", &[17]),
            ("five clients", &[5]),
            ("plus de 10 000 €", &[10_000]),
            ("plus de 2000 euros", &[2_000]),
            ("en 2024", &[]),
            ("0 client", &[]),
            ("plus de -3 clients", &[]),
            ("over 10k", &[10_000]),
            ("99999999999999999999", &[]),
            ("un client", &[]),
        ] {
            let found: Vec<i64> = integers(&fold(text)).iter().map(|found| found.value).collect();
            assert_eq!(found, expected, "{text}");
        }
    }
}
