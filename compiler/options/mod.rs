//! Option tables: what each program reads, release by release, as its own packages declare it.
//!
//! The tables are texts under `schema/options/`, one a program, carried compressed and read only when a file is checked
//! against them; a project may bring tables of its own.
//!
//! Invariant: a table says what packages say; rules that they do not hold stand in the service data.

pub mod scope;
pub mod table;
pub mod value;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::options::table::Table;
use crate::tree::embedded::{Packed, TABLES};

/// Where a table is and, once it was asked for, what it holds.
#[derive(Debug)]
struct Shelf {
    source: Source,
    table: OnceLock<Result<Table, String>>,
}

#[derive(Debug)]
enum Source {
    Carried(&'static Packed),
    Project(String),
}

/// All tables that there are, by name.
#[derive(Debug, Default)]
pub struct Tables {
    shelves: BTreeMap<String, Shelf>,
}

/// The table of a path such as `schema/options/nova.json`.
pub fn name(path: &str) -> Option<&str> {
    let name = path.strip_prefix("schema/options/")?.strip_suffix(".json")?;
    (!name.contains('/') && name != "versions").then_some(name)
}

impl Tables {
    /// The tables that the program carries.
    pub fn carried() -> Self {
        let shelf = |packed: &'static Packed| {
            let shelf = Shelf { source: Source::Carried(packed), table: OnceLock::new() };
            Some((name(packed.path)?.to_owned(), shelf))
        };
        Tables { shelves: TABLES.iter().filter_map(shelf).collect() }
    }

    /// Puts a project's own table in place of a carried one, or beside them.
    pub fn bring(&mut self, name: &str, text: String) {
        self.shelves.insert(name.to_owned(), Shelf { source: Source::Project(text), table: OnceLock::new() });
    }

    /// The names of the tables.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.shelves.keys().map(String::as_str)
    }

    /// A table; none where there is none of that name, an error where its text is broken.
    pub fn table(&self, name: &str) -> Option<Result<&Table, &str>> {
        let shelf = self.shelves.get(name)?;
        let read = || match &shelf.source {
            Source::Carried(packed) => table::parse(&packed.text()),
            Source::Project(text) if is_carried(name, text) => table::parse(text),
            Source::Project(text) => table::parse_whole(text),
        };
        Some(shelf.table.get_or_init(read).as_ref().map_err(String::as_str))
    }
}

/// Is it the text of the table that the program carries, which needs no second look?
fn is_carried(name: &str, text: &str) -> bool {
    let packed = Packed::find(&format!("schema/options/{name}.json"));
    packed.is_some_and(|packed| packed.size == text.len() && packed.text() == text)
}
