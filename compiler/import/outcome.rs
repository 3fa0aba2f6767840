//! What becomes of keys at the end: what would show a secret is taken out, what the site needs no more is left, the rest is told.
//!
//! Invariant: every key has one row.

use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::AhoCorasick;

use super::beside::Finished;
use super::draft::{Draft, Leaf, Scalar};
use super::engine::{Decided, Engine, Secret};
use super::key::{Data, Key};
use super::report::{Fate, Row};
use super::settle::Settled;
use crate::secret::need::Need;
use crate::secret::validate::validate;
use crate::secret::value::Weakness;
use crate::world::Sources;

/// The shortest secret that is looked for inside other values.
const TELLING: usize = 8;

/// The shortest that is looked for at all.
const SHORTEST: usize = 4;

/// Takes out of the draft, and of the files beside it, what repeats a secret of the input; the files that stay.
pub fn hide(engine: &mut Engine<'_>) -> Finished {
    // What a file has, by a rule that says that it is no secret, is none elsewhere.
    let held = engine.keys.iter().enumerate().filter(|(number, key)| key.hidden && !engine.beside.holds(*number));
    let texts = held.filter_map(|(_, key)| key.data.text());
    let hidden: BTreeSet<String> = texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()).collect();
    // Of very many secrets none is told to be absent: all values go that no secret owns.
    let telling = AhoCorasick::new(hidden.iter().filter(|secret| secret.len() >= TELLING)).ok();
    let holds = |text: &str| {
        text.len() >= SHORTEST && hidden.contains(text) || telling.as_ref().is_none_or(|telling| telling.is_match(text))
    };
    let repeats = |leaf: &Leaf| {
        let owned = leaf.owners.iter().any(|owner| engine.keys.get(*owner).is_some_and(|key| key.hidden));
        !owned && leaf.values.iter().any(|value| holds(&value.text()))
    };
    let (taken, kept): (Vec<Leaf>, Vec<Leaf>) = engine.draft.leaves.drain(..).partition(repeats);
    engine.draft.leaves = kept;
    for owner in taken.iter().flat_map(|leaf| &leaf.owners) {
        let decided = Decided::dropped("tool", "its value is also a secret of the input");
        engine.decided.insert(*owner, decided);
    }
    let finished = engine.beside.finish(&holds);
    // What a site says of a file that is not written means nothing.
    let is_left_out =
        |leaf: &Leaf| !leaf.owners.is_empty() && leaf.owners.iter().all(|owner| finished.left_out.contains_key(owner));
    engine.draft.leaves.retain(|leaf| !is_left_out(leaf));
    engine.decided.extend(finished.left_out.iter().map(|(owner, decided)| (*owner, decided.clone())));
    finished
}

/// Keeps the files that the spec names.
pub fn kept_files(draft: &Draft, files: &mut Finished) {
    let named: BTreeSet<String> = draft.leaves.iter().flat_map(|leaf| &leaf.values).map(Scalar::text).collect();
    files.texts.retain(|path, _| named.contains(path));
    files.owners.retain(|_, path| named.contains(path));
}

/// Keeps the secrets that the site needs and can use.
pub fn keep_needed(settled: &Settled, secrets: &mut Vec<Secret>, decided: &mut BTreeMap<usize, Decided>) {
    let needs: BTreeMap<String, &Need> = settled
        .compiled
        .iter()
        .filter_map(|compiled| compiled.store.as_ref())
        .flat_map(|store| store.needs.iter().map(|(path, need)| (path.to_string(), need)))
        .collect();
    if needs.is_empty() {
        return;
    }
    secrets.retain(|secret| {
        let decision = match needs.get(&secret.path) {
            None => Decided::dropped("tool", format!("the site needs no secret `{}`", secret.path)),
            Some(need) => match validate(&need.kind, need.length, &secret.value) {
                Some(Weakness::Invalid(what)) => {
                    let lost = if need.immutable {
                        ", and data that is encrypted with the old one becomes unreadable"
                    } else {
                        ""
                    };
                    Decided::dropped(
                        "none",
                        format!("`{}` {what}: the password store generates one{lost}", secret.path),
                    )
                }
                _ => return true,
            },
        };
        decided.insert(secret.owner, decision);
        false
    });
}

/// What became of every key.
pub fn rows(
    (keys, sources): (&[Key], &Sources),
    (parts, settled): (&[(String, Option<&Draft>)], &Settled),
    (secrets, files): (&[Secret], &Finished),
    decided: &BTreeMap<usize, Decided>,
) -> Vec<Row> {
    let mut places: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    let leaves = parts.iter().filter_map(|(before, draft)| Some((before, draft.as_ref()?)));
    for (before, leaf) in leaves.flat_map(|(before, draft)| draft.leaves.iter().map(move |leaf| (before, leaf))) {
        for owner in &leaf.owners {
            let known = places.entry(*owner).or_default();
            let place = format!("{before}{}", leaf.place.shown());
            if !known.contains(&place) {
                known.push(place);
            }
        }
    }
    for secret in secrets {
        places.entry(secret.owner).or_default().push(format!("store {}", secret.path));
    }
    for (owner, file) in &files.owners {
        places.entry(*owner).or_default().push(format!("file {file}"));
    }
    let same: BTreeSet<usize> = settled.same.iter().flat_map(|leaf| leaf.owners.iter().copied()).collect();
    // What was refused first is why what hangs on it was refused.
    let mut refused: BTreeMap<usize, &str> = BTreeMap::new();
    for found in &settled.refused {
        for owner in &found.leaf.owners {
            refused.entry(*owner).or_insert(&found.reason);
        }
    }
    let row = |(number, key): (usize, &Key)| {
        let (file, line) = sources
            .get(key.span.file)
            .map_or((String::new(), 0), |source| (source.path.clone(), source.position(key.span.start).0));
        let (fate, kind, to, reason) = match (places.remove(&number), decided.get(&number), refused.get(&number)) {
            (Some(to), _, Some(reason)) if !key.hidden => {
                (Fate::Carried, "", to, format!("in part rejected: {reason}"))
            }
            (Some(to), ..) => (Fate::Carried, "", to, String::new()),
            // What a group says of a site is refused, and its host is a node.
            (None, Some(decided), Some(reason)) if decided.fate == Fate::Carried => {
                (Fate::Dropped, gone(reason), vec![], format!("{}; {reason}", decided.reason))
            }
            (None, Some(decided), _) => (decided.fate, decided.kind, vec![], decided.reason.clone()),
            (None, None, Some(_)) if key.hidden => {
                (Fate::Dropped, "refused", vec![], "the compiler rejects it".to_owned())
            }
            (None, None, Some(reason)) => (Fate::Dropped, gone(reason), vec![], (*reason).to_owned()),
            (None, None, None) if same.contains(&number) => (Fate::Default, "", vec![], String::new()),
            (None, None, None) if key.data == Data::Null => {
                (Fate::Dropped, "tool", vec![], "it has no value".to_owned())
            }
            (None, None, None) => (Fate::Unknown, "", vec![], String::new()),
        };
        Row { key: key.name(), file, line, fate, kind, to, reason }
    };
    keys.iter().enumerate().map(row).collect()
}

/// The kind of what the compiler refuses: options that the release does not have are gone, those of a service that is off mean nothing.
fn gone(reason: &str) -> &'static str {
    match reason.split(':').next().unwrap_or("") {
        "TG0525" => "gone",
        "TG0514" | "TG0687" => "tool",
        _ => "refused",
    }
}
