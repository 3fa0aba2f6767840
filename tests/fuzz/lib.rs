//! The fuzz targets' common half: the functions of `targets.rs`, with the catalog that the program carries.

pub mod targets;

use std::sync::LazyLock;

use taco_gen::catalog::load::{Library, load};
use taco_gen::diag::Sink;
use taco_gen::world::memory::MemoryWorld;

/// The catalog that the program carries.
pub static LIBRARY: LazyLock<Library> = LazyLock::new(|| load(&MemoryWorld::default(), &mut Sink::default()));
