//! The decision for each error number of the database.

use super::ErrorClass;

/// The decision for a number of the database or its network layer. The first arm that fits counts: an exception stands
/// above the range it is in. A number in no arm is a failure, the database's own, until somebody knows better.
pub(super) fn by_ora(number: u32) -> ErrorClass {
    match number {
        1013 => ErrorClass::Stopped,
        // Inbound connection, OCI call, partial data: how the end of a call's time shows (`dpiError.c`).
        3136 | 3156 | 12_161 => ErrorClass::Timeout,
        // Killed, disconnected, end of file, no contact: those that ODPI-C takes for the end of a connection, and a few
        // more.
        28 | 31 | 603 | 609 | 1012 | 1041 | 1092 | 2396 | 2399 | 3113..=3114 | 3122 | 3135
        // In the network layer.
        | 12_153 | 12_537 | 12_547 | 12_570..=12_571 | 12_583 | 25_408 => ErrorClass::Lost,
        // The person's account may not be entered through ours, or is not there.
        28_030 | 28_150 | 28_183..=28_184 | 28_187 => ErrorClass::NoAccount,
        // Sessions, processes, handlers of the listener, the pool.
        18 | 20 | 2391 | 12_516 | 12_518..=12_520 | 12_526..=12_528 | 24_418 | 24_459 | 24_496
        // Locks and deadlocks.
        | 54 | 60 | 4020..=4021 | 30_006
        // A package was compiled meanwhile; the next call finds the new version.
        | 4061 | 4065 | 4068 => ErrorClass::Busy,
        // Not started or closing.
        1033..=1035 | 1089..=1090 | 1109 | 27_101
        // Name, password or account, which are the operator's.
        | 1005 | 1017 | 1045 | 28_000..=28_003 | 28_009
        // The network below.
        | 12_150..=12_699 => ErrorClass::Unavailable,
        // Temporary segments, the process's memory, that of all processes.
        1652 | 4030 | 4036 => ErrorClass::OutOfMemory,
        // The undo, the object, the disk, the shared memory, or the server itself.
        600 | 1110..=1116 | 1410 | 1555 | 1578 | 1650..=1659 | 7445 | 8103 | 8176 | 22_924 => ErrorClass::Failed,
        // Syntax, names, privileges, data, limits of the account's profile.
        1..=3112 | 4040..=4099 | 6500..=6599 | 12_700..=13_999
        // What only reads; what views and functions raise; rules of rows.
        | 16_000 | 28_194 | 18_008..=20_999 | 28_100..=28_149
        // Data and limits of SQL in the ranges of later versions.
        | 22_800..=22_999 | 29_200..=32_999 | 36_800..=36_999 | 38_100..=38_199 | 40_400..=40_799
        | 41_900..=41_999 | 43_900..=43_999 | 46_000..=46_999 | 54_000..=54_999 => ErrorClass::Rejected,
        _ => ErrorClass::Failed,
    }
}

/// The decision for one of ODPI-C's own numbers (`dpiErrorMessages.h`).
pub(super) fn by_dpi(number: u32) -> ErrorClass {
    match number {
        1047 | 1049..=1050 | 1072 | 1079 => ErrorClass::ClientMissing,
        1067 => ErrorClass::Timeout,
        1010 | 1080 => ErrorClass::Lost,
        // A number or a text that the driver cannot take as a value.
        1006 | 1043..=1045 => ErrorClass::Rejected,
        _ => ErrorClass::Failed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_number_has_its_decision() {
        for (expected, numbers) in [
            (ErrorClass::Stopped, &[1013][..]),
            (ErrorClass::Timeout, &[3136, 3156, 12_161]),
            // Exceptions within the ranges of what is rejected or unavailable.
            (ErrorClass::Lost, &[28, 1012, 3113, 3114, 12_547, 12_571]),
            (ErrorClass::NoAccount, &[28_030, 28_150, 28_183, 28_184, 28_187]),
            (ErrorClass::Busy, &[18, 54, 60, 2391, 4021, 4061, 4068, 12_519, 12_528, 30_006]),
            (ErrorClass::Unavailable, &[1017, 1033, 1035, 1045, 1089, 1090, 12_150, 12_541, 12_699, 28_000, 28_003]),
            (ErrorClass::OutOfMemory, &[1652, 4030, 4036]),
            // The last three are in no range, or beside one.
            (ErrorClass::Failed, &[600, 1110, 1116, 1555, 1650, 1659, 22_924, 4031, 4039, 65_000]),
            (ErrorClass::Rejected, &[1, 942, 1031, 3112, 4040, 4099, 6500, 6599, 12_700, 13_999, 16_000, 18_008]),
            (ErrorClass::Rejected, &[20_999, 22_800, 22_999, 28_100, 28_149, 28_194, 29_200, 32_999, 36_800, 36_999]),
            (ErrorClass::Rejected, &[38_100, 38_199, 40_400, 40_799, 41_900, 41_999, 43_900, 43_999, 46_000, 46_999]),
            (ErrorClass::Rejected, &[54_000, 54_999]),
        ] {
            for number in numbers {
                assert_eq!(by_ora(*number), expected, "ORA-{number:05}");
            }
        }
    }

    #[test]
    fn each_kind_of_dpi_number_has_its_decision() {
        for (expected, numbers) in [
            (ErrorClass::ClientMissing, &[1047, 1050, 1079][..]),
            (ErrorClass::Timeout, &[1067]),
            (ErrorClass::Lost, &[1010, 1080]),
            (ErrorClass::Rejected, &[1006, 1044]),
            (ErrorClass::Failed, &[1001, 1037, 1062]),
        ] {
            for number in numbers {
                assert_eq!(by_dpi(*number), expected, "DPI-{number:04}");
            }
        }
    }
}
