//! INI as other tools read it: options in sections, and inventories of Ansible.
//!
//! Invariant: each line is read by itself: one that cannot be read is told, and the others are.

use std::collections::BTreeMap;

use super::key::{Data, Key, Role, Tree, is_hidden, shown};
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
    /// How much space is before it.
    pub indent: usize,
    /// The line of Jinja that decides whether it is there; empty for what is always there.
    pub condition: &'t str,
}

/// A value, and whether it is a secret.
pub type Said = (String, bool);

/// Options by section and name.
pub type Options = BTreeMap<(String, String), Said>;

/// The lines that say something.
pub fn lines<'t>(text: &'t str, file: FileId, sink: &mut Sink) -> Vec<Line<'t>> {
    let (mut found, mut at, mut section) = (Vec::new(), 0usize, "");
    let mut open: Vec<&str> = Vec::new();
    for line in text.split_inclusive('\n') {
        let content = line.trim();
        let start = at + (line.len() - line.trim_start().len());
        let short = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let span = Span::new(file, short(start), short(start + content.len()));
        at += line.len();
        if content.is_empty() || content.starts_with(['#', ';']) {
            continue;
        }
        if let Some(control) = control(content) {
            match control {
                Control::Opens => open.push(content),
                Control::Closes => drop(open.pop()),
                Control::Else => {}
            }
            continue;
        }
        let condition = open.last().copied().unwrap_or("");
        if let Some(rest) = content.strip_prefix('[') {
            match rest.split_once(']') {
                Some((name, behind)) if behind.trim().is_empty() || behind.trim().starts_with(['#', ';']) => {
                    section = name.trim();
                    found.push(Line { section, text: "", span, indent: 0, condition });
                    continue;
                }
                Some((_, behind)) if !behind.is_empty() => {}
                _ => {
                    let message = format!("`{}` opens no section, expected `]`", shown(content));
                    sink.push(Diagnostic::error("TG0933", span, message));
                    continue;
                }
            }
        }
        let indent = line.len() - line.trim_start().len();
        found.push(Line { section, text: content, span, indent, condition });
    }
    found
}

/// What a line of Jinja does to those behind it.
enum Control {
    /// They are there on a condition, or once for each of several values.
    Opens,
    /// They are there in any case.
    Closes,
    /// Nothing.
    Else,
}

/// A line that is nothing but a statement of Jinja.
fn control(line: &str) -> Option<Control> {
    let inside = line.strip_prefix("{%")?.strip_suffix("%}")?;
    let word = inside.trim_start_matches(['-', '+']).split_whitespace().next().unwrap_or("");
    match word {
        _ if inside.contains("%}") => None,
        "if" | "for" => Some(Control::Opens),
        "endif" | "endfor" => Some(Control::Closes),
        _ => Some(Control::Else),
    }
}

/// The options of a file, each below `prefix` as SECTION and OPTION; one that is repeated is a list. A line that is further in than
/// its option's goes on with it, whatever stands in it.
pub fn options(text: &str, file: FileId, prefix: &str, sink: &mut Sink) -> Vec<Key> {
    let mut keys: Vec<Key> = Vec::new();
    let mut known: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    // The option of the line before, and how far in it stands.
    let mut open: Option<(usize, usize)> = None;
    for line in lines(text, file, sink) {
        if line.text.is_empty() {
            open = None;
            continue;
        }
        let above = open.filter(|(_, indent)| line.indent > *indent);
        if let Some(key) = above.and_then(|(number, _)| keys.get_mut(number)) {
            append(key, &line);
            continue;
        }
        let equals = line.text.find(['=', ':']);
        let Some((name, value)) = equals.and_then(|at| Some((line.text.get(..at)?, line.text.get(at + 1..)?))) else {
            let message = format!("`{}` is not an option, expected `NAME = VALUE`", shown(line.text));
            sink.push(Diagnostic::error("TG0933", line.span, message));
            continue;
        };
        let section = if line.section.is_empty() { "DEFAULT" } else { line.section };
        let path = vec![prefix.to_owned(), section.to_owned(), name.trim().to_owned()];
        // With its condition before it, it is an expression that is told and not evaluated.
        let data = Data::Text(format!("{}{}", line.condition, value.trim()));
        let number = *known.entry(path.clone()).or_insert(keys.len());
        open = Some((number, line.indent));
        match keys.get_mut(number) {
            Some(key) => repeat(key, Tree { span: line.span, data }),
            None => {
                let hidden = is_hidden(Role::Override, &path, &data);
                keys.push(Key { path, data, span: line.span, role: Role::Override, hidden });
            }
        }
    }
    keys
}

/// Puts a line behind the last value of an option.
fn append(key: &mut Key, line: &Line<'_>) {
    let last = match &mut key.data {
        Data::List(items) => items.last_mut().map(|item| &mut item.data),
        data => Some(data),
    };
    if let Some(Data::Text(text)) = last {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(line.text);
    }
    key.hidden |= is_hidden(key.role, &key.path, &Data::Text(line.text.to_owned()));
}

fn repeat(key: &mut Key, tree: Tree) {
    key.hidden |= is_hidden(key.role, &key.path, &tree.data);
    match &mut key.data {
        Data::List(items) => items.push(tree),
        first => {
            let first = Tree { span: key.span, data: first.clone() };
            key.data = Data::List(vec![first, tree]);
        }
    }
}

/// The options of a file, each with whether its value is a secret.
pub fn said(text: &str) -> Options {
    let keys = options(text, FileId(0), "", &mut Sink::default());
    let option = |key: Key| {
        let [_, section, option] = <[String; 3]>::try_from(key.path).ok()?;
        let value = match key.data {
            Data::List(items) => items.iter().filter_map(|item| item.data.text()).collect::<Vec<_>>().join(","),
            data => data.text().unwrap_or_default(),
        };
        Some(((section, option), (value, key.hidden)))
    };
    keys.into_iter().filter_map(option).collect()
}

/// A value without what makes no difference: case of booleans, space behind commas.
pub fn plain(text: &str) -> String {
    let text = text.split(',').map(str::trim).collect::<Vec<_>>().join(",");
    match text.to_ascii_lowercase().as_str() {
        "true" => "true".to_owned(),
        "false" => "false".to_owned(),
        _ => text,
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

    #[test]
    fn a_line_further_in_goes_on_whatever_stands_in_it() {
        let read = |text: &str| {
            let mut sink = Sink::default();
            let keys = options(text, FileId(0), "f", &mut sink);
            assert!(!sink.has_errors(), "{:?}", sink.into_sorted());
            keys
        };
        let keys = read("[database]\nconnection =\n  mysql+pymysql://nova:PW@h/nova\nmax = 5\n");
        let names: Vec<String> = keys.iter().map(Key::name).collect();
        assert_eq!(names, ["f.database.connection", "f.database.max"]);
        assert_eq!((keys[0].data.text().as_deref(), keys[0].hidden), (Some("mysql+pymysql://nova:PW@h/nova"), true));
        assert!(!keys[1].hidden);
        let keys = read("[a]\nx = 1\nx = 2\n  y: 3\n[b]\n  c = 1\n  d = 2\n    e = 3\n");
        let names: Vec<String> = keys.iter().map(Key::name).collect();
        assert_eq!(names, ["f.a.x", "f.b.c", "f.b.d"], "options may stand further in than their section");
        assert!(matches!(&keys[0].data, Data::List(items) if items[1].data == Data::Text("2\ny: 3".to_owned())));
        assert_eq!(keys[2].data.text().as_deref(), Some("2\ne = 3"));
        let mut sink = Sink::default();
        options("[db_password = PW\nadmin_password PW\n", FileId(0), "f", &mut sink);
        let told = sink.into_sorted();
        assert!(told.len() == 2 && told.iter().all(|found| !found.message.contains("PW")), "{told:?}");
    }

    #[test]
    fn options_with_a_condition_are_no_plain_values() {
        let mut sink = Sink::default();
        let text = "{% raw %}\n[a]\nx = 1\n{% if y %}\n  {%- for z in y %}\nb = 2\n{% endfor %}\nc = 3\n{% else %}\nd = 4\n{% endif %}\ne = 5\n";
        let keys = options(text, FileId(0), "f", &mut sink);
        let shown: Vec<String> = keys.iter().map(|key| key.data.text().unwrap_or_default()).collect();
        assert_eq!(shown, ["1", "{%- for z in y %}2", "{% if y %}3", "{% if y %}4", "5"]);
        assert!(!sink.has_errors(), "{:?}", sink.into_sorted());
        options("{% if x %}a = 1{% endif %}\n{% if x\n", FileId(0), "f", &mut sink);
        assert_eq!(sink.into_sorted().len(), 1, "the second line is none of Jinja's");
    }

    #[test]
    fn many_options_are_read_at_once() {
        let text: String = (0..100_000).map(|number| format!("o{number} = {number}\n")).collect();
        assert_eq!(options(&text, FileId(0), "f", &mut Sink::default()).len(), 100_000);
    }
}
