//! Options whose values are known only on the node: templates, and the init container that fills them in.
//!
//! Invariant: a template is the same on every node.

use crate::catalog::expr::NodeValue;
use crate::kube::item::Item;
use crate::lower::lowering::Lowering;
use crate::lower::pod::init::restricted_init_container;
use crate::model::Workload;
use crate::resolve::reference::{Context, image, public_text};

/// Files with values known only on the node: their templates, and the init container that fills them in.
pub(super) fn node_files(
    lowering: &mut Lowering<'_, '_>,
    workload: &Workload<'_>,
    init: &mut Vec<Item>,
) -> Vec<(String, String)> {
    let context = Context::of(workload.owner);
    let mut files: Vec<(String, String)> = Vec::new();
    let mut section = "-";
    let model = lowering.model;
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
            NodeValue::Value(value) => public_text(model, context, value, &mut lowering.sink).0,
        };
        let Some((_, content)) = files.last_mut() else { continue };
        if section != option.section {
            section = option.section;
            content.push_str(&format!("[{section}]\n"));
        }
        content.push_str(&format!("{} = {value}\n", option.option));
    }
    if files.is_empty() {
        return files;
    }
    let span = workload.pod.main.span;
    let draft = lowering.draft(span);
    let key = workload.pod.main.image.as_deref().unwrap_or(workload.owner.image());
    let image = image(lowering.model, key).map(|(reference, _)| reference).unwrap_or_default();
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
        mount("node-options", "/run/taco/node".to_owned(), None, None),
    ];
    for (name, _) in &files {
        let key = node_file_key(workload, name);
        mounts.push(mount("etc", format!("/opt/taco/templates/{name}"), Some(key), Some(())));
    }
    item.set("volumeMounts", draft.list(mounts));
    init.push(item);
    files
}

/// The ConfigMap key of a node file's template.
pub fn node_file_key(workload: &Workload<'_>, file: &str) -> String {
    format!("node.{}.{file}", workload.short())
}
