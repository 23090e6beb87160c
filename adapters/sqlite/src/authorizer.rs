//! The authorizer of prepared statements: they may read known relations and call harmless functions; everything else is
//! denied.

use std::collections::HashSet;

use rusqlite::hooks::{AuthAction, Authorization};

/// SQLite asks with lower-case names. Left out are functions that load code (`load_extension`, `fts3_tokenizer`), make
/// memory out of nothing (`zeroblob`, `randomblob`) or tell of the connection (`sqlite_*`, `changes`). Source:
/// <https://www.sqlite.org/lang_corefunc.html> and the pages it links.
const FUNCTIONS: [&str; 6] = [
    "avg count cume_dist dense_rank first_value group_concat lag last_value lead max min nth_value ntile percent_rank \
     rank row_number string_agg sum total",
    "abs acos asin atan atan2 ceil ceiling cos degrees exp floor ln log log10 log2 mod pi pow power radians random \
     round sign sin sqrt tan trunc",
    "char concat concat_ws format glob hex instr length like lower ltrim octet_length printf quote replace rtrim \
     soundex substr substring trim unhex unicode upper",
    "coalesce if ifnull iif likelihood likely nullif typeof unlikely",
    "current_date current_time current_timestamp date datetime julianday strftime time timediff unixepoch",
    "-> ->> json json_array json_array_length json_extract json_group_array json_group_object json_insert json_object \
     json_patch json_quote json_remove json_replace json_set json_type json_valid",
];

/// Decides one action of a statement; `relations` holds the names that may be read, in lower case.
pub(crate) fn authorize(action: &AuthAction<'_>, relations: &HashSet<String>) -> Authorization {
    let allowed = match action {
        AuthAction::Select | AuthAction::Recursive => true,
        AuthAction::Read { table_name, column_name } => readable(table_name, column_name, relations),
        AuthAction::Function { function_name } => {
            FUNCTIONS.iter().any(|group| group.split(' ').any(|name| name.eq_ignore_ascii_case(function_name)))
        }
        _ => false,
    };
    if allowed { Authorization::Allow } else { Authorization::Deny }
}

/// A relation of which no column is used, as in `count(*)`, is asked for with an empty column; a common table
/// expression is then asked for by its own name, so that only the engine's own tables can be told apart.
fn readable(table: &str, column: &str, relations: &HashSet<String>) -> bool {
    let table = table.to_ascii_lowercase();
    if relations.contains(&table) {
        return true;
    }
    let internal = ["sqlite_", "pragma_", "json_", "fts"].iter().any(|start| table.starts_with(start))
        || ["dbstat", "bytecode", "tables_used", "generate_series"].contains(&table.as_str());
    column.is_empty() && !internal
}
