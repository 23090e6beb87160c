//! Wrong passwords: counted for each address, and for each address with each account, so that whoever guesses is slowed down
//! and nobody is locked out by somebody elsewhere.

use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The time for which a wrong password counts.
const MEMORY: Duration = Duration::from_mins(15);
/// Wrong passwords of one account from one address.
const OF_ACCOUNT: usize = 5;
/// Wrong passwords from one address, of any account.
const OF_ADDRESS: usize = 20;
/// Wrong passwords that are remembered: an attack from thousands of addresses does not fill the memory.
const REMEMBERED: usize = 10_000;

/// The wrong passwords of the last quarter of an hour.
#[derive(Debug, Default)]
pub(super) struct Attempts(Mutex<Vec<Wrong>>);

#[derive(Debug)]
struct Wrong {
    address: IpAddr,
    account: String,
    at: Instant,
}

impl Attempts {
    /// The time after which another attempt counts, if there were too many.
    pub(super) fn locked_for(&self, address: IpAddr, account: &str) -> Option<Duration> {
        let mut wrong = self.lock();
        wrong.retain(|one| one.at.elapsed() < MEMORY);
        let until = |one: &Wrong| MEMORY.saturating_sub(one.at.elapsed());
        let here: Vec<&Wrong> = wrong.iter().filter(|one| one.address == address).collect();
        let of_account: Vec<&&Wrong> = here.iter().filter(|one| one.account == account).collect();
        // The oldest of those that are too many is forgotten first.
        let by_account = of_account.len().checked_sub(OF_ACCOUNT).map(|at| until(of_account[at]));
        let by_address = here.len().checked_sub(OF_ADDRESS).map(|at| until(here[at]));
        by_account.max(by_address)
    }

    /// Counts a wrong password.
    pub(super) fn count(&self, address: IpAddr, account: &str) {
        let mut wrong = self.lock();
        if wrong.len() >= REMEMBERED {
            wrong.remove(0);
        }
        wrong.push(Wrong { address, account: account.to_owned(), at: Instant::now() });
    }

    /// Forgets the wrong passwords of an account from an address, where the right one was given.
    pub(super) fn forget(&self, address: IpAddr, account: &str) {
        self.lock().retain(|one| one.address != address || one.account != account);
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Wrong>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guessing_locks_one_account_at_one_address_and_many_accounts_the_address() {
        let (here, elsewhere) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        let attempts = Attempts::default();
        for _ in 0..OF_ACCOUNT {
            assert_eq!(attempts.locked_for(here, "sacha"), None);
            attempts.count(here, "sacha");
        }
        assert!(attempts.locked_for(here, "sacha").is_some_and(|rest| rest <= MEMORY));
        assert_eq!(attempts.locked_for(here, "alex"), None);
        assert_eq!(attempts.locked_for(elsewhere, "sacha"), None, "the account is locked where it was guessed only");
        attempts.forget(here, "sacha");
        assert_eq!(attempts.locked_for(here, "sacha"), None);
        (0..OF_ADDRESS).for_each(|number| attempts.count(here, &format!("user-{number}")));
        assert!(attempts.locked_for(here, "alex").is_some());
        assert_eq!(attempts.locked_for(elsewhere, "alex"), None);
    }
}
