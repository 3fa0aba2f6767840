//! A linked site against what its programs and its cluster take.
//!
//! Invariant: nothing is changed here; every finding names a place that somebody wrote.

mod option;
pub mod options;
