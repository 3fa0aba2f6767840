//! Identities of secrets: no two share a Kubernetes Secret.

use taco_gen::catalog::load::load;
use taco_gen::diag::{Diagnostic, Sink};
use taco_gen::world::memory::MemoryWorld;

use crate::support::stock;

/// The diagnostics about the lab with one more service.
fn with_service(name: &str, data: &str) -> Vec<Diagnostic> {
    let spec = stock("lab").replace("overlays ovn", &format!("service {name}\n    overlays ovn"));
    let files =
        [("sites/test/site.kdl".to_owned(), spec), (format!("schema/services/{name}/service.kdl"), data.to_owned())];
    let world = MemoryWorld::from_iter(files.map(|(path, text)| (path, text.into_bytes())));
    let mut sink = Sink::default();
    let library = load(&world, &mut sink);
    let mut found = sink.into_sorted();
    found.extend(taco_gen::compile(&world, &library, "sites/test").diagnostics);
    found
}

#[test]
fn a_secret_named_like_that_of_another_service_is_an_error() {
    let data = |secret: &str| {
        let job = format!(
            "job read {{ node-selector openstack-control-plane; image client; run check; secret {secret} at=\"/run/s\" }}"
        );
        format!(
            "service nova-metadata {{\n    summary \"x\"\n    image client\n    secret {secret} kind=hex\n    {job}\n}}\n"
        )
    };
    assert_eq!(with_service("nova-metadata", &data("own")), Vec::new());
    let found = with_service("nova-metadata", &data("proxy"));
    let [diagnostic] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(diagnostic.code, "TG0625");
    assert_eq!(
        diagnostic.message,
        "secret `proxy` of service `nova-metadata` makes the Secret `nova-metadata-proxy`, which secret \
         `metadata-proxy` of service `nova` makes too"
    );
    assert_eq!((diagnostic.primary.is_some(), diagnostic.secondary.len()), (true, 1), "both declarations are shown");
}
