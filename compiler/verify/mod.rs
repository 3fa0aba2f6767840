//! A linked site against what its programs and its cluster take: what nobody but its users would find out.
//!
//! Invariant: nothing is changed here; every diagnostic names a place that somebody wrote.

mod document;
mod driver;
pub mod immutable;
pub mod objects;
mod option;
pub mod options;
mod policies;
mod secrets;
pub mod series;
pub mod succession;
