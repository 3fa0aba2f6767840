//! Accounts of clients, and where they log in.
//!
//! Invariant: the words are those of paths in a password store.

/// One of a client's two accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Account {
    /// The one that a site begins with, named like the client.
    First,
    /// The other one; its name ends in `-b`.
    Second,
}

impl Account {
    /// The account of a word in the store, `a` or `b`.
    pub fn parse(word: &str) -> Option<Account> {
        [Account::First, Account::Second].into_iter().find(|account| account.word() == word)
    }

    /// Its word in the store.
    pub fn word(self) -> &'static str {
        match self {
            Account::First => "a",
            Account::Second => "b",
        }
    }

    /// The other one.
    pub fn other(self) -> Account {
        match self {
            Account::First => Account::Second,
            Account::Second => Account::First,
        }
    }

    /// A name of the client as this account has it: of a user, or of the key that holds the password.
    pub fn of(self, name: &str) -> String {
        match self {
            Account::First => name.to_owned(),
            Account::Second => format!("{name}-b"),
        }
    }
}

/// A capability whose provider knows each client by an account of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AccountProvider {
    /// The database.
    Database,
    /// The message queue.
    Queue,
    /// The identity service.
    Identity,
}

impl AccountProvider {
    /// All of them.
    pub const ALL: [AccountProvider; 3] =
        [AccountProvider::Database, AccountProvider::Queue, AccountProvider::Identity];

    /// The provider of a capability of the service data.
    pub fn parse(capability: &str) -> Option<AccountProvider> {
        AccountProvider::ALL.into_iter().find(|provider| provider.word() == capability)
    }

    /// The capability's word in the service data.
    pub const fn word(self) -> &'static str {
        match self {
            AccountProvider::Database => "database",
            AccountProvider::Queue => "queue",
            AccountProvider::Identity => "identity",
        }
    }
}
