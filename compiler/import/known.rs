//! What a tool's table knows of its rendered files: which of the site's they stand for, and why their options differ.
//!
//! Invariant: a reason covers no secret that differs, unless it says that it does.

use crate::record;

record! {
    /// What a rendered file of the tool, by its name, is compared with.
    pub struct Counterpart, positional("file"), shorthand("file") {
        /// The name of the site's file.
        file: Option<String>,
        /// Why the site has none.
        reason: Option<String>,
    }
}

record! {
    /// Why an option of the tool's rendered files differs from the site's: `SECTION > OPTION`, or `FILE > SECTION > OPTION` or `PROGRAM/FILE > SECTION > OPTION`; `*` matches a part.
    pub struct Known {
        /// The reason.
        reason: String,
        /// Only where the site's value is like this; secrets are written `<OBJECT/KEY>`.
        ours: Option<String>,
        /// Whether it is a secret that differs.
        secret: bool,
        /// Only where one of the two does not say it.
        alone: bool,
    }
}
