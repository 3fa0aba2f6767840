//! A catalog that one build of a process leaves to the next.
//!
//! Invariant: whoever keeps it forgets it when a file of the catalog changes; a catalog with an error is never kept.

use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

use crate::catalog::load::{Library, load};
use crate::cli::render::Format;
use crate::cli::stamp::{Seen, Stamps};
use crate::cli::{Project, root};
use crate::world::disk::DiskWorld;
use crate::world::recorder::Recorder;

/// The catalog of the first build, with what the project answered when it was loaded.
#[derive(Default)]
pub struct Kept(OnceLock<(Arc<Library>, Seen)>);

impl Kept {
    /// Opens the project with the catalog that is kept, or loads and keeps it; the stamps are told what it was loaded from.
    pub fn open(&self, world: DiskWorld, format: Format, stamps: &Stamps) -> Result<Project, ExitCode> {
        if let Some((library, seen)) = self.0.get() {
            stamps.loaded(seen);
            return Ok(Project { world, library: Arc::clone(library), root: root() });
        }
        let mut seen = Seen::new();
        let project = Project::load(world, format, |world, sink| {
            let recorder = Recorder::new(world);
            let library = load(&recorder, sink);
            seen = recorder.into_seen();
            library
        })?;
        stamps.loaded(&seen);
        self.0.get_or_init(|| (Arc::clone(&project.library), seen));
        Ok(project)
    }
}
