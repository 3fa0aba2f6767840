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
    /// Secrets as files: Secret object -> mode and whether the pod starts without it.
    pub secrets: BTreeMap<SecretObject, (u32, bool)>,
    /// Folders by name, with the declaration that says where they live.
    pub volumes: BTreeMap<String, Volume>,
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
