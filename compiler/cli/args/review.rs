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
    /// What to compare with: a Git ref or a directory (a project or an output folder); if omitted, the output folder on disk.
    /// If a project has no output for a site, its spec is compiled
    #[arg(short, long)]
    pub base: Option<String>,
    /// The output folder
    #[arg(short, long, default_value = "output")]
    pub output: PathBuf,
}

/// `affected`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  taco-gen affected --base origin/main
  taco-gen affected --base origin/main --format matrix

Exit codes: 0 listed, even if the list is empty; 1 a spec has errors; 2 could not run")]
pub struct Affected {
    /// Which sites.
    #[command(flatten)]
    pub selection: Selection,
    /// What to compare with: a Git ref or a directory (a project or an output folder)
    #[arg(short, long)]
    pub base: String,
    /// The output folder
    #[arg(short, long, default_value = "output")]
    pub output: PathBuf,
    /// The format
    #[arg(long, value_enum, default_value = "list")]
    pub format: AffectedFormat,
}

/// The format of a list of sites.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum AffectedFormat {
    /// One site per line
    List,
    /// `{"include":[{"site":"sites/lab","name":"lab"}]}`, for `strategy.matrix` of GitHub Actions
    Matrix,
    /// For a program
    Json,
}

/// `diff`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  taco-gen diff lab
  taco-gen diff --base origin/main --format markdown

Exit codes: 0 compared; 1 a spec has errors, or --exit-code and something differs; 2 could not run, e.g. an unknown ref")]
pub struct Diff {
    /// What is compared.
    #[command(flatten)]
    pub comparison: Comparison,
    /// The format
    #[arg(long, value_enum, default_value = "human")]
    pub format: DiffFormat,
    /// Exit with 1 if something differs
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
    /// For a pull request, at most 60,000 bytes
    Markdown,
    /// For a program
    Json,
}

/// `plan`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  taco-gen plan lab
  taco-gen plan --base origin/main --format markdown

Exit codes: 0 planned; 1 a spec has errors, an immutable field would change, a disruption of class data-plane or instance is not \
                        acknowledged in the spec, or --exit-code and anything changes; 2 could not run")]
pub struct Plan {
    /// What is compared.
    #[command(flatten)]
    pub comparison: Comparison,
    /// The format
    #[arg(long, value_enum, default_value = "human")]
    pub format: PlanFormat,
    /// Exit with 1 if anything changes
    #[arg(long)]
    pub exit_code: bool,
    /// The date against which acknowledgements are checked, YYYY-MM-DD; if omitted, the current date
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
#[command(after_help = "Examples:
  taco-gen report lab --output report.html
  taco-gen report --base origin/main --output report.html --open

Exit codes: 0 written, 1 a spec has errors, 2 could not run")]
pub struct Report {
    /// Which sites.
    #[command(flatten)]
    pub selection: Selection,
    /// What to compare with: a Git ref or a directory (a project or an output folder); if omitted, the output folder on disk
    #[arg(short, long)]
    pub base: Option<String>,
    /// The HTML file to write; `-` is standard output
    #[arg(short, long)]
    pub output: PathBuf,
    /// Open the page in a browser: the one in BROWSER, or the system's default
    #[arg(long)]
    pub open: bool,
    /// The output folder
    #[arg(long, default_value = "output")]
    pub tree: PathBuf,
    /// The date against which acknowledgements are checked, YYYY-MM-DD; if omitted, the current date
    #[arg(long, value_parser = day)]
    pub today: Option<String>,
}

/// `graph`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  taco-gen graph lab
  taco-gen graph lab --format svg > lab.svg

Exit codes: 0 printed, 1 the site has errors, 2 could not run")]
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
    /// For Markdown on GitHub and GitLab
    Mermaid,
    /// For a program
    Json,
    /// An image
    Svg,
}

/// `drift`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  kubectl get deployments,statefulsets,daemonsets,services,configmaps -n openstack -o json --show-managed-fields > live.json
  taco-gen drift lab --live live.json

Exit codes: 0 compared; 1 --exit-code and something differs; 2 could not run, e.g. a truncated dump")]
pub struct Drift {
    /// The site, e.g. sites/lab
    pub site: String,
    /// The output of `kubectl get KINDS -o json --show-managed-fields`; `-` is standard input
    #[arg(long)]
    pub live: PathBuf,
    /// The expected state, a Git ref or a directory; if omitted, the output folder on disk
    #[arg(short, long)]
    pub base: Option<String>,
    /// The output folder
    #[arg(short, long, default_value = "output")]
    pub output: PathBuf,
    /// The format
    #[arg(long, value_enum, default_value = "human")]
    pub format: DriftFormat,
    /// Exit with 1 if something differs
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
