//! What a component or a job finds on its node: config files, secrets, scripts, folders.
//!
//! Invariant: what is filled in at run time, in a cluster by a job, is made on the host by its own job, and mounted from nowhere.

use crate::catalog::file::is_pattern;
use crate::catalog::mount::Propagation;
use crate::catalog::service::{Container, SecretKind, Service, VolumeKind};
use crate::kube::secret::{AccountProvider, SecretObject};
use crate::lower::config::{DROP_IN, FileKey};
use crate::lower::lowering::Lowering;
use crate::lower::machine::places::Places;
use crate::model::{Model, Workload, WorkloadKind};
use crate::resolve::reference::{TRUST, declared_secret};

/// The containers whose work is done on a node: the main one, and those that a unit starts with.
pub(super) fn parts<'w>(model: &Model<'_>, workload: &'w Workload<'_>) -> Vec<&'w Container> {
    let owner = &workload.owner.name;
    let is_packaged = model.host_run(owner, workload.pod).is_some_and(|host| host.packaged);
    let first = workload.pod.init.values().filter(|init| !is_packaged && model.holds(owner, &init.bounds));
    std::iter::once(&workload.pod.main).chain(first).collect()
}

/// Config files: the path on the host, that of the drop-in, and which file it is.
pub(super) fn files(
    lowering: &Lowering<'_, '_>,
    workload: &Workload<'_>,
    places: &Places<'_>,
) -> Vec<(String, String, FileKey)> {
    let (model, owner) = (lowering.model, workload.owner);
    let is_held = |name: &str, service: &Service| {
        service.files.get(name).is_some_and(|file| model.holds(&service.name, &file.bounds))
    };
    let mounts = parts(model, workload).into_iter().flat_map(|part| part.mounts.iter());
    let mounts = mounts
        .filter(|(name, mount)| !is_pattern(name) && model.holds(&owner.name, &mount.bounds) && is_held(name, owner));
    let mut found: Vec<_> = mounts
        .map(|(name, mount)| {
            let key = FileKey { service: owner.name.to_string(), name: name.to_string(), group: None };
            let at = places.at(&mount.at).unwrap_or_else(|| mount.on_host());
            let folder = places.drop_in(&mount.at).unwrap_or_else(|| mount.drop_in_on_host());
            (at.to_owned(), format!("{folder}/{DROP_IN}"), key)
        })
        .collect();
    found.sort();
    found.dedup();
    found
}

/// Secrets: which, the folder that the command looks in, and the mode.
pub(super) fn secrets(
    lowering: &Lowering<'_, '_>,
    workload: &Workload<'_>,
    places: &Places<'_>,
) -> Vec<(SecretObject, String, u32)> {
    let mut found: Vec<_> =
        mounted(lowering, workload).into_iter().filter(|(_, at, _)| places.at(at).is_none()).collect();
    found.extend(of_client(workload));
    if is_client_of_tls(lowering.model) {
        let at = TRUST.rsplit_once('/').map_or(TRUST, |(folder, _)| folder);
        found.push((SecretObject::Trust, at.to_owned(), 0o444));
    }
    found.sort();
    found.dedup();
    found
}

/// Secrets that have a place: which, the real folder, and the mode.
pub(super) fn placed(
    lowering: &Lowering<'_, '_>,
    workload: &Workload<'_>,
    places: &Places<'_>,
) -> Vec<(SecretObject, String, u32)> {
    let mounted = mounted(lowering, workload).into_iter();
    mounted.filter_map(|(object, at, mode)| Some((object, places.at(&at)?.to_owned(), mode))).collect()
}

/// Secrets that the pod mounts.
fn mounted(lowering: &Lowering<'_, '_>, workload: &Workload<'_>) -> Vec<(SecretObject, String, u32)> {
    let (model, owner) = (lowering.model, workload.owner);
    let mut found = Vec::new();
    let mounts = parts(model, workload).into_iter().flat_map(|part| part.secrets.values());
    for mount in mounts.filter(|mount| model.holds(&owner.name, &mount.bounds)) {
        let name = mount.secret.name.as_str();
        let is_own = mount.secret.service.is_some() || owner.secrets.contains_key(name);
        if let Some(secret) = model.site.secrets.get(name).filter(|_| !is_own) {
            found.push((SecretObject::OfSite { secret: secret.name.value.clone() }, mount.at.clone(), mount.mode.0));
        } else if let Ok((owner, secret, declared)) = declared_secret(model, owner, &mount.secret)
            && declared.kind != SecretKind::Runtime
        {
            found.push((SecretObject::declared(owner, secret), mount.at.clone(), mount.mode.0));
        }
    }
    found.sort();
    found.dedup();
    found
}

/// The passwords of a client's accounts, for a job that makes them.
fn of_client(workload: &Workload<'_>) -> Option<(SecretObject, String, u32)> {
    let WorkloadKind::Job(job) = workload.kind else { return None };
    let provider = AccountProvider::parse(workload.capability?)?;
    let object = SecretObject::Accounts { service: workload.service.name.to_string(), provider };
    Some((object, job.client_secret.clone()?, 0o440))
}

fn is_client_of_tls(model: &Model<'_>) -> bool {
    model.endpoints.values().any(|known| known.tls) || model.providers.values().any(|known| known.tls)
}

/// Folders that a pod has for itself. A program of root may be the first that wants one of the node's below `/run`.
pub(super) fn folders(lowering: &Lowering<'_, '_>, workload: &Workload<'_>, user: &str) -> Vec<String> {
    let model = lowering.model;
    let volumes = workload.pod.main.volumes.values();
    let own = volumes.filter(|volume| {
        let is_own = match volume.kind {
            None | Some(VolumeKind::Empty | VolumeKind::Memory | VolumeKind::SharedClaim) => true,
            Some(VolumeKind::Host) => user == "root" && volume.at.starts_with("/run/"),
            Some(_) => false,
        };
        is_own && model.holds(&workload.owner.name, &volume.bounds)
    });
    own.map(|volume| volume.at.clone()).collect()
}

/// Does the node see what the program mounts in some folder?
pub(super) fn propagates(lowering: &Lowering<'_, '_>, workload: &Workload<'_>) -> bool {
    let model = lowering.model;
    workload.pod.main.volumes.values().any(|volume| {
        volume.propagation == Some(Propagation::Bidirectional) && model.holds(&workload.owner.name, &volume.bounds)
    })
}
