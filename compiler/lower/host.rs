//! Host files: files of services that lie on nodes, one text for all nodes that are alike.
//!
//! A file is lowered for a node as any other file, by the model that knows the node; host groups see theirs. What no data can
//! say, a node's interfaces and the inventory, passes make as documents, and options and overrides apply on top.
//!
//! Invariant: nodes are known by their labels, groups and traits, never by the name of a role; nodes that a file does not tell
//! apart share one text, so that the work grows linearly with the number of nodes.

mod devices;
pub mod interfaces;
pub mod inventory;
mod own;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use crate::catalog::expr::Tree;
use crate::catalog::service::{File, HostDocument, Service};
use crate::config::file::Content;
use crate::diag::Diagnostic;
use crate::lower::config::{self, ConfigFile};
use crate::lower::lowering::{Lowering, seen_by};
use crate::model::Model;
use crate::resolve::options::of_node;
use crate::resolve::reference::is_of_node;
use crate::span::Span;
use crate::spec::features;
use crate::spec::site::Node;
use crate::tree::word::Word;

/// A file of a node, or of the site.
#[derive(Debug, Clone)]
pub struct HostFile {
    /// Its path in the output.
    pub path: String,
    /// The file, which other nodes may share.
    pub file: Arc<ConfigFile>,
    /// The command after a change of it.
    pub on_change: Option<String>,
    /// The node, where its system is not set up from the output: the file then is a part of its check list.
    pub listed: Option<String>,
}

/// A file that lies on nodes.
struct Declared<'a> {
    service: &'a Service,
    name: &'a str,
    file: &'a File,
    /// The path on the node.
    path: &'a str,
    /// Does it tell nodes of the same labels, groups, traits and features apart?
    is_of_node: bool,
}

/// A file, by its place, for nodes of the same labels, groups and traits, of which the site says the same features.
type Kind = (usize, Rc<BTreeSet<String>>, Vec<Span>);

/// Lowers the host files of a site; `groups` are the site as the nodes of its host groups see it.
pub fn lower(lowering: &mut Lowering<'_, '_>, groups: &[Model<'_>]) -> Vec<HostFile> {
    let site = lowering.model.site;
    let mut own: BTreeMap<&str, usize> = BTreeMap::new();
    for (place, view) in groups.iter().enumerate() {
        let nodes = view.group.into_iter().flat_map(|group| &group.nodes);
        own.extend(nodes.map(|node| (node.value.as_str(), place)));
    }
    let mut out = Vec::with_capacity(site.nodes.len() * 5 + 1);
    let common = lowering.model;
    site_files(lowering, &mut out);
    for (place, view) in
        std::iter::once((None, common)).chain(groups.iter().enumerate().map(|(at, view)| (Some(at), view)))
    {
        let nodes = site.nodes.iter().enumerate();
        let nodes = nodes.filter(|(_, node)| own.get(node.name.value.as_str()).copied() == place);
        let nodes: Vec<usize> = nodes.map(|(index, _)| index).collect();
        if !nodes.is_empty() {
            of_view(lowering, view, &nodes, &mut out);
        }
    }
    out
}

/// The files that the site has once.
fn site_files(lowering: &mut Lowering<'_, '_>, out: &mut Vec<HostFile>) {
    for service in lowering.model.services.clone() {
        for (name, declared) in &service.files {
            let Some(path) = &declared.installer else { continue };
            if !lowering.model.holds(&service.name, &declared.bounds) {
                continue;
            }
            if let Some(file) = public(lowering, service, name) {
                out.push(HostFile {
                    path: format!("hosts/{path}"),
                    file: Arc::new(file),
                    on_change: None,
                    listed: None,
                });
            }
        }
    }
}

/// The files of some nodes.
fn of_view(lowering: &mut Lowering<'_, '_>, view: &Model<'_>, nodes: &[usize], out: &mut Vec<HostFile>) {
    let mut model = view.clone();
    let files = declared(view);
    let mut shared: BTreeMap<Kind, Option<Arc<ConfigFile>>> = BTreeMap::new();
    for index in nodes {
        let (Some(node), Some(members)) = (view.site.nodes.get(*index), view.members.get(*index)) else { continue };
        model.node = Some(*index);
        let said: Vec<Span> = features::of_node(view.site, node).map(|said| said.span).collect();
        for (place, declared) in files.iter().enumerate() {
            let mut make = || {
                let bounds = &declared.file.bounds;
                if !model.holds(&declared.service.name, bounds) {
                    return None;
                }
                // Its options are there for this node and while the file is lowered: no other file sees them.
                let options = of_node(&model, declared.service, declared.name, &mut lowering.sink)?;
                let (service, name) = (declared.service, declared.name);
                model.options.files.entry(&service.name).or_default().insert(name, options);
                let file = seen_by(lowering, &model, |inner| public(inner, service, name));
                model.options.files.entry(&service.name).or_default().remove(name);
                file.map(Arc::new)
            };
            let file = if declared.is_of_node {
                make()
            } else {
                shared.entry((place, Rc::clone(members), said.clone())).or_insert_with(make).clone()
            };
            let Some(file) = file else { continue };
            let on_change = declared.file.on_change.as_ref().map(Word::as_str);
            if declared.file.document != Some(HostDocument::Devices) {
                out.push(placed(node, declared.path, file, on_change));
                continue;
            }
            for (device, file) in devices::files(lowering, node, &file) {
                out.push(placed(node, &declared.path.replace('*', &device), Arc::new(file), on_change));
            }
        }
        let own = own::files(lowering, node);
        for (place, file) in own {
            if let Some(stock) = files.iter().find(|declared| declared.path == place.as_str()) {
                let message = format!("`{place}` is a file of service `{}`", stock.service.name);
                let hint = format!("set its options: `service {} {{ config ... }}`", stock.service.name);
                lowering.sink.push(Diagnostic::error("TG0690", place.span, message).hint(hint));
                continue;
            }
            out.push(placed(node, &place, Arc::new(file), None));
        }
    }
}

fn placed(node: &Node, path: &str, file: Arc<ConfigFile>, on_change: Option<&str>) -> HostFile {
    let path = format!("hosts/{}/{}", node.name.value, path.trim_start_matches('/'));
    HostFile {
        path,
        file,
        on_change: on_change.map(str::to_owned),
        listed: (!node.managed.value).then(|| node.name.value.clone()),
    }
}

/// A host file; it goes through no cluster, so a secret has no way into it.
fn public(lowering: &mut Lowering<'_, '_>, service: &Service, name: &str) -> Option<ConfigFile> {
    let file = config::file(lowering, service, name)?;
    if matches!(&file.public, Content::Sections(_, sections) if sections.is_empty()) && file.secret.is_empty() {
        return None;
    }
    if let Some(option) = file.secret.iter().flat_map(|section| &section.options).next() {
        let message = format!("`{}` of `{name}` is a secret, and host files are public", option.name);
        let span = option.key.unwrap_or(service.span);
        lowering
            .sink
            .push(Diagnostic::error("TG0511", span, message).hint("bring the secret to the node by other means"));
    }
    Some(file)
}

fn declared<'a>(model: &Model<'a>) -> Vec<Declared<'a>> {
    let mut found = Vec::new();
    for service in &model.services {
        for (name, file) in &service.files {
            if let Some(path) = &file.host {
                let is_of_node = tells_apart(model, service, name);
                found.push(Declared { service, name, file, path, is_of_node });
            }
        }
    }
    found
}

/// Does a file of the service, or one that it starts from, have values that differ from node to node?
fn tells_apart(model: &Model<'_>, service: &Service, name: &str) -> bool {
    let Some(declared) = service.files.get(name) else { return false };
    let shared = declared.fragment_names().map(|(name, _)| name.as_str()).chain([name]);
    let shared = shared.filter_map(|name| model.catalog.fragment(service, name));
    let options = shared.flat_map(|fragment| fragment.values().flat_map(|options| options.values()));
    let stock = options.flat_map(|option| option.value.leaves());
    let written = model.specs(&service.name).filter_map(|spec| spec.config.get(name)).flat_map(Tree::leaves);
    let mut values = stock.chain(declared.variables.values()).chain(written);
    declared.document.is_some()
        || values.any(|value| is_of_node(model, value))
        || declared.extends.as_ref().is_some_and(|base| tells_apart(model, service, base))
}
