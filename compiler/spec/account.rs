//! The two accounts of a client at its database, broker or identity service, and which of them is in use.
//!
//! One account with one password cannot change it without an outage: who restarts late is refused. So a staged rotation makes
//! a second account beside the first, moves the consumers to it, and drops the first. The next one goes the other way.
//!
//! Invariant: the account in use is always among those that are there.

use std::collections::BTreeMap;

use crate::kube::secret::{Account, Client, SecretPath};

/// How far a staged rotation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Both accounts are there; consumers use the old one.
    Add,
    /// Both accounts are there; consumers use the new one.
    Switch,
    /// The old account is dropped. A client stays here until its next rotation.
    Drop,
}

impl Stage {
    /// The stage of a word in the store.
    pub fn parse(word: &str) -> Option<Stage> {
        [Stage::Add, Stage::Switch, Stage::Drop].into_iter().find(|stage| stage.word() == word)
    }

    /// Its word in the store.
    pub fn word(self) -> &'static str {
        match self {
            Stage::Add => "add",
            Stage::Switch => "switch",
            Stage::Drop => "drop",
        }
    }
}

/// A client's rotation: where it leads, and how far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rotation {
    /// The new account.
    pub to: Account,
    /// How far it is.
    pub stage: Stage,
}

impl Rotation {
    /// What comes after what is there: the next stage, or the first one towards the other account.
    pub fn after(now: Option<Rotation>) -> Rotation {
        match now {
            None => Rotation { to: Account::Second, stage: Stage::Add },
            Some(Rotation { to, stage: Stage::Add }) => Rotation { to, stage: Stage::Switch },
            Some(Rotation { to, stage: Stage::Switch }) => Rotation { to, stage: Stage::Drop },
            Some(Rotation { to, stage: Stage::Drop }) => Rotation { to: to.other(), stage: Stage::Add },
        }
    }

    /// Is a step of it still to come?
    pub fn is_under_way(self) -> bool {
        self.stage != Stage::Drop
    }
}

/// The rotations of a site, by [`Client::path`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rotations(pub BTreeMap<SecretPath, Rotation>);

impl Rotations {
    /// A client's rotation; none before its first.
    pub fn of(&self, client: &Client) -> Option<Rotation> {
        if self.0.is_empty() { None } else { self.0.get(&client.path()).copied() }
    }

    /// The account that consumers use.
    pub fn used(&self, client: &Client) -> Account {
        match self.of(client) {
            None => Account::First,
            Some(Rotation { to, stage: Stage::Add }) => to.other(),
            Some(Rotation { to, .. }) => to,
        }
    }

    /// The accounts that are there.
    pub fn present(&self, client: &Client) -> Vec<Account> {
        match self.of(client) {
            None => vec![Account::First],
            Some(rotation) if rotation.is_under_way() => vec![Account::First, Account::Second],
            Some(rotation) => vec![rotation.to],
        }
    }

    /// The account that was there before.
    pub fn dropped(&self, client: &Client) -> Option<Account> {
        self.of(client).filter(|rotation| !rotation.is_under_way()).map(|rotation| rotation.to.other())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kube::secret::AccountProvider;

    #[test]
    fn two_rotations_lead_there_and_back_and_the_account_in_use_is_always_there() {
        let (mut rotations, mut seen) = (Rotations::default(), Vec::new());
        let client = Client::of_service("a", AccountProvider::Database);
        for _ in 0..6 {
            let next = Rotation::after(rotations.of(&client));
            rotations.0.insert(client.path(), next);
            let (used, present) = (rotations.used(&client), rotations.present(&client));
            assert!(present.contains(&used));
            let dropped = rotations.dropped(&client);
            assert!(dropped.is_none_or(|account| !present.contains(&account)));
            seen.push((used.word(), present.len(), dropped.map(Account::word)));
        }
        assert_eq!(
            seen,
            [("a", 2, None), ("b", 2, None), ("b", 1, Some("a")), ("b", 2, None), ("a", 2, None), ("a", 1, Some("b"))]
        );
    }
}
