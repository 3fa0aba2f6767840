//! A draft to one that builds: what the compiler refuses is taken out, with its reason; what a site has already is not said again.
//!
//! The compiler itself is the judge of every value: which options a release has, which values they take, what fits together.
//!
//! Invariant: only values that come from a key are taken out; what remains wrong is told.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::draft::{Draft, Leaf, Scalar, Text};
use super::ini::{plain, said as options_of};
use crate::catalog::expr::{Branch, Expr, Kind, Literal};
use crate::catalog::load::Library;
use crate::compile::{Compiled, compile, inspect};
use crate::diag::{Diagnostic, Severity};
use crate::span::FileId;
use crate::tree::word::Word;
use crate::world::World;
use crate::world::draft::Draft as Project;

/// How often the compiler is asked.
const ROUNDS: usize = 16;

/// How often it is asked, among values of one kind, for what an error is about that points to no value.
const TRIES: usize = 60;

/// Where the spec goes and how it begins.
pub struct Spec<'s> {
    /// The project.
    pub world: &'s dyn World,
    /// The catalog.
    pub library: &'s Library,
    /// The site's name.
    pub site: &'s str,
    /// The lines above it.
    pub head: &'s [String],
    /// Files beside it, by their paths below the site's folder.
    pub files: &'s BTreeMap<String, String>,
}

impl Spec<'_> {
    fn folder(&self) -> String {
        format!("sites/{}", self.site)
    }

    fn path(&self) -> String {
        format!("{}/site.kdl", self.folder())
    }

    /// The text of a draft.
    pub fn print(&self, draft: &Draft) -> Text {
        draft.print(("site", self.site), self.head)
    }

    /// What a run of the compiler makes of a text.
    pub fn compiled(&self, text: &str, run: fn(&dyn World, &Library, &str) -> Compiled) -> Compiled {
        let beside = self.files.iter().map(|(file, text)| (format!("{}/{file}", self.folder()), text.as_str()));
        let beside: Vec<(String, &str)> = std::iter::once((self.path(), text)).chain(beside).collect();
        let files = beside.iter().map(|(path, text)| (path.as_str(), *text)).collect();
        let world = Project { below: self.world, files };
        run(&world, self.library, &self.folder())
    }
}

/// A value that the compiler refused.
#[derive(Debug)]
pub struct Refused {
    /// The value.
    pub leaf: Leaf,
    /// Why.
    pub reason: String,
}

/// What came of a draft.
#[derive(Debug, Default)]
pub struct Settled {
    /// What was taken out.
    pub refused: Vec<Refused>,
    /// What a site has already.
    pub same: Vec<Leaf>,
    /// What remains wrong, and what is worth knowing.
    pub diagnostics: Vec<Diagnostic>,
    /// The site as it stands; its diagnostics point into its sources.
    pub compiled: Option<Compiled>,
}

/// Takes out of a draft what the compiler refuses.
pub fn settle(spec: &Spec<'_>, draft: &mut Draft) -> Settled {
    settle_in(ROUNDS, spec, draft)
}

/// The same with a number of rounds; what is wrong after the last one is told, and the site is there in any case.
fn settle_in(rounds: usize, spec: &Spec<'_>, draft: &mut Draft) -> Settled {
    let mut settled = Settled::default();
    for round in 0..=rounds {
        let text = spec.print(draft);
        let mut compiled = spec.compiled(&text.text, inspect);
        let file = compiled.sources.find(&spec.path());
        let places = Places::new(&text, draft);
        let mut found: BTreeMap<usize, String> = BTreeMap::new();
        for diagnostic in compiled.diagnostics.iter().filter(|found| found.severity == Severity::Error) {
            for number in places.blamed(diagnostic, file) {
                found.entry(number).or_insert_with(|| format!("{}: {}", diagnostic.code, diagnostic.message));
            }
        }
        if found.is_empty() && round < rounds {
            found = culprits(spec, draft, &compiled.diagnostics);
        }
        if found.is_empty() || round == rounds {
            settled.diagnostics = std::mem::take(&mut compiled.diagnostics);
            settled.compiled = Some(compiled);
            break;
        }
        take(draft, &mut settled.refused, &found);
    }
    settled
}

/// Which bytes of a text came of which value, by place. None reaches over the end of its line.
struct Places(Vec<Piece>);

/// A piece of a text.
struct Piece {
    range: Range<usize>,
    leaf: usize,
    /// Where all pieces up to this one have ended.
    reach: usize,
}

impl Places {
    fn new(text: &Text, draft: &Draft) -> Self {
        let is_owned = |leaf: usize| draft.leaves.get(leaf).is_some_and(|leaf| !leaf.owners.is_empty());
        let owned = text.ranges.iter().filter(|(_, leaf)| is_owned(*leaf));
        let mut pieces: Vec<Piece> =
            owned.map(|(range, leaf)| Piece { range: range.clone(), leaf: *leaf, reach: range.end }).collect();
        pieces.sort_by_key(|piece| piece.range.start);
        let mut reach = 0;
        for piece in &mut pieces {
            reach = reach.max(piece.reach);
            piece.reach = reach;
        }
        Places(pieces)
    }

    /// The values that an error is about: those at its place, or those that it points to beside it.
    fn blamed(&self, diagnostic: &Diagnostic, file: Option<FileId>) -> BTreeSet<usize> {
        let labels = diagnostic.primary.iter().chain(&diagnostic.secondary);
        for label in labels.filter(|label| Some(label.span.file) == file) {
            let (start, end) =
                (label.span.start as usize, (label.span.end as usize).max(label.span.start as usize + 1));
            let first = self.0.partition_point(|piece| piece.reach <= start);
            let pieces = self.0.get(first..).unwrap_or_default().iter();
            let near = pieces.take_while(|piece| piece.range.start < end).filter(|piece| start < piece.range.end);
            // The shortest text around the place is the one that is meant.
            let Some(least) = near.clone().map(|piece| piece.range.len()).min() else { continue };
            return near.filter(|piece| piece.range.len() == least).map(|piece| piece.leaf).collect();
        }
        BTreeSet::new()
    }
}

/// The value without which an error is gone that points to none: parts are left out until one value is left.
fn culprits(spec: &Spec<'_>, draft: &Draft, diagnostics: &[Diagnostic]) -> BTreeMap<usize, String> {
    let errors = |found: &[Diagnostic]| -> Vec<String> {
        let errors = found.iter().filter(|found| found.severity == Severity::Error);
        errors.map(|found| format!("{}: {}", found.code, found.message)).collect()
    };
    let before = errors(diagnostics);
    let Some(error) = before.first() else { return BTreeMap::new() };
    let left = Cell::new(TRIES);
    let is_gone_without = |left_out: &[usize]| {
        let Some(fewer) = left.get().checked_sub(1) else { return false };
        left.set(fewer);
        let leaves = draft.leaves.iter().enumerate().filter(|(number, _)| !left_out.contains(number));
        let draft = Draft::of(leaves.map(|(_, leaf)| leaf.clone()).collect());
        let after = errors(&spec.compiled(&spec.print(&draft).text, inspect).diagnostics);
        // An error that is new may hide the others.
        after.iter().all(|found| found != error && before.contains(found))
    };
    let said = draft.leaves.iter().enumerate().filter(|(_, leaf)| !leaf.owners.is_empty());
    // Nodes and networks last: without them a site has other errors.
    let begins =
        |leaf: &Leaf, names: &[&str]| leaf.place.steps.first().is_some_and(|step| names.contains(&step.name.as_str()));
    let (services, rest): (Vec<_>, Vec<_>) = said.partition(|(_, leaf)| begins(leaf, &["service"]));
    let (hosts, rest): (Vec<_>, Vec<_>) = rest.into_iter().partition(|(_, leaf)| begins(leaf, &["node", "network"]));
    for suspects in [services, rest, hosts] {
        let mut suspects: Vec<usize> = suspects.into_iter().map(|(number, _)| number).collect();
        let mut parts = 2;
        left.set(TRIES);
        while suspects.len() > 1 && left.get() > 0 {
            let size = suspects.len().div_ceil(parts);
            match suspects.chunks(size).find(|part| is_gone_without(part)) {
                Some(part) => (suspects, parts) = (part.to_vec(), 2),
                None if size == 1 => break,
                // Without a part there may be another error, which smaller parts leave out.
                None => parts *= 2,
            }
        }
        let only = suspects.first().filter(|_| suspects.len() == 1);
        if let Some(number) = only.filter(|number| is_gone_without(&[**number])) {
            return BTreeMap::from([(*number, error.clone())]);
        }
    }
    BTreeMap::new()
}

fn take(draft: &mut Draft, refused: &mut Vec<Refused>, found: &BTreeMap<usize, String>) {
    let leaves = std::mem::take(&mut draft.leaves);
    for (number, leaf) in leaves.into_iter().enumerate() {
        match found.get(&number) {
            Some(reason) => refused.push(Refused { leaf, reason: reason.clone() }),
            None => draft.leaves.push(leaf),
        }
    }
}

/// Takes out of a draft what the site has without it: options that are rendered so, settings whose default it is. The output is
/// the same with and without them.
pub fn shorten(spec: &Spec<'_>, draft: &mut Draft) -> Vec<Leaf> {
    // Comments of a spec stand in its output, and make no difference.
    let spec = &Spec { head: &[], ..*spec };
    let said = |leaf: &Leaf| leaf.place.option().is_some() && !leaf.owners.is_empty();
    let base: Vec<Leaf> = draft.leaves.iter().filter(|leaf| !said(leaf)).cloned().collect();
    let whole = spec.compiled(&spec.print(&silent(&draft.leaves)).text, compile);
    let bare = spec.compiled(&spec.print(&silent(&base)).text, compile);
    let release = bare.facts.release.clone();
    let (Some(whole), Some(bare)) = (outputs(&whole), outputs(&bare)) else { return Vec::new() };
    let rendered = options(&bare);
    let names: Vec<Leaf> = draft.leaves.iter().filter(|leaf| of_provider(leaf).is_some()).cloned().collect();
    let is_same = |leaf: &Leaf| match leaf.place.option() {
        Some([service, file, section, option]) => {
            // Options before the first section are read as those of `DEFAULT`.
            let section = if section == "-" { "DEFAULT" } else { section };
            let key = [service, file, section, option].map(str::to_owned);
            let text = leaf.values.first().map(Scalar::text).unwrap_or_default();
            leaf.values.len() == 1 && rendered.get(&key).is_some_and(|known| plain(known) == plain(&text))
        }
        None => is_default(spec.library, &release, leaf) || is_usual(&names, leaf),
    };
    let is_same = |leaf: &Leaf| !leaf.owners.is_empty() && is_same(leaf);
    for candidates in [&is_same as &dyn Fn(&Leaf) -> bool, &|leaf: &Leaf| said(leaf) && is_same(leaf)] {
        let (mut same, mut kept): (Vec<Leaf>, Vec<Leaf>) = draft.leaves.iter().cloned().partition(candidates);
        while !same.is_empty() {
            let compiled = spec.compiled(&spec.print(&silent(&kept)).text, compile);
            let Some(output) = outputs(&compiled) else { break };
            if output == whole {
                *draft = Draft::of(kept);
                return same;
            }
            let differ = changed(&whole, &output);
            let (back, rest): (Vec<Leaf>, Vec<Leaf>) = same.into_iter().partition(|leaf| is_of(leaf, &differ));
            same = if back.is_empty() { Vec::new() } else { rest };
            kept.extend(back);
        }
    }
    Vec::new()
}

/// Leaves without their comments.
pub fn silent(leaves: &[Leaf]) -> Draft {
    Draft::of(leaves.iter().map(|leaf| Leaf { note: String::new(), ..leaf.clone() }).collect())
}

/// The services whose files with options differ between two outputs.
pub fn changed<'o>(one: &'o BTreeMap<String, String>, other: &'o BTreeMap<String, String>) -> BTreeSet<&'o str> {
    let paths = one.keys().chain(other.keys()).filter(|path| one.get(*path) != other.get(*path));
    paths.filter_map(|path| path.strip_prefix("config/")?.split('/').next()).collect()
}

/// Is it an option of one of these services?
fn is_of(leaf: &Leaf, services: &BTreeSet<&str>) -> bool {
    leaf.place.option().is_some_and(|[service, ..]| services.contains(service))
}

/// The files of a site by path, without comments: those of service data stand only where the data's own value does.
pub fn outputs(compiled: &Compiled) -> Option<BTreeMap<String, String>> {
    let says = |line: &&str| !line.trim_start().starts_with('#');
    let files = compiled.artifacts.as_ref()?;
    Some(
        files
            .iter()
            .map(|file| (file.path.clone(), file.printed.text.split_inclusive('\n').filter(says).collect()))
            .collect(),
    )
}

/// The options of rendered files: service, file, section, option and value.
fn options(files: &BTreeMap<String, String>) -> BTreeMap<[String; 4], String> {
    let mut found = BTreeMap::new();
    for (path, text) in files {
        let parts: Vec<&str> = path.split('/').collect();
        let ["config", service, file] = parts.as_slice() else { continue };
        for ((section, option), (value, _)) in options_of(text) {
            found.insert([(*service).to_owned(), (*file).to_owned(), section, option], value);
        }
    }
    found
}

/// The capability that a value names something of.
fn of_provider(leaf: &Leaf) -> Option<&str> {
    leaf.place.steps.first().filter(|step| step.name == "provider")?.argument.as_deref()
}

/// Is it the usual name of something at a provider, or the provider of which nothing has another name?
fn is_usual(names: &[Leaf], leaf: &Leaf) -> bool {
    let Some(capability) = of_provider(leaf) else { return false };
    let named = |leaf: &Leaf| leaf.place.steps.last().and_then(|step| step.argument.clone());
    let is_same = |leaf: &Leaf| leaf.values.first().map(Scalar::text) == named(leaf);
    let mut others = names.iter().filter(|other| of_provider(other) == Some(capability) && named(other).is_some());
    if named(leaf).is_some() { is_same(leaf) } else { others.all(is_same) }
}

/// Is it the release's image, or a setting with its default?
fn is_default(library: &Library, release: &str, leaf: &Leaf) -> bool {
    if let [image] = leaf.place.steps.as_slice()
        && let ("image", Some(key)) = (image.name.as_str(), image.argument.as_deref())
    {
        let images = library.catalog.releases.get(release).map(|release| &release.images.0);
        let known = images.and_then(|images| images.get(key));
        return leaf.values.first().map(Scalar::text).as_deref() == known.map(Word::as_str);
    }
    let [service, setting] = leaf.place.steps.as_slice() else { return false };
    if service.name != "service" || leaf.place.property.is_some() {
        return false;
    }
    let known = service.argument.as_deref().and_then(|name| library.catalog.services.get(name));
    let known = known.and_then(|service| service.settings.get(setting.name.as_str()));
    let Some(values) = known.and_then(|setting| setting.default.as_ref()) else { return false };
    let Branch::One(Expr { kind: Kind::Literal(literal), .. }) = &values.branch else { return false };
    let text = match literal {
        Literal::Bool(flag) => flag.to_string(),
        Literal::Integer(number) => number.to_string(),
        _ => values.literal().unwrap_or_default(),
    };
    leaf.values.first().is_some_and(|value| value.text() == text)
}

#[cfg(test)]
mod tests {
    use super::super::draft::Place;
    use super::*;
    use crate::catalog::load::load;
    use crate::diag::Sink;
    use crate::world::memory::MemoryWorld;

    #[test]
    fn what_does_not_settle_is_told() {
        let world = MemoryWorld::default();
        let library = load(&world, &mut Sink::default());
        let spec = Spec { world: &world, library: &library, site: "moved", head: &[], files: &BTreeMap::new() };
        let leaf = |text: &str, value: &str| {
            let (place, _) = Place::parse(text);
            Leaf { place, values: vec![Scalar::of(value)], owners: vec![0], note: String::new() }
        };
        let leaves = || vec![leaf("no-such-word", "1")];
        let mut draft = Draft::of(leaves());
        let settled = settle_in(0, &spec, &mut draft);
        assert!(settled.compiled.is_some() && settled.refused.is_empty());
        assert!(settled.diagnostics.iter().any(|found| found.severity == Severity::Error), "{settled:?}");
        let settled = settle(&spec, &mut Draft::of(leaves()));
        assert!(settled.compiled.is_some() && settled.refused.len() == 1, "{settled:?}");
    }

    #[test]
    fn an_error_is_about_the_shortest_text_at_its_place() {
        let leaf = |text: &str, owners: &[usize]| {
            let (place, _) = Place::parse(text);
            Leaf { place, values: vec![Scalar::of("1")], owners: owners.to_vec(), note: String::new() }
        };
        let file = "service a > config b.conf > DEFAULT > ";
        let options: Vec<Leaf> = (0..50).map(|number| leaf(&format!("{file}option_{number}"), &[number])).collect();
        let mut draft = Draft::of(options);
        draft.leaves.push(leaf("no-owner", &[]));
        let text = draft.print(("site", "x"), &[]);
        let places = Places::new(&text, &draft);
        let id = FileId(0);
        let ask = |what: &str| {
            let at = u32::try_from(text.text.find(what).unwrap()).unwrap();
            let span = crate::span::Span::new(id, at, at + u32::try_from(what.len()).unwrap());
            places.blamed(&Diagnostic::error("TG0522", span, ""), Some(id))
        };
        assert_eq!(ask("option_7 "), BTreeSet::from([7]));
        assert_eq!(ask("option_49"), BTreeSet::from([49]));
        assert_eq!(ask("DEFAULT").len(), 50, "what is said of a section is about each option in it");
        assert!(ask("no-owner").is_empty() && ask("site").is_empty());
    }
}
