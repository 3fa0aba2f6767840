//! Config files that have values of their node: a file of its own for each node that reads it.
//!
//! Invariant: a file without such values, and one that a single node reads, is that of the site.

use crate::catalog::expr::{Expr, Piece, Reference};
use crate::lower::config::{self, ConfigFile, FileKey};
use crate::lower::lowering::{Lowering, seen_by};
use crate::model::Model;

/// A node and which files it reads.
pub(super) type Reader<'r> = (String, Vec<&'r mut FileKey>);

/// Lowers the files that differ once for each node; `model` is the site's, which learns the node, `readers` are in the order of its nodes.
pub(super) fn files(
    lowering: &mut Lowering<'_, '_>,
    model: &mut Model<'_>,
    readers: &mut [Reader<'_>],
    config: &mut Vec<ConfigFile>,
) {
    let keys: Vec<FileKey> = config.iter().map(ConfigFile::key).filter(|key| differs(model, key)).collect();
    for key in keys {
        let count = readers.iter().filter(|(_, read)| read.iter().any(|own| **own == key)).count();
        for (index, (node, read)) in readers.iter_mut().enumerate() {
            let mut read: Vec<&mut &mut FileKey> = read.iter_mut().filter(|own| ***own == key).collect();
            let Some(service) = model.service(&key.service).filter(|_| !read.is_empty()) else { continue };
            model.node = Some(index);
            let Some(mut file) = seen_by(lowering, model, |inner| config::file(inner, service, &key.name)) else {
                continue;
            };
            if count == 1 {
                config.retain(|known| known.key() != key);
            } else {
                file.group = Some(node.clone());
                read.iter_mut().for_each(|own| own.group.clone_from(&file.group));
            }
            config.push(file);
        }
    }
}

/// Has the file a value of its node?
fn differs(model: &Model<'_>, key: &FileKey) -> bool {
    let reads_host = |value: &Expr| value.references().into_iter().any(is_of_host);
    let variables = model.service(&key.service).and_then(|service| service.files.get(key.name.as_str()));
    let in_text = variables.is_some_and(|file| file.variables.values().any(reads_host));
    let Some(file) = model.options.file(&key.service, &key.name) else { return in_text };
    let options = file.sections.keys().flat_map(|section| file.set(section));
    let mut values = options.filter_map(|(_, option)| option.winner()).flat_map(|layer| layer.value.leaves());
    in_text || values.any(reads_host)
}

fn is_of_host(reference: &Reference) -> bool {
    match reference {
        Reference::Host(_) => true,
        Reference::If(_, pieces) => pieces.iter().filter_map(Piece::reference).any(is_of_host),
        _ => false,
    }
}
