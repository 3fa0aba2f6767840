//! Text to trees: KDL and YAML meet here and nowhere later.
//!
//! Invariant: reading gives a tree and its errors, never only errors; no input makes it crash, hang or use unbounded memory.

pub mod check;
pub mod closed;
pub mod compact;
pub mod describe;
pub mod described;
pub mod document;
pub mod embedded;
pub mod format;
pub mod kdl;
pub mod label;
mod macros;
pub mod node;
pub mod normalise;
pub mod raw;
pub mod read;
pub mod record;
pub mod renamed;
pub mod scalar;
pub mod scalars;
pub mod schema;
pub mod shape;
pub mod spanned;
pub mod word;
pub mod yaml;
