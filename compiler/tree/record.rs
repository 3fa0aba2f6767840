//! One description of a record: the documented struct is the shape that a text is checked by, the decoder, the defaults, the
//! JSON Schema and the reference manual.
//!
//! The type of a field says everything about it: `Option<T>` may be left out, `T = default` has a default, another `T` must
//! be there; a `Vec` or a table may be empty unless it is marked `[required]`. A field that the lowest layer gives is marked
//! `[merged]`: a document need not have it, what is decoded must.
//!
//! Invariant: a record that is described here cannot be checked by one set of fields and decoded by another.

use indexmap::IndexMap;

use super::node::{Node, Value};
use super::shape::Shape;
use super::word::{Label, Traced, Word, plain, word_of};
use crate::diag::{Diagnostic, Sink};
use crate::span::Span;

/// What decoding needs beside the tree.
#[derive(Debug)]
pub struct Decoder<'d> {
    /// The OpenStack releases that there are, oldest first.
    pub releases: &'d [String],
    /// Diagnostics.
    pub sink: &'d mut Sink,
}

/// A type that a document can hold.
pub trait Described: Sized {
    /// What its text may be.
    const SHAPE: Shape;
    /// What the text of several may be.
    const LIST: Shape = Shape::List(&Self::SHAPE);
    /// Must it be given?
    const REQUIRED: bool = true;

    /// Decodes a tree that was checked against the shape; None where there is a diagnostic.
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self>;

    /// Decodes several.
    fn decode_list(nodes: &[Node], decoder: &mut Decoder<'_>) -> Vec<Self> {
        Self::decode_traced(nodes, decoder).into_iter().map(|traced| traced.value).collect()
    }

    /// Decodes several, each with its place.
    fn decode_traced(nodes: &[Node], decoder: &mut Decoder<'_>) -> Vec<Traced<Self>> {
        nodes.iter().filter_map(|node| Some(Traced::new(Self::decode(node, decoder)?, node.span))).collect()
    }

    /// What stands for a value that is not valid, which was told, where a record cannot be without one.
    fn unchecked(_: &Node) -> Option<Self> {
        None
    }

    /// Takes the name that it stands under in a table.
    #[must_use]
    fn named(self, _: &Word) -> Self {
        self
    }

    /// What stands for a field that is left out.
    fn absent() -> Option<Self> {
        None
    }

    /// What an explicit unset of an entry stands for.
    fn unset(_: Span) -> Option<Self> {
        Self::absent()
    }
}

/// Entries by name; in KDL the node is repeated, its first argument is the name.
pub type Table<T> = IndexMap<Word, T>;

/// Entries by name; in KDL the names are child nodes or properties.
#[derive(Debug, Clone)]
pub struct Entries<T>(pub IndexMap<Word, T>);

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Entries(IndexMap::new())
    }
}

impl<T> std::ops::Deref for Entries<T> {
    type Target = IndexMap<Word, T>;

    fn deref(&self) -> &IndexMap<Word, T> {
        &self.0
    }
}

impl Decoder<'_> {
    /// Tells of a field that the lowest layer gives and a higher one unsets.
    pub fn unset_field(&mut self, name: &str, span: Span) {
        let message = format!("`{name}` is unset, and it must have a value");
        self.sink.push(Diagnostic::error("TG0206", span, message));
    }
}

/// A literal as text; a reference is a diagnostic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plain(pub String);

impl Described for Plain {
    const SHAPE: Shape = Shape::Scalar;

    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        if let Some(tag) = &node.tag {
            let message = format!("this cannot be a reference, found `{tag}`");
            decoder.sink.push(Diagnostic::error("TG0209", node.span, message));
            return None;
        }
        plain(node).map(Plain)
    }
}

/// An integer within bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Int<const LOW: i64, const HIGH: i64>(pub i64);

/// An integer.
pub type Whole = Int<{ i64::MIN }, { i64::MAX }>;

/// A flag that is `#true` where it is given; `#false` would say nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Given;

impl<const LOW: i64, const HIGH: i64> Described for Int<LOW, HIGH> {
    const SHAPE: Shape = Shape::Integer(LOW, HIGH);

    fn decode(node: &Node, _: &mut Decoder<'_>) -> Option<Self> {
        match node.value {
            Value::Integer(number) if (LOW..=HIGH).contains(&number) => Some(Int(number)),
            _ => None,
        }
    }
}

impl<const LOW: i64, const HIGH: i64> std::fmt::Display for Int<LOW, HIGH> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl Described for bool {
    const SHAPE: Shape = Shape::Boolean;
    const REQUIRED: bool = false;

    fn decode(node: &Node, _: &mut Decoder<'_>) -> Option<Self> {
        if let Value::Bool(flag) = node.value { Some(flag) } else { None }
    }

    fn absent() -> Option<Self> {
        Some(false)
    }
}

impl Described for Given {
    const SHAPE: Shape = Shape::Boolean;

    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        if node.value == Value::Bool(false) {
            let message = "`#false` says nothing here, expected `#true`";
            decoder.sink.push(Diagnostic::error("TG0202", node.span, message).hint("leave the field out"));
            return None;
        }
        Some(Given)
    }
}

impl Described for String {
    const SHAPE: Shape = Shape::Text;

    fn decode(node: &Node, _: &mut Decoder<'_>) -> Option<Self> {
        plain(node)
    }
}

impl Described for Label {
    const SHAPE: Shape = Shape::Name;

    fn decode(node: &Node, _: &mut Decoder<'_>) -> Option<Self> {
        word_of(node).map(Label)
    }
}

/// Anything, as a tree.
impl Described for Node {
    const SHAPE: Shape = Shape::Any;

    fn decode(node: &Node, _: &mut Decoder<'_>) -> Option<Self> {
        Some(node.clone())
    }
}

impl<T: Described> Described for Traced<T> {
    const SHAPE: Shape = T::SHAPE;
    const LIST: Shape = T::LIST;
    const REQUIRED: bool = T::REQUIRED;

    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        Some(Traced::new(T::decode(node, decoder)?, node.span))
    }

    fn decode_list(nodes: &[Node], decoder: &mut Decoder<'_>) -> Vec<Self> {
        T::decode_traced(nodes, decoder)
    }
}

impl<T: Described> Described for Option<T> {
    const SHAPE: Shape = T::SHAPE;
    const LIST: Shape = T::LIST;
    const REQUIRED: bool = false;

    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        Some(T::decode(node, decoder))
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<T: Described> Described for Vec<T> {
    const SHAPE: Shape = T::LIST;
    const REQUIRED: bool = false;

    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        Some(T::decode_list(node.items(), decoder))
    }

    fn absent() -> Option<Self> {
        Some(Vec::new())
    }
}

impl<T: Described> Described for Table<T> {
    const SHAPE: Shape = Shape::Table(&T::SHAPE);
    const REQUIRED: bool = false;

    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        Some(entries(node, decoder))
    }

    fn absent() -> Option<Self> {
        Some(IndexMap::new())
    }
}

impl<T: Described> Described for Entries<T> {
    const SHAPE: Shape = Shape::Map(&T::SHAPE);
    const REQUIRED: bool = false;

    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        Some(Entries(entries(node, decoder)))
    }

    fn absent() -> Option<Self> {
        Some(Entries::default())
    }
}

/// The entries of a map, each decoded.
pub fn entries<T: Described>(node: &Node, decoder: &mut Decoder<'_>) -> IndexMap<Word, T> {
    let mut found = IndexMap::new();
    for (name, entry) in node.as_map().into_iter().flatten() {
        let value = match entry.node.value {
            Value::Null => T::unset(entry.node.span),
            _ => T::decode(&entry.node, decoder),
        };
        if let Some(value) = value {
            let name = key(name, entry.key);
            let value = value.named(&name);
            found.insert(name, value);
        }
    }
    found
}

/// A key with its place, without the quotes around it.
fn key(name: &str, span: Span) -> Word {
    let node = Node::new(span, Value::Text(name.to_owned().into()));
    word_of(&node).unwrap_or_else(|| Word::new(name, span))
}

/// A field of a record; what stands for it where it is left out.
pub fn field<T: Described>(
    node: &Node,
    name: &str,
    decoder: &mut Decoder<'_>,
    absent: impl FnOnce(&mut Decoder<'_>, Absence) -> Option<T>,
) -> Option<T> {
    match node.get(name).filter(|node| node.value != Value::Null) {
        Some(node) => T::decode(node, decoder).or_else(|| absent(decoder, Absence::Invalid)),
        None => absent(decoder, Absence::LeftOut),
    }
}

/// Why a field has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absence {
    /// It is not there, or unset.
    LeftOut,
    /// What it holds is not valid, which was told.
    Invalid,
}

/// A Rust name as documents write it: `host-type` for `host_type`.
pub const fn kebab<const LENGTH: usize>(name: &str) -> [u8; LENGTH] {
    let bytes = name.as_bytes();
    let mut out = [0; LENGTH];
    let mut index = 0;
    while index < LENGTH {
        #[allow(clippy::indexing_slicing, reason = "a constant: an index out of bounds does not compile")]
        {
            out[index] = if bytes[index] == b'_' { b'-' } else { bytes[index] };
        }
        index += 1;
    }
    out
}

/// Bytes that [`kebab`] made as text.
pub const fn text(bytes: &'static [u8]) -> &'static str {
    match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) => "",
    }
}

/// A line of documentation without the space that it begins with.
pub const fn sentence(doc: &'static str) -> &'static str {
    match doc.as_bytes() {
        [b' ', rest @ ..] => text(rest),
        _ => doc,
    }
}

/// Describes a record by a struct; see the module.
///
/// Behind the name stand in this order, each where it applies: `as "Name"` in published schemas, `include(...)` for fields whose
/// own fields stand in this record, `positional(...)`, `shorthand(...)` and `rest(...)` as in [`super::shape::Record`],
/// `key(...)` for the field that holds the name under which the record stands in a table, `beside(...)` for fields that no document gives, `check(...)` for a function that looks at the decoded record, and `unset(...)`
/// for one that makes what an explicit unset stands for.
#[macro_export]
macro_rules! record {
    (
        $(#[doc = $doc:literal])+
        pub struct $name:ident $(as $title:literal)?
            $(, include($($inc:ident : $incty:ty),+))?
            $(, positional($($pos:literal),+))?
            $(, shorthand($short:literal))?
            $(, rest($rest:ident : $restty:ty))?
            $(, key($key:ident))?
            $(, beside($($beside:ident : $besidety:ty),+))?
            $(, check($check:path))?
            $(, unset($unset:path))?
        {
            $( $(#[doc = $fdoc:literal])+ $field:ident $(as $fname:literal)? : $ty:ty $([$required:ident])? $(= $default:expr)? ),* $(,)?
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone)]
        pub struct $name {
            /// Where it is written.
            pub span: $crate::span::Span,
            $($( #[doc = concat!("What it has of `", stringify!($incty), "`.")] pub $inc: $incty, )+)?
            $( $(#[doc = $fdoc])+ pub $field: $ty, )*
            $( /// Names that are no field.
            pub $rest: ::indexmap::IndexMap<$crate::tree::word::Word, $restty>, )?
            $( /// The name that it stands under.
            pub $key: $crate::tree::word::Word, )?
            $($( #[doc = "Filled in by the loader."] pub $beside: $besidety, )+)?
        }

        impl $name {
            /// Its description.
            pub const fn record() -> &'static $crate::tree::shape::Record {
                static RECORD: $crate::tree::shape::Record = $crate::tree::shape::Record {
                    name: $crate::record!(@title $name $($title)?),
                    doc: $crate::tree::record::sentence(concat!($($doc),+)),
                    positional: &[$($($pos),+)?],
                    shorthand: $crate::record!(@option $($short)?),
                    rest: $crate::record!(@shape $($restty)?),
                    one_of: false,
                    includes: &[$($(<$incty>::record()),+)?],
                    fields: &[$( $crate::tree::shape::Field {
                        name: $crate::record!(@name $field $($fname)?),
                        shape: <$ty as $crate::tree::record::Described>::SHAPE,
                        required: $crate::record!(@required $ty, ($($required)?), ($($default)?)),
                        doc: $crate::tree::record::sentence(concat!($($fdoc),+)),
                    } ),*],
                };
                &RECORD
            }
        }

        impl $crate::tree::record::Described for $name {
            const SHAPE: $crate::tree::shape::Shape = $crate::tree::shape::Shape::Record($name::record());
            const LIST: $crate::tree::shape::Shape = $crate::tree::shape::Shape::Sequence($name::record());

            #[allow(unused_variables, reason = "a record may have no field")]
            fn decode(node: &$crate::tree::node::Node, decoder: &mut $crate::tree::record::Decoder<'_>) -> Option<Self> {
                $($( let $inc = <$incty as $crate::tree::record::Described>::decode(node, decoder); )+)?
                $( let $field = $crate::tree::record::field::<$ty>(
                    node,
                    $crate::record!(@name $field $($fname)?),
                    decoder,
                    |decoder, absence| $crate::record!(@absent $ty, (node, decoder, absence, $crate::record!(@name $field $($fname)?)), ($($required)?), ($($default)?)),
                ); )*
                $( let $rest = node.get($crate::tree::shape::Record::REST)
                    .map(|rest| $crate::tree::record::entries::<$restty>(rest, decoder)).unwrap_or_default(); )?
                #[allow(unused_mut, reason = "only a check changes it")]
                let mut record = $name {
                    span: node.span,
                    $($( $inc: $inc?, )+)?
                    $( $field: $field?, )*
                    $( $rest, )?
                    $( $key: $crate::tree::word::Word::default(), )?
                    $($( $beside: Default::default(), )+)?
                };
                $( $check(&mut record, decoder); )?
                Some(record)
            }

            $( fn named(mut self, name: &$crate::tree::word::Word) -> Self {
                self.$key = name.clone();
                self
            } )?

            $( fn unset(span: $crate::span::Span) -> Option<Self> {
                Some($unset(span))
            } )?
        }
    };
    (@title $name:ident) => { stringify!($name) };
    (@title $name:ident $title:literal) => { $title };
    (@option) => { None };
    (@option $value:expr) => { Some($value) };
    (@shape) => { None };
    (@shape $ty:ty) => { Some(&<$ty as $crate::tree::record::Described>::SHAPE) };
    (@name $field:ident) => {{
        const RAW: &str = stringify!($field);
        const BYTES: [u8; RAW.len()] = $crate::tree::record::kebab(RAW);
        const NAME: &str = $crate::tree::record::text(&BYTES);
        NAME
    }};
    (@name $field:ident $name:literal) => { $name };
    (@required $ty:ty, (), ()) => { <$ty as $crate::tree::record::Described>::REQUIRED };
    (@required $ty:ty, (), ($default:expr)) => { false };
    (@required $ty:ty, (required), ()) => { true };
    (@required $ty:ty, (merged), ()) => { false };
    (@absent $ty:ty, ($node:ident, $decoder:ident, $absence:ident, $name:expr), (merged), ()) => { {
        if $absence == $crate::tree::record::Absence::LeftOut {
            $decoder.unset_field($name, $node.span);
        }
        $node.get($name).and_then(<$ty as $crate::tree::record::Described>::unchecked)
    } };
    (@absent $ty:ty, ($($place:tt)*), ($($required:ident)?), ()) => { <$ty as $crate::tree::record::Described>::absent() };
    (@absent $ty:ty, ($node:ident, $($place:tt)*), (), ($default:expr)) => {
        Some($crate::tree::scalar::Standard::<$ty>::at($default, $node.span))
    };
}

/// Describes a closed set of words by an enum: each variant with its word and what it means.
#[macro_export]
macro_rules! words {
    (
        $(#[doc = $doc:literal])+
        pub enum $name:ident { $( $(#[doc = $wdoc:literal])+ $variant:ident = $word:literal ),+ $(,)? }
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $( $(#[doc = $wdoc])+ $variant, )+ }

        impl $name {
            /// The words, with what they mean.
            pub const CHOICES: &'static [$crate::tree::shape::Choice] = &[$( $crate::tree::shape::Choice {
                word: $word,
                doc: $crate::tree::record::sentence(concat!($($wdoc),+)),
            } ),+];

            /// What a word stands for.
            pub fn parse(word: &str) -> Option<Self> {
                <$name as $crate::tree::closed::Closed>::parse(word)
            }

            /// The word.
            pub const fn word(self) -> &'static str {
                match self { $( $name::$variant => $word, )+ }
            }
        }

        impl $crate::tree::closed::Closed for $name {
            const CHOICES: &'static [$crate::tree::shape::Choice] = $name::CHOICES;

            fn parse(word: &str) -> Option<Self> {
                match word { $( $word => Some($name::$variant), )+ _ => None }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.word())
            }
        }

        impl $crate::tree::record::Described for $name {
            const SHAPE: $crate::tree::shape::Shape = $crate::tree::shape::Shape::Choice($name::CHOICES);

            fn decode(node: &$crate::tree::node::Node, _: &mut $crate::tree::record::Decoder<'_>) -> Option<Self> {
                node.as_text().and_then($name::parse)
            }
        }
    };
}

/// Describes fields of which exactly one is given, by an enum: each variant with its field and what that holds.
#[macro_export]
macro_rules! alternatives {
    (
        $(#[doc = $doc:literal])+
        pub enum $name:ident { $( $(#[doc = $fdoc:literal])+ $variant:ident($ty:ty) = $field:literal ),+ $(,)? }
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone)]
        pub enum $name { $( $(#[doc = $fdoc])+ $variant($ty), )+ }

        impl $name {
            /// Its description.
            pub const fn record() -> &'static $crate::tree::shape::Record {
                static RECORD: $crate::tree::shape::Record = $crate::tree::shape::Record {
                    name: stringify!($name),
                    doc: $crate::tree::record::sentence(concat!($($doc),+)),
                    positional: &[],
                    shorthand: None,
                    rest: None,
                    one_of: true,
                    includes: &[],
                    fields: &[$( $crate::tree::shape::Field {
                        name: $field,
                        shape: <$ty as $crate::tree::record::Described>::SHAPE,
                        required: false,
                        doc: $crate::tree::record::sentence(concat!($($fdoc),+)),
                    } ),+],
                };
                &RECORD
            }
        }

        impl $crate::tree::record::Described for $name {
            const SHAPE: $crate::tree::shape::Shape = $crate::tree::shape::Shape::Record($name::record());

            fn decode(node: &$crate::tree::node::Node, decoder: &mut $crate::tree::record::Decoder<'_>) -> Option<Self> {
                $( if node.get($field).is_some_and(|node| node.value != $crate::tree::node::Value::Null) {
                    return $crate::tree::record::field::<$ty>(node, $field, decoder, |_, _| None).map($name::$variant);
                } )+
                None
            }
        }
    };
}

#[cfg(test)]
mod tests;
