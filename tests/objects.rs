//! What must hold in the objects of the lab site.

use std::collections::{BTreeMap, BTreeSet};

use serde_yaml::Value;

use crate::support::{LAB, at, objects, sound, stock, template};

fn of_kind(kind: &str) -> Vec<Value> {
    objects(&LAB).into_values().filter(|object| object["kind"] == kind).collect()
}

fn name(object: &Value) -> &str {
    at(object, &["metadata", "name"]).as_str().unwrap_or_default()
}

fn containers(template: &Value) -> Vec<&Value> {
    let lists = ["containers", "initContainers"].map(|list| template["spec"][list].as_sequence());
    lists.into_iter().flatten().flatten().collect()
}

#[test]
fn the_lab_holds_a_whole_site() {
    let objects = objects(&LAB);
    assert!(objects.len() >= 250, "only {} objects", objects.len());
}

#[test]
fn jobs_carry_their_digest_and_no_time_to_live() {
    let jobs = of_kind("Job");
    assert!(jobs.len() > 20);
    for job in jobs {
        let digest = template(&job).map(|template| &template["metadata"]["annotations"]["taco-gen/config-digest"]);
        let digest = digest.and_then(Value::as_str).expect("a digest");
        assert!(name(&job).ends_with(&digest[..10]), "{}", name(&job));
        assert!(name(&job).len() <= 63, "{}", name(&job));
        assert!(job["spec"]["ttlSecondsAfterFinished"].is_null());
    }
}

#[test]
fn selectors_match_templates_and_hold_no_version() {
    for object in objects(&LAB).values() {
        let Some(selector) = object["spec"]["selector"]["matchLabels"].as_mapping() else { continue };
        let Some(template) = template(object) else { continue };
        for (key, value) in selector {
            assert_eq!(&template["metadata"]["labels"][key], value, "{}", name(object));
            assert!(!value.as_str().unwrap_or_default().contains("2026"), "{}", name(object));
        }
    }
}

#[test]
fn every_volume_and_its_source_exists() {
    let objects = objects(&LAB);
    let config_maps: BTreeMap<&str, BTreeSet<&str>> = objects
        .values()
        .filter(|object| object["kind"] == "ConfigMap")
        .map(|object| {
            (
                name(object),
                object["data"].as_mapping().into_iter().flatten().filter_map(|(key, _)| key.as_str()).collect(),
            )
        })
        .collect();
    for object in objects.values() {
        let Some(template) = template(object) else { continue };
        let volumes: Vec<&Value> = template["spec"]["volumes"].as_sequence().into_iter().flatten().collect();
        let claims = object["spec"]["volumeClaimTemplates"].as_sequence().into_iter().flatten().map(name);
        let names: BTreeSet<&str> = volumes.iter().filter_map(|volume| volume["name"].as_str()).chain(claims).collect();
        for container in containers(template) {
            for mount in container["volumeMounts"].as_sequence().into_iter().flatten() {
                let volume = mount["name"].as_str().expect("a name");
                assert!(names.contains(volume), "{}: no volume {volume}", name(object));
                let source =
                    volumes.iter().find(|known| known["name"] == volume).map(|known| &known["configMap"]["name"]);
                if let (Some(source), Some(key)) =
                    (source.and_then(|source| source.as_str()), mount["subPath"].as_str())
                {
                    assert!(
                        config_maps.get(source).is_some_and(|keys| keys.contains(key)),
                        "{}: no {source}/{key}",
                        name(object)
                    );
                }
            }
        }
        for source in volumes.iter().filter_map(|volume| volume["configMap"]["name"].as_str()) {
            assert!(config_maps.contains_key(source), "{}: no ConfigMap {source}", name(object));
        }
    }
}

#[test]
fn every_pod_is_hardened() {
    for object in objects(&LAB).values() {
        let Some(template) = template(object) else { continue };
        let spec = &template["spec"];
        assert_eq!(spec["automountServiceAccountToken"], false, "{}", name(object));
        assert_eq!(spec["securityContext"]["seccompProfile"]["type"], "RuntimeDefault", "{}", name(object));
        for container in containers(template) {
            let (what, security) = (
                format!("{}/{}", name(object), container["name"].as_str().unwrap_or("")),
                &container["securityContext"],
            );
            assert!(!container["resources"]["requests"]["cpu"].is_null(), "{what}");
            assert!(!container["resources"]["limits"]["memory"].is_null(), "{what}");
            let image = container["image"].as_str().expect("an image");
            assert!(
                image.contains('@') || image.rsplit('/').next().is_some_and(|last| last.contains(':')),
                "{what}: {image}"
            );
            assert!(!image.ends_with(":latest"), "{what}: {image}");
            if security["privileged"] != true {
                assert_eq!(security["allowPrivilegeEscalation"], false, "{what}");
                assert_eq!(security["capabilities"]["drop"][0], "ALL", "{what}");
            }
        }
    }
}

/// An API server stores such a variable by its name alone, and the file would differ from what it holds.
#[test]
fn no_variable_is_written_as_empty() {
    let without = sound(&stock("minimal").replace("controller network compute", "controller compute"));
    let mut bare = 0;
    for object in objects(&without).values() {
        for container in template(object).map(containers).into_iter().flatten() {
            for variable in container["env"].as_sequence().into_iter().flatten() {
                assert_ne!(variable["value"], "", "{}: {variable:?}", name(object));
                bare += usize::from(variable["value"].is_null() && variable["valueFrom"].is_null());
            }
        }
    }
    assert!(bare > 0, "a site without gateways has an empty list of them");
}

/// The server warns, at each apply, of every workload that is above the namespace's level of warning.
#[test]
fn the_namespace_warns_of_nothing_that_it_admits() {
    for namespace in of_kind("Namespace") {
        let labels = &namespace["metadata"]["labels"];
        assert_eq!(labels["pod-security.kubernetes.io/warn"], labels["pod-security.kubernetes.io/enforce"]);
        assert_eq!(labels["pod-security.kubernetes.io/audit"], "restricted");
    }
}

#[test]
fn every_long_running_container_is_probed() {
    for kind in ["Deployment", "StatefulSet"] {
        for object in of_kind(kind) {
            let main = &object["spec"]["template"]["spec"]["containers"][0];
            assert!(!main["readinessProbe"].is_null(), "{kind} {}", name(&object));
        }
    }
}

#[test]
fn budgets_let_one_pod_go_and_match_a_workload() {
    let objects = objects(&LAB);
    let budgets = of_kind("PodDisruptionBudget");
    assert!(budgets.len() > 10);
    for budget in budgets {
        assert_eq!(budget["spec"]["maxUnavailable"], 1);
        let matching = objects.values().find(|object| {
            template(object).is_some_and(|template| {
                let labels = budget["spec"]["selector"]["matchLabels"].as_mapping().expect("labels");
                labels.iter().all(|(key, value)| &template["metadata"]["labels"][key] == value)
            })
        });
        let replicas = matching.expect("a workload")["spec"]["replicas"].as_i64().unwrap_or(0);
        assert!(replicas > 1, "{}", name(&budget));
    }
}

#[test]
fn services_reach_pods_and_say_their_protocol() {
    let objects = objects(&LAB);
    for service in of_kind("Service") {
        let selector = service["spec"]["selector"].as_mapping().expect("a selector");
        let found = objects.values().filter_map(template).find(|template| {
            let own: Vec<_> = selector
                .iter()
                .filter(|(key, _)| key.as_str().is_some_and(|key| key.starts_with("app.kubernetes.io/")))
                .collect();
            own.len() >= 2 && own.iter().all(|(key, value)| &&template["metadata"]["labels"][*key] == value)
        });
        let template = found.unwrap_or_else(|| panic!("{} selects nothing", name(&service)));
        for port in service["spec"]["ports"].as_sequence().expect("ports") {
            assert!(port["protocol"].is_string());
            let named = containers(template)
                .into_iter()
                .flat_map(|container| container["ports"].as_sequence().into_iter().flatten());
            let names: Vec<_> = named.map(|port| &port["name"]).collect();
            assert!(names.contains(&&port["targetPort"]), "{}: {port:?} is not among {names:?}", name(&service));
        }
    }
}

#[test]
fn secrets_that_the_cluster_fills_are_written_empty_and_kept() {
    let secrets = of_kind("Secret");
    assert!(!secrets.is_empty());
    for secret in secrets {
        assert!(secret["data"].is_null() && secret["stringData"].is_null(), "{}", name(&secret));
        let annotations = &secret["metadata"]["annotations"];
        assert_eq!(annotations["kustomize.toolkit.fluxcd.io/prune"], "disabled");
        assert!(
            annotations["argocd.argoproj.io/sync-options"]
                .as_str()
                .is_some_and(|options| options.contains("Prune=false"))
        );
    }
}

/// What a start-up gate reads at the API: group, resource, verb.
type Reads = BTreeSet<(String, String, String)>;

fn reads_of(variable: &Value) -> Reads {
    let text = variable["value"].as_str().unwrap_or_default();
    let entries = || serde_json::from_str::<Vec<serde_json::Value>>(text).expect("a list in JSON");
    let read: Vec<(&str, &str, &str)> = match variable["name"].as_str().expect("a name") {
        "DEPENDENCY_SERVICE" => vec![("", "endpoints", "get"), ("discovery.k8s.io", "endpointslices", "list")],
        "DEPENDENCY_JOBS_JSON" => {
            let verb = |entry: &serde_json::Value| if entry["name"].is_string() { "get" } else { "list" };
            entries().iter().map(|entry| ("batch", "jobs", verb(entry))).collect()
        }
        "DEPENDENCY_POD_JSON" => vec![("", "pods", "get"), ("", "pods", "list")],
        other => {
            assert!(!other.starts_with("DEPENDENCY"), "{other} reads what nothing grants");
            vec![]
        }
    };
    read.into_iter().map(|(group, resource, verb)| (group.into(), resource.into(), verb.into())).collect()
}

fn texts(value: &Value) -> impl Iterator<Item = &str> {
    value.as_sequence().into_iter().flatten().filter_map(Value::as_str)
}

fn granted_by(role: &Value) -> Reads {
    let mut granted = Reads::new();
    for rule in role["rules"].as_sequence().expect("rules") {
        for group in texts(&rule["apiGroups"]) {
            for resource in texts(&rule["resources"]) {
                granted.extend(texts(&rule["verbs"]).map(|verb| (group.into(), resource.into(), verb.into())));
            }
        }
    }
    granted
}

#[test]
fn the_gates_of_a_unit_may_read_what_they_wait_for_and_nothing_else() {
    for site in ["lab", "virtualbox", "minimal"] {
        let objects = objects(&sound(&stock(site)));
        let mut needed: BTreeMap<&str, (Reads, BTreeSet<&str>)> = BTreeMap::new();
        for (path, object) in &objects {
            let Some(template) = template(object) else { continue };
            let gate = containers(template).into_iter().find(|container| container["name"] == "gate");
            let Some(gate) = gate else { continue };
            let unit = path.split('/').nth(1).expect("a unit");
            let (reads, accounts) = needed.entry(unit).or_default();
            reads.extend(gate["env"].as_sequence().expect("variables").iter().flat_map(reads_of));
            accounts.insert(template["spec"]["serviceAccountName"].as_str().expect("an account"));
        }
        assert!(needed.len() > 10, "{site}: {needed:?}");
        for (unit, (reads, accounts)) in &needed {
            let of = |kind: &str| &objects[&format!("kubernetes/{unit}/{kind}-startup-gate-{unit}.yaml")];
            let binding = of("rolebinding");
            assert_eq!(binding["roleRef"]["name"], of("role")["metadata"]["name"], "{site}: {unit}");
            assert_eq!(&granted_by(of("role")), reads, "{site}: {unit}");
            let subjects = binding["subjects"].as_sequence().expect("subjects").iter();
            let subjects: Vec<&str> = subjects.filter_map(|subject| subject["name"].as_str()).collect();
            assert_eq!(subjects.len(), accounts.len(), "{site}: {unit}");
            assert_eq!(&subjects.into_iter().collect::<BTreeSet<_>>(), accounts, "{site}: {unit}");
        }
        let bindings = objects.keys().filter(|path| path.contains("/rolebinding-startup-gate"));
        assert_eq!(bindings.count(), needed.len(), "{site}: one a unit");
    }
}

#[test]
fn the_data_plane_waits_for_its_pods_to_be_deleted() {
    let sets = of_kind("DaemonSet");
    let on_delete: Vec<&str> =
        sets.iter().filter(|set| set["spec"]["updateStrategy"]["type"] == "OnDelete").map(name).collect();
    assert!(on_delete.iter().any(|name| name.contains("libvirt")), "{on_delete:?}");
    assert!(on_delete.iter().any(|name| name.contains("openvswitch")), "{on_delete:?}");
}

#[test]
fn quorums_are_odd_and_spread() {
    for set in of_kind("StatefulSet") {
        let replicas = set["spec"]["replicas"].as_i64().expect("replicas");
        assert_eq!(replicas % 2, 1, "{}", name(&set));
        for claim in set["spec"]["volumeClaimTemplates"].as_sequence().into_iter().flatten() {
            assert_eq!(claim["apiVersion"], "v1");
            assert_eq!(claim["kind"], "PersistentVolumeClaim");
        }
    }
}

#[test]
fn no_object_has_an_empty_map_but_where_it_means_all() {
    fn walk(value: &Value, path: &mut Vec<String>, found: &mut Vec<String>) {
        match value {
            Value::Mapping(map) if map.is_empty() => found.push(path.join(".")),
            Value::Mapping(map) => map.iter().for_each(|(key, value)| {
                path.push(key.as_str().unwrap_or("?").to_owned());
                walk(value, path, found);
                path.pop();
            }),
            Value::Sequence(list) if list.is_empty() => found.push(path.join(".")),
            Value::Sequence(list) => list.iter().for_each(|value| walk(value, path, found)),
            _ => {}
        }
    }
    for (path, object) in objects(&LAB) {
        let mut found = Vec::new();
        walk(&object, &mut Vec::new(), &mut found);
        found.retain(|place| place != "spec.podSelector");
        assert!(found.is_empty(), "{path}: {found:?}");
    }
}

#[test]
fn one_value_for_region_and_metadata_secret() {
    let texts: Vec<&str> = LAB
        .artifacts
        .iter()
        .flatten()
        .filter(|file| file.path.starts_with("config/"))
        .map(|file| file.printed.text.as_str())
        .collect();
    let regions: BTreeSet<&str> =
        texts.iter().flat_map(|text| text.lines()).filter_map(|line| line.strip_prefix("region_name = ")).collect();
    assert_eq!(regions, BTreeSet::from(["RegionOne"]));
    let secrets: BTreeSet<&str> = texts
        .iter()
        .flat_map(|text| text.lines())
        .filter_map(|line| line.strip_prefix("metadata_proxy_shared_secret = "))
        .collect();
    assert_eq!(secrets.len(), 1, "{secrets:?}");
}

#[test]
fn no_stray_file_changes_how_argo_reads_the_tree() {
    let files = LAB.artifacts.iter().flatten().map(|file| file.path.as_str());
    let stray: Vec<&str> =
        files.filter(|path| path.ends_with("kustomization.yaml") && path.starts_with("kubernetes/")).collect();
    assert_eq!(stray, Vec::<&str>::new());
}
