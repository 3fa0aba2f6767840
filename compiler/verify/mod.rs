//! A finished site to findings: what nobody but its users would find out.
//!
//! Invariant: nothing is changed here.

pub mod objects;
