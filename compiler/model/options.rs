//! The options of a site's config files: file -> section -> option -> layers, lowest first.
//!
//! Invariant: what an option is, is the value of its last layer; nothing else decides between two values of an option.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use crate::catalog::bounds::Removal;
use crate::catalog::expr::{Branch, Expr, NodeValue, OptionPath, Tree};
use crate::span::Span;

/// Who gives a value; a later one wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// A fragment that the file starts from.
    Fragment,
    /// The service's own options of the file.
    Service,
    /// The site and its overlays.
    Site,
    /// The host group.
    Group,
}

/// A value of an option, and where it comes from.
#[derive(Debug, Clone, Copy)]
pub struct Layer<'a> {
    /// Who gives it.
    pub rank: Rank,
    /// Where the option's name was written.
    pub key: Span,
    /// What it says; may unset the option.
    pub value: &'a Tree,
}

/// An option with all that is said of it.
#[derive(Debug, Clone)]
pub struct OptionLayers<'a> {
    /// The layers, lowest first; never empty. Those of a file that this one extends come first.
    pub layers: Vec<Layer<'a>>,
    /// Several values are one line, joined by this.
    pub join: Option<&'a str>,
    /// Each item of the value is an option of its own.
    pub enumerate: bool,
}

impl<'a> OptionLayers<'a> {
    /// The layer that counts; none where it unsets the option.
    pub fn winner(&self) -> Option<Layer<'a>> {
        self.layers.last().copied().filter(|layer| layer.value.branch != Branch::Unset)
    }

    /// The values of the layer that counts.
    pub fn values(&self) -> &'a [Tree] {
        self.winner().map_or(&[], |layer| layer.value.items())
    }

    /// The places of the values that the winner takes the place of, lowest first.
    pub fn shadowed(&self) -> Vec<Span> {
        let lower = self.layers.split_last().map_or(&[][..], |(_, lower)| lower);
        lower.iter().map(|layer| layer.value.items().first().map_or(layer.value.span, |value| value.span)).collect()
    }

    /// Does it show a secret?
    pub fn is_secret(&self) -> bool {
        self.values().iter().flat_map(Tree::leaves).any(Expr::is_secret)
    }
}

/// The options of a file.
#[derive(Debug, Clone, Default)]
pub struct FileOptions<'a> {
    /// Section -> option, in the order of the file. An option that is unset stays, with its layers.
    pub sections: IndexMap<&'a str, IndexMap<&'a str, OptionLayers<'a>>>,
    /// Options that a release dropped, by section and name; one of the same name may be set all the same.
    pub removed: BTreeMap<(&'a str, &'a str), &'a Removal>,
    /// Where the site or the host group names a section.
    pub named: BTreeMap<&'a str, Span>,
}

impl<'a> FileOptions<'a> {
    /// An option that is set.
    pub fn get(&self, section: &str, option: &str) -> Option<&OptionLayers<'a>> {
        self.sections.get(section)?.get(option).filter(|layers| layers.winner().is_some())
    }

    /// The options of a section that are set, in order.
    pub fn set(&self, section: &str) -> impl Iterator<Item = (&'a str, &OptionLayers<'a>)> {
        let options = self.sections.get(section).into_iter().flatten();
        options.filter(|(_, layers)| layers.winner().is_some()).map(|(name, layers)| (*name, layers))
    }
}

/// An option whose value is known only on the node; its file is read last by the programs of the workload.
#[derive(Debug, Clone, Copy)]
pub struct NodeOption<'a> {
    /// The service.
    pub service: &'a str,
    /// The component or job.
    pub workload: &'a str,
    /// The file.
    pub file: &'a str,
    /// The section; `-` where the file has none.
    pub section: &'a str,
    /// The option.
    pub option: &'a str,
    /// The value.
    pub value: &'a NodeValue,
}

/// The options of all files of a site, as most nodes or those of a host group see them.
#[derive(Debug, Clone, Default)]
pub struct Options<'a> {
    /// By service and file; of files that are printed from options.
    pub files: BTreeMap<&'a str, BTreeMap<&'a str, FileOptions<'a>>>,
    /// What only the nodes know.
    pub nodes: Vec<NodeOption<'a>>,
}

impl<'a> Options<'a> {
    /// The options of a file of a service.
    pub fn file(&self, service: &str, file: &str) -> Option<&FileOptions<'a>> {
        self.files.get(service)?.get(file)
    }

    /// An option of a service that is set.
    pub fn get(&self, service: &str, path: &OptionPath) -> Option<&OptionLayers<'a>> {
        self.file(service, &path.file)?.get(&path.section, &path.option)
    }

    /// What only the nodes know of the files of a workload, in the order of the files.
    pub fn on_nodes(&self, service: &str, workload: &str) -> impl Iterator<Item = &NodeOption<'a>> {
        self.nodes.iter().filter(move |option| option.service == service && option.workload == workload)
    }
}
