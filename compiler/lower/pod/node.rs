//! Options whose values are known only on the node: templates, and the init container that fills them in.
//!
//! An address is found by the node itself. What the site knows of each node stands in a table beside the templates: the value
//! that most nodes have, and the others by name, so that one more node of the usual kind changes nothing.
//!
//! Invariant: templates and table are the same on every node.

use std::collections::BTreeMap;

use crate::catalog::expr::{Expr, Kind, NodeValue, Reference, Source};
use crate::catalog::host_run::NODE_FILES;
use crate::kube::item::Item;
use crate::lower::lowering::Lowering;
use crate::lower::pod::init::restricted_init_container;
use crate::model::{Model, Workload};
use crate::resolve::reference::{Context, image_at, is_of_node, public_text, reads_node};

/// The table of what the site knows of each node.
const TABLE: &str = "nodes.json";

/// Which value an option has on a node: `*` is any other.
type Table = BTreeMap<String, BTreeMap<String, String>>;

/// Files with values known only on the node: their templates, and the init container that fills them in.
pub(super) fn node_files(
    lowering: &mut Lowering<'_, '_>,
    workload: &Workload<'_>,
    init: &mut Vec<Item>,
) -> Vec<(String, String)> {
    let files = templates(lowering, workload);
    if files.is_empty() {
        return files;
    }
    let span = workload.pod.main.span;
    let draft = lowering.draft(span);
    let key = workload.pod.main.image.as_deref().unwrap_or(workload.owner.image());
    let image = image_at(lowering.model, lowering.model.image_release(workload), key)
        .map(|(reference, _)| reference)
        .unwrap_or_default();
    let command = draft.texts(["python3", "/opt/taco/node/node-options.py"]);
    let mut item = restricted_init_container(draft, "node-options", draft.text(image), command);
    let mount = |name: &'static str, at: String, sub: Option<String>, read_only: Option<()>| {
        draft.some([
            ("name", Some(draft.text(name))),
            ("mountPath", Some(draft.text(at))),
            ("subPath", sub.map(|sub| draft.text(sub))),
            ("readOnly", read_only.map(|()| draft.flag(true))),
        ])
    };
    let mut mounts = vec![
        mount("node-bin", "/opt/taco/node".to_owned(), None, Some(())),
        mount("node-options", NODE_FILES.to_owned(), None, None),
    ];
    for (name, _) in &files {
        let key = node_file_key(workload, name);
        let folder = if name == TABLE { "/opt/taco" } else { "/opt/taco/templates" };
        mounts.push(mount("etc", format!("{folder}/{name}"), Some(key), Some(())));
    }
    if files.iter().any(|(name, _)| name == TABLE) {
        let path = draft.map([("apiVersion", draft.text("v1")), ("fieldPath", draft.text("spec.nodeName"))]);
        let from = draft.map([("fieldRef", path)]);
        let name = draft.map([("name", draft.text("NODE_NAME")), ("valueFrom", from)]);
        item.set("env", draft.list(vec![name]));
    }
    item.set("volumeMounts", draft.list(mounts));
    init.push(item);
    files
}

/// The templates of a workload, the table last where there is one.
fn templates(lowering: &mut Lowering<'_, '_>, workload: &Workload<'_>) -> Vec<(String, String)> {
    let context = Context::of(workload.owner);
    let mut files: Vec<(String, String)> = Vec::new();
    let mut section = "-";
    let model = lowering.model;
    let mut table = Table::new();
    for option in model.options.on_nodes(&workload.owner.name, workload.short()) {
        if files.last().is_none_or(|(name, _)| name != option.file) {
            files.push((option.file.to_owned(), String::new()));
            section = "-";
        }
        let value = match option.value {
            NodeValue::Address(network) => {
                let network = crate::resolve::node_network(model, network);
                let cidr = network.and_then(|(network, _)| network.cidr.as_ref().map(|cidr| cidr.value.to_string()));
                format!("@address:{}@", cidr.unwrap_or_default())
            }
            NodeValue::Value(value) if is_of_node(model, value) || reads_node(value) => {
                let key = format!("{} {} {}", option.file, option.section, option.option);
                let place = format!("@node:{key}@");
                let values = of_nodes(lowering, workload, value);
                // Records that no node has leave the option as it is without them.
                if may_be_absent(value) && values.values().all(String::is_empty) {
                    continue;
                }
                table.insert(key, values);
                place
            }
            NodeValue::Value(value) => public_text(model, context, value, &mut lowering.sink).0,
        };
        let Some((_, content)) = files.last_mut() else { continue };
        if section != option.section {
            section = option.section;
            content.push_str(&format!("[{section}]\n"));
        }
        content.push_str(&format!("{} = {value}\n", option.option));
    }
    if !table.is_empty() {
        let text = serde_json::to_string_pretty(&table).unwrap_or_default();
        files.push((TABLE.to_owned(), format!("{text}\n")));
    }
    files
}

fn may_be_absent(value: &Expr) -> bool {
    match &value.kind {
        Kind::Reference(Reference::Records(_)) => true,
        Kind::Reference(Reference::Each(each)) => {
            matches!(each.of.source, Source::Node | Source::Dpdk | Source::DpdkCards)
        }
        _ => false,
    }
}

/// The values of an option on the nodes of a workload: the most frequent one once, the others by node.
fn of_nodes(lowering: &mut Lowering<'_, '_>, workload: &Workload<'_>, value: &Expr) -> BTreeMap<String, String> {
    let context = Context::of(workload.owner);
    let mut seen: Model<'_> = lowering.model.clone();
    let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (index, node) in lowering.model.site.nodes.iter().enumerate() {
        if lowering.model.is_member(index, &workload.pod.node_selector) {
            seen.node = Some(index);
            let (text, _) = public_text(&seen, context, value, &mut lowering.sink);
            values.entry(text).or_default().push(node.name.value.clone());
        }
    }
    let most = values.values().map(Vec::len).max().unwrap_or(0);
    let usual = values.iter().find(|(_, nodes)| nodes.len() == most).map(|(text, _)| text.clone());
    let usual = usual.unwrap_or_default();
    let others = values.into_iter().filter(|(text, _)| *text != usual);
    let mut table: BTreeMap<String, String> =
        others.flat_map(|(text, nodes)| nodes.into_iter().map(move |node| (node, text.clone()))).collect();
    table.insert("*".to_owned(), usual);
    table
}

/// The ConfigMap key of a node file's template.
pub fn node_file_key(workload: &Workload<'_>, file: &str) -> String {
    format!("node.{}.{file}", workload.container())
}
