//! Sites that follow a published guide: what it prints, row by row, found in the files that the site's spec gives.
//!
//! `tests/seeds/SITE.txt` lists things of the guide, each a line `== THING`, with its rows below, columns by tabs:
//! `PATH` (the file is there), `PATH TEXT` (a line of it), `PATH KEY VALUE` (an option: `KEY=VALUE`, `KEY = VALUE`, `KEY VALUE`), `!PATH`
//! (no file begins so), or `difference` (on purpose: the site's README says why). `train:PATH` is of a small site of that release in
//! a cluster. A `*` in a path stands for any text. At the top `things N` says how many there are.

use std::collections::BTreeMap;

use taco_gen::Compiled;

use crate::support::{compile_spec, sound, stock};

/// A small site of another release, with its APIs, volumes and agents.
fn small(release: &str) -> String {
    format!(
        "site test {{\n    lab #true\n    release openstack=\"{release}\"\n    overlays nfs\n    \
         network management cidr=\"192.0.2.0/24\" {{ ntp-pool \"pool.example.org\"; dns \"192.0.2.1\" }}\n    \
         network external physical=provider\n    \
         node \"c[1-3]\" management=\"192.0.2.[11-13]\" {{ roles controller network compute; interface eth1 bridge=br-ex }}\n    \
         service cinder {{ nfs-share \"192.0.2.9:/a\"; nfs-backup-share \"192.0.2.9:/b\" }}\n}}\n"
    )
}

/// Where rows are looked up: the site, and small sites by release.
struct Built {
    site: Compiled,
    small: BTreeMap<&'static str, Compiled>,
}

impl Built {
    /// The files of a path, with their texts.
    fn files(&self, path: &str) -> Vec<(&str, &str)> {
        let (compiled, path) =
            match path.split_once(':').and_then(|(release, path)| Some((self.small.get(release)?, path))) {
                Some(found) => found,
                None => (&self.site, path),
            };
        let parts: Vec<&str> = path.split('*').collect();
        let fits = |name: &str| match parts[..] {
            [whole] => name == whole,
            [before, after] => {
                name.len() >= before.len() + after.len() && name.starts_with(before) && name.ends_with(after)
            }
            _ => panic!("`{path}` has several `*`"),
        };
        let files = compiled.artifacts.iter().flatten().filter(|file| fits(&file.path));
        files.map(|file| (file.path.as_str(), file.printed.text.as_str())).collect()
    }

    /// What is wrong with a row; nothing where it holds.
    fn wrong(&self, row: &str) -> Option<String> {
        let columns: Vec<&str> = row.split('\t').collect();
        if let Some(prefix) = row.strip_prefix('!') {
            let found = self.site.artifacts.iter().flatten().find(|file| file.path.starts_with(prefix));
            return found.map(|file| format!("{row}: there is {}", file.path));
        }
        let files = self.files(columns[0]);
        let holds = |text: &str| match columns[1..] {
            [] => true,
            [wanted] => text.lines().any(|line| line.trim() == wanted),
            [key, value] => text.lines().any(|line| option(line).is_some_and(|(k, v)| alike(k, key) && v == value)),
            _ => panic!("`{row}` has too many columns"),
        };
        match files.iter().any(|(_, text)| holds(text)) {
            true => None,
            false if files.is_empty() => Some(format!("{row}: no such file")),
            false => Some(row.to_owned()),
        }
    }
}

/// The name and the value of a line of a config file, without quotes.
fn option(line: &str) -> Option<(&str, &str)> {
    let line = line.trim();
    let at = line.find(['=', ' ', '\t'])?;
    let (key, rest) = line.split_at(at);
    let value = rest.trim_start().strip_prefix('=').unwrap_or(rest).trim();
    let bare = ['"', '\''].iter().find_map(|mark| value.strip_prefix(*mark)?.strip_suffix(*mark));
    Some((key, bare.unwrap_or(value)))
}

/// MariaDB and oslo.config take `-` and `_` for one letter.
fn alike(one: &str, other: &str) -> bool {
    one.replace('-', "_") == other.replace('-', "_")
}

/// Holds a site against its table, and the things that differ against its README.
fn check(site: &str, built: &Built) {
    hold(site, &format!("sites/{site}/README.md"), built);
}

/// Holds what is built against a table, and the things that differ against a page that says why.
fn hold(table: &str, page: &str, built: &Built) {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let read =
        |path: String| std::fs::read_to_string(root.join(&path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    let (table, readme) = (read(format!("tests/seeds/{table}.txt")), read(page.to_owned()));
    let lines: Vec<&str> = table.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).collect();
    let mut things: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in &lines[1..] {
        match line.strip_prefix("== ") {
            Some(thing) => things.push((thing, Vec::new())),
            None => things.last_mut().expect("a thing").1.push(line),
        }
    }
    let mut wrong = Vec::new();
    for (thing, rows) in &things {
        assert!(!rows.is_empty(), "`{thing}` has no row");
        let differs = rows.contains(&"difference");
        assert_eq!(differs, readme.contains(&format!("| {thing} |")), "`{thing}`: table and README disagree");
        wrong.extend(rows.iter().filter(|row| **row != "difference").filter_map(|row| built.wrong(row)));
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(lines[0], format!("things {}", things.len()));
}

#[test]
fn the_guide_s_values_are_in_the_files_of_its_site() {
    let site = sound(&stock("guide"));
    assert_eq!(site.diagnostics, Vec::new());
    let built = Built { site, small: BTreeMap::from([("train", sound(&small("train")))]) };
    check("guide", &built);
    // A table that found everything would be none.
    for row in ["hosts/controller/etc/chrony.conf\tallow\t10.0.1.0/24", "hosts/controller/etc/none", "!hosts/"] {
        assert!(built.wrong(row).is_some(), "{row}");
    }
}

#[test]
fn the_all_in_one_cluster_has_what_its_guide_names() {
    let site = sound(&stock("aio"));
    assert_eq!(site.diagnostics, Vec::new());
    check("aio", &Built { site, small: BTreeMap::new() });
}

#[test]
fn the_cluster_of_six_machines_has_what_its_tutorial_names() {
    let site = sound(&stock("oaas"));
    assert_eq!(site.diagnostics, Vec::new());
    check("oaas", &Built { site, small: BTreeMap::new() });
}

#[test]
fn the_lab_has_the_charts_of_the_talk() {
    let services =
        ["barbican", "magnum", "mistral", "rally"].map(|name| format!("service {name} {{ enabled #true }}\n"));
    let keystone = "component api { autoscale min=3 max=10 cpu=50; max-surge 3; termination-grace-period 30 }";
    let lab = crate::support::stock_without_store("lab").replacen(
        "service keystone {",
        &format!("service keystone {{ {keystone};"),
        1,
    );
    let site = sound(&lab.replacen(
        "    service etcd",
        &format!("    {}    service etcd", services.concat() + "    service mariadb { max-connections 9000 }\n"),
        1,
    ));
    assert_eq!(site.diagnostics, Vec::new());
    hold("talk", "tests/seeds/README.md", &Built { site, small: BTreeMap::new() });
}

#[test]
fn the_all_in_one_cluster_of_today_has_ceph_by_rook() {
    let world = taco_gen::world::disk::DiskWorld::new(std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")));
    let site = taco_gen::compile(&world, &crate::support::LIBRARY, "sites/aio-2026");
    assert_eq!(site.diagnostics, Vec::new());
    check("aio-2026", &Built { site, small: BTreeMap::new() });
}

/// The README of the site has a table of what the tutorial's files got wrong: `| DEFECT | CODE, CODE | CASE |`.
#[test]
fn each_defect_of_the_tutorial_is_told_by_its_case() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| std::fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    let (readme, mut defects) = (read("sites/oaas/README.md"), 0);
    for row in readme.lines().filter(|row| row.ends_with(".kdl |")) {
        let columns: Vec<&str> = row.split('|').map(str::trim).collect();
        let [_, _, codes, case, _] = columns[..] else { panic!("`{row}` has other columns") };
        let case = read(case);
        for code in codes.split(", ") {
            assert!(case.contains(&format!("// expect: {code} ")), "{row}");
        }
        defects += 1;
    }
    assert_eq!(defects, 12);
}

/// Releases from before Zed: options, components and services by their bounds.
#[test]
fn small_sites_are_sound_in_older_releases() {
    for release in ["ocata", "pike", "queens", "train"] {
        let compiled = sound(&small(release));
        assert_eq!(compiled.diagnostics, Vec::new(), "{release}");
        let has = |path: &str| compiled.artifacts.iter().flatten().any(|file| file.path == path);
        let before_train = release != "train";
        assert_eq!(has("kubernetes/nova/deployment-nova-placement-api.yaml"), before_train, "{release}");
        assert_eq!(has("kubernetes/nova/deployment-nova-consoleauth.yaml"), before_train, "{release}");
        assert_eq!(has("kubernetes/keystone/deployment-keystone-admin.yaml"), before_train, "{release}");
        assert_eq!(has("kubernetes/glance/deployment-glance-registry.yaml"), before_train, "{release}");
        assert_eq!(
            has("kubernetes/heat/deployment-heat-cloudwatch.yaml"),
            ["ocata", "pike"].contains(&release),
            "{release}"
        );
        assert_eq!(has("kubernetes/placement/deployment-placement-api.yaml"), !before_train, "{release}");
    }
}

#[test]
fn a_release_before_zed_takes_open_vswitch_and_is_told_of_what_it_lacks() {
    let minimal = |release: &str, line: &str| {
        stock("minimal").replacen(" {\n", &format!(" {{\n    release openstack={release}\n    {line}\n"), 1)
    };
    let told = |spec: &str| -> Vec<String> {
        compile_spec(spec).diagnostics.iter().map(|found| format!("{} {}", found.code, found.message)).collect()
    };
    assert!(!told(&minimal("train", "")).iter().any(|line| line.contains("ovn")));
    let ovn = told(&minimal("train", "overlays ovn"));
    assert!(ovn.iter().any(|line| line.starts_with("TG0677 ")), "{ovn:#?}");
    let gone = told(&minimal("zed", "service nova { component consoleauth { replicas 1 } }"));
    let expected = "TG0508 component `consoleauth` of service `nova` was removed in OpenStack train";
    assert!(gone.contains(&expected.to_owned()), "{gone:#?}");
}
