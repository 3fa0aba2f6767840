//! Option tables: what each program reads, release by release, as its own packages declare it.
//!
//! The tables are texts under `schema/options/`, one a program. The program carries an index of each, made when it is built
//! and searched in place; a table that a project brings becomes an index of the same kind when a file is checked against it.
//!
//! Invariant: a table says what packages say; rules that they do not hold stand in the service data.

mod bytes;
pub mod index;
pub mod record;
pub mod scope;
pub mod source;
pub mod table;
pub mod value;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use sha2::{Digest as _, Sha256};

use crate::options::table::Table;
use crate::tree::embedded::{INDEXES, Indexed};

/// Where a table is and, once it was asked for, what it holds.
#[derive(Debug)]
struct TableSlot {
    source: Source,
    table: OnceLock<Result<Table, String>>,
}

#[derive(Debug)]
enum Source {
    Carried(&'static Indexed),
    Project(String),
}

/// All tables that there are, by name.
#[derive(Debug, Default)]
pub struct Tables {
    shelves: BTreeMap<String, TableSlot>,
}

/// The table of a path such as `schema/options/nova.json`.
pub fn name(path: &str) -> Option<&str> {
    let name = path.strip_prefix("schema/options/")?.strip_suffix(".json")?;
    (!name.contains('/') && name != "versions").then_some(name)
}

impl Tables {
    /// The tables that the program carries.
    pub fn carried() -> Self {
        let shelf = |indexed: &'static Indexed| {
            let shelf = TableSlot { source: Source::Carried(indexed), table: OnceLock::new() };
            (indexed.name.to_owned(), shelf)
        };
        Tables { shelves: INDEXES.iter().map(shelf).collect() }
    }

    /// Puts a project's own table in place of a carried one, or beside them.
    pub fn bring(&mut self, name: &str, text: String) {
        // The program's own sources hold the tables that it carries.
        if Indexed::find(name).is_some_and(|indexed| is_text_of(indexed, &text)) {
            return;
        }
        self.shelves.insert(name.to_owned(), TableSlot { source: Source::Project(text), table: OnceLock::new() });
    }

    /// The names of the tables.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.shelves.keys().map(String::as_str)
    }

    /// A table; none where there is none of that name, an error where its text is broken.
    pub fn table(&self, name: &str) -> Option<Result<&Table, &str>> {
        let shelf = self.shelves.get(name)?;
        let read = || match &shelf.source {
            Source::Carried(indexed) => Ok(Table::carried(indexed.bytes())),
            Source::Project(text) => Table::parse(text),
        };
        Some(shelf.table.get_or_init(read).as_ref().map_err(String::as_str))
    }
}

/// Is it the text that the index was made of?
fn is_text_of(indexed: &Indexed, text: &str) -> bool {
    indexed.size == text.len() && Sha256::digest(text).as_slice() == indexed.sum
}
