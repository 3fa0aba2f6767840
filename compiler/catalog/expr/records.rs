//! The arguments of `(each)` and `(records)`: a source of records, which of them, and what of each.
//!
//! `SOURCE [FIELD | !FIELD | FIELD=VALUE | in=NAME | at-most=N else=NAME]...: TEXT`, where `TEXT` has `{.FIELD}` for a field of
//! the record and `{function:arguments}` for a reference; of `(records)` it is words `NAME=FIELD` or `FIELD`.
//!
//! Invariant: sources and their fields are closed sets; a word that is none of them is refused, at the word.

use super::Reference;
use super::parse::{CODE, reference};
use crate::diag::{Diagnostic, nearest};
use crate::tree::record::Decoder;
use crate::tree::word::Word;
use crate::words;

words! {
    /// Where records come from.
    pub enum Source {
        /// The networks of the site.
        Networks = "networks",
        /// The time servers of all networks.
        Ntp = "ntp",
        /// The time server pools of all networks.
        NtpPools = "ntp-pools",
        /// The VLAN ids that tenants' networks may have on physical networks.
        VlanRanges = "vlan-ranges",
        /// The nodes of the site.
        Nodes = "nodes",
        /// The node that a host file or a value of `node-options` is for.
        Node = "node",
        /// The interfaces of that node.
        Interfaces = "interfaces",
        /// Those of them that are ports of an Open vSwitch bridge.
        BridgePorts = "bridge-ports",
        /// The physical networks that reach that node.
        Uplinks = "uplinks",
        /// The databases of a client, in jobs under `provides`.
        Databases = "databases",
        /// The accounts of a client at its database.
        DatabaseAccounts = "database-accounts",
        /// The accounts of a client at its broker.
        QueueAccounts = "queue-accounts",
        /// The users of a client at the identity service.
        IdentityAccounts = "identity-accounts",
        /// What a client's endpoints have in the catalog, one for each type.
        CatalogTypes = "catalog-types",
    }
}

impl Source {
    /// The fields of its records; a trailing `.` wants a network behind it.
    pub fn fields(self) -> &'static [&'static str] {
        match self {
            Source::Networks => &["name", "cidr", "mtu", "vlan", "gateway", "vip", "physical"],
            Source::Ntp | Source::NtpPools => &["address", "network"],
            Source::BridgePorts => &["bridge", "interface"],
            Source::VlanRanges => &["network", "physical", "range"],
            Source::Uplinks => &["physical", "bridge", "interface", "network", "mtu"],
            Source::Nodes | Source::Node => &["name", "uplinks", "unreached", "address."],
            Source::Interfaces => &["name", "bridge", "mtu"],
            Source::Databases => &["name"],
            Source::DatabaseAccounts | Source::QueueAccounts => &["name", "key"],
            Source::IdentityAccounts => &["name", "key", "domain", "roles", "project"],
            Source::CatalogTypes => &["type", "name", "description", "region", "public", "internal"],
        }
    }

    /// Does it hold records of one node?
    pub fn is_of_node(self) -> bool {
        matches!(self, Source::Node | Source::Interfaces | Source::BridgePorts | Source::Uplinks)
    }

    /// Does it hold records of the client of a job under `provides`?
    pub fn is_of_client(self) -> bool {
        matches!(
            self,
            Source::Databases
                | Source::DatabaseAccounts
                | Source::QueueAccounts
                | Source::IdentityAccounts
                | Source::CatalogTypes
        )
    }

    fn field(self, name: Word, decoder: &mut Decoder<'_>) -> Option<Word> {
        let is_known = |known: &&str| match known.strip_suffix('.') {
            Some(_) => name.starts_with(*known) && name.len() > known.len(),
            None => name == **known,
        };
        if self.fields().iter().any(is_known) {
            return Some(name);
        }
        let message = format!("unknown field `{name}`");
        let diagnostic = Diagnostic::error(CODE, name.span, message);
        decoder.sink.push(match nearest(&name, self.fields().iter().copied()) {
            Some(near) => diagnostic.hint(format!("did you mean `{near}`?")),
            None => diagnostic.hint(format!("known are {}", self.fields().join(", "))),
        });
        None
    }
}

/// Which records count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// Those that have the field.
    Has(Word),
    /// Those that do not.
    Lacks(Word),
    /// Those of which the field is that.
    Is(Word, Word),
    /// Nodes with that label, group or trait.
    In(Word),
}

/// A source and which of its records count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// The source.
    pub source: Source,
    /// All of these hold.
    pub filters: Vec<Filter>,
    /// On a site of more nodes than that, only this node and those that have the label, group or trait.
    pub limit: Option<(usize, Word)>,
}

/// A piece of what is said of each record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Text as it is.
    Literal(String),
    /// A field of the record.
    Field(Word),
    /// What a function gives.
    Reference(Reference),
}

/// A text for each record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Each {
    /// The records.
    pub of: Selection,
    /// The text.
    pub parts: Vec<Part>,
}

/// An object for each record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Records {
    /// The records.
    pub of: Selection,
    /// Names, nested by dots, and the field that each has; a record without the field has no such name.
    pub fields: Vec<(Word, Word)>,
}

/// The argument of an `(each)`.
pub(super) fn each(argument: &Word, decoder: &mut Decoder<'_>) -> Option<Each> {
    let (of, text) = head(argument, decoder)?;
    let parts = parts(of.source, &text, decoder)?;
    Some(Each { of, parts })
}

/// The argument of a `(records)`.
pub(super) fn records(argument: &Word, decoder: &mut Decoder<'_>) -> Option<Records> {
    let (of, text) = head(argument, decoder)?;
    let mut fields = Vec::new();
    for word in text.split(char::is_whitespace) {
        let (name, field) = word.cut("=").unwrap_or_else(|| (word.clone(), word.clone()));
        fields.push((name, of.source.field(field, decoder)?));
    }
    if fields.is_empty() {
        return wrong(argument, "expected fields behind the colon, found nothing", decoder);
    }
    Some(Records { of, fields })
}

fn wrong<T>(word: &Word, message: impl Into<String>, decoder: &mut Decoder<'_>) -> Option<T> {
    decoder.sink.push(Diagnostic::error(CODE, word.span, message));
    None
}

fn head(argument: &Word, decoder: &mut Decoder<'_>) -> Option<(Selection, Word)> {
    let Some((head, text)) = argument.cut(":") else {
        return wrong(argument, format!("expected `SOURCE [WORD]...: TEXT`, found `{argument}`"), decoder);
    };
    let mut words = head.split(char::is_whitespace).into_iter();
    let word = words.next().unwrap_or(head);
    let Some(source) = Source::parse(&word) else {
        let words: Vec<&str> = Source::CHOICES.iter().map(|choice| choice.word).collect();
        let diagnostic = Diagnostic::error(CODE, word.span, format!("unknown source of records `{word}`"));
        decoder.sink.push(match nearest(&word, words.iter().copied()) {
            Some(near) => diagnostic.hint(format!("did you mean `{near}`?")),
            None => diagnostic.hint(format!("known are {}", words.join(", "))),
        });
        return None;
    };
    let mut of = Selection { source, filters: Vec::new(), limit: None };
    let (mut most, mut others) = (None, None);
    for word in words {
        match word.cut("=") {
            Some((name, _)) if source != Source::Nodes && ["at-most", "else", "in"].contains(&name.as_str()) => {
                return wrong(&name, format!("`{name}=` is for `nodes` only"), decoder);
            }
            Some((name, value)) if name == *"at-most" => match value.parse() {
                Ok(number) => most = Some(number),
                Err(_) => return wrong(&value, format!("`{value}` is not an integer"), decoder),
            },
            Some((name, value)) if name == *"else" => others = Some(value),
            Some((name, value)) if name == *"in" => of.filters.push(Filter::In(value)),
            Some((field, value)) => of.filters.push(Filter::Is(source.field(field, decoder)?, value)),
            None => of.filters.push(match word.after("!") {
                Some(field) => Filter::Lacks(source.field(field, decoder)?),
                None => Filter::Has(source.field(word, decoder)?),
            }),
        }
    }
    of.limit = match (most, others) {
        (Some(most), Some(others)) => Some((most, others)),
        (None, None) => None,
        _ => return wrong(argument, "`at-most=` and `else=` go together", decoder),
    };
    Some((of, text.after(" ").unwrap_or(text)))
}

fn parts(source: Source, text: &Word, decoder: &mut Decoder<'_>) -> Option<Vec<Part>> {
    let (mut parts, mut literal, mut at) = (Vec::new(), String::new(), 0);
    while let Some(found) = text.get(at..).and_then(|rest| rest.find('{')) {
        let open = at + found;
        literal.push_str(text.get(at..open).unwrap_or_default());
        if text.get(open + 1..).is_some_and(|rest| rest.starts_with('{')) {
            literal.push('{');
            at = open + 2;
            continue;
        }
        let Some(length) = text.get(open + 1..).and_then(|rest| rest.find('}')) else {
            return wrong(text, format!("`{text}` has `{{` without `}}`"), decoder);
        };
        let inner = text.slice(open + 1, length);
        if !literal.is_empty() {
            parts.push(Part::Literal(std::mem::take(&mut literal)));
        }
        parts.push(match inner.after(".") {
            Some(field) => Part::Field(source.field(field, decoder)?),
            None => {
                let (function, words) = inner.cut(":").unwrap_or_else(|| (inner.clone(), Word::new("", inner.span)));
                Part::Reference(reference(&function, words, decoder)?)
            }
        });
        at = open + length + 2;
    }
    literal.push_str(text.get(at..).unwrap_or_default());
    if !literal.is_empty() {
        parts.push(Part::Literal(literal));
    }
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Sink;
    use crate::span::{FileId, Span};
    use crate::tree::word::Word;

    fn read<T>(argument: &str, parse: fn(&Word, &mut Decoder<'_>) -> Option<T>) -> Result<T, String> {
        let mut sink = Sink::default();
        let length = u32::try_from(argument.len()).expect("short");
        let word = Word::new(argument, Span::new(FileId(0), 0, length));
        let found = parse(&word, &mut Decoder { releases: &[], sink: &mut sink });
        found.ok_or_else(|| {
            let diagnostics = sink.into_sorted();
            let first = diagnostics.first().expect("a diagnostic");
            let span = first.primary.as_ref().expect("a place").span;
            let place = argument.get(span.start as usize..span.end as usize).expect("inside");
            format!("{place} | {}", first.message)
        })
    }

    fn word(text: &str) -> Word {
        Word::new(text, Span::new(FileId(0), 0, 0))
    }

    #[test]
    fn a_source_its_words_and_its_text_are_read() {
        let found = read("nodes in=time-server at-most=500 else=etcd: {.address.management} {{x {trust}", each);
        let of = Selection {
            source: Source::Nodes,
            filters: vec![Filter::In(word("time-server"))],
            limit: Some((500, word("etcd"))),
        };
        let parts = vec![
            Part::Field(word("address.management")),
            Part::Literal(" {x ".to_owned()),
            Part::Reference(Reference::Trust),
        ];
        assert_eq!(found, Ok(Each { of, parts }));
        let found = read("catalog-types: type interfaces.public=public", records).expect("sound");
        assert_eq!(found.fields, [("type", "type"), ("interfaces.public", "public")].map(|(a, b)| (word(a), word(b))));
    }

    #[test]
    fn a_word_that_is_not_known_is_refused_at_the_word() {
        for (argument, expected) in [
            ("network: {.name}", "network | unknown source of records `network`"),
            ("ntp: {.name}", "name | unknown field `name`"),
            ("networks !fysical: {.name}", "fysical | unknown field `fysical`"),
            ("networks nam=x: {.name}", "nam | unknown field `nam`"),
            ("nodes: {.address.}", "address. | unknown field `address.`"),
            ("networks in=x: a", "in | `in=` is for `nodes` only"),
            ("nodes at-most=x else=y: a", "x | `x` is not an integer"),
            ("nodes at-most=5: a", "nodes at-most=5: a | `at-most=` and `else=` go together"),
            ("nodes: {.name", "{.name | `{.name` has `{` without `}`"),
            ("nodes: {.name} {trsut}", "trsut | unknown function of a reference `trsut`"),
            ("nodes", "nodes | expected `SOURCE [WORD]...: TEXT`, found `nodes`"),
        ] {
            assert_eq!(read(argument, each), Err(expected.to_owned()));
        }
        assert_eq!(read("ntp: ", records), Err("ntp:  | expected fields behind the colon, found nothing".to_owned()));
    }
}
