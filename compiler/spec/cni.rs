//! The network plugin of a site, with the defaults of Kubespray where nothing is said.
//!
//! Invariant: there is a network of pods if, and only if, packets between nodes are encapsulated.

use ipnet::Ipv4Net;

use super::site::{Cni, Network, Traced};
use crate::catalog::cni::{CniSpec, Encapsulation, Plugin};
use crate::diag::{Diagnostic, Sink};
use crate::span::Span;

/// The network of pods that Kubespray makes (`kube_pods_subnet`); its plugin is Calico, with VXLAN
/// (https://github.com/kubernetes-sigs/kubespray/blob/master/docs/CNI/calico.md).
const PODS: (u8, u8, u8, u8, u8) = (10, 233, 64, 0, 18);

/// The plugin that the site names.
pub fn cni(said: Option<CniSpec>, place: Span, sink: &mut Sink) -> Cni {
    let Some(said) = said else {
        let net = Ipv4Net::new([PODS.0, PODS.1, PODS.2, PODS.3].into(), PODS.4).unwrap_or_default();
        return Cni { plugin: Plugin::Calico, pods: Some(Traced::new(net, place)) };
    };
    let is_calico = said.plugin == Plugin::Calico;
    let encapsulates = is_calico && said.encapsulation != Some(Encapsulation::None);
    match &said.pods {
        None if encapsulates => {
            let message = "Calico connects nodes to pods from addresses of the pods' network, which is not named";
            let hint = "name it, e.g. `pods=\"10.233.64.0/18\"`, or `encapsulation=none` if packets between nodes are not encapsulated";
            sink.push(Diagnostic::error("TG0428", said.span, message).hint(hint));
        }
        Some(pods) if !encapsulates => {
            let message = "the pods' network is not read without Calico's encapsulation";
            sink.push(Diagnostic::error("TG0428", pods.span, message).hint("remove `pods`"));
        }
        _ => {}
    }
    if !is_calico && said.encapsulation.is_some() {
        let message = format!("`encapsulation` is not read with the plugin `{}`", said.plugin.word());
        sink.push(Diagnostic::error("TG0428", said.span, message).hint("remove `encapsulation`"));
    }
    Cni { plugin: said.plugin, pods: said.pods.filter(|_| encapsulates) }
}

/// The network of pods and one of the site's share addresses.
pub fn overlaps<'n>(cni: &Cni, networks: impl Iterator<Item = &'n Network>, sink: &mut Sink) {
    let Some(pods) = &cni.pods else { return };
    for network in networks {
        let Some(cidr) = network.cidr.as_ref().filter(|cidr| cidr.value.prefix_len() > 0) else { continue };
        if cidr.value.contains(&pods.value.network()) || pods.value.contains(&cidr.value.network()) {
            let name = &network.name.value;
            let message = format!("network `{name}` and the pods' network `{}` overlap", pods.value);
            let hint = "set the cluster's: `cni calico encapsulation=vxlan pods=\"...\"`, or another plugin";
            sink.push(Diagnostic::error("TG0406", cidr.span, message).also(pods.span, "the pods' network").hint(hint));
        }
    }
}
