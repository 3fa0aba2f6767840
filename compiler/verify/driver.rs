//! Options of a back end against those that its driver declares.
//!
//! Invariant: only what other drivers declare and this one does not is told; what every driver reads is in no list.

use crate::catalog::service::Service;
use crate::config::file::{ConfigOption, Section};
use crate::diag::{Diagnostic, Sink, nearest};
use crate::options::Tables;
use crate::options::scope::Scope;
use crate::span::Span;

/// What the drivers of a service declare in a release.
pub struct Drivers<'t> {
    scope: Scope<'t>,
    /// The option that names a section's driver.
    option: String,
}

impl<'t> Drivers<'t> {
    /// Those that a file of the service, or one that it extends, names; none where there is no table for the release.
    pub fn of(service: &Service, file: &str, tables: &'t Tables, release: &str) -> Option<Self> {
        let mut named = service.file_chain(file).flat_map(|(_, declared)| &declared.sections);
        let drivers = named.find_map(|open| open.drivers.as_ref())?;
        let mut scope = Scope::default();
        scope.add(tables.table(&drivers.table)?.ok()?, None, release).ok()?;
        Some(Drivers { scope, option: drivers.option.to_string() })
    }

    /// The value of the option that names the section's driver.
    pub fn named<'s>(&self, section: &'s Section) -> Option<&'s ConfigOption> {
        section.options.iter().find(|option| option.name == self.option)
    }

    /// Tells of a driver of the service's own that the release does not have.
    pub fn known(&self, driver: &str, place: Span, sink: &mut Sink) {
        let family = |name: &str| name.split('.').next().map(str::to_owned);
        let is_own = self.scope.section_names().any(|known| family(known) == family(driver));
        if is_own && !self.scope.section_names().any(|known| known == driver) {
            let message = format!("the release has no driver `{driver}`");
            let diagnostic = Diagnostic::warning("TG0446", place, message);
            let near = nearest(driver, self.scope.section_names()).map(|near| format!("did you mean `{near}`?"));
            sink.push(near.into_iter().fold(diagnostic, Diagnostic::hint));
        }
    }

    /// Tells of an option that is another driver's.
    pub fn declares(&self, driver: &str, option: &str, place: (&str, Span), sink: &mut Sink) {
        let (section, span) = place;
        let has = |driver: &str| self.scope.options(driver).any(|(known, _)| known == option);
        if !self.scope.has_section(driver) || has(driver) {
            return;
        }
        let others: Vec<&str> = self.scope.section_names().filter(|other| has(other)).take(3).collect();
        if others.is_empty() {
            return;
        }
        let message = format!("`{option}` in `[{section}]` is not an option of its driver `{driver}`");
        let short = |name: &&str| format!("`{}`", name.rsplit('.').next().unwrap_or(name));
        let list = others.iter().map(short).collect::<Vec<_>>().join(", ");
        let mut diagnostic = Diagnostic::warning("TG0445", span, message);
        if let Some(near) = nearest(option, self.scope.options(driver).map(|(name, _)| name)) {
            diagnostic = diagnostic.hint(format!("did you mean `{near}`?"));
        }
        sink.push(diagnostic.hint(format!("drivers that declare it: {list}")));
    }
}
