//! The `taco-gen` program: arguments to a command to an exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    taco_gen::cli::run::run()
}
