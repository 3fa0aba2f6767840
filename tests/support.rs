//! What the tests share: a project in memory, a compiled site, its objects read back.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_yaml::Value;
use taco_gen::catalog::load::{Library, load};
use taco_gen::diag::Sink;
use taco_gen::world::memory::MemoryWorld;
use taco_gen::{Compiled, compile};

/// The catalog that the program carries.
pub static LIBRARY: LazyLock<Library> = LazyLock::new(|| {
    let mut sink = Sink::default();
    let library = load(&MemoryWorld::default(), &mut sink);
    let diagnostics = sink.into_sorted();
    assert!(diagnostics.is_empty(), "the stock catalog has diagnostics: {diagnostics:#?}");
    library
});

/// Compiles a spec as `sites/test`.
pub fn compile_spec(spec: &str) -> Compiled {
    let world = MemoryWorld::from_iter([("sites/test/site.kdl".to_owned(), spec.as_bytes().to_vec())]);
    compile(&world, &LIBRARY, "sites/test")
}

/// Compiles a spec that must have no error.
pub fn sound(spec: &str) -> Compiled {
    let compiled = compile_spec(spec);
    assert!(compiled.artifacts.is_some(), "diagnostics: {:#?}", compiled.diagnostics);
    compiled
}

/// A spec of the repository.
pub fn stock(site: &str) -> String {
    let path = format!("{}/sites/{site}/site.kdl", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The lab site, compiled once.
pub static LAB: LazyLock<Compiled> = LazyLock::new(|| sound(&stock("lab")));

/// The Kubernetes objects of a site, by path.
pub fn objects(compiled: &Compiled) -> BTreeMap<String, Value> {
    let files = compiled.artifacts.iter().flatten().filter(|file| file.path.starts_with("kubernetes/"));
    files.map(|file| (file.path.clone(), serde_yaml::from_str(&file.printed.text).expect("valid YAML"))).collect()
}

/// A file's text.
pub fn text<'a>(compiled: &'a Compiled, path: &str) -> &'a str {
    let file = compiled.artifacts.iter().flatten().find(|file| file.path == path);
    file.map_or_else(|| panic!("no file {path}"), |file| file.printed.text.as_str())
}

/// Digests by consumer.
pub fn digests(compiled: &Compiled) -> BTreeMap<String, String> {
    compiled.linked.as_ref().expect("a sound site").digests.clone()
}

/// A string at the end of a path of keys.
pub fn at<'v>(value: &'v Value, path: &[&str]) -> &'v Value {
    path.iter().fold(value, |value, key| &value[*key])
}

/// The pod template of a workload object.
pub fn template(object: &Value) -> Option<&Value> {
    let spec = &object["spec"];
    let spec = if spec["jobTemplate"].is_null() { spec } else { &spec["jobTemplate"]["spec"] };
    (!spec["template"].is_null()).then_some(&spec["template"])
}
