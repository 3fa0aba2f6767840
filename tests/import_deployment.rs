//! A whole deployment's folder, imported: its overrides, variables of groups and hosts, several external networks, templates.
#![allow(clippy::disallowed_methods, reason = "the tests make projects of their own")]

use taco_gen::diag::Severity;
use taco_gen::import::Imported;
use taco_gen::import::key::Role;
use taco_gen::import::report::Fate;

use crate::import::{input, run};
use crate::review::Project;

const GLOBALS: &str = r#"---
openstack_release: "2026.1"
kolla_internal_vip_address: "10.7.0.250"
network_interface: "eno1"
tunnel_interface: "{{ network_interface }}"
storage_interface: "bond1"
neutron_external_interface: "bond0.2116,bond0.2240"
neutron_bridge_name: "br-ex1,br-ex2"
neutron_plugin_agent: "ovn"
neutron_ovn_distributed_fip: "yes"
enable_placement: "{{ enable_nova | bool or enable_zun | bool }}"
enable_designate: "{{ 'yes' if neutron_plugin_agent == 'ovn' else 'no' }}"
enable_barbican: "{{ lookup('env', 'KEYS') }}"
"#;

const INVENTORY: &str = "[control]\nc[1:3]\n[network]\nc[1:3]\n[compute]\nn[1:2]\n[monitoring]\nc1\n[storage]\nc1\n";

fn deployment(more: &[(&str, &str, Role)]) -> Imported {
    let mut inputs = vec![input("globals.yml", GLOBALS, Role::Values), input("multinode", INVENTORY, Role::Inventory)];
    inputs.extend(more.iter().map(|(path, text, role)| input(path, text, *role)));
    run("kolla", inputs)
}

fn fate<'i>(imported: &'i Imported, key: &str) -> (Fate, &'i str) {
    let row = imported.report.keys.iter().find(|row| row.key == key).unwrap_or_else(|| panic!("no key {key}"));
    (row.fate, &row.reason)
}

fn builds(imported: &Imported) {
    let errors = imported.site.diagnostics.iter().filter(|found| found.severity == Severity::Error);
    let errors: Vec<String> = errors.map(|found| format!("{} {}", found.code, found.message)).collect();
    assert!(errors.is_empty(), "{errors:?}\n{}", imported.spec);
}

#[test]
fn each_of_several_external_networks_has_its_interface_and_its_bridge() {
    let imported = deployment(&[]);
    builds(&imported);
    for expected in [
        r#"interface "bond0.2116" bridge=br-ex1"#,
        r#"interface "bond0.2240" bridge=br-ex2"#,
        "network external bridge=br-ex1 physical=physnet1",
        "network external2 bridge=br-ex2 physical=physnet2",
        "distributed-floating-ip #true",
    ] {
        assert!(imported.spec.contains(expected), "{expected}\n{}", imported.spec);
    }
    // With distributed addresses each compute node has both.
    assert_eq!(imported.spec.matches(r#"interface "bond0.2116" "#).count(), 5, "{}", imported.spec);
}

#[test]
fn a_network_that_is_an_interface_alone_gets_addresses_that_are_told_as_assumed() {
    let imported = deployment(&[]);
    assert_eq!(fate(&imported, "tunnel_interface").0, Fate::Default, "it is the interface of the management network");
    assert!(imported.spec.contains("network storage cidr=\"198.18.0.0/16\""), "{}", imported.spec);
    let assumed = imported.report.assumed.iter().filter(|assumed| assumed.place.contains("storage"));
    assert_eq!(assumed.count(), 6, "the network and five nodes");
}

#[test]
fn expressions_over_what_is_written_are_evaluated_and_others_told() {
    let imported = deployment(&[]);
    assert_eq!(fate(&imported, "enable_placement").0, Fate::Default);
    assert_eq!(fate(&imported, "enable_designate").0, Fate::Carried);
    let (dropped, reason) = fate(&imported, "enable_barbican");
    assert!(dropped == Fate::Dropped && reason.contains("lookup"), "{reason}");
}

#[test]
fn what_some_hosts_say_is_said_of_them_alone() {
    let host = ("host_vars/n2.yml", "neutron_external_interface: eno9\nneutron_bridge_name: br-ex1\n", Role::Values);
    let group = ("group_vars/compute/vars.yml", "nova_libvirt_cpu_mode: host-passthrough\n", Role::Values);
    let globals = ("more.yml", "nova_libvirt_cpu_mode: none\n", Role::Values);
    let imported = deployment(&[globals, host, group]);
    assert_eq!(imported.spec.matches("interface eno9 ").count(), 1, "{}", imported.spec);
    assert_eq!(fate(&imported, "inventory.compute:vars.nova_libvirt_cpu_mode").0, Fate::Carried);
    let of_group = imported.spec.split("group compute {").nth(1).unwrap_or_default();
    assert!(of_group.contains("nodes n1 n2") && of_group.contains("cpu-mode host-passthrough"), "{}", imported.spec);
    builds(&imported);
}

#[test]
fn what_one_host_says_is_not_said_of_all() {
    let says = "nova_libvirt_cpu_mode: host-passthrough\n";
    let imported = deployment(&[("host_vars/n2.yml", says, Role::Values)]);
    let of_group = imported.spec.split("group host-n2 {").nth(1).unwrap_or_default();
    assert!(of_group.contains("nodes n2") && of_group.contains("cpu-mode host-passthrough"), "{}", imported.spec);
    builds(&imported);
    // What every node of a group says is one thing.
    let imported = deployment(&[("host_vars/n1.yml", says, Role::Values), ("host_vars/n2.yml", says, Role::Values)]);
    assert!(!imported.spec.contains("group "), "{}", imported.spec);
    assert!(imported.spec.contains("cpu-mode host-passthrough"), "{}", imported.spec);
}

#[test]
fn files_that_replace_options_are_known_by_their_names() {
    let policy = ("designate/policy.yaml", "create_zone: role:member\n", Role::Override);
    let ceph = ("cinder/ceph.conf", "[global]\nfsid = f9612044-5fcf-11ec-970f-ecebb898f944\n", Role::Override);
    let other = ("prometheus/extras/targets.yml", "- targets: [a]\n", Role::Override);
    let octavia = ("designate.conf", "[service:central]\nmax_zone_name_len = 200\n", Role::Override);
    let imported = deployment(&[policy, ceph, other, octavia]);
    builds(&imported);
    assert!(imported.diagnostics.is_empty(), "{:?}", imported.diagnostics);
    assert_eq!(fate(&imported, "designate/policy.yaml.create_zone").0, Fate::Carried);
    assert_eq!(fate(&imported, "designate.conf.service:central.max_zone_name_len").0, Fate::Carried);
    assert!(imported.report.keys.iter().all(|row| row.fate != Fate::Unknown));
    assert!(!imported.spec.contains("global {"), "a file of Ceph's client is none of the service's options");
}

#[test]
fn a_service_that_needs_one_that_is_off_is_left_out_with_the_reason() {
    let imported = run(
        "kolla",
        vec![
            input("globals.yml", "enable_octavia: yes\nneutron_plugin_agent: openvswitch\n", Role::Values),
            input("multinode", INVENTORY, Role::Inventory),
        ],
    );
    let (dropped, reason) = fate(&imported, "enable_octavia");
    assert!(dropped == Fate::Dropped && reason.contains("needs"), "{reason}");
    builds(&imported);
}

#[test]
fn a_folder_is_read_as_the_tool_reads_it() {
    let project = Project::new(&[]);
    for (path, text) in [
        ("etc/kolla/globals.yml", GLOBALS),
        ("etc/kolla/hosts.sample", INVENTORY),
        ("etc/kolla/config/nova.conf", "[DEFAULT]\ncpu_allocation_ratio = 3.5\n"),
        ("etc/kolla/config/nova/policy.yaml", "os_compute_api:servers:show: role:reader\n"),
        ("etc/kolla/notes.conf", "not an option"),
        ("sites/README", ""),
    ] {
        project.write(path, text);
    }
    let ran = project.run(&["import", "kolla", "moved", "etc/kolla", "etc/kolla/hosts.sample"]);
    assert_eq!(ran.code, 0, "{}", ran.said);
    let spec = std::fs::read_to_string(project.path().join("sites/moved/site.kdl")).expect("UTF-8");
    for expected in ["cpu_allocation_ratio \"3.5\"", "\"os_compute_api:servers:show\" \"role:reader\"", "node n1"] {
        assert!(spec.contains(expected), "{expected}\n{spec}");
    }
}

const USER_CONFIG: &str = r#"---
cidr_networks:
  management: 172.29.236.0/22
  tunnel: 172.29.240.0/22
global_overrides:
  internal_lb_vip_address: 172.29.236.9
  provider_networks:
    - network:
        container_bridge: br-vxlan
        ip_from_q: tunnel
        type: geneve
    - network:
        net_name: physnet1
        network_interface: bond1
        type: flat
shared-infra_hosts:
  infra1: { ip: 172.29.236.11 }
network_hosts:
  infra1: { ip: 172.29.236.11 }
storage_hosts:
  infra1:
    ip: 172.29.236.11
    container_vars:
      cinder_backends:
        fast: { volume_driver: cinder.volume.drivers.lvm.LVMVolumeDriver, volume_group: vg-fast }
compute_hosts:
  cmp1: { ip: 172.20.236.12 }
"#;

#[test]
fn networks_and_back_ends_of_user_config_have_their_places() {
    let imported = run(
        "osa",
        vec![
            input("etc/openstack_user_config.yml", USER_CONFIG, Role::Values),
            input("etc/openstack_inventory.json", "{\"_meta\": {\"hostvars\": {}}}", Role::Values),
            input(
                "etc/user_variables.yml",
                "proxy_env_url: http://192.0.2.9:3128\nnova_cpu_mode: custom\nbarbican_galera_password: x\n",
                Role::Values,
            ),
        ],
    );
    builds(&imported);
    assert!(imported.diagnostics.is_empty(), "{:?}", imported.diagnostics);
    for expected in [
        "network tunnel cidr=\"172.29.240.0/22\"",
        "interface br-vxlan network=tunnel",
        "back-end fast kind=lvm",
        "volume-group vg-fast",
        "proxy \"http://192.0.2.9:3128\"",
    ] {
        assert!(imported.spec.contains(expected), "{expected}\n{}", imported.spec);
    }
    // An address outside the network is none of the host's there; a mode that needs more than is said has its reason.
    assert!(!imported.spec.contains("172.20.236.12"), "{}", imported.spec);
    assert_eq!(fate(&imported, "file.openstack_inventory.json").0, Fate::Dropped);
    let (dropped, reason) = fate(&imported, "nova_cpu_mode");
    assert!(dropped == Fate::Dropped && reason.contains("cpu_models"), "{reason}");
}

#[test]
fn a_chart_with_values_turns_its_service_on() {
    let values = "conf:
  designate:
    service:central:
      max_zone_name_len: 200
  no_such_file:
    a:
      b: 1
pod:
  replicas: { api: 3 }
  mounts:
    designate_api:
      designate_api:
        volumeMounts:
          - { name: extra, mountPath: /etc/extra }
        volumes:
          - name: extra
            configMap: { name: extra-files }
annotations:
  job: { designate_db_sync: { hook: sync } }
";
    let mut values = input("values.yaml", values, Role::Values);
    values.prefix = Some("designate".to_owned());
    let imported = run("osh", vec![values]);
    builds(&imported);
    assert!(imported.spec.contains("enabled #true"), "{}", imported.spec);
    assert_eq!(fate(&imported, "designate.conf.designate.service:central.max_zone_name_len").0, Fate::Carried);
    let (dropped, reason) = fate(&imported, "designate.conf.no_such_file.a.b");
    assert!(dropped == Fate::Dropped && reason.starts_with("TG0504"), "{reason}");
    assert_eq!(fate(&imported, "designate.pod.replicas.api").0, Fate::Carried);
    // The chart's values name a ConfigMap that somebody else makes.
    let (dropped, reason) =
        fate(&imported, "designate.pod.mounts.designate_api.designate_api.volumeMounts[0].mountPath");
    assert!(dropped == Fate::Dropped && reason.starts_with("TG0826"), "{reason}");
}

#[test]
fn what_ansible_vault_encrypted_goes_to_the_store_alone() {
    let sealed = "$ANSIBLE_VAULT;1.1;AES256\n30356333626365613563336437373762393630383363386161366531663763323062323730383764\n3964653963646332363564336639373536346261663435640a373761623635383830643231653633\n38343835343832343361336130326334323232313531303334376335613533636334646662323564\n6330313839656536350a366337376238623766346462653336653135373133343966323961363564\n30323562626530656565623861366464636330633933316633633036633761313832343439353862\n3565666432626265656334373235393138643631636539366530\n";
    let inline = "keystone_database_password: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  38363035653538383434383964396366663337396436626264326134663034333565633965376137\n  3762333266373736346335346563306636636533316338380a343539616234653564373432653835\n  37646565393235383363333330363766636330313434336539636663306135666164626564333961\n  3562333634643232660a653164306536303061316531376439353961306632653932383136333663\n  65666561353632383430356366666162626133623866356338356262393437333636\n";
    let project = Project::new(&[]);
    project.write("etc/globals.yml", GLOBALS);
    project.write("etc/multinode", INVENTORY);
    project.write("etc/passwords.yml", sealed);
    project.write("etc/more-passwords.yml", inline);
    project.write("vault", "a password for tests\n");
    project.write("sites/README", "");
    let ran = project.run(&["import", "kolla", "closed", "etc"]);
    assert!(ran.code == 1 && ran.said.contains("TG0936") && ran.said.contains("--vault-password"), "{}", ran.said);
    let command = ["import", "kolla", "moved", "etc", "--vault-password", "vault", "--identity", "moved.agekey"];
    let ran = project.run(&command);
    assert_eq!(ran.code, 0, "{}", ran.said);
    assert!(ran.out.contains("store keystone-admin/password"), "{}", ran.out);
    assert!(ran.out.contains("store keystone-database/password"), "{}", ran.out);
    let spec = std::fs::read_to_string(project.path().join("sites/moved/site.kdl")).expect("UTF-8");
    let store = std::fs::read_to_string(project.path().join("sites/moved/passwords.sops.yaml")).expect("UTF-8");
    for text in [&ran.out, &ran.said, &spec, &store] {
        assert!(!text.contains("only-for-tests"), "{text}");
    }
    project.write("vault", "another password\n");
    let ran = project.run(&["import", "kolla", "other", "etc", "--vault-password", "vault"]);
    assert!(ran.code == 1 && ran.said.contains("does not open it"), "{}", ran.said);
}

const POOLS: &str = "designate_pools_yaml:
  - name: default
    ns_records: [{ hostname: ns1.example.org., priority: 1 }]
    targets:
      - type: bind9
        options: { host: 192.0.2.53, rndc_key_file: /etc/designate/rndc.key }
";

#[test]
fn a_tree_that_a_program_reads_is_a_file_beside_the_spec() {
    let user = format!("{USER_CONFIG}dnsaas_hosts:\n  infra1: {{ ip: 172.29.236.11 }}\n");
    let run = |pools: &str| {
        let files = [("openstack_user_config.yml", user.as_str()), ("user_variables.yml", pools)];
        run("osa", files.map(|(path, text)| input(path, text, Role::Values)).into())
    };
    let imported = run(POOLS);
    builds(&imported);
    let text = imported.files.get("files/pools.yaml").unwrap_or_else(|| panic!("{:?}", imported.report));
    let read: serde_yaml::Value = serde_yaml::from_str(text).expect("YAML");
    let written: serde_yaml::Value = serde_yaml::from_str(POOLS).expect("YAML");
    assert_eq!(read, written["designate_pools_yaml"]);
    assert!(imported.spec.contains("servers other") && imported.spec.contains("files/pools.yaml"), "{}", imported.spec);
    assert_eq!(fate(&imported, "designate_pools_yaml[0].targets[0].options.host").0, Fate::Carried);
    // A service runs where its group has hosts.
    assert!(imported.spec.contains("service designate {") && imported.spec.contains("enabled #true"));
    // What is computed, or a secret of the input, is in no file.
    for other in ["{{ lookup('x') }}", "made-for-this-test"] {
        let pools =
            POOLS.replace("192.0.2.53", &format!("\"{other}\"")) + "haproxy_stats_password: made-for-this-test\n";
        let imported = run(&pools);
        builds(&imported);
        assert!(imported.files.is_empty() && !imported.spec.contains("pools.yaml"), "{:?}", imported.files);
        let (dropped, reason) = fate(&imported, "designate_pools_yaml[0].name");
        assert!(dropped == Fate::Dropped && reason.contains("not written"), "{reason}");
    }
}

#[test]
fn data_that_moves_in_keeps_its_names() {
    let imported = deployment(&[]);
    builds(&imported);
    assert!(imported.spec.contains("database nova_cell1 nova"), "{}", imported.spec);
    let names = "nova_database_name: compute\nglance_database_name: glance\nglance_keystone_user: images\n";
    let imported = deployment(&[("more.yml", names, Role::Values)]);
    builds(&imported);
    assert!(imported.spec.contains("database nova_cell1 compute"), "{}", imported.spec);
    assert!(imported.spec.contains("account glance images"), "{}", imported.spec);
    assert_eq!(fate(&imported, "glance_database_name").0, Fate::Default);
}
