//! Results with columns that the driver cannot read.

use pstral_core::domain::{ColumnKind, Value};
use pstral_core::ports::TargetError;

use super::fake::{Act, Script};
use super::{run, target};
use crate::error::Code;
use crate::kind::Kind;
use crate::session::{ColumnDescription, ResultColumn};

fn named(name: &str, code: u32) -> ColumnDescription {
    ColumnDescription { name: name.to_owned(), code, type_name: String::new(), as_text: false }
}

#[tokio::test]
async fn one_column_that_cannot_be_read_does_not_hide_the_others() {
    let text = |text: &str| Value::Text(text.to_owned());
    let column = |name: &str| ResultColumn { name: name.to_owned(), kind: Kind::Text };
    let rows = vec![vec![text("a"), text("b")], vec![text("c"), Value::Null]];
    let script = Script::default()
        .on("FRAME", Act::Table(vec![column("C0"), column("C2")], rows))
        .on("notes", Act::Fails(Code::Unreadable))
        .describing(vec![named("NAME", 1), named("DOC", 119), named("NAME", 1)]);
    let (target, log) = target(script);
    let whole = run(&target, "SELECT name, doc, name FROM notes").await.unwrap();
    let columns: Vec<(&str, ColumnKind)> =
        whole.columns.iter().map(|column| (column.name.as_str(), column.kind)).collect();
    assert_eq!(columns, [("NAME", ColumnKind::Text), ("DOC", ColumnKind::Text), ("NAME", ColumnKind::Text)]);
    let json = || Value::Unsupported("JSON".to_owned());
    assert_eq!(whole.rows, [[text("a"), json(), text("b")], [text("c"), json(), Value::Null]]);
    assert_eq!((log.count("describe"), log.count("open"), log.count("rollback")), (1, 1, 1));
}

#[tokio::test]
async fn what_no_frame_helps_is_told() {
    let script = Script::default().on("notes", Act::Fails(Code::Unreadable)).describing(vec![named("NAME", 1)]);
    let (target, _) = target(script);
    let refused = run(&target, "SELECT name FROM notes").await.unwrap_err();
    assert_eq!(refused, TargetError::Rejected("a column has a type that cannot be read".to_owned()));
}
