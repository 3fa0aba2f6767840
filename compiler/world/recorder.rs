//! A world that remembers what it was asked and what it answered.
//!
//! Invariant: what was read through it can be asked again, and equal answers mean equal input.

use std::collections::BTreeMap;
use std::sync::Mutex;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{ReadError, World};

/// What a world is asked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Question {
    /// The bytes of a file.
    Read(String),
    /// The folders in a folder.
    List(String),
    /// The files below a folder.
    Walk(String),
    /// The day.
    Today,
}

/// An answer: the SHA-256 of bytes or names, a day, `none`, or `error`.
pub type Answer = String;

/// What a world answers where it fails.
pub const ERROR: &str = "error";

impl Question {
    /// Asks a world.
    pub fn ask(&self, world: &dyn World) -> Answer {
        match self {
            Question::Read(path) => of_bytes(&world.read(path)),
            Question::List(folder) => of_names(&world.list(folder)),
            Question::Walk(folder) => of_names(&world.walk(folder)),
            Question::Today => of_day(world.today().as_deref()),
        }
    }
}

fn of_bytes(answer: &Result<Option<Vec<u8>>, ReadError>) -> Answer {
    match answer {
        Ok(Some(bytes)) => STANDARD.encode(Sha256::digest(bytes)),
        Ok(None) => "none".to_owned(),
        Err(_) => ERROR.to_owned(),
    }
}

fn of_names(answer: &Result<Vec<String>, ReadError>) -> Answer {
    match answer {
        // No name holds a zero byte.
        Ok(names) => STANDARD.encode(Sha256::digest(names.join("\0"))),
        Err(_) => ERROR.to_owned(),
    }
}

fn of_day(day: Option<&str>) -> Answer {
    day.unwrap_or("none").to_owned()
}

/// A world that remembers.
pub struct Recorder<'w> {
    world: &'w dyn World,
    seen: Mutex<BTreeMap<Question, Answer>>,
}

impl<'w> Recorder<'w> {
    /// Remembers what that world answers from now on.
    pub fn new(world: &'w dyn World) -> Self {
        Recorder { world, seen: Mutex::default() }
    }

    fn saw(&self, question: Question, answer: Answer) {
        let Ok(mut seen) = self.seen.lock() else { return };
        // A file that changes while it is read twice is not known.
        let first = seen.entry(question).or_insert_with(|| answer.clone());
        if *first != answer {
            ERROR.clone_into(first);
        }
    }

    /// What was asked, and the answers.
    pub fn into_seen(self) -> BTreeMap<Question, Answer> {
        self.seen.into_inner().unwrap_or_default()
    }
}

impl World for Recorder<'_> {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, ReadError> {
        let answer = self.world.read(path);
        self.saw(Question::Read(path.to_owned()), of_bytes(&answer));
        answer
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, ReadError> {
        let answer = self.world.list(folder);
        self.saw(Question::List(folder.to_owned()), of_names(&answer));
        answer
    }

    fn walk(&self, folder: &str) -> Result<Vec<String>, ReadError> {
        let answer = self.world.walk(folder);
        self.saw(Question::Walk(folder.to_owned()), of_names(&answer));
        answer
    }

    fn today(&self) -> Option<String> {
        let answer = self.world.today();
        self.saw(Question::Today, of_day(answer.as_deref()));
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::memory::MemoryWorld;

    fn world(text: &str) -> MemoryWorld {
        MemoryWorld::from_iter([("sites/a/site.kdl".to_owned(), text.as_bytes().to_vec())])
    }

    #[test]
    fn what_was_seen_can_be_asked_again() {
        let first = world("one");
        let recorder = Recorder::new(&first);
        assert_eq!(recorder.read("sites/a/site.kdl"), Ok(Some(b"one".to_vec())));
        assert_eq!(recorder.read("sites/a/site.yaml"), Ok(None));
        assert_eq!(recorder.list("sites"), Ok(vec!["a".to_owned()]));
        assert_eq!(recorder.walk("overlays"), Ok(vec![]));
        assert_eq!(recorder.today(), None);
        let seen = recorder.into_seen();
        assert_eq!(seen.len(), 5);
        let same = |world: &dyn World| seen.iter().filter(|(question, answer)| question.ask(world) == **answer).count();
        assert_eq!(same(&first), 5);
        assert_eq!(same(&world("two")), 4);
        assert_eq!(same(&world("one").on("2026-01-01")), 4);
        assert_eq!(same(&MemoryWorld::default()), 3);
    }
}
