//! The sites of the repository: sound, deterministic, and as committed.

use std::path::Path;

use crate::support::{sound, stock};

#[test]
fn every_site_of_the_repository_is_sound_and_committed() {
    for site in ["lab", "virtualbox", "minimal"] {
        let compiled = sound(&stock(site));
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("output").join(&compiled.name);
        for file in compiled.artifacts.iter().flatten() {
            let committed = std::fs::read_to_string(root.join(&file.path)).unwrap_or_default();
            assert!(committed == file.printed.text, "output/{site}/{} is not what the spec gives", file.path);
        }
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
