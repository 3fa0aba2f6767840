//! Texts and what the reader makes of them.

use super::*;
use crate::tree::read::tests::show;

fn check(text: &str, tree: &str, expected: &[&str]) {
    let (node, faults) = parse(text, FileId(0));
    let found: Vec<_> = faults.iter().map(|fault| format!("{} {}", fault.code, fault.message)).collect();
    let tree_found = node.as_ref().map_or("-".to_owned(), show);
    assert_eq!(
        (tree_found.as_str(), found),
        (tree, expected.iter().map(|text| (*text).to_owned()).collect()),
        "{text:.80}"
    );
}

#[test]
fn scalars_follow_the_core_schema() {
    check(
        "a: 1\nb: -5\nc: 1.50\nd: 1e3\ne: true\nf: ~\ng:\nh: \"1\"\ni: 'no'",
        r#"{a:1,b:-5,c:~1.50,d:~1e3,e:true,f:null,g:null,h:"1",i:"no"}"#,
        &[],
    );
    check("a: |\n  x\n  y\nb: [1, {c: d}]", r#"{a:"x\ny\n",b:[1,{c:"d"}]}"#, &[]);
    check("a: !secret x\nb: !queue-url\nc: !pods 80", r#"{a:(secret)"x",b:(queue-url)"",c:(pods)"80"}"#, &[]);
    check(
        "a: fe80::1\nb: 10.0.0.1\nc: 2026.1-x\nd: 1.2.3\ne: 10.0.0.0/8\nf: x:y",
        r#"{a:"fe80::1",b:"10.0.0.1",c:"2026.1-x",d:"1.2.3",e:"10.0.0.0/8",f:"x:y"}"#,
        &[],
    );
    check("", "-", &[]);
    check("on: x", r#"{on:"x"}"#, &[]);
}

#[test]
fn words_that_readers_disagree_on_want_quotes() {
    for (word, what) in [
        ("no", "a boolean"),
        ("Y", "a boolean"),
        ("0123", "a number"),
        ("1_000", "a number"),
        ("0x1F", "a number"),
        (".5", "a number"),
        ("12:30", "a number to the base of 60"),
        ("2026-01-02", "a date"),
        ("2026-01-02T03:04:05Z", "a date"),
    ] {
        check(
            &format!("a: {word}"),
            &format!("{{a:{word:?}}}"),
            &[&format!("TG0109 some readers take `{word}` for {what}")],
        );
    }
    check(
        "a: 9223372036854775808",
        r#"{a:"9223372036854775808"}"#,
        &["TG0106 `9223372036854775808` is beyond the integers of 64 bits"],
    );
    check("a: .nan", r#"{a:".nan"}"#, &["TG0106 `.nan` is not a valid number"]);
}

#[test]
fn what_yaml_has_beyond_a_tree_is_refused() {
    check(
        "a: &x 1\nb: *x",
        "{a:1,b:null}",
        &[
            "TG0107 anchors (`&name`) are not read: write the value out",
            "TG0107 aliases (`*name`) are not read: write the value out",
        ],
    );
    check("<<: 1", "{<<:1}", &["TG0107 merge keys (`<<`) are not read: write the fields out"]);
    check("a: 1\na: 2", "{a:1}", &["TG0104 the key `a` is a duplicate in this map"]);
    check("a: 1\n---\nb: 2", "-", &["TG0108 expected one document, found a second one"]);
    check("1: a", r#"{1:"a"}"#, &["TG0108 the key `1` is not a string"]);
    check("[a]: b", "-", &["TG0108 a list or map is used as a key, expected a string"]);
    assert_eq!(parse("a: !!str 1", FileId(0)).1[0].code, "TG0107");
    assert_eq!(parse("a: [", FileId(0)).1[0].code, "TG0101");
}

#[test]
fn spans_are_bytes_of_the_text() {
    for text in
        ["\u{FEFF}é: {ü: \"ö\"}\r\nb:\r\n  - ä\r\n  - x\r\nc: 1\r\n", "\u{FEFF}é: {ü: \"ö\"}\nb:\n  - ä\n  - x\nc: 1\n"]
    {
        let (node, faults) = parse(text, FileId(0));
        assert_eq!(faults, []);
        let node = node.unwrap();
        let slice = |span: Span| &text[span.start as usize..span.end as usize];
        assert_eq!(slice(node.as_map().unwrap()["b"].key), "b");
        assert_eq!(slice(node.get("é").unwrap().get("ü").unwrap().span), "\"ö\"");
        assert_eq!(slice(node.get("é").unwrap().span), "{ü: \"ö\"}");
        assert_eq!(slice(node.get("b").unwrap().items()[0].span), "ä");
        assert_eq!(slice(node.get("c").unwrap().span), "1");
    }
}

#[test]
fn nesting_beyond_the_limit_is_refused() {
    check(&"[".repeat(10_000), "-", &["TG0103 nested deeper than 64"]);
    check(&"- ".repeat(10_000), "-", &["TG0103 nested deeper than 64"]);
    check(&"{a: ".repeat(10_000), "-", &["TG0103 nested deeper than 64"]);
    check(
        &(0..10_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).take(100).collect::<String>(),
        "-",
        &["TG0103 nested deeper than 64"],
    );
}
