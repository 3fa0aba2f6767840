//! What the YAML printer must hold.

use super::*;
use proptest::prelude::*;

fn text(text: &str) -> Item {
    Item::new(OriginId::BUILTIN, text.to_owned())
}

proptest! {
    #[test]
    fn every_string_survives_as_value_and_key(key in "\\PC*|[\\s\\S]{0,12}", value in "\\PC*|[\\s\\S]{0,40}") {
        let list = Item::new(OriginId::BUILTIN, vec![text(&value)]);
        let quoted = map(&[("value", text(&value))]);
        let item = Item::new(
            OriginId::BUILTIN,
            Value::Map(vec![(key.clone().into(), text(&value)), ("zz-list".into(), list), ("zz-map".into(), quoted)]),
        );
        let printed = print(&item);
        prop_assert_eq!(printed.lines.len(), printed.text.lines().count());
        let read: serde_yaml::Value = serde_yaml::from_str(&printed.text).map_err(|error| TestCaseError::fail(format!("{error}: {}", printed.text)))?;
        prop_assert_eq!(read.get(key.as_str()).and_then(|v| v.as_str()), Some(value.as_str()));
        prop_assert_eq!(read["zz-list"][0].as_str(), Some(value.as_str()));
        prop_assert_eq!(read["zz-map"]["value"].as_str(), Some(value.as_str()));
    }
}

#[test]
fn what_readers_take_differently_is_quoted() {
    let nasty = [
        "yes",
        "No",
        "ON",
        "off",
        "y",
        "N",
        "null",
        "~",
        "0123",
        "1_000",
        "12:30",
        "1e3",
        "2001-01-01",
        "=",
        "<<",
        "0x1f",
        "",
        " a",
        "a ",
        "a: b",
        "a #b",
        "-",
        "? a",
        "{a}",
        "[a]",
        "!a",
        "&a",
        "*a",
        "|",
        ">",
        "'",
        "\"",
        "%a",
        "@a",
        "`a",
    ];
    for word in nasty {
        let printed = print(&text(word)).text;
        assert!(printed.starts_with(['"', '\'']), "{word} gives {printed}");
    }
}

/// Is a text quoted, and with which quotes, as an item of a list and as the value of a label?
fn styles(text: &str) -> Vec<Option<char>> {
    let item = Item::new(OriginId::BUILTIN, text.to_owned());
    let list = Item::new(OriginId::BUILTIN, vec![item.clone()]);
    let map = Item::new(OriginId::BUILTIN, Value::Map(vec![("key".into(), item)]));
    let printed = [(list, "- "), (map, "key: ")].map(|(item, lead)| print(&item).text.replacen(lead, "", 1));
    printed.iter().map(|text| text.chars().next().filter(|c| matches!(c, '"' | '\''))).collect()
}

/// Values of one kind: whatever their digits, they stand alike.
const KINDS: [&str; 13] = [
    "[0-9a-f]{64}",
    "[0-9a-f]{10}",
    "[0-9]{8}|[a-f]{8}",
    "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
    "([0-9a-f]{2}:){5}[0-9a-f]{2}",
    "[0-9a-f]{1,4}(:[0-9a-f]{1,4}){1,6}::",
    "[0-9a-f]{1,4}(:[0-9a-f]{1,4}){7}/64",
    "[1-9][0-9]{0,4}(m|Mi|Gi)?",
    "[1-9][0-9]{0,2}(s|m|h|%)",
    "[1-9][0-9]{0,2}e[0-9]{1,2}",
    "[1-9][0-9]?[.][0-9]{1,3}[.][0-9]{1,3}[.][0-9]{1,3}(/24)?",
    "(v|db-|eno|=)[0-9]{1,3}",
    "name-[0-9a-f]{10}",
];

proptest! {
    #[test]
    fn quoting_does_not_depend_on_digits(pair in (0..KINDS.len()).prop_flat_map(|kind| {
        let kind = KINDS.get(kind).copied().unwrap_or_default();
        (proptest::string::string_regex(kind).expect("a kind"), proptest::string::string_regex(kind).expect("a kind"))
    })) {
        prop_assume!(pair.0.starts_with('=') == pair.1.starts_with('='));
        prop_assert_eq!(styles(&pair.0), styles(&pair.1), "{} and {}", pair.0, pair.1);
    }
}

fn map(entries: &[(&'static str, Item)]) -> Item {
    Item::new(OriginId::BUILTIN, Value::Map(entries.iter().map(|(key, item)| ((*key).into(), item.clone())).collect()))
}

#[test]
fn what_may_hold_anything_is_quoted_and_words_are_not() {
    let words = map(&[("owner", text("team"))]);
    let item = map(&[("annotations", words.clone()), ("labels", words), ("name", text("A")), ("value", text("b"))]);
    let expected = "annotations:\n  owner: \"team\"\nlabels:\n  owner: team\nname: A\nvalue: \"b\"\n";
    assert_eq!(print(&item).text, expected);
    assert_eq!(print(&map(&[("verb", text("add")), ("host", text("ed25519"))])).text, "verb: add\nhost: ed25519\n");
}

#[test]
fn text_with_double_quotes_or_backslashes_stands_in_single_quotes() {
    let item = map(&[("a", text(r#"{"b": 1}"#)), ("c", text(r"d\e")), ("f", text(r#"it's "g""#))]);
    assert_eq!(print(&item).text, "a: '{\"b\": 1}'\nc: 'd\\e'\nf: \"it's \\\"g\\\"\"\n");
}
