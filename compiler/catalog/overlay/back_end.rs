//! What a spec says of a back end of a service.
//!
//! Invariant: settings are held as they were written; the kind says which there are.

use crate::catalog::expr::{Tree, Values};
use crate::record;
use crate::tree::word::Word;

record! {
    /// A back end under a name of the site's, beside those of the service's own settings: `back-end fast kind=rbd { pool fast }`. `taco-gen explain SERVICE` lists the kinds and their settings.
    pub struct BackEndSpec as "BackEndSettings", rest(settings: Values), key(name) {
        /// Its kind, one of the service's.
        kind: Word,
        /// The name that it had before: its section, its objects, secrets and whatever a service stores of it keep that one.
        moved_from: Option<Word>,
        /// Options of its section by name; null removes one.
        config: Option<Tree>,
    }
}
