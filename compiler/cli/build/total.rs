//! Outcomes of several sites to one document and a last line.
//!
//! Invariant: a document holds every site, in order of name.

use std::io::{IsTerminal as _, Write as _};
use std::time::Instant;

use crate::cli::args::Build;
use crate::cli::render;

/// What a run over several sites has come to.
#[derive(Debug, Default)]
pub(super) struct Total {
    sites: usize,
    done: usize,
    sound: usize,
    /// Each site's part of the one document that JSON and SARIF want.
    parts: Vec<(String, serde_json::Value)>,
}

impl Total {
    /// Of so many sites.
    pub fn of(sites: usize) -> Total {
        Total { sites, ..Total::default() }
    }

    /// Enters what became of a site: its exit code, and its part of the one document.
    pub fn add(&mut self, code: u8, part: Option<(String, serde_json::Value)>) {
        self.done += 1;
        self.sound += usize::from(code == 0);
        self.parts.extend(part);
    }

    /// How far the run is; nothing where nobody watches.
    pub fn progress(&self) -> String {
        let width = self.sites.to_string().len();
        match std::io::stderr().is_terminal() {
            true => format!("[{:>width$}/{}] ", self.done, self.sites),
            false => String::new(),
        }
    }

    /// Writes the one document, and the last line.
    pub fn print(mut self, arguments: &Build, started: Instant) {
        if arguments.format.is_document() {
            self.parts.sort_by(|(a, _), (b, _)| a.cmp(b));
            let parts = self.parts.into_iter().map(|(_, part)| part).collect();
            let _ = std::io::stdout().write_all(render::document(parts, arguments.format).as_bytes());
        }
        if !arguments.quiet {
            let elapsed = started.elapsed().as_millis();
            let line = format!("{} sites, {} without errors, in {elapsed} ms", self.sites, self.sound);
            let _ = writeln!(anstream::stderr(), "{line}");
        }
    }
}
