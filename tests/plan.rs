//! Plans: for each of a table of edits the rows are exactly the workloads that a cluster would start again, make, delete or run.
//!
//! The oracle reads the two outputs on its own: it parses the emitted YAML and compares pod templates and the names of Jobs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use rayon::prelude::*;
use serde_yaml::Value;
use taco_gen::Compiled;
use taco_gen::review::compare::compare;
use taco_gen::review::plan::{Inputs, Plan, acknowledge, plan, text};
use taco_gen::review::state::State;

use crate::support::{LAB, LIBRARY, objects, sound, stock, template};

/// The small site, compiled once.
static MINIMAL: LazyLock<Compiled> = LazyLock::new(|| sound(&stock("minimal")));

fn state(compiled: &Compiled) -> State {
    State::of_artifacts(compiled.artifacts.as_deref().expect("sound"), Vec::new())
}

/// The plan from one site to another, on a day.
fn planned(before: &Compiled, after: &Compiled, today: &str) -> (Plan, Vec<String>) {
    let (mut old, new) = (state(before), state(after));
    let spec = before.sources.find("sites/test/site.kdl").and_then(|file| before.sources.get(file)).expect("the spec");
    old.sources.insert(spec.path.clone(), spec.text.to_string());
    let changes = compare(&old, &new);
    let inputs = Inputs {
        site: "sites/test",
        compiled: after,
        library: &LIBRARY,
        old: &old,
        new: &new,
        changes: &changes,
        today: Some(today),
    };
    let plan = plan(&inputs);
    let told = acknowledge::diagnostics(&inputs, &plan);
    let told = told.iter().map(|diagnostic| format!("{} {}", diagnostic.code, diagnostic.message)).collect();
    (plan, told)
}

/// The objects that start pods again, come, go, or run: from the YAML alone.
fn expected(before: &Compiled, after: &Compiled) -> BTreeSet<String> {
    let workloads = |compiled: &Compiled| -> BTreeMap<String, Value> {
        let all = objects(compiled).into_values().filter(|object| template(object).is_some());
        let key = |object: &Value| {
            let text = |value: &Value| value.as_str().expect("text").to_owned();
            format!("{} {}", text(&object["kind"]), text(&object["metadata"]["name"]))
        };
        all.map(|object| (key(&object), template(&object).expect("a template").clone())).collect()
    };
    let (old, new) = (workloads(before), workloads(after));
    let is_job = |key: &str| key.starts_with("Job ");
    let base = |key: &str| {
        if is_job(key) { key.rsplit_once('-').expect("a digest").0.to_owned() } else { key.to_owned() }
    };
    let differing = new.iter().filter(|(key, template)| old.get(*key) != Some(*template)).map(|(key, _)| base(key));
    // A Job that is there under another digest is not gone.
    let kept: BTreeSet<String> = new.keys().map(|key| base(key)).collect();
    let gone = old.keys().filter(|key| !new.contains_key(*key)).map(|key| base(key)).filter(|key| !kept.contains(key));
    differing.chain(gone).collect()
}

fn rows(plan: &Plan) -> BTreeSet<String> {
    let json = serde_json::to_value(plan).expect("JSON");
    let rows = json["rows"].as_array().expect("rows").iter();
    let is_restart = |row: &&serde_json::Value| !["scale", "update"].contains(&row["action"].as_str().expect("a word"));
    rows.filter(is_restart)
        .map(|row| format!("{} {}", row["kind"].as_str().expect("a kind"), row["name"].as_str().expect("a name")))
        .collect()
}

/// A spec with lines put at the end of its site.
fn with(spec: &str, lines: &str) -> String {
    format!("{}    {lines}\n}}\n", &spec[..spec.rfind('}').expect("a block")])
}

fn replaced(spec: &str, old: &str, new: &str) -> String {
    assert!(spec.contains(old), "no `{old}`");
    spec.replacen(old, new, 1)
}

/// Edits of the lab: what is put at the end of the site, or `OLD => NEW`.
const LAB_EDITS: [&str; 28] = [
    "// A remark.",
    "expiration 7200 => expiration 7300",
    "ntp \"10.10.0.1\" => ntp \"10.10.0.2\"",
    "cpu-allocation-ratio \"3.0\" => cpu-allocation-ratio \"4.0\"",
    "live_migration_permit_post_copy #true => live_migration_permit_post_copy #false",
    "roles compute => roles compute network",
    "domain lab.example.com => domain other.example.com",
    "storage-class fast => storage-class slow",
    "region RegionOne => region RegionTwo",
    "expose gateway class=envoy tls=public-certificate => expose ingress class=nginx tls=public-certificate",
    "overlays ovn ceph-external tls => overlays ovn ceph-external",
    "image glance \"registry.example.com/glance:test\"",
    "image nova \"registry.example.com/nova:test\"",
    "service glance { workers 9 }",
    "service heat { enabled #false }",
    "service keystone { => service keystone {\n        component api replicas=5",
    "{ libvirt { live_migration_permit_post_copy #true } => { libvirt { live_migration_permit_post_copy #true }; quota { instances 20 }",
    "{ libvirt { live_migration_permit_post_copy #true } => { libvirt { live_migration_permit_post_copy #true }; DEFAULT { debug #true }",
    "service nova { => service nova {\n        config \"policy.yaml\" { \"os_compute_api:servers:create\" \"role:member\" }",
    "service neutron { config \"neutron.conf\" { quotas { quota_port 900 } } }",
    "service cinder { config \"cinder.conf\" { DEFAULT { osapi_max_limit 500 } } }",
    "service placement { config \"placement.conf\" { DEFAULT { debug #true } } }",
    "service horizon { enabled #false }",
    "service mariadb { config \"my.cnf\" { mysqld { max_connections 4000 } } }",
    "service ovn { enabled #true }",
    "group big { nodes \"cmp[31-40]\"; service nova { config nova-compute.conf { libvirt { cpu_mode host-passthrough } } } }",
    "service kernel { config \"sysctl.conf\" { \"vm.swappiness\" 5 } }",
    "cluster-domain other.local",
];

/// Edits of the small site.
const MINIMAL_EDITS: [&str; 14] = [
    "service keystone { config \"keystone.conf\" { token { expiration 7300 } } }",
    "service nova { cpu-allocation-ratio \"5.0\" }",
    "service nova { config \"nova.conf\" { api { max_limit 500 } } }",
    "service nova { config nova-compute.conf { libvirt { cpu_mode host-model } } }",
    "service glance { config \"glance-api.conf\" { DEFAULT { debug #true } } }",
    "service heat { enabled #true }",
    "service cinder { enabled #false }",
    "service horizon { enabled #false }",
    "release openstack=\"2025.2\"",
    "namespace cloud",
    "overlays tls",
    "image openvswitch \"registry.example.com/ovs:test\"",
    "image libvirt \"registry.example.com/libvirt:test\"",
    "service rabbitmq { config \"rabbitmq.conf\" { \"log.console.level\" debug } }",
];

fn edited(spec: &str, edit: &str) -> String {
    match edit.split_once(" => ") {
        Some((old, new)) => replaced(spec, old, new),
        None => with(spec, edit),
    }
}

#[test]
fn the_rows_of_forty_edits_are_what_a_cluster_starts_again() {
    let lab = LAB_EDITS.iter().map(|edit| (&*LAB, "lab", *edit));
    let edits: Vec<_> = lab.chain(MINIMAL_EDITS.iter().map(|edit| (&*MINIMAL, "minimal", *edit))).collect();
    let outcomes: Vec<_> = edits
        .par_iter()
        .map(|(before, site, edit)| {
            let after = crate::support::compile_spec(&edited(&stock(site), edit));
            if after.artifacts.is_none() {
                let told: Vec<_> = after.diagnostics.iter().map(|found| (found.code, &found.message)).collect();
                return (format!("{site}: {edit}: does not build: {told:?}"), 0, false);
            }
            let (found, expected) = (rows(&planned(before, &after, "2026-11-28").0), expected(before, &after));
            let differing: Vec<_> = found.symmetric_difference(&expected).collect();
            (format!("{site}: {edit}: {differing:?}"), expected.len(), differing.is_empty())
        })
        .collect();
    let wrong: Vec<&String> = outcomes.iter().filter(|(_, _, is_right)| !is_right).map(|(what, ..)| what).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(outcomes.len() >= 40 && outcomes.iter().filter(|(_, count, _)| *count > 0).count() >= 30, "{outcomes:#?}");
}

fn row<'p>(plan: &'p Plan, name: &str) -> &'p taco_gen::review::plan::Row {
    plan.rows.iter().find(|row| row.name == name).unwrap_or_else(|| panic!("no row `{name}`: {plan:#?}"))
}

#[test]
fn a_row_says_the_option_the_line_of_the_spec_and_the_pods() {
    let after = sound(&edited(&stock("lab"), "expiration 7200 => expiration 7300"));
    let (plan, told) = planned(&LAB, &after, "2026-11-28");
    assert_eq!(told, Vec::<String>::new());
    let row = serde_json::to_value(row(&plan, "keystone-api")).expect("JSON");
    let line = stock("lab").lines().position(|line| line.contains("expiration")).expect("the line") + 1;
    let expected = serde_json::json!({
        "what": "option", "file": "config/keystone/keystone.conf", "place": "[token] expiration", "old": "7200", "new": "7300",
        "line": format!("sites/test/site.kdl:{line}"), "layer": "site",
    });
    assert_eq!(row["causes"][0], expected);
    assert_eq!((&row["action"], &row["disruption"]), (&"roll".into(), &"api-blip".into()));
    let rollout = serde_json::json!({
        "strategy": "rolling", "pods": 3, "nodes": ["ctl1", "ctl2", "ctl3"], "batches": 2, "stay_up": 2,
        "budget": { "name": "keystone-api", "allows": 1, "leaves": 0 },
    });
    assert_eq!(row["rollout"], rollout);
    // The tables are those of the image, which is the same.
    assert!(plan.rows.iter().all(|row| row.reversible), "{plan:#?}");
    let waves: Vec<_> = plan.rows.iter().map(|row| row.wave).collect();
    assert!(waves.is_sorted(), "{waves:?}");
}

#[test]
fn another_image_migrates_and_there_is_no_way_back() {
    let after = sound(&with(&stock("minimal"), "image keystone \"registry.example.com/keystone:test\""));
    let (plan, _) = planned(&MINIMAL, &after, "2026-11-28");
    let sync = row(&plan, "keystone-db-sync");
    assert!(sync.migration.is_some() && !sync.reversible, "{sync:#?}");
    assert!(row(&plan, "keystone-api").reversible);
    assert!(text::human(&[plan]).contains("migration: schema"));
}

#[test]
fn another_series_of_a_database_has_no_way_back_and_another_patch_has() {
    let edited = |tag: &str| {
        let after = sound(&with(&stock("minimal"), &format!("image mariadb \"registry.example.com/mariadb:{tag}\"")));
        let (plan, _) = planned(&MINIMAL, &after, "2026-11-28");
        row(&plan, "mariadb-server").reversible
    };
    assert!(!edited("11.8.6") && edited("11.4.9"));
}

#[test]
fn what_touches_traffic_or_instances_is_acknowledged_in_the_spec_until_a_day() {
    let edit = "image libvirt \"registry.example.com/libvirt:test\"";
    let acknowledge = "acknowledge instance until=\"2027-01-31\"";
    let told = |lines: &str, today: &str| {
        let after = sound(&with(&stock("minimal"), lines));
        let (plan, told) = planned(&MINIMAL, &after, today);
        let row = serde_json::to_value(row(&plan, "libvirt")).expect("JSON");
        assert_eq!((&row["disruption"], &row["rollout"]["strategy"]), (&"instance".into(), &"on-delete".into()));
        (row["acknowledgement"].as_str().expect("a word").to_owned(), told)
    };
    let (word, missing) = told(edit, "2027-01-31");
    assert_eq!(word, "missing");
    let starts = "TG0851 DaemonSet `libvirt`";
    assert!(
        missing.len() == 1 && missing[0].starts_with(starts) && missing[0].ends_with("does not acknowledge it"),
        "{missing:?}"
    );
    let both = format!("{edit}\n    {acknowledge}");
    assert_eq!(told(&both, "2027-01-31"), ("given".to_owned(), vec![]));
    let (word, over) = told(&both, "2027-02-01");
    assert!(word == "expired" && over[0].ends_with("the acknowledgement ended on 2027-01-31"), "{over:?}");
    // No output depends on it.
    let (before, after) = (sound(&with(&stock("minimal"), edit)), sound(&with(&stock("minimal"), &both)));
    assert_eq!(state(&before).files, state(&after).files);
}

#[test]
fn every_stock_component_says_what_its_restart_disturbs() {
    let components = LIBRARY.catalog.services.values().flat_map(|service| {
        service.components.iter().map(|(name, component)| (format!("{}/{name}", service.name), component))
    });
    let components: Vec<_> = components.collect();
    let silent: Vec<_> = components.iter().filter(|(_, one)| one.disruption.is_none()).map(|(name, _)| name).collect();
    assert!(silent.is_empty() && components.len() > 30, "{silent:?}");
    assert!(components.iter().all(|(_, one)| !one.data_plane || one.disruption().is_acknowledged()));
}

#[test]
fn a_field_that_cannot_change_has_a_way_out() {
    let after = sound(&with(&stock("minimal"), "service mariadb { volume-size \"99Gi\" }"));
    let (plan, _) = planned(&MINIMAL, &after, "2026-11-28");
    let row = plan.rows.iter().find(|row| !row.refused.is_empty()).expect("a row");
    let way_out = row.way_out.as_deref().expect("a way out");
    assert!(
        row.kind == "StatefulSet" && way_out.contains("kubectl delete statefulset") && way_out.contains("recreate"),
        "{row:#?}"
    );
}

#[test]
fn a_node_that_joins_is_told_with_the_pods_that_start_there() {
    let spec = stock("lab").replace("cmp[01-40]", "cmp[01-41]").replace("[101-140]", "[101-141]");
    let (plan, _) = planned(&LAB, &sound(&spec), "2026-11-28");
    assert!(plan.rows.is_empty(), "{:#?}", plan.rows);
    let joined: Vec<&str> = plan.joined.iter().map(|node| node.name.as_str()).collect();
    assert_eq!(joined, ["cmp41"]);
    assert!(plan.joined[0].pods.iter().any(|pod| pod == "nova-compute"), "{:#?}", plan.joined);
    assert!(plan.hosts.iter().all(|row| row.path == "/etc/hosts" && !row.nodes.contains(&"cmp41".to_owned())));
    // The line that was edited, of all that the names of nodes come from.
    let line = stock("lab").lines().position(|line| line.contains("cmp[01-40]")).expect("the line") + 1;
    let decided = plan.hosts[0].causes[0].decided.as_ref().map(|place| place.line.clone());
    assert_eq!(decided, Some(format!("sites/test/site.kdl:{line}")));
    assert_eq!(plan.edited, [format!("sites/test/site.kdl:{line}")]);
    let (back, _) = planned(&sound(&spec), &LAB, "2026-11-28");
    assert_eq!((back.joined.len(), back.left[0].name.as_str()), (0, "cmp41"));
}

#[test]
fn what_keeps_its_former_name_is_a_row_of_its_own_and_nothing_is_done() {
    let named = |head: &str| with(&stock("lab"), &format!("service cinder {{ back-end {head} pool fast }} }}"));
    let (fast, quick) = (sound(&named("fast kind=rbd {")), sound(&named("quick kind=rbd { moved-from fast;")));
    let (moved, _) = planned(&fast, &quick, "2026-11-30");
    assert!(moved.is_empty(), "{moved:#?}");
    let [row] = moved.moved.as_slice() else { panic!("one row: {moved:#?}") };
    assert_eq!(
        (row.what.as_str(), row.name.as_str(), row.from.as_str()),
        ("back end of service cinder", "quick", "fast")
    );
    let said = text::human(std::slice::from_ref(&moved));
    assert!(
        said.contains("moved back end of service cinder quick: still fast in the cluster  <- sites/test/site.kdl:"),
        "{said}"
    );
    assert!(said.contains("1 name is moved"), "{said}");
    // It is told with the change alone; without the word volumes are of a back end that is gone.
    let (later, _) =
        planned(&quick, &sound(&format!("// Later.\n{}", named("quick kind=rbd { moved-from fast;"))), "2026-11-30");
    assert_eq!(later.moved, []);
    let (renamed, _) = planned(&fast, &sound(&named("quick kind=rbd {")), "2026-11-30");
    assert!(renamed.moved.is_empty() && !renamed.is_empty(), "{renamed:#?}");
}
