//! Hosts whose packages bring their own units: where these look for files, units that run several programs, an old systemd.

use taco_gen::Compiled;

use crate::support::{compile_spec, sound, stock, text};

/// The site of the installation guide with something else in its spec.
fn guide_with(old: &str, new: &str) -> Compiled {
    let spec = stock("guide");
    assert_eq!(spec.matches(old).count(), 1, "{old}");
    sound(&spec.replacen(old, new, 1))
}

/// The lines of a site's digests that another does not have.
fn changed(one: &Compiled, other: &Compiled) -> Vec<String> {
    let known: Vec<&str> = text(one, "digests").lines().collect();
    let found = text(other, "digests").lines().filter(|line| !known.contains(line));
    found.filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

#[test]
fn a_web_server_is_one_unit_of_several_services() {
    let site = sound(&stock("guide"));
    let plays: serde_yaml::Value = serde_yaml::from_str(text(&site, "ansible/site.yaml")).unwrap();
    let plays = plays.as_sequence().unwrap();
    let place =
        |name: &str| plays.iter().position(|play| play["name"] == name).unwrap_or_else(|| panic!("no play `{name}`"));
    for id in ["keystone/api", "placement/api", "horizon/horizon"] {
        let name = format!("httpd.{}", id.replace('/', "-"));
        let path = format!("/usr/local/lib/taco-gen/digests/{name}");
        let digest = text(&site, &format!("hosts/controller{path}"));
        assert!(text(&site, "digests").contains(&format!("{id}@controller sha256:{digest}")), "{id}");
        let play = &plays[place(id)];
        assert_eq!(play["tasks"][0]["ansible.builtin.copy"]["dest"], path, "{id}");
        assert_eq!(play["handlers"][0]["ansible.builtin.systemd_service"]["name"], "httpd.service", "{id}");
    }
    // It runs for those who need it first, and starts again for each when its own jobs are done.
    let order = ["keystone/db-sync", "keystone/api", "placement/ks-user", "placement/api"];
    assert!(order.map(place).is_sorted(), "{:?}", order.map(place));
    assert!(place("placement/db-sync") < place("placement/api"));
}

#[test]
fn an_option_of_one_service_starts_the_web_server_again_for_it_alone() {
    let site = sound(&stock("guide"));
    let cinder = "    service cinder {\n        enabled #true\n";
    let keystone = "    service keystone { config \"keystone.conf\" { token { expiration 7200 } } }\n";
    let edited = guide_with(cinder, &format!("{keystone}{cinder}"));
    let units: Vec<String> = changed(&site, &edited)
        .into_iter()
        .filter(|id| !id.starts_with("keystone/") || id.starts_with("keystone/api"))
        .collect();
    assert_eq!(units, ["keystone/api@controller"]);
    // How many processes it has is in the file that a unit of the package reads.
    let edited = guide_with(cinder, &format!("    service keystone {{ workers 7 }}\n{cinder}"));
    let server = text(&edited, "hosts/controller/etc/httpd/conf.d/wsgi-keystone.conf");
    assert!(server.contains("WSGIDaemonProcess keystone processes=7 threads=1 user=keystone"), "{server}");
    assert_eq!(changed(&site, &edited), ["keystone/api@controller"]);
}

#[test]
fn files_and_secrets_lie_where_the_units_of_packages_look() {
    let site = sound(&stock("guide"));
    let rows = |node: &str| -> Vec<serde_json::Value> {
        let table = text(&site, &format!("hosts/{node}/usr/local/lib/taco-gen/secrets.json"));
        serde_json::from_str(table).unwrap()
    };
    let row = |node: &str, path: &str| {
        let found = rows(node).into_iter().find(|row| row["path"] == path);
        found.unwrap_or_else(|| panic!("no secret at {path} of {node}"))
    };
    assert_eq!(row("controller", "/etc/neutron/conf.d/common/secret.conf")["user"], "neutron");
    assert_eq!(row("controller", "/etc/neutron/conf.d/neutron-metadata-agent/secret.conf")["user"], "neutron");
    assert_eq!(row("controller", "/etc/openstack-dashboard/secret-key")["user"], "apache");
    assert_eq!(row("controller", "/etc/rabbitmq/rabbitmq.config")["user"], "rabbitmq");
    assert_eq!(row("compute", "/etc/neutron/conf.d/common/secret.conf")["user"], "neutron");
    assert!(rows("controller").iter().all(|row| row["path"] != "/etc/neutron/neutron.conf.d/secret.conf"));
    for (path, line) in [
        ("compute/etc/nova/nova-compute.conf.d/nova-node.conf", "my_ip = 10.0.0.31"),
        ("compute/etc/cinder/cinder-volume.conf.d/cinder-node.conf", "[lvm]"),
        (
            "compute/etc/neutron/conf.d/neutron-linuxbridge-agent/agent.conf",
            "physical_interface_mappings = provider:enp0s9",
        ),
        ("controller/etc/neutron/plugin.ini", "mechanism_drivers = linuxbridge,l2population"),
        ("compute/etc/cinder/cinder.conf", "enabled_backends = lvm"),
    ] {
        let found = text(&site, &format!("hosts/{path}"));
        assert!(found.lines().any(|found| found == line), "{line} is not in {path}:\n{found}");
    }
    // A job reads the same files as the units.
    let step = text(&site, "hosts/controller/usr/local/lib/taco-gen/steps/04-neutron-db-sync");
    for word in ["/etc/neutron/plugin.ini", "/etc/neutron/conf.d/common"] {
        assert!(step.lines().any(|line| line.trim_start().starts_with(word)), "{word} is not in\n{step}");
    }
}

#[test]
fn hosts_with_an_old_systemd_have_nothing_that_it_does_not_know() {
    let site = sound(&stock("guide"));
    for file in site.artifacts.iter().flatten().filter(|file| file.path.starts_with("hosts/")) {
        let text = &file.printed.text;
        if file.path.contains("/etc/systemd/system/") {
            // Each came after version 219.
            for word in ["BindReadOnlyPaths", "Type=exec", "StateDirectory", "/opt/taco/bin", "/run/taco/"] {
                assert!(!text.contains(word), "{word} is in {}:\n{text}", file.path);
            }
        }
        if file.path.contains("/taco-gen/steps/") || file.path.contains("/taco-gen/timed/") {
            assert!(text.contains("LANG=en_US.UTF-8 \\\n"), "{}:\n{text}", file.path);
            // Its unshare leaves what is mounted to the host.
            assert!(text.contains("\nmount --make-rprivate /\n"), "{}:\n{text}", file.path);
        }
    }
}

#[test]
fn every_release_of_the_packages_has_units_for_what_it_runs() {
    for release in ["ocata", "pike", "queens", "train"] {
        for overlays in ["", "overlays linuxbridge"] {
            // The options of a back end stand in its own section from Pike on.
            let volumes = if release == "ocata" { "" } else { "back-end lvm kind=lvm" };
            let spec = format!(
                "site test {{\n    lab #true\n    release openstack={release}\n    target hosts distribution=centos-7\n    {overlays}\n    \
                 network management cidr=\"192.0.2.0/24\" {{ ntp-pool \"pool.example.org\" }}\n    \
                 network external physical=provider\n    \
                 node controller management=\"192.0.2.11\" {{ roles controller network; interface eth0 network=management; interface eth1 bridge=br-ex }}\n    \
                 node compute management=\"192.0.2.31\" {{ roles compute storage; interface eth0 network=management; interface eth1 bridge=br-ex }}\n    \
                 service cinder {{ enabled #true; {volumes} }}\n}}\n"
            );
            let site = sound(&spec);
            assert_eq!(site.diagnostics, Vec::new(), "{release} {overlays}");
            let digests = text(&site, "digests");
            let agent =
                if overlays.is_empty() { "neutron/ovs-agent@compute " } else { "neutron/linuxbridge-agent@compute " };
            for id in [agent, "neutron/l3-agent@controller ", "nova/compute@compute ", "horizon/horizon@controller "] {
                assert!(digests.contains(id), "{id} is not in {release}:\n{digests}");
            }
        }
    }
}

#[test]
fn agents_of_linux_bridges_end_with_neutron_2024_1() {
    let spec = stock("minimal").replacen(" {\n", " {\n    overlays linuxbridge\n", 1);
    let found = compile_spec(&spec).diagnostics;
    assert!(found.iter().any(|one| one.code == "TG0677" && one.message.contains("linuxbridge")), "{found:#?}");
}
