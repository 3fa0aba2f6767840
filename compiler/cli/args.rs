//! The arguments of every command.
//!
//! Invariant: a name or path given here is data, never an option of another program.

mod about;
mod edit;
mod first;
mod import;
mod passwords;
mod releases;
mod review;
mod selection;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub use self::edit::{Add, AddNode, Convert, Fmt, Notation, Set};
pub use self::first::{Completions, Explain, Init, Listing, Man, New, NodeFlag, Pipeline, Services, SettingFlag, When};
pub use self::import::{Compare, Import, ImportFormat};
pub use self::passwords::{Action, Key, Passwords};
pub use self::releases::{Releases, ReleasesAction, ReleasesDiff, Report, Upgrade};
pub use self::review::{
    Affected, AffectedFormat, Comparison, Diff, DiffFormat, Drift, DriftFormat, Graph, GraphFormat, Plan, PlanFormat,
    Report as Review,
};
pub use self::selection::{Selection, Shard};
use crate::cli::render::Format;

/// Compiles one site spec into every file that an OpenStack site needs, on Kubernetes or on hosts.
#[derive(Debug, Parser)]
#[command(name = "taco-gen", version, max_term_width = 100, after_help = about::ABOUT)]
pub struct Arguments {
    /// Run in this folder; the project is the nearest folder at or above it with a `sites/` folder
    #[arg(short = 'C', long = "directory", value_name = "DIR", global = true, help_heading = "Global options")]
    pub directory: Option<PathBuf>,
    /// When to colour diagnostics: always, never, or auto (on a terminal, unless NO_COLOR is set)
    #[arg(
        long,
        value_enum,
        value_name = "WHEN",
        default_value = "auto",
        global = true,
        hide_possible_values = true,
        help_heading = "Global options"
    )]
    pub color: When,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Add a node to a spec, keeping comments
    #[command(subcommand)]
    Add(Add),
    /// List the sites whose output a change affects, e.g. for the job matrix of a pipeline
    Affected(Affected),
    /// Compile sites: write what changed, remove files that are no longer produced
    Build(Build),
    /// Compile sites and report diagnostics without writing anything
    Check(Check),
    /// Compare the configuration of another deployment with that of a site, before a migration
    Compare(Compare),
    /// Print a completion script for a shell
    Completions(Completions),
    /// Rewrite a spec or an overlay in the other notation, KDL or YAML
    Convert(Convert),
    /// Show which options and fields of the output differ from a base
    Diff(Diff),
    /// Compare the objects of a cluster, as kubectl prints them, with the output of a site
    Drift(Drift),
    /// Explain a line of the output, an option, a service, a setting, a field or a diagnostic code
    Explain(Explain),
    /// Format KDL files, keeping comments
    Fmt(Fmt),
    /// Print the graph of what the workloads of a site wait for
    Graph(Graph),
    /// List the images of a site, or lock their digests
    #[command(subcommand)]
    Images(Images),
    /// Create a site from the files of another tool, with a report on every key
    Import(Import),
    /// Create a site, and the files that a new project needs
    Init(Init),
    /// Run the language server for editors (Language Server Protocol on standard input and output)
    Lsp,
    /// Print the manual page, or write one page per command
    Man(Man),
    /// Run a read-only server for other programs: explain, check, plan (Model Context Protocol on standard input and output)
    Mcp,
    /// Create service data to start from
    #[command(subcommand)]
    New(New),
    /// Manage the encrypted store of a site's passwords and keys
    Passwords(Passwords),
    /// Show what a change does to running sites: restarts and their reasons, Jobs, disruptions
    Plan(Plan),
    /// Commit the output to a branch of a GitOps repository and push it
    Publish(Publish),
    /// List the supported releases, or compare two of them
    Releases(Releases),
    /// Write one HTML page for a review: plan, diff, dependency graph, topology
    Report(Review),
    /// Write the JSON Schemas of specs, overlays, services and rules
    Schema(Schema),
    /// Set a value in a spec, keeping comments
    Set(Set),
    /// List all services, those of a site, or the settings of one
    Services(Services),
    /// Write and build the next state of an upgrade to another OpenStack release
    Upgrade(Upgrade),
    /// Validate a folder of Kubernetes objects, one YAML file each, like the output of a site
    Verify(Verify),
}

/// `build`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  taco-gen build
  taco-gen build lab --watch
  taco-gen build --check           in a pipeline: is the committed output current?

Exit codes: 0 built, or nothing to do; 1 a spec has errors, or --check and the output differs; 2 could not run")]
pub struct Build {
    /// Which sites.
    #[command(flatten)]
    pub selection: Selection,
    /// The output folder; each site has a folder in it
    #[arg(short, long, default_value = "output")]
    pub output: PathBuf,
    /// Write nothing; exit with 1 if the output differs
    #[arg(long)]
    pub check: bool,
    /// Replace files that were edited by hand
    #[arg(long)]
    pub overwrite: bool,
    /// The age identity file for the password store, needed when Secrets have to be sealed again; if omitted,
    /// SOPS_AGE_KEY_FILE
    #[arg(short, long)]
    pub identity: Option<PathBuf>,
    /// The format of diagnostics
    #[arg(long, value_enum, default_value = "human")]
    pub format: Format,
    /// How many sites are compiled at once; if omitted, the number of cores
    #[arg(short, long)]
    pub jobs: Option<usize>,
    /// Print no progress and no summary
    #[arg(short, long)]
    pub quiet: bool,
    /// Build again whenever a file is saved, and print what changed and which pods restart
    #[arg(short, long, conflicts_with = "check")]
    pub watch: bool,
    /// Remove the output of sites that have no spec any more
    #[arg(long, conflicts_with_all = ["check", "sites", "shard", "ring"])]
    pub remove_gone: bool,
    /// Set by `check`
    #[arg(skip)]
    pub fix: bool,
}

/// `check`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  taco-gen check
  taco-gen check lab --fix
  taco-gen check --format sarif > check.sarif

Exit codes: 0 no errors, 1 a spec has errors, 2 could not run")]
pub struct Check {
    /// Which sites.
    #[command(flatten)]
    pub selection: Selection,
    /// The output folder, i.e. the state that the new one would replace
    #[arg(short, long, default_value = "output")]
    pub output: PathBuf,
    /// The format of diagnostics
    #[arg(long, value_enum, default_value = "human")]
    pub format: Format,
    /// How many sites are compiled at once; if omitted, the number of cores
    #[arg(short, long)]
    pub jobs: Option<usize>,
    /// Print no progress and no summary
    #[arg(short, long)]
    pub quiet: bool,
    /// Apply fixes that are certain, e.g. new names of deprecated options
    #[arg(long)]
    pub fix: bool,
}

impl Check {
    /// A check is a build that stops before writing.
    pub fn into_build(self) -> Build {
        Build {
            selection: self.selection,
            output: self.output,
            check: false,
            overwrite: false,
            identity: None,
            format: self.format,
            jobs: self.jobs,
            quiet: self.quiet,
            watch: false,
            remove_gone: false,
            fix: self.fix,
        }
    }
}

/// `publish`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  taco-gen publish lab
  taco-gen publish lab --repo ssh://git@git.example.com/clusters.git --branch main
  taco-gen publish lab --oci image
  taco-gen publish --repo ssh://git@git.example.com/clusters.git --remove old-site

Exit codes: 0 pushed, or nothing to push; 1 a spec has errors; 2 refused, or could not run")]
pub struct Publish {
    /// Which sites.
    #[command(flatten)]
    pub selection: Selection,
    /// The repository; if omitted, `deliver repo` of the spec
    #[arg(long)]
    pub repo: Option<String>,
    /// The branch; if omitted, `deliver branch` of the spec
    #[arg(long)]
    pub branch: Option<String>,
    /// The folder in the repository; if omitted, `deliver path` of the spec
    #[arg(long)]
    pub path: Option<String>,
    /// The output folder
    #[arg(short, long, default_value = "output")]
    pub output: PathBuf,
    /// The commit message
    #[arg(short, long)]
    pub message: Option<String>,
    /// Write an OCI image layout into this folder instead, one tag per site; `oras cp --from-oci-layout` copies it to a registry
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["repo", "branch", "path", "message"])]
    pub oci: Option<PathBuf>,
    /// Remove the folder of a site that has no spec any more from the repository
    #[arg(long, value_name = "FOLDER", requires = "repo", conflicts_with_all = ["sites", "shard", "ring", "path", "oci", "base"])]
    pub remove: Option<String>,
    /// Describe in the commit message what changes on running sites compared with this Git ref or directory, as `plan` does
    #[arg(long, conflicts_with_all = ["message", "oci"])]
    pub base: Option<String>,
    /// Publish despite uncommitted changes of the specs; the commit then does not name its source
    #[arg(long)]
    pub allow_dirty: bool,
}

/// `images`.
#[derive(Debug, Subcommand)]
pub enum Images {
    /// Print the images of a site, one per line: reference, digest (`-` if none), number of containers
    #[command(after_help = "Examples:
  taco-gen images list lab

Exit codes: 0 listed, 1 the site has errors, 2 could not run")]
    List {
        /// The site, e.g. sites/lab
        site: String,
    },
    /// Write the digests of a site's images to images.lock beside its spec, without contacting a registry
    #[command(after_help = "Examples:
  skopeo inspect docker://docker.io/library/memcached:1.6.32 > memcached.json
  taco-gen images lock lab memcached.json

Exit codes: 0 written, 1 the site has errors, 2 could not run")]
    Lock {
        /// The site, e.g. sites/lab
        site: String,
        /// Files with digests: the output of `skopeo inspect`, or lines of a reference and its digest; `-` is standard input
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
}

/// `schema`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  taco-gen schema --output .vscode

Exit codes: 0 written, or current; 2 could not run, or --check and a file differs")]
pub struct Schema {
    /// The folder to write to
    #[arg(short, long, default_value = "schema")]
    pub output: PathBuf,
    /// Also write the generated pages (diagnostic codes, service language) to this folder
    #[arg(long)]
    pub docs: Option<PathBuf>,
    /// Write nothing; exit with 2 if a file differs
    #[arg(long)]
    pub check: bool,
}

/// `verify`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  taco-gen verify output/lab/kubernetes --kubernetes 1.35

Exit codes: 0 no errors, 1 errors, 2 could not run")]
pub struct Verify {
    /// The folder, e.g. output/lab/kubernetes
    pub folder: PathBuf,
    /// The Kubernetes release
    #[arg(short, long, default_value = "1.35")]
    pub kubernetes: String,
    /// A custom kind to accept without a schema, e.g. Foo.example.com/v1; repeatable
    #[arg(long)]
    pub kind: Vec<String>,
    /// The format of diagnostics
    #[arg(long, value_enum, default_value = "human")]
    pub format: Format,
}
