//! A draft that builds, parted: what sites of its kind have in common goes to an overlay, what is of this site alone stays.
//!
//! Invariant: site and overlay give together what the draft gives alone; where they would not, a diagnostic says so.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use super::draft::{Draft, Leaf, Place, Scalar};
use super::settle::{Spec, changed, outputs, silent};
use crate::catalog::load::load;
use crate::compile::compile;
use crate::diag::{Diagnostic, Severity, Sink};
use crate::world::draft::Draft as Project;

/// What an overlay may take: words that are about no node and no network.
const COMMON: [&str; 8] = ["service", "image", "registry", "storage-class", "release", "expose", "pods", "role"];

/// How often values are put back that make a difference.
const ROUNDS: usize = 8;

/// The files of a compiled site by path.
type Output = BTreeMap<String, String>;

/// The two parts of a draft.
#[derive(Debug)]
pub struct Parts {
    /// What the site says.
    pub site: Draft,
    /// What the overlay says, and its text; none where the project had it before.
    pub overlay: Option<(Draft, String)>,
    /// What the overlay had said before.
    pub same: Vec<Leaf>,
}

/// The path of an overlay.
pub fn path(name: &str) -> String {
    format!("overlays/{name}/overlay.kdl")
}

/// Parts a draft by an overlay's name: a new overlay takes what is common, one that is there spares the site what it says.
pub fn part(spec: &Spec<'_>, draft: &Draft, name: &str, head: &[String], sink: &mut Sink) -> Option<Parts> {
    let is_there = spec.library.sources.find(&path(name)).is_some();
    if is_there { below(spec, draft, name, sink) } else { new(spec, draft, name, head, sink) }
}

/// Takes what is common to a new overlay.
fn new(spec: &Spec<'_>, draft: &Draft, name: &str, head: &[String], sink: &mut Sink) -> Option<Parts> {
    let own = Own::of(draft, spec);
    let (common, site): (Vec<Leaf>, Vec<Leaf>) = draft.leaves.iter().cloned().partition(|leaf| own.is_common(leaf));
    if common.is_empty() {
        let message = format!("overlay `{name}`: everything in the input is of this site alone");
        sink.push(warning("TG0873", message));
        return None;
    }
    let (overlay, site) = (Draft::of(common), with(site, name));
    let text = overlay.print(("overlay", name), head).text;
    let path = path(name);
    let world = Project { below: spec.world, files: vec![(path.as_str(), text.as_str())] };
    let library = load(&world, &mut Sink::default());
    let parted = Spec { world: &world, library: &library, site: spec.site, head: &[], files: spec.files };
    let (whole, both) = (output(spec, draft)?, output(&parted, &site));
    let differ = both.as_ref().and_then(|both| difference(&whole, both));
    if both.is_none() || differ.is_some() {
        let file = differ.map(|file| format!(", as with `{file}`")).unwrap_or_default();
        let message = format!("overlay `{name}`: parted, the site would be another{file}; the spec has everything");
        sink.push(warning("TG0873", message));
        return None;
    }
    Some(Parts { site, overlay: Some((overlay, text)), same: vec![] })
}

/// Takes out of a site what an overlay says that the project has.
fn below(spec: &Spec<'_>, draft: &Draft, name: &str, sink: &mut Sink) -> Option<Parts> {
    let mut kept = with(draft.leaves.clone(), name);
    let (alone, whole) = (output(spec, draft)?, output(spec, &kept)?);
    if let Some(file) = difference(&alone, &whole) {
        let message = format!("overlay `{name}` says what the input does not: it changes `{file}` of this site");
        let hint = "say the input's value in the spec, or take it out of the overlay";
        sink.push(warning("TG0872", message).hint(hint));
    }
    let own = Own::of(draft, spec);
    let is_spare = |leaf: &Leaf| !leaf.owners.is_empty() && own.is_common(leaf);
    let (mut same, mut rest): (Vec<Leaf>, Vec<Leaf>) = kept.leaves.into_iter().partition(is_spare);
    for _ in 0..ROUNDS {
        kept = Draft::of(rest.clone());
        let without = output(spec, &kept);
        if without.as_ref() == Some(&whole) {
            return Some(Parts { site: kept, overlay: None, same });
        }
        let services = without.as_ref().map(|without| changed(&whole, without)).unwrap_or_default();
        let differs = |leaf: &Leaf| leaf.place.service().is_none_or(|service| services.contains(service));
        let (back, spare): (Vec<Leaf>, Vec<Leaf>) = same.into_iter().partition(differs);
        let is_stuck = back.is_empty();
        rest.extend(back);
        same = if is_stuck { Vec::new() } else { spare.clone() };
        rest.extend(spare.into_iter().filter(|_| is_stuck));
    }
    Some(Parts { site: with(draft.leaves.clone(), name), overlay: None, same: vec![] })
}

fn warning(code: &'static str, message: String) -> Diagnostic {
    let mut diagnostic = Diagnostic::global(code, message);
    diagnostic.severity = Severity::Warning;
    diagnostic
}

/// Leaves, and the overlay behind those that the site takes already.
fn with(mut leaves: Vec<Leaf>, name: &str) -> Draft {
    let (place, _) = Place::parse("overlays +");
    let values = vec![Scalar::Text(name.to_owned())];
    leaves.push(Leaf { place, values, owners: vec![], note: String::new() });
    Draft::of(leaves)
}

fn output(spec: &Spec<'_>, draft: &Draft) -> Option<Output> {
    // Comments of a spec stand in its output, and make no difference.
    let spec = &Spec { head: &[], ..*spec };
    outputs(&spec.compiled(&spec.print(&silent(&draft.leaves)).text, compile))
}

/// The first file that differs.
fn difference<'o>(one: &'o Output, other: &'o Output) -> Option<&'o str> {
    let mut paths = one.keys().chain(other.keys());
    paths.find(|path| one.get(*path) != other.get(*path)).map(String::as_str)
}

/// What is a site's own.
struct Own {
    /// Names of nodes, of physical networks, and of the site's domain.
    names: BTreeSet<String>,
    /// What is said of a thing with a name of its own, where a part of it is the site's.
    things: BTreeSet<(String, String)>,
}

impl Own {
    fn of(draft: &Draft, spec: &Spec<'_>) -> Self {
        // Files stand beside the site's spec.
        let files = spec.files.keys().filter_map(|path| path.rsplit('/').next()).map(str::to_owned).collect();
        let mut own = Own { names: files, things: BTreeSet::new() };
        for leaf in &draft.leaves {
            let first = leaf.place.steps.first();
            let first = first.map(|step| (step.name.as_str(), step.argument.as_deref()));
            match (first, leaf.place.property.as_deref()) {
                (Some(("node", Some(name))), _) => drop(own.names.insert(name.to_owned())),
                (Some(("network", _)), Some("physical")) | (Some(("domain", _)), _) => {
                    own.names.extend(leaf.values.iter().map(Scalar::text));
                }
                _ => {}
            }
        }
        let apart = draft.leaves.iter().filter(|leaf| own.is_of_site(leaf)).filter_map(thing).collect();
        own.things = apart;
        own
    }

    fn is_common(&self, leaf: &Leaf) -> bool {
        let first = leaf.place.steps.first().map_or("", |step| step.name.as_str());
        let is_apart = thing(leaf).is_some_and(|thing| self.things.contains(&thing));
        COMMON.contains(&first) && !is_apart && !self.is_of_site(leaf)
    }

    /// Is an address, a host, a UUID or a name of the site in it?
    fn is_of_site(&self, leaf: &Leaf) -> bool {
        let steps = leaf.place.steps.iter().flat_map(|step| step.argument.iter().chain([&step.name]));
        let names = steps.cloned().chain(leaf.values.iter().map(Scalar::text));
        names.into_iter().any(|text| {
            let is_named = |word: &str| self.names.contains(word) || word.parse::<Ipv4Addr>().is_ok() || is_uuid(word);
            text.contains("://") || text.split(|c: char| !c.is_ascii_alphanumeric() && !"-.".contains(c)).any(is_named)
        })
    }
}

/// A back end, a component, a resource: what stands below a service under a name of its own, but for files with options.
fn thing(leaf: &Leaf) -> Option<(String, String)> {
    let [service, thing, _, ..] = leaf.place.steps.as_slice() else { return None };
    let name = format!("{} {}", thing.name, thing.argument.as_deref().unwrap_or(""));
    (thing.name != "config").then(|| (service.argument.clone().unwrap_or_default(), name))
}

fn is_uuid(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && text.chars().all(|c| c.is_ascii_hexdigit() || c == '-')
}
