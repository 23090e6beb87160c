//! The adapter through Oracle's driver in pure Rust, over Oracle's network protocol: `seerdb`, which nobody here wrote,
//! serves the double's database.

#![cfg(test)]

#[path = "../double/company.rs"]
#[expect(dead_code, reason = "what makes a target of the double is not used here")]
mod company;
mod contract;
mod endings;
#[path = "../double/every_kind.rs"]
mod every_kind;
mod kinds;
#[path = "../double/python.rs"]
mod python;
mod server;
