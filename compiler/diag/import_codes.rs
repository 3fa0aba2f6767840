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
        title: "another tool's file that cannot be read",
        explanation: "The text is not what its reader takes at this place: YAML 1.1 for values and passwords, INI for inventories and options. What stands before it is read (in INI: all other lines). Correct the place and import again.",
    },
    CodeEntry {
        code: "TG0934",
        title: "a template in place of values",
        explanation: "Values are read as plain YAML; templates of Helm or Jinja are not evaluated, apart from `{{ name }}` in quotes, where the name is a variable of the input. Lines with a template are left out. `helm get values` and `helm template` give what they stand for.",
    },
    CodeEntry {
        code: "TG0936",
        title: "an encrypted file without its key",
        explanation: "Ansible Vault encrypts a file or a value. `--vault-password FILE` names the file with its password; what is decrypted goes to the store, and is shown nowhere. All other values are imported without it.",
    },
    CodeEntry {
        code: "TG0937",
        title: "a duplicate in another tool's file",
        explanation: "A key, or a document of a manifest, is there twice. Programs differ in which they take; the import takes the first. Remove one of them.",
    },
    CodeEntry {
        code: "TG0938",
        title: "an unknown chart",
        explanation: "A file or a document has the values of a chart that the table of the tool does not know. Its keys are in the report as unknown. Check the name; a project can add the chart to a table of its own, `schema/import/TOOL.kdl`.",
    },
    CodeEntry {
        code: "TG0939",
        title: "a file without values",
        explanation: "The file has a list or a text where names and values are expected. Check that it is the file that was meant, and that it is named for what it is (`--inventory`, `--passwords`, `--config`).",
    },
    CodeEntry {
        code: "TG0940",
        title: "a mistake in an inventory",
        explanation: "A group is in itself, is not declared, or a range of hosts is not valid: `NAME[01:10]` or `NAME[a:f]`, at most 10,000 hosts, with at most 8 ranges of at most 9 digits. The rest of the inventory is read.",
    },
    CodeEntry {
        code: "TG0941",
        title: "an imported spec that does not build yet",
        explanation: "What the compiler refuses of a value of the input is taken out with its reason. What is wrong beyond that needs a person: the spec is written, `taco-gen check` shows the errors.",
    },
    CodeEntry {
        code: "TG0943",
        title: "an input that cannot be read",
        explanation: "A file is missing, not UTF-8, larger than 64 MiB, or has more values than an import holds, e.g. by aliases that multiply; an inventory has at most 10,000 hosts in 1,000 groups. Split it, or name the right file.",
    },
    CodeEntry {
        code: "TG0945",
        title: "secrets without a store",
        explanation: "Passwords of the input go to the encrypted store alone, and a store needs somebody who can open it. Name an age identity, `--identity FILE`: it is created where the file does not exist. Then import again under another name, or set each password with `taco-gen passwords set`.",
    },
    CodeEntry {
        code: "TG0946",
        title: "a tool without a table",
        explanation: "What the keys of a tool mean stands in `schema/import/TOOL.kdl`. Use one of the stock's tools, or write a table in the project.",
    },
    CodeEntry {
        code: "TG0947",
        title: "nothing to compare with",
        explanation: "`compare` reads files with options (`*.conf`, `*.ini`) in a folder, or in the ConfigMaps and Secrets of a dump. Name the folder that holds PROGRAM/FILE, or the output of `kubectl get configmaps,secrets -o json`.",
    },
    CodeEntry {
        code: "TG0948",
        title: "tables of imports in a circle",
        explanation: "The entries of `base` stand below those of a table in `schema/import/`. A table whose base leads back to it has no beginning: it is read without that base. Remove `base` from one of the tables.",
    },
];
