//! Two states of sites to what a reviewer decides by: what differs ([`compare`], [`fleet`]), and what it does to a running site
//! ([`plan`]).
//!
//! A state is a set of texts by path: what a compilation gives, or what is committed. Both sides are read in the same way.
//!
//! Invariant: pure; the same two states give the same bytes. Only the command line reads Git, disks and clocks.
//! Invariant: what a Secret holds is never part of an answer, only whether it changed.

pub mod compare;
pub mod drift;
pub mod fleet;
pub mod graph;
pub mod human;
pub mod leaves;
pub mod live;
pub mod markdown;
pub mod page;
pub mod plan;
pub mod sections;
pub mod state;
mod steps;
pub mod topology;
pub mod unified;
