//! A spec in the making: values by place, each with the keys it comes from, and its text.
//!
//! Invariant: every value is quoted where it could be read as something else; the text knows which bytes came of which value.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;

use crate::edit::write::{self, Notation};

/// A step on the way to a place: a node, and its first argument where it has one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Step {
    /// The node's name.
    pub name: String,
    /// Its first argument.
    pub argument: Option<String>,
}

/// What a value does at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    /// It is the value of the last step's node.
    Set,
    /// It is one value more of it.
    Add,
}

/// A place of the spec.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The way to it.
    pub steps: Vec<Step>,
    /// The property of the last node; none: its values.
    pub property: Option<String>,
    /// What a value does there.
    pub mode: Mode,
}

impl Place {
    /// The place as it is written in a table, and the text that stands for its value.
    pub fn parse(text: &str) -> (Place, Option<String>) {
        let (place, value) = match text.split_once(" = ") {
            Some((place, value)) => (place, Some(value.to_owned())),
            None => (text, None),
        };
        let (place, mode) = place.strip_suffix(" +").map_or((place, Mode::Set), |place| (place, Mode::Add));
        let (place, property) =
            place.rsplit_once(" @").map_or((place, None), |(place, property)| (place, Some(property.to_owned())));
        let step = |text: &str| match text.trim().split_once(' ') {
            Some((name, argument)) => Step { name: name.to_owned(), argument: Some(argument.to_owned()) },
            None => Step { name: text.trim().to_owned(), argument: None },
        };
        (Place { steps: place.split(" > ").map(step).collect(), property, mode }, value)
    }

    /// The place in words.
    pub fn shown(&self) -> String {
        let steps: Vec<String> = self
            .steps
            .iter()
            .map(|step| match &step.argument {
                Some(argument) => format!("{} {argument}", step.name),
                None => step.name.clone(),
            })
            .collect();
        let property = self.property.as_ref().map(|name| format!(" {name}=")).unwrap_or_default();
        format!("{}{property}", steps.join(" > "))
    }

    /// The service that it is about.
    pub fn service(&self) -> Option<&str> {
        self.steps.first().filter(|step| step.name == "service")?.argument.as_deref()
    }

    /// The service, file, section and option, where it is an option; the section of a file without sections is `-`.
    pub fn option(&self) -> Option<[&str; 4]> {
        match self.steps.as_slice() {
            [service, config, section, option] if service.name == "service" && config.name == "config" => {
                Some([service.argument.as_deref()?, config.argument.as_deref()?, &section.name, &option.name])
            }
            [service, config, option] if service.name == "service" && config.name == "config" => {
                Some([service.argument.as_deref()?, config.argument.as_deref()?, "-", &option.name])
            }
            _ => None,
        }
    }
}

/// A value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scalar {
    /// A boolean.
    Bool(bool),
    /// An integer.
    Integer(i64),
    /// A text.
    Text(String),
}

impl Scalar {
    /// What a text means: booleans and integers as such.
    pub fn of(text: &str) -> Scalar {
        match text {
            "#true" | "true" | "True" => Scalar::Bool(true),
            "#false" | "false" | "False" => Scalar::Bool(false),
            _ => match text.parse::<i64>() {
                Ok(number) if number.to_string() == text => Scalar::Integer(number),
                _ => Scalar::Text(text.to_owned()),
            },
        }
    }

    fn printed(&self) -> String {
        match self {
            Scalar::Bool(true) => "#true".to_owned(),
            Scalar::Bool(false) => "#false".to_owned(),
            Scalar::Integer(number) => number.to_string(),
            Scalar::Text(text) => word(text),
        }
    }

    /// The value as option files have it.
    pub fn text(&self) -> String {
        match self {
            Scalar::Bool(flag) => flag.to_string(),
            Scalar::Integer(number) => number.to_string(),
            Scalar::Text(text) => text.clone(),
        }
    }
}

/// A value at its place.
#[derive(Debug, Clone)]
pub struct Leaf {
    /// Where.
    pub place: Place,
    /// The values.
    pub values: Vec<Scalar>,
    /// The keys that it comes from; none: it is assumed.
    pub owners: Vec<usize>,
    /// What stands behind it as a comment.
    pub note: String,
}

impl Leaf {
    /// The place and its values in words.
    fn shown(&self) -> String {
        let values: String = self.values.iter().map(|value| format!(" {}", value.text())).collect();
        self.place.shown() + &values
    }
}

/// A spec in the making.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// Its values, in the order in which they were put.
    pub leaves: Vec<Leaf>,
    /// Where each of the first `indexed` values stands among them. Others only take values out.
    index: BTreeMap<Slot, usize>,
    indexed: usize,
}

/// What there is one value of: a place, and the value itself where a place has several.
type Slot = (Place, Option<Vec<Scalar>>);

fn slot(leaf: &Leaf) -> Slot {
    (leaf.place.clone(), (leaf.place.mode == Mode::Add).then(|| leaf.values.clone()))
}

/// A spec's text, and which bytes came of which value.
#[derive(Debug, Default)]
pub struct Text {
    /// The text.
    pub text: String,
    /// Bytes and the number of the leaf.
    pub ranges: Vec<(Range<usize>, usize)>,
}

impl Draft {
    /// A draft of these values.
    pub fn of(leaves: Vec<Leaf>) -> Self {
        Draft { leaves, ..Draft::default() }
    }

    /// Puts a value; the later one wins where two have one place, and both keys own what stays.
    pub fn put(&mut self, leaf: Leaf) {
        if self.indexed != self.leaves.len() {
            self.index = self.leaves.iter().enumerate().map(|(number, leaf)| (slot(leaf), number)).collect();
        }
        let number = *self.index.entry(slot(&leaf)).or_insert(self.leaves.len());
        match self.leaves.get_mut(number) {
            Some(known) => {
                known.values = leaf.values;
                known.owners.extend(leaf.owners);
                if !leaf.note.is_empty() {
                    known.note = leaf.note;
                }
            }
            None => self.leaves.push(leaf),
        }
        self.indexed = self.leaves.len();
    }

    /// The value of a place.
    pub fn get(&self, place: &Place) -> Option<&Leaf> {
        match self.indexed == self.leaves.len() {
            true => self.leaves.get(*self.index.get(&(place.clone(), None))?),
            false => self.leaves.iter().find(|leaf| leaf.place == *place),
        }
    }

    /// Has a place a value already?
    pub fn holds(&self, place: &Place) -> bool {
        self.get(place).is_some()
    }

    /// Is something at a place that begins so? `*` in it stands for any text.
    pub fn has(&self, beginning: &str) -> bool {
        if let Some((before, behind)) = beginning.split_once('*') {
            let mut shown = self.leaves.iter().map(Leaf::shown);
            return shown.any(|shown| shown.strip_prefix(before).is_some_and(|rest| rest.contains(behind)));
        }
        self.leaves.iter().any(|leaf| {
            let shown = leaf.shown();
            shown == beginning || shown.strip_prefix(beginning).is_some_and(|rest| rest.starts_with([' ', '=']))
        })
    }

    /// The text of a spec, or of an overlay; the lines of `head` stand above it as comments.
    pub fn print(&self, (kind, name): (&str, &str), head: &[String]) -> Text {
        let mut root = Built::new(&Step { name: kind.to_owned(), argument: Some(name.to_owned()) });
        for (number, leaf) in self.leaves.iter().enumerate() {
            root.insert(&leaf.place.steps, number);
        }
        let mut out = Text::default();
        head.iter().for_each(|line| {
            let _ = writeln!(out.text, "{}", format!("// {line}").trim_end());
        });
        root.print((0, 0), &self.leaves, &mut out);
        out
    }
}

/// A node in the making.
struct Built {
    step: Step,
    leaves: Vec<usize>,
    children: Vec<Built>,
    index: BTreeMap<Step, usize>,
}

impl Built {
    fn new(step: &Step) -> Self {
        Built { step: step.clone(), leaves: Vec::new(), children: Vec::new(), index: BTreeMap::new() }
    }

    fn insert(&mut self, steps: &[Step], number: usize) {
        let Some((first, rest)) = steps.split_first() else { return self.leaves.push(number) };
        let at = *self.index.entry(first.clone()).or_insert(self.children.len());
        if at == self.children.len() {
            self.children.push(Built::new(first));
        }
        let Some(child) = self.children.get_mut(at) else { return };
        child.insert(rest, number);
    }

    /// Every value at or below the node.
    fn below(&self) -> Vec<usize> {
        self.leaves.iter().copied().chain(self.children.iter().flat_map(Built::below)).collect()
    }

    /// Prints the node; `inside` counts the levels inside a file of options.
    fn print(&self, (depth, inside): (usize, usize), leaves: &[Leaf], out: &mut Text) {
        let indent = "    ".repeat(depth);
        let start = out.text.len();
        let _ = write!(out.text, "{indent}{}", word(&self.step.name));
        if let Some(argument) = &self.step.argument {
            let _ = write!(out.text, " {}", word(argument));
        }
        let own: Vec<(usize, &Leaf)> = self.leaves.iter().filter_map(|at| Some((*at, leaves.get(*at)?))).collect();
        let (properties, values): (Vec<_>, Vec<_>) = own.iter().partition(|(_, leaf)| leaf.place.property.is_some());
        for (number, leaf) in values.into_iter().chain(properties) {
            let from = out.text.len();
            for value in &leaf.values {
                let property = leaf.place.property.as_ref().map(|name| format!("{name}=")).unwrap_or_default();
                let _ = write!(out.text, " {property}{}", value.printed());
            }
            out.ranges.push((from..out.text.len(), number));
        }
        let mut notes: Vec<&str> =
            own.iter().map(|(_, leaf)| leaf.note.as_str()).filter(|note| !note.is_empty()).collect();
        notes.dedup();
        let open = if self.children.is_empty() { "" } else { " {" };
        let note = if notes.is_empty() { String::new() } else { format!(" // {}", notes.join("; ")) };
        let _ = writeln!(out.text, "{open}{note}");
        // What is said of the whole line is about each of its values.
        out.ranges.extend(own.iter().map(|(number, _)| (start + indent.len()..out.text.len(), *number)));
        if !self.children.is_empty() {
            // What is said of a file or a section is about each option in it, of a component or a back end about all that it is told.
            if inside > 0 || depth > 1 {
                let head = start + indent.len()..out.text.len();
                out.ranges.extend(self.below().into_iter().map(|number| (head.clone(), number)));
            }
            let deeper = if inside > 0 || self.step.name == "config" { inside + 1 } else { 0 };
            self.children.iter().for_each(|child| child.print((depth + 1, deeper), leaves, out));
            let _ = writeln!(out.text, "{indent}}}");
        }
    }
}

/// A word of the spec: bare where that reads the same.
fn word(text: &str) -> String {
    write::text(text, Notation::Kdl)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_printed_as_one_tree() {
        let mut draft = Draft::default();
        let mut put = |text: &str, value: &str, owner: usize| {
            let (place, _) = Place::parse(text);
            let note = format!("a.yml:{owner}");
            draft.put(Leaf { place, values: vec![Scalar::of(value)], owners: vec![owner], note });
        };
        put("network management @cidr", "10.0.0.0/24", 1);
        put("network management @vip", "10.0.0.5", 2);
        put("overlays +", "ovn", 3);
        put("overlays +", "tls", 4);
        put("service nova > config nova.conf > DEFAULT > debug", "False", 5);
        put("service nova > config nova.conf > DEFAULT > debug", "True", 6);
        let text = draft.print(("site", "x"), &["from y".to_owned()]).text;
        let expected = "// from y
site x {
    network management cidr=\"10.0.0.0/24\" vip=\"10.0.0.5\" // a.yml:1; a.yml:2
    overlays ovn tls // a.yml:3; a.yml:4
    service nova {
        config \"nova.conf\" {
            DEFAULT {
                debug #true // a.yml:6
            }
        }
    }
}
";
        assert_eq!(text, expected);
        assert!(draft.has("network management vip") && draft.has("service nova") && !draft.has("service no"));
    }

    #[test]
    fn no_text_ends_its_quotes() {
        assert_eq!(Scalar::of("a\" }\n").printed(), "\"a\\\" }\\n\"");
        assert_eq!(Scalar::of("yes").printed(), "\"yes\"");
        assert_eq!(["07", "7", "-1", "4.0"].map(|text| Scalar::of(text).printed()), ["\"07\"", "7", "-1", "\"4.0\""]);
    }
}
