//! What Argo CD and Flux are pointed at: folders that are there, and all of them.

use std::collections::BTreeSet;
use std::path::Path;

use crate::support::{sound, stock};

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
        let Some(folder) = folder else { continue };
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
