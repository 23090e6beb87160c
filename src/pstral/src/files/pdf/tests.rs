//! The file read back by somebody else's reader.

use jiff::tz::TimeZone;
use lopdf::Document;
use pstral_core::domain::{
    Chart, Locale, Origin, Series, Shape, ShownColumn, ShownTable, Transcript, TranscriptStatement, TranscriptTurn,
    Value,
};

use super::pdf;

fn turn(speaker: &'static str, text: &str) -> TranscriptTurn {
    let at = "2026-11-21T10:00:00Z".parse().unwrap();
    TranscriptTurn { at, speaker, state: "complete", text: text.to_owned(), statement: None, table: None }
}

fn talk(title: &str, turns: Vec<TranscriptTurn>) -> Transcript {
    Transcript {
        conversation: 12,
        title: title.to_owned(),
        mode: "sql",
        targets: vec!["crm".to_owned()],
        username: "camille".to_owned(),
        full_name: "Camille Lefèvre".to_owned(),
        platform: "matrix".to_owned(),
        private: true,
        started_at: "2026-11-21T10:00:00Z".parse().unwrap(),
        exported_at: "2026-11-22T08:30:00Z".parse().unwrap(),
        turns,
    }
}

fn table(columns: &[(&str, bool)], rows: &[&[&str]]) -> ShownTable {
    ShownTable {
        columns: columns
            .iter()
            .map(|(name, number)| ShownColumn { name: (*name).to_owned(), number: *number })
            .collect(),
        rows: rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect(),
        chart: None,
    }
}

fn statement(text: &str) -> TranscriptStatement {
    TranscriptStatement {
        proposal: "p1".to_owned(),
        target: "crm".to_owned(),
        state: "used",
        origin: Origin::Model,
        text: text.to_owned(),
        parameters: [("ville".to_owned(), Value::Text("Nîmes".to_owned()))].into(),
    }
}

/// A chart of so many bars.
fn bars(count: u32) -> Chart {
    Chart {
        title: "Clients par ville".to_owned(),
        note: None,
        shape: Shape::Bars,
        labels: (1..=count).map(|number| format!("Ville {number}")).collect(),
        series: vec![Series { name: "clients".to_owned(), values: (1..=count).map(|n| Some(f64::from(n))).collect() }],
    }
}

/// The width and the height of the pictures on each page.
fn pictures(bytes: &[u8]) -> Vec<Vec<(i64, i64)>> {
    let document = Document::load_mem(bytes).unwrap();
    let on = |page| document.get_page_images(page).unwrap().iter().map(|one| (one.width, one.height)).collect();
    document.page_iter().map(on).collect()
}

/// Returns the text of each page, as a reader extracts it.
fn read(bytes: &[u8]) -> Vec<String> {
    let document = Document::load_mem(bytes).unwrap();
    document.get_pages().keys().map(|page| document.extract_text(&[*page]).unwrap()).collect()
}

fn written(talk: &Transcript, locale: Locale) -> Vec<u8> {
    pdf(talk, locale, &TimeZone::UTC).unwrap()
}

#[test]
fn accents_statements_and_tables_can_be_read_again() {
    let mut answer = turn(
        "assistant",
        "Voici la requête pour l’été, « à Nîmes » :\n\n```sql\nselect * from clients\n```\n\n- elle coûte 12 €\n- œuvre achevée",
    );
    answer.statement = Some(statement("SELECT c.id,\n       c.name\nFROM clients c\nWHERE c.city = :ville"));
    let mut result = turn("assistant", "2 lignes.");
    result.statement.clone_from(&answer.statement);
    let columns = [("Société", false), ("Ville", false), ("Chiffre d’affaires", true)];
    result.table = Some(table(
        &columns,
        &[&["Éts Ménard & fils", "Nîmes", "1\u{202f}234,50 €"], &["Œuvres Noël", "Alès", "−12,00 €"]],
    ));
    let mut stopped = turn("assistant", "Je crois que");
    stopped.state = "stopped";
    let turns = vec![turn("user", "Quels clients avons-nous à Nîmes ?"), answer, result, stopped];
    let bytes = written(&talk("Clients à Nîmes", turns), Locale::Fr);
    assert!(bytes.len() < 60_000, "{} bytes", bytes.len());
    let pages = read(&bytes);
    assert_eq!(pages.len(), 1);
    for expected in [
        "Clients à Nîmes",
        "Conversation 12 de Camille Lefèvre (camille) sur crm, commencée le 21/11/2026 à 10:00 UTC",
        "Voici la requête pour l’été, « à Nîmes » :",
        "       c.name",
        "WHERE c.city = :ville",
        ":ville = Nîmes",
        "- elle coûte 12 €",
        "œuvre achevée",
        "Société",
        "Chiffre d’affaires",
        "Éts Ménard & fils",
        "1\u{202f}234,50 €",
        "−12,00 €",
        "Réponse arrêtée à la demande de la personne.",
        "Page 1 sur 1",
    ] {
        assert!(pages[0].contains(expected), "{expected} is not in\n{}", pages[0]);
    }
    assert!(!pages[0].contains("select *"), "the statement as it ran, not as the model wrote it");
    assert_eq!(pages[0].matches("FROM clients c").count(), 1, "once");
}

#[test]
fn what_the_font_lacks_leaves_a_box_and_can_still_be_copied() {
    let pages = read(&written(&talk("Signs", vec![turn("user", "😀 東京 שלום 🚀 e\u{301}te\u{301}")]), Locale::En));
    assert!(pages[0].contains("😀 東京 שלום 🚀 été"), "{}", pages[0]);
    assert!(pages[0].contains("begun on 21 November 2026, 10:00 UTC"), "{}", pages[0]);
}

#[test]
fn nothing_steers_the_reader() {
    let hostile =
        "<script>alert(1)</script> \u{1b}[2J\u{1b}]0;x\u{7} \u{202e}evil\u{202c} \0 \u{9b}31m (a\\) ] >> endstream";
    let mut said = turn("assistant", hostile);
    said.table = Some(table(&[(hostile, false), ("", true)], &[&[hostile, ""], &[], &["", "", "one too many"]]));
    let pages = read(&written(&talk(hostile, vec![said]), Locale::Fr));
    let plain = "<script>alert(1)</script> [2J]0;x evil  31m (a\\) ] >> endstream";
    assert!(pages[0].contains(plain), "{}", pages[0]);
    assert!(!pages[0].contains(['\u{1b}', '\u{202e}', '\0', '\u{9b}']));
}

#[test]
fn long_answers_and_long_tables_take_as_many_pages_as_they_need() {
    let mut long = turn("assistant", &format!("{}\n{}", "x".repeat(500_000), "mot ".repeat(125_000)));
    let cells: Vec<String> = (0..100).map(|row| format!("ligne {row}")).collect();
    let wide = "un texte bien trop long pour une cellule étroite ".repeat(4);
    let rows: Vec<[&str; 4]> = cells.iter().map(|cell| [cell.as_str(), wide.as_str(), cell, "12 345,67"]).collect();
    let rows: Vec<&[&str]> = rows.iter().map(<[&str; 4]>::as_slice).collect();
    long.table = Some(table(&[("Col A", false), ("Col B", false), ("Col C", false), ("Col D", true)], &rows));
    let document = Document::load_mem(&written(&talk("Long", vec![long]), Locale::Fr)).unwrap();
    let count = u32::try_from(document.get_pages().len()).unwrap();
    assert!(count > 100, "{count}");
    let page = |number| document.extract_text(&[number]).unwrap();
    assert!(page(1).matches('x').count() > 3000);
    assert!(page(count / 2 + 10).matches("mot").count() > 500);
    let last = page(count).split_whitespace().collect::<Vec<_>>().join(" ");
    for expected in [&*format!("Page {count} sur {count}"), "ligne 99", "Col A", "Col D"] {
        assert!(last.contains(expected), "{expected} is not in {last}");
    }
}

#[test]
fn a_wide_row_is_names_and_values_and_an_empty_conversation_is_a_page() {
    let names: Vec<String> = (0..40).map(|at| format!("colonne_{at}")).collect();
    let columns: Vec<(&str, bool)> = names.iter().map(|name| (name.as_str(), false)).collect();
    let values: Vec<&str> = names.iter().map(|_| "valeur").collect();
    let mut wide = turn("assistant", "Une ligne.");
    wide.table = Some(table(&columns, &[&values]));
    let mut none = turn("assistant", "Aucune ligne.");
    none.table = Some(ShownTable::default());
    let pages = read(&written(&talk("Wide", vec![wide, none]), Locale::Fr)).concat();
    assert!(pages.contains("colonne_39") && pages.matches("valeur").count() == 40, "{pages}");
    let pages = read(&written(&talk("", Vec::new()), Locale::En));
    assert!(pages.len() == 1 && pages[0].contains("Conversation without title"), "{pages:?}");
}

#[test]
fn our_own_signs_are_drawn_and_nothing_is_called_failed_that_was_answered() {
    let mut away = turn("assistant", "");
    away.state = "failed";
    let said = "✅ Query verified by Claire. ⚠️ Not from your data. 🔒 The result is for you alone. ⏹ Stop";
    let turns = vec![turn("user", "Clients?"), away.clone(), turn("assistant", said)];
    let pages = read(&written(&talk("Signs", turns), Locale::En)).concat();
    assert!(
        pages.contains("✔ Query verified by Claire. ⚠ Not from your data. The result is for you alone. ■ Stop"),
        "{pages}"
    );
    assert!(!pages.contains("No answer"), "{pages}");
    let alone = read(&written(&talk("Nothing", vec![turn("user", "Clients?"), away]), Locale::En)).concat();
    assert!(alone.contains("No answer: the model could not be reached"), "{alone}");
}

#[test]
fn a_chart_that_was_shown_stands_below_its_table() {
    let mut result = turn("assistant", "3 lignes.");
    let rows = [["Lyon", "22"], ["Paris", "107"], ["Nîmes", "9"]];
    let rows: Vec<&[&str]> = rows.iter().map(<[&str; 2]>::as_slice).collect();
    result.table = Some(ShownTable { chart: Some(bars(3)), ..table(&[("Ville", false), ("Clients", true)], &rows) });
    let turns = vec![turn("user", "Combien de clients par ville ?"), result, turn("user", "Merci")];
    let bytes = written(&talk("Clients par ville", turns), Locale::Fr);
    let read = read(&bytes);
    assert!(read[0].contains("Nîmes") && read[0].contains("Merci"), "{read:?}");
    assert!(matches!(pictures(&bytes)[..], [ref one] if matches!(one[..], [(1200, _)])), "{:?}", pictures(&bytes));
    assert!(bytes.len() < 120_000, "{} bytes", bytes.len());
}

#[test]
fn a_chart_that_no_page_holds_goes_on_below_and_loses_no_line() {
    let mut result = turn("assistant", "200 lignes.");
    result.table = Some(ShownTable { chart: Some(bars(200)), ..table(&[("Ville", false)], &[&["Lyon"]]) });
    let bytes = written(&talk("Beaucoup", vec![result.clone(), result]), Locale::Fr);
    let pictures: Vec<i64> = pictures(&bytes).concat().into_iter().map(|(_, height)| height).collect();
    let whole = crate::files::chart::picture(&bars(200), Locale::Fr).unwrap().height;
    assert_eq!(pictures.iter().sum::<i64>(), 2 * i64::from(whole), "{pictures:?}");
    assert!(pictures.len() > 4 && pictures.iter().all(|height| *height <= 1_800), "{pictures:?}");
}
