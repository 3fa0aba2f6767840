//! Rules: what must hold between values of a site, `schema/services/NAME/rules/RULE.kdl`, and what a capability's clients may take.
//!
//! A rule that belongs to no service stands in `schema/rules/RULE.kdl` and names services in full. The subject is an option as it
//! stands in the finished files, after all overrides: `FILE SECTION OPTION` of this service, or `SERVICE FILE SECTION OPTION`,
//! where `*` stands for any. The numbers that it is held against are sums of references and literals.
//!
//! Invariant: a rule has one subject and one test out of a closed set; whatever needs more is a pass in `compiler/check`.

use regex_lite::Regex;

use super::bounds::Bounds;
use super::expr::{Expr, OptionPath, Values};
use crate::diag::{Diagnostic, registry};
use crate::span::Span;
use crate::tree::node::Node;
use crate::tree::record::{Decoder, Described, Entries, Given, Int};
use crate::tree::shape::Shape;
use crate::tree::word::{FromWord, Label, Word, is_separator, word_of};
use crate::{alternatives, record, words};

words! {
    /// How bad a diagnostic is.
    pub enum RuleSeverity {
        /// It stops the build.
        Error = "error",
        /// It is worth knowing.
        Warning = "warning",
    }
}

words! {
    /// What a number counts.
    pub enum Unit {
        /// 1024 bytes.
        Kilo = "K",
        /// 1024 K.
        Mega = "M",
        /// 1024 M.
        Giga = "G",
    }
}

words! {
    /// The part of a value that a rule tests.
    pub enum Part {
        /// What stands before the first colon of each item.
        Key = "key",
        /// Each integer between commas and colons.
        Number = "number",
    }
}

/// Options that a rule tests: `[SERVICE] FILE SECTION OPTION`, `*` for any name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionPattern {
    /// The service; none: the rule's own.
    pub service: Option<Word>,
    /// File, section and option.
    pub path: OptionPath,
}

impl Described for OptionPattern {
    const SHAPE: Shape = Shape::Text;

    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let word = word_of(node)?;
        let mut words = word.split(char::is_whitespace);
        let service = if words.len() == 4 { Some(words.remove(0)) } else { None };
        let Ok([file, section, option]) = <[Word; 3]>::try_from(words) else {
            let message = format!("expected `[SERVICE] FILE SECTION OPTION`, found `{word}`");
            decoder.sink.push(Diagnostic::error("TG0202", word.span, message));
            return None;
        };
        Some(OptionPattern { service, path: OptionPath { file, section, option } })
    }
}

impl FromWord for OptionPath {
    fn from_word(word: Word, decoder: &mut Decoder<'_>) -> Option<Self> {
        if let Ok([file, section, option]) = <[Word; 3]>::try_from(word.split(char::is_whitespace)) {
            return Some(OptionPath { file, section, option });
        }
        let message = format!("expected `FILE SECTION OPTION`, found `{word}`");
        decoder.sink.push(Diagnostic::error("TG0202", word.span, message));
        None
    }
}

/// An option beside the subject: `FILE SECTION OPTION`, where `*` stands for the file or the section of the subject and `|` stands
/// between sections, and between options, of which any will do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbour {
    /// The file.
    pub file: Word,
    /// The sections.
    pub sections: Vec<Word>,
    /// The options.
    pub options: Vec<Word>,
}

impl Described for Neighbour {
    const SHAPE: Shape = Shape::Text;

    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let OptionPath { file, section, option } = OptionPath::from_word(word_of(node)?, decoder)?;
        let is_or = |character: char| character == '|';
        Some(Neighbour { file, sections: section.split(is_or), options: option.split(is_or) })
    }
}

alternatives! {
    /// What a rule tests.
    pub enum Subject {
        /// The subjects, options: `[SERVICE] FILE SECTION OPTION`, `*` for any.
        Options(Vec<OptionPattern>) = "option",
        /// The subject, a setting of this service.
        Setting(Word) = "setting",
        /// The subject, a reference, such as `(memory-limit)"server"`.
        Value(Expr) = "value",
    }
}

alternatives! {
    /// What must hold.
    pub enum Test {
        /// Test: the number is not below the sum of these.
        AtLeast(Vec<Expr>) = "at-least",
        /// Test: the number is not above the sum of these.
        AtMost(Vec<Expr>) = "at-most",
        /// Test: the value is one of these.
        Equal(Vec<Expr>) = "equal",
        /// Test: the value is none of these.
        Differs(Vec<Expr>) = "differs",
        /// Test: the value, a list joined by commas, has all of these.
        Has(Vec<Expr>) = "has",
        /// Test: the value, a list joined by commas, has none of these.
        Lacks(Vec<Expr>) = "lacks",
        /// Test: all of the value, a list joined by commas, are items of these lists.
        Among(Vec<Expr>) = "among",
        /// Test: the value, a path, lies in a volume of every component that mounts the file.
        Mounted(Given) = "mounted",
        /// Test: the value, seconds, is below the grace of every component that mounts the file and does not run one of these programs.
        GracePeriod(Vec<Word>) = "termination-grace-period",
        /// Test: the value ends in a port of a component that mounts the file.
        Port(Given) = "port",
        /// Test: the value matches this regular expression, from its beginning to its end; an empty value is not tested.
        Matches(Pattern) = "matches",
        /// Test: all subjects have one value.
        Same(Given) = "same",
        /// Test: the number is odd.
        Odd(Given) = "odd",
        /// Test: where the subject is set, these options are set too: `FILE SECTION OPTION`, `*` for the subject's own file or section, `|` between sections or options of which one will do.
        Needs(Vec<Neighbour>) = "needs",
        /// Test: where the subject is set, none of these options is.
        Excludes(Vec<Neighbour>) = "excludes",
        /// Test: the value, processors such as `4-12,^8`, and that of this option have none in common.
        Disjoint(OptionPath) = "disjoint",
        /// Test: the value names every pod behind this capability, and none that is not there.
        Lists(Word) = "lists",
    }
}

/// A regular expression that compiles.
#[derive(Debug, Clone)]
pub struct Pattern(Regex);

impl Pattern {
    /// Does it match the whole text?
    pub fn is_match(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}

impl FromWord for Pattern {
    fn from_word(word: Word, decoder: &mut Decoder<'_>) -> Option<Self> {
        match Regex::new(&format!("^(?:{})$", word.value)) {
            Ok(regex) => Some(Pattern(regex)),
            Err(error) => {
                let message = format!("`{word}` is not a regular expression: {error}");
                decoder.sink.push(Diagnostic::error("TG0202", word.span, message));
                None
            }
        }
    }
}

/// The code of a rule's diagnostics.
#[derive(Debug, Clone, Copy)]
pub struct Code {
    /// The code.
    pub name: &'static str,
    /// Where it is written.
    pub span: Span,
}

impl FromWord for Code {
    fn from_word(word: Word, _: &mut Decoder<'_>) -> Option<Self> {
        // Diagnostics outlive the catalog. Rules are read once, so a code of the project's own takes its few bytes once.
        let name = registry::entry(&word).map_or_else(|| String::leak(word.value.clone()) as &str, |entry| entry.code);
        Some(Code { name, span: word.span })
    }
}

/// An option as it must stand for a rule to hold.
#[derive(Debug, Clone)]
pub struct RuleCondition {
    /// The option; `*` stands for the file or the section of the subject.
    pub path: OptionPath,
    /// It has one of these values.
    pub values: Vec<Word>,
}

impl Test {
    /// The values that the subject is tested against.
    pub fn terms(&self) -> &[Expr] {
        match self {
            Test::AtLeast(terms)
            | Test::AtMost(terms)
            | Test::Equal(terms)
            | Test::Differs(terms)
            | Test::Has(terms)
            | Test::Lacks(terms)
            | Test::Among(terms) => terms,
            Test::Matches(_)
            | Test::Lists(_)
            | Test::Port(_)
            | Test::Same(_)
            | Test::Odd(_)
            | Test::Needs(_)
            | Test::Excludes(_)
            | Test::Disjoint(_)
            | Test::Mounted(_)
            | Test::GracePeriod(_) => &[],
        }
    }

    /// The options that it looks for beside the subject, each by file, section and name.
    pub fn neighbours(&self) -> Vec<OptionPath> {
        let paths = |neighbour: &Neighbour| -> Vec<OptionPath> {
            let of = |section: &Word| {
                neighbour.options.iter().map(|option| (section.clone(), option.clone())).collect::<Vec<_>>()
            };
            let all = neighbour.sections.iter().flat_map(of);
            all.map(|(section, option)| OptionPath { file: neighbour.file.clone(), section, option }).collect()
        };
        match self {
            Test::Needs(neighbours) | Test::Excludes(neighbours) => neighbours.iter().flat_map(paths).collect(),
            Test::Disjoint(path) => vec![path.clone()],
            _ => Vec::new(),
        }
    }
}

record! {
    /// A rule on finished options; one of `option`, `setting` and `value`, and one of the tests.
    pub struct Rule, include(subject: Subject, test: Test, bounds: Bounds), positional("name"), beside(conditions: Vec<RuleCondition>), check(Rule::read_conditions) {
        /// Its name, that of the file.
        name: Label,
        /// The code of its diagnostics: one that the program has, or one of the project's own, which a rule explains.
        code: Code,
        /// What a code of the project's own means, in a few words.
        title: Option<String>,
        /// What it means, why it is checked, and what to do.
        explanation: Option<String>,
        /// What happens where it is broken; the end of the message.
        why: String,
        /// What to do.
        hint: Option<String>,
        /// How bad a diagnostic is (error).
        severity: RuleSeverity = RuleSeverity::Error,
        /// How messages name the reference that `value` tests.
        named: Option<String>,
        /// Options as they must stand for the rule to hold: `where { "FILE SECTION OPTION" VALUE... }`; a list has one of the values, `TEXT*` is what begins so, `*` any value, "" stands for an option that is not set, FILE or SECTION `*` for that of the subject.
        written_conditions as "where": Entries<Values>,
        /// Test parts of the value, a list of `KEY:REST` joined by commas: each key, or each number.
        each: Option<Part>,
        /// What the subject's number counts, where it has no unit.
        unit: Option<Unit>,
        /// What the program takes where the option is not set; without it, nothing is tested then.
        default: Option<Expr>,
    }
}

impl Rule {
    fn read_conditions(&mut self, decoder: &mut Decoder<'_>) {
        let written = self.written_conditions.iter();
        self.conditions = written
            .filter_map(|(name, values)| {
                Some(RuleCondition { path: OptionPath::from_word(name.clone(), decoder)?, values: words(values) })
            })
            .collect();
    }
}

/// The values of a condition: a text may hold several, and an empty one stands for what is not set.
fn words(values: &Values) -> Vec<Word> {
    let split = |value: &Expr| {
        let word = Word::new(value.literal().unwrap_or_default(), value.span);
        if word.is_empty() { vec![word] } else { word.split(is_separator) }
    };
    values.values().flat_map(split).collect()
}

record! {
    /// What clients may open in all, held against what the server takes; `connections { limit "my.cnf mysqld max_connections"; ... }`.
    pub struct Connections {
        /// `FILE SECTION OPTION` of this service: the most connections to it.
        limit: OptionPath,
        /// Connections kept for administrators, probes and transfers (0).
        reserve: Int<0, 10_000> = Int(0),
        /// The option of a client's section that holds the server's URL.
        url: Word,
        /// The option beside it: connections that a process keeps.
        pool: Word,
        /// What a process keeps where that is not set.
        pool_default: Int<0, 10_000>,
        /// The option beside it: connections that a process opens above the pool.
        overflow: Word,
        /// What a process opens where that is not set.
        overflow_default: Int<0, 10_000>,
    }
}
