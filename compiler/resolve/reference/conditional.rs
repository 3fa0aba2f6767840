//! Texts that depend on conditions, and the place of the certificates that are trusted.
//!
//! Invariant: where no condition holds there is no text, and no reference in it is evaluated.

use super::evaluate::{Evaluator, Outcome, TRUST};
use crate::catalog::bounds::Conditions;
use crate::catalog::expr::{Piece, Trusted};
use crate::config::file::Line;
use crate::diag::Sink;
use crate::model::Evaluated;

/// Where the certificates of the site's own authority are mounted alone.
const OWN_TRUST: &str = "/run/taco/trust/own.crt";

impl Evaluator<'_, '_> {
    /// With no others beside it, the site's own authority is all that is trusted. Where it signs nothing, nothing is its own.
    pub(super) fn trusted(&self, authorities: Trusted) -> Outcome {
        let site = self.model.site;
        let has_others = !site.authorities.text.is_empty() && site.certificates.is_none();
        let place = if authorities == Trusted::Own && has_others { OWN_TRUST } else { TRUST };
        Ok(Evaluated { line: Line::public(place), from: Vec::new() })
    }

    pub(super) fn conditional(&self, conditions: &Conditions, pieces: &[Piece], sink: &mut Sink) -> Outcome {
        if self.model.holds(&self.context.service.name, &conditions.bounds(self.span)) {
            return self.text(pieces, sink);
        }
        Ok(Evaluated::default())
    }
}
