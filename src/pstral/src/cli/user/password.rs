//! A user's password for the admin endpoint: typed twice at a terminal, read once from a pipe.

use std::io::{self, IsTerminal as _, Read as _};

use anyhow::Context as _;
use pstral_core::people::Password;
use pstral_core::text::text;

use super::UserContext;
use crate::cli::Ending;
use crate::cli::out::{say, say_error};
use crate::passwords;

/// Octets read from a pipe at most: more than the longest password has.
const MOST: u64 = 4096;

impl UserContext {
    pub(super) async fn password(&self, username: &str, remove: bool) -> anyhow::Result<Ending> {
        let admin = self.admin();
        let user = match admin.known(username).await {
            Ok(user) => user,
            Err(error) => return self.ended(Err(error)),
        };
        if remove {
            let removed = admin.set_password(&user, None).await;
            if removed.is_ok() {
                say(&text("password-removed").with("name", &user.username).render(self.locale));
            }
            return self.ended(removed);
        }
        let typed = match self.typed()? {
            Ok(typed) => typed,
            Err(sentence) => {
                say_error(&sentence.render(self.locale));
                return Ok(Ending::Usage);
            }
        };
        let password = match Password::new(&typed) {
            Ok(password) => password,
            Err(refusal) => return self.ended(Err(refusal.into())),
        };
        let hash = passwords::hash(password).await?;
        let set = self.admin().set_password(&user, Some(&hash)).await;
        if set.is_ok() {
            say(&text("password-set").with("name", &user.username).render(self.locale));
        }
        self.ended(set)
    }

    /// Reads a password, or returns the sentence that says why it cannot be used.
    fn typed(&self) -> anyhow::Result<Result<String, pstral_core::text::Text>> {
        if !io::stdin().is_terminal() {
            let mut piped = Vec::new();
            io::stdin().lock().take(MOST).read_to_end(&mut piped).context("standard input cannot be read")?;
            let Ok(piped) = String::from_utf8(piped) else { return Ok(Err(text("password-not-text"))) };
            return Ok(Ok(piped.lines().next().unwrap_or_default().to_owned()));
        }
        let ask = |sentence: pstral_core::text::Text| {
            rpassword::prompt_password(format!("{} ", sentence.render(self.locale)))
                .context("the terminal cannot be read")
        };
        let typed = ask(text("password-prompt"))?;
        let again = ask(text("password-again"))?;
        Ok(if typed == again { Ok(typed) } else { Err(text("password-differs")) })
    }
}
