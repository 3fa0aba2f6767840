//! TLS of OVN, etcd, caches, migrations and consoles; certificates of an issuer of the cluster.

use serde_yaml::Value;
use taco_gen::Compiled;
use taco_gen::world::memory::MemoryWorld;

use crate::support::{LIBRARY, objects, sound, template, text};

const NODES: &str = "network management cidr=\"192.0.2.0/24\" { ntp \"192.0.2.1\" }\n\
    network external physical=physnet1\n\
    node \"ctl[1-3]\" management=\"192.0.2.[11-13]\" { roles controller network; interface eno2 bridge=br-ex }\n\
    node \"cmp[1-2]\" management=\"192.0.2.[21-22]\" { roles compute }";

fn site(said: &str) -> Compiled {
    sound(&format!("site test {{ {said}\n{NODES}\n}}"))
}

/// The spec with a file of an authority beside it.
fn trusting(said: &str) -> Compiled {
    let spec = format!("site test {{ {said}\ntrust \"ca.pem\"\n{NODES}\n}}");
    let all = [("site.kdl", spec.as_str()), ("ca.pem", include_str!("field/authority.pem"))];
    let world =
        MemoryWorld::from_iter(all.map(|(path, text)| (format!("sites/test/{path}"), text.as_bytes().to_vec())));
    taco_gen::compile(&world, &LIBRARY, "sites/test")
}

fn workload(compiled: &Compiled, begin: &str) -> Value {
    let found = objects(compiled).into_iter().find(|(path, _)| path.starts_with(begin));
    found.unwrap_or_else(|| panic!("no object {begin}")).1
}

/// Name and value of the variables of the main container.
fn env(object: &Value) -> Vec<(String, String)> {
    let pod = template(object).expect("a template")["spec"].clone();
    let all = pod["containers"][0]["env"].as_sequence().cloned().unwrap_or_default();
    let word = |one: &Value, field: &str| one[field].as_str().unwrap_or_default().to_owned();
    all.iter().map(|one| (word(one, "name"), word(one, "value"))).collect()
}

fn words(object: &Value) -> Vec<String> {
    let main = template(object).expect("a template")["spec"]["containers"][0].clone();
    let all = ["command", "args"].map(|field| main[field].as_sequence().cloned().unwrap_or_default()).concat();
    all.iter().map(|word| word.as_str().expect("text").to_owned()).collect()
}

fn mounts(object: &Value) -> Vec<String> {
    let main = template(object).expect("a template")["spec"]["containers"][0].clone();
    let all = main["volumeMounts"].as_sequence().cloned().unwrap_or_default();
    all.iter().map(|mount| mount["mountPath"].as_str().expect("text").to_owned()).collect()
}

#[test]
fn databases_of_the_network_take_nobody_without_a_certificate() {
    let (with, without) = (site("overlays tls-internal"), site("overlays tls-apis"));
    let options = text(&with, "config/neutron/ml2_conf.ini");
    assert!(options.contains("ovn_nb_connection = ssl:ovn-ovsdb-nb-0.ovn-ovsdb-nb."), "{options}");
    assert!(options.contains("ovn_sb_ca_cert = /run/taco/trust/ca.crt"), "{options}");
    assert!(!options.contains("tcp:"), "{options}");
    let plain = text(&without, "config/neutron/ml2_conf.ini");
    assert!(plain.contains("ovn_nb_connection = tcp:") && !plain.contains("ssl:"), "{plain}");
    for agent in
        ["kubernetes/neutron/deployment-neutron-server", "kubernetes/neutron-agents/daemonset-neutron-ovn-metadata"]
    {
        let mounts = mounts(&workload(&with, agent));
        for folder in ["/run/secrets/ovn", "/run/taco/trust"] {
            assert!(mounts.iter().any(|at| at == folder), "{agent}: {mounts:?}");
        }
    }
    for (member, port) in [("nb", "6641"), ("sb", "6642")] {
        let member = workload(&with, &format!("kubernetes/ovn/statefulset-ovn-ovsdb-{member}"));
        assert!(env(&member).contains(&("TACO_TRUST".to_owned(), "/run/taco/trust/ca.crt".to_owned())));
        assert!(mounts(&member).iter().any(|at| at == "/run/taco/trust"), "{port}");
    }
    let northd = words(&workload(&with, "kubernetes/ovn/deployment-ovn-northd"));
    assert!(northd.iter().any(|word| word == "--ca-cert=/run/taco/trust/ca.crt"), "{northd:?}");
    assert!(northd.iter().any(|word| word.starts_with("--ovnsb-db=ssl:")), "{northd:?}");
    // Arguments and variables that no condition holds for are not there, not even empty.
    let northd = words(&workload(&without, "kubernetes/ovn/deployment-ovn-northd"));
    assert!(northd.iter().all(|word| !word.is_empty() && !word.contains("cert")), "{northd:?}");
    let member = workload(&without, "kubernetes/ovn/statefulset-ovn-ovsdb-nb");
    assert!(env(&member).iter().all(|(name, _)| name != "TACO_TRUST"));
    assert!(mounts(&member).iter().all(|at| !at.contains("trust")));
}

/// Files by their names in ConfigMaps that say where the databases of the network are.
fn told_of_databases(compiled: &Compiled) -> Vec<&str> {
    let files = compiled.artifacts.iter().flatten().filter(|file| file.path.starts_with("config/"));
    let told = files.filter(|file| file.printed.text.contains("_connection = ssl:ovn-ovsdb-"));
    told.filter_map(|file| file.path.rsplit('/').next()).collect()
}

#[test]
fn every_client_of_these_databases_connects_by_tls_and_finds_them_by_name() {
    let with = site("overlays tls-internal\nservice octavia { enabled #true }");
    for file in with.artifacts.iter().flatten().filter(|file| file.path.starts_with("config/")) {
        assert!(!file.printed.text.contains("tcp:ovn-"), "{}: {}", file.path, file.printed.text);
    }
    let (told, mut found) = (told_of_databases(&with), 0);
    for (path, object) in objects(&with) {
        let kind = object["kind"].as_str().unwrap_or_default();
        if !["Deployment", "DaemonSet", "StatefulSet"].contains(&kind) {
            continue;
        }
        let pod = template(&object).expect("a template")["spec"].clone();
        for container in pod["containers"].as_sequence().into_iter().flatten() {
            let mounts = container["volumeMounts"].as_sequence().into_iter().flatten();
            let files: Vec<&str> = mounts.filter_map(|mount| mount["mountPath"].as_str()).collect();
            if !files.iter().any(|at| told.iter().any(|file| at.ends_with(&format!("/{file}")))) {
                continue;
            }
            let name = container["name"].as_str().unwrap_or_default();
            // It removes rows, and asks no other program.
            if name == "housekeeping" {
                continue;
            }
            found += 1;
            assert!(files.contains(&"/run/secrets/ovn"), "{path}, {name}: {files:?}");
            // The file by which the library finds names.
            let env = container["env"].as_sequence().into_iter().flatten();
            let looks_up = env.filter(|one| one["name"] == "PYTHONPATH").any(|one| one["value"] == "/opt/taco/bin");
            assert!(looks_up && files.contains(&"/opt/taco/bin"), "{path}, {name}");
        }
    }
    assert!(found > 4, "{found} clients");
}

#[test]
fn who_takes_certificates_takes_those_of_the_sites_own_authority_alone() {
    let compiled = trusting("overlays tls-internal");
    assert!(compiled.artifacts.is_some(), "{:#?}", compiled.diagnostics);
    let options = text(&compiled, "config/neutron/ml2_conf.ini");
    assert!(options.contains("ovn_nb_ca_cert = /run/taco/trust/own.crt"), "{options}");
    let libvirt = env(&workload(&compiled, "kubernetes/libvirt/daemonset-libvirt"));
    assert!(libvirt.contains(&("TACO_TRUST".to_owned(), "/run/taco/trust/own.crt".to_owned())), "{libvirt:?}");
    // Servers of others are asked for as well where the trust is a client's.
    assert!(text(&compiled, "config/nova/nova.conf").contains("cafile = /run/taco/trust/ca.crt"));
}

#[test]
fn migrations_and_consoles_have_certificates_of_the_compute_nodes() {
    let compiled = site("overlays tls-internal");
    let nova = text(&compiled, "config/nova/nova.conf");
    for line in ["auth_schemes = vencrypt,none", "vencrypt_ca_certs = /run/taco/trust/ca.crt"] {
        assert!(nova.contains(line), "{line}");
    }
    let compute = text(&compiled, "config/nova/nova-compute.conf");
    assert!(compute.contains("live_migration_with_native_tls = true") && !compute.contains("vencrypt"), "{compute}");
    let qemu = text(&compiled, "config/libvirt/qemu.conf");
    for line in ["migrate_tls_force = 1", "default_tls_x509_verify = 1", "vnc_tls = 1"] {
        assert!(qemu.contains(line), "{qemu}");
    }
    assert!(!text(&site("overlays tls-apis"), "config/libvirt/qemu.conf").contains("tls"));
}

#[test]
fn caches_and_locks_are_asked_over_tls() {
    let compiled = site("overlays tls-internal\nservice memcached { tls #true }\nservice etcd { enabled #true }");
    let cache = words(&workload(&compiled, "kubernetes/memcached/statefulset-memcached"));
    assert!(cache.iter().any(|word| word == "-Z"), "{cache:?}");
    let keystone = text(&compiled, "config/keystone/keystone.conf");
    assert!(keystone.contains("backend = dogpile.cache.pymemcache") && keystone.contains("tls_enabled = true"));
    assert!(!text(&compiled, "config/glance/glance-api.conf").contains("memcached_servers"));
    assert!(text(&compiled, "config/horizon/local_settings.py").contains("ssl.create_default_context(cafile="));
    let etcd = workload(&compiled, "kubernetes/etcd/statefulset-etcd");
    let env = env(&etcd);
    let value = |name: &str| env.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    assert_eq!(value("ETCD_LISTEN_CLIENT_URLS"), Some("https://0.0.0.0:2379"));
    assert!(value("ETCD_INITIAL_CLUSTER").is_some_and(|all| all.starts_with("etcd-0=https://")), "{env:?}");
    assert_eq!(value("ETCD_PEER_CLIENT_CERT_AUTH"), Some("true"));
    let probe = &template(&etcd).expect("a template")["spec"]["containers"][0]["readinessProbe"]["httpGet"];
    assert_eq!(probe["scheme"], "HTTPS");
}

#[test]
fn an_issuer_of_the_cluster_makes_certificates_under_the_same_names() {
    let compiled = trusting("overlays tls-internal\ncertificates issuer=internal issuer-kind=Issuer");
    assert!(compiled.artifacts.is_some(), "{:#?}", compiled.diagnostics);
    let issued = workload(&compiled, "kubernetes/libvirt/certificate-libvirt-certificate");
    let spec = &issued["spec"];
    assert_eq!(
        (&spec["secretName"], &spec["issuerRef"]["kind"]),
        (&Value::from("libvirt-certificate"), &Value::from("Issuer"))
    );
    let addresses: Vec<_> =
        spec["ipAddresses"].as_sequence().expect("a list").iter().filter_map(Value::as_str).collect();
    assert_eq!(addresses, ["192.0.2.21", "192.0.2.22"]);
    let server = workload(&compiled, "kubernetes/mariadb/statefulset-mariadb-server");
    let volumes = template(&server).expect("a template")["spec"]["volumes"].as_sequence().cloned().expect("volumes");
    let volume = volumes.iter().find(|one| one["secret"]["secretName"] == "mariadb-certificate").expect("a volume");
    assert_eq!(volume["secret"]["items"][0]["key"], "tls-combined.pem");
    assert_eq!(volume["secret"]["items"][0]["path"], "tls.pem");
    let certificates = compiled.artifacts.iter().flatten().filter(|file| file.path.contains("/certificate-")).count();
    assert!(certificates > 10, "{certificates}");
}
