//! The codes of what other tools' files say, and of specs that are made of them.
//!
//! Invariant: as in [`super::registry`].

use super::entry::CodeEntry;

/// The codes `TG0872` and `TG0873`, and those from `TG0933` to `TG0969`.
pub static IMPORT_CODES: &[CodeEntry] = &[
    CodeEntry {
        code: "TG0872",
        title: "an overlay that says what the input does not",
        explanation: "`import --overlay NAME` found the overlay in the project and put the site on top of it. Something in the overlay is not in the input, and changes this site: the message names the first file. Where this is not meant, say the input's own value in the spec, which goes before, or take the value out of the overlay; `taco-gen explain SITE` names the layer that each value comes from.",
    },
    CodeEntry {
        code: "TG0873",
        title: "nothing for an overlay",
        explanation: "`import --overlay NAME` moves to a new overlay what is not of this site alone: settings and options without addresses, names of nodes, networks or UUIDs. Either there is nothing of the kind in the input, or site and overlay together would give another output than the site alone; then the spec has everything, and no overlay is written.",
    },
    CodeEntry {
        code: "TG0933",
        title: "an unreadable file of another tool",
        explanation: "The text is not valid at this place: YAML 1.1 for values and passwords, INI for inventories and options. Everything before it is imported (in INI, all other lines). Correct the place and import again.",
    },
    CodeEntry {
        code: "TG0934",
        title: "a template instead of values",
        explanation: "Values are read as plain YAML; Helm and Jinja templates are not evaluated, except `{{ name }}` in quotes if the name is a variable of the input. Lines with a template are skipped. `helm get values` and `helm template` print the rendered values.",
    },
    CodeEntry {
        code: "TG0936",
        title: "an encrypted file without its key",
        explanation: "Ansible Vault encrypts files or values. `--vault-password FILE` names the file with the vault password; decrypted values go to the password store and are never shown. All other values are imported without it.",
    },
    CodeEntry {
        code: "TG0937",
        title: "a duplicate key or document",
        explanation: "A key, or a document of a manifest, occurs twice. Programs differ in which one they use; the import uses the first. Remove one.",
    },
    CodeEntry {
        code: "TG0938",
        title: "an unknown chart",
        explanation: "A file or document has values for a chart that the import table does not know. Its keys are reported as unknown. Check the name; a project can add the chart in its own table, `schema/import/TOOL.kdl`.",
    },
    CodeEntry {
        code: "TG0939",
        title: "a file without values",
        explanation: "The file contains a list or a string instead of names and values. Check that it is the right file, and that it is passed with the right option (`--inventory`, `--passwords`, `--config`).",
    },
    CodeEntry {
        code: "TG0940",
        title: "an invalid inventory",
        explanation: "A group contains itself, a group is not declared, or a range of hosts is invalid: `NAME[01:10]` or `NAME[a:f]`, at most 10,000 hosts, with at most 8 ranges of at most 9 digits. The rest of the inventory is imported.",
    },
    CodeEntry {
        code: "TG0941",
        title: "an imported spec with errors",
        explanation: "Values that the compiler rejects are left out, with the reason. The remaining errors need a person: the spec is written, and `taco-gen check` lists them.",
    },
    CodeEntry {
        code: "TG0943",
        title: "unreadable input",
        explanation: "A file is missing, not UTF-8, larger than 64 MiB, or has more values than an import accepts, e.g. through nested aliases; an inventory has at most 10,000 hosts in 1,000 groups. Split it, or name the right file.",
    },
    CodeEntry {
        code: "TG0945",
        title: "secrets without a store",
        explanation: "Imported passwords are only written to the encrypted store, which needs an identity. Name one with `--identity FILE`; it is created if the file does not exist. Then import again under another name, or set each password with `taco-gen passwords set`.",
    },
    CodeEntry {
        code: "TG0946",
        title: "an unknown tool",
        explanation: "The meaning of a tool's keys is defined in `schema/import/TOOL.kdl`. Use one of the supported tools, or write a table in the project.",
    },
    CodeEntry {
        code: "TG0947",
        title: "nothing to compare with",
        explanation: "`compare` reads files with options (`*.conf`, `*.ini`) in a folder, or in the ConfigMaps and Secrets of a dump. Name the folder that holds PROGRAM/FILE, or the output of `kubectl get configmaps,secrets -o json`.",
    },
    CodeEntry {
        code: "TG0948",
        title: "circular import tables",
        explanation: "`base` adds the entries of another table in `schema/import/`. A table whose base leads back to it is read without that base. Remove `base` from one of the tables.",
    },
    CodeEntry {
        code: "TG0950",
        title: "a value that is too long",
        explanation: "A single value of the input has more than 1 MiB. No object of Kubernetes takes it, so no part of it is imported; all other values are. Where the site needs the text, put it into a file beside the spec, in parts that fit.",
    },
];
