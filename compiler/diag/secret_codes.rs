//! The codes of password stores and of Secrets.
//!
//! Invariant: as in [`super::codes`]: sorted by code, and no code changes its meaning.

use super::registry::CodeEntry;

/// The codes `TG09..`.
pub static SECRET_CODES: &[CodeEntry] = &[
    CodeEntry {
        code: "TG0901",
        title: "a password store that cannot be read",
        explanation: "The store has a layout of its own: site, tag-key, recipients, secrets and the block of sops. Lines are shown with everything masked that could be a value in clear. Take the file from Git again, or edit it with `taco-gen passwords set` or `sops`.",
    },
    CodeEntry {
        code: "TG0902",
        title: "a value in clear",
        explanation: "Where a sealed value (`ENC[...]`) should be, something else is. If it is a value, whoever read the file or its history knows it: make a new one with `taco-gen passwords rotate`, after the file was taken from Git again.",
    },
    CodeEntry {
        code: "TG0903",
        title: "an identity that does not open the store",
        explanation: "The store is sealed for the recipients under `sops`, and none of the given private keys belongs to one. Name another identity with `--identity` or `SOPS_AGE_KEY_FILE`, or ask somebody who can open it to add your recipient with `taco-gen passwords rekey --add`.",
    },
    CodeEntry {
        code: "TG0904",
        title: "a store that was changed or damaged",
        explanation: "Every value is authenticated together with its name, and a sealed sum covers all names' tags and times. Something is not as it was sealed: a merge by hand, a damaged disk, or somebody without the key. Nothing of the store is used. Take the file from Git again.",
    },
    CodeEntry {
        code: "TG0905",
        title: "a secret that the store does not have",
        explanation: "The site's services need it. `taco-gen passwords generate` makes what is missing and leaves the rest; `set` takes a value that exists already, such as a key of Ceph.",
    },
    CodeEntry {
        code: "TG0906",
        title: "a secret that nobody uses",
        explanation: "The store has it, and nothing of the site reads it: a service was turned off, or renamed. `taco-gen passwords generate --prune` removes it.",
    },
    CodeEntry {
        code: "TG0907",
        title: "a weak secret",
        explanation: "It is a known default or a common word, empty, shorter than 12 characters, or a repetition: it would be guessed. `taco-gen passwords rotate` makes a new one of 40 letters and digits.",
    },
    CodeEntry {
        code: "TG0908",
        title: "a secret that its reader cannot use",
        explanation: "Keys, UUIDs and the like have a form that their readers ask for, and a password is one line. The message says what is expected; nothing of the value is shown.",
    },
    CodeEntry {
        code: "TG0909",
        title: "a tag that is not its value's",
        explanation: "A tag is a keyed digest of a value; consumers restart where it changes. `sops` changes values and leaves tags. `taco-gen passwords generate` makes such tags anew.",
    },
    CodeEntry {
        code: "TG0910",
        title: "a recipient that is not taken",
        explanation: "Stores are sealed for native age recipients (`age1` and 58 characters). The name of a plugin would choose a program to run, and ssh keys open more than a store; recipients of cloud key services need the network. Make an identity with `taco-gen passwords init` or `age-keygen`.",
    },
    CodeEntry {
        code: "TG0911",
        title: "an identity that cannot be read",
        explanation: "An identity is a private key: a regular file that only its owner may read (mode 0600), with `AGE-SECRET-KEY-1...` lines as `age-keygen` writes them. Links and keys of ssh or plugins are refused. It is named with `--identity FILE` or `SOPS_AGE_KEY_FILE`.",
    },
    CodeEntry {
        code: "TG0912",
        title: "the demonstration identity on a real site",
        explanation: "The demonstration identity is part of a public repository, so what is sealed for it is known to everybody. Only sites marked `lab #true` may use it.",
    },
    CodeEntry {
        code: "TG0913",
        title: "recipients changed by another program",
        explanation: "The recipients are also listed under the sealed sum, which nobody without the key can change. A recipient that is not listed there would be able to read the next values: decide with `taco-gen passwords rekey --add` or `--remove`.",
    },
    CodeEntry {
        code: "TG0914",
        title: "no such secret",
        explanation: "The site's services need no secret of that name. Names are `OBJECT/KEY`; `taco-gen passwords list` shows them.",
    },
    CodeEntry {
        code: "TG0915",
        title: "no store, or one already",
        explanation: "`taco-gen passwords init` makes a site's store once; all other commands need it.",
    },
    CodeEntry {
        code: "TG0916",
        title: "a value that may not be shown here",
        explanation: "Values are shown to a person at a terminal who says yes. `--pipe` writes to a pipe or file without asking.",
    },
    CodeEntry {
        code: "TG0917",
        title: "a secret that must not change",
        explanation: "Data is encrypted with it, or another system made it: a new value would make that data or that system unreachable. Change it where it is made, then `taco-gen passwords set`.",
    },
    CodeEntry {
        code: "TG0918",
        title: "a store laid out by another program",
        explanation: "Its content is sound; its text is not what taco-gen would write. The next change writes it anew.",
    },
    CodeEntry {
        code: "TG0919",
        title: "a Secret that must be sealed anew",
        explanation: "The Secret's template, a value that it shows, or who decrypts it changed since it was sealed, and no identity is at hand. The old file stays as it was. Build with `--identity` or `SOPS_AGE_KEY_FILE`, where the key is; `publish` waits for that.",
    },
    CodeEntry {
        code: "TG0920",
        title: "Secrets in clear on a real site",
        explanation: "`secrets plain` writes values that anybody can read, into a tree that goes into Git. Only sites marked `lab #true` may do so.",
    },
    CodeEntry {
        code: "TG0921",
        title: "a value that cannot be written",
        explanation: "The format that the value goes into has no way to write it, such as a line break. Make a new one with `taco-gen passwords rotate`.",
    },
    CodeEntry {
        code: "TG0922",
        title: "no certificate to seal with",
        explanation: "SealedSecrets are sealed with the public certificate of the controller: `kubeseal --fetch-cert` writes it. Put the PEM file below the site's folder and name it: `secrets sealed-secrets certificate=\"controller.pem\"`. It must have an RSA key of at least 2048 bits.",
    },
];
