//! Validation and normalization of what is entered about a user.

use unicode_normalization::UnicodeNormalization as _;

use super::Refusal;
use crate::domain::{NewUser, UserChange, username_key};
use crate::harmless;

/// Characters of a username at most.
const USERNAME: usize = 64;
/// Signs of a username besides letters and digits: those of addresses, of Windows' and of Oracle's own names.
const USERNAME_SIGNS: &str = "._-+@$#";
/// Characters of a full name at most.
const FULL_NAME: usize = 120;
/// Octets of an address at most (RFC 5321, 4.5.3.1.3: 256 with its angle brackets).
const EMAIL: usize = 254;

/// A password as it was typed; it is never shown.
#[derive(Clone)]
pub struct Password(String);

impl Password {
    /// Characters at least, between the 8 and the 15 of NIST SP 800-63B-4
    /// (<https://pages.nist.gov/800-63-4/sp800-63b.html#passwordver>).
    pub const LEAST: usize = 12;
    /// Characters at most, so that nobody makes it costly to hash.
    pub const MOST: usize = 256;

    /// Takes what was typed, whatever keyboard it came from: composed characters (NFC).
    pub fn new(typed: &str) -> Result<Self, Refusal> {
        let password: String = typed.nfc().collect();
        match password.chars().count() {
            0..Self::LEAST => Err(Refusal::PasswordShort),
            Self::LEAST..=Self::MOST => Ok(Self(password)),
            _ => Err(Refusal::PasswordLong),
        }
    }

    /// Returns the bytes to hash.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}

/// A user to be made, tidied; without a full name they go by their username.
pub fn checked_user(new: NewUser) -> Result<NewUser, Refusal> {
    let NewUser { username: name, full_name: called, email: address, role, locale } = new;
    let username = username(&name)?;
    let full_name = full_name(&called)?;
    let full_name = if full_name.is_empty() { username.clone() } else { full_name };
    Ok(NewUser { username, full_name, email: email(&address)?, role, locale })
}

/// A change of a user, tidied.
pub fn checked_change(change: UserChange) -> Result<UserChange, Refusal> {
    if change.is_empty() {
        return Err(Refusal::NothingToChange);
    }
    let UserChange { username: name, full_name: called, email: address, role, locale, zone, disabled } = change;
    let username = name.as_deref().map(username).transpose()?;
    let full_name = called.as_deref().map(full_name).transpose()?;
    if full_name.as_deref() == Some("") {
        return Err(Refusal::FullNameEmpty);
    }
    let email = address.as_deref().map(email).transpose()?;
    Ok(UserChange { username, full_name, email, role, locale, zone, disabled })
}

fn username(typed: &str) -> Result<String, Refusal> {
    let name = username_key(typed);
    // Those are left of people who were forgotten.
    if name.starts_with("erased-") {
        return Err(Refusal::UsernameReserved);
    }
    let fits = (1..=USERNAME).contains(&name.chars().count());
    let begins = name.starts_with(char::is_alphanumeric);
    let holds = name.chars().all(|c| c.is_alphanumeric() || USERNAME_SIGNS.contains(c));
    // Full-width and other compatibility characters look like the plain ones that somebody else's name has.
    let is_plain = name.nfkc().eq(name.chars());
    if fits && begins && holds && is_plain { Ok(name) } else { Err(Refusal::Username) }
}

/// Checks whether a character may be in a displayed name: it neither controls nor hides anything.
fn shows(c: char) -> bool {
    harmless::text(c.encode_utf8(&mut [0; 4])).len() == c.len_utf8()
        && !matches!(c, '\n' | '\t' | '\u{200b}'..='\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{2060}' | '\u{feff}' | '`')
}

fn full_name(typed: &str) -> Result<String, Refusal> {
    shown_name(typed, FULL_NAME).ok_or(Refusal::FullName)
}

/// Tidies the spaces of a name that people read. `None` if it has more characters than `most`, or one that controls or
/// hides something.
pub fn shown_name(typed: &str, most: usize) -> Option<String> {
    let name = typed.trim().nfc().collect::<String>();
    let fits = name.chars().count() <= most && name.chars().all(shows);
    fits.then(|| name.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Plausible is enough: only a message that arrives would prove more.
fn email(typed: &str) -> Result<String, Refusal> {
    let email = typed.trim();
    if email.is_empty() {
        return Ok(String::new());
    }
    let plain =
        email.len() <= EMAIL && email.chars().all(|c| shows(c) && !c.is_whitespace() && !"<>,;\"()".contains(c));
    let parts = email.split_once('@').filter(|(local, domain)| {
        let labels =
            domain.split('.').all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'));
        !local.is_empty() && labels && !domain.contains('@')
    });
    if plain && parts.is_some() { Ok(email.to_owned()) } else { Err(Refusal::Email) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Locale, Role};

    fn new(username: &str, full_name: &str, email: &str) -> NewUser {
        let own = str::to_owned;
        NewUser {
            username: own(username),
            full_name: own(full_name),
            email: own(email),
            role: Role::default(),
            locale: Locale::Fr,
        }
    }

    #[test]
    fn usernames_are_one_word_in_lower_case() {
        for (typed, kept) in [
            ("Camille.Durand", "camille.durand"),
            (" ÉLODIE ", "élodie"),
            ("E\u{301}lodie", "élodie"),
            ("ops$batch#1", "ops$batch#1"),
            ("zoe@example.org", "zoe@example.org"),
        ] {
            assert_eq!(checked_user(new(typed, "", "")).map(|user| user.username), Ok(kept.to_owned()), "{typed}");
        }
        let long = "a".repeat(65);
        for typed in
            ["", " ", "a b", "@everyone", ".a", "a\u{7}", "a\u{202e}b", "a\u{200b}b", "a`b", "a/b", long.as_str()]
                .into_iter()
                .chain(["ｃlaire", "claire²", "ﬁona", "Ⅳa", "𝐜laire"])
        {
            assert_eq!(checked_user(new(typed, "", "")).map(|user| user.username), Err(Refusal::Username), "{typed:?}");
        }
        assert_eq!(checked_user(new("Erased-1", "", "")).map(drop), Err(Refusal::UsernameReserved));
    }

    #[test]
    fn full_names_are_tidied_and_default_to_the_username() {
        for (typed, kept) in
            [("", "zoe"), ("  Zoé   Le Goff ", "Zoé Le Goff"), ("D’Arc-O'Neill (Zoé)", "D’Arc-O'Neill (Zoé)")]
        {
            assert_eq!(
                checked_user(new("zoe", typed, "")).map(|user| user.full_name),
                Ok(kept.to_owned()),
                "{typed:?}"
            );
        }
        for typed in ["a\u{1b}[2J", "a\u{202e}b", "```", "a\nb", &"a".repeat(121)] {
            assert_eq!(
                checked_user(new("zoe", typed, "")).map(|user| user.full_name),
                Err(Refusal::FullName),
                "{typed:?}"
            );
        }
        let nobody = UserChange { full_name: Some(" ".to_owned()), ..UserChange::default() };
        assert_eq!(checked_change(nobody), Err(Refusal::FullNameEmpty));
        assert_eq!(checked_change(UserChange::default()), Err(Refusal::NothingToChange));
    }

    #[test]
    fn addresses_are_plausible() {
        for typed in ["", "zoe@example.org", "z.o+e@intern", "zoé@exemple.fr"] {
            assert_eq!(checked_user(new("zoe", "", typed)).map(|user| user.email), Ok(typed.to_owned()), "{typed}");
        }
        let long = format!("{}@example.org", "a".repeat(243));
        for typed in ["zoe", "@x.fr", "zoe@", "zoe@x..fr", "z oe@x.fr", "a@b@c.fr", "<zoe@x.fr>", "zoe@-x.fr", &long] {
            assert_eq!(checked_user(new("zoe", "", typed)).map(|user| user.email), Err(Refusal::Email), "{typed}");
        }
    }

    #[test]
    fn passwords_are_long_enough_and_never_shown() {
        assert_eq!(Password::new("elevenchars").map(drop), Err(Refusal::PasswordShort));
        assert_eq!(Password::new(&"é".repeat(257)).map(drop), Err(Refusal::PasswordLong));
        let composed = Password::new("motdepassé123").unwrap();
        assert_eq!(composed.as_bytes(), Password::new("motdepasse\u{301}123").unwrap().as_bytes());
        assert_eq!(format!("{composed:?}"), "Password(…)");
    }
}
