//! Divides the remaining room of a prompt.

/// A part of a prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    /// Of a hundred.
    pub(super) share: usize,
    /// Tokens it would take, were there room for all of it.
    pub(super) wants: usize,
}

/// The tokens each part gets: what it wants within its share; what one does not use goes to the next that wants more,
/// the first of them first.
pub(super) fn allot<const N: usize>(room: usize, parts: [Part; N]) -> [usize; N] {
    let mut given = parts.map(|part| part.wants.min(room * part.share / 100));
    let mut left = room.saturating_sub(given.iter().sum());
    for (given, part) in given.iter_mut().zip(parts) {
        let more = (part.wants - *given).min(left);
        *given += more;
        left -= more;
    }
    given
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parts(wants: [usize; 3]) -> [Part; 3] {
        let [a, b, c] = wants;
        [Part { share: 60, wants: a }, Part { share: 10, wants: b }, Part { share: 30, wants: c }]
    }

    #[test]
    fn what_one_does_not_use_goes_to_the_next() {
        for (wants, given) in [
            ([900, 900, 900], [60, 10, 30]),
            ([10, 900, 900], [10, 60, 30]),
            ([900, 0, 0], [100, 0, 0]),
            ([10, 10, 10], [10, 10, 10]),
            ([70, 900, 0], [70, 30, 0]),
        ] {
            assert_eq!(allot(100, parts(wants)), given, "{wants:?}");
        }
    }

    proptest! {
        #[test]
        fn no_more_than_there_is_and_no_less_than_is_wanted(room in 0usize..5_000, wants: [u16; 3]) {
            let wants = wants.map(usize::from);
            let given = allot(room, parts(wants));
            prop_assert_eq!(given.iter().sum::<usize>(), room.min(wants.iter().sum()));
            prop_assert!(given.iter().zip(wants).all(|(given, wants)| *given <= wants));
        }
    }
}
