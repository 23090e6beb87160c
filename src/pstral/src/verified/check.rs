//! Checks of an entry's content, besides its form.

use jiff::civil::Date;
use pstral_core::domain::{VerifiedKind, VerifiedQuery};
use pstral_core::knowledge::{WhatIsWrong, faults, fold};

/// Everything that is wrong with `query` after the `earlier` ones. Whether its statement may run is for the guard to say.
pub(super) fn query(query: &VerifiedQuery, earlier: &[VerifiedQuery]) -> Vec<WhatIsWrong> {
    let taken = earlier.iter().any(|other| other.id == query.id);
    let mut wrong: Vec<WhatIsWrong> = taken.then_some(WhatIsWrong::DuplicateId).into_iter().collect();
    if query.kind == VerifiedKind::Term {
        let others =
            || earlier.iter().filter(|other| other.kind == VerifiedKind::Term).flat_map(VerifiedQuery::wordings);
        let taken = query.wordings().filter(|name| others().any(|other| fold(other) == fold(name)));
        wrong.extend(taken.map(|name| WhatIsWrong::DuplicateTerm(name.to_owned())));
    }
    wrong.extend(faults(query));
    if query.verified_by.trim().is_empty() {
        wrong.push(WhatIsWrong::Empty("verified_by"));
    }
    if query.verified_on.len() != "2026-01-31".len() || query.verified_on.parse::<Date>().is_err() {
        wrong.push(WhatIsWrong::Date(query.verified_on.clone()));
    }
    wrong
}
