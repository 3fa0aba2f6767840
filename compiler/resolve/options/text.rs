//! What a site says of a file that is a text: a text of its own, or settings that stand after it.
//!
//! Invariant: what cannot be written into the text is a diagnostic; nothing is dropped.

use super::{Resolver, put};
use crate::catalog::expr::{Branch, Tree};
use crate::catalog::service::File;
use crate::diag::Diagnostic;
use crate::model::options::{FileOptions, Layer, Rank};
use crate::tree::word::Word;

impl<'a> Resolver<'_, 'a> {
    /// Takes what is said of a text.
    pub(super) fn of_text(
        &mut self,
        rank: Rank,
        (name, declared): (&'a Word, &'a File),
        tree: &'a Tree,
        file: &mut FileOptions<'a>,
    ) {
        match (&tree.branch, declared.assignments) {
            (Branch::One(text), _) => file.text = Some(text),
            (Branch::Map(settings), Some(_)) => {
                for (setting, value) in settings {
                    self.assignment((name, setting), Layer { rank, key: setting.span, value }, file);
                }
            }
            _ => {
                let found = match tree.branch {
                    Branch::Map(_) => "options",
                    Branch::List(_) => "a list",
                    Branch::One(_) | Branch::Unset => "nothing",
                };
                let service = &self.service.name;
                let message = format!("`{name}` of service `{service}` is a text as a whole; found {found}");
                let hint = format!("give all of it: `config \"{name}\" \"TEXT\"`");
                self.sink.push(Diagnostic::error("TG0532", tree.span, message).hint(hint));
            }
        }
    }

    fn assignment(&mut self, place: (&Word, &'a Word), layer: Layer<'a>, file: &mut FileOptions<'a>) {
        let (name, setting) = place;
        let is_upper = |c: char| c.is_ascii_uppercase() || c == '_';
        if !setting.starts_with(is_upper) || !setting.chars().all(|c| is_upper(c) || c.is_ascii_digit()) {
            let message = format!("`{setting}` is not a valid name of a setting in `{name}`");
            let finding = Diagnostic::error("TG0533", layer.key, message);
            let upper = setting.to_ascii_uppercase().replace('-', "_");
            let hint = match upper.starts_with(is_upper) && upper.chars().all(|c| is_upper(c) || c.is_ascii_digit()) {
                true => format!("the program reads names in upper case alone: `{upper}`"),
                false => "names are upper-case letters, digits and underscores".to_owned(),
            };
            return self.sink.push(finding.hint(hint));
        }
        if layer.value.branch == Branch::Unset && file.get("-", setting).is_none() {
            return self.unset_of_nothing(("-", setting), layer.value.span, file);
        }
        put(file.sections.entry("-").or_default(), setting, layer);
    }
}
