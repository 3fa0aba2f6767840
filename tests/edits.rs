//! Which edits restart what: the digests of exactly the consumers named change, and no other file than theirs.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use taco_gen::catalog::load::load;
use taco_gen::diag::Sink;
use taco_gen::world::memory::MemoryWorld;
use taco_gen::{Compiled, compile};

use crate::support::{LAB, digests, sound, stock, text};

/// The consumers whose digest an edited spec changes.
fn changed(edited: &str) -> BTreeSet<String> {
    let (before, after) = (digests(&LAB), digests(&sound(edited)));
    let differing =
        before.iter().filter(|(consumer, digest)| after.get(*consumer) != Some(*digest)).map(|(consumer, _)| consumer);
    let added = after.keys().filter(|consumer| !before.contains_key(*consumer));
    differing.chain(added).cloned().collect()
}

/// The files that an edited spec changes, adds or removes.
fn files(edited: &str) -> BTreeSet<String> {
    let read = |compiled: &Compiled| {
        let files = compiled.artifacts.as_ref().expect("sound").iter();
        files.map(|file| (file.path.clone(), file.printed.text.clone())).collect::<BTreeSet<_>>()
    };
    let (before, after) = (read(&LAB), read(&sound(edited)));
    before.symmetric_difference(&after).map(|(path, _)| path.clone()).collect()
}

/// The lab's spec with a line put at the end of the site.
fn with(line: &str) -> String {
    let spec = stock("lab");
    let end = spec.rfind('}').expect("a block");
    format!("{}    {line}\n}}\n", &spec[..end])
}

fn of_service(consumers: &BTreeSet<String>, service: &str) -> bool {
    consumers.iter().all(|consumer| consumer.starts_with(&format!("{service}/")))
}

#[test]
fn a_comment_changes_nothing() {
    assert_eq!(files(&format!("// A remark.\n{}", stock("lab"))), BTreeSet::new());
}

#[test]
fn a_keystone_option_restarts_what_mounts_keystone_conf() {
    let edited = stock("lab").replace("expiration 7200", "expiration 7300");
    let found = changed(&edited);
    assert!(found.contains("keystone/api"), "{found:?}");
    assert!(of_service(&found, "keystone"), "{found:?}");
}

#[test]
fn one_time_source_changes_the_control_planes_hosts_only() {
    let spec = stock("lab");
    let edited = spec.replacen("ntp \"10.10.0.1\"", "ntp \"10.10.0.2\"", 1);
    assert_ne!(spec, edited);
    assert_eq!(changed(&edited), BTreeSet::new());
    let found = files(&edited);
    assert!(
        !found.is_empty() && found.iter().all(|path| path.starts_with("hosts/ctl") && path.ends_with("chrony.conf")),
        "{found:?}"
    );
}

#[test]
fn one_compute_node_more_restarts_nothing() {
    let spec = stock("lab");
    let edited = spec.replace("cmp[01-40]", "cmp[01-41]").replace("[101-140]", "[101-141]");
    assert_ne!(spec, edited);
    assert_eq!(changed(&edited), BTreeSet::new());
    assert!(files(&edited).iter().all(|path| path.starts_with("hosts/")), "{:?}", files(&edited));
}

#[test]
fn an_image_restarts_those_that_run_it() {
    let found = changed(&with("image glance \"registry.example.com/glance:test\""));
    assert!(found.contains("glance/api"), "{found:?}");
    let text = |consumer: &str| found.contains(consumer);
    assert!(!text("nova/api-osapi") && !text("keystone/api"), "{found:?}");
    assert!(of_service(&found, "glance"), "{found:?}");
}

/// The consumers of a service whose digest an edit changes, by component or job.
fn within(service: &str, edited: &str) -> Vec<String> {
    let found = changed(edited);
    assert!(of_service(&found, service), "{found:?}");
    found.iter().map(|consumer| consumer[service.len() + 1..].to_owned()).collect()
}

#[test]
fn what_the_api_alone_reads_restarts_no_compute_no_agent_no_volume_service_and_no_job() {
    let nova = ["api-metadata", "api-osapi", "conductor", "novncproxy", "scheduler"];
    let edited = |options: &str| stock("lab").replace("{ libvirt {", &format!("{{ {options}; libvirt {{"));
    assert_eq!(within("nova", &edited("quota { instances 20 }")), nova);
    assert_eq!(within("nova", &edited("api { max_limit 500 }")), nova);
    let neutron = ["ovn-maintenance-worker", "periodic-workers", "rpc-server", "server"];
    assert_eq!(
        within("neutron", &with("service neutron { config neutron.conf { quotas { quota_port 900 } } }")),
        neutron
    );
    let limit = with("service cinder { config cinder.conf { DEFAULT { osapi_max_limit 500 } } }");
    assert_eq!(within("cinder", &limit), ["api", "scheduler"]);
}

#[test]
fn a_policy_restarts_a_compute_where_it_asks_for_it_itself() {
    let own = "config \"nova.conf\" { libvirt {";
    let edited = |rules: &str| stock("lab").replace(own, &format!("config policy.yaml {{ {rules} }}; {own}"));
    assert_eq!(within("nova", &edited("\"os_compute_api:servers:create\" \"role:member\"")), ["api-osapi"]);
    let external = "\"network:attach_external_network\" \"rule:operator or rule:context_is_admin\"";
    let spec = edited(&format!(
        "{external}; operator \"role:operator\"; \"os_compute_api:servers:create\" \"rule:owner\"; owner \"role:member\""
    ));
    assert_eq!(within("nova", &spec), ["api-osapi", "compute"]);
    let compiled = sound(&spec);
    let kept = text(&compiled, "config/nova/compute-policy.yaml").lines().filter(|line| !line.starts_with('#'));
    assert_eq!(
        kept.collect::<Vec<_>>(),
        ["network:attach_external_network: rule:operator or rule:context_is_admin", "operator: role:operator"]
    );
}

#[test]
fn an_option_of_the_hypervisor_runs_no_job() {
    let found = within("nova", &stock("lab").replace("post_copy #true", "post_copy #false"));
    assert_eq!(found, ["api-metadata", "api-osapi", "compute", "conductor", "novncproxy", "scheduler"]);
}

#[test]
fn the_life_of_tokens_runs_no_migration() {
    let found = changed(&stock("lab").replace("expiration 7200", "expiration 7300"));
    assert!(!found.contains("keystone/db-sync"), "{found:?}");
}

#[test]
fn an_agent_option_restarts_that_agent_only() {
    let ovs = stock("lab").replace("overlays ovn", "overlays ovs");
    let before = digests(&sound(&ovs));
    let end = ovs.rfind('}').expect("a block");
    let edited = format!(
        "{}    service neutron {{ config \"l3_agent.ini\" {{ DEFAULT {{ debug #true }} }} }}\n}}\n",
        &ovs[..end]
    );
    let after = digests(&sound(&edited));
    let found: Vec<&String> = before
        .iter()
        .filter(|(consumer, digest)| after.get(*consumer) != Some(*digest))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(found, ["neutron/l3-agent"]);
}

#[test]
fn a_host_group_gets_a_variant_of_what_it_changes() {
    let group = "group big { nodes \"cmp[31-40]\"; service nova { config nova-compute.conf { libvirt { cpu_mode host-passthrough } } } }";
    let found = changed(&with(group));
    assert_eq!(found, BTreeSet::from(["nova/compute".to_owned(), "nova/compute@big".to_owned()]));
    let compiled = sound(&with(group));
    let objects = crate::support::objects(&compiled);
    let own = &objects["kubernetes/nova-compute/daemonset-nova-compute-big.yaml"]["spec"];
    let common = &objects["kubernetes/nova-compute/daemonset-nova-compute.yaml"]["spec"];
    assert_eq!(own["selector"]["matchLabels"]["taco-gen/group"], "big");
    assert_eq!(own["template"]["spec"]["nodeSelector"]["taco-gen/group"], "big");
    let term = &common["template"]["spec"]["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
        ["nodeSelectorTerms"][0]["matchExpressions"][0];
    assert_eq!((&term["operator"], &term["values"][0]), (&"NotIn".into(), &"big".into()));
    assert!(
        crate::support::text(&compiled, "config/nova@big/nova-compute.conf").contains("cpu_mode = host-passthrough")
    );
    assert!(crate::support::text(&compiled, "hosts/inventory/hosts.yaml").matches("taco-gen/group: big").count() == 10);
}

/// Every file of a site.
fn texts(compiled: Compiled) -> BTreeMap<String, String> {
    let files = compiled.artifacts.expect("sound").into_iter();
    files.map(|file| (file.path, file.printed.text)).collect()
}

#[test]
fn what_keeps_its_former_name_changes_no_file() {
    let group = |head: &str| {
        with(&format!("group {head} nodes \"cmp[31-40]\"; service nova {{ cpu-allocation-ratio \"8.0\" }} }}"))
    };
    let cmp = group("big {");
    let rack = cmp.replace("\"cmp[", "\"rack[");
    let kept = rack.replace("        roles compute\n", "        roles compute\n        moved-from \"cmp[01-40]\"\n");
    let back_end = |head: &str| with(&format!("service cinder {{ back-end {head} pool fast }} }}"));
    for (before, moved, other) in [
        (group("big {"), group("large { moved-from big;"), group("large {")),
        (cmp, kept, rack),
        (back_end("fast kind=rbd {"), back_end("quick kind=rbd { moved-from fast;"), back_end("quick kind=rbd {")),
    ] {
        let [before, moved, other] = [before, moved, other].map(|spec| texts(sound(&spec)));
        assert_eq!(moved, before);
        assert_ne!(other, before);
    }
}

#[test]
fn a_component_that_keeps_its_former_name_rolls_nothing() {
    let compiled = |head: &str| {
        let service = format!(
            "service clock {{ summary \"Tells the time.\"; since \"2026.1\"; \
             images clock {{ \"2026.1\" \"example.com/clock:1\"; \"2026.2\" \"example.com/clock:1\" }}; \
             component {head} node-selector openstack-control-plane; run clock \"--serve\"; memory-limit \"1Gi\" }} }}\n"
        );
        let files = [("sites/test/site.kdl", stock("minimal")), ("schema/services/clock/service.kdl", service)];
        let world = MemoryWorld::from_iter(files.map(|(path, text)| (path.to_owned(), text.into_bytes())));
        let library = load(&world, &mut Sink::default());
        let compiled = compile(&world, &library, "sites/test");
        assert!(compiled.artifacts.is_some(), "diagnostics: {:#?}", compiled.diagnostics);
        let mut texts = texts(compiled);
        texts.retain(|path, _| path.starts_with("kubernetes/"));
        texts
    };
    let before = compiled("hand kind=deployment {");
    assert!(before.contains_key("kubernetes/clock/deployment-clock-hand.yaml"), "{:?}", before.keys());
    assert_eq!(compiled("pointer kind=deployment { moved-from hand;"), before);
    assert_ne!(compiled("pointer kind=deployment {"), before);
}

#[test]
fn a_group_variant_keeps_its_digest_when_the_rest_changes() {
    let group = "group big { nodes \"cmp[31-40]\"; service nova { cpu-allocation-ratio \"8.0\" } }";
    let before = digests(&sound(&with(group)));
    let after = digests(&sound(&with(&format!("{group}\n    service glance {{ workers 9 }}"))));
    assert_eq!(before["nova/compute@big"], after["nova/compute@big"]);
    assert_ne!(before["glance/api"], after["glance/api"]);
}

/// Twelve edits and exactly the consumers that each starts or runs again: what the lab of the overlay says, edited as `OLD => NEW` or with a line more.
const TWELVE: [(&str, &str, &[&str]); 12] = [
    (
        "ovn",
        "{ libvirt { => { quota { instances 20 }; libvirt {",
        &["nova/api-metadata", "nova/api-osapi", "nova/conductor", "nova/novncproxy", "nova/scheduler"],
    ),
    (
        "ovn",
        "{ libvirt { => { api { max_limit 500 }; libvirt {",
        &["nova/api-metadata", "nova/api-osapi", "nova/conductor", "nova/novncproxy", "nova/scheduler"],
    ),
    (
        "ovn",
        "service neutron { config neutron.conf { quotas { quota_port 900 } } }",
        &["neutron/ovn-maintenance-worker", "neutron/periodic-workers", "neutron/rpc-server", "neutron/server"],
    ),
    (
        "ovn",
        "service cinder { config cinder.conf { DEFAULT { osapi_max_limit 500 } } }",
        &["cinder/api", "cinder/scheduler"],
    ),
    // A program's level of logging is read by its Jobs too, and changes nothing of what they leave behind.
    ("ovn", "service glance { config glance-api.conf { DEFAULT { debug #true } } }", &["glance/api"]),
    (
        "ovn",
        "post_copy #true => post_copy #false",
        &["nova/api-metadata", "nova/api-osapi", "nova/compute", "nova/conductor", "nova/novncproxy", "nova/scheduler"],
    ),
    ("ovn", "service glance { workers 9 }", &["glance/api"]),
    (
        "ovn",
        "service nova { => service nova { config policy.yaml { \"os_compute_api:servers:create\" \"role:member\" };",
        &["nova/api-osapi"],
    ),
    ("ovn", "ntp \"10.10.0.1\" => ntp \"10.10.0.2\"", &[]),
    ("ovs", "service neutron { config l3_agent.ini { DEFAULT { debug #true } } }", &["neutron/l3-agent"]),
    (
        "ovn",
        "image glance \"registry.example.com/glance:test\"",
        &["glance/api", "glance/db-sync", "glance/metadefs-load"],
    ),
    (
        "ovn",
        "expiration 7200 => expiration 7300",
        &["keystone/api", "keystone/bootstrap", "keystone/credential-rotate", "keystone/trust-flush"],
    ),
];

#[test]
fn twelve_edits_start_exactly_what_reads_them() {
    let wrong = TWELVE.par_iter().filter_map(|(overlay, edit, expected)| {
        let old = stock("lab").replace("overlays ovn", &format!("overlays {overlay}"));
        let new = match edit.split_once(" => ") {
            Some((before, after)) => old.replacen(before, after, 1),
            None => format!("{}    {edit}\n}}\n", &old[..old.rfind('}').expect("a block")]),
        };
        assert_ne!(old, new, "{edit}");
        let (before, after) = (digests(&sound(&old)), digests(&sound(&new)));
        let found: Vec<&str> = after
            .iter()
            .filter(|(name, digest)| before.get(*name) != Some(*digest))
            .map(|(name, _)| name.as_str())
            .collect();
        assert!(before.keys().all(|name| after.contains_key(name)), "{edit}");
        (found != *expected).then(|| format!("{edit}\n    {found:?}"))
    });
    let wrong: Vec<String> = wrong.collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
