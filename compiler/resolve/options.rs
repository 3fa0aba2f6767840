//! Fragments, extended files and overrides to the layers of each option.
//!
//! Invariant: this is the only place where layers of options are put on one another. A mistake in a file is told once, not again
//! for each file that extends it.

use indexmap::IndexMap;

use crate::catalog::expr::{Branch, Expr, Tree};
use crate::catalog::file::{HostFeature, is_pattern};
use crate::catalog::service::{File, Fragment, HostDocument, Service};
use crate::diag::{Diagnostic, Sink, nearest};
use crate::model::Model;
use crate::model::options::{FileOptions, Layer, NodeOption, OptionLayers, Options, Rank};
use crate::options::Tables;
use crate::span::Span;
use crate::spec::features;
use crate::tree::word::Word;

/// The options of all files that the site's services have, but those of host files, which may differ from node to node.
pub fn options<'a>(model: &Model<'a>, tables: &Tables, sink: &mut Sink) -> Options<'a> {
    let mut options = Options::default();
    for service in &model.services {
        let mut resolver =
            Resolver { model, tables: Some(tables), service, open: Vec::new(), options: &mut options, sink };
        for (name, declared) in &service.files {
            let is_one = declared.host.is_none() && !is_pattern(name);
            if is_one && model.holds(&service.name, &declared.bounds) {
                resolver.file(name);
            }
        }
        nodes(service, &mut options.nodes);
    }
    options
}

/// The options of a host file for the node that the model knows.
pub fn of_node<'a>(model: &Model<'a>, service: &'a Service, name: &str, sink: &mut Sink) -> Option<FileOptions<'a>> {
    let mut options = Options::default();
    Resolver { model, tables: None, service, open: Vec::new(), options: &mut options, sink }.file(name)
}

fn nodes<'a>(service: &'a Service, nodes: &mut Vec<NodeOption<'a>>) {
    let components = service.components.iter().map(|(id, component)| (id, &component.pod));
    let of_clients = service.provides.values().flat_map(|provide| &provide.jobs);
    let jobs = service.jobs.iter().chain(of_clients).map(|(id, job)| (id, &job.pod));
    for (workload, pod) in components.chain(jobs) {
        for (file, sections) in pod.node_options.iter() {
            for (section, options) in sections.iter() {
                let one = |(option, value): (&'a Word, &'a _)| NodeOption {
                    service: &service.name,
                    workload,
                    file,
                    section,
                    option,
                    value,
                };
                nodes.extend(options.iter().map(one));
            }
        }
    }
}

/// A service's files about to be resolved.
struct Resolver<'r, 'a> {
    model: &'r Model<'a>,
    /// What programs read; not of host files, whose lists are documents.
    tables: Option<&'r Tables>,
    service: &'a Service,
    /// Files being resolved: each starts from the next.
    open: Vec<&'a Word>,
    options: &'r mut Options<'a>,
    sink: &'r mut Sink,
}

impl<'a> Resolver<'_, 'a> {
    /// The options of a file, resolved when they are first asked for.
    fn file(&mut self, name: &str) -> Option<FileOptions<'a>> {
        let service = self.service;
        if let Some(known) = self.options.file(&service.name, name) {
            return Some(known.clone());
        }
        let (name, declared) = service.files.get_key_value(name)?;
        if let Some(place) = self.open.iter().position(|open| *open == name) {
            self.circle(place, name);
            return None;
        }
        self.open.push(name);
        let base = declared.extends.as_ref().and_then(|base| self.file(base)).unwrap_or_default();
        self.open.pop();
        let file = self.stack(name, declared, base);
        self.options.files.entry(&service.name).or_default().insert(name, file.clone());
        Some(file)
    }

    fn circle(&mut self, place: usize, name: &Word) {
        let names: Vec<&str> = self.open.iter().skip(place).map(|name| name.as_str()).chain([name.as_str()]).collect();
        let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        let message = format!("files that extend each other in a circle: {}", names.join(" -> "));
        self.sink.push(Diagnostic::error("TG0519", name.span, message).hint("remove one `extends`"));
    }

    /// Puts a file's layers on those of the file that it extends: shared fragments, its own options, overrides.
    fn stack(&mut self, name: &'a Word, declared: &'a File, mut file: FileOptions<'a>) -> FileOptions<'a> {
        let service = self.service;
        for without in &declared.without {
            match without.split_once('/') {
                Some((section, option)) => {
                    file.sections.get_mut(section).and_then(|options| options.shift_remove(option));
                }
                None => drop(file.sections.shift_remove(without.as_str())),
            }
        }
        kept::keep(&declared.only, &mut file);
        let inherited = listed::listed(self.model, (service, name), &file);
        for (fragment, bounds) in declared.fragment_names() {
            if !self.holds(bounds) {
                continue;
            }
            match self.model.catalog.fragment(service, fragment) {
                Some(options) => self.fragment(Rank::Fragment, options, &mut file),
                None => {
                    let message = format!("unknown fragment `{fragment}` of file `{name}`");
                    self.sink.push(Diagnostic::error("TG0507", fragment.span, message));
                }
            }
        }
        if let Some(options) = service.fragments.get(name.as_str()) {
            self.fragment(Rank::Service, options, &mut file);
        }
        listed::drop_inherited(self.model, (service, name), &inherited, &mut file);
        if declared.document.is_some_and(|kind| kind != HostDocument::Devices) {
            // What a pass makes is not here yet: overrides of it come when it is there.
            return file;
        }
        self.host_features(declared, &mut file);
        let own = self.model.site.services.get(service.name.as_str()).map(|spec| (Rank::Site, spec));
        let group = self.model.group.and_then(|group| group.services.get(service.name.as_str()));
        for (rank, spec) in own.into_iter().chain(group.map(|spec| (Rank::Group, spec))) {
            match spec.config.get(name.as_str()) {
                Some(tree) if declared.format.is_text() => self.of_text(rank, (name, declared), tree, &mut file),
                Some(tree) => self.overrides(rank, tree, &mut file),
                None => {}
            }
        }
        listed::drop_unlisted(self.model, (service, declared), &mut file);
        if let Some(tables) = self.tables {
            lists::join(self.model, tables, (service, name, declared), &mut file);
        }
        file
    }

    fn fragment(&mut self, rank: Rank, fragment: &'a Fragment, file: &mut FileOptions<'a>) {
        for (section, options) in fragment.iter() {
            for (name, option) in options {
                if !self.holds(&option.bounds) {
                    if option.removal.gone.is_some() {
                        file.removed.insert((section, name), &option.removal);
                    }
                    continue;
                }
                let target = file.sections.entry(section).or_default();
                let layer = Layer { rank, key: name.span, value: &option.value };
                let is_unset = option.value.branch == Branch::Unset;
                if is_unset && !target.contains_key(name.as_str()) {
                    continue;
                }
                let known = put(target, name, layer);
                known.join = option.join.as_deref();
                known.enumerate = option.enumerate;
            }
        }
    }

    /// What the site says of the node's host, of all hosts first.
    fn host_features(&mut self, declared: &File, file: &mut FileOptions<'a>) {
        let site = self.model.site;
        let node = self.model.node.and_then(|index| site.nodes.get(index));
        let (Some(feature), Some(node)) = (declared.host_feature, node) else { return };
        for said in features::of_node(site, node) {
            let options: Vec<(&'a Word, &'a Tree)> = match feature {
                HostFeature::Sysctl => said.sysctl.iter().map(|(name, value)| (name, &value.0)).collect(),
                HostFeature::Modules => said.module_options.iter().map(|(name, value)| (name, value)).collect(),
            };
            for (name, value) in options {
                put(file.sections.entry("-").or_default(), name, Layer { rank: Rank::Site, key: name.span, value });
            }
        }
    }

    fn holds(&self, bounds: &crate::catalog::service::Bounds) -> bool {
        self.model.holds(&self.service.name, bounds)
    }

    fn overrides(&mut self, rank: Rank, tree: &'a Tree, file: &mut FileOptions<'a>) {
        let Some(map) = tree.as_map() else {
            let message = format!(
                "options of service `{}` stand by section and name, or by name; found a list or value",
                self.service.name
            );
            self.sink.push(Diagnostic::error("TG0307", tree.span, message));
            return;
        };
        for (section, entry) in map {
            match &entry.branch {
                Branch::Map(options) => {
                    file.named.insert(section, section.span);
                    for (name, value) in options {
                        self.one_override((section, name), Layer { rank, key: name.span, value }, file);
                    }
                }
                Branch::Unset if file.set(section).next().is_some() => {
                    let names: Vec<&'a str> = file.set(section).map(|(name, _)| name).collect();
                    file.named.insert(section, section.span);
                    for name in names {
                        self.one_override((section, name), Layer { rank, key: section.span, value: entry }, file);
                    }
                }
                Branch::Unset | Branch::One(_) | Branch::List(_) => {
                    self.one_override(("-", section), Layer { rank, key: section.span, value: entry }, file);
                }
            }
        }
    }

    fn one_override(&mut self, path: (&'a str, &'a str), layer: Layer<'a>, file: &mut FileOptions<'a>) {
        let (section, name) = path;
        let old = file.get(section, name);
        let is_unset = layer.value.branch == Branch::Unset;
        if old.is_some_and(OptionLayers::is_secret) && !is_unset && !is_secret(layer.value) {
            return self.plain_secret(path, layer.value.span);
        }
        if is_unset && old.is_none() {
            return self.unset_of_nothing(path, layer.value.span, file);
        }
        if let Some(removal) = file.removed.get(&path).filter(|_| old.is_none()) {
            let what = format!("`{name}` in `[{section}]` of service `{}`", self.service.name);
            if let Some(refusal) =
                removal.refusal("TG0525", &what, (self.model.release_of(&self.service.name), layer.key))
            {
                return self.sink.push(refusal);
            }
        }
        if let Some(old) = old.filter(|old| !is_unset && same(old.values(), layer.value.items())) {
            let service = &self.service.name;
            let message = format!("`{name}` in `[{section}]` of service `{service}` is that already");
            let diagnostic = Diagnostic::warning("TG0303", layer.value.span, message).hint("remove the override");
            let place = old.values().first().map(|value| value.span);
            let also = |diagnostic: Diagnostic, span| diagnostic.also(span, "the value it has without it");
            self.sink.push(place.into_iter().fold(diagnostic, also));
        }
        put(file.sections.entry(section).or_default(), name, layer);
    }

    fn plain_secret(&mut self, (section, name): (&str, &str), span: Span) {
        let service = &self.service.name;
        let message =
            format!("`{name}` in `[{section}]` of service `{service}` is a secret; found a value in plain text");
        let diagnostic = Diagnostic::error("TG0510", span, message);
        self.sink.push(diagnostic.hint("remove it: the value comes from the password store"));
    }

    fn unset_of_nothing(&mut self, (section, name): (&str, &str), span: Span, file: &FileOptions<'_>) {
        let has_sections = file.sections.keys().any(|section| *section != "-");
        let (message, near) = match section {
            "-" if has_sections => (
                format!("group `[{name}]` is unset here, and nothing is set in it"),
                nearest(name, file.sections.keys().copied()),
            ),
            "-" => (
                format!("`{name}` is unset here, and nothing sets it"),
                nearest(name, file.set(section).map(|(name, _)| name)),
            ),
            _ => (
                format!("`{name}` in `[{section}]` is unset here, and nothing sets it"),
                nearest(name, file.set(section).map(|(name, _)| name)),
            ),
        };
        let diagnostic = Diagnostic::error("TG0306", span, message);
        let hint = near.map(|near| format!("did you mean `{near}`?"));
        self.sink.push(hint.into_iter().fold(diagnostic, Diagnostic::hint));
    }
}

/// Puts a layer on an option. One that was unset is set last in its section, as if it had not been there.
fn put<'o, 'a>(
    section: &'o mut IndexMap<&'a str, OptionLayers<'a>>,
    name: &'a str,
    layer: Layer<'a>,
) -> &'o mut OptionLayers<'a> {
    let mut known = OptionLayers { layers: Vec::new(), join: None, enumerate: false };
    if section.get(name).is_some_and(|known| known.winner().is_none()) {
        known.layers = section.shift_remove(name).map(|known| known.layers).unwrap_or_default();
    }
    let known = section.entry(name).or_insert(known);
    known.layers.push(layer);
    known
}

fn same(old: &[Tree], new: &[Tree]) -> bool {
    // `5` and `"5"` are one text in a file of options.
    let alike =
        |(old, new): (&Tree, &Tree)| old == new || old.literal().is_some_and(|text| new.literal() == Some(text));
    old.len() == new.len() && old.iter().zip(new).all(alike)
}

fn is_secret(tree: &Tree) -> bool {
    tree.leaves().into_iter().any(Expr::is_secret)
}

mod kept;
mod listed;
mod lists;
mod text;

#[cfg(test)]
mod tests;
