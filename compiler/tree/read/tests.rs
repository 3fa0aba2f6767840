//! One record with every shape, and what the reader makes of texts for it.

use super::super::kdl;
use super::super::shape::{choice, optional, required};
use super::*;

pub static PORT: Record = Record {
    name: "Port",
    doc: "A port.",
    positional: &["number"],
    shorthand: Some("number"),
    rest: None,
    one_of: false,
    includes: &[],
    fields: &[
        required("number", Shape::Integer(1, 65535), "The number."),
        optional("protocol", Shape::Choice(&[choice("TCP"), choice("UDP")]), "The protocol."),
    ],
};

pub static PART: Record = Record {
    name: "Part",
    doc: "A part.",
    positional: &["name", "values"],
    shorthand: None,
    rest: Some(&Shape::Value),
    one_of: false,
    includes: &[],
    fields: &[optional("name", Shape::Name, "Its name."), optional("values", Shape::Value, "Its values.")],
};

pub static THING: Record = Record {
    name: "Thing",
    doc: "A thing.",
    positional: &["name"],
    shorthand: None,
    rest: None,
    one_of: false,
    includes: &[],
    fields: &[
        optional("name", Shape::Text, "Its name."),
        optional("size", Shape::Scalar, "Its size."),
        optional("big", Shape::Boolean, "Whether it is big."),
        optional("words", Shape::List(&Shape::Text), "Words."),
        optional("port", Shape::Table(&Shape::Record(&PORT)), "Ports."),
        optional("env", Shape::Map(&Shape::Scalar), "Variables."),
        optional("part", Shape::Sequence(&PART), "Parts."),
        optional("one", Shape::Record(&PART), "One part."),
        optional("extra", Shape::Any, "Anything."),
    ],
};

/// The tree as JSON, tags in brackets.
pub fn show(node: &Node) -> String {
    let text = match &node.value {
        Value::Null => "null".to_owned(),
        Value::Bool(truth) => truth.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Decimal(text) => format!("~{text}"),
        Value::Text(text) => format!("{text:?}"),
        Value::List(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(",")),
        Value::Map(map) => {
            let entry = |(key, entry): (&Text, &Entry)| format!("{}:{}", key.replace('\0', "*"), show(&entry.node));
            format!("{{{}}}", map.iter().map(entry).collect::<Vec<_>>().join(","))
        }
    };
    node.tag.as_ref().map_or(text.clone(), |tag| format!("({tag}){text}"))
}

pub fn kdl_tree(text: &str) -> (Node, Vec<Fault>) {
    let (nodes, mut faults) = kdl::parse(text);
    let node = read(&nodes, &THING, FileId(0), &mut faults);
    (node, faults)
}

fn check(text: &str, tree: &str, expected: &[&str]) {
    let (node, faults) = kdl_tree(text);
    let found: Vec<_> = faults.iter().map(|fault| format!("{} {}", fault.code, fault.message)).collect();
    assert_eq!(
        (show(&node).as_str(), found),
        (tree, expected.iter().map(|text| (*text).to_owned()).collect()),
        "{text}"
    );
}

#[test]
fn shapes_decide_what_nodes_mean() {
    check("size (secret)\"x\"; words a b; words c", r#"{size:(secret)"x",words:["a","b","c"]}"#, &[]);
    check(
        "port a 80 protocol=UDP\nport b { number 81; }\nport c #null",
        r#"{port:{a:{number:80,protocol:"UDP"},b:{number:81},c:null}}"#,
        &[],
    );
    check("env A=1 { B 2.50; }", "{env:{A:1,B:~2.50}}", &[]);
    check(
        "part x 1 2\npart y z=5 { w 6 7; }",
        r#"{part:[{name:"x",values:[1,2]},{name:"y",*rest:{z:5,w:[6,7]}}]}"#,
        &[],
    );
    check("one x 1", r#"{one:{name:"x",values:1}}"#, &[]);
    check("words", "{words:[]}", &[]);
    check(
        "extra a=1 { b 1 2; c {}; d { - 1; - x=2; - { - 3; }; }; e #null; }",
        "{extra:{a:1,b:[1,2],c:{},d:[1,{x:2},[3]],e:null}}",
        &[],
    );
    check("env #null; size #null", "{env:null,size:null}", &[]);
}

#[test]
fn what_has_no_place_is_a_fault() {
    check("sise 1", "{}", &["TG0201 this file has no field `sise`"]);
    check("size 1 2", "{size:1}", &["TG0203 `size` takes one value, found 2"]);
    check("size", "{size:null}", &["TG0203 `size` needs a value"]);
    check("size { a; }", "{size:null}", &["TG0203 `size` takes values only, found a block"]);
    check("port a 1 2", "{port:{a:{number:1}}}", &["TG0203 `a` takes one bare value, found 2"]);
    check("env 5", "{env:{}}", &["TG0203 `env` takes no bare value"]);
    check("port", "{port:{}}", &["TG0204 `port` needs a name, as in `port NAME`"]);
    check("port #true", "{port:{}}", &["TG0204 `port` needs a name, and this is not a string"]);
    check("port a 1\nport a 2", "{port:{a:{number:1}}}", &["TG0205 `port a` stands twice"]);
    check("size 1\nsize 2", "{size:1}", &["TG0205 `size` stands twice"]);
    check("env { A 1; A 2; }", "{env:{A:1}}", &["TG0205 `A` stands twice"]);
    check("extra 1 { b 1; }", "{extra:1}", &["TG0203 `extra` takes values only, found a block"]);
}

#[test]
fn suggestions_name_what_was_meant_or_what_there_is() {
    assert_eq!(kdl_tree("sise 1").1[0].hint.as_deref(), Some("did you mean `size`?"));
    assert_eq!(kdl_tree("port a { zzzzzz 1; }").1[0].hint.as_deref(), Some("it has `number`, `protocol`"));
}

#[test]
fn a_document_of_one_node_holds_nothing_else() {
    let single = |text: &str| {
        let (nodes, mut faults) = kdl::parse(text);
        let node = read_single(&nodes, "thing", &THING, FileId(0), &mut faults);
        (node.map(|node| show(&node)), faults.into_iter().map(|fault| fault.message).collect::<Vec<_>>())
    };
    assert_eq!(single("thing x { size 1; }"), (Some(r#"{name:"x",size:1}"#.to_owned()), vec![]));
    assert_eq!(single("thing x\nother").1, ["expected one node `thing`, found `other` beside it"]);
    assert_eq!(single("thing x\nthing y").1, ["`thing` stands twice"]);
    assert_eq!(single(""), (None, vec!["expected a node `thing`, found none".to_owned()]));
}
