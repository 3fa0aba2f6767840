//! Comments of the sources in the output: where they stand, and that nothing but a reviewer reads them.

use taco_gen::Compiled;

use crate::support::{LAB, digests, objects, sound, stock, text};

/// The lab's spec with a part replaced, which must be there.
fn edited(old: &str, new: &str) -> String {
    let spec = stock("lab");
    assert!(spec.contains(old), "{old}");
    spec.replacen(old, new, 1)
}

/// The lab's spec with lines put at the end of the site.
fn with(lines: &str) -> String {
    let spec = stock("lab");
    let end = spec.rfind('}').expect("a block");
    format!("{}{lines}\n}}\n", &spec[..end])
}

fn anywhere(compiled: &Compiled, words: &str) -> Vec<String> {
    let files = compiled.artifacts.iter().flatten().filter(|file| file.printed.text.contains(words));
    files.map(|file| file.path.clone()).collect()
}

#[test]
fn the_service_data_says_why_above_the_line() {
    let probe = "        # Half an hour without the broker: whatever holds it up may end with the process.\n        livenessProbe:\n";
    assert!(text(&LAB, "kubernetes/nova/deployment-nova-conductor.yaml").contains(probe));
    let option = "# Every token must find its key until it can no longer be used: expiration, the window after it, and one rotation.\n";
    let file = text(&LAB, "config/keystone/keystone.conf");
    let (_, after) = file.split_once(option).expect("the comment");
    let line = after.lines().find(|line| !line.starts_with('#')).expect("a line");
    assert!(line.starts_with("max_active_keys = "), "{line}");
    // A comment of several lines stands as it was broken.
    let service = text(&LAB, "kubernetes/mariadb/service-mariadb.yaml");
    assert!(service.starts_with("# One writer:") && service.lines().take(3).all(|line| line.starts_with("# ")));
}

#[test]
fn a_comment_of_the_spec_stands_in_the_copy_and_in_the_object_and_rolls_nothing() {
    let spec = with(
        "    service glance {\n        component api {\n            // Two of three racks\n            //\n            //   have the cores.\n            replicas 2\n        }\n\
         \x20       config \"glance-api.conf\" {\n            DEFAULT {\n                // Rack C is slow.\n                rpc_response_timeout 90\n            }\n        }\n    }",
    );
    let bare: String =
        spec.lines().filter(|line| !line.trim_start().starts_with("//")).flat_map(|line| [line, "\n"]).collect();
    let (compiled, bare) = (sound(&spec), sound(&bare));
    let lines = "  # Two of three racks\n  #\n  #   have the cores.\n  replicas: 2\n";
    assert!(text(&compiled, "kubernetes/glance/deployment-glance-api.yaml").contains(lines));
    assert!(
        text(&compiled, "config/glance/glance-api.conf").contains("# Rack C is slow.\nrpc_response_timeout = 90\n")
    );
    assert_eq!(anywhere(&compiled, "Rack C"), ["config/glance/glance-api.conf"]);
    assert_eq!(digests(&compiled), digests(&bare), "a comment is part of no digest");
    assert_eq!(objects(&compiled), objects(&bare), "a comment is part of no value");
}

#[test]
fn a_site_may_have_no_comments_and_is_the_same_otherwise() {
    let bare = sound(&with("    comments #false"));
    assert_eq!(digests(&bare), digests(&LAB));
    assert_eq!(objects(&bare), objects(&LAB));
    let said = |compiled: &Compiled| {
        let files = compiled.artifacts.iter().flatten();
        let files = files.filter(|file| !file.path.contains("/configmap-"));
        let files = files.filter(|file| ![".py", ".md"].iter().any(|ending| file.path.ends_with(ending)));
        let lines = files.flat_map(|file| file.printed.text.lines().map(|line| line.trim_start().to_owned()));
        lines.filter(|line| line.starts_with("# ") || line.contains(": ") && line.contains("  # 0")).count()
    };
    assert!(said(&LAB) > 100, "{}", said(&LAB));
    assert_eq!(said(&bare), 0);
}

#[test]
fn a_comment_above_a_block_is_not_for_the_words_on_its_first_line() {
    let spec = stock("lab");
    let head = spec.lines().next().expect("a line").trim_start_matches("// ");
    assert!(spec.starts_with("// ") && head.len() > 20, "{head}");
    assert_eq!(anywhere(&LAB, head), Vec::<String>::new(), "the region and the domain are all over the output");
}

#[test]
fn what_reads_as_a_secret_put_out_of_use_is_left_out_with_its_comment() {
    for said in ["admin_password \"hunter2\"", "secret = hunter2", "was rabbit://nova:hunter2@rabbitmq:5672/nova"] {
        let spec = with(&format!(
            "    service glance {{\n        config \"glance-api.conf\" {{\n            DEFAULT {{\n                // Slow racks.\n                // {said}\n                rpc_response_timeout 90\n            }}\n        }}\n    }}"
        ));
        let compiled = sound(&spec);
        assert!(text(&compiled, "config/glance/glance-api.conf").contains("\nrpc_response_timeout = 90\n"));
        assert_eq!(anywhere(&compiled, "hunter2"), Vec::<String>::new(), "{said}");
        assert_eq!(anywhere(&compiled, "Slow racks"), Vec::<String>::new(), "{said}");
    }
}

#[test]
fn a_spec_in_yaml_has_its_comments_too() {
    let spec = "name: test\nnetwork:\n  management: {cidr: 192.0.2.0/24, ntp: [192.0.2.1]}\nnode:\n  one: {management: 192.0.2.11, roles: [controller, network, compute]}\nservice:\n  keystone:\n    config:\n      keystone.conf:\n        token:\n          # Reports run for two hours.\n          expiration: 7300\n";
    let files = [("sites/test/site.yaml".to_owned(), spec.as_bytes().to_vec())];
    let world = taco_gen::world::memory::MemoryWorld::from_iter(files);
    let compiled = taco_gen::compile(&world, &crate::support::LIBRARY, "sites/test");
    assert!(compiled.artifacts.is_some(), "{:#?}", compiled.diagnostics);
    let file = text(&compiled, "config/keystone/keystone.conf");
    assert!(file.contains("# Reports run for two hours.\nexpiration = 7300\n"), "{file}");
}

#[test]
fn a_comment_belongs_to_the_next_line_only() {
    let token = "token { expiration 7200 }";
    let near = sound(&edited(token, "token {\n    // Near.\n    expiration 7200\n}"));
    // The number of keys follows from it, in the file of migrations too.
    let files = ["config/keystone/keystone-db.conf", "config/keystone/keystone.conf"];
    let cron_job = "kubernetes/keystone/cronjob-keystone-fernet-rotate.yaml";
    assert_eq!(anywhere(&near, "# Near."), [files[0], files[1], cron_job]);
    let far = sound(&edited(token, "token {\n    // Far.\n\n    expiration 7200\n}"));
    assert_eq!(anywhere(&far, "Far."), Vec::<String>::new());
}
