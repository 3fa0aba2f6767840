//! What a file leaves out of the one that it extends, or keeps of it.
//!
//! Invariant: a name that neither the tables nor the file's own entries know is told.

use super::Judge;
use crate::catalog::file::File;
use crate::catalog::service::Service;
use crate::diag::unknown;
use crate::options::scope::Scope;
use crate::tree::word::Word;

/// The section that stands for a file without any.
const NONE: &str = "-";

impl<'c> Judge<'c, '_> {
    /// The sections and options of `without`.
    pub(super) fn without(&mut self, (service, name, file): (&'c Service, &Word, &File), scopes: &[Scope<'c>]) {
        let fragments = self.catalog.fragments_of(service, name);
        let is_judged = self.is_judged;
        for word in file.without.iter().filter(|word| is_judged(word.span.file)) {
            let known = |section: &str| {
                scopes.iter().any(|scope| scope.has_section(section))
                    || fragments.iter().any(|fragment| fragment.contains_key(section))
            };
            let (section, option) =
                word.split_once('/').map_or((word.as_str(), None), |(section, option)| (section, Some(option)));
            if !known(section) {
                let known = scopes.iter().flat_map(Scope::section_names);
                self.sink.push(unknown("TG0521", "section of the extended file", section, word.span, known));
            } else if let Some(option) = option {
                let targets = self.targets((service, name), section, scopes);
                let section = Word::new(section, word.span);
                self.option(scopes, (&section, &targets), &Word::new(option, word.span), None);
            }
        }
    }

    /// The names of `only`.
    pub(super) fn only(&mut self, (service, name, file): (&'c Service, &Word, &File), scopes: &[Scope<'c>]) {
        let fragments = self.catalog.fragments_of(service, name);
        let set = fragments.iter().filter_map(|fragment| fragment.get(NONE)).flat_map(|entries| entries.keys());
        let listed = scopes.iter().flat_map(|scope| scope.options(NONE)).map(|(name, _)| name);
        let known: Vec<&str> = set.map(Word::as_str).chain(listed).collect();
        let is_judged = self.is_judged;
        for word in file.only.iter().filter(|word| is_judged(word.span.file)) {
            if !known.contains(&word.as_str()) {
                self.sink.push(unknown("TG0522", "name of the extended file", word, word.span, known.iter().copied()));
            }
        }
    }
}
