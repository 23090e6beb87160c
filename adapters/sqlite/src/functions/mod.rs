//! Functions of the same name and meaning as SQLite's own whose time does not multiply. A function call is a single
//! instruction of SQLite's machine, within which nothing looks at the brake: on texts of the greatest length
//! SQLite's `instr`, `replace`, `trim` with a set, `LIKE` and `GLOB` take minutes, hours or days.

mod find;
mod pattern;
mod text;
mod trim;

use std::borrow::Cow;
use std::sync::Arc;

use pstral_reading::Brake;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, Error, Result, ToSql, ffi};

use crate::open::LENGTH;
use pattern::{Pattern, Wildcards};
use text::Texts;
use trim::Ends;

/// Bytes of the longest pattern of LIKE and GLOB.
pub(crate) const PATTERN: i32 = 1000;

/// Puts them in the place of SQLite's own. Source of each meaning: <https://www.sqlite.org/lang_corefunc.html>, and
/// SQLite itself, which the tests compare them with.
pub(crate) fn replace_slow(connection: &Connection, brake: &Brake) -> Result<()> {
    let texts = Arc::new(Texts::like_those_of(connection)?);
    let known = Arc::clone(&texts);
    define(connection, "instr", 2, move |call| instr(call, &known))?;
    let known = Arc::clone(&texts);
    define(connection, "replace", 3, move |call| replace(call, &known))?;
    for (name, ends) in [("trim", Ends::Both), ("ltrim", Ends::Left), ("rtrim", Ends::Right)] {
        let (known, watched) = (Arc::clone(&texts), brake.clone());
        define(connection, name, 2, move |call| trim(call, &known, ends, &watched))?;
    }
    for (name, arguments, wildcards) in
        [("like", 2, Wildcards::Like), ("like", 3, Wildcards::Like), ("glob", 2, Wildcards::Glob)]
    {
        let (known, watched) = (Arc::clone(&texts), brake.clone());
        define(connection, name, arguments, move |call| matches(call, &known, wildcards, &watched))?;
    }
    Ok(())
}

fn define<T: ToSql>(
    connection: &Connection,
    name: &str,
    arguments: i32,
    function: impl Fn(&Context<'_>) -> Result<T> + Send + 'static,
) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    connection.create_scalar_function(name, arguments, flags, function)
}

fn instr(call: &Context<'_>, texts: &Texts) -> Result<Option<i64>> {
    let (hay, needle) = (call.get_raw(0), call.get_raw(1));
    let found = if let (ValueRef::Blob(hay), ValueRef::Blob(needle)) = (hay, needle) {
        find::byte(hay, needle)
    } else {
        let (Some(hay), Some(needle)) = (texts.of(hay)?, texts.of(needle)?) else { return Ok(None) };
        find::character(&hay, &needle)
    };
    Ok(Some(i64::try_from(found).expect("invariant: no text is longer than 2 MiB")))
}

fn replace(call: &Context<'_>, texts: &Texts) -> Result<Option<Text>> {
    let Some(all) = texts.of(call.get_raw(0))? else { return Ok(None) };
    let Some(old) = texts.of(call.get_raw(1))? else { return Ok(None) };
    if old.first().is_none_or(|first| *first == 0) {
        return Ok(Some(Text(all.into_owned())));
    }
    let Some(new) = texts.of(call.get_raw(2))? else { return Ok(None) };
    let longest = usize::try_from(LENGTH).expect("invariant: the limit is a few million");
    let replaced = find::replaced(&all, &old, &new, longest).ok_or_else(|| failure(ffi::SQLITE_TOOBIG, None))?;
    Ok(Some(Text(replaced)))
}

fn trim(call: &Context<'_>, texts: &Texts, ends: Ends, brake: &Brake) -> Result<Option<Text>> {
    let Some(all) = texts.of(call.get_raw(0))? else { return Ok(None) };
    let Some(set) = texts.of(call.get_raw(1))? else { return Ok(None) };
    let left = trim::trimmed(&all, &set, ends, &mut Patience::new(brake))?;
    Ok(Some(Text(left.to_vec())))
}

fn matches(call: &Context<'_>, texts: &Texts, wildcards: Wildcards, brake: &Brake) -> Result<Option<bool>> {
    let escape = match call.len() {
        3 => {
            let Some(escape) = texts.of(call.get_raw(2))? else { return Ok(None) };
            Some(escape)
        }
        _ => None,
    };
    let pattern = texts.of(call.get_raw(0))?;
    if pattern.as_ref().is_some_and(|pattern| pattern.len() > PATTERN as usize) {
        return Err(failure(ffi::SQLITE_ERROR, Some("LIKE or GLOB pattern too complex")));
    }
    let escape = match escape.as_deref().map(pattern::only_character) {
        Some(None) => return Err(failure(ffi::SQLITE_ERROR, Some("ESCAPE expression must be a single character"))),
        Some(only) => only,
        None => None,
    };
    let (Some(pattern), Some(text)) = (pattern, texts.of(call.get_raw(1))?) else { return Ok(None) };
    Pattern::new(&pattern, wildcards, escape).matches(&text, &mut Patience::new(brake)).map(Some)
}

/// A text as SQLite keeps it, which need not be valid UTF-8.
struct Text(Vec<u8>);

impl ToSql for Text {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Text(&self.0)))
    }
}

/// Looks at the brake now and then.
struct Patience<'b> {
    brake: &'b Brake,
    steps: usize,
}

impl<'b> Patience<'b> {
    /// Steps of some nanoseconds between two looks.
    const STEPS: usize = 1 << 16;

    fn new(brake: &'b Brake) -> Self {
        Self { brake, steps: 0 }
    }

    /// Counts work done; fails once the brake is pulled.
    fn spend(&mut self, steps: usize) -> Result<()> {
        self.steps += steps;
        if self.steps >= Self::STEPS {
            self.steps = 0;
            if self.brake.pulled().is_some() {
                return Err(failure(ffi::SQLITE_INTERRUPT, None));
            }
        }
        Ok(())
    }
}

fn failure(code: i32, message: Option<&str>) -> Error {
    Error::SqliteFailure(ffi::Error::new(code), message.map(str::to_owned))
}

/// Bytes that may be SQLite's own.
type Bytes<'v> = Cow<'v, [u8]>;
