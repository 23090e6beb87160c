//! The adapter through the real binding and ODPI-C, on a double of Oracle's client library.

#![cfg(test)]

mod company;
mod contract;
mod dictionary;
mod endings;
mod judge;
mod kinds;
mod parameters;
mod sessions;
mod volume;
