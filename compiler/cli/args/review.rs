//! The arguments of the commands of a review.
//!
//! Invariant: as of all arguments.

use std::path::PathBuf;

use clap::Args;

use super::selection::Selection;

/// What is compared: sites as their specs say, with a base.
#[derive(Debug, Args)]
pub struct Comparison {
    /// Which sites.
    #[command(flatten)]
    pub selection: Selection,
    /// A Git ref, or a directory: a project, or an output folder. If omitted, the output folder as it is on disk.
    /// Where a project has no output of a site, its spec is compiled
    #[arg(short, long)]
    pub base: Option<String>,
    /// The output folder
    #[arg(short, long, default_value = "output")]
    pub output: PathBuf,
}

/// `affected`.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 listed, also where no site is, 1 a spec has errors, 2 could not run")]
pub struct Affected {
    /// Which sites.
    #[command(flatten)]
    pub selection: Selection,
    /// What the sites are compared with: a Git ref, or a directory (a project, or an output folder)
    #[arg(short, long)]
    pub base: String,
    /// The output folder
    #[arg(short, long, default_value = "output")]
    pub output: PathBuf,
    /// The format: a site per line, the matrix of a pipeline's job, JSON
    #[arg(long, value_enum, default_value = "list")]
    pub format: AffectedFormat,
}

/// The format of a list of sites.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum AffectedFormat {
    /// A site per line
    List,
    /// `{"include":[{"site":"sites/lab","name":"lab"}]}`, as GitHub's `matrix` takes it
    Matrix,
    /// For a program
    Json,
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

/// `plan`.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 planned, 1 a spec has errors, a field that cannot change would, a disruption of class \
                        data-plane or instance is not acknowledged in the spec, or anything changes and --exit-code is given, \
                        2 could not run"
)]
pub struct Plan {
    /// What is compared.
    #[command(flatten)]
    pub comparison: Comparison,
    /// The format
    #[arg(long, value_enum, default_value = "human")]
    pub format: PlanFormat,
    /// Exit 1 if anything changes
    #[arg(long)]
    pub exit_code: bool,
    /// The day that acknowledgements are held against, YYYY-MM-DD; if omitted, that of the clock
    #[arg(long, value_parser = day)]
    pub today: Option<String>,
}

/// The format of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum PlanFormat {
    /// For a terminal
    Human,
    /// For a pull request, at most 60,000 bytes
    Markdown,
    /// For a program
    Json,
}

/// A day as it is written.
fn day(text: &str) -> Result<String, String> {
    match crate::diag::allow::is_date(text) {
        true => Ok(text.to_owned()),
        false => Err("expected YYYY-MM-DD".to_owned()),
    }
}

/// `report`.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 written, 1 a spec has errors, 2 could not run")]
pub struct Report {
    /// Which sites.
    #[command(flatten)]
    pub selection: Selection,
    /// A Git ref, or a directory: a project, or an output folder. If omitted, the output folder as it is on disk
    #[arg(short, long)]
    pub base: Option<String>,
    /// The file to write, one page of HTML; `-` is standard output
    #[arg(short, long)]
    pub output: PathBuf,
    /// Show the page: by the program that BROWSER names, else by the system's
    #[arg(long)]
    pub open: bool,
    /// The output folder
    #[arg(long, default_value = "output")]
    pub tree: PathBuf,
    /// The day that acknowledgements are held against, YYYY-MM-DD; if omitted, that of the clock
    #[arg(long, value_parser = day)]
    pub today: Option<String>,
}

/// `graph`.
#[derive(Debug, Args)]
pub struct Graph {
    /// The site, e.g. sites/lab
    pub site: String,
    /// The format
    #[arg(long, value_enum, default_value = "mermaid")]
    pub format: GraphFormat,
}

/// The format of a graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum GraphFormat {
    /// For Graphviz
    Dot,
    /// For pages of GitHub and GitLab
    Mermaid,
    /// For a program
    Json,
    /// A drawing
    Svg,
}

/// `drift`.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 compared, 1 something drifted and --exit-code is given, 2 could not run (e.g. a dump that is cut off)"
)]
pub struct Drift {
    /// The site, e.g. sites/lab
    pub site: String,
    /// What `kubectl get KINDS -o json --show-managed-fields` printed; `-` is standard input
    #[arg(long)]
    pub live: PathBuf,
    /// The state that the cluster should have: a Git ref or a directory. If omitted, the output folder as it is on disk
    #[arg(short, long)]
    pub base: Option<String>,
    /// The output folder
    #[arg(short, long, default_value = "output")]
    pub output: PathBuf,
    /// The format
    #[arg(long, value_enum, default_value = "human")]
    pub format: DriftFormat,
    /// Exit 1 if something drifted
    #[arg(long)]
    pub exit_code: bool,
}

/// The format of a comparison with a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum DriftFormat {
    /// For a terminal
    Human,
    /// For a program
    Json,
}
