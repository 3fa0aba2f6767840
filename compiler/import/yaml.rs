//! YAML as other tools read it (1.1): `yes` and octal numbers, anchors, merge keys, several documents, Ansible's vault.
//!
//! Invariant: what stands before a mistake is read; no input makes it crash, hang or use unbounded memory.

use std::collections::{BTreeMap, BTreeSet};

use saphyr_parser::{Event, Parser, ScalarStyle, Span as Marks};

use super::key::{Data, Tree};
use crate::diag::{Diagnostic, Sink};
use crate::span::{FileId, Span};

/// The deepest nesting that is read.
const DEPTH: usize = 128;
/// The most values of a file, those that aliases repeat included.
const MOST: usize = 4_000_000;
/// The most bytes of text that aliases repeat.
const REPEATED: usize = 64 * 1024 * 1024;

/// The documents of a text; what is wrong goes to the sink.
pub fn documents(text: &str, file: FileId, sink: &mut Sink) -> Vec<Tree> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let clean = super::template::without_go(text, file, sink);
    let mut reader = Reader {
        file,
        bytes: (!clean.is_ascii()).then(|| clean.char_indices().map(|(at, _)| at).collect()),
        length: clean.len(),
        stack: Vec::new(),
        roots: Vec::new(),
        anchors: BTreeMap::new(),
        count: 0,
        repeated: 0,
    };
    for next in Parser::new_from_str(&clean) {
        let told = match next {
            Ok((event, marks)) => reader.event(event, marks, sink),
            Err(error) => {
                let at = reader.byte(error.marker().index());
                let tab = clean
                    .get(..at as usize)
                    .is_some_and(|before| before.rsplit('\n').next().is_some_and(|line| line.contains('\t')))
                    || clean.get(at as usize..).is_some_and(|rest| rest.starts_with('\t'));
                let info = error.info().to_ascii_lowercase();
                let diagnostic =
                    Diagnostic::error("TG0933", Span::new(file, at, at), format!("not valid YAML: {info}"));
                Some(if tab {
                    diagnostic.hint("YAML is indented with spaces, this line has a tab")
                } else {
                    diagnostic
                })
            }
        };
        if let Some(diagnostic) = told {
            sink.push(diagnostic);
            break;
        }
    }
    reader.finish();
    reader.roots
}

enum Frame {
    List {
        span: Span,
        anchor: usize,
        items: Vec<Tree>,
    },
    Map {
        span: Span,
        anchor: usize,
        entries: Vec<(String, Span, Tree)>,
        /// Which entry has each name.
        names: BTreeMap<String, usize>,
        key: Option<(String, Span)>,
    },
}

struct Reader {
    file: FileId,
    bytes: Option<Vec<usize>>,
    length: usize,
    stack: Vec<Frame>,
    roots: Vec<Tree>,
    anchors: BTreeMap<usize, Tree>,
    count: usize,
    repeated: usize,
}

impl Reader {
    fn byte(&self, character: usize) -> u32 {
        let at = match &self.bytes {
            Some(bytes) => bytes.get(character).copied().unwrap_or(self.length),
            None => character.min(self.length),
        };
        u32::try_from(at).unwrap_or(u32::MAX)
    }

    fn event(&mut self, event: Event<'_>, marks: Marks, sink: &mut Sink) -> Option<Diagnostic> {
        let start = self.byte(marks.start.index());
        let span = Span::new(self.file, start, self.byte(marks.end.index()).max(start));
        let deep = || Diagnostic::error("TG0933", span, format!("nested deeper than {DEPTH}"));
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let is_sealed = tag.is_some_and(|tag| tag.suffix == "vault") || text.starts_with("$ANSIBLE_VAULT;");
                let data = match (is_sealed, style) {
                    (true, _) => Data::Sealed,
                    (false, ScalarStyle::Plain) => plain(&text),
                    (false, _) => Data::Text(text.into_owned()),
                };
                self.value(Tree { span, data }, anchor, sink)
            }
            Event::SequenceStart(anchor, _) if self.stack.len() < DEPTH => {
                self.stack.push(Frame::List { span, anchor, items: Vec::new() });
                None
            }
            Event::MappingStart(anchor, _) if self.stack.len() < DEPTH => {
                let (entries, names) = (Vec::new(), BTreeMap::new());
                self.stack.push(Frame::Map { span, anchor, entries, names, key: None });
                None
            }
            Event::SequenceStart(..) | Event::MappingStart(..) => Some(deep()),
            Event::SequenceEnd | Event::MappingEnd => self.close(sink),
            Event::Alias(anchor) => {
                let known = self.anchors.get(&anchor);
                self.count += known.map_or(1, size);
                self.repeated += known.map_or(0, length);
                if self.repeated > REPEATED {
                    let message = format!("aliases repeat more than {REPEATED} bytes of text in one file");
                    return Some(Diagnostic::error("TG0943", span, message));
                }
                let tree = known.cloned().unwrap_or(Tree { span, data: Data::Null });
                self.value(Tree { span, ..tree }, 0, sink)
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd => None,
            Event::DocumentStart(_) | Event::DocumentEnd => None,
        }
    }

    fn close(&mut self, sink: &mut Sink) -> Option<Diagnostic> {
        let (tree, anchor) = match self.stack.pop()? {
            Frame::List { span, anchor, items } => (Tree { span, data: Data::List(items) }, anchor),
            Frame::Map { span, anchor, entries, .. } => (Tree { span, data: Data::Map(merged(entries)) }, anchor),
        };
        self.value(tree, anchor, sink)
    }

    /// Puts a value into the innermost open collection; a scalar may become a key there.
    fn value(&mut self, tree: Tree, anchor: usize, sink: &mut Sink) -> Option<Diagnostic> {
        self.count += 1;
        if self.count > MOST {
            return Some(Diagnostic::error("TG0943", tree.span, format!("more than {MOST} values in one file")));
        }
        if anchor > 0 {
            self.anchors.insert(anchor, tree.clone());
        }
        match self.stack.last_mut() {
            None => self.roots.push(tree),
            Some(Frame::List { items, .. }) => items.push(tree),
            Some(Frame::Map { key: slot @ None, .. }) => {
                let name = if tree.data == Data::Null { Some("null".to_owned()) } else { tree.data.text() };
                *slot = Some((name.unwrap_or_default(), tree.span));
            }
            Some(Frame::Map { entries, names, key, .. }) => {
                let (name, span) = key.take()?;
                let known = names.get(&name).filter(|_| name != "<<").and_then(|at| entries.get_mut(*at));
                if let Some(known) = known {
                    let message = format!("the key `{name}` is a duplicate in this map, the last one counts");
                    sink.push(Diagnostic::error("TG0937", span, message).also(known.1, "an earlier one"));
                    *known = (name, span, tree);
                } else {
                    names.insert(name.clone(), entries.len());
                    entries.push((name, span, tree));
                }
            }
        }
        None
    }

    /// Closes what a mistake left open.
    fn finish(&mut self) {
        let mut sink = Sink::default();
        while !self.stack.is_empty() {
            if let Some(Frame::Map { entries, key, .. }) = self.stack.last_mut()
                && let Some((name, span)) = key.take()
            {
                entries.push((name, span, Tree { span, data: Data::Null }));
            }
            let _ = self.close(&mut sink);
        }
    }
}

fn size(tree: &Tree) -> usize {
    match &tree.data {
        Data::List(items) => 1 + items.iter().map(size).sum::<usize>(),
        Data::Map(entries) => 1 + entries.iter().map(|(_, _, value)| size(value)).sum::<usize>(),
        _ => 1,
    }
}

/// How many bytes of text a value has.
fn length(tree: &Tree) -> usize {
    match &tree.data {
        Data::List(items) => items.iter().map(length).sum(),
        Data::Map(entries) => entries.iter().map(|(name, _, value)| name.len() + length(value)).sum(),
        Data::Text(text) | Data::Number(text) => text.len(),
        _ => 0,
    }
}

/// The entries with those of `<<` among them; what stands beside it wins.
fn merged(entries: Vec<(String, Span, Tree)>) -> Vec<(String, Span, Tree)> {
    if entries.iter().all(|(name, ..)| name != "<<") {
        return entries;
    }
    let (merges, mut own): (Vec<_>, Vec<_>) = entries.into_iter().partition(|(name, ..)| name == "<<");
    let maps = merges.into_iter().flat_map(|(_, _, tree)| match tree.data {
        Data::List(items) => items,
        data => vec![Tree { span: tree.span, data }],
    });
    let mut known: BTreeSet<String> = own.iter().map(|(name, ..)| name.clone()).collect();
    for entry in maps.flat_map(|map| if let Data::Map(entries) = map.data { entries } else { Vec::new() }) {
        if known.insert(entry.0.clone()) {
            own.push(entry);
        }
    }
    own
}

/// What a bare word is in YAML 1.1.
pub fn plain(text: &str) -> Data {
    let number = |value: Option<u64>| value.map(|value| Data::Number(value.to_string()));
    let digits = text.replace('_', "");
    let known = match text {
        "" | "~" | "null" | "Null" | "NULL" => Some(Data::Null),
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Some(Data::Bool(true)),
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Some(Data::Bool(false)),
        _ if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.')) => None,
        _ if digits.starts_with("0x") => number(u64::from_str_radix(digits.get(2..).unwrap_or(""), 16).ok()),
        _ if digits.starts_with("0o") => number(u64::from_str_radix(digits.get(2..).unwrap_or(""), 8).ok()),
        _ if digits.starts_with('0') && digits.len() > 1 && digits.bytes().all(|b| (b'0'..b'8').contains(&b)) => {
            number(u64::from_str_radix(&digits, 8).ok())
        }
        _ if digits.parse::<i64>().is_ok() && !digits.starts_with('0') || digits == "0" => Some(Data::Number(digits)),
        _ if digits.parse::<f64>().is_ok_and(f64::is_finite) && !digits.starts_with("00") => Some(Data::Number(digits)),
        _ => None,
    };
    known.unwrap_or_else(|| Data::Text(text.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::key::{Role, keys};

    fn read(text: &str) -> (Vec<String>, Vec<String>) {
        let mut sink = Sink::default();
        let trees = documents(text, FileId(0), &mut sink);
        let keys = trees.iter().flat_map(|tree| keys(tree, Role::Values, &[]));
        let shown = keys.map(|key| format!("{}={:?}", key.name(), key.data)).collect();
        (shown, sink.into_sorted().iter().map(|found| found.code.to_owned()).collect())
    }

    #[test]
    fn words_are_those_of_yaml_1_1() {
        let (keys, faults) = read("a: yes\nb: 0644\nc: 'no'\nd: 1_000\ne: 1.5\nf: 10.0.0.1\ng: 08\n");
        let expected = [
            "a=Bool(true)",
            "b=Number(\"420\")",
            "c=Text(\"no\")",
            "d=Number(\"1000\")",
            "e=Number(\"1.5\")",
            "f=Text(\"10.0.0.1\")",
            "g=Number(\"08\")",
        ];
        assert_eq!((keys, faults), (expected.map(str::to_owned).to_vec(), vec![]));
    }

    #[test]
    fn anchors_and_merge_keys_are_followed() {
        let (keys, faults) = read("a: &x {k: 1, l: 2}\nb: *x\nc: {<<: *x, k: 3}\n");
        let expected = ["a.k=1", "a.l=2", "b.k=1", "b.l=2", "c.k=3", "c.l=2"];
        let keys: Vec<String> = keys.iter().map(|key| key.replace("Number(\"", "").replace("\")", "")).collect();
        assert_eq!((keys, faults), (expected.map(str::to_owned).to_vec(), vec![]));
    }

    #[test]
    fn what_stands_before_a_mistake_is_read() {
        let (keys, faults) = read("a: 1\nb:\n  c: 2\n  d: [1, {x: \n");
        assert_eq!(faults, ["TG0933"]);
        assert!(keys.contains(&"b.c=Number(\"2\")".to_owned()), "{keys:?}");
        let (keys, faults) = read("a: 1\nb:\n\t- x\n");
        assert_eq!((keys.first().map(String::as_str), faults), (Some("a=Number(\"1\")"), vec!["TG0933".to_owned()]));
        let doubled = (vec!["a=Number(\"2\")".to_owned(), "null=Bool(true)".to_owned()], vec!["TG0937".to_owned()]);
        assert_eq!(read("a: 1\nnull: yes\na: 2\n"), doubled, "the tools take the last one");
        assert_eq!(read("a: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  3132\n").0, ["a=Sealed"]);
    }

    #[test]
    fn aliases_that_multiply_end() {
        let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..9 {
            let below = format!("*a{}", level - 1);
            text.push_str(&format!("a{level}: &a{level} [{}]\n", vec![below; 10].join(", ")));
        }
        assert_eq!(read(&text).1, ["TG0943"]);
    }

    #[test]
    fn many_keys_are_read_at_once() {
        let own: String = (0..100_000).map(|number| format!("  k{number}: 1\n")).collect();
        let text = format!("a: &a\n{own}b:\n  <<: *a\n{own}");
        let mut sink = Sink::default();
        assert_eq!(documents(&text, FileId(0), &mut sink).len(), 1);
        assert!(!sink.has_errors());
    }
}
