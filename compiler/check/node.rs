//! Labels, groups and traits of nodes that conditions and references name, to diagnostics about those that no role brings.
//!
//! Invariant: what a role of the catalog or of the site brings, or a node has as a label of its own, is known; a condition on the
//! node of a file stands in host files only.

use std::collections::BTreeSet;

use crate::catalog::expr::{EnvValue, Expr, Filter, Reference, Selection, Tree};
use crate::catalog::scalar::DPDK_TRAIT;
use crate::catalog::service::{Bounds, File, Question, Service};
use crate::diag::{Diagnostic, Sink, nearest};
use crate::model::Model;
use crate::tree::word::Word;

/// Names of labels, groups and traits that nothing brings, and conditions on a node where there is none.
pub fn named(model: &Model<'_>, sink: &mut Sink) {
    let known = known(model);
    for service in &model.services {
        for (name, file) in &service.files {
            let options = options(model, service, name, file);
            for bounds in options.iter().map(|option| &option.bounds).chain([&file.bounds]) {
                conditions(bounds, file, &known, sink);
            }
            let written = model.specs(&service.name).filter_map(|spec| spec.config.get(name.as_str()));
            let stock = options.iter().flat_map(|option| option.value.leaves());
            let values = stock.chain(file.variables.values()).chain(written.flat_map(Tree::leaves));
            values.for_each(|value| references(value, &known, sink));
        }
    }
    for workload in &model.workloads {
        for value in workload.pod.main.env.values() {
            if let EnvValue::Value(value) = value {
                references(value, &known, sink);
            }
        }
    }
}

fn known<'m>(model: &'m Model<'_>) -> BTreeSet<&'m str> {
    let roles = model.catalog.roles.values();
    let stock = roles.flat_map(|role| {
        let words = role.groups.iter().chain(&role.traits).map(|group| group.name.as_str());
        words.chain(role.labels.iter().map(|label| label.as_str()))
    });
    let own = model.members.iter().flat_map(|members| members.iter().map(String::as_str));
    stock.chain(own).chain([DPDK_TRAIT]).collect()
}

/// The options of a file's own fragments.
fn options<'a>(
    model: &Model<'a>,
    service: &'a Service,
    name: &str,
    file: &'a File,
) -> Vec<&'a crate::catalog::service::OptionValue> {
    let names = file.fragment_names().map(|(name, _)| name.as_str()).chain([name]);
    let fragments = names.filter_map(|name| model.catalog.fragment(service, name));
    fragments.flat_map(|fragment| fragment.values().flat_map(|options| options.values())).collect()
}

fn conditions(bounds: &Bounds, file: &File, known: &BTreeSet<&str>, sink: &mut Sink) {
    for condition in &bounds.when.0 {
        let (Question::Node(name) | Question::Nodes(name)) = &condition.question else { continue };
        if matches!(condition.question, Question::Node(_)) && file.host.is_none() {
            let message = format!("`node:{name}` asks for the node of a host file, and this file is none");
            sink.push(Diagnostic::error("TG0515", name.span, message).hint("`nodes:NAME` asks for any node"));
        }
        unknown("TG0515", name, known, sink);
    }
}

fn references(value: &Expr, known: &BTreeSet<&str>, sink: &mut Sink) {
    let mut selection = |of: &Selection| {
        for filter in &of.filters {
            if let Filter::In(name) = filter {
                unknown("TG0507", name, known, sink);
            }
        }
        if let Some((_, name)) = &of.limit {
            unknown("TG0507", name, known, sink);
        }
    };
    for reference in value.references() {
        match reference {
            Reference::Each(each) => selection(&each.of),
            Reference::Records(records) => selection(&records.of),
            _ => {}
        }
    }
}

fn unknown(code: &'static str, name: &Word, known: &BTreeSet<&str>, sink: &mut Sink) {
    if known.contains(name.as_str()) {
        return;
    }
    let diagnostic = Diagnostic::error(code, name.span, format!("no role brings the label, group or trait `{name}`"));
    let near = nearest(name, known.iter().copied());
    sink.push(near.into_iter().fold(diagnostic, |diagnostic, near| diagnostic.hint(format!("did you mean `{near}`?"))));
}
