//! The codes of rules across services: what each means, why it is checked, and where the rule comes from.
//!
//! Invariant: these come after those of [`super::codes`] up to `TG0605` and before `TG0701`; no code changes its meaning.

use super::registry::CodeEntry;

/// The codes from `TG0606` to `TG0699`.
pub static RULE_CODES: &[CodeEntry] = &[
    CodeEntry {
        code: "TG0610",
        title: "keys go before tokens",
        explanation: "A token can be used until it expires, and for a while after by services that finish a long operation. Its key must be there as long. Keys turn one place at each rotation, so there must be ceil((expiration + allowed window) / rotation) + 2 of them: one staged, one primary, the rest for tokens that are under way. With fewer, users and services get 401 some hours after a rotation. The stock computes the number from the lifetimes: remove an override of it, or shorten the lifetimes. See \"Fernet - Frequently Asked Questions\" in keystone's administrator guide (https://docs.openstack.org/keystone/latest/admin/fernet-token-faq.html).",
    },
    CodeEntry {
        code: "TG0611",
        title: "not every broker is named",
        explanation: "A client of the message queue knows only the brokers that its URL names. Where one is left out, clients that are connected to the others do not move to it, and with one name alone they stop with that broker. A broker that is not there costs a timeout at every connection. The stock's URL names every pod; give the number of brokers in `component server { replicas N }` and leave the URL alone.",
    },
    CodeEntry {
        code: "TG0612",
        title: "not every cache is named",
        explanation: "Clients spread keys over the caches that they know. Processes that know different lists, or one address in front of all, look for a key where it was not put: tokens are checked again and again, locks do not lock, sessions end. Every client must list every pod. Leave the option alone: the stock lists them.",
    },
    CodeEntry {
        code: "TG0613",
        title: "not every database of the network is named",
        explanation: "The network's databases are a raft cluster; clients find the leader by trying the members that they know, and `leader only` clients stop where the leader is not among them. Leave the option alone: the stock names every member.",
    },
    CodeEntry {
        code: "TG0620",
        title: "another region",
        explanation: "A service looks up its peers in the catalog by region. In a region that nothing is entered under it finds none, and calls between services fail with `endpoint not found`. The site has one region, `region NAME`; options must not say another.",
    },
    CodeEntry {
        code: "TG0699",
        title: "a rule that cannot be run",
        explanation: "A file under `schema/services/NAME/rules/` has no test or several, no subject of the form `[SERVICE] FILE SECTION OPTION`, or a code that the program does not know. The rule checks nothing until it is mended.",
    },
];
