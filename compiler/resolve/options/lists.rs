//! Options whose program takes a list: the values that a spec gives them one by one become one line.
//!
//! Invariant: an option that no table of its file knows as a list is left as it is; the check tells what is wrong with it.

use crate::catalog::bind::tables::tables_of;
use crate::catalog::file::TableName;
use crate::catalog::service::{File, Format, Service};
use crate::model::Model;
use crate::model::options::{FileOptions, OptionLayers, Rank};
use crate::options::Tables;
use crate::options::scope::Scope;

/// Joins what a site gives a list of in several values.
pub(super) fn join<'a>(model: &Model<'a>, tables: &Tables, place: (&Service, &str, &File), file: &mut FileOptions<'a>) {
    let (service, name, declared) = place;
    let has_several = |option: &OptionLayers<'_>| {
        let is_of_site = |rank| matches!(rank, Rank::Site | Rank::Group);
        let winner = option.winner().filter(|layer| is_of_site(layer.rank));
        option.join.is_none() && winner.is_some_and(|layer| layer.value.items().len() > 1)
    };
    let several = file.sections.values().flat_map(|options| options.values()).any(has_several);
    if !several || declared.format != Format::Oslo {
        return;
    }
    let mut scope = Scope::default();
    for TableName { table, file } in tables_of(tables, service, name, declared) {
        let Some(Ok(table)) = tables.table(&table) else { return };
        if scope.add(table, file.as_deref(), model.release_name(&service.name)).is_err() {
            return;
        }
    }
    for (section, options) in &mut file.sections {
        for (option, layers) in options.iter_mut().filter(|(_, layers)| has_several(layers)) {
            if scope.takes_list(section, option) {
                layers.join = Some(",");
            }
        }
    }
}
