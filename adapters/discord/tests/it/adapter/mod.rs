//! The adapter, on real connections to the double.

mod asking;
mod clicking;
mod commanding;
mod connecting;
mod contract;
mod production;
mod sending;
mod size;
