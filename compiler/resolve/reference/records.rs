//! References to many things at once: a text or an object for each network, node, account ... of the site.
//!
//! Invariant: a record that is not there gives nothing, and a field that a record lacks is left out; equal texts count once.

use serde_json::Value;

use super::balanced::balanced;
use super::client::client_records;
use super::evaluate::{Context, Evaluator, Outcome, evaluate, text_of, with};
use super::host::{features, proxies};
use super::record::Record;
use super::workloads::workloads;
use crate::catalog::expr::{Each, Expr, Filter, Kind, Part, Qualified, Records, Reference, Selection, Source};
use crate::catalog::overlay::{BackEndSpec, Dpdk};
use crate::catalog::scalar::{Host, WebUrl};
use crate::catalog::service::Service;
use crate::config::file::{Line, Part as LinePart};
use crate::diag::{Diagnostic, Sink};
use crate::model::{Evaluated, Model};
use crate::spec::dpdk;
use crate::spec::site::{EndpointSpec, Interface, Network, Node as SiteNode, Site, Traced, Word};
use crate::spec::uplinks::{Uplink, uplinks};
use crate::spec::zones;
use crate::tree::scalar::Typed;

/// The values that a value gives: of an `(each)` one for each record, of all else one.
pub fn evaluate_each(model: &Model<'_>, context: Context<'_>, value: &Expr, sink: &mut Sink) -> Vec<Evaluated> {
    let Kind::Reference(Reference::Each(each)) = &value.kind else {
        return vec![evaluate(model, context, value, sink)];
    };
    let mut values = Evaluator { model, context, span: value.span }.texts(each, sink).unwrap_or_else(|message| {
        sink.push(Diagnostic::error("TG0507", value.span, message));
        Vec::new()
    });
    values.iter_mut().for_each(|evaluated| evaluated.from.insert(0, value.span));
    values
}

/// Does the value differ from node to node, beyond what their labels, groups, traits and features of hosts decide?
pub fn is_of_node(model: &Model<'_>, value: &Expr) -> bool {
    let is_of = |of: &Selection| {
        (of.source.is_of_node() && !of.source.is_of_host())
            || of.limit.as_ref().is_some_and(|(most, _)| model.site.nodes.len() > *most)
    };
    value.references().into_iter().any(|reference| match reference {
        Reference::Each(each) => is_of(&each.of),
        Reference::Records(records) => is_of(&records.of),
        _ => false,
    })
}

/// Does the value ask for what one node has, features of its host too?
pub fn reads_node(value: &Expr) -> bool {
    value.references().into_iter().any(|reference| match reference {
        Reference::Each(each) => each.of.source.is_of_node(),
        Reference::Records(records) => records.of.source.is_of_node(),
        _ => false,
    })
}

impl Evaluator<'_, '_> {
    /// The texts of all records, joined by commas.
    pub(super) fn each(&self, each: &Each, sink: &mut Sink) -> Outcome {
        let mut joined = Evaluated { line: Line::default(), from: vec![self.span] };
        for value in self.texts(each, sink)? {
            if !joined.line.parts.is_empty() {
                joined.line.push(",");
            }
            joined.line.append(value.line);
            joined.from.extend(value.from);
        }
        Ok(joined)
    }

    /// The objects of all records as JSON; no text where there is none.
    pub(super) fn records(&self, wanted: &Records) -> Outcome {
        let records = self.selected(&wanted.of)?;
        let object = |record: &Record| {
            let mut object = serde_json::Map::new();
            for (path, field) in &wanted.fields {
                if let Some(value) = record.fields.get(field.as_str()) {
                    insert(&mut object, path, value.clone());
                }
            }
            Value::Object(object)
        };
        let objects: Vec<Value> = records.iter().map(object).collect();
        let text = if objects.is_empty() { String::new() } else { Value::Array(objects).to_string() };
        let span = records.first().map_or(self.span, |record| record.span);
        let mut made = with(text, span);
        made.from.extend(records.iter().flat_map(|record| &record.from));
        Ok(made)
    }

    fn texts(&self, each: &Each, sink: &mut Sink) -> Result<Vec<Evaluated>, String> {
        let mut texts: Vec<Evaluated> = Vec::new();
        for record in self.selected(&each.of)? {
            let mut value = Evaluated { line: Line::default(), from: vec![record.span] };
            value.from.extend(&record.from);
            for piece in &each.parts {
                match piece {
                    Part::Literal(text) => value.line.push(text),
                    Part::Field(field) => value.line.push(&record.text(field).unwrap_or_default()),
                    Part::Reference(reference) => {
                        let inner = self.reference(reference, sink)?;
                        value.line.append(inner.line);
                        value.from.extend(inner.from);
                    }
                }
            }
            if !texts.iter().any(|known| known.line == value.line) {
                texts.push(value);
            }
        }
        Ok(texts)
    }

    /// A back end with its settings, but those that hold secrets.
    fn back_end(&self, owner: &Service, said: &BackEndSpec) -> Record {
        let mut record =
            Record::new([("name", Some(text(&said.name))), ("kind", Some(text(&said.kind)))], said.name.span);
        let prefix = format!("{}/", said.name);
        for name in owner.settings.keys() {
            let Some(own) = name.strip_prefix(&prefix) else { continue };
            let setting = Qualified { service: Some(owner.name.0.clone()), name: name.clone() };
            let Ok(value) = self.setting(&setting, &mut Sink::default()) else { continue };
            let is_public = value.line.parts.iter().all(|part| matches!(part, LinePart::Public(_)));
            if is_public {
                record.fields.insert(format!("setting.{own}"), Value::from(text_of(&value.line)));
                record.from.extend(value.from);
            }
        }
        record
    }

    /// The records of a source that count.
    fn selected(&self, of: &Selection) -> Result<Vec<Record>, String> {
        let mut records = self.source(of)?;
        records.retain(|record| of.filters.iter().all(|filter| self.is_wanted(record, filter)));
        Ok(records)
    }

    fn is_wanted(&self, record: &Record, filter: &Filter) -> bool {
        match filter {
            Filter::Has(field) => record.fields.contains_key(field.as_str()),
            Filter::Lacks(field) => !record.fields.contains_key(field.as_str()),
            Filter::Is(field, value) => record.text(field).is_some_and(|text| *value == text),
            Filter::In(name) => record.node.is_some_and(|node| self.model.is_member(node, name)),
        }
    }

    fn source(&self, of: &Selection) -> Result<Vec<Record>, String> {
        let site = self.model.site;
        let networks = || site.networks.values();
        let this = || {
            let node = self.model.node.and_then(|index| Some((index, site.nodes.get(index)?)));
            node.ok_or_else(|| "only a host file and a value of `node-options` have a node of their own".to_owned())
        };
        Ok(match of.source {
            Source::Networks => networks().map(of_network).collect(),
            Source::SiteEndpoints => site_endpoints(site),
            Source::VlanRanges => networks().flat_map(of_ranges).collect(),
            Source::Ntp => networks().flat_map(|network| of_addresses(network, &network.ntp)).collect(),
            Source::NtpPools => networks().flat_map(|network| of_addresses(network, &network.ntp_pools)).collect(),
            Source::Nodes => {
                let near = |index: usize| {
                    of.limit.as_ref().is_none_or(|(most, name)| {
                        site.nodes.len() <= *most || self.model.node == Some(index) || self.model.is_member(index, name)
                    })
                };
                let nodes = site.nodes.iter().enumerate().filter(|(index, _)| near(*index));
                nodes.map(|(index, node)| of_node(site, index, node)).collect()
            }
            Source::Node => this().map(|(index, node)| vec![of_node(site, index, node)])?,
            Source::BridgePorts => this().map(|(_, node)| node.interfaces.iter().filter_map(of_port).collect())?,
            Source::Uplinks => this().map(|(_, node)| uplinks(site, node).iter().filter_map(of_uplink).collect())?,
            Source::DpdkCards => this().map(|(_, node)| dpdk_cards(site, node))?,
            Source::Dpdk => this().map(|(_, node)| dpdk::of_node(site, node).into_iter().map(of_dpdk).collect())?,
            Source::Interfaces => this().map(|(_, node)| node.interfaces.iter().map(of_interface).collect())?,
            Source::SriovCards => this().map(|(_, node)| node.interfaces.iter().filter_map(of_card).collect())?,
            Source::Proxies => proxies(site),
            Source::Workloads => workloads(self.model),
            Source::Balanced => balanced(self.model),
            Source::BackEnds => {
                let owner = of.owner.as_ref().and_then(|name| self.model.service(name)).unwrap_or(self.context.service);
                let said = site.services.get(owner.name.as_str());
                said.into_iter()
                    .flat_map(|spec| spec.back_ends.values())
                    .map(|said| self.back_end(owner, said))
                    .collect()
            }
            source @ (Source::KernelArguments
            | Source::ModuleParameters
            | Source::UdevRules
            | Source::Limits
            | Source::Packages) => this().map(|(_, node)| features(site, node, source))?,
            source @ (Source::Databases
            | Source::DatabaseAccounts
            | Source::QueueAccounts
            | Source::IdentityAccounts
            | Source::CatalogTypes) => {
                let client = self.context.client.ok_or("a client's records are for jobs under `provides`")?;
                client_records(self.model, client, source)
            }
        })
    }
}

/// What the site enters into the identity catalog of endpoints that others serve.
pub fn site_endpoints(site: &Site) -> Vec<Record> {
    let one = |said: &EndpointSpec| {
        let kind = said.kind.as_ref()?;
        let public = said.public_url.as_ref()?;
        let name = said.catalog_name.as_ref().unwrap_or(&said.id).as_str();
        let url = |url: &Traced<WebUrl>| Some(Value::from(url.value.url()));
        let fields = [
            ("type", Some(text(kind))),
            ("name", Some(name.into())),
            ("description", Some(format!("{name}, run by others").into())),
            ("region", Some(text(said.region.as_deref().unwrap_or(&site.region)))),
            ("public", url(public)),
            ("internal", url(said.internal_url.as_ref().unwrap_or(public))),
        ];
        Some(Record::new(fields, said.span))
    };
    site.endpoints.values().filter_map(one).collect()
}

/// Sets a value at a path of names, dots between them.
fn insert(object: &mut serde_json::Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => drop(object.insert(path.to_owned(), value)),
        Some((first, rest)) => {
            let inner = object.entry(first).or_insert_with(|| Value::Object(serde_json::Map::new()));
            if let Some(inner) = inner.as_object_mut() {
                insert(inner, rest, value);
            }
        }
    }
}

fn text(word: &Word) -> Value {
    Value::from(word.as_str())
}

fn of_network(network: &Network) -> Record {
    let address = |address: &Traced<std::net::Ipv4Addr>| Value::from(address.value.to_string());
    let fields = [
        ("name", Some(text(&network.name))),
        ("cidr", network.cidr.as_ref().map(|cidr| Value::from(cidr.value.to_string()))),
        ("mtu", Some(Value::from(network.mtu.value.0))),
        ("vlan", network.vlan.as_ref().map(|vlan| Value::from(vlan.value.0))),
        ("gateway", network.gateway.as_ref().map(address)),
        ("vip", network.vip.as_ref().map(address)),
        ("physical", network.physical.as_deref().map(text)),
    ];
    Record::new(fields, network.name.span)
}

fn of_ranges(network: &Network) -> impl Iterator<Item = Record> + '_ {
    let one = |range: &Word| {
        // A single id is a range of one.
        let whole = if range.contains(':') { range.to_string() } else { format!("{range}:{range}") };
        let physical = network.physical.as_deref().map(text);
        let fields =
            [("network", Some(text(&network.name))), ("physical", physical), ("range", Some(Value::from(whole)))];
        Record::new(fields, range.span)
    };
    network.vlan_ranges.iter().map(one)
}

fn of_uplink(uplink: &Uplink<'_>) -> Option<Record> {
    let physical = uplink.network.physical.as_ref()?;
    let fields = [
        ("physical", Some(text(physical))),
        ("bridge", Some(Value::from(uplink.bridge))),
        ("interface", Some(text(&uplink.interface.name))),
        ("network", Some(text(&uplink.network.name))),
        ("mtu", Some(Value::from(uplink.network.mtu.value.0))),
    ];
    Some(Record::new(fields, physical.span))
}

fn of_addresses<'s>(network: &'s Network, list: &'s [Typed<Host>]) -> impl Iterator<Item = Record> + 's {
    let one = |address: &Typed<Host>| {
        Record::new([("address", Some(text(address))), ("network", Some(text(&network.name)))], address.span)
    };
    list.iter().map(one)
}

/// Cards of a switch in user space are none of its ports in the kernel.
fn of_port(interface: &Interface) -> Option<Record> {
    let bridge = interface.said.bridge.as_ref().filter(|_| interface.said.dpdk.is_none())?;
    let fields = [("bridge", Some(Value::from(bridge.as_str()))), ("interface", Some(text(&interface.name)))];
    Some(Record::new(fields, bridge.span))
}

fn dpdk_cards(site: &Site, node: &SiteNode) -> Vec<Record> {
    let driver = dpdk::of_node(site, node).map(|said| said.driver.word());
    let one = |interface: &Interface| {
        let (pci, bridge) = (interface.said.dpdk.as_ref()?, interface.said.bridge.as_ref()?);
        let (address, tag) = dpdk::bridge_address(site, node, interface).unzip();
        let fields = [
            ("bridge", Some(text(bridge))),
            ("interface", Some(text(&interface.name))),
            ("pci", Some(text(pci))),
            ("driver", driver.map(Value::from)),
            ("mtu", dpdk::mtu(site, node, interface).map(Value::from)),
            ("address", address.map(Value::from)),
            ("tag", tag.flatten().map(Value::from)),
        ];
        Some(Record::new(fields, pci.span))
    };
    node.interfaces.iter().filter_map(one).collect()
}

fn of_dpdk(said: &Dpdk) -> Record {
    let fields = [
        ("pmd-mask", Some(Value::from(dpdk::mask(&said.pmd_cpus)))),
        ("lcore-mask", said.lcore_cpus.as_ref().map(|list| Value::from(dpdk::mask(list)))),
        ("socket-memory", Some(Value::from(said.memory()))),
    ];
    Record::new(fields, said.span)
}

fn of_card(interface: &Interface) -> Option<Record> {
    let physical = interface.said.sriov.as_ref()?;
    let fields = [
        ("physical", Some(text(physical))),
        ("interface", Some(text(&interface.name))),
        ("functions", interface.said.virtual_functions.as_ref().map(|count| Value::from(count.value.0))),
        ("trusted", interface.said.trusted.as_ref().map(|trusted| Value::from(trusted.value.to_string()))),
    ];
    Some(Record::new(fields, physical.span))
}

fn of_interface(interface: &Interface) -> Record {
    let fields = [
        ("name", Some(text(&interface.name))),
        ("bridge", interface.said.bridge.as_ref().map(|bridge| Value::from(bridge.as_str()))),
        ("mtu", interface.said.mtu.as_ref().map(|mtu| Value::from(mtu.value.0))),
    ];
    Record::new(fields, interface.name.span)
}

fn of_node(site: &Site, index: usize, node: &SiteNode) -> Record {
    let fed = uplinks(site, node);
    let reached: Vec<&str> = fed.iter().filter_map(|uplink| uplink.network.physical_name()).collect();
    let named = site.networks.values().filter_map(Network::physical_name);
    let unreached: Vec<&str> = named.filter(|name| !reached.contains(name)).collect();
    let list = |names: Vec<&str>| (!names.is_empty()).then(|| Value::from(names));
    let zone = zones::of(node).map(Value::from);
    let fields =
        [("name", Some(text(&node.name))), ("zone", zone), ("uplinks", list(reached)), ("unreached", list(unreached))];
    let mut record = Record::new(fields, node.name.span);
    for (network, address) in &node.addresses {
        record.fields.insert(format!("address.{network}"), Value::from(address.value.to_string()));
    }
    record.node = Some(index);
    record
}
