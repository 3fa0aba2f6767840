//! Secrets that fields of resources name, mounted in the Jobs that make these resources.
//!
//! Invariant: a Job reads the secrets of its own service's resources and no others.

use crate::catalog::bounds::Bounds;
use crate::catalog::expr::{Branch, Qualified, Tree};
use crate::catalog::mount::SecretMount;
use crate::catalog::resource::{FieldType, secret_folder};
use crate::catalog::service::Service;
use crate::spec::site::{ResourceSpec, Resources, Site};
use crate::tree::word::{Mode, Word};

/// Mounts them in the Jobs of a service.
pub(super) fn secrets(service: &mut Service, site: &Site, resources: &Resources) {
    let is_known = |name: &Word| site.secrets.contains_key(name.as_str());
    let named: Vec<Word> = named(service, resources).into_iter().filter(is_known).collect();
    let making: Vec<Word> =
        service.jobs.iter().filter(|(_, job)| service.makes_resources(job)).map(|(name, _)| name.clone()).collect();
    for job in making {
        let Some(job) = service.jobs.get_mut(&job) else { continue };
        for name in &named {
            let mount = SecretMount {
                span: name.span,
                bounds: Bounds::none(name.span),
                at: secret_folder(name),
                mode: Mode(0o440),
                optional: false,
                secret: Qualified::of(name.clone()),
            };
            job.pod.main.secrets.entry(name.clone()).or_insert(mount);
        }
    }
}

/// The secrets that resources of the service name.
fn named(service: &Service, resources: &Resources) -> Vec<Word> {
    let mut found = Vec::new();
    for (word, kind) in &service.resources {
        let fields = kind.fields.iter().filter(|(_, field)| field.kind == FieldType::Secret);
        let fields: Vec<&Word> = fields.map(|(name, _)| name).collect();
        let specs = resources.kinds.get(word.as_str()).into_iter().flat_map(|entries| entries.values());
        let of =
            |spec: &ResourceSpec| fields.iter().filter_map(|name| secret(spec.fields.get(name.as_str())?)).collect();
        found.extend(specs.flat_map(|spec| -> Vec<Word> { of(spec) }));
    }
    found
}

fn secret(tree: &Tree) -> Option<Word> {
    let Branch::One(value) = &tree.branch else { return None };
    Some(Word::new(value.literal()?, value.span))
}
