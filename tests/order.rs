//! One graph, three views: start-up gates, sync waves, `dependsOn`.

use std::collections::BTreeMap;

use crate::support::{LAB, objects, sound, stock, template};

/// The consumers' sync waves by object name.
fn waves() -> BTreeMap<String, i64> {
    let objects = objects(&LAB);
    let entries = objects.values().filter_map(|object| {
        let wave = object["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"].as_str()?.parse().ok()?;
        Some((object["metadata"]["name"].as_str()?.to_owned(), wave))
    });
    entries.collect()
}

#[test]
fn a_gate_opens_in_an_earlier_wave() {
    let waves = waves();
    let mut checked = 0;
    for object in objects(&LAB).values() {
        let name = object["metadata"]["name"].as_str().unwrap_or_default();
        let Some(template) = template(object) else { continue };
        let Some(gate) = template["spec"]["initContainers"].as_sequence().and_then(|list| list.first()) else {
            continue;
        };
        for variable in gate["env"].as_sequence().into_iter().flatten() {
            if variable["name"] != "DEPENDENCY_JOBS_JSON" {
                continue;
            }
            let jobs: serde_json::Value =
                serde_json::from_str(variable["value"].as_str().expect("text")).expect("JSON");
            for job in jobs.as_array().expect("a list") {
                // A job of another service is waited for by its labels.
                let prefix = |labels: &serde_json::Value| {
                    let word =
                        |key: &str| labels[format!("app.kubernetes.io/{key}")].as_str().expect("a label").to_owned();
                    format!("{}-{}-", word("name"), word("component"))
                };
                let named = |(known, _): &(&String, &i64)| match job["name"].as_str() {
                    Some(name) => *known == name,
                    None => known.starts_with(&prefix(&job["labels"])),
                };
                let found = waves.iter().find(named);
                assert!(found.is_some_and(|(_, wave)| *wave < waves[name]), "{name} waits for {job}: {waves:#?}");
                checked += 1;
            }
        }
    }
    assert!(checked > 20, "only {checked} gates were checked");
}

#[test]
fn flux_and_argo_order_units_alike() {
    let spec = stock("lab");
    let flux = sound(&spec.replace("deliver argocd", "deliver flux"));
    let levels = taco_gen::delivery::order::levels(&LAB.units);
    assert_eq!(LAB.units, flux.units, "the order does not depend on the controller");
    for (unit, needed) in &flux.units {
        let path = format!("delivery/flux/kustomization-{unit}.yaml");
        let object: serde_yaml::Value = serde_yaml::from_str(crate::support::text(&flux, &path)).expect("YAML");
        let depends = object["spec"]["dependsOn"].as_sequence().expect("every unit waits for something");
        let depends: Vec<&str> = depends.iter().filter_map(|one| one["name"].as_str()).collect();
        // The first unit waits for the Kustomization that holds them all: no unit is applied by the order of an older commit.
        let expected: Vec<String> = match needed.as_slice() {
            [] => vec!["lab".to_owned()],
            others => others.iter().map(|other| format!("lab-{other}")).collect(),
        };
        assert_eq!(depends, expected, "{unit}");
        for other in needed {
            assert!(levels[other.as_str()] < levels[unit.as_str()], "{unit} needs {other}");
        }
    }
}
