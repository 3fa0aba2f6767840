//! TLS inside a site: what the overlay changes, and what is found about its certificates.

use std::collections::{BTreeMap, BTreeSet};

use taco_gen::Compiled;
use taco_gen::catalog::load::load;
use taco_gen::diag::{Diagnostic, Sink};
use taco_gen::kube::secret::SecretPath;
use taco_gen::secret::envelope::Identities;
use taco_gen::secret::need::{AUTHORITY_KIND, Need, TRUST_KIND, is_x509};
use taco_gen::secret::store::SiteStore;
use taco_gen::secret::unlocked::UnlockedStore;
use taco_gen::secret::value::SecretValue;
use taco_gen::secret::x509::{self, Refusal};
use taco_gen::secret::{check, locked};
use taco_gen::world::Sources;
use taco_gen::world::memory::MemoryWorld;

use crate::store::program::Project;
use crate::support::{at, objects, sound, stock, template, text};

const NOW: &str = "2026-02-03T04:05:06Z";

/// The stock lab, with the overlay or without.
fn lab(overlay: &str) -> Compiled {
    let spec = stock("lab").replace("overlays ovn ceph-external tls", "overlays ovn ceph-external");
    sound(&spec.replace("overlays ovn ceph-external", &format!("overlays ovn ceph-external{overlay}")))
}

fn name(text: &str) -> SecretPath {
    SecretPath::parse(text).expect("a name")
}

/// Lines that a file has with the overlay alone, and without it alone.
fn differing(with: &Compiled, without: &Compiled, path: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let lines = |compiled: &Compiled| {
        let lines = text(compiled, path).lines().filter(|line| !line.starts_with('#'));
        lines.map(str::to_owned).collect::<BTreeSet<_>>()
    };
    let (with, without) = (lines(with), lines(without));
    (&with - &without, &without - &with)
}

fn lines<const N: usize>(lines: [&str; N]) -> BTreeSet<String> {
    lines.map(str::to_owned).into()
}

#[test]
fn the_overlay_changes_how_the_database_and_the_broker_are_reached_and_nothing_else() {
    let (with, without) = (lab(" tls"), lab(""));
    let changed = |prefix: &str| {
        let files = with.artifacts.iter().flatten().filter(|file| file.path.starts_with(prefix));
        let changed = files.filter(|file| {
            let other = without.artifacts.iter().flatten().find(|other| other.path == file.path);
            other.is_none_or(|other| other.printed.text != file.printed.text)
        });
        changed.map(|file| file.path.clone()).collect::<BTreeSet<_>>()
    };
    let named = |path: &str| path.contains("conf") || path.contains("cnf");
    assert!(changed("config/").iter().all(|path| named(path)) && changed("hosts/").is_empty());
    let oslo = lines(["ssl = true", "ssl_ca_file = /run/taco/trust/ca.crt"]);
    assert_eq!(differing(&with, &without, "config/nova/nova.conf"), (oslo, BTreeSet::new()));
    let url = |port: u16, path: &str, tail: &str| {
        let lines = text(if port == 5671 { &with } else { &without }, path).lines();
        let urls: Vec<&str> = lines.filter(|line| line.contains("://") && !line.contains("password_url")).collect();
        assert!(urls.iter().any(|line| line.contains("mysql") && line.ends_with(tail)), "{urls:?}");
        assert!(urls.iter().any(|line| line.contains(&format!(":{port}/"))), "{urls:?}");
    };
    url(5671, "config/keystone/keystone.conf.d/secret.conf", "?charset=utf8&ssl_ca=/run/taco/trust/ca.crt");
    url(5672, "config/keystone/keystone.conf.d/secret.conf", "?charset=utf8");
    let (broker, plain) = differing(&with, &without, "config/rabbitmq/rabbitmq.conf");
    assert_eq!(plain, lines(["listeners.tcp.default = 5672", "management.tcp.port = 15672"]));
    assert!(broker.contains("listeners.tcp = none") && broker.contains("listeners.ssl.default = 5671"), "{broker:?}");
}

#[test]
fn who_uses_tls_finds_the_trust_and_only_servers_find_keys() {
    let compiled = lab(" tls");
    let (mut trusting, mut holding) = (BTreeSet::new(), BTreeSet::new());
    for object in objects(&compiled).into_values() {
        let Some(template) = template(&object) else { continue };
        let volumes = at(template, &["spec", "volumes"]).as_sequence().cloned().unwrap_or_default();
        let secrets: Vec<&str> = volumes.iter().filter_map(|volume| volume["secret"]["secretName"].as_str()).collect();
        let workload = at(&object, &["metadata", "name"]).as_str().expect("a name").to_owned();
        let all = serde_yaml::to_string(template).expect("YAML");
        if secrets.contains(&"taco-trust") {
            assert!(all.contains("mountPath: /run/taco/trust"), "{workload}");
            trusting.insert(workload.clone());
        }
        assert!(!secrets.contains(&"taco-authority"), "{workload} reads the authority's key");
        if secrets.iter().any(|secret| secret.ends_with("-certificate")) {
            holding.insert(workload);
        }
    }
    assert_eq!(holding, lines(["mariadb-server", "rabbitmq"]));
    for client in ["nova-conductor", "nova-compute", "keystone-api", "mariadb-server", "keystone-trust-flush"] {
        assert!(trusting.contains(client), "{client}: {trusting:?}");
    }
    let strangers = ["rabbitmq", "memcached", "horizon", "ovn-ovsdb-nb", "openvswitch"];
    assert!(strangers.iter().all(|name| !trusting.contains(*name)), "{trusting:?}");
    assert!(lab("").store.expect("a spec").needs.keys().all(|name| !name.object.starts_with("taco-")));
}

#[test]
fn certificates_name_services_that_are_there_and_every_host_that_clients_connect_to() {
    let compiled = lab(" tls");
    let objects = objects(&compiled);
    let services: BTreeSet<&str> = objects
        .values()
        .filter(|object| object["kind"] == "Service")
        .filter_map(|object| at(object, &["metadata", "name"]).as_str())
        .collect();
    let needs = &compiled.store.as_ref().expect("a spec").needs;
    let names: BTreeSet<&str> = needs.values().flat_map(|need| &need.names).map(String::as_str).collect();
    let short = names.iter().filter(|name| !name.contains('.')).copied();
    let strange: Vec<&str> = short.filter(|name| !services.contains(name)).collect();
    assert_eq!(strange, Vec::<&str>::new());
    let covered = |host: &str| {
        let wild = host.split_once('.').map(|(_, domain)| format!("*.{domain}")).unwrap_or_default();
        names.contains(host) || names.contains(wild.as_str())
    };
    let files = compiled.artifacts.iter().flatten().filter(|file| file.path.ends_with("/secret.conf"));
    let urls =
        files.flat_map(|file| file.printed.text.lines()).filter(|line| line.contains("://") && line.contains('@'));
    let hosts = urls.flat_map(|line| line.split('@').skip(1)).filter_map(|rest| rest.split(':').next());
    let hosts: BTreeSet<&str> = hosts.collect();
    assert!(hosts.len() == 4, "{hosts:?}");
    assert!(hosts.iter().all(|host| covered(host)), "{hosts:?} by {names:?}");
}

#[test]
#[allow(clippy::disallowed_methods, reason = "the test changes the repository's own data")]
fn certificates_without_names_and_of_services_that_are_not_there_are_told() {
    let path = "schema/services/mariadb/service.kdl";
    let data = std::fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).expect("data");
    let spec = stock("minimal").replace("site minimal {", "site minimal {\n    overlays tls");
    for (services, found) in [(" services=\"mariadb mariadb-dicsovery\"", "`mariadb-dicsovery`"), ("", "has no name")] {
        let changed = data.replace(" services=\"mariadb mariadb-discovery\"", services);
        assert_ne!(changed, data);
        let files = [(path, changed), ("sites/test/site.kdl", spec.clone())];
        let world = MemoryWorld::from_iter(files.map(|(path, text)| (path.to_owned(), text.into_bytes())));
        let mut sink = Sink::default();
        let compiled = taco_gen::compile(&world, &load(&world, &mut sink), "sites/test");
        let diagnostics = &compiled.diagnostics;
        assert!(diagnostics.len() == 1 && diagnostics[0].code == "TG0507", "{diagnostics:?}");
        assert!(diagnostics[0].message.contains(found), "{diagnostics:?}");
    }
}

/// A store of the lab with the overlay, filled; what it needs, and who opens it.
fn filled() -> (UnlockedStore, SiteStore) {
    let filled = filled_with(" tls");
    assert_eq!(filled.0.entries.len(), 4);
    filled
}

/// That of the lab with another overlay.
fn filled_with(overlay: &str) -> (UnlockedStore, SiteStore) {
    let mut store = lab(overlay).store.expect("a spec");
    store.needs.retain(|_, need| is_x509(&need.kind));
    let mut unlocked =
        UnlockedStore::new("lab", &Identities::make().expect("random bytes").recipients()).expect("random bytes");
    x509::fill(&mut unlocked, &store.needs, NOW).expect("a key");
    (unlocked, store)
}

/// What is found about a store's certificates at a time.
fn found(unlocked: &UnlockedStore, store: &mut SiteStore, now: &str) -> Vec<Diagnostic> {
    let (mut sources, mut sink) = (Sources::default(), Sink::default());
    store.locked = locked::read("store", &unlocked.to_text(NOW).expect("a key"), &mut sources, &mut sink);
    check::unlocked(unlocked, store, &mut sink);
    x509::check(unlocked, store, now, &mut sink);
    sink.into_sorted()
}

fn told(unlocked: &UnlockedStore, store: &mut SiteStore, now: &str) -> BTreeMap<String, &'static str> {
    let diagnostics = found(unlocked, store, now);
    diagnostics
        .into_iter()
        .map(|diagnostic| (diagnostic.message.split('`').nth(1).unwrap_or("").to_owned(), diagnostic.code))
        .collect()
}

fn need<'s>(store: &'s SiteStore, text: &str) -> (SecretPath, &'s Need) {
    (name(text), &store.needs[&name(text)])
}

fn renew(unlocked: &mut UnlockedStore, store: &SiteStore, text: &str) -> Result<(), Refusal> {
    let (name, need) = need(store, text);
    x509::renew(unlocked, (&name, need), NOW)
}

fn certificates(unlocked: &UnlockedStore, text: &str) -> usize {
    unlocked.entries[&name(text)].value.reveal().matches("BEGIN CERTIFICATE").count()
}

#[test]
fn what_is_made_is_sound_until_its_end_comes_near() {
    let (unlocked, mut store) = filled();
    assert_eq!(found(&unlocked, &mut store, NOW), Vec::new());
    let names = &store.needs[&name("mariadb-certificate/tls.pem")].names;
    assert!(names.contains(&"mariadb.openstack.svc.cluster.local".to_owned()), "{names:?}");
    assert!(names.contains(&"*.mariadb-discovery.openstack.svc.cluster.local".to_owned()), "{names:?}");
    let servers = |code| {
        BTreeMap::from(
            ["mariadb-certificate/tls.pem", "rabbitmq-certificate/tls.pem"].map(|name| (name.to_owned(), code)),
        )
    };
    assert_eq!(told(&unlocked, &mut store, "2028-01-03T00:00:00Z"), BTreeMap::new());
    assert_eq!(told(&unlocked, &mut store, "2028-01-05T00:00:00Z"), servers("TG0931"));
    assert!(
        found(&unlocked, &mut store, "2028-01-05T00:00:00Z")
            .iter()
            .all(|diagnostic| diagnostic.message.contains("ends on"))
    );
    let ended = found(&unlocked, &mut store, "2028-02-04T00:00:00Z");
    assert!(
        ended.len() == 2 && ended.iter().all(|diagnostic| diagnostic.message.contains("ended on 2028-02-03")),
        "{ended:?}"
    );
    assert_eq!(told(&unlocked, &mut store, "2026-02-03T02:00:00Z").len(), 4, "before their begin");
}

#[test]
fn a_certificate_of_nodes_has_their_names_and_addresses() {
    let (unlocked, mut store) = filled_with(" tls-internal");
    assert_eq!(found(&unlocked, &mut store, NOW), Vec::new());
    let certificate = name("libvirt-certificate/tls.pem");
    let names = store.needs[&certificate].names.clone();
    let addresses = names.iter().filter(|name| name.parse::<std::net::Ipv4Addr>().is_ok()).count();
    assert!(addresses > 0 && names.len() == 2 * addresses, "{names:?}");
    // A node more: the certificate does not have it, and that is told.
    store.needs.get_mut(&certificate).expect("needed").names.push("192.0.2.250".to_owned());
    assert_eq!(told(&unlocked, &mut store, NOW), BTreeMap::from([(certificate.to_string(), "TG0930")]));
}

#[test]
fn other_names_other_authorities_and_mixed_keys_are_told() {
    let (mut unlocked, mut store) = filled();
    let certificate = name("mariadb-certificate/tls.pem");
    let broker = name("rabbitmq-certificate/tls.pem");
    store.needs.get_mut(&certificate).expect("needed").names.push("mariadb.elsewhere.svc".to_owned());
    assert_eq!(told(&unlocked, &mut store, NOW), BTreeMap::from([(certificate.to_string(), "TG0930")]));
    renew(&mut unlocked, &store, "mariadb-certificate/tls.pem").expect("signed");
    assert_eq!(told(&unlocked, &mut store, NOW), BTreeMap::new());
    let (other, _) = filled();
    let strange = |name: &SecretPath| SecretValue::new(other.entries[name].value.reveal().to_owned());
    unlocked.put(&broker, strange(&broker), NOW).expect("a key");
    assert_eq!(told(&unlocked, &mut store, NOW), BTreeMap::from([(broker.to_string(), "TG0930")]));
    // The key of one beside the certificate of another.
    let own = unlocked.entries[&certificate].value.reveal().to_owned();
    let (key, _) = own.split_once("-----BEGIN CERT").expect("a certificate");
    let (_, foreign) = other.entries[&certificate].value.reveal().split_once("-----BEGIN CERT").expect("a certificate");
    unlocked.put(&certificate, SecretValue::new(format!("{key}-----BEGIN CERT{foreign}")), NOW).expect("a key");
    assert_eq!(told(&unlocked, &mut store, NOW)[&certificate.to_string()], "TG0930");
    let codes: BTreeSet<_> = found(&unlocked, &mut store, NOW).iter().map(|diagnostic| diagnostic.code).collect();
    assert!(codes.contains("TG0908"), "{codes:?}");
    for text in ["", "x", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", key, &format!("{own}{own}")]
    {
        for kind in [AUTHORITY_KIND, "x509", TRUST_KIND] {
            let value = SecretValue::new(text.to_owned());
            assert!(taco_gen::secret::validate::validate(kind, None, &value).is_some(), "{kind}: {text}");
        }
    }
}

#[test]
fn a_new_authority_takes_three_steps_and_no_client_is_left_out() {
    let (mut unlocked, mut store) = filled();
    let trust = "taco-trust/ca.crt";
    renew(&mut unlocked, &store, "taco-authority/ca.pem").expect("random bytes");
    assert_eq!(certificates(&unlocked, trust), 2, "both are trusted");
    assert_eq!(found(&unlocked, &mut store, NOW), Vec::new());
    assert_eq!(renew(&mut unlocked, &store, trust), Err(Refusal::StillInUse));
    renew(&mut unlocked, &store, "mariadb-certificate/tls.pem").expect("signed");
    assert_eq!(renew(&mut unlocked, &store, trust), Err(Refusal::StillInUse), "the broker's is an old one");
    renew(&mut unlocked, &store, "rabbitmq-certificate/tls.pem").expect("signed");
    assert_eq!(found(&unlocked, &mut store, NOW), Vec::new());
    renew(&mut unlocked, &store, trust).expect("nobody needs the old one");
    assert_eq!(certificates(&unlocked, trust), 1);
    assert_eq!(found(&unlocked, &mut store, NOW), Vec::new());
    unlocked.entries.remove(&name("taco-authority/ca.pem"));
    assert_eq!(renew(&mut unlocked, &store, "mariadb-certificate/tls.pem"), Err(Refusal::Authority));
}

#[test]
fn the_program_makes_renews_and_takes_authorities() {
    let project = Project::filled_of(&stock("minimal").replace("site minimal {", "site minimal {\n    overlays tls"));
    project.sound(&["verify", "test"], "");
    let listed = project.sound(&["list", "test"], "");
    assert!(listed.contains("taco-authority/ca.pem") && listed.contains("x509-trust"), "{listed}");
    project.sound(&["rotate", "test", "taco-authority/ca.pem"], "");
    let said = project.refused(&["rotate", "test", "taco-trust/ca.crt"], "", "TG0932");
    assert!(said.contains("rotate the certificates first"), "{said}");
    project.sound(
        &["rotate", "test", "mariadb-certificate/tls.pem", "rabbitmq-certificate/tls.pem", "taco-trust/ca.crt"],
        "",
    );
    project.sound(&["verify", "test"], "");
    let (other, _) = filled();
    let brought = other.entries[&name("taco-authority/ca.pem")].value.reveal();
    project.sound(&["set", "test", "taco-authority/ca.pem"], brought);
    project.sound(
        &["rotate", "test", "mariadb-certificate/tls.pem", "rabbitmq-certificate/tls.pem", "taco-trust/ca.crt"],
        "",
    );
    let trust = project.sound(&["show", "test", "taco-trust/ca.crt", "--pipe"], "");
    assert!(brought.ends_with(&trust) && !trust.contains("PRIVATE"), "the site's own authority alone is trusted");
    project.refused(&["set", "test", "taco-authority/ca.pem"], &trust, "TG0908");
    project.sound(&["verify", "test"], "");
}

#[test]
fn passwords_that_exist_elsewhere_are_asked_for_and_taken_as_they_are() {
    let provider =
        "site minimal {\n    provider database external { host \"192.0.2.200\"; accounts made; admin operator }";
    let project = Project::filled_of(&stock("minimal").replace("site minimal {", provider));
    let listed = project.sound(&["list", "test"], "");
    let line = listed.lines().find(|line| line.starts_with("mariadb-root/password")).expect("a line");
    assert!(line.contains("missing: set it"), "{line}");
    project.refused(&["verify", "test"], "", "TG0905");
    // Seven letters: who runs the database decided that.
    project.sound(&["set", "test", "mariadb-root/password"], "letmein");
    project.sound(&["verify", "test"], "");
    project.refused(&["rotate", "test", "mariadb-root/password"], "", "TG0917");
    project.refused(&["set", "test", "nova-database/password"], "letmein", "TG0907");
}
