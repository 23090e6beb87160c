//! Files of results that stay in memory, and what every writer of result files must do.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::domain::{
    Column, ColumnKind, FileRef, Locale, Origin, Row, ShownColumn, ShownTable, Transcript, TranscriptStatement,
    TranscriptTurn, Value,
};
use crate::ports::{Colophon, FileError, Finished, ResultFiles, ResultSheet, TranscriptFormat};
use crate::results::{Chart, Series, Shape};

/// The written results: the name, the rows and the facts of each finished one.
pub type Written = Vec<(String, Vec<Row>, Vec<(String, String)>)>;

/// Result files in memory. After [`FakeFiles::fill_disk`] nothing can be written any more.
#[derive(Debug, Clone, Default)]
pub struct FakeFiles(Arc<Mutex<(Written, bool)>>);

impl FakeFiles {
    /// Returns the results written so far.
    pub fn written(&self) -> Written {
        self.0.lock().expect("invariant: no test panics while writing").0.clone()
    }

    /// Acts from now on as a full disk.
    pub fn fill_disk(&self) {
        self.0.lock().expect("invariant: no test panics while writing").1 = true;
    }

    fn check_space(&self) -> Result<(), FileError> {
        let full = self.0.lock().expect("invariant: no test panics while writing").1;
        if full { Err(FileError("no space left".to_owned())) } else { Ok(()) }
    }
}

#[async_trait]
impl ResultFiles for FakeFiles {
    fn begin(&self, _: &[Column], _: Locale, _: &TimeZone) -> Result<Box<dyn ResultSheet>, FileError> {
        self.check_space()?;
        Ok(Box::new(Sheet { files: self.clone(), rows: Vec::new() }))
    }

    async fn chart(&self, name: &str, chart: &Chart, _: Locale) -> Result<FileRef, FileError> {
        self.check_space()?;
        let name = format!("{name}.png");
        let bytes = chart.labels.len() as u64;
        Ok(FileRef { path: PathBuf::from("/").join(&name), name, media_type: "image/png", bytes })
    }

    async fn transcript(
        &self,
        name: &str,
        transcript: &Transcript,
        format: TranscriptFormat,
        _: Locale,
        _: &TimeZone,
    ) -> Result<FileRef, FileError> {
        self.check_space()?;
        let (ending, media_type) = match format {
            TranscriptFormat::Pdf => ("pdf", "application/pdf"),
            TranscriptFormat::Json => ("json", "application/json"),
        };
        let (name, bytes) = (format!("{name}.{ending}"), transcript.turns.len() as u64);
        Ok(FileRef { path: PathBuf::from("/").join(&name), name, media_type, bytes })
    }

    async fn text(&self, name: &str, text: &str) -> Result<FileRef, FileError> {
        self.check_space()?;
        let (name, bytes) = (format!("{name}.md"), text.len() as u64);
        Ok(FileRef { path: PathBuf::from("/").join(&name), name, media_type: "text/markdown", bytes })
    }

    async fn statement(&self, name: &str, statement: &str) -> Result<FileRef, FileError> {
        self.check_space()?;
        let (name, bytes) = (format!("{name}.sql"), statement.len() as u64);
        Ok(FileRef { path: PathBuf::from("/").join(&name), name, media_type: FileRef::STATEMENT, bytes })
    }

    async fn delivered(&self, _: &[FileRef]) {}

    async fn discard(&self, _: &[FileRef]) {}
}

struct Sheet {
    files: FakeFiles,
    rows: Vec<Row>,
}

#[async_trait]
impl ResultSheet for Sheet {
    async fn rows(&mut self, rows: Vec<Row>) -> Result<(), FileError> {
        self.files.check_space()?;
        self.rows.extend(rows);
        Ok(())
    }

    async fn finish(self: Box<Self>, colophon: &Colophon) -> Result<Finished, FileError> {
        self.files.check_space()?;
        let name = format!("{}.csv", colophon.name);
        let bytes = self.rows.len() as u64;
        let mut state = self.files.0.lock().expect("invariant: no test panics while writing");
        state.0.push((colophon.name.clone(), self.rows, colophon.facts.clone()));
        let file = FileRef { path: PathBuf::from("/").join(&name), name, media_type: "text/csv", bytes };
        Ok(Finished { files: vec![file], ..Finished::default() })
    }
}

/// Checks the contract of every writer of result files.
///
/// # Panics
///
/// Panics at the first breach of the contract.
pub async fn contract(files: &dyn ResultFiles) {
    let columns =
        [("a", ColumnKind::Text), ("a", ColumnKind::Number)].map(|(name, kind)| Column { name: name.to_owned(), kind });
    let every = [
        Value::Null,
        Value::Boolean(true),
        Value::Integer(i64::MIN),
        Value::Real(f64::NAN),
        Value::Decimal("-12345678901234567890.123".to_owned()),
        Value::Text("=1+1\r\n\u{0}\"é".to_owned()),
        Value::Date("not a date".to_owned()),
        Value::Timestamp("2026-11-21 10:00:00".to_owned()),
        Value::Bytes(vec![0, 255]),
    ];
    for locale in Locale::ALL {
        let name = format!("contract-{locale}");
        let mut sheet = files.begin(&columns, locale, &TimeZone::UTC).expect("a result can be begun");
        for value in &every {
            sheet.rows(vec![vec![value.clone(), value.clone()]]).await.expect("every value can be written");
        }
        let facts = vec![("Question".to_owned(), "=1+1".to_owned())];
        let colophon = Colophon { name: name.clone(), facts, max_file_bytes: 1 };
        let written = sheet.finish(&colophon).await.expect("a result can be finished").files;
        assert!(!written.is_empty(), "a finished result has a file");
        for file in &written {
            check_name(file, &name);
        }
        let picture = files.chart(&name, &chart(), locale).await.expect("a chart can be drawn");
        check_name(&picture, &name);
        assert_eq!(picture.media_type, "image/png");
        for (format, media_type) in
            [(TranscriptFormat::Pdf, "application/pdf"), (TranscriptFormat::Json, "application/json")]
        {
            let file = files
                .transcript(&name, &transcript(), format, locale, &TimeZone::UTC)
                .await
                .expect("a talk can be written");
            check_name(&file, &name);
            assert_eq!(file.media_type, media_type);
            files.delivered(&[file]).await;
        }
        let words = files.text(&name, "Voilà.\n\n```sql\nSELECT 1\n```\u{1b}[2J").await.expect("a text can be written");
        check_name(&words, &name);
        assert_eq!(words.media_type, "text/markdown");
        files.delivered(&[words]).await;
        files.delivered(&written).await;
        files.delivered(&[picture]).await;
        // Twice is once.
        files.delivered(&written).await;
    }
    drop(files.begin(&columns, Locale::En, &TimeZone::UTC).expect("another result can be begun and left"));
}

fn check_name(file: &FileRef, name: &str) {
    assert!(file.name.starts_with(name) && !file.name.contains('/'), "{} is the name given", file.name);
    assert!(file.path.is_absolute() && file.path.ends_with(&file.name), "{} can be found", file.path.display());
}

/// A chart with everything that is hard to draw.
fn chart() -> Chart {
    let values = vec![Some(-1e300), None, Some(1e300)];
    Chart {
        title: "a title that is much longer than the picture is wide ".repeat(10),
        note: Some("first 3 rows of more".to_owned()),
        shape: Shape::Bars,
        labels: vec![String::new(), "東京 🚀".to_owned(), "x".repeat(500)],
        series: vec![Series { name: "n".to_owned(), values: values.clone() }, Series { name: String::new(), values }],
    }
}

/// A conversation with everything that is hard to write down.
fn transcript() -> Transcript {
    let at = Timestamp::constant(1_795_255_200, 42_000_000);
    let hostile = "<script>\u{1b}[2J\u{0}\u{202e}été ✅ 東京 ```sql\nSELECT 1\n".to_owned();
    let statement = TranscriptStatement {
        proposal: "00112233445566778899aabbccddeeff".to_owned(),
        target: "crm".to_owned(),
        state: "used",
        origin: Origin::Person,
        text: format!("SELECT '{}'", "x".repeat(5000)),
        parameters: [("city".to_owned(), Value::Text("Nîmes".to_owned()))].into(),
    };
    let columns = ["ville", ""].map(|name| ShownColumn { name: name.to_owned(), number: name.is_empty() });
    let rows = vec![vec!["Évry".to_owned(), "1,5".to_owned()], Vec::new()];
    let table = ShownTable { columns: columns.into(), rows, chart: Some(chart()) };
    let turn = |text: String, statement, table| TranscriptTurn {
        at,
        speaker: "assistant",
        state: "complete",
        text,
        statement,
        table,
    };
    Transcript {
        conversation: i64::MAX,
        title: hostile.clone(),
        mode: "sql",
        targets: vec!["crm".to_owned()],
        username: "zoe".to_owned(),
        full_name: "Zoé Lefèvre".to_owned(),
        platform: "terminal".to_owned(),
        private: true,
        started_at: at,
        exported_at: at,
        turns: vec![
            turn(hostile, Some(statement), None),
            turn("x".repeat(50_000), None, Some(table)),
            turn(String::new(), None, Some(ShownTable::default())),
        ],
    }
}
