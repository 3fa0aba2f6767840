//! The certificates that a pod trusts: mounted where it connects to a TLS server of the site, or a config file of it names them.
//!
//! Invariant: a pod that connects over TLS finds the trust at one place, whichever of its containers connects.

use crate::catalog::service::Target;
use crate::config::file::{Content, Part};
use crate::kube::item::{Item, Value};
use crate::kube::secret::SecretObject;
use crate::lower::config::ConfigFile;
use crate::lower::container::{PodRequirements, SecretUse};
use crate::lower::lowering::Lowering;
use crate::model::{Model, ProviderUse, Workload};
use crate::resolve::reference::internal_address;

/// The folder of the trust.
const FOLDER: &str = "/run/taco/trust";

/// Mounts the trust in the containers; `file` finds a lowered config file.
pub fn trust<'i, 'f>(
    lowering: &mut Lowering<'_, '_>,
    workload: &Workload<'_>,
    containers: impl Iterator<Item = &'i mut Item>,
    wants: &mut PodRequirements,
    file: &dyn Fn(&str, &str) -> Option<&'f ConfigFile>,
) {
    let containers: Vec<&mut Item> = containers.collect();
    let mut used = wants.files.iter().filter_map(|used| file(&used.service, &used.name));
    let is_argument = || containers.iter().any(|container| has_text(container, FOLDER));
    if !(is_client(lowering.model, workload) || used.any(is_named) || is_argument()) {
        return;
    }
    let draft = lowering.draft(workload.pod.main.span);
    // Certificates are public, and some programs of a pod run as another user.
    let volume = wants.secret(SecretObject::Trust, SecretUse { mode: 0o444, optional: false });
    for container in containers {
        let mount = draft.map([
            ("name", draft.text(volume.clone())),
            ("mountPath", draft.text(FOLDER)),
            ("readOnly", draft.flag(true)),
        ]);
        match container.get_mut("volumeMounts") {
            Some(Item { value: Value::List(mounts), .. }) => mounts.push(mount),
            _ => container.set("volumeMounts", draft.list(vec![mount])),
        }
    }
}

/// Does it talk to a server that speaks TLS?
fn is_client(model: &Model<'_>, workload: &Workload<'_>) -> bool {
    let pod = workload.pod;
    let held = pod.after.iter().filter(|after| model.holds(&workload.owner.name, &after.bounds));
    let waited = held.filter_map(|after| match &after.target {
        Target::Endpoint(name) | Target::Provider(name) => Some(name),
        Target::Job(_) | Target::SameNode(_) | Target::Component(_) => None,
    });
    let mut names = pod.needs.iter().chain(&pod.may_connect_to).chain(waited);
    let of_service = |service: &str| {
        let mut its = model.endpoints.values().filter(|known| *known.service.name == *service);
        its.any(|known| internal_address(model, known).scheme == "https")
    };
    names.any(|name| match model.providers.get(name.as_str()) {
        // Who is reached at its endpoints is asked there.
        Some(known) => known.tls || is_by_endpoint(known) && of_service(&known.service.name),
        None => {
            let known = model.endpoints.get(name.as_str());
            known.is_some_and(|known| internal_address(model, known).scheme == "https")
        }
    })
}

/// Is the capability reached at an endpoint of its service?
fn is_by_endpoint(known: &ProviderUse<'_>) -> bool {
    known.component.serves.iter().any(|id| {
        let endpoint = known.service.endpoints.get(id);
        endpoint.is_some_and(|endpoint| endpoint.port == known.provide.port)
    })
}

/// Does a variable or an argument of a container hold the text?
fn has_text(item: &Item, wanted: &str) -> bool {
    match &item.value {
        Value::List(items) => items.iter().any(|item| has_text(item, wanted)),
        Value::Map(entries) => entries.iter().any(|(_, item)| has_text(item, wanted)),
        _ => item.text().is_some_and(|text| text.contains(wanted)),
    }
}

/// Does a config file name the trust, be it a client's or that of a server that asks its peers for certificates?
fn is_named(file: &ConfigFile) -> bool {
    let public = if let Content::Sections(_, sections) = &file.public { sections.as_slice() } else { &[] };
    let options = public.iter().chain(&file.secret).flat_map(|section| &section.options);
    let mut parts = options.flat_map(|option| &option.values).flat_map(|(line, _)| &line.parts);
    parts.any(|part| matches!(part, Part::Public(text) if text.contains(FOLDER)))
}
