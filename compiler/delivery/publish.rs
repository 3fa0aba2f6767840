//! stub
use std::path::Path;
/// x
pub struct Target { /// x
 pub url: String, /// x
 pub branch: String, /// x
 pub path: String }
/// x
pub enum Published { /// x
 Unchanged, /// x
 Pushed { /// x
 commit: String, /// x
 files: usize } }
/// x
pub fn publish(_: &Path, _: &Target, _: &str) -> Result<Published, String> { Ok(Published::Unchanged) }
