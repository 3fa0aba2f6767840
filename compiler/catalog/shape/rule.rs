//! The shapes of rules: what must hold between values of a site, `schema/services/NAME/rules/RULE.kdl`, and what a capability's
//! clients may take.
//!
//! A rule that belongs to no service stands in `schema/rules/RULE.kdl` and names services in full.
//!
//! Invariant: a rule has one subject and one test out of a closed set; whatever needs more is a pass in `compiler/check`.
//!
//! The subject is an option as it stands in the finished files, after all overrides: `FILE SECTION OPTION` of this service, or
//! `SERVICE FILE SECTION OPTION`, where `*` stands for any. The numbers that it is held against are sums of references and
//! literals.

use super::{BOUNDS, TEXTS, VALUES};
use crate::tree::shape::{Record, Shape, optional, required};

/// A rule.
pub static RULE: Record = Record {
    name: "Rule",
    doc: "A rule on finished options; one of `option` and `setting`, and one of the tests.",
    positional: &["name"],
    shorthand: None,
    rest: None,
    includes: &[&BOUNDS],
    fields: &[
        required("name", Shape::Name, "Its name, that of the file."),
        required("code", Shape::Text, "The code of its findings."),
        required("why", Shape::Text, "What happens where it is broken; the end of the message."),
        optional("hint", Shape::Text, "What to do."),
        optional("severity", Shape::Choice(&["error", "warning"]), "How bad a finding is (error)."),
        optional("option", TEXTS, "The subjects, options: `[SERVICE] FILE SECTION OPTION`, `*` for any."),
        optional("setting", Shape::Text, "The subject, a setting of this service."),
        optional("value", Shape::Scalar, "The subject, a reference, such as `(memory-limit)\"server\"`."),
        optional("named", Shape::Text, "How messages name that reference."),
        optional(
            "where",
            Shape::Map(&TEXTS),
            "Options as they must stand for the rule to hold: `where { \"FILE SECTION OPTION\" VALUE... }`, a list has one of the values, \
             \"\" stands for an option that is not set, FILE `*` for the file of the subject.",
        ),
        optional(
            "each",
            Shape::Choice(&["key", "number"]),
            "Test parts of the value, a list of `KEY:REST` joined by commas: each key, or each number.",
        ),
        optional("unit", Shape::Choice(&["K", "M", "G"]), "What the subject's number counts, where it has no unit."),
        optional(
            "default",
            Shape::Scalar,
            "What the program takes where the option is not set; without it, nothing is tested then.",
        ),
        optional("at-least", VALUES, "Test: the number is not below the sum of these."),
        optional("at-most", VALUES, "Test: the number is not above the sum of these."),
        optional("equal", VALUES, "Test: the value is one of these."),
        optional("differs", VALUES, "Test: the value is none of these."),
        optional("has", VALUES, "Test: the value, a list joined by commas, has all of these."),
        optional("lacks", VALUES, "Test: the value, a list joined by commas, has none of these."),
        optional("among", VALUES, "Test: all of the value, a list joined by commas, are items of these lists."),
        optional(
            "mounted",
            Shape::Boolean,
            "Test: the value, a path, lies in a volume of every component that mounts the file.",
        ),
        optional(
            "grace",
            TEXTS,
            "Test: the value, seconds, is below the grace of every component that mounts the file and does not run one of these programs.",
        ),
        optional("port", Shape::Boolean, "Test: the value ends in a port of a component that mounts the file."),
        optional("same", Shape::Boolean, "Test: all subjects have one value."),
        optional("odd", Shape::Boolean, "Test: the number is odd."),
        optional(
            "lists",
            Shape::Text,
            "Test: the value names every pod behind this capability, and none that is not there.",
        ),
    ],
};

/// How a provider's clients take connections, and how many it has.
pub static CONNECTIONS: Record = Record {
    name: "Connections",
    doc: "What clients may open in all, held against what the server takes; `connections { limit \"my.cnf mysqld max_connections\"; ... }`.",
    positional: &[],
    shorthand: None,
    rest: None,
    includes: &[],
    fields: &[
        required("limit", Shape::Text, "`FILE SECTION OPTION` of this service: the most connections to it."),
        optional(
            "reserve",
            Shape::Integer(0, 10_000),
            "Connections kept for administrators, probes and transfers (0).",
        ),
        required("url", Shape::Text, "The option of a client's section that holds the server's URL."),
        required("pool", Shape::Text, "The option beside it: connections that a process keeps."),
        required("pool-default", Shape::Integer(0, 10_000), "What a process keeps where that is not set."),
        required("overflow", Shape::Text, "The option beside it: connections that a process opens above the pool."),
        required("overflow-default", Shape::Integer(0, 10_000), "What a process opens where that is not set."),
    ],
};
