//! What holds where a spec says nothing, beside what it says.
//!
//! Invariant: defaults come from the service data and the option tables that a build reads; none is shown that it would not take.

use serde_json::{Value, json};

use super::text::Units;
use super::workspace::Workspace;
use crate::catalog::service::Service;
use crate::explain::catalog::shown;
use crate::tree::kdl;
use crate::tree::raw::{Literal, RawNode, RawValue};
use crate::upgrade;
use crate::verify::options::tables_of;

/// The hints of a spec: the default of each setting and option that is set.
pub fn hints(workspace: &Workspace, text: &str, units: Units) -> Vec<Value> {
    let (nodes, _) = kdl::parse(text);
    let mut hints = Vec::new();
    for site in nodes.iter().filter(|node| node.name.text == "site") {
        let release = children(site).find(|node| node.name.text == "release").and_then(openstack);
        for node in children(site).filter(|node| node.name.text == "service") {
            let service = first(node).and_then(|name| workspace.library.catalog.services.get(name));
            service.iter().for_each(|service| of_service(workspace, (service, release), node, &mut hints));
        }
    }
    let hint = |(node, default): (&RawNode, String)| {
        let end = node.arguments.last().map_or(node.name.range.end, |value| value.range.end);
        json!({
            "position": units.position(text, end as usize),
            "label": format!("default: {default}"),
            "paddingLeft": true,
        })
    };
    hints.into_iter().map(hint).collect()
}

fn children(node: &RawNode) -> impl Iterator<Item = &RawNode> {
    node.children.iter().flatten()
}

fn first(node: &RawNode) -> Option<&str> {
    text(node.arguments.first()?)
}

fn text(value: &RawValue) -> Option<&str> {
    match &value.literal {
        Literal::Text(text) => Some(text),
        _ => None,
    }
}

fn openstack(release: &RawNode) -> Option<&str> {
    let (_, value) = release.properties.iter().find(|(name, _)| name.text == "openstack")?;
    text(value)
}

fn of_service<'n>(
    workspace: &Workspace,
    (service, release): (&Service, Option<&str>),
    node: &'n RawNode,
    hints: &mut Vec<(&'n RawNode, String)>,
) {
    for child in children(node) {
        match service.settings.get(&*child.name.text) {
            Some(setting) => {
                let default = setting.default.as_ref().map(|values| shown(&workspace.library, values));
                hints.extend(default.map(|default| (child, default)));
            }
            None if child.name.text == "config" => {
                let of = |section: &str, option: &str| {
                    default(workspace, (service, release), (first(child)?, section, option))
                };
                for part in children(child) {
                    hints.extend(of("-", &part.name.text).map(|default| (part, default)));
                    for option in children(part) {
                        hints.extend(of(&part.name.text, &option.name.text).map(|default| (option, default)));
                    }
                }
            }
            None => {}
        }
    }
}

/// What the program takes for an option that no file sets, of the site's release or else of the newest.
fn default(
    workspace: &Workspace,
    (service, release): (&Service, Option<&str>),
    (file, section, option): (&str, &str, &str),
) -> Option<String> {
    let declared = service.files.get(file)?;
    tables_of(&workspace.library.tables, service, file, declared).into_iter().find_map(|name| {
        let table = workspace.library.tables.table(&name.table)?.ok()?;
        let is_meant = |part: &str| name.file.as_deref().is_none_or(|wanted| wanted == part);
        let records = table
            .files()
            .filter(|(part, _)| is_meant(part))
            .find_map(|(_, sections)| sections.get(section)?.get(option))?;
        let record = match release.and_then(|release| table.place(release)) {
            Some(place) => records.at(place)?,
            None => records.last()?,
        };
        record.default().as_ref().map(|default| upgrade::shown(Some(default)))
    })
}
