//! What reads a text that comes from outside, each as one function: `tests/fuzz.rs` gives it texts of its own making, the fuzz
//! targets beside it give it those that libFuzzer finds.

use taco_gen::catalog::load::load;
use taco_gen::cli::render::{Color, Format, render};
use taco_gen::compile::inspect;
use taco_gen::diag::Sink;
use taco_gen::import::key::Role;
use taco_gen::import::read::{Input, read};
use taco_gen::import::redact::Hidden;
use taco_gen::import::template::evaluate;
use taco_gen::span::FileId;
use taco_gen::tree::format::format;
use taco_gen::tree::scalars::scalars;
use taco_gen::tree::{kdl, yaml};
use taco_gen::world::Sources;
use taco_gen::world::memory::MemoryWorld;

use super::LIBRARY;

fn world(path: &str, text: &str) -> MemoryWorld {
    MemoryWorld::from_iter([(path.to_owned(), text.as_bytes().to_vec())])
}

/// A small site that says this too.
fn spec(rest: &str) -> String {
    let network = "network management cidr=\"192.0.2.0/24\" { ntp \"192.0.2.1\" }";
    let node = "node one management=\"192.0.2.11\" { roles controller network compute }";
    format!("site test {{\n{network}\n{node}\n{rest}\n}}\n")
}

/// KDL: the reader, and the formatter, which gives its own result back.
pub fn read_kdl(text: &str) {
    let (_, faults) = kdl::parse(text);
    if let Ok(once) = format(text) {
        assert!(faults.is_empty());
        assert_eq!(format(&once).as_deref(), Ok(once.as_str()));
    }
}

/// YAML, as a spec and as the files of other tools.
pub fn read_yaml(text: &str) {
    let _ = yaml::parse(text, FileId(0));
    let _ = scalars(text);
}

/// A whole spec in KDL.
pub fn read_spec(text: &str) {
    inspect(&world("sites/test/site.kdl", text), &LIBRARY, "sites/test");
}

/// A whole spec in YAML.
pub fn read_spec_in_yaml(text: &str) {
    inspect(&world("sites/test/site.yaml", text), &LIBRARY, "sites/test");
}

/// Patches of a site, as they stand in its spec.
pub fn read_patches(text: &str) {
    read_spec(&spec(text));
}

/// A password store.
pub fn read_store(text: &str) {
    let spec = spec("passwords \"passwords.sops.yaml\"");
    let files = [("sites/test/site.kdl", spec.as_str()), ("sites/test/passwords.sops.yaml", text)];
    let world = MemoryWorld::from_iter(files.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec())));
    inspect(&world, &LIBRARY, "sites/test");
}

/// A service's own document.
pub fn read_service(text: &str) {
    let name = text.split_whitespace().skip_while(|word| *word != "service").nth(1).unwrap_or("x");
    let name: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    let _ = load(&world(&format!("schema/services/{name}/service.kdl"), text), &mut Sink::default());
}

/// A file of another tool, in each role.
pub fn read_import(text: &str) {
    let input = |path: &str, role: Role| Input {
        path: path.to_owned(),
        text: text.to_owned(),
        role,
        prefix: (role == Role::Override).then(|| "nova.conf".to_owned()),
    };
    let inputs = vec![
        input("values.yml", Role::Values),
        input("passwords.yml", Role::Secrets),
        input("inventory.yml", Role::Inventory),
        input("inventory", Role::Inventory),
        input("nova.conf", Role::Override),
    ];
    let (mut sources, mut sink) = (Sources::default(), Sink::default());
    let found = read((inputs, None), None, &mut sources, &mut sink);
    let dump = vec![input("dump.json", Role::Values)];
    read((dump, None), Some(&["2026.1".to_owned()]), &mut sources, &mut sink);
    let hidden = Hidden::new(&found.files, &found.keys, &sources);
    let told = hidden.redact(sink.into_sorted(), &sources);
    render(&told, &sources, Format::Human, Color::Never);
    let variables = found.keys.iter().filter_map(|key| Some((key.path.last()?.clone(), key.data.text()?))).collect();
    for key in &found.keys {
        let _ = evaluate(&key.data.text().unwrap_or_default(), &variables);
    }
}
