//! The suite: whole sites through the compiler's own door.

mod bad;
mod edits;
mod objects;
mod order;
mod schemas;
mod sites;
mod support;
mod tidy;
