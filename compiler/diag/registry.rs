//! stub
/// x
pub struct CodeEntry { /// x
 pub code: &'static str, /// x
 pub title: &'static str, /// x
 pub explanation: &'static str }
/// x
pub fn entry(_: &str) -> Option<&'static CodeEntry> { None }
/// x
pub fn all() -> &'static [CodeEntry] { &[] }
