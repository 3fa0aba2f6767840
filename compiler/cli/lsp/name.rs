//! Renaming what a spec names.
//!
//! Invariant: an answer is an edit of the spec alone, or the reason why there is none.

use std::ops::Range;

use serde_json::{Value, json};

use super::action::edit;
use super::locate::{locate, notation};
use super::text::Units;
use super::workspace::{Workspace, site_of};
use crate::edit::rename::{Spec, declarations, rename};

/// The name at a byte, where it can be renamed.
pub fn prepared(path: &str, text: &str, offset: usize) -> Option<Range<usize>> {
    let word = locate(path, text, offset)?.word;
    (!word.is_empty() && !declarations(text, &word, notation(path)).is_empty()).then_some(word)
}

/// The edit that renames what stands at a byte.
pub fn renamed(
    workspace: &Workspace,
    (path, text, uri): (&str, &str, &str),
    (offset, new): (usize, &str),
    units: Units,
) -> Result<Value, String> {
    let is_spec = |site: &String| ["kdl", "yaml"].iter().any(|end| path == format!("{site}/site.{end}"));
    let site = site_of(path).filter(is_spec).ok_or("names are renamed in specs")?;
    let place = prepared(path, text, offset).ok_or("no name that the spec gives stands here")?;
    let spec = Spec {
        world: &workspace.world,
        library: &workspace.library,
        site: &site,
        path,
        text,
        notation: notation(path),
    };
    let new = rename(&spec, &place, new)?;
    Ok(json!({ "changes": { uri: [edit(text, &new, units)] } }))
}
