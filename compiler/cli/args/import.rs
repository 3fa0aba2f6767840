//! Arguments of the commands with which a project takes over what runs already.
//!
//! Invariant: as in [`super`].

use std::path::PathBuf;

use clap::Args;

use super::first::label;
use super::review::DriftFormat;

/// `import`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  taco-gen import kolla prod globals.yml multinode --config config --passwords passwords.yml --identity prod.agekey
  taco-gen import kolla prod /etc/kolla --vault-password ~/.vault --identity prod.agekey
  taco-gen import osa prod openstack_user_config.yml user_variables.yml --passwords user_secrets.yml --identity prod.agekey
  taco-gen import osh prod nova-values.yaml neutron=overrides.yaml --inventory hosts.yaml
  taco-gen import armada prod manifest.yaml
  taco-gen import live prod cluster.json --identity prod.agekey

Exit codes: 0 written; 1 written, but part of the input could not be read; 2 could not run, e.g. the site exists already")]
pub struct Import {
    /// The tool: kolla, osa (OpenStack-Ansible), osh (values of OpenStack-Helm charts), armada, oaas, live (the output of `kubectl get -o json`), or the name of a project's own table, schema/import/TOOL.kdl
    #[arg(value_parser = label)]
    pub tool: String,
    /// The name of the new site
    #[arg(value_parser = label)]
    pub name: String,
    /// Files or folders with values; CHART=FILE names the chart of a file; a file without an extension and without values is read as an inventory
    #[arg(required = true)]
    pub files: Vec<String>,
    /// A file with passwords, `-` for standard input; repeatable
    #[arg(long, value_name = "FILE")]
    pub passwords: Vec<PathBuf>,
    /// A file with the Ansible Vault password, `-` for standard input
    #[arg(long, value_name = "FILE")]
    pub vault_password: Option<PathBuf>,
    /// An Ansible inventory, INI or YAML; repeatable
    #[arg(long, value_name = "FILE")]
    pub inventory: Vec<PathBuf>,
    /// A folder with configuration files that override options of services
    #[arg(long, value_name = "FOLDER")]
    pub config: Option<PathBuf>,
    /// The age identity file for the new store, created if it does not exist; if omitted, SOPS_AGE_KEY_FILE
    #[arg(short, long)]
    pub identity: Option<PathBuf>,
    /// The overlay for what is not of this site alone: made if it is new; what an existing one says is left out of the spec
    #[arg(long, value_name = "NAME", value_parser = label)]
    pub overlay: Option<String>,
    /// Write nothing, only print the report
    #[arg(long)]
    pub dry_run: bool,
    /// The format of the report
    #[arg(long, value_enum, default_value = "human")]
    pub format: ImportFormat,
}

/// The format of what became of the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum ImportFormat {
    /// For a terminal
    Human,
    /// For a pull request
    Markdown,
    /// For a program
    Json,
}

/// `compare`.
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("other").required(true).args(["live", "config"])), after_help = "Examples:
  taco-gen compare lab --config /etc/kolla
  kubectl get configmaps,secrets -A -o json > live.json
  taco-gen compare lab --live live.json

Exit codes: 0 compared, 1 the site has errors, 2 could not run")]
pub struct Compare {
    /// The site, e.g. sites/lab
    pub site: String,
    /// The output of `kubectl get configmaps,secrets -o json`
    #[arg(long, value_name = "FILE")]
    pub live: Option<PathBuf>,
    /// A folder with configuration files as PROGRAM/FILE, e.g. /etc/kolla
    #[arg(long, value_name = "FOLDER")]
    pub config: Option<PathBuf>,
    /// The tool that rendered them, as of `import`: its table has reasons for differences
    #[arg(long, value_parser = label)]
    pub tool: Option<String>,
    /// The age identity file that opens the store: secrets are compared by their values; if omitted, they are not
    #[arg(short, long)]
    pub identity: Option<PathBuf>,
    /// The format
    #[arg(long, value_enum, default_value = "human")]
    pub format: DriftFormat,
}
