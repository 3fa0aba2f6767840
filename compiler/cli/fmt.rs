//! `fmt`.
//!
//! Invariant: a file is written whole, only where its form changes; one that cannot be read is reported and left as it is.
#![allow(clippy::disallowed_methods, reason = "files that a person names are read where they are")]

use std::io::{Read as _, Write as _};
use std::path::{Component, Path, PathBuf};
use std::process::ExitCode;

use crate::cli::args::Fmt;
use crate::cli::{broken, disk, report, root};
use crate::diag::Diagnostic;
use crate::tree::check::fault_to_diagnostic;
use crate::tree::format::format;
use crate::world::{Sources, World};
use crate::write;

/// Runs `fmt`.
pub fn run(arguments: &Fmt) -> ExitCode {
    if arguments.paths == [PathBuf::from("-")] {
        return stream(arguments);
    }
    let world = disk();
    let paths = match paths(&world, &arguments.paths) {
        Ok(paths) => paths,
        Err(message) => return broken(&message),
    };
    let (mut sources, mut diagnostics, mut code) = (Sources::default(), Vec::new(), 0);
    for path in paths {
        let text = match world.read_text(&path) {
            Ok(Some(text)) => text,
            Ok(None) => {
                broken(&format!("there is no `{path}`"));
                code = 2;
                continue;
            }
            Err(error) => {
                broken(&error.to_string());
                code = 2;
                continue;
            }
        };
        match formatted(&path, &text, &mut sources) {
            Err(found) => {
                diagnostics.extend(found);
                code = code.max(1);
            }
            Ok(new) if new == text => {}
            Ok(_) if arguments.check => {
                let _ = writeln!(std::io::stdout(), "{path}");
                code = code.max(1);
            }
            Ok(new) => match write::rewrite(&root(), &path, new.as_bytes()) {
                Ok(()) => drop(writeln!(anstream::stderr(), "formatted {path}")),
                Err(error) => {
                    broken(&error.to_string());
                    code = 2;
                }
            },
        }
    }
    if !diagnostics.is_empty() || arguments.format.is_machine() {
        report(&diagnostics, &sources, arguments.format);
    }
    ExitCode::from(code)
}

/// Standard input to standard output.
fn stream(arguments: &Fmt) -> ExitCode {
    let mut text = String::new();
    if let Err(error) = std::io::stdin().read_to_string(&mut text) {
        return broken(&format!("cannot read standard input: {error}"));
    }
    let mut sources = Sources::default();
    match formatted("-", &text, &mut sources) {
        Err(found) => {
            report(&found, &sources, arguments.format);
            ExitCode::from(1)
        }
        Ok(new) if arguments.check => ExitCode::from(u8::from(new != text)),
        Ok(new) => {
            let _ = std::io::stdout().write_all(new.as_bytes());
            ExitCode::SUCCESS
        }
    }
}

fn formatted(path: &str, text: &str, sources: &mut Sources) -> Result<String, Vec<Diagnostic>> {
    format(text).map_err(|faults| {
        let file = sources.add(path.to_owned(), text.to_owned().into());
        faults.into_iter().map(|fault| fault_to_diagnostic(fault, file)).collect()
    })
}

/// The KDL files of the project, or those that are named and those below folders that are named.
fn paths(world: &dyn World, given: &[PathBuf]) -> Result<Vec<String>, String> {
    let is_kdl = |path: &String| Path::new(path).extension().is_some_and(|ending| ending == "kdl");
    let below = |folder: &str| world.walk(folder).map_err(|error| error.to_string());
    let mut found = Vec::new();
    if given.is_empty() {
        for folder in ["sites", "overlays", "schema"] {
            found.extend(below(folder)?.into_iter().filter(is_kdl));
        }
        return Ok(found);
    }
    for path in given {
        let inside = inside(path).ok_or_else(|| format!("`{}` is not a file of the project", path.display()))?;
        if root().join(&inside).is_dir() {
            found.extend(below(&inside)?.into_iter().filter(is_kdl));
        } else if is_kdl(&inside) {
            found.push(inside);
        } else {
            return Err(format!("`{}` does not end in `.kdl`; only KDL is formatted", path.display()));
        }
    }
    Ok(found)
}

/// A path from the current folder as one from the project's.
pub fn inside(path: &Path) -> Option<String> {
    let whole = path.canonicalize().ok()?;
    let inside = whole.strip_prefix(root().canonicalize().ok()?).ok()?.to_path_buf();
    let is_plain = inside.components().all(|part| matches!(part, Component::Normal(_)));
    inside.to_str().filter(|text| is_plain && !text.is_empty()).map(str::to_owned)
}
