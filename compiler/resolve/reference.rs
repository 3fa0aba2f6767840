//! References to values: the closed set of functions that service data and specs may use.
//!
//! Invariant: a reference gives the same parts wherever it stands; secrets stay names.

mod account;
mod address;
mod amount;
mod balanced;
mod client;
mod conditional;
mod count;
mod evaluate;
mod host;
mod image;
mod listing;
mod record;
mod records;
mod uuid;
mod workloads;

pub use address::{Address, internal_address, public_address, public_host, public_names};
pub use client::has_client_values;
pub use evaluate::{Context, Step, TRUST, declared_secret, evaluate, public_text, text_of};
pub use host::proxies;
pub use image::{data_images, image, image_at};
pub use records::{evaluate_each, is_of_node, reads_node, site_endpoints};
pub use uuid::uuid;
