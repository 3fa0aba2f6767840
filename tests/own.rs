//! What a site adds of its own: files, volumes and containers in pods, objects, and patches on all that is emitted.

use taco_gen::Compiled;
use taco_gen::world::memory::MemoryWorld;

use crate::support::{LIBRARY, at, digests, objects, text};

const HEAD: &str = r#"site test {
    network management cidr="192.0.2.0/24" { ntp "192.0.2.1" }
    node "ctl[1-3]" management="192.0.2.[11-13]" { roles controller network; labels "rack=r1" }
    node "cmp[1-2]" management="192.0.2.[21-22]" { roles compute }
"#;

/// Compiles a site of these lines, with files in its folder.
fn compile(lines: &str, files: &[(&str, &[u8])]) -> Compiled {
    let spec = ("sites/test/site.kdl".to_owned(), format!("{HEAD}{lines}\n}}\n").into_bytes());
    let files = files.iter().map(|(path, bytes)| (format!("sites/test/{path}"), bytes.to_vec()));
    let world = MemoryWorld::from_iter(files.chain([spec]));
    taco_gen::compile(&world, &LIBRARY, "sites/test")
}

fn sound(lines: &str, files: &[(&str, &[u8])]) -> Compiled {
    let compiled = compile(lines, files);
    assert!(compiled.artifacts.is_some(), "diagnostics: {:#?}", compiled.diagnostics);
    compiled
}

/// The consumers whose digests differ.
fn rolled(before: &Compiled, after: &Compiled) -> Vec<String> {
    let (before, after) = (digests(before), digests(after));
    after.iter().filter(|(name, digest)| before.get(*name) != Some(digest)).map(|(name, _)| name.clone()).collect()
}

const FILE: &str = r#"service nova { component api-osapi { file vendordata.json at="/etc/nova/vendordata.json" source="v.json" mode="0440" } }"#;

#[test]
fn a_file_of_the_site_rolls_the_pod_that_has_it_and_no_other() {
    let before = sound(FILE, &[("v.json", b"{}\n")]);
    let after = sound(FILE, &[("v.json", b"{\"a\": 1}\n")]);
    assert_eq!(rolled(&before, &after), ["nova/api-osapi"]);
    let map = &objects(&after)["kubernetes/nova/configmap-nova-api-osapi-files.yaml"];
    assert_eq!(at(map, &["data", "vendordata.json"]).as_str(), Some("{\"a\": 1}\n"));
    let deployment = text(&after, "kubernetes/nova/deployment-nova-api-osapi.yaml");
    assert!(
        deployment.contains("mountPath: /etc/nova/vendordata.json\n          subPath: vendordata.json"),
        "{deployment}"
    );
    assert!(deployment.contains("path: vendordata.json\n            mode: 288"), "{deployment}");
}

#[test]
fn a_folder_of_the_site_is_mounted_whole_in_the_containers_that_are_named() {
    let lines = r#"service horizon { component horizon { file theme at="/etc/theme" source="theme" { containers horizon static } } }"#;
    let files: [(&str, &[u8]); 2] = [("theme/static/a.scss", b"a{}"), ("theme/logo.png", b"\x89PNG\xff")];
    let compiled = sound(lines, &files);
    let map = &objects(&compiled)["kubernetes/horizon/configmap-horizon-files.yaml"];
    assert_eq!(at(map, &["data", "theme.static__a.scss"]).as_str(), Some("a{}"));
    assert_eq!(at(map, &["binaryData", "theme.logo.png"]).as_str(), Some("iVBOR/8="));
    let deployment = text(&compiled, "kubernetes/horizon/deployment-horizon.yaml");
    assert_eq!(deployment.matches("mountPath: /etc/theme").count(), 2, "{deployment}");
    assert!(deployment.contains("key: theme.static__a.scss\n            path: static/a.scss"), "{deployment}");
}

#[test]
fn a_private_key_is_no_file_for_pods() {
    let compiled = compile(FILE, &[("v.json", b"-----BEGIN OPENSSH PRIVATE KEY-----\nb3\n")]);
    let codes: Vec<&str> = compiled.diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    assert_eq!(codes, ["TG0455"]);
}

const OBJECTS: &str = r#"
    secret acme kind=password
    object motd unit=nova { content { apiVersion v1; kind ConfigMap; metadata { name motd }; data { motd (text)"REGION {site:region}" } } }
    object vendor { content { apiVersion v1; kind Secret; metadata { name vendor }; stringData { "a.conf" (text)"PLAIN {secret:acme}" } } }
    object all source="all.yaml"
    service glance { component api { volume motd at="/run/motd" kind=config-map; volume vendor at="/etc/vendor" kind=secret } }
"#;

const ALL: &str = "apiVersion: v1
kind: ConfigMap
metadata: { name: one }
data: { url: !endpoint identity public }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: two }
spec:
  selector: { matchLabels: { app: two } }
  template:
    metadata: { labels: { app: two } }
    spec: { containers: [ { name: two, image: 'docker.io/library/busybox:1.36', envFrom: [ { configMapRef: { name: one } } ] } ] }
";

#[test]
fn an_object_of_the_site_rolls_what_reads_it() {
    let compiled = sound(OBJECTS, &[("all.yaml", ALL.as_bytes())]);
    let map = &objects(&compiled)["kubernetes/nova/configmap-motd.yaml"];
    assert_eq!(at(map, &["data", "motd"]).as_str(), Some("REGION RegionOne"));
    assert_eq!(at(map, &["metadata", "namespace"]).as_str(), Some("openstack"));
    let changed = |from: &str, to: &str| sound(&OBJECTS.replace(from, to), &[("all.yaml", ALL.as_bytes())]);
    assert_eq!(rolled(&compiled, &changed("REGION", "region")), ["glance/api"]);
    assert_eq!(rolled(&compiled, &changed("PLAIN", "plain")), ["glance/api"]);
    let other = sound(OBJECTS, &[("all.yaml", ALL.replace("identity public", "identity").as_bytes())]);
    assert_eq!(rolled(&compiled, &other), ["object/two"]);
}

/// Deployments of the site's own that read its Secret in each way that a pod can; the last reads none.
const READERS: &str = "apiVersion: apps/v1
kind: Deployment
metadata: { name: NAME }
spec:
  selector: { matchLabels: { app: NAME } }
  template:
    metadata: { labels: { app: NAME } }
    spec:
      containers: [ { name: NAME, image: 'docker.io/library/busybox:1.36', MORE } ]
      volumes: [ VOLUMES ]
";

#[test]
fn a_secret_of_the_site_rolls_pods_that_read_it_as_variables_and_in_parts_of_volumes() {
    let all = [
        ("whole", "envFrom: [ { secretRef: { name: vendor } } ]", ""),
        ("key", "env: [ { name: A, valueFrom: { secretKeyRef: { name: vendor, key: a.conf } } } ]", ""),
        ("part", "command: [ sh ]", "{ name: x, projected: { sources: [ { secret: { name: vendor } } ] } }"),
        ("volume", "command: [ sh ]", "{ name: x, secret: { secretName: vendor } }"),
        ("none", "envFrom: [ { configMapRef: { name: motd } } ]", ""),
    ]
    .map(|(name, more, volumes)| READERS.replace("NAME", name).replace("MORE", more).replace("VOLUMES", volumes))
    .join("---\n");
    let files: &[(&str, &[u8])] = &[("all.yaml", all.as_bytes())];
    let compiled = sound(OBJECTS, files);
    let changed = |from: &str, to: &str| sound(&OBJECTS.replace(from, to), files);
    let readers = ["glance/api", "object/key", "object/part", "object/volume", "object/whole"];
    assert_eq!(rolled(&compiled, &changed("PLAIN", "plain")), readers);
    assert_eq!(rolled(&compiled, &changed("REGION", "region")), ["glance/api", "object/none"]);
}

#[test]
fn a_secret_of_the_site_gets_into_the_cluster_as_all_others_do() {
    let deliver = r#"deliver argocd repo="ssh://git@git.example.com/x.git""#;
    let compiled = sound(&format!("{OBJECTS}{deliver}"), &[("all.yaml", ALL.as_bytes())]);
    let external = text(&compiled, "kubernetes/base/externalsecret-vendor.yaml");
    assert!(external.contains("PLAIN {{ .site_acme__password }}"), "{external}");
    let project = |compiled: &Compiled| {
        let files = compiled.artifacts.iter().flatten();
        let found = files.map(|file| &file.printed.text).find(|text| text.contains("kind: AppProject"));
        found.expect("a project").clone()
    };
    assert!(!project(&compiled).contains("PriorityClass"));
    let cluster = r#"object batch cluster-scoped=#true { content { apiVersion "scheduling.k8s.io/v1"; kind PriorityClass; metadata { name batch }; value 10 } }"#;
    let compiled = sound(&format!("{deliver}\n{cluster}"), &[]);
    assert!(project(&compiled).contains("PriorityClass"));
}

#[test]
fn what_is_said_of_pods_stands_in_them() {
    let lines = r#"
    image vector "docker.io/timberio/vector:0.40.0-alpine"
    pods { toleration "node-role.kubernetes.io/control-plane" effect=NoSchedule }
    service nova {
        pods { annotations { "example.com/team" compute } }
        component api-osapi {
            node-selector { rack r1 }
            topology-spread rack unsatisfiable=DoNotSchedule
            priority-class system-cluster-critical
            labels { tier control }
            account-annotations { "example.com/role" nova }
            env { MY_REGION (site)"region" }
            volume scratch at="/var/scratch" kind=empty { containers log }
            sidecar log { image vector; run vector; mount nova.conf at="/etc/nova/nova.conf" }
        }
        job db-sync { env { TRACE "1" } }
    }"#;
    let compiled = sound(lines, &[]);
    let deployment = text(&compiled, "kubernetes/nova/deployment-nova-api-osapi.yaml");
    for line in [
        "- key: node-role.kubernetes.io/control-plane\n        operator: Exists\n        effect: NoSchedule\n",
        "example.com/team: \"compute\"\n",
        "        rack: r1\n",
        "topologyKey: rack\n        whenUnsatisfiable: DoNotSchedule\n",
        "priorityClassName: system-cluster-critical\n",
        "        tier: control\n",
        "- name: MY_REGION\n          value: \"RegionOne\"\n",
        "image: docker.io/timberio/vector:0.40.0-alpine\n",
        "- name: scratch\n          mountPath: /var/scratch\n",
    ] {
        assert!(deployment.contains(line), "no {line:?} in {deployment}");
    }
    assert_eq!(deployment.matches("mountPath: /var/scratch").count(), 1);
    assert!(
        text(&compiled, "kubernetes/nova/serviceaccount-nova-api-osapi.yaml").contains("example.com/role: \"nova\"")
    );
    let all = objects(&compiled);
    let pods = all.values().filter(|object| {
        let template = crate::support::template(object);
        template.is_some_and(|template| at(template, &["spec", "tolerations"]).as_sequence().is_none())
    });
    assert_eq!(pods.count(), 0, "a pod has no toleration");
    let sync = all.iter().find(|(path, _)| path.contains("/nova/job-nova-db-sync-")).expect("a job").1;
    assert!(serde_yaml::to_string(sync).expect("YAML").contains("TRACE"));
}

#[test]
fn a_host_group_has_files_of_its_own() {
    let lines = r#"group cold { nodes cmp1; service nova { component compute { file rack at="/etc/rack" content="cold" } } }
    service nova { component compute { file rack at="/etc/rack" content="warm" } }"#;
    let compiled = sound(lines, &[]);
    let all = objects(&compiled);
    let of = |name: &str| {
        let found = all.iter().find(|(path, _)| path.ends_with(&format!("/configmap-{name}.yaml")))?.1;
        at(found, &["data", "rack"]).as_str().map(str::to_owned)
    };
    assert_eq!(of("nova-compute-files").as_deref(), Some("warm"));
    assert_eq!(of("nova-compute-cold-files").as_deref(), Some("cold"));
}

#[test]
fn a_patch_reaches_every_object_that_is_emitted() {
    for deliver in ["argocd", "flux"] {
        let lines = format!(
            "{OBJECTS}\n    deliver {deliver} repo=\"ssh://git@git.example.com/x.git\" {{ secrets external-secrets }}"
        );
        let files: [(&str, &[u8]); 1] = [("all.yaml", ALL.as_bytes())];
        let plain = sound(&lines, &files);
        let emitted: Vec<(String, serde_yaml::Value)> = plain
            .artifacts
            .iter()
            .flatten()
            .filter(|file| {
                file.path.ends_with(".yaml")
                    && (file.path.starts_with("kubernetes/") || file.path.starts_with("delivery/"))
            })
            .map(|file| (file.path.clone(), serde_yaml::from_str(&file.printed.text).expect("YAML")))
            .filter(|(_, object): &(String, serde_yaml::Value)| object["kind"].is_string())
            .collect();
        let kinds: std::collections::BTreeSet<&str> =
            emitted.iter().filter_map(|(_, object)| object["kind"].as_str()).collect();
        assert!(kinds.len() > 14, "{kinds:?}");
        let patches: String = kinds
            .iter()
            .map(|kind| format!("    patch {kind} \"*\" {{ merge {{ metadata {{ annotations {{ \"example.com/patched\" yes }} }} }} }}\n"))
            .collect();
        let patched = sound(&format!("{lines}\n{patches}"), &files);
        let texts = patched.artifacts.iter().flatten().filter(|file| file.path.ends_with(".yaml"));
        let objects = texts.filter(|file| file.printed.text.contains("\nkind: "));
        let unpatched: Vec<&str> = objects
            .filter(|file| !file.printed.text.contains("example.com/patched: \"yes\""))
            .map(|file| file.path.as_str())
            .filter(|path| path.starts_with("kubernetes/") || path.starts_with("delivery/"))
            .collect();
        assert_eq!(unpatched, Vec::<&str>::new(), "{deliver}");
    }
}

const DIRECTORY: &str = r#"
    secret ldap-bind kind=password
    service keystone {
        config "keystone.corp.conf" {
            identity { driver ldap }
            ldap { url "ldap://ldap.example.com"; user "cn=reader"; password (secret)"ldap-bind" }
        }
    }
    deliver argocd repo="ssh://git@git.example.com/x.git""#;

#[test]
fn a_domain_has_a_file_that_is_a_secret_as_a_whole() {
    let compiled = sound(DIRECTORY, &[]);
    let external = text(&compiled, "kubernetes/keystone/externalsecret-keystone-corp-conf.yaml");
    for line in ["[identity]", "driver = ldap", "[ldap]", "url = ldap://ldap.example.com", "password = {{"] {
        assert!(external.contains(line), "no {line:?} in {external}");
    }
    let map = &objects(&compiled)["kubernetes/keystone/configmap-keystone-etc.yaml"];
    assert!(at(map, &["data", "keystone.corp.conf"]).is_null());
    let api = text(&compiled, "kubernetes/keystone/deployment-keystone-api.yaml");
    let mount = "mountPath: /etc/keystone/domains/keystone.corp.conf\n          subPath: secret.conf\n";
    assert!(api.contains(mount), "{api}");
    let public = text(&compiled, "config/keystone/keystone.conf");
    assert!(public.contains("domain_specific_drivers_enabled = true"), "{public}");
    assert!(public.contains("domain_config_dir = /etc/keystone/domains"), "{public}");
    let jobs = objects(&compiled).into_iter().filter(|(path, _)| path.contains("job-keystone-domains-"));
    let jobs: Vec<String> = jobs.map(|(_, job)| serde_yaml::to_string(&job).expect("YAML")).collect();
    assert!(jobs.len() == 1 && jobs[0].contains("TACO_DOMAINS") && jobs[0].contains("value: corp"), "{jobs:?}");
    let bare = sound("", &[]);
    assert!(!text(&bare, "config/keystone/keystone.conf").contains("domain_"));
    assert!(objects(&bare).keys().all(|path| !path.contains("domains")));
}

#[test]
fn an_option_of_a_domain_rolls_the_identity_service_alone() {
    let other = DIRECTORY.replace("cn=reader", "cn=other");
    let rolled = rolled(&sound(DIRECTORY, &[]), &sound(&other, &[]));
    assert_eq!(rolled, ["keystone/api"]);
}

#[test]
fn a_secret_that_two_containers_mount_in_two_ways_has_a_volume_for_each() {
    let lines = r#"
    secret client kind=password
    service nova { component conductor {
        secret client at="/etc/client" mode="0400" optional=#true
        sidecar log { run sleep "1"; secret client at="/etc/client" }
    } }"#;
    let deployment = text(&sound(lines, &[]), "kubernetes/nova/deployment-nova-conductor.yaml").to_owned();
    for part in [
        "- name: secret-site-client\n          mountPath: /etc/client",
        "- name: secret-site-client-440\n          mountPath: /etc/client",
        "secretName: site-client\n          defaultMode: 256  # 0400\n          optional: true",
        "secretName: site-client\n          defaultMode: 288  # 0440\n      -",
    ] {
        assert!(deployment.contains(part), "{part}\n{deployment}");
    }
}
