//! An assembly to a linked site: config files printed and bound to the pods that mount them, digests made, objects named and
//! patched.
//!
//! Invariant: no pass changes an object after its digest was computed; a consumer's digest covers its pod template and the
//! bytes of every file that it mounts, the tags of secrets that it reads, and nothing else; that of a Job has the
//! options for which it does not run again as they are without the site.

mod collision;
pub mod digest;
mod file;
pub mod machine;
mod own;
pub mod patches;
mod shown;

use std::collections::{BTreeMap, BTreeSet};

use crate::check::finished::{File, Finished};
use crate::config::file::{Content, Syntax};
use crate::diag::Sink;
use crate::kube::item::{Item, Text};
use crate::kube::secret::{SecretObject, SecretPath, SecretRead};
use crate::link::file::find;
pub use crate::link::file::{LinkedFile, Tags};
use crate::link::machine::LinkedMachine;
use crate::link::own::Readable;
use crate::link::patches::Patches;
use crate::lower::assembly::{Assembly, LoweredConfigMap, LoweredWorkload};
use crate::lower::base;
use crate::lower::config::{ConfigFile, DROP_IN};
use crate::lower::draft::ItemBuilder;
use crate::lower::host::HostFile;
use crate::lower::object::{Object, template, template_mut};
use crate::lower::pod::gate::name_jobs;
use crate::lower::site_object::OwnSecret;
use crate::model::Model;
use crate::origin::{OriginId, OriginTable};
use crate::print::{self, Printed};
use crate::span::Span;
use crate::spec::site::Word;
use crate::world::Sources;

/// The annotation that decides a rollout.
pub const DIGEST: &str = "taco-gen/config-digest";

/// A finished site.
#[derive(Debug)]
pub struct Linked {
    /// Kubernetes objects, in order of unit, kind and name.
    pub objects: Vec<Object>,
    /// Config files.
    pub files: Vec<LinkedFile>,
    /// Host files.
    pub hosts: Vec<HostFile>,
    /// Nodes, where the site is for hosts.
    pub machines: Vec<LinkedMachine>,
    /// Digests by consumer.
    pub digests: BTreeMap<String, String>,
    /// Secrets of the site's own.
    pub secrets: Vec<OwnSecret>,
    /// What pods read of Secrets, with the consumers that do.
    pub reads: BTreeMap<SecretRead, BTreeSet<String>>,
    /// Where the spec names the secrets that are read as a whole.
    pub mounted: Vec<Span>,
}

impl Linked {
    /// The finished files and objects, as rules look at them.
    pub fn finished<'a>(&'a self, origins: &'a OriginTable, sources: &'a Sources) -> Finished<'a> {
        let files = self.files.iter().map(|linked| &linked.file).map(|file| File {
            service: &file.service,
            name: &file.name,
            group: file.group.as_deref(),
            public: match &file.public {
                Content::Sections(_, sections) | Content::Text(_, _, sections) => sections,
                Content::Yaml(_) | Content::Json(_) => &[],
            },
            secret: &file.secret,
        });
        let files: Vec<File<'_>> = files.collect();
        let objects = self.objects.iter().map(|object| &object.item).collect();
        // Nodes that are alike share a file.
        let mut read = BTreeSet::new();
        let hosts = self.hosts.iter().filter(|host| read.insert(std::sync::Arc::as_ptr(&host.file)));
        let all = self.files.iter().map(|linked| &linked.file).chain(hosts.map(|host| &*host.file));
        let lines = self.machines.iter().flat_map(|machine| &machine.variables).copied();
        let mut shown = shown::places(self.objects.iter().map(|object| &object.item), all, lines, origins);
        shown.extend(self.secrets.iter().flat_map(|secret| &secret.from));
        shown.extend(&self.mounted);
        Finished { shown, ..Finished::new(&files, objects, origins, sources) }
    }
}

/// Links an assembly of the model; `tags` are those of the site's store, where it has one. The patches are handed on for the
/// objects that later stages make.
pub fn link<'m>(
    model: &Model<'m>,
    assembly: Assembly,
    tags: &Tags,
    origins: &mut OriginTable,
    sink: &mut Sink,
) -> (Linked, Patches<'m>) {
    collision::check_duplicate_secrets(model, &assembly.files, sink);
    collision::check_own_secrets(model, (&assembly.files, &assembly.objects, &assembly.secrets), sink);
    let mut files: Vec<LinkedFile> = assembly.files.into_iter().map(printed).collect();
    let names = model.workloads.iter().map(|workload| (workload.id.clone(), workload.name.clone())).collect();
    let mut patches = Patches::new(model);
    let mut patched_maps = BTreeMap::new();
    let mut objects = Vec::new();
    for map in assembly.config_maps {
        let made = config_map(&map, &files);
        let mut object = made.clone();
        patches.apply(&mut object.item, "", origins, sink);
        if map.is_own || object.item.get("data") != made.item.get("data") || object.item.get("binaryData").is_some() {
            take_over(&object, &map, &mut files);
            patched_maps.insert(object.name().to_owned(), crate::print::yaml::print(&object.item).text);
        }
        objects.push(object);
    }
    let machine::Machines { nodes: machines, digests, reads } =
        machine::link(model, assembly.machines, &files, tags, sink);
    let is_map = |object: &Object| object.marks.own.is_some() && object.kind() == "ConfigMap";
    let (maps, others): (Vec<Object>, Vec<Object>) = assembly.objects.into_iter().partition(is_map);
    for mut object in maps {
        patches.apply(&mut object.item, "", origins, sink);
        patched_maps.insert(object.name().to_owned(), print::yaml::print(&object.item).text);
        objects.push(object);
    }
    let readable = Readable { maps: patched_maps, secrets: &assembly.secrets, tags };
    let mut linker = Linker { model, files: &files, readable, names, patches, objects, digests, reads, origins, sink };
    assembly.workloads.into_iter().for_each(|workload| linker.workload(workload));
    others.into_iter().for_each(|object| linker.object(object));
    linker.own_secrets();
    let Linker { mut objects, digests, reads, patches, .. } = linker;
    collision::check_duplicate_objects(&objects, sink);
    objects.sort_by(|a, b| (&a.unit, a.kind(), a.name()).cmp(&(&b.unit, b.kind(), b.name())));
    let is_mounted = |name: &Word| {
        let secret = name.value.clone();
        reads.contains_key(&SecretRead::Object(SecretObject::OfSite { secret }))
    };
    let named = model.site.secrets.values().map(|secret| &secret.name);
    let mounted = named.filter(|name| is_mounted(name)).map(|name| name.span).collect();
    let (hosts, secrets) = (assembly.hosts, assembly.secrets);
    (Linked { objects, files, hosts, machines, digests, secrets, reads, mounted }, patches)
}

fn printed(file: ConfigFile) -> LinkedFile {
    let syntax = if let Content::Sections(syntax, _) = &file.public { *syntax } else { Syntax::Oslo };
    let drop_in = (!file.secret.is_empty()).then(|| print::masked(syntax, &file.secret));
    LinkedFile { printed: print::content(&file.public), drop_in, file }
}

/// A ConfigMap with the texts of its files.
fn config_map(map: &LoweredConfigMap, files: &[LinkedFile]) -> Object {
    let LoweredConfigMap { object, files: keys, texts, .. } = map;
    let (mut object, texts) = (object.clone(), texts.iter().cloned());
    let files = keys.iter().filter_map(|key| find(files, key));
    let printed = files
        .map(|linked| (linked.file.name.clone(), ItemBuilder(linked.file.origin).text(linked.printed.text.clone())));
    let mut data: Vec<(String, Item)> = printed.chain(texts).collect();
    data.sort_by(|(a, _), (b, _)| a.cmp(b));
    data.dedup_by(|(a, _), (b, _)| a == b);
    let draft = ItemBuilder(object.item.origin);
    if !data.is_empty() {
        object.item.set("data", draft.named(data.into_iter().map(|(key, item)| (Text::Owned(key), item))));
    }
    object
}

/// Config files whose texts a patch of their ConfigMap changed have the changed texts from here on.
fn take_over(object: &Object, map: &LoweredConfigMap, files: &mut [LinkedFile]) {
    for linked in files.iter_mut().filter(|linked| map.files.contains(&linked.file.key())) {
        let Some(item) = object.item.at(&["data", &linked.file.name]) else { continue };
        let Some(text) = item.text().filter(|text| *text != linked.printed.text) else { continue };
        linked.printed = Printed { text: text.to_owned(), lines: vec![item.origin; text.lines().count()] };
        if matches!(linked.file.public, Content::Yaml(_) | Content::Json(_)) {
            linked.file.public = Content::Text(text.to_owned(), item.origin, Vec::new());
        }
    }
}

struct Linker<'l, 'm> {
    model: &'l Model<'m>,
    files: &'l [LinkedFile],
    readable: Readable<'l>,
    /// Names of workloads' objects by id; those of Jobs that were linked have their digest.
    names: BTreeMap<String, String>,
    patches: Patches<'m>,
    objects: Vec<Object>,
    digests: BTreeMap<String, String>,
    reads: BTreeMap<SecretRead, BTreeSet<String>>,
    origins: &'l mut OriginTable,
    sink: &'l mut Sink,
}

impl Linker<'_, '_> {
    fn workload(&mut self, mut lowered: LoweredWorkload) {
        let object = &mut lowered.object;
        if let Some(template) = template_mut(&mut object.item) {
            let names = &self.names;
            let name = |id: &str| names.get(id).cloned().unwrap_or_default();
            name_jobs(template, &self.model.site.namespace.value, &lowered.jobs, &name);
        }
        self.patches.apply(&mut object.item, &lowered.name, self.origins, self.sink);
        self.note(&lowered);
        let value = self.digest(&lowered);
        let mounted = lowered.mounts.files.iter().filter_map(|(_, key)| find(self.files, key));
        let from: Vec<OriginId> = mounted.map(|linked| linked.file.origin).collect();
        let draft = ItemBuilder(self.origins.derived("digest", &from));
        annotate(&mut lowered.object, draft, &value);
        if lowered.is_one_shot {
            let short: String = value.chars().take(10).collect();
            let name = format!("{}-{short}", lowered.name);
            if let Some(metadata) = lowered.object.item.get_mut("metadata") {
                metadata.set("name", draft.text(name.clone()));
            }
            self.names.insert(lowered.id.clone(), name);
        }
        self.digests.insert(lowered.consumer.clone(), value);
        self.objects.push(lowered.object);
    }

    /// Any other object; pods that one of the site's own makes start again by a digest as well.
    fn object(&mut self, mut object: Object) {
        self.patches.apply(&mut object.item, "", self.origins, self.sink);
        if let Some(template) = template(&object.item).filter(|_| object.marks.own.is_some()) {
            let consumer = format!("object/{}", object.name());
            let mut digest = digest::Digest::new();
            digest.template(&consumer, template);
            self.readable.add(template, &mut digest);
            let value = digest.finish();
            let draft = ItemBuilder(object.item.origin);
            annotate(&mut object, draft, &value);
            self.digests.insert(consumer, value);
        }
        self.objects.push(object);
    }

    /// What the site's own Secrets show.
    fn own_secrets(&mut self) {
        for secret in self.readable.secrets {
            for used in own::uses(secret) {
                let read = SecretRead::Value(used.id.clone());
                self.reads.entry(read).or_default().insert(format!("object/{}", secret.name));
            }
        }
    }

    /// Notes what a consumer reads of Secrets.
    fn note(&mut self, lowered: &LoweredWorkload) {
        let files = lowered.mounts.files.iter().filter_map(|(_, key)| find(self.files, key));
        let values = files.flat_map(|linked| linked.file.secrets()).map(|secret| SecretRead::Value(secret.id.clone()));
        let objects = lowered.mounts.secrets.iter().filter(|object| !matches!(object, SecretObject::DropIn { .. }));
        for read in values.chain(objects.map(|object| SecretRead::Object(object.clone()))) {
            self.reads.entry(read).or_default().insert(lowered.consumer.clone());
        }
    }

    fn digest(&self, lowered: &LoweredWorkload) -> String {
        let mut digest = digest::Digest::new();
        self.mounted(lowered, &mut digest);
        if let Some(template) = template(&lowered.object.item) {
            digest.template(&lowered.digested, template);
            self.readable.add(template, &mut digest);
        }
        for (path, tag) in self.secrets(lowered) {
            digest.secret(&path.object, &path.key, tag);
        }
        digest.finish()
    }

    /// Adds the files that pods mount.
    fn mounted(&self, lowered: &LoweredWorkload, digest: &mut digest::Digest) {
        let mounts = &lowered.mounts;
        for (at, linked) in mounts.files.iter().filter_map(|(at, key)| Some((at, find(self.files, key)?))) {
            if !linked.file.reload {
                let text = if lowered.is_one_shot { linked.of_jobs() } else { linked.whole() };
                digest.file(at, linked.file.mode, &text);
            }
            if let Some(drop_in) = &linked.drop_in {
                digest.file(&format!("{at}.d/{DROP_IN}"), 0o440, &drop_in.text);
            }
        }
        let authorities = &self.model.site.authorities.text;
        if mounts.secrets.contains(&SecretObject::Trust) && !authorities.is_empty() {
            digest.file("trust/authorities", 0o444, authorities);
        }
        for (service, script) in &mounts.scripts {
            let text = self.model.service(service).and_then(|service| service.texts.get(script));
            digest.file(&format!("bin/{script}"), 0o555, text.map_or("", |(text, _)| text));
        }
        for (name, text) in &mounts.node_files {
            digest.file(&format!("node/{name}"), 0o444, text);
        }
        if !mounts.node_files.is_empty() {
            digest.file("node/node-options.py", 0o555, base::NODE_SCRIPT);
        }
    }

    /// The tags of the secrets that make a consumer start again.
    ///
    /// A Job that has ended has nothing to restart: it runs again only for a secret of its own client, which it writes into a
    /// database, a broker or the identity service, not for the administrator's that it does so with, nor for one in a file.
    fn secrets(&self, lowered: &LoweredWorkload) -> BTreeMap<&SecretPath, &str> {
        if self.readable.tags.is_empty() {
            return BTreeMap::new();
        }
        let is_own = |object: &SecretObject| object.service() == Some(lowered.service.as_str());
        let mounted = lowered.mounts.secrets.iter().filter(|object| !lowered.is_one_shot || is_own(object));
        let mounted: BTreeSet<String> = mounted.map(SecretObject::name).collect();
        let files = lowered.mounts.files.iter().filter(|_| !lowered.is_one_shot);
        let files = files.filter_map(|(_, key)| find(self.files, key));
        let shown: BTreeSet<SecretPath> =
            files.flat_map(|linked| linked.file.secrets()).map(|secret| secret.id.path()).collect();
        let read =
            self.readable.tags.iter().filter(|(path, _)| mounted.contains(&path.object) || shown.contains(*path));
        read.map(|(path, tag)| (path, tag.as_str())).collect()
    }
}

fn annotate(object: &mut Object, draft: ItemBuilder, value: &str) {
    let annotation = (Text::Borrowed(DIGEST), draft.text(value.to_owned()));
    if let Some(metadata) = template_mut(&mut object.item).and_then(|template| template.get_mut("metadata")) {
        match metadata.get_mut("annotations") {
            Some(annotations) => annotations.set(annotation.0, annotation.1),
            None => metadata.set("annotations", draft.named([annotation])),
        }
    }
}
