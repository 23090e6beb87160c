//! Wrong passwords: counted for each address, and for each address with each account, so that whoever guesses is slowed down
//! and nobody is locked out by somebody elsewhere.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use pstral_core::domain::sha256;

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
pub(super) struct Attempts(Mutex<Vec<WrongPassword>>);

#[derive(Debug)]
struct WrongPassword {
    network: IpAddr,
    /// The SHA-256 of the user name as it was typed, which may be of any length.
    account: String,
    at: Instant,
}

impl Attempts {
    /// Counts an attempt before its password is looked at, so that many at once count too; fails with the time after which
    /// another one counts, if there were too many.
    pub(super) fn begin(&self, address: IpAddr, account: &str) -> Result<(), Duration> {
        let (network, account) = (network(address), sha256(account));
        let mut wrong = self.lock();
        wrong.retain(|one| one.at.elapsed() < MEMORY);
        let rest = |one: &WrongPassword| MEMORY.saturating_sub(one.at.elapsed());
        let here: Vec<&WrongPassword> = wrong.iter().filter(|one| one.network == network).collect();
        let of_account: Vec<&&WrongPassword> = here.iter().filter(|one| one.account == account).collect();
        // The oldest of those that are too many is forgotten first.
        let by_account = of_account.len().checked_sub(OF_ACCOUNT).map(|at| rest(of_account[at]));
        let by_address = here.len().checked_sub(OF_ADDRESS).map(|at| rest(here[at]));
        if let Some(rest) = by_account.max(by_address) {
            return Err(rest);
        }
        if wrong.len() >= REMEMBERED {
            wrong.remove(0);
        }
        wrong.push(WrongPassword { network, account, at: Instant::now() });
        Ok(())
    }

    /// Forgets the attempts at an account from an address, where the right password was given.
    pub(super) fn forget(&self, address: IpAddr, account: &str) {
        let (network, account) = (network(address), sha256(account));
        self.lock().retain(|one| one.network != network || one.account != account);
    }

    fn lock(&self) -> MutexGuard<'_, Vec<WrongPassword>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The address, or of IPv6 the network of 64 bits, which is what one customer has.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        address @ IpAddr::V4(_) => address,
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
            assert_eq!(attempts.begin(here, "sacha"), Ok(()));
        }
        assert!(attempts.begin(here, "sacha").is_err_and(|rest| rest <= MEMORY));
        assert_eq!(attempts.begin(elsewhere, "sacha"), Ok(()), "the account is locked where it was guessed only");
        attempts.forget(here, "sacha");
        assert_eq!(attempts.begin(here, "sacha"), Ok(()));
        for number in 1..OF_ADDRESS {
            assert_eq!(attempts.begin(here, &format!("user-{number}")), Ok(()));
        }
        assert!(attempts.begin(here, "alex").is_err());
        assert_eq!(attempts.begin(elsewhere, "alex"), Ok(()));
    }

    #[test]
    fn an_ipv6_network_is_one_address() {
        let of = |address: &str| network(address.parse().unwrap());
        assert_eq!(of("2001:db8:0:1::1"), of("2001:db8:0:1:ffff::2"));
        assert_ne!(of("2001:db8:0:1::1"), of("2001:db8:0:2::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
    }
}
