//! References from their text.
//!
//! Invariant: an argument that a function does not use is a diagnostic, at the argument.

use std::collections::VecDeque;

use super::field::{ClientField, EndpointPart, HostField, Interface, NetworkField, ProviderPart, SiteField, Trusted};
use super::function::FUNCTIONS;
use super::records;
use super::reference::{Amount, CODE, Listing, OptionPath, Piece, Quotient, Reference};
use super::value::{Expr, Kind, Literal};
use crate::catalog::bounds::Conditions;
use crate::catalog::qualified::qualified;
use crate::diag::{Diagnostic, nearest};
use crate::tree::node::{Node, Value};
use crate::tree::record::{Decoder, Described};
use crate::tree::shape::{Choice, Shape};
use crate::tree::word::{Word, tag_of, word_of};

impl Described for Expr {
    const SHAPE: Shape = Shape::Scalar;

    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let kind = match &node.tag {
            Some(_) => tagged(node, decoder)?,
            None => Kind::Literal(literal(node)?),
        };
        Some(Expr { span: node.span, kind })
    }
}

fn literal(node: &Node) -> Option<Literal> {
    Some(match &node.value {
        Value::Bool(flag) => Literal::Bool(*flag),
        Value::Integer(number) => Literal::Integer(*number),
        Value::Decimal(text) => Literal::Decimal(text.clone()),
        Value::Text(text) => Literal::Text(text.clone()),
        Value::Null | Value::List(_) | Value::Map(_) => return None,
    })
}

/// The value of a node with a tag.
pub(super) fn tagged(node: &Node, decoder: &mut Decoder<'_>) -> Option<Kind> {
    let (function, argument) = (tag_of(node)?, word_of(node)?);
    if function == *"text" {
        return text(&argument, decoder).map(Kind::Text);
    }
    Reference::parse(&function, argument, decoder).map(Kind::Reference)
}

/// The one word of a node with a tag.
pub(super) fn single(node: &Node, decoder: &mut Decoder<'_>) -> Option<Word> {
    let mut arguments = Arguments::new(tag_of(node)?, word_of(node)?);
    let word = arguments.next("a network", decoder)?;
    arguments.end(decoder)?;
    Some(word)
}

/// The word of a closed set after a tag.
pub(super) fn closed<T>(
    node: &Node,
    decoder: &mut Decoder<'_>,
    choices: &'static [Choice],
    parse: impl Fn(&str) -> Option<T>,
) -> Option<T> {
    let mut arguments = Arguments::new(tag_of(node)?, word_of(node)?);
    let value = arguments.choice(choices, parse, decoder)?;
    arguments.end(decoder)?;
    Some(value)
}

/// The pieces of a text with references in braces.
fn text(argument: &Word, decoder: &mut Decoder<'_>) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let (mut literal, mut at) = (String::new(), 0);
    let mut is_sound = true;
    while let Some(found) = argument.get(at..).and_then(|rest| rest.find('{')) {
        let open = at + found;
        literal.push_str(argument.get(at..open).unwrap_or_default());
        if argument.get(open + 1..).is_some_and(|rest| rest.starts_with('{')) {
            literal.push('{');
            at = open + 2;
            continue;
        }
        let Some(length) = argument.get(open + 1..).and_then(|rest| rest.find('}')) else {
            let message = format!("`{argument}` has `{{` without `}}`");
            decoder.sink.push(Diagnostic::error(CODE, argument.span, message).hint("`{{` is a brace itself"));
            return None;
        };
        let inner = argument.slice(open + 1, length);
        let (function, words) = inner.cut(":").unwrap_or_else(|| (inner.clone(), Word::new("", inner.span)));
        pieces.push(Piece::Literal(std::mem::take(&mut literal)));
        match Reference::parse(&function, words, decoder) {
            Some(reference) => pieces.push(Piece::Reference(reference)),
            None => is_sound = false,
        }
        at = open + length + 2;
    }
    literal.push_str(argument.get(at..).unwrap_or_default());
    pieces.push(Piece::Literal(literal));
    pieces.retain(|piece| *piece != Piece::Literal(String::new()));
    is_sound.then_some(pieces)
}

/// `CONDITION...: TEXT`.
fn conditional(argument: &Word, decoder: &mut Decoder<'_>) -> Option<Reference> {
    let Some((conditions, rest)) = argument.cut(": ") else {
        let message = format!("expected `CONDITION...: TEXT`, found `{argument}`");
        decoder.sink.push(Diagnostic::error(CODE, argument.span, message));
        return None;
    };
    let conditions = Conditions::of(conditions.split(char::is_whitespace), decoder);
    let pieces = text(&rest, decoder)?;
    // Conditions that cannot be read are told.
    (!conditions.0.is_empty()).then_some(Reference::If(conditions, pieces))
}

impl Reference {
    /// A function with its arguments.
    pub(super) fn parse(function: &Word, argument: Word, decoder: &mut Decoder<'_>) -> Option<Reference> {
        match function.as_str() {
            "each" => return records::each(&argument, decoder).map(Reference::Each),
            "records" => return records::records(&argument, decoder).map(Reference::Records),
            "if" => return conditional(&argument, decoder),
            _ => {}
        }
        let mut arguments = Arguments::new(function.clone(), argument);
        let reference = arguments.reference(decoder)?;
        arguments.end(decoder)?;
        Some(reference)
    }
}

/// The words after a function's name, those that were read taken off.
struct Arguments {
    function: Word,
    whole: Word,
    words: VecDeque<Word>,
}

impl Arguments {
    fn new(function: Word, whole: Word) -> Self {
        let words = whole.split(char::is_whitespace).into();
        Arguments { function, whole, words }
    }

    fn reference(&mut self, decoder: &mut Decoder<'_>) -> Option<Reference> {
        let function = self.function.value.clone();
        if let Some(part) = EndpointPart::parse(&function) {
            let id = self.next("an endpoint", decoder)?;
            let interface = match self.words.is_empty() {
                true => Interface::Internal,
                false => self.choice(Interface::CHOICES, Interface::parse, decoder)?,
            };
            return Some(Reference::Endpoint(part, id, interface));
        }
        if let Some(part) = ProviderPart::parse(&function) {
            return Some(Reference::Provider(part, self.next("a capability", decoder)?));
        }
        Some(match function.as_str() {
            "provider-hosts" => {
                let capability = self.next("a capability", decoder)?;
                Reference::ProviderHosts(capability, self.listing(decoder)?)
            }
            "database-url" => self.database_url(decoder)?,
            "queue-url" => self.after_owner("vhost", decoder).map(|(owner, id)| Reference::QueueUrl(owner, id))?,
            "secret" => {
                let (name, key) = match self.next("a secret", decoder)? {
                    word if word.contains('.') => word.cut(".").map(|(name, key)| (name, Some(key)))?,
                    word => (word, None),
                };
                Reference::Secret(qualified(name, "/"), key)
            }
            "identity-password" => Reference::IdentityPassword(self.words.pop_front()),
            "site" => self.site(decoder)?,
            "setting" => Reference::Setting(qualified(self.next("a setting", decoder)?, ".")),
            "replicas" => Reference::Replicas(qualified(self.next("a component", decoder)?, "/")),
            "pods" => {
                let component = qualified(self.next("a component", decoder)?, "/");
                let port = self.words.front().and_then(|word| word.parse().ok());
                if port.is_some() {
                    self.words.pop_front();
                }
                Reference::Pods(component, port, self.listing(decoder)?)
            }
            "host" => Reference::Host(self.choice(HostField::CHOICES, HostField::parse, decoder)?),
            "self" => self.own(decoder)?,
            "nodes-labelled" => Reference::NodesLabelled(self.next("a node label", decoder)?),
            "nodes" => self.nodes(decoder)?,
            "memory-limit" => Reference::MemoryLimit(self.next("a component", decoder)?),
            "option" => {
                let path = self.option(decoder)?;
                Reference::Option(path, self.words.pop_front().map(|word| word.value))
            }
            "quotient" => self.quotient(decoder)?,
            "client" => Reference::Client(self.choice(ClientField::CHOICES, ClientField::parse, decoder)?),
            "image" => Reference::Image(self.next("an image", decoder)?),
            "files" => Reference::Files(self.next("a pattern of files", decoder)?),
            "uuid" => Reference::Uuid(self.next("a secret", decoder)?),
            "trust" => Reference::Trust(match self.words.is_empty() {
                true => Trusted::All,
                false => self.choice(Trusted::CHOICES, Trusted::parse, decoder)?,
            }),
            _ => return self.unknown(decoder),
        })
    }

    fn unknown(&self, decoder: &mut Decoder<'_>) -> Option<Reference> {
        let place = match self.function.as_str() {
            "pod" => Some("a value of `env`"),
            "node-address" => Some("a value of `node-options`"),
            "text" => Some("a whole value"),
            _ => None,
        };
        let message = match place {
            Some(place) => format!("`{}` stands here, expected as {place} only", self.function),
            None => format!("unknown function of a reference `{}`", self.function),
        };
        let diagnostic = Diagnostic::error(CODE, self.function.span, message);
        let near = nearest(&self.function, FUNCTIONS.iter().map(|function| function.name));
        decoder.sink.push(match near.filter(|_| place.is_none()) {
            Some(near) => diagnostic.hint(format!("did you mean `{near}`?")),
            None => diagnostic,
        });
        None
    }

    /// The next word; a diagnostic that says what was expected where there is none.
    fn next(&mut self, what: &str, decoder: &mut Decoder<'_>) -> Option<Word> {
        let word = self.words.pop_front();
        if word.is_none() {
            let message = format!("`{}` needs {what}, found nothing", self.function);
            let hint = format!("its arguments are `{}`", self.usage());
            decoder.sink.push(Diagnostic::error(CODE, self.whole.span, message).hint(hint));
        }
        word
    }

    fn usage(&self) -> &'static str {
        FUNCTIONS.iter().find(|known| self.function == *known.name).map_or("", |known| known.arguments)
    }

    /// Nothing is left.
    fn end(&mut self, decoder: &mut Decoder<'_>) -> Option<()> {
        let Some(extra) = self.words.pop_front() else { return Some(()) };
        let message = format!("`{}` does not take `{extra}`", self.function);
        let usage = self.usage();
        let hint =
            if usage.is_empty() { "it takes no argument".to_owned() } else { format!("its arguments are `{usage}`") };
        decoder.sink.push(Diagnostic::error(CODE, extra.span, message).hint(hint));
        None
    }

    fn choice<T>(
        &mut self,
        choices: &'static [Choice],
        parse: impl Fn(&str) -> Option<T>,
        decoder: &mut Decoder<'_>,
    ) -> Option<T> {
        let word = self.next("a word", decoder)?;
        parse(&word).or_else(|| self.not_one_of(&word, choices, decoder))
    }

    fn not_one_of<T>(&self, word: &Word, choices: &'static [Choice], decoder: &mut Decoder<'_>) -> Option<T> {
        let words: Vec<&str> = choices.iter().map(|choice| choice.word).collect();
        let message = format!("`{}` has no `{word}`", self.function);
        let diagnostic = Diagnostic::error(CODE, word.span, message);
        decoder.sink.push(match nearest(word, words.iter().copied()) {
            Some(near) => diagnostic.hint(format!("did you mean `{near}`?")),
            None => diagnostic.hint(format!("it has {}", words.join(", "))),
        });
        None
    }

    /// A database, and `client=`.
    fn database_url(&mut self, decoder: &mut Decoder<'_>) -> Option<Reference> {
        self.after_owner("client", decoder).map(|(id, client)| Reference::DatabaseUrl(id, client))
    }

    /// A word, and `NAME=` with another; both may be left out.
    fn after_owner(&mut self, named: &str, decoder: &mut Decoder<'_>) -> Option<(Option<Word>, Option<Word>)> {
        let owner = self.words.pop_front_if(|word| !word.contains('='));
        let Some(word) = self.words.pop_front() else { return Some((owner, None)) };
        if let Some((_, value)) = word.cut("=").filter(|(name, _)| *name == *named) {
            return Some((owner, Some(value)));
        }
        let message = format!("expected `{named}=`, found `{word}`");
        decoder.sink.push(Diagnostic::error(CODE, word.span, message));
        None
    }

    /// `prefix=`, `tls-prefix=`, `named=` and `separator=`.
    fn listing(&mut self, decoder: &mut Decoder<'_>) -> Option<Listing> {
        let mut listing = Listing { prefix: String::new(), tls_prefix: None, named: false, separator: ",".to_owned() };
        while let Some(word) = self.words.pop_front() {
            match word.cut("=") {
                Some((name, value)) if name == *"prefix" => listing.prefix = value.value,
                Some((name, value)) if name == *"tls-prefix" => listing.tls_prefix = Some(value.value),
                Some((name, value)) if name == *"named" => (listing.prefix, listing.named) = (value.value, true),
                Some((name, value)) if name == *"separator" => {
                    listing.separator = if value == *"space" { " ".to_owned() } else { value.value };
                }
                found => {
                    let place = found.map_or(word.span, |(name, _)| name.span);
                    let message =
                        format!("expected `prefix=`, `tls-prefix=`, `named=` or `separator=`, found `{word}`");
                    decoder.sink.push(Diagnostic::error(CODE, place, message));
                    return None;
                }
            }
        }
        Some(listing)
    }

    fn site(&mut self, decoder: &mut Decoder<'_>) -> Option<Reference> {
        let word = self.next("a field", decoder)?;
        if let Some((network, field)) = word.after("network.").and_then(|path| path.cut(".")) {
            let field =
                NetworkField::parse(&field).or_else(|| self.not_one_of(&field, NetworkField::CHOICES, decoder))?;
            return Some(Reference::Network(network, field));
        }
        let field = SiteField::parse(&word).or_else(|| self.not_one_of(&word, SiteField::CHOICES, decoder))?;
        Some(Reference::Site(field))
    }

    fn own(&mut self, decoder: &mut Decoder<'_>) -> Option<Reference> {
        let word = self.next("`name`, `identity`, `database` or `vhost`", decoder)?;
        match word.as_str() {
            "name" => Some(Reference::OwnName),
            "identity" => Some(Reference::OwnIdentity(self.words.pop_front())),
            "database" => Some(Reference::OwnDatabase(self.words.pop_front())),
            "vhost" => Some(Reference::OwnVhost(self.words.pop_front())),
            _ => {
                let message = format!("expected `name`, `identity [USER]`, `database [ID]` or `vhost`, found `{word}`");
                decoder.sink.push(Diagnostic::error(CODE, word.span, message));
                None
            }
        }
    }

    fn nodes(&mut self, decoder: &mut Decoder<'_>) -> Option<Reference> {
        let label = self.next("a node label", decoder)?;
        let Some(word) = self.words.pop_front() else { return Some(Reference::Nodes(label, None)) };
        let most = word.after("at-most=").and_then(|number| number.parse().ok());
        if most.is_none() {
            let message = format!("expected `at-most=` with an integer, found `{word}`");
            decoder.sink.push(Diagnostic::error(CODE, word.span, message));
        }
        most.map(|most| Reference::Nodes(label, Some(most)))
    }

    fn option(&mut self, decoder: &mut Decoder<'_>) -> Option<OptionPath> {
        Some(OptionPath {
            file: self.next("a file, a section and an option", decoder)?,
            section: self.next("a section and an option", decoder)?,
            option: self.next("an option", decoder)?,
        })
    }

    fn quotient(&mut self, decoder: &mut Decoder<'_>) -> Option<Reference> {
        let (mut sum, mut product, mut plus) = (Vec::new(), Vec::new(), None);
        while let Some(word) = self.words.pop_front() {
            match word.cut("=") {
                Some((name, terms)) if name == *"per" => {
                    for term in terms.split(|c| c == '*') {
                        product.push(amount(term, decoder)?);
                    }
                }
                Some((name, term)) if name == *"plus" => plus = Some(amount(term, decoder)?),
                Some((name, _)) => {
                    let message = format!("expected `per=` or `plus=`, found `{name}=`");
                    decoder.sink.push(Diagnostic::error(CODE, name.span, message));
                    return None;
                }
                None => sum.push(amount(word, decoder)?),
            }
        }
        if sum.is_empty() || product.is_empty() {
            self.next("terms and `per=`", decoder)?;
        }
        Some(Reference::Quotient(Quotient { sum, product, plus }))
    }
}

fn amount(word: Word, decoder: &mut Decoder<'_>) -> Option<Amount> {
    if let Ok(number) = word.parse() {
        return Some(Amount::Number(number));
    }
    match &word.split(|c| c == '|')[..] {
        [file, section, option] => {
            Some(Amount::Option(OptionPath { file: file.clone(), section: section.clone(), option: option.clone() }))
        }
        [_] => Some(Amount::Setting(qualified(word, "."))),
        _ => {
            let message = format!("expected a number, a setting or `FILE|SECTION|OPTION`, found `{word}`");
            decoder.sink.push(Diagnostic::error(CODE, word.span, message));
            None
        }
    }
}
