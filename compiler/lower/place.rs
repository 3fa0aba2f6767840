//! Where a container stands, and what it asks of its pod.
//!
//! Invariant: as in [`super`].

use std::collections::BTreeMap;

use crate::catalog::service::Volume;
use crate::kube::secret::SecretObject;
use crate::model::Workload;
use crate::resolve::reference::Context;

/// What a pod's containers ask of it.
#[derive(Debug, Default)]
pub struct PodRequirements {
    /// Config files: service and name, to the paths they are mounted at.
    pub files: Vec<FileUse>,
    /// Scripts: service and name.
    pub scripts: Vec<(String, String)>,
    /// Secrets as files, with each way in which the pod's containers mount them.
    pub secrets: BTreeMap<SecretObject, Vec<SecretUse>>,
    /// Folders by name, with the declaration that says where they live.
    pub volumes: BTreeMap<String, Volume>,
}

/// How a Secret is mounted: what Kubernetes says of the pod's volume (`SecretVolumeSource`), not of the container's mount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecretUse {
    /// The files' mode.
    pub mode: u32,
    /// The pod starts without it.
    pub optional: bool,
}

impl SecretUse {
    /// As nothing else is said.
    pub const USUAL: SecretUse = SecretUse { mode: 0o440, optional: false };
}

impl PodRequirements {
    /// Notes that a Secret is mounted, and gives the name of the pod's volume of it. Another way of mounting it brings another volume.
    pub fn secret(&mut self, object: SecretObject, used: SecretUse) -> String {
        let uses = self.secrets.entry(object.clone()).or_default();
        if !uses.contains(&used) {
            uses.push(used);
        }
        secret_volume(&object, uses, used)
    }

    /// The volumes of Secrets, by the Secret's name.
    pub fn secret_volumes(&self) -> Vec<(&SecretObject, SecretUse, String)> {
        let mut secrets: Vec<_> = self.secrets.iter().collect();
        secrets.sort_by_key(|(object, _)| object.name());
        let volumes = |(object, uses): (_, &Vec<SecretUse>)| {
            let uses = uses.clone();
            uses.clone().into_iter().map(move |used| (object, used, secret_volume(object, &uses, used)))
        };
        secrets.into_iter().flat_map(volumes).collect()
    }
}

/// The first way of mounting it has the usual name of the volume.
fn secret_volume(object: &SecretObject, uses: &[SecretUse], used: SecretUse) -> String {
    let usual = object.volume();
    match used {
        _ if uses.first() == Some(&used) => usual,
        SecretUse { mode, optional: true } => format!("{usual}-{mode:o}-optional"),
        SecretUse { mode, .. } => format!("{usual}-{mode:o}"),
    }
}

/// A mounted config file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileUse {
    /// The service.
    pub service: String,
    /// The file.
    pub name: String,
    /// Where it is mounted.
    pub at: String,
    /// The folder of its drop-in.
    pub drop_in: String,
}

/// Where a container stands.
pub struct Place<'p, 'a> {
    /// The workload.
    pub workload: &'p Workload<'a>,
    /// The container's name.
    pub name: String,
    /// Ports that the endpoints it serves bring: name and number.
    pub ports: Vec<(String, i64)>,
}

/// The folder that scripts are mounted at.
pub const SCRIPTS: &str = "/opt/taco/bin";

impl Place<'_, '_> {
    /// The context of references.
    pub fn context(&self) -> Context<'_> {
        let workload = self.workload;
        let client = workload.capability.map(|_| workload.service);
        Context { client, ..Context::of(workload.owner) }
    }
}
