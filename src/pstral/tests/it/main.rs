//! The whole application inside one process, and the built program as people use it: what people see, what the audit
//! holds, what the database ran.

#![recursion_limit = "256"]
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "the functions that tests share are as free as tests")]

mod accounts;
#[cfg(feature = "endpoint")]
mod admin;
mod admin_api;
#[cfg(feature = "endpoint")]
mod admin_oidc;
#[cfg(feature = "endpoint")]
mod admin_page;
mod agreeing;
mod answers;
mod asides;
mod asking_back;
mod audit;
mod audit_first;
#[cfg(feature = "endpoint")]
mod audit_heads;
mod audit_members;
mod audit_pages;
mod bad_input;
mod beside;
mod bombs;
mod bot;
mod canary;
mod catalog;
mod choosing;
mod command_line;
mod commands;
mod continuing;
mod contributing;
mod deciding;
mod decisions;
mod delivering;
mod demo;
mod doctor;
#[cfg(feature = "discord")]
#[path = "../../../../adapters/discord/tests/it/double/mod.rs"]
mod double;
mod editing;
mod elsewhere;
mod eval;
mod expiring;
mod exporting;
mod faults;
mod full_disk;
mod hiding;
mod house;
mod invariants;
mod json_answers;
mod keeping;
mod killed;
mod latest;
mod lifecycle;
mod linking;
mod long_answers;
#[cfg(feature = "matrix")]
#[expect(dead_code, reason = "some of it is for the adapter's own tests")]
#[path = "../../../../adapters/matrix/tests/it/people/mod.rs"]
mod matrix_people;
#[cfg(feature = "discord")]
#[path = "../../../../adapters/discord/tests/it/memory.rs"]
mod memory;
mod metrics;
mod model;
mod models;
#[cfg(feature = "discord")]
mod on_discord;
#[cfg(feature = "matrix")]
mod on_matrix;
mod paging;
mod planning;
mod platforms;
mod policies;
mod postgres;
mod program;
mod quotas;
mod rating;
mod readme;
#[cfg(feature = "openai")]
mod real_model;
mod recovery;
mod repairing;
mod results;
mod retention;
mod retrying;
mod reviewing;
mod running;
mod running_changed;
#[cfg(feature = "discord")]
#[path = "../../../../adapters/discord/tests/it/secure.rs"]
mod secure;
mod sql;
mod state;
mod status;
mod stewards;
mod stopping;
mod talks;
mod target_check;
mod terms;
mod users;
mod verified;
mod waiting;
mod welcome;
mod who_may;
mod world;
