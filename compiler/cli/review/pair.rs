//! Arguments to pairs of states: what a site's base has, and what its spec gives.
//!
//! Invariant: all sites are compiled and all bases read before the first answer.

use std::process::ExitCode;

use rayon::prelude::*;

use super::base::Base;
use crate::catalog::load::Library;
use crate::cli::args::Comparison;
use crate::cli::render::Format;
use crate::cli::{BROKEN, Project, broken, report, sealed};
use crate::compile::{Compiled, compile};
use crate::diag::{Diagnostic, Severity};
use crate::review::compare::Change;
use crate::review::plan::Inputs;
use crate::review::state::State;
use crate::world::Sources;

/// A site beside its base.
pub struct Pair {
    /// The site's folder, e.g. `sites/lab`.
    pub site: String,
    /// The site as its spec says.
    pub compiled: Compiled,
    /// The base.
    pub old: State,
    /// What the spec gives.
    pub new: State,
}

impl Pair {
    /// What a plan of it is made of.
    pub fn inputs<'a>(&'a self, library: &'a Library, changes: &'a [Change], today: Option<&'a str>) -> Inputs<'a> {
        let (site, compiled) = (self.site.as_str(), &self.compiled);
        Inputs { site, compiled, library, old: &self.old, new: &self.new, changes, today }
    }
}

/// Compiles sites and reads their bases. What stops that is reported.
pub fn pairs(comparison: &Comparison) -> Result<Vec<Pair>, ExitCode> {
    Ok(of_project(comparison)?.1)
}

/// As [`pairs`], with the project.
pub fn of_project(comparison: &Comparison) -> Result<(Project, Vec<Pair>), ExitCode> {
    let base = Base::open(comparison).map_err(|error| refuse(&error.diagnostics))?;
    let project = Project::open(Format::Human)?;
    let sites = project.sites(&comparison.selection).map_err(|message| broken(&message))?;
    let compiled: Vec<Compiled> = match sites.as_slice() {
        [one] => vec![compile(&project.world, &project.library, one)],
        many => many.par_iter().map(|site| compile(&project.world, &project.library, site)).collect(),
    };
    let mut is_sound = true;
    for one in &compiled {
        is_sound &= one.artifacts.is_some();
        report(&one.diagnostics, &one.sources, Format::Human);
    }
    if !is_sound {
        return Err(ExitCode::from(1));
    }
    let names: Vec<(&str, &str)> =
        sites.iter().map(String::as_str).zip(compiled.iter().map(|one| one.name.as_str())).collect();
    let states = base.states(&names).map_err(|error| match error {
        base_error if base_error.sources.is_none() => refuse(&base_error.diagnostics),
        base_error => {
            report(&base_error.diagnostics, base_error.sources.as_ref().unwrap_or(&Sources::default()), Format::Human);
            ExitCode::from(BROKEN)
        }
    })?;
    let pair = |((site, compiled), old): ((String, Compiled), State)| {
        let new = State::of_artifacts(compiled.artifacts.as_deref().unwrap_or_default(), sealed::inputs(&compiled));
        Pair { site, compiled, old, new }
    };
    let pairs = sites.into_iter().zip(compiled).zip(states).map(pair).collect();
    Ok((project, pairs))
}

/// Reports diagnostics about no text, and says that nothing could be done.
pub fn refuse(diagnostics: &[Diagnostic]) -> ExitCode {
    report(diagnostics, &Sources::default(), Format::Human);
    let is_error = diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    ExitCode::from(if is_error { BROKEN } else { 0 })
}
