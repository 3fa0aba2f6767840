//! Objects that an API server would refuse or that would never work, each with exactly its findings; and sites without any.

use crate::support::{compile_spec, stock};

#[test]
fn every_broken_object_gives_exactly_its_findings() {
    crate::bad::every_case("tests/objects", 90);
}

#[test]
fn the_sites_are_clean_for_every_release_of_kubernetes() {
    let releases = &crate::support::LIBRARY.catalog.kubernetes;
    assert!(releases.len() >= 4, "{releases:?}");
    for site in ["lab", "minimal", "virtualbox"] {
        let spec = stock(site);
        for release in releases {
            let at = spec.find("kubernetes=\"").map(|at| at + "kubernetes=\"".len());
            let spec = match at {
                Some(at) => format!("{}{release}{}", &spec[..at], &spec[at + 4..]),
                None => spec.replacen("site ", &format!("// {release}\nsite "), 1),
            };
            let compiled = compile_spec(&spec);
            assert!(compiled.diagnostics.is_empty(), "{site} {release}: {:#?}", compiled.diagnostics);
        }
    }
}
