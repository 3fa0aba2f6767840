//! The sites of the repository: sound, deterministic, and as committed.

use std::collections::BTreeSet;
use std::path::Path;

use taco_gen::compile;
use taco_gen::world::disk::DiskWorld;

use crate::support::{LIBRARY, sound, stock, stock_without_store};

#[test]
fn every_site_of_the_repository_is_sound_and_committed() {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let world = DiskWorld::new(project.to_owned());
    for site in ["lab", "virtualbox", "minimal", "hosts-2026", "guide", "guide-ha", "aio", "oaas", "aio-2026"] {
        let compiled = compile(&world, &LIBRARY, &format!("sites/{site}"));
        assert!(compiled.artifacts.is_some(), "{:#?}", compiled.diagnostics);
        let root = project.join("output").join(&compiled.name);
        for file in compiled.artifacts.iter().flatten() {
            let committed = std::fs::read_to_string(root.join(&file.path)).unwrap_or_default();
            assert!(committed == file.printed.text, "output/{site}/{} is not what the spec gives", file.path);
        }
        assert_eq!(strangers(&root), Vec::<String>::new(), "files that no build wrote would be applied all the same");
    }
}

/// Files of a site's output that its index does not list.
fn strangers(root: &Path) -> Vec<String> {
    let index = std::fs::read_to_string(root.join("SHA256SUMS")).expect("an index");
    let listed: BTreeSet<&str> = index.lines().filter_map(|line| Some(line.split_once("  ")?.1)).collect();
    let found = walkdir::WalkDir::new(root).into_iter().flatten().filter(|entry| entry.file_type().is_file());
    let found = found.filter_map(|entry| Some(entry.path().strip_prefix(root).ok()?.to_str()?.to_owned()));
    found.filter(|path| path != "SHA256SUMS" && !listed.contains(path.as_str())).collect()
}

#[test]
fn every_site_is_sound_in_every_release() {
    for release in ["zed", "2024.1", "2025.1", "2025.2", "2026.1", "2026.2"] {
        for site in ["lab", "virtualbox", "minimal"] {
            let compiled = sound(&of_release(&stock_without_store(site), release));
            assert_eq!(compiled.diagnostics, Vec::new(), "{site} on {release}");
            let uwsgi = crate::support::text(&compiled, "config/keystone/keystone-api-uwsgi.ini");
            assert_eq!(uwsgi.contains("\nwsgi-file = "), ["zed", "2024.1"].contains(&release), "{release}");
            assert!(uwsgi.contains("\nwsgi-file = ") != uwsgi.contains("\nmodule = "), "{release}");
        }
    }
}

/// The spec for another release: by its one word where it has it, by a new line where not.
fn of_release(spec: &str, release: &str) -> String {
    let word = format!("openstack=\"{release}\"");
    match spec.split_once("openstack=\"") {
        Some((before, after)) => format!("{before}{word}{}", after.split_once('"').expect("a closing quote").1),
        None => spec.replacen(" {\n", &format!(" {{\n    release {word}\n"), 1),
    }
}

#[test]
fn two_runs_give_the_same_bytes() {
    let (first, second) = (sound(&stock("lab")), sound(&stock("lab")));
    assert_eq!(first.artifacts, second.artifacts);
}

#[test]
fn every_line_knows_its_origin() {
    let compiled = sound(&stock("lab"));
    for file in compiled.artifacts.iter().flatten() {
        assert_eq!(file.printed.lines.len(), file.printed.text.lines().count(), "{}", file.path);
    }
}

#[test]
fn a_line_leads_back_to_the_spec_and_the_default() {
    let compiled = sound(&stock("lab"));
    let path = "config/keystone/keystone.conf";
    let text = crate::support::text(&compiled, path);
    let number = text.lines().position(|line| line == "expiration = 7200").expect("the option") + 1;
    let answer = taco_gen::explain::line(&compiled, path, number).expect("an answer");
    assert!(answer.contains("from sites/test/site.kdl:"), "{answer}");
    assert!(answer.contains("over schema/services/keystone/config/keystone.conf.kdl:"), "{answer}");
}

#[test]
fn a_services_patch_files_change_finished_objects() {
    let patch = "patch Deployment keystone-api { when \"service:glance\"; merge { metadata { annotations { \"example.com/team\" cloud } } } }\n\
                 patch Deployment keystone-api { when \"!service:glance\"; merge { metadata { annotations { \"example.com/old\" yes } } } }\n";
    let files = [
        ("sites/test/site.kdl".to_owned(), stock("minimal").into_bytes()),
        ("schema/services/keystone/patch/team.kdl".to_owned(), patch.as_bytes().to_vec()),
    ];
    let world = taco_gen::world::memory::MemoryWorld::from_iter(files);
    let mut sink = taco_gen::diag::Sink::default();
    let library = taco_gen::catalog::load::load(&world, &mut sink);
    assert_eq!(sink.into_sorted(), Vec::new());
    let compiled = taco_gen::compile(&world, &library, "sites/test");
    assert!(compiled.artifacts.is_some(), "{:#?}", compiled.diagnostics);
    let objects = crate::support::objects(&compiled);
    let annotations = &objects["kubernetes/keystone/deployment-keystone-api.yaml"]["metadata"]["annotations"];
    assert_eq!(annotations["example.com/team"], "cloud");
    assert!(annotations.get("example.com/old").is_none());
}
