//! Where an output value comes from.
//!
//! Invariant: ids are indices into one table per compilation; equality and digests of values never look at them.

use crate::span::Span;

/// An index into an [`OriginTable`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OriginId(pub u32);

impl OriginId {
    /// The origin of what the compiler itself fixes.
    pub const BUILTIN: OriginId = OriginId(0);
}

/// Why a value is what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Fixed by the compiler.
    Builtin,
    /// Written there, in the spec, an overlay or the service data.
    Written(Span),
    /// Made by a pass from other values.
    Derived {
        /// The pass, for instance `database`.
        pass: &'static str,
        /// What it was made from.
        from: Box<[OriginId]>,
    },
    /// Won over a lower layer.
    Merged {
        /// The value that counts.
        winner: OriginId,
        /// What it shadows.
        shadowed: OriginId,
    },
}

/// All origins of one compilation.
#[derive(Debug)]
pub struct OriginTable {
    entries: Vec<Origin>,
}

impl Default for OriginTable {
    fn default() -> Self {
        OriginTable { entries: vec![Origin::Builtin] }
    }
}

impl OriginTable {
    /// Enters an origin.
    pub fn add(&mut self, origin: Origin) -> OriginId {
        let id = OriginId(u32::try_from(self.entries.len()).unwrap_or(0));
        self.entries.push(origin);
        id
    }

    /// Enters a written place.
    pub fn written(&mut self, span: Span) -> OriginId {
        self.add(Origin::Written(span))
    }

    /// Enters a derivation.
    pub fn derived(&mut self, pass: &'static str, from: &[OriginId]) -> OriginId {
        self.add(Origin::Derived { pass, from: from.into() })
    }

    /// The origin with that id.
    pub fn get(&self, id: OriginId) -> &Origin {
        self.entries.get(id.0 as usize).unwrap_or(&Origin::Builtin)
    }
}
