//! Records described by structs: what texts decode to, and what they are refused for.

#![allow(dead_code, reason = "not every record's place is looked at")]

use super::super::closed::Words;
use super::*;
use crate::diag::Sink;
use crate::span::FileId;
use crate::tree::document::{Document, Form, read};
use crate::tree::schema::json_schema;
use crate::tree::word::Mode;
use crate::{alternatives, record, words};

words! {
    /// A colour.
    pub enum Colour {
        /// Like grass.
        Green = "green",
        /// Like fire.
        Red = "red",
    }
}

alternatives! {
    /// A way to be reached.
    pub enum Way {
        /// By a number.
        Port(Int<1, 9>) = "port",
        /// By a file.
        Socket(String) = "socket",
    }
}

record! {
    /// What both have.
    pub struct Shared {
        /// Words.
        words: Vec<Word>,
    }
}

record! {
    /// A part.
    pub struct Part, include(way: Way), positional("size"), shorthand("size") {
        /// Its size.
        size: Int<0, 5>,
    }
}

record! {
    /// A thing,
    /// described in two lines.
    pub struct Thing as "Item", include(shared: Shared, way: Way), positional("size"), shorthand("size") {
        /// Its size.
        size: Int<0, 5>,
        /// Its colour.
        main_colour: Colour = Colour::Green,
        /// Other colours.
        others as "other": Words<Colour>,
        /// Its mode.
        mode: Option<Mode>,
        /// Its parts.
        parts as "part": Table<Part>,
    }
}

/// What a document decodes to, in short, or its diagnostics, each with the text that it stands at.
fn decoded(text: &str) -> String {
    let mut sink = Sink::default();
    let document = Document { path: "a.kdl", text, file: FileId(0), embedded: None };
    let node = read(&document, Form::Record(Thing::record()), &mut sink).unwrap();
    let thing = Thing::decode(&node, &mut Decoder { releases: &[], sink: &mut sink });
    let diagnostics: Vec<String> = sink
        .into_sorted()
        .into_iter()
        .map(|diagnostic| {
            let span = diagnostic.primary.unwrap().span;
            format!(
                "{} at `{}`: {}",
                diagnostic.code,
                &text[span.start as usize..span.end as usize],
                diagnostic.message
            )
        })
        .collect();
    if diagnostics.is_empty() { show(&thing.unwrap()) } else { diagnostics.join("\n") }
}

fn show(thing: &Thing) -> String {
    let way = |way: &Way| match way {
        Way::Port(port) => port.0.to_string(),
        Way::Socket(path) => path.clone(),
    };
    let words = thing.shared.words.iter().map(Word::as_str).collect::<Vec<_>>().join("+");
    let part = |(name, part): (&Word, &Part)| format!(" {name}={} {}", part.size.0, way(&part.way));
    let parts = thing.parts.iter().map(part).collect::<String>();
    let others = thing.others.0.iter().map(|colour| colour.word()).collect::<String>();
    let mode = thing.mode.map_or(0, |mode| mode.0);
    format!("{} {} {} {words} {others} {mode:o}{parts}", thing.size.0, way(&thing.way), thing.main_colour)
}

#[test]
fn a_text_decodes_to_the_types_of_the_fields() {
    assert_eq!(decoded("size 1; port 2"), "1 2 green   0");
    assert_eq!(
        decoded(
            "size 1; socket \"/run\"; main-colour red; words \"a b,c\" d; other \"red green\"; mode \"0440\"\npart x 2 { port 3 }"
        ),
        "1 /run red a+b+c+d redgreen 440 x=2 3"
    );
}

#[test]
fn what_does_not_fit_is_found_at_the_word() {
    assert_eq!(decoded("port 2"), "TG0206 at `port 2`: this file needs the field `size`");
    assert_eq!(decoded("size 1"), "TG0210 at `size 1`: this file needs exactly one of `port`, `socket`, found none");
    assert_eq!(
        decoded("size 1; port 2; socket x"),
        "TG0210 at `socket`: this file needs exactly one of `port`, `socket`, found `port` and `socket`"
    );
    assert_eq!(
        decoded("size 1; port 2; other \"red grene\""),
        "TG0207 at `grene`: expected one of `green`, `red`, found `grene`"
    );
    assert_eq!(
        decoded("size 1; port 2; mode \"0999\""),
        "TG0211 at `0999`: `0999` is not a valid mode, expected octal digits such as `0440`"
    );
    assert_eq!(decoded("size 9; port 2"), "TG0202 at `9`: `size`: expected an integer from 0 to 5, found `9`");
}

#[test]
fn words_know_their_places_where_no_escape_hides_them() {
    let place = |text: &str| {
        let mut sink = Sink::default();
        let document = Document { path: "a.kdl", text, file: FileId(0), embedded: None };
        let node = read(&document, Form::Record(Shared::record()), &mut sink).unwrap();
        let shared = Shared::decode(&node, &mut Decoder { releases: &[], sink: &mut sink }).unwrap();
        let span = shared.words.last().unwrap().span;
        text[span.start as usize..span.end as usize].to_owned()
    };
    for (text, expected) in [
        ("words a bc", "bc"),
        ("words \"a bc\"", "bc"),
        ("words \"a\\tx bc\"", "\"a\\tx bc\""),
        ("words #\"a bc\"#", "#\"a bc\"#"),
    ] {
        assert_eq!(place(text), expected, "{text}");
    }
}

#[test]
fn the_description_is_the_schema() {
    let schema = json_schema("thing", "A thing", Thing::record());
    let item = &schema["$defs"]["Item"]["anyOf"][1];
    assert_eq!(schema["$defs"]["Item"]["description"], "A thing, described in two lines.");
    assert_eq!(item["required"], serde_json::json!(["size"]));
    let names: Vec<&str> = item["properties"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["size", "main-colour", "other", "mode", "part", "words", "port", "socket"]);
}
