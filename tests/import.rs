//! Files of other tools, imported: every key is in the report, the spec builds, secrets are in the store alone.

use std::collections::BTreeSet;
use std::path::Path;

use taco_gen::catalog::load::{Library, load};
use taco_gen::cli::render::{Color, Format, render};
use taco_gen::diag::{Severity, Sink};
use taco_gen::import::key::Role;
use taco_gen::import::read::Input;
use taco_gen::import::report::Fate;
use taco_gen::import::{Imported, Request, import};
use taco_gen::world::memory::MemoryWorld;

fn library(world: &MemoryWorld) -> Library {
    let mut sink = Sink::default();
    let library = load(world, &mut sink);
    assert!(!sink.has_errors());
    library
}

fn text(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/import").join(path)).expect("UTF-8")
}

pub fn input(path: &str, text: &str, role: Role) -> Input {
    let prefix = (role == Role::Override).then(|| path.to_owned());
    Input { path: path.to_owned(), text: text.to_owned(), role, prefix }
}

pub fn run(tool: &str, inputs: Vec<Input>) -> Imported {
    let world = MemoryWorld::default();
    let library = library(&world);
    import(Request { world: &world, library: &library, tool, site: "moved", inputs, vault: None, overlay: None })
}

/// A tool, its files, and the least share of keys that are carried or default already, in percent.
type Public = (&'static str, Vec<(&'static str, Role)>, usize);

/// The public inputs.
fn public() -> Vec<Public> {
    vec![
        ("kolla", vec![("kolla-globals.yml", Role::Values), ("kolla-inventory", Role::Inventory)], 85),
        ("osa", vec![("osa-az.yml", Role::Values)], 80),
        ("osh", vec![("keystone-helm-overrides.yaml", Role::Values)], 80),
        ("armada", vec![("armada-aio.yaml", Role::Values)], 80),
        ("oaas", vec![("oaas-env-common.yaml", Role::Values)], 80),
    ]
}

fn published(tool: &str, files: &[(&str, Role)]) -> Imported {
    run(tool, files.iter().map(|(path, role)| input(path, &text(path), *role)).collect())
}

fn codes(imported: &Imported) -> Vec<&str> {
    imported.diagnostics.iter().map(|found| found.code).collect()
}

#[test]
fn public_inputs_are_carried_and_build() {
    for (tool, files, least) in public() {
        let imported = published(tool, &files);
        assert_eq!(codes(&imported), [""; 0], "{tool}: {:#?}\n{}", imported.diagnostics, imported.spec);
        let errors = imported.site.diagnostics.iter().filter(|found| found.severity == Severity::Error).count();
        assert!(imported.site.compiled.is_some() && errors == 0, "{tool} does not build:\n{}", imported.spec);
        let share = imported.report.counts.share;
        println!("{tool}: {}", imported.report.summary());
        assert!(share >= least, "{tool}: {}\n{}", imported.report.summary(), imported.report.human());
    }
}

/// The keys of a YAML value by another reader, lists of scalars as one.
fn walk(value: &serde_yaml::Value, path: &str, found: &mut BTreeSet<String>) {
    let join = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match value {
        serde_yaml::Value::Mapping(map) if !map.is_empty() => {
            for (name, value) in map {
                walk(value, &join(name.as_str().expect("a text")), found);
            }
        }
        serde_yaml::Value::Sequence(items) if items.iter().any(|item| item.is_mapping() || item.is_sequence()) => {
            for (number, item) in items.iter().enumerate() {
                walk(item, &format!("{path}[{number}]"), found);
            }
        }
        _ => drop(found.insert(path.to_owned())),
    }
}

#[test]
fn every_key_of_the_input_is_in_the_report() {
    for (tool, path) in [("kolla", "kolla-globals.yml"), ("osa", "osa-az.yml")] {
        let imported = published(tool, &[(path, Role::Values)]);
        let mut expected = BTreeSet::new();
        let mut tree: serde_yaml::Value = serde_yaml::from_str(&text(path)).expect("YAML");
        // What is merged in may have merge keys of its own.
        (0..4).for_each(|_| tree.apply_merge().expect("merge keys"));
        walk(&tree, "", &mut expected);
        let found: BTreeSet<String> = imported.report.keys.iter().map(|row| row.key.clone()).collect();
        assert!(expected.len() > 50);
        // The other reader loses keys where two maps that are merged in have merge keys of their own.
        assert!(expected.is_subset(&found), "{tool}: {:?}", expected.difference(&found));
        let lost =
            found.difference(&expected).all(|key| key.ends_with("_compute1.ip") || key.ends_with("_compute2.ip"));
        assert!(lost, "{tool}: {:?}", found.difference(&expected));
    }
    let imported = published("armada", &[("armada-aio.yaml", Role::Values)]);
    let lines: BTreeSet<usize> = imported.report.keys.iter().map(|row| row.line).collect();
    let text = text("armada-aio.yaml");
    let valued = |line: &str| {
        let line = line.trim().trim_start_matches("- ");
        line.split_once(": ").is_some_and(|(_, value)| {
            // An empty map has no key.
            !value.trim().is_empty() && value.trim() != "{}" && !value.starts_with(['#', '|', '&'])
        })
    };
    let missing: Vec<usize> = text
        .lines()
        .enumerate()
        .filter(|(_, line)| valued(line) && !line.trim().starts_with('#'))
        .map(|(at, _)| at + 1)
        .filter(|line| !lines.contains(line))
        .collect();
    let blocks: Vec<&str> = missing.iter().filter_map(|line| text.lines().nth(line - 1)).collect();
    assert!(blocks.iter().all(|line| line.contains("neutron ALL") || line.contains("Defaults")), "{blocks:#?}");
}

#[test]
fn every_dropped_key_has_a_reason_and_every_carried_one_a_place() {
    for (tool, files, _) in public() {
        for row in published(tool, &files).report.keys {
            match row.fate {
                Fate::Dropped => assert!(!row.reason.is_empty() && !row.kind.is_empty(), "{tool}: {row:?}"),
                Fate::Carried => assert!(!row.to.is_empty() || !row.reason.is_empty(), "{tool}: {row:?}"),
                Fate::Default | Fate::Unknown => {}
            }
            assert!(row.line > 0 && !row.file.is_empty(), "{row:?}");
        }
    }
}

#[test]
fn secrets_are_in_the_store_alone() {
    // Test values, each its own.
    let names = [
        "keystone_admin_password",
        "nova_database_password",
        "database_password",
        "rabbitmq_password",
        "magnum_database_password",
        "strange_password",
    ];
    let secret = |name: &str| format!("made-for-the-test-of-{}", name.replace('_', "-"));
    let passwords: String = names.iter().map(|name| format!("{name}: {}\n", secret(name))).collect();
    let globals = format!(
        "kolla_internal_vip_address: 10.0.0.5\nneutron_plugin_agent: ovn\nopenstack_region_name: {}\nmy_api_token: {}\n",
        secret("rabbitmq_password"),
        secret("token")
    );
    let option = format!(
        "[database]\nconnection = mysql+pymysql://nova:{}@10.0.0.9/nova\n[DEFAULT]\nmy_password = {}\n",
        secret("url"),
        secret("option")
    );
    let imported = run(
        "kolla",
        vec![
            input("globals.yml", &globals, Role::Values),
            input("passwords.yml", &passwords, Role::Secrets),
            input("nova.conf", &option, Role::Override),
        ],
    );
    let report = &imported.report;
    let written = [
        imported.spec.clone(),
        report.human(),
        report.markdown(),
        report.json(),
        format!("{:?}", imported.diagnostics),
    ];
    for text in &written {
        assert!(!text.contains("made-for-the-test"), "a secret is in\n{text}");
    }
    let paths: BTreeSet<&str> = imported.secrets.iter().map(|secret| secret.path.as_str()).collect();
    let expected =
        ["keystone-admin/password", "mariadb-root/password", "nova-database/password", "rabbitmq-admin/password"];
    assert_eq!(paths.into_iter().collect::<Vec<_>>(), expected);
    let found = imported.secrets.iter().find(|secret| secret.path == "keystone-admin/password").expect("it");
    assert_eq!(found.value.reveal(), secret("keystone_admin_password"));
}

#[test]
fn options_of_files_are_carried_refused_and_default() {
    let config = "[DEFAULT]\ndebug = True\nno_such_option = 1\nscheduler_default_filters = RamFilter\ncpu_allocation_ratio = 4.0\n[libvirt]\ncpu_mode = host-passthrough\n";
    let globals = "kolla_internal_vip_address: 10.0.0.5\nneutron_plugin_agent: ovn\nold: \"{{ neutron_plugin_agent }}\"\nport: \"{{ a | b }}\"\n";
    let inventory = "[control]\nctl1 ansible_host=10.0.0.11\nctl[2:3]\n[network:children]\ncontrol\n[compute]\nx ansible_host=10.0.0.14\n";
    let imported = run(
        "kolla",
        vec![
            input("globals.yml", globals, Role::Values),
            input("nova.conf", config, Role::Override),
            input("hosts", inventory, Role::Inventory),
        ],
    );
    let row = |key: &str| imported.report.keys.iter().find(|row| row.key == key).unwrap_or_else(|| panic!("no {key}"));
    assert_eq!(row("nova.conf.DEFAULT.debug").fate, Fate::Carried);
    assert!(imported.spec.contains("debug #true // nova.conf:2"), "{}", imported.spec);
    for (option, kind) in [("no_such_option", "refused"), ("scheduler_default_filters", "gone")] {
        let row = row(&format!("nova.conf.DEFAULT.{option}"));
        assert_eq!((row.fate, row.kind), (Fate::Dropped, kind), "{}", row.reason);
    }
    assert_eq!(row("nova.conf.DEFAULT.cpu_allocation_ratio").fate, Fate::Default, "{}", imported.spec);
    assert_eq!((row("port").fate, row("port").kind), (Fate::Dropped, "template"));
    assert!(
        imported.spec.contains("node ctl2 management=") && imported.spec.contains("roles controller network"),
        "{}",
        imported.spec
    );
}

#[test]
fn bad_input_is_told_with_its_place_and_the_rest_is_carried() {
    let good = "kolla_internal_vip_address: 10.0.0.5\n";
    let cases = [
        ("globals.yml", format!("{good}a: [1, {{\n"), Role::Values, "TG0933"),
        ("globals.yml", format!("{good}b:\n\t- x\n"), Role::Values, "TG0933"),
        ("globals.yml", format!("{good}a: 1\na: 2\n"), Role::Values, "TG0937"),
        ("globals.yml", format!("{good}a: 1\n---\na: 2\n"), Role::Values, "TG0937"),
        ("globals.yml", format!("{good}{{{{- if .Values.x }}}}\n"), Role::Values, "TG0934"),
        ("globals.yml", format!("{good}a: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  3132\n"), Role::Values, "TG0936"),
        ("passwords.yml", "$ANSIBLE_VAULT;1.1;AES256\n3132\n".to_owned(), Role::Secrets, "TG0936"),
        ("hosts", "[a:children]\nb\n[b:children]\na\n[control]\nx[3:1]\n".to_owned(), Role::Inventory, "TG0940"),
        ("globals.yml", "- a\n- b\n".to_owned(), Role::Values, "TG0939"),
        ("globals.yml", format!("a: {}\n", "x".repeat(2_000_000)), Role::Values, "TG0950"),
        ("globals.yml", format!("a: |\n{}", "  line of text\n".repeat(100_000)), Role::Values, "TG0950"),
        ("nova.conf", format!("[DEFAULT]\na = {}\n", "x".repeat(2_000_000)), Role::Override, "TG0950"),
        ("hosts", format!("[control:vars]\na={}\n", "x".repeat(2_000_000)), Role::Inventory, "TG0950"),
        ("passwords.yml", format!("database_password: {}\n", "x".repeat(2_000_000)), Role::Secrets, "TG0950"),
    ];
    for (path, text, role, code) in cases {
        let imported = run("kolla", vec![input("vip.yml", good, Role::Values), input(path, &text, role)]);
        assert!(codes(&imported).contains(&code), "{path} {text}: {:?}", imported.diagnostics);
        assert!(imported.diagnostics.iter().all(|found| found.primary.is_some()), "{:?}", imported.diagnostics);
        assert!(imported.spec.contains("vip=\"10.0.0.5\""), "{}", imported.spec);
    }
    let charts = "schema: armada/Chart/v1\nmetadata: {name: novva}\ndata: {chart_name: novva, values: {a: 1}}\n---\n";
    let imported = run("armada", vec![input("m.yaml", &charts.repeat(2), Role::Values)]);
    assert_eq!(codes(&imported), ["TG0938", "TG0937"]);
    let imported = run("nothing", vec![input("m.yaml", charts, Role::Values)]);
    assert_eq!(codes(&imported), ["TG0946"]);
}

#[test]
fn no_diagnostic_shows_a_secret() {
    let pw = "made-for-the-test";
    let cases = [
        ("passwords.yml", Role::Secrets, format!("nova_database_password: {pw}\nnova_database_password: {pw}-2\n")),
        ("passwords.yml", Role::Secrets, format!("a: 1\nnova_database_password: \"{pw}\nb: 2\n")),
        ("passwords.yml", Role::Secrets, format!("plain: {pw}: x\n")),
        ("passwords.yml", Role::Secrets, format!("- {pw}\n")),
        ("passwords.yml", Role::Secrets, format!("a:\n\t{pw}\n")),
        ("passwords.yml", Role::Secrets, format!("x: {{{{ {pw} }}}}\n")),
        ("globals.yml", Role::Values, format!("db_password: {pw}\ndb_password: {pw}-2\n")),
        ("globals.yml", Role::Values, format!("a: {{db_password: {pw}, b: 1, b: 2}}\n")),
        ("globals.yml", Role::Values, format!("url: \"rabbit://u:{pw}@h\nb: 2\n")),
        ("globals.yml", Role::Values, format!("db_password: \"\n  {pw}\nb: [2\n")),
        ("nova.conf", Role::Override, format!("[db_password = {pw}\n")),
        ("nova.conf", Role::Override, format!("[DEFAULT]\nadmin_password {pw}\n")),
        ("nova.conf", Role::Override, format!("transport rabbit//u {pw} password\n")),
        ("hosts", Role::Inventory, format!("[control]\nansible_password={pw}\n")),
        ("hosts", Role::Inventory, format!("[control]\nansible_password={pw}[\n")),
        ("hosts", Role::Inventory, format!("[a:children]\ndb_password={pw}\n")),
        ("hosts", Role::Inventory, format!("[control]\nx[3:1] ansible_password={pw}\n")),
        ("hosts", Role::Inventory, format!("[a:vars]\ndb_password {pw}\n")),
    ];
    for (path, role, text) in cases {
        let imported = run("kolla", vec![input(path, &text, role)]);
        assert!(!imported.diagnostics.is_empty(), "{text} is not broken");
        for format in [Format::Human, Format::Short, Format::Json] {
            let shown = render(&imported.diagnostics, &imported.sources, format, Color::Never);
            assert!(!shown.contains(pw), "{path}, {format:?}:\n{text}\n{shown}");
        }
        let report = &imported.report;
        for text in [&imported.spec, &report.human(), &report.markdown(), &report.json()] {
            assert!(!text.contains(pw), "{path}:\n{text}");
        }
    }
    let plain = run("kolla", vec![input("globals.yml", "enable_x: 1\nenable_x: 2\n", Role::Values)]);
    let shown = render(&plain.diagnostics, &plain.sources, Format::Human, Color::Never);
    assert!(shown.contains("enable_x: 2"), "what is no secret is shown: {shown}");
}

#[test]
fn a_table_stands_on_its_base() {
    let inventory = "[control]\nctl1 address=10.0.0.11\n[other]\nx\n";
    let table = |text: &str| text.as_bytes().to_vec();
    let run = |first: &str, second: &str| {
        let world = MemoryWorld::from_iter([
            ("schema/import/first.kdl".to_owned(), table(first)),
            ("schema/import/second.kdl".to_owned(), table(second)),
        ]);
        let library = library(&world);
        let option = input("nova.conf", "[DEFAULT]\ndebug = True\n", Role::Override);
        let values = input("v.yml", "zone_hosts:\n  cmp1:\n    address: 10.0.0.12\n", Role::Values);
        let inputs = vec![input("hosts", inventory, Role::Inventory), option, values];
        import(Request {
            world: &world,
            library: &library,
            tool: "first",
            site: "moved",
            inputs,
            vault: None,
            overlay: None,
        })
    };
    let second = "title Second\naddress address\nhost-table \"*_hosts\"\ngroup control { roles controller }\ngroup zone_hosts { roles compute }\nfile nova.conf { to \"service nova > config nova.conf\" }\n";
    let imported = run("title First\nbase second\n", second);
    for part in ["node ctl1 management=\"10.0.0.11\"", "node cmp1 management=\"10.0.0.12\"", "debug #true"] {
        assert!(imported.spec.contains(part), "{part}:\n{}", imported.spec);
    }
    let imported = run("title First\nbase second\n", &format!("{second}base first\n"));
    assert_eq!(codes(&imported), ["TG0948"], "{:?}", imported.diagnostics);
    assert!(imported.diagnostics[0].message.contains("`first` -> `second` -> `first`"));
    let imported = run("title First\nbase first\n", second);
    assert!(codes(&imported).contains(&"TG0948"), "{:?}", imported.diagnostics);
}

/// A dump of a cluster with a Secret of options, as charts make them; secrets are made of a word for the test.
fn dump(secret: &str) -> String {
    let nova = format!(
        "[DEFAULT]\ntransport_url = rabbit://nova:{secret}%40q@rabbitmq:5672/nova\ncpu_allocation_ratio = 7.0\nlog_config_append = /etc/nova/logging.conf\n\
         no_such_option = 1\n[database]\nconnection = mysql+pymysql://nova:{secret}@mariadb/nova\nmax_overflow = 17\n\
         [keystone_authtoken]\nauth_url = http://keystone:5000/v3\npassword = {secret}\n"
    );
    let encoded = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, nova);
    let node = |name: &str, label: &str, address: &str| {
        serde_json::json!({"kind": "Node", "metadata": {"name": name, "labels": {label: "enabled", "zone": "a"}},
            "status": {"addresses": [{"type": "InternalIP", "address": address}, {"type": "Hostname", "address": name}]}})
    };
    let workload = |kind: &str, name: &str, replicas: u32, image: &str| {
        serde_json::json!({"kind": kind, "metadata": {"name": name}, "spec": {"replicas": replicas, "template": {"spec": {"containers": [
            {"name": name, "image": image}]}}}})
    };
    let items = [
        node("ctl", "openstack-control-plane", "10.0.0.11"),
        node("cmp", "openstack-compute-node", "10.0.0.12"),
        workload("Deployment", "nova-api-osapi", 2, "mirror.example.com/nova:2025.1-ubuntu_noble"),
        workload("Deployment", "nova-scheduler", 2, "mirror.example.com/nova:2025.1-other"),
        workload("StatefulSet", "ovn-ovsdb-nb", 3, "mirror.example.com/ovn:1"),
        workload("Deployment", "billing", 1, "mirror.example.com/billing:1"),
        serde_json::json!({"kind": "Secret", "metadata": {"name": "nova-etc"}, "data": {"nova.conf": encoded, "key": "AAEC"}}),
        serde_json::json!({"kind": "ConfigMap", "metadata": {"name": "nova-bin"}, "data": {"run.sh": "#!/bin/sh"}}),
        serde_json::json!({"kind": "ConfigMap", "metadata": {"name": "nova-more"}, "data": {
            "nova.conf": "[DEFAULT]\ncpu_allocation_ratio = 5.0\n[upgrade_levels]\ncompute = auto\n"}}),
        serde_json::json!({"kind": "Service", "metadata": {"name": "nova-api"}}),
    ];
    serde_json::json!({"apiVersion": "v1", "kind": "List", "items": items}).to_string()
}

#[test]
fn a_running_cluster_is_carried_and_its_secrets_are_kept() {
    let secret = "made-for-the-test-of-dumps";
    let imported = run("live", vec![input("dump.json", &dump(secret), Role::Values)]);
    let said = |text: &str| assert!(imported.spec.contains(text), "{text} is not in\n{}", imported.spec);
    for text in [
        "release openstack=\"2025.1\" // dump.json",
        "node ctl management=\"10.0.0.11\" { // Node ctl",
        "replicas 2 // Deployment nova-api-osapi",
        "image nova \"mirror.example.com/nova:2025.1-ubuntu_noble\"",
        "cpu_allocation_ratio \"7.0\" // nova.conf:3",
        "max_overflow 17 // nova.conf:8",
        "overlays ovn",
    ] {
        said(text);
    }
    for text in ["auth_url", "log_config_append", "no_such_option", "compute auto", "5.0", "billing", secret] {
        assert!(!imported.spec.contains(text), "{text} is in\n{}", imported.spec);
    }
    let row = |key: &str| {
        let found = imported.report.keys.iter().find(|row| row.key == key);
        let row = found.unwrap_or_else(|| panic!("no row {key}"));
        (row.fate, row.kind, row.reason.as_str())
    };
    assert_eq!(row("nova-etc/nova.conf.keystone_authtoken.auth_url").1, "tool");
    assert_eq!(row("workload.billing.replicas").1, "later");
    assert_eq!(row("ConfigMap.nova-bin.run.sh").1, "tool");
    assert_eq!(row("nova-etc/nova.conf.DEFAULT.no_such_option").1, "refused");
    let other = "another object has another value, that of nova.conf:3 counts";
    assert_eq!(row("nova-more/nova.conf.DEFAULT.cpu_allocation_ratio"), (Fate::Dropped, "none", other));
    assert_eq!(row("nova-more/nova.conf.upgrade_levels.compute").0, Fate::Default);
    let stored: BTreeSet<(&str, String)> =
        imported.secrets.iter().map(|secret| (secret.path.as_str(), secret.value.reveal().to_owned())).collect();
    let queue = format!("{secret}@q");
    let expected =
        [("nova-database/password", secret), ("nova-identity/nova", secret), ("nova-queue/password", &queue)];
    assert_eq!(stored, expected.map(|(path, value)| (path, value.to_owned())).into());
    let written = [imported.report.human(), imported.report.json(), format!("{:?}", imported.diagnostics)];
    assert!(written.iter().all(|text| !text.contains("made-for-the-test")), "{written:#?}");
    assert!(imported.report.keys.iter().all(|row| row.fate != Fate::Unknown), "{}", imported.report.human());
}

#[test]
fn a_dump_that_is_cut_off_is_told() {
    let whole = dump("made-for-the-test-of-dumps");
    let imported = run("live", vec![input("dump.json", &whole[..whole.len() / 2], Role::Values)]);
    assert_eq!(codes(&imported), ["TG0933"]);
    let found = &imported.diagnostics[0];
    assert!(found.message.contains("cut off at line 1"), "{found:?}");
    assert!(!format!("{found:?}{}", imported.report.human()).contains("made-for-the-test"));
}
