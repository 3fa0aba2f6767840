//! Who reads an option: the pods that mount a file which holds it.
//!
//! Service data say what each program never reads (`without`), by what the sources of its packages reach
//! (`tools/catalog/reads.py`).
//!
//! Invariant: a component that is in neither list mounts no file of that name nor one that extends it.

use std::collections::BTreeSet;

use crate::catalog::service::{Pod, Service};

/// The components and jobs of a service that read `SECTION.OPTION` of a file, and those that read the file without it.
pub fn readers(service: &Service, file: &str, path: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut with, mut without) = (BTreeSet::new(), BTreeSet::new());
    for name in service.files.keys() {
        let chain: Vec<_> = service.file_chain(name).collect();
        let Some(place) = chain.iter().position(|(known, _)| known.as_str() == file) else { continue };
        let between = || chain.iter().take(place + 1).map(|(_, declared)| declared);
        let is_left_out = between().flat_map(|declared| &declared.without).any(|word| covers(word, path))
            || between()
                .any(|declared| !declared.only.is_empty() && !declared.only.iter().any(|name| is_named(name, path)));
        let readers = mounting(service, name);
        if is_left_out { without.extend(readers) } else { with.extend(readers) }
    }
    // A pod with both files reads it.
    without.retain(|name| !with.contains(name));
    (with, without)
}

/// Is the name that of an option of a file without sections?
fn is_named(name: &str, path: &str) -> bool {
    path.strip_prefix("-.").unwrap_or(path) == name
}

/// Is the option one of what a file leaves out: a section, or `SECTION/OPTION`?
fn covers(left_out: &str, path: &str) -> bool {
    match left_out.split_once('/') {
        Some((section, option)) => path.strip_prefix(section).and_then(|rest| rest.strip_prefix('.')) == Some(option),
        None => path.strip_prefix(left_out).is_some_and(|rest| rest.starts_with('.')),
    }
}

/// The components and jobs that mount a file of the service.
fn mounting(service: &Service, file: &str) -> Vec<String> {
    let mounts = |pod: &Pod| pod.containers().any(|container| container.mounts.contains_key(file));
    let components = service.components.iter().filter(|(_, component)| mounts(&component.pod));
    let jobs = service.jobs.iter().filter(|(_, job)| mounts(&job.pod));
    let names = components.map(|(name, _)| name).chain(jobs.map(|(name, _)| name));
    names.map(|name| format!("{}/{name}", service.name)).collect()
}

/// The lines that say it.
pub fn lines(service: &Service, file: &str, path: &str) -> String {
    let (with, without) = readers(service, file, path);
    let line = |words: &str, names: BTreeSet<String>| match names.is_empty() {
        true => String::new(),
        false => format!("{words} {}\n", names.into_iter().collect::<Vec<_>>().join(", ")),
    };
    line("read by", with) + &line("not read by", without)
}

#[cfg(test)]
mod tests {
    use super::covers;

    #[test]
    fn a_section_covers_its_options_and_no_other_sections() {
        assert!(covers("quota", "quota.instances") && covers("api/max_limit", "api.max_limit"));
        assert!(!covers("quota", "quotas.instances") && !covers("api/max_limit", "api.max_limits"));
        assert!(!covers("api/max_limit", "api.auth_strategy"));
    }
}
