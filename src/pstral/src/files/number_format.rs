//! The look of a column's cells in a spreadsheet, by the column's name and the digits its type declares.

use pstral_core::domain::{Column, ColumnKind, Value, real_text};
use pstral_core::knowledge::fold;
use rust_xlsxwriter::Format;

/// Words in the name of a column of money.
const MONEY: &[&str] = &[
    "amount", "montant", "price", "prix", "revenue", "revenues", "ca", "chiffre", "cost", "cout", "couts", "balance",
    "solde", "salary", "salaire", "fee", "frais", "budget", "basket", "panier", "ht", "ttc", "tva", "vat", "eur",
    "euro", "euros", "usd", "turnover", "encaisse",
];
/// Words in the name of a column of names made of digits, which nobody adds up: no thousands are set apart.
const LABELS: &[&str] =
    &["id", "ids", "code", "no", "num", "numero", "ref", "reference", "siret", "siren", "zip", "postal", "cp", "iban"];
/// Words that make such a column of one that is not of money.
const LABELS_BUT_OF_MONEY: &[&str] = &[
    "number",
    "phone",
    "telephone",
    "tel",
    "fax",
    "year",
    "annee",
    "an",
    "exercice",
    "month",
    "mois",
    "week",
    "semaine",
    "day",
    "jour",
    "quarter",
    "trimestre",
    "version",
    "account",
    "compte",
];
/// Digits after the point that a cell shows at most: a computed number has more, and the cell keeps them.
pub(super) const MOST: usize = 8;

/// The meaning of a column's cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Two digits after the point.
    Money,
    /// Digits that name something.
    Label,
    /// Points in time, whose zone the head of the column names.
    Instant,
    /// Anything else.
    Quantity,
}

impl Meaning {
    /// Of a column, by its name: `client_id`, `totalAmount`, `Montant HT`.
    pub(super) fn of(column: &Column) -> Self {
        if column.kind == ColumnKind::Instant {
            return Self::Instant;
        }
        let words = fold(&apart(&column.name));
        let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
        // "total_clients" and "nb_factures" count; "client_id" and "order_number" name.
        let counts = words.iter().any(|word| ["nb", "nombre", "count", "n", "combien"].contains(&word.as_str()));
        if counts {
            Self::Quantity
        } else if has(LABELS) {
            Self::Label
        } else if has(MONEY) {
            Self::Money
        } else if has(LABELS_BUT_OF_MONEY) {
            Self::Label
        } else {
            Self::Quantity
        }
    }

    /// Digits after the point of a number in such a column; `None` where it is written as it is.
    fn digits(self, value: &Value) -> Option<usize> {
        let real;
        let text = match value {
            Value::Integer(_) => "",
            Value::Decimal(text) => text.as_str(),
            Value::Real(number) => {
                real = real_text(*number);
                real.as_str()
            }
            _ => return None,
        };
        if text.contains('e') {
            return None;
        }
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let zeros = fraction.len() - fraction.trim_start_matches('0').len();
        let digits = match fraction.len() {
            digits if digits <= MOST => digits,
            // Below 1 three digits that say something.
            _ if whole.bytes().all(|byte| byte == b'0' || byte == b'-') => (zeros + 3).min(MOST),
            _ => 2,
        };
        match self {
            Self::Label | Self::Instant => None,
            Self::Money => Some(digits.max(2)),
            Self::Quantity => Some(digits),
        }
    }
}

/// The formats of numbers, each made once: one a cell costs more than the cell.
pub(super) struct NumberFormats(Vec<Format>);

impl NumberFormats {
    pub(super) fn new() -> Self {
        let format = |digits: usize| {
            let fraction = if digits == 0 { String::new() } else { format!(".{}", "0".repeat(digits)) };
            Format::new().set_num_format(format!("#,##0{fraction}"))
        };
        Self((0..=MOST).map(format).collect())
    }

    /// The format of a number in a column; `None` where it is written as it is.
    pub(super) fn of(&self, meaning: Meaning, value: &Value) -> Option<&Format> {
        self.0.get(meaning.digits(value)?)
    }
}

/// A name with its words apart: `totalAmount` is two.
fn apart(name: &str) -> String {
    let mut apart = String::with_capacity(name.len() + 4);
    let mut was_lower = false;
    for c in name.chars() {
        if was_lower && c.is_uppercase() {
            apart.push(' ');
        }
        was_lower = c.is_lowercase();
        apart.push(if c == '_' { ' ' } else { c });
    }
    apart
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_look_as_their_column_means_them() {
        let decimal = |text: &str| Value::Decimal(text.to_owned());
        for (name, value, expected) in [
            ("client_id", Value::Integer(12_345), None),
            ("clientId", Value::Integer(12_345), None),
            ("year", Value::Integer(2026), None),
            ("Code postal", Value::Integer(75_009), None),
            ("clients", Value::Integer(12_345), Some(0)),
            ("total", Value::Integer(500), Some(0)),
            ("count(*)", Value::Integer(12_345), Some(0)),
            ("nb_factures", Value::Integer(12), Some(0)),
            ("amount", Value::Integer(1200), Some(2)),
            ("Montant HT", Value::Real(1234.5), Some(2)),
            ("size", Value::Real(1234.5), Some(1)),
            ("totalAmount", decimal("1234.5"), Some(2)),
            ("weight", decimal("1.250"), Some(3)),
            ("avg(weight)", decimal("66.6666666666666667"), Some(2)),
            ("ratio", Value::Real(0.333_333), Some(6)),
            ("ratio", Value::Real(1.0 / 3.0), Some(3)),
            ("ratio", Value::Real(0.000_123), Some(6)),
            ("latitude", Value::Real(48.856_614), Some(6)),
            ("solde_compte", decimal("12.5"), Some(2)),
            ("price_id", Value::Integer(12_345), None),
            ("ratio", Value::Real(2.0), Some(0)),
            ("name", Value::Text("x".to_owned()), None),
        ] {
            let column = Column { name: name.to_owned(), kind: ColumnKind::Number };
            assert_eq!(Meaning::of(&column).digits(&value), expected, "{name} {value:?}");
        }
    }
}
