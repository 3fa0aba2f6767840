//! Features of hosts, by the examples of docs/hosts.md: what each node has in its files, and in its check list.

use taco_gen::Compiled;
use taco_gen::explain;

use crate::support::{sound, text};

/// The example site of that name.
fn example(name: &str) -> Compiled {
    let page = include_str!("../docs/hosts.md");
    let blocks = page.split("```kdl\n").skip(1).map(|rest| rest.split("```").next().expect("a block"));
    let found: Vec<&str> = blocks.filter(|block| block.starts_with(&format!("site {name} "))).collect();
    assert_eq!(found.len(), 1, "one example `{name}`");
    let compiled = sound(found[0]);
    assert_eq!(compiled.diagnostics, vec![], "{name}");
    compiled
}

fn files_of(compiled: &Compiled, node: &str) -> Vec<String> {
    let begin = format!("hosts/{node}/");
    compiled.artifacts.iter().flatten().filter_map(|file| Some(file.path.strip_prefix(&begin)?.to_owned())).collect()
}

#[test]
fn each_node_has_the_features_of_all_hosts_its_roles_and_its_groups() {
    let compiled = example("features");
    let has = |path: &str, line: &str| text(&compiled, path).lines().any(|found| found == line);
    assert!(has("hosts/ctl1/etc/sysctl.d/60-taco-gen.conf", "net.core.somaxconn = 4096"));
    assert!(has("hosts/cmp1/etc/sysctl.d/60-taco-gen.conf", "vm.swappiness = 10"));
    assert!(has("hosts/cmp1/etc/modules-load.d/taco-gen.conf", "vfio-pci"));
    assert!(!has("hosts/ctl1/etc/modules-load.d/taco-gen.conf", "vfio-pci"));
    assert_eq!(text(&compiled, "hosts/cmp2/etc/modprobe.d/60-taco-gen.conf"), "options kvm_intel nested=1\n");
    assert_eq!(text(&compiled, "hosts/ctl2/etc/cloud/cloud.cfg.d/60-taco-gen.cfg"), "packages:\n- multipath-tools\n");
    assert_eq!(text(&compiled, "hosts/ctl2/etc/security/limits.d/60-taco-gen.conf"), "* - nofile 1048576\n");
    let grub = |node: &str| text(&compiled, &format!("hosts/{node}/etc/default/grub.d/60-taco-gen.cfg")).to_owned();
    assert_eq!(grub("cmp1"), "GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX intel_iommu=on\"\n");
    assert!(grub("cmp3").contains(" hugepagesz=1G hugepages=64\"\n") && grub("cmp3").contains(" nohz_full=2-31\"\n"));
    let unit = text(&compiled, "hosts/cmp1/etc/systemd/system/var-lib-nova.mount");
    for line in ["What = /dev/disk/by-id/nvme-1", "Where = /var/lib/nova", "Type = xfs", "Options = noatime"] {
        assert!(unit.lines().any(|found| found == line), "{unit}");
    }
    assert!(unit.contains("After = systemd-makefs@dev-disk-by\\x2did-nvme\\x2d1.service\n"), "{unit}");
    let own = text(&compiled, "hosts/cmp1/etc/multipath/conf.d/arrays.conf");
    assert_eq!(own, "defaults {\n    find_multipaths yes\n}\n");
    assert!(!files_of(&compiled, "ctl1").iter().any(|path| path.contains("grub.d") || path.ends_with(".mount")));
    let answer = explain::line(&compiled, "hosts/cmp1/etc/modules-load.d/taco-gen.conf", 13).expect("an answer");
    assert!(answer.contains("vfio-pci") && answer.contains("modules vfio-pci nvme-tcp"), "{answer}");
}

#[test]
fn a_proxy_is_in_files_of_hosts_and_in_pods_that_may_go_anywhere() {
    let compiled = example("proxied");
    let around = "localhost,127.0.0.1,.svc,.cluster.local,.openstack.internal,192.0.2.0/24,10.233.64.0/18,.example.com,10.0.0.0/8";
    let manager = text(&compiled, "hosts/ctl1/etc/systemd/system.conf.d/60-taco-gen.conf");
    assert!(manager.starts_with("[Manager]\nDefaultEnvironment=\"http_proxy=http://192.0.2.9:3128\"\n"), "{manager}");
    assert!(manager.contains(&format!("DefaultEnvironment=\"NO_PROXY={around}\"\n")), "{manager}");
    assert!(
        text(&compiled, "hosts/ctl1/etc/apt/apt.conf.d/60-taco-gen")
            .contains("Acquire::https::Proxy \"http://192.0.2.9:3128\";\n")
    );
    let glance = text(&compiled, "kubernetes/glance/deployment-glance-api.yaml");
    assert!(glance.contains("- name: https_proxy\n") && glance.contains(around), "{glance}");
    assert!(!text(&compiled, "kubernetes/keystone/deployment-keystone-api.yaml").contains("_proxy"));
}

#[test]
fn a_host_that_others_set_up_has_a_check_list_and_no_files() {
    let compiled = example("theirs");
    assert_eq!(files_of(&compiled, "cmp1"), ["check-list.md"]);
    let list = text(&compiled, "hosts/cmp1/check-list.md");
    assert!(list.starts_with("What host cmp1 needs.\n\n## /etc/"), "{list}");
    assert!(list.contains("\n## /etc/sysctl.d/60-taco-gen.conf\n- [ ] "), "{list}");
    assert!(list.contains("\n- [ ] vm.swappiness = 1\n") && list.contains("\n- [ ] kvm\n"), "{list}");
    assert!(files_of(&compiled, "ctl1").contains(&"etc/hosts".to_owned()));
}

#[test]
fn functions_of_cards_are_known_to_nova_and_to_the_agent() {
    let compiled = example("functions");
    let netplan = text(&compiled, "hosts/cmp1/etc/netplan/60-taco-gen.yaml");
    assert!(netplan.contains("virtual-function-count: 16"), "{netplan}");
    let nova = text(&compiled, "kubernetes/nova/configmap-nova-etc.yaml");
    assert!(nova.contains("device_spec = @node:nova-node.conf pci device_spec@"), "{nova}");
    assert!(nova.contains("physnet2") && nova.contains("ens2f0"), "{nova}");
    let neutron = text(&compiled, "kubernetes/neutron/configmap-neutron-etc.yaml");
    assert!(neutron.contains("physical_device_mappings = @node:") && neutron.contains("physnet2:ens2f0"), "{neutron}");
    assert!(text(&compiled, "config/neutron/ml2_conf.ini").contains("mechanism_drivers = ovn,sriovnicswitch\n"));
    let agent = text(&compiled, "kubernetes/neutron-agents/daemonset-neutron-sriov-agent.yaml");
    assert!(agent.contains("openstack-compute-node: enabled"), "{agent}");
}
