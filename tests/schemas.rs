//! The published schemas: fresh, valid, and in agreement with the compiler.

use jsonschema::Validator;

use crate::support::{LIBRARY, compile_spec};

fn files() -> Vec<(&'static str, String)> {
    taco_gen::cli::schema::files(&LIBRARY)
}

#[test]
fn published_schemas_are_those_of_the_types() {
    for (name, text) in files() {
        let path = format!("{}/schema/{name}", env!("CARGO_MANIFEST_DIR"));
        let published = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(published == text, "schema/{name} is stale: run `taco-gen schema`");
    }
}

#[test]
fn generated_pages_are_fresh() {
    for (name, text) in taco_gen::cli::schema::pages() {
        let path = format!("{}/docs/{name}", env!("CARGO_MANIFEST_DIR"));
        let published = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(published == text, "docs/{name} is stale: run `taco-gen schema --docs docs`");
    }
    assert!(taco_gen::diag::registry::page().matches("\n## TG").count() > 100);
}

fn site_validator() -> Validator {
    let files = files();
    let (_, text) = files.iter().find(|(name, _)| *name == "site.schema.json").expect("a site schema");
    jsonschema::validator_for(&serde_json::from_str(text).expect("JSON")).expect("a valid schema")
}

const SOUND: &str = r#"
name: test
network:
  management: { cidr: 192.0.2.0/24, ntp: [192.0.2.1] }
node:
  one: { management: 192.0.2.11, roles: [controller, network, compute] }
"#;

fn with_nova(settings: &str) -> String {
    SOUND.replace("name: test", &format!("name: test\nservice: {{ nova: {{ {settings} }} }}"))
}

fn compile_yaml(text: &str) -> taco_gen::Compiled {
    let world = taco_gen::world::memory::MemoryWorld::from_iter([(
        "sites/test/site.yaml".to_owned(),
        text.as_bytes().to_vec(),
    )]);
    taco_gen::compile(&world, &LIBRARY, "sites/test")
}

#[test]
fn schema_and_compiler_accept_and_refuse_the_same() {
    let cases = [
        (SOUND.to_owned(), true),
        (SOUND.replace("cidr:", "cdir:"), false),
        (SOUND.replace("192.0.2.0/24", "[1, 2]"), false),
        (SOUND.replace("name: test", "name: test\nexpose: { kind: carrier-pigeon }"), false),
        (SOUND.replace("name: test", "name: test\nlab: 7"), false),
        (with_nova("virt-type: qemu, cpu-mode: none, workers: 2"), true),
        (with_nova("virt-type: qmeu"), false),
        (with_nova("virt-tpye: qemu"), false),
        (with_nova("workers: 0"), false),
        (with_nova("component: { compute: { memory: 2Gi } }"), true),
        (with_nova("component: { computer: { memory: 2Gi } }"), false),
        (with_nova("config: { nova.config: { DEFAULT: { debug: true } } }"), false),
        (SOUND.replace("name: test", "name: test\nservice: { nvoa: { workers: 2 } }"), false),
    ];
    let validator = site_validator();
    for (text, sound) in cases {
        let value: serde_json::Value = serde_yaml::from_str(&text).expect("YAML");
        assert_eq!(validator.is_valid(&value), sound, "schema on {text}");
        let compiled = compile_yaml(&text);
        assert_eq!(compiled.artifacts.is_some(), sound, "compiler on {text}: {:#?}", compiled.diagnostics);
    }
}

#[test]
fn both_notations_give_the_same_site() {
    let kdl = r#"site test {
    network management cidr="192.0.2.0/24" { ntp "192.0.2.1" }
    node one management="192.0.2.11" { roles controller network compute }
}"#;
    let (kdl, yaml) = (compile_spec(kdl), compile_yaml(SOUND));
    let bytes = |compiled: &taco_gen::Compiled| {
        let files = compiled.artifacts.as_ref().expect("sound").iter();
        files.map(|file| (file.path.clone(), file.printed.text.clone())).collect::<Vec<_>>()
    };
    assert_eq!(bytes(&kdl), bytes(&yaml));
}
