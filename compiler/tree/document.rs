//! A text to a checked tree, in either notation.
//!
//! Invariant: a tree that comes out has the shape it was asked for, or there are diagnostics.

use crate::diag::{Diagnostic, Sink};
use crate::span::{FileId, Span};

use super::check::{check, fault_to_diagnostic};
use super::compact;
use super::embedded::Embedded;
use super::kdl;
use super::node::{Map, Node, Value};
use super::normalise::normalise;
use super::raw::{Fault, RawNode};
use super::read;
use super::shape::{Record, Shape};
use super::yaml;

/// A text to be read.
#[derive(Debug, Clone, Copy)]
pub struct Document<'a> {
    /// Its path; the ending tells the notation (`.yaml`, `.yml` and `.json` are YAML, all else is KDL).
    pub path: &'a str,
    /// The text.
    pub text: &'a str,
    /// Its id.
    pub file: FileId,
    /// What the build already parsed.
    pub embedded: Option<&'static Embedded>,
}

/// What a document holds.
#[derive(Debug, Clone, Copy)]
pub enum Form {
    /// One node of that name, a record. In YAML the fields of the record stand at the top.
    Single(&'static str, &'static Record),
    /// The fields of a record.
    Record(&'static Record),
    /// A map.
    Shape(&'static Shape),
}

impl Form {
    fn shape(self) -> Shape {
        match self {
            Form::Single(_, record) | Form::Record(record) => Shape::Record(record),
            Form::Shape(shape) => *shape,
        }
    }
}

/// Reads and checks a document; everything wrong with it goes to the sink. None where there is nothing to go on with.
pub fn read(document: &Document<'_>, form: Form, sink: &mut Sink) -> Option<Node> {
    let is_yaml = [".yaml", ".yml", ".json"].iter().any(|ending| document.path.ends_with(ending));
    let mut faults = vec![];
    let tree = if is_yaml { read_yaml(document, form, &mut faults) } else { read_kdl(document, form, &mut faults) };
    let faults: Vec<_> = faults.into_iter().map(|fault| fault_to_diagnostic(fault, document.file)).collect();
    let broken: Vec<Span> = faults.iter().flat_map(|fault| &fault.primary).map(|label| label.span).collect();
    faults.into_iter().for_each(|fault| sink.push(fault));
    let tree = tree?;
    let mut diagnostics = vec![];
    check(&tree, &form.shape(), &mut diagnostics);
    // What could not be read would be missed or refused once more by the check.
    let is_told = |diagnostic: &Diagnostic| {
        let is_about_missing = ["TG0206", "TG0210"].contains(&diagnostic.code);
        let overlaps = |span: Span| broken.iter().any(|place| place.start < span.end && span.start < place.end);
        !broken.is_empty() && (is_about_missing || diagnostic.primary.iter().any(|label| overlaps(label.span)))
    };
    diagnostics.into_iter().filter(|diagnostic| !is_told(diagnostic)).for_each(|diagnostic| sink.push(diagnostic));
    Some(tree)
}

fn read_kdl(document: &Document<'_>, form: Form, faults: &mut Vec<Fault>) -> Option<Node> {
    let nodes: Vec<RawNode> = match document.embedded {
        Some(embedded) => compact::decode(embedded.nodes, embedded.text),
        None => {
            let (nodes, found) = kdl::parse(document.text);
            faults.extend(found);
            nodes
        }
    };
    match form {
        Form::Single(..) if nodes.is_empty() && !faults.is_empty() => None,
        Form::Single(name, record) => read::read_single(&nodes, name, record, document.file, faults),
        Form::Record(record) => Some(read::read(&nodes, record, document.file, faults)),
        Form::Shape(shape) => Some(read::read_shape(&nodes, shape, document.file, faults)),
    }
}

fn read_yaml(document: &Document<'_>, form: Form, faults: &mut Vec<Fault>) -> Option<Node> {
    let (tree, found) = yaml::parse(document.text, document.file);
    let broken = !found.is_empty();
    faults.extend(found);
    let mut tree = match tree {
        Some(tree) if tree.value != Value::Null => tree,
        _ if broken => return None,
        // A file of comments says nothing, as an empty KDL file does.
        _ => Node::new(Span::new(document.file, 0, 0), Value::Map(Map::new())),
    };
    normalise(&mut tree, &form.shape());
    Some(tree)
}

#[cfg(test)]
mod tests {
    use super::super::read::tests::{THING, show};
    use super::*;

    fn check(path: &str, text: &str, form: Form, expected: &[&str]) -> Option<String> {
        let mut sink = Sink::default();
        let document = Document { path, text, file: FileId(0), embedded: None };
        let tree = read(&document, form, &mut sink);
        let found: Vec<_> =
            sink.into_sorted().iter().map(|found| format!("{} {}", found.code, found.message)).collect();
        assert_eq!(found, expected, "{text}");
        tree.map(|tree| show(&tree))
    }

    #[test]
    fn the_ending_tells_the_notation() {
        let tree = Some(r#"{name:"x",size:1}"#.to_owned());
        assert_eq!(check("a.kdl", "thing x size=1", Form::Single("thing", &THING), &[]), tree);
        assert_eq!(check("a.kdl", "name x; size 1", Form::Record(&THING), &[]), tree);
        assert_eq!(check("a.yaml", "name: x\nsize: 1", Form::Single("thing", &THING), &[]), tree);
        assert_eq!(check("a.json", r#"{"name":"x","size":1}"#, Form::Record(&THING), &[]), tree);
        assert_eq!(check("a.yaml", "# nothing", Form::Record(&THING), &[]), Some("{}".to_owned()));
    }

    #[test]
    fn every_violation_is_told_in_one_run() {
        let expected = [
            "TG0201 this file has no field `sise`",
            "TG0206 `port.a` needs the field `number`",
            "TG0207 `port.a.protocol`: expected one of `TCP`, `UDP`, found `UPD`",
            "TG0202 `port.b.number`: expected an integer from 1 to 65535, found `70000`",
            "TG0202 `big`: expected `#true` or `#false`, found `1`",
            "TG0209 `name` cannot be a reference, found `secret`",
            "TG0208 `one.name`: expected a name, found `X_`",
        ];
        let yaml = "sise: 1\nport:\n  a: {protocol: UPD}\n  b: 70000\nbig: 1\nname: !secret x\none: {name: X_}\n";
        check("a.yaml", yaml, Form::Record(&THING), &expected);
    }
}
