//! The progress of a fetch, in lines.

use pstral_core::domain::Locale;
use pstral_modelhttp::size;

/// The last progress that was printed.
#[derive(Debug, Default)]
pub(super) struct Progress {
    step: String,
    percent: u64,
}

impl Progress {
    /// The line to say of a step, whose bytes are there and in all; `None` where it says nothing new. A line that changes
    /// in place is worth each hundredth, one that stays each tenth.
    pub(super) fn line(
        &mut self,
        step: &str,
        bytes: Option<(u64, u64)>,
        in_place: bool,
        locale: Locale,
    ) -> Option<String> {
        let grain = if in_place { 1 } else { 10 };
        let percent = bytes.filter(|(_, all)| *all > 0).map(|(there, all)| percent(there, all));
        let reached = percent.unwrap_or_default() / grain * grain;
        if step == self.step && reached <= self.percent {
            return None;
        }
        step.clone_into(&mut self.step);
        self.percent = reached;
        Some(match (percent, bytes) {
            (Some(percent), Some((there, all))) => {
                let [there, all] = [there, all].map(|bytes| size(bytes).render(locale));
                format!("{step} · {percent} % · {there} / {all}")
            }
            _ => step.to_owned(),
        })
    }
}

/// Rounded down: 100 is said when all is there.
fn percent(there: u64, all: u64) -> u64 {
    u64::try_from(u128::from(there.min(all)) * 100 / u128::from(all)).unwrap_or(100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_worth_a_line_gets_one() {
        let (mut terminal, mut pipe) = (Progress::default(), Progress::default());
        let all = 1_929_912_432;
        for (step, bytes, on_terminal, in_pipe) in [
            ("pulling manifest", None, Some("pulling manifest"), true),
            ("pulling manifest", None, None, false),
            ("pulling 4a18", Some((0, all)), Some("pulling 4a18 · 0 % · 0 MB / 1.9 GB"), true),
            ("pulling 4a18", Some((1_000, all)), None, false),
            ("pulling 4a18", Some((19_400_000, all)), Some("pulling 4a18 · 1 % · 19 MB / 1.9 GB"), false),
            ("pulling 4a18", Some((964_956_216, all)), Some("pulling 4a18 · 50 % · 1.0 GB / 1.9 GB"), true),
            // A part that is fetched anew does not go back on the screen.
            ("pulling 4a18", Some((0, all)), None, false),
            ("pulling 4a18", Some((all, all)), Some("pulling 4a18 · 100 % · 1.9 GB / 1.9 GB"), true),
            ("pulling 66b9", Some((0, 0)), Some("pulling 66b9"), true),
            ("verifying sha256 digest", None, Some("verifying sha256 digest"), true),
        ] {
            let said = terminal.line(step, bytes, true, Locale::En);
            assert_eq!(said.as_deref(), on_terminal, "{step} {bytes:?}");
            assert_eq!(pipe.line(step, bytes, false, Locale::Fr).is_some(), in_pipe, "{step} {bytes:?}");
        }
    }

    #[test]
    fn no_number_of_a_server_is_too_large() {
        for (there, all, expected) in [(u64::MAX, u64::MAX, 100), (u64::MAX, 1, 100), (0, u64::MAX, 0), (1, 3, 33)] {
            assert_eq!(percent(there, all), expected);
        }
    }
}
