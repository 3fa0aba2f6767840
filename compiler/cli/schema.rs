//! `schema`.
//!
//! Invariant: the published schemas and the manual are generated from the shapes that the compiler reads by.

mod services;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::catalog::load::Library;
use crate::catalog::manual;
use crate::catalog::overlay::Overlay;
use crate::catalog::rule::Rule;
use crate::catalog::service::Service;
use crate::cli::args::Schema;
use crate::cli::render::Format;
use crate::cli::{Project, broken};
use crate::diag::registry;
use crate::spec::site::Site;
use crate::tree::schema::json_schema;

/// The schema files: name and text. Those of sites and overlays hold every service of the library.
pub fn files(library: &Library) -> Vec<(&'static str, String)> {
    let records = [
        ("site.schema.json", "A site", Site::record()),
        ("overlay.schema.json", "An overlay", Overlay::record()),
        ("service.schema.json", "A service", Service::record()),
        ("rule.schema.json", "A rule", Rule::record()),
    ];
    let one = |(file, title, record)| {
        let mut schema = json_schema(file, title, record);
        services::insert(&mut schema, &library.catalog);
        let text = serde_json::to_string_pretty(&schema).unwrap_or_default();
        (file, text + "\n")
    };
    records.into_iter().map(one).collect()
}

/// The generated pages of `docs/`: name and text.
pub fn pages() -> Vec<(&'static str, String)> {
    vec![("diagnostics.md", registry::page()), ("service-language.md", manual::page())]
}

/// Runs `schema`.
pub fn run(arguments: &Schema) -> ExitCode {
    let project = match Project::open(Format::Human) {
        Ok(project) => project,
        Err(code) => return code,
    };
    let mut wanted = below(&arguments.output, files(&project.library));
    if let Some(folder) = &arguments.docs {
        wanted.extend(below(folder, pages()));
    }
    let mut stale = Vec::new();
    for (path, text) in wanted {
        if std::fs::read_to_string(&path).is_ok_and(|old| old == text) {
            continue;
        }
        if arguments.check {
            stale.push(path.display().to_string());
            continue;
        }
        let folder = path.parent().unwrap_or(Path::new("."));
        if let Err(error) = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, text)) {
            return broken(&format!("cannot write {}: {error}", path.display()));
        }
    }
    match stale.is_empty() {
        true => ExitCode::SUCCESS,
        false => broken(&format!("stale: {}; run `taco-gen schema` without `--check`", stale.join(", "))),
    }
}

fn below(folder: &Path, files: Vec<(&'static str, String)>) -> Vec<(PathBuf, String)> {
    files.into_iter().map(|(name, text)| (folder.join(name), text)).collect()
}
