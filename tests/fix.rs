//! `check --fix` as a user runs it: old names in specs and in a project's own service data become today's.
#![allow(clippy::disallowed_methods, reason = "the command runs in a folder of its own")]

use std::path::Path;
use std::process::{Command, Output};

const SPEC: &str = r#"// A comment stays.
site one {
    network management cidr="192.0.2.0/24" { ntp "192.0.2.1" }
    node one management="192.0.2.11" { roles controller network compute }
    lower TG0522 reason="an own build has it" until="2099-12-31"
    service keystone { config "keystone.conf" { token { of_our_own 1 } } }
    service echo
}
"#;

const SERVICE: &str = r#"service echo {
    summary "Says what it hears"
    default off
    image memcached
    component server kind=deployment {
        run echo
        on openstack-control-plane
        grace 5 // seconds
        live { exec "true" }
    }
}
"#;

fn run(root: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_taco-gen"))
        .args(arguments)
        .current_dir(root)
        .env("XDG_CACHE_HOME", root.join("cache"))
        .output()
        .expect("the program runs")
}

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    std::fs::write(path, text).expect("written");
}

#[test]
fn renamed_fields_are_rewritten() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    write(root, "sites/one/site.kdl", SPEC);
    write(root, "schema/services/echo/service.kdl", SERVICE);
    let before = run(root, &["check", "sites/one"]);
    let told = String::from_utf8_lossy(&before.stderr);
    assert_eq!(told.matches("TG0212").count(), 3, "{told}");
    run(root, &["check", "--fix", "sites/one"]);
    let read = |path: &str| std::fs::read_to_string(root.join(path)).expect("there");
    let renames =
        [("on openstack", "node-selector openstack"), ("grace", "termination-grace-period"), ("live", "liveness")];
    let service = renames.iter().fold(SERVICE.to_owned(), |text, (old, new)| text.replace(old, new));
    assert_eq!(read("schema/services/echo/service.kdl"), service);
    // What the service data hid is told now.
    run(root, &["check", "--fix", "sites/one"]);
    assert_eq!(read("sites/one/site.kdl"), SPEC.replace("lower TG", &format!("{} TG", "allow")));
    let after = run(root, &["check", "sites/one"]);
    let told = String::from_utf8_lossy(&after.stderr);
    assert!(after.status.success() && !told.contains("TG0212") && told.contains("TG0522"), "{told}");
}
