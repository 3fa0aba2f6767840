//! `verify`.
//!
//! Invariant: nothing is written, and nothing is asked of a cluster.

use std::io::Write as _;
use std::process::ExitCode;

use crate::cli::args::Verify;
use crate::cli::{broken, report};
use crate::diag::{Severity, Sink, counted};
use crate::span::{FileId, Span};
use crate::spec::site::Traced;
use crate::verify::objects::folder::{Folder, check};
use crate::world::Sources;
use crate::world::disk::DiskWorld;

/// Runs `verify`.
pub fn run(arguments: &Verify) -> ExitCode {
    let folder = match arguments.folder.canonicalize() {
        Ok(folder) if folder.is_dir() => folder,
        Ok(folder) => return broken(&format!("`{}` is not a directory", folder.display())),
        Err(error) => return broken(&format!("cannot read {}: {error}", arguments.folder.display())),
    };
    let (Some(above), Some(name)) = (folder.parent(), folder.file_name().and_then(|name| name.to_str())) else {
        return broken("a folder with a name is needed");
    };
    let mut sources = Sources::default();
    let place = Span::new(FileId(u32::MAX), 0, 0);
    let kinds: Vec<Traced<String>> = arguments.kind.iter().map(|kind| Traced::new(kind.clone(), place)).collect();
    let mut sink = Sink::default();
    let folder = Folder { path: name, kubernetes: &arguments.kubernetes, kinds: &kinds };
    let count = check(&DiskWorld::new(above.to_owned()), &folder, &mut sources, &mut sink);
    let diagnostics = sink.into_sorted();
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count();
    if !diagnostics.is_empty() || arguments.format.is_machine() {
        report(&diagnostics, &sources, arguments.format);
    }
    let line = format!("verified {name}: {}, {}", counted(count, "object"), counted(errors, "error"));
    let _ = writeln!(anstream::stderr(), "{line}");
    ExitCode::from(u8::from(errors > 0))
}
