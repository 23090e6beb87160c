//! One query a view of the dictionary, with the columns in the order in which their rows are read.

use super::owners::SystemSchemas;

/// A view of the dictionary. What each shows is what the account may use:
/// <https://docs.oracle.com/en/database/oracle/oracle-database/19/refrn/static-data-dictionary-views.html>.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum View {
    /// Tables that store rows here.
    Tables,
    /// Tables whose rows are files of the server.
    ExternalTables,
    /// Views.
    Views,
    /// The dependencies of views that may lead through a database link.
    Dependencies,
    /// Columns, without hidden ones.
    Columns,
    /// The owners' comments on relations.
    TableComments,
    /// The owners' comments on columns.
    ColumnComments,
    /// Primary, unique and foreign keys.
    Constraints,
    /// The columns of constraints.
    ConstraintColumns,
    /// The number of distinct values of each column.
    Statistics,
    /// Synonyms.
    Synonyms,
    /// Functions, procedures and packages.
    Procedures,
    /// Sequences.
    Sequences,
    /// Types, whose names are constructors, and operators.
    Types,
}

impl View {
    /// All of these queries.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 14] = [
        Self::Tables,
        Self::ExternalTables,
        Self::Views,
        Self::Dependencies,
        Self::Columns,
        Self::TableComments,
        Self::ColumnComments,
        Self::Constraints,
        Self::ConstraintColumns,
        Self::Statistics,
        Self::Synonyms,
        Self::Procedures,
        Self::Sequences,
        Self::Types,
    ];

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        self.parts().1
    }

    /// Builds the text of the query.
    pub(crate) fn query(self, owners: SystemSchemas) -> String {
        let (columns, view, owner, condition) = self.parts();
        let mut whose = owners.condition(owner);
        if self == Self::Synonyms {
            // One through a link stands for somebody of another database; it is read so that its name is known as taken.
            whose = format!("(db_link IS NOT NULL OR {whose})");
        }
        let and = if condition.is_empty() { "" } else { " AND " };
        format!("SELECT {columns} FROM {view} WHERE {whose}{and}{condition} ORDER BY {}", order(columns))
    }

    /// Returns the columns, the view, the column with the owner, and a further condition.
    fn parts(self) -> (&'static str, &'static str, &'static str, &'static str) {
        match self {
            // A temporary table holds nothing for anybody else; parts of other objects are no tables of people.
            Self::Tables => (
                "owner, table_name, num_rows",
                "all_tables",
                "owner",
                "nested = 'NO' AND secondary = 'N' AND dropped = 'NO' AND temporary = 'N' \
                 AND (iot_type IS NULL OR iot_type = 'IOT')",
            ),
            Self::ExternalTables => ("owner, table_name", "all_external_tables", "owner", ""),
            Self::Views => ("owner, view_name", "all_views", "owner", ""),
            Self::Dependencies => (
                "owner, name, referenced_owner, referenced_name, referenced_link_name",
                "all_dependencies",
                "owner",
                "type IN ('VIEW', 'MATERIALIZED VIEW') AND (referenced_link_name IS NOT NULL \
                 OR referenced_type IN ('VIEW', 'MATERIALIZED VIEW', 'SYNONYM'))",
            ),
            Self::Columns => (
                "owner, table_name, column_id, column_name, data_type, data_type_owner, data_length, data_precision, \
                 data_scale, char_length, char_used",
                "all_tab_columns",
                "owner",
                "",
            ),
            Self::TableComments => ("owner, table_name, comments", "all_tab_comments", "owner", "comments IS NOT NULL"),
            Self::ColumnComments => {
                ("owner, table_name, column_name, comments", "all_col_comments", "owner", "comments IS NOT NULL")
            }
            Self::Constraints => (
                "owner, constraint_name, constraint_type, table_name, r_owner, r_constraint_name, status",
                "all_constraints",
                "owner",
                "constraint_type IN ('P', 'U', 'R')",
            ),
            Self::ConstraintColumns => {
                ("owner, constraint_name, position, column_name", "all_cons_columns", "owner", "position IS NOT NULL")
            }
            Self::Statistics => (
                "owner, table_name, column_name, num_distinct",
                "all_tab_col_statistics",
                "owner",
                "num_distinct IS NOT NULL",
            ),
            // Asked for in `query`: whose they are does not say whether they matter.
            Self::Synonyms => {
                ("owner, synonym_name, table_owner, table_name, db_link", "all_synonyms", "table_owner", "")
            }
            Self::Procedures => ("owner, object_name", "all_procedures", "owner", "object_name IS NOT NULL"),
            Self::Sequences => ("sequence_owner, sequence_name", "all_sequences", "sequence_owner", ""),
            Self::Types => ("owner, object_name", "all_objects", "owner", "object_type IN ('TYPE', 'OPERATOR')"),
        }
    }
}

/// The first three columns name a row in every view but that of dependencies, where all do.
fn order(columns: &str) -> String {
    let named = if columns.contains("referenced_name") { 5 } else { 3 };
    columns.split(", ").take(named).collect::<Vec<_>>().join(", ")
}
