//! Values of service data and specs: literals, references, and texts that references are interpolated into.
//!
//! A reference is written `(function)"arguments"` in KDL, `!function arguments` in YAML; inside `(text)"..{function:arguments}.."`
//! several are interpolated into one text. [`FUNCTIONS`] is the whole set.
//!
//! Invariant: the set of functions and of their arguments is closed; a value that was decoded is never read as text again.

mod env;
mod field;
mod function;
mod parse;
mod records;
mod reference;
mod value;

pub use crate::catalog::qualified::Qualified;
pub use env::{EnvValue, NodeValue};
pub use field::{
    ClientField, EndpointPart, HostField, Interface, NetworkField, PodField, ProviderPart, SiteField, Trusted,
};
pub use function::{FUNCTIONS, Function};
pub use reference::{
    Amount, Each, Filter, Listing, OptionPath, Part, Piece, Quotient, Records, Reference, Selection, Source,
};
pub use value::{Branch, Expr, Kind, Literal, Tree, Values};
