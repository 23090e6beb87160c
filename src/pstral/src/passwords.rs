//! Passwords of the admin endpoint: argon2id, away from the threads that answer.

use anyhow::Context as _;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use pstral_core::domain::User;
use pstral_core::people::Password;
use pstral_core::ports::{Entropy as _, People};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::clock::SystemEntropy;

/// KiB, passes and lanes: the second recommended option of RFC 9106, section 4
/// (<https://www.rfc-editor.org/rfc/rfc9106#section-4>), above OWASP's least of 19 MiB and two passes
/// (<https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html>).
const COST: (u32, u32, u32) = (65_536, 3, 4);

/// Hashes at once: each holds 64 MiB, and whoever tries to sign in a thousand times takes no more than these.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// A hash of the same cost, of a password nobody knows: checked where there is none, so that the time an answer takes
/// does not tell who exists.
const NOBODYS: &str =
    "$argon2id$v=19$m=65536,t=3,p=4$wC6c0Vd5p2wX0kq8b0o3Zg$6nQe1o7Xc0m1Vd8yqj0G3bS5vA2tR9uKxY4ZfLhWc8E";

/// A password as it is kept: a PHC string with its parameters and a salt of its own.
pub async fn hash(password: Password) -> anyhow::Result<String> {
    let turn = AT_ONCE.acquire().await.context("invariant: the semaphore is never closed")?;
    spawn_blocking(move || {
        // Kept here: the work goes on where whoever asked for it has left.
        let _turn = turn;
        let mut salt = [0; 16];
        SystemEntropy.fill(&mut salt);
        let (memory, passes, lanes) = COST;
        let params = Params::new(memory, passes, lanes, None).map_err(|error| anyhow::anyhow!("{error}"))?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let hash = argon2.hash_password_with_salt(password.as_bytes(), &salt);
        hash.map(|hash| hash.to_string()).map_err(|error| anyhow::anyhow!("the password cannot be hashed: {error}"))
    })
    .await?
}

/// The user of that name, if that is their password and they are not disabled. It takes as long where there is no such
/// user, or none with a password.
pub async fn verify(people: &dyn People, username: &str, password: Password) -> anyhow::Result<Option<User>> {
    let user = people.user_named(username).await?;
    let kept = match &user {
        Some(user) => people.password(user.id).await?,
        None => None,
    };
    let known = kept.is_some();
    let right = matches(kept.unwrap_or_else(|| NOBODYS.to_owned()), password).await?;
    Ok(user.filter(|user| known && right && !user.disabled))
}

/// Checks a password against a hash, with the parameters of that hash.
async fn matches(kept: String, password: Password) -> anyhow::Result<bool> {
    let turn = AT_ONCE.acquire().await.context("invariant: the semaphore is never closed")?;
    spawn_blocking(move || {
        // Kept here: the work goes on where whoever asked for it has left.
        let _turn = turn;
        let kept =
            PasswordHash::new(&kept).map_err(|error| anyhow::anyhow!("a password is not kept as one: {error}"))?;
        Ok(Argon2::default().verify_password(password.as_bytes(), &kept).is_ok())
    })
    .await?
}

#[cfg(test)]
mod tests {
    use pstral_core::domain::UserChange;
    use pstral_core::testkit::state::{MemoryState, member};

    use super::*;

    fn password(text: &str) -> Password {
        Password::new(text).unwrap()
    }

    #[tokio::test]
    async fn only_the_right_password_of_an_enabled_user_lets_in() {
        let people = MemoryState::default();
        let user = member(&people, "zoe").await.unwrap();
        let phrase = || password("correct horse battery");
        let tries = async |name: &str, tried: Password| verify(&people, name, tried).await.unwrap();
        assert_eq!(tries("zoe", phrase()).await, None, "no password yet");

        let kept = hash(phrase()).await.unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=65536,t=3,p=4$"), "{kept}");
        assert_ne!(kept, hash(phrase()).await.unwrap(), "a salt of its own");
        people.set_password(user.id, Some(&kept)).await.unwrap();
        assert_eq!(tries("ZOE", phrase()).await, Some(user.clone()));
        assert_eq!(tries("zoe", password("correct horse batterz")).await, None);
        assert_eq!(tries("max", phrase()).await, None, "nobody of that name");

        people.change_user(&user, &UserChange::disabled(true), &[]).await.unwrap();
        assert_eq!(tries("zoe", phrase()).await, None, "disabled");
    }

    /// Time cannot be asserted; that the same work is done can.
    #[test]
    fn where_there_is_no_password_the_work_is_the_same() {
        let nobodys = PasswordHash::new(NOBODYS).unwrap();
        let params = Params::try_from(&nobodys).unwrap();
        assert_eq!((params.m_cost(), params.t_cost(), params.p_cost()), COST);
        assert_eq!(nobodys.algorithm.as_str(), "argon2id");
        let (salt, output) = (nobodys.salt.unwrap(), nobodys.hash.unwrap());
        assert_eq!((salt.len(), output.len()), (16, Params::DEFAULT_OUTPUT_LEN));
    }
}
