//! Documents, notes and mailbox accounts.

use jiff::civil::Date;
use jiff::{ToSpan as _, Unit};

use super::company::{Client, User};
use super::lists;
use super::sales::Contract;
use crate::random::Random;

const NOTES: usize = 1_500;
/// The documents of a complete client file, with their names.
const PAPERS: [(&str, &str); 3] =
    [("kbis", "Extrait KBIS"), ("identity", "Pièce d'identité du gérant"), ("rib", "RIB")];

/// A file kept about a client.
pub(super) struct Document {
    pub(super) client: usize,
    pub(super) kind: &'static str,
    pub(super) title: String,
    pub(super) file_name: String,
    pub(super) uploaded_at: Date,
}

/// A note about a client.
pub(super) struct Note {
    pub(super) client: usize,
    pub(super) author: usize,
    pub(super) text: &'static str,
    /// `YYYY-MM-DD HH:MM:SS`
    pub(super) created_at: String,
}

/// A mailbox the CRM may read. The tokens are invented and look it.
pub(super) struct EmailAccount {
    pub(super) user: usize,
    pub(super) email: String,
    pub(super) provider: &'static str,
    pub(super) access_token: String,
    pub(super) refresh_token: String,
    /// `YYYY-MM-DD HH:MM:SS`
    pub(super) expires_at: String,
}

/// A client whose file is complete has all the papers, any other lacks at least one; and most signed contracts.
pub(super) fn documents(today: Date, clients: &[Client], contracts: &[Contract]) -> Vec<Document> {
    let mut random = Random::new(5);
    let mut documents = Vec::new();
    for (index, client) in clients.iter().enumerate() {
        let missing = random.below(PAPERS.len());
        for (place, (kind, title)) in PAPERS.into_iter().enumerate() {
            if client.kyc_completed || (place != missing && random.chance(50)) {
                documents.push(Document {
                    client: index,
                    kind,
                    title: format!("{title} – {}", client.company_name),
                    file_name: format!("{kind}-{:04}.pdf", index + 1),
                    uploaded_at: client.created_at.saturating_add(random.between(0, 90).days()).min(today),
                });
            }
        }
    }
    for contract in contracts {
        let Some(signed) = contract.signed.as_ref().filter(|_| random.chance(80)) else { continue };
        documents.push(Document {
            client: contract.client,
            kind: "contract",
            title: format!("Contrat signé {}", contract.number),
            file_name: format!("{}.pdf", contract.number),
            uploaded_at: signed.on,
        });
    }
    documents
}

/// Notes, oldest first; a few of today.
pub(super) fn notes(today: Date, users: &[User], clients: &[Client]) -> Vec<Note> {
    let mut random = Random::new(6);
    let texts = lists::notes();
    let sellers: Vec<usize> =
        (0..users.len()).filter(|index| users.get(*index).is_some_and(|user| user.share > 0)).collect();
    let mut notes: Vec<Note> = (0..NOTES)
        .map(|number| {
            let client = random.below(clients.len());
            let known = clients.get(client);
            let age = known.map_or(0, |client| days_between(client.created_at, today));
            let day = today.saturating_sub(if number < 5 { 0 } else { random.between(0, age) }.days());
            let own = known.and_then(|client| client.assigned_to).filter(|_| random.chance(85));
            Note {
                client,
                author: own.unwrap_or_else(|| random.pick(&sellers)),
                text: random.pick(&texts),
                created_at: format!("{day} {:02}:{:02}:00", random.between(8, 18), random.below(60)),
            }
        })
        .collect();
    notes.sort_by(|one, other| one.created_at.cmp(&other.created_at));
    notes
}

/// One for each person still here.
pub(super) fn email_accounts(today: Date, users: &[User]) -> Vec<EmailAccount> {
    let mut random = Random::new(7);
    let here = users.iter().enumerate().filter(|(_, user)| user.active);
    here.map(|(index, user)| EmailAccount {
        user: index,
        email: user.email.clone(),
        provider: random.pick(&["outlook", "gmail", "ovh"]),
        access_token: format!("not-a-real-access-token-{:04}", random.below(10_000)),
        refresh_token: format!("not-a-real-refresh-token-{:04}", random.below(10_000)),
        expires_at: format!("{} 23:59:59", today.saturating_add(random.between(1, 60).days())),
    })
    .collect()
}

fn days_between(first: Date, last: Date) -> i64 {
    first.until((Unit::Day, last)).map_or(0, |span| i64::from(span.get_days()))
}
