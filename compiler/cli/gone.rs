//! Output of sites that no spec describes any more: told by a build of all sites, and removed where that is asked for.
//!
//! Invariant: only files that a build wrote are removed; one that was edited since, and one that is nobody's, keeps its folder.
#![allow(clippy::disallowed_methods, reason = "the output folder is listed")]

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use super::args::Build;
use super::heads::head;
use super::{below, broken, disk, report, root};
use crate::diag::{Diagnostic, Severity, counted};
use crate::world::Sources;
use crate::world::World as _;
use crate::world::disk::DiskWorld;
use crate::write::{self, INDEX, Overwrite};

/// Tells of output without a site behind a build of all, or removes it.
pub fn after(arguments: &Build, code: ExitCode) -> ExitCode {
    if !arguments.selection.is_all() || arguments.watch {
        return code;
    }
    let output = below(&root(), &arguments.output);
    let mut code = code;
    for name in folders(&disk(), &output) {
        if arguments.remove_gone && code == ExitCode::SUCCESS {
            code = match remove(&output, &name) {
                Ok(files) => {
                    say(&format!("removed {}: {}", output.join(&name).display(), counted(files, "file")));
                    code
                }
                Err(message) => broken(&message),
            };
        } else if !arguments.format.is_machine() {
            let message = format!("`{}` is the output of a site that no spec describes", output.join(&name).display());
            let hint = "`taco-gen build --remove-gone` removes it; the controller keeps what it delivered until `publish --remove`";
            let told = Diagnostic { severity: Severity::Warning, ..Diagnostic::global("TG0865", message) }.hint(hint);
            report(&[told], &Sources::default(), arguments.format);
        }
    }
    code
}

fn say(line: &str) {
    let _ = writeln!(anstream::stderr(), "{line}");
}

/// The folders of the output that are of no site.
pub fn folders(world: &DiskWorld, output: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(output).into_iter().flatten().flatten();
    let built = entries.filter(|entry| entry.path().join(INDEX).is_file());
    let built: BTreeSet<String> = built.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    let sites = world.list("sites").unwrap_or_default();
    let mut left: BTreeSet<String> = built.into_iter().filter(|name| !sites.contains(name)).collect();
    if !left.is_empty() {
        // A site need not be called as its folder is.
        let heads = sites.iter().map(|site| head(world, &format!("sites/{site}")));
        let names: BTreeSet<String> = heads.filter_map(|head| head.name).collect();
        left.retain(|name| !names.contains(name));
    }
    left.into_iter().collect()
}

/// Removes the output of a site; how many files it had.
pub fn remove(output: &Path, name: &str) -> Result<usize, String> {
    let root = output.join(name);
    let told = |error: write::WriteError| error.to_string();
    let plan = write::plan(&root, &[]).map_err(told)?;
    if let Some(edited) = plan.edited.first() {
        return Err(format!("`{}` was edited by hand; nothing of it is removed", root.join(edited).display()));
    }
    write::apply(&root, &[], &plan, Overwrite::Refuse).map_err(told)?;
    // The index of nothing, and the folder where nothing else is in it.
    let _ = std::fs::remove_file(root.join(INDEX));
    let _ = std::fs::remove_dir(&root);
    Ok(plan.removed.len())
}
