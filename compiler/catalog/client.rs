//! What a service is a client with: databases, virtual hosts at the broker, users of the identity service.
//!
//! Invariant: a name that is not said is the id.

use super::bounds::Bounds;
use crate::record;
use crate::tree::word::Word;

record! {
    /// A database that the service owns; `database ID name=...`.
    pub struct Database, include(bounds: Bounds) {
        /// The schema's name in the server (the id).
        name: Option<Word>,
    }
}

record! {
    /// The service's virtual host at the message broker.
    pub struct Queue, positional("vhost"), shorthand("vhost") {
        /// The virtual host, without the leading slash; also the broker user.
        vhost: Word,
    }
}

record! {
    /// A virtual host at the message broker beside that of `queue`, with the same account; `virtual-host ID name=...`.
    pub struct VirtualHost, include(bounds: Bounds) {
        /// Its name at the broker, without the leading slash (the id).
        name: Option<Word>,
    }
}

record! {
    /// A user in the identity service; `identity USER { roles admin service }`.
    pub struct Identity as "IdentityUser", include(bounds: Bounds) {
        /// Roles it gets (admin service).
        roles: Vec<Word>,
        /// The project it gets them on (service); empty: on the domain.
        project: String = "service".to_owned(),
        /// The domain it lives in, made where it is missing (Default).
        domain: String = "Default".to_owned(),
        /// Entities belong to the user itself: no second user takes its place in a staged rotation (#false).
        no_staged_rotation: bool,
    }
}

impl Identity {
    /// The roles that it gets.
    pub fn roles(&self) -> Vec<String> {
        match self.roles.is_empty() {
            true => vec!["admin".to_owned(), "service".to_owned()],
            false => self.roles.iter().map(Word::to_string).collect(),
        }
    }
}
