//! The adapter through the real binding and ODPI-C, on a double of Oracle's client library.

#![cfg(test)]

mod company;
mod contract;
mod dictionary;
mod endings;
mod every_kind;
mod judge;
mod kinds;
mod parameters;
mod python;
mod sessions;
mod volume;
