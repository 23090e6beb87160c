//! Files of results as the programs that open them read them.

use std::io::Read as _;
use std::path::Path;

use pstral_core::domain::{ColumnKind, Row, Value};
use pstral_core::ports::{Colophon, Finished};
use pstral_core::results::{Series, Shape};

use super::*;

fn columns() -> Vec<Column> {
    [("nom", ColumnKind::Text), ("montant", ColumnKind::Number), ("jour", ColumnKind::Date)]
        .map(|(name, kind)| Column { name: name.to_owned(), kind })
        .into()
}

fn rows() -> Vec<Row> {
    vec![
        vec![
            Value::Text("Éts \"A\"; B".to_owned()),
            Value::Decimal("-1234.50".to_owned()),
            Value::Date("2026-11-21".to_owned()),
        ],
        vec![Value::Text("=cmd|' /C calc'!A0".to_owned()), Value::Integer(-3), Value::Null],
    ]
}

fn colophon(name: &str, max_file_bytes: u64) -> Colophon {
    Colophon { name: name.to_owned(), facts: vec![("Question".to_owned(), "=1+1".to_owned())], max_file_bytes }
}

async fn finished(files: &FolderFiles, locale: Locale, rows: Vec<Row>, max_file_bytes: u64) -> Finished {
    let mut sheet = files.begin(&columns(), locale, &jiff::tz::TimeZone::UTC).unwrap();
    sheet.rows(rows).await.unwrap();
    sheet.finish(&colophon("crm-1", max_file_bytes)).await.unwrap()
}

async fn write(folder: &Path, locale: Locale) -> Vec<FileRef> {
    finished(&FolderFiles::new(folder), locale, rows(), u64::MAX).await.files
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A part of an XLSX file, which is a ZIP.
fn part_of(xlsx: &Path, name: &str) -> String {
    let mut zip = zip::ZipArchive::new(std::fs::File::open(xlsx).unwrap()).unwrap();
    let mut text = String::new();
    zip.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

#[tokio::test]
async fn the_contract_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    pstral_core::testkit::result_files::contract(&FolderFiles::new(folder.path()).with(FileFormat::ALL)).await;
    assert_eq!(names(folder.path()), Vec::<String>::new(), "all was delivered");
}

#[tokio::test]
async fn csv_follows_the_country() {
    let folder = tempfile::tempdir().unwrap();
    let files = write(folder.path(), Locale::Fr).await;
    let text = std::fs::read_to_string(&files[0].path).unwrap();
    assert_eq!(
        text,
        "\u{feff}nom;montant;jour\r\n\"Éts \"\"A\"\"; B\";-1234,50;2026-11-21\r\n'=cmd|' /C calc'!A0;-3;\r\n"
    );
    let files = write(folder.path(), Locale::En).await;
    assert!(std::fs::read_to_string(&files[0].path).unwrap().contains(",-1234.50,2026-11-21\r\n"));
}

#[tokio::test]
async fn json_lines_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let files = FolderFiles::new(folder.path()).with([FileFormat::JsonLines]);
    let columns = ["id", "id", "id (2)", "d"].map(|name| Column { name: name.to_owned(), kind: ColumnKind::Text });
    let mut sheet = files.begin(&columns, Locale::Fr, &jiff::tz::TimeZone::UTC).unwrap();
    let row = vec![
        Value::Integer(9_007_199_254_740_993),
        Value::Decimal("-1234.50".to_owned()),
        Value::Decimal("12345678901234567890.12".to_owned()),
        Value::Text("é\"\n".to_owned()),
    ];
    sheet
        .rows(vec![row, vec![Value::Null, Value::Real(0.1 + 0.2), Value::Boolean(true), Value::Real(f64::NAN)]])
        .await
        .unwrap();
    let written = sheet.finish(&colophon("crm-1", u64::MAX)).await.unwrap().files;
    assert_eq!(written[0].name, "crm-1.jsonl");
    assert_eq!(
        std::fs::read_to_string(&written[0].path).unwrap(),
        "{\"id\":\"9007199254740993\",\"id (2)\":-1234.50,\"id (2) (2)\":\"12345678901234567890.12\",\"d\":\"é\\\"\\n\"}\n\
         {\"id\":null,\"id (2)\":0.3,\"id (2) (2)\":true,\"d\":\"NaN\"}\n"
    );
}

#[tokio::test]
async fn cells_of_xlsx_have_types() {
    let folder = tempfile::tempdir().unwrap();
    let files = FolderFiles::new(folder.path()).with([FileFormat::Xlsx]);
    let kinds = [("amount", ColumnKind::Number), ("t", ColumnKind::Timestamp), ("at", ColumnKind::Instant)];
    let columns = kinds.map(|(name, kind)| Column { name: name.to_owned(), kind });
    let mut sheet = files.begin(&columns, Locale::Fr, &jiff::tz::TimeZone::UTC).unwrap();
    let moment = |text: &str| Value::Timestamp(text.to_owned());
    let long = "🦀".repeat(20_000);
    for row in [
        [Value::Decimal("-1234.50".to_owned()), moment("2026-11-21 12:00:00"), moment("2026-11-21 18:00:00.5-05:00")],
        [Value::Integer(1_234_567_890_123_456), moment("2026-11-21 12:00:00+01:00"), moment("infinity")],
        [Value::Text("=1+1".to_owned()), moment("1850-01-01 00:00:00"), Value::Null],
        [Value::Decimal("66.6666666666666667".to_owned()), Value::Null, Value::Null],
        [Value::Text(long), Value::Date("1900-03-01".to_owned()), Value::Null],
    ] {
        sheet.rows(vec![row.into()]).await.unwrap();
    }
    let written = sheet.finish(&colophon("crm-1", u64::MAX)).await.unwrap();
    assert_eq!((written.files.len(), written.beyond_sheet), (1, false));
    let cells = part_of(&written.files[0].path, "xl/worksheets/sheet1.xml");
    for expected in [
        "<t>at (UTC)</t>",
        "<v>-1234.5</v>",
        "<v>66.6666666666666",
        "<v>46347.5</v>",
        "<v>46347.750005787035</v>",
        "<t>infinity</t>",
        "orientation=\"landscape\"",
        "fitToPage=\"1\"",
        "<c r=\"A3\" t=\"inlineStr\"><is><t>1234567890123456</t></is></c>",
        "<t>2026-11-21 12:00:00+01:00</t>",
        "<t>=1+1</t>",
        "<t>1850-01-01 00:00:00</t>",
        "<v>61</v>",
        "<autoFilter ref=\"A1:C6\"/>",
        "state=\"frozen\"",
    ] {
        assert!(cells.contains(expected), "{expected} is not in {}", &cells[..cells.floor_char_boundary(3000)]);
    }
    assert_eq!(cells.matches('🦀').count(), 32_767 / 2);
    let (styles, workbook) =
        (part_of(&written.files[0].path, "xl/styles.xml"), part_of(&written.files[0].path, "xl/workbook.xml"));
    assert!(styles.contains("#,##0.00") && styles.contains("wrapText=\"1\""), "{styles}");
    assert!(workbook.contains("Pstral!$1:$1</definedName>"), "the head is on every page: {workbook}");
    let origin = part_of(&written.files[0].path, "xl/sharedStrings.xml");
    assert!(origin.contains("=1+1") && origin.contains("Textes coupés"), "{origin}");
}

#[tokio::test]
async fn what_no_sheet_can_hold_comes_as_csv() {
    let folder = tempfile::tempdir().unwrap();
    let wide: Vec<Column> = vec![Column { name: "c".to_owned(), kind: ColumnKind::Number }; 16_385];
    for formats in [&[FileFormat::Csv, FileFormat::Xlsx][..], &[FileFormat::Xlsx]] {
        let files = FolderFiles::new(folder.path()).with(formats);
        let mut sheet = files.begin(&wide, Locale::Fr, &jiff::tz::TimeZone::UTC).unwrap();
        sheet.rows(vec![vec![Value::Integer(1); wide.len()]]).await.unwrap();
        let written = sheet.finish(&colophon("crm-1", u64::MAX)).await.unwrap();
        let names: Vec<&str> = written.files.iter().map(|file| file.name.as_str()).collect();
        assert_eq!((names, written.beyond_sheet), (vec!["crm-1.csv"], true));
    }
}

#[tokio::test]
async fn a_large_text_is_compressed_where_that_helps() {
    let folder = tempfile::tempdir().unwrap();
    let files = FolderFiles::new(folder.path()).with([FileFormat::Csv]);
    let many: Vec<Row> = (0..10_000).flat_map(|_| rows()).collect();
    let written = finished(&files, Locale::Fr, many.clone(), 50_000).await;
    assert_eq!((written.files[0].name.as_str(), written.compressed), ("crm-1.csv.gz", true));
    assert!(written.files[0].bytes <= 50_000 && names(folder.path()) == ["crm-1.csv.gz"]);
    let mut text = String::new();
    let file = std::fs::File::open(&written.files[0].path).unwrap();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).unwrap();
    assert_eq!(text.lines().count(), 20_001);

    let written = finished(&files, Locale::Fr, many, 100).await;
    assert_eq!((written.files[0].name.as_str(), written.compressed), ("crm-1.csv", false));
    assert_eq!(names(folder.path()), ["crm-1.csv", "crm-1.csv.gz"], "nothing is left of the attempt");
}

#[tokio::test]
async fn what_was_lost_stays_lost() {
    let folder = tempfile::tempdir().unwrap();
    let taken = folder.path().join("taken");
    std::fs::write(&taken, "a file").unwrap();
    let mut sheet = FolderFiles::new(&taken).begin(&columns(), Locale::Fr, &jiff::tz::TimeZone::UTC).unwrap();
    sheet.rows(rows()).await.unwrap_err();
    std::fs::remove_file(&taken).unwrap();
    sheet.rows(rows()).await.unwrap_err();
    sheet.finish(&colophon("crm-1", u64::MAX)).await.unwrap_err();
    assert!(!taken.exists(), "a file without its first rows is none");
}

/// The system's folder for temporary files may be memory, and is not the one whose size was planned for results.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn rows_wait_in_the_folder_of_the_files() {
    let folder = tempfile::tempdir().unwrap();
    let held = || -> u64 {
        let open = std::fs::read_dir("/proc/self/fd").unwrap().filter_map(|file| {
            let file = file.ok()?.path();
            std::fs::read_link(&file).ok()?.starts_with(folder.path()).then(|| file.metadata().ok())?
        });
        open.map(|held| held.len()).sum()
    };
    let mut sheet = FolderFiles::new(folder.path()).begin(&columns(), Locale::Fr, &jiff::tz::TimeZone::UTC).unwrap();
    let before = held();
    sheet.rows((0..10_000).flat_map(|_| rows()).collect()).await.unwrap();
    let csv: u64 = std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().metadata().unwrap().len()).sum();
    assert!(held() - before > csv + csv / 2, "{} bytes are held in {csv} of CSV", held());
}

#[tokio::test]
async fn nothing_unfinished_stays() {
    let folder = tempfile::tempdir().unwrap();
    let files = write(folder.path(), Locale::Fr).await;
    assert_eq!(files[1].name, "crm-1.xlsx");
    let mut sheet = FolderFiles::new(folder.path()).begin(&columns(), Locale::Fr, &jiff::tz::TimeZone::UTC).unwrap();
    sheet.rows(rows()).await.unwrap();
    assert_eq!(names(folder.path()).len(), 3, "one that has no name yet");
    drop(sheet);
    assert_eq!(names(folder.path()), ["crm-1.csv", "crm-1.xlsx"]);
}

#[tokio::test]
async fn what_is_kept_outlives_its_delivery() {
    let folder = tempfile::tempdir().unwrap();
    for keep in [true, false] {
        let files = FolderFiles::new(folder.path()).keep(keep);
        let written = write(folder.path(), Locale::Fr).await;
        files.sweep(Duration::ZERO).await.unwrap();
        files.delivered(&written).await;
        assert_eq!(names(folder.path()).len(), if keep { 2 } else { 0 });
    }
}

fn chart(shape: Shape, labels: usize, series: usize) -> Chart {
    let label = |at: usize| match shape {
        Shape::Bars => format!("Établissements Müller & fils n° {at}"),
        Shape::Line => format!("2026-{:02}-{:02}", 1 + at / 28 % 12, 1 + at % 28),
    };
    #[expect(clippy::cast_precision_loss, reason = "small")]
    let value = |of: usize, at: usize| (at % 7 != 3).then(|| ((at * 37 + of * 11) % 100) as f64 * 1234.5 - 20_000.0);
    // The third is of another size than the first two.
    let value =
        |of: usize, at: usize| value(of, at).map(|number| if of == 2 { (number / 1e5).round() } else { number });
    let series = (0..series)
        .map(|of| Series { name: format!("montant {of}"), values: (0..labels).map(|at| value(of, at)).collect() });
    Chart {
        title: "Quel est le chiffre d'affaires de chaque client cette année ?".to_owned(),
        note: Some("Premières lignes".to_owned()),
        shape,
        labels: (0..labels).map(label).collect(),
        series: series.collect(),
    }
}

#[tokio::test]
async fn charts_of_every_size_are_pictures() {
    // Set to a folder to look at them.
    let seen = std::env::var_os("PSTRAL_CHARTS").map(PathBuf::from);
    let folder = tempfile::tempdir().unwrap();
    let files = FolderFiles::new(seen.as_deref().unwrap_or(folder.path()));
    for shape in [Shape::Bars, Shape::Line] {
        for (labels, series) in [(2, 1), (12, 2), (200, 3)] {
            // The largest takes seconds without optimisation.
            if seen.is_none() && (shape, labels) == (Shape::Bars, 200) {
                continue;
            }
            let name = format!("{shape:?}-{labels}-{series}");
            let file = files.chart(&name, &chart(shape, labels, series), Locale::Fr).await.unwrap();
            let decoder = png::Decoder::new(std::io::BufReader::new(std::fs::File::open(&file.path).unwrap()));
            let mut picture = decoder.read_info().unwrap();
            let mut pixels = vec![0; picture.output_buffer_size().unwrap()];
            picture.next_frame(&mut pixels).unwrap();
            let card = pixels[..3].to_vec();
            let drawn = pixels.chunks(3).filter(|pixel| *pixel != card).count();
            assert!(drawn > 5_000 && file.bytes < 1_000_000, "{name}: {drawn} pixels in {} bytes", file.bytes);
        }
    }
}
