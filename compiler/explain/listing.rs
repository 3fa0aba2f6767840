//! What a catalog offers, as lists: services, the settings of one, releases.
//!
//! Invariant: answers are made from the catalog that a build reads; every item of it is listed.

use serde::Serialize;

use super::catalog::shown;
use crate::catalog::Catalog;
use crate::catalog::load::Library;
use crate::catalog::service::{Service, Setting};
use crate::model::facts::{Presence, SiteFacts};

/// A service in a list.
#[derive(Debug, Serialize)]
pub struct ServiceLine {
    /// Its name.
    pub name: String,
    /// What it does for a site.
    pub summary: String,
    /// `on` or `off` in a site that says nothing.
    pub default: String,
    /// The releases that have it, oldest first.
    pub releases: Vec<String>,
    /// What it is in the site that was asked about: `on`, `off`, `external`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<&'static str>,
}

/// A setting in a list.
#[derive(Debug, Serialize)]
pub struct SettingLine {
    /// Its name.
    pub name: String,
    /// What it holds: text, integer, boolean, quantity, list.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Its value where the site says nothing, as service data has it.
    pub default: Option<String>,
    /// The words it may be.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// The smallest number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum: Option<i64>,
    /// The largest number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maximum: Option<i64>,
    /// What it decides.
    pub doc: String,
}

/// A service and what a site can set of it.
#[derive(Debug, Serialize)]
pub struct ServicePage {
    /// The service.
    #[serde(flatten)]
    pub service: ServiceLine,
    /// Its settings.
    pub settings: Vec<SettingLine>,
    /// Its components.
    pub components: Vec<String>,
    /// Its config files.
    pub files: Vec<String>,
    /// Services that must be on.
    pub requires: Vec<String>,
}

/// A release in a list.
#[derive(Debug, Serialize)]
pub struct ReleaseLine {
    /// Its name.
    pub name: String,
    /// Its code name.
    pub codename: Option<String>,
    /// The releases from which OpenStack supports an upgrade to it in one step.
    pub upgrades_from: Vec<String>,
}

/// The services, in order of name; with a site, what each is in it.
pub fn services(catalog: &Catalog, site: Option<&SiteFacts>) -> Vec<ServiceLine> {
    catalog.services.values().map(|service| line(catalog, service, site)).collect()
}

fn line(catalog: &Catalog, service: &Service, site: Option<&SiteFacts>) -> ServiceLine {
    let presence = |facts: &SiteFacts| match facts.services.get(service.name.as_str()) {
        Some(Presence::Here) => "on",
        Some(Presence::Elsewhere) => "external",
        None => "off",
    };
    let releases = catalog.releases.keys().enumerate().filter(|(index, _)| service.bounds.has_release(*index));
    ServiceLine {
        name: service.name.to_string(),
        summary: service.summary.clone(),
        default: service.default.word().to_owned(),
        releases: releases.map(|(_, name)| name.to_string()).collect(),
        site: site.map(presence),
    }
}

/// A service of that name.
pub fn service(library: &Library, name: &str) -> Option<ServicePage> {
    let service = library.catalog.services.get(name)?;
    let setting = |(name, setting): (&_, &Setting)| SettingLine {
        name: format!("{name}"),
        kind: setting.kind.word(),
        default: setting.default.as_ref().map(|values| shown(library, values)),
        choices: setting.choices.iter().map(ToString::to_string).collect(),
        minimum: setting.minimum.map(|bound| bound.0),
        maximum: setting.maximum.map(|bound| bound.0),
        doc: setting.doc.clone(),
    };
    Some(ServicePage {
        service: line(&library.catalog, service, None),
        settings: service.settings.iter().map(setting).collect(),
        components: service.components.keys().map(ToString::to_string).collect(),
        files: service.files.keys().map(ToString::to_string).collect(),
        requires: service.requires.iter().map(ToString::to_string).collect(),
    })
}

/// The OpenStack releases, oldest first.
pub fn releases(catalog: &Catalog) -> Vec<ReleaseLine> {
    let line = |(name, release): (&_, &crate::catalog::release::Release)| ReleaseLine {
        name: format!("{name}"),
        codename: release.codename.clone(),
        upgrades_from: release.upgrades_from.iter().map(ToString::to_string).collect(),
    };
    catalog.releases.iter().map(line).collect()
}
