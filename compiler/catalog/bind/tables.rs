//! Which option tables a file is checked against.
//!
//! Invariant: the answer follows from service data and the names of tables; no option is looked at.

use crate::catalog::file::{File, Format, TableName};
use crate::catalog::service::Service;
use crate::options::Tables;
use crate::tree::word::Word;

/// The tables of a file: those it declares; of an oslo file without any, the service's own, and of that the parts for the files
/// that its programs read together with it, where there are such parts: a program reads all its files as one.
pub fn tables_of(tables: &Tables, service: &Service, name: &str, declared: &File) -> Vec<TableName> {
    if !declared.tables.is_empty() || declared.format != Format::Oslo {
        return declared.tables.clone();
    }
    let own = |file: Option<Word>| TableName { table: service.name.0.clone(), file };
    let Some(Ok(table)) = tables.table(&service.name) else { return vec![own(None)] };
    let part = |name: &str| {
        let found = service.file_chain(name).find(|(file, _)| table.has_file(file));
        found.map(|(file, _)| own(Some(Word::new(file.as_str(), declared.span))))
    };
    let Some(first) = part(name) else { return vec![own(None)] };
    let mut found = vec![first];
    let jobs = service.jobs.values().map(|job| &job.pod);
    let pods = service.components.values().map(|component| &component.pod).chain(jobs);
    let readers = pods.flat_map(|pod| pod.containers()).filter(|container| {
        container.mounts.keys().any(|mounted| service.file_chain(mounted).any(|(file, _)| file.as_str() == name))
    });
    for mounted in readers.flat_map(|container| container.mounts.keys()) {
        let other = service.files.get(mounted).filter(|file| file.tables.is_empty() && file.format == Format::Oslo);
        found.extend(
            other.and_then(|_| part(mounted)).filter(|part| !found.contains(part)).into_iter().collect::<Vec<_>>(),
        );
    }
    found
}
