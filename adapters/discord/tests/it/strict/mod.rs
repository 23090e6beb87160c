//! The double itself: what it refuses, counts and says. What it lets pass shows nothing.

mod bodies;
mod faults;
mod gateway;
mod interactions;
mod limits;
mod messages;
mod reading;
