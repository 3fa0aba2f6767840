//! The text of an `(each)` or `(records)` reference to what it asks: a source of records, which of them, and what of each.
//!
//! `SOURCE [FIELD | !FIELD | FIELD=VALUE | in=NAME | at-most=N else=NAME]...: TEXT`, where `TEXT` has `{.FIELD}` for a field of
//! the record and `{function:argument}` for a reference; of `(records)` it is words `NAME=FIELD` or `FIELD`.
//!
//! Invariant: sources and their fields are closed sets; a word that is none of them is refused, with those there are.

/// Where records come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The networks of the site.
    Networks,
    /// The time servers of all networks.
    Ntp,
    /// The time server pools of all networks.
    NtpPools,
    /// The interfaces of all nodes that are ports of a bridge.
    BridgePorts,
    /// The nodes of the site.
    Nodes,
    /// The node that a host file is for.
    Node,
    /// The interfaces of that node.
    Interfaces,
    /// The databases of a client.
    Databases,
    /// The accounts of a client at its database.
    DatabaseAccounts,
    /// The accounts of a client at its broker.
    QueueAccounts,
    /// The users of a client at the identity service.
    IdentityAccounts,
    /// What a client's endpoints have in the catalog, one for each type.
    CatalogTypes,
}

/// The fields of accounts, wherever they are.
const ACCOUNT: &[&str] = &["name", "key"];

/// Every source with its word and the fields of its records; a trailing `.` wants a name behind it.
const SOURCES: &[(&str, Source, &[&str])] = &[
    ("networks", Source::Networks, &["name", "cidr", "mtu", "vlan", "gateway", "vip", "physical", "bridge"]),
    ("ntp", Source::Ntp, &["address", "network"]),
    ("ntp-pools", Source::NtpPools, &["address", "network"]),
    ("bridge-ports", Source::BridgePorts, &["bridge", "interface"]),
    ("nodes", Source::Nodes, &["name", "address."]),
    ("node", Source::Node, &["name", "address."]),
    ("interfaces", Source::Interfaces, &["name", "bridge", "mtu"]),
    ("databases", Source::Databases, &["name"]),
    ("database-accounts", Source::DatabaseAccounts, ACCOUNT),
    ("queue-accounts", Source::QueueAccounts, ACCOUNT),
    ("identity-accounts", Source::IdentityAccounts, &["name", "key", "domain", "roles", "project"]),
    ("catalog-types", Source::CatalogTypes, &["type", "name", "description", "region", "public", "internal"]),
];

impl Source {
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

    fn field(self, name: &str) -> Result<String, String> {
        let fields = SOURCES.iter().find(|(_, source, _)| *source == self).map_or(&[][..], |(_, _, fields)| fields);
        let is_known = |known: &&str| {
            if known.ends_with('.') { name.starts_with(known) && name.len() > known.len() } else { *known == name }
        };
        match fields.iter().find(|known| is_known(known)) {
            Some(_) => Ok(name.to_owned()),
            None => Err(format!("unknown field `{name}`, expected one of {}", fields.join(", "))),
        }
    }
}

/// Which records count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// Those that have the field.
    Has(String),
    /// Those that do not.
    Lacks(String),
    /// Those of which the field is that.
    Is(String, String),
    /// Nodes with that label, group or trait.
    In(String),
}

/// A piece of what is said of each record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Text as it is.
    Literal(String),
    /// A field of the record.
    Field(String),
    /// A reference, `function:argument`.
    Reference(String),
}

/// A source and which of its records count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// The source.
    pub source: Source,
    /// All of these hold.
    pub filters: Vec<Filter>,
    /// On a site of more nodes than that, only this node and those that have the label, group or trait.
    pub limit: Option<(usize, String)>,
}

/// A text for each record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Each {
    /// The records.
    pub of: Selection,
    /// The text.
    pub pieces: Vec<Piece>,
}

/// An object for each record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Records {
    /// The records.
    pub of: Selection,
    /// Names, nested by dots, and the field that each has; a record without the field has no such name.
    pub fields: Vec<(String, String)>,
}

/// The argument of an `(each)`.
pub fn each(argument: &str) -> Result<Each, String> {
    let (of, text) = head(argument)?;
    let pieces = pieces(of.source, text)?;
    Ok(Each { of, pieces })
}

/// The argument of a `(records)`.
pub fn records(argument: &str) -> Result<Records, String> {
    let (of, text) = head(argument)?;
    let words = text.split_whitespace().map(|word| {
        let (name, field) = word.split_once('=').unwrap_or((word, word));
        Ok((name.to_owned(), of.source.field(field)?))
    });
    let fields = words.collect::<Result<Vec<_>, String>>()?;
    if fields.is_empty() { Err("expected fields behind the colon".to_owned()) } else { Ok(Records { of, fields }) }
}

fn head(argument: &str) -> Result<(Selection, &str), String> {
    let (head, text) = argument.split_once(':').ok_or("expected `SOURCE [WORD]...: TEXT`")?;
    let mut words = head.split_whitespace();
    let word = words.next().unwrap_or_default();
    let names = || SOURCES.iter().map(|(name, ..)| *name).collect::<Vec<_>>().join(", ");
    let (_, source, _) = SOURCES
        .iter()
        .find(|(name, ..)| *name == word)
        .ok_or_else(|| format!("unknown source `{word}`, expected one of {}", names()))?;
    let mut of = Selection { source: *source, filters: Vec::new(), limit: None };
    let mut limit = (None, None);
    for word in words {
        match (word.split_once('='), word.strip_prefix('!')) {
            (Some(("at-most", number)), _) => {
                limit.0 = Some(number.parse().map_err(|_| format!("`{number}` is not a whole number"))?);
            }
            (Some(("else", name)), _) => limit.1 = Some(name.to_owned()),
            (Some(("in", name)), _) => of.filters.push(Filter::In(name.to_owned())),
            (Some((field, value)), _) => of.filters.push(Filter::Is(source.field(field)?, value.to_owned())),
            (None, Some(field)) => of.filters.push(Filter::Lacks(source.field(field)?)),
            (None, None) => of.filters.push(Filter::Has(source.field(word)?)),
        }
    }
    let of_nodes = *source == Source::Nodes;
    if !of_nodes && (limit != (None, None) || of.filters.iter().any(|filter| matches!(filter, Filter::In(_)))) {
        return Err("`in=`, `at-most=` and `else=` are for `nodes`".to_owned());
    }
    of.limit = match limit {
        (Some(number), Some(name)) => Some((number, name)),
        (None, None) => None,
        _ => return Err("`at-most=` and `else=` go together".to_owned()),
    };
    Ok((of, text.strip_prefix(' ').unwrap_or(text)))
}

fn pieces(source: Source, text: &str) -> Result<Vec<Piece>, String> {
    let (mut pieces, mut literal, mut rest) = (Vec::new(), String::new(), text);
    while let Some((before, after)) = rest.split_once('{') {
        literal.push_str(before);
        if let Some(after) = after.strip_prefix('{') {
            literal.push('{');
            rest = after;
            continue;
        }
        let (inner, after) = after.split_once('}').ok_or_else(|| format!("`{text}` has `{{` without `}}`"))?;
        if !literal.is_empty() {
            pieces.push(Piece::Literal(std::mem::take(&mut literal)));
        }
        pieces.push(match inner.strip_prefix('.') {
            Some(field) => Piece::Field(source.field(field)?),
            None => Piece::Reference(inner.to_owned()),
        });
        rest = after;
    }
    literal.push_str(rest);
    if !literal.is_empty() {
        pieces.push(Piece::Literal(literal));
    }
    Ok(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_its_words_and_its_text_are_read() {
        let read =
            each("nodes in=time-server at-most=500 else=etcd: {.address.management} {{x {site:domain}").expect("sound");
        let of = Selection {
            source: Source::Nodes,
            filters: vec![Filter::In("time-server".to_owned())],
            limit: Some((500, "etcd".to_owned())),
        };
        let pieces = vec![
            Piece::Field("address.management".to_owned()),
            Piece::Literal(" {x ".to_owned()),
            Piece::Reference("site:domain".to_owned()),
        ];
        assert_eq!(read, Each { of, pieces });
        let read = records("catalog-types: type interfaces.public=public").expect("sound");
        let fields = [("type", "type"), ("interfaces.public", "public")];
        assert_eq!(read.fields, fields.map(|(name, field)| (name.to_owned(), field.to_owned())));
    }

    #[test]
    fn a_word_that_is_not_known_is_refused() {
        let wrong = |argument: &str| each(argument).expect_err(argument);
        assert!(wrong("network: {.name}").starts_with("unknown source `network`, expected one of networks, ntp,"));
        assert!(wrong("ntp: {.name}").starts_with("unknown field `name`, expected one of address, network"));
        assert!(wrong("networks fysical: {.name}").starts_with("unknown field `fysical`"));
        assert!(wrong("nodes: {.address.}").starts_with("unknown field `address.`"));
        assert_eq!(wrong("networks in=x: a"), "`in=`, `at-most=` and `else=` are for `nodes`");
        assert_eq!(wrong("nodes at-most=5: a"), "`at-most=` and `else=` go together");
        assert_eq!(wrong("nodes: {.name"), "`{.name` has `{` without `}`");
        assert_eq!(wrong("nodes"), "expected `SOURCE [WORD]...: TEXT`");
        assert_eq!(records("ntp: ").expect_err("empty"), "expected fields behind the colon");
    }
}
