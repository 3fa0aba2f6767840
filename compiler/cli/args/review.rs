//! The arguments of the commands of a review.
//!
//! Invariant: as of all arguments.

use std::path::PathBuf;

use clap::Args;

/// What is compared: sites as their specs say, with a base.
#[derive(Debug, Args)]
pub struct Comparison {
    /// Sites, e.g. sites/lab; if omitted, all of sites/
    pub sites: Vec<String>,
    /// A Git ref, or a directory: a project, or an output folder. If omitted, the output folder as it is on disk.
    /// Where a project has no output of a site, its spec is compiled
    #[arg(short, long)]
    pub base: Option<String>,
    /// The output folder
    #[arg(short, long, default_value = "output")]
    pub output: PathBuf,
}

/// `diff`.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 compared, 1 a spec has errors, or something differs and --exit-code is given, \
                        2 could not run (e.g. an unknown ref, a base that does not build)")]
pub struct Diff {
    /// What is compared.
    #[command(flatten)]
    pub comparison: Comparison,
    /// The format: lines for a terminal, a unified diff of the files, Markdown for a pull request (at most 60,000 bytes), JSON
    #[arg(long, value_enum, default_value = "human")]
    pub format: DiffFormat,
    /// Exit 1 if something differs
    #[arg(long)]
    pub exit_code: bool,
}

/// The format of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum DiffFormat {
    /// For a terminal
    Human,
    /// A unified diff of the files
    Unified,
    /// For a pull request
    Markdown,
    /// For a program
    Json,
}
