//! What a site may have beside the APIs: a proxy before the database, coordination, tests of its cloud.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_yaml::Value;
use taco_gen::catalog::load::load;
use taco_gen::compile;
use taco_gen::diag::Sink;
use taco_gen::world::memory::MemoryWorld;

use crate::support::{compile_spec, objects, sound, stock_without_store, text};

/// The lab with lines at its end.
fn lab(lines: &str) -> String {
    let spec = stock_without_store("lab");
    format!("{}    {lines}\n}}\n", &spec[..spec.rfind('}').expect("a block")])
}

const PROXY: &str = "service mariadb { proxy haproxy }";

#[test]
fn clients_of_a_capability_reach_what_stands_before_it() {
    let compiled = sound(&lab(PROXY));
    let all = objects(&compiled);
    let selector = |path: &str| all[path]["spec"]["selector"].clone();
    let service = selector("kubernetes/mariadb/service-mariadb.yaml");
    assert_eq!(service["app.kubernetes.io/component"], "proxy");
    let writer = selector("kubernetes/mariadb/service-mariadb-writer.yaml");
    assert_eq!(
        (&writer["app.kubernetes.io/component"], &writer["taco-gen/primary"]),
        (&"server".into(), &"true".into())
    );
    let reached = |path: &str| -> BTreeSet<String> {
        let rules = all[path]["spec"]["egress"].as_sequence().into_iter().flatten();
        let peers = rules.filter_map(|rule| rule["to"].as_sequence()).flatten();
        let labels = peers.map(|peer| &peer["podSelector"]["matchLabels"]);
        let of_database = labels.filter(|labels| labels["app.kubernetes.io/name"] == "mariadb");
        of_database.filter_map(|labels| Some(labels["app.kubernetes.io/component"].as_str()?.to_owned())).collect()
    };
    assert_eq!(reached("kubernetes/keystone/networkpolicy-keystone-api.yaml"), BTreeSet::from(["proxy".to_owned()]));
    assert_eq!(reached("kubernetes/mariadb/networkpolicy-mariadb-proxy.yaml"), BTreeSet::from(["server".to_owned()]));
    // The page's password is in no ConfigMap.
    let public: Vec<&Value> = all.values().filter(|object| object["kind"] == "ConfigMap").collect();
    let has_page = |object: &&&Value| serde_yaml::to_string(object).expect("YAML").contains("stats auth");
    assert_eq!(public.iter().filter(has_page).count(), 0);
    assert!(
        text(&compiled, "config/mariadb/haproxy.cfg.d/secret.conf")
            .contains("stats auth admin:<mariadb-statistics/password>\n")
    );
}

#[test]
fn what_stands_before_a_capability_cannot_be_turned_off() {
    let compiled = compile_spec(&lab("service mariadb { proxy haproxy; component proxy { enabled #false } }"));
    let found: Vec<&str> = compiled.diagnostics.iter().map(|found| found.message.as_str()).collect();
    let expected = "component `mariadb/proxy` is off, and `database` is needed by others of the site";
    assert!(found.contains(&expected), "{found:#?}");
}

/// The targets of the resilience test: kind and name.
fn targets(lines: &str) -> BTreeSet<(String, String)> {
    let compiled = sound(&lab(&format!("service cookiemonster {{ enabled #true }}\n    {lines}")));
    let config: Value = serde_yaml::from_str(text(&compiled, "config/cookiemonster/config.yaml")).expect("YAML");
    let listed = config["namespace"][0]["resource"].as_sequence().expect("targets");
    let word = |one: &Value, key: &str| one[key].as_str().expect("a word").to_owned();
    listed.iter().map(|one| (word(one, "kind"), word(one, "name"))).collect()
}

#[test]
fn a_resilience_test_has_the_workloads_that_can_spare_a_pod() {
    let pair = |kind: &str, name: &str| (kind.to_owned(), name.to_owned());
    let usual = targets("");
    for (kind, name) in [("deployment", "keystone-api"), ("statefulset", "mariadb-server"), ("statefulset", "rabbitmq")]
    {
        assert!(usual.contains(&pair(kind, name)), "{name}: {usual:?}");
    }
    assert!(!usual.iter().any(|(kind, _)| kind == "daemonset"), "{usual:?}");
    assert!(!usual.contains(&pair("deployment", "cookiemonster")), "it has one pod: {usual:?}");
    let alone = targets("service heat { component api { replicas 1 } }");
    assert!(usual.contains(&pair("deployment", "heat-api")), "{usual:?}");
    assert!(!alone.contains(&pair("deployment", "heat-api")), "its only pod would go: {alone:?}");
    assert_eq!(alone.len() + 1, usual.len());
}

/// The pods that each workload can spare, by name, as a file of the resilience test shows them.
fn spared(lines: &str) -> BTreeMap<String, i64> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/services/cookiemonster");
    let stock = |name: &str| std::fs::read_to_string(root.join(name)).expect("a file");
    let changed = |name: &str, from: &str, to: &str| {
        (format!("schema/services/cookiemonster/{name}"), stock(name).replace(from, to).into_bytes())
    };
    let spec = lab(&format!("service cookiemonster {{ enabled #true }}\n    {lines}"));
    let world = MemoryWorld::from_iter([
        ("sites/test/site.kdl".to_owned(), spec.into_bytes()),
        changed("service.kdl", "name kind\"", "name kind spare\""),
        changed("files/config.yaml.j2", "target: 1", "target: {{ target.spare }}"),
    ]);
    let compiled = compile(&world, &load(&world, &mut Sink::default()), "sites/test");
    let config: Value = serde_yaml::from_str(text(&compiled, "config/cookiemonster/config.yaml")).expect("YAML");
    let listed = config["namespace"][0]["resource"].as_sequence().expect("targets");
    let one = |target: &Value| Some((target["name"].as_str()?.to_owned(), target["target"].as_i64()?));
    listed.iter().filter_map(one).collect()
}

/// A share is rounded up, and neither a quorum nor the last pod goes.
#[test]
fn a_share_of_pods_that_may_go_is_a_number_of_them() {
    let mut lines = String::new();
    for (service, component, share) in [("heat", "api", "1%"), ("glance", "api", "34%"), ("placement", "api", "100%")] {
        lines += &format!("service {service} {{ component {component} {{ disruption-budget \"{share}\" }} }}\n    ");
    }
    lines += "allow TG0607 reason=\"the test asks for it\" until=\"2099-12-31\"\n    ";
    lines += "service mariadb { component server { disruption-budget \"100%\" } }";
    let spared = spared(&lines);
    let of = |name: &str| spared.get(name).copied();
    assert_eq!(of("heat-api"), Some(1), "{spared:?}");
    assert_eq!(of("glance-api"), Some(2), "{spared:?}");
    assert_eq!(of("placement-api"), Some(2), "{spared:?}");
    assert_eq!(of("mariadb-server"), Some(1), "a quorum stays: {spared:?}");
}

#[test]
fn tests_of_the_cloud_are_there_and_not_started() {
    let compiled = sound(&lab("service rally { enabled #true }\n    service tempest { enabled #true }"));
    let all = objects(&compiled);
    for name in ["rally", "tempest"] {
        let job = &all[&format!("kubernetes/{name}/cronjob-{name}-run.yaml")];
        assert_eq!(job["spec"]["suspend"], true, "{name}");
        let claim = &all[&format!("kubernetes/{name}/persistentvolumeclaim-{name}-results.yaml")];
        assert_eq!(claim["spec"]["resources"]["requests"]["storage"], "2Gi", "{name}");
    }
    let tasks: Value = serde_yaml::from_str(text(&compiled, "config/rally/tasks.yaml")).expect("YAML");
    let titles: Vec<&str> =
        tasks["subtasks"].as_sequence().expect("tasks").iter().filter_map(|task| task["title"].as_str()).collect();
    assert!(titles.contains(&"NovaServers.boot_and_delete_server"), "{titles:?}");
    assert!(titles.contains(&"CinderVolumes.create_and_delete_volume"), "{titles:?}");
    let config = text(&compiled, "config/tempest/tempest.conf.d/secret.conf");
    assert!(config.contains("admin_password = <keystone-admin/password>\n"), "{config}");
    assert!(
        !all.values().any(|object| { object["kind"] == "ConfigMap" && object["data"].get("tempest.conf").is_some() })
    );
}
