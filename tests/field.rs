//! What operators reported of other projects does not happen here: what the emitted files must hold, report by report.
//!
//! `tests/field/emitted.txt` holds the rows, `docs/field.md` says where each report stands and what was found. A row is `REPORT SITE PATH`, below it
//! `+ LINE` (the file has this line), `- LINE` (it has no such line) or `= PATH VALUE` (the object's field has this value); `!PATH` says
//! that there is no such file. SITE is a stock site or a spec of `tests/field/`.

use std::collections::BTreeMap;
use std::path::Path;

use serde_yaml::Value;
use taco_gen::Compiled;

use crate::support::{LAB, sound, stock};

/// One file of one site, and what it must hold.
struct Row<'t> {
    report: &'t str,
    site: &'t str,
    path: &'t str,
    claims: Vec<&'t str>,
}

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/field")
}

fn rows(text: &str) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        if let Some(claim) = line.strip_prefix("    ") {
            rows.last_mut().expect("a claim stands below a row").claims.push(claim);
            continue;
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        let [report, site, path] = words[..] else { panic!("`{line}` is not `REPORT SITE PATH`") };
        rows.push(Row { report, site, path, claims: Vec::new() });
    }
    rows
}

/// Does the file hold what the claim says?
fn holds(text: &str, claim: &str) -> bool {
    let (sign, rest) = claim.split_at(2);
    let has_line = text.lines().any(|line| line.trim() == rest);
    match sign {
        "+ " => has_line,
        "- " => !has_line,
        "= " => {
            let (path, expected) = rest.split_once(' ').expect("`= PATH VALUE`");
            let object: Value = serde_yaml::from_str(text).expect("a YAML document");
            let keys: Vec<&str> = path.split('/').collect();
            let plain = |value: &Value| serde_yaml::to_string(value).expect("a value").trim().to_owned();
            let step = |value: &Value, key: &str| match key.parse::<usize>() {
                Ok(index) => value[index].clone(),
                Err(_) => value[key].clone(),
            };
            plain(&keys.iter().fold(object, |value, key| step(&value, key))) == expected
        }
        _ => panic!("`{claim}` is neither `+`, `-` nor `=`"),
    }
}

fn wrong(row: &Row<'_>, compiled: &Compiled) -> Vec<String> {
    let place = format!("{} {} {}", row.report, row.site, row.path);
    let there = |path: &str| compiled.artifacts.iter().flatten().any(|file| file.path == path);
    if let Some(path) = row.path.strip_prefix('!') {
        return there(path).then(|| format!("{place}: there is such a file")).into_iter().collect();
    }
    let Some(file) = compiled.artifacts.iter().flatten().find(|file| file.path == row.path) else {
        return vec![format!("{place}: there is no such file")];
    };
    let broken = row.claims.iter().filter(|claim| !holds(&file.printed.text, claim));
    broken.map(|claim| format!("{place}: `{claim}` does not hold")).collect()
}

#[test]
fn what_operators_reported_does_not_happen_here() {
    let text = std::fs::read_to_string(folder().join("emitted.txt")).expect("the rows");
    let rows = rows(&text);
    assert!(
        rows.len() >= 10 && rows.iter().all(|row| row.claims.is_empty() == row.path.starts_with('!')),
        "a row claims nothing"
    );
    let mut sites: BTreeMap<&str, Compiled> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.site != "lab") {
        sites.entry(row.site).or_insert_with(|| {
            let own = std::fs::read_to_string(folder().join(format!("{}.kdl", row.site)));
            sound(&own.unwrap_or_else(|_| stock(row.site)))
        });
    }
    let wrong: Vec<String> =
        rows.iter().flat_map(|row| wrong(row, sites.get(row.site).unwrap_or_else(|| &LAB))).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_claim_that_does_not_hold_is_seen() {
    let text = "a:\n  b: 1\n  c: two\n";
    for (claim, expected) in [
        ("+ b: 1", true),
        ("+ b: 2", false),
        ("- b: 2", true),
        ("- b: 1", false),
        ("= a/c two", true),
        ("= a/b 2", false),
    ] {
        assert_eq!(holds(text, claim), expected, "{claim}");
    }
}

#[test]
fn every_report_of_the_rows_stands_in_the_log() {
    let log = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/field.md")).expect("the log");
    let text = std::fs::read_to_string(folder().join("emitted.txt")).expect("the rows");
    let missing: Vec<&str> =
        rows(&text).iter().map(|row| row.report).filter(|report| !log.contains(&format!("| {report} |"))).collect();
    assert!(missing.is_empty(), "not in docs/field.md: {missing:?}");
}
