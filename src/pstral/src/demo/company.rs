//! The people and the clients of the sample company; the rest of it follows from them.

use std::collections::HashSet;

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::lists::{self, City};
use super::paperwork::{self, Document, EmailAccount, Note};
use super::sales::{self, Contract, Payment, Sale};
use crate::random::Random;

const SALESPEOPLE: usize = 12;
const CLIENTS: usize = 500;

/// Everything the database holds. Rows refer to each other by their place in these lists.
pub(super) struct Company {
    pub(super) users: Vec<User>,
    pub(super) clients: Vec<Client>,
    pub(super) contracts: Vec<Contract>,
    pub(super) payments: Vec<Payment>,
    pub(super) documents: Vec<Document>,
    pub(super) notes: Vec<Note>,
    pub(super) email_accounts: Vec<EmailAccount>,
}

/// Somebody who works here.
pub(super) struct User {
    pub(super) full_name: String,
    pub(super) email: String,
    pub(super) phone: String,
    pub(super) role: &'static str,
    pub(super) hired_on: Date,
    pub(super) active: bool,
    /// Their share of the business, relative to the others.
    pub(super) share: usize,
}

/// A company that buys, or may one day.
pub(super) struct Client {
    pub(super) company_name: String,
    pub(super) email: String,
    pub(super) phone: String,
    pub(super) address: String,
    pub(super) postal_code: String,
    pub(super) city: &'static str,
    pub(super) status: &'static str,
    pub(super) kyc_completed: bool,
    pub(super) assigned_to: Option<usize>,
    pub(super) created_at: Date,
    /// Its frequency of purchases, relative to the others; 0 is never.
    pub(super) appetite: usize,
}

impl Company {
    /// The company as it stands on `today`.
    pub(super) fn new(today: Date) -> Self {
        let users = users(today);
        let mut clients = clients(today, &users);
        let Sale { contracts, payments } = sales::sell(today, &users, &clients);
        settle(today, &mut clients, &contracts);
        let documents = paperwork::documents(today, &clients, &contracts);
        let notes = paperwork::notes(today, &users, &clients);
        let email_accounts = paperwork::email_accounts(today, &users);
        Self { users, clients, contracts, payments, documents, notes, email_accounts }
    }
}

fn users(today: Date) -> Vec<User> {
    let mut random = Random::new(1);
    let (mut first_names, mut surnames) = (lists::first_names(), lists::surnames());
    let mut users = Vec::new();
    for index in 0..SALESPEOPLE + 2 {
        let first_name = first_names.swap_remove(random.below(first_names.len()));
        let surname = surnames.swap_remove(random.below(surnames.len()));
        let role = match index {
            0 => "manager",
            1 => "assistant",
            _ => "sales",
        };
        users.push(User {
            full_name: format!("{first_name} {surname}"),
            email: format!("{}.{}@pstral.example", slug(first_name), slug(surname)),
            // The mobile range kept for works of fiction: see `lists::fictitious`.
            phone: telephone("06 39 98", &mut random),
            role,
            hired_on: today.saturating_sub(random.between(1_900, 4_500).days()),
            active: index != SALESPEOPLE + 1,
            share: if role == "sales" { usize::try_from(random.between(3, 14)).unwrap_or(3) } else { 0 },
        });
    }
    users
}

fn clients(today: Date, users: &[User]) -> Vec<Client> {
    let mut random = Random::new(2);
    let cities = lists::cities();
    let streets = lists::streets();
    let sellers: Vec<(usize, usize)> = users.iter().map(|user| user.share).enumerate().collect();
    let mut names = Names::default();
    let mut ages: Vec<i64> = (0..CLIENTS).map(|index| age(index, &mut random)).collect();
    ages.sort_unstable_by(|one, other| other.cmp(one));
    let mut clients = Vec::with_capacity(CLIENTS);
    for age in ages {
        let city: &City = random.weighted(&cities, |city| city.weight);
        let company_name = names.next(&mut random);
        let postal_code = city.postal_code + random.between(0, city.postal_codes - 1);
        let appetites = [(0, 12), (1, 45), (3, 26), (8, 13), (30, 4)];
        let appetite = random.weighted(&appetites, |(_, share)| *share).0;
        let seller = random.weighted(&sellers, |(_, share)| *share).0;
        let nobody_yet = appetite == 0 && random.chance(30);
        clients.push(Client {
            email: format!("contact@{}.example", slug(&company_name)),
            company_name,
            phone: telephone(city.telephone, &mut random),
            address: format!("{} {}", random.between(1, 120), random.pick(&streets)),
            postal_code: format!("{postal_code:05}"),
            city: city.name,
            status: "prospect",
            kyc_completed: random.chance(91),
            assigned_to: (!nobody_yet).then_some(seller),
            created_at: today.saturating_sub(age.days()),
            appetite,
        });
    }
    clients
}

/// Returns the age of a client relationship in days: some began today, a stock is old, the rest is spread over five
/// years.
fn age(index: usize, random: &mut Random) -> i64 {
    match index {
        0..3 => 0,
        3..80 => random.between(1_800, 2_400),
        _ => random.between(1, 1_800),
    }
}

/// A client's status follows from its contracts; a prospect has rarely sent all its papers.
fn settle(today: Date, clients: &mut [Client], contracts: &[Contract]) {
    let mut random = Random::new(3);
    let dormant_since = today.saturating_sub(6.months());
    let mut last_end: Vec<Option<Date>> = vec![None; clients.len()];
    for contract in contracts {
        if let (Some(signed), Some(last)) = (&contract.signed, last_end.get_mut(contract.client)) {
            *last = (*last).max(Some(signed.end));
        }
    }
    for (client, last_end) in clients.iter_mut().zip(last_end) {
        client.status = match last_end {
            None => "prospect",
            Some(end) if end < dormant_since => "inactive",
            Some(_) => "active",
        };
        client.kyc_completed &= client.status != "prospect" || random.chance(30);
    }
}

/// Company names, none of them twice.
struct Names {
    trades: Vec<&'static str>,
    surnames: Vec<&'static str>,
    places: Vec<&'static str>,
    brands: Vec<&'static str>,
    activities: Vec<&'static str>,
    used: HashSet<String>,
}

impl Default for Names {
    fn default() -> Self {
        Self {
            trades: lists::trades(),
            surnames: lists::surnames(),
            places: lists::places(),
            brands: lists::brands(),
            activities: lists::activities(),
            used: HashSet::new(),
        }
    }
}

impl Names {
    fn next(&mut self, random: &mut Random) -> String {
        loop {
            let name = self.draw(random);
            if self.used.insert(name.clone()) {
                let forms = [("SARL", 45), ("SAS", 35), ("EURL", 13), ("SA", 7)];
                return format!("{name} {}", random.weighted(&forms, |(_, share)| *share).0);
            }
        }
    }

    fn draw(&self, random: &mut Random) -> String {
        let trade = random.pick(&self.trades);
        match random.below(10) {
            0..3 => format!("{trade} {}", random.pick(&self.surnames)),
            3..5 => format!("{trade} {} & Fils", random.pick(&self.surnames)),
            5..8 => format!("{trade} {}", random.pick(&self.places)),
            _ => format!("{} {}", random.pick(&self.brands), random.pick(&self.activities)),
        }
    }
}

fn telephone(range: &str, random: &mut Random) -> String {
    format!("{range} {:02} {:02}", random.below(100), random.below(100))
}

/// As it would stand in an address on the internet: `Électricité Roux & Fils` → `electricite-roux-fils`.
fn slug(name: &str) -> String {
    pstral_core::knowledge::fold(name).join("-")
}
