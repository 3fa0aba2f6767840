//! Certificates of servers and clients inside the cluster, where an issuer of the cluster makes them.
//!
//! Invariant: the Secret has the name and the certificate the names that it would have from the site's own authority.

use std::net::IpAddr;

use crate::kube::item::Item;
use crate::kube::secret::SecretObject;
use crate::lower::draft::ItemBuilder;
use crate::lower::lowering::Lowering;
use crate::lower::mark::Marks;
use crate::lower::object::{Object, labels, object};
use crate::spec::site::Certificates;

/// What cert-manager makes the Secrets from (https://cert-manager.io/docs/usage/certificate/).
pub(super) fn certificates(lowering: &mut Lowering<'_, '_>, objects: &mut Vec<Object>) {
    let model = lowering.model;
    let Some(said) = &model.site.certificates else { return };
    for (service, name, secret) in model.certificates() {
        let draft = lowering.draft(said.issuer.span);
        let names = model.certificate_names(service, secret);
        let secret = SecretObject::declared(&service.name, name).name();
        let kind = ("cert-manager.io/v1", "Certificate");
        let mut item = object(draft, model, kind, &secret, labels(draft, &service.name, None));
        item.set("spec", spec(draft, said, &secret, names));
        // Whether it is ready is for the controller of the cluster to say.
        let marks = Marks { ready_in_its_own_time: Some(item.origin), ..Marks::default() };
        objects.push(Object { marks, ..Object::new(service.unit(), item) });
    }
}

fn spec(draft: ItemBuilder, said: &Certificates, secret: &str, names: Vec<String>) -> Item {
    let (addresses, hosts): (Vec<String>, Vec<String>) =
        names.into_iter().partition(|name| name.parse::<IpAddr>().is_ok());
    let reference = draft.map([
        ("group", draft.text("cert-manager.io")),
        ("kind", draft.text(said.issuer_kind.word())),
        ("name", draft.text(said.issuer.value.clone())),
    ]);
    // As the site's own authority makes them: keys of P-256, a new one with each certificate.
    let key = draft.map([
        ("algorithm", draft.text("ECDSA")),
        ("encoding", draft.text("PKCS8")),
        ("rotationPolicy", draft.text("Always")),
        ("size", draft.integer(256)),
    ]);
    let format = draft.map([("type", draft.text("CombinedPEM"))]);
    draft.some([
        ("secretName", Some(draft.text(secret.to_owned()))),
        ("issuerRef", Some(reference)),
        ("dnsNames", Some(draft.texts(hosts))),
        ("ipAddresses", draft.list_or_none(addresses.into_iter().map(|address| draft.text(address)).collect())),
        ("privateKey", Some(key)),
        // QEMU refuses certificates of servers without key encipherment.
        ("usages", Some(draft.texts(["digital signature", "key encipherment", "server auth", "client auth"]))),
        ("additionalOutputFormats", Some(draft.list(vec![format]))),
    ])
}
