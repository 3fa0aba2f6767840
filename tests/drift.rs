//! Drift: a dump of a cluster that is as the output says has none; each change of one is told, and who made it.
#![allow(clippy::disallowed_methods, reason = "the tests lay out a project of their own")]

use std::sync::LazyLock;

use serde_json::{Value, json};
use taco_gen::review::drift::{Drift, drift, text};
use taco_gen::review::state::State;

use crate::review::{Project, spec};
use crate::support::{sound, stock};

static STATE: LazyLock<State> = LazyLock::new(|| {
    let compiled = sound(&stock("minimal"));
    State::of_artifacts(compiled.artifacts.as_deref().expect("sound"), Vec::new())
});

/// What a cluster that has the state would print: with defaults, status and owners of fields beside what was applied.
fn cluster(state: &State) -> Vec<Value> {
    let files = state.files.iter().filter(|(path, _)| path.starts_with("kubernetes/"));
    let mut objects: Vec<Value> = files.map(|(_, text)| serde_yaml::from_str(text).expect("an object")).collect();
    for object in &mut objects {
        object["metadata"]["uid"] = json!("1");
        object["metadata"]["managedFields"] = json!([{ "manager": "argocd-controller", "fieldsV1": { "f:spec": {} } }]);
        object["status"] = json!({ "observedGeneration": 3 });
        if object["kind"] == "Deployment" {
            object["spec"]["progressDeadlineSeconds"] = json!(600);
            object["spec"]["template"]["spec"]["schedulerName"] = json!("default-scheduler");
        }
    }
    objects
}

fn find<'o>(objects: &'o mut [Value], kind: &str, name: &str) -> &'o mut Value {
    let found = objects.iter_mut().find(|object| object["kind"] == kind && object["metadata"]["name"] == name);
    found.unwrap_or_else(|| panic!("no {kind} {name}"))
}

fn pod(state: &State, owner: (&str, &str), digest: Option<&str>) -> Value {
    let mut objects = cluster(state);
    let template = find(&mut objects, owner.0, owner.1)["spec"]["template"].clone();
    let mut pod =
        json!({ "apiVersion": "v1", "kind": "Pod", "metadata": template["metadata"], "spec": { "nodeName": "aio" } });
    pod["metadata"]["name"] = json!(format!("{}-x", owner.1));
    pod["metadata"]["ownerReferences"] = json!([{ "kind": "ReplicaSet" }]);
    if let Some(digest) = digest {
        pod["metadata"]["annotations"]["taco-gen/config-digest"] = json!(digest);
    }
    pod
}

#[test]
fn a_cluster_as_the_output_says_has_not_drifted() {
    let mut live = cluster(&STATE);
    live.push(pod(&STATE, ("Deployment", "keystone-api"), None));
    live.push(json!({ "kind": "ConfigMap", "metadata": { "name": "kube-root-ca.crt" } }));
    let found = drift(&STATE, &live);
    assert!(found.is_none(), "{found:#?}");
    assert!(found.compared > 100 && found.not_in_dump.is_empty(), "{found:#?}");
    let only: Vec<Value> = live.into_iter().filter(|object| object["kind"] == "Deployment").collect();
    let found = drift(&STATE, &only);
    assert!(found.is_none() && found.not_in_dump.contains(&"Service".to_owned()), "{found:#?}");
}

fn drifted() -> Drift {
    let mut live = cluster(&STATE);
    live.retain(|object| object["metadata"]["name"] != "glance-api" || object["kind"] != "Service");
    let deployment = find(&mut live, "Deployment", "keystone-api");
    deployment["spec"]["replicas"] = json!(7);
    deployment["spec"]["template"]["spec"]["containers"][0]["tty"] = json!(true);
    let name = deployment["spec"]["template"]["spec"]["containers"][0]["name"].as_str().expect("a name").to_owned();
    let item = format!("k:{{\"name\":\"{name}\"}}");
    let fields = json!({ "f:spec": { "f:replicas": {}, "f:template": { "f:spec": { "f:containers": { item: { "f:tty": {} } } } } } });
    deployment["metadata"]["managedFields"] = json!([
        { "manager": "kubectl-edit", "operation": "Update", "fieldsV1": fields },
        { "manager": "argocd-controller", "operation": "Apply", "fieldsV1": { "f:metadata": {} } },
    ]);
    let mut extra = find(&mut live, "ConfigMap", "keystone-etc").clone();
    extra["metadata"]["name"] = json!("keystone-old");
    live.push(extra);
    live.push(pod(&STATE, ("Deployment", "keystone-api"), Some("0000")));
    live.push(pod(&STATE, ("Deployment", "glance-api"), None));
    drift(&STATE, &live)
}

#[test]
fn what_drifted_is_told_with_who_did_it() {
    let found = drifted();
    assert_eq!(found.missing, ["Service glance-api"]);
    assert_eq!(found.extra, ["ConfigMap keystone-old"]);
    let changed = serde_json::to_value(&found.changed).expect("JSON");
    assert_eq!(changed.as_array().map(Vec::len), Some(1), "{changed:#}");
    assert_eq!(changed[0]["object"], "Deployment keystone-api");
    let fields = &changed[0]["fields"];
    assert_eq!(
        fields[0],
        json!({ "place": "spec.replicas", "old": "1", "new": "7", "by": ["kubectl-edit"] }),
        "{fields:#}"
    );
    assert!(
        fields[1]["place"].as_str().is_some_and(|place| place.ends_with("].tty"))
            && fields[1]["by"][0] == "kubectl-edit"
    );
    assert_eq!(found.stale.len(), 1);
    assert_eq!((found.stale[0].workload.as_str(), found.stale[0].pods), ("Deployment keystone-api", 1));
    let text = text::text(&found);
    assert!(text.contains("spec.replicas: 1 -> 7  (by kubectl-edit)"), "{text}");
    assert!(text.ends_with("1 missing, 1 extra, 1 changed, 1 pods of another configuration\n"), "{text}");
}

#[test]
fn a_secret_of_the_cluster_is_never_said() {
    let file = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: x\nstringData:\n  key: wanted-value\n".to_owned();
    let state = State::of_texts([("kubernetes/a/secret-x.yaml".to_owned(), file)]);
    let live = json!({ "kind": "Secret", "metadata": {
            "name": "x", "annotations": { "kubectl.kubernetes.io/last-applied-configuration": "live-value" },
            "managedFields": [{ "manager": "kubectl", "fieldsV1": { "f:data": {}, "f:stringData": {}, "f:metadata": {} } }],
        }, "data": { "other": "live-value" }, "stringData": { "key": "live-value" } });
    let found = drift(&state, &[live]);
    assert_eq!(found.changed.len(), 1);
    let told = text::text(&found) + &serde_json::to_string(&found).expect("JSON");
    assert!(!told.contains("live-value") && !told.contains("wanted-value") && told.contains("redacted"), "{told}");
}

#[test]
fn a_dump_that_cannot_be_read_is_refused_whole() {
    let project = Project::new(&[("a", &spec("a", ""))]);
    project.write("live.json", "{\"kind\": \"List\", \"items\": [");
    let refused = |live: &str, code: &str| {
        let ran = project.run(&["drift", "a", "--live", live]);
        assert!(ran.code == 2 && ran.out.is_empty() && ran.said.contains(code), "{live}: {}", ran.said);
        ran.said
    };
    assert!(refused("live.json", "TG0848").contains("cut off at line 1"));
    refused("absent.json", "TG0848");
    project.write("live.json", "{\"kind\": \"Pod\", \"metadata\": {\"name\": \"p\"}}");
    refused("live.json", "TG0847");
    project.sound(&["build", "--quiet"]);
    assert!(project.sound(&["drift", "a", "--live", "live.json"]).contains("0 objects compared"));
    assert_eq!(project.run(&["drift", "a", "--live", "live.json", "--exit-code"]).code, 0);
}
