//! Host groups: a DaemonSet that a group's nodes would have otherwise runs there as a variant of its own.
//!
//! A group's view is the whole site, bound as if the group's settings held everywhere; a DaemonSet whose pods or files
//! differ in that view gets a variant on the group's nodes, and the common one keeps away from them.
//!
//! Invariant: a DaemonSet that no group changes has the same bytes as in a site without groups.

use std::collections::BTreeSet;

use super::{LinkedFile, Linker, annotate, digest, digest_origin, draft, texts};
use crate::catalog::service::ComponentKind;
use crate::diag::Diagnostic;
use crate::kube::item::{Item, Text};
use crate::lower::draft::Draft;
use crate::lower::workload::config_map;
use crate::lower::{Lowering, Object, seen_by};
use crate::model::{Model, Workload};
use crate::spec::site::{GROUP_LABEL, Group};

/// The site as a host group's nodes see it.
pub struct View<'g> {
    group: &'g Group,
    model: &'g Model<'g>,
    files: Vec<LinkedFile>,
    /// Files that variants mount: service and name.
    used: BTreeSet<(String, String)>,
    /// Services of which there is a variant.
    varied: BTreeSet<String>,
}

impl View<'_> {
    /// The files that variants mount.
    pub fn into_used_files(self) -> impl Iterator<Item = LinkedFile> {
        let used = self.used;
        self.files
            .into_iter()
            .filter(move |linked| used.contains(&(linked.file.service.clone(), linked.file.name.clone())))
    }
}

/// Lowers the files of a group's view; drop-ins that differ from the site's get objects of their own.
pub fn view<'g>(lowering: &mut Lowering<'_, '_>, model: &'g Model<'g>, common: &[LinkedFile]) -> Option<View<'g>> {
    let group = model.group?;
    let mut files = seen_by(lowering, model, texts::files);
    for linked in &mut files {
        let text = |linked: &LinkedFile| linked.drop_in.as_ref().map(|printed| printed.text.clone());
        let alike =
            super::find(common, &linked.file.service, &linked.file.name).is_some_and(|file| text(file) == text(linked));
        if !alike {
            linked.file.secret_object = format!("{}-{}", linked.file.secret_object, group.name.value);
        }
        linked.file.group = Some(group.name.value.clone());
    }
    Some(View { group, model, files, used: BTreeSet::new(), varied: BTreeSet::new() })
}

impl Linker<'_, '_> {
    /// Makes the variants of a DaemonSet, and names the groups that have one.
    pub(super) fn variants(&mut self, lowering: &mut Lowering<'_, '_>, workload: &Workload<'_>) -> Vec<String> {
        if self.views.is_empty()
            || workload.component().is_none_or(|component| component.kind != ComponentKind::DaemonSet)
        {
            return Vec::new();
        }
        let names = self.final_names.clone();
        let job_name = |index: usize| names.get(index).cloned().unwrap_or_default();
        let (pod, object) = draft(lowering, workload, &self.files, &job_name);
        let common = digest(lowering.model, workload, (&pod, &object), (&self.files, &self.tags));
        let mut groups = Vec::new();
        for mut view in std::mem::take(&mut self.views) {
            if self.variant(lowering, &mut view, workload, &common) {
                groups.push(view.group.name.value.clone());
            }
            self.views.push(view);
        }
        groups
    }

    fn variant(
        &mut self,
        lowering: &mut Lowering<'_, '_>,
        view: &mut View<'_>,
        workload: &Workload<'_>,
        common: &str,
    ) -> bool {
        let model = view.model;
        let Some(seen) = model.workload(&workload.id).filter(|seen| runs_on(model, seen, view.group)) else {
            return false;
        };
        let ids: Vec<&str> = model.workloads.iter().map(|workload| workload.id.as_str()).collect();
        let places = |index: usize| ids.get(index).and_then(|id| lowering.model.workload_index(id));
        let finals: Vec<String> = (0..ids.len())
            .map(|index| places(index).and_then(|place| self.final_names.get(place).cloned()).unwrap_or_default())
            .collect();
        let job_name = |index: usize| finals.get(index).cloned().unwrap_or_default();
        let files = &view.files;
        let (pod, object) = seen_by(lowering, model, |inner| draft(inner, seen, files, &job_name));
        if digest(model, seen, (&pod, &object), (files, &self.tags)) == common {
            return false;
        }
        let seen = &Workload { group: Some(view.group.name.value.clone()), ..seen.clone() };
        let (pod, mut object) = seen_by(lowering, model, |inner| draft(inner, seen, files, &job_name));
        self.patches.apply(lowering, &mut object, &workload.name);
        self.note(lowering, seen, &pod, files);
        let value = digest(model, seen, (&pod, &object), (files, &self.tags));
        let origin = digest_origin(lowering, &pod, files);
        annotate(&mut object, Draft(origin), &value);
        self.finish(lowering, seen, object, value);
        view.used.extend(pod.files.iter().map(|used| (used.service.clone(), used.name.clone())));
        view.varied.extend([seen.owner.name.to_string(), seen.service.name.to_string()]);
        true
    }

    /// The ConfigMaps of variants, and findings about groups that made none.
    pub(super) fn group_config_maps(&mut self, lowering: &mut Lowering<'_, '_>) {
        for view in &self.views {
            let has_host_files = |service: &str| {
                let service = view.model.service(service);
                service.is_some_and(|service| service.files.values().any(|file| file.host.is_some()))
            };
            let idle =
                |service: &str| view.model.is_on(service) && !view.varied.contains(service) && !has_host_files(service);
            for (service, spec) in view.group.services.iter().filter(|(service, _)| idle(service)) {
                let message =
                    format!("group `{}` changes nothing of service `{service}` on its nodes", view.group.name.value);
                let hint =
                    "only DaemonSets and host files follow host groups; say the rest in the site's own `service`";
                lowering.sink.push(Diagnostic::error("TG0308", spec.span, message).hint(hint));
            }
            for service in view.model.services.iter().filter(|service| view.varied.contains(service.name.as_str())) {
                let name = format!("{}-etc-{}", service.name, view.group.name.value);
                let used = view.files.iter().filter(|linked| {
                    linked.file.service == service.name
                        && view.used.contains(&(linked.file.service.clone(), linked.file.name.clone()))
                });
                let entry = |linked: &LinkedFile| {
                    (linked.file.name.clone(), Draft(linked.file.origin).text(linked.printed.text.clone()))
                };
                let mut data: Vec<(String, Item)> = used.map(entry).collect();
                data.extend(self.etc.remove(&name).unwrap_or_default());
                data.sort_by(|(a, _), (b, _)| a.cmp(b));
                data.dedup_by(|(a, _), (b, _)| a == b);
                if data.is_empty() {
                    continue;
                }
                let draft = lowering.draft(view.group.name.span);
                let data = data.into_iter().map(|(key, item)| (Text::Owned(key), item)).collect();
                let mut item = config_map(draft, lowering.model, (&name, &service.name), data);
                if let Some(labels) = item.get_mut("metadata").and_then(|metadata| metadata.get_mut("labels")) {
                    labels.set(GROUP_LABEL, draft.text(view.group.name.value.clone()));
                }
                self.objects.push(Object::new(service.unit(), item));
            }
        }
    }
}

/// Does the DaemonSet run on a node of the group?
fn runs_on(model: &Model<'_>, workload: &Workload<'_>, group: &Group) -> bool {
    let nodes = model.labelled.get(workload.pod.on.as_str());
    nodes.into_iter().flatten().any(|node| group.nodes.iter().any(|name| name.value == *node))
}
