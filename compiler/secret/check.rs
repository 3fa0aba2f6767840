//! A store against what its site needs: what is missing, unused, weak, or for others than it should be.
//!
//! Invariant: nothing of a value is in a diagnostic.

use std::collections::BTreeMap;

use super::envelope::{DEMONSTRATION, check_recipient};
use super::locked::LockedStore;
use super::need::Need;
use super::print;
use super::store::SiteStore;
use super::unlocked::{UnlockedStore, check_recipients};
use super::validate::validate;
use super::value::Weakness;
use crate::diag::{Diagnostic, Sink, nearest};
use crate::kube::secret::SecretPath;
use crate::spec::site::{Controller, SecretKind, Site};

/// What can be checked without a key. False where values must not be added before a person decides.
pub fn locked(store: &SiteStore, sink: &mut Sink) -> bool {
    let Some(locked) = &store.locked else { return true };
    missing(locked, &store.needs, sink);
    for (name, entry) in locked.entries.iter().filter(|(name, _)| !store.needs.contains_key(name)) {
        let message = format!("nothing of the site uses `{name}`");
        let hint = "`taco-gen passwords generate --prune` removes it";
        sink.push(Diagnostic::warning("TG0906", entry.span, message).hint(hint));
    }
    for (name, entry) in locked.entries.iter().filter(|(_, entry)| entry.tag.is_empty()) {
        let message = format!("`{name}` has no tag yet: another program added it");
        let hint = "`taco-gen passwords generate` makes the tag";
        sink.push(Diagnostic::error("TG0909", entry.span, message).hint(hint));
    }
    for (name, (_, span)) in &locked.rotations {
        if store.client(name).is_none() {
            let message = format!("no client of the site has the accounts of `{name}`");
            let hint = "`taco-gen passwords generate --prune` removes the entry";
            sink.push(Diagnostic::warning("TG0906", *span, message).hint(hint));
        }
    }
    let recipients = check_recipients(locked, sink);
    demonstration(store, locked, sink) && recipients
}

fn missing(locked: &LockedStore, needs: &BTreeMap<SecretPath, Need>, sink: &mut Sink) {
    let texts: Vec<String> = locked.entries.keys().map(SecretPath::to_string).collect();
    // One half of a certificate is of no use without the other.
    let is_begun = |name: &SecretPath| locked.entries.keys().any(|held| held.object == name.object);
    let needed = needs.iter().filter(|(name, need)| !need.may_be_absent || is_begun(name));
    for (name, need) in needed.filter(|(name, _)| !locked.entries.contains_key(name)) {
        let text = name.to_string();
        let message = format!("the store has no `{name}`, which {}", users(need));
        let mut diagnostic = Diagnostic::error("TG0905", locked.span, message).also(need.span, "declared here");
        if let Some(near) = nearest(&text, texts.iter().map(String::as_str)).filter(|near| parse_unused(near, needs)) {
            diagnostic = diagnostic.hint(format!("the nearest of the store is `{near}`"));
        }
        sink.push(match need.is_imported {
            true => diagnostic.hint(format!("it exists elsewhere: `taco-gen passwords set SITE {name}` takes it")),
            false => diagnostic.hint("`taco-gen passwords generate` makes what is missing"),
        });
    }
}

fn parse_unused(text: &str, needs: &BTreeMap<SecretPath, Need>) -> bool {
    SecretPath::parse(text).is_some_and(|name| !needs.contains_key(&name))
}

/// The users of a need, in words.
fn users(need: &Need) -> String {
    let mut users = need.users.iter();
    match (users.next(), users.len()) {
        (None, _) => "the site declares".to_owned(),
        (Some(only), 0) => format!("{only} reads"),
        (Some(first), 1) => format!("{first} and one more read"),
        (Some(first), more) => format!("{first} and {more} more read"),
    }
}

fn demonstration(store: &SiteStore, locked: &LockedStore, sink: &mut Sink) -> bool {
    let public = locked.envelopes.iter().find(|envelope| envelope.recipient == DEMONSTRATION);
    let Some(envelope) = public.filter(|_| !store.lab) else { return true };
    let message = "this is the recipient of the demonstration identity, which everybody has";
    sink.push(
        Diagnostic::error("TG0912", envelope.span, message)
            .hint("`rekey --remove` it and rotate every secret, or mark a laptop's site `lab #true`"),
    );
    false
}

/// Secrets in plain text are for laptops; recipients of the cluster are native ones.
pub fn delivery(site: &Site, sink: &mut Sink) {
    let Some(deliver) = &site.deliver else { return };
    let kind = &deliver.secrets.kind;
    if kind.value == SecretKind::Plain && !site.lab.value {
        let message = "`plain` writes passwords and keys in plain text, and the site is not marked `lab #true`";
        sink.push(Diagnostic::error("TG0920", kind.span, message));
    }
    if let Some(credentials) = deliver.credentials.as_ref().filter(|_| deliver.kind.value == Controller::ArgoCd) {
        let message =
            "`credentials` has no effect with Argo CD, which finds the credentials of a repository by its URL";
        let hint = "a Secret in the namespace of Argo CD with the label `argocd.argoproj.io/secret-type: repository` holds them";
        sink.push(Diagnostic::error("TG0924", credentials.span, message).hint(hint));
    }
    for recipient in &deliver.secrets.recipients {
        if let Err(what) = check_recipient(&recipient.value) {
            let message = format!("expected a native age recipient; this one {what}");
            sink.push(Diagnostic::error("TG0910", recipient.span, message));
        } else if recipient.value == DEMONSTRATION && !site.lab.value {
            let message = "this is the recipient of the demonstration identity, which everybody has";
            sink.push(Diagnostic::error("TG0912", recipient.span, message));
        }
    }
}

/// What is wrong with values, and with tags that another program left as they were.
pub fn unlocked(unlocked: &UnlockedStore, store: &SiteStore, sink: &mut Sink) {
    let Some(locked) = &store.locked else { return };
    for (name, held) in &unlocked.entries {
        let Some(entry) = locked.entries.get(name) else { continue };
        let need = store.needs.get(name);
        let (kind, length) = need.map_or(("password", None), |need| (need.kind.as_str(), need.length));
        let diagnostic = match validate(kind, length, &held.value) {
            None => continue,
            // Who made it decides how long it is.
            Some(Weakness::Weak(why)) if need.is_some_and(|need| need.is_imported) => Diagnostic::warning(
                "TG0907",
                entry.span,
                format!("the value of `{name}`, which exists elsewhere, {why}"),
            ),
            Some(Weakness::Weak(why)) => {
                Diagnostic::error("TG0907", entry.span, format!("the value of `{name}` {why}"))
                    .hint("`taco-gen passwords rotate` makes a new one")
            }
            Some(Weakness::Invalid(what)) => {
                Diagnostic::error("TG0908", entry.span, format!("the value of `{name}` {what}"))
            }
        };
        sink.push(diagnostic);
    }
}

/// Tags that are not those of their values.
pub fn tags(unlocked: &UnlockedStore, locked: &LockedStore, sink: &mut Sink) {
    for name in unlocked.wrong_tags() {
        let Some(entry) = locked.entries.get(&name).filter(|entry| !entry.tag.is_empty()) else { continue };
        let message = format!("the tag of `{name}` is not that of its value: another program changed the value");
        let hint = "`taco-gen passwords generate` makes the tag again, so that its users restart";
        sink.push(Diagnostic::error("TG0909", entry.span, message).hint(hint));
    }
}

/// Is the text what would be written? A sound store of another layout was written by another program.
pub fn layout(locked: &LockedStore, sink: &mut Sink) {
    if locked.text != print::locked(locked) {
        let message =
            "the store's content is sound, and its text is not what taco-gen writes: another program wrote it";
        let hint = "the next change by taco-gen writes it again, without the comments that are in it";
        sink.push(Diagnostic::warning("TG0918", locked.span, message).hint(hint));
    }
}
