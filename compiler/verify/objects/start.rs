//! What becomes of pods when they start: whether somebody makes them again, and whether they are what their image is.
//!
//! Invariant: only the object itself is judged; scripts that it mounts are not read.

use super::place::{Place, Report};
use super::site::template_path;

/// Commands that change what is installed, by their first words.
const INSTALLERS: [[&str; 2]; 8] = [
    ["apt", "install"],
    ["apt-get", "install"],
    ["yum", "install"],
    ["dnf", "install"],
    ["microdnf", "install"],
    ["apk", "add"],
    ["pip", "install"],
    ["pip3", "install"],
];

/// Checks the pods that an object makes.
pub fn check(place: &Place<'_>, report: &mut Report<'_>) {
    let kind = place.text_of("kind").unwrap_or("");
    let Some(path) = template_path(kind) else { return };
    if kind == "Pod" {
        let hint = "make it a Deployment, a StatefulSet or a Job";
        report.advise("TG0586", place, "nobody makes it again when it or its node is gone", Some(hint.to_owned()));
    }
    place.descend(path, &mut |template| {
        for list in ["containers", "initContainers"] {
            for field in ["command", "args"] {
                template.descend(&["spec", list, "*", field, "*"], &mut |word| installs(word, report));
            }
        }
    });
}

fn installs(word: &Place<'_>, report: &mut Report<'_>) {
    let words: Vec<&str> = word.item.text().unwrap_or("").split_whitespace().collect();
    let at = |index: usize| words.get(index).copied().unwrap_or("");
    // Options may stand between the program and what it is to do: `apt-get -y install`.
    let does = |index: usize, verb: &str| {
        words.iter().skip(index + 1).find(|word| !word.starts_with('-')).is_some_and(|word| *word == verb)
    };
    let found = (0..words.len()).find_map(|index| {
        let name = at(index).rsplit('/').next().unwrap_or("");
        INSTALLERS.iter().find(|[program, verb]| name == *program && does(index, verb))
    });
    if let Some([program, verb]) = found {
        let what = format!(
            "`{program} {verb}` when the pod starts: it fails with its source, and two pods differ by their age"
        );
        let hint = "make an image with the packages, and name it: `image NAME \"...\"`";
        report.advise("TG0587", word, &what, Some(hint.to_owned()));
    }
}
