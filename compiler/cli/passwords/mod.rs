//! `passwords`.
//!
//! Invariant: a value goes to a store, or to a terminal after a yes; never into a message, an argument or the environment.
#![allow(clippy::disallowed_types, reason = "a store notes when a value was made; builds read that as text")]

pub mod identity;
mod read;
mod session;
pub(super) mod staged;
mod taken;
mod write;
mod x509;

use std::process::ExitCode;

use crate::cli::args::Action;

pub use taken::{take_over, values};

/// Runs an action.
pub fn run(action: &Action) -> ExitCode {
    identity::harden();
    let done = match action {
        Action::Init { key, recipient } => write::init(key, recipient),
        Action::Generate { key, prune } => {
            write::generate(key, if *prune { write::Unused::Remove } else { write::Unused::Keep })
        }
        Action::List { site } => read::list(site),
        Action::Show { key, name, pipe } => {
            read::show(key, name, if *pipe { read::Target::Any } else { read::Target::Person })
        }
        Action::Set { key, name } => write::set(key, name),
        Action::Rotate { key, names, staged: true } => staged::rotate(key, names),
        Action::Rotate { key, names, staged: false } => write::rotate(key, names),
        Action::Rekey { key, add, remove } => write::rekey(key, add, remove),
        Action::Verify { key, format } => read::verify(key, *format),
    };
    done.unwrap_or_else(|code| code)
}
