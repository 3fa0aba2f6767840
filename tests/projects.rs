//! Projects with service data of their own beside a site, under `tests/projects/`: built as they stand, no stock file changed.

use std::collections::BTreeMap;
use std::path::Path;

use taco_gen::Compiled;
use taco_gen::catalog::load::load;
use taco_gen::compile;
use taco_gen::diag::{Diagnostic, Sink};
use taco_gen::tree::embedded::Embedded;
use taco_gen::world::memory::MemoryWorld;

use crate::support::{at, objects, text};

/// The files of a project under `tests/projects/`, by path.
pub fn project(name: &str) -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/projects").join(name);
    let files = walkdir::WalkDir::new(&root).into_iter().map(|entry| entry.expect("readable"));
    let files = files.filter(|entry| entry.file_type().is_file());
    let read = |path: &Path| std::fs::read_to_string(path).expect("UTF-8");
    let path = |path: &Path| path.strip_prefix(&root).expect("below").to_string_lossy().into_owned();
    files.map(|entry| (path(entry.path()), read(entry.path()))).collect()
}

/// Loads and compiles a site of a project.
fn build(files: &BTreeMap<String, String>, site: &str) -> (Vec<Diagnostic>, Compiled) {
    let world = MemoryWorld::from_iter(files.iter().map(|(path, text)| (path.clone(), text.clone().into_bytes())));
    let mut sink = Sink::default();
    let library = load(&world, &mut sink);
    (sink.into_sorted(), compile(&world, &library, site))
}

/// A project that builds.
fn sound(files: &BTreeMap<String, String>, site: &str) -> Compiled {
    let (found, compiled) = build(files, site);
    assert!(found.is_empty(), "{found:#?}");
    assert!(compiled.artifacts.is_some(), "{:#?}", compiled.diagnostics);
    compiled
}

fn messages(files: &BTreeMap<String, String>, site: &str) -> Vec<String> {
    let (found, compiled) = build(files, site);
    let show = |found: &Diagnostic| format!("{} {} {:?}", found.code, found.message, found.hints);
    found.iter().chain(&compiled.diagnostics).map(show).collect()
}

const RELEASES: [&str; 6] = ["zed", "2024.1", "2025.1", "2025.2", "2026.1", "2026.2"];

/// The key manager as a project's own service, its site in a release.
fn key_manager(release: &str) -> BTreeMap<String, String> {
    let mut files = project("keystore");
    let spec = files.get_mut("sites/keys/site.kdl").expect("the spec");
    *spec = spec.replace("openstack=\"2026.1\"", &format!("openstack=\"{release}\""));
    assert!(spec.contains(release), "{spec}");
    files
}

#[test]
fn a_service_is_one_folder_of_a_project() {
    let files = project("keystore");
    let (data, specs): (Vec<_>, Vec<_>) = files.iter().partition(|(path, _)| path.starts_with("schema/"));
    assert_eq!(specs.len(), 1);
    assert!(data.iter().all(|(path, _)| path.starts_with("schema/services/keystore/")), "{data:?}");
    assert!(data.iter().all(|(path, _)| Embedded::find(path).is_none()), "a stock file is changed");
    let lines: usize = data.iter().map(|(_, text)| text.lines().count()).sum();
    assert!(lines <= 100, "{lines} lines");
}

#[test]
fn it_builds_in_every_release() {
    for release in RELEASES {
        let compiled = sound(&key_manager(release), "sites/keys");
        let objects = objects(&compiled);
        for component in ["api", "worker", "keystone-listener"] {
            let object = &objects[&format!("kubernetes/keystore/deployment-keystore-{component}.yaml")];
            let image = at(object, &["spec", "template", "spec"])["containers"][0]["image"].as_str().expect("an image");
            assert!(image.contains(&format!("/barbican:{release}-ubuntu_")), "{release}: {image}");
        }
        assert!(objects.contains_key("kubernetes/keystore/service-keystore-api.yaml"));
        let job = |name: &str| {
            let begin = format!("kubernetes/keystore/job-keystore-{name}-");
            objects.iter().find(|(path, _)| path.starts_with(&begin)).map(|(path, _)| text(&compiled, path))
        };
        for name in ["db-init", "db-sync", "ks-user", "rabbit-init"] {
            assert!(job(name).is_some(), "{release}: no job {name}");
        }
        let entry = job("ks-endpoints").expect("the job of the catalog entry");
        let wanted = ["key-store", "http://keystore-api.openstack.svc.cluster.local:9312"];
        assert!(wanted.iter().all(|text| entry.contains(text)), "{entry}");
    }
}

#[test]
fn its_files_follow_the_release() {
    for release in RELEASES {
        let compiled = sound(&key_manager(release), "sites/keys");
        let public = text(&compiled, "config/keystore/barbican.conf");
        let secret = text(&compiled, "config/keystore/barbican.conf.d/secret.conf");
        assert_eq!(public.contains("[database]"), release != "zed", "{release}: a fragment with `since`");
        assert_eq!(secret.contains("sql_connection ="), release == "zed", "{release}: an option with `gone`");
        assert!(secret.contains("\nkek = <keystore-kek/password>"), "{secret}");
        let server = text(&compiled, "config/keystore/barbican-api-uwsgi.ini");
        let has_module = matches!(release, "2025.2" | "2026.1" | "2026.2");
        assert_eq!(server.contains("module = barbican.wsgi.api:application"), has_module, "{server}");
        assert_eq!(server.contains("wsgi-file = "), !has_module, "{server}");
    }
}

/// The project with a text of a file changed.
fn changed(path: &str, old: &str, new: &str) -> BTreeMap<String, String> {
    let mut files = project("keystore");
    let text = files.get_mut(path).expect("the file");
    assert_eq!(text.matches(old).count(), 1, "`{old}` stands once in {path}");
    *text = text.replace(old, new);
    files
}

const SERVICE: &str = "schema/services/keystore/service.kdl";

#[test]
fn what_a_release_dropped_is_refused_with_what_took_its_place() {
    let gone = "gone=\"2025.1\" instead=\"use the service `vault`\"";
    let service = changed(SERVICE, "service keystore {", &format!("service keystore {gone} {{"));
    assert_eq!(
        messages(&service, "sites/keys"),
        ["TG0508 service `keystore` was removed in OpenStack 2025.1 [\"use the service `vault`\"]"]
    );
    let listener = "component keystone-listener kind=deployment";
    let gone = format!("{listener} gone=\"2026.1\" instead=\"the worker does its part\"");
    let mut component = changed(SERVICE, listener, &gone);
    let compiled = sound(&component, "sites/keys");
    assert!(!objects(&compiled).contains_key("kubernetes/keystore/deployment-keystore-keystone-listener.yaml"));
    let spec = component.get_mut("sites/keys/site.kdl").expect("the spec");
    *spec = spec.replace("{ enabled #true }", "{ enabled #true; component keystone-listener { replicas 2 } }");
    let refusal = "component `keystone-listener` of service `keystore` was removed in OpenStack 2026.1";
    let hint = "[\"the worker does its part\"]";
    assert_eq!(messages(&component, "sites/keys"), [format!("TG0508 {refusal} {hint}")]);
}

#[test]
fn an_option_that_a_release_dropped_is_refused_once() {
    let mut files = project("keystore");
    let spec = files.get_mut("sites/keys/site.kdl").expect("the spec");
    let option = "config \"barbican.conf\" { DEFAULT { sql_connection x } }";
    *spec = spec.replace("{ enabled #true }", &format!("{{ enabled #true; {option} }}"));
    assert_eq!(
        messages(&files, "sites/keys"),
        [
            "TG0525 `sql_connection` in `[DEFAULT]` of service `keystore` was removed in OpenStack 2024.1 [\"set `connection` in `[database]`\"]"
        ]
    );
}

#[test]
fn more_back_ends_of_a_kind_than_it_takes_are_refused() {
    let kind = "back-end module { summary \"A module that keeps keys\"; at-most 1; secret NAME-pin kind=password; \
                pod api { secret NAME-pin at=\"/run/secrets/pins/NAME\" } }";
    let mut files = changed(SERVICE, "service keystore {", &format!("service keystore {{ {kind}"));
    let spec = files.get_mut("sites/keys/site.kdl").expect("the spec");
    *spec = spec.replace("{ enabled #true }", "{ enabled #true; back-end one kind=module; back-end two kind=module }");
    let told = "TG0448 `two` is one back end of kind `module` too many, expected at most 1";
    assert!(messages(&files, "sites/keys").iter().any(|message| message.starts_with(told)));
}

#[test]
fn a_projects_list_of_releases_adds_to_the_stock_one() {
    let mut files = project("keystore");
    let list = "openstack \"2025.2\" { image keystore=\"registry.example/keys:1\" client=\"registry.example/client:1\" }\n\
                openstack \"2025.2-lts\" { codename flamingo-lts; image client=\"registry.example/client:2\" }\n";
    files.insert("schema/releases.kdl".to_owned(), list.to_owned());
    let spec = files.get_mut("sites/keys/site.kdl").expect("the spec");
    *spec = spec.replace("2026.1", "2025.2");
    let compiled = sound(&files, "sites/keys");
    let image = |unit: &str, name: &str| {
        let objects = objects(&compiled);
        let object = &objects[&format!("kubernetes/{unit}/deployment-{name}.yaml")];
        let containers = &at(object, &["spec", "template", "spec"])["containers"];
        containers[0]["image"].as_str().expect("an image").to_owned()
    };
    assert_eq!(image("keystore", "keystore-worker"), "registry.example/keys:1");
    assert!(image("keystone", "keystone-api").contains("/keystone:2025.2-"), "the stock's images stay");
    let world = MemoryWorld::from_iter(files.into_iter().map(|(path, text)| (path, text.into_bytes())));
    let library = load(&world, &mut Sink::default());
    let names: Vec<&str> = library.catalog.releases.keys().map(|name| name.as_str()).collect();
    assert_eq!(
        names,
        ["ocata", "pike", "queens", "train", "zed", "2024.1", "2025.1", "2025.2", "2025.2-lts", "2026.1", "2026.2"]
    );
    assert_eq!(library.catalog.releases["2025.2"].codename.as_deref(), Some("flamingo"));
}
