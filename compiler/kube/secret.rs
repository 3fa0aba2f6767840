//! Which secret is meant: one identity, from which its Kubernetes Secret, the key in it, its mask and its path in the store
//! are made.
//!
//! Invariant: names of Secrets and of their keys are made here and nowhere else, and none is taken apart again: what is read
//! from a text is a [`SecretPath`], which is compared with those of the identities that a site has.

use std::fmt;

pub use super::account::{Account, AccountProvider};

/// A login that a service has at a provider: one at the database and the queue, one a user at the identity service.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Client {
    /// The service that logs in.
    pub service: String,
    /// Where.
    pub provider: AccountProvider,
    /// The key of the first account's password: that of the provider, or the name of an identity user.
    key: String,
}

impl Client {
    /// The login of a service at the database or the queue.
    pub fn of_service(service: &str, provider: AccountProvider) -> Client {
        Client { service: service.to_owned(), provider, key: "password".to_owned() }
    }

    /// An identity user of a service.
    pub fn identity_user(service: &str, user: &str) -> Client {
        Client { service: service.to_owned(), provider: AccountProvider::Identity, key: user.to_owned() }
    }

    /// The Secret with the passwords of all accounts that the service has at the provider.
    pub fn object(&self) -> SecretObject {
        SecretObject::Accounts { service: self.service.clone(), provider: self.provider }
    }

    /// The password of one of its accounts.
    pub fn password(&self, account: Account) -> SecretId {
        SecretId::Password { client: self.clone(), account }
    }

    /// What a store knows the login by: the path of its first account's password.
    pub fn path(&self) -> SecretPath {
        self.password(Account::First).path()
    }
}

/// A Kubernetes Secret of a site, by what it is for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum SecretObject {
    /// A secret that a service declares.
    Declared {
        /// The service.
        service: String,
        /// The name that the service gives it.
        secret: String,
    },
    /// The passwords of a service's accounts at a provider.
    Accounts {
        /// The client.
        service: String,
        /// The provider.
        provider: AccountProvider,
    },
    /// The options with secrets of a config file.
    DropIn {
        /// The service.
        service: String,
        /// The file.
        file: String,
        /// The host group whose nodes read it, where theirs differs.
        group: Option<String>,
    },
    /// A secret that the site declares.
    OfSite {
        /// The name that the site gives it.
        secret: String,
    },
    /// The certificates that the site's clients trust.
    Trust,
    /// The key and certificate that sign those of the site's servers; no pod reads it.
    Authority,
    /// The certificate of the public endpoints, by the name that the spec gives it.
    Public(String),
}

impl SecretObject {
    /// A secret that a service declares.
    pub fn declared(service: &str, secret: &str) -> SecretObject {
        SecretObject::Declared { service: service.to_owned(), secret: secret.to_owned() }
    }

    /// The name of the Kubernetes object: the service, then the name within it; a file that is named like its service says it
    /// once.
    pub fn name(&self) -> String {
        match self {
            SecretObject::Declared { service, secret } => format!("{service}-{secret}"),
            SecretObject::Accounts { service, provider } => format!("{service}-{}", provider.word()),
            SecretObject::DropIn { service, file, group } => {
                let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
                let stem: String = file.chars().map(letter).collect();
                let base = if stem.starts_with(service.as_str()) { stem } else { format!("{service}-{stem}") };
                group.as_ref().map_or(base.clone(), |group| format!("{base}-{group}"))
            }
            SecretObject::OfSite { secret } => format!("site-{secret}"),
            SecretObject::Trust => "taco-trust".to_owned(),
            SecretObject::Authority => "taco-authority".to_owned(),
            SecretObject::Public(name) => name.clone(),
        }
    }

    /// The volume of a pod that mounts it.
    pub fn volume(&self) -> String {
        format!("secret-{}", self.name())
    }

    /// The service that it belongs to; none for those of the site.
    pub fn service(&self) -> Option<&str> {
        match self {
            SecretObject::Declared { service, .. }
            | SecretObject::Accounts { service, .. }
            | SecretObject::DropIn { service, .. } => Some(service),
            SecretObject::OfSite { .. } | SecretObject::Trust | SecretObject::Authority | SecretObject::Public(_) => {
                None
            }
        }
    }
}

impl fmt::Display for SecretObject {
    /// What a message calls it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SecretObject::Declared { service, secret } => write!(formatter, "secret `{secret}` of service `{service}`"),
            SecretObject::Accounts { service, provider } => {
                write!(formatter, "the {} passwords of service `{service}`", provider.word())
            }
            SecretObject::DropIn { service, file, group } => {
                write!(formatter, "the options with secrets of `{file}` of service `{service}`")?;
                group.as_ref().map_or(Ok(()), |group| write!(formatter, " in group `{group}`"))
            }
            SecretObject::OfSite { secret } => write!(formatter, "secret `{secret}` of the site"),
            SecretObject::Trust => formatter.write_str("the certificates that the site trusts"),
            SecretObject::Authority => formatter.write_str("the site's certificate authority"),
            SecretObject::Public(_) => formatter.write_str("the certificate of the public endpoints"),
        }
    }
}

/// The key in the Secret of the trust under which the certificates of the site's own authority stand alone.
pub const OWN_TRUST: &str = "own.crt";

/// A secret value of a site.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum SecretId {
    /// A value of a secret that a service declares.
    Declared {
        /// The service.
        service: String,
        /// The name that the service gives it.
        secret: String,
        /// The key of the value.
        key: String,
    },
    /// The value of a secret that the site declares.
    OfSite {
        /// The name that the site gives it.
        secret: String,
        /// The key of the value.
        key: String,
    },
    /// The password of an account.
    Password {
        /// Whose.
        client: Client,
        /// Which of its two.
        account: Account,
    },
    /// The certificates that the site's clients trust.
    Trust,
    /// The key and certificate that sign those of the site's servers.
    Authority,
    /// A part of the certificate of the public endpoints.
    Public {
        /// The Secret that the spec names.
        secret: String,
        /// Which part.
        part: PublicPart,
    },
}

/// The parts of a Secret of type `kubernetes.io/tls`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PublicPart {
    /// The certificate and those between it and its authority.
    Certificate,
    /// The private key.
    Key,
}

impl PublicPart {
    /// Both.
    pub const ALL: [PublicPart; 2] = [PublicPart::Certificate, PublicPart::Key];

    /// Its key in the Secret.
    pub fn key(self) -> &'static str {
        match self {
            PublicPart::Certificate => "tls.crt",
            PublicPart::Key => "tls.key",
        }
    }

    /// What the store calls its kind.
    pub fn kind(self) -> &'static str {
        match self {
            PublicPart::Certificate => "public-certificate",
            PublicPart::Key => "public-key",
        }
    }
}

impl SecretId {
    /// The value of a secret that a service declares.
    pub fn declared(service: &str, secret: &str, key: &str) -> SecretId {
        SecretId::Declared { service: service.to_owned(), secret: secret.to_owned(), key: key.to_owned() }
    }

    /// The Kubernetes Secret that holds it.
    pub fn object(&self) -> SecretObject {
        match self {
            SecretId::Declared { service, secret, .. } => SecretObject::declared(service, secret),
            SecretId::OfSite { secret, .. } => SecretObject::OfSite { secret: secret.clone() },
            SecretId::Password { client, .. } => client.object(),
            SecretId::Trust => SecretObject::Trust,
            SecretId::Authority => SecretObject::Authority,
            SecretId::Public { secret, .. } => SecretObject::Public(secret.clone()),
        }
    }

    /// The key in that Secret.
    pub fn key(&self) -> String {
        match self {
            SecretId::Declared { key, .. } | SecretId::OfSite { key, .. } => key.clone(),
            SecretId::Password { client, account } => account.of(&client.key),
            SecretId::Trust => "ca.crt".to_owned(),
            SecretId::Authority => "ca.pem".to_owned(),
            SecretId::Public { part, .. } => part.key().to_owned(),
        }
    }

    /// Where the store keeps it.
    pub fn path(&self) -> SecretPath {
        SecretPath { object: self.object().name(), key: self.key() }
    }

    /// What stands for it in public texts and in the input of digests.
    pub fn mask(&self) -> String {
        format!("<{}>", self.path())
    }
}

/// What a pod reads.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum SecretRead {
    /// A whole Secret, mounted.
    Object(SecretObject),
    /// A value that one of its config files shows.
    Value(SecretId),
}

impl SecretRead {
    /// Its Secret and key; `*` for all keys.
    pub fn columns(&self) -> (String, String) {
        match self {
            SecretRead::Object(object) => (object.name(), "*".to_owned()),
            SecretRead::Value(id) => (id.object().name(), id.key()),
        }
    }
}

/// Where a store keeps a secret, as people write it: the Kubernetes Secret and the key in it, `OBJECT/KEY`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SecretPath {
    /// The Kubernetes Secret.
    pub object: String,
    /// The key in it.
    pub key: String,
}

impl SecretPath {
    /// A path from its text; none where the text is not two plain words around one slash.
    pub fn parse(text: &str) -> Option<SecretPath> {
        let (object, key) = text.split_once('/')?;
        let plain = |word: &str| {
            word.starts_with(|first: char| first.is_ascii_alphanumeric())
                && word.len() <= 253
                && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
        };
        (plain(object) && plain(key)).then(|| SecretPath { object: object.to_owned(), key: key.to_owned() })
    }
}

impl fmt::Display for SecretPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.object, self.key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_gives_object_key_path_and_mask() {
        let database = Client::of_service("a", AccountProvider::Database);
        let user = Client::identity_user("a", "alice");
        for (id, mask) in [
            (SecretId::declared("a", "shared", "id_ed25519"), "<a-shared/id_ed25519>"),
            (database.password(Account::First), "<a-database/password>"),
            (database.password(Account::Second), "<a-database/password-b>"),
            (user.password(Account::Second), "<a-identity/alice-b>"),
            (SecretId::Trust, "<taco-trust/ca.crt>"),
            (SecretId::Authority, "<taco-authority/ca.pem>"),
        ] {
            assert_eq!(id.mask(), mask);
            assert_eq!(SecretPath::parse(&id.path().to_string()), Some(id.path()));
        }
    }

    #[test]
    fn a_drop_in_says_its_service_once() {
        let name = |file: &str, group: Option<&str>| {
            let (service, file, group) = ("a".to_owned(), file.to_owned(), group.map(str::to_owned));
            SecretObject::DropIn { service, file, group }.name()
        };
        assert_eq!(name("a.conf", None), "a-conf");
        assert_eq!(name("my_file.conf", Some("edge")), "a-my-file-conf-edge");
    }

    #[test]
    fn what_is_not_two_words_around_a_slash_is_not_a_path() {
        for text in ["", "a", "a/", "/b", "a/b/c", "a b/c", "-a/b"] {
            assert_eq!(SecretPath::parse(text), None, "{text}");
        }
    }
}
