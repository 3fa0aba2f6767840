//! The forms in which a record, a closed set of words and alternatives are described.
//!
//! Invariant: what a form makes is all that is known of the record: shape, decoder, defaults and documentation come from one text.

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
