//! `schema`.
//!
//! Invariant: the published schemas are generated from the shapes that the compiler reads by.

use std::process::ExitCode;

use crate::catalog::shape::SERVICE;
use crate::cli::args::Schema;
use crate::cli::broken;
use crate::spec::shape::{OVERLAY, SITE};
use crate::tree::schema::json_schema;

/// The schema files: name and text.
pub fn files() -> Vec<(&'static str, String)> {
    let records = [("site", "A site", &SITE), ("overlay", "An overlay", &OVERLAY), ("service", "A service", &SERVICE)];
    let one = |(name, title, record)| {
        let schema = json_schema(&format!("{name}.schema.json"), title, record);
        let text = serde_json::to_string_pretty(&schema).unwrap_or_default();
        let file = match name {
            "site" => "site.schema.json",
            "overlay" => "overlay.schema.json",
            _ => "service.schema.json",
        };
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
