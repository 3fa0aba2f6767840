//! Texts and what the reader makes of them.

use super::*;

fn check(text: &str, expected: &[(&str, &str)]) {
    let (_, faults) = parse(text);
    let found: Vec<_> = faults.iter().map(|fault| (fault.code, fault.message.as_str())).collect();
    assert_eq!(found, expected, "{text:.80}");
}

fn slice(text: &str, range: &Range<u32>) -> String {
    text[range.start as usize..range.end as usize].to_owned()
}

#[test]
fn ranges_point_at_names_and_values() {
    for text in [
        "\u{FEFF}é ü=\"ö\" (secret)\"ä\"  k = (x) 5 # 3\n  b 1.50 { c }\n",
        "\u{FEFF}é ü=\"ö\" (secret)\"ä\"  k = (x) 5 3 {\r\n  b 1.50 { c; }\r\n}\r\n",
    ] {
        let (nodes, faults) = parse(text);
        if text.contains("# 3") {
            assert_eq!(faults[0].code, "TG0101");
            continue;
        }
        assert_eq!(faults, []);
        let node = &nodes[0];
        assert_eq!(slice(text, &node.name.range), "é");
        let (name, value) = &node.properties[0];
        assert_eq!((slice(text, &name.range), slice(text, &value.range)), ("ü".into(), "\"ö\"".into()));
        let (name, value) = &node.properties[1];
        assert_eq!((slice(text, &name.range), slice(text, &value.range)), ("k".into(), "(x) 5".into()));
        assert_eq!(slice(text, &node.arguments[0].range), "(secret)\"ä\"");
        assert_eq!(slice(text, &node.arguments[0].tag.as_ref().unwrap().range), "secret");
        assert_eq!(slice(text, &node.arguments[1].range), "3");
        let child = &node.children.as_ref().unwrap()[0];
        assert_eq!(slice(text, &child.range), "b 1.50 { c; }");
        assert_eq!(child.arguments[0].literal, Literal::Decimal("1.50".into()));
    }
}

#[test]
fn windows_line_ends_give_the_same_nodes() {
    let text = "a \"\"\"\n  x\n  y\n  \"\"\" #\"\"\"\n  r\n  s\n  \"\"\"#\nb \\\n  1\n";
    let texts = |text: &str| {
        let (nodes, faults) = parse(text);
        assert_eq!(faults, []);
        let values = nodes.iter().flat_map(|node| node.arguments.iter().map(|value| value.literal.clone()));
        values.collect::<Vec<_>>()
    };
    assert_eq!(texts(text), texts(&text.replace('\n', "\r\n")));
    assert_eq!(texts(text)[0], Literal::Text("x\ny".into()));
}

#[test]
fn nesting_beyond_the_limit_is_refused_before_it_is_parsed() {
    check(&"a {\n".repeat(10_000), &[("TG0103", "nested deeper than 64")]);
    check(&"/*".repeat(4_000), &[("TG0103", "nested deeper than 64")]);
    check(&"a /-{ ".repeat(18), &[("TG0103", "nested deeper than 8 slashdashes")]);
    check(&format!("{}{}", "a /-{ ".repeat(18), "}".repeat(18)), &[("TG0103", "nested deeper than 8 slashdashes")]);
    check(&"a /-\n/*x*/{ ".repeat(18), &[("TG0103", "nested deeper than 8 slashdashes")]);
    check(&"/-\na {\n".repeat(18), &[("TG0103", "nested deeper than 8 slashdashes")]);
    check(&format!("{}b{}", "a {".repeat(64), "}".repeat(64)), &[]);
}

#[test]
fn braces_in_strings_and_comments_do_not_count() {
    let many = "{ /- /* ".repeat(100);
    check(&format!("a \"{many} \\\" {many}\" #\"{many}\"# ##\"\"\"\n{many}\"#\n\"\"\"##\n// {many}\nb"), &[]);
    check(&"/-a { b; }\n".repeat(100), &[]);
}

#[test]
fn characters_that_hide_text_are_refused() {
    check("a \"x\u{202E}y\"", &[("TG0105", "the invisible character U+202E may not stand in a file")]);
    check("\u{FEFF}a \u{FEFF}", &[("TG0105", "the invisible character U+FEFF may not stand in a file")]);
    check("a \"\\u{202E}\"", &[]);
    let (_, faults) = parse("\u{FEFF}a \u{200B}");
    assert_eq!(faults[0].range, 5..8);
}

#[test]
fn numbers_out_of_range_and_repeated_properties_are_refused() {
    check("a 9223372036854775808", &[("TG0106", "`9223372036854775808` is beyond the integers of 64 bits")]);
    check("a #inf", &[("TG0106", "`#inf` is not a valid number")]);
    check("a b=1 b=2", &[("TG0104", "the property `b` stands twice on `a`")]);
    assert_eq!(parse("a 0x10 -5 +1_0.5e3").0[0].arguments[2].literal, Literal::Decimal("10.5e3".into()));
}

#[test]
fn a_mistake_costs_only_its_own_node() {
    for text in ["a [x]\nb\n", "}\nb\n", "{ a; }\nb\n", "a \"x\nb\n", "a true; b", "a (x (x (x\nb", "/-a {\n}\nb // c"]
    {
        let (nodes, faults) = parse(text);
        let found: Vec<_> = nodes.iter().map(|node| slice(text, &node.range)).collect();
        assert_eq!(found, ["b"], "{text:?} {faults:?}");
    }
    check("a true", &[("TG0101", "`true` is not a valid bare string")]);
    check("a {\n b {\n}\n", &[("TG0101", "this block is never closed")]);
}

#[test]
fn bytes_without_a_place_do_not_recurse() {
    for piece in ["}", "{}", "a {} ", "(x ", "= ", "[ ", "#bad ", ".5 "] {
        let (_, faults) = parse(&format!("a {}", piece.repeat(5_000)));
        assert!(!faults.is_empty(), "{piece}");
    }
}
