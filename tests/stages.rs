//! Stages alone: a small spec and one small service to an assembly, and an assembly to a linked site.

use std::collections::BTreeMap;

use taco_gen::catalog::load::load;
use taco_gen::diag::{Diagnostic, Sink};
use taco_gen::kube::secret::SecretPath;
use taco_gen::layer::{merge, stack};
use taco_gen::link::{Linked, Tags, link};
use taco_gen::lower::assembly::Assembly;
use taco_gen::lower::lower;
use taco_gen::model::Model;
use taco_gen::origin::OriginTable;
use taco_gen::print;
use taco_gen::resolve::resolve;
use taco_gen::spec::decode::decode;
use taco_gen::world::Sources;
use taco_gen::world::memory::MemoryWorld;

const SITE: &str = "site test {\n    lab #true\n    network management cidr=\"192.0.2.0/24\" { ntp \"192.0.2.9\" }\n    node a management=\"192.0.2.1\" { roles controller }\n}\n";

const WEB: &str = "service web {
    summary x
    user 1000
    secret key kind=hex
    file web.conf format=oslo
    component api kind=deployment {
        node-selector openstack-control-plane
        image gate
        run web
        mount web.conf at=\"/etc/web.conf\"
        after job=sync
    }
    job sync {
        node-selector openstack-control-plane
        image gate
        run web sync
        secret key at=\"/run/key\"
    }
}
";

const OPTIONS: &str = "DEFAULT {\n    debug #true\n    password (secret)key\n}\n";

/// Hands the model of a site with one service to a stage; the diagnostics come with its product.
fn with_model<T>(
    (spec, service, options): (&str, &str, &str),
    stage: impl FnOnce(&Model<'_>, &[Model<'_>], &mut Sink) -> T,
) -> (T, Vec<Diagnostic>) {
    let file = |path: &str, text: &str| (path.to_owned(), text.as_bytes().to_vec());
    let own = [
        file("sites/test/site.kdl", spec),
        file("schema/services/web/service.kdl", service),
        file("schema/services/web/config/web.conf.kdl", options),
        // A client, where the service provides something.
        file("schema/services/shop/service.kdl", "service shop {\n    summary x\n}\n"),
    ];
    // The overlays that a site has unasked are about stock services.
    let overlays = ["ha", "local", "ovn", "single"]
        .map(|name| file(&format!("overlays/{name}/overlay.kdl"), &format!("overlay {name} {{\n    summary x\n}}\n")));
    let world = MemoryWorld::from_iter(own.into_iter().chain(overlays));
    let mut sink = Sink::default();
    let mut library = load(&world, &mut sink);
    let mut sources = Sources::over(library.sources.clone());
    let layers = stack::stack(&world, &library, ("sites/test", None), &mut sources, &mut sink).expect("layers");
    library.catalog.services.retain(|name, _| ["shop", "web"].contains(&name.as_str()));
    let resolved = merge(layers, &mut sink).expect("a tree");
    let site = decode(&resolved.tree, &library.catalog, &mut sink).expect("a site");
    let model = resolve(&site, (&library.catalog, &library.tables), None, &mut sink).expect("a model");
    let groups = site
        .groups
        .values()
        .filter_map(|group| resolve(&site, (&library.catalog, &library.tables), Some(group), &mut sink));
    let groups: Vec<_> = groups.collect();
    let product = stage(&model, &groups, &mut sink);
    (product, sink.into_sorted())
}

fn lowered(texts: (&str, &str, &str)) -> (Assembly, Vec<Diagnostic>) {
    with_model(texts, |model, groups, sink| lower(model, groups, &mut OriginTable::default(), sink))
}

fn linked(texts: (&str, &str, &str), tags: &Tags) -> Linked {
    let (linked, diagnostics) = with_model(texts, |model, groups, sink| {
        let mut origins = OriginTable::default();
        let assembly = lower(model, groups, &mut origins, sink);
        link(model, assembly, tags, &mut origins, sink).0
    });
    assert_eq!(diagnostics, Vec::new());
    linked
}

/// The texts of objects by kind and name.
fn texts(linked: &Linked) -> BTreeMap<String, String> {
    let one = |object: &taco_gen::lower::object::Object| {
        (format!("{} {}", object.kind(), object.name()), print::yaml::print(&object.item).text)
    };
    linked.objects.iter().map(one).collect()
}

#[test]
fn lowering_keeps_public_and_secret_options_apart() {
    let (assembly, diagnostics) = lowered((SITE, WEB, OPTIONS));
    assert_eq!(diagnostics, Vec::new());
    let [file] = assembly.files.as_slice() else { panic!("{:?}", assembly.files) };
    assert_eq!(print::content(&file.public).text, "[DEFAULT]\ndebug = true\n");
    let secret = print::masked(taco_gen::config::file::Syntax::Oslo, &file.secret);
    assert_eq!(secret.text, "[DEFAULT]\npassword = <web-key/password>\n");
    assert_eq!(file.secret_object.name(), "web-conf");
}

#[test]
fn lowering_names_no_digest_and_prints_no_file() {
    let (assembly, _) = lowered((SITE, WEB, OPTIONS));
    let ids: Vec<&str> = assembly.workloads.iter().map(|workload| workload.id.as_str()).collect();
    assert_eq!(ids, ["web/sync", "web/api"], "what is waited for comes first");
    let [job, api] = assembly.workloads.as_slice() else { panic!("two workloads") };
    assert_eq!((job.object.kind(), job.object.name(), job.is_one_shot), ("Job", "web-sync", true));
    let text = print::yaml::print(&api.object.item).text;
    assert!(text.contains(r#""name": "web-sync""#) && !text.contains("digest"), "{text}");
    let [map] = assembly.config_maps.as_slice() else { panic!("{:?}", assembly.config_maps) };
    assert_eq!(print::yaml::print(&map.object.item).text.matches("\ndata:").count(), 0);
    assert_eq!((map.object.name(), map.files.len(), map.texts.len()), ("web-etc", 1, 0));
}

#[test]
fn linking_gives_files_digests_and_final_names() {
    let linked = linked((SITE, WEB, OPTIONS), &Tags::new());
    let texts = texts(&linked);
    assert!(
        texts["ConfigMap web-etc"].ends_with("data:\n  web.conf: |\n    [DEFAULT]\n    debug = true\n"),
        "{texts:?}"
    );
    let digest = &linked.digests["web/sync"];
    let name = format!("web-sync-{}", &digest[..10]);
    assert!(texts.contains_key(&format!("Job {name}")), "{:?}", texts.keys());
    let api = &texts["Deployment web-api"];
    assert!(api.contains(&format!(r#""name": "{name}""#)), "the gate waits for the Job by its final name: {api}");
    assert!(api.contains(&linked.digests["web/api"]), "{api}");
}

#[test]
fn a_digest_follows_what_its_pod_reads_and_nothing_else() {
    let path = SecretPath::parse("web-key/password").expect("a path");
    let tags = |tag: &str| Tags::from([(path.clone(), tag.to_owned())]);
    let digests = |options: &str, tag: &str| linked((SITE, WEB, options), &tags(tag)).digests;
    let before = digests(OPTIONS, "v1.0");
    assert_eq!(before, digests(OPTIONS, "v1.0"));
    let changed = |after: BTreeMap<String, String>| {
        let differs = after.iter().filter(|(id, digest)| before.get(*id) != Some(digest));
        differs.map(|(id, _)| id.clone()).collect::<Vec<_>>()
    };
    assert_eq!(changed(digests(&OPTIONS.replace("#true", "#false"), "v1.0")), ["web/api"], "the job does not mount it");
    // The job's own secret has its value in a database, so it runs again; the API waits for it by name.
    assert_eq!(changed(digests(OPTIONS, "v1.1")), ["web/api", "web/sync"]);
}

#[test]
fn what_pods_read_of_secrets_is_known_by_identity() {
    let linked = linked((SITE, WEB, OPTIONS), &Tags::new());
    let reads = linked.reads.iter().map(|(read, users)| (read.columns(), users.iter().cloned().collect::<Vec<_>>()));
    let reads: BTreeMap<_, _> = reads.collect();
    let column = |object: &str, key: &str| (object.to_owned(), key.to_owned());
    assert_eq!(reads[&column("web-key", "*")], ["web/sync"], "mounted whole");
    assert_eq!(reads[&column("web-key", "password")], ["web/api"], "shown by a file");
    assert_eq!(reads.len(), 2);
}

#[test]
fn a_group_that_changes_a_file_makes_a_variant() {
    let service = WEB.replace("kind=deployment", "kind=daemonset");
    let group = "    group edge { nodes b; service web { config web.conf { DEFAULT { debug #false } } } }\n}\n";
    let node = "    node b management=\"192.0.2.2\" { roles controller }\n";
    let spec = format!("{}{node}{group}", SITE.strip_suffix("}\n").expect("a block"));
    let common = linked((&SITE.replace("}\n}", &format!("}}\n{node}}}")), &service, OPTIONS), &Tags::new());
    let varied = linked((&spec, &service, OPTIONS), &Tags::new());
    let consumers = |linked: &Linked| linked.digests.keys().cloned().collect::<Vec<_>>();
    assert_eq!(consumers(&common), ["web/api", "web/sync"]);
    assert_eq!(consumers(&varied), ["web/api", "web/api@edge", "web/sync"]);
    assert_eq!(common.digests["web/sync"], varied.digests["web/sync"]);
    let texts = texts(&varied);
    assert!(texts["ConfigMap web-etc-edge"].contains("debug = false"), "{texts:?}");
    assert!(texts["DaemonSet web-api"].contains("NotIn"), "the common one keeps away");
}

#[test]
fn clients_of_a_capability_without_accounts_get_no_client_secret() {
    let service = WEB.replace("    job sync", "    provides cache component=api service=web port=80 {\n        job init {\n            node-selector openstack-control-plane\n            image gate\n            run web\n            client-secret \"/run/client\"\n        }\n    }\n    job sync");
    let (_, diagnostics) = lowered((SITE, &service, OPTIONS));
    let about_accounts: Vec<&str> = diagnostics
        .iter()
        .map(|diagnostic| diagnostic.message.as_str())
        .filter(|message| message.contains("accounts"))
        .collect();
    assert_eq!(
        about_accounts,
        ["clients of `cache` have no accounts, expected a provider of `database`, `queue`, `identity`"]
    );
}
