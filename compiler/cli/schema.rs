//! `schema`.
//!
//! Invariant: the published schemas are generated from the shapes that the compiler reads by.

use std::process::ExitCode;

use crate::catalog::rule::Rule;
use crate::catalog::service::Service;
use crate::cli::args::Schema;
use crate::cli::broken;
use crate::spec::shape::{OVERLAY, SITE};
use crate::tree::schema::json_schema;

/// The schema files: name and text.
pub fn files() -> Vec<(&'static str, String)> {
    let records = [
        ("site.schema.json", "A site", &SITE),
        ("overlay.schema.json", "An overlay", &OVERLAY),
        ("service.schema.json", "A service", Service::record()),
        ("rule.schema.json", "A rule", Rule::record()),
    ];
    let one = |(file, title, record)| {
        let text = serde_json::to_string_pretty(&json_schema(file, title, record)).unwrap_or_default();
        (file, text + "\n")
    };
    records.into_iter().map(one).collect()
}

/// Runs `schema`.
pub fn run(arguments: &Schema) -> ExitCode {
    let mut stale = false;
    for (name, text) in files() {
        let path = arguments.output.join(name);
        let old = std::fs::read_to_string(&path).unwrap_or_default();
        if old == text {
            continue;
        }
        stale = true;
        if !arguments.check
            && let Err(error) = std::fs::create_dir_all(&arguments.output).and_then(|()| std::fs::write(&path, text))
        {
            return broken(&format!("cannot write {}: {error}", path.display()));
        }
    }
    if stale && arguments.check { broken("the schemas are stale; run `taco-gen schema`") } else { ExitCode::SUCCESS }
}
