//! Rules of the service data, run over the finished options.
//!
//! Invariant: a diagnostic's code, reason and advice are the rule's own; numbers found and expected are in its message.

mod list;
mod lists;
mod mounting;
mod neighbour;
mod number;
mod part;
mod port;
mod run;

use std::collections::BTreeSet;

use self::run::{Run, Value, with};
use crate::catalog::expr::{Expr, OptionPath};
use crate::catalog::rule::{RuleSeverity, Subject, Test};
use crate::check::finished::{Finished, Found, text};
use crate::diag::{Severity, Sink};
use crate::model::Model;
use crate::resolve::reference::{Context, evaluate};
use crate::span::Span;

/// What follows the name of an option that only has its program's default.
const UNSET: &str = ", which is not set,";

/// Runs the rules of every service that is on, and those of none.
pub fn rules(model: &Model<'_>, finished: &Finished<'_>, sink: &mut Sink) {
    // A rule of no service names services in full, so any will do as the one that its references stand in.
    if let Some(service) = model.services.first() {
        for rule in model.catalog.rules.iter().filter(|rule| model.holds(&service.name, &rule.bounds)) {
            Run { model, finished, service, rule }.run(sink);
        }
    }
    for service in &model.services {
        for rule in service.rules.iter().filter(|rule| model.holds(&service.name, &rule.bounds)) {
            Run { model, finished, service, rule }.run(sink);
        }
    }
}

/// Runs the rules of settings once more, as a host group has them.
pub fn of_group(model: &Model<'_>, finished: &Finished<'_>, sink: &mut Sink) {
    let said = |service: &str| model.group.is_some_and(|group| group.services.contains_key(service));
    for service in model.services.iter().filter(|service| said(&service.name)) {
        let rules = service.rules.iter().filter(|rule| matches!(rule.subject, Subject::Setting(_)));
        for rule in rules.filter(|rule| model.holds(&service.name, &rule.bounds)) {
            Run { model, finished, service, rule }.run(sink);
        }
    }
}

impl Run<'_, '_> {
    fn run(&self, sink: &mut Sink) {
        let code = self.rule.code.name;
        let values = self.values(sink);
        match &self.rule.test {
            Test::Same(_) => self.same(code, &values, sink),
            test => {
                let mut told = BTreeSet::new();
                for value in values.into_iter().filter(|value| self.holds(value)) {
                    let Some((message, places)) = self.test(test, &value, sink) else { continue };
                    // One line of a site may decide many options, in files that extend others or by what they are held against.
                    let written = places.iter().find(|span| self.finished.is_written(**span));
                    if told.insert((written.or(places.first()).copied(), value.text.clone())) {
                        self.tell(code, &places, message, sink);
                    }
                }
            }
        }
    }

    fn tell(&self, code: &'static str, places: &[Span], message: String, sink: &mut Sink) {
        let message = format!("{message}; {}", self.rule.why);
        let mut diagnostic = self.finished.diagnostic(code, places, self.model.site.name.span, message);
        diagnostic.hints.extend(self.rule.hint.clone());
        if self.rule.severity == RuleSeverity::Warning {
            diagnostic.severity = Severity::Warning;
        }
        sink.push(diagnostic);
    }

    /// What the rule tests, as the finished files have it.
    fn values(&self, sink: &mut Sink) -> Vec<Value> {
        let mut values = Vec::new();
        match &self.rule.subject {
            Subject::Options(patterns) => {
                for pattern in patterns {
                    let OptionPath { file, section, option } = &pattern.path;
                    let service = pattern.service.as_deref().unwrap_or(self.service.name.as_str());
                    values.extend(self.options((service, file), (section, option)));
                }
                if let (true, Some(default), Some(first)) = (values.is_empty(), &self.rule.default, patterns.first()) {
                    let OptionPath { file, section, option } = &first.path;
                    let (text, spans) = self.term(default, sink);
                    let title = format!("`{option}` in `[{section}]` of `{file}`{UNSET}");
                    let service = first.service.as_deref().unwrap_or(self.service.name.as_str());
                    values.push(Value {
                        title,
                        text,
                        spans,
                        file: Some((service.to_owned(), file.to_string())),
                        section: section.to_string(),
                    });
                }
            }
            Subject::Value(value) => {
                let (text, spans) = self.term(value, sink);
                let title = self.rule.named.clone().unwrap_or_else(|| "the value".to_owned());
                values.push(Value { title, text, spans, file: None, section: String::new() });
            }
            Subject::Setting(name) => {
                let chosen = self.model.settings.get(&(self.service.name.as_str(), name.as_str()));
                for value in chosen.into_iter().flat_map(|chosen| chosen.value.values()) {
                    let (text, spans) = self.term(value, sink);
                    let title = format!("`{name}` of service `{}`", self.service.name);
                    values.push(Value { title, text, spans, file: None, section: String::new() });
                }
            }
        }
        let mut values: Vec<Value> = values.into_iter().flat_map(|value| part::parts(value, self.rule.each)).collect();
        let unit = self.rule.unit.map_or("", |unit| unit.word());
        for value in values.iter_mut().filter(|value| value.text.ends_with(|c: char| c.is_ascii_digit())) {
            value.text.push_str(unit);
        }
        values
    }

    fn options(&self, file: (&str, &str), option: (&str, &str)) -> Vec<Value> {
        let like = |pattern: &str, name: &str| pattern == "*" || pattern == name;
        let found = self.finished.options.iter().filter(|found| {
            like(file.0, found.service)
                && like(file.1, found.file)
                && like(option.0, found.section)
                && like(option.1, found.option)
        });
        let value = |found: &Found<'_>| Value {
            title: found.title(),
            text: found.text.clone(),
            spans: found.spans.clone(),
            file: Some((found.service.to_owned(), found.file.to_owned())),
            section: found.section.to_owned(),
        };
        found.map(value).collect()
    }

    /// A reference or literal of the rule: its text and where it comes from.
    fn term(&self, value: &Expr, sink: &mut Sink) -> (String, Vec<Span>) {
        let evaluated = evaluate(self.model, Context::of(self.service), value, sink);
        (text(&evaluated.line), evaluated.from)
    }

    /// What is wrong with a value, and the places that decide it.
    fn test(&self, test: &Test, value: &Value, sink: &mut Sink) -> Option<(String, Vec<Span>)> {
        match test {
            Test::AtLeast(terms) => self.bound(value, terms, number::Bound::Lowest, sink),
            Test::AtMost(terms) => self.bound(value, terms, number::Bound::Highest, sink),
            Test::Odd(_) => number::odd(value),
            Test::Matches(pattern) => {
                let is_wrong = !value.text.is_empty() && !pattern.is_match(&value.text);
                is_wrong.then(|| (format!("{} is `{}`", value.title, value.text), value.spans.clone()))
            }
            Test::Equal(terms) => {
                let (expected, from): (Vec<_>, Vec<_>) = terms.iter().map(|term| self.term(term, sink)).unzip();
                let first = expected.first()?;
                let message = || format!("{} is `{}` and must be `{first}`", value.title, value.text);
                let is_one = expected.iter().any(|wanted| part::means(wanted, &value.text));
                (!is_one).then(|| (message(), with(value, &from.concat())))
            }
            Test::Differs(terms) => {
                let wrong = terms.iter().any(|term| part::means(&self.term(term, sink).0, &value.text));
                let message = match value.text.as_str() {
                    "" => format!("{} is not set", value.title.trim_end_matches(UNSET)),
                    text => format!("{} is `{text}`", value.title),
                };
                wrong.then(|| (message, value.spans.clone()))
            }
            Test::Has(terms) => self.has(value, terms, sink),
            Test::Lacks(terms) => self.lacks(value, terms, sink),
            Test::Among(terms) => self.among(value, terms, sink),
            Test::Needs(neighbours) => self.needs(value, neighbours),
            Test::Excludes(neighbours) => self.excludes(value, neighbours),
            Test::Disjoint(path) => self.disjoint(value, path),
            Test::Mounted(_) => self.mounted(value),
            Test::GracePeriod(programs) => self.grace(value, programs),
            Test::Port(_) => self.port(value),
            Test::Lists(capability) => self.lists(value, capability),
            Test::Same(_) => None,
        }
    }

    fn same(&self, code: &'static str, values: &[Value], sink: &mut Sink) {
        let Some(first) = values.first() else { return };
        let Some(other) = values.iter().find(|value| value.text != first.text) else { return };
        // The value that a site wrote is the one to look at; the other stands beside it.
        let written = |value: &Value| value.spans.iter().any(|span| self.finished.is_written(*span));
        let (odd, rest) = if written(first) && !written(other) { (first, other) } else { (other, first) };
        let message = format!("{} is `{}` and {} is `{}`", odd.title, odd.text, rest.title, rest.text);
        self.tell(code, &with(odd, &rest.spans), message, sink);
    }
}
