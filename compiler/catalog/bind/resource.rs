//! Kinds of resources: what their fields name, and that a Job makes them.
//!
//! Invariant: as in [`super`].

use super::{Binder, Place};
use crate::catalog::resource::{FieldType, ResourceField, ResourceKind};
use crate::tree::word::Word;

impl<'c> Binder<'c, '_> {
    /// The kinds of a service.
    pub(super) fn resources(&mut self, place: Place<'c>) {
        let service = place.service;
        let is_made = service.jobs.values().any(|job| service.makes_resources(job));
        for (name, kind) in &service.resources {
            self.bounds(place, &kind.bounds);
            if !is_made {
                let owner = &service.name;
                let message = format!(
                    "no job of service `{owner}` mounts a file with `document=resources`, which makes `{name}`"
                );
                self.idle(name.span, || message);
            }
            kind.named_by.iter().for_each(|of| self.kind_of_resource(of));
            for (field, declared) in &kind.fields {
                self.resource_field(kind, field, declared);
            }
        }
    }

    fn resource_field(&mut self, kind: &'c ResourceKind, name: &Word, field: &ResourceField) {
        let names = matches!(field.kind, FieldType::Resource | FieldType::Resources);
        match &field.of {
            Some(of) if names => self.kind_of_resource(of),
            Some(of) => self.idle(of.span, || format!("field `{name}` has `of`, and its type names no resource")),
            None if names => {
                self.idle(field.span, || format!("field `{name}` names resources, and `of` does not name their kind"))
            }
            None => {}
        }
        if let Some(first) = field.choices.first().filter(|_| !matches!(field.kind, FieldType::Text | FieldType::List))
        {
            self.idle(first.span, || format!("field `{name}` has choices, and is not of type `text` or `list`"));
        }
        if (field.minimum.is_some() || field.maximum.is_some()) && field.kind != FieldType::Integer {
            self.idle(field.span, || format!("field `{name}` has bounds, and is not of type `integer`"));
        }
        if let Some(other) = field.requires.as_ref().filter(|other| !kind.fields.contains_key(*other)) {
            self.unknown("field of the resource", other, kind.fields.keys().map(Word::as_str));
        }
        let Some(outer) = &field.within else { return };
        if !matches!(field.kind, FieldType::Address | FieldType::Addresses | FieldType::Ranges) {
            self.idle(outer.span, || format!("field `{name}` has `within`, and holds no address"));
        }
        let networks = kind.fields.iter().filter(|(_, other)| other.kind == FieldType::Cidr);
        let known: Vec<&str> = networks.map(|(other, _)| other.as_str()).collect();
        if !known.contains(&outer.as_str()) {
            self.unknown("field of type `cidr`", outer, known);
        }
    }

    fn kind_of_resource(&mut self, name: &Word) {
        let catalog = self.catalog;
        if catalog.resource(name).is_none() {
            let known = catalog.services.values().flat_map(|service| service.resources.keys());
            self.unknown("kind of resource", name, known.map(Word::as_str));
        }
    }
}
