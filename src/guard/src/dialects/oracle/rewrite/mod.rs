//! Oracle's spellings that the parser does not know, changed in the tokens before it reads them.
//!
//! A spelling with a twin of the same meaning becomes that twin, which then runs: `SELECT UNIQUE` is `SELECT DISTINCT`.
//! A clause for which the parser's tree has no place becomes one word where the tree has room for a name. The walk reads
//! that word again, and the rendering writes the clause as it stood. Such a word begins with [`MARK`] wherever a person
//! could write the same name.
//!
//! The changes depend on the tokens alone, so that a text and its rendering are read alike; what does not fit a change
//! exactly is left to the parser, which refuses it.

mod clauses;
mod json;
mod recursion;
mod tables;
mod tokens;
mod unread;
mod words;

use sqlparser::tokenizer::{Token, TokenWithSpan};

pub(crate) use clauses::quantity;
pub(crate) use json::{path, returned_type, type_and_words};
pub(crate) use recursion::Recursion;
pub(crate) use tables::{Part, part};

pub(crate) use unread::clause;

use tokens::{Edit, Tokens};

/// Begins a word that stands for a clause, or alone fills a place where the text has no word. No text holds it: the
/// lexical checks refuse control characters everywhere.
pub(crate) const MARK: &str = "\u{1}";

/// The changes, in order: each sees the tokens that the earlier ones left.
const CHANGES: [fn(&Tokens<'_>) -> Vec<Edit>; 6] =
    [words::edits, recursion::edits, json::edits, json::table_edits, tables::edits, clauses::edits];

/// The tokens as the parser can read them.
pub(crate) fn rewritten(mut tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    for change in CHANGES {
        let edits = change(&Tokens::new(&tokens));
        if !edits.is_empty() {
            tokens = tokens::apply(tokens, edits);
        }
    }
    tokens
}

/// The rendering without marks, as Oracle reads it.
pub(crate) fn unmarked(rendered: String) -> String {
    if !rendered.contains(MARK) {
        return rendered;
    }
    let rendered = rendered.replace(&format!("FROM {MARK}"), "");
    let mut parts = rendered.split(MARK);
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        // A bare mark leaves no space behind.
        if !part.starts_with(char::is_alphanumeric) && plain.ends_with(' ') {
            plain.pop();
        }
        plain.push_str(part);
    }
    plain
}

/// A clause as one marked word, which no name in a text can equal.
fn marked(clause: &str) -> Token {
    Token::make_word(&format!("{MARK}{clause}"), None)
}

#[cfg(test)]
mod tests {
    use crate::Dialect;
    use crate::parse::parse;

    use super::unmarked;

    /// The rendering of a text, which must be read as the same tree again.
    fn rendered(text: &str) -> String {
        let tree = parse(text, Dialect::Oracle).unwrap_or_else(|fault| panic!("{text}: {fault:?}"));
        let rendered = unmarked(tree.to_string());
        let again = parse(&rendered, Dialect::Oracle).unwrap_or_else(|fault| panic!("{rendered}: {fault:?}"));
        assert_eq!(tree, again, "{text}\n{rendered}");
        rendered
    }

    #[test]
    fn spellings_become_their_twins() {
        for (text, twin) in [
            ("SELECT UNIQUE a FROM t", "SELECT DISTINCT a FROM t"),
            ("SELECT COUNT(UNIQUE a) FROM t", "SELECT COUNT(DISTINCT a) FROM t"),
            (
                "SELECT 1 FROM t WHERE a > = 1 AND b < > 2 AND c ! = 3",
                "SELECT 1 FROM t WHERE a >= 1 AND b <> 2 AND c <> 3",
            ),
            ("SELECT 1 FROM t WHERE a IN 5 AND b NOT IN 'x'", "SELECT 1 FROM t WHERE a IN (5) AND b NOT IN ('x')"),
            (
                "SELECT LISTAGG(a, ',' ON OVERFLOW TRUNCATE) WITHIN GROUP (ORDER BY a) FROM t",
                "SELECT LISTAGG(a, ',' ON OVERFLOW TRUNCATE WITH COUNT) WITHIN GROUP (ORDER BY a) FROM t",
            ),
            ("SELECT JSON_OBJECT(KEY 'a' IS b, 'c' : d) FROM t", "SELECT JSON_OBJECT('a' VALUE b, 'c' VALUE d) FROM t"),
            ("SELECT JSON_OBJECT(a.b : c, key VALUE 1) FROM t", "SELECT JSON_OBJECT(a.b VALUE c, key VALUE 1) FROM t"),
            (
                "SELECT NTH_VALUE(a, 2) FROM FIRST IGNORE NULLS OVER (ORDER BY b) FROM t",
                "SELECT NTH_VALUE(a, 2) IGNORE NULLS OVER (ORDER BY b) FROM t",
            ),
            (
                "SELECT LAG(a IGNORE NULLS, 2, 0) OVER (ORDER BY b) FROM t",
                "SELECT LAG(a, 2, 0) IGNORE NULLS OVER (ORDER BY b) FROM t",
            ),
            (
                "SELECT 1 FROM t WHERE a IS NOT JSON (LAX) AND b = 1",
                "SELECT 1 FROM t WHERE a IS NOT JSON LAX AND b = 1",
            ),
            (
                "SELECT a FROM t HAVING COUNT(*) > 1 GROUP BY a ORDER BY 1",
                "SELECT a FROM t GROUP BY a HAVING COUNT(*) > 1 ORDER BY 1",
            ),
            (
                "SELECT a FROM t GROUP BY a CONNECT BY PRIOR a = b START WITH c = 1",
                "SELECT a FROM t CONNECT BY PRIOR a = b START WITH c = 1 GROUP BY a",
            ),
            (
                "SELECT * FROM s JOIN d ON s.a = d.a PIVOT (MAX(x) FOR y IN (1 AS one)) p",
                "SELECT * FROM (SELECT * FROM s JOIN d ON s.a = d.a) PIVOT(MAX(x) FOR y IN (1 AS one)) p",
            ),
            (
                "SELECT * FROM (s JOIN d USING (a)) UNPIVOT (x FOR y IN (b, c))",
                "SELECT * FROM (SELECT * FROM s JOIN d USING(a)) UNPIVOT(x FOR y IN (b, c))",
            ),
        ] {
            assert_eq!(rendered(text), twin, "{text}");
        }
    }

    #[test]
    fn clauses_are_rendered_as_they_stood() {
        for text in [
            "SELECT CAST(a AS VARCHAR2(100 CHAR)), CAST(a AS CHAR(5 BYTE)), CAST(a AS NUMBER(*, 2)) FROM t",
            "WITH r (n) AS (SELECT 1 FROM dual) SEARCH DEPTH FIRST BY n DESC NULLS LAST, m SET o CYCLE n, m SET c TO 'Y' DEFAULT 'N' SELECT n FROM r",
            "WITH r (n) AS (SELECT 1 FROM dual) CYCLE n SET c TO 1 DEFAULT 0, s AS (SELECT n FROM r) SELECT n FROM s",
            "SELECT j.a FROM t, JSON_TABLE(t.d, '$' ERROR ON ERROR COLUMNS(a PATH '$.a', b EXISTS PATH '$.b', c CLOB FORMAT JSON PATH '$.c')) j",
            "SELECT j.a FROM t, JSON_TABLE(t.d, '$' COLUMNS(a NUMBER PATH '$.a' NULL ON ERROR DEFAULT 0 ON EMPTY)) j",
            "SELECT JSON_SERIALIZE(d PRETTY), JSON_ARRAYAGG(a ORDER BY b NULL ON NULL RETURNING CLOB STRICT) FROM t",
            "SELECT NTH_VALUE(a, 2) FROM LAST RESPECT NULLS OVER (ORDER BY b) FROM t",
            "SELECT x.a FROM t PARTITION(p1) x JOIN u SUBPARTITION(\"p 2\") \"Y\" ON x.a = \"Y\".a",
            "SELECT a FROM t OFFSET NVL(:n, 0) ROWS FETCH FIRST LEAST(:m, 10) ROWS ONLY",
            "SELECT 1 FROM t WHERE d IS JSON STRICT AND e IS NOT JSON",
        ] {
            assert_eq!(rendered(text), text);
        }
    }

    #[test]
    fn what_does_not_fit_is_left_alone() {
        for text in [
            "WITH r AS (SELECT 1 FROM dual) SEARCH DEPTH FIRST BY n + 1 SET o SELECT 1 FROM r",
            "WITH r AS (SELECT 1 FROM dual) CYCLE n SET c TO f(1) DEFAULT 0 SELECT 1 FROM r",
            "SELECT 1 FROM t PARTITION (p1, p2) x",
            "SELECT 1 FROM t WHERE a IN 5 + 1",
            "SELECT 1 FROM t WHERE a = > 1",
        ] {
            assert!(parse(text, Dialect::Oracle).is_err(), "{text}");
        }
    }
}
