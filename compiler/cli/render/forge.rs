//! Diagnostics as the reports that forges show beside a change: GitLab's Code Quality, JUnit.
//!
//! Invariant: a diagnostic has the same fingerprint wherever it moves in its file, and no two of a report have one.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// A Code Quality report (<https://docs.gitlab.com/ci/testing/code_quality/>) of diagnostics as the program's own JSON has them.
pub fn gitlab(items: &[&Value]) -> Value {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let entry = |item: &&Value| {
        let (code, path, message) = (text(item, "code"), text(item, "path"), text(item, "message"));
        let path = if path.is_empty() { "." } else { path };
        let key = format!("{code}\0{path}\0{message}");
        let before = seen.entry(key.clone()).or_default();
        let sum = Sha256::digest(format!("{key}\0{before}"));
        *before += 1;
        let fingerprint: String = sum.iter().map(|byte| format!("{byte:02x}")).collect();
        let line = item.get("line").and_then(Value::as_u64).unwrap_or(1);
        json!({
            "description": format!("{message}{}", hints(item, "; ")),
            "check_name": code,
            "fingerprint": fingerprint,
            "severity": if is_error(item) { "major" } else { "minor" },
            "location": { "path": path, "lines": { "begin": line } },
        })
    };
    items.iter().map(entry).collect()
}

/// A JUnit report: errors are failed tests, warnings passed ones with an output; without errors there is one test that passed.
pub fn junit(items: &[&Value]) -> String {
    let failures = items.iter().filter(|item| is_error(item)).count();
    let tests = items.len() + usize::from(failures == 0);
    let counts = format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"0\"");
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(out, "<testsuites name=\"taco-gen\" {counts}>\n  <testsuite name=\"taco-gen\" {counts}>");
    if failures == 0 {
        out.push_str("    <testcase classname=\"taco-gen\" name=\"no errors\"/>\n");
    }
    for item in items {
        let (code, path, message) = (text(item, "code"), text(item, "path"), text(item, "message"));
        let number = |key: &str| item.get(key).and_then(Value::as_u64).unwrap_or(1);
        let place =
            if path.is_empty() { String::new() } else { format!("{path}:{}:{}", number("line"), number("column")) };
        let class = if path.is_empty() { "taco-gen" } else { path };
        let body = escaped(&format!("{place}\n{message}{}", hints(item, "\n")));
        let body = body.trim_start();
        let _ = writeln!(
            out,
            "    <testcase classname=\"{}\" name=\"{}\">",
            escaped(class),
            escaped(&format!("{code} {place}"))
        );
        let _ = match is_error(item) {
            true => writeln!(out, "      <failure type=\"{code}\" message=\"{}\">{body}</failure>", escaped(message)),
            false => writeln!(out, "      <system-out>warning: {body}</system-out>"),
        };
        out.push_str("    </testcase>\n");
    }
    out + "  </testsuite>\n</testsuites>\n"
}

fn text<'v>(item: &'v Value, key: &str) -> &'v str {
    item.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn is_error(item: &Value) -> bool {
    text(item, "severity") == "error"
}

fn hints(item: &Value, before: &str) -> String {
    let hints = item.get("hints").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    hints.map(|hint| format!("{before}{hint}")).collect()
}

/// A text in XML 1.0, which has no control characters but tabs and line ends.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\n' | '\t' => safe.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(severity: &str, line: u64) -> Value {
        json!({"code": "TG0001", "severity": severity, "message": "`a<b` \"&\u{1b}", "path": "sites/a/site.kdl",
               "line": line, "column": 2, "hints": ["h"]})
    }

    fn prints(items: &[&Value]) -> Vec<String> {
        let of = |entry: &Value| text(entry, "fingerprint").to_owned();
        gitlab(items).as_array().expect("a list").iter().map(of).collect()
    }

    #[test]
    fn fingerprints_outlive_a_move_and_tell_twins_apart() {
        let (here, there) = (item("error", 3), item("error", 9));
        assert_eq!(prints(&[&here]), prints(&[&there]));
        let both = prints(&[&here, &there]);
        assert!(both[0] != both[1] && both[0].len() == 64, "{both:?}");
    }

    #[test]
    fn a_code_quality_entry_has_what_gitlab_reads() {
        let entry = gitlab(&[&item("error", 3)])[0].clone();
        assert_eq!(entry["location"], json!({"path": "sites/a/site.kdl", "lines": {"begin": 3}}));
        assert_eq!((&entry["severity"], &entry["check_name"]), (&json!("major"), &json!("TG0001")));
        let global = gitlab(&[&json!({"code": "TG0001", "severity": "warning", "message": "m"})])[0].clone();
        assert_eq!((&global["location"]["path"], &global["severity"]), (&json!("."), &json!("minor")));
    }

    #[test]
    fn a_junit_report_counts_and_escapes() {
        let report = junit(&[&item("error", 3), &item("warning", 4)]);
        assert!(report.contains("tests=\"2\" failures=\"1\""), "{report}");
        assert!(report.contains("message=\"`a&lt;b` &quot;&amp;\u{fffd}\">sites/a/site.kdl:3:2\n"), "{report}");
        assert!(report.contains("<system-out>warning: sites/a/site.kdl:4:2\n"), "{report}");
        assert!(junit(&[]).contains("tests=\"1\" failures=\"0\""), "a report is never empty");
    }
}
