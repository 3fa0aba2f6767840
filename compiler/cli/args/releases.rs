//! Arguments of the commands about releases.
//!
//! Invariant: as in [`super`].

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::first::Listing;

/// `releases`.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:
  taco-gen releases
  taco-gen releases diff 2025.1 2025.2
  taco-gen releases diff 2025.1 2025.2 lab --format markdown

Exit codes: 0 listed, 2 could not run"
)]
pub struct Releases {
    /// The action; if omitted, the releases are listed.
    #[command(subcommand)]
    pub action: Option<ReleasesAction>,
    /// The format of the list
    #[arg(long, value_enum, default_value = "text")]
    pub format: Listing,
}

/// The actions of `releases`.
#[derive(Debug, Subcommand)]
pub enum ReleasesAction {
    /// Show what changes from one release to another: options, defaults, objects, images
    Diff(ReleasesDiff),
}

/// `releases diff`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  taco-gen releases diff 2025.1 2025.2
  taco-gen releases diff 2025.1 2025.2 lab

Exit codes: 0 compared; 1 the site has errors; 2 could not run, e.g. an unknown release")]
pub struct ReleasesDiff {
    /// The current release, e.g. 2025.2
    pub from: String,
    /// The target release
    pub to: String,
    /// The site; if omitted, every option of every service
    pub site: Option<String>,
    /// The format of the report
    #[arg(long, value_enum, default_value = "text")]
    pub format: Report,
}

/// The format of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Report {
    /// For a terminal
    Text,
    /// For a pull request
    Markdown,
    /// For a program
    Json,
}

/// `upgrade`.
#[derive(Debug, Args)]
#[command(
    after_help = "States of an upgrade: pre-upgrade checks; schema migrations that add; one service after the other; online data migrations; \
                  schema migrations that drop. Deliver each state before the next.

Examples:
  taco-gen upgrade lab --to 2026.1
  taco-gen upgrade lab --to 2026.1 --commit --all

Exit codes: 0 written; 1 the spec has errors; 2 could not run, e.g. a jump that OpenStack does not support"
)]
pub struct Upgrade {
    /// The site, e.g. sites/lab
    pub site: String,
    /// The OpenStack release, e.g. 2026.1
    #[arg(long, value_name = "RELEASE")]
    pub to: String,
    /// Commit the spec and the output; the repository must not have other changes
    #[arg(long)]
    pub commit: bool,
    /// Write all remaining states, one commit each
    #[arg(long, requires = "commit")]
    pub all: bool,
    /// The output folder
    #[arg(short, long, default_value = "output")]
    pub output: PathBuf,
    /// The age identity file for the password store, needed when Secrets have to be sealed again; if omitted,
    /// SOPS_AGE_KEY_FILE
    #[arg(short, long)]
    pub identity: Option<PathBuf>,
}
