//! `affected`: the sites whose output a change makes another.
//!
//! Invariant: a site that is left out gives what it gave at the base; where the edited files tell that no other site can differ, only
//! those that can are compiled.

use std::collections::BTreeSet;
use std::process::ExitCode;

use serde_json::json;

use super::answer::{document, write};
use super::base::Base;
use super::pair::{of_project, refuse};
use crate::cli::args::{Affected, AffectedFormat, Comparison, Selection};
use crate::cli::{broken, disk};
use crate::review::compare::compare;

/// Runs `affected`.
pub fn affected(arguments: &Affected) -> ExitCode {
    let (selection, output) = (arguments.selection.clone(), arguments.output.clone());
    let mut comparison = Comparison { selection, base: Some(arguments.base.clone()), output };
    let base = match Base::open(&comparison) {
        Ok(base) => base,
        Err(error) => return refuse(&error.diagnostics),
    };
    let sites = match crate::cli::sites(&disk(), &comparison.selection) {
        Ok(sites) => sites,
        Err(message) => return broken(&message),
    };
    let possible = match base.edited(&sites) {
        Ok(Some(edited)) => sites.into_iter().filter(|site| edited.contains(site)).collect(),
        Ok(None) => sites,
        Err(message) => return broken(&message),
    };
    let mut found = Vec::new();
    if !possible.is_empty() {
        comparison.selection = Selection::from(possible.as_slice());
        let pairs = match of_project(&comparison) {
            Ok((_, pairs)) => pairs,
            Err(code) => return code,
        };
        found.extend(pairs.into_iter().filter(|pair| !compare(&pair.old, &pair.new).is_empty()));
    }
    let names: BTreeSet<(&str, &str)> =
        found.iter().map(|pair| (pair.site.as_str(), pair.compiled.name.as_str())).collect();
    write(&match arguments.format {
        AffectedFormat::List => names.iter().map(|(site, _)| format!("{site}\n")).collect(),
        AffectedFormat::Matrix => {
            let rows: Vec<_> = names.iter().map(|(site, name)| json!({ "site": site, "name": name })).collect();
            json!({ "include": rows }).to_string() + "\n"
        }
        AffectedFormat::Json => {
            let rows: Vec<_> = names.iter().map(|(site, name)| json!({ "site": site, "name": name })).collect();
            document(&json!({ "version": 1, "sites": rows }))
        }
    });
    ExitCode::SUCCESS
}
