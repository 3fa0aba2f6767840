//! The catalog: services, releases and roles as data.
pub mod shape;
