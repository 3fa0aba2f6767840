//! What became of every key, for people, reviews and programs.
//!
//! Invariant: a report has names, places and reasons; no value of the input is in it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

/// What became of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fate {
    /// The spec or the store has it.
    Carried,
    /// A site is so without a word.
    Default,
    /// It has no place.
    Dropped,
    /// The table does not know it.
    Unknown,
}

/// Why a key is not in the draft.
#[derive(Debug, Clone)]
pub struct Decided {
    /// What became of it.
    pub fate: Fate,
    /// The kind of reason.
    pub kind: &'static str,
    /// The reason.
    pub reason: String,
}

impl Decided {
    /// It has no place.
    pub fn dropped(kind: &'static str, reason: impl Into<String>) -> Self {
        Decided { fate: Fate::Dropped, kind, reason: reason.into() }
    }

    /// It has a fate of another kind.
    pub fn other(fate: Fate, reason: impl Into<String>) -> Self {
        Decided { fate, kind: "", reason: reason.into() }
    }
}

/// A key and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The key.
    pub key: String,
    /// The file it stands in.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What became of it.
    pub fate: Fate,
    /// The kind of reason, of a key that was dropped.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub kind: &'static str,
    /// The places that it went to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub to: Vec<String>,
    /// Why.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// What the input does not say and a site needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Assumed {
    /// The place.
    pub place: String,
    /// Why, and what to look at.
    pub reason: String,
}

/// What became of everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The counts.
    pub counts: Counts,
    /// What was assumed.
    pub assumed: Vec<Assumed>,
    /// The keys.
    pub keys: Vec<Row>,
}

/// How many keys went where.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// All keys.
    pub keys: usize,
    /// Those in the spec or the store.
    pub carried: usize,
    /// Those that hold without a word.
    pub default: usize,
    /// Those without a place, by kind of reason.
    pub dropped: BTreeMap<&'static str, usize>,
    /// Those that the table does not know.
    pub unknown: usize,
    /// Carried and default among those that mean something to a site, in percent: without those of the tool alone, those that
    /// the release no longer has, and those of services that the project does not have.
    pub share: usize,
}

/// Kinds of reasons by which a key means nothing to a site.
const FOREIGN: [&str; 3] = ["tool", "gone", "later"];

impl Report {
    /// The report of these rows.
    pub fn new(keys: Vec<Row>, assumed: Vec<Assumed>) -> Report {
        let count = |fate: Fate| keys.iter().filter(|row| row.fate == fate).count();
        let mut dropped: BTreeMap<&'static str, usize> = BTreeMap::new();
        keys.iter().filter(|row| row.fate == Fate::Dropped).for_each(|row| *dropped.entry(row.kind).or_default() += 1);
        let (carried, default, unknown) = (count(Fate::Carried), count(Fate::Default), count(Fate::Unknown));
        let foreign: usize = FOREIGN.iter().filter_map(|kind| dropped.get(kind)).sum();
        let share = (carried + default) * 100 / (keys.len() - foreign).max(1);
        let counts = Counts { keys: keys.len(), carried, default, dropped, unknown, share };
        Report { counts, assumed, keys }
    }

    /// The counts in a line.
    pub fn summary(&self) -> String {
        let Counts { keys, carried, default, dropped, unknown, share } = &self.counts;
        let kinds: Vec<String> = dropped.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
        let whole: usize = dropped.values().sum();
        let kinds = if kinds.is_empty() { String::new() } else { format!(" ({})", kinds.join(", ")) };
        format!(
            "{keys} keys: {carried} carried, {default} already the default, {whole} dropped{kinds}, {unknown} unknown; coverage {share} %"
        )
    }

    /// The report for a terminal.
    pub fn human(&self) -> String {
        let mut out = format!("{}\n", self.summary());
        for (title, fate) in TITLES {
            let rows: Vec<&Row> = self.keys.iter().filter(|row| row.fate == fate).collect();
            if !rows.is_empty() {
                let _ = writeln!(out, "\n{title}:");
            }
            for row in rows {
                let _ = writeln!(out, "  {}:{}: {}{}", row.file, row.line, row.key, tail(row));
            }
        }
        if !self.assumed.is_empty() {
            out.push_str("\nassumed, please review:\n");
        }
        for assumed in &self.assumed {
            let _ = writeln!(out, "  {}: {}", assumed.place, assumed.reason);
        }
        out
    }

    /// The report for a review.
    pub fn markdown(&self) -> String {
        let mut out = format!("{}\n", self.summary());
        for (title, fate) in TITLES {
            let rows: Vec<&Row> = self.keys.iter().filter(|row| row.fate == fate).collect();
            if !rows.is_empty() {
                let _ = writeln!(out, "\n### {title}\n\n| key | source | target or reason |\n|---|---|---|");
            }
            for row in rows {
                let cell = tail(row).trim_start_matches(" -> ").trim_start_matches(": ").replace('|', "\\|");
                let _ = writeln!(out, "| `{}` | {}:{} | {cell} |", row.key.replace('|', "\\|"), row.file, row.line);
            }
        }
        if !self.assumed.is_empty() {
            out.push_str("\n### assumed, please review\n\n| place | why |\n|---|---|\n");
        }
        for assumed in &self.assumed {
            let _ = writeln!(out, "| `{}` | {} |", assumed.place, assumed.reason);
        }
        out
    }

    /// The report for a program.
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }
}

/// What needs a person first.
const TITLES: [(&str, Fate); 4] = [
    ("unknown", Fate::Unknown),
    ("dropped", Fate::Dropped),
    ("carried", Fate::Carried),
    ("already the default", Fate::Default),
];

fn tail(row: &Row) -> String {
    let places = if row.to.is_empty() { String::new() } else { format!(" -> {}", row.to.join(", ")) };
    let kind = if row.kind.is_empty() { String::new() } else { format!(": {}", row.kind) };
    let reason = if row.reason.is_empty() { String::new() } else { format!(": {}", row.reason) };
    format!("{places}{kind}{reason}")
}
