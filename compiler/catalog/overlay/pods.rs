//! What a spec says of the pods of a service: settings, and what stands in them beside the service's own.
//!
//! Invariant: what is added is of the same records as the service's own, and is bound like it.

use crate::catalog::egress::Egress;
use crate::catalog::expr::EnvValue;
use crate::catalog::mount::{SecretMount, Volume};
use crate::catalog::placement::{PodFile, PodSettings};
use crate::catalog::pod::Container;
use crate::record;
use crate::tree::record::{Entries, Table};
use crate::tree::word::{Traced, Word};

record! {
    /// A folder of a pod from elsewhere: `volume motd at="/run/motd" kind=config-map object=site-motd`.
    pub struct PodVolume, include(volume: Volume), positional("at") {
        /// Containers of the pod that mount it (the main one).
        containers: Vec<Word>,
    }
}

record! {
    /// What stands in a pod beside the service's own.
    pub struct PodAdditions {
        /// Environment variables of the main container. No secrets: mount them.
        env: Entries<EnvValue>,
        /// Files and folders of the site.
        files as "file": Table<PodFile>,
        /// Secrets as files, of the service or the site.
        secrets as "secret": Table<SecretMount>,
        /// Folders.
        volumes as "volume": Table<PodVolume>,
        /// Where the pod may go beyond its needs: `any`, `kubernetes`, or networks of the site by name.
        egress: Vec<Egress>,
        /// Containers that run first, after the service's own.
        init: Table<Container>,
        /// Containers beside the main one.
        sidecars as "sidecar": Table<Container>,
    }
}

impl PodAdditions {
    /// Does it add nothing?
    pub fn is_empty(&self) -> bool {
        let mounts = self.files.is_empty() && self.secrets.is_empty() && self.volumes.is_empty();
        mounts && self.env.is_empty() && self.egress.is_empty() && self.containers().next().is_none()
    }

    /// The containers.
    pub fn containers(&self) -> impl Iterator<Item = &Container> {
        self.init.values().chain(self.sidecars.values())
    }
}

record! {
    /// What is said of one job of a service.
    pub struct JobSpec as "JobSettings", include(settings: PodSettings, additions: PodAdditions), key(name) {
        /// It is there and not started, until somebody sets `suspend` of it to false: a Job for a run by hand (what the service says).
        suspended: Option<Traced<bool>>,
    }
}
