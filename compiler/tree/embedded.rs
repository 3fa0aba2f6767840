//! The program's own data: every file of `schema/` and `overlays/` as text, the KDL among it already parsed; option
//! tables as indexes, other large tables packed (LZ4).
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

/// A table that the program carries, packed.
#[derive(Debug, Clone, Copy)]
pub struct Packed {
    /// Its path from the root of the sources, for instance `schema/kubernetes/types.json`.
    pub path: &'static str,
    /// The bytes of its text.
    pub size: usize,
    packed: &'static [u8],
}

impl Packed {
    /// The table of that path.
    pub fn find(path: &str) -> Option<&'static Packed> {
        let at = TABLES.binary_search_by(|table| table.path.cmp(path)).ok()?;
        TABLES.get(at)
    }

    /// Its text, unpacked again each time.
    pub fn text(&self) -> String {
        // The build wrote these bytes, and a test reads all of them: they do not fail.
        let bytes = lz4_flex::block::decompress(self.packed, self.size).unwrap_or_default();
        String::from_utf8(bytes).unwrap_or_default()
    }
}

/// An option table that the program carries as an index.
#[derive(Debug, Clone, Copy)]
pub struct Indexed {
    /// The table's name, for instance `nova`.
    pub name: &'static str,
    /// The bytes of the text that it was made of.
    pub size: usize,
    /// The SHA-256 of that text.
    pub sum: [u8; 32],
    /// The index.
    pub bytes: &'static [u8],
}

impl Indexed {
    /// The table of that name.
    pub fn find(name: &str) -> Option<&'static Indexed> {
        let at = INDEXES.binary_search_by(|table| table.name.cmp(name)).ok()?;
        INDEXES.get(at)
    }
}

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_unpack_to_what_stands_in_the_sources() {
        assert!(!TABLES.is_empty());
        for table in TABLES {
            let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(table.path);
            assert_eq!(table.text(), std::fs::read_to_string(path).unwrap(), "{}", table.path);
            assert_eq!(table.text().len(), table.size);
            assert!(Packed::find(table.path).is_some() && Embedded::find(table.path).is_none());
        }
    }
}
