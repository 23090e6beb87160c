//! Texts that cost the guard the most of their kind: as long as it reads, 16 KiB or 3,000 words and signs.

/// Each with its name.
pub(crate) fn worst() -> Vec<(&'static str, String)> {
    let mut all = signs();
    all.extend(expressions());
    all.extend(sources());
    all
}

fn signs() -> Vec<(&'static str, String)> {
    let wide = format!("SELECT 1111111{}", ",1111111".repeat(30));
    vec![
        ("list", fill("SELECT name FROM clients WHERE id IN (1", ",11111", ")")),
        ("chain", fill("SELECT 1", "+11111", "")),
        ("conditions", fill("SELECT name FROM clients WHERE id=1", " OR id=1111111", "")),
        ("columns", fill("SELECT id", ",region", " FROM clients")),
        ("unknown-names", fill("SELECT id", ",regionn", " FROM clients")),
        ("unions", format!("{wide}{}", format!(" UNION {wide}").repeat(44))),
        ("selects", format!("SELECT 1{}", format!(",({wide})").repeat(44))),
        ("cases", fill("SELECT CASE", " WHEN id=111 THEN 111", " END FROM clients")),
        ("brackets", fill("SELECT (((((((((((((((((((((((((((((((1", "+11111", ")))))))))))))))))))))))))))))))")),
        ("nested-from", format!("SELECT * FROM {}", nested("(", 60, "clients", ")"))),
        ("nested-queries", nested("SELECT * FROM (", 60, "SELECT 1", ") x")),
        ("commas", fill("SELECT 1 FROM clients", ",clients", "")),
        ("signs", fill("", "(", "")),
        ("quotes", fill("SELECT '", "''", "'")),
    ]
}

fn expressions() -> Vec<(&'static str, String)> {
    vec![
        ("calls", fill("SELECT 1", ",abs(id)", " FROM clients")),
        ("nested-calls", fill("SELECT 1", &format!(",{}id{}", "abs(".repeat(60), ")".repeat(60)), " FROM clients")),
        ("sums", fill("SELECT count(*)", ",sum(amount)", " FROM contracts")),
        ("windows", fill("SELECT id", ",sum(id) OVER (PARTITION BY id)", " FROM contracts")),
        ("casts", fill("SELECT 1", ",CAST(id AS INT)", " FROM clients")),
        ("two-part-names", fill("SELECT c.id", ",c.id", " FROM clients c")),
        ("groups", format!("SELECT {0} FROM clients GROUP BY {0} ORDER BY {0}", ["region"; 490].join(","))),
        ("aliases", format!("SELECT {} FROM clients ORDER BY {}", numbered("id AS a", 490), numbered("a", 490))),
    ]
}

fn sources() -> Vec<(&'static str, String)> {
    let each =
        |count: std::ops::Range<usize>, part: &dyn Fn(usize) -> String| count.map(part).collect::<Vec<_>>().concat();
    vec![
        ("joins", fill(&joins(32), " AND c0.id=c31.id", "")),
        (
            "usings",
            format!(
                "SELECT * FROM clients c0{}",
                each(1..32, &|n| format!(" JOIN clients c{n} USING (id,name,city,region,created_at)"))
            ),
        ),
        ("chained-ctes", format!("WITH {} SELECT * FROM q31", chained(32, "SELECT * FROM clients"))),
        ("wide-ctes", format!("WITH {} SELECT * FROM q31", chained(32, "SELECT * FROM wide"))),
        ("wide-joins", format!("SELECT * FROM wide c0{}", each(1..32, &|n| format!(" JOIN wide c{n} USING (w1)")))),
        ("wide-unions", format!("SELECT * FROM wide{}", " UNION ALL SELECT * FROM wide".repeat(60))),
        (
            "wide-nested",
            format!("SELECT * FROM ({}", "SELECT * FROM (".repeat(58)) + "SELECT * FROM wide" + &") x".repeat(59),
        ),
        ("closed-stars", format!("SELECT * FROM closed{}", " UNION ALL SELECT * FROM closed".repeat(60))),
        ("likes", fill("SELECT id FROM clients WHERE name LIKE 'a'", " OR name LIKE '%a%b%c%'", "")),
        (
            "subqueries",
            format!(
                "SELECT id FROM clients WHERE id > 0{}",
                " AND id IN (SELECT client_id FROM contracts WHERE contracts.id=clients.id)".repeat(60)
            ),
        ),
    ]
}

fn fill(before: &str, part: &str, after: &str) -> String {
    let by_bytes = (16 * 1024 - before.len() - after.len()) / part.len();
    let times = by_bytes.min((2_990 - words(before) - words(after)) / words(part));
    format!("{before}{}{after}", part.repeat(times))
}

fn nested(open: &str, times: usize, middle: &str, close: &str) -> String {
    format!("{}{middle}{}", open.repeat(times), close.repeat(times))
}

/// Words, literals and signs of a text.
fn words(text: &str) -> usize {
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '%' | '\'');
    let mut before = ' ';
    let mut begins = |c: char| {
        let begins = if is_word(c) { !is_word(before) } else { c != ' ' };
        before = c;
        begins
    };
    text.chars().filter(|c| begins(*c)).count()
}

/// `part0,part1,…`
pub(crate) fn numbered(part: &str, times: usize) -> String {
    (0..times).map(|n| format!("{part}{n}")).collect::<Vec<_>>().join(",")
}

fn joins(times: usize) -> String {
    let others = (1..times).map(|n| format!(" JOIN clients c{n} ON c{n}.id=c0.id"));
    format!("SELECT c0.id FROM clients c0{} WHERE c0.id=1", others.collect::<String>())
}

/// Common table expressions that each read the one before.
fn chained(times: usize, first: &str) -> String {
    let others = (1..times).map(|n| format!(",q{n} AS (SELECT * FROM q{})", n - 1));
    format!("q0 AS ({first}){}", others.collect::<String>())
}
