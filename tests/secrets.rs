//! Identities of secrets: no two share a Kubernetes Secret.

use taco_gen::catalog::load::load;
use taco_gen::diag::{Diagnostic, Sink};
use taco_gen::world::memory::MemoryWorld;

use crate::support::stock;

/// The findings about the lab with one more service.
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
    let data =
        |secret: &str| format!("service nova-metadata {{\n    summary \"x\"\n    secret {secret} kind=hex\n}}\n");
    assert_eq!(with_service("nova-metadata", &data("own")), Vec::new());
    let found = with_service("nova-metadata", &data("proxy"));
    let [finding] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(finding.code, "TG0704");
    assert_eq!(
        finding.message,
        "the Secret `nova-metadata-proxy` would be that of secret `proxy` of service `nova-metadata` and of secret \
         `metadata-proxy` of service `nova`"
    );
    assert_eq!((finding.primary.is_some(), finding.secondary.len()), (true, 1), "both declarations are shown");
}
