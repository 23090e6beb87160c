//! The decision for each error number of the database.

use super::Decision;

/// Numbers from to, the first that fits.
type Numbers = &'static [(u32, u32)];

/// A number that is in none of them is a failure: the database's own, until somebody knows better.
const BY_ORA: &[(Decision, Numbers)] = &[
    (Decision::Stopped, &[(1013, 1013)]),
    // Inbound connection, OCI call, partial data: how the end of a call's time shows (`dpiError.c`).
    (Decision::Timeout, &[(3136, 3136), (3156, 3156), (12_161, 12_161)]),
    // Killed, disconnected, end of file, no contact: those that ODPI-C takes for the end of a connection, and a few more.
    (
        Decision::Lost,
        &[
            (28, 28),
            (31, 31),
            (603, 603),
            (609, 609),
            (1012, 1012),
            (1041, 1041),
            (1092, 1092),
            (2396, 2396),
            (2399, 2399),
            (3113, 3114),
            (3122, 3122),
            (3135, 3135),
            (12_153, 12_153),
            (12_537, 12_537),
            (12_547, 12_547),
            (12_570, 12_571),
            (12_583, 12_583),
            (25_408, 25_408),
        ],
    ),
    // The person's account may not be entered through ours, or is not there.
    (Decision::NoAccount, &[(28_030, 28_030), (28_150, 28_150), (28_183, 28_184), (28_187, 28_187)]),
    // Sessions, processes, handlers of the listener, the pool; then locks and deadlocks.
    (
        Decision::Busy,
        &[
            (18, 18),
            (20, 20),
            (2391, 2391),
            (12_516, 12_516),
            (12_518, 12_520),
            (12_526, 12_528),
            (24_418, 24_418),
            (24_459, 24_459),
            (24_496, 24_496),
            (54, 54),
            (60, 60),
            (4020, 4021),
            (30_006, 30_006),
            // A package was compiled meanwhile; the next call finds the new version.
            (4061, 4061),
            (4065, 4065),
            (4068, 4068),
        ],
    ),
    // Not started or closing; name, password or account, which are the operator's; and the network below.
    (
        Decision::Unavailable,
        &[
            (1033, 1035),
            (1089, 1090),
            (1109, 1109),
            (27_101, 27_101),
            (1005, 1005),
            (1017, 1017),
            (1045, 1045),
            (28_000, 28_003),
            (28_009, 28_009),
            (12_150, 12_699),
        ],
    ),
    // Temporary segments, the process's memory, that of all processes.
    (Decision::OutOfMemory, &[(1652, 1652), (4030, 4030), (4036, 4036)]),
    // The undo, the object, the disk, the shared memory, or the server itself.
    (
        Decision::Failed,
        &[
            (600, 600),
            (1110, 1116),
            (1410, 1410),
            (1555, 1555),
            (1578, 1578),
            (1650, 1659),
            (4030, 4036),
            (7445, 7445),
            (8103, 8103),
            (8176, 8176),
            (22_924, 22_924),
        ],
    ),
    // Syntax, names, privileges, read-only, data, limits of SQL and of the account's profile, and what views and
    // functions raise.
    (
        Decision::Rejected,
        &[
            (1, 3112),
            (4040, 4099),
            (6500, 6599),
            (12_700, 13_999),
            (16_000, 16_000),
            (18_008, 20_999),
            (22_800, 22_999),
            (28_100, 28_149),
            (28_194, 28_194),
            (29_200, 32_999),
            (36_800, 36_999),
            (38_100, 38_199),
            (40_400, 40_799),
            (41_900, 41_999),
            (43_900, 43_999),
            (46_000, 46_999),
            (54_000, 54_999),
        ],
    ),
];

/// ODPI-C's own numbers (`dpiErrorMessages.h`).
const BY_DPI: &[(Decision, Numbers)] = &[
    (Decision::ClientMissing, &[(1047, 1047), (1049, 1050), (1072, 1072), (1079, 1079)]),
    (Decision::Timeout, &[(1067, 1067)]),
    (Decision::Lost, &[(1010, 1010), (1080, 1080)]),
    // A number or a text that the driver cannot take as a value.
    (Decision::Rejected, &[(1006, 1006), (1043, 1045)]),
];

/// The database's or its network layer's.
pub(super) fn by_ora(number: u32) -> Decision {
    first(BY_ORA, number)
}

/// The driver's.
pub(super) fn by_dpi(number: u32) -> Decision {
    first(BY_DPI, number)
}

fn first(table: &[(Decision, Numbers)], number: u32) -> Decision {
    let fits = |numbers: Numbers| numbers.iter().any(|(from, to)| (*from..=*to).contains(&number));
    table.iter().find(|(_, numbers)| fits(numbers)).map_or(Decision::Failed, |(decision, _)| *decision)
}

#[cfg(test)]
mod tests;
