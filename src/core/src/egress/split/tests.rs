//! The invariants of every split text, and examples of usual ones.

use proptest::prelude::*;

use super::*;

fn by(length: usize, unit: LengthUnit) -> Splitting {
    Splitting { length: Length { most: length, unit }, most: usize::MAX }
}

fn parts(text: &str, length: usize) -> Vec<String> {
    split(text, by(length, LengthUnit::Characters)).parts
}

/// The fence that a text leaves open, told by other means than the code's.
fn leaves_open(text: &str, most: usize) -> bool {
    let mut open: Option<(char, usize)> = None;
    for line in text.lines() {
        let indent = line.chars().take_while(|c| *c == ' ').count();
        let body: Vec<char> = line.chars().skip(indent).collect();
        let Some(sign) = body.first().copied().filter(|c| indent < 4 && "`~".contains(*c)) else { continue };
        let length = body.iter().take_while(|c| **c == sign).count();
        let said = &body[length..];
        match open {
            Some((with, at_least)) if with == sign && length >= at_least && said.iter().all(|c| c.is_whitespace()) => {
                open = None;
            }
            None if (3..=most).contains(&length) && (sign == '~' || !said.contains(&'`')) => {
                open = Some((sign, length));
            }
            _ => {}
        }
    }
    open.is_some()
}

/// Checks the invariants of a split text.
fn check(text: &str, by: Splitting) -> Split {
    let whole = split(text, by);
    for part in &whole.parts {
        let length = by.length.unit.count(part);
        assert!(length <= by.length.most, "{length} > {}: {part:?} of {text:?}", by.length.most);
        assert!(!part.trim().is_empty(), "blank: {text:?}");
        assert!(!leaves_open(part, by.most_marks()), "open: {part:?} of {text:?}");
    }
    assert_eq!(in_chunks(text, by, 1), whole, "{text:?}");
    whole
}

fn in_chunks(text: &str, by: Splitting, length: usize) -> Split {
    let (mut splitter, mut parts) = (Splitter::new(by), Vec::new());
    let chars: Vec<char> = text.chars().collect();
    for chunk in chars.chunks(length) {
        parts.extend(splitter.push(&chunk.iter().collect::<String>()));
    }
    let last = splitter.finish();
    parts.extend(last.parts);
    Split { parts, ..last }
}

/// Returns the text without blanks and marks that may have been closed, opened or guarded.
fn ink(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '`' | '~' | '\u{2060}')).collect()
}

#[test]
fn a_text_is_parted_at_the_best_place() {
    for (text, length, expected) in [
        ("", 60, &[][..]),
        (" \n \n", 60, &[]),
        ("\n\nshort\n", 60, &["short"]),
        (
            "One two three.\n\nFour five six seven.\nEight nine.",
            40,
            &["One two three.\n\nFour five six seven.", "Eight nine."],
        ),
        (
            "One two three, four five.\n\nSix seven.\nEight nine.",
            40,
            &["One two three, four five.", "Six seven.\nEight nine."],
        ),
        (
            "One two three four, so.\nFive six seven. Eight nine ten.",
            40,
            &["One two three four, so.", "Five six seven. Eight nine ten."],
        ),
        (
            "One two three. Four (five six.) Seven eight nine",
            40,
            &["One two three. Four (five six.)", "Seven eight nine"],
        ),
        ("one two three four five six seven eight nine", 40, &["one two three four five six seven eight", "nine"]),
        (
            "Text of some length that goes on.\n# Title of it\nMore text",
            55,
            &["Text of some length that goes on.", "# Title of it\nMore text"],
        ),
        ("un deux trois quatre cinq\u{a0}six\u{a0}: sept", 30, &["un deux trois quatre", "cinq\u{a0}six\u{a0}: sept"]),
        ("一二三四五六七八九十。一二三四五六七八九十", 16, &["一二三四五六七八九十。", "一二三四五六七八九十"]),
        ("👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦", 15, &["👨‍👩‍👧‍👦👨‍👩‍👧‍👦", "👨‍👩‍👧‍👦👨‍👩‍👧‍👦"]),
        ("🇫🇷🇫🇷🇫🇷🇫🇷", 5, &["🇫🇷🇫🇷", "🇫🇷🇫🇷"]),
    ] {
        assert_eq!(parts(text, length), expected, "{text:?}");
    }
}

#[test]
fn links_mentions_and_code_stay_whole() {
    for whole in [
        "[the page of the client](https://example.org/clients?id=12)",
        "`SELECT name FROM clients WHERE id = 12`",
        "<@123456789012345678901234567890>",
        "https://example.org/a/b/c/d/e/f/g/h/i/j/k?l=m#n",
        "@somebody.with.a.name:matrix.example.org",
    ] {
        for before in 0..70 {
            for gap in ["", " "] {
                let text = format!("{}{gap}{whole}{gap}{}", "é".repeat(before), "a bc".repeat(20));
                let found = parts(&text, 70);
                // Letters without a blank between them are one word with what follows.
                let holds = found.iter().any(|part| part.contains(whole));
                assert!(holds, "{before} {gap:?}: {found:#?}");
            }
        }
    }
}

#[test]
fn code_and_tables_go_on_in_the_next_part() {
    let code = format!("Voici :\n\n```sql\nSELECT a,\n{}FROM t\n```\n\nVoilà.", "  b,\n".repeat(20));
    insta::assert_debug_snapshot!(parts(&code, 60), @r#"
    [
        "Voici :\n\n```sql\nSELECT a,\n  b,\n  b,\n  b,\n  b,\n  b,\n  b,\n```",
        "```sql\n  b,\n  b,\n  b,\n  b,\n  b,\n  b,\n  b,\n  b,\n  b,\n  b,\n```",
        "```sql\n  b,\n  b,\n  b,\n  b,\nFROM t\n```\n\nVoilà.",
    ]
    "#);
    let table = format!("Voici :\n\n| a | b |\n|---|---|\n{}\nVoilà.", "| c | d |\n".repeat(10));
    insta::assert_debug_snapshot!(parts(&table, 84), @r#"
    [
        "Voici :\n\n| a | b |\n|---|---|\n| c | d |\n| c | d |\n| c | d |\n| c | d |\n| c | d |",
        "| a | b |\n|---|---|\n| c | d |\n| c | d |\n| c | d |\n| c | d |\n| c | d |\n\nVoilà.",
    ]
    "#);
}

#[test]
fn a_closing_line_that_has_no_room_is_not_an_empty_block() {
    let text = format!("```\n{}\n```\n\nThe end.", "a".repeat(53));
    for length in 57..70 {
        let found = parts(&text, length);
        assert!(found.iter().all(|part| !part.starts_with("```\n```")), "{length}: {found:?}");
        assert_eq!(ink(&found.concat()), ink(&text));
    }
    let text = format!("| a |\n|---|\n{}\nThe end of a table.", "| b |\n".repeat(8));
    assert_eq!(parts(&text, 61)[1], "The end of a table.");
}

#[test]
fn what_is_past_the_last_part_is_the_rest() {
    let text = "One two three.\n\nFour five six.\n\nSeven eight nine.\n\nTen eleven twelve.\n";
    let by = Splitting { length: Length::characters(20), most: 2 };
    let whole = check(text, by);
    assert_eq!(whole.parts, ["One two three.", "Four five six."]);
    assert_eq!(whole.rest.as_deref(), Some("Seven eight nine.\n\nTen eleven twelve."));
    assert_eq!(split("One two three.\n\nFour five six.\n\n", by).rest, None);
    assert_eq!(split(text, Splitting { most: 0, ..by }).rest.as_deref(), Some(text.trim()));
}

#[test]
fn each_unit_is_counted_as_its_platform_does() {
    let text = "é😀 ".repeat(100);
    for (unit, most) in [(LengthUnit::Characters, 3), (LengthUnit::Utf16, 4), (LengthUnit::Bytes, 7)] {
        let found = check(&text, by(60, unit)).parts;
        assert_eq!(found.len(), 100_usize.div_ceil(61 / most), "{unit:?}: {found:?}");
    }
}

#[test]
fn hostile_texts_are_parted_all_the_same() {
    let joined = format!("a{}", "\u{200d}👩".repeat(2_000));
    for text in [
        "x".repeat(9_000),
        "`".repeat(2_000),
        format!("a{}", "`".repeat(2_000)),
        "[".repeat(2_000),
        "](".repeat(2_000),
        "<@".repeat(2_000),
        "[`<@".repeat(1_500),
        (3..60).map(|length| "`".repeat(length) + "\n").collect(),
        "```\n".repeat(300),
        "~~~ `\n```a`b\n".repeat(200),
        "````\n```\n~~~\n".repeat(200),
        "| a |\n|---|\n".repeat(200),
        format!("|{}|\n|---|\n{}", "a".repeat(50), "| b |\n".repeat(100)),
        format!("```{}\nx\n", "i".repeat(200)),
        format!("```\n{}x", "\n".repeat(1_500)),
        format!("a{}b", " ".repeat(1_500)),
        format!("{}b", " ".repeat(1_500)),
        format!("a\u{301}{}", "\u{301}".repeat(2_000)),
        joined,
    ] {
        for (length, unit) in [(60, LengthUnit::Characters), (61, LengthUnit::Utf16), (199, LengthUnit::Bytes)] {
            {
                let whole = check(&text, by(length, unit));
                // Headers are said again, and so are languages.
                if !text.contains("|\n|---") && !text.contains("```i") {
                    assert_eq!(ink(&whole.parts.concat()), ink(&text), "{length} {text:?}");
                }
            }
        }
    }
}

/// Pieces of answers, every word of them numbered later, so that it is known where each belongs.
fn pieces() -> impl Strategy<Value = Vec<&'static str>> {
    let piece = prop::sample::select(vec![
        "w ",
        "w ",
        "w ",
        "w. ",
        "w\n",
        "w\n\n",
        "\nw w w w w w w w\n",
        "\n```sql\nw w\nw\n\n  w\n```\n",
        "\n~~~\nw w\n",
        "\n~~~\n",
        "`w w` ",
        "[w w](https://a.b/c) ",
        "<@12> ",
        "\n## w\n",
        "\n- w\n  w\n",
        "| w | w |\n",
        "👩‍🚀 ",
        "\n````\n```\nw\n",
    ]);
    prop::collection::vec(piece, 0..60)
}

fn numbered(pieces: &[&str]) -> String {
    let text = pieces.concat();
    let words = text
        .split('w')
        .enumerate()
        .map(|(at, before)| if at == 0 { before.to_owned() } else { format!("W{at:03}{before}") });
    words.collect()
}

/// The words of a text in order, each with whether it stands in a block of code.
fn words(text: &str) -> Vec<(String, bool)> {
    let (mut open, mut found): (Option<Fence>, _) = (None, Vec::new());
    for line in text.lines() {
        let was = open.clone();
        open = match open {
            Some(fence) => Some(fence).filter(|fence| !fence.is_closed_by(line)),
            None => Fence::opened_by(line),
        };
        found.extend(line.match_indices('W').map(|(at, _)| (line[at..].chars().take(4).collect(), was.is_some())));
    }
    found
}

use crate::egress::fence::Fence;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn nothing_is_lost_and_code_stays_code(pieces in pieces(), length in 60usize..200) {
        let text = numbered(&pieces);
        let whole = check(&text, by(length, LengthUnit::Utf16));
        let found: Vec<_> = whole.parts.iter().flat_map(|part| words(part)).collect();
        prop_assert_eq!(found, words(&text), "{:#?}", whole.parts);
    }

    #[test]
    fn rows_keep_their_header(rows in prop::collection::vec("\\| r[a-z]{1,9} \\| [a-z]{1,9} \\|", 1..40), after in "[a-z ]{0,80}", length in 110usize..300) {
        let header = "| name | city |\n|---|:--|\n";
        let text = format!("{header}{}\n\n{after}", rows.join("\n"));
        let whole = check(&text, by(length, LengthUnit::Characters));
        for part in whole.parts.iter().filter(|part| part.contains("| r")) {
            prop_assert!(part.starts_with(header), "{}", part);
        }
        prop_assert_eq!(whole.parts.concat().matches("\n| r").count(), rows.len());
    }

    #[test]
    fn all_parts_but_two_stand(pieces in pieces(), length in 60usize..120) {
        let text = numbered(&pieces);
        let by = by(length, LengthUnit::Characters);
        let whole = split(&text, by).parts;
        for end in (0..=text.len()).filter(|end| text.is_char_boundary(*end)) {
            let some = split(&text[..end], by).parts;
            let stands = some.len().saturating_sub(2);
            prop_assert_eq!(&some[..stands], &whole[..stands.min(whole.len())], "{:?}", &text[..end]);
        }
    }

    #[test]
    fn any_text_holds(
        text in prop::collection::vec(prop::sample::select(vec![
            "`", "``", "```", "~~~", "````", "\n", "\n\n", " ", "    ", "a", "bcd ", "é", "👩‍🚀", "🇫🇷", "\u{301}", "\u{200d}", "[", "](", ")", "<@",
            "1>", "@", ":", "https://", "|", "---", "|-|", "\n| a |\n|---|\n", "#", "\r\n", "\u{a0}", ". ", "。", "xxxxxxxxxxxxxxxxxxxxxxxxx",
        ]), 0..120),
        length in 60usize..90,
        unit in prop::sample::select(vec![LengthUnit::Characters, LengthUnit::Utf16, LengthUnit::Bytes]),
        chunk in 1usize..9,
    ) {
        let text = text.concat();
        let by = by(length, unit);
        let whole = check(&text, by);
        prop_assert_eq!(&in_chunks(&text, by, chunk), &whole);
        for end in (0..=text.len()).filter(|end| text.is_char_boundary(*end)) {
            let some = split(&text[..end], by).parts;
            let stands = some.len().saturating_sub(2);
            prop_assert_eq!(&some[..stands], &whole.parts[..stands.min(whole.parts.len())], "{:?}", &text[..end]);
        }
    }

    #[test]
    fn code_is_kept_to_the_letter(lines in prop::collection::vec("[ a-z]{0,90}", 1..30), length in 60usize..200) {
        let body = lines.join("\n") + "x\n";
        let whole = check(&format!("```sql\n{body}```"), by(length, LengthUnit::Characters));
        let mut found = String::new();
        for part in &whole.parts {
            let code = part.strip_prefix("```sql\n").and_then(|part| part.strip_suffix("```")).unwrap();
            // A line that was parted has a break before the closing marks that it had not.
            let is_whole = body.as_bytes().get(found.len() + code.len() - 1) == Some(&b'\n');
            found += if is_whole { code } else { &code[..code.len() - 1] };
        }
        prop_assert_eq!(found, body);
    }
}
