//! Exposure: how public endpoints are reached from outside, by Gateway API, Ingress, NodePort or LoadBalancer.
//!
//! Invariant: the host and port here are those of the URL in the identity catalog.

use crate::kube::item::Item;
use crate::lower::container::port_name;
use crate::lower::draft::ItemBuilder;
use crate::lower::lowering::Lowering;
use crate::lower::object::{Object, labels, object};
use crate::model::EndpointUse;
use crate::resolve::reference::public_address;
use crate::spec::site::ExposeKind;

/// The delivery unit of what belongs to the whole site.
pub const BASE_UNIT: &str = "base";

/// Objects that expose the site's public endpoints.
pub fn expose(lowering: &mut Lowering<'_, '_>, objects: &mut Vec<Object>) {
    let model = lowering.model;
    let kind = model.site.expose.kind.value;
    let public: Vec<(&str, EndpointUse<'_>)> = model
        .endpoints
        .iter()
        .filter(|(_, known)| known.endpoint.public.is_some())
        .map(|(id, known)| (*id, known.clone()))
        .collect();
    if kind == ExposeKind::Gateway && !public.is_empty() {
        let item = gateway(lowering);
        objects.push(Object::new(BASE_UNIT, item));
    }
    for (id, known) in public {
        let item = match kind {
            ExposeKind::Gateway => Some(route(lowering, id, &known)),
            ExposeKind::Ingress => Some(ingress(lowering, id, &known)),
            ExposeKind::NodePort => {
                known.endpoint.node_port.map(|port| outside_service(lowering, id, &known, ("NodePort", Some(port.0))))
            }
            ExposeKind::LoadBalancer => Some(outside_service(lowering, id, &known, ("LoadBalancer", None))),
            ExposeKind::None => None,
        };
        let unit = known.component.unit.as_ref().map_or_else(|| known.service.unit().to_owned(), ToString::to_string);
        objects.extend(item.map(|item| Object::new(unit, item)));
    }
}

fn gateway(lowering: &mut Lowering<'_, '_>) -> Item {
    let site = lowering.model.site;
    let draft = lowering.draft(site.expose.kind.span);
    let class = match &site.expose.class {
        Some(class) => lowering.draft(class.span).text(class.value.clone()),
        None => draft.text("envoy"),
    };
    let host = draft.text(format!("*.{}", site.domain.value));
    let routes = draft.map([("namespaces", draft.map([("from", draft.text("Same"))]))]);
    let mut listener = draft.map([
        ("name", draft.text("http")),
        ("hostname", host),
        ("port", draft.integer(80)),
        ("protocol", draft.text("HTTP")),
        ("allowedRoutes", routes),
    ]);
    if let Some(tls) = &site.expose.tls {
        let draft = lowering.draft(tls.span);
        listener.set("name", draft.text("https"));
        listener.set("port", draft.integer(443));
        listener.set("protocol", draft.text("HTTPS"));
        let certificate = draft.map([
            ("group", draft.text("")),
            ("kind", draft.text("Secret")),
            ("name", draft.text(tls.value.clone())),
        ]);
        listener.set(
            "tls",
            draft.map([("mode", draft.text("Terminate")), ("certificateRefs", draft.list(vec![certificate]))]),
        );
    }
    let kind = ("gateway.networking.k8s.io/v1", "Gateway");
    let mut item = object(draft, lowering.model, kind, "public", labels(draft, "public", None));
    item.set("spec", draft.map([("gatewayClassName", class), ("listeners", draft.list(vec![listener]))]));
    item
}

fn host(lowering: &Lowering<'_, '_>, draft: ItemBuilder, known: &EndpointUse<'_>) -> Item {
    draft.text(public_address(lowering.model, known).host)
}

fn route(lowering: &mut Lowering<'_, '_>, id: &str, known: &EndpointUse<'_>) -> Item {
    let draft = lowering.draft(known.endpoint.span);
    let kind = ("gateway.networking.k8s.io/v1", "HTTPRoute");
    let mut item = object(
        draft,
        lowering.model,
        kind,
        &format!("{}-{id}", known.service.name),
        labels(draft, &known.service.name, None),
    );
    let gateway = draft.map([
        ("group", draft.text("gateway.networking.k8s.io")),
        ("kind", draft.text("Gateway")),
        ("name", draft.text("public")),
    ]);
    let backend = draft.map([
        ("group", draft.text("")),
        ("kind", draft.text("Service")),
        ("name", draft.text(known.object.clone())),
        ("port", draft.integer(known.port)),
        ("weight", draft.integer(1)),
    ]);
    let path = draft.map([("type", draft.text("PathPrefix")), ("value", draft.text("/"))]);
    let timeout = known.endpoint.timeout.as_ref().map(|timeout| draft.map([("request", draft.text(timeout.clone()))]));
    let rule = draft.some([
        ("matches", Some(draft.list(vec![draft.map([("path", path)])]))),
        ("backendRefs", Some(draft.list(vec![backend]))),
        ("timeouts", timeout),
    ]);
    let spec = draft.map([
        ("parentRefs", draft.list(vec![gateway])),
        ("hostnames", draft.list(vec![host(lowering, draft, known)])),
        ("rules", draft.list(vec![rule])),
    ]);
    item.set("spec", spec);
    item
}

fn ingress(lowering: &mut Lowering<'_, '_>, id: &str, known: &EndpointUse<'_>) -> Item {
    let draft = lowering.draft(known.endpoint.span);
    let expose = &lowering.model.site.expose;
    let kind = ("networking.k8s.io/v1", "Ingress");
    let mut item = object(
        draft,
        lowering.model,
        kind,
        &format!("{}-{id}", known.service.name),
        labels(draft, &known.service.name, None),
    );
    let annotation = |name: &'static str, value: &Option<String>| {
        value.as_ref().map(|value| (name.into(), draft.text(value.clone())))
    };
    let seconds = known.endpoint.timeout.as_ref().map(|timeout| timeout.trim_end_matches('s').to_owned());
    let annotations: Vec<_> = [
        annotation("nginx.ingress.kubernetes.io/proxy-body-size", &known.endpoint.body_size),
        annotation("nginx.ingress.kubernetes.io/proxy-read-timeout", &seconds),
        annotation("nginx.ingress.kubernetes.io/proxy-send-timeout", &seconds),
        // Without a bound on bodies they are passed on as they come: nginx would keep each on its disk first.
        known
            .endpoint
            .body_size
            .as_deref()
            .filter(|size| *size == "0")
            .map(|_| ("nginx.ingress.kubernetes.io/proxy-request-buffering".into(), draft.text("off"))),
    ]
    .into_iter()
    .flatten()
    .collect();
    if let Some(metadata) = item.get_mut("metadata").filter(|_| !annotations.is_empty()) {
        metadata.set("annotations", draft.named(annotations));
    }
    let host = host(lowering, draft, known);
    let port = draft.map([("number", draft.integer(known.port))]);
    let service = draft.map([("name", draft.text(known.object.clone())), ("port", port)]);
    let path = draft.map([
        ("path", draft.text("/")),
        ("pathType", draft.text("Prefix")),
        ("backend", draft.map([("service", service)])),
    ]);
    let rule = draft.map([("host", host.clone()), ("http", draft.map([("paths", draft.list(vec![path]))]))]);
    let tls = expose.tls.as_ref().map(|tls| {
        draft.list(vec![draft.map([("hosts", draft.list(vec![host])), ("secretName", draft.text(tls.value.clone()))])])
    });
    let class = expose.class.as_ref().map(|class| draft.text(class.value.clone()));
    item.set("spec", draft.some([("ingressClassName", class), ("tls", tls), ("rules", Some(draft.list(vec![rule])))]));
    item
}

fn outside_service(
    lowering: &mut Lowering<'_, '_>,
    id: &str,
    known: &EndpointUse<'_>,
    kind: (&'static str, Option<i64>),
) -> Item {
    let draft = lowering.draft(known.endpoint.span);
    let model = lowering.model;
    let name = format!("{}-public", known.object);
    let mut item = object(draft, model, ("v1", "Service"), &name, labels(draft, &known.service.name, None));
    let port = draft.some([
        ("name", Some(draft.text(port_name(id)))),
        ("port", Some(draft.integer(known.port))),
        ("protocol", Some(draft.text("TCP"))),
        ("targetPort", Some(draft.text(port_name(id)))),
        ("nodePort", kind.1.map(|port| draft.integer(port))),
    ]);
    let component = known.service.components.iter().find(|(_, component)| std::ptr::eq(*component, known.component));
    let short = component.map_or("", |(short, _)| short.as_str()).to_owned();
    let selector = draft.map([
        ("app.kubernetes.io/name", draft.text(known.service.name.to_string())),
        ("app.kubernetes.io/component", draft.text(short)),
    ]);
    let class = model
        .site
        .expose
        .class
        .as_ref()
        .filter(|_| kind.0 == "LoadBalancer")
        .map(|class| draft.text(class.value.clone()));
    let spec = draft.some([
        ("type", Some(draft.text(kind.0))),
        ("loadBalancerClass", class),
        ("ports", Some(draft.list(vec![port]))),
        ("selector", Some(selector)),
    ]);
    item.set("spec", spec);
    item
}
