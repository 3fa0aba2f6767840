//! Services and components that a site turned off, and what others of it need of them.
//!
//! Invariant: one service that is off is one finding, at the word that turns it off, whatever needs it.

use crate::diag::Diagnostic;
use crate::model::Model;

/// The finding about something that is not there because the site turned its provider off: a service, a capability, an endpoint.
pub fn turned_off(model: &Model<'_>, name: &str) -> Option<Diagnostic> {
    if let Some(diagnostic) = component_off(model, name) {
        return Some(diagnostic);
    }
    let word = name.split('/').next().unwrap_or(name);
    let provides = |service: &&crate::catalog::service::Service| {
        *service.name == *word || service.provides.contains_key(name) || service.endpoints.contains_key(name)
    };
    let service = model.catalog.services.values().find(provides).filter(|service| !model.is_on(&service.name))?;
    let enabled = model.site.services.get(service.name.as_str())?.enabled.as_ref()?;
    let is_its = |need: &str| service.provides.contains_key(need) || service.endpoints.contains_key(need);
    let needing: Vec<String> = model
        .services
        .iter()
        .filter(|other| {
            let pods = other.components.values().map(|component| &component.pod);
            let mut pods = pods.chain(other.jobs.values().map(|job| &job.pod));
            other.requires.iter().any(|needed| *needed == *service.name)
                || pods.any(|pod| pod.needs.iter().any(|need| is_its(need)))
        })
        .map(|other| format!("`{}`", other.name))
        .collect();
    let needing = if needing.is_empty() { "others of the site".to_owned() } else { needing.join(", ") };
    let message = format!("service `{}` is off, and needed by {needing}", service.name);
    Some(Diagnostic::error("TG0506", enabled.span, message).hint("turn it on, or turn off those that need it"))
}

/// The same about a component that the site turned off: it is named, or serves the endpoint or the capability.
fn component_off(model: &Model<'_>, name: &str) -> Option<Diagnostic> {
    model.services.iter().find_map(|service| {
        let behind = service.components.iter().filter(|(id, component)| {
            let provides = |provide: &crate::catalog::service::Provide| {
                let fronts = |front: &crate::catalog::service::Front| front.component.as_str() == id.as_str();
                provide.component.as_str() == id.as_str() || provide.front.as_ref().is_some_and(fronts)
            };
            component.serves.iter().any(|served| served.as_str() == name)
                || service.provides.get(name).is_some_and(provides)
                || name == format!("{}/{id}", service.name)
        });
        let spec = model.site.services.get(service.name.as_str())?;
        let mut said = behind.filter_map(|(id, _)| Some((id, spec.components.get(id)?.enabled.as_ref()?)));
        let (id, said) = said.find(|(_, said)| !said.value)?;
        let message = format!("component `{}/{id}` is off, and `{name}` is needed by others of the site", service.name);
        let hint = "leave it on, or turn off those that need it";
        Some(Diagnostic::error("TG0506", said.span, message).hint(hint))
    })
}
