//! An index against the text that it was made of.

use std::path::Path;

use super::*;
use crate::options::source::{Groups, Source};
use crate::tree::embedded::INDEXES;

fn texts() -> impl Iterator<Item = (&'static str, String)> {
    INDEXES.iter().map(|indexed| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("schema/options/{}.json", indexed.name));
        (indexed.name, std::fs::read_to_string(path).unwrap())
    })
}

/// What is the same of a record in JSON and in an index.
fn compare(record: Record<'_>, source: &source::Record, place: &str) {
    assert_eq!((record.first, record.last, record.kind), (source.first, source.last, &*source.kind), "{place}");
    assert_eq!((record.item, record.min, record.max), (source.item.as_deref(), source.min, source.max), "{place}");
    assert_eq!((record.choices(), record.default()), (source.choices.clone(), source.default.clone()), "{place}");
    let flags = [record.ignore_case, record.bounds, record.required, record.secret, record.mutable, record.removal];
    let expected = [source.ignore_case, source.bounds, source.required, source.secret, source.mutable, source.removal];
    assert_eq!(flags, expected, "{place}");
    assert_eq!((record.regex, record.max_length), (source.regex.as_deref(), source.max_length), "{place}");
    let schemes = record.schemes().map(|schemes| schemes.map(str::to_owned).collect::<Vec<_>>());
    assert_eq!(schemes, source.schemes, "{place}");
    let old: Vec<_> = record.deprecated().map(|(at, name)| (at.map(str::to_owned), name.to_owned())).collect();
    assert_eq!(old, source.deprecated, "{place}");
    assert_eq!((record.since, record.reason), (source.since.as_deref(), source.reason.as_deref()), "{place}");
}

/// Every section, option and record, found by name and in the order of the text.
fn compare_groups<'t>(groups: impl Iterator<Item = (&'t str, Sections<'t>)>, source: &Groups) -> usize {
    let mut records = 0;
    let groups: Vec<_> = groups.collect();
    assert!(groups.iter().map(|(name, _)| *name).eq(source.keys()));
    for (name, sections) in groups {
        let from = &source[name];
        assert!(sections.names().eq(from.keys()));
        for (section, from) in from {
            let options = sections.get(section).unwrap();
            assert!(options.iter().map(|(name, _)| name).eq(from.keys()));
            for (option, from) in from {
                let found: Vec<_> = options.get(option).unwrap().collect();
                assert_eq!(found.len(), from.len(), "{section} {option}");
                for (record, from) in found.into_iter().zip(from) {
                    compare(record, from, &format!("{name} {section} {option}"));
                    records += 1;
                }
            }
        }
    }
    records
}

fn compare_table(table: &Table, source: &Source) -> usize {
    assert!(table.releases().eq(source.releases.iter().map(String::as_str)));
    let kinds = source.plugins.keys().map(|kind| (kind.as_str(), table.plugins(kind).unwrap()));
    compare_groups(table.files(), &source.files) + compare_groups(kinds, &source.plugins)
}

#[test]
fn every_carried_index_says_what_its_text_says() {
    let mut records = 0;
    for (name, text) in texts() {
        let source = source::parse(&text).unwrap();
        let carried = Table::carried(crate::tree::embedded::Indexed::find(name).unwrap().bytes());
        records += compare_table(&carried, &source);
        assert_eq!(carried.bytes, Table::parse(&text).unwrap().bytes, "{name}");
    }
    assert!(records > 10_000, "{records}");
}

#[test]
fn old_names_are_found_in_any_case_of_their_section() {
    let mut names = 0;
    for (name, text) in texts() {
        let (table, source) = (Table::parse(&text).unwrap(), source::parse(&text).unwrap());
        for (own, options) in source.files.values().flatten() {
            for (section, old) in options.values().flatten().flat_map(|record| &record.deprecated) {
                let (section, old) = (section.as_ref().unwrap_or(own), old.replace('-', "_"));
                assert!(table.may_be_old(&section.to_uppercase(), &old), "{name} {section} {old}");
                assert!(!table.may_be_old(section, &format!("{old}_x")), "{name} {section} {old}");
                names += 1;
            }
        }
    }
    assert!(names > 1_000, "{names}");
}

#[test]
fn a_broken_table_is_refused() {
    let text = "{\"releases\":[\"x\"],\"files\":{\"f\":{\"g\":{\"o\":[{\"in\":\"y\",\"type\":\"string\"}]}}}}";
    assert_eq!(Table::parse(text).unwrap_err(), "section `g`: `y` is not among the table's releases");
}

#[test]
fn bytes_that_are_no_index_end_in_nothing_worse_than_less() {
    let text = "{\"releases\":[\"x\"],\"files\":{\"f\":{\"g\":{\"o\":[{\"in\":\"x\",\"type\":\"string\",\"choices\":[\"a\",1],\
                \"schemes\":[\"b\"],\"default\":\"a\",\"deprecated\":[[null,\"p\"]],\"reason\":\"r\"}]}}}}";
    let whole = Table::parse(text).unwrap().bytes;
    let look = |bytes: &[u8]| {
        let table = Table { bytes: bytes.to_vec() };
        // A count of a broken head may be anything.
        let sections = table.files().take(3).flat_map(|(_, sections)| sections.iter().take(3));
        for (_, records) in sections.flat_map(|(_, options)| options.iter().take(3)) {
            for record in records.take(3) {
                let _ = (record.choices().map(|all| all.len()), record.default(), record.deprecated().count());
                let _ = record.schemes().map(Iterator::count);
            }
        }
        let _ = (table.may_be_old("g", "p"), table.place("x"), table.has_file("f"));
    };
    for cut in 0..whole.len() {
        look(&whole[..cut]);
    }
    for at in 0..whole.len() {
        for byte in [0, 1, 0x7F, 0xFF] {
            let mut broken = whole.clone();
            broken[at] = byte;
            look(&broken);
        }
    }
}

#[test]
fn a_name_matches_the_pattern_of_its_parts() {
    let option = |name: &str, kind: &str| format!(r#""{name}":[{{"in":"ocata..ocata","type":"{kind}"}}]"#);
    let names = [
        ("bonds.*.mtu", "1"),
        ("bonds.*.parameters.mode", "2"),
        ("bonds.lacp.mtu", "3"),
        ("*.*.dhcp4", "4"),
        ("version", "5"),
    ];
    let options: Vec<String> = names.iter().map(|(name, kind)| option(name, kind)).collect();
    let text = format!(r#"{{"releases":["ocata"],"files":{{"f":{{"-":{{{}}}}}}}}}"#, options.join(","));
    let table = Table::parse(&text).expect("a table");
    let (_, sections) = table.files().next().expect("a file");
    let options = sections.get("-").expect("a section");
    let kind =
        |name: &str| options.matching(name).and_then(|records| records.at(0)).map(|record| record.kind.to_string());
    for (name, expected) in [
        ("bonds.b0.mtu", Some("1")),
        ("bonds.b0.parameters.mode", Some("2")),
        ("bonds.lacp.mtu", Some("3")),
        ("bonds.lacp.parameters.mode", Some("2")),
        ("ethernets.e0.dhcp4", Some("4")),
        ("bonds.b0.dhcp4", Some("4")),
        ("bonds..mtu", None),
        ("bonds.b0", None),
        ("bonds.b0.mtu.more", None),
        ("", None),
        ("....", None),
    ] {
        assert_eq!(kind(name).as_deref(), expected, "{name}");
    }
}
