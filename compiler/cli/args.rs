//! The arguments of every command.
//!
//! Invariant: a name or path given here is data, never an option of another program.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::cli::render::Format;

/// Compiles one site spec into every file that an OpenStack-on-Kubernetes site needs.
#[derive(Debug, Parser)]
#[command(name = "taco-gen", version, max_term_width = 100)]
pub struct Arguments {
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Compile sites, write what changed, prune what is no longer produced
    Build(Build),
    /// Everything that `build` does but writing
    Check(Check),
    /// Where a line of the output comes from, or what a field or a code means
    Explain(Explain),
    /// The encrypted store of a site's passwords and keys
    Passwords(Passwords),
    /// Commit the output to a branch of a GitOps repository and push it
    Publish(Publish),
    /// What another OpenStack release means for a site, or for every service
    #[command(subcommand)]
    Releases(Releases),
    /// Write the JSON Schemas of spec, overlays and services
    Schema(Schema),
    /// Check a folder of Kubernetes objects, one a file of YAML, as those of a site are checked
    Verify(Verify),
}

/// `build`.
#[derive(Debug, Args)]
pub struct Build {
    /// Sites, for instance sites/lab; all of sites/ where none is named
    pub sites: Vec<String>,
    /// The folder that output goes to, one folder a site in it
    #[arg(short, long, default_value = "output")]
    pub output: PathBuf,
    /// Write nothing; exit 1 where the tree differs
    #[arg(long)]
    pub check: bool,
    /// Replace files that were edited by hand
    #[arg(long)]
    pub overwrite: bool,
    /// The file with the age identity that opens the password store, where Secrets must be sealed anew;
    /// SOPS_AGE_KEY_FILE where it is not given
    #[arg(short, long)]
    pub identity: Option<PathBuf>,
    /// How findings are written
    #[arg(long, value_enum, default_value = "human")]
    pub format: Format,
    /// How many sites are compiled at once (the number of cores)
    #[arg(short, long)]
    pub jobs: Option<usize>,
    /// No progress and no summary
    #[arg(short, long)]
    pub quiet: bool,
    /// Set by `check` alone
    #[arg(skip)]
    pub fix: bool,
}

/// `check`.
#[derive(Debug, Args)]
pub struct Check {
    /// Sites, for instance sites/lab; all of sites/ where none is named
    pub sites: Vec<String>,
    /// How findings are written
    #[arg(long, value_enum, default_value = "human")]
    pub format: Format,
    /// How many sites are compiled at once (the number of cores)
    #[arg(short, long)]
    pub jobs: Option<usize>,
    /// No progress and no summary
    #[arg(short, long)]
    pub quiet: bool,
    /// Write into the specs what is certain: new names of deprecated options
    #[arg(long)]
    pub fix: bool,
}

impl Check {
    /// A check is a build that stops before writing.
    pub fn into_build(self) -> Build {
        Build {
            sites: self.sites,
            output: PathBuf::new(),
            check: false,
            overwrite: false,
            identity: None,
            format: self.format,
            jobs: self.jobs,
            quiet: self.quiet,
            fix: self.fix,
        }
    }
}

/// `explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// A file:line of the output, an option (nova.conf:libvirt.cpu_mode), a field of the spec (network.cidr), a
    /// diagnostic code (TG0201), or `codes` for the page of all of them
    pub what: String,
    /// The site whose value of the option is shown
    #[arg(short, long)]
    pub site: Option<String>,
    /// The folder that output goes to
    #[arg(short, long, default_value = "output")]
    pub output: PathBuf,
}

/// `publish`.
#[derive(Debug, Args)]
pub struct Publish {
    /// The site, for instance sites/lab
    pub site: String,
    /// The repository, in place of the spec's
    #[arg(long)]
    pub repo: Option<String>,
    /// The branch, in place of the spec's
    #[arg(long)]
    pub branch: Option<String>,
    /// The folder in the repository, in place of the spec's
    #[arg(long)]
    pub path: Option<String>,
    /// The folder that output goes to
    #[arg(short, long, default_value = "output")]
    pub output: PathBuf,
    /// The commit's message
    #[arg(short, long)]
    pub message: Option<String>,
}

/// `releases`.
#[derive(Debug, Subcommand)]
pub enum Releases {
    /// What changes from one release to another: options, defaults, objects, images
    Diff(ReleasesDiff),
}

/// `releases diff`.
#[derive(Debug, Args)]
pub struct ReleasesDiff {
    /// The release now, for instance 2025.2
    pub from: String,
    /// The release then
    pub to: String,
    /// The site; without it every option of every service counts
    pub site: Option<String>,
    /// How the answer is written
    #[arg(long, value_enum, default_value = "text")]
    pub format: Report,
}

/// How an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Report {
    /// For a terminal
    Text,
    /// For a pull request
    Markdown,
    /// For a program
    Json,
}

/// `schema`.
#[derive(Debug, Args)]
pub struct Schema {
    /// The folder to write to
    #[arg(short, long, default_value = "schema")]
    pub output: PathBuf,
    /// Write nothing; exit 1 where a file differs
    #[arg(long)]
    pub check: bool,
}

/// `verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// The folder, for instance output/lab/kubernetes
    pub folder: PathBuf,
    /// The Kubernetes release
    #[arg(short, long, default_value = "1.35")]
    pub kubernetes: String,
    /// A kind that the program has no types of, for instance Foo.example.com/v1; may be given more than once
    #[arg(long)]
    pub kind: Vec<String>,
    /// How findings are written
    #[arg(long, value_enum, default_value = "human")]
    pub format: Format,
}

/// `passwords`.
#[derive(Debug, Args)]
pub struct Passwords {
    /// What to do.
    #[command(subcommand)]
    pub action: Action,
}

/// The actions of `passwords`.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Make an age identity, where the file is not there, and an empty store
    Init {
        /// Whose store, and who opens it.
        #[command(flatten)]
        key: Key,
        /// More recipients (age1...) that can open the store
        #[arg(short, long)]
        recipient: Vec<String>,
    },
    /// Make what the site needs and the store does not have
    Generate {
        /// Whose store, and who opens it.
        #[command(flatten)]
        key: Key,
        /// Remove what nothing of the site uses
        #[arg(long)]
        prune: bool,
    },
    /// Names, kinds, times and users; no key is needed
    List {
        /// The site, for instance sites/lab
        site: String,
    },
    /// Write a value to the terminal, after asking
    Show {
        /// Whose store, and who opens it.
        #[command(flatten)]
        key: Key,
        /// The secret, OBJECT/KEY
        name: String,
        /// Write to a pipe or file, without asking
        #[arg(long)]
        pipe: bool,
    },
    /// Take a value from the standard input
    Set {
        /// Whose store, and who opens it.
        #[command(flatten)]
        key: Key,
        /// The secret, OBJECT/KEY
        name: String,
    },
    /// Make new values
    Rotate {
        /// Whose store, and who opens it.
        #[command(flatten)]
        key: Key,
        /// The secrets, OBJECT/KEY
        #[arg(required = true)]
        names: Vec<String>,
        /// Take one of three steps without an outage: a second account is added, consumers switch to it, the first is dropped
        #[arg(long)]
        staged: bool,
    },
    /// Seal everything anew, for more or fewer recipients
    Rekey {
        /// Whose store, and who opens it.
        #[command(flatten)]
        key: Key,
        /// Recipients (age1...) that shall open the store from now on
        #[arg(long)]
        add: Vec<String>,
        /// Recipients that shall not open new versions of it
        #[arg(long)]
        remove: Vec<String>,
    },
    /// Check the store: whole, sealed, complete, strong; without an identity as far as that goes
    Verify {
        /// Whose store, and who opens it.
        #[command(flatten)]
        key: Key,
        /// How findings are written
        #[arg(long, value_enum, default_value = "human")]
        format: Format,
    },
}

/// A store and who opens it.
#[derive(Debug, Args)]
pub struct Key {
    /// The site, for instance sites/lab
    pub site: String,
    /// The file with the age identity; SOPS_AGE_KEY_FILE where it is not given
    #[arg(short, long)]
    pub identity: Option<PathBuf>,
}
