//! `set`, `add` and `convert`: changes to a spec as text.
//!
//! Invariant: a text that the compiler finds errors in, which the old one does not have, is not written.
#![allow(clippy::disallowed_methods, reason = "a spec is replaced by the one that was made of it")]

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use crate::catalog::load::Library;
use crate::catalog::overlay::Overlay;
use crate::cli::args::{Add, AddNode, Convert, Notation as Wanted, Set};
use crate::cli::render::Format;
use crate::cli::{Project, broken, fmt, is_site, report};
use crate::compile::{Compiled, inspect};
use crate::diag::{Severity, Sink, counted as counted_words};
use crate::edit::path::{Place, place, words};
use crate::edit::write::{Notation, candidates, text};
use crate::edit::{convert as converted, kdl, yaml};
use crate::spec::site::Site;
use crate::tree::document::{Document, Form, read};
use crate::tree::format::token::{Kind, tokens};
use crate::tree::shape::Shape;
use crate::world::draft::Draft;
use crate::world::{Sources, World as _};
use crate::write;

/// A spec as text.
pub(super) struct Spec {
    /// Its project.
    pub project: Project,
    /// The site.
    pub site: String,
    /// The file.
    pub path: String,
    /// What it holds.
    pub text: String,
    /// How that is written.
    pub notation: Notation,
}

/// Runs `set`.
pub fn set(arguments: &Set) -> ExitCode {
    let spec = match open(arguments.site.as_deref()) {
        Ok(spec) => spec,
        Err(code) => return code,
    };
    let named = words(&arguments.path).map(|words| of_service(words, &spec.project.library));
    let place = match named.and_then(|words| place(&words)) {
        Ok(place) => place,
        Err(message) => return broken(&format!("{message}; `taco-gen explain {}` may help", arguments.path)),
    };
    let shape = if let Shape::List(item) = place.shape { *item } else { place.shape };
    let ways: Vec<Vec<String>> =
        arguments.values.iter().map(|value| candidates(value, &shape, spec.notation)).collect();
    let most = ways.iter().map(Vec::len).max().unwrap_or(1);
    let way = |way: usize| ways.iter().filter_map(|ways| ways.get(way).or(ways.last()).cloned()).collect::<Vec<_>>();
    let texts: Result<Vec<String>, String> = (0..most).map(|index| spec.with(&place, &way(index))).collect();
    match texts {
        Ok(texts) => spec.save(&texts),
        Err(message) => broken(&message),
    }
}

/// A setting may be named without the word `service`, as `explain` takes it: `nova.virt-type`.
fn of_service(mut words: Vec<String>, library: &Library) -> Vec<String> {
    let is_service = words.first().is_some_and(|first| {
        Site::record().field(first).is_none() && library.catalog.services.contains_key(first.as_str())
    });
    if is_service {
        words.insert(0, "service".to_owned());
    }
    words
}

/// Runs `add`.
pub fn add(arguments: &Add) -> ExitCode {
    let Add::Node(node) = arguments;
    let spec = match open(node.site.as_deref()) {
        Ok(spec) => spec,
        Err(code) => return code,
    };
    let new = match spec.notation {
        Notation::Kdl => kdl::add(&spec.text, "node", &node_line(node)),
        Notation::Yaml => node_in_yaml(&spec, node),
    };
    match new {
        Ok(new) if new == spec.text => broken(&format!("the site has a node `{}` already", node.name)),
        Ok(new) => spec.save(&[new]),
        Err(message) => broken(&message),
    }
}

fn node_line(node: &AddNode) -> String {
    let word = |word: &String| text(word, Notation::Kdl);
    let addresses = node.addresses.iter().map(|(network, address)| format!(" {}={}", word(network), word(address)));
    let roles: Vec<String> = node.roles.iter().map(word).collect();
    format!("node {}{} {{ roles {} }}", word(&node.name), addresses.collect::<String>(), roles.join(" "))
}

fn node_in_yaml(spec: &Spec, node: &AddNode) -> Result<String, String> {
    let word = |word: &String| text(word, Notation::Yaml);
    let field = |name: &str| place(&["node".to_owned(), node.name.clone(), name.to_owned()]);
    let mut text = spec.text.clone();
    for (network, address) in &node.addresses {
        let place = field(network)?;
        text = yaml::set(&text, &place.steps, &[word(address)], &place.shape)?;
    }
    let (place, roles) = (field("roles")?, node.roles.iter().map(word).collect::<Vec<_>>());
    yaml::set(&text, &place.steps, &roles, &place.shape)
}

/// The spec of a site that is named, or of the only one.
pub(super) fn open(site: Option<&str>) -> Result<Spec, ExitCode> {
    let project = Project::open(Format::Human)?;
    let named = site.map(|site| site.to_owned());
    let sites = project.sites(&named.as_slice().into()).map_err(|message| broken(&message))?;
    let [site] = sites.as_slice() else {
        return Err(broken(&format!("the project has {} sites; name one with --site", sites.len())));
    };
    let site = site.clone();
    for (name, notation) in [("site.kdl", Notation::Kdl), ("site.yaml", Notation::Yaml)] {
        let path = format!("{site}/{name}");
        match project.world.read_text(&path) {
            Ok(Some(text)) => return Ok(Spec { project, site, path, text, notation }),
            Ok(None) => {}
            Err(error) => return Err(broken(&error.to_string())),
        }
    }
    Err(broken(&format!("no site `{site}`: expected `{site}/site.kdl` or `{site}/site.yaml`")))
}

impl Spec {
    fn with(&self, place: &Place, values: &[String]) -> Result<String, String> {
        self.with_text(&self.text, place, values)
    }

    /// Another text of the spec, with the values at a place.
    pub fn with_text(&self, text: &str, place: &Place, values: &[String]) -> Result<String, String> {
        match self.notation {
            Notation::Kdl => kdl::set(text, place, values),
            Notation::Yaml => yaml::set(text, &place.steps, values, &place.shape),
        }
    }

    /// Compiles a text as the spec.
    pub fn errors(&self, text: &str) -> Compiled {
        let draft = Draft { below: &self.project.world, files: vec![(self.path.as_str(), text)] };
        inspect(&draft, &self.project.library, &self.site)
    }

    /// Writes the first of the texts that brings no new error; where all do, those of the first are told.
    fn save(&self, texts: &[String]) -> ExitCode {
        let now = self.errors(&self.text);
        let before = counted(&now);
        let mut told = None;
        for text in texts {
            let after = self.errors(text);
            if counted(&after).iter().all(|(error, count)| before.get(error).is_some_and(|had| count <= had)) {
                return self.write(text, &after);
            }
            told.get_or_insert(after);
        }
        if let Some(after) = told {
            report(&after.diagnostics, &after.sources, Format::Human);
        }
        let _ = writeln!(anstream::stderr(), "{}: nothing written", self.path);
        ExitCode::from(1)
    }

    fn write(&self, text: &str, after: &Compiled) -> ExitCode {
        report(&after.diagnostics, &after.sources, Format::Human);
        if text == self.text {
            let _ = writeln!(anstream::stderr(), "{}: it is so already", self.path);
            return ExitCode::SUCCESS;
        }
        if let Err(error) = write::rewrite(&self.project.root, &self.path, text.as_bytes()) {
            return broken(&error.to_string());
        }
        let _ = writeln!(
            anstream::stderr(),
            "changed {}\nnext: `taco-gen plan {}` shows what it does, `taco-gen build {}` writes it",
            self.path,
            self.site,
            self.site
        );
        ExitCode::SUCCESS
    }
}

/// How often each error is found: an edit moves errors, so that their places say nothing.
fn counted(compiled: &Compiled) -> BTreeMap<(&'static str, &str), usize> {
    let mut counts = BTreeMap::new();
    for found in compiled.diagnostics.iter().filter(|found| found.severity == Severity::Error) {
        *counts.entry((found.code, found.message.as_str())).or_default() += 1;
    }
    counts
}

/// Runs `convert`.
pub fn convert(arguments: &Convert) -> ExitCode {
    let project = match Project::open(Format::Human) {
        Ok(project) => project,
        Err(code) => return code,
    };
    let path = match source(&project, &arguments.what) {
        Ok(path) => path,
        Err(message) => return broken(&message),
    };
    let text = match project.world.read_text(&path) {
        Ok(Some(text)) => text,
        Ok(None) => return broken(&format!("there is no `{path}`")),
        Err(error) => return broken(&error.to_string()),
    };
    let is_yaml = path.ends_with(".yaml") || path.ends_with(".yml");
    let to = arguments.to.unwrap_or(if is_yaml { Wanted::Kdl } else { Wanted::Yaml });
    let new = match other(&path, &text, to) {
        Ok(new) => new,
        Err(code) => return code,
    };
    let comments =
        if is_yaml { text.lines().filter(|line| line.trim_start().starts_with('#')).count() } else { comments(&text) };
    if comments > 0 {
        let _ = writeln!(anstream::stderr(), "{path}: {} lost", counted_words(comments, "comment"));
    }
    if !arguments.replace {
        let _ = std::io::stdout().write_all(new.as_bytes());
        return ExitCode::SUCCESS;
    }
    let ending = if to == Wanted::Kdl { "kdl" } else { "yaml" };
    let target = Path::new(&path).with_extension(ending);
    let target = target.to_string_lossy();
    if target == path || project.root.join(target.as_ref()).symlink_metadata().is_ok() {
        return broken(&format!("`{target}` exists already"));
    }
    if let Err(error) = write::rewrite(&project.root, &target, new.as_bytes()) {
        return broken(&error.to_string());
    }
    match std::fs::remove_file(project.root.join(&path)) {
        Ok(()) => {
            let _ = writeln!(anstream::stderr(), "wrote {target}, removed {path}");
            ExitCode::SUCCESS
        }
        Err(error) => broken(&format!("`{path}`: {error}")),
    }
}

fn comments(text: &str) -> usize {
    tokens(text).iter().filter(|token| matches!(token.kind, Kind::LineComment | Kind::BlockComment)).count()
}

/// The file of a site, or a file that is named.
fn source(project: &Project, what: &str) -> Result<String, String> {
    let is_file = [".kdl", ".yaml", ".yml"].iter().any(|ending| what.ends_with(ending));
    if is_file {
        return fmt::inside(Path::new(what)).ok_or_else(|| format!("`{what}` is not a file of the project"));
    }
    let sites = project.sites(&[what.to_owned()][..].into())?;
    let site = sites.into_iter().next().unwrap_or_else(|| what.to_owned());
    if !is_site(&project.world, &site) {
        return Err(format!("no site `{site}`: expected `{site}/site.kdl` or `{site}/site.yaml`"));
    }
    let found = ["site.kdl", "site.yaml"].map(|name| format!("{site}/{name}"));
    let there = found.into_iter().find(|path| matches!(project.world.read_text(path), Ok(Some(_))));
    there.ok_or_else(|| format!("cannot read the spec of `{site}`"))
}

/// A text in the other notation.
fn other(path: &str, text: &str, to: Wanted) -> Result<String, ExitCode> {
    let mut sources = Sources::default();
    let file = sources.add(path.to_owned(), text.to_owned().into());
    let (name, record) =
        if path.starts_with("overlays/") { ("overlay", Overlay::record()) } else { ("site", Site::record()) };
    let mut sink = Sink::default();
    let tree = read(&Document { path, text, file, embedded: None }, Form::Single(name, record), &mut sink);
    let has_errors = sink.has_errors();
    let tree = tree.filter(|_| !has_errors).ok_or_else(|| {
        report(&sink.into_sorted(), &sources, Format::Human);
        ExitCode::from(1)
    })?;
    match to {
        Wanted::Yaml => Ok(converted::yaml(&tree)),
        Wanted::Kdl => converted::kdl(name, &tree, record).map_err(|message| broken(&message)),
    }
}
