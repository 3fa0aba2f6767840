//! The program's own data: every file of `schema/` and `overlays/` as text, the KDL among it already parsed.
//!
//! Invariant: paths are relative and sorted; a KDL file with a mistake never gets in, since the build fails.

/// A file that the program carries.
#[derive(Debug, Clone, Copy)]
pub struct Embedded {
    /// Its path from the root of the sources, for instance `schema/releases.kdl`.
    pub path: &'static str,
    /// Its text.
    pub text: &'static str,
    /// Its nodes for [`super::compact::decode`]; empty where it is no KDL.
    pub nodes: &'static [u8],
}

impl Embedded {
    /// The file of that path.
    pub fn find(path: &str) -> Option<&'static Embedded> {
        let at = FILES.binary_search_by(|file| file.path.cmp(path)).ok()?;
        FILES.get(at)
    }
}

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
