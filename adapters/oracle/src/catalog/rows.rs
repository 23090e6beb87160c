//! Rows of the dictionary with their columns named.

use pstral_core::domain::{Row, Value};
use pstral_core::ports::TargetError;

use super::queries::View;

/// The rows read from the dictionary.
#[derive(Debug, Default)]
pub(crate) struct Dictionary {
    pub(super) tables: Vec<Table>,
    pub(super) external_tables: Vec<Object>,
    pub(super) views: Vec<Object>,
    pub(super) dependencies: Vec<Dependency>,
    pub(super) columns: Vec<Column>,
    pub(super) table_comments: Vec<TableComment>,
    pub(super) column_comments: Vec<ColumnComment>,
    pub(super) constraints: Vec<Constraint>,
    pub(super) constraint_columns: Vec<ConstraintColumn>,
    pub(super) statistics: Vec<Statistic>,
    pub(super) synonyms: Vec<SynonymRow>,
    pub(super) callables: Vec<Object>,
}

impl Dictionary {
    /// Reads every view by `ask`.
    pub(crate) fn read(mut ask: impl FnMut(View) -> Result<Vec<Row>, TargetError>) -> Result<Self, TargetError> {
        let mut callables = Vec::new();
        for view in [View::Procedures, View::Sequences, View::Types] {
            callables.extend(parsed(view, ask(view)?)?);
        }
        Ok(Self {
            tables: parsed(View::Tables, ask(View::Tables)?)?,
            external_tables: parsed(View::ExternalTables, ask(View::ExternalTables)?)?,
            views: parsed(View::Views, ask(View::Views)?)?,
            dependencies: parsed(View::Dependencies, ask(View::Dependencies)?)?,
            columns: parsed(View::Columns, ask(View::Columns)?)?,
            table_comments: parsed(View::TableComments, ask(View::TableComments)?)?,
            column_comments: parsed(View::ColumnComments, ask(View::ColumnComments)?)?,
            constraints: parsed(View::Constraints, ask(View::Constraints)?)?,
            constraint_columns: parsed(View::ConstraintColumns, ask(View::ConstraintColumns)?)?,
            statistics: parsed(View::Statistics, ask(View::Statistics)?)?,
            synonyms: parsed(View::Synonyms, ask(View::Synonyms)?)?,
            callables,
        })
    }
}

/// A row is not as it is documented.
struct UnexpectedRow;

/// A row of one view.
trait Parsed: Sized {
    fn of(cells: &mut Cells) -> Result<Self, UnexpectedRow>;
}

fn parsed<T: Parsed>(view: View, rows: Vec<Row>) -> Result<Vec<T>, TargetError> {
    let one = |row: Row| {
        let mut cells = Cells(row.into_iter());
        let one = T::of(&mut cells)?;
        if cells.0.next().is_none() { Ok(one) } else { Err(UnexpectedRow) }
    };
    let rows: Result<Vec<T>, UnexpectedRow> = rows.into_iter().map(one).collect();
    rows.map_err(|UnexpectedRow| TargetError::Failed(format!("{} has rows of another form than is known", view.name())))
}

/// The cells of a row, taken in order.
struct Cells(std::vec::IntoIter<Value>);

impl Cells {
    /// A text that is never null.
    fn text(&mut self) -> Result<String, UnexpectedRow> {
        self.text_or_none()?.ok_or(UnexpectedRow)
    }

    fn text_or_none(&mut self) -> Result<Option<String>, UnexpectedRow> {
        match self.0.next().ok_or(UnexpectedRow)? {
            Value::Text(text) => Ok(Some(text)),
            Value::Null => Ok(None),
            _ => Err(UnexpectedRow),
        }
    }

    /// A whole number; one beyond what is counted says nothing.
    fn number_or_none(&mut self) -> Result<Option<i64>, UnexpectedRow> {
        match self.0.next().ok_or(UnexpectedRow)? {
            Value::Integer(number) => Ok(Some(number)),
            Value::Null | Value::Decimal(_) => Ok(None),
            _ => Err(UnexpectedRow),
        }
    }
}

/// The owner and the name of an object.
pub(super) type Name<'d> = (&'d str, &'d str);

/// Each row begins with an owner and the name of an object of theirs, which together are its key.
macro_rules! rows {
    ($($(#[$about:meta])* $row:ident {
        $owner:ident: String = text, $name:ident: String = text $(, $field:ident: $kind:ty = $read:ident)* $(,)?
    })*) => {$(
        $(#[$about])*
        #[derive(Debug)]
        pub(super) struct $row {
            pub(super) $owner: String,
            pub(super) $name: String,
            $(pub(super) $field: $kind),*
        }

        impl $row {
            pub(super) fn key(&self) -> Name<'_> {
                (&self.$owner, &self.$name)
            }
        }

        impl Parsed for $row {
            fn of(cells: &mut Cells) -> Result<Self, UnexpectedRow> {
                Ok(Self { $owner: cells.text()?, $name: cells.text()?, $($field: cells.$read()?),* })
            }
        }
    )*};
}

rows! {
    /// Something with a name.
    Object { owner: String = text, name: String = text }
    /// A table.
    Table { owner: String = text, name: String = text, rows: Option<i64> = number_or_none }
    /// An object that a view depends on, here or in another database.
    Dependency {
        owner: String = text,
        name: String = text,
        of_owner: Option<String> = text_or_none,
        of: String = text,
        link: Option<String> = text_or_none,
    }
    /// A column of a relation.
    Column {
        owner: String = text,
        relation: String = text,
        position: Option<i64> = number_or_none,
        name: String = text,
        data_type: Option<String> = text_or_none,
        type_owner: Option<String> = text_or_none,
        length: Option<i64> = number_or_none,
        precision: Option<i64> = number_or_none,
        scale: Option<i64> = number_or_none,
        characters: Option<i64> = number_or_none,
        char_used: Option<String> = text_or_none,
    }
    /// The comment on a relation.
    TableComment { owner: String = text, relation: String = text, comment: String = text }
    /// The comment on a column.
    ColumnComment { owner: String = text, relation: String = text, column: String = text, comment: String = text }
    /// A key.
    Constraint {
        owner: String = text,
        name: String = text,
        kind: String = text,
        relation: String = text,
        other_owner: Option<String> = text_or_none,
        other_name: Option<String> = text_or_none,
        status: Option<String> = text_or_none,
    }
    /// A column of a key.
    ConstraintColumn {
        owner: String = text,
        constraint: String = text,
        position: Option<i64> = number_or_none,
        column: String = text,
    }
    /// The number of distinct values of a column.
    Statistic {
        owner: String = text,
        relation: String = text,
        column: String = text,
        distinct: Option<i64> = number_or_none,
    }
    /// A synonym.
    SynonymRow {
        owner: String = text,
        name: String = text,
        of_owner: Option<String> = text_or_none,
        of: String = text,
        link: Option<String> = text_or_none,
    }
}
