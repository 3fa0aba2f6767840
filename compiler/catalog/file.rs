//! Config files of a service: format, what each starts from, the tables that judge it, and the options of fragments.
//!
//! Invariant: a fragment's options have bounds of their own; no service is known here.

use indexmap::IndexMap;

use super::bounds::{Bounds, Removal};
use super::egress::Egress;
use super::expr::{Branch, Expr, Tree, Values};
use crate::diag::Diagnostic;
use crate::span::Span;
use crate::tree::node::Node;
use crate::tree::record::{Decoder, Described, Entries, entries};
use crate::tree::shape::Shape;
use crate::tree::word::{FromWord, Mode, Word};
use crate::{record, words};

words! {
    /// The format of a config file.
    pub enum Format {
        /// oslo.config INI.
        Oslo = "oslo",
        /// my.cnf.
        MyCnf = "mycnf",
        /// Plain INI.
        Ini = "ini",
        /// `key = value` lines (rabbitmq.conf).
        Properties = "properties",
        /// `word value` lines (chrony.conf).
        Directives = "directives",
        /// KEY=value lines.
        Environment = "environment",
        /// Each value a line, the option's name only a handle for overrides (hosts).
        Lines = "lines",
        /// A YAML document.
        Yaml = "yaml",
        /// A JSON document.
        Json = "json",
        /// A minijinja text `files/NAME.j2`.
        Template = "template",
        /// A text `files/NAME` as it is.
        Verbatim = "verbatim",
    }
}

impl Format {
    /// Is the file a text, not made of options?
    pub fn is_text(self) -> bool {
        matches!(self, Format::Template | Format::Verbatim)
    }
}

words! {
    /// Features of hosts that are options by name.
    pub enum HostFeature {
        /// Kernel parameters.
        Sysctl = "sysctl",
        /// Kernel modules, each without a value.
        Modules = "modules",
    }
}

words! {
    /// A document that a pass makes of what the site says.
    pub enum HostDocument {
        /// A node's interfaces as netplan has them.
        Interfaces = "interfaces",
        /// A node's devices as the network scripts of Red Hat have them: a file for each, whose name stands for `*` in the path.
        Devices = "devices",
        /// The site's nodes as an Ansible inventory.
        Inventory = "inventory",
        /// The resources that the site declares at the service's API, by kind and name.
        Resources = "resources",
    }
}

words! {
    /// How settings are written after a text.
    pub enum Assignments {
        /// As settings of Django: Python assignments to names in upper case.
        Django = "django",
    }
}

record! {
    /// A config file; `file NAME format=oslo`. Its options come from `config/NAME.kdl`, its text from `files/TEMPLATE`. With `*` in the name there is one for each name that a site gives: `keystone.*.conf` is `config "keystone.corp.conf"` there.
    pub struct File, include(bounds: Bounds, removal: Removal), check(File::end) {
        /// oslo.config INI; my.cnf; plain INI; `key = value` lines (rabbitmq.conf); `word value` lines (chrony.conf); KEY=value lines; values as lines, their names only handles (hosts); a document; a minijinja text `files/NAME.j2`; a text `files/NAME` as it is.
        format: Format,
        /// Fragments under `schema/fragments/` or `config/` to start from, in order, before `config/NAME.kdl`.
        fragments: Vec<FragmentNames>,
        /// A file of this service whose options, and the site's overrides of them, this one starts from.
        extends: Option<Word>,
        /// What of the extended file this one leaves out, because its reader never reads it: sections, or single options as `SECTION/OPTION`.
        without: Vec<Word>,
        /// What of the extended file this one keeps, because its reader reads nothing else: names of a file without sections, and those that their values refer to as `rule:NAME`.
        only: Vec<Word>,
        /// Names and values for a template; lists by `(…-hosts)` come joined by commas.
        variables: Entries<Expr>,
        /// The absolute path on the site's nodes: a host file, which no pod mounts; `when="node:NAME"` says on which.
        host: Option<Word>,
        /// Of a host file: the command that makes a node use its new content, e.g. `systemctl restart chrony`. `taco-gen plan` says it.
        on_change: Option<Word>,
        /// The path below `hosts/` of a file that the site has once, for the program that installs its nodes.
        installer: Option<Word>,
        /// What a YAML or JSON file starts from; `devices` is for files of `environment`.
        document: Option<HostDocument>,
        /// The features of a node's host that are options of this file.
        host_feature: Option<HostFeature>,
        /// Of a text: a site may set names, which stand as assignments after it; `django`: Python assignments to names in upper case.
        assignments: Option<Assignments>,
        /// The file's mode in the pod, octal in a string ("0440"); scripts "0555".
        mode: Mode = Mode(0o444),
        /// The program reads changes by itself: a change does not restart its pods.
        reload: bool,
        /// The option tables it is checked against, `TABLE` or `TABLE/FILE` (of oslo files: the service's own, its part for the file of that name where there is one).
        tables: Vec<TableName>,
        /// Options that no table knows, by section: `extra-options { uwsgi start-time }`.
        extra as "extra-options": Entries<Vec<Word>>,
        /// Sections that the table does not name: backends.
        sections: Vec<OpenSections>,
        /// Its reader looks for no drop-in: with a secret in it the whole file is a Secret.
        whole: bool,
        /// Where the pods that mount it may go, for what it names is outside: `any`, `kubernetes`, or site networks by name.
        egress: Vec<Egress>,
    }
}

/// Is it the name of as many files as a site gives: `*` stands for what the site chooses?
pub fn is_pattern(name: &str) -> bool {
    name.contains('*')
}

/// What `*` stands for in a name of a pattern; none where the name is not of it.
pub fn of_pattern<'n>(pattern: &str, name: &'n str) -> Option<&'n str> {
    let (head, tail) = pattern.split_once('*')?;
    let inner = name.strip_prefix(head)?.strip_suffix(tail)?;
    (!inner.is_empty() && !inner.contains(['*', '/', ','])).then_some(inner)
}

/// Is the name one of a pattern's?
pub fn is_of_pattern(pattern: &str, name: &str) -> bool {
    of_pattern(pattern, name).is_some()
}

impl File {
    fn end(&mut self, decoder: &mut Decoder<'_>) {
        self.removal.end(&mut self.bounds, decoder);
        if let Some(command) = self.on_change.as_ref().filter(|_| self.host.is_none()) {
            let message = "`on-change` is of a file on nodes, and this one has no `host`";
            let diagnostic = Diagnostic::error("TG0853", command.span, message);
            decoder.sink.push(diagnostic.hint("pods that mount a changed file start again by themselves"));
        }
    }

    /// The names of the fragments, with the bounds in which each is one.
    pub fn fragment_names(&self) -> impl Iterator<Item = (&Word, &Bounds)> {
        self.fragments.iter().flat_map(|named| named.names.iter().map(|name| (name, &named.bounds)))
    }
}

record! {
    /// Fragments that a file starts from: `fragments logging cache since="2024.1"`.
    pub struct FragmentNames as "Fragments", include(bounds: Bounds), positional("names"), shorthand("names") {
        /// Under `schema/fragments/` or `config/`, in order.
        names: Vec<Word> [required],
    }
}

record! {
    /// Sections whose names the site chooses: `sections "backend_defaults" { listed-in "DEFAULT enabled_backends" }`.
    pub struct OpenSections, positional("like") {
        /// The sections of the table whose options they take.
        like: Vec<Word> [required],
        /// The options that they take, where they do not take all.
        only: Vec<Word>,
        /// Names they may have.
        named: Vec<Word>,
        /// The option that lists their names, `SECTION OPTION`; of `name:type` the name counts.
        listed_in: Option<ListedIn>,
        /// The option of each that names its driver, and the option table of drivers: `drivers "volume_driver cinder-drivers"`.
        drivers: Option<DriverTable>,
    }
}

impl FragmentNames {
    /// Names of fragments that are always there.
    pub fn always(names: Vec<Word>, span: Span) -> Self {
        FragmentNames { span, bounds: Bounds::none(span), names }
    }
}

/// An option table, or its part for a file: `TABLE` or `TABLE/FILE`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TableName {
    /// The table.
    pub table: Word,
    /// The file.
    pub file: Option<Word>,
}

impl FromWord for TableName {
    fn from_word(word: Word, _: &mut Decoder<'_>) -> Option<Self> {
        Some(match word.cut("/") {
            Some((table, file)) => TableName { table, file: Some(file) },
            None => TableName { table: word, file: None },
        })
    }
}

/// What decides the options of a driver's section: `OPTION TABLE`.
#[derive(Debug, Clone)]
pub struct DriverTable {
    /// The option that names the driver.
    pub option: Word,
    /// The table, with a section for each driver.
    pub table: Word,
}

impl FromWord for DriverTable {
    fn from_word(word: Word, decoder: &mut Decoder<'_>) -> Option<Self> {
        let mut words = word.split(char::is_whitespace).into_iter();
        if let (Some(option), Some(table), None) = (words.next(), words.next(), words.next()) {
            return Some(DriverTable { option, table });
        }
        let message = format!("expected `OPTION TABLE`, found `{word}`");
        decoder.sink.push(Diagnostic::error("TG0202", word.span, message));
        None
    }
}

/// The option that lists names of sections: `SECTION OPTION`.
#[derive(Debug, Clone)]
pub struct ListedIn {
    /// The section.
    pub section: Word,
    /// The option.
    pub option: Word,
}

impl FromWord for ListedIn {
    fn from_word(word: Word, decoder: &mut Decoder<'_>) -> Option<Self> {
        let mut words = word.split(char::is_whitespace).into_iter();
        if let (Some(section), Some(option), None) = (words.next(), words.next(), words.next()) {
            return Some(ListedIn { section, option });
        }
        let message = format!("expected `SECTION OPTION`, found `{word}`");
        decoder.sink.push(Diagnostic::error("TG0202", word.span, message));
        None
    }
}

record! {
    /// An option's value; several arguments are a repeated option.
    pub struct OptionValue as "Option", include(bounds: Bounds, removal: Removal), positional("value"), shorthand("value"),
        check(OptionValue::end), unset(OptionValue::without)
    {
        /// The value.
        value: Values,
        /// Several values are one line, joined by this.
        join: Option<String>,
        /// Each item of the value, split at commas, is an option of its own; `*` in the name is its number from 1.
        enumerate: bool,
    }
}

impl OptionValue {
    /// What removes an option that a fragment before it sets.
    fn without(span: Span) -> Self {
        let value = Values(Tree { span, branch: Branch::Unset });
        let (bounds, removal) = (Bounds::none(span), Removal::none(span));
        OptionValue { span, bounds, removal, value, join: None, enumerate: false }
    }

    fn end(&mut self, decoder: &mut Decoder<'_>) {
        self.removal.end(&mut self.bounds, decoder);
    }
}

record! {
    /// A section of a fragment; its bounds are those of each of its options: `cache since="2024.1" { enabled #true }`.
    pub struct Section, include(bounds: Bounds), rest(options: OptionValue) {}
}

/// A config fragment: section -> option -> value. Files without sections (`properties`, `directives`, `environment`) put
/// their options under one section named `-`.
#[derive(Debug, Clone, Default)]
pub struct Fragment(pub IndexMap<Word, IndexMap<Word, OptionValue>>);

impl std::ops::Deref for Fragment {
    type Target = IndexMap<Word, IndexMap<Word, OptionValue>>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl Described for Fragment {
    const SHAPE: Shape = Shape::Map(&Section::SHAPE);

    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let sections = entries::<Section>(node, decoder).into_iter().map(|(name, mut section)| {
            section.options.values_mut().for_each(|option| option.bounds.narrow(&section.bounds));
            (name, section.options)
        });
        Some(Fragment(sections.collect()))
    }
}
