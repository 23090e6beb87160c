//! Notes on the card about what the guard changed in a statement.

use crate::egress::quoted;
use crate::guard::ApprovedStatement;
use crate::text::{Text, text};

/// Words read as texts that a card names.
const MOST_WORDS: usize = 5;

/// Characters that it shows of each.
const LONGEST_WORD: usize = 40;

/// One sentence for each kind of change: closed columns that a `*` leaves out, and words that are read as texts.
pub(crate) fn rewritten(approved: &ApprovedStatement) -> Vec<Text> {
    let mut said = Vec::new();
    if !approved.left_out().is_empty() {
        said.push(text("left-out").with("columns", approved.left_out().join(", ")));
    }
    if !approved.read_as_text().is_empty() {
        let more = (approved.read_as_text().len() > MOST_WORDS).then(|| "…".to_owned());
        let words = approved.read_as_text().iter().take(MOST_WORDS);
        let words = words.map(|word| format!("'{}'", quoted(word, LONGEST_WORD))).chain(more);
        said.push(text("read-as-text").with("words", words.collect::<Vec<_>>().join(", ")));
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Catalog, CatalogColumn, Dialect, Locale, Relation, RelationKind};
    use crate::guard::{Guard, Policy, Rules, Verdict};

    #[test]
    fn a_card_says_what_was_written_otherwise() {
        let columns = ["id", "city", "secret"].map(|name| CatalogColumn::new(name, "text"));
        let table = Relation::new("main", "clients", RelationKind::Table, columns.to_vec());
        let policy = Policy::from(Rules { allow: None, deny: vec!["clients.secret".to_owned()] });
        let guard = Guard::new(&Catalog::new(Dialect::Sqlite, "main", vec![table]), &policy);
        let said = |sql: &str, locale| match guard.check(sql) {
            Verdict::Allow(approved) => rewritten(&approved).iter().map(|one| one.render(locale)).collect::<Vec<_>>(),
            Verdict::Deny(refusal) => panic!("{sql}: {refusal}"),
        };
        let left_out = "Without clients.secret: these columns are not open to you.";
        for (sql, expected) in [
            ("SELECT id FROM clients WHERE city = 'Paris'", vec![]),
            ("SELECT * FROM clients", vec![left_out]),
            (
                "SELECT * FROM clients WHERE city = \"Paris\" OR city = \"@everyone\" OR city = \"Paris\"",
                vec![left_out, "Read as text, because no column has that name: 'Paris', '@\u{2060}everyone'."],
            ),
            (
                "SELECT id FROM clients WHERE city IN (\"a\", \"b\", \"c\", \"d\", \"e\", \"f\")",
                vec!["Read as text, because no column has that name: 'a', 'b', 'c', 'd', 'e', …."],
            ),
        ] {
            assert_eq!(said(sql, Locale::En), expected, "{sql}");
        }
        let french = said("SELECT id FROM clients WHERE city = \"Paris\"", Locale::Fr);
        assert_eq!(french, ["Lu comme du texte, car aucune colonne ne porte ce nom\u{a0}: 'Paris'."]);
    }
}
