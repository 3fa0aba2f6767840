//! Documents to texts, each line with its origin.
//!
//! Invariant: what is printed depends on values alone; a secret is shown by its mask, `<SECRET/KEY>`, never by its value.

pub mod comment;
pub mod config;
pub mod json;
pub mod yaml;

use crate::config::file::{Content, Section, Syntax};
use crate::origin::OriginId;
pub use printed::Printed;

mod printed;

/// The text of a content.
pub fn content(content: &Content) -> Printed {
    match content {
        Content::Sections(syntax, sections) => masked(*syntax, sections),
        Content::Yaml(item) => yaml::print(item),
        Content::Json(item) => json::print(item),
        Content::Text(text, origin, settings) => plain(text, *origin, settings),
    }
}

/// The text of sections whose secrets are masked.
pub fn masked(syntax: Syntax, sections: &[Section]) -> Printed {
    config::print(syntax, sections, &|secret| secret.id.mask())
}

/// A text with settings after it.
fn plain(text: &str, origin: OriginId, settings: &[Section]) -> Printed {
    let mut printed = Printed { text: text.to_owned(), lines: text.lines().map(|_| origin).collect() };
    let after = masked(Syntax::Python, settings);
    if let Some(first) = after.lines.first() {
        if !text.ends_with('\n') {
            printed.text.push('\n');
        }
        printed.text.push('\n');
        printed.lines.push(*first);
    }
    printed.text.push_str(&after.text);
    printed.lines.extend(after.lines);
    printed
}
