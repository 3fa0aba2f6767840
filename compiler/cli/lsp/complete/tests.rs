//! Completion, compared with the records, the service data and the option tables.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::LazyLock;

use super::*;
use crate::spec::site::Site;

static PROJECT: LazyLock<Workspace> = LazyLock::new(|| Workspace::open(PathBuf::from(env!("CARGO_MANIFEST_DIR"))));

/// The labels at the end of a text.
fn labels(end: &str, text: &str) -> BTreeSet<String> {
    let items = complete(&PROJECT, (&format!("sites/x/site.{end}"), text), text.len(), Units::Utf8);
    items.iter().map(|item| item["label"].as_str().expect("a label").to_owned()).collect()
}

/// A text that ends in the block of these nodes, each with the name that it has in its table.
fn inside(end: &str, nodes: &[(String, Option<String>)]) -> String {
    let mut text = if end == "kdl" { "site x { ".to_owned() } else { "name: x\n".to_owned() };
    for (name, key) in nodes {
        match (end, key) {
            ("kdl", Some(key)) => text += &format!("{name:?} {key:?} {{ "),
            ("kdl", None) => text += &format!("{name:?} {{ "),
            (_, Some(key)) => text += &format!("{name:?}: {{ {key:?}: {{ "),
            (_, None) => text += &format!("{name:?}: {{ "),
        }
    }
    text
}

/// What is missing among the labels of a block, in either notation.
fn missing<'n>(nodes: &[(String, Option<String>)], known: impl Iterator<Item = &'n str> + Clone) -> Vec<String> {
    let mut missing = Vec::new();
    for end in ["kdl", "yaml"] {
        let text = inside(end, nodes);
        let found = labels(end, &text);
        let lost = known.clone().filter(|name| !found.contains(*name));
        missing.extend(lost.map(|name| format!("{end}: {name} in {text}")));
    }
    missing
}

/// Every record below a block is looked at once.
fn records(shape: &Shape, nodes: &mut Vec<(String, Option<String>)>, seen: &mut BTreeSet<&'static str>) -> Vec<String> {
    let (Shape::Record(record) | Shape::Sequence(record)) = shape else { return Vec::new() };
    let record: &'static Record = record;
    if !seen.insert(record.name) {
        return Vec::new();
    }
    let mut lost = missing(nodes, record.all_fields().map(|field| field.name).collect::<Vec<_>>().into_iter());
    for field in record.all_fields() {
        let key = matches!(field.shape, Shape::Table(_)).then(|| "k".to_owned());
        nodes.push((field.name.to_owned(), key));
        let held = below(&Shape::Record(record), field.name);
        lost.extend(held.iter().flat_map(|held| records(held, nodes, seen)));
        nodes.pop();
    }
    lost
}

#[test]
fn every_field_of_every_record_is_completed() {
    let mut seen = BTreeSet::new();
    let lost = records(&Shape::Record(Site::record()), &mut Vec::new(), &mut seen);
    assert_eq!(lost, Vec::<String>::new());
    assert!(seen.len() > 40, "{seen:?}");
}

#[test]
fn every_setting_and_every_option_is_completed() {
    let (mut settings, mut count, mut lost) = (0, 0, Vec::new());
    let node = |name: &str, key: Option<&str>| (name.to_owned(), key.map(str::to_owned));
    for (name, service) in &PROJECT.library.catalog.services {
        let own = [node("service", Some(name))];
        lost.extend(missing(&own, service.settings.keys().map(|name| &**name)));
        settings += service.settings.len();
        for (file, declared) in &service.files {
            let mut sections: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
            for named in tables_of(&PROJECT.library.tables, service, file, declared) {
                let Some(Ok(table)) = PROJECT.library.tables.table(&named.table) else { continue };
                for (part, rows) in table.files() {
                    if named.file.as_deref().is_some_and(|wanted| wanted != part) {
                        continue;
                    }
                    for (section, options) in rows.iter() {
                        let options = options.iter().map(|(name, _)| name.to_owned());
                        sections.entry(section.to_owned()).or_default().extend(options);
                    }
                }
            }
            let of_file = [own[0].clone(), node("config", Some(file))];
            let heads = sections.keys().map(String::as_str).filter(|section| *section != "-");
            lost.extend(missing(&of_file, heads));
            for (section, options) in &sections {
                let block = [&of_file[..], &[node(section, None)]].concat();
                let block = if section == "-" { &of_file[..] } else { &block };
                lost.extend(missing(block, options.iter().map(String::as_str)));
                count += options.len();
            }
        }
    }
    assert_eq!(lost, Vec::<String>::new());
    assert!(settings > 150 && count > 50_000, "only {settings} settings and {count} options");
}

#[test]
fn what_is_written_is_read_as_it_is_meant() {
    let edit = |path: &str, marked: &str, label: &str| {
        let offset = marked.find('|').expect("a mark");
        let text = marked.replacen('|', "", 1);
        let items = complete(&PROJECT, (path, &text), offset, Units::Utf8);
        let item = items.iter().find(|item| item["label"] == label).unwrap_or_else(|| panic!("no {label}: {marked}"));
        let place = |end: &str| Units::Utf8.offset(&text, &item["textEdit"]["range"][end]);
        format!(
            "{}{}{}",
            &text[..place("start")],
            item["textEdit"]["newText"].as_str().expect("a text"),
            &text[place("end")..]
        )
    };
    let (kdl, yaml) = ("sites/x/site.kdl", "sites/x/site.yaml");
    assert_eq!(edit(kdl, "site x { serv| }", "service"), "site x { service }");
    assert_eq!(edit(kdl, "site x { lab | }", "#true"), "site x { lab #true }");
    assert_eq!(
        edit(kdl, "site x { service nova { config \"no|\n }", "nova.conf"),
        "site x { service nova { config \"nova.conf\"\n }"
    );
    assert_eq!(edit(yaml, "serv|\n", "service"), "service:\n");
    assert_eq!(edit(yaml, "ser|v: {}\n", "service"), "service: {}\n");
    assert_eq!(edit(yaml, "lab: |\n", "true"), "lab: true\n");
    assert_eq!(edit(yaml, "service:\n  nova:\n    virt|\n", "virt-type"), "service:\n  nova:\n    virt-type:\n");
    assert_eq!(
        edit(yaml, "service: {nova: {config: {\"no|\n", "nova.conf"),
        "service: {nova: {config: {\"nova.conf\":\n"
    );
    assert_eq!(edit(yaml, "release:\n  openstack: 20|\n", "2026.1"), "release:\n  openstack: \"2026.1\"\n");
    assert_eq!(edit(yaml, "overlays: [o|]\n", "ovs"), "overlays: [ovs]\n");
}
