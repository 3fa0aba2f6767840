//! Arguments of `passwords`.
//!
//! Invariant: as in [`super`].

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::render::Format;

/// `passwords`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  taco-gen passwords init lab --identity lab.agekey
  taco-gen passwords generate lab --identity lab.agekey
  taco-gen passwords list lab
  taco-gen passwords rotate lab keystone-database/password --identity lab.agekey
  taco-gen passwords verify lab --identity lab.agekey

Exit codes: 0 done, 1 errors in the spec or the store, 2 could not run")]
pub struct Passwords {
    /// The action.
    #[command(subcommand)]
    pub action: Action,
}

/// The actions of `passwords`.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Create an empty store, and the age identity if its file does not exist; by default the identity is
    /// ~/.config/sops/age/keys.txt
    Init {
        /// Whose store, and who opens it.
        #[command(flatten)]
        key: Key,
        /// Additional recipients (age1...) that can open the store
        #[arg(short, long)]
        recipient: Vec<String>,
    },
    /// Generate the secrets that are missing from the store
    Generate {
        /// Whose store, and who opens it.
        #[command(flatten)]
        key: Key,
        /// Remove unused secrets
        #[arg(long)]
        prune: bool,
    },
    /// List names, kinds, times and consumers, without an identity
    List {
        /// The site, e.g. sites/lab
        site: String,
    },
    /// Print a value to the terminal, after confirmation
    Show {
        /// Whose store, and who opens it.
        #[command(flatten)]
        key: Key,
        /// The secret, OBJECT/KEY
        name: String,
        /// Allow printing to a pipe or file, without confirmation
        #[arg(long)]
        pipe: bool,
    },
    /// Set a value, read from standard input
    Set {
        /// Whose store, and who opens it.
        #[command(flatten)]
        key: Key,
        /// The secret, OBJECT/KEY
        name: String,
    },
    /// Generate new values
    Rotate {
        /// Whose store, and who opens it.
        #[command(flatten)]
        key: Key,
        /// The secrets, OBJECT/KEY
        #[arg(required = true)]
        names: Vec<String>,
        /// Rotate without an outage, one of three steps per run: add a second account, switch consumers to it, remove the first
        #[arg(long)]
        staged: bool,
    },
    /// Re-encrypt the store for added or removed recipients
    Rekey {
        /// Whose store, and who opens it.
        #[command(flatten)]
        key: Key,
        /// Recipients (age1...) to add
        #[arg(long)]
        add: Vec<String>,
        /// Recipients to remove; they cannot open later versions of the store
        #[arg(long)]
        remove: Vec<String>,
    },
    /// Check that the store is intact, encrypted and complete and that values are strong; without an identity, as far as possible
    Verify {
        /// Whose store, and who opens it.
        #[command(flatten)]
        key: Key,
        /// The format of diagnostics
        #[arg(long, value_enum, default_value = "human")]
        format: Format,
    },
}

/// A store and who opens it.
#[derive(Debug, Args)]
pub struct Key {
    /// The site, e.g. sites/lab
    pub site: String,
    /// The age identity file; if omitted, SOPS_AGE_KEY_FILE, else ~/.config/sops/age/keys.txt
    #[arg(short, long)]
    pub identity: Option<PathBuf>,
}
