//! `completions` and `man`: what a shell and `man` read, made from the arguments that the program takes.
//!
//! Invariant: the same program gives the same bytes.

use std::io::Write as _;
use std::process::ExitCode;

use clap::CommandFactory as _;

use crate::cli::args::{Arguments, Completions, Man};
use crate::cli::broken;

/// Runs `completions`.
pub fn completions(arguments: &Completions) -> ExitCode {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "taco-gen", &mut script);
    let _ = std::io::stdout().write_all(&script);
    ExitCode::SUCCESS
}

/// Runs `man`.
pub fn man(arguments: &Man) -> ExitCode {
    let program = Arguments::command();
    let done = match &arguments.output {
        None => print(&clap_mangen::Man::new(program)),
        Some(folder) => std::fs::create_dir_all(folder)
            .and_then(|()| clap_mangen::generate_to(program.propagate_version(true), folder)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => broken(&format!("cannot write the pages: {error}")),
    }
}

/// Prints a page; a reader that has seen enough may close the pipe.
fn print(page: &clap_mangen::Man) -> std::io::Result<()> {
    let mut text = Vec::new();
    page.render(&mut text)?;
    match std::io::stdout().write_all(&text) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}
