//! Comments of the spec, the overlays and the service data to comments of the output, above the lines that they explain.
//!
//! A comment belongs to the node that follows it without an empty line. Where that node stands on one line, the comment is
//! for every value on the line; where the node opens a block, it is for what comes from the block as a whole, such as a
//! Deployment from its component, and not for its name or an argument.
//!
//! Comments stand in the Kubernetes objects and in the copies of config files under `config/`. They are never part of a
//! value: not of the text of a ConfigMap, which a pod reads, and not of a digest. So a comment that changes rolls no pod.
//!
//! Invariant: without its comments a file is what it is without any.
//! Invariant: what reads as an option or a URL with a secret in it is left out, with its whole comment.

use std::collections::BTreeSet;

use crate::origin::{Origin, OriginId, OriginTable};
use crate::print::printed::Printed;
use crate::span::{FileId, Span};
use crate::world::{Source, Sources};

/// The comments of a site, as files are printed one after the other.
pub struct Comments<'s> {
    origins: &'s OriginTable,
    sources: &'s Sources,
    /// By origin: what was found for it; none where nobody asked yet.
    found: Vec<Option<Vec<Place>>>,
    /// Those that stand in the file at hand.
    printed: BTreeSet<Place>,
    /// Those of all files so far.
    taken: BTreeSet<Place>,
    /// Those that are kept out: they stand in another file, where they belong more.
    elsewhere: BTreeSet<Place>,
}

/// A comment, by the node that it belongs to: the file and the first byte of the node's line.
type Place = (FileId, usize);

/// Passes whose results are values made from values; others sum up what many nodes say.
const OF_VALUES: [&str; 2] = ["reference", "gate"];

impl<'s> Comments<'s> {
    /// The comments of these texts.
    pub fn new(origins: &'s OriginTable, sources: &'s Sources) -> Self {
        let (printed, taken, elsewhere) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        Comments { origins, sources, found: Vec::new(), printed, taken, elsewhere }
    }

    /// Begins a file.
    pub fn begin(&mut self) -> &mut Self {
        self.printed.clear();
        self
    }

    /// Keeps the comments of all files so far out of those that follow.
    pub fn keep_out(&mut self) {
        self.elsewhere = std::mem::take(&mut self.taken);
    }

    /// Lets every comment in again.
    pub fn let_in(&mut self) {
        self.elsewhere.clear();
    }

    /// The lines of an origin's comments, each begun with `#`, that do not stand in the file yet.
    pub fn take(&mut self, origin: OriginId) -> Vec<String> {
        let index = origin.0 as usize;
        if index >= self.found.len() {
            self.found.resize(index + 1, None);
        }
        if let Some(Some(places)) = self.found.get(index)
            && places.iter().all(|place| self.printed.contains(place) || self.elsewhere.contains(place))
        {
            return Vec::new();
        }
        let places = self.places(origin);
        let fresh = places.iter().filter(|place| !self.elsewhere.contains(place));
        let fresh: Vec<Place> = fresh.filter(|place| self.printed.insert(**place)).copied().collect();
        self.taken.extend(&fresh);
        if let Some(slot) = self.found.get_mut(index) {
            *slot = Some(places);
        }
        let sources = self.sources;
        let text = |(file, line): Place| Some((sources.get(file)?, line));
        fresh.into_iter().filter_map(text).flat_map(|(source, line)| lines(source, line)).collect()
    }

    /// A file of options with its comments: each above the first line of its option, none above a section's head.
    pub fn annotate(&mut self, plain: &Printed) -> Printed {
        let mut printed = Printed::default();
        for (line, origin) in plain.text.lines().zip(&plain.lines) {
            if !line.is_empty() && !line.starts_with('[') {
                for comment in self.take(*origin) {
                    printed.text.push_str(&comment);
                    printed.text.push('\n');
                    printed.lines.push(*origin);
                }
            }
            printed.text.push_str(line);
            printed.text.push('\n');
            printed.lines.push(*origin);
        }
        printed
    }

    fn places(&self, origin: OriginId) -> Vec<Place> {
        let mut spans = Vec::new();
        self.spans(origin, &mut spans);
        let mut places = Vec::new();
        for span in spans {
            let place = self.sources.get(span.file).and_then(|source| explained(source, span));
            places.extend(place.map(|line| (span.file, line)).filter(|place| !places.contains(place)));
        }
        places
    }

    fn spans(&self, origin: OriginId, spans: &mut Vec<Span>) {
        match self.origins.get(origin) {
            Origin::Builtin => {}
            Origin::Written(span) => spans.push(*span),
            Origin::Merged { winner, .. } => self.spans(*winner, spans),
            Origin::Derived { pass, from } if OF_VALUES.contains(pass) => {
                from.iter().for_each(|origin| self.spans(*origin, spans));
            }
            Origin::Derived { .. } => {}
        }
    }
}

/// What begins a comment that fills its line.
fn mark(path: &str) -> &'static str {
    if path.ends_with(".kdl") { "//" } else { "#" }
}

/// The line of the node whose comment is for what stands at a span, where there is one.
fn explained(source: &Source, span: Span) -> Option<usize> {
    let text = source.text.as_ref();
    let at = span.start as usize;
    let start = text.get(..at)?.rfind('\n').map_or(0, |end| end + 1);
    let line = text.get(start..)?.lines().next()?;
    let node = start + line.len() - line.trim_start().len();
    let opens = line.matches('{').count() > line.matches('}').count();
    let whole = at == node && span.end as usize > start + line.len();
    // The last line of a text of several lines begins with its quotes, and what stands above it is text.
    let follows = text.get(node..).is_some_and(|rest| !rest.starts_with("\"\"\""));
    let kdl = source.path.ends_with(".kdl");
    (follows && (!kdl || !opens || whole) && above(source, start).next().is_some()).then_some(start)
}

/// The lines of a comment that ends above the line that begins at a byte, the last one first.
fn above(source: &Source, start: usize) -> impl Iterator<Item = &str> {
    let text = source.text.as_ref();
    let indent = |line: &str| line.len() - line.trim_start().len();
    let own = text.get(start..).and_then(|rest| rest.lines().next()).map_or(0, indent);
    let before = text.get(..start).unwrap_or("").lines().rev();
    // Lines of a text in a YAML block stand deeper than what follows it.
    before.take_while(move |line| line.trim_start().starts_with(mark(&source.path)) && indent(line) == own)
}

/// The comment above a line as comment of the output.
fn lines(source: &Source, start: usize) -> Vec<String> {
    let mark = mark(&source.path);
    let mut lines: Vec<String> = Vec::new();
    for line in above(source, start) {
        let said = line.trim_start().strip_prefix(mark).unwrap_or("").trim_end();
        if may_hold_secret(said) {
            return Vec::new();
        }
        let said: String = said.chars().filter(|c| !c.is_control()).collect();
        lines.push(format!("#{}{said}", if said.is_empty() || said.starts_with(' ') { "" } else { " " }));
    }
    lines.reverse();
    lines
}

/// Words in the names of options that hold secrets.
const TELLING: [&str; 6] = ["pass", "secret", "token", "key", "cred", "connection"];

/// Does a line read as an option with a secret, or as a URL with a password, that somebody has put out of use?
fn may_hold_secret(line: &str) -> bool {
    let url = line.split("://").skip(1).any(|rest| {
        let host = rest.split(['/', ' ', '"']).next().unwrap_or("");
        host.split_once('@').is_some_and(|(user, _)| user.contains(':'))
    });
    let words: Vec<&str> = line.split([' ', '=', ':', '"']).filter(|word| !word.is_empty()).collect();
    let option = matches!(words.as_slice(), [name, _] if TELLING.iter().any(|word| name.to_lowercase().contains(word)));
    url || option
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is printed above a line that comes from `words` of a text, alone or with all up to the end of the text.
    fn check(path: &str, text: &str, words: &str, expected: &[&str]) {
        let mut sources = Sources::default();
        let file = sources.add(path.to_owned(), text.to_owned().into());
        let mut origins = OriginTable::default();
        let start = text.rfind(words).unwrap_or_default();
        let (start, end) = (u32::try_from(start).unwrap_or(0), u32::try_from(start + words.len()).unwrap_or(0));
        let origin = origins.written(Span::new(file, start, end));
        let mut comments = Comments::new(&origins, &sources);
        assert_eq!(comments.take(origin), expected, "{text}");
        assert_eq!(comments.take(origin), Vec::<String>::new(), "once a file");
        assert_eq!(comments.begin().take(origin), expected, "again in the next");
    }

    #[test]
    fn a_comment_is_for_all_that_its_line_says() {
        check("a.kdl", "a 1\n// One.\n//Two.\nb 2 c=3\n", "3", &["# One.", "# Two."]);
        check("a.kdl", "// Far.\n\nb 2\n", "2", &[]);
        check("a.kdl", "x {\n    // In.\n    b { c 2 }\n}\n", "2", &["# In."]);
        check("a.kdl", "a 1 // Beside.\nb 2\n", "2", &[]);
    }

    #[test]
    fn a_comment_above_a_block_is_for_the_block_alone() {
        let text = "// Why.\nb name {\n    c 2\n}\n";
        check("a.kdl", text, "b name {\n    c 2\n}", &["# Why."]);
        check("a.kdl", text, "name", &[]);
        check("a.kdl", text, "2", &[]);
    }

    #[test]
    fn what_only_looks_like_a_comment_is_none() {
        check("a.kdl", "a \"\"\"\n    // text\n    \"\"\"; b 2\n", "2", &[]);
        check("a.yaml", "a: |\n  # text\nb: 2\n", "2", &[]);
        check("a.yaml", "a: 1\n# Said.\nb: 2\n", "2", &["# Said."]);
        check("a.kdl", "# not KDL\nb 2\n", "2", &[]);
    }

    #[test]
    fn what_may_hold_a_secret_is_told_from_prose() {
        for line in ["password x", "db_pass = \"x\"", "AdminPassword: x", "amqp://a:b@c/d", "see redis://:x@h"] {
            assert!(may_hold_secret(line), "{line}");
        }
        for line in
            ["The password comes from the store.", "https://docs.example.com/a:b@c", "tokens", "keys go too early"]
        {
            assert!(!may_hold_secret(line), "{line}");
        }
    }
}
