//! taco-gen: one site spec in, every file that an OpenStack-on-Kubernetes site needs out.
//!
//! The stages, in the order in which [`compile`] runs them:
//!
//! | # | stage | module | takes and hands on |
//! |---|---|---|---|
//! | 1 | load | [`world`], [`catalog::load`] | the project's folder to texts |
//! | 2 | parse | [`tree`] | texts to spanned trees, shape-checked |
//! | 3 | stack | [`layer::stack`] | the spec to its layers: defaults, implied and named overlays, the spec |
//! | 4 | merge | [`layer`] | layers to one tree that knows what it shadows |
//! | 5 | decode | [`spec`], [`catalog`] | the tree to a typed site, service data to a catalog |
//! | 6 | resolve | [`resolve`] | site and catalog to a [`model`]: everything bound |
//! | 7 | lower | [`lower`] | model to an assembly: objects, config files and host files, as trees |
//! | 8 | link | [`link`] | assembly to a linked site: files printed, digests, final names; nothing changes an object afterwards |
//! | 9 | deliver | [`delivery`], [`secret::external`] | linked site to the objects that deliver it and its secrets |
//! | 10 | verify | [`verify`] | objects and files against what programs and the cluster accept; [`options`] holds the tables |
//! | 11 | check | [`check`] | model and finished files to diagnostics across services |
//! | 12 | emit | [`emit`] | everything to files: path, bytes, the origin of each line; [`print`] is what link and emit print with |
//! | 13 | write | [`write`] | bytes to disk; the only writer |
//!
//! [`import`] makes a spec of what another tool was told; it asks the stages whether it builds.
//!
//! [`review`] compares two finished states of sites: what differs, and what that does to what runs.
//!
//! Beside the stages stands [`secret`]: the encrypted store of a site's passwords and keys, of which a build reads names and
//! tags, never values.
//!
//! Invariant: stages 2 to 12 are pure; the same input gives the same bytes.
//! Invariant: nothing is written when there is an error.
//! Invariant: no service name is a literal in the compiler.

pub mod catalog;
pub mod check;
pub mod cli;
pub mod compile;
pub mod config;
pub mod delivery;
pub mod diag;
pub mod edit;
pub mod emit;
pub mod explain;
pub mod import;
pub mod kube;
pub mod layer;
pub mod link;
pub mod lower;
pub mod model;
pub mod options;
pub mod origin;
pub mod print;
pub mod resolve;
pub mod review;
pub mod secret;
pub mod span;
pub mod spec;
pub mod tree;
pub mod upgrade;
pub mod verify;
pub mod world;
pub mod write;

pub use compile::{Compiled, compile};
