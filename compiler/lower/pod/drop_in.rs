//! Drop-ins of config files: the options with secrets, from the Secret that holds them.
//!
//! Invariant: a container that mounts a file with secret options has all of them, and no container has those of a file that it does not mount.

use crate::kube::item::{Item, Value};
use crate::kube::secret::SecretObject;
use crate::lower::config::{ConfigFile, DROP_IN};
use crate::lower::container::{PodRequirements, SecretUse};
use crate::lower::draft::ItemBuilder;

/// Mounts the drop-in of every file with secret options beside it, or in its place where its reader looks for none.
pub(super) fn drop_ins<'f>(
    init: &mut [Item],
    containers: &mut [Item],
    wants: &mut PodRequirements,
    draft: ItemBuilder,
    file: &dyn Fn(&str, &str) -> Option<&'f ConfigFile>,
) {
    let mut found: Vec<(String, SecretObject, String)> = Vec::new();
    let mut whole: Vec<(String, SecretObject)> = Vec::new();
    for used in &wants.files {
        let Some(config) = file(&used.service, &used.name).filter(|config| !config.secret.is_empty()) else { continue };
        match config.is_whole {
            true => whole.push((used.name.clone(), config.secret_object.clone())),
            false => found.push((used.name.clone(), config.secret_object.clone(), used.drop_in.clone())),
        }
    }
    for container in init.iter_mut().chain(containers) {
        let Some(Item { value: Value::List(mounts), .. }) = container.get_mut("volumeMounts") else {
            continue;
        };
        for (name, object) in &whole {
            let is_of_file = |mount: &&mut Item| mount.get("subPath").and_then(Item::text) == Some(name);
            for mount in mounts.iter_mut().filter(|mount| is_of_file(mount)) {
                mount.set("name", draft.text(wants.secret(object.clone(), SecretUse::USUAL)));
                mount.set("subPath", draft.text(DROP_IN));
            }
        }
        for (name, object, folder) in &found {
            let mounts_file = mounts.iter().any(|mount| mount.get("subPath").and_then(Item::text) == Some(name));
            let there = mounts.iter().any(|mount| mount.get("mountPath").and_then(Item::text) == Some(folder));
            if mounts_file && !there {
                mounts.push(draft.map([
                    ("name", draft.text(wants.secret(object.clone(), SecretUse::USUAL))),
                    ("mountPath", draft.text(folder.clone())),
                    ("readOnly", draft.flag(true)),
                ]));
            }
        }
    }
}
