//! The first hour: a project from an empty folder, a service of its own, and what the program says of itself.
#![allow(clippy::disallowed_methods, reason = "the tests make projects of their own")]

use serde_json::Value;

use crate::review::Project;

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn read(project: &Project, path: &str) -> String {
    std::fs::read_to_string(project.path().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn four_commands_lead_from_an_empty_folder_to_a_published_site() {
    let project = Project::new(&[]);
    let beside = tempfile::tempdir().expect("a folder");
    let bare = beside.path().join("bare.git");
    project.git(&["init", "--quiet", "--bare", &bare.display().to_string()]);
    let url = bare.display().to_string();
    let commands = [&["init", "demo"][..], &["build"], &["check"], &["publish", "--repo", &url]]
        .map(|command| project.run(command));
    for ran in &commands {
        assert_eq!(ran.code, 0, "{}", ran.said);
        assert!(!ran.said.contains("warning") && !ran.said.contains("error"), "{}", ran.said);
    }
    let published =
        std::process::Command::new("git").args(["ls-tree", "--name-only", "main"]).current_dir(&bare).output();
    let published = String::from_utf8(published.expect("git").stdout).expect("UTF-8");
    assert!(published.lines().any(|line| line == "kubernetes"), "{published}");
}

#[test]
fn flags_of_init_are_the_words_of_the_spec_in_both_forms() {
    let project = Project::new(&[]);
    let flags = [
        "--network",
        "10.10.0.0/24",
        "--vip",
        "10.10.0.5",
        "--ntp",
        "10.10.0.1",
        "--node",
        "ctl[1-3]=10.10.0.[11-13],controller,network",
        "--node",
        "cmp[01-02]=10.10.0.[101-102],compute",
        "--release",
        "2025.2",
        "--kubernetes",
        "1.34",
        "--domain",
        "cloud.example.org",
        "--overlay",
        "ovs",
        "--overlay",
        "ceph-external",
        "--set",
        "ceph.monitors=10.10.0.201,10.10.0.202,10.10.0.203",
        "--set",
        "ceph.fsid=2f1c5a5e-54a1-4d43-9f9a-6f3d1f0f7f10",
        "--set",
        "keystone.workers=5",
    ];
    project.sound(&[&["init", "lab"][..], &flags, &["--pipeline", "gitlab"]].concat());
    project.sound(&[&["-C", ".", "init", "twin", "--yaml", "--pipeline", "github"][..], &flags].concat());
    let told = project.run(&["build"]);
    assert_eq!(told.code, 0, "{}", told.said);
    assert!(!told.said.contains("warning"), "{}", told.said);
    for path in ["config/neutron/neutron.conf", "hosts/inventory/hosts.yaml"] {
        let [lab, twin] = ["lab", "twin"].map(|site| read(&project, &format!("output/{site}/{path}")));
        assert_eq!(lab, twin.replace("twin", "lab"), "{path}");
        assert!(lab.contains("ctl3") || lab.contains("10.10.0.5") || lab.contains("[DEFAULT]"), "{lab}");
    }
    assert!(read(&project, "sites/lab/site.kdl").contains("release openstack=\"2025.2\" kubernetes=\"1.34\""));
    for path in
        [".gitignore", ".gitattributes", ".gitlab-ci.yml", ".github/workflows/review.yml", ".vscode/settings.json"]
    {
        assert!(!read(&project, path).is_empty(), "{path}");
    }
    let schema = json(&read(&project, ".vscode/site.schema.json"));
    let spec: Value = serde_yaml::from_str(&read(&project, "sites/twin/site.yaml")).expect("YAML");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let found: Vec<String> = validator.iter_errors(&spec).map(|error| error.to_string()).collect();
    assert_eq!(found, Vec::<String>::new(), "the schema that is written takes the spec that is written");
}

#[test]
fn init_overwrites_nothing_and_writes_nothing_unsound() {
    let project = Project::new(&[]);
    project.write(".gitignore", "mine\n");
    let ran = project.run(&["init", "demo"]);
    assert_eq!(ran.code, 0, "{}", ran.said);
    assert!(ran.said.contains("kept existing .gitignore"), "{}", ran.said);
    assert_eq!(read(&project, ".gitignore"), "mine\n");
    let before = read(&project, "sites/demo/site.kdl");
    for again in [&["init", "demo"][..], &["init", "demo", "--yaml", "--network", "10.0.0.0/24"]] {
        let ran = project.run(again);
        assert_eq!(ran.code, 2, "{}", ran.said);
        assert!(ran.said.contains("`sites/demo/site.kdl` exists already"), "{}", ran.said);
    }
    assert_eq!(read(&project, "sites/demo/site.kdl"), before);
    let unsound = [
        (&["--overlay", "ovss"][..], "did you mean `ovs`"),
        (&["--node", "a=10.9.9.9"], "10.9.9.9"),
        (&["--roles", "controler"], "controler"),
        (&["--release", "2199.1"], "2199.1"),
        (&["--domain", "a\" } x {"], "domain"),
        (&["--overlay", "nfs"], "it depends on the site's NFS server"),
        (&["--set", "nova.virt-tpye=qemu"], "did you mean `virt-type`"),
        // A warning stops it too: several nodes without a time source.
        (&["--node", "a=192.168.50.11", "--node", "b=192.168.50.12,compute"], "time source"),
    ];
    for (flags, expected) in unsound {
        let ran = project.run(&[&["init", "other"][..], flags].concat());
        assert_eq!(ran.code, 1, "{flags:?}: {}", ran.said);
        assert!(ran.said.contains(expected) && ran.said.contains("nothing written"), "{flags:?}: {}", ran.said);
    }
    for name in ["../up", "a/b", "", "Upper"] {
        assert_eq!(project.run(&["init", name]).code, 2, "{name}");
    }
    assert!(!project.path().join("sites/other").exists());
}

#[test]
fn a_new_service_builds_where_a_site_turns_it_on() {
    let project = Project::new(&[("one", &crate::review::spec("one", ""))]);
    project.sound(&["new", "service", "front-desk"]);
    project.sound(&["build", "--quiet"]);
    assert!(!project.path().join("output/one/config/front-desk").exists(), "it is off by default");
    let on = "    service front-desk { enabled #true; workers 3 }\n";
    project.write("sites/one/site.kdl", &crate::review::spec("one", on));
    let ran = project.run(&["build"]);
    assert_eq!(ran.code, 0, "{}", ran.said);
    assert!(!ran.said.contains("warning"), "{}", ran.said);
    let config = read(&project, "output/one/config/front-desk/front-desk.conf");
    assert!(config.contains("workers = 3") && config.contains("bind_port = 8080"), "{config}");
    for taken in ["front-desk", "keystone"] {
        let ran = project.run(&["new", "service", taken]);
        assert_eq!(ran.code, 2, "{}", ran.said);
        assert!(ran.said.contains(&format!("there is a service `{taken}` already")), "{}", ran.said);
    }
}

#[test]
fn the_folder_of_the_project_and_its_specs_are_named_in_any_way() {
    let project = Project::new(&[("one", &crate::review::spec("one", ""))]);
    let elsewhere = tempfile::tempdir().expect("a folder");
    let root = project.path().display().to_string();
    let absolute = format!("{root}/sites/one/site.kdl");
    let run = |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_taco-gen"));
        let output = command.current_dir(elsewhere.path()).args(arguments).output().expect("it starts");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    for arguments in [
        &["-C", &root, "check"][..],
        &["check", "-C", &root, "one"],
        &["-C", &root, "check", "sites/one/site.kdl"],
        &["-C", &root, "check", &absolute],
        &["-C", &format!("{root}/sites/one"), "check", "site.kdl"],
        &["-C", &root, "explain", "keystone.conf:token.expiration", "--site", &absolute],
    ] {
        assert_eq!(run(arguments).0, Some(0), "{arguments:?}: {}", run(arguments).1);
    }
    let (code, said) = run(&["-C", "absent", "check"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("cannot enter `absent`"), "{said}");
}

#[test]
fn services_and_releases_are_listed() {
    let off = "    service heat { enabled #false }\n";
    let project = Project::new(&[("one", &crate::review::spec("one", off))]);
    let stock = json(&project.sound(&["services", "--format", "json"]));
    let of = |list: &Value, name: &str, key: &str| {
        let services = list["services"].as_array().expect("services");
        services.iter().find(|service| service["name"] == name).unwrap_or_else(|| panic!("no {name}"))[key].clone()
    };
    let folders = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/schema/services")).expect("services").count();
    assert_eq!(stock["services"].as_array().map(Vec::len), Some(folders));
    assert_eq!((of(&stock, "heat", "default"), of(&stock, "etcd", "default")), ("on".into(), "off".into()));
    let site = json(&project.sound(&["services", "one", "--format", "json"]));
    assert_eq!((of(&site, "heat", "site"), of(&site, "keystone", "site")), ("off".into(), "on".into()));
    assert!(
        project
            .sound(&["services", "sites/one"])
            .lines()
            .any(|line| line.starts_with("heat ") && line.contains(" off "))
    );
    let page = json(&project.sound(&["services", "nova", "--format", "json"]));
    let settings = page["service"]["settings"].as_array().expect("settings").clone();
    let virt = settings.iter().find(|setting| setting["name"] == "virt-type").expect("the setting");
    assert_eq!((&virt["default"], &virt["choices"][1]), (&"kvm".into(), &"qemu".into()));
    assert!(project.sound(&["services", "nova"]).contains("virt-type"));
    let ran = project.run(&["services", "nvoa"]);
    assert!(ran.code == 2 && ran.said.contains("did you mean `nova`?"), "{}", ran.said);
    let releases = json(&project.sound(&["releases", "--format", "json"]));
    let last = releases["openstack"].as_array().expect("releases").last().expect("one").clone();
    assert_eq!((&last["name"], &last["codename"]), (&"2026.2".into(), &"hibiscus".into()));
    assert_eq!(last["upgrades_from"], serde_json::json!(["2026.1"]));
    assert!(project.sound(&["releases"]).contains("Kubernetes: 1.33, 1.34"));
}

#[test]
fn every_command_is_completed_and_has_a_page() {
    let project = Project::new(&[]);
    let help = project.sound(&["help"]);
    let commands: Vec<&str> = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.strip_prefix("  ").filter(|line| !line.starts_with(' ')))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .collect();
    assert!(commands.len() > 18, "{commands:?}");
    let purposes: Vec<&str> =
        help.lines().skip_while(|line| *line != "By purpose:").skip(1).take_while(|line| !line.is_empty()).collect();
    let named: Vec<&str> =
        purposes.iter().flat_map(|line| line.split([' ', ',']).filter(|word| !word.is_empty()).skip(1)).collect();
    for command in &commands {
        assert_eq!(
            named.iter().filter(|name| *name == command).count(),
            1,
            "{command} stands under one purpose: {named:?}"
        );
    }
    assert_eq!(named.len(), commands.len());
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = project.sound(&["completions", shell]);
        for command in &commands {
            assert!(script.contains(command), "{shell}: {command}");
        }
    }
    project.sound(&["man", "--output", "man"]);
    for command in &commands {
        let page = read(&project, &format!("man/taco-gen-{command}.1"));
        assert!(page.contains(".SH SYNOPSIS") && page.contains(&format!("taco\\-gen\\-{command}")), "{page}");
    }
    assert!(read(&project, "man/taco-gen-passwords-rotate.1").contains("staged"));
    assert!(project.sound(&["man"]).contains("Exit codes"));
    assert!(help.contains("Exit codes") && help.contains("-C, --directory <DIR>"), "{help}");
}

#[test]
fn reports_for_forges_are_documents_over_all_sites() {
    let bad = "    service nova { virt-type qmeu }\n";
    let project = Project::new(&[
        ("a", &crate::review::spec("a", bad)),
        ("b", &crate::review::spec("b", bad)),
        ("c", &crate::review::spec("c", "")),
    ]);
    let ran = project.run(&["check", "--format", "gitlab"]);
    assert_eq!(ran.code, 1);
    let entries = json(&ran.out);
    let paths: Vec<&str> = entries
        .as_array()
        .expect("a list")
        .iter()
        .map(|entry| entry["location"]["path"].as_str().expect("a path"))
        .collect();
    assert_eq!(paths, ["sites/a/site.kdl", "sites/b/site.kdl"]);
    let prints: std::collections::BTreeSet<String> =
        entries.as_array().expect("a list").iter().map(|entry| entry["fingerprint"].to_string()).collect();
    assert_eq!(prints.len(), 2);
    let ran = project.run(&["check", "--format", "junit"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.out.contains("tests=\"2\" failures=\"2\"") && ran.out.trim_end().ends_with("</testsuites>"),
        "{}",
        ran.out
    );
    assert_eq!(json(&project.sound(&["check", "c", "--format", "gitlab"])), serde_json::json!([]));
    assert!(project.sound(&["check", "c", "--format", "junit"]).contains("failures=\"0\""));
}
