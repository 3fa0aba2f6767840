//! Config files that have values of their node: a file of its own for each node that reads it.
//!
//! Invariant: a file without such values, and one that a single node reads, is that of the site.

use crate::catalog::expr::{Expr, Piece, Reference};
use crate::lower::config::{self, ConfigFile, FileKey};
use crate::lower::lowering::{Lowering, seen_by};
use crate::lower::machine::Machine;
use crate::model::Model;

/// Lowers the files that differ once for each node; `model` is the site's, which learns the node.
pub(super) fn files(
    lowering: &mut Lowering<'_, '_>,
    model: &mut Model<'_>,
    machines: &mut [Machine],
    config: &mut Vec<ConfigFile>,
) {
    let keys: Vec<FileKey> = config.iter().map(ConfigFile::key).filter(|key| differs(model, key)).collect();
    for key in keys {
        let reads = |machine: &Machine| machine.runs.iter().any(|run| run.files.iter().any(|(_, _, own)| *own == key));
        let readers: Vec<usize> = (0..machines.len()).filter(|index| machines.get(*index).is_some_and(reads)).collect();
        for index in &readers {
            model.node = Some(*index);
            let Some(service) = model.service(&key.service) else { continue };
            let Some(mut file) = seen_by(lowering, model, |inner| config::file(inner, service, &key.name)) else {
                continue;
            };
            if readers.len() == 1 {
                config.retain(|known| known.key() != key);
                config.push(file);
                continue;
            }
            let Some(machine) = machines.get_mut(*index) else { continue };
            file.group = Some(machine.node.clone());
            for (_, _, own) in machine.runs.iter_mut().flat_map(|run| &mut run.files).filter(|(_, _, own)| *own == key)
            {
                own.group.clone_from(&file.group);
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
