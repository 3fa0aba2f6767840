//! What holds where a spec says nothing, beside what it says.
//!
//! Invariant: defaults come from the service data and the option tables that a build reads; none is shown that it would not take.

use serde_json::{Value, json};

use super::cursor::root;
use super::locate::notation;
use super::text::Units;
use super::workspace::Workspace;
use crate::catalog::service::Service;
use crate::edit::write::Notation;
use crate::explain::catalog::shown;
use crate::tree::kdl;
use crate::tree::raw::{Literal, RawNode, RawValue};
use crate::tree::scalars::{Place, Step, scalars};
use crate::upgrade;
use crate::verify::options::tables_of;

/// A value that a spec gives: the names that lead to it from the service on, and the byte where it ends.
struct Said {
    names: Vec<String>,
    end: usize,
}

/// The hints of a spec: the default of each setting and option that is set.
pub fn hints(workspace: &Workspace, (path, text): (&str, &str), units: Units) -> Vec<Value> {
    let is_known = root(path).is_some_and(|(name, _)| ["site", "overlay"].contains(&name));
    let (release, said) = match notation(path) {
        _ if !is_known => return Vec::new(),
        Notation::Kdl => in_kdl(text),
        Notation::Yaml => in_yaml(text),
    };
    let hint = |said: &Said| {
        let default = default(workspace, release.as_deref(), &said.names)?;
        Some(json!({
            "position": units.position(text, said.end),
            "label": format!("default: {default}"),
            "paddingLeft": true,
        }))
    };
    said.iter().filter_map(hint).collect()
}

fn in_kdl(text: &str) -> (Option<String>, Vec<Said>) {
    let (nodes, _) = kdl::parse(text);
    let (mut release, mut said) = (None, Vec::new());
    for child in nodes.iter().flat_map(children) {
        match &*child.name.text {
            "release" => release = openstack(child).map(str::to_owned),
            "service" => children(child).for_each(|node| below(node, &[head(child)], &mut said)),
            _ => {}
        }
    }
    (release, said)
}

/// A node of a service and those in its block.
fn below(node: &RawNode, before: &[Vec<String>], said: &mut Vec<Said>) {
    let end = node.arguments.last().map_or(node.name.range.end, |value| value.range.end) as usize;
    let is_file = node.name.text == "config" && before.len() == 1;
    let own = if is_file { head(node) } else { vec![node.name.text.to_string()] };
    let path = [before, &[own]].concat();
    said.push(Said { names: path.concat().split_off(1), end });
    children(node).for_each(|node| below(node, &path, said));
}

/// A node's name and its first value.
fn head(node: &RawNode) -> Vec<String> {
    let value = node.arguments.first().and_then(literal);
    [Some(&*node.name.text), value].into_iter().flatten().map(str::to_owned).collect()
}

fn children(node: &RawNode) -> impl Iterator<Item = &RawNode> {
    node.children.iter().flatten()
}

fn literal(value: &RawValue) -> Option<&str> {
    match &value.literal {
        Literal::Text(text) => Some(text),
        _ => None,
    }
}

fn openstack(release: &RawNode) -> Option<&str> {
    let (_, value) = release.properties.iter().find(|(name, _)| name.text == "openstack")?;
    literal(value)
}

fn in_yaml(text: &str) -> (Option<String>, Vec<Said>) {
    let (mut release, mut said) = (None, Vec::<Said>::new());
    for scalar in scalars(text).into_iter().filter(|scalar| scalar.place == Place::Value) {
        let is_item = scalar.path.contains(&Step::Item);
        let keys = scalar.path.into_iter().filter_map(|step| match step {
            Step::Key(key) => Some(key),
            Step::Item => None,
        });
        let names: Vec<String> = keys.collect();
        match names.as_slice() {
            [field, name] if field == "release" && name == "openstack" => release = Some(scalar.text),
            [field, names @ ..] if field == "service" => {
                // A list of one line ends with its bracket.
                let rest = text.get(scalar.range.end..).unwrap_or_default();
                let end = scalar.range.end + usize::from(is_item && rest.starts_with(']'));
                let names = names.to_vec();
                match said.last_mut().filter(|last| last.names == names) {
                    Some(last) => last.end = end,
                    None => said.push(Said { names, end }),
                }
            }
            _ => {}
        }
    }
    (release, said)
}

/// What holds where a spec does not give that value of a service.
fn default(workspace: &Workspace, release: Option<&str>, names: &[String]) -> Option<String> {
    let (name, rest) = names.split_first()?;
    let service = workspace.library.catalog.services.get(name.as_str())?;
    let of =
        |file: &str, section: &str, option: &str| of_option(workspace, (service, release), (file, section, option));
    match rest {
        [setting] => {
            let setting = service.settings.get(setting.as_str())?;
            setting.default.as_ref().map(|values| shown(&workspace.library, values))
        }
        [config, file, option] if config == "config" => of(file, "-", option),
        [config, file, section, option] if config == "config" => of(file, section, option),
        _ => None,
    }
}

/// What the program takes for an option that no file sets, of the site's release or else of the newest.
fn of_option(
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
