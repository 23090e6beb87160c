//! A disk without room for the audit: nothing runs. `ulimit -f` makes one without being root.

use crate::program::{Place, feed};

const STATE_FULL: &str = "The audit log cannot be written: to be safe, nothing was run.";
const SHOWN: &str = "rows. Time: ";

/// Whatever the moment at which the disk is full, from the start of the program to the end of the question.
#[test]
fn what_cannot_be_audited_does_not_run() {
    let place = Place::new();
    place.run(&["demo"]).code(0);
    let executions = || {
        let out = place.run(&["audit", "export", "--action", "execution"]).code(0).out;
        out.lines().count()
    };
    // An audit event takes more than two of its pages of 4 KB: one of these steps ends within it.
    let (mut refused, mut full, mut shown, mut before) = (0, 0, 0, executions());
    for kilobytes in (64..4096).step_by(8) {
        let program = env!("CARGO_BIN_EXE_pstral");
        let mut shell = place.command("bash");
        // Writing beyond the limit is then a failed write, not the end of the program.
        shell.args(["-c", &format!("trap '' XFSZ; ulimit -f {kilobytes}; exec '{program}' demo")]);
        let ended = feed(shell, b"List the clients in Paris\n/execute\n").says(&[]);
        let after = executions();
        assert!(after - before >= ended.out.matches(SHOWN).count(), "at {kilobytes} KB: {ended:#?}");
        before = after;
        assert!(!ended.out.contains("Something went wrong on my side"), "at {kilobytes} KB: {ended:#?}");
        place.run(&["audit", "verify"]).code(0);
        full += usize::from(ended.code != Some(0));
        shown += ended.out.matches(SHOWN).count();
        refused += usize::from(ended.out.contains(STATE_FULL));
        if ended.code == Some(0) && ended.out.contains(SHOWN) {
            assert!(refused > 0, "the disk was never full in the middle");
            println!(
                "full disks: {full}, questions refused for want of an audit: {refused}, results shown: {shown}, none without its entry"
            );
            return;
        }
        assert!(ended.code == Some(1) || !ended.out.contains(SHOWN), "{ended:#?}");
    }
    panic!("there was never enough room");
}
