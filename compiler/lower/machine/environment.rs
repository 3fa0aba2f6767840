//! The environment of what runs on a node, and its files with values of the node.
//!
//! Invariant: what a pod learns when it starts, a build knows here: a node has its name and its addresses in the site.

use crate::catalog::expr::{EnvValue, NodeValue, PodField};
use crate::lower::lowering::Lowering;
use crate::model::Workload;
use crate::origin::OriginId;
use crate::resolve::node_network;
use crate::resolve::reference::{Context, public_text};
use crate::spec::site::Node;
use crate::tree::record::Entries;

/// A variable: its name, its value, and where that is from.
pub(super) type Variable = (String, String, OriginId);

/// The variables, those of the data for hosts in place of the pod's.
pub(super) fn environment(lowering: &mut Lowering<'_, '_>, workload: &Workload<'_>, node: usize) -> Vec<Variable> {
    let model = lowering.model;
    let Some(node) = model.site.nodes.get(node) else { return Vec::new() };
    let host = model.host_run(&workload.owner.name, workload.pod);
    let own = host.and_then(|host| host.env.as_ref());
    if host.is_some_and(|host| host.environment_file.is_some()) {
        let mut all = workload.pod.main.env.clone();
        all.0.extend(own.into_iter().flat_map(|own| own.0.clone()));
        return traced(lowering, workload, node, &all);
    }
    if own.is_none() && host.is_some_and(|host| host.packaged) {
        return Vec::new();
    }
    traced(lowering, workload, node, own.unwrap_or(&workload.pod.main.env))
}

/// Variables with their values on a node.
pub(super) fn variables(
    lowering: &mut Lowering<'_, '_>,
    workload: &Workload<'_>,
    node: &Node,
    declared: &Entries<EnvValue>,
) -> Vec<(String, String)> {
    traced(lowering, workload, node, declared).into_iter().map(|(name, value, _)| (name, value)).collect()
}

fn traced(
    lowering: &mut Lowering<'_, '_>,
    workload: &Workload<'_>,
    node: &Node,
    declared: &Entries<EnvValue>,
) -> Vec<Variable> {
    let model = lowering.model;
    let client = workload.capability.map(|_| workload.service);
    let context = Context { client, ..Context::of(workload.owner) };
    let mut found: Vec<(String, String)> = Vec::new();
    let mut origins = Vec::new();
    for (name, value) in declared.iter() {
        let mut from = vec![value.span()];
        let text = match value {
            EnvValue::Pod(PodField::Name | PodField::Node, _) => node.name.value.clone(),
            EnvValue::Pod(PodField::Namespace, _) => model.site.namespace.value.clone(),
            EnvValue::Pod(PodField::Ip | PodField::HostIp, _) => model.address(node),
            EnvValue::Value(value) => {
                let (text, spans) = public_text(model, context, value, &mut lowering.sink);
                from = spans;
                text
            }
        };
        let is_conditional = matches!(value, EnvValue::Value(value) if value.is_conditional());
        if is_conditional && text.is_empty() {
            continue;
        }
        let text = expanded(&text, &found);
        found.push((name.to_string(), text));
        origins.push(lowering.derived("reference", &from));
    }
    found.into_iter().zip(origins).map(|((name, value), origin)| (name, value, origin)).collect()
}

/// A text with `$(NAME)` replaced by the variable of that name, as Kubernetes does.
pub(super) fn expanded(text: &str, env: &[(String, String)]) -> String {
    env.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("$({name})"), value))
}

/// The files whose values differ from node to node, oslo INI each: name and text.
pub(super) fn node_files(
    lowering: &mut Lowering<'_, '_>,
    workload: &Workload<'_>,
    node: usize,
) -> Vec<(String, String)> {
    let model = lowering.model;
    let context = Context::of(workload.owner);
    let mut files: Vec<(String, String)> = Vec::new();
    let mut section = "-";
    for option in model.options.on_nodes(&workload.owner.name, workload.short()) {
        if files.last().is_none_or(|(name, _)| name != option.file) {
            files.push((option.file.to_owned(), String::new()));
            section = "-";
        }
        let value = match option.value {
            NodeValue::Address(network) => {
                let address = node_network(model, network)
                    .and_then(|(network, _)| model.site.nodes.get(node)?.addresses.get(network.name.value.as_str()));
                address.map(|address| address.value.to_string()).unwrap_or_default()
            }
            NodeValue::Value(value) => public_text(model, context, value, &mut lowering.sink).0,
        };
        // A node that has none of what a value lists has no such option.
        let Some((_, content)) = files.last_mut().filter(|_| !value.is_empty()) else { continue };
        if section != option.section {
            section = option.section;
            content.push_str(&format!("[{section}]\n"));
        }
        content.push_str(&format!("{} = {value}\n", option.option));
    }
    files
}
