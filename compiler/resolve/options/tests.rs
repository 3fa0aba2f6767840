//! Service data and specs in, layers and diagnostics out.
//!
//! Invariant: every case compiles a project in memory, as a site's build does.

use indexmap::IndexMap;

use super::put;
use crate::catalog::expr::{Branch, Tree};
use crate::catalog::load::load;
use crate::diag::Sink;
use crate::layer::{merge, stack};
use crate::model::options::{Layer, Rank};
use crate::resolve::resolve;
use crate::span::{FileId, Span};
use crate::spec::decode::decode;
use crate::world::Sources;
use crate::world::memory::MemoryWorld;

const SERVICE: &str = r#"service demo default=off {
    summary "A service of the tests"
    image memcached
    file base.conf format=ini fragments=shared
    file more.conf format=ini { extends base.conf; without gone }
    component api kind=deployment {
        node-selector openstack-control-plane
        run "demo"
        mount base.conf at="/etc/demo/base.conf"
        mount more.conf at="/etc/demo/more.conf"
    }
}
"#;
const SHARED: &str = "DEFAULT { workers 1; debug #false }\ngone { x 1 }\n";
const BASE: &str = "DEFAULT { workers 2; port 80 }\n";
const MORE: &str = "DEFAULT { port #null; extra 1 }\n";

fn world(spec: &str) -> MemoryWorld {
    let spec = format!(
        "site test {{\n network management cidr=\"192.0.2.0/24\" {{ ntp \"192.0.2.1\" }}\n node one management=\"192.0.2.11\" {{ roles controller network compute }}\n service demo {{ enabled #true\n{spec}\n }} }}\n"
    );
    let files = [
        ("sites/test/site.kdl", spec.as_str()),
        ("schema/services/demo/service.kdl", SERVICE),
        ("schema/services/demo/config/shared.kdl", SHARED),
        ("schema/services/demo/config/base.conf.kdl", BASE),
        ("schema/services/demo/config/more.conf.kdl", MORE),
    ];
    MemoryWorld::from_iter(files.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec())))
}

/// The options of a file, each with the ranks of its layers and what it is.
fn options(file: &str, spec: &str) -> Vec<String> {
    let world = world(spec);
    let mut sink = Sink::default();
    let library = load(&world, &mut sink);
    let mut sources = Sources::over(library.sources.clone());
    let layers = stack::stack(&world, &library, ("sites/test", None), &mut sources, &mut sink).expect("layers");
    let resolved = merge(layers, &mut sink).expect("a tree");
    let site = decode(&resolved.tree, &library.catalog, &mut sink).expect("a site");
    let model = resolve(&site, (&library.catalog, &library.tables), None, &mut sink).expect("a model");
    assert_eq!(sink.into_sorted(), Vec::new());
    let mut lines = Vec::new();
    for (section, options) in &model.options.file("demo", file).expect("the file").sections {
        for (name, option) in options {
            let ranks: Vec<String> = option.layers.iter().map(|layer| format!("{:?}", layer.rank)).collect();
            let values: Vec<String> = option.values().iter().filter_map(|value| value.literal()).collect();
            lines.push(format!("{section} {name} {} = {}", ranks.join(" < "), values.join(" ")));
        }
    }
    lines
}

#[test]
fn a_later_layer_wins_and_the_earlier_ones_are_kept() {
    let spec = r#"config "base.conf" { DEFAULT { workers 3; debug #null; mine 1 } }"#;
    let expected = [
        "DEFAULT workers Fragment < Service < Site = 3",
        "DEFAULT debug Fragment < Site = ",
        "DEFAULT port Service = 80",
        "DEFAULT mine Site = 1",
        "gone x Fragment = 1",
    ];
    assert_eq!(options("base.conf", spec), expected);
}

#[test]
fn a_file_starts_from_the_overridden_options_of_the_one_it_extends() {
    let spec = r#"config "base.conf" { DEFAULT { workers 3 } }; config "more.conf" { DEFAULT { port 81 } }"#;
    let expected = [
        "DEFAULT workers Fragment < Service < Site = 3",
        "DEFAULT debug Fragment = false",
        "DEFAULT extra Service = 1",
        "DEFAULT port Service < Service < Site = 81",
    ];
    assert_eq!(options("more.conf", spec), expected);
}

#[test]
fn an_option_is_set_again_behind_the_others_of_its_section() {
    let mut section = IndexMap::new();
    let tree = |branch| Tree { span: Span::new(FileId(0), 0, 1), branch };
    let (value, unset) = (tree(Branch::List(Vec::new())), tree(Branch::Unset));
    for (name, value) in [("a", &value), ("b", &value), ("a", &unset), ("a", &value)] {
        put(&mut section, name, Layer { rank: Rank::Service, key: value.span, value });
    }
    let found: Vec<(&str, usize)> = section.iter().map(|(name, option)| (*name, option.layers.len())).collect();
    assert_eq!(found, [("b", 1), ("a", 3)]);
}
