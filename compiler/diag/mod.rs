//! Diagnostics: what is wrong, where, and what to do.
//!
//! Invariant: nothing is printed here; the renderers under [`crate::cli`] do that. A sink hands its diagnostics out sorted
//! by place and without repeats.

pub mod allow;
mod back_end_codes;
pub mod codes;
mod diagnostic;
mod entry;
pub mod host_codes;
mod import_codes;
mod near;
pub mod output_codes;
mod own_codes;
mod reach_codes;
pub mod registry;
mod resource_codes;
mod review_codes;
mod rule_codes;
pub mod service_codes;
mod sink;
mod target_codes;

pub use diagnostic::{Diagnostic, Fix, Label, Severity};
pub use near::{counted, nearest, unknown};
pub use sink::Sink;
