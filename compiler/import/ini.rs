//! INI as other tools read it: options in sections, and inventories of Ansible.
//!
//! Invariant: each line is read by itself: one that cannot be read is told, and the others are.

use super::key::{Data, Key, Role, Tree, has_login, is_secret_name};
use crate::diag::{Diagnostic, Sink};
use crate::span::{FileId, Span};

/// A line of a file: section, what stands in it, where.
pub struct Line<'t> {
    /// The section; empty before the first one.
    pub section: &'t str,
    /// The line without space around it; empty where it opens the section.
    pub text: &'t str,
    /// Where it stands.
    pub span: Span,
    /// Does it go on with the line before?
    pub goes_on: bool,
}

/// The lines that say something.
pub fn lines<'t>(text: &'t str, file: FileId, sink: &mut Sink) -> Vec<Line<'t>> {
    let (mut found, mut at, mut section) = (Vec::new(), 0usize, "");
    for line in text.split_inclusive('\n') {
        let content = line.trim();
        let start = at + (line.len() - line.trim_start().len());
        let short = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let span = Span::new(file, short(start), short(start + content.len()));
        at += line.len();
        if content.is_empty() || content.starts_with(['#', ';']) {
            continue;
        }
        if let Some(rest) = content.strip_prefix('[') {
            match rest.split_once(']') {
                Some((name, behind)) if behind.trim().is_empty() || behind.trim().starts_with(['#', ';']) => {
                    section = name.trim();
                    found.push(Line { section, text: "", span, goes_on: false });
                    continue;
                }
                Some((_, behind)) if !behind.is_empty() => {}
                _ => {
                    sink.push(Diagnostic::error("TG0933", span, format!("`{content}` opens no section, expected `]`")));
                    continue;
                }
            }
        }
        let goes_on = line.starts_with([' ', '\t']);
        found.push(Line { section, text: content, span, goes_on });
    }
    found
}

/// The options of a file, each below `prefix` as SECTION and OPTION; one that is repeated is a list.
pub fn options(text: &str, file: FileId, prefix: &str, sink: &mut Sink) -> Vec<Key> {
    let mut keys: Vec<Key> = Vec::new();
    for line in lines(text, file, sink).iter().filter(|line| !line.text.is_empty()) {
        let equals = line.text.find(['=', ':']);
        let Some((name, value)) = equals.and_then(|at| Some((line.text.get(..at)?, line.text.get(at + 1..)?))) else {
            match keys.last_mut().filter(|_| line.goes_on) {
                Some(key) => append(key, line),
                None => {
                    let message = format!("`{}` is not an option, expected `NAME = VALUE`", shown(line.text));
                    sink.push(Diagnostic::error("TG0933", line.span, message));
                }
            }
            continue;
        };
        let (name, value) = (name.trim(), value.trim());
        let section = if line.section.is_empty() { "DEFAULT" } else { line.section };
        let path = vec![prefix.to_owned(), section.to_owned(), name.to_owned()];
        let hidden = is_secret_name(name) || has_login(value);
        let data = Data::Text(value.to_owned());
        match keys.iter_mut().find(|key| key.path == path) {
            Some(key) => repeat(key, Tree { span: line.span, data }),
            None => keys.push(Key { path, data, span: line.span, role: Role::Override, hidden }),
        }
    }
    keys
}

/// A text without what may be a secret in it.
fn shown(text: &str) -> &str {
    if is_secret_name(text) || has_login(text) { "…" } else { text }
}

fn append(key: &mut Key, line: &Line<'_>) {
    let more = match &key.data {
        Data::Text(text) if !text.is_empty() => format!("{text}\n{}", line.text),
        _ => line.text.to_owned(),
    };
    key.hidden |= has_login(&more);
    key.data = Data::Text(more);
}

fn repeat(key: &mut Key, tree: Tree) {
    key.hidden |= has_login(&tree.data.text().unwrap_or_default());
    match &mut key.data {
        Data::List(items) => items.push(tree),
        first => {
            let first = Tree { span: key.span, data: first.clone() };
            key.data = Data::List(vec![first, tree]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_line_by_line() {
        let mut sink = Sink::default();
        let text = "[DEFAULT]\ndebug = True\n# no\nlist = a,\n  b\n[x]\nm = 1\nm = 2\nbroken\n[y\nq=3\n";
        let keys = options(text, FileId(0), "nova.conf", &mut sink);
        let shown: Vec<String> = keys.iter().map(Key::name).collect();
        assert_eq!(
            shown,
            ["nova.conf.DEFAULT.debug", "nova.conf.DEFAULT.list", "nova.conf.x.m", "nova.conf.x.q"],
            "the line that opens no section does not change it"
        );
        assert!(matches!(&keys[2].data, Data::List(items) if items.len() == 2));
        assert_eq!(sink.into_sorted().iter().map(|found| found.code).collect::<Vec<_>>(), ["TG0933", "TG0933"]);
    }
}
