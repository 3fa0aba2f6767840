//! Assembly: config files printed and bound to the pods that mount them, digests computed, objects named and patched.
//!
//! Invariant: no pass changes an object after its digest was computed; a consumer's digest covers its pod template and the
//! bytes of every file that it mounts, the tags of secrets that it reads, and nothing else.

pub mod digest;
mod patches;
pub mod texts;
mod variants;

use std::collections::{BTreeMap, BTreeSet};

use crate::check::finished::{File, Finished};
use crate::config::file::Content;
use crate::diag::{Diagnostic, Sink};
use crate::emit::Printed;
use crate::kube::item::{Item, Text};
use crate::lower::config::ConfigFile;
use crate::lower::draft::Draft;
use crate::lower::host::HostFile;
use crate::lower::pod::{PodDraft, node_file_key};
use crate::lower::workload::config_map;
use crate::lower::{Lowering, Object, base, expose, host, network, pod, workload};
use crate::model::{Model, Workload};
use crate::origin::{OriginId, OriginTable};
use crate::world::Sources;

/// The annotation that decides a rollout.
pub const DIGEST: &str = "taco-gen/config-digest";

/// A config file and its texts.
#[derive(Debug, Clone)]
pub struct LinkedFile {
    /// The file.
    pub file: ConfigFile,
    /// The public text.
    pub printed: Printed,
    /// The drop-in, secrets shown by name.
    pub drop_in: Option<Printed>,
}

/// A finished site.
#[derive(Debug)]
pub struct Linked {
    /// Kubernetes objects, in order of unit, kind and name.
    pub objects: Vec<Object>,
    /// Delivery objects, each with its path below `delivery/`; they are made when the order of units is known.
    pub delivery: Vec<(String, Item)>,
    /// ExternalSecrets, each with its path; they are made when it is known which Secrets pods read.
    pub references: Vec<(String, Item)>,
    /// Config files.
    pub files: Vec<LinkedFile>,
    /// Host files.
    pub hosts: Vec<HostFile>,
    /// Digests by consumer.
    pub digests: BTreeMap<String, String>,
    /// Secrets: object, key -> its users.
    pub secrets: BTreeMap<(String, String), BTreeSet<String>>,
    /// All origins.
    pub origins: OriginTable,
}

impl Linked {
    /// The finished files and objects, as rules look at them.
    pub fn finished<'a>(&'a self, sources: &'a Sources) -> Finished<'a> {
        let files = self.files.iter().map(|linked| &linked.file).map(|file| File {
            service: &file.service,
            name: &file.name,
            group: file.group.as_deref(),
            public: if let Content::Sections(_, sections) = &file.public { sections } else { &[] },
            secret: &file.secret,
        });
        let files: Vec<File<'_>> = files.collect();
        let objects = self.objects.iter().map(|object| &object.item).collect();
        Finished::new(&files, objects, &self.origins, sources)
    }
}

/// Keyed digests of secrets: object and key of a Kubernetes Secret -> tag.
pub type Tags = BTreeMap<(String, String), String>;

/// Lowers and links a model; `groups` are the site as the nodes of its host groups see it, `tags` those of the site's
/// store, where it has one.
pub fn link(model: &Model<'_>, groups: &[Model<'_>], tags: Tags, sink: &mut Sink) -> Linked {
    let mut lowering = Lowering { model, origins: OriginTable::default(), sink: std::mem::take(sink) };
    let files = texts::files(&mut lowering);
    let views = groups.iter().filter_map(|group| variants::view(&mut lowering, group, &files)).collect();
    let mut linker = Linker {
        files,
        views,
        objects: Vec::new(),
        digests: BTreeMap::new(),
        final_names: model.workloads.iter().map(|workload| workload.name.clone()).collect(),
        patches: patches::Patches::new(model),
        secrets: BTreeMap::new(),
        tags,
        etc: BTreeMap::new(),
        scripts: BTreeSet::new(),
    };
    let mut order: Vec<usize> = (0..model.workloads.len()).collect();
    order.sort_by_key(|index| model.workloads.get(*index).map_or(0, |workload| workload.wave));
    for index in order {
        if let Some(workload) = model.workloads.get(index) {
            linker.consumer(&mut lowering, index, workload);
        }
    }
    linker.shared(&mut lowering);
    linker.config_maps(&mut lowering);
    linker.group_config_maps(&mut lowering);
    linker.patches.unmatched(&mut lowering.sink);
    linker.identities(&mut lowering.sink);
    let hosts = host::lower(&mut lowering, groups);
    let mut objects = linker.objects;
    objects.sort_by(|a, b| (&a.unit, a.kind(), a.name()).cmp(&(&b.unit, b.kind(), b.name())));
    *sink = lowering.sink;
    let mut files = linker.files;
    files.extend(linker.views.into_iter().flat_map(variants::View::into_used_files));
    let (digests, secrets) = (linker.digests, linker.secrets);
    Linked { objects, delivery: vec![], references: vec![], files, hosts, digests, secrets, origins: lowering.origins }
}

struct Linker<'m, 'g> {
    files: Vec<LinkedFile>,
    views: Vec<variants::View<'g>>,
    objects: Vec<Object>,
    digests: BTreeMap<String, String>,
    final_names: Vec<String>,
    patches: patches::Patches<'m>,
    secrets: BTreeMap<(String, String), BTreeSet<String>>,
    tags: Tags,
    /// Keys of the ConfigMaps with config files, beyond those of declared files: service -> key, text.
    etc: BTreeMap<String, Vec<(String, Item)>>,
    /// Scripts in use: service and name.
    scripts: BTreeSet<(String, String)>,
}

/// The file of that service and name.
fn find<'f>(files: &'f [LinkedFile], service: &str, name: &str) -> Option<&'f LinkedFile> {
    files.iter().find(|linked| linked.file.service == service && linked.file.name == name)
}

/// A workload's pod and object, without digest.
fn draft(
    lowering: &mut Lowering<'_, '_>,
    workload: &Workload<'_>,
    files: &[LinkedFile],
    job_name: &dyn Fn(usize) -> String,
) -> (PodDraft, Object) {
    let file = |service: &str, name: &str| find(files, service, name).map(|linked| &linked.file);
    let pod = pod::pod(lowering, workload, job_name, &file);
    let object = workload::workload(lowering, workload, &pod);
    (pod, object)
}

impl Linker<'_, '_> {
    fn consumer(&mut self, lowering: &mut Lowering<'_, '_>, index: usize, workload: &Workload<'_>) {
        let besides = self.variants(lowering, workload);
        let workload = &Workload { besides, ..workload.clone() };
        let names = self.final_names.clone();
        let job_name = |index: usize| names.get(index).cloned().unwrap_or_default();
        let files = std::mem::take(&mut self.files);
        let (pod, mut object) = draft(lowering, workload, &files, &job_name);
        self.patches.apply(lowering, &mut object, &workload.name);
        self.note(lowering, workload, &pod, &files);
        let value = digest(lowering.model, workload, (&pod, &object), (&files, &self.tags));
        let origin = digest_origin(lowering, &pod, &files);
        self.files = files;
        annotate(&mut object, Draft(origin), &value);
        if workload.is_one_shot() {
            let short: String = value.chars().take(10).collect();
            let name = format!("{}-{short}", workload.name);
            if let Some(metadata) = object.item.get_mut("metadata") {
                metadata.set("name", Draft(origin).text(name.clone()));
            }
            if let Some(slot) = self.final_names.get_mut(index) {
                *slot = name;
            }
        }
        self.finish(lowering, workload, object, value);
        let start = self.objects.len();
        workload::companions(lowering, workload, &pod, &mut self.objects);
        network::services(lowering, workload, &mut self.objects);
        network::policy(lowering, workload, &mut self.objects);
        for object in self.objects.iter_mut().skip(start) {
            self.patches.apply(lowering, object, "");
        }
    }

    fn finish(&mut self, lowering: &mut Lowering<'_, '_>, workload: &Workload<'_>, mut object: Object, value: String) {
        self.digests.insert(workload.consumer(), value);
        let spans: Vec<_> = workload.gates.iter().map(|(_, span)| *span).collect();
        object.marks.wave = Some((workload.wave + 1, lowering.derived("order", &spans)));
        self.objects.push(object);
    }

    /// Notes what a pod uses: scripts, secrets, templates of node files.
    fn note(&mut self, lowering: &mut Lowering<'_, '_>, workload: &Workload<'_>, pod: &PodDraft, files: &[LinkedFile]) {
        self.scripts.extend(pod.scripts.iter().cloned());
        let draft = lowering.draft(workload.pod.main.span);
        for (name, text) in &pod.node_files {
            let key = node_file_key(workload, name);
            self.etc.entry(workload.etc()).or_default().push((key, draft.text(text.clone())));
        }
        for used in &pod.files {
            for secret in find(files, &used.service, &used.name).into_iter().flat_map(|linked| linked.file.secrets()) {
                let users = self.secrets.entry((secret.secret.clone(), secret.key.clone())).or_default();
                users.insert(workload.consumer());
            }
        }
        let drop_ins: BTreeSet<&str> = files.iter().map(|linked| linked.file.secret_object.as_str()).collect();
        for object in pod.secrets.iter().filter(|object| !drop_ins.contains(object.as_str())) {
            self.secrets.entry((object.clone(), "*".to_owned())).or_default().insert(workload.consumer());
        }
    }

    fn shared(&mut self, lowering: &mut Lowering<'_, '_>) {
        let start = self.objects.len();
        base::base(lowering, &mut self.objects);
        expose::expose(lowering, &mut self.objects);
        for object in self.objects.iter_mut().skip(start) {
            self.patches.apply(lowering, object, "");
        }
    }

    fn config_maps(&mut self, lowering: &mut Lowering<'_, '_>) {
        for service in lowering.model.services.clone() {
            let mut data: Vec<(Text, Item)> = Vec::new();
            for linked in self.files.iter().filter(|linked| linked.file.service == service.name) {
                let text = Draft(linked.file.origin).text(linked.printed.text.clone());
                data.push((Text::Owned(linked.file.name.clone()), text));
            }
            let extra = self.etc.remove(&format!("{}-etc", service.name)).unwrap_or_default();
            data.extend(extra.into_iter().map(|(key, item)| (Text::Owned(key), item)));
            data.sort_by(|(a, _), (b, _)| a.cmp(b));
            data.dedup_by(|(a, _), (b, _)| a == b);
            let draft = lowering.draft(service.span);
            let mut push = |name: String, data: Vec<(Text, Item)>| {
                if !data.is_empty() {
                    let item = config_map(draft, lowering.model, (&name, &service.name), data);
                    self.objects.push(Object::new(service.unit(), item));
                }
            };
            push(format!("{}-etc", service.name), data);
            let own = self.scripts.iter().filter(|(owner, _)| *owner == service.name);
            let texts = own.filter_map(|(_, name)| Some((name, service.texts.get(name)?)));
            let texts: Vec<_> = texts.map(|(name, (text, span))| (name.clone(), text.to_string(), *span)).collect();
            let scripts = texts
                .into_iter()
                .map(|(name, text, span)| (Text::Owned(name), Draft(lowering.origins.written(span)).text(text)));
            push(format!("{}-bin", service.name), scripts.collect());
        }
    }

    fn identities(&self, sink: &mut Sink) {
        let mut seen: BTreeSet<(&str, &str)> = BTreeSet::new();
        for object in &self.objects {
            if !seen.insert((object.kind(), object.name())) {
                let message = format!("two objects are {} `{}`", object.kind(), object.name());
                sink.push(Diagnostic::global("TG0704", message));
            }
        }
    }
}

fn digest(
    model: &Model<'_>,
    workload: &Workload<'_>,
    drafted: (&PodDraft, &Object),
    mounted: (&[LinkedFile], &Tags),
) -> String {
    let (pod, object) = drafted;
    let (files, tags) = mounted;
    let mut digest = digest::Digest::new();
    let mut mounted: Vec<(&str, &LinkedFile)> =
        pod.files.iter().filter_map(|used| Some((used.at.as_str(), find(files, &used.service, &used.name)?))).collect();
    mounted.sort_by_key(|(at, _)| *at);
    for (at, linked) in mounted {
        if !linked.file.reload {
            digest.file(at, linked.file.mode, &linked.printed.text);
        }
        if let Some(drop_in) = &linked.drop_in {
            digest.file(&format!("{at}.d/secret.conf"), 0o440, &drop_in.text);
        }
    }
    for (service, script) in &pod.scripts {
        let text = model.service(service).and_then(|service| service.texts.get(script));
        digest.file(&format!("bin/{script}"), 0o555, text.map_or("", |(text, _)| text));
    }
    for (name, text) in &pod.node_files {
        digest.file(&format!("node/{name}"), 0o444, text);
    }
    if !pod.node_files.is_empty() {
        digest.file("node/node-options.py", 0o555, base::NODE_SCRIPT);
    }
    if let Some(template) = template(&object.item) {
        digest.template(&workload.consumer(), template);
    }
    for ((object, key), tag) in secrets(workload, pod, files, tags) {
        digest.secret(object, key, tag);
    }
    digest.finish()
}

/// The tags of the secrets that make a consumer start anew.
///
/// A Job that has ended has nothing to restart: it runs again only for a secret of its own client, which it writes into a
/// database, a broker or the identity service, not for the administrator's that it does so with, nor for one in a file.
fn secrets<'t>(
    workload: &Workload<'_>,
    pod: &PodDraft,
    files: &[LinkedFile],
    tags: &'t Tags,
) -> BTreeMap<(&'t str, &'t str), &'t str> {
    let own =
        |object: &str| object.strip_prefix(workload.service.name.as_str()).is_some_and(|rest| rest.starts_with('-'));
    let read = |name: &(String, String)| {
        let mounted = pod.secrets.contains(&name.0) && (!workload.is_one_shot() || own(&name.0));
        let mut used = pod.files.iter().filter_map(|used| find(files, &used.service, &used.name));
        let is_it =
            |linked: &LinkedFile| linked.file.secrets().any(|secret| secret.secret == name.0 && secret.key == name.1);
        mounted || (!workload.is_one_shot() && used.any(is_it))
    };
    let read = tags.iter().filter(|(name, _)| read(name));
    read.map(|((object, key), tag)| ((object.as_str(), key.as_str()), tag.as_str())).collect()
}

/// What a digest comes from: the files that the pod mounts.
fn digest_origin(lowering: &mut Lowering<'_, '_>, pod: &PodDraft, files: &[LinkedFile]) -> OriginId {
    let mounted = pod.files.iter().filter_map(|used| find(files, &used.service, &used.name));
    let origins: Vec<OriginId> = mounted.map(|linked| linked.file.origin).collect();
    lowering.origins.derived("digest", &origins)
}

/// The pod template of a workload object.
pub fn template(item: &Item) -> Option<&Item> {
    item.at(&["spec", "template"]).or_else(|| item.at(&["spec", "jobTemplate", "spec", "template"]))
}

fn annotate(object: &mut Object, draft: Draft, value: &str) {
    let spec = object.item.get_mut("spec");
    let cron = spec.as_ref().is_some_and(|spec| spec.get("jobTemplate").is_some());
    let holder = if cron { spec.and_then(|spec| spec.get_mut("jobTemplate")?.get_mut("spec")) } else { spec };
    let metadata = holder.and_then(|holder| holder.get_mut("template")?.get_mut("metadata"));
    let annotation = (Text::Borrowed(DIGEST), draft.text(value.to_owned()));
    if let Some(metadata) = metadata {
        match metadata.get_mut("annotations") {
            Some(annotations) => annotations.set(annotation.0, annotation.1),
            None => metadata.set("annotations", draft.named([annotation])),
        }
    }
}
