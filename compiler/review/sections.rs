//! Texts of config files to options, by section and name.
//!
//! Invariant: comments and the order of options are no difference; the order of an option's own values is one.

use std::collections::BTreeMap;

use super::leaves::leaves;
use crate::diag::Sink;
use crate::kube::patch;
use crate::origin::OriginId;
use crate::span::FileId;
use crate::tree::document::{Document, Form, read};
use crate::tree::shape::Shape;

/// Values by place: `[section] option`, or the path in a document.
pub type Options = BTreeMap<String, String>;

/// The options of a text, by what its name and its lines say it is; none for a text without such a form.
pub fn options(path: &str, text: &str) -> Option<Options> {
    if [".yaml", ".yml", ".json"].iter().any(|end| path.ends_with(end)) {
        return document(path, text);
    }
    let has_sections = text.lines().any(|line| section(line).is_some());
    if !has_sections {
        return None;
    }
    let mut found = Options::new();
    let (mut at, mut last) = ("-", None);
    for line in text.lines() {
        if let Some(name) = section(line) {
            (at, last) = (name, None);
        } else if line.trim().is_empty() || line.starts_with(['#', ';']) {
        } else if line.starts_with(char::is_whitespace) {
            // A line that goes on with the value before it.
            let value: &mut String = found.get_mut(last.as_ref()?)?;
            value.push('\n');
            value.push_str(line.trim());
        } else {
            let (name, value) = line.split_once('=').unwrap_or((line, ""));
            let place = place(at, name.trim());
            match found.get_mut(&place) {
                Some(values) => {
                    values.push('\n');
                    values.push_str(value.trim());
                }
                None => {
                    found.insert(place.clone(), value.trim().to_owned());
                }
            }
            last = Some(place);
        }
    }
    Some(found)
}

/// How an option is named.
pub fn place(section: &str, option: &str) -> String {
    if section == "-" { option.to_owned() } else { format!("[{section}] {option}") }
}

/// The section that a line opens.
pub fn section(line: &str) -> Option<&str> {
    line.strip_prefix('[').and_then(|line| line.trim_end().strip_suffix(']'))
}

fn document(path: &str, text: &str) -> Option<Options> {
    let document = Document { path, text, file: FileId(u32::MAX), embedded: None };
    let mut sink = Sink::default();
    let tree = read(&document, Form::Shape(&Shape::Any), &mut sink).filter(|_| !sink.has_errors())?;
    Some(leaves(&patch::item(&tree, &mut |_| OriginId::BUILTIN)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_found_by_section() {
        let text = "# remark\n[DEFAULT]\ndebug = true\nalias = a\nalias = b\n[api]\nlist = 1,\n  2\n";
        let found = options("x.conf", text).unwrap();
        let found: Vec<(&str, &str)> = found.iter().map(|(place, value)| (place.as_str(), value.as_str())).collect();
        assert_eq!(found, [("[DEFAULT] alias", "a\nb"), ("[DEFAULT] debug", "true"), ("[api] list", "1,\n2")]);
    }

    #[test]
    fn a_document_is_compared_by_its_paths_and_a_plain_text_by_its_lines() {
        assert_eq!(options("p.yaml", "a:\n  b: 1\n").unwrap().get("a.b").unwrap(), "1");
        assert!(options("x.sh", "#!/bin/sh\necho\n").is_none());
    }
}
