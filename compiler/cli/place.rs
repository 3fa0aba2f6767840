//! A site as it was named on the command line to its folder in the project.
//!
//! Invariant: a path is that of a folder below the project's, with `/` between its parts; what leaves the project is left for the
//! world to refuse.

use std::path::{Component, Path, PathBuf};

/// The folder of a site: `lab`, `sites/lab`, `sites/lab/site.kdl`, a path from the folder that the program was started in, or an
/// absolute one. `project` is the project's folder, `here` the current one, from there.
pub fn site(given: &str, (project, here): (&Path, &Path), is_site: &dyn Fn(&str) -> bool) -> String {
    let given = Path::new(given);
    let given = match given.file_name().and_then(|name| name.to_str()) {
        Some("site.kdl" | "site.yaml") => given.parent().unwrap_or(Path::new("")),
        _ => given,
    };
    let absolute = given.strip_prefix(project).ok().filter(|_| given.is_absolute());
    let from_here = absolute.map(Path::to_path_buf).or_else(|| joined(here, given));
    let text = |path: &Path| path.to_str().map(str::to_owned);
    if let Some(path) = from_here.as_deref().and_then(text).filter(|path| path.contains('/') && is_site(path)) {
        return path;
    }
    let plain = absolute.map(Path::to_path_buf).or_else(|| joined(Path::new(""), given));
    let plain = plain.as_deref().and_then(text).unwrap_or_else(|| given.to_string_lossy().into_owned());
    if plain.contains('/') { plain } else { format!("sites/{plain}") }
}

/// A path below a folder, without `.` and `..`; none where it leaves the project.
fn joined(folder: &Path, path: &Path) -> Option<PathBuf> {
    let mut whole = folder.to_path_buf();
    for part in path.components() {
        match part {
            Component::Normal(name) => whole.push(name),
            Component::CurDir => {}
            Component::ParentDir => {
                if !whole.pop() {
                    return None;
                }
            }
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_found_however_it_is_named() {
        let is_site = |path: &str| path == "sites/m";
        let of = |given: &str, here: &str| site(given, (Path::new("/p"), Path::new(here)), &is_site);
        for (given, here) in [
            ("m", ""),
            ("sites/m", ""),
            ("./sites/m/", ""),
            ("sites/m/site.kdl", ""),
            ("/p/sites/m", ""),
            ("/p/sites/m/site.yaml", "output"),
            (".", "sites/m"),
            ("site.kdl", "sites/m"),
            ("../m", "sites/other"),
            ("m", "sites"),
            ("sites/m", "sites/m"),
        ] {
            assert_eq!(of(given, here), "sites/m", "`{given}` from `{here}`");
        }
        assert_eq!(of("absent", ""), "sites/absent");
        assert_eq!(of("../elsewhere", ""), "../elsewhere");
        assert_eq!(of("/q/sites/m", ""), "/q/sites/m");
    }
}
