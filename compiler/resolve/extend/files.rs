//! Files of a service that there are as many of as a site names: `keystone.*.conf`, one a domain.
//!
//! Invariant: a name that a site gives such a file is one of the service's files from here on; the pattern itself is none.

use super::pods::pods;
use crate::catalog::Catalog;
use crate::catalog::file::is_pattern;
use crate::catalog::overlay::ServiceSpec;
use crate::catalog::pod::Pod;
use crate::catalog::service::Service;
use crate::tree::word::Word;

/// Does what is said of a service name a file of a pattern?
pub(super) fn names_some(catalog: &Catalog, spec: &ServiceSpec) -> bool {
    catalog.services.get(spec.name.as_str()).is_some_and(|service| !named(service, spec).is_empty())
}

/// The files of patterns that are named: pattern and name.
fn named(service: &Service, spec: &ServiceSpec) -> Vec<(Word, Word)> {
    let names = spec.config.keys().filter(|name| !service.files.contains_key(*name));
    let found = names.filter_map(|name| {
        let (pattern, _) = service.file_of(name)?;
        is_pattern(pattern).then(|| (pattern.clone(), name.clone()))
    });
    found.collect()
}

/// Enters the files of patterns that are named, and mounts them where the pattern is mounted.
pub(super) fn enter(service: &mut Service, spec: &ServiceSpec) {
    for (pattern, name) in named(service, spec) {
        let Some(declared) = service.files.get(&pattern).cloned() else { continue };
        let egress = declared.egress.clone();
        service.files.insert(name.clone(), declared);
        for (_, pod, _) in pods(service) {
            if mount(pod, &pattern, &name) {
                let new: Vec<_> = egress.iter().filter(|to| !pod.egress.contains(to)).cloned().collect();
                pod.egress.extend(new);
            }
        }
    }
}

/// Mounts a file where its pattern is mounted; tells whether it is anywhere in the pod.
fn mount(pod: &mut Pod, pattern: &Word, name: &Word) -> bool {
    let containers = std::iter::once(&mut pod.main).chain(pod.init.values_mut()).chain(pod.sidecars.values_mut());
    let mut is_mounted = false;
    for container in containers {
        let Some(mut mount) = container.mounts.get(pattern).cloned() else { continue };
        mount.at = mount.at.replace(pattern.as_str(), name);
        container.mounts.insert(name.clone(), mount);
        is_mounted = true;
    }
    is_mounted
}
