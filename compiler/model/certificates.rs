//! The certificates of servers and clients inside the cluster: their names, and who makes them.
//!
//! Invariant: whoever makes a certificate, its names are the same.

use super::Model;
use crate::catalog::service::{Secret, SecretKind, Service};
use crate::kube::secret::SecretObject;

impl<'a> Model<'a> {
    /// The certificates of the services, each with the service that declares it and its name there.
    pub fn certificates(&self) -> impl Iterator<Item = (&'a Service, &'a str, &'a Secret)> + use<'a, '_> {
        self.services.iter().copied().flat_map(move |service| {
            let held = service.secrets.iter().filter(move |(_, secret)| {
                secret.kind == SecretKind::X509 && self.holds(&service.name, &secret.bounds)
            });
            held.map(move |(name, secret)| (service, name.as_str(), secret))
        })
    }

    /// Does an issuer of the cluster make it, with the keys that cert-manager gives?
    pub fn is_issued(&self, object: &SecretObject) -> bool {
        let SecretObject::Declared { service, secret } = object else { return false };
        let declared = || self.service(service).and_then(|service| service.secrets.get(secret.as_str()));
        self.site.certificates.is_some() && declared().is_some_and(|secret| secret.kind == SecretKind::X509)
    }

    /// The host names of Kubernetes Services, short and long; of headless ones also those of the pods, whatever their number. Further
    /// names, and names and addresses of nodes.
    pub fn certificate_names(&self, service: &Service, secret: &Secret) -> Vec<String> {
        let is_headless = |object: &str| {
            let declared = service.components.values().flat_map(|component| &component.services);
            declared.into_iter().any(|(name, declared)| *name == *object && declared.headless)
        };
        let mut names = Vec::new();
        for object in &secret.services {
            let host = self.cluster_host(object);
            let in_namespace = format!("{object}.{}", self.site.namespace.value);
            names.extend([object.to_string(), in_namespace.clone(), format!("{in_namespace}.svc"), host.clone()]);
            if is_headless(object) {
                names.extend([format!("*.{in_namespace}"), format!("*.{in_namespace}.svc"), format!("*.{host}")]);
            }
        }
        names.extend(secret.names.iter().map(|name| name.to_string()));
        let labelled = secret.nodes.iter().filter_map(|label| self.labelled.get(label.as_str())).flatten();
        let nodes = labelled.filter_map(|name| self.site.nodes.iter().find(|node| node.name.value == *name));
        names.extend(nodes.flat_map(|node| [node.name.to_string(), self.address(node)]));
        names
    }
}
