//! Codes about services, their options and patches: TG05.. and TG07...
//!
//! Invariant: sorted by code; every code that the compiler gives is here or in the other registers.

use super::registry::CodeEntry;

/// The entries.
pub static SERVICE_CODES: &[CodeEntry] = &[
    CodeEntry {
        code: "TG0501",
        title: "an unknown release",
        explanation: "The program knows the releases that the hint lists.",
    },
    CodeEntry {
        code: "TG0502",
        title: "an unknown service",
        explanation: "Services are folders under `schema/services/`, stock or the project's own.",
    },
    CodeEntry {
        code: "TG0503",
        title: "an unknown setting",
        explanation: "The service has no such knob. For an option of a config file write `config \"FILE\" { SECTION { OPTION VALUE } }`.",
    },
    CodeEntry { code: "TG0504", title: "an unknown file", explanation: "The service has no such config file or text." },
    CodeEntry { code: "TG0505", title: "an unknown component", explanation: "The service has no such workload." },
    CodeEntry {
        code: "TG0506",
        title: "a dependency is off",
        explanation: "A service or workload waits for something that the site does not run: its pods would wait for ever. Turn the dependency on, or the service off.",
    },
    CodeEntry {
        code: "TG0507",
        title: "an unknown reference",
        explanation: "References are a closed set of forms, such as `(endpoint)\"image\"`; the name must be part of the site.",
    },
    CodeEntry {
        code: "TG0508",
        title: "a service that the release does not have",
        explanation: "Choose another release, or turn the service off.",
    },
    CodeEntry {
        code: "TG0509",
        title: "a circle of dependencies",
        explanation: "Each waits for the next and the first for the last: none would start.",
    },
    CodeEntry {
        code: "TG0510",
        title: "a secret in clear",
        explanation: "The option holds a secret. A value in the spec would be in Git for ever; the value comes from the password store. Remove the line.",
    },
    CodeEntry {
        code: "TG0511",
        title: "a secret in a public place",
        explanation: "Commands, environment variables, ConfigMaps and templates can be read by many. Of config files only those of oslo.config and MariaDB have a part that is a Secret. Mount the secret as a file.",
    },
    CodeEntry {
        code: "TG0512",
        title: "a value that the format cannot hold",
        explanation: "A line break in an INI value would begin another option or section.",
    },
    CodeEntry {
        code: "TG0513",
        title: "an unknown image",
        explanation: "Images are known by the keys of `schema/releases.kdl`.",
    },
    CodeEntry {
        code: "TG0514",
        title: "settings of a service that is off",
        explanation: "The service is not part of the site, so its settings and options go nowhere. Turn it on with `enabled #true`, often through an overlay, or remove them; with `enabled #false` they may stay.",
    },
    CodeEntry {
        code: "TG0515",
        title: "not a valid condition",
        explanation: "Conditions are words joined by blanks, all of which must hold: `SETTING=VALUE`, `SERVICE.SETTING=VALUE`, `service:NAME` (the service is on), `tls:CAPABILITY` (its provider speaks TLS), each negated by a leading `!`. A condition that cannot be read would never hold, and what it stands on would vanish.",
    },
    CodeEntry {
        code: "TG0520",
        title: "no option table",
        explanation: "Options are checked against tables made from the programs' own packages, one for each release. There is none for this release: choose one that there is, or put a table of yours under `schema/options/`.",
    },
    CodeEntry {
        code: "TG0521",
        title: "an unknown group of options",
        explanation: "No program that reads the file knows the group in this release. A backend's group must also be listed (`enabled_backends`). Options of a driver from elsewhere are declared with `extra-options`.",
    },
    CodeEntry {
        code: "TG0522",
        title: "an unknown option",
        explanation: "No program that reads the file knows the option in this group and release; it would be ignored without a word. Options of a driver from elsewhere are declared with `extra-options`.",
    },
    CodeEntry {
        code: "TG0523",
        title: "a value that an option does not take",
        explanation: "The value is not of the option's type, out of its bounds, or not among its choices: the program would not start, or take it for something else. The rules are those of oslo.config's types.",
    },
    CodeEntry {
        code: "TG0524",
        title: "a deprecated name",
        explanation: "The option has a new name; the old one is read for now, with a warning in the service's log, and will be removed. Where the group stays the same, `check --fix` writes the new name into the spec.",
    },
    CodeEntry {
        code: "TG0525",
        title: "a removed option",
        explanation: "Earlier releases read this option; the site's release does not, and ignores it without a word.",
    },
    CodeEntry {
        code: "TG0526",
        title: "an option of a later release",
        explanation: "The option comes with a later release than the site's; here it would be ignored without a word.",
    },
    CodeEntry {
        code: "TG0527",
        title: "options that nothing checks",
        explanation: "The service has no option table, so misspelt options in its files pass. Make a table with tools/catalog, or name the tables that its file is read by.",
    },
    CodeEntry {
        code: "TG0528",
        title: "an option that will be removed",
        explanation: "The option still works, but its programs announce its removal. The notice says what to do instead, where its authors wrote one.",
    },
    CodeEntry {
        code: "TG0529",
        title: "a group in another case",
        explanation: "oslo.config reads the group all the same, but people and other programs search for the name that its documentation has. `check --fix` writes it.",
    },
    CodeEntry {
        code: "TG0530",
        title: "an option given more than once",
        explanation: "The option holds one value; of several lines the last one alone counts. Items of a list stand in one line, joined by commas.",
    },
    CodeEntry {
        code: "TG0601",
        title: "an even quorum",
        explanation: "Of four members, two and two can be parted and neither half may go on; three outlive as many failures as four. Use an odd number.",
    },
    CodeEntry {
        code: "TG0602",
        title: "more replicas than nodes",
        explanation: "Each replica needs a labelled node of its own, or stays Pending for ever.",
    },
    CodeEntry {
        code: "TG0603",
        title: "a role that no node has",
        explanation: "The role is declared and given to nobody.",
    },
    CodeEntry {
        code: "TG0604",
        title: "one replica only",
        explanation: "The workload is not made for more: replicas would fight over one name.",
    },
    CodeEntry {
        code: "TG0605",
        title: "no node for a workload",
        explanation: "Its pods need a node label that no node brings. Give the role to a node, or turn the service off.",
    },
    CodeEntry {
        code: "TG0701",
        title: "a patch that matches no object",
        explanation: "No object has that kind and name. The hint names the nearest.",
    },
    CodeEntry {
        code: "TG0702",
        title: "a patch that changes nothing",
        explanation: "The objects are already so. Remove the patch.",
    },
    CodeEntry {
        code: "TG0703",
        title: "a patch that fails",
        explanation: "The path or item that it names is not there; the message says what is.",
    },
    CodeEntry {
        code: "TG0704",
        title: "duplicate object",
        explanation: "Kind and name must be unique: one would replace the other. The name of a Secret is that of its service and of what it is for, so a service `a-b` with a secret `c` collides with a service `a` with a secret `b-c`: rename one.",
    },
];
