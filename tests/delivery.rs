//! What Argo CD and Flux are pointed at: folders that are there, and all of them.

use std::collections::BTreeSet;
use std::path::Path;

use serde_yaml::Value;
use taco_gen::Compiled;

use crate::support::{compile_spec, sound, stock};

/// The folders that delivery objects point at, as they stand in the output; `texts` are paths and texts of the output.
fn pointed_at<'t>(texts: impl Iterator<Item = (&'t str, &'t str)>) -> BTreeSet<String> {
    let mut folders = BTreeSet::new();
    for (path, text) in texts.filter(|(path, _)| path.starts_with("delivery/") && path.ends_with(".yaml")) {
        let object: serde_yaml::Value = serde_yaml::from_str(text).unwrap_or_else(|error| panic!("{path}: {error}"));
        let folder = match object["kind"].as_str() {
            Some("Application") => object["spec"]["source"]["path"].as_str(),
            Some("Kustomization") => object["spec"]["path"].as_str(),
            _ => None,
        };
        // The one that holds the others, and nothing else, points at their folder.
        let Some(folder) = folder.filter(|folder| !folder.contains("delivery/")) else { continue };
        let at = folder.find("kubernetes/").unwrap_or_else(|| panic!("{path} points at {folder}"));
        assert!(folders.insert(folder[at..].to_owned()), "{path}: {folder} is delivered twice");
    }
    folders
}

fn folders_with_objects<'t>(paths: impl Iterator<Item = &'t str>) -> BTreeSet<String> {
    let folders = paths.filter(|path| path.starts_with("kubernetes/")).filter_map(|path| path.rsplit_once('/'));
    folders.map(|(folder, _)| folder.to_owned()).collect()
}

#[test]
fn every_unit_with_an_object_is_delivered_and_no_other() {
    let lab = stock("lab");
    let virtualbox = stock("virtualbox");
    let deliver = "deliver argocd repo=\"ssh://git@example.com/clusters.git\" path=\"deep/sites\"\n}";
    let minimal = stock("minimal");
    let minimal = format!("{}    {deliver}\n", minimal.trim_end().trim_end_matches('}'));
    let specs = [
        lab.replace("deliver argocd", "deliver flux"),
        lab,
        virtualbox.replace("deliver flux", "deliver argocd"),
        virtualbox,
        minimal.replace("deliver argocd", "deliver flux"),
        minimal,
    ];
    for spec in specs {
        let compiled = sound(&spec);
        let files = compiled.artifacts.iter().flatten();
        let files: Vec<_> = files.map(|file| (file.path.as_str(), file.printed.text.as_str())).collect();
        let pointed = pointed_at(files.iter().copied());
        assert!(pointed.len() > 10, "{pointed:?}");
        let there = folders_with_objects(files.iter().map(|(path, _)| *path));
        assert_eq!(pointed, there, "{spec}");
    }
}

#[test]
fn every_path_of_the_committed_delivery_is_a_folder_with_objects() {
    for site in ["lab", "virtualbox", "minimal"] {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("output").join(site);
        let files = walkdir::WalkDir::new(&root).into_iter().map(|entry| entry.expect("readable"));
        let files = files.filter(|entry| entry.file_type().is_file());
        let read = |path: &Path| std::fs::read_to_string(path).expect("UTF-8");
        let named = |path: &Path| path.strip_prefix(&root).expect("below").to_string_lossy().into_owned();
        let files: Vec<_> = files.map(|entry| (named(entry.path()), read(entry.path()))).collect();
        let pointed = pointed_at(files.iter().map(|(path, text)| (path.as_str(), text.as_str())));
        let there = folders_with_objects(files.iter().map(|(path, _)| path.as_str()));
        let delivered = files.iter().any(|(path, _)| path.starts_with("delivery/"));
        assert_eq!(pointed, if delivered { there } else { BTreeSet::new() }, "{site}");
        assert_eq!(delivered, site != "minimal", "{site}");
    }
}

/// The stock site's spec with other words, which must be in it.
fn changed(site: &str, words: &[(&str, &str)]) -> String {
    words.iter().fold(stock(site), |spec, (old, new)| {
        assert!(spec.contains(old), "{site} has no `{old}`");
        spec.replace(old, new)
    })
}

/// The YAML files of an output below a folder, by path.
fn below(compiled: &Compiled, folder: &str) -> Vec<(String, Value)> {
    let files = compiled.artifacts.iter().flatten().filter(|file| file.path.starts_with(folder));
    let yaml = files.filter(|file| file.path.ends_with(".yaml"));
    yaml.map(|file| (file.path.clone(), serde_yaml::from_str(&file.printed.text).expect("YAML"))).collect()
}

fn file(compiled: &Compiled, path: &str) -> Value {
    let mut files = below(compiled, path);
    assert_eq!(files.len(), 1, "{path}: {files:#?}");
    files.remove(0).1
}

/// flux2 #3062: a repository that is read by SSH without a key is `identity is required`.
#[test]
fn flux_reads_a_repository_with_the_credentials_that_its_url_asks_for() {
    let secret = |words: &[(&str, &str)]| {
        let compiled = sound(&changed("virtualbox", words));
        let repository = file(&compiled, "delivery/flux/bootstrap/gitrepository-virtualbox.yaml");
        repository["spec"]["secretRef"]["name"].as_str().map(str::to_owned)
    };
    let url = "ssh://git@git.example.com/clusters.git";
    assert_eq!(secret(&[]).as_deref(), Some("virtualbox-git"));
    assert_eq!(secret(&[("path=virtualbox", "credentials=deploy-key")]).as_deref(), Some("deploy-key"));
    assert_eq!(secret(&[(url, "https://git.example.com/clusters.git")]), None);
    let page = sound(&stock("virtualbox"));
    let page = crate::support::text(&page, "delivery/README.md");
    assert!(page.contains("flux create secret git virtualbox-git -n flux-system --url=ssh://"), "{page}");
    // Flux takes no URL in the form of scp.
    let scp = changed("virtualbox", &[(url, "git@git.example.com:clusters.git")]);
    assert!(compile_spec(&scp).diagnostics.iter().any(|diagnostic| diagnostic.message.contains("url")));
}

/// argo-cd #12840, #29201: a claim that is applied before the pod that uses it is never bound where volumes wait for their pods.
#[test]
fn a_claim_comes_with_its_first_pod() {
    let spec = changed("virtualbox", &[("deliver flux", "deliver argocd")]);
    let compiled = sound(&spec);
    let wave = |path: &str| {
        let annotations = &file(&compiled, path)["metadata"]["annotations"];
        annotations["argocd.argoproj.io/sync-wave"].as_str().map(|wave| wave.parse::<usize>().expect("a number"))
    };
    let claim = wave("kubernetes/glance/persistentvolumeclaim-glance-images.yaml");
    assert_eq!(claim, wave("kubernetes/glance/deployment-glance-api.yaml"));
    assert!(claim.is_some());
}

/// A claim that only a CronJob's pods use is bound when the first of them runs, perhaps tomorrow: nothing waits until then.
#[test]
fn nothing_waits_for_a_claim_of_a_cron_job() {
    let spec = |controller: &str| {
        let backup = ("service mariadb {", "service mariadb {\n        backup #true");
        sound(&changed("virtualbox", &[("deliver flux", &format!("deliver {controller}")), backup]))
    };
    let argocd = spec("argocd");
    let waves = below(&argocd, "kubernetes/mariadb/").into_iter().map(|(path, object)| {
        let annotations = &object["metadata"]["annotations"];
        let wave =
            annotations["argocd.argoproj.io/sync-wave"].as_str().map_or(0, |wave| wave.parse().expect("a number"));
        let counted = annotations["argocd.argoproj.io/ignore-healthcheck"] != "true";
        (path, wave, counted)
    });
    let waves: Vec<(String, usize, bool)> = waves.collect();
    let claims: Vec<_> = waves.iter().filter(|(path, ..)| path.contains("persistentvolumeclaim-")).collect();
    let [(_, claim, false)] = claims.as_slice() else { panic!("one claim that does not count: {waves:#?}") };
    assert!(waves.iter().all(|(path, wave, _)| path.contains("persistentvolumeclaim-") || wave < claim), "{waves:#?}");
    let flux = spec("flux");
    let checks = &file(&flux, "delivery/flux/kustomization-mariadb.yaml")["spec"]["healthCheckExprs"];
    assert_eq!(checks[0]["kind"], "PersistentVolumeClaim", "{checks:#?}");
    assert!(checks[0]["current"].as_str().is_some_and(|expression| expression.contains("'Pending'")), "{checks:#?}");
}

/// argo-cd #14607, #28345: an Ingress is Progressing indefinitely where its controller writes no status.
#[test]
fn nothing_waits_for_what_exposes_an_endpoint() {
    for kind in ["ingress", "loadbalancer", "gateway"] {
        let words = [("deliver flux", "deliver argocd"), ("expose nodeport", &format!("expose {kind}"))];
        let compiled = sound(&changed("virtualbox", &words));
        let objects = below(&compiled, "kubernetes/");
        let wave = |object: &Value| {
            let wave = object["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"].as_str();
            wave.map_or(0, |wave| wave.parse::<usize>().expect("a number"))
        };
        let exposes = |object: &Value| {
            ["Ingress", "Gateway", "HTTPRoute"].iter().any(|kind| object["kind"] == *kind)
                || object["spec"]["type"] == "LoadBalancer"
        };
        let exposing: Vec<_> = objects.iter().filter(|(_, object)| exposes(object)).collect();
        assert!(exposing.len() >= 7, "{kind}: {}", exposing.len());
        for (path, object) in exposing {
            let folder = path.trim_end_matches(|c| c != '/');
            let others = objects.iter().filter(|(other, object)| other.starts_with(folder) && !exposes(object));
            assert!(others.map(|(_, object)| wave(object)).all(|other| other < wave(object)), "{path}");
            assert_eq!(object["metadata"]["annotations"]["argocd.argoproj.io/ignore-healthcheck"], "true", "{path}");
        }
    }
}

/// argo-cd #8970: where the data of every Secret is ignored, a rotated password never arrives.
#[test]
fn argo_ignores_the_data_of_secrets_that_the_cluster_fills_and_of_no_other() {
    let compiled = sound(&stock("lab"));
    let mut ignored = BTreeSet::new();
    for (path, object) in below(&compiled, "delivery/argocd/application-") {
        for rule in object["spec"]["ignoreDifferences"].as_sequence().into_iter().flatten() {
            let name = rule["name"].as_str().unwrap_or_else(|| panic!("{path} ignores every {:?}", rule["kind"]));
            assert_eq!(rule["kind"], "Secret");
            ignored.insert(format!("secret-{name}.yaml"));
        }
    }
    let secrets = below(&compiled, "kubernetes/").into_iter().filter(|(_, object)| object["kind"] == "Secret");
    let filled = secrets.filter(|(_, object)| object["data"].is_null() && object["stringData"].is_null());
    let filled: BTreeSet<String> =
        filled.map(|(path, _)| path.rsplit('/').next().expect("a name").to_owned()).collect();
    assert!(filled.len() >= 2, "{filled:?}");
    assert_eq!(ignored, filled);
}

/// argo-cd #18442, #11494: a sync that failed five times is never tried again, not even with the commit that mends it.
#[test]
fn a_failed_sync_is_tried_again_with_newer_commits() {
    let compiled = sound(&stock("lab"));
    let applications: Vec<_> = below(&compiled, "delivery/argocd/")
        .into_iter()
        .filter(|(_, object)| object["kind"] == "Application")
        .collect();
    assert!(applications.len() > 10);
    for (path, object) in applications {
        let retry = &object["spec"]["syncPolicy"]["retry"];
        assert_eq!((retry["limit"].as_i64(), retry["refresh"].as_bool()), (Some(-1), Some(true)), "{path}");
    }
}

/// external-secrets #5895: what the operator's webhook fills in differs from Git indefinitely.
#[test]
fn external_secrets_say_the_defaults_of_their_operator() {
    let compiled = sound(&stock("lab"));
    let mut values = 0;
    for (path, object) in
        below(&compiled, "kubernetes/").into_iter().filter(|(_, object)| object["kind"] == "ExternalSecret")
    {
        assert_eq!(object["spec"]["target"]["template"]["mergePolicy"], "Replace", "{path}");
        for value in object["spec"]["data"].as_sequence().into_iter().flatten() {
            let remote = &value["remoteRef"];
            let said = ["conversionStrategy", "decodingStrategy", "metadataPolicy"].map(|field| remote[field].as_str());
            assert_eq!(said, [Some("Default"), Some("None"), Some("None")], "{path}");
            values += 1;
        }
    }
    assert!(values > 20, "only {values} values");
}

/// argo-cd #4577, #8444: the order of Applications, and what becomes of a service that is taken away.
#[test]
fn both_controllers_hold_a_site_by_one_object_and_prune_alike() {
    let lab = sound(&stock("lab"));
    let root = file(&lab, "delivery/argocd/bootstrap/application-lab.yaml");
    assert_eq!(root["spec"]["source"]["path"], "lab/delivery/argocd");
    assert_eq!(root["spec"]["syncPolicy"]["automated"]["prune"], true);
    assert!(root["metadata"]["finalizers"].is_null(), "deleting it must not delete the site");
    let project = file(&lab, "delivery/argocd/bootstrap/appproject-lab.yaml");
    for (path, object) in below(&lab, "delivery/argocd/application-") {
        assert_eq!(object["metadata"]["finalizers"][0], "resources-finalizer.argocd.argoproj.io/foreground", "{path}");
        assert_eq!(object["spec"]["project"], project["metadata"]["name"], "{path}");
        let destinations = project["spec"]["destinations"].as_sequence().expect("a list");
        assert!(destinations.contains(&object["spec"]["destination"]), "{path}");
    }
    for (path, object) in
        below(&lab, "kubernetes/").into_iter().filter(|(_, object)| object["metadata"]["namespace"].is_null())
    {
        let kinds = project["spec"]["clusterResourceWhitelist"].as_sequence().expect("a list");
        assert!(kinds.iter().any(|kind| kind["kind"] == object["kind"]), "{path} is not allowed");
    }
    let health = file(&lab, "delivery/configmap-argocd-cm.yaml");
    let script = &health["data"]["resource.customizations.health.argoproj.io_Application"];
    // Its own health, and while its sync runs it is not ready.
    for word in ["status.health.status", "operation.phase == \"Running\""] {
        assert!(script.as_str().is_some_and(|script| script.contains(word)), "{word}");
    }
    let flux = sound(&stock("virtualbox"));
    let root = file(&flux, "delivery/flux/bootstrap/kustomization-virtualbox.yaml");
    assert_eq!(root["spec"]["path"], "./virtualbox/delivery/flux");
    assert_eq!((root["spec"]["prune"].as_bool(), root["spec"]["wait"].as_bool()), (Some(true), None));
    for (path, object) in below(&flux, "delivery/flux/kustomization-") {
        assert_eq!(object["spec"]["deletionPolicy"], "MirrorPrune", "{path}");
    }
}

#[test]
fn a_site_goes_to_the_cluster_that_it_names() {
    let destination = |cluster: &str| {
        let compiled = sound(&changed("lab", &[("path=lab", &format!("path=lab cluster={cluster}"))]));
        let object = file(&compiled, "delivery/argocd/application-keystone.yaml");
        let found = &object["spec"]["destination"];
        (found["name"].as_str().map(str::to_owned), found["server"].as_str().map(str::to_owned))
    };
    assert_eq!(destination("berlin-1"), (Some("berlin-1".to_owned()), None));
    assert_eq!(destination("\"https://10.0.0.1:6443\""), (None, Some("https://10.0.0.1:6443".to_owned())));
    let compiled = sound(&changed("virtualbox", &[("path=virtualbox", "path=virtualbox cluster=berlin-kubeconfig")]));
    let object = file(&compiled, "delivery/flux/kustomization-keystone.yaml");
    assert_eq!(object["spec"]["kubeConfig"]["secretRef"]["name"], "berlin-kubeconfig");
}

/// A patch reaches every object of the output, whichever stage makes it, and what it changes restarts who reads it.
#[test]
fn every_object_can_be_patched() {
    let spec = |patches: &str| changed("lab", &[("    passwords \"", &format!("    {patches}\n    passwords \""))]);
    let label = "{ merge { metadata { labels { team blue } } } }";
    let plain = sound(&stock("lab"));
    let of_kind = |compiled: &Compiled, kind: &str| -> Vec<(String, Value)> {
        let every = below(compiled, "kubernetes/").into_iter().chain(below(compiled, "delivery/"));
        every.filter(|(_, object)| object["kind"] == kind).collect()
    };
    let every = below(&plain, "kubernetes/").into_iter().chain(below(&plain, "delivery/"));
    let kinds: BTreeSet<String> =
        every.map(|(_, object)| object["kind"].as_str().expect("a kind").to_owned()).collect();
    let patches: Vec<String> = kinds.iter().map(|kind| format!("patch {kind} \"*\" {label}")).collect();
    let patched = sound(&spec(&patches.join("\n    ")));
    assert!(kinds.len() > 15, "{kinds:?}");
    for kind in &kinds {
        let found = of_kind(&patched, kind);
        assert_eq!(found.len(), of_kind(&plain, kind).len(), "{kind}");
        assert!(found.iter().all(|(_, object)| object["metadata"]["labels"]["team"] == "blue"), "{kind}");
    }
}

#[test]
fn a_patched_config_map_restarts_who_mounts_it_and_nobody_else() {
    let digests = |spec: &str| crate::support::digests(&sound(spec));
    let patch = "patch ConfigMap horizon-etc { merge { data { \"local_settings.py\" \"DEBUG = True\" } } }";
    let spec = changed("lab", &[("    passwords \"", &format!("    {patch}\n    passwords \""))]);
    let (before, after) = (digests(&stock("lab")), digests(&spec));
    let restarted: Vec<_> =
        before.iter().filter(|(name, digest)| after.get(*name) != Some(*digest)).map(|(name, _)| name).collect();
    assert!(!restarted.is_empty() && restarted.iter().all(|name| name.starts_with("horizon/")), "{restarted:?}");
    let compiled = sound(&spec);
    assert_eq!(crate::support::text(&compiled, "config/horizon/local_settings.py"), "DEBUG = True");
}
