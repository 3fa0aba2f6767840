//! The arguments of every command.
//!
//! Invariant: a name or path given here is data, never an option of another program.

mod about;
mod edit;
mod first;
mod import;
mod releases;
mod review;
mod selection;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub use self::edit::{Add, AddNode, Convert, Fmt, Notation, Set};
pub use self::first::{Completions, Explain, Init, Listing, Man, New, NodeFlag, Pipeline, Services, SettingFlag, When};
pub use self::import::{Compare, Import, ImportFormat};
pub use self::releases::{Releases, ReleasesAction, ReleasesDiff, Report, Upgrade};
pub use self::review::{
    Affected, AffectedFormat, Comparison, Diff, DiffFormat, Drift, DriftFormat, Graph, GraphFormat, Plan, PlanFormat,
    Report as Review,
};
pub use self::selection::{Selection, Shard};
use crate::cli::render::Format;

/// Compiles one site spec into every file that an OpenStack-on-Kubernetes site needs.
#[derive(Debug, Parser)]
#[command(name = "taco-gen", version, max_term_width = 100, after_help = about::ABOUT)]
pub struct Arguments {
    /// Run as if started in this folder: the project is this folder, or the nearest above it that holds `sites/`
    #[arg(short = 'C', long = "directory", value_name = "DIR", global = true)]
    pub directory: Option<PathBuf>,
    /// Whether diagnostics are coloured; `auto`: on a terminal, unless NO_COLOR is set
    #[arg(long, value_enum, value_name = "WHEN", default_value = "auto", global = true)]
    pub color: When,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Add a node to a spec, its comments kept
    #[command(subcommand)]
    Add(Add),
    /// List the sites whose output a change makes another, e.g. for the matrix of a pipeline
    Affected(Affected),
    /// Compile sites, write what changed, prune what is no longer produced
    Build(Build),
    /// Build without writing
    Check(Check),
    /// Set the options of rendered files beside those of a site: what a migration would change
    Compare(Compare),
    /// Print what a shell completes commands and options by
    Completions(Completions),
    /// Write a spec or an overlay in the other notation, KDL or YAML
    Convert(Convert),
    /// Show what differs between the rendered output of a base and that of the specs: options and fields, not lines
    Diff(Diff),
    /// Compare what a cluster has, as kubectl prints it, with the output of a site
    Drift(Drift),
    /// Explain a line of the output, an option, a service, a setting, a field or a diagnostic code
    Explain(Explain),
    /// Give KDL files the one form, their comments kept
    Fmt(Fmt),
    /// Draw what the workloads of a site wait for
    Graph(Graph),
    /// List a site's images, or write their digests
    #[command(subcommand)]
    Images(Images),
    /// Write a new site from the files of another tool, with a report of every key
    Import(Import),
    /// Write a new site, and what a project needs beside it
    Init(Init),
    /// Serve editors: diagnostics while typing, completion, documentation, fixes (Language Server Protocol over standard input)
    Lsp,
    /// Print the manual page, or write one for each command
    Man(Man),
    /// Answer programs that ask about the project: explain, check, plan (Model Context Protocol over standard input; reads only)
    Mcp,
    /// Write the beginning of service data
    #[command(subcommand)]
    New(New),
    /// Manage the encrypted store of a site's passwords and keys
    Passwords(Passwords),
    /// Show what the specs do to running sites, compared with a base: what rolls and why, which Jobs run, what is disturbed
    Plan(Plan),
    /// Commit the output to a branch of a GitOps repository and push it
    Publish(Publish),
    /// List the releases, or compare two for a site or for every service
    Releases(Releases),
    /// Write one HTML page for a review: topology, dependency graph, plan and diff
    Report(Review),
    /// Write the JSON Schemas of specs, overlays, services and rules
    Schema(Schema),
    /// Set a value in a spec, its comments kept
    Set(Set),
    /// List services with their releases, those of a site, or the settings of one
    Services(Services),
    /// Write the next state of a site on its way to another OpenStack release, and build it
    Upgrade(Upgrade),
    /// Check a folder of Kubernetes objects (one YAML file each) like those of a site
    Verify(Verify),
}

/// `build`.
#[derive(Debug, Args)]
pub struct Build {
    /// Which sites.
    #[command(flatten)]
    pub selection: Selection,
    /// The output folder; each site has a folder in it
    #[arg(short, long, default_value = "output")]
    pub output: PathBuf,
    /// Write nothing; exit 1 if the output differs
    #[arg(long)]
    pub check: bool,
    /// Replace files that were edited by hand
    #[arg(long)]
    pub overwrite: bool,
    /// The age identity file that opens the password store, needed if Secrets must be sealed again; if omitted,
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
    /// Build again whenever a file is saved, and say what changed and which pods roll
    #[arg(short, long, conflicts_with = "check")]
    pub watch: bool,
    /// Remove the output of sites that no spec describes any more
    #[arg(long, conflicts_with_all = ["check", "sites", "shard", "ring"])]
    pub remove_gone: bool,
    /// Set by `check`
    #[arg(skip)]
    pub fix: bool,
}

/// `check`.
#[derive(Debug, Args)]
pub struct Check {
    /// Which sites.
    #[command(flatten)]
    pub selection: Selection,
    /// The output folder, whose objects this state would follow
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
    /// Fix the specs where the fix is certain, e.g. new names of deprecated options
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
pub struct Publish {
    /// Which sites.
    #[command(flatten)]
    pub selection: Selection,
    /// The repository; if omitted, the spec's
    #[arg(long)]
    pub repo: Option<String>,
    /// The branch; if omitted, the spec's
    #[arg(long)]
    pub branch: Option<String>,
    /// The folder in the repository; if omitted, the spec's
    #[arg(long)]
    pub path: Option<String>,
    /// The output folder
    #[arg(short, long, default_value = "output")]
    pub output: PathBuf,
    /// The commit message
    #[arg(short, long)]
    pub message: Option<String>,
    /// Write an OCI image layout into this folder instead, a tag a site: `oras cp --from-oci-layout` copies it to a registry
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["repo", "branch", "path", "message"])]
    pub oci: Option<PathBuf>,
    /// Remove this folder of the repository, that of a site which no spec describes any more
    #[arg(long, value_name = "FOLDER", requires = "repo", conflicts_with_all = ["sites", "shard", "ring", "path", "oci", "base"])]
    pub remove: Option<String>,
    /// Say in the message what the commit does to running sites: a Git ref or a directory that they are compared with, as `plan` takes it
    #[arg(long, conflicts_with_all = ["message", "oci"])]
    pub base: Option<String>,
    /// Publish although the specs are not committed as they are; the commit does not say then what it was made of
    #[arg(long)]
    pub allow_dirty: bool,
}

/// `images`.
#[derive(Debug, Subcommand)]
pub enum Images {
    /// Print the images of a site, one per line: reference, digest (`-` if it has none), containers
    List {
        /// The site, e.g. sites/lab
        site: String,
    },
    /// Write the digests of a site's images to images.lock beside its spec; asks no registry
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
pub struct Schema {
    /// The folder to write to
    #[arg(short, long, default_value = "schema")]
    pub output: PathBuf,
    /// Also write the generated pages (diagnostic codes, service language) to this folder
    #[arg(long)]
    pub docs: Option<PathBuf>,
    /// Write nothing; exit 2 if a file differs
    #[arg(long)]
    pub check: bool,
}

/// `verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// The folder, e.g. output/lab/kubernetes
    pub folder: PathBuf,
    /// The Kubernetes release
    #[arg(short, long, default_value = "1.35")]
    pub kubernetes: String,
    /// A custom kind to accept without a schema, e.g. Foo.example.com/v1; can be repeated
    #[arg(long)]
    pub kind: Vec<String>,
    /// The format of diagnostics
    #[arg(long, value_enum, default_value = "human")]
    pub format: Format,
}

/// `passwords`.
#[derive(Debug, Args)]
pub struct Passwords {
    /// The action.
    #[command(subcommand)]
    pub action: Action,
}

/// The actions of `passwords`.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Create an empty store, and an age identity if the file does not exist; without --identity and --recipient the user's own
    /// identity, ~/.config/sops/age/keys.txt
    Init {
        /// Whose store, and who opens it.
        #[command(flatten)]
        key: Key,
        /// Additional recipients (age1...) that can open the store
        #[arg(short, long)]
        recipient: Vec<String>,
    },
    /// Generate the secrets that the site needs and the store lacks
    Generate {
        /// Whose store, and who opens it.
        #[command(flatten)]
        key: Key,
        /// Remove unused secrets
        #[arg(long)]
        prune: bool,
    },
    /// List names, kinds, times and consumers; needs no key
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
        /// Print to a pipe or file, without confirmation
        #[arg(long)]
        pipe: bool,
    },
    /// Set a value read from standard input
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
        /// Rotate without an outage, one of three steps at a time: add a second account, switch consumers to it, drop the first
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
        /// Recipients to remove; they cannot open new versions of the store
        #[arg(long)]
        remove: Vec<String>,
    },
    /// Check that the store is intact, encrypted, complete and strong; without an identity, as far as possible
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
