//! What a balancer of a site for hosts has at the virtual address, as records.
//!
//! Invariant: a record has the hosts that run the component behind it, in the order of the site.

use serde_json::{Value, json};

use super::record::Record;
use crate::model::Model;
use crate::model::hosts::Balanced;

/// The ports of the virtual address in order of their names.
pub fn balanced(model: &Model<'_>) -> Vec<Record> {
    model.balanced().iter().map(|found| of(model, found)).collect()
}

fn of(model: &Model<'_>, found: &Balanced<'_>) -> Record {
    let nodes = model.nodes_of(found.component).into_iter();
    let servers: Vec<Value> =
        nodes.map(|(_, node)| json!({"name": node.name.value.as_str(), "address": model.address(node)})).collect();
    let fields = [
        ("name", Some(Value::from(found.name.replace('.', "-")))),
        ("port", Some(Value::from(found.port))),
        ("mode", Some(Value::from(if found.is_http { "http" } else { "tcp" }))),
        ("order", Some(Value::from(found.order.word()))),
        ("timeout", found.timeout.map(Value::from)),
        ("check-port", found.check.and_then(|check| check.port).map(|port| Value::from(port.0))),
        ("check-expects", found.check.and_then(|check| check.expects.as_deref()).map(Value::from)),
        ("servers", Some(Value::from(servers))),
    ];
    Record::new(fields, found.component.pod.main.span)
}
