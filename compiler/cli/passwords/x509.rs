//! What `generate`, `set` and `rotate` do with TLS keys and certificates.
//!
//! Invariant: a refusal leaves the store as it was, since nothing is saved behind it.

use std::process::ExitCode;

use super::session::{Session, say, unavailable};
use crate::diag::Diagnostic;
use crate::kube::secret::{SecretId, SecretPath};
use crate::secret::need::{AUTHORITY_KIND, Need};
use crate::secret::random::Unavailable;
use crate::secret::unlocked::UnlockedStore;
use crate::secret::value::SecretValue;
use crate::secret::x509::{self, Refusal};

/// Makes what is missing.
pub fn fill(session: &Session, unlocked: &mut UnlockedStore, now: &str) -> Result<(), ExitCode> {
    x509::fill(unlocked, &session.store.needs, now).map(drop).map_err(|refusal| refused(session, refusal))
}

/// Puts an authority of the site's own.
pub fn install(session: &Session, unlocked: &mut UnlockedStore, value: SecretValue, now: &str) -> Result<(), ExitCode> {
    x509::install(unlocked, value, now).map_err(|refusal| refused(session, refusal))
}

/// Makes a new one.
pub fn renew(
    session: &Session,
    unlocked: &mut UnlockedStore,
    wanted: (&SecretPath, &Need),
    now: &str,
) -> Result<(), ExitCode> {
    x509::renew(unlocked, wanted, now).map_err(|refusal| refused(session, refusal))
}

/// Says what follows a new authority, so that no client ever meets a certificate that it does not trust.
pub fn say_next<'n>(mut saved: impl Iterator<Item = &'n Need>) {
    if saved.any(|need| need.kind == AUTHORITY_KIND) {
        say(
            "the trust holds the new authority and the old one: build, deliver, wait until all who read it have restarted;",
        );
        say("then rotate the certificates, build and deliver; then rotate the trust, which drops the old authority");
    }
}

fn refused(session: &Session, refusal: Refusal) -> ExitCode {
    let (trust, authority) = (SecretId::Trust.path(), SecretId::Authority.path());
    let diagnostic = match refusal {
        Refusal::Unavailable => return unavailable(Unavailable),
        Refusal::Authority => {
            let message = format!("`{authority}` is missing or cannot be read, and it signs");
            Diagnostic::error("TG0932", session.store.span, message)
                .hint("`taco-gen passwords generate` makes a missing one")
        }
        Refusal::StillInUse => {
            let message =
                format!("a certificate of the store is signed by an older authority, which `{trust}` must hold");
            Diagnostic::error("TG0932", session.store.span, message)
                .hint("rotate the certificates first, build and deliver")
        }
    };
    session.refuse(diagnostic)
}
