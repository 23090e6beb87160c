//! The whole application inside one process, and the built program as people use it: what people see, what the audit
//! holds, what the database ran.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "the functions that tests share are as free as tests")]

mod accounts;
mod agreeing;
mod answers;
mod asides;
mod asking_back;
mod audit;
mod audit_first;
mod audit_members;
mod audit_pages;
mod bad_input;
mod canary;
mod catalog;
mod command_line;
mod commands;
mod deciding;
mod decisions;
mod delivering;
mod demo;
mod doctor;
mod editing;
mod expiring;
mod exporting;
mod full_disk;
mod hiding;
mod invariants;
mod keeping;
mod killed;
mod lifecycle;
mod linking;
mod model;
mod platforms;
mod policies;
mod postgres;
mod program;
mod quotas;
mod rating;
mod readme;
mod recovery;
mod repairing;
mod results;
mod retention;
mod retrying;
mod running;
mod sql;
mod state;
mod stewards;
mod talks;
mod users;
mod verified;
mod welcome;
mod world;
