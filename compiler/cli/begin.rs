//! `init` and `new`: the first files of a site, and of a service of the project's own.
//!
//! Invariant: no file that is there is written; a spec that the compiler has something to say of is not written at all.
#![allow(clippy::disallowed_methods, reason = "files that are not there yet, none of the output")]

mod spec;

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::Path;
use std::process::ExitCode;

use crate::cli::args::{Init, New, Pipeline};
use crate::cli::render::Format;
use crate::cli::{Project, broken, report, schema};
use crate::compile::inspect;
use crate::world::draft::Draft;

/// What Git leaves out of a project.
const IGNORED: &str = "# Keys that open password stores stay outside Git.
*.agekey
key.txt
# Pages that `taco-gen report` writes.
report.html
";

/// How Git and its forges treat the output.
const ATTRIBUTES: &str = include_str!("../../examples/git/gitattributes");

/// Pipelines: path and text.
const GITHUB: [(&str, &str); 2] = [
    (".github/workflows/review.yml", include_str!("../../examples/github/.github/workflows/review.yml")),
    (".github/workflows/publish.yml", include_str!("../../examples/github/.github/workflows/publish.yml")),
];
const GITLAB: [(&str, &str); 1] = [(".gitlab-ci.yml", include_str!("../../examples/gitlab/.gitlab-ci.yml"))];

/// Which specs an editor checks by which schema.
const EDITOR: &str = "{\n    \"yaml.schemas\": { \"./.vscode/site.schema.json\": \"sites/*/site.yaml\" }\n}\n";

/// A service to start from, and its name there.
const SERVICE: [(&str, &str); 2] = [
    ("service.kdl", include_str!("../../examples/service/service.kdl")),
    ("config/widget.conf.kdl", include_str!("../../examples/service/config/widget.conf.kdl")),
];
const SERVICE_NAME: &str = "widget";

/// Runs `init`.
pub fn init(arguments: &Init) -> ExitCode {
    let project = match Project::open(Format::Human) {
        Ok(project) => project,
        Err(code) => return code,
    };
    let folder = format!("sites/{}", arguments.name);
    let found = ["site.kdl", "site.yaml"].map(|name| format!("{folder}/{name}"));
    if let Some(path) = found.iter().find(|path| project.root.join(path).symlink_metadata().is_ok()) {
        return broken(&format!("`{path}` exists already; edit it, or choose another name"));
    }
    let (name, text) = match spec::text(arguments) {
        Ok(written) => written,
        Err(message) => return broken(&message),
    };
    let path = format!("{folder}/{name}");
    let world = Draft { below: &project.world, files: vec![(path.as_str(), text.as_str())] };
    let compiled = inspect(&world, &project.library, &folder);
    if !compiled.diagnostics.is_empty() {
        report(&compiled.diagnostics, &compiled.sources, Format::Human);
        let _ = writeln!(anstream::stderr(), "{path}: nothing written; `taco-gen init --help` lists what can be said");
        return ExitCode::from(1);
    }
    let mut files = vec![(".gitignore", IGNORED.to_owned()), (".gitattributes", ATTRIBUTES.to_owned())];
    let pipeline = match arguments.pipeline {
        None => &[][..],
        Some(Pipeline::Github) => &GITHUB[..],
        Some(Pipeline::Gitlab) => &GITLAB[..],
    };
    files.extend(pipeline.iter().map(|(path, text)| (*path, (*text).to_owned())));
    if arguments.yaml {
        let schemas = schema::files(&project.library).into_iter().filter(|(name, _)| *name == "site.schema.json");
        files.extend(schemas.map(|(_, text)| (".vscode/site.schema.json", text)));
        files.push((".vscode/settings.json", EDITOR.to_owned()));
    }
    files.push((&path, text));
    let files: Vec<(String, String)> = files.into_iter().map(|(path, text)| (path.to_owned(), text)).collect();
    if let Err(message) = write(&project.root, &files) {
        return broken(&message);
    }
    tell(&format!(
        "next: `taco-gen build {folder}`, then commit; `taco-gen publish {folder} --repo URL` pushes the output"
    ));
    ExitCode::SUCCESS
}

/// Runs `new`.
pub fn new(arguments: &New) -> ExitCode {
    let New::Service { name } = arguments;
    let project = match Project::open(Format::Human) {
        Ok(project) => project,
        Err(code) => return code,
    };
    let folder = format!("schema/services/{name}");
    if project.library.catalog.services.contains_key(name) || project.root.join(&folder).symlink_metadata().is_ok() {
        return broken(&format!("there is a service `{name}` already; `taco-gen services {name}` shows it"));
    }
    let named = |text: &str| text.replace(SERVICE_NAME, name);
    let files: Vec<(String, String)> =
        SERVICE.iter().map(|(path, text)| (format!("{folder}/{}", named(path)), named(text))).collect();
    if let Err(message) = write(&project.root, &files) {
        return broken(&message);
    }
    tell(&format!("next: `taco-gen set {name}.enabled true` turns it on, `taco-gen check` checks it"));
    ExitCode::SUCCESS
}

/// Writes the files that are not there yet.
fn write(root: &Path, files: &[(String, String)]) -> Result<(), String> {
    for (path, text) in files {
        let whole = root.join(path);
        let failed = |error: std::io::Error| format!("cannot write `{path}`: {error}");
        if let Some(folder) = whole.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        match OpenOptions::new().write(true).create_new(true).open(&whole) {
            Ok(mut file) => {
                file.write_all(text.as_bytes()).map_err(failed)?;
                tell(&format!("wrote {path}"));
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => tell(&format!("kept existing {path}")),
            Err(error) => return Err(failed(error)),
        }
    }
    Ok(())
}

fn tell(line: &str) {
    let _ = writeln!(anstream::stderr(), "{line}");
}
