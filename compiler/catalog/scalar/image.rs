//! References of container images, and registries.
//!
//! Invariant: what passes is a reference by the grammar of the distribution project, from which container runtimes read theirs.

use super::validity::INVALID;
use crate::kube::image::Reference;
use crate::tree::scalar::{ScalarType, TextType};

/// An image: `[HOST[:PORT]/]PATH[:TAG][@DIGEST]`.
#[derive(Debug, Clone, Copy)]
pub enum Image {}

impl TextType for Image {
    const TYPE: &'static ScalarType = &ScalarType {
        name: "image",
        expected: "an image such as `registry.example.com/keystone:2026.1`",
        pattern: "^[a-zA-Z0-9][a-zA-Z0-9._/:@+-]*$",
        code: INVALID,
        accepts_number: false,
        check: |text| match text.split_once("://") {
            Some((_, rest)) if is_image(rest) => Err(Some(format!("without a scheme: `{rest}`"))),
            _ if is_image(text) => Ok(()),
            _ => Err(Reference::parse(text).err()),
        },
    };
}

/// A registry, and the path in it where images are: `HOST[:PORT][/PATH]`.
#[derive(Debug, Clone, Copy)]
pub enum Registry {}

impl TextType for Registry {
    const TYPE: &'static ScalarType = &ScalarType {
        name: "registry",
        expected: "a registry such as `registry.example.com:5000`",
        pattern: "^[a-zA-Z0-9][a-zA-Z0-9._/:-]*$",
        code: INVALID,
        accepts_number: false,
        check: |text| match text.split_once("://") {
            Some((_, rest)) if is_registry(rest) => Err(Some(format!("without a scheme: `{rest}`"))),
            _ => is_registry(text).then_some(()).ok_or(None),
        },
    };
}

fn is_registry(text: &str) -> bool {
    let text = text.strip_suffix('/').unwrap_or(text);
    match text.split_once('/') {
        Some((host, path)) => is_host(host) && is_path(path),
        None => is_host(text),
    }
}

fn is_image(text: &str) -> bool {
    let (text, digest) = text.split_once('@').map_or((text, None), |(text, digest)| (text, Some(digest)));
    let name_starts = text.rfind('/').map_or(0, |at| at + 1);
    let (name, tag) = match text.rfind(':').filter(|at| *at >= name_starts) {
        Some(at) => (text.get(..at).unwrap_or_default(), text.get(at + 1..)),
        None => (text, None),
    };
    let path = match name.split_once('/') {
        Some((host, path)) if host == "localhost" || host.contains(['.', ':']) => {
            if !is_host(host) {
                return false;
            }
            path
        }
        _ => name,
    };
    name.len() <= 255 && is_path(path) && tag.is_none_or(is_tag) && digest.is_none_or(is_digest)
}

fn is_host(text: &str) -> bool {
    let (host, port) = text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port)));
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let is_part =
        |part: &str| !part.is_empty() && part.bytes().all(is_inner) && !part.starts_with('-') && !part.ends_with('-');
    let is_port = |port: &str| port.parse::<u16>().is_ok_and(|port| port > 0);
    host.split('.').all(is_part) && port.is_none_or(is_port)
}

fn is_path(text: &str) -> bool {
    text.split('/').all(is_component)
}

/// Allow-case letters and digits, divided by `.`, `_`, `__` or hyphens.
fn is_component(text: &str) -> bool {
    let is_word = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    let separators = text.split(is_word).filter(|part| !part.is_empty());
    let mut separators = separators.map(|part| matches!(part, "." | "_" | "__") || part.bytes().all(|b| b == b'-'));
    text.starts_with(is_word) && text.ends_with(is_word) && separators.all(|is_valid| is_valid)
}

fn is_tag(text: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    (1..=128).contains(&text.len()) && text.bytes().all(is_inner) && !text.starts_with(['.', '-'])
}

fn is_digest(text: &str) -> bool {
    let Some((algorithm, hex)) = text.split_once(':') else { return false };
    let length = match algorithm {
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        _ => return false,
    };
    hex.len() == length && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
