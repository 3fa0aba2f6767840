//! Options as sites may write them, each with exactly the diagnostics it must give; and guesses over all names of a release.
//!
//! A case in `tests/options.txt` is a line `RELEASE SERVICE FILE GROUP OPTION VALUES`, its diagnostics are the indented lines below it:
//! `CODE COLUMN MESSAGE [HINT]`. Cases of a release share specs, one line each. With `TACO_BLESS=1` in the environment the
//! diagnostics are rewritten, for a reader to judge.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use taco_gen::options::scope::{Found, Scope};
use taco_gen::verify::options::Count;
use taco_gen::world::memory::MemoryWorld;

use crate::support::{LIBRARY, compile_spec, sound, stock};

/// A case: its line, taken apart.
struct Case<'t> {
    line: &'t str,
    release: &'t str,
    place: [&'t str; 3],
    option: &'t str,
}

fn case(line: &str) -> Case<'_> {
    let mut words = line.splitn(5, ' ');
    let mut next = || words.next().unwrap_or_else(|| panic!("`{line}` lacks a word"));
    Case { line, release: next(), place: [next(), next(), next()], option: next() }
}

fn name(option: &str) -> &str {
    option.split(' ').next().unwrap_or(option)
}

/// A spec in the making: its release, the options that it says already, its cases.
type Round<'c, 't> = (&'t str, BTreeSet<([&'t str; 3], &'t str)>, Vec<&'c Case<'t>>);

/// Deals cases out to specs, so that no spec says an option twice.
fn rounds<'c, 't>(cases: &'c [Case<'t>]) -> Vec<Vec<&'c Case<'t>>> {
    let mut rounds: Vec<Round<'c, 't>> = Vec::new();
    for case in cases {
        let key = (case.place, name(case.option));
        let free = rounds.iter_mut().find(|(release, taken, _)| *release == case.release && !taken.contains(&key));
        match free {
            Some((_, taken, cases)) => {
                taken.insert(key);
                cases.push(case);
            }
            None => rounds.push((case.release, BTreeSet::from([key]), vec![case])),
        }
    }
    rounds.into_iter().map(|(_, _, cases)| cases).collect()
}

/// A spec with every case on a line of its own, and the line of each.
fn spec<'c>(cases: &[&'c Case<'c>]) -> (String, BTreeMap<usize, &'c str>) {
    let release = cases.first().map_or("", |case| case.release);
    let mut text = format!(
        "site test {{\n    release openstack=\"{release}\"\n    overlays nfs\n    network management cidr=\"192.0.2.0/24\"\n    node one management=\"192.0.2.11\" {{ roles controller network compute }}\n"
    );
    let mut tree: BTreeMap<&str, BTreeMap<&str, BTreeMap<&str, Vec<&Case<'_>>>>> = BTreeMap::new();
    for case in cases {
        let [service, file, section] = case.place;
        tree.entry(service).or_default().entry(file).or_default().entry(section).or_default().push(case);
    }
    let mut lines = BTreeMap::new();
    for (service, files) in tree {
        let settings =
            if service == "cinder" { "nfs-share \"192.0.2.9:/a\"; nfs-backup-share \"192.0.2.9:/b\"" } else { "" };
        let _ = writeln!(text, "    service {service} {{ {settings}");
        for (file, sections) in files {
            let _ = writeln!(text, "        config \"{file}\" {{");
            for (section, cases) in sections {
                if section != "-" {
                    let _ = writeln!(text, "\"{section}\" {{");
                }
                for case in cases {
                    let _ = writeln!(text, "{}", case.option);
                    lines.insert(text.lines().count(), case.line);
                }
                if section != "-" {
                    text.push_str("}\n");
                }
            }
            text.push_str("        }\n");
        }
        text.push_str("    }\n");
    }
    (text + "}\n", lines)
}

fn diagnostics(cases: &[&Case<'_>]) -> BTreeMap<String, Vec<String>> {
    let (text, lines) = spec(cases);
    let compiled = compile_spec(&text);
    let mut found: BTreeMap<String, Vec<String>> =
        cases.iter().map(|case| (case.line.to_owned(), Vec::new())).collect();
    for diagnostic in &compiled.diagnostics {
        let Some(label) = &diagnostic.primary else { continue };
        let source = compiled.sources.get(label.span.file).expect("a source");
        let (mut line, column) = source.position(label.span.start);
        // An unknown group is told at its own line, before the first of its options.
        while source.path.starts_with("sites/") && !lines.contains_key(&line) && line < text.lines().count() {
            line += 1;
        }
        let Some(case) = lines.get(&line).filter(|_| source.path.starts_with("sites/")) else {
            panic!("{} at {}:{line}: {}\n{text}", diagnostic.code, source.path, diagnostic.message)
        };
        let hints: String = diagnostic.hints.iter().map(|hint| format!(" [{hint}]")).collect();
        let told = format!("{} {column} {}{hints}", diagnostic.code, diagnostic.message).replace('\n', "\\n");
        found.entry((*case).to_owned()).or_default().push(told);
    }
    found
}

#[test]
fn every_wrong_option_gives_exactly_its_diagnostics() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/options.txt");
    let text = std::fs::read_to_string(&path).expect("cases");
    let lines = text.lines().filter(|line| !line.starts_with([' ', '#']) && !line.is_empty());
    let cases: Vec<Case<'_>> = lines.map(case).collect();
    let mut found = BTreeMap::new();
    for round in rounds(&cases) {
        found.extend(diagnostics(&round));
    }
    let head: String = text.lines().take_while(|line| line.starts_with('#')).map(|line| format!("{line}\n")).collect();
    let mut written = head;
    for case in &cases {
        let diagnostics = &found[case.line];
        assert!(!diagnostics.is_empty(), "`{}` gives no diagnostic", case.line);
        let _ = writeln!(written, "{}", case.line);
        for diagnostic in diagnostics {
            let _ = writeln!(written, "    {diagnostic}");
        }
    }
    if std::env::var_os("TACO_BLESS").is_some() {
        #[allow(clippy::disallowed_methods, reason = "blessing writes the cases")]
        std::fs::write(&path, written).expect("writable");
    } else {
        let wrong: Vec<_> = written.lines().zip(text.lines()).filter(|(now, then)| now != then).take(5).collect();
        assert!(written == text, "first that differ (found, expected): {wrong:#?}");
    }
}

/// A name with one mistake: a letter left out, doubled, swapped with the next, or another.
fn misspelt(name: &str, kind: usize) -> String {
    let mut letters: Vec<char> = name.chars().collect();
    // A place that depends on nothing but the name.
    let at = name.bytes().map(usize::from).sum::<usize>() % letters.len();
    match kind {
        0 => drop(letters.remove(at)),
        1 => letters.insert(at, letters[at]),
        2 if at + 1 < letters.len() => letters.swap(at, at + 1),
        _ => letters[at] = if letters[at] == 'x' { 'q' } else { 'x' },
    }
    letters.into_iter().collect()
}

/// How many of the misspelt names are guessed right, and how many there are.
fn guessed(mistakes: &[usize]) -> (usize, usize) {
    let (mut right, mut all) = (0, 0);
    let mut seen = BTreeSet::new();
    let names: Vec<&str> = LIBRARY.tables.names().collect();
    for table in names {
        let table = LIBRARY.tables.table(table).expect("a table").expect("sound");
        for (file, _) in table.files() {
            let mut scope = Scope::default();
            if scope.add(table, Some(file), "2026.1").is_err() {
                continue;
            }
            let sections: BTreeSet<&str> = scope.section_names().collect();
            for section in sections {
                for (name, _) in scope.options(section) {
                    let wrong = mistakes.iter().fold(name.to_owned(), |name, kind| misspelt(&name, *kind));
                    // Libraries bring the same options to every service, and a mistake may hit upon another name.
                    if !seen.insert((section, name)) || scope.options(section).any(|(known, _)| known == wrong) {
                        continue;
                    }
                    all += 1;
                    right += usize::from(scope.guess(&[section], &wrong).near == Some(name));
                }
            }
        }
    }
    (right, all)
}

#[test]
fn a_name_with_one_mistake_is_guessed() {
    let (mut right, mut all) = (0, 0);
    for kind in 0..4 {
        let (some, of) = guessed(&[kind]);
        right += some;
        all += of;
    }
    println!("one mistake: {right} of {all} right");
    assert!(all > 10_000, "{all}");
    assert!(right * 100 >= all * 95, "{right} of {all}");
}

#[test]
fn a_name_with_two_mistakes_is_often_guessed() {
    let (right, all) = guessed(&[0, 3]);
    println!("two mistakes: {right} of {all} right");
    assert!(right * 100 >= all * 75, "{right} of {all}");
}

/// The minimal site with an option that is none, and a line of its own.
fn lowered(line: &str, day: &str) -> Vec<String> {
    let spec = format!(
        "site test {{\n network management cidr=\"192.0.2.0/24\"\n node one management=\"192.0.2.11\" {{ roles controller network compute }}\n \
         service keystone {{ config \"keystone.conf\" {{ token {{ expiraton 3600 }} }} }}\n {line}\n}}\n"
    );
    let world = MemoryWorld::from_iter([("sites/test/site.kdl".to_owned(), spec.into_bytes())]).on(day);
    let compiled = taco_gen::compile(&world, &LIBRARY, "sites/test");
    let told = compiled.diagnostics.iter().map(|diagnostic| format!("{:?} {}", diagnostic.severity, diagnostic.code));
    let told: Vec<String> = told.collect();
    assert_eq!(compiled.artifacts.is_some(), !told.iter().any(|diagnostic| diagnostic.starts_with("Error")));
    told
}

#[test]
fn a_finding_is_a_warning_until_a_day() {
    let line = "allow TG0522 reason=\"the plug-in reads it\" until=\"2026-12-31\"";
    assert_eq!(lowered("", "2026-12-31"), ["Error TG0522"]);
    assert_eq!(lowered(line, "2026-12-31"), ["Warning TG0522"]);
    assert_eq!(lowered(line, "2027-01-01"), ["Error TG0522"]);
    assert_eq!(lowered(&line.replace("0522", "0523"), "2026-12-31"), ["Error TG0522", "Warning TG0312"]);
    assert_eq!(lowered(&line.replace("0522", "0510"), "2026-12-31"), ["Error TG0522", "Error TG0310"]);
    assert_eq!(lowered(&line.replace("12-31", "31-12"), "2026-12-31"), ["Error TG0522", "Error TG0311"]);
}

#[test]
fn the_repository_s_sites_have_all_their_options_checked() {
    for (site, files) in [("lab", 10), ("virtualbox", 10), ("minimal", 10)] {
        let compiled = sound(&stock(site));
        let Count { files: checked, options } = compiled.checked;
        assert!(checked >= files && options > 300, "{site}: {checked} files, {options} options");
    }
}

/// What a daemon's table says of names: those that the release has none of, and those whose value it refuses.
fn refused(table: &str, file: &str, options: &[(String, String, String)]) -> Vec<String> {
    let table = LIBRARY.tables.table(table).expect("a table").expect("sound");
    let mut scope = Scope::default();
    let newest = table.releases().next_back().expect("a release");
    scope.add(table, Some(file), newest).expect("the newest release");
    let mut refused = Vec::new();
    for (section, name, value) in options {
        match scope.find(&[section], name, None) {
            Found::Here(record) => {
                let verdict = taco_gen::options::value::check(&record, value);
                refused.extend(verdict.err().map(|expected| format!("{name} = {value}: expected {expected}")));
            }
            other => refused.push(format!("{name}: {other:?}")),
        }
    }
    refused
}

/// chrony.conf as its table has it: directives, and the words behind a source in the section of its directive.
fn chrony(text: &str) -> Vec<(String, String, String)> {
    let mut options = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        let mut words = line.split(' ');
        let directive = words.next().unwrap_or_default();
        options.push(("-".to_owned(), directive.to_owned(), words.clone().collect::<Vec<_>>().join(" ")));
        if ["server", "pool", "peer", "local"].contains(&directive) {
            let skipped = usize::from(directive != "local");
            let words = words.skip(skipped).filter(|word| word.parse::<f64>().is_err());
            options.extend(words.map(|word| (directive.to_owned(), word.to_owned(), String::new())));
        }
    }
    options
}

#[test]
fn what_daemons_get_beside_config_files_is_known_to_them() {
    let compiled = sound(&stock("lab"));
    let artifacts = compiled.artifacts.as_ref().expect("artifacts");
    let files: Vec<_> = artifacts.iter().filter(|file| file.path.ends_with("chrony.conf")).collect();
    assert!(files.len() > 40, "{} files", files.len());
    for file in files {
        let options = chrony(&file.printed.text);
        let names: Vec<_> = options.into_iter().map(|(section, name, _)| (section, name, String::new())).collect();
        let unknown = refused("chrony", "chrony.conf", &names);
        let unknown: Vec<_> = unknown.iter().filter(|line| line.contains("Unknown")).collect();
        assert!(unknown.is_empty(), "{}: {unknown:?}", file.path);
    }
    assert_eq!(refused("chrony", "chrony.conf", &chrony("makestpe 1.0 3\n")).len(), 1);
    let objects = crate::support::objects(&compiled);
    let container =
        |path: &str| crate::support::template(&objects[path]).expect("a template")["spec"]["containers"][0].clone();
    let etcd = container("kubernetes/etcd/statefulset-etcd.yaml");
    let env = etcd["env"].as_sequence().expect("variables").iter();
    let text = |value: &serde_yaml::Value| value.as_str().unwrap_or_default().to_owned();
    let variables: Vec<_> =
        env.map(|variable| ("-".to_owned(), text(&variable["name"]), text(&variable["value"]))).collect();
    let variables: Vec<_> =
        variables.into_iter().filter(|(_, name, value)| name.starts_with("ETCD_") && !value.is_empty()).collect();
    assert!(variables.len() >= 8, "{variables:?}");
    assert_eq!(refused("etcd", "environment", &variables), Vec::<String>::new());
    let memcached = container("kubernetes/memcached/statefulset-memcached.yaml");
    let words: Vec<String> = memcached["command"].as_sequence().expect("words").iter().skip(1).map(text).collect();
    let mut letters = Vec::new();
    for (index, word) in words.iter().enumerate().filter(|(_, word)| word.starts_with('-')) {
        let value = words.get(index + 1).filter(|next| !next.starts_with('-')).cloned().unwrap_or_default();
        letters.push(("short".to_owned(), word.trim_start_matches('-').to_owned(), value));
    }
    assert!(letters.len() >= 4, "{words:?}");
    assert_eq!(refused("memcached", "arguments", &letters), Vec::<String>::new());
}
