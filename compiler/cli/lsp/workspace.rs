//! The project as an editor has it: unsaved texts over the files.
//!
//! Invariant: an answer is made from the texts as they are now; the last catalog without errors stands in for one with errors.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::PathBuf;

use crate::catalog::load::{Library, load};
use crate::compile::{Compiled, compile, inspect};
use crate::diag::{Diagnostic, Sink};
use crate::world::disk::DiskWorld;
use crate::world::{ReadError, Sources, World};

/// Texts of an editor over the files of a project.
pub struct Buffers {
    disk: DiskWorld,
    /// Texts by path.
    pub texts: BTreeMap<String, String>,
}

impl World for Buffers {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, ReadError> {
        match self.texts.get(path) {
            Some(text) => Ok(Some(text.as_bytes().to_vec())),
            None => self.disk.read(path),
        }
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, ReadError> {
        self.disk.list(folder)
    }

    fn walk(&self, folder: &str) -> Result<Vec<String>, ReadError> {
        let begin = format!("{folder}/");
        let mut paths: BTreeSet<String> = self.disk.walk(folder)?.into_iter().collect();
        paths.extend(self.texts.keys().filter(|path| path.starts_with(&begin)).cloned());
        Ok(paths.into_iter().collect())
    }

    fn today(&self) -> Option<String> {
        self.disk.today()
    }
}

/// A diagnostic, and the other places that matter: path, bytes, what they show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noted {
    /// The diagnostic.
    pub diagnostic: Diagnostic,
    /// The other places.
    pub related: Vec<(String, Range<usize>, String)>,
}

/// What was found, by path.
pub type Found = BTreeMap<String, Vec<Noted>>;

/// A project that is open in an editor.
pub struct Workspace {
    /// Its texts.
    pub world: Buffers,
    /// The project's folder, absolute.
    pub root: PathBuf,
    /// The catalog without errors.
    pub library: Library,
    catalog: Found,
    sites: BTreeMap<String, Found>,
    compiled: BTreeMap<String, Compiled>,
}

impl Workspace {
    /// Opens the project in a folder.
    pub fn open(root: PathBuf) -> Workspace {
        let world = Buffers { disk: DiskWorld::new(root.clone()), texts: BTreeMap::new() };
        let mut sink = Sink::default();
        let library = load(&world, &mut sink);
        let catalog = by_path(sink.into_sorted(), &library.sources);
        let (sites, compiled) = (BTreeMap::new(), BTreeMap::new());
        Workspace { world, root, library, catalog, sites, compiled }
    }

    /// Takes the text of a file, or forgets it, and looks at what depends on it.
    pub fn change(&mut self, path: &str, text: Option<String>) {
        match text {
            Some(text) => drop(self.world.texts.insert(path.to_owned(), text)),
            None => drop(self.world.texts.remove(path)),
        }
    }

    /// Looks again at what depends on files that changed.
    pub fn refresh(&mut self, changed: &BTreeSet<String>) {
        self.compiled.clear();
        if changed.iter().any(|path| path.starts_with("schema/") || path.starts_with("overlays/")) {
            let mut sink = Sink::default();
            let library = load(&self.world, &mut sink);
            let is_sound = !sink.has_errors();
            self.catalog = by_path(sink.into_sorted(), &library.sources);
            if is_sound {
                self.library = library;
            }
            self.sites.clear();
        }
        let open: BTreeSet<String> = self.world.texts.keys().filter_map(|path| site_of(path)).collect();
        self.sites.retain(|site, _| open.contains(site));
        for site in open {
            let is_known = self.sites.contains_key(&site);
            if !is_known || changed.iter().any(|path| path.starts_with(&format!("{site}/"))) {
                let mut found = inspect(&self.world, &self.library, &site);
                let diagnostics = std::mem::take(&mut found.diagnostics);
                self.sites.insert(site, by_path(diagnostics, &found.sources));
            }
        }
    }

    /// All diagnostics by path; one that no file has stands at the spec of its site.
    pub fn found(&self) -> Found {
        let mut all = self.catalog.clone();
        for (site, found) in &self.sites {
            for (path, diagnostics) in found {
                let path = if path.is_empty() { self.spec_of(site) } else { path.clone() };
                let known = all.entry(path).or_default();
                for new in diagnostics {
                    if !known.contains(new) {
                        known.push(new.clone());
                    }
                }
            }
        }
        all
    }

    fn spec_of(&self, site: &str) -> String {
        let yaml = format!("{site}/site.yaml");
        if self.world.texts.contains_key(&yaml) { yaml } else { format!("{site}/site.kdl") }
    }

    /// The text of a file.
    pub fn text(&self, path: &str) -> Option<String> {
        self.world.read_text(path).ok().flatten()
    }

    /// A site with its files, compiled once between two changes.
    pub fn compiled(&mut self, path: &str) -> Option<&Compiled> {
        let site = site_of(path)?;
        if !self.compiled.contains_key(&site) {
            let compiled = compile(&self.world, &self.library, &site);
            self.compiled.insert(site.clone(), compiled);
        }
        self.compiled.get(&site)
    }
}

/// The folder of the site that a file is the spec of, or stands beside it.
pub fn site_of(path: &str) -> Option<String> {
    let (name, _) = path.strip_prefix("sites/")?.split_once('/')?;
    Some(format!("sites/{name}"))
}

fn by_path(diagnostics: Vec<Diagnostic>, sources: &Sources) -> Found {
    let mut found = Found::new();
    for diagnostic in diagnostics {
        let source = diagnostic.primary.as_ref().and_then(|label| sources.get(label.span.file));
        let path = source.map(|source| source.path.clone()).unwrap_or_default();
        let related = diagnostic.secondary.iter().filter_map(|label| {
            let source = sources.get(label.span.file)?;
            Some((source.path.clone(), label.span.start as usize..label.span.end as usize, label.text.clone()))
        });
        let related = related.collect();
        found.entry(path).or_default().push(Noted { diagnostic, related });
    }
    found
}
