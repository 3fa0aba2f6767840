//! Layers of a site alone: which overlays it has, and what wins where they meet.

use taco_gen::catalog::load::load;
use taco_gen::diag::Sink;
use taco_gen::layer::{Resolved, merge, stack};
use taco_gen::tree::node::{Node, Value};
use taco_gen::world::Sources;
use taco_gen::world::memory::MemoryWorld;

const NODE: &str = "node one management=\"192.0.2.11\" { roles controller network compute }";

/// A site's overlays, its merged tree, and what is said of it.
struct Merged {
    names: Vec<String>,
    tree: Node,
    found: Vec<String>,
}

/// Stacks and merges a site that has the overlays of the project's own, each a name and its fields.
fn merged(overlays: &[(&str, &str)], spec: &str) -> Merged {
    let site = ("sites/test/site.kdl".to_owned(), format!("site test {{\n{spec}\n}}\n"));
    let overlay = |(name, fields): &(&str, &str)| {
        (format!("overlays/{name}/overlay.kdl"), format!("overlay {name} {{\nsummary x\n{fields}\n}}\n"))
    };
    let files = overlays.iter().map(overlay).chain([site]);
    let world = MemoryWorld::from_iter(files.map(|(path, text)| (path, text.into_bytes())));
    let mut sink = Sink::default();
    let library = load(&world, &mut sink);
    let mut sources = Sources::over(library.sources.clone());
    let layers = stack::stack(&world, &library, ("sites/test", None), &mut sources, &mut sink).expect("layers");
    let names = layers.iter().map(|layer| layer.name.clone()).collect();
    let Resolved { tree, .. } = merge(layers, &mut sink).expect("a tree");
    let found = sink.into_sorted();
    Merged { names, tree, found: found.iter().map(|one| format!("{} {}", one.code, one.message)).collect() }
}

/// The value at a path of the merged tree.
fn at<'t>(tree: &'t Node, path: &[&str]) -> Option<&'t Value> {
    path.iter().try_fold(tree, |node, name| node.get(name)).map(|node| &node.value)
}

/// What is said of a site that names the first overlays, with fields of its own.
fn found(overlays: &[(&str, &str)], own: &str) -> Vec<String> {
    let names: Vec<&str> = overlays.iter().map(|(name, _)| *name).collect();
    let named = if names.is_empty() { String::new() } else { format!("overlays {}", names.join(" ")) };
    merged(overlays, &format!("{named}\n{NODE}\n{own}")).found
}

const CONFIG: &str = "config \"keystone.conf\"";

/// Where a section of that file is in a tree.
const TOKEN: [&str; 5] = ["service", "keystone", "config", "keystone.conf", "token"];

fn keystone(fields: &str) -> String {
    format!("service keystone {{ {CONFIG} {{ {fields} }} }}")
}

#[test]
fn an_overlay_that_changes_nothing_is_told_and_one_change_of_any_kind_is_enough() {
    let nothing = ["TG0303 overlay `b` changes nothing"];
    assert_eq!(found(&[("b", "region RegionOne")], ""), nothing);
    let same = keystone("token { provider fernet }");
    assert_eq!(found(&[("a", &same), ("b", &same)], ""), nothing);
    let patch = "patch Deployment keystone-api { merge { spec { replicas 3 } } }";
    let patches = merged(&[("a", patch), ("b", patch)], &format!("overlays a b\n{NODE}\n{patch}"));
    assert_eq!(patches.found, [""; 0]);
    assert_eq!(patches.tree.get("patch").map_or(0, |all| all.items().len()), 3);
    for change in ["region RegionTwo", "lab #true", "service nova { ephemeral #null }", &same] {
        assert_eq!(found(&[("b", change)], ""), [""; 0], "{change}");
    }
}

#[test]
fn overlays_of_one_rank_agree_where_value_and_form_are_the_same() {
    let disagree = |path: &str| vec![format!("TG0305 two overlays of one rank disagree on `{path}`")];
    assert_eq!(found(&[("a", "region one"), ("b", "region two")], ""), disagree("region"));
    assert_eq!(found(&[("a", "region one"), ("b", "region one\nlab #true")], ""), [""; 0]);
    let (text, reference) = (keystone("token { provider x }"), keystone("token { provider (setting)x }"));
    let option = "service.keystone.config.keystone.conf.token.provider";
    assert_eq!(found(&[("a", &text), ("b", &reference)], ""), disagree(option));
    // The spec is stronger than both, and disagrees with nobody.
    assert_eq!(found(&[("a", "region one")], "region two"), [""; 0]);
}

#[test]
fn groups_of_fields_and_values_do_not_take_each_others_place() {
    let (group, value, list) = (keystone("token { expiration 5 }"), keystone("token 5"), keystone("token 5 6"));
    let token = "`service.keystone.config.keystone.conf.token`";
    for (below, above, message) in [
        (&group, &value, "is a group of fields here, found a single value"),
        (&group, &list, "is a group of fields here, found a list"),
        (&value, &group, "is a single value here, found a group of fields"),
        (&list, &group, "is a single value here, found a group of fields"),
    ] {
        assert_eq!(found(&[("a", below)], above), [format!("TG0307 {token} {message}")]);
    }
    // A list takes the place of another, but for patches.
    let other = merged(&[("a", &list)], &format!("overlays a\n{NODE}\n{}", keystone("token 7")));
    assert_eq!(at(&other.tree, &TOKEN), Some(&Value::Integer(7)));
    let other = merged(&[("a", &list)], &format!("overlays a\n{NODE}\n{}", keystone("token 7 8 9")));
    assert!(matches!(at(&other.tree, &TOKEN), Some(Value::List(items)) if items.len() == 3));
    // An unset is neither.
    let unset = keystone("token #null");
    assert_eq!(found(&[("a", &group)], &unset), [""; 0]);
    assert_eq!(found(&[("a", &unset)], &group), [""; 0]);
}

#[test]
fn an_unset_removes_a_field_and_is_itself_a_value_in_config() {
    let kept = merged(
        &[("a", &keystone("token { expiration 5 }"))],
        &format!("overlays a\n{NODE}\n{}", keystone("token { expiration #null }")),
    );
    assert_eq!(kept.found, [""; 0]);
    let options = at(&kept.tree, &TOKEN);
    let Some(Value::Map(options)) = options else { panic!("{options:?}") };
    assert_eq!(options.get("expiration").map(|entry| &entry.node.value), Some(&Value::Null));
    assert_eq!(found(&[], &keystone("token { expiration #null }")), [""; 0]);
    let gone = merged(&[], &format!("{NODE}\nservice nova {{ ephemeral #null }}"));
    assert_eq!(gone.found, [""; 0]);
    assert_eq!(at(&gone.tree, &["service", "nova", "ephemeral"]), None);
    let unknown = ["TG0306 `service.nova.nothing` is unset here, and no lower layer sets it"];
    assert_eq!(found(&[], "service nova { nothing #null }"), unknown);
}

#[test]
fn implied_overlays_follow_controllers_and_the_release() {
    let implied = |fields: &str| {
        let names = merged(&[], fields).names;
        names[1..names.len() - 1].join(" ")
    };
    let nodes = "node one management=\"192.0.2.11\" { roles controller compute }\n node \"two[1-3]\" { roles compute }";
    assert_eq!(implied(nodes), "local ovn single", "nodes that compute alone are no controllers");
    assert_eq!(implied("node \"one[1-2]\" { roles controller }"), "local ovn single");
    assert_eq!(implied("node \"one[1-3]\" { roles controller }"), "ha local ovn");
    assert_eq!(implied("node \"one[1-4]\" { roles controller }"), "ha local ovn");
    for (release, network) in [("queens", "ovs"), ("train", "ovs"), ("zed", "ovn"), ("2024.1", "ovn")] {
        let overlays = implied(&format!("release openstack=\"{release}\"\n{NODE}"));
        assert_eq!(overlays, format!("local {network} single"), "{release}");
    }
}

/// A project that has an overlay of a stock one's name reads its own.
#[test]
fn an_overlay_of_a_stock_name_is_the_projects_own() {
    let own = merged(&[("ovn", "choice network\ndefault-when always\nregion Other")], NODE);
    assert_eq!(own.names, ["defaults", "local", "ovn", "single", "sites/test"]);
    assert_eq!(at(&own.tree, &["region"]).cloned(), Some(Value::Text("Other".into())));
    assert_eq!(at(&own.tree, &["service", "neutron", "backend"]), None);
}
