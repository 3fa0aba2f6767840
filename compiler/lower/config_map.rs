//! ConfigMaps: a service's config files and scripts, and those of a host group's variants.
//!
//! Invariant: a ConfigMap holds what some pod mounts, and there is none without a key.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::service::Service;
use crate::kube::item::Item;
use crate::lower::assembly::LoweredConfigMap;
use crate::lower::config::{ConfigFile, FileKey};
use crate::lower::draft::ItemBuilder;
use crate::lower::expose::BASE_UNIT;
use crate::lower::lowering::Lowering;
use crate::lower::object::{Object, labels, object};
use crate::lower::pod::LoweredPod;
use crate::lower::pod::node::node_file_key;
use crate::lower::pod::own::{self, OwnContent};
use crate::lower::variant::View;
use crate::model::Workload;
use crate::spec::site::{GROUP_LABEL, Group};

/// What pods mount beside config files.
#[derive(Default)]
pub struct ConfigMaps {
    /// Templates of node files: the ConfigMap, then key and text.
    node_files: BTreeMap<String, Vec<(String, Item)>>,
    /// Scripts: service and name.
    scripts: BTreeSet<(String, String)>,
    /// Those of files of the site.
    own: Vec<LoweredConfigMap>,
}

impl ConfigMaps {
    /// Notes what a pod mounts.
    pub fn note(&mut self, lowering: &mut Lowering<'_, '_>, workload: &Workload<'_>, pod: &LoweredPod) {
        self.scripts.extend(pod.scripts.iter().cloned());
        let draft = lowering.draft(workload.pod.main.span);
        for (name, text) in &pod.node_files {
            let entry = (node_file_key(workload, name), draft.text(text.clone()));
            self.node_files.entry(workload.etc()).or_default().push(entry);
        }
        if !pod.own_files.is_empty() {
            self.own.push(own_map(lowering, workload, pod));
        }
    }

    /// All ConfigMaps of the site.
    pub fn lower(
        mut self,
        lowering: &mut Lowering<'_, '_>,
        files: &[ConfigFile],
        views: &[View<'_>],
    ) -> Vec<LoweredConfigMap> {
        let mut maps = std::mem::take(&mut self.own);
        for service in lowering.model.services.clone() {
            let draft = lowering.draft(service.span);
            let name = format!("{}-etc", service.name);
            let own = files.iter().filter(|file| file.service == service.name && !file.is_whole);
            let own = own.map(ConfigFile::key).collect();
            let texts = self.node_files.remove(&name).unwrap_or_default();
            maps.push(config_map(lowering, draft, (service, name, None), (own, texts)));
            let scripts = self.scripts(lowering, service);
            maps.push(config_map(lowering, draft, (service, format!("{}-bin", service.name), None), (vec![], scripts)));
        }
        // Of a service that others run, the jobs for its clients have scripts.
        for service in lowering.model.elsewhere.clone() {
            let draft = lowering.draft(service.span);
            let scripts = self.scripts(lowering, service);
            maps.push(config_map(lowering, draft, (service, format!("{}-bin", service.name), None), (vec![], scripts)));
        }
        for view in views {
            for service in view.varied_services() {
                let draft = lowering.draft(view.group.name.span);
                let name = format!("{}-etc-{}", service.name, view.group.label());
                let own = view.used_files().filter(|file| file.service == service.name && !file.is_whole);
                let own = own.map(ConfigFile::key).collect();
                let texts = self.node_files.remove(&name).unwrap_or_default();
                maps.push(config_map(lowering, draft, (service, name, Some(view.group)), (own, texts)));
            }
        }
        maps.retain(|map| map.is_own || !map.files.is_empty() || !map.texts.is_empty());
        maps
    }

    /// The scripts of a service that pods mount.
    fn scripts(&self, lowering: &mut Lowering<'_, '_>, service: &Service) -> Vec<(String, Item)> {
        let own = self.scripts.iter().filter(|(owner, _)| *owner == service.name);
        let texts = own.filter_map(|(_, name)| Some((name, service.texts.get(name)?)));
        texts.map(|(name, (text, span))| (name.clone(), lowering.draft(*span).text(text.to_string()))).collect()
    }
}

/// The ConfigMap of a pod's files of the site.
fn own_map(lowering: &mut Lowering<'_, '_>, workload: &Workload<'_>, pod: &LoweredPod) -> LoweredConfigMap {
    let first = workload.pod.own.files.keys().next().map_or(workload.pod.main.span, |name| name.span);
    let draft = lowering.draft(first);
    let names = labels(draft, &workload.service.name, Some(workload.label()));
    let mut item = object(draft, lowering.model, ("v1", "ConfigMap"), &own::map_name(workload), names);
    let (mut texts, mut bytes) = (Vec::new(), Vec::new());
    for file in &pod.own_files {
        match &file.content {
            OwnContent::Text(text) => texts.push((file.key.clone(), text.clone())),
            OwnContent::Bytes(text) => bytes.push((file.key.clone().into(), text.clone())),
        }
    }
    if !bytes.is_empty() {
        item.set("binaryData", draft.named(bytes));
    }
    LoweredConfigMap { object: Object::new(&workload.unit, item), files: Vec::new(), texts, is_own: true }
}

fn config_map(
    lowering: &Lowering<'_, '_>,
    draft: ItemBuilder,
    (service, name, group): (&Service, String, Option<&Group>),
    (files, texts): (Vec<FileKey>, Vec<(String, Item)>),
) -> LoweredConfigMap {
    let mut names = labels(draft, &service.name, None);
    if let Some(group) = group {
        names.set(GROUP_LABEL, draft.text(group.label().to_string()));
    }
    let item = object(draft, lowering.model, ("v1", "ConfigMap"), &name, names);
    // A service that others run has no unit: what its clients need of it is there before they are.
    let unit = if lowering.model.is_elsewhere(&service.name) { BASE_UNIT } else { service.unit() };
    LoweredConfigMap { object: Object::new(unit, item), files, texts, is_own: false }
}
