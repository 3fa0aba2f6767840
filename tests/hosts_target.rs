//! Sites for hosts without Kubernetes: files at real paths, units, scripts, order, digests, and what they say wrong.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest as _, Sha256};
use taco_gen::catalog::load::load;
use taco_gen::diag::Sink;
use taco_gen::link::digest::hex;
use taco_gen::world::memory::MemoryWorld;
use taco_gen::{Compiled, compile};

use crate::support::{sound, stock, text};

const NODE: &str = "hosts/controller";

fn site() -> Compiled {
    sound(&stock("hosts-2026"))
}

fn paths(compiled: &Compiled) -> BTreeSet<&str> {
    compiled.artifacts.iter().flatten().map(|file| file.path.as_str()).collect()
}

fn digests(compiled: &Compiled) -> BTreeMap<String, String> {
    let lines = text(compiled, "digests").lines();
    lines
        .filter_map(|line| line.split_once(" sha256:"))
        .map(|(name, digest)| (name.to_owned(), digest.to_owned()))
        .collect()
}

#[test]
fn a_site_for_hosts_has_files_units_and_scripts_and_no_object() {
    let compiled = site();
    let paths = paths(&compiled);
    assert!(!paths.iter().any(|path| path.starts_with("kubernetes/") || path.starts_with("delivery/")));
    for path in [
        "etc/keystone/keystone.conf",
        "etc/systemd/system/keystone.service",
        "etc/systemd/system/glance-api.service",
        "etc/mysql/mariadb.conf.d/90-taco-gen.cnf",
        "etc/rabbitmq/rabbitmq.conf",
        "etc/cron.d/taco-gen-keystone-fernet-rotate",
        "etc/chrony/chrony.conf",
        "usr/local/lib/taco-gen/unseal",
    ] {
        assert!(paths.contains(format!("{NODE}/{path}").as_str()), "no {path}");
    }
    assert!(!paths.contains("hosts/compute/etc/keystone/keystone.conf"));
    let unit = text(&compiled, "hosts/controller/etc/systemd/system/keystone.service");
    for line in
        ["User=keystone", "ExecStart=uwsgi --ini /etc/keystone/keystone-api-uwsgi.ini", "WantedBy=multi-user.target"]
    {
        assert!(unit.lines().any(|found| found == line), "{line} is not in\n{unit}");
    }
    let packages: Vec<&str> = text(&compiled, "hosts/controller/packages").lines().collect();
    assert!(packages.contains(&"keystone") && packages.contains(&"mariadb-server") && packages.is_sorted());
    let address = "auth_url = http://10.40.0.11:5000";
    assert!(text(&compiled, "hosts/controller/etc/glance/glance-api.conf").contains(address));
}

#[test]
fn cluster_names_and_options_are_in_no_file_of_a_host() {
    let compiled = site();
    for file in compiled.artifacts.iter().flatten().filter(|file| file.path.starts_with(NODE)) {
        assert!(!file.printed.text.contains(".svc."), "{}", file.path);
    }
    assert!(!text(&compiled, "hosts/controller/etc/mysql/mariadb.conf.d/90-taco-gen.cnf").contains("wsrep"));
}

#[test]
fn passwords_are_rows_of_a_table_and_never_texts() {
    let compiled = site();
    let table: serde_json::Value =
        serde_json::from_str(text(&compiled, "hosts/controller/usr/local/lib/taco-gen/secrets.json")).unwrap();
    let row = table
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["path"] == "/etc/keystone/keystone.conf.d/secret.conf")
        .unwrap();
    assert_eq!((row["user"].as_str(), row["mode"].as_str()), (Some("keystone"), Some("0440")));
    assert!(!paths(&compiled).iter().any(|path| path.starts_with(NODE) && path.ends_with("secret.conf")));
    let row =
        table.as_array().unwrap().iter().find(|row| row["object"] == "mariadb-root" && row["user"] == "mysql").unwrap();
    assert_eq!(row["path"], "/var/lib/taco-gen/secrets/mysql/mariadb-root");
}

#[test]
fn a_manifest_has_the_digests_of_the_bytes() {
    let compiled = site();
    let mut count = 0;
    for line in text(&compiled, "hosts/controller/manifest").lines() {
        let columns: Vec<&str> = line.split(' ').collect();
        let digest = hex(&Sha256::digest(text(&compiled, &format!("{NODE}{}", columns[4])).as_bytes()));
        assert_eq!(columns[3], digest, "{line}");
        count += 1;
    }
    assert!(count > 40, "{count}");
}

/// What an edit of the spec restarts or runs again: names of digests, and the nodes where there are several.
const EDITS: [(Edit, &str); 12] = [
    (
        Edit::More("service keystone { config \"keystone.conf\" { token { expiration 7200 } } }"),
        "keystone/api@controller keystone/bootstrap@controller keystone/db-sync@controller keystone/trust-flush@controller",
    ),
    (
        Edit::More("service glance { config \"glance-api.conf\" { DEFAULT { image_size_cap 1 } } }"),
        "glance/api@controller glance/db-sync@controller glance/metadefs-load@controller",
    ),
    (
        Edit::More("service neutron { config \"neutron.conf\" { DEFAULT { dhcp_lease_duration 7200 } } }"),
        "neutron/db-sync@controller neutron/ovn-maintenance-worker@controller neutron/ovn-metadata-agent@compute \
         neutron/periodic-workers@controller neutron/rpc-server@controller neutron/server@controller",
    ),
    (Edit::More("service memcached { connections 512 }"), "memcached/server@controller"),
    (Edit::More("service nova { reserved-memory-megabytes 2048 }"), "nova/compute@compute"),
    (Edit::More("service mariadb { max-connections 4096 }"), "mariadb/server@controller"),
    (Edit::More("service horizon { static-folder \"/var/lib/horizon/files\" }"), "horizon/horizon@controller"),
    // A file of the host is read again by its own command, and nothing else is.
    (Edit::More("host compute { sysctl { vm.swappiness 5 } }"), ""),
    (Edit::Other("pool.ntp.org", "pool.example.org"), ""),
    (Edit::Other("site hosts-2026 {", "site hosts-2026 {\n    // A remark."), ""),
    (
        Edit::Other("management=\"10.40.0.31\"", "management=\"10.40.0.41\""),
        "cinder/volume-lvm@compute nova/compute@compute ovn/controller@compute",
    ),
    (
        Edit::More("node compute2 management=\"10.40.0.32\" { roles compute }"),
        "libvirt/libvirt@compute2 neutron/ovn-metadata-agent@compute2 nova/compute@compute2 openvswitch/openvswitch@compute2 \
         ovn/controller@compute2",
    ),
];

/// An edit of a spec.
enum Edit {
    /// A line at its end.
    More(&'static str),
    /// A text in place of another.
    Other(&'static str, &'static str),
}

impl Edit {
    fn of(&self, spec: &str) -> String {
        let edited = match self {
            Edit::More(line) => format!("{}    {line}\n}}\n", &spec[..spec.rfind('}').unwrap()]),
            Edit::Other(old, new) => spec.replace(old, new),
        };
        assert_ne!(spec, edited);
        edited
    }
}

/// The files that decide what restarts and what runs again: those of digests, and steps.
fn deciding(compiled: &Compiled) -> BTreeMap<&str, &str> {
    let files = compiled.artifacts.iter().flatten().map(|file| (file.path.as_str(), file.printed.text.as_str()));
    files
        .filter(|(path, _)| ["/taco-gen/digests/", "/taco-gen/steps/"].iter().any(|part| path.contains(part)))
        .collect()
}

#[test]
fn an_edit_restarts_exactly_what_reads_what_changed() {
    let before = site();
    let old = digests(&before);
    let is_on = |name: &String| name.ends_with("@controller") || name.ends_with("@compute");
    assert!(old.keys().all(is_on), "{old:?}");
    for (edit, expected) in &EDITS {
        let after = sound(&edit.of(&stock("hosts-2026")));
        let new = digests(&after);
        let changed: Vec<(&String, &String)> =
            new.iter().filter(|(name, digest)| old.get(*name) != Some(digest)).collect();
        let names: Vec<&str> = changed.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names.join(" "), *expected);
        // On a node a unit restarts where its file differs, and a script runs again where it does.
        let (known, found) = (deciding(&before), deciding(&after));
        let is_of = |(name, digest): (&str, &str), path: &str, text: &str| {
            let node = name.rsplit_once('@').map_or("", |(_, node)| node);
            path.starts_with(&format!("hosts/{node}/")) && text.contains(digest)
        };
        for (path, text) in &found {
            let holds = changed.iter().any(|(name, digest)| is_of((name, digest), path, text));
            assert_eq!(known.get(path) != Some(text), holds, "{path}");
        }
        let decided =
            changed.iter().filter(|(name, digest)| found.iter().any(|(path, text)| is_of((name, digest), path, text)));
        let timed = ["keystone/trust-flush@controller"];
        assert_eq!(decided.count(), names.iter().filter(|name| !timed.contains(name)).count(), "{expected}");
    }
}

#[test]
fn plays_follow_the_graph_and_handlers_restart_one_unit_each() {
    let compiled = site();
    let plays: serde_yaml::Value = serde_yaml::from_str(text(&compiled, "ansible/site.yaml")).unwrap();
    let plays = plays.as_sequence().unwrap();
    let place =
        |name: &str| plays.iter().position(|play| play["name"] == name).unwrap_or_else(|| panic!("no play {name}"));
    let order = [
        "packages",
        "files",
        "secrets",
        "mariadb/server",
        "mariadb/administrator",
        "keystone/db-init",
        "keystone/db-sync",
        "keystone/bootstrap",
        "glance/ks-user",
        "glance/api",
    ];
    assert!(order.map(place).is_sorted(), "{:?}", order.map(place));
    assert_eq!(plays[place("secrets")]["tasks"][1]["when"], "host_sealed | length > 0");
    let handlers = |play: &serde_yaml::Value| play["handlers"].as_sequence().map_or(0, Vec::len);
    let unit = &plays[place("keystone/api")];
    assert_eq!((handlers(unit), unit["hosts"].as_str()), (1, Some("keystone_api")));
    assert_eq!(unit["tasks"][0]["notify"], unit["handlers"][0]["name"]);
    let inventory: serde_yaml::Value = serde_yaml::from_str(text(&compiled, "ansible/inventory.yaml")).unwrap();
    for play in plays.iter().filter(|play| play["hosts"] != "all") {
        let group = &inventory["all"]["children"][play["hosts"].as_str().unwrap()];
        assert!(group["hosts"].as_mapping().is_some_and(|hosts| !hosts.is_empty()), "{play:?}");
    }
}

/// What a site says of service data of its own.
fn codes(service: &str) -> Vec<&'static str> {
    codes_of(&stock("hosts-2026"), service)
}

fn codes_of(spec: &str, service: &str) -> Vec<&'static str> {
    let files = [
        ("sites/test/site.kdl", spec),
        ("schema/services/own/service.kdl", service),
        ("schema/services/own/config/one.ini.kdl", "one { option 1 }\n"),
        ("schema/services/own/config/two.ini.kdl", "two { option 2 }\n"),
    ];
    let world = MemoryWorld::from_iter(files.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec())));
    let mut sink = Sink::default();
    let library = load(&world, &mut sink);
    let found = sink.into_sorted();
    assert!(found.is_empty(), "{found:#?}");
    let mut codes: Vec<&str> = compile(&world, &library, "sites/test").diagnostics.iter().map(|one| one.code).collect();
    codes.dedup();
    codes
}

fn component(name: &str, rest: &str) -> String {
    format!(
        "component {name} kind=deployment {{ node-selector openstack-control-plane; image gate; run {name}; {rest} }}"
    )
}

fn own(components: &[String]) -> String {
    let components = components.join("\n    ");
    format!(
        "service own {{\n    summary \"A service of the project\"\n    image gate\n    host user=own {{ package own }}\n    \
             file one.ini format=ini\n    file two.ini format=ini\n    {components}\n}}\n"
    )
}

#[test]
fn service_data_that_hosts_cannot_run_is_told() {
    let mounted = |file: &str| format!("mount {file} at=\"/etc/own/own.ini\"");
    let with = |unit: &str, rest: &str| component(unit, &format!("host unit={unit}; {rest}"));
    let (one, two) = (mounted("one.ini"), mounted("two.ini"));
    let sound = own(&[with("a", &one), with("b", &mounted("two.ini").replace("own.ini", "other.ini"))]);
    assert_eq!(codes(&sound), Vec::<&str>::new());
    assert_eq!(
        codes(&own(&[component("a", &one), with("b", &one), with("c", &two.replace("own.ini", "b"))])),
        ["TG0562"]
    );
    assert_eq!(codes(&own(&[with("a", &one), with("b", &two)])), ["TG0564"]);
    assert_eq!(
        codes(&own(&[with("a", &format!("{one}; port web 5000")), with("b", &two.replace("own.ini", "b"))])),
        ["TG0565"]
    );
    let shared = "volume state at=\"/var/lib/own\" kind=host path=\"/var/lib/own\" propagation=Bidirectional";
    let secret = "secret \"memcached/cache-key\" at=\"/run/secrets/key\"";
    let other = with("b", &mounted("two.ini").replace("own.ini", "other.ini"));
    let seen = |rest: &str| own(&[with("a", &format!("{one}; {shared}{rest}")), other.clone()]);
    assert_eq!(codes(&seen("")), Vec::<&str>::new());
    assert_eq!(codes(&seen(&format!("; {secret}"))), ["TG0870"]);
}

#[test]
fn a_setting_that_variables_alone_hold_is_read() {
    let spec = stock("hosts-2026");
    let spec = format!("{}    service own {{ level 2 }}\n}}\n", spec.trim_end().trim_end_matches('}'));
    let mount = "mount one.ini at=\"/etc/own/one.ini\"; mount two.ini at=\"/etc/own/two.ini\"";
    let with = |host: &str, env: &str| {
        let setting = "setting level 1 type=integer doc=\"How much is said.\"\n    file two.ini";
        own(&[component("a", &format!("host unit=a {host}; env {{ OWN_LEVEL {env} }}; {mount}"))])
            .replace("file two.ini", setting)
    };
    for host in ["", "packaged=#true environment-file=\"/etc/own/environment\""] {
        assert_eq!(codes_of(&spec, &with(host, "(setting)level")), Vec::<&str>::new(), "{host}");
    }
}

#[test]
fn a_unit_whose_mounts_the_node_sees_has_no_mount_namespace() {
    let compiled = site();
    let unit = text(&compiled, "hosts/compute/etc/systemd/system/nova-compute.service");
    assert!(!unit.contains("PrivateTmp") && !unit.contains("BindReadOnlyPaths"), "{unit}");
    // What it would have seen there is named by its real path.
    let values = "/usr/local/lib/taco-gen/node/nova-compute/nova-node.conf";
    assert!(unit.contains(&format!(" --config-file {values}\n")), "{unit}");
    assert!(text(&compiled, &format!("hosts/compute{values}")).contains("my_ip = 10.40.0.31\n"));
    let unit = text(&compiled, "hosts/compute/etc/systemd/system/ovn-controller.service");
    for line in
        ["RuntimeDirectory=openvswitch ovn", "RuntimeDirectoryPreserve=yes", "Environment=TACO_SB=tcp:10.40.0.11:6642"]
    {
        assert!(unit.lines().any(|found| found == line), "{line} is not in\n{unit}");
    }
    assert!(unit.contains("ExecStop=ovn-appctl --timeout=10 -t ovn-controller exit --restart\n"), "{unit}");
}

#[test]
fn a_unit_of_a_package_gets_what_comes_after_its_start() {
    let compiled = site();
    let drop_in = text(&compiled, "hosts/compute/etc/systemd/system/openvswitch-switch.service.d/taco-gen.conf");
    assert!(drop_in.ends_with("ExecStartPost=sh /opt/taco/bin/bridges.sh\n"), "{drop_in}");
    let scripts = "BindReadOnlyPaths=/usr/local/lib/taco-gen/bin/openvswitch:/opt/taco/bin";
    assert!(drop_in.lines().any(|line| line == scripts), "{drop_in}");
}

#[test]
fn a_container_that_comes_first_is_a_command_before_the_start() {
    let compiled = site();
    let unit = text(&compiled, "hosts/compute/etc/systemd/system/nova-compute.service");
    let line = unit.lines().find(|line| line.starts_with("ExecStartPre=")).unwrap();
    assert!(line.starts_with("ExecStartPre=env OS_DEFAULT__HOST=compute "), "{line}");
    assert!(line.ends_with(" python3 /usr/local/lib/taco-gen/bin/nova/compute-identity.py"), "{line}");
}
