//! Comparing emoji at the terminal: shows those of `pstral matrix verify`, asks whether they agree, and says how it ended.

use std::io::{self, BufRead as _, Read as _};

use async_trait::async_trait;
use pstral_core::domain::Locale;
use pstral_core::text::text;
use pstral_matrix::{Emoji, Outcome, PeerDevice, VerificationPrompt};
use tokio::sync::oneshot;

use crate::cli::Ending;
use crate::cli::out::{say, say_error};

/// Octets of an answer at most.
const MOST: u64 = 256;

/// The terminal in a language.
pub(super) struct Terminal {
    pub(super) locale: Locale,
}

#[async_trait]
impl VerificationPrompt for Terminal {
    fn waits_on(&self, account: &str) {
        say(&text("matrix-verify-waits").with("account", account).render(self.locale));
    }

    fn asked_by(&self, asker: &PeerDevice) {
        let asks = if asker.is_own { text("matrix-verify-own") } else { text("matrix-verify-asks") };
        say(&asks.with("user", &asker.user).with("device", &asker.device).render(self.locale));
    }

    async fn compares(&self, emoji: &[Emoji; 7]) -> Option<bool> {
        for Emoji { number, symbol } in emoji {
            let name = text("matrix-emoji").count("number", (*number).into()).render(self.locale);
            say(&format!("    {symbol}  {name}"));
        }
        say(&text("matrix-verify-question").render(self.locale));
        loop {
            match meant(&typed().await?) {
                None => say(&text("matrix-verify-again").render(self.locale)),
                answer => return answer,
            }
        }
    }
}

impl Terminal {
    /// Says how a verification ended, and what to do where it did not succeed.
    pub(super) fn tell(&self, outcome: &Outcome) -> Ending {
        let of =
            |key: &PeerDevice, said: pstral_core::text::Text| said.with("user", &key.user).with("device", &key.device);
        let said = match outcome {
            Outcome::Verified(asker) => {
                let done = if asker.is_own { text("matrix-verified-own") } else { text("matrix-verified") };
                say(&of(asker, done).render(self.locale));
                return Ending::Fine;
            }
            Outcome::Mismatch(asker) => of(asker, text("matrix-verify-mismatch")),
            Outcome::Cancelled(asker) => of(asker, text("matrix-verify-cancelled")),
            Outcome::TimedOut(asker) => of(asker, text("matrix-verify-late")),
            Outcome::Failed(asker, why) => of(asker, text("matrix-verify-failed")).with("why", why),
            Outcome::NobodyAsked => text("matrix-verify-nobody"),
            Outcome::Stopped => text("matrix-verify-stopped"),
        };
        say_error(&said.render(self.locale));
        Ending::Failed
    }
}

/// The next line that is typed; `None` where there is none. A thread of its own reads it: that cannot be called off, and
/// nobody waits for it at the end.
async fn typed() -> Option<String> {
    let (tell, told) = oneshot::channel();
    let reading = std::thread::Builder::new().spawn(move || {
        let mut line = String::new();
        let read = io::stdin().lock().take(MOST).read_line(&mut line);
        let _ = tell.send(read.is_ok_and(|octets| octets > 0).then_some(line));
    });
    reading.ok()?;
    told.await.ok().flatten()
}

/// An answer in either language.
fn meant(line: &str) -> Option<bool> {
    match line.trim().to_lowercase().as_str() {
        "y" | "yes" | "o" | "oui" => Some(true),
        "n" | "no" | "non" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn an_answer_is_yes_or_no_in_either_language() {
        for (line, expected) in [
            ("yes\n", Some(true)),
            (" Oui ", Some(true)),
            ("N", Some(false)),
            ("non", Some(false)),
            ("", None),
            ("perhaps", None),
        ] {
            assert_eq!(meant(line), expected, "{line}");
        }
    }

    #[test]
    fn each_emoji_has_a_name_of_its_own() {
        for (locale, first, last) in [(Locale::En, "Dog", "Pin"), (Locale::Fr, "Chien", "Punaise")] {
            let name = |number| text("matrix-emoji").count("number", number).render(locale);
            assert_eq!((name(0).as_str(), name(63).as_str()), (first, last));
            assert_eq!((0..64).map(name).collect::<BTreeSet<_>>().len(), 64, "{locale:?}");
        }
    }
}
