//! The password store: what is written is read back, what was changed by others is found, and no diagnostic shows a value.

mod delivery;
pub mod program;

use std::collections::{BTreeMap, BTreeSet};

use taco_gen::cli::render::{Color, Format, render};
use taco_gen::diag::{Diagnostic, Sink};
use taco_gen::kube::secret::{Account, SecretPath};
use taco_gen::link::Tags;
use taco_gen::secret::envelope::{DEMONSTRATION, Identities};
use taco_gen::secret::need::is_x509;
use taco_gen::secret::store::SiteStore;
use taco_gen::secret::unlocked::{UnlockedStore, open};
use taco_gen::secret::value::SecretValue;
use taco_gen::secret::{check, locked, make, x509};
use taco_gen::span::{FileId, Span};
use taco_gen::spec::account::{Rotation, Stage};
use taco_gen::world::Sources;
use taco_gen::world::memory::MemoryWorld;
use taco_gen::{Compiled, compile};

use crate::support::{LAB, LIBRARY, digests, stock};

const THEN: &str = "2026-01-02T03:04:05Z";
const NOW: &str = "2026-02-03T04:05:06Z";
const CANARY: &str = "Tr0ub4dor-and-3-horses";

fn name(text: &str) -> SecretPath {
    SecretPath::parse(text).expect("a name")
}

fn value(text: &str) -> SecretValue {
    SecretValue::new(text.to_owned())
}

/// A small store: its text and who opens it.
fn small() -> (String, Identities) {
    let identities = Identities::make().expect("random bytes");
    let mut unlocked = UnlockedStore::new("test", &identities.recipients()).expect("random bytes");
    unlocked.put(&name("a-database/password"), value(CANARY), THEN).expect("a key");
    unlocked.put(&name("b/key"), value("two\nlines: é $x"), THEN).expect("a key");
    (unlocked.to_text(THEN).expect("a key"), identities)
}

/// Reads, opens and checks a text; what was found, and the store where it opens.
fn examine(text: &str, identities: &Identities) -> (Vec<Diagnostic>, Option<UnlockedStore>, Sources) {
    let (mut sources, mut sink) = (Sources::default(), Sink::default());
    let locked = locked::read("sites/test/passwords.sops.yaml", text, &mut sources, &mut sink);
    let unlocked = locked.as_ref().and_then(|locked| open(locked, identities, &mut sink));
    if let (Some(locked), Some(unlocked)) = (locked, &unlocked) {
        check::tags(unlocked, &locked, &mut sink);
        check::layout(&locked, &mut sink);
        let span = Span::new(FileId(0), 0, 0);
        let (needs, templates) = (BTreeMap::new(), Vec::new());
        let (path, controller) = (String::new(), None);
        let store = SiteStore { path, locked: Some(locked), lab: false, span, needs, templates, controller };
        check::locked(&store, &mut sink);
        check::unlocked(unlocked, &store, &mut sink);
    }
    let diagnostics = sink.into_sorted().into_iter().filter(|diagnostic| diagnostic.code != "TG0906");
    (diagnostics.collect(), unlocked, sources)
}

fn codes(diagnostics: &[Diagnostic]) -> BTreeSet<&str> {
    diagnostics.iter().map(|diagnostic| diagnostic.code).collect()
}

#[test]
fn a_store_is_read_back_and_keeps_its_ciphertexts() {
    let (text, identities) = small();
    let (diagnostics, unlocked, _) = examine(&text, &identities);
    let unlocked = unlocked.expect("opens");
    assert_eq!(codes(&diagnostics), BTreeSet::from(["TG0908"]), "a password of two lines: {diagnostics:?}");
    assert_eq!(unlocked.entries[&name("a-database/password")].value.reveal(), CANARY);
    assert_eq!(unlocked.entries[&name("b/key")].value.reveal(), "two\nlines: é $x");
    let again = unlocked.to_text(NOW).expect("a key");
    let differing: Vec<_> = text.lines().zip(again.lines()).filter(|(a, b)| a != b).map(|(a, _)| a.trim()).collect();
    assert!(
        differing.len() == 2 && differing[0].starts_with("lastmodified") && differing[1].starts_with("mac"),
        "{differing:?}"
    );
}

#[test]
fn a_rotation_changes_its_own_lines_and_a_rekey_every_ciphertext() {
    let (text, identities) = small();
    let mut unlocked = examine(&text, &identities).1.expect("opens");
    unlocked.put(&name("b/key"), value("another password"), NOW).expect("a key");
    let rotated = unlocked.to_text(NOW).expect("a key");
    let differing = text.lines().zip(rotated.lines()).filter(|(a, b)| a != b).count();
    assert_eq!(differing, 5, "time, tag, value, and the store's own time and sum");
    let (diagnostics, _, _) = examine(&rotated, &identities);
    assert_eq!(diagnostics, Vec::new());
    unlocked.rekey(&identities.recipients()).expect("a key");
    let sealed =
        |text: &str| text.lines().filter(|line| line.contains("ENC[")).map(str::to_owned).collect::<BTreeSet<_>>();
    assert!(sealed(&rotated).is_disjoint(&sealed(&unlocked.to_text(NOW).expect("a key"))));
}

#[test]
fn every_changed_byte_is_found() {
    let identities = Identities::make().expect("random bytes");
    let mut unlocked = UnlockedStore::new("test", &identities.recipients()).expect("random bytes");
    unlocked.put(&name("a/password"), value(CANARY), THEN).expect("a key");
    let text = unlocked.to_text(THEN).expect("a key");
    assert_eq!(examine(&text, &identities).0, Vec::new());
    for (at, bit) in (0..text.len()).flat_map(|at| [(at, 0x01), (at, 0x20)]) {
        let mut bytes = text.clone().into_bytes();
        bytes[at] ^= bit;
        let Ok(changed) = String::from_utf8(bytes) else { continue };
        let (diagnostics, _, sources) = examine(&changed, &identities);
        assert!(
            !diagnostics.is_empty(),
            "byte {at} of {:?} changed is not found",
            &text[at.saturating_sub(20)..at + 1]
        );
        let shown = render(&diagnostics, &sources, Format::Human, Color::Never);
        assert!(!shown.contains(CANARY), "{shown}");
    }
}

#[test]
fn rotations_are_kept_and_a_changed_one_is_found() {
    let (text, identities) = small();
    let mut unlocked = examine(&text, &identities).1.expect("opens");
    let rotation = Rotation { to: Account::Second, stage: Stage::Switch };
    unlocked.rotations.insert(name("a-database/password"), rotation);
    let text = unlocked.to_text(NOW).expect("a key");
    let again = examine(&text, &identities).1.expect("opens");
    assert_eq!(again.rotations, BTreeMap::from([(name("a-database/password"), rotation)]));
    for (old, new, code) in [
        ("switch b", "switch a", "TG0904"),
        ("switch b", "drop b", "TG0904"),
        ("- a-database/password switch", "- b-database/password switch", "TG0904"),
        ("    - a-database/password switch b\n", "", "TG0904"),
        ("switch b", "switch c", "TG0901"),
        ("switch b", "swap b", "TG0901"),
        ("switch b", "switch", "TG0901"),
    ] {
        assert!(text.contains(old), "{text}");
        let (diagnostics, unlocked, _) = examine(&text.replace(old, new), &identities);
        assert!(
            unlocked.is_none() && diagnostics.iter().any(|diagnostic| diagnostic.code == code),
            "{old} as {new}: {diagnostics:?}"
        );
    }
}

#[test]
fn every_truncation_is_found() {
    let (text, identities) = small();
    for end in 0..text.len() - 1 {
        let Some(part) = text.get(..end) else { continue };
        assert!(
            !examine(part, &identities).0.iter().all(|diagnostic| diagnostic.code == "TG0908"),
            "the first {end} bytes pass"
        );
    }
}

#[test]
fn a_value_cannot_be_moved_to_another_name() {
    let (text, identities) = small();
    let moved = text.replace("a-database/password:", "c-database/password:");
    assert_eq!(codes(&examine(&moved, &identities).0), BTreeSet::from(["TG0904"]));
}

#[test]
fn another_identity_opens_nothing() {
    let (text, _) = small();
    let (diagnostics, unlocked, _) = examine(&text, &Identities::make().expect("random bytes"));
    assert!(unlocked.is_none());
    assert_eq!(codes(&diagnostics), BTreeSet::from(["TG0903"]));
}

#[test]
fn a_recipient_put_in_without_the_key_is_found() {
    let (text, identities) = small();
    let stranger = Identities::make().expect("random bytes").recipients().remove(0);
    let block = format!("    age:\n        - recipient: {stranger}\n          enc: |\n            x\n");
    let (diagnostics, _, _) = examine(&text.replace("    age:\n", &block), &identities);
    assert!(codes(&diagnostics).contains("TG0913"), "{diagnostics:?}");
    let own = &identities.recipients()[0];
    let removed = text.replace(&format!("        - recipient: {own}"), &format!("        - recipient: {stranger}"));
    assert!(codes(&examine(&removed, &identities).0).contains("TG0913"));
}

#[test]
fn foreign_recipients_are_refused() {
    let (text, identities) = small();
    let own = identities.recipients().remove(0);
    let plugin = "age1yubikey1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t";
    for foreign in [plugin, "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2vx8r1"] {
        assert!(codes(&examine(&text.replace(&own, foreign), &identities).0).contains("TG0910"), "{foreign}");
    }
    let cloud = text.replace("    lastmodified:", "    kms:\n        - arn: x\n    lastmodified:");
    assert!(codes(&examine(&cloud, &identities).0).contains("TG0910"));
}

#[test]
fn other_rules_and_divided_keys_of_sops_are_refused_once() {
    let (text, identities) = small();
    let rule = "    encrypted_regex: ^(tag-key|value)$\n";
    let groups = format!("    shamir_threshold: 2\n    key_groups:\n        - age: []\n{rule}");
    for (other, code) in [
        ("    unencrypted_suffix: _unencrypted\n", "TG0901"),
        ("    encrypted_regex: ^value$\n", "TG0901"),
        (groups.as_str(), "TG0910"),
    ] {
        let changed = text.replace(rule, other);
        assert_ne!(changed, text);
        let found: Vec<_> = examine(&changed, &identities).0.iter().map(|diagnostic| diagnostic.code).collect();
        assert_eq!(found, [code], "{other}");
    }
}

#[test]
fn what_sops_added_gets_its_tag_from_generate() {
    let (text, identities) = small();
    let line = text.lines().position(|line| line.contains("a-database/password:")).expect("an entry");
    let without: String = text
        .lines()
        .enumerate()
        .filter(|(at, _)| *at != line + 1 && *at != line + 2)
        .map(|(_, line)| format!("{line}\n"))
        .collect();
    // The sum covers tags, so this one is made again as `sops` would.
    let without = summed(&without, &identities, locked::Covers::All);
    let (diagnostics, unlocked, _) = examine(&without, &identities);
    assert!(codes(&diagnostics).contains("TG0909") && !codes(&diagnostics).contains("TG0904"), "{diagnostics:?}");
    let mut unlocked = unlocked.expect("opens");
    assert_eq!(unlocked.renew_tags(NOW).expect("a key"), [name("a-database/password")]);
    assert!(!codes(&examine(&unlocked.to_text(NOW).expect("a key"), &identities).0).contains("TG0909"));
}

#[test]
fn a_sum_over_sealed_values_only_is_read_and_not_trusted_for_recipients() {
    let (text, identities) = small();
    let text = text.replace("    version:", "    mac_only_encrypted: true\n    version:");
    assert!(codes(&examine(&text, &identities).0).contains("TG0904"), "the sum is another one");
    let partial = summed(&text, &identities, locked::Covers::Sealed);
    let (diagnostics, unlocked, _) = examine(&partial, &identities);
    assert!(unlocked.is_some() && codes(&diagnostics).contains("TG0913") && !codes(&diagnostics).contains("TG0904"));
}

/// A store with a new sum; over all values or sealed ones only.
fn summed(text: &str, identities: &Identities, covers: locked::Covers) -> String {
    use sha2::Digest as _;
    let partial = covers == locked::Covers::Sealed;
    let (mut sources, mut sink) = (Sources::default(), Sink::default());
    let locked = locked::read("a", text, &mut sources, &mut sink).expect("a store");
    let key = identities.unwrap(&locked.envelopes[0].armored).expect("an envelope");
    let mut sum = sha2::Sha512::new();
    if partial {
        sum.update(sha2::Sha256::digest("sops"));
    }
    for leaf in &locked.leaves {
        match leaf {
            locked::Leaf::Clear(text) if !partial => sum.update(text),
            locked::Leaf::Clear(_) => {}
            locked::Leaf::Sealed(path, sealed) => sum.update(sealed.open(&key, path).expect("a value").as_slice()),
        }
    }
    let sum: String = sum.finalize().iter().map(|byte| format!("{byte:02X}")).collect();
    let sealed = taco_gen::secret::sealed::seal(&key, &locked.modified, &sum).expect("a key");
    text.replace(&locked.mac.text, &sealed.text)
}

#[test]
fn no_finding_shows_a_value_in_clear() {
    let (text, identities) = small();
    let line = text.lines().find(|line| line.contains("value: ENC")).expect("a value").to_owned();
    let mut seen = BTreeSet::new();
    for broken in [
        format!("        value: {CANARY}"),
        format!("        value: \"{CANARY}\" x"),
        format!("        value: |\n            {CANARY}"),
        format!("        value: &{CANARY} x"),
        format!("        value: [{CANARY}"),
        format!("        value: *{CANARY}"),
        format!("        value: !{CANARY} x"),
        format!("{line}\n        {CANARY}: {CANARY}"),
        format!("{line} # {CANARY}"),
        CANARY.to_owned(),
    ] {
        let (diagnostics, _, sources) = examine(&text.replace(&line, &broken), &identities);
        assert!(!diagnostics.is_empty(), "{broken}");
        seen.extend(diagnostics.iter().map(|diagnostic| diagnostic.code));
        for format in [Format::Human, Format::Short, Format::Json, Format::Sarif, Format::Github] {
            let shown = render(&diagnostics, &sources, format, Color::Never);
            assert!(!shown.contains(CANARY), "{shown}");
        }
    }
    assert!(seen.contains("TG0901") && seen.contains("TG0902"), "{seen:?}");
    assert!(!format!("{:?}", examine(&text, &identities).1).contains(CANARY));
}

/// A site compiled with a store that has all that it needs; `change` may alter it before.
fn with_store(spec: &str, change: impl FnOnce(&mut UnlockedStore), recipients: &[String]) -> Compiled {
    let needs = crate::support::sound(spec).store.expect("a spec").needs;
    let mut unlocked = UnlockedStore::new("test", recipients).expect("random bytes");
    for (name, need) in needs.iter().filter(|(_, need)| !is_x509(&need.kind)) {
        // Equal values in every store that these tests make, so that only what `change` does differs.
        let text = if need.kind == "password" { format!("{name}-is-long-enough") } else { String::new() };
        let value =
            if text.is_empty() { make::make(&need.kind, need.length).expect("random bytes") } else { value(&text) };
        unlocked.put(name, value, THEN).expect("a key");
    }
    x509::fill(&mut unlocked, &needs, THEN).expect("a key");
    change(&mut unlocked);
    compile_with(spec, &unlocked.to_text(THEN).expect("a key"))
}

fn compile_with(spec: &str, store: &str) -> Compiled {
    let file = |path: &str, text: &str| (format!("sites/test/{path}"), text.as_bytes().to_vec());
    let world = MemoryWorld::from_iter([file("site.kdl", spec), file("passwords.sops.yaml", store)]);
    compile(&world, &LIBRARY, "sites/test")
}

#[test]
fn the_lab_needs_what_its_services_read() {
    let needs = &LAB.store.as_ref().expect("a spec").needs;
    let kind = |text: &str| needs.get(&name(text)).map(|need| (need.kind.as_str(), need.length));
    assert_eq!(kind("keystone-database/password"), Some(("password", None)));
    assert_eq!(kind("heat-identity/heat-domain-admin"), Some(("password", None)));
    assert_eq!(kind("memcached-cache-key/password"), Some(("hex", Some(32))));
    assert_eq!(kind("nova-ssh/id_ed25519"), Some(("ssh-key", None)));
    assert_eq!(kind("cinder-ceph-key/key"), Some(("ceph-key", None)));
    assert!(needs.keys().all(|name| !name.object.contains("fernet")), "the cluster fills them");
    let users = &needs[&name("cinder-database/password")].users;
    assert!(users.contains("cinder/api") && users.contains("cinder/db-init"), "{users:?}");
}

#[test]
fn missing_unused_and_public_are_told() {
    let recipients = Identities::make().expect("random bytes").recipients();
    let spec = stock("lab");
    let gone = name("glance-database/password");
    let compiled = with_store(&spec, |unlocked| drop(unlocked.entries.remove(&gone)), &recipients);
    let missing: Vec<_> = compiled.diagnostics.iter().filter(|diagnostic| diagnostic.code == "TG0905").collect();
    assert!(
        compiled.artifacts.is_none() && missing.len() == 1 && missing[0].message.contains("glance-database/password")
    );
    let add = |unlocked: &mut UnlockedStore| unlocked.put(&name("ghost/password"), value(CANARY), THEN).expect("a key");
    let compiled = with_store(&spec, add, &recipients);
    assert_eq!(codes(&compiled.diagnostics), BTreeSet::from(["TG0906"]));
    let public = [DEMONSTRATION.to_owned()];
    assert_eq!(codes(&with_store(&spec, |_| (), &public).diagnostics), BTreeSet::new());
    let real = spec.replace("    lab #true\n", "");
    assert_ne!(real, spec);
    assert_eq!(codes(&with_store(&real, |_| (), &public).diagnostics), BTreeSet::from(["TG0912"]));
}

/// The digests of the lab with given tags.
fn tagged(change: Option<&SecretPath>) -> BTreeMap<String, String> {
    let needs = &LAB.store.as_ref().expect("a spec").needs;
    let (text, _) = small();
    let tag = text.lines().find_map(|line| line.trim().strip_prefix("tag: ")).expect("a tag").to_owned();
    let tags: Tags = needs
        .keys()
        .map(|name| {
            let tag = if Some(name) == change { tag.clone() } else { format!("v1.{:032x}", 0) };
            (name.clone(), tag)
        })
        .collect();
    let lines = tags.iter().map(|(path, tag)| {
        format!("    {path}:\n        made: \"{THEN}\"\n        tag: {tag}\n        value: {}\n", sealed(&text))
    });
    let start = text.find("    a-database").expect("a secret");
    let end = text.find("sops:").expect("a block");
    let store = format!("{}{}{}", &text[..start], lines.collect::<String>(), &text[end..]);
    digests(&compile_with(&stock("lab"), &store))
}

fn sealed(text: &str) -> &str {
    text.lines().find_map(|line| line.trim().strip_prefix("value: ")).expect("a value")
}

#[test]
fn a_rotation_restarts_the_users_of_its_secret_and_nobody_else() {
    let before = tagged(None);
    assert!(before != digests(&LAB), "tags are part of digests");
    let needs = &LAB.store.as_ref().expect("a spec").needs;
    let mut wrong = Vec::new();
    // One of each sort: administrators, databases, queues, users, keys, and one that is in files only.
    let sorts = [
        "keystone-admin",
        "mariadb-root",
        "nova-database",
        "cinder-queue",
        "glance-identity",
        "nova-ssh",
        "memcached-cache-key",
    ];
    for (name, need) in needs.iter().filter(|(name, _)| sorts.contains(&name.object.as_str())) {
        let after = tagged(Some(name));
        let changed: BTreeSet<&str> = after
            .iter()
            .filter(|(consumer, digest)| before[*consumer] != **digest)
            .map(|(consumer, _)| consumer.as_str())
            .collect();
        assert!(!changed.is_empty(), "{name} restarts nobody");
        let strangers: Vec<_> = changed.iter().filter(|consumer| !need.users.contains(**consumer)).collect();
        if !strangers.is_empty() {
            wrong.push(format!("{name}: {strangers:?}"));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn a_secret_in_clear_in_a_spec_is_shown_by_its_place_alone() {
    let spec = stock("minimal");
    let end = spec.rfind('}').expect("a block");
    let options = format!("connection \"mysql://é:{CANARY}@db/k\"; bogus \"x\"");
    let spec =
        format!("{}service keystone {{ config \"keystone.conf\" {{ database {{ {options} }} }} }}\n}}\n", &spec[..end]);
    let compiled = crate::support::compile_spec(&spec);
    assert!(codes(&compiled.diagnostics).is_superset(&BTreeSet::from(["TG0510", "TG0522"])));
    for format in [Format::Human, Format::Short, Format::Json, Format::Sarif, Format::Github] {
        let shown = render(&compiled.diagnostics, &compiled.sources, format, Color::Never);
        assert!(!shown.contains(CANARY) && shown.contains("TG0510"), "{shown}");
    }
}

#[test]
fn the_value_of_an_option_that_is_not_there_is_hidden_where_it_may_be_a_secret() {
    let spec = stock("minimal");
    let end = spec.rfind('}').expect("a block");
    // Misspelt, removed, not of this section at all; the last one is no secret, and its line helps.
    let options = format!(
        "token {{ admin_passwrod \"{CANARY}\" }}; cache {{ memcache_pasword \"{CANARY}\" }}; \
         DEFAULT {{ admin_token \"{CANARY}\"; debugg \"visible\" }}"
    );
    let spec = format!("{}service keystone {{ config \"keystone.conf\" {{ {options} }} }}\n}}\n", &spec[..end]);
    let compiled = crate::support::compile_spec(&spec);
    assert_eq!(compiled.diagnostics.len(), 4, "{:?}", compiled.diagnostics);
    for format in [Format::Human, Format::Short, Format::Json, Format::Sarif, Format::Github] {
        let shown = render(&compiled.diagnostics, &compiled.sources, format, Color::Never);
        assert!(!shown.contains(CANARY) && shown.contains("TG0522"), "{shown}");
    }
    let shown = render(&compiled.diagnostics, &compiled.sources, Format::Human, Color::Never);
    assert!(shown.contains("****"), "{shown}");
}
