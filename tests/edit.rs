//! `fmt`, `set`, `add node`, `convert` and `passwords init` as a person runs them.
#![allow(clippy::disallowed_methods, reason = "the tests make projects of their own")]

use std::collections::BTreeMap;
use std::process::Command;

use crate::review::{Project, spec};

fn read(project: &Project, path: &str) -> String {
    std::fs::read_to_string(project.path().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The output of a site by path, without the comments that say where a value comes from.
fn output(project: &Project, site: &str) -> BTreeMap<String, String> {
    let root = project.path().join("output").join(site);
    let files = walkdir::WalkDir::new(&root).into_iter().map(|entry| entry.expect("readable"));
    let files = files.filter(|entry| entry.file_type().is_file() && entry.file_name() != "SHA256SUMS");
    let text = |path: &std::path::Path| std::fs::read_to_string(path).expect("UTF-8");
    files
        .map(|entry| (entry.path().strip_prefix(&root).expect("below").display().to_string(), text(entry.path())))
        .collect()
}

#[test]
fn fmt_writes_what_differs_and_reports_what_it_cannot_read() {
    let project = Project::new(&[("one", &spec("one", ""))]);
    project.sound(&["fmt"]);
    project.sound(&["fmt", "--check"]);
    let plain = read(&project, "sites/one/site.kdl");
    project.write("sites/one/site.kdl", &format!("// first\n\n\n{}", plain.replace("    ", "  ")));
    let ran = project.run(&["fmt", "--check"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, "sites/one/site.kdl\n"), "{}", ran.said);
    let ran = project.run(&["fmt", "sites/one/site.kdl"]);
    assert_eq!(ran.code, 0, "{}", ran.said);
    assert_eq!(read(&project, "sites/one/site.kdl"), format!("// first\n\n{plain}"));
    project.write("overlays/broken/overlay.kdl", "overlay broken {\n");
    let ran = project.run(&["fmt"]);
    assert_eq!(ran.code, 1);
    assert!(ran.said.contains("TG0101") && ran.said.contains("overlays/broken/overlay.kdl"), "{}", ran.said);
    for wrong in ["absent.kdl", "/etc/hosts"] {
        assert_eq!(project.run(&["fmt", wrong]).code, 2, "{wrong}");
    }
}

#[test]
fn set_changes_one_value_and_nothing_else() {
    let project = Project::new(&[("one", &spec("one", "    // mine\n    service nova { virt-type qemu } // why\n"))]);
    let before = read(&project, "sites/one/site.kdl");
    project.sound(&["set", "service.nova.virt-type", "kvm"]);
    assert_eq!(read(&project, "sites/one/site.kdl"), before.replace("virt-type qemu", "virt-type kvm"));
    project.sound(&["set", "service.keystone.workers", "4", "--site", "one"]);
    project.sound(&["set", "service.keystone.config.\"keystone.conf\".token.expiration", "7200"]);
    project.sound(&["build"]);
    let config = read(&project, "output/one/config/keystone/keystone.conf");
    assert!(config.contains("expiration = 7200"), "{config}");
    let text = read(&project, "sites/one/site.kdl");
    assert!(text.contains("// mine") && text.contains("// why") && text.contains("workers 4"), "{text}");
    let ran = project.run(&["set", "service.keystone.workers", "4"]);
    assert!(ran.code == 0 && ran.said.contains("it is so already"), "{}", ran.said);
    for (arguments, code, told) in [
        (&["service.nova.virt-type", "xen"][..], 1, "nothing written"),
        (&["service.keystone.wrokers", "4"], 1, "did you mean `workers`"),
        (&["region", "null"], 1, "nothing written"),
        (&["regoin", "x"], 2, "did you mean `region`"),
        (&["service.nova", "x"], 2, "has fields"),
        (&["region", "x", "--site", "absent"], 2, "no site"),
    ] {
        let ran = project.run(&[&["set"], arguments].concat());
        assert!(ran.code == code && ran.said.contains(told), "{arguments:?}: {} {}", ran.code, ran.said);
    }
    assert_eq!(read(&project, "sites/one/site.kdl"), text, "what is refused changes nothing");
}

#[test]
fn nodes_are_added_in_both_notations() {
    for flags in [&[][..], &["--yaml"]] {
        let project = Project::new(&[]);
        project.sound(&[&["init", "demo", "--ntp", "192.168.50.1"][..], flags].concat());
        project.sound(&["add", "node", "cmp[1-2]", "management=192.168.50.[21-22]", "--roles", "compute"]);
        project.sound(&["build"]);
        assert!(project.path().join("output/demo/hosts/cmp2").is_dir());
        let ran = project.run(&["add", "node", "cmp9", "management=10.9.9.9", "--roles", "compute"]);
        assert!(ran.code == 1 && ran.said.contains("10.9.9.9") && ran.said.contains("nothing written"), "{}", ran.said);
        let ran = project.run(&["add", "node", "cmp9", "managment=192.168.50.29", "--roles", "compute"]);
        assert!(ran.code == 1 && ran.said.contains("managment"), "{}", ran.said);
    }
}

#[test]
fn every_site_builds_the_same_in_both_notations() {
    for site in ["lab", "minimal", "virtualbox"] {
        let project = Project::new(&[(
            site,
            &crate::support::stock_without_store(site)
                .replace(&format!("site {site} {{\n"), &format!("site {site} {{\n    comments #false\n")),
        )]);
        project.sound(&["build", "--quiet"]);
        let kdl = output(&project, site);
        project.sound(&["convert", site, "--replace"]);
        assert!(!project.path().join(format!("sites/{site}/site.kdl")).exists());
        project.sound(&["build", "--quiet"]);
        assert_eq!(kdl, output(&project, site), "{site} in YAML");
        project.sound(&["convert", site, "--replace"]);
        project.sound(&["fmt", "--check"]);
        project.sound(&["build", "--quiet"]);
        assert_eq!(kdl, output(&project, site), "{site} back in KDL");
        assert!(kdl.len() > 100, "{site} has only {} files", kdl.len());
    }
}

#[test]
fn what_cannot_be_converted_is_told() {
    let project = Project::new(&[("one", &spec("one", "    regoin x\n"))]);
    let ran = project.run(&["convert", "one"]);
    assert!(ran.code == 1 && ran.said.contains("did you mean `region`"), "{}", ran.said);
    assert_eq!(project.run(&["convert", "absent"]).code, 2);
    project.write("sites/one/site.kdl", &spec("one", "    // gone\n"));
    let ran = project.run(&["convert", "one"]);
    assert!(ran.code == 0 && ran.said.contains("1 comment lost") && ran.out.contains("name: one"), "{}", ran.out);
}

#[test]
fn passwords_begin_with_one_word_and_a_key_outside_the_project() {
    let project = Project::new(&[("one", &spec("one", "    passwords \"passwords.sops.yaml\"\n"))]);
    let home = tempfile::tempdir().expect("a folder");
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_taco-gen"));
        command
            .current_dir(project.path())
            .env("HOME", home.path())
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("SOPS_AGE_KEY_FILE");
        let output = command.env("NO_COLOR", "1").args(arguments).output().expect("it starts");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    let (code, listed, said) = run(&["passwords", "list", "one"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(listed.contains("nova-database/password") && listed.contains("missing"), "{listed}");
    assert!(said.contains("0 held") && said.contains("passwords init one"), "{said}");
    let (code, _, said) = run(&["passwords", "init", "one"]);
    assert_eq!(code, Some(0), "{said}");
    let key = home.path().join(".config/sops/age/keys.txt");
    assert!(said.contains(&key.display().to_string()), "{said}");
    let mode = std::os::unix::fs::PermissionsExt::mode(&key.metadata().expect("the key").permissions());
    assert_eq!(mode & 0o777, 0o600);
    let (code, _, said) = run(&["passwords", "generate", "one"]);
    assert_eq!(code, Some(0), "{said}");
    let (_, listed, said) = run(&["passwords", "list", "one"]);
    assert!(!listed.contains("missing") && said.contains(" 0 missing"), "{said}\n{listed}");
    let store = read(&project, "sites/one/passwords.sops.yaml");
    assert!(!listed.contains("AGE-SECRET-KEY") && !store.contains("AGE-SECRET-KEY"));
}
