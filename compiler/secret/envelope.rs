//! The data key in an age file for each recipient, and identities that open one.
//!
//! Only native X25519 recipients are taken: the name of a plugin chooses which program is run (GHSA-32gq-x56h-299c), and
//! what an ssh key opens is wider than a store.
//!
//! Invariant: no program is run to wrap or unwrap a key.

use std::io::{Read as _, Write as _};
use std::str::FromStr as _;

use age::armor::{ArmoredReader, ArmoredWriter, Format};
use age::secrecy::ExposeSecret as _;
use age::x25519::{Identity, Recipient};
use zeroize::Zeroizing;

use super::random::{Unavailable, with_entropy};
use super::sealed::DataKey;

/// The recipient of the demonstration identity, which is public; only a site marked `lab` may use it.
pub const DEMONSTRATION: &str = "age158240xe3r89a2srjyyy7est39qj2n8mwvdu87jkd2xe5xedsz5fq2ae9tt";

/// Checks a recipient; the error says what it is instead.
pub fn check_recipient(text: &str) -> Result<(), &'static str> {
    if Recipient::from_str(text).is_ok() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    {
        return Ok(());
    }
    Err(match text {
        _ if text.starts_with("ssh-") || text.starts_with("ecdsa-") => "is an ssh key",
        _ if text.starts_with("age1pq1") => "is a post-quantum recipient, which this version does not write",
        _ if text.starts_with("AGE-SECRET-KEY-") || text.starts_with("AGE-PLUGIN-") => "is an identity",
        // A native recipient is `age1` and 58 characters without another `1`, the separator of Bech32.
        _ if text.strip_prefix("age1").is_some_and(|rest| rest.contains('1')) => "belongs to a plugin",
        _ => "is not a valid age recipient",
    })
}

/// The data key as an armored age file for one recipient.
pub fn wrap(key: &DataKey, recipient: &str) -> Result<String, Unavailable> {
    let recipient = Recipient::from_str(recipient).map_err(|_| Unavailable)?;
    let encryptor =
        with_entropy(|| age::Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient)))?
            .map_err(|_| Unavailable)?;
    let mut armored = Vec::new();
    let written = with_entropy(|| {
        let armor = ArmoredWriter::wrap_output(&mut armored, Format::AsciiArmor)?;
        let mut writer = encryptor.wrap_output(armor)?;
        writer.write_all(key.0.as_slice())?;
        writer.finish()?.finish().map(|_| ())
    });
    written?.map_err(|_| Unavailable)?;
    String::from_utf8(armored).map_err(|_| Unavailable)
}

/// Private keys of one person or machine.
pub struct Identities(Vec<Identity>);

/// Why a text is not a valid identity file; lines count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoIdentity {
    /// A line is none.
    Line(usize),
    /// A line is the identity of a plugin.
    Plugin(usize),
    /// It is an ssh or PEM key.
    Foreign,
    /// There is none in it.
    Empty,
}

impl Identities {
    /// Reads a file as `age-keygen` writes it.
    pub fn parse(text: &str) -> Result<Identities, NoIdentity> {
        let mut found = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            match line {
                "" => {}
                _ if line.starts_with('#') => {}
                _ if line.starts_with("-----BEGIN") => return Err(NoIdentity::Foreign),
                _ if line.starts_with("AGE-PLUGIN-") => return Err(NoIdentity::Plugin(number + 1)),
                _ => found.push(Identity::from_str(line).map_err(|_| NoIdentity::Line(number + 1))?),
            }
        }
        if found.is_empty() { Err(NoIdentity::Empty) } else { Ok(Identities(found)) }
    }

    /// A new one.
    pub fn make() -> Result<Identities, Unavailable> {
        Ok(Identities(vec![with_entropy(Identity::generate)?]))
    }

    /// The text of a file that holds them, with the recipient above each.
    pub fn to_file(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::new());
        for identity in &self.0 {
            text.push_str(&format!("# public key: {}\n", identity.to_public()));
            text.push_str(identity.to_string().expose_secret());
            text.push('\n');
        }
        text
    }

    /// The recipients that they open.
    pub fn recipients(&self) -> Vec<String> {
        self.0.iter().map(|identity| identity.to_public().to_string()).collect()
    }

    /// Is it the public identity of the demonstration, and nothing else?
    pub fn is_demonstration(&self) -> bool {
        self.recipients().iter().all(|recipient| recipient == DEMONSTRATION)
    }

    /// The data key of an armored age file; none where no identity opens it or it was changed.
    pub fn unwrap(&self, armored: &str) -> Option<DataKey> {
        let decryptor = age::Decryptor::new(ArmoredReader::new(armored.as_bytes())).ok()?;
        let mut reader = decryptor.decrypt(self.0.iter().map(|identity| identity as &dyn age::Identity)).ok()?;
        let mut key = Zeroizing::new([0; 32]);
        reader.read_exact(key.as_mut_slice()).ok()?;
        // A longer payload is no data key; its end must be authenticated as well.
        let mut more = [0];
        matches!(reader.read(&mut more), Ok(0)).then_some(DataKey(key))
    }
}

impl std::fmt::Debug for Identities {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("«identities»")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reaches_its_recipient_only() {
        let (mine, other) = (Identities::make().unwrap(), Identities::make().unwrap());
        let key = DataKey::make().unwrap();
        let armored = wrap(&key, &mine.recipients()[0]).unwrap();
        assert!(armored.starts_with("-----BEGIN AGE ENCRYPTED FILE-----\n") && armored.ends_with("FILE-----\n"));
        assert_eq!(mine.unwrap(&armored).unwrap().0, key.0);
        assert!(other.unwrap(&armored).is_none());
        assert_eq!(Identities::parse(&mine.to_file()).unwrap().recipients(), mine.recipients());
    }

    #[test]
    fn foreign_recipients_and_identities_are_told_apart() {
        let ssh = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2vx8r1";
        for (text, told) in [
            (ssh, "is an ssh key"),
            ("age1yubikey1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t", "belongs to a plugin"),
            ("age1qqqq", "is not a valid age recipient"),
            ("", "is not a valid age recipient"),
        ] {
            assert_eq!(check_recipient(text), Err(told));
        }
        let good = Identities::make().unwrap().recipients().remove(0);
        assert_eq!(check_recipient(&good), Ok(()));
        assert!(check_recipient(&good.to_uppercase()).is_err() && check_recipient(&format!(" {good}")).is_err());
        assert_eq!(Identities::parse("AGE-PLUGIN-X-1").unwrap_err(), NoIdentity::Plugin(1));
        assert_eq!(Identities::parse("-----BEGIN OPENSSH PRIVATE KEY-----").unwrap_err(), NoIdentity::Foreign);
        assert_eq!(Identities::parse("\nx").unwrap_err(), NoIdentity::Line(2));
        assert_eq!(Identities::parse("# nothing\n").unwrap_err(), NoIdentity::Empty);
    }
}
