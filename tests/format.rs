//! `fmt` and its formatter: all KDL of the repository, and texts that nobody wrote.
#![allow(clippy::disallowed_methods, reason = "the tests make projects of their own")]

use std::path::Path;

use proptest::prelude::*;
use taco_gen::tree::format::format;
use taco_gen::tree::format::token::{Kind, tokens};
use taco_gen::tree::kdl;
use taco_gen::tree::raw::{Literal, RawNode};

/// The comments of a text, in order, each without the spaces at the ends of its lines.
fn comments(text: &str) -> Vec<String> {
    let is_comment = |kind: Kind| matches!(kind, Kind::LineComment | Kind::BlockComment | Kind::Continuation);
    let text = text.replace("\r\n", "\n");
    let tokens = tokens(&text).into_iter().filter(|token| is_comment(token.kind));
    let shown = |part: &str| part.trim_end().replace(char::is_whitespace, "");
    tokens.map(|token| shown(token.text(&text))).collect()
}

/// What a text says, without places.
fn meaning(nodes: &[RawNode]) -> Vec<String> {
    let tag = |tag: &Option<taco_gen::tree::raw::Word>| tag.as_ref().map(|tag| tag.text.to_string());
    let value = |value: &taco_gen::tree::raw::RawValue| -> (Option<String>, Literal) {
        (tag(&value.tag), value.literal.clone())
    };
    let one = |node: &RawNode| {
        let arguments: Vec<_> = node.arguments.iter().map(value).collect();
        let properties: Vec<_> = node.properties.iter().map(|(name, held)| (name.text.clone(), value(held))).collect();
        let children = node.children.as_ref().map(|children| meaning(children));
        format!("{:?} {arguments:?} {properties:?} {children:?}", node.name.text)
    };
    nodes.iter().map(one).collect()
}

/// The text in its form; it must say what it said.
fn formatted(name: &str, text: &str) -> String {
    let once = format(text).unwrap_or_else(|faults| panic!("{name}: {faults:?}"));
    assert_eq!(format(&once).as_deref(), Ok(once.as_str()), "{name}: formatting twice is formatting once");
    assert_eq!(meaning(&kdl::parse(text).0), meaning(&kdl::parse(&once).0), "{name}");
    assert_eq!(comments(text), comments(&once), "{name}");
    once
}

#[test]
fn all_kdl_of_the_repository_keeps_its_meaning_and_its_comments() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut count = 0;
    for folder in ["schema", "sites", "overlays", "examples", "tests"] {
        for entry in walkdir::WalkDir::new(root.join(folder)).sort_by_file_name() {
            let path = entry.expect("readable").into_path();
            if path.extension().is_none_or(|ending| ending != "kdl") {
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("UTF-8");
            if !kdl::parse(&text).1.is_empty() {
                continue;
            }
            count += 1;
            let name = path.strip_prefix(root).expect("below").display().to_string();
            formatted(&name, &text);
        }
    }
    assert!(count > 400, "only {count} files");
}

/// Pieces that are put together to texts, most of them KDL.
fn piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "a",
        "b-c",
        " ",
        "  ",
        "\t",
        "\n",
        "\n\n\n",
        "\r\n",
        ";",
        "{",
        "}",
        " { x 1 }",
        " {\n",
        "\n}\n",
        "=",
        "k=1",
        " k = \"v\"",
        "1",
        "-2.5",
        "#true",
        "#null",
        "\"t\"",
        "\"q\\\"{\\n\"",
        "#\"r\"#",
        "\"\"\"\n  m\n\n    n\n  \"\"\"",
        "#\"\"\"\n x\n \"\"\"#",
        "\"\"\"\n  m \\\n    n\n  \"\"\"",
        "(tag)",
        "( t )7",
        " (t)\"v\"",
        "// c\n",
        "//  d  \n",
        "/* e */",
        "/* f\n  g */",
        "/-",
        "/- ",
        "/-x ",
        "\\\n",
        " \\ // h\n  ",
        "é",
        "\u{feff}",
        "\u{200b}",
        "\"",
        "\"\"\"",
        "\\",
        "/",
        "(",
        ")",
        "#",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_keeps_its_meaning_or_is_refused(pieces in prop::collection::vec(piece(), 0..24)) {
        let text = pieces.concat();
        let all: String = tokens(&text).iter().map(|token| token.text(&text)).collect();
        let dense = |text: &str| text.replace([' ', '\t', '\u{feff}'], "");
        prop_assert_eq!(dense(&all), dense(&text), "tokens are the text");
        if kdl::parse(&text).1.is_empty() {
            formatted("text", &text);
        } else {
            prop_assert!(format(&text).is_err());
        }
    }
}
