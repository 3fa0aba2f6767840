//! Every identifier of the stock and of a project's own service misspelt once, one at a time: the load must tell, at the word.
//!
//! Identifiers are: names of fields, closed words, functions and arguments of references, parts of conditions, releases, names of
//! what another place declares, and sections and options of files that an option table checks. What is free is not misspelt: names
//! where they are declared, texts, paths, numbers, values of options, arguments of commands, options that no table checks.
//!
//! A run takes the first and then every [`STRIDE`]th misspelling of each kind, and prints so; with `TACO_MUTATIONS=all` in the
//! environment it takes all of them, which takes longer than all other tests together.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use rayon::prelude::*;
use taco_gen::catalog::file::{OptionValue, Section};
use taco_gen::catalog::load::{Library, load};
use taco_gen::catalog::overlay::Overlay;
use taco_gen::catalog::rule::Rule;
use taco_gen::catalog::service::{Format, Service};
use taco_gen::diag::{Severity, Sink};
use taco_gen::tree::kdl;
use taco_gen::tree::raw::{Literal, RawNode, RawValue, Word};
use taco_gen::tree::shape::{Record, Shape};
use taco_gen::world::memory::MemoryWorld;

use crate::projects::project;
use crate::support::LIBRARY;

/// A place to misspell: what kind of identifier it is, and its bytes.
type Target = (&'static str, Range<usize>);

/// Fields whose texts are words that name something, divided by spaces or commas.
const NAMES: &[&str] = &[
    "requires",
    "serves",
    "needs",
    "may-connect-to",
    "node-selector",
    "image",
    "script",
    "scripts",
    "egress",
    "ingress-from-any",
    "headless",
    "extends",
    "without",
    "tables",
    "services",
    "like",
    "listed-in",
    "component",
    "service",
    "job",
    "endpoint",
    "provider",
    "same-node",
    "limit",
    "url",
    "pool",
    "overflow",
    "verbs",
    "lists",
    "setting",
    "option",
    "code",
    "resource",
    "group",
    "replicas",
    "since",
    "until",
    "gone",
];

/// The fields of a section.
const BLOCK: &Record = Section::record();

/// Is it a bound of a section, not an option?
fn is_bound(name: &Word) -> bool {
    BLOCK.field(&name.text).is_some()
}

/// One of how many misspellings of a kind a run takes unless it is told to take all.
const STRIDE: usize = 8;

struct Walk<'t> {
    text: &'t str,
    targets: Vec<Target>,
}

impl Walk<'_> {
    fn add(&mut self, kind: &'static str, range: Range<usize>) {
        let word = &self.text[range.clone()];
        let is_word =
            word.chars().any(char::is_alphabetic) && word.chars().all(|c| c.is_alphanumeric() || "_-.".contains(c));
        if is_word {
            self.targets.push((kind, range));
        }
    }

    fn word(&mut self, kind: &'static str, word: &Word) {
        if let Some(range) = inner(self.text, &word.range, &word.text) {
            self.add(kind, range);
        }
    }

    /// The words of a text, each misspelt; those behind separators too.
    fn words(&mut self, kind: &'static str, range: Range<usize>, separators: &[char]) {
        let text = &self.text[range.clone()];
        let mut start = range.start;
        for part in text.split(separators) {
            self.add(kind, start..start + part.len());
            start += part.len() + 1;
        }
    }

    fn condition(&mut self, range: Range<usize>) {
        const FREE_SETTINGS: [&str; 1] = ["ceph-user="];
        let mut start = range.start;
        let text = self.text;
        for word in text[range].split(' ') {
            let at = start + usize::from(word.starts_with('!'));
            let end = start + word.len();
            let kind = if word.contains(':') { "condition kind or name" } else { "condition part" };
            // The value of a setting of free text is any text.
            let is_free = FREE_SETTINGS.iter().any(|setting| word.contains(setting));
            let known = if is_free { word.find('=').unwrap_or(word.len()) } else { word.len() };
            self.words(kind, at..start + known, &[':', '=', '.']);
            start = end + 1;
        }
    }

    /// A function's arguments.
    fn arguments(&mut self, function: &str, range: Range<usize>) {
        if matches!(function, "each" | "records") {
            return self.selection(function, range);
        }
        if function == "if" {
            // Conditions, and behind the colon a text.
            let colon = range.start + self.text[range.clone()].find(": ").expect("a colon");
            self.condition(range.start..colon);
            return self.text(colon..range.end);
        }
        let mut start = range.start;
        let text = self.text;
        for (index, word) in text[range].split(' ').enumerate() {
            let place = start..start + word.len();
            start = place.end + 1;
            match (function, index) {
                ("option", 3..) => {}
                ("quotient", _) => {
                    let name = word.find('=').map_or(0, |at| at + 1);
                    self.add("reference argument", place.start..(place.start + name).max(place.start + 1) - 1);
                    self.words("reference argument", place.start + name..place.end, &['|', '*']);
                }
                _ if word.contains('=') => {
                    let name = word.find('=').unwrap_or_default();
                    self.add("reference argument", place.start..place.start + name);
                }
                ("site", _) if word.starts_with("network.") => self.words("reference argument", place, &['.']),
                ("setting", _) => self.words("reference argument", place, &['.']),
                ("keys-for", _) => self.words("reference argument", place, &['|']),
                _ => self.words("reference argument", place, &['/']),
            }
        }
    }

    /// A source of records, which of them, and their fields.
    fn selection(&mut self, function: &str, range: Range<usize>) {
        let colon = range.start + self.text[range.clone()].find(':').expect("a colon");
        let mut start = range.start;
        let text = self.text;
        for word in text[range.start..colon].split(' ') {
            let at = start + usize::from(word.starts_with('!'));
            let end = start + word.len();
            start = end + 1;
            match word.split_once('=') {
                // Values of fields are texts, but for the names of networks, labels, groups and traits.
                Some((name, _)) if !matches!(name, "name" | "in" | "else") => {
                    self.add("reference argument", at..at + name.len())
                }
                _ => self.words("reference argument", at..end, &['=']),
            }
        }
        if function == "records" {
            let mut start = colon + 1;
            for word in text[start..range.end].split(' ') {
                let at = start + word.find('=').map_or(0, |at| at + 1);
                self.add("reference argument", at..start + word.len());
                start += word.len() + 1;
            }
            return;
        }
        let mut from = colon;
        while let Some(open) = self.text[from..range.end].find('{').map(|at| from + at) {
            let close = open + self.text[open..range.end].find('}').expect("a closing brace");
            if self.text[open + 1..].starts_with('.') {
                self.words("reference argument", open + 2..close, &['.']);
            } else {
                self.interpolated(open + 1..close);
            }
            from = close;
        }
    }

    /// `function:arguments` in braces.
    fn interpolated(&mut self, range: Range<usize>) {
        let reference = self.text[range.clone()].to_owned();
        let function = reference.split(':').next().unwrap_or_default();
        self.add("function", range.start..range.start + function.len());
        if reference.contains(':') {
            self.arguments(function, range.start + 1 + function.len()..range.end);
        }
    }

    fn value(&mut self, value: &RawValue) {
        let (Some(tag), Literal::Text(text)) = (&value.tag, &value.literal) else { return };
        self.word("function", tag);
        let Some(range) = inner(self.text, &value.range, text) else { return };
        if tag.text != "text" {
            return self.arguments(&tag.text, range);
        }
        self.text(range);
    }

    /// A text with references in braces.
    fn text(&mut self, range: Range<usize>) {
        let mut from = range.start;
        while let Some(open) = self.text[from..range.end].find('{').map(|at| from + at) {
            let close = open + self.text[open..range.end].find('}').expect("a closing brace");
            self.interpolated(open + 1..close);
            from = close;
        }
    }

    fn record(&mut self, node: Content<'_>, record: &'static Record) {
        for (index, name) in record.positional.iter().enumerate() {
            let Some(field) = record.field(name) else { continue };
            let last = index + 1 == record.positional.len();
            let values = node.arguments.get(index..).unwrap_or_default();
            let values = if last { values } else { values.get(..1).unwrap_or_default() };
            self.field(Content { arguments: values, ..Content::default() }, record, (field.name, &field.shape));
        }
        let choices = node.properties.iter().any(|(name, _)| name.text == "choices");
        if let (true, [first, ..]) = (record.name == "Setting" && choices, node.arguments)
            && let Literal::Text(text) = &first.literal
            && let Some(range) = inner(self.text, &first.range, text)
        {
            self.add("choice", range);
        }
        for (name, value) in node.properties {
            self.named(name, Content { arguments: std::slice::from_ref(value), ..Content::default() }, record);
        }
        for child in node.children {
            self.named(&child.name, Content::of(child), record);
        }
    }

    fn named(&mut self, name: &Word, content: Content<'_>, record: &'static Record) {
        match record.field(&name.text) {
            Some(field) => {
                self.word("field", name);
                self.field(content, record, (field.name, &field.shape));
            }
            None => self.word("setting of an overlay", name),
        }
    }

    fn field(&mut self, content: Content<'_>, record: &'static Record, field: (&str, &Shape)) {
        let (name, shape) = field;
        match shape {
            Shape::Record(inner) | Shape::Sequence(inner) => self.record(content, inner),
            Shape::Table(inner) => {
                let Some((key, rest)) = content.arguments.split_first() else { return };
                let is_reference =
                    matches!((record.name, name), ("Container" | "Pod" | "Component" | "Job", "mount" | "secret"))
                        || record.name == "ServiceObject" && name == "port"
                        || matches!(record.name, "Overlay" | "ServiceSettings");
                if let (true, Literal::Text(text)) = (is_reference, &key.literal)
                    && let Some(range) = self::inner(self.text, &key.range, text)
                {
                    self.words("name", range, &['/']);
                }
                let content = Content { arguments: rest, ..content };
                if let (Shape::Any, "config") = (inner, name) {
                    return self.options(content.children);
                }
                self.field(content, record, ("", inner));
            }
            Shape::Map(inner) => {
                for (_, value) in content.properties {
                    self.field(
                        Content { arguments: std::slice::from_ref(value), ..Content::default() },
                        record,
                        ("", inner),
                    );
                }
                for child in content.children {
                    self.field(Content::of(child), record, ("", inner));
                }
            }
            _ => self.texts(content.arguments, record, (name, shape)),
        }
    }

    fn texts(&mut self, values: &[RawValue], record: &'static Record, field: (&str, &Shape)) {
        let (name, shape) = field;
        for value in values {
            self.value(value);
            let Literal::Text(text) = &value.literal else { continue };
            let Some(range) = inner(self.text, &value.range, text).filter(|_| value.tag.is_none()) else { continue };
            match (shape, name) {
                (Shape::Choice(_), _) => self.add("closed word", range),
                (_, "when") => self.condition(range),
                (_, "names") if record.name == "Fragments" => self.words("name", range, &[' ', ',']),
                (_, "since" | "until" | "gone") => self.add("release", range),
                // The Service of an endpoint is declared here; names of objects are those of the cluster.
                (_, "service") if record.name == "Endpoint" => {}
                // Kubernetes and the site know other groups of the API.
                (_, name) if NAMES.contains(&name) => self.words("name", range, &[' ', ',', '/']),
                _ => {}
            }
        }
    }

    /// Sections and options.
    fn options(&mut self, sections: &[RawNode]) {
        for section in sections {
            if section.name.text != "-" {
                self.word("section", &section.name);
            }
            for option in section.children.iter().flatten().filter(|option| !is_bound(&option.name)) {
                self.word("option", &option.name);
            }
        }
    }
}

/// What stands at a node.
#[derive(Clone, Copy, Default)]
struct Content<'n> {
    arguments: &'n [RawValue],
    properties: &'n [(Word, RawValue)],
    children: &'n [RawNode],
}

impl<'n> Content<'n> {
    fn of(node: &'n RawNode) -> Self {
        let children = node.children.as_deref().unwrap_or_default();
        Content { arguments: &node.arguments, properties: &node.properties, children }
    }
}

/// The bytes of a text inside what is written: none where an escape is in it.
fn inner(text: &str, range: &Range<u32>, word: &str) -> Option<Range<usize>> {
    let (start, end) = (range.start as usize, range.end as usize);
    let quoted = usize::from(text[start..end].ends_with('"'));
    let begin = (end - quoted).checked_sub(word.len()).filter(|begin| *begin >= start)?;
    (text.get(begin..end - quoted) == Some(word)).then_some(begin..end - quoted)
}

/// The fragments whose options a table checks: `SERVICE/NAME`, or `NAME` of shared ones.
fn judged(library: &Library) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for service in library.catalog.services.values() {
        for (name, file) in &service.files {
            if file.format == Format::Oslo || !file.tables.is_empty() {
                found.insert(format!("{}/{name}", service.name));
                for (fragment, _) in file.fragment_names() {
                    let own = service.fragments.contains_key(fragment.as_str());
                    found.insert(if own { format!("{}/{fragment}", service.name) } else { fragment.to_string() });
                }
            }
        }
    }
    found
}

/// The targets of a document of the stock.
fn targets(path: &str, text: &str, judged: &BTreeSet<String>) -> Vec<Target> {
    let (nodes, faults) = kdl::parse(text);
    assert!(faults.is_empty(), "{path}");
    let mut walk = Walk { text, targets: Vec::new() };
    let single = |walk: &mut Walk<'_>, record| walk.record(Content::of(&nodes[0]), record);
    let fragment = |walk: &mut Walk<'_>, name: String| {
        if judged.contains(&name) {
            walk.options(&nodes);
        }
        for section in &nodes {
            // The bounds of a section stand among its options.
            for (name, value) in section.properties.iter().filter(|(name, _)| is_bound(name)) {
                walk.named(name, Content { arguments: std::slice::from_ref(value), ..Content::default() }, BLOCK);
            }
            for option in section.children.iter().flatten() {
                match is_bound(&option.name) {
                    true => walk.named(&option.name, Content::of(option), BLOCK),
                    false => walk.record(Content::of(option), OptionValue::record()),
                }
            }
        }
    };
    let stem = |name: &str| name.trim_end_matches(".kdl").to_owned();
    match path.split('/').collect::<Vec<_>>()[..] {
        ["schema", "services", _, "service.kdl"] => single(&mut walk, Service::record()),
        ["schema", "services", service, "config", name] => fragment(&mut walk, format!("{service}/{}", stem(name))),
        ["schema", "fragments", name] => fragment(&mut walk, stem(name)),
        ["schema", "services", _, "rules", _] | ["schema", "rules", _] => single(&mut walk, Rule::record()),
        ["overlays", _, _] => single(&mut walk, Overlay::record()),
        _ => {}
    }
    walk.targets
}

/// The word with a letter in the middle changed; of a dotted option before the first dot, since tables leave parts behind it open.
fn misspell(kind: &str, word: &str) -> String {
    let letters: Vec<char> = word.chars().collect();
    let first = word.find('.').filter(|_| kind == "option").unwrap_or(letters.len());
    let at = (first / 2..letters.len()).chain(0..letters.len()).find(|at| letters[*at].is_alphanumeric());
    let at = at.expect("a letter");
    let other = if letters[at] == 'q' { 'j' } else { 'q' };
    letters.iter().enumerate().map(|(index, letter)| if index == at { other } else { *letter }).collect()
}

/// A misspelling: the catalog, the document's path and text, the place.
type Case<'c> = (&'c Library, &'c str, &'c str, Target);

/// The misspellings of documents of a catalog.
fn cases<'c>(library: &'c Library, files: impl Iterator<Item = (&'c str, &'c str)>) -> impl Iterator<Item = Case<'c>> {
    let judged = judged(library);
    files.filter(|(path, _)| path.ends_with(".kdl")).flat_map(move |(path, text)| {
        targets(path, text, &judged).into_iter().map(move |target| (library, path, text, target))
    })
}

/// What a misspelling gives: none where it is told at the word.
fn judge(case: &Case<'_>) -> Option<String> {
    let (library, path, text, (kind, range)) = case;
    let word = &text[range.clone()];
    let changed = format!("{}{}{}", &text[..range.start], misspell(kind, word), &text[range.end..]);
    let mut sink = Sink::default();
    let file = library.judge(path, &changed, &mut sink);
    let errors: Vec<_> = sink.into_sorted().into_iter().filter(|found| found.severity == Severity::Error).collect();
    let line = text[..range.start].matches('\n').count() + 1;
    let place = format!("{path}:{line}: {kind} `{word}`");
    let at_word = |span: taco_gen::span::Span| {
        let (start, end) = (span.start as usize, span.end as usize);
        // Quotes belong to a word that stands alone in them.
        span.file == file && start + 1 >= range.start && end <= range.end + 1 && start < range.end && end > range.start
    };
    if errors.is_empty() {
        return Some(format!("accepted {place}"));
    }
    let told = errors.iter().filter_map(|error| error.primary.as_ref()).any(|label| at_word(label.span));
    (!told).then(|| format!("elsewhere {place}: {}", errors[0].message))
}

#[test]
fn every_identifier_of_service_data_is_told_at_the_word_where_it_is_misspelt() {
    let stock = taco_gen::tree::embedded::FILES.iter().map(|file| (file.path, file.text));
    let own = project("keystore");
    let world = MemoryWorld::from_iter(own.iter().map(|(path, text)| (path.clone(), text.clone().into_bytes())));
    let library = load(&world, &mut Sink::default());
    let own = own.iter().map(|(path, text)| (path.as_str(), text.as_str()));
    let mut all: Vec<Case<'_>> = cases(&LIBRARY, stock).collect();
    let of_stock = all.len();
    all.extend(cases(&library, own));
    assert!(all.len() > of_stock + 50, "only {} misspellings of a project", all.len() - of_stock);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let stride = if std::env::var_os("TACO_MUTATIONS").is_some_and(|value| value == "all") { 1 } else { STRIDE };
    let mut taken = Vec::new();
    for case in &all {
        let (_, _, _, (kind, _)) = case;
        let count = counts.entry(kind).or_default();
        if count.is_multiple_of(stride) {
            taken.push(case);
        }
        *count += 1;
    }
    let failures: Vec<String> = taken.par_iter().filter_map(|case| judge(case)).collect();
    let (accepted, elsewhere): (Vec<_>, Vec<_>) = failures.iter().partition(|line| line.starts_with("accepted"));
    println!("{} misspellings: {counts:?}", all.len());
    println!("judged {} of them, one of {stride} of each kind", taken.len());
    println!("accepted {}, told elsewhere {}", accepted.len(), elsewhere.len());
    assert!(accepted.is_empty(), "{} accepted: {accepted:#?}", accepted.len());
    let (told, judged) = (elsewhere.len(), taken.len());
    assert!(told * 50 <= judged, "{told} of {judged} told elsewhere: {elsewhere:#?}");
    assert!(all.len() >= 3000, "only {} misspellings", all.len());
    assert!(judged * stride >= all.len(), "only {judged} judged");
}
