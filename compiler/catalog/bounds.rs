//! When an item is there: releases and conditions.
//!
//! Invariant: a release is one that there is; a condition's kind is known, its names are bound by the binding pass.

use crate::catalog::qualified::Qualified;
use crate::catalog::target::{Distribution, TargetKind};
use crate::diag::{Diagnostic, nearest, unknown};
use crate::span::Span;
use crate::tree::node::Node;
use crate::tree::record::{Decoder, Described};
use crate::tree::shape::Shape;
use crate::tree::word::{FromWord, Word, word_of};
use crate::{record, words};

record! {
    /// When an item is there.
    pub struct Bounds {
        /// The first OpenStack release that has it.
        since: Option<ReleaseBound>,
        /// The last OpenStack release that has it.
        until: Option<ReleaseBound>,
        /// The conditions under which it is there, all of which must hold: `SETTING=VALUE`, `SERVICE.SETTING=VALUE`, `service:NAME` (enabled), `tls:NAME` (the provider of the capability, or the endpoint, speaks TLS; `*`: some endpoint of the identity catalog), `target:NAME` (kubernetes or hosts), `distribution:NAME` (what the hosts run), `node:NAME` (in host files: the node has the label, group or trait), `nodes:NAME` (some node has), `file:PATTERN` (the site has a file of that pattern), `back-end:KIND` (the site names a back end of that kind; `*`: of any), `site:trust` (the site names authorities that clients trust beside its own), each negated by a leading `!`.
        when: Conditions,
    }
}

impl Bounds {
    /// Those of what is always there.
    pub fn none(span: Span) -> Self {
        Bounds { span, since: None, until: None, when: Conditions::default() }
    }

    /// Makes them those of what stands within others: it is there where both hold.
    pub fn narrow(&mut self, outer: &Bounds) {
        let later = |since: &&ReleaseBound| self.since.as_ref().is_none_or(|own| own.index < since.index);
        let earlier = |until: &&ReleaseBound| self.until.as_ref().is_none_or(|own| until.index < own.index);
        let (since, until) =
            (outer.since.as_ref().filter(later).cloned(), outer.until.as_ref().filter(earlier).cloned());
        self.since = since.or(self.since.take());
        self.until = until.or(self.until.take());
        self.when.0.splice(0..0, outer.when.0.iter().cloned());
    }

    /// Is the release of that place within them?
    pub fn has_release(&self, index: usize) -> bool {
        self.since.as_ref().is_none_or(|since| since.index <= index)
            && self.until.as_ref().is_none_or(|until| index <= until.index)
    }
}

record! {
    /// That a release dropped something, and what took its place: a site that still names it is told so.
    pub struct Removal {
        /// The release that dropped it, the first without it; in place of `until`.
        gone: Option<ReleaseBound>,
        /// What to use in its place, said to a site that still names it; a sentence.
        instead: Option<Word>,
    }
}

impl Removal {
    /// That of what no release dropped.
    pub fn none(span: Span) -> Self {
        Removal { span, gone: None, instead: None }
    }

    /// Ends the bounds of what was dropped.
    pub fn end(&self, bounds: &mut Bounds, decoder: &mut Decoder<'_>) {
        let mut idle = |span, message: String| decoder.sink.push(Diagnostic::error("TG0517", span, message));
        let Some(gone) = &self.gone else {
            if let Some(instead) = &self.instead {
                idle(instead.span, "`instead` has no effect without `gone`".to_owned());
            }
            return;
        };
        if let Some(until) = &bounds.until {
            idle(until.word.span, format!("`until` has no effect beside `gone`, found `{}`", until.word));
        }
        match gone.index.checked_sub(1).and_then(|index| Some((index, decoder.releases.get(index)?))) {
            Some((index, name)) => bounds.until = Some(ReleaseBound { index, word: Word::new(name, gone.word.span) }),
            None => idle(gone.word.span, format!("no release has it: `{}` is the oldest", gone.word)),
        }
    }

    /// Tells a site of the release of that place that something is gone, if it is: what, and what to use in its place.
    pub fn refusal(&self, code: &'static str, what: &str, place: (usize, Span)) -> Option<Diagnostic> {
        let (release, span) = place;
        let gone = self.gone.as_ref().filter(|gone| gone.index <= release)?;
        let diagnostic = Diagnostic::error(code, span, format!("{what} was removed in OpenStack {}", gone.word))
            .also(gone.word.span, "removed here");
        Some(self.instead.iter().fold(diagnostic, |diagnostic, instead| diagnostic.hint(instead.as_str())))
    }
}

/// A release of the list, by its place.
#[derive(Debug, Clone)]
pub struct ReleaseBound {
    /// Its place, from the oldest.
    pub index: usize,
    /// Its name as it was written.
    pub word: Word,
}

impl FromWord for ReleaseBound {
    fn from_word(word: Word, decoder: &mut Decoder<'_>) -> Option<Self> {
        let index = decoder.releases.iter().position(|name| word == *name);
        if index.is_none() {
            let known = decoder.releases.iter().map(String::as_str);
            decoder.sink.push(unknown("TG0501", "OpenStack release", &word, word.span, known));
        }
        index.map(|index| ReleaseBound { index, word })
    }
}

/// What stands for every endpoint of the identity catalog, and for back ends of any kind, in a condition.
pub const EVERY: &str = "*";

/// Conditions, all of which must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conditions(pub Vec<Condition>);

/// A condition on the site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// Must it not hold?
    pub negated: bool,
    /// What it asks.
    pub question: Question,
}

/// What a condition asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// Is the service on?
    Service(Word),
    /// Does the capability's provider, or the endpoint of that id, speak TLS?
    Tls(Word),
    /// Has the node that a host file is for the label, group or trait?
    Node(Word),
    /// Has some node of the site the label, group or trait?
    Nodes(Word),
    /// Has the site a file of that pattern?
    File(Word),
    /// Does the site name a back end of that kind of this service?
    BackEnd(Word),
    /// Is the site made for that?
    Target(TargetKind),
    /// Do the site's hosts run that?
    Distribution(Distribution),
    /// Does the site say that?
    Site(SiteQuestion),
    /// Has the setting that value?
    Setting(Qualified, Word),
}

words! {
    /// What a condition asks of the site itself.
    pub enum SiteQuestion {
        /// Does it name authorities that clients trust beside its own?
        Trust = "trust",
    }
}

impl Conditions {
    /// A condition for each word that is one.
    pub fn of(words: Vec<Word>, decoder: &mut Decoder<'_>) -> Conditions {
        Conditions(words.into_iter().filter_map(|word| condition(word, decoder)).collect())
    }

    /// The bounds of what is there in every release where they hold.
    pub fn bounds(&self, span: Span) -> Bounds {
        Bounds { when: self.clone(), ..Bounds::none(span) }
    }
}

impl Described for Conditions {
    const SHAPE: Shape = Shape::Text;
    const REQUIRED: bool = false;

    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let words = word_of(node)?.split(char::is_whitespace);
        if words.is_empty() {
            let diagnostic = Diagnostic::error("TG0515", node.span, "expected a condition, found an empty string");
            decoder.sink.push(diagnostic.hint("leave `when` out"));
        }
        Some(Conditions::of(words, decoder))
    }

    fn absent() -> Option<Self> {
        Some(Conditions::default())
    }
}

/// The kinds of conditions that have a name.
const KINDS: [&str; 9] = ["service", "tls", "node", "nodes", "file", "back-end", "target", "distribution", "site"];

fn target(name: Word, decoder: &mut Decoder<'_>) -> Option<TargetKind> {
    let found = TargetKind::parse(&name);
    if found.is_none() {
        let known = TargetKind::CHOICES.iter().map(|choice| choice.word);
        decoder.sink.push(unknown("TG0515", "target", &name, name.span, known));
    }
    found
}

fn distribution(name: Word, decoder: &mut Decoder<'_>) -> Option<Distribution> {
    let found = Distribution::parse(&name);
    if found.is_none() {
        let known = Distribution::CHOICES.iter().map(|choice| choice.word);
        decoder.sink.push(unknown("TG0515", "distribution", &name, name.span, known));
    }
    found
}

fn site(name: Word, decoder: &mut Decoder<'_>) -> Option<SiteQuestion> {
    let found = SiteQuestion::parse(&name);
    if found.is_none() {
        let known = SiteQuestion::CHOICES.iter().map(|choice| choice.word);
        decoder.sink.push(unknown("TG0515", "question about the site", &name, name.span, known));
    }
    found
}

fn condition(word: Word, decoder: &mut Decoder<'_>) -> Option<Condition> {
    let (negated, word) = word.after("!").map_or((false, word), |rest| (true, rest));
    if let Some((kind, name)) = word.cut(":") {
        let question = match kind.as_str() {
            "service" => Question::Service(name),
            "tls" => Question::Tls(name),
            "node" => Question::Node(name),
            "nodes" => Question::Nodes(name),
            "file" => Question::File(name),
            "back-end" => Question::BackEnd(name),
            "target" => Question::Target(target(name, decoder)?),
            "distribution" => Question::Distribution(distribution(name, decoder)?),
            "site" => Question::Site(site(name, decoder)?),
            _ => {
                let message = format!("unknown kind of condition `{kind}`, expected one of `{}`", KINDS.join("`, `"));
                let diagnostic = Diagnostic::error("TG0515", kind.span, message);
                let near = nearest(&kind, KINDS);
                decoder.sink.push(
                    near.into_iter()
                        .fold(diagnostic, |diagnostic, near| diagnostic.hint(format!("did you mean `{near}`?"))),
                );
                return None;
            }
        };
        return Some(Condition { negated, question });
    }
    let Some((name, value)) = word.cut("=") else {
        let message = format!("`{word}` is not a valid condition, expected `SETTING=VALUE`");
        decoder.sink.push(Diagnostic::error("TG0515", word.span, message));
        return None;
    };
    let setting = match name.cut(".") {
        Some((service, name)) => Qualified { service: Some(service), name },
        None => Qualified { service: None, name },
    };
    Some(Condition { negated, question: Question::Setting(setting, value) })
}
