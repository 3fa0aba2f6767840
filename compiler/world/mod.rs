//! Input.
pub mod disk;
pub mod memory;
