//! Texts that are valid and texts that are not, and the patterns that editors check by.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::Ipv4Net;
use serde_json::{Value, json};

use super::*;
use crate::tree::shape::Shape;
use crate::tree::word::FromWord;

fn scalar<T: FromWord>() -> &'static ScalarType {
    let Shape::Typed(scalar) = T::WORD else { unreachable!("a scalar type") };
    scalar
}

fn check(scalar: &'static ScalarType, valid: &[&str], invalid: &[&str]) {
    let schema = json!({ "type": "string", "pattern": scalar.pattern });
    let editor = jsonschema::draft202012::new(&schema).unwrap();
    for text in valid {
        assert_eq!((scalar.check)(text), Ok(()), "{}: {text}", scalar.name);
        assert!(editor.is_valid(&Value::from(*text)), "{}: `{text}` and {}", scalar.name, scalar.pattern);
    }
    for text in invalid {
        assert!((scalar.check)(text).is_err(), "{}: {text}", scalar.name);
    }
}

#[test]
fn texts_of_networks_are_told_from_others() {
    check(
        scalar::<Ipv4Addr>(),
        &["10.10.0.5"],
        &["", "10.10.0", "10.10.0.256", "10.10.0.5/24", "fe80::1", "10.10.0.05"],
    );
    check(scalar::<IpAddr>(), &["10.10.0.5", "2001:db8::1"], &["", "dns.example.com", "10.10.0.0/24"]);
    check(scalar::<Ipv4Net>(), &["10.10.0.0/24", "10.0.0.1/32"], &["10.10.0.0", "10.10.0.1/24", "0.0.0.0/0", "a/24"]);
    check(DnsName::TYPE, &["a", "lab.example.com"], &["", "Lab.example.com", "a..b", "lab.example.com.", "a_b", "-a"]);
    check(
        Host::TYPE,
        &["10.0.0.1", "2001:db8::1", "Ntp1.example.com"],
        &["", "10.0.0", "10.0.0.300", "a b", "http://a"],
    );
    check(InterfaceName::TYPE, &["eno2", "enp94s0f0np0", "bond0.100"], &["", "a/b", "eno 2", "..", "abcdefghijklmnop"]);
    check(PhysicalNetwork::TYPE, &["physnet1"], &["", "physnet1:br-ex", "a b", "a,b"]);
}

#[test]
fn images_and_registries_follow_the_grammar_of_distribution() {
    let digest = format!("registry.example.com:5000/a/b@sha256:{}", "0a".repeat(32));
    let valid =
        ["program", "a/b:1", "quay.io/airshipit/program:2026.1-ubuntu_noble", "localhost/a__b-c:latest", &digest];
    let short = "program@sha256:abc";
    let invalid =
        ["", "@sha256:abc", short, "https://quay.io/a", "a:b c", "A/b", "a//b", "a:", "-a", "quay.io:x/a", "a@b"];
    check(Image::TYPE, &valid, &invalid);
    assert_eq!((Image::TYPE.check)("docker://quay.io/a"), Err(Some("without a scheme: `quay.io/a`".to_owned())));
    let valid = ["registry.example.com", "registry.example.com:5000/mirror", "localhost:5000", "10.0.0.1/"];
    check(Registry::TYPE, &valid, &["", "https://registry.example.com", "a:b", "a:99999", "a/B", "a b", "/a"]);
}

#[test]
fn places_stay_where_they_belong() {
    let valid = [
        "ssh://git@git.example.com/c.git",
        "https://git.example.com:8443/c",
        "git@git.example.com:c.git",
        "file:///srv/c.git",
    ];
    check(
        RepositoryUrl::TYPE,
        &valid,
        &[
            "",
            "git.example.com/c.git",
            "https://",
            "https:///c",
            "ftp://a/b",
            "https://a/b c",
            "https://me:secret@git.example.com/c.git",
        ],
    );
    check(
        Branch::TYPE,
        &["main", "feature/a-b", "v1.0"],
        &["", "a b", "a..b", "/a", "a/", "-a", "a~1", "a.lock", "a."],
    );
    check(Folder::TYPE, &["", "/", "lab", "/clusters/lab/"], &["..", "a/../b", "a//b", "a\\b", "./a"]);
    check(RelativePath::TYPE, &["passwords.sops.yaml", "a/b"], &["", "/etc/passwd", "../a", "a/../b"]);
}

#[test]
fn names_quantities_and_days_are_told_from_others() {
    check(Quantity::TYPE, &["1", "0.5", "500m", "1.5Gi", "4G"], &["", "4 GB", "4GB", "-1", "1Zi", "many"]);
    check(Day::TYPE, &["2026-12-31"], &["", "31.12.2026", "2026-13-01"]);
    check(Region::TYPE, &["RegionOne", "eu west"], &["", " RegionOne", "a\nb"]);
    check(ObjectName::TYPE, &["fast-ssd", "a.b"], &["", "Fast", "a_b", "-a"]);
    check(LabelKey::TYPE, &["openstack-control-plane", "example.com/gpu"], &["", "a=b", "/a", "a/", "a b", "-a"]);
    check(NodeLabel::TYPE, &["a=b", "example.com/gpu=A100", "a="], &["", "a", "=b", "a=b c", "a=-b", "a=b=c"]);
}
