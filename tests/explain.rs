//! What `explain` finds for a bare word.

use taco_gen::catalog::load::DEFAULTS;
use taco_gen::explain::find::{named, near, overlay, overlays};

use crate::support::LIBRARY;

#[test]
fn a_bare_word_is_found_where_it_has_a_meaning() {
    let library = &*LIBRARY;
    let page = overlay(library, "tls-internal").expect("an overlay");
    assert!(page.contains("brings tls-apis") && page.contains("overlay tls-internal {"), "{page}");
    assert!(overlay(library, DEFAULTS).is_none() && overlay(library, "no-such").is_none());
    assert!(overlays(library).contains("overlay ovs: "));
    let found = named(library, "virt_type");
    assert!(found.iter().any(|(name, _)| name == "nova.conf:libvirt.virt_type"), "{found:?}");
    let found = named(library, "virt-type");
    assert!(matches!(found.as_slice(), [(name, is)] if name == "nova.virt-type" && is.contains("qemu")), "{found:?}");
    assert_eq!(named(library, "no_such_option"), Vec::new());
    for (word, expected) in [("keystne", "keystone"), ("nova.virt-tpye", "nova.virt-type"), ("netwrok", "network")] {
        assert_eq!(near(library, word).as_deref(), Some(expected));
    }
    assert_eq!(near(library, "zzzzzzzz"), None);
}
