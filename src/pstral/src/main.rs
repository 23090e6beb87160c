//! The `pstral` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    pstral::cli::main()
}
