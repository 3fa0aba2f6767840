//! A store against what its site needs: what is missing, unused, weak, or for others than it should be.
//!
//! Invariant: nothing of a value is in a finding.

use std::collections::BTreeMap;

use super::envelope::check_recipient;
use super::judge::{Verdict, judge};
use super::need::Need;
use super::opened::{Opened, check_recipients};
use super::outline::Outline;
use super::{DEMONSTRATION, Name, SiteStore, print};
use crate::diag::{Diagnostic, Sink, nearest};
use crate::spec::site::Site;

/// What can be checked without a key. False where values must not be added before a person decides.
pub fn closed(store: &SiteStore, sink: &mut Sink) -> bool {
    let Some(outline) = &store.outline else { return true };
    missing(outline, &store.needs, sink);
    for (name, closed) in outline.entries.iter().filter(|(name, _)| !store.needs.contains_key(name)) {
        let message = format!("nothing of the site uses `{name}`");
        let hint = "`taco-gen passwords generate --prune` removes it";
        sink.push(Diagnostic::warning("TG0906", closed.span, message).hint(hint));
    }
    for (name, (_, span)) in &outline.rotations {
        if !store.has_client(name) {
            let message = format!("no client of the site has the accounts of `{name}`");
            let hint = "`taco-gen passwords generate --prune` removes the entry";
            sink.push(Diagnostic::warning("TG0906", *span, message).hint(hint));
        }
    }
    let recipients = check_recipients(outline, sink);
    demonstration(store, outline, sink) && recipients
}

fn missing(outline: &Outline, needs: &BTreeMap<Name, Need>, sink: &mut Sink) {
    let texts: Vec<String> = outline.entries.keys().map(Name::to_string).collect();
    for (name, need) in needs.iter().filter(|(name, _)| !outline.entries.contains_key(name)) {
        let text = name.to_string();
        let message = format!("the store has no `{name}`, which {}", users(need));
        let mut finding = Diagnostic::error("TG0905", outline.span, message).also(need.span, "declared here");
        if let Some(near) = nearest(&text, texts.iter().map(String::as_str)).filter(|near| parse_unused(near, needs)) {
            finding = finding.hint(format!("the nearest of the store is `{near}`"));
        }
        sink.push(finding.hint("`taco-gen passwords generate` makes what is missing"));
    }
}

fn parse_unused(text: &str, needs: &BTreeMap<Name, Need>) -> bool {
    Name::parse(text).is_some_and(|name| !needs.contains_key(&name))
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

fn demonstration(store: &SiteStore, outline: &Outline, sink: &mut Sink) -> bool {
    let public = outline.envelopes.iter().find(|envelope| envelope.recipient == DEMONSTRATION);
    let Some(envelope) = public.filter(|_| !store.lab) else { return true };
    let message = "this is the recipient of the demonstration identity, which everybody has";
    sink.push(
        Diagnostic::error("TG0912", envelope.span, message)
            .hint("`rekey --remove` it and rotate every secret, or mark a laptop's site `lab #true`"),
    );
    false
}

/// Secrets in clear are for laptops; recipients of the cluster are native ones.
pub fn delivery(site: &Site, sink: &mut Sink) {
    let Some(deliver) = &site.deliver else { return };
    let kind = &deliver.secrets.kind;
    if kind.value == "plain" && !site.lab.value {
        let message = "`plain` writes passwords and keys in clear, and the site is not marked `lab #true`";
        sink.push(Diagnostic::error("TG0920", kind.span, message));
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
pub fn opened(opened: &Opened, store: &SiteStore, sink: &mut Sink) {
    let Some(outline) = &store.outline else { return };
    for (name, held) in &opened.entries {
        let Some(closed) = outline.entries.get(name) else { continue };
        let need = store.needs.get(name);
        let (kind, length) = need.map_or(("password", None), |need| (need.kind.as_str(), need.length));
        let finding = match judge(kind, length, &held.value) {
            None => continue,
            Some(Verdict::Weak(why)) => {
                Diagnostic::error("TG0907", closed.span, format!("the value of `{name}` {why}"))
                    .hint("`taco-gen passwords rotate` makes a new one")
            }
            Some(Verdict::Unfit(what)) => {
                Diagnostic::error("TG0908", closed.span, format!("the value of `{name}` {what}"))
            }
        };
        sink.push(finding);
    }
}

/// Tags that are not those of their values.
pub fn tags(opened: &Opened, outline: &Outline, sink: &mut Sink) {
    for name in opened.wrong_tags() {
        let Some(closed) = outline.entries.get(&name) else { continue };
        let message = format!("the tag of `{name}` is not that of its value: another program changed the value");
        let hint = "`taco-gen passwords generate` makes the tag anew, so that its users restart";
        sink.push(Diagnostic::error("TG0909", closed.span, message).hint(hint));
    }
}

/// Is the text what would be written? A sound store of another layout was written by another program.
pub fn layout(outline: &Outline, sink: &mut Sink) {
    if outline.text != print::closed(outline) {
        let message =
            "the store's content is sound, and its text is not what taco-gen writes: another program wrote it";
        sink.push(Diagnostic::warning("TG0918", outline.span, message));
    }
}
