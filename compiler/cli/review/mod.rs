//! The commands of a review: each compiles sites as their specs say, reads a base, and writes one answer.
//!
//! Invariant: nothing is written to disk but what a command is told to write; a base that cannot be read gives no answer at all.

mod base;
mod pair;

use std::io::Write as _;
use std::process::ExitCode;

use serde_json::json;

use self::pair::{Pair, pairs};
use crate::cli::args::{Diff, DiffFormat};
use crate::review::compare::{Change, compare};
use crate::review::fleet::{SiteChanges, blocks};
use crate::review::{human, markdown, unified};

/// Runs `diff`.
pub fn diff(arguments: &Diff) -> ExitCode {
    let pairs = match pairs(&arguments.comparison) {
        Ok(pairs) => pairs,
        Err(code) => return code,
    };
    let compared: Vec<Vec<Change>> = pairs.iter().map(|pair| compare(&pair.old, &pair.new)).collect();
    let differs = compared.iter().any(|changes| !changes.is_empty());
    let of_site =
        |(pair, changes): (&Pair, &Vec<Change>)| SiteChanges { site: pair.site.clone(), changes: changes.clone() };
    let shared = || blocks(&pairs.iter().zip(&compared).map(of_site).collect::<Vec<_>>());
    let text = match arguments.format {
        DiffFormat::Human => human::text(&shared(), pairs.len()),
        DiffFormat::Markdown => markdown::text(&shared(), pairs.len()),
        DiffFormat::Unified => {
            let one =
                |(pair, changes): (&Pair, &Vec<Change>)| unified::text(&pair.site, (&pair.old, &pair.new), changes);
            pairs.iter().zip(&compared).map(one).collect()
        }
        DiffFormat::Json => {
            let sites: Vec<&str> = pairs.iter().map(|pair| pair.site.as_str()).collect();
            document(&json!({ "version": 1, "sites": sites, "blocks": shared() }))
        }
    };
    write(&text);
    hint(&arguments.comparison, differs);
    ExitCode::from(u8::from(differs && arguments.exit_code))
}

fn document(value: &serde_json::Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}

/// Writes an answer.
fn write(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}

/// After a build the output is the spec's already; what a reviewer asks about is then in Git.
fn hint(comparison: &crate::cli::args::Comparison, differs: bool) {
    if !differs && comparison.base.is_none() {
        let _ = writeln!(
            anstream::stderr(),
            "{} is what the specs give; `--base HEAD` compares with the last commit",
            comparison.output.display()
        );
    }
}
