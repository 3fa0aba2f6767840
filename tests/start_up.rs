//! What programs refuse at their start: pairs of options from their own checks, each refused by `check`, and the good value beside it accepted.
//!
//! `tests/start_up.txt` has one case a line. `needs RELEASE DRIVER OPTION...` is a volume driver with the options that it needs, `A|B` where
//! either will do: each is a pair. `pair RELEASE | SERVICE FILE GROUP OPTION VALUE; ... | GOOD` is a group of options that is refused; GOOD is
//! what the last of them is instead, `#null` for not at all. A group `@NAME` is a store or a back end of the site's own. Files of the agents of
//! Open vSwitch are those of a site that has these agents.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::support::compile_spec;

/// The table.
const TABLE: &str = include_str!("start_up.txt");

/// The codes of what a program or a driver refuses; some say more than that it does not start.
const CODES: [&str; 5] = ["TG0480", "TG0618", "TG0650", "TG0658", "TG0659"];

/// Files that a site has with the overlay `ovs` alone.
const OF_AGENTS: [&str; 3] = ["openvswitch_agent.ini", "l3_agent.ini", "dhcp_agent.ini"];

/// The messages about each line of a spec that a program's or a driver's refusal is foretold by.
fn refusals(spec: &str) -> BTreeMap<usize, Vec<String>> {
    let compiled = compile_spec(spec);
    let mut found: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for diagnostic in compiled.diagnostics.iter().filter(|diagnostic| CODES.contains(&diagnostic.code)) {
        let label = diagnostic.primary.as_ref().expect("a place");
        let line = compiled.sources.get(label.span.file).expect("a source").position(label.span.start).0;
        found.entry(line).or_default().push(diagnostic.message.clone());
    }
    let unknown: Vec<_> =
        compiled.diagnostics.iter().filter(|found| ["TG0521", "TG0522"].contains(&found.code)).collect();
    assert!(unknown.is_empty(), "{unknown:#?}");
    found
}

/// A site of one node with these lines.
fn site(release: &str, lines: &str) -> String {
    let agents = if OF_AGENTS.iter().any(|file| lines.contains(file)) { " ovs" } else { "" };
    format!(
        "site test {{\nrelease openstack=\"{release}\"\noverlays nfs{agents}\nnetwork management cidr=\"192.0.2.0/24\"\nnode one management=\"192.0.2.11\" {{ roles controller network compute }}\n{lines}}}\n"
    )
}

/// A site with a back end for each driver and its options, and the line of each driver.
fn back_ends<'c>(release: &str, ends: &[(&'c str, Vec<&'c str>)]) -> (String, Vec<usize>) {
    let names: Vec<String> = (0..ends.len()).map(|number| format!("end{number}")).collect();
    let mut text = format!(
        "service cinder {{ nfs-share \"192.0.2.9:/a\"; nfs-backup-share \"192.0.2.9:/b\"; config \"cinder.conf\" {{\nDEFAULT {{ enabled_backends \"{}\" }}\n",
        names.join(",")
    );
    let mut lines = Vec::new();
    for (name, (driver, options)) in names.iter().zip(ends) {
        let _ = writeln!(text, "{name} {{");
        let _ = writeln!(text, "volume_driver \"{driver}\"");
        lines.push(site(release, &text).lines().count() - 1);
        for option in options {
            let _ = writeln!(text, "{option} \"192.0.2.9\"");
        }
        text.push_str("}\n");
    }
    text.push_str("} }\n");
    (site(release, &text), lines)
}

#[test]
fn a_driver_without_an_option_that_it_needs_is_refused_and_with_all_of_them_accepted() {
    let cases: Vec<Vec<&str>> =
        TABLE.lines().filter_map(|line| Some(line.strip_prefix("needs ")?.split_whitespace().collect())).collect();
    let releases: std::collections::BTreeSet<&str> = cases.iter().map(|case| case[0]).collect();
    let mut pairs = 0;
    for release in releases {
        let of_release: Vec<_> = cases.iter().filter(|case| case[0] == release).collect();
        let first = |options: &[&'static str]| options.iter().filter_map(|option| option.split('|').next()).collect();
        let whole: Vec<(&str, Vec<&str>)> = of_release.iter().map(|case| (case[1], first(&case[2..]))).collect();
        assert_eq!(refusals(&back_ends(release, &whole).0), BTreeMap::new(), "{release}");
        let mut lacking = Vec::new();
        for (driver, options) in &whole {
            for left_out in options {
                lacking.push((
                    *driver,
                    options.iter().copied().filter(|option| option != left_out).collect(),
                    *left_out,
                ));
            }
        }
        pairs += lacking.len();
        let ends: Vec<(&str, Vec<&str>)> =
            lacking.iter().map(|(driver, options, _): &(&str, Vec<&str>, &str)| (*driver, options.clone())).collect();
        let (text, lines) = back_ends(release, &ends);
        let found = refusals(&text);
        let silent: Vec<_> = lacking
            .iter()
            .zip(lines)
            .filter(|((_, _, option), line)| {
                let named = |message: &String| message.contains(&format!("needs `{option}`"));
                !found.get(line).is_some_and(|messages| messages.len() == 1 && messages.iter().all(named))
            })
            .map(|((driver, _, option), line)| (driver, option, found.get(&line)))
            .collect();
        assert!(silent.is_empty(), "{release}: {silent:#?}");
    }
    assert!(pairs >= 150, "{pairs} pairs");
}

/// A site that sets options.
fn options(release: &str, options: &[(&str, &str)]) -> String {
    let mut tree: BTreeMap<&str, BTreeMap<&str, BTreeMap<&str, Vec<String>>>> = BTreeMap::new();
    for (place, value) in options {
        let words: Vec<&str> = place.split(' ').collect();
        let [service, file, group, option] = words[..] else { panic!("`{place}` is not SERVICE FILE GROUP OPTION") };
        let groups = tree.entry(service).or_default().entry(file).or_default();
        let own = group.strip_prefix('@').unwrap_or(group);
        if own != group && !groups.contains_key(own) {
            let kind = if service == "glance" { ":file" } else { "" };
            groups.entry("DEFAULT").or_default().push(format!("enabled_backends \"{own}{kind}\""));
            if service == "glance" {
                groups.entry("glance_store").or_default().push(format!("default_backend {own}"));
            }
        }
        groups.entry(own).or_default().push(format!("{option} {value}"));
    }
    let mut text = String::new();
    for (service, files) in tree {
        let shares =
            if service == "cinder" { "nfs-share \"192.0.2.9:/a\"; nfs-backup-share \"192.0.2.9:/b\"" } else { "" };
        let _ = writeln!(text, "service {service} {{ {shares}");
        for (file, groups) in files {
            let _ = writeln!(text, "config \"{file}\" {{");
            for (group, lines) in groups {
                let _ = writeln!(text, "\"{group}\" {{\n{}\n}}", lines.join("\n"));
            }
            text.push_str("}\n");
        }
        text.push_str("}\n");
    }
    site(release, &text)
}

#[test]
fn options_that_a_program_refuses_together_are_refused_and_the_good_value_beside_them_accepted() {
    let cases: Vec<&str> = TABLE.lines().filter(|line| line.starts_with("pair ")).collect();
    let mut wrong = Vec::new();
    for case in &cases {
        let parts: Vec<&str> = case.trim_start_matches("pair ").split(" | ").collect();
        let [release, given, good] = parts[..] else { panic!("`{case}` has not three parts") };
        let mut given: Vec<(&str, &str)> = given
            .split("; ")
            .map(|text| {
                let end = text.match_indices(' ').nth(3).unwrap_or_else(|| panic!("`{text}` lacks a value")).0;
                (&text[..end], text[end..].trim())
            })
            .collect();
        let option = given.last().expect("an option").0.rsplit(' ').next().unwrap_or_default().to_owned();
        let bad = refusals(&options(release, &given));
        let names = |message: &String| {
            given
                .iter()
                .any(|(place, _)| message.contains(&format!("`{}`", place.rsplit(' ').next().unwrap_or_default())))
        };
        if !bad.values().flatten().any(names) {
            wrong.push(format!("accepted: {case}: {bad:?}"));
        }
        if let Some(last) = given.last_mut() {
            last.1 = good;
        }
        if good == "#none" {
            given.pop();
        }
        let left = refusals(&options(release, &given));
        if !left.is_empty() {
            wrong.push(format!("`{option}` {good} refused: {case}: {left:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(cases.len() >= 50, "{} pairs", cases.len());
}
