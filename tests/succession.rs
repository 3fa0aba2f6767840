//! From state to state: what an API server would refuse of a change is an error before, and nothing else is.
//!
//! The oracle here is written on its own, over the emitted YAML: the messages of Kubernetes' validation of updates, one a kind.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use serde_yaml::Value;
use taco_gen::Compiled;
use taco_gen::compile::compile_for;
use taco_gen::diag::{Diagnostic, Severity, Sink};
use taco_gen::verify::succession::{self, Committed, Succession};
use taco_gen::world::memory::MemoryWorld;

use crate::support::{LIBRARY, compile_spec, objects, sound, stock};

const SITES: [&str; 3] = ["lab", "minimal", "virtualbox"];

/// What `build` says of a new state beside the old one.
fn diagnostics(before: &Compiled, after: &Compiled) -> Vec<Diagnostic> {
    let files = before.artifacts.iter().flatten();
    let texts = files.filter(|file| Committed::is_one(&file.path));
    let committed: Vec<Committed> = texts.filter_map(|file| Committed::read(&file.path, &file.printed.text)).collect();
    assert!(committed.len() > 40, "only {} objects are compared", committed.len());
    let mut sink = Sink::default();
    let is_users = |span: taco_gen::span::Span| {
        after.sources.get(span.file).is_some_and(|source| !source.path.starts_with("schema/"))
    };
    let succession = Succession {
        before: &committed,
        unchanged: &[],
        after: &after.linked.as_ref().expect("sound").objects,
        origins: &after.origins,
        is_users: &is_users,
        site: after.named.expect("a name").0,
        namespace: after.named.expect("a name").1,
        recreated: &after.recreated,
        images: &after.facts.data_images,
    };
    succession::check(&succession, &mut sink);
    sink.into_sorted()
}

/// The objects that diagnostics of that code are about, as `Kind name`.
fn told(diagnostics: &[Diagnostic], code: &str) -> BTreeSet<String> {
    let of_code = diagnostics.iter().filter(|diagnostic| diagnostic.code == code);
    let about = |diagnostic: &Diagnostic| {
        let (kind, rest) = diagnostic.message.split_once(" `").expect("a kind");
        format!("{kind} {}", rest.split_once('`').expect("a name").0)
    };
    of_code.map(about).collect()
}

/// Are two states of a field the same to the server?
fn same(old: &Value, new: &Value, path: &[&str]) -> bool {
    let at = |object: &Value| path.iter().fold(object.clone(), |value, key| value[*key].clone());
    at(old) == at(new)
}

fn without(object: &Value, free: &[&str]) -> Value {
    let mut spec = object["spec"].clone();
    let fields = spec.as_mapping_mut().expect("a specification");
    for field in free {
        fields.remove(*field);
    }
    spec
}

/// Would the API server refuse to bring an object from one state to the other?
fn is_refused(old: &Value, new: &Value) -> bool {
    match new["kind"].as_str().expect("a kind") {
        "Deployment" | "DaemonSet" => !same(old, new, &["spec", "selector"]),
        "StatefulSet" => {
            let free = ["replicas", "template", "updateStrategy", "revisionHistoryLimit", "minReadySeconds"];
            without(old, &free) != without(new, &free)
        }
        "Job" => !same(old, new, &["spec", "template"]),
        "PersistentVolumeClaim" => without(old, &["resources"]) != without(new, &["resources"]),
        "Service" => !same(old, new, &["spec", "clusterIP"]),
        "RoleBinding" => !same(old, new, &["roleRef"]),
        "Secret" => old["type"] != new["type"],
        _ => false,
    }
}

/// The objects that are refused, as `Kind name`, by the oracle.
fn refused(before: &Compiled, after: &Compiled) -> BTreeSet<String> {
    let by_name = |compiled: &Compiled| -> BTreeMap<String, Value> {
        let named = |object: Value| {
            let text = |value: &Value| value.as_str().expect("text").to_owned();
            (format!("{} {}", text(&object["kind"]), text(&object["metadata"]["name"])), object)
        };
        objects(compiled).into_values().map(named).collect()
    };
    let (old, new) = (by_name(before), by_name(after));
    let of_both = new.iter().filter_map(|(name, new)| Some((name, old.get(name)?, new)));
    of_both.filter(|(_, old, new)| is_refused(old, new)).map(|(name, ..)| name.clone()).collect()
}

fn with(spec: &str, line: &str) -> String {
    let end = spec.rfind('}').expect("a block");
    format!("{}    {line}\n}}\n", &spec[..end])
}

/// zitadel-charts #348: an upgrade whose objects have other selectors fails to apply.
#[test]
fn no_release_changes_what_cannot_change_of_the_one_before() {
    let releases: Vec<String> = LIBRARY.catalog.releases.keys().map(|release| release.to_string()).collect();
    assert!(releases.len() >= 5);
    let compiled = |site: &str, release: &str| {
        let world = MemoryWorld::from_iter([(format!("sites/{site}/site.kdl"), stock(site).into_bytes())]);
        compile_for(&world, &LIBRARY, &format!("sites/{site}"), Some(release))
    };
    let states: Vec<(&str, &String)> =
        SITES.iter().flat_map(|site| releases.iter().map(|release| (*site, release))).collect();
    let states: BTreeMap<(&str, &String), Compiled> =
        states.into_par_iter().map(|(site, release)| ((site, release), compiled(site, release))).collect();
    let mut pairs = 0;
    for site in SITES {
        for pair in releases.windows(2) {
            let (before, after) = (&states[&(site, &pair[0])], &states[&(site, &pair[1])]);
            if before.linked.is_none() || after.linked.is_none() {
                continue;
            }
            assert_eq!(refused(before, after), BTreeSet::new(), "{site}: {} -> {}", pair[0], pair[1]);
            assert_eq!(told(&diagnostics(before, after), "TG0840"), BTreeSet::new(), "{site}: {pair:?}");
            pairs += 1;
        }
    }
    assert!(pairs >= 12, "only {pairs} pairs were compared");
}

/// Compares the oracle and `build` over pairs of a base and edits of it, in both directions.
fn agree(base: &str, edits: &[String]) -> usize {
    let before = sound(base);
    let one = |edit: &String| {
        let after = compile_spec(edit);
        if after.linked.is_none() {
            return 0;
        }
        let mut refusals = 0;
        for (old, new) in [(&before, &after), (&after, &before)] {
            let (expected, found) = (refused(old, new), diagnostics(old, new));
            assert_eq!(told(&found, "TG0840"), expected, "{edit}");
            assert!(
                found.iter().all(|diagnostic| diagnostic.primary.is_some() && !diagnostic.hints.is_empty()),
                "{found:#?}"
            );
            refusals += expected.len();
        }
        // A state follows itself.
        assert_eq!(diagnostics(&after, &after), Vec::new(), "{edit}");
        refusals + 1
    };
    let counts: Vec<usize> = edits.par_iter().map(one).collect();
    let compared = counts.iter().filter(|count| **count > 0).count();
    assert!(compared * 3 >= edits.len(), "of {} edits only {compared} are sound", edits.len());
    counts.iter().map(|count| count.saturating_sub(1)).sum()
}

#[test]
fn every_overlay_on_and_off_is_refused_before_the_cluster_does() {
    let stocked = ["ha", "single", "ovn", "ovs", "ceph-external", "nfs", "local", "tls", "tls-apis"];
    for site in SITES {
        let spec = stock(site);
        let named = spec.lines().find(|line| line.trim_start().starts_with("overlays "));
        let words = |line: &str| line.split_whitespace().skip(1).map(str::to_owned).collect::<Vec<_>>();
        let on: Vec<String> = named.map(words).unwrap_or_default();
        let line = |overlays: &[String]| format!("    overlays {}", overlays.join(" "));
        let edited = |overlays: Vec<String>| match named {
            Some(named) if overlays.is_empty() => spec.replace(named, ""),
            Some(named) => spec.replace(named, &line(&overlays)),
            None => with(&spec, line(&overlays).trim()),
        };
        let toggled = stocked.iter().map(|overlay| {
            let mut overlays = on.clone();
            overlays.retain(|known| known != overlay);
            if overlays.len() == on.len() {
                overlays.push((*overlay).to_owned());
            }
            edited(overlays)
        });
        let swaps = [("ovn", "ovs"), ("ovs", "ovn"), ("ceph-external", "nfs"), ("nfs", "local")];
        let swapped = swaps.iter().filter(|(old, _)| on.iter().any(|known| known == old)).map(|(old, new)| {
            edited(on.iter().map(|known| if known == old { (*new).to_owned() } else { known.clone() }).collect())
        });
        agree(&spec, &toggled.chain(swapped).collect::<Vec<_>>());
    }
}

#[test]
fn edits_of_a_spec_are_refused_before_the_cluster_does() {
    let base = stock("minimal");
    let lines = [
        "storage-class slow",
        "service mariadb { volume-size \"100Gi\" }",
        "service rabbitmq { volume-size \"20Gi\" }",
        "service cinder { coordination etcd }; service etcd { enabled #true }",
        "service mariadb { backup #true }",
        "service glance { threads 4 }",
        "expose ingress",
        "expose gateway",
        "expose loadbalancer",
        "expose nodeport",
        "service horizon { enabled #false }",
        "service heat { enabled #false }",
        "service keystone { component api { replicas 2 } }",
        "service nova { virt-type qemu; cpu-mode none }",
        "registry \"registry.example.com\"",
        "domain \"other.example.com\"",
        "cluster-domain \"k8s.example.com\"",
        "service keystone { config \"keystone.conf\" { token { expiration 7200 } } }",
        "service mariadb { component server { memory-limit \"3Gi\" } }",
        "image mariadb \"docker.io/library/mariadb:11.4.9\"",
        "group one { nodes aio; service nova { cpu-allocation-ratio \"2.0\" } }",
        "deliver argocd repo=\"ssh://git@git.example.com/clusters.git\"; passwords \"x\"",
    ];
    let edits: Vec<String> = lines.iter().map(|line| with(&base, line)).collect();
    let refusals = agree(&base, &edits);
    assert!(refusals >= 6, "only {refusals} refusals: the edits prove little");
}

#[test]
fn a_refusal_stands_at_the_users_word_and_passes_once_the_step_is_said() {
    let base = stock("minimal");
    let before = sound(&base);
    let grown = with(&base, "service mariadb { volume-size \"100Gi\" }");
    let found = diagnostics(&before, &sound(&grown));
    let [diagnostic] = found.as_slice() else { panic!("one diagnostic: {found:#?}") };
    assert!(
        diagnostic.message.contains("volumeClaimTemplates[data].spec.resources.requests.storage"),
        "{}",
        diagnostic.message
    );
    let span = diagnostic.primary.as_ref().expect("a place").span;
    assert_eq!(&grown[span.start as usize..span.end as usize], "\"100Gi\"");
    assert!(
        diagnostic.hints[0].contains("kubectl delete statefulset mariadb-server --cascade=orphan"),
        "{:?}",
        diagnostic.hints
    );
    let deliver = "deliver flux repo=\"https://git.example.com/clusters.git\"";
    let said = with(&with(&grown, "recreate \"StatefulSet/mariadb-server\" until=\"2999-12-31\""), deliver);
    let after = sound(&said);
    assert_eq!(told(&diagnostics(&before, &after), "TG0840"), BTreeSet::new());
    let page = crate::support::text(&after, "delivery/README.md");
    assert!(page.contains("kubectl delete statefulset mariadb-server --cascade=orphan -n openstack"), "{page}");
}

#[test]
fn what_loses_its_volumes_is_told() {
    let base = stock("minimal");
    let before = sound(&base);
    let with_backup = sound(&with(&base, "service mariadb { backup #true }"));
    let gone = diagnostics(&with_backup, &before);
    assert!(!told(&gone, "TG0841").is_empty(), "{gone:#?}");
    assert!(gone.iter().all(|diagnostic| diagnostic.severity == Severity::Warning));
    let moved = diagnostics(&before, &sound(&with(&base, "namespace cloud")));
    let [diagnostic] = moved.as_slice() else { panic!("one diagnostic: {moved:#?}") };
    assert_eq!(diagnostic.code, "TG0840");
    assert!(diagnostic.message.contains("namespace `openstack` to `cloud`"), "{}", diagnostic.message);
}

#[test]
fn a_host_group_under_another_name_is_told_once_and_what_keeps_its_name_is_not() {
    let base = stock("lab");
    let group = |head: &str| {
        let nodes = "nodes \"cmp[31-40]\"; service nova { cpu-allocation-ratio \"8.0\" }";
        sound(&with(&base, &format!("group {head} {nodes} }}")))
    };
    let (big, large, moved) = (group("big {"), group("large {"), group("large { moved-from big;"));
    let found = diagnostics(&big, &large);
    let [diagnostic] = found.as_slice() else { panic!("one diagnostic: {found:#?}") };
    assert_eq!((diagnostic.code, diagnostic.severity), ("TG0582", Severity::Warning));
    assert!(
        diagnostic.message.contains("`nova-compute-big` is deleted and `nova-compute-large` is made"),
        "{found:#?}"
    );
    assert!(diagnostic.hints[0].contains("`moved-from \"big\"`"), "{found:#?}");
    assert_eq!(diagnostics(&big, &moved), Vec::new());
    // A group that goes, and one that comes, are no other name.
    let without = sound(&base);
    assert_eq!((diagnostics(&big, &without), diagnostics(&without, &large)), (Vec::new(), Vec::new()));
}

/// Brokers, databases and stores of keys start on data of some versions alone; nothing else says so before a member fails to start.
#[test]
fn a_version_that_does_not_take_over_the_data_is_refused_with_the_series_between() {
    let base = stock("minimal");
    let with_image =
        |key: &str, tag: &str| sound(&with(&base, &format!("image {key} \"registry.example.com/{key}:{tag}\"")));
    let said = |key: &str, from: &str, to: &str| {
        let found = diagnostics(&with_image(key, from), &with_image(key, to));
        let one = found.first().map(|one| (one.code, one.message.clone(), one.hints[0].clone()));
        assert!(found.len() < 2, "{found:#?}");
        one.map(|(code, message, hint)| format!("{code} {message} [{hint}]"))
    };
    let rabbit = said("rabbitmq", "3.12.14-management", "4.3.5-management").expect("a refusal");
    assert_eq!(
        rabbit,
        "TG0863 `StatefulSet/rabbitmq` holds data of version `3.12.14-management`, which no rolling upgrade brings to \
         `4.3.5-management` [deliver a version of 3.13, then of 4.2 before, and wait until all pods run it]"
    );
    let back = said("mariadb", "11.8.2", "11.4.8").expect("a refusal");
    assert!(back.starts_with("TG0863 `StatefulSet/mariadb-server`") && back.contains("[set it back;"), "{back}");
    assert!(said("mariadb", "10.11.6", "11.8.2").expect("a refusal").contains("deliver a version of 11.4 before"));
    // One step, another patch, and versions of which nothing is known.
    for (from, to) in
        [("4.2.1", "4.3.5"), ("4.3.5", "4.3.1"), ("2025.1-ubuntu-noble", "2026.1-ubuntu-noble"), ("4.1", "4.2")]
    {
        assert_eq!(said("rabbitmq", from, to), None, "{from} {to}");
    }
}

#[test]
fn a_jump_of_versions_stands_at_the_image_and_passes_where_the_object_is_made_again() {
    let base = stock("minimal");
    let before = sound(&with(&base, "image rabbitmq \"registry.example.com/rabbitmq:3.12.14\""));
    let far = with(&base, "image rabbitmq \"registry.example.com/rabbitmq:4.2.1\"");
    let found = diagnostics(&before, &sound(&far));
    let [diagnostic] = found.as_slice() else { panic!("one diagnostic: {found:#?}") };
    let span = diagnostic.primary.as_ref().expect("a place").span;
    assert_eq!(&far[span.start as usize..span.end as usize], "registry.example.com/rabbitmq:4.2.1");
    let said = sound(&with(&far, "recreate \"StatefulSet/rabbitmq\" until=\"2999-12-31\""));
    assert_eq!(diagnostics(&before, &said), Vec::new());
}

/// SLURP: a release is reached from the one before it, the first of a year from that of the year before too.
#[test]
fn the_way_to_a_release_has_the_steps_that_openstack_supports() {
    let path = |from, to| taco_gen::upgrade::of_catalog(&LIBRARY, from, to).path.join(" ");
    assert_eq!(path("2024.1", "2025.1"), "2024.1 2025.1");
    assert_eq!(path("2025.1", "2026.1"), "2025.1 2026.1");
    assert_eq!(path("2024.1", "2025.2"), "2024.1 2025.1 2025.2");
    assert_eq!(path("2024.1", "2026.2"), "2024.1 2025.1 2026.1 2026.2");
    // 2023.1 and 2023.2 are not in the list, and nothing leads back.
    assert_eq!(path("zed", "2024.1"), "");
    assert_eq!(path("2026.1", "2025.1"), "");
}

/// A default that a program computes from its machine stands in the tables as a sample: two samples that differ are no change.
#[test]
fn samples_of_what_a_program_computes_are_no_changed_defaults() {
    let mut told = 0;
    for pair in ["2024.1 2025.1", "2025.1 2026.1", "2026.1 2026.2"] {
        let (from, to) = pair.split_once(' ').expect("two releases");
        let found = taco_gen::upgrade::of_catalog(&LIBRARY, from, to).options;
        let defaults: Vec<_> = found.iter().filter(|change| change.kind == taco_gen::upgrade::Kind::Default).collect();
        let samples: Vec<_> = defaults
            .iter()
            .filter(|change| {
                change.section == "oslo_messaging_rabbit" || change.note.contains('<') || change.note.contains("node1")
            })
            .collect();
        assert!(samples.is_empty(), "{samples:#?}");
        told += defaults.len();
    }
    assert!(told > 30, "{told} changed defaults");
}
