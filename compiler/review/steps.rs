//! The steps from one sequence to another: of lines, and of anything that can be compared.
//!
//! The items become numbers first. So the algorithm is in the program once, for numbers, and not once for each of the five algorithms
//! of the library, each of its hooks and each kind of item, which was half a megabyte.
//!
//! Invariant: the steps cover both sequences, in order; what is equal stays equal.

use std::collections::BTreeMap;
use std::convert::Infallible;

use similar::DiffOp;
use similar::algorithms::{Capture, Compact, Replace, myers};

/// A line of two texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line<'t> {
    /// It is in both.
    Kept(&'t str),
    /// It is in the old one alone.
    Gone(&'t str),
    /// It is in the new one alone, with its number from 0.
    Come(usize, &'t str),
}

/// The steps from `old` to `new`, by the algorithm of Myers (1986).
pub fn steps<T: Ord>(old: &[T], new: &[T]) -> Vec<DiffOp> {
    let mut known: BTreeMap<&T, usize> = BTreeMap::new();
    let number = |item| {
        let next = known.len();
        *known.entry(item).or_insert(next)
    };
    let numbers: Vec<usize> = old.iter().chain(new).map(number).collect();
    let (old, new) = numbers.split_at(old.len());
    let mut hook = Compact::new(Replace::new(Capture::new()), old, new);
    let Ok::<(), Infallible>(()) = myers::diff(&mut hook, old, 0..old.len(), new, 0..new.len());
    hook.into_inner().into_inner().into_ops()
}

/// The lines of a text, each with the end of its line.
pub fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// The lines of two texts; in each place those that go come first.
pub fn changes<'t>(old: &'t str, new: &'t str) -> Vec<Line<'t>> {
    let (old, new) = (lines(old), lines(new));
    steps(&old, &new).iter().flat_map(|step| of_step(step, &old, &new)).collect()
}

/// The lines of a step.
pub fn of_step<'t>(step: &DiffOp, old: &[&'t str], new: &[&'t str]) -> Vec<Line<'t>> {
    let before = old.get(step.old_range()).unwrap_or_default().iter();
    if let DiffOp::Equal { .. } = step {
        return before.map(|line| Line::Kept(line)).collect();
    }
    let after = step.new_range().zip(new.get(step.new_range()).unwrap_or_default());
    before.map(|line| Line::Gone(line)).chain(after.map(|(number, line)| Line::Come(number, line))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_go_and_come_in_their_places() {
        use Line::{Come, Gone, Kept};
        assert_eq!(
            changes("a\nb\nc\nd\n", "a\nB\nc\nd\ne"),
            [Kept("a\n"), Gone("b\n"), Come(1, "B\n"), Kept("c\n"), Kept("d\n"), Come(4, "e")]
        );
        assert_eq!(changes("", "a\n"), [Come(0, "a\n")]);
        assert_eq!(changes("a\n", ""), [Gone("a\n")]);
        assert_eq!(changes("", ""), []);
    }

    #[test]
    fn steps_lead_from_any_sequence_to_any_other() {
        let words = ["", "a", "ab", "ba", "aab", "abab", "babba", "aaaabbbb", "cabbac", "bbbbaaaac"];
        for (old, new) in words.iter().flat_map(|old| words.iter().map(move |new| (old.as_bytes(), new.as_bytes()))) {
            let mut made = Vec::new();
            for step in steps(old, new) {
                if let DiffOp::Equal { .. } = step {
                    assert_eq!(old[step.old_range()], new[step.new_range()]);
                }
                made.extend_from_slice(&new[step.new_range()]);
            }
            assert_eq!(made, new);
        }
    }
}
