//! What a spec says of itself at its head, read without compiling: its name and its ring.
//!
//! Invariant: of a spec with mistakes nothing is known; whoever compiles it tells them.

use crate::span::FileId;
use crate::tree::raw::{Literal, RawNode};
use crate::tree::{kdl, yaml};
use crate::world::World;

/// The head of a spec.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// The site's name.
    pub name: Option<String>,
    /// Its ring.
    pub ring: Option<String>,
}

/// The head of a site's spec.
pub fn head(world: &dyn World, site: &str) -> Head {
    let read = |name: &str| world.read_text(&format!("{site}/{name}")).ok().flatten();
    let of_kdl = read("site.kdl").map(|text| from_kdl(&text));
    of_kdl.or_else(|| read("site.yaml").map(|text| from_yaml(&text))).unwrap_or_default()
}

fn from_kdl(text: &str) -> Head {
    let (nodes, _) = kdl::parse(text);
    let Some(site) = nodes.iter().find(|node| node.name.text == "site") else { return Head::default() };
    let argument = |node: &RawNode| node.arguments.first().and_then(|value| word(&value.literal));
    let child = site.children.iter().flatten().find(|node| node.name.text == "ring").and_then(argument);
    let property =
        || site.properties.iter().find(|(name, _)| name.text == "ring").and_then(|(_, value)| word(&value.literal));
    Head { name: argument(site), ring: child.or_else(property) }
}

fn word(literal: &Literal) -> Option<String> {
    match literal {
        Literal::Text(text) => Some(text.to_string()),
        _ => None,
    }
}

fn from_yaml(text: &str) -> Head {
    let tree = yaml::parse(text, FileId(0)).0;
    let field = |name: &str| tree.as_ref()?.get(name)?.as_text().map(str::to_owned);
    Head { name: field("name"), ring: field("ring") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_and_ring_are_found_in_both_notations() {
        let head = Head { name: Some("lab".to_owned()), ring: Some("canary".to_owned()) };
        assert_eq!(from_kdl("// x\nsite lab {\n    ring canary\n    service a { ring x }\n}\n"), head);
        assert_eq!(from_yaml("name: lab\nring: canary\n"), head);
        assert_eq!(from_kdl("site lab {"), Head::default());
        assert_eq!(from_yaml("[a"), Head::default());
    }
}
