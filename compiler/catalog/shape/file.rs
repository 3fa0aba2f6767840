//! The shape of a config file: its format, what it starts from, the tables that judge it.
//!
//! Invariant: as in [`super`], what is not described has no effect.

use super::{BOUNDS, TEXTS};
use crate::tree::shape::{Record, Shape, optional, required};

/// `file NAME format=oslo`.
pub static FILE: Record = Record {
    name: "File",
    doc: "A config file; `file NAME format=oslo`. Its options come from `config/NAME.kdl`, its text from `files/TEMPLATE`.",
    positional: &[],
    shorthand: None,
    rest: None,
    includes: &[&BOUNDS],
    fields: &[
        required(
            "format",
            Shape::Choice(&[
                "oslo",
                "mycnf",
                "ini",
                "properties",
                "directives",
                "environment",
                "lines",
                "yaml",
                "json",
                "template",
                "verbatim",
            ]),
            "oslo.config INI; my.cnf; plain INI; `key = value` lines (rabbitmq.conf); `word value` lines (chrony.conf); KEY=value lines; \
             each value a line, the option's name only a handle for overrides (hosts); a document; a minijinja text `files/NAME.j2`; a text `files/NAME` as it is.",
        ),
        optional(
            "fragments",
            TEXTS,
            "Fragments under `schema/fragments/` or `config/` to start from, in order, before `config/NAME.kdl`.",
        ),
        optional(
            "extends",
            Shape::Text,
            "A file of this service whose options, and the site's overrides of them, this one starts from.",
        ),
        optional("without", TEXTS, "Sections of the extended file that this one leaves out."),
        optional(
            "variables",
            Shape::Map(&Shape::Scalar),
            "Names and values for a template; lists by `(…-hosts)` come joined by commas.",
        ),
        optional(
            "host",
            Shape::Text,
            "The absolute path on the site's nodes: a host file, which no pod mounts; `when=\"node:NAME\"` says on which.",
        ),
        optional(
            "installer",
            Shape::Text,
            "The path below `hosts/` of a file that the site has once, for the program that installs its nodes.",
        ),
        optional(
            "document",
            Shape::Choice(&["interfaces", "inventory"]),
            "What a YAML file starts from: a node's interfaces as netplan has them, the site's nodes as an Ansible inventory.",
        ),
        optional("mode", Shape::Text, "The file's mode in the pod, octal in a string (\"0440\"); scripts \"0555\"."),
        optional("reload", Shape::Boolean, "The program reads changes by itself: a change does not restart its pods."),
        optional(
            "tables",
            TEXTS,
            "The option tables it is judged by, `TABLE` or `TABLE/FILE` (of oslo files: the service's own, its part for the \
             file of that name where there is one).",
        ),
        optional(
            "extra-options",
            Shape::Map(&TEXTS),
            "Options that no table knows, by section: `extra-options { uwsgi start-time }`.",
        ),
        optional("sections", Shape::Sequence(&OPEN_SECTIONS), "Sections that the table does not name: backends."),
    ],
};

static OPEN_SECTIONS: Record = Record {
    name: "OpenSections",
    doc: "Sections whose names the site chooses: `sections \"backend_defaults\" { listed-in \"DEFAULT enabled_backends\" }`.",
    positional: &["like"],
    shorthand: None,
    rest: None,
    includes: &[],
    fields: &[
        required("like", TEXTS, "The sections of the table whose options they take."),
        optional("named", TEXTS, "Names they may have."),
        optional(
            "listed-in",
            Shape::Text,
            "The option that lists their names, `SECTION OPTION`; of `name:type` the name counts.",
        ),
    ],
};
