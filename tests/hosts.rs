//! Host files: data like any other config file.

use taco_gen::catalog::load::load;
use taco_gen::diag::Sink;
use taco_gen::world::memory::MemoryWorld;
use taco_gen::{Compiled, compile, explain};

use crate::support::{LAB, compile_spec, sound, stock, text};

const SITE: &str = "site test { network management cidr=\"192.0.2.0/24\" gateway=\"192.0.2.1\" { ntp \"192.0.2.1\" }
    node \"ctl[1-3]\" management=\"192.0.2.[11-13]\" { roles controller network; interface eno1 network=management }
    node \"cmp[1-2]\" management=\"192.0.2.[21-22]\" { roles compute; interface eno1 network=management }
    ";

fn site(rest: &str) -> String {
    format!("{SITE}{rest} }}")
}

/// A site beside service folders of the project's own.
fn project(spec: &str, files: &[(&str, &str)]) -> Compiled {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()));
    let site = ("sites/test/site.kdl".to_owned(), spec.as_bytes().to_vec());
    let world = MemoryWorld::from_iter(files.chain([site]));
    let mut sink = Sink::default();
    let library = load(&world, &mut sink);
    assert_eq!(sink.into_sorted(), vec![]);
    compile(&world, &library, "sites/test")
}

fn paths<'c>(compiled: &'c Compiled, end: &str) -> Vec<&'c str> {
    let files = compiled.artifacts.iter().flatten().map(|file| file.path.as_str());
    files.filter(|path| path.starts_with("hosts/") && path.ends_with(end)).collect()
}

#[test]
fn a_host_file_of_the_projects_own_is_data_alone() {
    let service = r#"service multipath {
        summary "Several paths to one disk"
        setting attempts 3 type=integer doc="How often a path is tried."
        file multipath.conf format=directives host="/etc/multipath.conf" when="node:openstack-compute-node"
        file motd format=lines host="/etc/motd"
    }"#;
    let options = r#"- {
        polling_interval (setting)"attempts"
        peer (each)"nodes in=openstack-compute-node: {.name} {.address.management} {site:region}"
        own (each)"node address.management: {.address.management}"
    }"#;
    let motd = r#"- { greeting (each)"interfaces: {.name}" "of {{0}" }"#;
    let files = [
        ("schema/services/multipath/service.kdl", service),
        ("schema/services/multipath/config/multipath.conf.kdl", options),
        ("schema/services/multipath/config/motd.kdl", motd),
    ];
    let compiled = project(&site("service multipath { attempts 5 }"), &files);
    assert!(compiled.artifacts.is_some(), "{:#?}", compiled.diagnostics);
    let expected = ["hosts/cmp1/etc/multipath.conf", "hosts/cmp2/etc/multipath.conf"];
    assert_eq!(paths(&compiled, "/etc/multipath.conf"), expected);
    let expected =
        "polling_interval 5\npeer cmp1 192.0.2.21 RegionOne\npeer cmp2 192.0.2.22 RegionOne\nown 192.0.2.22\n";
    assert_eq!(text(&compiled, "hosts/cmp2/etc/multipath.conf"), expected);
    assert_eq!(text(&compiled, "hosts/ctl3/etc/motd"), "eno1\nof {{0}\n");
    // What lies on nodes makes no object and no delivery unit.
    let all = compiled.artifacts.iter().flatten();
    assert_eq!(all.filter(|file| !file.path.starts_with("hosts/") && file.path.contains("multipath")).count(), 0);
}

#[test]
fn a_site_overrides_host_files_as_any_other() {
    let spec = site(
        "service chrony { config \"chrony.conf\" { makestep \"0.1 3\"; maxdistance 2; logdir #null; server \"a.example.com iburst\" \"b.example.com\" } }
         service kernel { config \"sysctl.conf\" { vm.swappiness 10 }; config \"modules.conf\" { nfs \"\"; ip_vs #null } }
         service hosts-file { config hosts { storage \"192.0.2.200\\tfiler\" } }
         service netplan { config \"netplan.yaml\" { network { renderer #null; ethernets { eno1 { optional #true; mtu 9000 } } } } }
         service kubespray { config \"hosts.yaml\" { all { vars { ansible_user deploy } } } }",
    );
    let compiled = sound(&spec);
    let chrony = "server a.example.com iburst\nserver b.example.com\nallow 192.0.2.0/24\nlocal stratum 10 orphan\n\
                  driftfile /var/lib/chrony/drift\nmakestep 0.1 3\nrtcsync\nmaxdistance 2\n";
    assert_eq!(text(&compiled, "hosts/ctl1/etc/chrony/chrony.conf"), chrony);
    assert!(text(&compiled, "hosts/cmp1/etc/chrony/chrony.conf").starts_with("server a.example.com iburst\nserver b"));
    assert!(text(&compiled, "hosts/cmp1/etc/sysctl.d/60-taco-gen.conf").contains("\nvm.swappiness = 10\n"));
    let modules = text(&compiled, "hosts/ctl1/etc/modules-load.d/taco-gen.conf");
    assert!(modules.ends_with("\nnfs\n") && !modules.contains("ip_vs"), "{modules}");
    assert!(text(&compiled, "hosts/ctl2/etc/hosts").ends_with("\n192.0.2.200\tfiler\n"));
    let netplan: serde_yaml::Value =
        serde_yaml::from_str(text(&compiled, "hosts/cmp1/etc/netplan/60-taco-gen.yaml")).expect("valid YAML");
    let eno1 = &netplan["network"]["ethernets"]["eno1"];
    assert_eq!((eno1["optional"].as_bool(), eno1["mtu"].as_i64()), (Some(true), Some(9000)));
    assert_eq!(eno1["addresses"][0], "192.0.2.21/24");
    assert!(netplan["network"].get("renderer").is_none());
    let inventory: serde_yaml::Value =
        serde_yaml::from_str(text(&compiled, "hosts/inventory/hosts.yaml")).expect("valid YAML");
    assert_eq!(inventory["all"]["vars"]["ansible_user"], "deploy");
    assert!(
        inventory["all"]["hosts"]["cmp2"]["ip"] == "192.0.2.22"
            && inventory["all"]["children"].get("time-server").is_none()
    );
}

#[test]
fn a_service_of_host_files_can_be_off() {
    let compiled = sound(&site("service netplan { enabled #false }"));
    assert_eq!((paths(&compiled, ".yaml"), paths(&compiled, "/hosts").len()), (vec!["hosts/inventory/hosts.yaml"], 5));
}

#[test]
fn host_files_follow_host_groups() {
    let spec = site("group big { nodes cmp2; service kernel { config \"sysctl.conf\" { vm.swappiness 60 } } }");
    let compiled = sound(&spec);
    let swappiness = |node: &str| {
        let text = text(&compiled, &format!("hosts/{node}/etc/sysctl.d/60-taco-gen.conf"));
        text.lines().find_map(|line| line.strip_prefix("vm.swappiness = ")).map(str::to_owned)
    };
    assert_eq!((swappiness("cmp1").as_deref(), swappiness("cmp2").as_deref()), (Some("1"), Some("60")));
    assert_eq!(paths(&compiled, "/etc/hosts").len(), 5);
}

#[test]
fn a_line_of_a_host_file_leads_back_to_the_spec() {
    let answer = explain::line(&LAB, "hosts/ctl1/etc/chrony/chrony.conf", 1).expect("an answer");
    assert!(answer.contains("server 10.10.0.1 iburst") && answer.contains("sites/test/site.kdl:10:"), "{answer}");
    assert!(answer.contains("schema/services/chrony/config/time-server.kdl:2:"), "{answer}");
    let answer = explain::option_in(&LAB, "chrony.conf", "makestep");
    assert_eq!(answer.matches("makestep 1.0 3").count(), 2, "controllers and compute nodes: {answer}");
}

#[test]
fn where_no_node_is_a_time_server_each_follows_the_sources() {
    let spec =
        "site test { network management cidr=\"192.0.2.0/24\" { ntp \"192.0.2.1\"; ntp-pool \"pool.example.com\" }
        role own { labels openstack-control-plane }
        node one management=\"192.0.2.11\" { roles own network compute } }";
    let compiled = sound(spec);
    let chrony = text(&compiled, "hosts/one/etc/chrony/chrony.conf");
    assert!(chrony.starts_with("server 192.0.2.1 iburst\npool pool.example.com iburst\ndriftfile "), "{chrony}");
}

#[test]
fn names_of_all_nodes_stand_on_all_until_there_are_too_many() {
    let spec = |count: usize| {
        let half = count / 2;
        format!(
            "site test {{ network management cidr=\"10.0.0.0/16\" {{ ntp \"10.0.0.1\" }}
             node one management=\"10.0.0.11\" {{ roles controller network }}
             node \"cmp[001-{half}]\" management=\"10.0.1.[1-{half}]\" {{ roles compute }}
             node \"cmp[{}-{count}]\" management=\"10.0.2.[1-{half}]\" {{ roles compute }} }}",
            half + 1
        )
    };
    for (count, lines) in [(498, 499), (500, 2)] {
        let compiled = sound(&spec(count));
        let hosts = text(&compiled, "hosts/cmp007/etc/hosts");
        assert_eq!(hosts.lines().count(), 2 + lines, "{count}");
        assert!(hosts.contains("\tcmp007.") && hosts.contains("\tone."), "{hosts}");
        assert_eq!(hosts.contains("\tcmp008."), count == 498);
    }
}

#[test]
fn a_secret_in_a_host_file_is_refused() {
    let service = "service agent { summary \"x\"; secret token kind=password doc=\"x\"
        file agent.conf format=oslo host=\"/etc/agent.conf\" { extra-options { DEFAULT token } } }";
    let files = [
        ("schema/services/agent/service.kdl", service),
        ("schema/services/agent/config/agent.conf.kdl", "DEFAULT { token (secret)\"token\" }"),
    ];
    let compiled = project(&site(""), &files);
    let found: Vec<_> = compiled.diagnostics.iter().filter(|diagnostic| diagnostic.code == "TG0511").collect();
    assert_eq!(found.len(), 1, "{:#?}", compiled.diagnostics);
    assert_eq!(found[0].message, "`token` of `agent.conf` is a secret, and host files are public");
}

#[test]
fn a_source_of_nodes_has_no_place_in_files_of_pods() {
    let spec = stock("minimal").replacen(
        "site minimal {",
        "site minimal {\n service glance { config \"glance-api.conf\" { DEFAULT { enabled_backends (each)\"node: {.name}\" } } }\n",
        1,
    );
    let compiled = compile_spec(&spec);
    let found: Vec<_> =
        compiled.diagnostics.iter().map(|diagnostic| (diagnostic.code, diagnostic.message.as_str())).collect();
    assert!(
        found.contains(&("TG0507", "only a host file and a value of `node-options` have a node of their own")),
        "{found:?}"
    );
}

#[test]
fn a_label_that_no_role_brings_is_refused_at_the_word() {
    let file =
        |attributes: &str| format!("service own {{ summary \"x\"; file own.conf format=directives {attributes} }}");
    let cases = [
        (file("host=\"/etc/own\" when=\"node:openvswich\""), "- { a 1 }", "TG0516", "openvswich"),
        (file("host=\"/etc/own\""), "- { a 1 when=\"!nodes:time-sever\" }", "TG0516", "time-sever"),
        (file("host=\"/etc/own\""), "- { a (each)\"nodes in=ectd: {.name}\" }", "TG0516", "ectd"),
        (file("host=\"/etc/own\""), "- { a (each)\"nodes at-most=9 else=ectd: {.name}\" }", "TG0516", "ectd"),
        (file(""), "- { a 1 when=\"node:etcd\" }", "TG0515", "etcd"),
    ];
    for (service, options, code, word) in &cases {
        let files = [
            ("schema/services/own/service.kdl", service.as_str()),
            ("schema/services/own/config/own.conf.kdl", options),
        ];
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()));
        let mut sink = Sink::default();
        let library = load(&MemoryWorld::from_iter(files), &mut sink);
        let all = sink.into_sorted();
        let found: Vec<_> = all.iter().filter(|diagnostic| diagnostic.code == *code).collect();
        assert_eq!(found.len(), 1, "{service} {options}: {all:#?}");
        let span = found[0].primary.as_ref().expect("a place").span;
        let source = library.sources.get(span.file).expect("a source");
        assert_eq!(&source.text[span.start as usize..span.end as usize], *word, "{}", found[0].message);
    }
    // A role of the site's own brings what it says.
    let files = [
        ("schema/services/own/service.kdl", cases[0].0.replace("openvswich", "gpu")),
        ("schema/services/own/config/own.conf.kdl", "- { a 1 }".to_owned()),
    ];
    let files = [(files[0].0, files[0].1.as_str()), (files[1].0, files[1].1.as_str())];
    let spec = site("role accelerated { labels gpu }").replacen("roles compute;", "roles compute accelerated;", 1);
    let compiled = project(&spec, &files);
    assert_eq!(
        paths(&compiled, "/etc/own"),
        ["hosts/cmp1/etc/own", "hosts/cmp2/etc/own"],
        "{:#?}",
        compiled.diagnostics
    );
}
