//! How much of a service's data only hosts need: counted, held against the table of docs/hosts-target.md, and against the bar.
//!
//! A line counts where nothing but a site for hosts asks for it: `host` with what it holds, what a balancer of hosts is told, what stands
//! under a condition of hosts (`target:hosts`, `distribution:...`, the balancer of hosts), the files and scripts that these alone name, and
//! the comment above. `TACO_BLESS=1` rewrites the table.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The most that hosts may need of a service, in tenths of a percent.
const MOST: usize = 150;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Does a condition of hosts stand in it, and not the contrary of one?
fn is_conditional(line: &str) -> bool {
    let Some((_, rest)) = line.split_once("when=\"").or_else(|| line.split_once("when \"")) else { return false };
    let mut conditions = rest.split('"').next().unwrap_or_default().split(' ');
    let is_of_hosts =
        |word: &str| ["distribution:", "target:hosts", "service:haproxy"].iter().any(|own| word.starts_with(own));
    conditions.any(is_of_hosts)
}

fn is_of_hosts(line: &str) -> bool {
    let word = line.trim_start();
    ["host ", "balance ", "check port", "place "].iter().any(|node| word.starts_with(node)) || is_conditional(word)
}

/// Braces of KDL that a line opens, less those that it closes; those in texts are none.
fn depth(line: &str) -> isize {
    let (mut depth, mut is_text, mut before) = (0, false, ' ');
    for letter in line.chars() {
        match letter {
            '"' if before != '\\' => is_text = !is_text,
            '{' if !is_text => depth += 1,
            '}' if !is_text => depth -= 1,
            _ => {}
        }
        before = letter;
    }
    depth
}

/// Which lines of a document hosts alone need.
fn marked(text: &str) -> Vec<bool> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = vec![false; lines.len()];
    let mut open = 0;
    for (index, line) in lines.iter().enumerate() {
        let is_comment = line.trim_start().starts_with("//");
        if open > 0 || (!is_comment && is_of_hosts(line)) {
            found[index] = true;
            open += depth(line);
            let above = (0..index).rev().take_while(|above| lines[*above].trim_start().starts_with("//"));
            above.for_each(|above| found[above] = true);
        }
    }
    found
}

/// The files of a service, with paths below its folder.
fn files(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for part in ["", "config", "files", "rules", "patch"] {
        let Ok(entries) = fs::read_dir(folder.join(part)) else { continue };
        for entry in entries.map(|entry| entry.unwrap()).filter(|entry| entry.path().is_file()) {
            let name = entry.file_name().into_string().unwrap();
            let path = if part.is_empty() { name } else { format!("{part}/{name}") };
            found.push((path, fs::read_to_string(entry.path()).unwrap()));
        }
    }
    found.sort();
    found
}

/// The lines that hosts alone need of a service, and all of them.
fn count(name: &str) -> (usize, usize) {
    let files = files(&root().join("schema/services").join(name));
    let service = &files.iter().find(|(path, _)| path == "service.kdl").unwrap().1;
    let marks = marked(service);
    let of_hosts = |is: bool| -> String {
        let lines = service.lines().zip(&marks).filter(|(_, mark)| **mark == is).map(|(line, _)| line);
        lines.collect::<Vec<_>>().join("\n")
    };
    let (own, others) = (of_hosts(true), of_hosts(false));
    let named =
        |text: &str, word: &str| text.split(|c: char| c.is_whitespace() || "\"/;{}".contains(c)).any(|one| one == word);
    let (mut lines, mut all) = (0, 0);
    for (path, text) in &files {
        let total = text.lines().count();
        all += total;
        let file = path.rsplit('/').next().unwrap();
        let stem = file.strip_suffix(".kdl").or_else(|| file.strip_suffix(".j2")).unwrap_or(file);
        let is_whole = path != "service.kdl" && named(&own, stem) && !named(&others, stem);
        lines += if is_whole {
            total
        } else if path.ends_with(".kdl") {
            marked(text).iter().filter(|mark| **mark).count()
        } else {
            branches(text)
        };
    }
    (lines, all)
}

/// Lines of a template that stand under a condition of one package.
fn branches(text: &str) -> usize {
    let mut is_inside = false;
    let lines = text.lines().filter(|line| {
        let begins = line.contains("{% if rdo %}");
        let counts = is_inside || begins;
        is_inside = counts && !line.contains("{% endif %}");
        counts
    });
    lines.count()
}

/// Services with units of hosts that pods have too.
fn services() -> BTreeSet<String> {
    let entries = fs::read_dir(root().join("schema/services")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let runs = |name: &String| {
        let text = fs::read_to_string(root().join(format!("schema/services/{name}/service.kdl"))).unwrap_or_default();
        text.contains("host unit=") && !text.contains(" only=#true")
    };
    names.filter(runs).collect()
}

#[test]
#[allow(clippy::disallowed_methods, reason = "blessing writes the table")]
fn hosts_need_little_data_of_their_own() {
    let page = root().join("docs/hosts-target.md");
    let docs = fs::read_to_string(&page).unwrap();
    let rows = services().into_iter().map(|name| (count(&name), name));
    let row = |((lines, all), name): ((usize, usize), String)| {
        let share = lines * 1000 / all;
        assert!(share < MOST, "{name}: {lines} of {all} lines");
        format!("| {name} | {lines} | {all} | {}.{} % |", share / 10, share % 10)
    };
    let expected: Vec<String> = rows.map(row).collect();
    let is_row = |line: &&str| line.starts_with("| ") && line.ends_with(" % |");
    let told: Vec<&str> = docs.lines().filter(is_row).collect();
    if std::env::var_os("TACO_BLESS").is_some() && told != expected {
        let (head, tail) = docs.split_once(&format!("{}\n", told.join("\n"))).unwrap();
        fs::write(&page, format!("{head}{}\n{tail}", expected.join("\n"))).unwrap();
        return;
    }
    assert_eq!(told, expected);
}

#[test]
fn lines_that_hosts_alone_need_are_told_from_others() {
    for (text, expected) in [
        ("host unit=a {\n    package b\n}\nrun c\n", vec![true, true, true, false]),
        ("// Why.\nmount a at=\"/a\" when=\"distribution:centos-7\"\n", vec![true, true]),
        ("mount a at=\"/a\" when=\"!distribution:centos-7\"\n", vec![false]),
        ("env { A \"{x}\" }\nhost unit=a {}\nrun b\n", vec![false, true, false]),
        ("secret a when=\"tls=true\"\nvolume a when=\"target:hosts tls=true\"\n", vec![false, true]),
    ] {
        assert_eq!(marked(text), expected, "{text}");
    }
}
