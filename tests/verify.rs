//! Objects that an API server would refuse or that would never work, each with exactly its diagnostics; and sites without any.

use taco_gen::diag::Sink;
use taco_gen::verify::objects::folder::{Folder, check};
use taco_gen::world::Sources;
use taco_gen::world::memory::MemoryWorld;

use crate::support::{LAB, compile_spec, stock};

#[test]
fn every_broken_object_gives_exactly_its_diagnostics() {
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

/// The diagnostics of a folder: place and message.
fn diagnostics(files: Vec<(String, String)>, kubernetes: &str) -> (usize, Vec<String>) {
    let world = MemoryWorld::from_iter(files.into_iter().map(|(path, text)| (path, text.into_bytes())));
    let (mut sources, mut sink) = (Sources::default(), Sink::default());
    let count = check(&world, &Folder { path: "objects", kubernetes, kinds: &[] }, &mut sources, &mut sink);
    let shown = sink.into_sorted().into_iter().map(|diagnostic| {
        let place = diagnostic.primary.map(|label| {
            let source = sources.get(label.span.file).expect("a source");
            let (line, column) = source.position(label.span.start);
            format!("{}:{line}:{column} ", source.path)
        });
        format!("{}{} {}", place.unwrap_or_default(), diagnostic.code, diagnostic.message)
    });
    (count, shown.collect())
}

#[test]
fn a_folder_is_verified_as_a_site_is() {
    let files = LAB.artifacts.iter().flatten().filter(|file| file.path.starts_with("kubernetes/"));
    let mut files: Vec<(String, String)> =
        files.map(|file| (file.path.replacen("kubernetes", "objects", 1), file.printed.text.clone())).collect();
    let (count, found) = diagnostics(files.clone(), "1.35");
    assert!(count == files.len() && count > 300 && found.is_empty(), "{count} {found:#?}");
    let broken =
        files.iter_mut().find(|(path, _)| path.ends_with("deployment-keystone-api.yaml")).expect("it is there");
    broken.1 = broken.1.replacen("replicas:", "replicaz:", 1);
    let (_, found) = diagnostics(files, "1.35");
    let path = "objects/keystone/deployment-keystone-api.yaml:14:13";
    let message = "Deployment `keystone-api`, `spec.replicaz`: unknown field";
    assert_eq!(found, [format!("{path} TG0812 {message}")]);
}

#[test]
fn a_folder_tells_what_it_cannot_check() {
    let object = |text: &str| vec![("objects/a.yaml".to_owned(), text.to_owned())];
    let map = object("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: b}\n");
    assert_eq!(diagnostics(map.clone(), "1.35"), (1, vec![]));
    let (_, found) = diagnostics(map, "1.20");
    assert!(found.len() == 1 && found[0].starts_with("TG0501 no types of Kubernetes `1.20`"), "{found:?}");
    for (text, code) in [("", "TG0814"), ("[1]", "TG0202"), ("a: [", "TG0101"), ("kind: 1\napiVersion: v1", "TG0814")] {
        let (_, found) = diagnostics(object(text), "1.35");
        assert!(found.len() == 1 && found[0].contains(code), "{text}: {found:?}");
    }
    assert_eq!(diagnostics(vec![], "1.35").1, ["TG0001 no object in `objects`, expected files of YAML"]);
}

#[test]
fn what_is_too_large_for_the_cluster_is_told() {
    let map = |name: &str, annotation: usize, data: usize| {
        let metadata = format!("{{name: {name}, namespace: b, annotations: {{a: {}}}}}", "x".repeat(annotation));
        let text =
            format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {metadata}\ndata: {{a: {}}}\n", "y".repeat(data));
        (format!("objects/{name}.yaml"), text)
    };
    let (_, found) = diagnostics(vec![map("a", 262_143, 1_048_576)], "1.35");
    assert_eq!(found, Vec::<String>::new());
    let (_, found) = diagnostics(vec![map("a", 262_144, 10), map("b", 1, 1_048_577), map("c", 1, 1_600_000)], "1.35");
    let codes: Vec<bool> = found.iter().map(|line| line.contains("TG0829")).collect();
    assert_eq!(codes, [true; 4], "{found:?}");
}

#[test]
fn many_findings_of_one_cause_are_one() {
    let binding = |name: &str| {
        let role = "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: absent}";
        let head = "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding";
        (format!("objects/{name}.yaml"), format!("{head}\nmetadata: {{name: {name}, namespace: b}}\n{role}\n"))
    };
    let (_, found) = diagnostics(["a", "b", "c"].map(binding).to_vec(), "1.35");
    assert_eq!(found.len(), 3, "{found:?}");
    let (_, found) = diagnostics(["a", "b", "c", "d"].map(binding).to_vec(), "1.35");
    assert!(found.len() == 1 && found[0].ends_with("is named `absent` (3 more objects name it)"), "{found:?}");
}

#[test]
fn two_objects_of_one_identity_are_told() {
    let file = |path: &str, namespace: &str| {
        let metadata = format!("metadata: {{name: a, namespace: {namespace}}}");
        (format!("objects/{path}.yaml"), format!("apiVersion: v1\nkind: ConfigMap\n{metadata}\n"))
    };
    assert_eq!(diagnostics(vec![file("a", "x"), file("b", "z")], "1.35").1, Vec::<String>::new());
    let (_, found) = diagnostics(vec![file("a", "x"), file("b", "x")], "1.35");
    assert!(found.len() == 1 && found[0].contains("TG0704"), "{found:?}");
}

#[test]
fn a_kind_that_the_spec_names_is_taken_as_it_is() {
    let patched =
        "patch NetworkPolicy keystone-api { merge { apiVersion \"example.com/v1\"; kind Foo; spec { own #true } } }";
    let spec = stock("minimal");
    let end = spec.rfind('}').expect("a block");
    let with = |more: &str| compile_spec(&format!("{}    {more}{patched}\n}}\n", &spec[..end]));
    let refused = with("");
    assert_eq!(refused.diagnostics.iter().map(|diagnostic| diagnostic.code).collect::<Vec<_>>(), ["TG0810"]);
    let taken = with("kinds \"Foo.example.com/v1\"\n    ");
    assert!(taken.diagnostics.is_empty(), "{:#?}", taken.diagnostics);
}
