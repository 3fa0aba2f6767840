//! What whoever delivers an object must know of it beyond its content.
//!
//! Invariant: a mark says what holds for the object, never how a controller is told.

use crate::origin::OriginId;
use crate::span::Span;

/// The marks of an object, each with what it comes from.
#[derive(Debug, Clone, Default)]
pub struct Marks {
    /// Its place in the order of the start: objects of a lower wave are there and ready before.
    pub wave: Option<(usize, OriginId)>,
    /// It holds what cannot be made again, so it stays when it is no longer part of the output.
    pub keep: Option<OriginId>,
    /// The cluster fills in its data at run time: applying it again changes none of that.
    pub filled_at_run_time: Option<OriginId>,
    /// When it is ready is decided by a clock, or by what is not part of the site (a load balancer): nothing waits for it.
    pub ready_in_its_own_time: Option<OriginId>,
    /// The site says it itself.
    pub own: Option<Own>,
}

/// What a site says of an object of its own.
#[derive(Debug, Clone, Copy)]
pub struct Own {
    /// Where its name is written.
    pub span: Span,
    /// Does the site say that it belongs to the cluster?
    pub is_of_cluster: bool,
    /// Where it says so.
    pub scoped: Option<Span>,
}
