//! The suite: whole sites through the compiler's own door.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be"
)]

mod back_ends;
mod bad;
mod bad_services;
mod beside;
mod circles;
mod commands;
mod comments;
mod delivery;
mod disk;
mod documents;
mod drift;
mod edit;
mod edits;
mod effects;
mod explain;
mod external;
mod field;
mod field_sites;
mod first;
mod fix;
mod fleet;
mod format;
mod fuzz;
mod host_features;
mod host_network;
mod hosts;
mod hosts_guide;
mod hosts_members;
mod hosts_share;
mod hosts_target;
mod images;
mod import;
mod import_deployment;
mod import_shared;
mod imports;
mod install;
mod layers;
mod lsp;
mod mcp;
mod mutations;
mod objects;
mod options;
mod order;
mod own;
mod pipelines;
mod plan;
mod policies;
mod projects;
mod publish;
mod reach;
mod references;
mod releases;
mod report;
mod review;
mod rules;
mod schemas;
mod secrets;
mod seeds;
mod services;
mod sites;
mod specs;
mod stages;
mod stamp;
mod start_up;
mod store;
mod succession;
mod support;
mod tidy;
mod tls;
mod tls_inside;
mod upgrade;
mod verify;
mod watch;
