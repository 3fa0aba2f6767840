//! The program's own data: every file of `schema/` and `overlays/` as text, the KDL among it already parsed; option
//! tables as indexes; other large tables. All of it is packed (LZ4), since unpacking a megabyte takes less than a millisecond.
//!
//! Invariant: paths are relative and sorted; a KDL file with a mistake never gets in, since the build fails.

use std::sync::LazyLock;

/// Bytes that the build packed.
#[derive(Debug, Clone, Copy)]
struct Blob {
    size: usize,
    packed: &'static [u8],
}

impl Blob {
    /// The bytes, unpacked again each time.
    fn bytes(&self) -> Vec<u8> {
        // The build wrote them, and a test reads all of them: they do not fail.
        lz4_flex::block::decompress(self.packed, self.size).unwrap_or_default()
    }

    fn text(&self) -> String {
        String::from_utf8(self.bytes()).unwrap_or_default()
    }
}

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

/// All texts and all nodes, one behind another.
static UNPACKED: LazyLock<(String, Vec<u8>)> = LazyLock::new(|| (TEXTS.text(), NODES.bytes()));

/// Every file, sorted by path.
pub static FILES: LazyLock<Vec<Embedded>> = LazyLock::new(|| {
    let (texts, nodes) = &*UNPACKED;
    let (mut text, mut node) = (0, 0);
    let file = |&(path, length, nodes_length): &(&'static str, usize, usize)| {
        let own = (text..text + length, node..node + nodes_length);
        (text, node) = (own.0.end, own.1.end);
        let (text, nodes) = (texts.get(own.0).unwrap_or_default(), nodes.get(own.1).unwrap_or_default());
        Embedded { path, text, nodes }
    };
    LENGTHS.iter().map(file).collect()
});

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
    text: Blob,
}

impl Packed {
    /// The table of that path.
    pub fn find(path: &str) -> Option<&'static Packed> {
        let at = TABLES.binary_search_by(|table| table.path.cmp(path)).ok()?;
        TABLES.get(at)
    }

    /// Its text, unpacked again each time.
    pub fn text(&self) -> String {
        self.text.text()
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
    index: Blob,
}

impl Indexed {
    /// The table of that name.
    pub fn find(name: &str) -> Option<&'static Indexed> {
        let at = INDEXES.binary_search_by(|table| table.name.cmp(name)).ok()?;
        INDEXES.get(at)
    }

    /// The index, unpacked again each time.
    pub fn bytes(&self) -> Vec<u8> {
        self.index.bytes()
    }
}

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_what_stands_in_the_sources() {
        assert!(FILES.len() > 100);
        assert!(FILES.is_sorted_by_key(|file| file.path));
        for file in FILES.iter() {
            let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file.path);
            assert_eq!(file.text, std::fs::read_to_string(path).unwrap(), "{}", file.path);
            assert_eq!(file.nodes.is_empty(), !file.path.ends_with(".kdl"), "{}", file.path);
        }
    }

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
