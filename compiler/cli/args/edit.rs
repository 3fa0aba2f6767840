//! Arguments of the commands that change files of the user's.
//!
//! Invariant: as in [`super`].

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::cli::render::Format;

/// `fmt`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  taco-gen fmt                     all KDL below sites/, overlays/ and schema/
  taco-gen fmt --check             for a pipeline or a pre-commit hook
  taco-gen fmt - < site.kdl        from standard input to standard output, for an editor

Exit codes: 0 formatted, 1 files that differ (--check) or cannot be read as KDL, 2 could not run")]
pub struct Fmt {
    /// Files or folders, `-` for standard input; if omitted, all KDL files of the project
    pub paths: Vec<PathBuf>,
    /// Write nothing; list the files that differ and exit with 1
    #[arg(long)]
    pub check: bool,
    /// The format of diagnostics
    #[arg(long, value_enum, default_value = "human")]
    pub format: Format,
}

/// `set`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  taco-gen set keystone.workers 4
  taco-gen set release.openstack 2026.1 --site lab
  taco-gen set overlays ovn tls
  taco-gen set 'service.nova.config.\"nova.conf\".DEFAULT.debug' true

Exit codes: 0 written, or set already; 1 the spec would have errors, nothing written; 2 could not run, e.g. an unknown field")]
pub struct Set {
    /// The path of the value: a field of the spec, or SERVICE.SETTING; `taco-gen explain PATH` describes it; put a name with
    /// dots in double quotes
    pub path: String,
    /// The value, or several for a list; `null` unsets a value of an overlay
    #[arg(required = true, allow_negative_numbers = true)]
    pub values: Vec<String>,
    /// The site; can be omitted if the project has only one
    #[arg(short, long)]
    pub site: Option<String>,
}

/// `add`.
#[derive(Debug, Subcommand)]
pub enum Add {
    /// Add a node, or a range of nodes, to a site
    #[command(after_help = "Examples:
  taco-gen add node cmp41 management=10.10.0.141 tunnel=10.20.0.141 --roles compute
  taco-gen add node 'cmp[42-44]' 'management=10.10.0.[142-144]' --roles compute --site lab

Exit codes: 0 written; 1 the spec would have errors, nothing written; 2 could not run")]
    Node(AddNode),
}

/// `add node`.
#[derive(Debug, Args)]
pub struct AddNode {
    /// The name of the node, or a range of names
    pub name: String,
    /// The addresses of the node, by network
    #[arg(required = true, value_name = "NETWORK=ADDRESS", value_parser = address)]
    pub addresses: Vec<(String, String)>,
    /// The roles of the node
    #[arg(short, long, value_name = "ROLE,...", value_delimiter = ',', required = true)]
    pub roles: Vec<String>,
    /// The site; can be omitted if the project has only one
    #[arg(short, long)]
    pub site: Option<String>,
}

fn address(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((network, address)) if !network.is_empty() && !address.is_empty() => {
            Ok((network.to_owned(), address.to_owned()))
        }
        _ => Err("expected NETWORK=ADDRESS, e.g. management=10.10.0.141".to_owned()),
    }
}

/// A notation of specs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Notation {
    /// KDL 2
    Kdl,
    /// YAML
    Yaml,
}

/// `convert`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  taco-gen convert lab                              prints the spec in the other notation
  taco-gen convert lab --replace                    writes it and removes the old file
  taco-gen convert overlays/fast/overlay.kdl        an overlay

Comments are lost.

Exit codes: 0 converted, 1 the file has errors, 2 could not run")]
pub struct Convert {
    /// A site, or the file of a spec or an overlay
    pub what: String,
    /// The notation to write; if omitted, the other one
    #[arg(long, value_enum)]
    pub to: Option<Notation>,
    /// Write the new file and remove the old one
    #[arg(long)]
    pub replace: bool,
}
