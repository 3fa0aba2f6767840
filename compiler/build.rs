//! `schema/` and `overlays/` to tables that the program carries, KDL parsed and checked.
//!
//! Invariant: the tables depend on nothing but the files; a mistake in one of them fails the build with its place.
#![allow(clippy::disallowed_methods, reason = "a build script writes its results and is told where by the environment")]

use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

#[allow(dead_code, reason = "the program uses the other half of it")]
#[path = "tree/compact.rs"]
mod compact;
#[path = "options/index.rs"]
mod index;
#[allow(dead_code, reason = "the program uses the other half of it")]
#[path = "tree/kdl.rs"]
mod kdl;
#[path = "tree/raw.rs"]
mod raw;
#[path = "options/source.rs"]
mod source;

const FOLDERS: [&str; 2] = ["overlays", "schema"];
/// Large tables, which the program unpacks when it needs one.
const TABLES: [&str; 2] = ["schema/kubernetes/", "schema/options/"];
/// Among them, those of options, which become indexes.
const OPTIONS: &str = "schema/options/";
/// What stands beside the option tables and is none.
const VERSIONS: &str = "schema/options/versions.json";

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    println!("cargo:rerun-if-changed=compiler/build.rs");
    let mut table = String::from(
        "/// Every file, sorted by path: the bytes of its text and of its nodes.\nstatic LENGTHS: &[(&str, usize, usize)] = &[\n",
    );
    let mut mistakes = String::new();
    let mut paths = vec![];
    for folder in FOLDERS {
        println!("cargo:rerun-if-changed={folder}");
        paths.extend(files(&root, folder)?);
    }
    paths.sort();
    let (tables, paths): (Vec<_>, Vec<_>) = paths.into_iter().partition(|path| is_table(path));
    let (mut texts, mut trees) = (String::new(), vec![]);
    for path in &paths {
        let text = fs::read_to_string(root.join(path)).map_err(|error| format!("{path}: {error}"))?;
        let nodes = match path.ends_with(".kdl") {
            true => compile(path, &text, &mut mistakes),
            false => vec![],
        };
        writeln!(table, "    ({path:?}, {}, {}),", text.len(), nodes.len())?;
        texts.push_str(&text);
        trees.extend(nodes);
    }
    if !mistakes.is_empty() {
        mistakes.lines().for_each(|mistake| println!("cargo::error={mistake}"));
        return Err("the service data has mistakes".into());
    }
    table.push_str("];\n");
    for (name, bytes) in [("TEXTS", texts.as_bytes()), ("NODES", &trees)] {
        writeln!(table, "/// All of them, one behind another.\nstatic {name}: Blob = {};", blob(&out, name, bytes)?)?;
    }
    let (options, tables): (Vec<_>, Vec<_>) =
        tables.into_iter().partition(|path| path.starts_with(OPTIONS) && path != VERSIONS);
    table.push_str(&packed(&root, &out, &tables)?);
    table.push_str(&indexed(&root, &out, &options)?);
    fs::write(out.join("embedded.rs"), table)?;
    Ok(())
}

fn is_table(path: &str) -> bool {
    TABLES.iter().any(|folder| path.starts_with(folder))
}

/// Bytes, packed beside the tables, as an expression.
fn blob(out: &Path, name: &str, bytes: &[u8]) -> Result<String, Box<dyn Error>> {
    let file = out.join(format!("{name}.lz4"));
    fs::write(&file, lz4_flex::block::compress(bytes))?;
    Ok(format!("Blob {{ size: {}, packed: include_bytes!({file:?}) }}", bytes.len()))
}

/// The tables, packed.
fn packed(root: &Path, out: &Path, paths: &[String]) -> Result<String, Box<dyn Error>> {
    let mut table = String::from("/// Every table, sorted by path.\npub static TABLES: &[Packed] = &[\n");
    for (number, path) in paths.iter().enumerate() {
        let text = fs::read_to_string(root.join(path)).map_err(|error| format!("{path}: {error}"))?;
        let (size, blob) = (text.len(), blob(out, &number.to_string(), text.as_bytes())?);
        writeln!(table, "    Packed {{ path: {path:?}, size: {size}, text: {blob} }},")?;
    }
    table.push_str("];\n");
    Ok(table)
}

/// The option tables, as indexes.
fn indexed(root: &Path, out: &Path, paths: &[String]) -> Result<String, Box<dyn Error>> {
    let mut table = String::from("/// Every option table, sorted by name.\npub static INDEXES: &[Indexed] = &[\n");
    // By name, as they are looked up: `cinder` comes before `cinder-drivers`, their files do not.
    let mut paths: Vec<&String> = paths.iter().collect();
    paths.sort_by_key(|path| path.strip_suffix(".json"));
    for path in paths {
        let text = fs::read_to_string(root.join(path)).map_err(|error| format!("{path}: {error}"))?;
        let source = source::parse(&text).map_err(|error| format!("{path}: {error}"))?;
        let name = path.strip_prefix(OPTIONS).and_then(|name| name.strip_suffix(".json"));
        let name = name.ok_or_else(|| format!("{path}: an option table is `NAME.json`"))?;
        let (size, sum, blob) = (text.len(), Sha256::digest(&text), blob(out, name, &index::encode(&source))?);
        writeln!(table, "    Indexed {{ name: {name:?}, size: {size}, sum: {:?}, index: {blob} }},", sum.as_slice())?;
    }
    table.push_str("];\n");
    Ok(table)
}

/// The files below a folder, as paths with slashes from the root. The JSON Schemas are made by the program itself.
fn files(root: &Path, folder: &str) -> Result<Vec<String>, Box<dyn Error>> {
    let mut found = vec![];
    if !root.join(folder).is_dir() {
        return Ok(found);
    }
    for entry in walkdir::WalkDir::new(root.join(folder)) {
        let entry = entry?;
        let path = entry.path().strip_prefix(root)?;
        let published = path.parent() == Some(Path::new("schema")) && path.extension().is_some_and(|end| end == "json");
        if entry.file_type().is_file() && !published {
            let path = path.to_str().ok_or_else(|| format!("{}: the name is not valid UTF-8", path.display()))?;
            found.push(path.replace(std::path::MAIN_SEPARATOR, "/"));
        }
    }
    Ok(found)
}

fn compile(path: &str, text: &str, mistakes: &mut String) -> Vec<u8> {
    let (nodes, faults) = kdl::parse(text);
    for fault in faults {
        let before = text.get(..fault.range.start as usize).unwrap_or("");
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        mistakes.push_str(&format!("{path}:{line}:{column}: {}: {}\n", fault.code, fault.message));
    }
    compact::encode(&nodes, text)
}
