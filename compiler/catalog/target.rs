//! What a site is made for: a Kubernetes cluster, or hosts with packages and systemd units.
//!
//! Invariant: a site that says nothing is made for Kubernetes.

use crate::tree::scalar::Distinct;
use crate::tree::word::{Traced, Word};
use crate::{record, words};

words! {
    /// What the output is for.
    pub enum TargetKind {
        /// Objects of a Kubernetes cluster.
        Kubernetes = "kubernetes",
        /// Files, systemd units and scripts of hosts.
        Hosts = "hosts",
    }
}

words! {
    /// A release of a distribution of Linux.
    pub enum Distribution {
        /// Debian 13, trixie.
        Debian13 = "debian-13",
        /// CentOS 7, or another build of Red Hat Enterprise Linux 7.
        Centos7 = "centos-7",
    }
}

impl Distribution {
    /// OpenStack releases that it has packages of: Debian 13 its own of 2025.1, and backports of later ones
    /// (https://wiki.debian.org/OpenStack); the RDO project built those up to Train for CentOS 7 (https://www.rdoproject.org/what/centos7/).
    pub const fn releases(self) -> &'static [&'static str] {
        match self {
            Distribution::Debian13 => &["2025.1", "2025.2", "2026.1"],
            Distribution::Centos7 => &["ocata", "pike", "queens", "train"],
        }
    }

    /// The version of its systemd, which decides what units may say (systemd.unit(5) and its NEWS).
    pub const fn systemd(self) -> u16 {
        match self {
            Distribution::Debian13 => 257,
            Distribution::Centos7 => 219,
        }
    }

    /// Are mounts of `unshare --mount` private? They are from util-linux 2.27 on (unshare(1)); before, they reach the host.
    pub const fn has_private_unshare(self) -> bool {
        match self {
            Distribution::Debian13 => true,
            Distribution::Centos7 => false,
        }
    }

    /// A locale of UTF-8 that it has without more packages.
    pub const fn locale(self) -> &'static str {
        match self {
            Distribution::Debian13 => "C.UTF-8",
            Distribution::Centos7 => "en_US.UTF-8",
        }
    }
}

record! {
    /// What the output is for: `target hosts distribution=debian-13`.
    pub struct Target as "SiteTarget", positional("kind"), shorthand("kind") {
        /// Objects of a Kubernetes cluster, or files, systemd units and scripts of hosts.
        kind: Traced<TargetKind>,
        /// What the hosts run, which decides packages, units and users; `hosts` needs it.
        distribution: Option<Traced<Distribution>>,
        /// age recipients of the hosts, which decrypt their secrets (those of the password store).
        recipients: Distinct<Word>,
    }
}
