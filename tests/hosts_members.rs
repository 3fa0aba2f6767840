//! Sites for hosts with several controllers: the balancer, members that know each other, files that differ from node to node.

use taco_gen::Compiled;

use crate::support::{sound, stock, text};

/// Three controllers on Debian 13 with the services of the stock.
fn several() -> Compiled {
    sound(
        "site test {\n    release openstack=\"2026.1\"\n    target hosts distribution=debian-13\n    \
         network management cidr=\"192.0.2.0/24\" vip=\"192.0.2.10\" { ntp-pool \"pool.example.org\" }\n    \
         node \"ctl[1-3]\" management=\"192.0.2.[11-13]\" { roles controller network }\n    \
         node cmp management=\"192.0.2.31\" { roles compute }\n    \
         service haproxy { enabled #true }\n    service keepalived { enabled #true; interface eth0 }\n}\n",
    )
}

fn has(compiled: &Compiled, path: &str, line: &str) -> bool {
    text(compiled, path).lines().any(|found| found.trim() == line)
}

#[test]
fn clients_know_the_virtual_address_and_programs_listen_at_their_own() {
    let compiled = several();
    for node in ["ctl1 192.0.2.11", "ctl2 192.0.2.12", "ctl3 192.0.2.13"] {
        let (name, address) = node.split_once(' ').unwrap();
        for (path, line) in [
            ("keystone/keystone-api-uwsgi.ini", format!("http-socket = {address}:5000")),
            ("mysql/mariadb.conf.d/90-taco-gen.cnf", format!("bind_address = {address}")),
            ("nova/nova.conf", format!("novncproxy_host = {address}")),
            ("nova/nova.conf", "auth_url = http://192.0.2.10:5000".to_owned()),
            ("haproxy/haproxy.cfg", "bind 192.0.2.10:9696".to_owned()),
            ("keepalived/keepalived.conf", format!("unicast_src_ip {address}")),
        ] {
            assert!(has(&compiled, &format!("hosts/{name}/etc/{path}"), &line), "no `{line}` in {path} of {name}");
        }
    }
    // What one host alone serves is known by its own address, and listens at any.
    let one = sound(&stock("hosts-2026"));
    assert!(has(&one, "hosts/controller/etc/keystone/keystone-api-uwsgi.ini", "http-socket = :5000"));
    assert!(has(&one, "hosts/controller/etc/nova/nova.conf", "novncproxy_host = 0.0.0.0"));
    assert!(!one.artifacts.iter().flatten().any(|file| file.path.contains('@')), "a file of one node alone");
}

#[test]
fn a_balancer_has_what_clients_know_by_one_address_and_nothing_else() {
    let compiled = several();
    let balancer = text(&compiled, "hosts/ctl1/etc/haproxy/haproxy.cfg");
    let listed: Vec<&str> = balancer.lines().filter_map(|line| line.strip_prefix("listen ")).collect();
    let expected =
        ["alive", "compute", "dashboard", "identity", "image", "metadata", "network", "placement", "vnc", "database"];
    assert_eq!(listed, expected, "{balancer}");
    assert_eq!(balancer.matches(" backup ").count(), 2, "one database is asked, two stand by:\n{balancer}");
    assert!(balancer.contains("    tcp-check expect string \\\"primary\\\":\\ true\n"), "{balancer}");
    // Clients know every broker and every cache.
    let queue = text(&compiled, "config/nova@ctl1/nova.conf.d/secret.conf");
    let line = queue.lines().find(|line| line.starts_with("transport_url")).unwrap();
    assert!(["192.0.2.11", "192.0.2.12", "192.0.2.13"].iter().all(|host| line.contains(host)), "{line}");
}

#[test]
fn members_know_each_other_and_take_turns() {
    let compiled = several();
    let unit = text(&compiled, "hosts/ctl2/etc/systemd/system/mariadb.service");
    for line in [
        "Environment=POD_NAME=ctl2",
        "Environment=TACO_MEMBERS=ctl1=192.0.2.11,ctl2=192.0.2.12,ctl3=192.0.2.13",
        "ExecStart=python3 /opt/taco/bin/start.py",
        "ExecStartPost=python3 /opt/taco/bin/wait.py",
    ] {
        assert!(unit.lines().any(|found| found == line), "{line} is not in\n{unit}");
    }
    let nodes = "cluster_formation.classic_config.nodes.3 = rabbit@192.0.2.13";
    assert!(has(&compiled, "hosts/ctl1/etc/rabbitmq/rabbitmq.conf", nodes));
    let plays: serde_yaml::Value = serde_yaml::from_str(text(&compiled, "ansible/site.yaml")).unwrap();
    let play = |name: &str| plays.as_sequence().unwrap().iter().find(|play| play["name"] == name).unwrap();
    for name in ["mariadb/server", "keystone/api", "haproxy/server"] {
        assert_eq!(play(name)["serial"], 1, "{name}");
    }
    // On every node, and at once: nobody asks one of these at another.
    assert!(play("ovn/controller").get("serial").is_none());
    assert!(play("keystone/fernet-setup").get("serial").is_none());
}

#[test]
fn keys_of_tokens_are_made_on_every_controller_from_one_secret() {
    let compiled = several();
    for node in ["ctl1", "ctl2", "ctl3"] {
        let step = text(&compiled, &format!("hosts/{node}/usr/local/lib/taco-gen/steps/01-keystone-fernet-setup"));
        assert!(step.contains("shared-keys.py") && !step.contains("keystone-manage"), "{step}");
        let rows = text(&compiled, &format!("hosts/{node}/usr/local/lib/taco-gen/secrets.json"));
        assert!(rows.contains("\"keystone-key-seed\""), "{rows}");
        let cron = text(&compiled, &format!("hosts/{node}/etc/cron.d/taco-gen-keystone-fernet-rotate"));
        assert!(cron.contains("keystone-fernet-rotate"), "{cron}");
    }
    let one = sound(&stock("hosts-2026"));
    let step = text(&one, "hosts/controller/usr/local/lib/taco-gen/steps/01-keystone-fernet-setup");
    assert!(step.contains("keystone-manage") && !step.contains("shared-keys.py"), "{step}");
}

#[test]
fn three_controllers_of_the_guide_are_a_change_of_its_spec() {
    let compiled = sound(&stock("guide-ha"));
    for (path, line) in [
        ("hosts/controller2/etc/etcd/etcd.conf", "ETCD_NAME=controller2"),
        (
            "hosts/controller2/etc/etcd/etcd.conf",
            "ETCD_INITIAL_CLUSTER=controller1=http://10.0.0.11:2380,controller2=http://10.0.0.12:2380,controller3=http://10.0.0.13:2380",
        ),
        ("hosts/controller3/etc/my.cnf.d/openstack.cnf", "wsrep_node_address = 10.0.0.13"),
        (
            "hosts/controller1/etc/my.cnf.d/openstack.cnf",
            "wsrep_cluster_address = gcomm://10.0.0.11,10.0.0.12,10.0.0.13",
        ),
        (
            "config/rabbitmq/rabbitmq.config.d/secret.conf",
            "'rabbit@controller1','rabbit@controller2','rabbit@controller3'",
        ),
        ("hosts/controller1/etc/keepalived/keepalived.conf", "priority 200"),
        ("hosts/controller1/etc/httpd/conf.d/wsgi-keystone.conf", "Listen 10.0.0.11:5000"),
        ("hosts/controller2/etc/nova/nova.conf", "osapi_compute_listen = 10.0.0.12"),
        ("hosts/controller3/etc/neutron/neutron.conf", "bind_host = 10.0.0.13"),
        ("hosts/controller3/etc/glance/glance-api.conf", "bind_host = 10.0.0.13"),
        ("hosts/controller3/etc/cinder/cinder.conf", "osapi_volume_listen = 10.0.0.13"),
        ("hosts/controller1/etc/haproxy/haproxy.cfg", "bind 10.0.0.10:5000"),
        ("hosts/controller2/etc/keepalived/keepalived.conf", "priority 199"),
        ("hosts/controller1/etc/keepalived/keepalived.conf", "10.0.0.10/24 dev enp0s3"),
        ("hosts/controller1/etc/haproxy/haproxy.cfg", "bind 10.0.0.10:3306"),
        ("hosts/controller1/etc/sysctl.d/61-haproxy.conf", "net.ipv4.ip_nonlocal_bind = 1"),
    ] {
        assert!(has(&compiled, path, line), "no `{line}` in {path}:\n{}", text(&compiled, path));
    }
    assert!(!compiled.artifacts.iter().flatten().any(|file| file.path == "hosts/compute/etc/sysctl.d/61-haproxy.conf"));
}

#[test]
fn scripts_that_nothing_on_the_node_runs_do_not_lie_there() {
    let compiled = sound(&stock("hosts-2026"));
    let scripts = |node: &str, service: &str| -> Vec<String> {
        let folder = format!("hosts/{node}/usr/local/lib/taco-gen/bin/{service}/");
        let files = compiled.artifacts.iter().flatten();
        files.filter_map(|file| file.path.strip_prefix(&folder).map(str::to_owned)).collect()
    };
    // Those of probes, and what stands in a pod for programs of the node.
    assert_eq!(scripts("compute", "nova"), ["compute-identity.py"]);
    assert_eq!(scripts("compute", "ovn"), ["controller.sh"]);
    // What Python loads by itself from a folder of its path, and modules that a script imports.
    assert_eq!(scripts("controller", "neutron"), ["sitecustomize.py"]);
    assert!(scripts("controller", "keystone").contains(&"ks.py".to_owned()));
}

#[test]
fn block_storage_and_the_dashboard_run_on_hosts() {
    let compiled = sound(&stock("hosts-2026"));
    let unit = text(&compiled, "hosts/compute/etc/systemd/system/cinder-volume-lvm.service");
    let command = "ExecStart=cinder-volume --config-file /etc/cinder/cinder-volume-lvm.conf --config-dir /etc/cinder/cinder-volume-lvm.conf.d";
    assert!(unit.lines().any(|line| line.starts_with(command)), "{unit}");
    let values = "hosts/compute/usr/local/lib/taco-gen/node/cinder-volume-lvm/cinder-node.conf";
    assert!(has(&compiled, values, "target_ip_address = 10.40.0.31"));
    let rows = text(&compiled, "hosts/compute/usr/local/lib/taco-gen/secrets.json");
    assert!(rows.contains("\"/etc/cinder/cinder-volume-lvm.conf.d/secret.conf\""), "{rows}");
    assert!(has(&compiled, "hosts/controller/etc/cinder/cinder.conf", "state_path = /var/lib/cinder"));
    let unit = text(&compiled, "hosts/controller/etc/systemd/system/horizon.service");
    for line in ["User=horizon", "ExecStartPre=env PYTHONPATH=/etc/openstack-dashboard sh /opt/taco/bin/static.sh"] {
        assert!(unit.lines().any(|found| found == line), "{line} is not in\n{unit}");
    }
    let settings = "hosts/controller/etc/openstack-dashboard/local/local_settings.py";
    assert!(has(&compiled, settings, "STATIC_ROOT = \"/var/lib/horizon/static\""));
}

/// Modules of Python's own library that scripts of hosts import.
const LIBRARY: &str = "base64 contextlib datetime hashlib hmac http importlib json os pwd re shutil signal socket ssl \
                       subprocess sys threading time urllib";

#[test]
fn scripts_of_hosts_import_pythons_own_library_and_each_other() {
    // It runs beside nova's own program, with its libraries, from 2024.1 on.
    let with_its_service = |path: &str| path.ends_with("/nova/compute-identity.py");
    let mut count = 0;
    for compiled in [sound(&stock("hosts-2026")), several(), sound(&stock("guide-ha"))] {
        let files: Vec<_> = compiled.artifacts.iter().flatten().collect();
        let scripts = files.iter().filter(|file| file.path.starts_with("hosts/") && file.path.ends_with(".py"));
        for script in scripts.filter(|file| file.path.contains("/taco-gen/bin/") && !with_its_service(&file.path)) {
            let folder = script.path.rsplit_once('/').unwrap().0;
            let is_beside = |name: &str| files.iter().any(|file| file.path == format!("{folder}/{name}.py"));
            for line in script.printed.text.lines() {
                let Some(named) = line.strip_prefix("import ").or_else(|| line.strip_prefix("from ")) else { continue };
                let module = named.split([' ', '.']).next().unwrap();
                assert!(
                    LIBRARY.split(' ').any(|known| known == module) || is_beside(module),
                    "{}: {line}",
                    script.path
                );
                count += 1;
            }
        }
    }
    assert!(count > 50, "{count}");
}
