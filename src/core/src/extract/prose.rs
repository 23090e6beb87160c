//! Tells a statement that stands in prose from a sentence that begins like one.

/// True if a line can be the first of a statement: only SELECT and WITH count, as "Update: …" is a sentence. A line
/// that ends like a sentence and contains no SQL is a sentence, whatever follows.
pub(super) fn may_begin(line: &str) -> bool {
    let (word, _) = split_word(line);
    (word.eq_ignore_ascii_case("SELECT") || word.eq_ignore_ascii_case("WITH")) && !is_sentence(line)
}

/// True if lines that begin with SELECT or WITH are a statement.
pub(super) fn is_query(block: &str) -> bool {
    let (word, rest) = split_word(block);
    !is_sentence(block) && if word.eq_ignore_ascii_case("WITH") { names_a_query(rest) } else { selects(rest) }
}

/// Ends as sentences do, and has no sign that only SQL uses.
fn is_sentence(text: &str) -> bool {
    let signs = ['*', '=', '<', '>', '(', ';', '\'', '"', '`', '_', '|'];
    ends_like_a_sentence(text) && !text.contains(signs)
}

fn ends_like_a_sentence(text: &str) -> bool {
    text.trim_end().ends_with(['.', '!', '?', ':', '…'])
}

/// After WITH: `name AS (`, or `name (columns) AS`.
fn names_a_query(rest: &str) -> bool {
    let (word, after) = split_name(rest);
    let (name, mut after) = if word.eq_ignore_ascii_case("RECURSIVE") { split_name(after) } else { (word, after) };
    if let Some((_, behind)) = after.trim_start().strip_prefix('(').and_then(|inside| inside.split_once(')')) {
        after = behind;
    }
    let (mut word, mut after) = split_word(after);
    let is_as = word.eq_ignore_ascii_case("AS");
    while is_as && !word.is_empty() && !after.trim_start().starts_with('(') {
        (word, after) = split_word(after);
        if !["NOT", "MATERIALIZED"].iter().any(|known| word.eq_ignore_ascii_case(known)) {
            return false;
        }
    }
    !name.is_empty() && is_as
}

/// After SELECT: something from somewhere, or a value.
fn selects(rest: &str) -> bool {
    let list = ["DISTINCT", "UNIQUE", "ALL"].iter().fold(rest, |rest, known| {
        let (word, after) = split_word(rest);
        if word.eq_ignore_ascii_case(known) { after } else { rest }
    });
    let from = words(list).find(|(at, word)| word.eq_ignore_ascii_case("FROM") && !list[..*at].ends_with(['.', '"']));
    if reads_like_words(list) {
        return false;
    }
    match from {
        Some((at, word)) => {
            let source = &list[at + word.len()..];
            !source.trim().is_empty() && !reads_like_words(source)
        }
        None => begins_with_value(list) && !ends_like_a_sentence(list),
    }
}

/// A number, a quote, a bracket, a parameter, a call, or `*` alone: what a statement without FROM can begin with.
fn begins_with_value(list: &str) -> bool {
    let list = list.trim_start();
    let (word, after) = split_word(list);
    let call = !word.is_empty() && after.starts_with('(');
    call || list.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '\'' | '"' | '`' | '[' | '(' | ':' | '-'))
}

/// Words in a row as sentences have them: one that determines the next, or three that are none of SQL's. `*word` is
/// emphasis.
fn reads_like_words(text: &str) -> bool {
    const DETERMINERS: &str = " a an the this that these those your my our their its his her which what each every any \
         some one both ";
    /// Words that may stand at the start of a select list or of a FROM clause.
    const SQL: &str = " and as between case connect cross distinct else end except exists fetch for from full group \
         having in inner intersect interval is join lateral left like limit minus natural not null offset on or order \
         outer over partition pivot right select start then union unpivot using values when where window with ";
    let among = |list: &str, word: &str| list.contains(&format!(" {} ", word.to_lowercase()));
    let emphasis = text.trim_start().strip_prefix('*').is_some_and(|rest| rest.starts_with(char::is_alphanumeric));
    let mut row: Vec<&str> = Vec::new();
    let mut rest = text;
    while row.len() < 3 {
        let (word, after) = split_word(rest);
        if word.is_empty() || !word.starts_with(char::is_alphabetic) || among(SQL, word) {
            break;
        }
        row.push(word);
        // A sign after a word, such as a comma, a dot or an operator, ends the row.
        if !after.starts_with(char::is_whitespace) {
            break;
        }
        rest = after;
    }
    emphasis || row.len() == 3 || (row.len() == 2 && among(DETERMINERS, row[0]))
}

/// The word the text begins with, after blanks, and what follows it.
fn split_word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$' || c == '#')).unwrap_or(text.len());
    text.split_at(end)
}

/// Splits off the first word, or the first quoted name without its quotes; returns it with the rest.
fn split_name(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    for (open, close) in [('"', '"'), ('`', '`'), ('[', ']')] {
        if let Some((name, after)) = text.strip_prefix(open).and_then(|rest| rest.split_once(close)) {
            return (name, after);
        }
    }
    split_word(text)
}

/// The words of a text with the byte each begins at.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let letter = |c: char| c.is_alphanumeric() || c == '_';
    let mut at = 0;
    std::iter::from_fn(move || {
        let begin = at + text[at..].find(letter)?;
        at = text[begin..].find(|c: char| !letter(c)).map_or(text.len(), |length| begin + length);
        Some((begin, &text[begin..at]))
    })
}

#[cfg(test)]
mod tests {
    use super::super::statements;

    #[test]
    fn sentences_are_no_statements() {
        for answer in [
            "Select the period you want and ask again.",
            "Select a client from the list",
            "Select a client from the list.",
            "Select a client (or two) from the list, then ask again.",
            "Select one of these, then I can look further:",
            "Select *one* client and ask again.",
            "Select clients from Lyon and contracts from Paris to compare them.",
            "Select data from January to March",
            "Select 2 or more clients.",
            "Select 2 or more clients from the list",
            "Select \"Run\" and wait.",
            "Select which column you need: name or city",
            "With the clients as listed above, the total is 12.",
            "With the clients as listed above, the total is 12 (see below).",
            "With clients (all of them) and contracts, the total is 12",
            "With payments as a base we get 12\nand no more",
            "With this in mind: nothing was found.",
            "Sélectionnez la période voulue (ou deux) et recommencez.",
            "Avec les clients ci-dessus, le total est 12.",
            "Voici ce que donne SELECT name FROM clients en français.",
        ] {
            assert_eq!(statements(answer), [], "{answer}");
        }
    }

    #[test]
    fn statements_in_prose_are_found() {
        for sql in [
            "SELECT 1",
            "select * from clients",
            "SELECT\n  name\nFROM clients",
            "SELECT name n FROM clients c",
            "SELECT a FROM t",
            "SELECT a, the FROM t WHERE x = 1",
            "SELECT a.b c FROM t a JOIN u b ON b.id = a.id",
            "SELECT DISTINCT city FROM clients WHERE city <> 'x.'",
            "SELECT count(*) total FROM clients",
            "SELECT sum(amount), 'e.g.' FROM payments",
            "SELECT 'a' || 'b'",
            "SELECT (SELECT 1)",
            "SELECT -1",
            "SELECT date('now')",
            "SELECT \"Row Id\" FROM \"Odd Name\"",
            "SELECT CASE WHEN id > 1 THEN 2 ELSE 3 END FROM clients",
            "WITH x AS (SELECT 1) SELECT * FROM x",
            "WITH x AS\n(SELECT 1)\nSELECT * FROM x",
            "WITH RECURSIVE n(i) AS (SELECT 1) SELECT i FROM n",
            "WITH \"my list\" AS NOT MATERIALIZED (SELECT 1) SELECT 2",
            "WITH x (a, b) AS (SELECT 1, 2) SELECT a FROM x",
        ] {
            let answer = format!("Voici :\n{sql};\nC'est tout.");
            let found: Vec<String> = statements(&answer).into_iter().map(|one| one.text).collect();
            assert_eq!(found, [sql], "{answer}");
        }
        let after_a_sentence = "Select what you need below:\nSELECT name FROM clients";
        assert_eq!(statements(after_a_sentence)[0].text, "SELECT name FROM clients");
    }
}
