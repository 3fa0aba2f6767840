//! The scripts that lie on a node: those that a command there names, and those that these name.
//!
//! Invariant: a script of a pod that nothing on the node asks for, for instance that of a probe, does not lie there.

use std::collections::BTreeSet;

use crate::catalog::service::Service;
use crate::lower::place::SCRIPTS;

/// The scripts of a service that words of commands and variables lead to: service, name and text.
pub(super) fn scripts(owner: &Service, words: &[String]) -> Vec<(String, String, String)> {
    let texts: Vec<(&str, &str)> = owner.texts.iter().map(|(name, (text, _))| (name.as_str(), &**text)).collect();
    // A folder in `PATH` leads to all that stand in place of other programs, one in `PYTHONPATH` to what Python loads by itself.
    let is_in = |path: &str| {
        let values = words.iter().filter_map(|word| word.strip_prefix(path)?.strip_prefix('='));
        values.flat_map(|value| value.split(':')).any(|part| part == SCRIPTS)
    };
    let (programs, modules) = (is_in("PATH"), is_in("PYTHONPATH"));
    let mut found: BTreeSet<&str> = BTreeSet::new();
    for (name, _) in &texts {
        let path = format!("{SCRIPTS}/{name}");
        let is_led_to = programs && !name.contains('.') || modules && *name == "sitecustomize.py";
        if is_led_to || words.iter().any(|word| names(word, &path)) {
            found.insert(name);
        }
    }
    loop {
        let more = texts.iter().map(|(name, _)| *name).filter(|name| !found.contains(name));
        let led = |name: &&str| {
            texts.iter().any(|(by, text)| {
                found.contains(by) && (imports(text, name) || names(text, &format!("{SCRIPTS}/{name}")))
            })
        };
        let more: Vec<&str> = more.filter(led).collect();
        if more.is_empty() {
            break;
        }
        found.extend(more);
    }
    let of = |(name, text): (&str, &str)| (owner.name.to_string(), name.to_owned(), text.to_owned());
    texts.into_iter().filter(|(name, _)| found.contains(name)).map(of).collect()
}

/// Does a text hold a path, and not that of a file whose name is longer?
fn names(text: &str, path: &str) -> bool {
    let is_end = |rest: &str| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || "-_.".contains(c));
    text.match_indices(path).any(|(at, _)| text.get(at + path.len()..).is_some_and(is_end))
}

/// Does a script of Python import another as a module?
fn imports(text: &str, name: &str) -> bool {
    let Some(module) = name.strip_suffix(".py") else { return false };
    text.lines().any(|line| {
        line.strip_prefix("import ").is_some_and(|names| names.split(',').any(|one| one.trim() == module))
            || line.strip_prefix("from ").is_some_and(|rest| rest.split_whitespace().next() == Some(module))
    })
}

#[cfg(test)]
mod tests {
    use super::{imports, names};

    #[test]
    fn a_path_is_named_whole_and_a_module_by_an_import() {
        let path = "/opt/taco/bin/start.py";
        for (text, expected) in
            [(path, true), ("x /opt/taco/bin/start.py'", true), ("/opt/taco/bin/start.pyc", false), ("start.py", false)]
        {
            assert_eq!(names(text, path), expected, "{text}");
        }
        for (text, expected) in [
            ("import os\nimport probe\n", true),
            ("import os, probe\n", true),
            ("from probe import x\n", true),
            ("# probe\n", false),
        ] {
            assert_eq!(imports(text, "probe.py"), expected, "{text}");
        }
    }
}
