//! How services run on hosts without containers: packages, systemd units, users, and what differs from a pod.
//!
//! Invariant: what is not said here is that of the pod: command, files, secrets, environment, order.

use super::bounds::Bounds;
use super::expr::{EnvValue, Expr};
use super::target::Distribution;
use crate::record;
use crate::tree::closed::Words;
use crate::tree::record::{Entries, Table};
use crate::tree::word::Word;

/// Where commands look for files with values of the node.
pub const NODE_FILES: &str = "/run/taco/node";

record! {
    /// A package that hosts need; `package keystone`.
    pub struct HostPackage, include(bounds: Bounds) {
        /// It brings the sources of others, and is installed before them.
        repository: bool,
        /// The distributions that call it so, each a word; left out: all.
        distributions: Words<Distribution>,
    }
}

impl HostPackage {
    /// Does the distribution call it so?
    pub fn is_of(&self, distribution: Distribution) -> bool {
        self.distributions.0.is_empty() || self.distributions.0.contains(&distribution)
    }
}

record! {
    /// A path of the pod that is another on hosts, for all that names it: mounts, secrets, words of commands; `place "/etc/neutron/ml2_conf.ini" at="/etc/neutron/plugin.ini"`.
    pub struct HostPlace, include(bounds: Bounds), positional("at") {
        /// The absolute path there (that of the pod). A secret then lies in that folder for a package's own unit too, and values of the node (`/run/taco/node`) do.
        at: Option<String>,
        /// The folder of a file's drop-in there (beside the file).
        drop_in: Option<String>,
    }
}

record! {
    /// What all components and jobs of a service share on hosts; a service without it runs in pods alone.
    pub struct ServiceHost {
        /// The user that they run as, and the group that reads their files.
        user: Word,
        /// The distributions that its data are for, each a word; left out: all.
        distributions: Words<Distribution>,
        /// It runs on hosts alone: in a cluster Kubernetes does what it does.
        only: bool,
        /// Packages on every host that runs some of it; on every host where it is nothing but packages.
        packages as "package": Table<HostPackage>,
        /// Where its files and secrets lie.
        places as "place": Table<HostPlace>,
    }
}

impl ServiceHost {
    /// Are its data for that distribution?
    pub fn is_of(&self, distribution: Option<Distribution>) -> bool {
        self.distributions.0.is_empty() || distribution.is_none_or(|found| self.distributions.0.contains(&found))
    }
}

record! {
    /// What of a component or a job differs on a host from a pod; `host unit=keystone { package keystone }`. Of several the first that holds counts.
    pub struct HostRun, include(bounds: Bounds) {
        /// The systemd unit of a component, without `.service`.
        unit: Option<Word>,
        /// The package's own unit runs it, with the package's command: nothing but files and a drop-in is written.
        packaged: bool,
        /// The package's own unit runs others too, for instance a web server; each of them starts it again where its own digest changed.
        shared: bool,
        /// The user that it runs as (the service's).
        user: Option<Word>,
        /// A command after the package's own unit has started, as the unit's user.
        after_start: Vec<Expr>,
        /// The command and its arguments, in place of script and `run`.
        run: Vec<Expr>,
        /// Scripts that its commands name and no pod has.
        scripts: Vec<Word>,
        /// Environment variables, in place of those of the pod.
        env: Option<Entries<EnvValue>>,
        /// The file that the package's unit reads its variables from: those of the pod, and over them those of `env`.
        environment_file: Option<String>,
        /// More packages on its hosts.
        packages as "package": Table<HostPackage>,
        /// Where its files and secrets lie, before what the service says.
        places as "place": Table<HostPlace>,
        /// Those of several hosts serve together: they form a cluster, or their clients know each.
        members: bool,
        /// A job that every host with the label does for itself, not the first of them for all.
        everywhere: bool,
        /// It is not there on hosts.
        absent: bool,
    }
}
