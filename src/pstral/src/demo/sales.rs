//! Contracts and the payments that follow from them.

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::company::{Client, User};
use super::lists;
use crate::random::Random;

const CONTRACTS: usize = 2_000;
const DRAFTS: usize = 110;
/// So many are signed and paid on the very day, so that "this month" has rows even on the first of January.
const SIGNED_TODAY: usize = 6;

/// The contracts and their payments.
pub(super) struct Sale {
    pub(super) contracts: Vec<Contract>,
    pub(super) payments: Vec<Payment>,
}

/// A contract, oldest first, drafts last.
pub(super) struct Contract {
    pub(super) number: String,
    pub(super) client: usize,
    pub(super) seller: usize,
    pub(super) title: &'static str,
    pub(super) cents: i64,
    pub(super) status: &'static str,
    /// `None` for a draft.
    pub(super) signed: Option<Signed>,
}

/// The days of a signed contract.
pub(super) struct Signed {
    pub(super) on: Date,
    pub(super) start: Date,
    pub(super) end: Date,
}

/// An instalment, or an attempt at one.
pub(super) struct Payment {
    pub(super) contract: usize,
    pub(super) client: usize,
    pub(super) cents: i64,
    pub(super) due: Date,
    /// `None` until the money came.
    pub(super) paid: Option<Date>,
    pub(super) status: &'static str,
}

/// Four years of business, ending on `today`.
pub(super) fn sell(today: Date, users: &[User], clients: &[Client]) -> Sale {
    let mut random = Random::new(4);
    let mut days: Vec<i64> = (0..CONTRACTS - DRAFTS).map(|index| days_ago(today, index, &mut random)).collect();
    days.sort_unstable_by(|one, other| other.cmp(one));
    let buyers = Buyers::new(clients);
    let mut sale = Sale { contracts: Vec::with_capacity(CONTRACTS), payments: Vec::new() };
    let (mut year, mut in_year) = (0, 0);
    for ago in days.into_iter().map(Some).chain([None; DRAFTS]) {
        let on = today.saturating_sub(ago.unwrap_or_default().days());
        in_year = if on.year() == year { in_year + 1 } else { 1 };
        year = on.year();
        let client = buyers.on(on, &mut random);
        let mut contract = Contract {
            number: format!("CT-{year}-{in_year:04}"),
            client,
            seller: seller(clients.get(client), users, &mut random),
            title: random.pick(&lists::services()),
            cents: price(&mut random),
            status: "draft",
            signed: None,
        };
        if ago.is_some() {
            let schedule = sign(&mut contract, on, today, &mut random);
            pay(&contract, sale.contracts.len(), &schedule, today, &mut sale.payments, &mut random);
        }
        sale.contracts.push(contract);
    }
    sale
}

/// Business grows over the years and rests in August.
fn days_ago(today: Date, index: usize, random: &mut Random) -> i64 {
    if index < SIGNED_TODAY {
        return 0;
    }
    let days = random.between(0, 1_460).min(random.between(0, 1_900));
    let in_august = today.saturating_sub(days.days()).month() == 8;
    if in_august && random.chance(60) { days + 31 } else { days }
}

/// The choice of buyers: clients are sorted by the day they were met, and nobody buys before that day.
struct Buyers {
    /// The day a client was met, and the appetite of all clients up to and including it.
    known: Vec<(Date, usize)>,
}

impl Buyers {
    fn new(clients: &[Client]) -> Self {
        let mut total = 0;
        let known = clients.iter().map(|client| {
            total += client.appetite;
            (client.created_at, total)
        });
        Self { known: known.collect() }
    }

    fn on(&self, day: Date, random: &mut Random) -> usize {
        let met = self.known.partition_point(|(since, _)| *since <= day);
        let total = met.checked_sub(1).and_then(|last| self.known.get(last)).map_or(0, |(_, total)| *total);
        let drawn = random.below(total);
        self.known.partition_point(|(_, until)| *until <= drawn)
    }
}

/// Most often the client's own salesperson.
fn seller(client: Option<&Client>, users: &[User], random: &mut Random) -> usize {
    match client.and_then(|client| client.assigned_to) {
        Some(own) if random.chance(88) => own,
        _ => {
            let shares: Vec<(usize, usize)> = users.iter().map(|user| user.share).enumerate().collect();
            random.weighted(&shares, |(_, share)| *share).0
        }
    }
}

/// Many small contracts, few large ones; in cents, rounded as people round prices.
fn price(random: &mut Random) -> i64 {
    let bands = [
        ((400, 2_000, 10), 24),
        ((2_000, 6_000, 50), 34),
        ((6_000, 15_000, 100), 25),
        ((15_000, 50_000, 500), 13),
        ((50_000, 240_000, 1_000), 4),
    ];
    let (low, high, step) = random.weighted(&bands, |(_, share)| *share).0;
    let euros = random.between(low, high).min(random.between(low, high));
    let rounded = (euros / step * step).max(low);
    rounded * 100 - if random.chance(15) { 10 } else { 0 }
}

/// The payment schedule of a contract.
struct Schedule {
    instalments: i64,
    every_months: i64,
    /// No instalment falls due after this day.
    until: Date,
}

fn sign(contract: &mut Contract, on: Date, today: Date, random: &mut Random) -> Schedule {
    let months = random.weighted(&[(6, 15), (12, 50), (24, 22), (36, 13)], |(_, share)| *share).0;
    let instalments =
        random.weighted(&[(1, 16), (2, 10), (3, 20), (4, 26), (6, 20), (12, 8)], |(_, share)| *share).0.min(months);
    let start = on.saturating_add(if on == today { 0 } else { random.between(0, 30) }.days());
    let end = start.saturating_add(months.months()).saturating_sub(1.day());
    let cancelled = start.saturating_add(random.between(60, months * 28).days());
    let is_cancelled = random.chance(6) && cancelled <= today;
    contract.status = match () {
        () if is_cancelled => "cancelled",
        () if end < today => "completed",
        () => "active",
    };
    contract.signed = Some(Signed { on, start, end: if is_cancelled { cancelled.min(end) } else { end } });
    Schedule {
        instalments,
        every_months: months / instalments,
        until: if is_cancelled { cancelled } else { Date::MAX },
    }
}

fn pay(
    contract: &Contract,
    at: usize,
    schedule: &Schedule,
    today: Date,
    payments: &mut Vec<Payment>,
    random: &mut Random,
) {
    let Some(signed) = &contract.signed else { return };
    for number in 0..schedule.instalments {
        let due = signed.start.saturating_add((number * schedule.every_months).months());
        if due > schedule.until {
            break;
        }
        // The last instalment carries what the division leaves over.
        let each = contract.cents / schedule.instalments;
        let last = number + 1 == schedule.instalments;
        let cents = if last { contract.cents - each * number } else { each };
        let paid = if signed.on == today && number == 0 { Some(today) } else { arrival(due, today, random) };
        let status = match paid {
            Some(_) => "paid",
            None if due < today => "late",
            None => "pending",
        };
        let payment = |paid, status| Payment { contract: at, client: contract.client, cents, due, paid, status };
        if random.chance(4) && due < today {
            payments.push(payment(None, "failed"));
        }
        payments.push(payment(paid, status));
    }
}

/// Returns the day on which an instalment was paid: mostly around its due date, sometimes weeks later, rarely never.
fn arrival(due: Date, today: Date, random: &mut Random) -> Option<Date> {
    let days = match random.below(100) {
        0..86 => random.between(-3, 10),
        86..98 => random.between(15, 70),
        _ => random.between(120, 700),
    };
    Some(due.saturating_add(days.days())).filter(|day| *day <= today)
}
