//! What lowering hands on: objects, config files and host files, before names and digests that depend on finished bytes.
//!
//! Invariant: an assembly is made once, by [`super::lower`], and taken apart once, by the link stage.

use crate::kube::item::Item;
use crate::kube::secret::SecretObject;
use crate::lower::config::{ConfigFile, FileKey};
use crate::lower::host::HostFile;
use crate::lower::machine::Machine;
use crate::lower::object::Object;
use crate::lower::pod::gate::WaitedJob;
use crate::lower::site_object::OwnSecret;
use crate::model::facts::WorkloadFacts;

/// A site, lowered.
#[derive(Debug, Default)]
pub struct Assembly {
    /// Config files that pods mount: the site's, then those of host groups.
    pub files: Vec<ConfigFile>,
    /// Workloads; each stands after all that it waits for.
    pub workloads: Vec<LoweredWorkload>,
    /// All other objects but ConfigMaps of config files and scripts.
    pub objects: Vec<Object>,
    /// ConfigMaps of config files and scripts.
    pub config_maps: Vec<LoweredConfigMap>,
    /// Secrets of the site's own.
    pub secrets: Vec<OwnSecret>,
    /// Host files.
    pub hosts: Vec<HostFile>,
    /// What nodes run, where the site is for hosts.
    pub machines: Vec<Machine>,
    /// The workloads in outline.
    pub facts: Vec<WorkloadFacts>,
}

/// A workload's object, its pod template without a digest.
#[derive(Debug)]
pub struct LoweredWorkload {
    /// Its id in the model.
    pub id: String,
    /// Its name among consumers of config.
    pub consumer: String,
    /// Its name in its digest.
    pub digested: String,
    /// The service that it belongs to.
    pub service: String,
    /// The object's name as the service data has it, without group and digest.
    pub name: String,
    /// Does it run once, as a Job that no clock starts?
    pub is_one_shot: bool,
    /// The object; jobs that its gate waits for have names without a digest.
    pub object: Object,
    /// The jobs that its gate waits for.
    pub jobs: Vec<WaitedJob>,
    /// What its pods mount.
    pub mounts: Mounts,
}

/// What pods read.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Mounts {
    /// Config files, in order of the path that they are mounted at.
    pub files: Vec<(String, FileKey)>,
    /// Scripts: service and name.
    pub scripts: Vec<(String, String)>,
    /// Secrets.
    pub secrets: Vec<SecretObject>,
    /// Templates of files whose values are known only on the node: name and text.
    pub node_files: Vec<(String, String)>,
}

/// A ConfigMap whose config files are not printed yet.
#[derive(Debug)]
pub struct LoweredConfigMap {
    /// The object, without data.
    pub object: Object,
    /// The config files in it.
    pub files: Vec<FileKey>,
    /// Texts that are ready, by key.
    pub texts: Vec<(String, Item)>,
    /// What it holds is the site's own: pods that read it start again when it changes.
    pub is_own: bool,
}
