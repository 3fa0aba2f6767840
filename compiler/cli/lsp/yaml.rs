//! Where a cursor stands in a YAML text, be the text whole or not.
//!
//! Invariant: a place is told as the one in KDL that means the same; what follows the cursor's word decides only whether it is a key.

use std::ops::Range;

use super::cursor::{Cursor, Head, Role, below, is_table};
use crate::tree::scalars::{Place, Scalar, Step, scalars};
use crate::tree::shape::{Record, Shape};

/// Stands for the word at the cursor.
const MARK: &str = "x";

/// Where the cursor stands in a document whose fields are those of a record; none in a comment or where nothing is known.
pub fn cursor(text: &str, offset: usize, root: (&'static str, &'static Record)) -> Option<Cursor> {
    let word = word(text, offset)?;
    let before = text.get(..word.start)?;
    let line = before.get(before.rfind('\n').map_or(0, |at| at + 1)..)?;
    let rest = text.get(word.end..)?.trim_start_matches([' ', '\t']);
    let is_key = rest.strip_prefix(':').is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\n', '\r']));
    let is_first = line.chars().all(|letter| [' ', '-'].contains(&letter));
    let colon = if is_key || is_first { ":" } else { "" };
    let found = scalars(&format!("{before}{MARK}{colon}"));
    let here = found.into_iter().find(|scalar| scalar.range.start == word.start && scalar.text == MARK)?;
    lifted(&here, root, word)
}

/// The word at a byte: between spaces and brackets, or between quotes.
fn word(text: &str, offset: usize) -> Option<Range<usize>> {
    let before = text.get(..offset)?;
    let line = before.rfind('\n').map_or(0, |at| at + 1);
    let (head, rest) = (before.get(line..)?, text.get(offset..)?);
    let rest = rest.get(..rest.find(['\n', '\r']).unwrap_or(rest.len()))?;
    for quote in ['"', '\''] {
        let is_open = head.matches(quote).count() % 2 == 1;
        if let Some(start) = head.rfind(quote).filter(|_| is_open) {
            let end = rest.find(quote).map_or(0, |end| end + 1);
            return Some(line + start..offset + end);
        }
    }
    let is_part =
        |letter: char| !letter.is_whitespace() && !['[', ']', '{', '}', ',', '"', '\'', '#'].contains(&letter);
    let start = head.trim_end_matches(is_part).len();
    let length = rest.len() - rest.trim_start_matches(is_part).len();
    // A colon ends a key, but can be part of an address.
    let whole = text.get(line + start..offset + length)?;
    let end = line + start + whole.trim_end_matches([',', ':']).len();
    (end >= offset).then_some(line + start..end)
}

/// The place as KDL has it: names of a table stand behind the name of their node.
fn lifted(here: &Scalar, (name, record): (&str, &'static Record), word: Range<usize>) -> Option<Cursor> {
    let mut blocks = vec![Head { name: name.to_owned(), values: Vec::new() }];
    let mut shape = Shape::Record(record);
    let keys = here.path.iter().filter_map(|step| match step {
        Step::Key(key) => Some(key),
        Step::Item => None,
    });
    let mut keys = keys.peekable();
    while let Some(key) = keys.next() {
        let held = below(&shape, key)?;
        let mut head = Head { name: key.clone(), values: Vec::new() };
        if is_table(&shape, key) {
            match keys.next() {
                Some(name) => head.values.push(name.clone()),
                None => {
                    return (here.place == Place::Key).then_some(Cursor { blocks, head, role: Role::Argument, word });
                }
            }
        }
        let is_last = keys.peek().is_none();
        let has_names = matches!(held, Shape::Record(_) | Shape::Map(_) | Shape::Any);
        if is_last && (here.place == Place::Value || !has_names) {
            return Some(Cursor { blocks, head, role: Role::Argument, word });
        }
        blocks.push(head);
        shape = held;
    }
    let is_key = here.place == Place::Key;
    is_key.then_some(Cursor { blocks, head: Head::default(), role: Role::Name, word })
}

/// The keys of the map of a name at the top.
pub fn names(text: &str, name: &str) -> Vec<String> {
    let is_meant = |scalar: &Scalar| {
        scalar.place == Place::Key && matches!(scalar.path.as_slice(), [Step::Key(key)] if key == name)
    };
    scalars(text).into_iter().filter(is_meant).map(|scalar| scalar.text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::site::Site;

    /// The open blocks, the node, what is written, and the word, at the mark `|`.
    fn check(text: &str, expected: &str) {
        let offset = text.find('|').expect("a mark");
        let text = text.replacen('|', "", 1);
        let shown = cursor(&text, offset, ("site", Site::record())).map_or("nothing".to_owned(), |found| {
            let head =
                |head: &Head| std::iter::once(&head.name).chain(&head.values).cloned().collect::<Vec<_>>().join(" ");
            let blocks: Vec<String> = found.blocks.iter().map(head).collect();
            format!("{} / {} / {:?} / {}", blocks.join(", "), head(&found.head), found.role, &text[found.word])
        });
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn places_are_those_of_kdl() {
        check("name: a\nnet|work:\n  m: {}\n", "site /  / Name / network");
        check("name: a\n|", "site /  / Name / ");
        check("network:\n  |", "site / network / Argument / ");
        check("network:\n  m:\n    |\nregion: x\n", "site, network m /  / Name / ");
        check("network: {m: {ci|", "site, network m /  / Name / ci");
        check("network:\n  m:\n    cidr: \"1|0\"\n", "site, network m / cidr / Argument / \"10\"");
        check("overlays: [ovn, o|]\n", "site / overlays / Argument / o");
        check("overlays:\n  - ovn\n  - o|\n", "site / overlays / Argument / o");
        check("service:\n  nova:\n    virt-type: |\n", "site, service nova / virt-type / Argument / ");
        check(
            "service:\n  nova:\n    config:\n      \"nova.conf\":\n        libvirt:\n          v|\n",
            "site, service nova, config nova.conf, libvirt /  / Name / v",
        );
        check(
            "service:\n  nova:\n    config:\n      \"no|va.conf\":\n",
            "site, service nova / config / Argument / \"nova.conf\"",
        );
        check("name: a # c|\n", "nothing");
        check("name:|\n", "nothing");
        check("no-such:\n  |\n", "nothing");
    }

    #[test]
    fn names_are_found_in_broken_texts() {
        let text = "network:\n  m: {cidr: x}\n  \"t\":\n    cidr\nnode:\n  n: {";
        assert_eq!(names(text, "network"), ["m", "t"]);
        assert_eq!(names(text, "node"), ["n"]);
    }
}
