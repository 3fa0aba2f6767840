//! Fields of a checked tree with their places: what the decoder of specs is made of.
//!
//! Invariant: as in [`View`]: a field of the wrong kind reads as absent.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use crate::catalog::view::{View, plain};
use crate::diag::{Diagnostic, Sink};
use crate::spec::site::Traced;
use crate::tree::node::Node as Written;

/// A text and its place.
pub fn traced(node: &Written) -> Option<Traced<String>> {
    Some(Traced::new(plain(node)?, node.span))
}

/// A text field with its place.
pub fn text(view: View<'_>, field: &str) -> Option<Traced<String>> {
    traced(view.node(field)?)
}

/// A list of texts with their places.
pub fn texts(view: View<'_>, field: &str) -> Vec<Traced<String>> {
    view.items(field).iter().filter_map(traced).collect()
}

/// A number with its place.
pub fn integer(view: View<'_>, field: &str) -> Option<Traced<i64>> {
    Some(Traced::new(view.integer(field)?, view.node(field)?.span))
}

/// A flag and its place.
pub fn flag(view: View<'_>, field: &str) -> Option<Traced<bool>> {
    view.node(field).map(|node| Traced::new(view.flag(field), node.span))
}

/// An address field.
pub fn address(node: &Written, sink: &mut Sink) -> Option<Traced<Ipv4Addr>> {
    let text = traced(node)?;
    match text.value.parse() {
        Ok(address) => Some(Traced::new(address, text.span)),
        Err(_) => {
            let message = format!("expected an IPv4 address, found `{}`", text.value);
            sink.push(Diagnostic::error("TG0401", text.span, message));
            None
        }
    }
}

/// A network field.
pub fn cidr(text: &Traced<String>, sink: &mut Sink) -> Option<Traced<Ipv4Net>> {
    match text.value.parse::<Ipv4Net>() {
        Ok(net) if net.prefix_len() > 0 && net.trunc() == net => Some(Traced::new(net, text.span)),
        Ok(net) if net.prefix_len() > 0 => {
            let message = format!("`{}` is an address inside a network", text.value);
            sink.push(
                Diagnostic::error("TG0401", text.span, message).hint(format!("the network is `{}`", net.trunc())),
            );
            Some(Traced::new(net.trunc(), text.span))
        }
        _ => {
            let message = format!("expected a network such as `10.10.0.0/24`, found `{}`", text.value);
            sink.push(Diagnostic::error("TG0401", text.span, message));
            // Every address: what refers to the network finds one, and no second diagnostic follows from the first.
            Some(Traced::new(Ipv4Net::default(), text.span))
        }
    }
}
