//! Host groups: a DaemonSet that a group's nodes would have otherwise runs there as a variant of its own.
//!
//! A group's view is the whole site, bound as if the group's settings held everywhere; a DaemonSet whose pods or files
//! differ in that view gets a variant on the group's nodes, and the common one keeps away from them.
//!
//! Invariant: a DaemonSet that no group changes is the same as in a site without groups.

use std::collections::BTreeSet;

use crate::catalog::service::{ComponentKind, Service};
use crate::diag::Diagnostic;
use crate::kube::secret::SecretObject;
use crate::lower::config::{self, ConfigFile};
use crate::lower::lowering::{Lowering, seen_by};
use crate::lower::same::{same_pods, same_sections};
use crate::lower::workload::{Drafted, draft};
use crate::model::{Model, Workload};
use crate::spec::site::Group;

/// The site as a host group's nodes see it.
pub struct View<'g> {
    /// The group.
    pub group: &'g Group,
    model: &'g Model<'g>,
    files: Vec<ConfigFile>,
    /// Files that variants mount: service and name.
    used: BTreeSet<(String, String)>,
    /// Services of which there is a variant.
    varied: BTreeSet<String>,
}

impl<'g> View<'g> {
    /// Lowers the files of a group's view; drop-ins that differ from the site's get Secrets of their own.
    pub fn new(lowering: &mut Lowering<'_, '_>, model: &'g Model<'g>, common: &[ConfigFile]) -> Option<View<'g>> {
        let group = model.group?;
        let mut files = seen_by(lowering, model, config::files);
        for file in &mut files {
            let own = config::find(common, &file.service, &file.name);
            if !own.is_some_and(|own| same_sections(&own.secret, &file.secret)) {
                let (service, name) = (file.service.clone(), file.name.clone());
                file.secret_object =
                    SecretObject::DropIn { service, file: name, group: Some(group.label().to_string()) };
            }
            file.group = Some(group.label().to_string());
        }
        Some(View { group, model, files, used: BTreeSet::new(), varied: BTreeSet::new() })
    }

    /// The files that variants mount.
    pub fn used_files(&self) -> impl Iterator<Item = &ConfigFile> {
        self.files.iter().filter(|file| self.used.contains(&(file.service.clone(), file.name.clone())))
    }

    /// The files that variants mount.
    pub fn into_used_files(self) -> impl Iterator<Item = ConfigFile> {
        let used = self.used;
        self.files.into_iter().filter(move |file| used.contains(&(file.service.clone(), file.name.clone())))
    }

    /// The services of which there is a variant.
    pub fn varied_services(&self) -> impl Iterator<Item = &'g Service> {
        self.model.services.iter().copied().filter(|service| self.varied.contains(service.name.as_str()))
    }

    /// The variant of a DaemonSet on the group's nodes, where it differs from the common one.
    fn variant(
        &mut self,
        lowering: &mut Lowering<'_, '_>,
        id: &str,
        common: (&Drafted, &[ConfigFile]),
    ) -> Option<(Workload<'g>, Drafted)> {
        let seen = self.model.workload(id).filter(|seen| runs_on(self.model, seen, self.group))?;
        let files = &self.files;
        let drafted = seen_by(lowering, self.model, |inner| draft(inner, seen, files));
        if same_pods((&drafted, files), common) {
            return None;
        }
        let variant = Workload { group: Some(self.group.label().to_string()), ..seen.clone() };
        let drafted = seen_by(lowering, self.model, |inner| draft(inner, &variant, files));
        self.used.extend(drafted.pod.files.iter().map(|used| (used.service.clone(), used.name.clone())));
        self.varied.extend([variant.owner.name.to_string(), variant.service.name.to_string()]);
        Some((variant, drafted))
    }
}

/// The variants of a DaemonSet; none of anything else.
pub fn variants<'g>(
    lowering: &mut Lowering<'_, '_>,
    workload: &Workload<'_>,
    files: &[ConfigFile],
    views: &mut [View<'g>],
) -> Vec<(Workload<'g>, Drafted)> {
    if views.is_empty() || workload.component().is_none_or(|component| component.kind != ComponentKind::DaemonSet) {
        return Vec::new();
    }
    let common = draft(lowering, workload, files);
    views.iter_mut().filter_map(|view| view.variant(lowering, &workload.id, (&common, files))).collect()
}

/// Finds services of groups that made no variant.
pub fn unused(lowering: &mut Lowering<'_, '_>, views: &[View<'_>]) {
    for view in views {
        let has_host_files = |service: &str| {
            let service = view.model.service(service);
            service.is_some_and(|service| service.files.values().any(|file| file.host.is_some()))
        };
        let is_idle =
            |service: &str| view.model.is_on(service) && !view.varied.contains(service) && !has_host_files(service);
        let idle = view.group.services.iter().filter(|(service, spec)| is_idle(service) && !spec.is_of_site());
        for (service, spec) in idle {
            let message =
                format!("group `{}` changes nothing of service `{service}` on its nodes", view.group.name.value);
            let hint = "host groups only apply to DaemonSets and host files; set the rest in `service` of the site";
            lowering.sink.push(Diagnostic::error("TG0308", spec.span, message).hint(hint));
        }
    }
}

/// Does the DaemonSet run on a node of the group?
fn runs_on(model: &Model<'_>, workload: &Workload<'_>, group: &Group) -> bool {
    let nodes = model.labelled.get(workload.pod.node_selector.as_str());
    nodes.into_iter().flatten().any(|node| group.nodes.iter().any(|name| name.value == *node))
}
