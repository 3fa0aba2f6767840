//! What larger sites say: cells of compute nodes, switches in user space, authorities of a provider of sign-on, TLS between brokers.

use serde_yaml::Value;
use taco_gen::Compiled;
use taco_gen::world::memory::MemoryWorld;

use crate::support::{LIBRARY, objects, sound, text};

const NODES: &str = "network management cidr=\"192.0.2.0/24\" { ntp \"192.0.2.1\" }\n\
    network external physical=physnet1\n\
    node \"ctl[1-3]\" management=\"192.0.2.[11-13]\" { roles controller network; interface eno2 bridge=br-ex }\n\
    node \"cmp[1-2]\" management=\"192.0.2.[21-22]\" { roles compute }";

fn site(said: &str) -> Compiled {
    sound(&format!("site test {{ {said}\n{NODES}\n}}"))
}

/// The object whose path begins so.
fn object(compiled: &Compiled, begin: &str) -> Value {
    let found = objects(compiled).into_iter().find(|(path, _)| path.starts_with(begin));
    found.unwrap_or_else(|| panic!("no object {begin}")).1
}

fn has_object(compiled: &Compiled, begin: &str) -> bool {
    objects(compiled).keys().any(|path| path.starts_with(begin))
}

/// The variables of a container.
fn env(pod: &Value, container: usize) -> Vec<(String, String)> {
    let all = pod["spec"]["containers"][container]["env"].as_sequence().cloned().unwrap_or_default();
    let word = |one: &Value, field: &str| one[field].as_str().unwrap_or_default().to_owned();
    all.iter().map(|one| (word(one, "name"), word(one, "value"))).collect()
}

fn value_of(pod: &Value, container: usize, name: &str) -> Option<String> {
    env(pod, container).into_iter().find(|(known, _)| known == name).map(|(_, value)| value)
}

const CELL: &str =
    "service nova { back-end cell2 kind=cell }\ngroup east { nodes cmp2; service nova { cell cell2 } }\n";

#[test]
fn a_cell_has_a_database_a_virtual_host_conductors_and_a_proxy() {
    let (compiled, plain) = (site(CELL), site(""));
    let secret = text(&compiled, "config/nova/nova-cell2.conf.d/secret.conf");
    assert!(secret.contains(":5672/nova-cell2\n"), "{secret}");
    assert!(secret.contains("/nova-cell2?"), "{secret}");
    // The API's database is that of the site.
    assert!(secret.contains("/nova_api?"), "{secret}");
    let first = text(&compiled, "config/nova/nova.conf.d/secret.conf");
    assert!(first.contains("/nova_cell1?") && !first.contains("cell2"), "{first}");
    let proxy = text(&compiled, "config/nova/nova-cell2.conf");
    assert!(proxy.contains("novncproxy_base_url = http://console-cell2.openstack.internal/"), "{proxy}");
    let job = object(&compiled, "kubernetes/nova/job-nova-rabbit-init");
    assert_eq!(value_of(&job["spec"]["template"], 0, "TACO_VHOST").as_deref(), Some("nova,nova-cell2"));
    let job = object(&compiled, "kubernetes/nova/job-nova-db-init");
    let databases = value_of(&job["spec"]["template"], 0, "TACO_DATABASES").expect("databases");
    assert!(databases.contains("nova-cell2") && databases.contains("nova_cell1"), "{databases}");
    // The programs that keep a list of cells wait for the new one, and so start again.
    for name in ["api-osapi", "conductor", "scheduler"] {
        let path = format!("kubernetes/nova/deployment-nova-{name}");
        let shown = |compiled: &Compiled| serde_yaml::to_string(&object(compiled, &path)).expect("YAML");
        assert!(shown(&compiled).contains("nova-cell-cell2") && !shown(&plain).contains("cell2"), "{name}");
    }
    for path in ["deployment-nova-conductor-cell2", "deployment-nova-novncproxy-cell2", "job-nova-cell-cell2"] {
        let path = format!("kubernetes/nova/{path}");
        assert!(has_object(&compiled, &path) && !has_object(&plain, &path), "{path}");
    }
}

#[test]
fn compute_nodes_of_a_host_group_are_in_its_cell() {
    let compiled = site(CELL);
    let east = object(&compiled, "kubernetes/nova/configmap-nova-etc-east");
    let options = serde_yaml::to_string(&east).expect("YAML");
    assert!(options.contains("novncproxy_base_url = http://console-cell2."), "{options}");
    let others = text(&compiled, "config/nova/nova-compute.conf.d/secret.conf");
    assert!(others.contains(":5672/nova\n") && !others.contains("cell2"), "{others}");
    let secrets = text(&compiled, "secrets");
    let reader = |line: &&str| line.starts_with("nova-queue password") && line.contains("nova/compute@east");
    assert!(secrets.lines().any(|line| reader(&line)), "{secrets}");
}

#[test]
fn a_provider_of_sign_on_may_have_the_sites_own_authority() {
    let said = "service keystone { back-end staff kind=oidc { issuer \"https://sso.example.com\"; mapping \"[]\" } }";
    let own = format!("site test {{ {said}\ntrust \"ca.pem\"\n{NODES}\n}}");
    let all = [("site.kdl", own.as_str()), ("ca.pem", include_str!("field/authority.pem"))];
    let world =
        MemoryWorld::from_iter(all.map(|(path, text)| (format!("sites/test/{path}"), text.as_bytes().to_vec())));
    let (trusting, plain) = (taco_gen::compile(&world, &LIBRARY, "sites/test"), site(said));
    let line = "OIDCCABundlePath \"/tmp/authorities.pem\"";
    assert!(text(&trusting, "config/keystone/apache.conf").contains(line));
    assert!(!text(&plain, "config/keystone/apache.conf").contains("OIDCCABundlePath"));
    for (compiled, expected) in [(&trusting, Some("/run/taco/trust/ca.crt")), (&plain, None)] {
        let pod = object(compiled, "kubernetes/keystone/deployment-keystone-api")["spec"]["template"].clone();
        assert_eq!(value_of(&pod, 1, "TACO_TRUST").as_deref(), expected);
        let mounts = pod["spec"]["containers"][1]["volumeMounts"].as_sequence().expect("mounts").clone();
        assert_eq!(mounts.iter().any(|mount| mount["mountPath"] == "/run/taco/trust"), expected.is_some());
    }
}

#[test]
fn members_of_the_broker_speak_tls_to_each_other() {
    let (with, without) = (site("overlays tls-internal"), site("overlays tls"));
    let pod = object(&with, "kubernetes/rabbitmq/statefulset-rabbitmq")["spec"]["template"].clone();
    for name in ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "RABBITMQ_CTL_ERL_ARGS"] {
        let words = value_of(&pod, 0, name).expect("arguments");
        assert!(
            words.ends_with("-proto_dist inet_tls -ssl_dist_optfile /etc/rabbitmq/inter_node_tls.config"),
            "{words}"
        );
    }
    let mounts = pod["spec"]["containers"][0]["volumeMounts"].as_sequence().expect("mounts").clone();
    for at in ["/etc/rabbitmq/inter_node_tls.config", "/run/taco/trust"] {
        assert!(mounts.iter().any(|mount| mount["mountPath"] == at), "{at}");
    }
    let options = text(&with, "config/rabbitmq/inter_node_tls.config");
    assert_eq!(options.matches("{verify, verify_peer}").count(), 2, "{options}");
    let pod = object(&without, "kubernetes/rabbitmq/statefulset-rabbitmq")["spec"]["template"].clone();
    assert!(env(&pod, 0).iter().all(|(name, value)| name != "RABBITMQ_CTL_ERL_ARGS" && !value.contains("inet_tls")));
}

/// The example of docs/hosts.md.
fn userspace() -> Compiled {
    let page = include_str!("../docs/hosts.md");
    let begin = page.find("site userspace {").expect("the example");
    sound(page[begin..].split("```").next().expect("a block"))
}

#[test]
fn a_switch_in_user_space_has_cards_cpus_and_memory_of_its_node() {
    let compiled = userspace();
    assert_eq!(compiled.diagnostics, vec![]);
    let table = object(&compiled, "kubernetes/openvswitch/configmap-openvswitch-etc");
    let table = table["data"]
        .as_mapping()
        .expect("data")
        .iter()
        .find_map(|(key, value)| key.as_str().filter(|key| key.ends_with("nodes.json")).and(value.as_str()));
    let table: serde_json::Value = serde_json::from_str(table.expect("a table")).expect("JSON");
    let of = |option: &str, node: &str| {
        let values = &table[format!("bridges.conf - {option}")];
        values.get(node).unwrap_or(&values["*"]).as_str().expect("text").to_owned()
    };
    assert_eq!(of("dpdk", "cmp1"), "0x400000004|0x1|1024,1024");
    assert_eq!(
        of("cards", "cmp2"),
        "br-ex|ens2f0|0000:3b:00.0|vfio-pci|1500||,br-tun|ens2f1|0000:3b:00.1|vfio-pci|9000|10.20.0.22/24|20"
    );
    assert_eq!((of("dpdk", "ctl1"), of("cards", "ctl1")), (String::new(), String::new()));
    assert_eq!((of("ports", "ctl1"), of("ports", "cmp1")), ("br-ex:eno2".to_owned(), String::new()));
    // The kernel of the node has neither the cards nor VLANs on them.
    let netplan = text(&compiled, "hosts/cmp1/etc/netplan/60-taco-gen.yaml");
    assert!(netplan.contains("eno1") && !netplan.contains("ens2f"), "{netplan}");
    assert!(text(&compiled, "config/neutron/ml2_conf.ini").contains("vhost_sock_dir = /run/openvswitch/vhost"));
    let table = serde_yaml::to_string(&object(&compiled, "kubernetes/ovn/configmap-ovn-etc")).expect("YAML");
    assert!(table.contains("ovn.conf - datapath") && table.contains("netdev"), "{table}");
    let pod = object(&compiled, "kubernetes/openvswitch/daemonset-openvswitch")["spec"]["template"].clone();
    let mounts = pod["spec"]["containers"][0]["volumeMounts"].as_sequence().expect("mounts").clone();
    assert!(mounts.iter().any(|mount| mount["mountPath"] == "/dev"));
}

#[test]
fn a_site_without_such_a_switch_has_nothing_of_it() {
    let compiled = site("overlays ovn");
    let shown =
        serde_yaml::to_string(&object(&compiled, "kubernetes/openvswitch/configmap-openvswitch-etc")).expect("YAML");
    assert!(shown.contains("ports") && !shown.contains("dpdk") && !shown.contains("cards"), "{shown}");
    assert!(!text(&compiled, "config/neutron/ml2_conf.ini").contains("vhost_sock_dir"));
}

#[test]
fn nodes_announce_addresses_to_the_routers_of_their_rack() {
    let said = "overlays ovn tls-internal\n\
        service ovn-bgp-agent { enabled #true; as-number 65000; peers \"eno5,192.0.2.1\"; authentication #true }\n\
        group rack2 { nodes cmp2; service ovn-bgp-agent { peers \"eno7\" } }\n";
    let compiled = site(said);
    let routers = text(&compiled, "config/ovn-bgp-agent/frr.conf");
    for line in [
        "router bgp 65000",
        " neighbor uplink remote-as external",
        " neighbor eno5 interface peer-group uplink",
        " neighbor 192.0.2.1 peer-group uplink",
    ] {
        assert!(routers.lines().any(|found| found == line), "{line}: {routers}");
    }
    let options = text(&compiled, "config/ovn-bgp-agent/bgp-agent.conf");
    assert!(
        options.contains("ovn_sb_connection = ssl:ovn-ovsdb-sb-0.") && options.contains("bgp_AS = 65000"),
        "{options}"
    );
    let other = serde_yaml::to_string(&object(&compiled, "kubernetes/ovn-bgp-agent/configmap-ovn-bgp-agent-etc-rack2"));
    let other = other.expect("YAML");
    assert!(other.contains("neighbor eno7 interface") && !other.contains("eno5"), "{other}");
    assert!(options.contains("root_helper = env"), "its image need not have sudo: {options}");
    let pod = object(&compiled, "kubernetes/ovn-bgp-agent/daemonset-ovn-bgp-agent.yaml")["spec"]["template"].clone();
    let shown = serde_yaml::to_string(&pod).expect("YAML");
    let scripts = object(&compiled, "kubernetes/ovn-bgp-agent/configmap-ovn-bgp-agent-bin.yaml");
    assert!(
        shown.contains("PYTHONPATH") && !scripts["data"]["sitecustomize.py"].is_null(),
        "the databases' names: {shown}"
    );
    let sidecar = &pod["spec"]["containers"][1];
    assert!(serde_yaml::to_string(sidecar).expect("YAML").contains("/run/secrets/peer"));
    assert!(!has_object(&site("overlays ovn"), "kubernetes/ovn-bgp-agent/"));
}
