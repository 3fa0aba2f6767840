//! Arguments of the commands with which a project begins, and of those that say what there is.
//!
//! Invariant: as in [`super`].

use std::path::PathBuf;

use clap::{Args, Subcommand};
use ipnet::Ipv4Net;

/// `init`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  taco-gen init demo
  taco-gen init lab --vip 192.168.50.5 --ntp 192.168.50.1 --overlay ovs \\
      --node 'ctl[1-3]=192.168.50.[11-13],controller,network' \\
      --node 'cmp[1-9]=192.168.50.[21-29],compute'

Exit codes: 0 written, 1 the spec would have errors or warnings, nothing written, 2 could not run, e.g. the site exists already")]
pub struct Init {
    /// The name of the site and of its folder below sites/, e.g. lab
    #[arg(value_parser = label)]
    pub name: String,
    /// The management network
    #[arg(long, value_name = "CIDR", default_value = "192.168.50.0/24")]
    pub network: Ipv4Net,
    /// The virtual IP address of the APIs in it; required with several controllers
    #[arg(long, value_name = "ADDRESS")]
    pub vip: Option<String>,
    /// The NTP server of the nodes, an address or a name; required with several nodes
    #[arg(long, value_name = "SERVER")]
    pub ntp: Option<String>,
    /// A node, or a range of nodes, optionally with its own roles instead of --roles; repeatable; if omitted, one node
    /// `aio` with the eleventh address of the network
    #[arg(long = "node", value_name = "NAME=ADDRESS[,ROLE...]", value_parser = node)]
    pub nodes: Vec<NodeFlag>,
    /// The roles of nodes without roles of their own
    #[arg(long, value_name = "ROLE,...", value_delimiter = ',', default_value = "controller,network,compute")]
    pub roles: Vec<String>,
    /// The OpenStack release; if omitted, the default
    #[arg(long, value_name = "RELEASE")]
    pub release: Option<String>,
    /// The Kubernetes version; if omitted, the default
    #[arg(long, value_name = "VERSION")]
    pub kubernetes: Option<String>,
    /// The DNS domain of the public endpoints; if omitted, the default
    #[arg(long)]
    pub domain: Option<String>,
    /// An overlay, e.g. a network or storage back end (ovn, ovs, ceph-external, nfs, local); repeatable
    #[arg(long = "overlay", value_name = "OVERLAY")]
    pub overlays: Vec<String>,
    /// A setting of a service, e.g. ceph.monitors=10.0.0.1,10.0.0.2 for the overlay ceph-external; repeatable
    #[arg(long = "set", value_name = "SERVICE.SETTING=VALUE", value_parser = setting)]
    pub settings: Vec<SettingFlag>,
    /// Also write a pipeline that checks pull requests and publishes after a merge
    #[arg(long, value_enum)]
    pub pipeline: Option<Pipeline>,
    /// Write the spec in YAML, with a JSON Schema and editor settings for completion
    #[arg(long)]
    pub yaml: bool,
}

/// A node, or a range of them, as a flag says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeFlag {
    /// Its name, or the pattern of the names.
    pub name: String,
    /// Its address, or the pattern of the addresses.
    pub address: String,
    /// Its own roles.
    pub roles: Vec<String>,
}

/// A setting of a service, as a flag says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingFlag {
    /// The service.
    pub service: String,
    /// The setting.
    pub setting: String,
    /// Its value.
    pub value: String,
}

fn setting(text: &str) -> Result<SettingFlag, String> {
    let parts = text.split_once('=').and_then(|(path, value)| Some((path.split_once('.')?, value)));
    match parts {
        Some(((service, setting), value)) if !service.is_empty() && !setting.is_empty() && !value.is_empty() => {
            let [service, setting, value] = [service, setting, value].map(str::to_owned);
            Ok(SettingFlag { service, setting, value })
        }
        _ => Err("expected SERVICE.SETTING=VALUE, e.g. nova.virt-type=qemu".to_owned()),
    }
}

fn node(text: &str) -> Result<NodeFlag, String> {
    let expected = "expected NAME=ADDRESS or NAME=ADDRESS,ROLE,ROLE, e.g. cmp1=10.10.0.101,compute";
    let (name, rest) = text.split_once('=').ok_or(expected)?;
    let mut parts = parts(rest).into_iter();
    let address = parts.next().unwrap_or_default();
    let roles: Vec<String> = parts.collect();
    if name.is_empty() || address.is_empty() || roles.iter().any(String::is_empty) {
        return Err(expected.to_owned());
    }
    Ok(NodeFlag { name: name.to_owned(), address, roles })
}

/// The parts between commas; a comma between brackets belongs to a range.
fn parts(text: &str) -> Vec<String> {
    let (mut parts, mut depth) = (vec![String::new()], 0_u32);
    for c in text.chars() {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(last) = parts.last_mut() {
            last.push(c);
        }
    }
    parts
}

/// A name that can stand for a folder and in Kubernetes: a DNS label (RFC 1035).
pub(super) fn label(text: &str) -> Result<String, String> {
    let is_word = text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    let is_label = is_word && text.starts_with(|c: char| c.is_ascii_lowercase()) && !text.ends_with('-');
    match is_label && text.len() <= 63 {
        true => Ok(text.to_owned()),
        false => {
            Err("expected at most 63 lower-case letters, digits and `-`, a letter first and no `-` last".to_owned())
        }
    }
}

/// Whose pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Pipeline {
    /// GitHub Actions
    Github,
    /// GitLab CI/CD
    Gitlab,
}

/// `new`.
#[derive(Debug, Subcommand)]
pub enum New {
    /// Create schema/services/NAME/: a service with one API deployment, off by default
    #[command(after_help = "Examples:
  taco-gen new service front-desk

Exit codes: 0 written; 2 could not run, e.g. the service exists already")]
    Service {
        /// The name of the service and of its folder
        #[arg(value_parser = label)]
        name: String,
    },
}

/// `services`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  taco-gen services
  taco-gen services lab
  taco-gen services nova --format json

Exit codes: 0 listed; 1 the site has errors; 2 could not run, e.g. an unknown name")]
pub struct Services {
    /// A site, to list which of its services are on, or a service, to list its settings
    pub what: Option<String>,
    /// The format
    #[arg(long, value_enum, default_value = "text")]
    pub format: Listing,
}

/// The format of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Listing {
    /// For a terminal
    Text,
    /// For a program
    Json,
}

/// `explain`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  taco-gen explain TG0207
  taco-gen explain nova.virt-type
  taco-gen explain network.cidr
  taco-gen explain overlays
  taco-gen explain nova.conf:libvirt.cpu_mode --site lab
  taco-gen explain output/lab/config/keystone/keystone.conf:45

Exit codes: 0 explained; 1 the site has errors; 2 could not run, e.g. an unknown name")]
pub struct Explain {
    /// A diagnostic code (TG0201), a service (nova), a setting (nova.virt-type), an overlay (ovs), a field of the spec
    /// (network.cidr) or of the service language (service.needs), an option (nova.conf:libvirt.cpu_mode, or its name alone),
    /// a line of the output (output/SITE/FILE:LINE), or `codes` for all diagnostic codes
    pub what: String,
    /// Also show the value of the option in this site
    #[arg(short, long)]
    pub site: Option<String>,
    /// The output folder
    #[arg(short, long, default_value = "output")]
    pub output: PathBuf,
}

/// When something is done that a terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum When {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// `completions`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  taco-gen completions bash > ~/.local/share/bash-completion/completions/taco-gen
  taco-gen completions fish > ~/.config/fish/completions/taco-gen.fish
  taco-gen completions zsh > ~/.zfunc/_taco-gen      (~/.zfunc in fpath)")]
pub struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// `man`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  taco-gen man --output man1

Exit codes: 0 written, 2 could not run")]
pub struct Man {
    /// Write a page for each command into this folder; if omitted, the page of the program is printed
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_has_a_name_an_address_and_roles() {
        let read = |text: &str| node(text).map(|node| (node.name, node.address, node.roles.join(" ")));
        let of = |name: &str, address: &str, roles: &str| Ok((name.to_owned(), address.to_owned(), roles.to_owned()));
        assert_eq!(read("a=10.0.0.1"), of("a", "10.0.0.1", ""));
        assert_eq!(read("a=fd00::1,controller,network"), of("a", "fd00::1", "controller network"));
        assert_eq!(read("c[1-2]=10.0.0.[1,3],compute"), of("c[1-2]", "10.0.0.[1,3]", "compute"));
        for wrong in ["", "a", "=10.0.0.1", "a=", "a=10.0.0.1,", "a=,compute"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_setting_has_a_service_a_name_and_a_value() {
        let whole = setting("a.b=c.d=e").map(|flag| [flag.service, flag.setting, flag.value]);
        assert_eq!(whole, Ok(["a", "b", "c.d=e"].map(str::to_owned)));
        for wrong in ["", "a", "a=b", "a.b", "a.b=", ".b=c", "a.=c"] {
            assert!(setting(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_not_a_label_is_refused() {
        for name in ["", "../x", "a/b", "Lab", "1a", "-a", "a-", "a.b", &"a".repeat(64)] {
            assert!(label(name).is_err(), "{name}");
        }
        assert_eq!(label("lab-2").as_deref(), Ok("lab-2"));
    }
}
