//! stub
use crate::{spec::site::Site, origin::OriginTable, config::file::Content};
/// x
#[derive(Debug)]
pub struct HostFile { /// x
 pub path: String, /// x
 pub content: Content }
/// x
pub fn lower(_: &Site, _: &dyn Fn(&str) -> Vec<String>, _: &dyn Fn(&str) -> Vec<String>, _: &mut OriginTable) -> Vec<HostFile> { vec![] }
