//! Finds the verified query a question asks for, and those it comes near.
//!
//! A question matches one wording of a verified query when, after what says nothing is taken away (see `lexicon.txt`),
//! both are made of the same words in the same order: "clients in Paris who have a contract" are clients, "contracts of
//! clients in Paris" are contracts. One word more or less may be a condition more or less, so it is never let pass, unless
//! it names a column of the answer. A state may stand on either side of its thing, periods and groupings anywhere.

mod columns;
mod fold;
mod form;
mod glossary;
mod keywords;
mod lexicon;
mod matching;
mod meaning;
mod numbers;
mod rank;
mod slots;
mod spelling;
mod template;
mod terms;
mod values;
mod wrong;

pub use fold::fold;
pub use form::{faults, is_name};
pub use keywords::{Concept, concepts};
pub(crate) use keywords::{content_words, stem};
pub use matching::{Match, VerifiedSet};
pub use slots::default_value;
pub(crate) use spelling::one_slip;
pub use template::{slots, without_slots};
pub use values::{KnownValues, NamedValue};
pub use wrong::WhatIsWrong;

use std::collections::BTreeSet;

use crate::domain::{ColumnRef, VerifiedQuery};

/// The columns whose values must be known to match questions with these.
pub fn columns(queries: &[VerifiedQuery]) -> BTreeSet<&ColumnRef> {
    queries.iter().flat_map(|query| &query.parameters).filter_map(|parameter| parameter.column.as_ref()).collect()
}
