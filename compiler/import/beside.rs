//! Files that stand beside a spec: parts of the input that a program of the site reads as they are.
//!
//! Invariant: no file is written that lacks a part of the input's, and none that has a secret of it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::key::Data;
use super::report::Decided;

/// The files in the making, by their paths below the site's folder.
#[derive(Debug, Default)]
pub struct Beside(BTreeMap<String, Part>);

/// A file in the making.
#[derive(Debug, Default)]
struct Part {
    pieces: Vec<Piece>,
    /// Why it cannot be written.
    lacks: Option<&'static str>,
}

/// A value of a file: the names on the way to it, and the number of its key.
#[derive(Debug)]
struct Piece {
    path: Vec<String>,
    data: Data,
    owner: usize,
}

/// What came of the files.
#[derive(Debug, Default)]
pub struct Finished {
    /// The texts by path.
    pub texts: BTreeMap<String, String>,
    /// The keys whose values are in a file, by their numbers.
    pub owners: BTreeMap<usize, String>,
    /// The keys whose file is not written, and why.
    pub left_out: BTreeMap<usize, Decided>,
}

impl Beside {
    /// Adds a value to a file.
    pub fn add(&mut self, file: &str, path: &[String], data: &Data, owner: usize) {
        let part = self.0.entry(file.to_owned()).or_default();
        part.pieces.push(Piece { path: path.to_vec(), data: data.clone(), owner });
    }

    /// Is a key's value in one of them?
    pub fn holds(&self, key: usize) -> bool {
        self.0.values().flat_map(|part| &part.pieces).any(|piece| piece.owner == key)
    }

    /// Says that a file lacks a value.
    pub fn spoil(&mut self, file: &str, why: &'static str) {
        self.0.entry(file.to_owned()).or_default().lacks.get_or_insert(why);
    }

    /// The files; `holds` says whether a text has a secret in it.
    pub fn finish(&self, holds: &dyn Fn(&str) -> bool) -> Finished {
        let mut finished = Finished::default();
        for (file, part) in &self.0 {
            let is_secret = |piece: &Piece| texts(&piece.data).iter().any(|text| holds(text));
            let repeats = part.pieces.iter().any(is_secret).then_some("a secret of the input is in it");
            match part.lacks.or(repeats) {
                Some(why) => {
                    let decided = Decided::dropped("none", format!("the file `{file}` is not written: {why}"));
                    let owners = part.pieces.iter().map(|piece| (piece.owner, decided.clone()));
                    finished.left_out.extend(owners);
                }
                None => {
                    finished.texts.insert(file.clone(), text(&part.pieces));
                    finished.owners.extend(part.pieces.iter().map(|piece| (piece.owner, file.clone())));
                }
            }
        }
        finished
    }
}

fn texts(data: &Data) -> Vec<String> {
    match data {
        Data::List(items) => items.iter().flat_map(|item| texts(&item.data)).collect(),
        data => data.text().into_iter().collect(),
    }
}

/// The text of a file: that of its one value, or a tree of them.
fn text(pieces: &[Piece]) -> String {
    if let [Piece { path, data: Data::Text(text), .. }] = pieces
        && path.is_empty()
    {
        return if text.ends_with('\n') { text.clone() } else { format!("{text}\n") };
    }
    let mut tree = Value::Null;
    pieces.iter().for_each(|piece| insert(&mut tree, &piece.path, value(&piece.data)));
    let mut out = String::new();
    print(&tree, 0, &mut out);
    out
}

/// Puts a value at its place; names in brackets are places in lists.
fn insert(tree: &mut Value, path: &[String], value: Value) {
    let Some((first, rest)) = path.split_first() else {
        *tree = value;
        return;
    };
    let index = first.strip_prefix('[').and_then(|text| text.strip_suffix(']')?.parse::<usize>().ok());
    let Some(index) = index else {
        if !tree.is_object() {
            *tree = Value::Object(Map::new());
        }
        let Value::Object(map) = tree else { return };
        return insert(map.entry(first.clone()).or_insert(Value::Null), rest, value);
    };
    if !tree.is_array() {
        *tree = Value::Array(Vec::new());
    }
    let Value::Array(items) = tree else { return };
    // Places in a list are taken one after the other.
    if index >= items.len() {
        items.push(Value::Null);
    }
    let at = index.min(items.len() - 1);
    if let Some(item) = items.get_mut(at) {
        insert(item, rest, value);
    }
}

fn value(data: &Data) -> Value {
    match data {
        Data::Null | Data::Sealed | Data::TooLong => Value::Null,
        Data::Bool(flag) => Value::Bool(*flag),
        Data::Number(text) => serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.clone())),
        Data::Text(text) => Value::String(text.clone()),
        Data::List(items) => Value::Array(items.iter().map(|item| value(&item.data)).collect()),
        Data::Map(_) => Value::Object(Map::new()),
    }
}

/// Prints a tree as YAML: blocks, and every text in the quotes that JSON and YAML read alike.
fn print(tree: &Value, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    match tree {
        Value::Object(map) if !map.is_empty() => {
            for (name, value) in map {
                out.push_str(&indent);
                out.push_str(&Value::String(name.clone()).to_string());
                out.push(':');
                below(value, depth, out);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for item in items {
                out.push_str(&indent);
                out.push('-');
                below(item, depth, out);
            }
        }
        scalar => {
            out.push_str(&scalar.to_string());
            out.push('\n');
        }
    }
}

/// Prints what stands behind a name or a dash: a scalar on its line, a collection on lines of its own.
fn below(value: &Value, depth: usize, out: &mut String) {
    let is_block = match value {
        Value::Object(map) => !map.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => false,
    };
    out.push(if is_block { '\n' } else { ' ' });
    print(value, if is_block { depth + 1 } else { 0 }, out);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(beside: &mut Beside, path: &[&str], data: Data, owner: usize) {
        let path: Vec<String> = path.iter().map(|part| (*part).to_owned()).collect();
        beside.add("files/a.yaml", &path, &data, owner);
    }

    fn made() -> Beside {
        let mut beside = Beside::default();
        add(&mut beside, &["[0]", "name"], Data::Text("yes".to_owned()), 3);
        add(&mut beside, &["[0]", "port"], Data::Number("53".to_owned()), 4);
        add(&mut beside, &["[1]", "x", "y"], Data::Bool(true), 5);
        add(&mut beside, &["[1]", "z"], Data::List(vec![]), 6);
        beside
    }

    #[test]
    fn a_tree_is_a_file_that_reads_the_same() {
        let finished = made().finish(&|_| false);
        let text = finished.texts.get("files/a.yaml").unwrap();
        let expected = "-\n  \"name\": \"yes\"\n  \"port\": 53\n-\n  \"x\":\n    \"y\": true\n  \"z\": []\n";
        assert_eq!(text, expected);
        let read: Value = serde_yaml::from_str(text).unwrap();
        assert_eq!(read, serde_json::json!([{"name": "yes", "port": 53}, {"x": {"y": true}, "z": []}]));
        assert_eq!(finished.owners.keys().copied().collect::<Vec<_>>(), [3, 4, 5, 6]);
    }

    #[test]
    fn a_text_is_a_file_as_it_is() {
        let mut beside = Beside::default();
        add(&mut beside, &[], Data::Text("a\nb".to_owned()), 1);
        assert_eq!(beside.finish(&|_| false).texts.get("files/a.yaml").unwrap(), "a\nb\n");
    }

    #[test]
    fn a_file_with_a_secret_or_without_a_part_is_not_written() {
        let finished = made().finish(&|text| text == "yes");
        assert!(finished.texts.is_empty() && finished.owners.is_empty());
        assert!(finished.left_out.len() == 4 && finished.left_out.values().all(|left| left.reason.contains("secret")));
        let mut beside = made();
        beside.spoil("files/a.yaml", "why");
        let finished = beside.finish(&|_| false);
        assert!(finished.texts.is_empty() && finished.left_out.values().all(|left| left.reason.ends_with("why")));
    }
}
