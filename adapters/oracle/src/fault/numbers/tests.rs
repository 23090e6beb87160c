//! Each number that is listed, with what it must call for, written down a second time.

use super::*;
use Decision::{Busy, ClientMissing, Failed, Lost, NoAccount, OutOfMemory, Rejected, Stopped, Timeout, Unavailable};

/// A range that is wider is one of a kind: its ends are looked at, and the numbers in it that matter.
const WIDE: u32 = 20;

const ORA: &[(Decision, &[u32])] = &[
    (Stopped, &[1013]),
    (Timeout, &[3136, 3156, 12_161]),
    (
        Lost,
        &[
            28, 31, 603, 609, 1012, 1041, 1092, 2396, 2399, 3113, 3114, 3122, 3135, 12_153, 12_537, 12_547, 12_570,
            12_571, 12_583, 25_408,
        ],
    ),
    (NoAccount, &[28_030, 28_150, 28_183, 28_184, 28_187]),
    (
        Busy,
        &[
            18, 20, 54, 60, 2391, 4020, 4021, 4061, 4065, 4068, 12_516, 12_518, 12_519, 12_520, 12_526, 12_527, 12_528,
            24_418, 24_459, 24_496, 30_006,
        ],
    ),
    (
        Unavailable,
        &[
            // Not started, closing, restricted, not open.
            1033, 1034, 1035, 1089, 1090, 1109, 27_101, // Password and account.
            1005, 1017, 1045, 28_000, 28_001, 28_002, 28_003, 28_009, // The network.
            12_150, 12_154, 12_170, 12_505, 12_514, 12_521, 12_541, 12_543, 12_545, 12_560, 12_699,
        ],
    ),
    (OutOfMemory, &[1652, 4030, 4036]),
    (
        Failed,
        &[
            600, 1110, 1111, 1112, 1113, 1114, 1115, 1116, 1410, 1555, 1578, 1650, 1651, 1653, 1654, 1655, 1656, 1657,
            1658, 1659, 4031, 4032, 4033, 4034, 4035, 7445, 8103, 8176, 22_924, // In no range.
            24_999, 65_000,
        ],
    ),
    (
        Rejected,
        &[
            // Syntax and names.
            1, 900, 904, 907, 911, 918, 923, 933, 936, 942, 979, 980, 999, 1747, 2289, 3112, 32_034,
            // Privileges, and what may only read.
            1031, 1039, 1456, 16_000, 28_194, 41_900, 41_999, // Data and limits of SQL.
            1426, 1427, 1436, 1476, 1489, 1722, 1790, 1795, 1821, 1830, 1839, 1858, 1873, 6500, 6502, 6503, 6599,
            12_700, 12_899, 13_999, 22_800, 22_835, 22_999, 29_200, 30_009, 32_999, 36_800, 36_999, 38_100, 38_199,
            40_400, 40_441, 40_799, 43_900, 43_999, 46_000, 46_999, 54_000, 54_999,
            // Raised by views and functions; profiles; row-level rules.
            2014, 2392, 2393, 2394, 2395, 4040, 4043, 4063, 4099, 18_008, 20_000, 20_001, 20_999, 28_100, 28_113,
            28_115, 28_149,
        ],
    ),
];

const DPI: &[(Decision, &[u32])] = &[
    (ClientMissing, &[1047, 1049, 1050, 1072, 1079]),
    (Timeout, &[1067]),
    (Lost, &[1010, 1080]),
    (Rejected, &[1006, 1043, 1044, 1045]),
    (Failed, &[1001, 1007, 1037, 1062]),
];

fn expected(list: &[(Decision, &[u32])], number: u32) -> Option<Decision> {
    list.iter().find(|(_, numbers)| numbers.contains(&number)).map(|(decision, _)| *decision)
}

#[test]
fn each_number_has_its_decision() {
    for (list, decide) in [(ORA, by_ora as fn(u32) -> Decision), (DPI, by_dpi)] {
        for (decision, numbers) in list {
            for number in *numbers {
                assert_eq!(decide(*number), *decision, "{number:05}");
                assert_eq!(expected(list, *number), Some(*decision), "{number:05} is written down once");
            }
        }
    }
}

#[test]
fn no_number_is_listed_that_is_not_looked_at() {
    for (table, list) in [(BY_ORA, ORA), (BY_DPI, DPI)] {
        for (from, to) in table.iter().flat_map(|(_, numbers)| numbers.iter()) {
            let ends = [*from, *to];
            let looked_at = if to - from < WIDE { (*from..=*to).collect() } else { ends.to_vec() };
            for number in looked_at {
                assert!(expected(list, number).is_some(), "nothing is expected of {number:05}");
            }
        }
    }
}
