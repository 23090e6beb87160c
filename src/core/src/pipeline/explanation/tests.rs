//! Statements with the words that people read of them.

use insta::assert_snapshot;

use super::*;
use crate::domain::Dialect;
use crate::guard::{Guard, Policy, Verdict};
use crate::testkit::guard_tables::{catalog, everyday};

fn said(dialect: Dialect, sql: &str, locale: Locale) -> String {
    let Verdict::Allow(approved) = Guard::new(&catalog(dialect), &Policy::default()).check(sql) else {
        panic!("refused: {sql}")
    };
    let outline = approved.outline().expect("a statement that was approved can be read");
    in_words(&outline, &BTreeMap::from([("city".to_owned(), Value::Text("Lyon".to_owned()))]), locale)
}

#[test]
fn a_grouped_statement_in_both_languages() {
    let sql = "SELECT c.city, count(*) AS clients, count(DISTINCT k.id) AS contracts, max(k.amount) AS largest \
               FROM clients c LEFT JOIN contracts k ON k.client_id = c.id \
               WHERE c.city <> :city AND (c.name LIKE 'A%' OR c.region IS NOT NULL) \
               GROUP BY 1 HAVING count(*) >= 5 ORDER BY 2 DESC, c.city LIMIT 10 OFFSET 20";
    assert_snapshot!(said(Dialect::Sqlite, sql, Locale::En), @"
    What it does:
    - Reads `clients c`.
    - Adds `contracts k` where `k.client_id` is `c.id`; rows without a match are kept.
    - Keeps only rows where `c.city` is not `Lyon` and (`c.name` begins with `A` or `c.region` has a value).
    - Makes one row for each different `c.city`.
    - Keeps only groups where the number of rows is at least 5.
    - Shows `c.city`, `clients` (the number of rows), `contracts` (the number of different `k.id`), `largest` (the largest `k.amount`).
    - Sorts by `clients` (largest or latest first), `c.city`.
    - Skips the first 20 rows.
    - Stops after 10 rows: if there are more, you do not see them.
    ");
    assert_snapshot!(said(Dialect::Sqlite, sql, Locale::Fr), @"
    Ce qu’elle fait :
    - Lit `clients c`.
    - Y ajoute `contracts k` quand `k.client_id` est `c.id` ; les lignes sans correspondance sont gardées.
    - Ne garde que les lignes où `c.city` n’est pas `Lyon` et (`c.name` commence par `A` ou `c.region` a une valeur).
    - Fait une ligne pour chaque valeur différente de `c.city`.
    - Ne garde que les groupes où le nombre de lignes vaut au moins 5.
    - Affiche `c.city`, `clients` (le nombre de lignes), `contracts` (le nombre de valeurs différentes de `k.id`), `largest` (la plus grande valeur de `k.amount`).
    - Trie par `clients` (le plus grand ou le plus récent d’abord), `c.city`.
    - Saute les 20 premières lignes.
    - S’arrête après 10 lignes : s’il y en a davantage, vous ne les voyez pas.
    ");
}

#[test]
fn queries_of_its_own_come_first() {
    let sql = "WITH recent AS (SELECT client_id, sum(amount) AS total FROM contracts GROUP BY client_id) \
               SELECT c.name, r.total FROM clients c JOIN recent r ON r.client_id = c.id \
               WHERE c.id NOT IN (SELECT k.client_id FROM contracts k WHERE k.amount BETWEEN 10 AND 20.5) \
               AND NOT EXISTS (SELECT 1 FROM contracts x WHERE x.client_id = c.id AND x.amount < 0)";
    assert_snapshot!(said(Dialect::Postgres, sql, Locale::En), @"
    What it does:
    - First computes `recent`:
      - Reads `public.contracts`.
      - Makes one row for each different `client_id`.
      - Shows `client_id`, `total` (the sum of `amount`).
    - Reads `public.clients c`.
    - Adds `recent r` where `r.client_id` is `c.id`; rows without a match are left out.
    - Keeps only rows where `c.id` is not among the `k.client_id` of `public.contracts k` (where `k.amount` is between 10 and `20.5` (both included)) and there is no row in `public.contracts x` (where `x.client_id` is `c.id` and `x.amount` is less than 0).
    - Shows `c.name`, `r.total`.
    ");
}

#[test]
fn an_old_statement_of_oracle() {
    let sql = "SELECT DISTINCT c.name FROM clients c, contracts k WHERE c.id = k.client_id(+) \
               AND c.city IN ('Paris', 'Lyon') AND upper(c.name) NOT LIKE '%A_' AND ROWNUM <= 12 \
               UNION ALL SELECT name FROM clients WHERE region IS NULL";
    assert_snapshot!(said(Dialect::Oracle, sql, Locale::Fr), @"
    Ce qu’elle fait :
    - Réunit ces résultats :
    - Requête 1 :
      - Lit `clients c`, `contracts k`.
      - Ne garde que les lignes où `c.id` est `k.client_id` (les lignes sans correspondance sont gardées) et `c.city` est parmi (`Paris`, `Lyon`) et `upper(c.name)` ne ressemble pas à `%A_`.
      - Ne prend que les 12 premières lignes trouvées.
      - Affiche `c.name`.
      - Affiche une seule fois les lignes identiques.
    - Requête 2 :
      - Lit `clients`.
      - Ne garde que les lignes où `region` n’a pas de valeur.
      - Affiche `name`.
    ");
}

/// Statements, each with its words.
fn all(rows: &[(Dialect, &str)]) -> String {
    let words = rows.iter().map(|(dialect, sql)| format!("{sql}\n{}", said(*dialect, sql, Locale::En)));
    words.collect::<Vec<_>>().join("\n")
}

#[test]
fn rownum_and_ties_of_oracle() {
    assert_snapshot!(all(&[
        (Dialect::Oracle, "SELECT name FROM clients WHERE ROWNUM <= 10 ORDER BY id DESC"),
        (Dialect::Oracle, "SELECT name FROM (SELECT name FROM clients ORDER BY id) WHERE ROWNUM <= 1"),
        (Dialect::Oracle, "SELECT name FROM clients WHERE ROWNUM <= 100 ORDER BY name FETCH FIRST 10 ROWS WITH TIES"),
        (Dialect::Oracle, "SELECT LEVEL AS n FROM dual CONNECT BY LEVEL <= 12"),
        (Dialect::Oracle, "SELECT count(*) AS n FROM clients SAMPLE (10)"),
    ]), @"
    SELECT name FROM clients WHERE ROWNUM <= 10 ORDER BY id DESC
    What it does:
    - Reads `clients`.
    - Takes only the first 10 rows it finds.
    - Shows `name`.
    - Sorts by `id` (largest or latest first).
    SELECT name FROM (SELECT name FROM clients ORDER BY id) WHERE ROWNUM <= 1
    What it does:
    - First computes these rows:
      - Reads `clients`.
      - Shows `name`.
      - Sorts by `id`.
    - Reads these rows.
    - Takes only the first row it finds.
    - Shows `name`.
    SELECT name FROM clients WHERE ROWNUM <= 100 ORDER BY name FETCH FIRST 10 ROWS WITH TIES
    What it does:
    - Reads `clients`.
    - Takes only the first 100 rows it finds.
    - Shows `name`.
    - Sorts by `name`.
    - Stops after 10 rows, but keeps those equal to the last one in the sort order.
    SELECT LEVEL AS n FROM dual CONNECT BY LEVEL <= 12
    What it does:
    - Reads no table.
    - Follows a hierarchy: `CONNECT BY LEVEL <= 12`.
    - Shows `n` (`LEVEL`).
    SELECT count(*) AS n FROM clients SAMPLE (10)
    What it does:
    - Reads `clients SAMPLE (10)`.
    - Computes a single row from all of them.
    - Shows `n` (the number of rows).
    ");
}

#[test]
fn queries_in_brackets_and_places_of_columns() {
    assert_snapshot!(all(&[
        (
            Dialect::Postgres,
            "SELECT t.name FROM (SELECT name, row_number() OVER (PARTITION BY region ORDER BY id) AS nth FROM clients) t WHERE t.nth <= 3",
        ),
        (Dialect::Postgres, "(SELECT name FROM clients ORDER BY id DESC LIMIT 10) ORDER BY name"),
        (Dialect::Postgres, "SELECT DISTINCT ON (client_id) client_id, amount FROM contracts ORDER BY client_id, amount DESC"),
        (Dialect::Postgres, "SELECT c.*, k.amount FROM clients c JOIN contracts k ON k.client_id = c.id ORDER BY 2"),
        (Dialect::Postgres, "SELECT name FROM clients WHERE city ILIKE '%lyon' AND name NOT LIKE '100\\%' OFFSET 1"),
        (Dialect::Sqlite, "SELECT name FROM clients WHERE id = 20240115 LIMIT -1 OFFSET 20"),
    ]), @r"
    SELECT t.name FROM (SELECT name, row_number() OVER (PARTITION BY region ORDER BY id) AS nth FROM clients) t WHERE t.nth <= 3
    What it does:
    - First computes `t`:
      - Reads `public.clients`.
      - Shows `name`, `nth` (`row_number() OVER (PARTITION BY region ORDER BY id)`).
    - Reads `t`.
    - Keeps only rows where `t.nth` is at most 3.
    - Shows `t.name`.
    (SELECT name FROM clients ORDER BY id DESC LIMIT 10) ORDER BY name
    What it does:
    - First computes these rows:
      - Reads `public.clients`.
      - Shows `name`.
      - Sorts by `id` (largest or latest first).
      - Stops after 10 rows: if there are more, you do not see them.
    - Reads these rows.
    - Shows every column.
    - Sorts by `name`.
    SELECT DISTINCT ON (client_id) client_id, amount FROM contracts ORDER BY client_id, amount DESC
    What it does:
    - Reads `public.contracts`.
    - Shows `client_id`, `amount`.
    - Shows only the first row, in the sort order, for each different `client_id`.
    - Sorts by `client_id`, `amount` (largest or latest first).
    SELECT c.*, k.amount FROM clients c JOIN contracts k ON k.client_id = c.id ORDER BY 2
    What it does:
    - Reads `public.clients c`.
    - Adds `public.contracts k` where `k.client_id` is `c.id`; rows without a match are left out.
    - Shows `c.*`, `k.amount`.
    - Sorts by column 2 of the result.
    SELECT name FROM clients WHERE city ILIKE '%lyon' AND name NOT LIKE '100\%' OFFSET 1
    What it does:
    - Reads `public.clients`.
    - Keeps only rows where `city` ends with `lyon` (upper or lower case) and `name NOT LIKE '100\%'`.
    - Shows `name`.
    - Skips the first row.
    SELECT name FROM clients WHERE id = 20240115 LIMIT -1 OFFSET 20
    What it does:
    - Reads `clients`.
    - Keeps only rows where `id` is 20240115.
    - Shows `name`.
    - Skips the first 20 rows.
    ");
}

#[test]
fn what_always_has_a_row_is_not_looked_up() {
    assert_snapshot!(all(&[
        (
            Dialect::Sqlite,
            "SELECT c.region AS city FROM clients c WHERE EXISTS (SELECT coalesce(sum(k.amount), 0) FROM contracts k WHERE k.client_id = c.id)",
        ),
        (Dialect::Sqlite, "SELECT name FROM clients UNION SELECT name FROM users ORDER BY 1 LIMIT 1"),
    ]), @"
    SELECT c.region AS city FROM clients c WHERE EXISTS (SELECT coalesce(sum(k.amount), 0) FROM contracts k WHERE k.client_id = c.id)
    What it does:
    - Reads `clients c`.
    - Keeps only rows where `EXISTS (SELECT coalesce(sum(k.amount), 0) FROM contracts k WHERE k.client_id = c.id)`.
    - Shows `city` (`c.region`).
    SELECT name FROM clients UNION SELECT name FROM users ORDER BY 1 LIMIT 1
    What it does:
    - Puts these results together, identical rows once:
    - Query 1:
      - Reads `clients`.
      - Shows `name`.
    - Query 2:
      - Reads `users`.
      - Shows `name`.
    - Sorts by `name`.
    - Stops after one row: if there are more, you do not see them.
    ");
}

#[test]
fn every_statement_of_everyday_has_words() {
    for dialect in [Dialect::Oracle, Dialect::Postgres, Dialect::Sqlite] {
        for sql in everyday(dialect) {
            let words = said(dialect, &sql, Locale::Fr);
            let is_whole = !["\u{1}", "``", "où \u{a0};", "quand \u{a0};"].iter().any(|hole| words.contains(hole));
            assert!(words.lines().count() > 2 && is_whole, "{sql}\n{words}");
        }
    }
}

#[test]
fn words_of_a_statement_neither_call_anybody_nor_become_markup() {
    let sql = "SELECT count(*) FROM clients WHERE name = '`**@everyone**' AND city <> 'a\nb'";
    assert_snapshot!(said(Dialect::Sqlite, sql, Locale::En).replace('\u{2060}', "|"), @"
    What it does:
    - Reads `clients`.
    - Keeps only rows where `name` is `ˋ**@|everyone**` and `city` is not `a b`.
    - Computes a single row from all of them.
    - Shows the number of rows.
    ");
}
