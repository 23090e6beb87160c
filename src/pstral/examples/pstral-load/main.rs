//! Many people ask at once: what they wait for, what it costs, and whether every letter arrives.
//!
//! `cargo run --release -p pstral --example pstral-load -- --people 200 --seconds 60 --rate 30 --json`; docs/load.md says
//! what each figure means.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a measurement prints")]

mod child;
mod clock;
mod double;
mod endpoints;
mod limit;
mod measure;
mod options;
mod process;
mod program;
mod report;
mod server;
#[cfg(test)]
mod tests;
mod words;

use std::process::ExitCode;

use clap::Parser as _;
use tokio::runtime::{Builder, Runtime};

use crate::child::ModelProcess;
use crate::options::Options;
use crate::report::Report;

fn main() -> ExitCode {
    let options = Options::parse();
    if let Some(fault) = options.fault() {
        eprintln!("pstral-load: {fault}");
        return ExitCode::from(2);
    }
    let done = if options.model_server { serve(&options) } else { load(&options) };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pstral-load: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The scripted model, in a process of its own so that its work is not counted as Pstral's.
fn serve(options: &Options) -> anyhow::Result<()> {
    Builder::new_current_thread().enable_all().build()?.block_on(server::announce(options.speech()))
}

/// As the program does it: one runtime with a thread a core.
fn load(options: &Options) -> anyhow::Result<()> {
    let model = ModelProcess::start()?;
    let runtime = Runtime::new()?;
    let report: Report = runtime.block_on(program::run(options, &model.url))?;
    print!("{report}");
    if options.json {
        println!("{}", report.json());
    }
    Ok(())
}
