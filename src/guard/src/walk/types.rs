//! Types of casts, and the fields of dates.

use sqlparser::ast::{DataType, DateTimeField};

use super::super::fault::{Checked, unplaced};
use super::super::refusal::Rule;
use super::{Walk, absent};

/// Largest length or precision of a type: more pads each value to it.
const WIDEST: u64 = 32_767;

impl Walk<'_> {
    /// A type of the dialect's list, with a length or precision of digits only.
    ///
    /// The type's rendering is compared, since that is what will run. The only letters in its brackets are the unit of
    /// a length.
    pub(crate) fn data_type(&self, data_type: &DataType) -> Checked {
        self.type_written(&data_type.to_string())
    }

    /// Checks a type that stands as a word of the tree, as [`Walk::data_type`] checks one that the parser has read.
    pub(crate) fn type_written(&self, written: &str) -> Checked {
        let rendered = written.to_uppercase();
        let mut name = String::new();
        let mut rest = rendered.as_str();
        while let Some((before, after)) = rest.split_once('(') {
            let Some((inside, after)) = after.split_once(')') else { break };
            let lengths = rendered.starts_with("CHAR") || rendered.starts_with("VARCHAR");
            let units = [" CHAR", " BYTE"].iter().find_map(|unit| inside.strip_suffix(unit)).filter(|_| lengths);
            // `NUMBER(*, 2)` has any precision.
            let scale = inside.strip_prefix("*, ").filter(|_| rendered.starts_with("NUMBER("));
            let inside = units.or(scale).unwrap_or(inside);
            let digits = !inside.is_empty()
                && inside.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b',' | b' ' | b'-'));
            let wide = inside
                .split(|c: char| !c.is_ascii_digit())
                .any(|one| one.parse().is_ok_and(|length: u64| length > WIDEST));
            if !digits || wide {
                return Err(unplaced(Rule::TypeNotAllowed, rendered));
            }
            name.push_str(before);
            rest = after;
        }
        name.push_str(rest);
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        if self.lists.is_type(&name) { Ok(()) } else { Err(unplaced(Rule::TypeNotAllowed, rendered)) }
    }
}

/// Bytes to which a type pads each value.
pub(super) fn padding(data_type: &DataType) -> usize {
    let rendered = data_type.to_string().to_uppercase();
    let pads = ["CHAR(", "CHARACTER(", "NCHAR("].iter().find_map(|name| rendered.strip_prefix(name));
    let digits = pads.and_then(|rest| rest.split(|c: char| !c.is_ascii_digit()).next());
    digits.and_then(|digits| digits.parse().ok()).unwrap_or_default()
}

/// A field of EXTRACT or INTERVAL: a word, never a name that could be a column or a function.
pub(super) fn field(field: &DateTimeField) -> Checked {
    let rendered = field.to_string();
    let word = !rendered.is_empty() && rendered.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    absent(!word, &rendered)?;
    absent(matches!(field, DateTimeField::Custom(_)), &rendered)
}
