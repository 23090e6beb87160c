//! A thread whose stack holds any tree. The crate `stacker` would need a C compiler, and neither ends at a deadline nor
//! returns a panic as an error.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::sync_channel;
use std::thread;
use std::time::Duration;

/// Stack of a thread, bytes. Only what is used becomes memory.
const STACK: usize = 96 * 1024 * 1024;
/// Longest a caller waits. The parser's own bound ends far below it on any machine; what goes on past it is a fault that
/// must not become the caller's. Tests run without optimisation, beside others.
const DEADLINE: Duration = Duration::from_secs(if cfg!(test) { 120 } else { 5 });

/// Does `work` on such a thread. `None` when it panics, passes the deadline, or no thread can be had.
pub(super) fn run<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (give, take) = sync_channel(1);
    let job = move || {
        let done = catch_unwind(AssertUnwindSafe(work)).ok();
        // Nobody waits any more past the deadline.
        drop(give.send(done));
    };
    thread::Builder::new().name("guard".to_owned()).stack_size(STACK).spawn(job).ok()?;
    take.recv_timeout(DEADLINE).ok()?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_done_whatever_came_before_it() {
        let threads: Vec<_> = (0..8)
            .map(|one| {
                thread::spawn(move || {
                    assert_eq!(run(|| -> u32 { panic!("a bug") }), None);
                    assert_eq!(run(move || one), Some(one));
                })
            })
            .collect();
        for thread in threads {
            thread.join().unwrap();
        }
    }
}
