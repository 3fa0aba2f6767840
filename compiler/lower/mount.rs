//! What a container mounts: scripts, config files, secrets, volumes.
//!
//! Invariant: every volume that a container mounts is noted for its pod.

use crate::catalog::file::is_pattern;
use crate::catalog::mount::{Mount, SecretMount};
use crate::catalog::service::{Container, Service, Volume};
use crate::diag::Diagnostic;
use crate::kube::item::Item;
use crate::kube::secret::SecretObject;
use crate::lower::draft::ItemBuilder;
use crate::lower::lowering::Lowering;
use crate::lower::place::{FileUse, Place, PodRequirements, SCRIPTS, SecretUse};
use crate::resolve::reference::declared_secret;
use crate::span::Span;
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
    for (file, declared) in container
        .mounts
        .iter()
        .filter(|(name, mount)| !is_pattern(name) && lowering.model.holds(&owner.name, &mount.bounds))
    {
        file_mount(lowering, owner, (file, declared), (&mut mounts, wants));
    }
    for declared in container.secrets.values().filter(|secret| lowering.model.holds(&owner.name, &secret.bounds)) {
        let draft = lowering.draft(declared.span);
        let used = SecretUse { mode: declared.mode.0, optional: declared.optional };
        if let Some((object, place)) = of_site(lowering, owner, declared) {
            let draft = ItemBuilder(lowering.derived("reference", &[declared.span, place]));
            mounts.push(mount(draft, &wants.secret(object, used), &declared.at, None));
            continue;
        }
        match declared_secret(lowering.model, owner, &declared.secret) {
            Ok((owner, secret, _)) => {
                let object = SecretObject::declared(owner, secret);
                mounts.push(mount(draft, &wants.secret(object, used), &declared.at, None));
            }
            Err(message) => {
                let span = declared.secret.name.span;
                lowering.sink.push(Diagnostic::error("TG0507", span, message).unless_told());
            }
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

/// The secret of the site that is mounted: where the service has none of that name.
fn of_site(lowering: &Lowering<'_, '_>, owner: &Service, declared: &SecretMount) -> Option<(SecretObject, Span)> {
    let name = declared.secret.name.as_str();
    let is_of_site = declared.secret.service.is_none() && !owner.secrets.contains_key(name);
    let secret = lowering.model.site.secrets.get(name).filter(|_| is_of_site)?;
    Some((SecretObject::OfSite { secret: secret.name.value.clone() }, secret.name.span))
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
        lowering.sink.push(crate::resolve::unknown("TG0504", &what, file, file.span, known).unless_told());
        return;
    }
    mounts.push(mount(draft, "etc", &declared.at, Some(file)));
    wants.files.push(FileUse {
        service: owner.name.to_string(),
        name: file.to_string(),
        at: declared.at.clone(),
        drop_in: declared.drop_in_folder(),
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
