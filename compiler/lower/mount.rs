//! What a container mounts: scripts, config files, secrets, volumes.
//!
//! Invariant: every volume that a container mounts is noted for its pod.

use crate::catalog::mount::Mount;
use crate::catalog::service::{Container, Service, Volume};
use crate::diag::Diagnostic;
use crate::kube::item::Item;
use crate::kube::secret::SecretObject;
use crate::lower::draft::ItemBuilder;
use crate::lower::lowering::Lowering;
use crate::lower::place::{FileUse, Place, PodRequirements, SCRIPTS};
use crate::resolve::reference::declared_secret;
use crate::tree::word::Word;

/// The mounts of a container.
pub fn mounts(
    lowering: &mut Lowering<'_, '_>,
    place: &Place<'_, '_>,
    container: &Container,
    draft: ItemBuilder,
    wants: &mut PodRequirements,
) -> Vec<Item> {
    let owner = place.workload.owner;
    let mut mounts = Vec::new();
    if container.script.is_some() || !container.scripts.is_empty() {
        mounts.push(mount(draft, "bin", SCRIPTS, None));
    }
    for (file, declared) in
        container.mounts.iter().filter(|(_, mount)| lowering.model.holds(&owner.name, &mount.bounds))
    {
        file_mount(lowering, owner, (file, declared), (&mut mounts, wants));
    }
    for declared in container.secrets.values().filter(|secret| lowering.model.holds(&owner.name, &secret.bounds)) {
        let draft = lowering.draft(declared.span);
        match declared_secret(lowering.model, owner, &declared.secret) {
            Ok((owner, secret, _)) => {
                let object = SecretObject::declared(owner, secret);
                mounts.push(mount(draft, &object.volume(), &declared.at, None));
                wants.secrets.insert(object, (declared.mode.0, declared.optional));
            }
            Err(message) => lowering.sink.push(Diagnostic::error("TG0507", declared.span, message)),
        }
    }
    for (name, volume) in
        container.volumes.iter().filter(|(_, volume)| lowering.model.holds(&owner.name, &volume.bounds))
    {
        mounts.push(volume_mount(lowering, name, volume));
        if volume.kind.is_some() || !wants.volumes.contains_key(name.as_str()) {
            wants.volumes.insert(name.to_string(), volume.clone());
        }
    }
    mounts
}

fn file_mount(
    lowering: &mut Lowering<'_, '_>,
    owner: &Service,
    mounted: (&Word, &Mount),
    out: (&mut Vec<Item>, &mut PodRequirements),
) {
    let ((file, declared), (mounts, wants)) = (mounted, out);
    let draft = lowering.draft(declared.span);
    if owner.files.get(file).is_none_or(|file| !lowering.model.holds(&owner.name, &file.bounds)) {
        let known = owner.files.keys().map(|name| name.as_str());
        let what = format!("file of service `{}`", owner.name);
        lowering.sink.push(crate::resolve::unknown("TG0504", &what, file, file.span, known));
        return;
    }
    mounts.push(mount(draft, "etc", &declared.at, Some(file)));
    let stem = declared.at.rsplit_once('.').map_or(declared.at.as_str(), |(stem, _)| stem);
    wants.files.push(FileUse {
        service: owner.name.to_string(),
        name: file.to_string(),
        at: declared.at.clone(),
        drop_in: declared.drop_in.clone().unwrap_or_else(|| format!("{stem}.conf.d")),
    });
}

fn mount(draft: ItemBuilder, volume: &str, at: &str, sub_path: Option<&str>) -> Item {
    draft.some([
        ("name", Some(draft.text(volume.to_owned()))),
        ("mountPath", Some(draft.text(at.to_owned()))),
        ("subPath", sub_path.map(|path| draft.text(path.to_owned()))),
        ("readOnly", Some(draft.flag(true))),
    ])
}

fn volume_mount(lowering: &mut Lowering<'_, '_>, name: &str, volume: &Volume) -> Item {
    let draft = lowering.draft(volume.span);
    draft.some([
        ("name", Some(draft.text(name.to_owned()))),
        ("mountPath", Some(draft.text(volume.at.clone()))),
        ("subPath", volume.sub_path.as_ref().map(|path| draft.text(path.clone()))),
        ("mountPropagation", volume.propagation.map(|mode| draft.text(mode.word()))),
        ("readOnly", volume.read_only.then(|| draft.flag(true))),
    ])
}
