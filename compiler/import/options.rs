//! Options of files that a tool renders or replaces, to the places of a spec.
//!
//! Invariant: of a cluster's own files no option is carried that the model decides, and none that two objects say differently.

use super::draft::Place;
use super::engine::{Decided, Engine, decided_of};
use super::key::{Data, Key};
use super::mapping::{FileOption, FileRule, file_rule};
use super::model::{decides, is_flat};
use super::pattern::Captures;

impl Engine<'_> {
    /// An option of a file that replaces those of a service, or that a cluster has.
    pub fn option(&mut self, number: usize, key: &Key) -> Option<Decided> {
        let path = key.path.first().map_or("", String::as_str);
        let Some((rule, captures)) = file_rule(self.mapping, path) else { return Some(self.foreign(key)) };
        if let Some(file) = &rule.fate.file {
            return self.to_file(number, key, (file.as_str(), false), (&rule.fate, &captures));
        }
        if key.data.is_empty() {
            return Some(Decided::dropped("tool", "it has no value"));
        }
        if let Some(secret) = of_key(&rule.secrets, key) {
            return self.option_secret(number, key, secret);
        }
        if let Some(known) = of_key(&rule.options, key).or_else(|| of_key(&self.mapping.options, key)) {
            if known.paths.is_empty() {
                return Some(decided_of(&known.fate));
            }
            let mut paths = known.paths.iter();
            return paths.find_map(|path| self.put(path, &captures, &key.data, (Some(number), self.note(key))));
        }
        if rule.fate.to.is_empty() {
            return Some(decided_of(&rule.fate));
        }
        if key.hidden {
            let reason = "a password in an option: connections are made of what the store has";
            return Some(Decided::dropped("tool", reason));
        }
        self.option_places(number, key, (rule, &captures))
    }

    fn option_places(&mut self, number: usize, key: &Key, (rule, captures): (&FileRule, &Captures)) -> Option<Decided> {
        for to in &rule.fate.to {
            let file = captures.fill(to);
            let section = if is_flat(self.catalog, &file) { 2 } else { 1 };
            let below = key.path.get(section..).unwrap_or_default();
            let place = if to.contains(" = ") { to.clone() } else { [&[file], below].concat().join(" > ") };
            let option = Place::parse(&place).0;
            if self.mapping.dump && option.option().is_some_and(|option| decides(self.catalog, option)) {
                let reason = "it follows from the model: addresses, accounts and paths are the site's own";
                return Some(Decided::dropped("tool", reason));
            }
            let note = self.note(key);
            if let Some(decided) = self.put(&place, captures, &key.data, (Some(number), note)) {
                return Some(decided);
            }
        }
        None
    }

    fn option_secret(&mut self, number: usize, key: &Key, secret: &FileOption) -> Option<Decided> {
        if secret.paths.is_empty() {
            return Some(decided_of(&secret.fate));
        }
        let data = match key.data.text().filter(|_| secret.url) {
            Some(url) => login(&url).map_or(Data::Null, Data::Text),
            None => key.data.clone(),
        };
        self.secret(number, &data, &secret.paths)
    }
}

/// What is known of an option: of its name in its section, else of its name.
fn of_key<'t>(known: &'t crate::tree::record::Table<FileOption>, key: &Key) -> Option<&'t FileOption> {
    let [_, section, option] = key.path.as_slice() else { return known.get(key.path.last()?.as_str()) };
    known.get(format!("{section}.{option}").as_str()).or_else(|| known.get(option.as_str()))
}

/// The password in a URL, the first where it names several hosts.
fn login(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let (login, _) = authority.split(',').next()?.rsplit_once('@')?;
    let (_, password) = login.split_once(':')?;
    Some(percent_encoding::percent_decode_str(password).decode_utf8_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_taken_out_of_urls() {
        for (url, password) in [
            ("mysql+pymysql://nova:a%40b%2Fc@db:3306/nova?charset=utf8", Some("a@b/c")),
            ("rabbit://nova:one@h1:5672,nova:one@h2:5672/nova", Some("one")),
            ("rabbit://nova:100%@h1/", Some("100%")),
            ("http://host/", None),
            ("no URL", None),
        ] {
            assert_eq!(login(url).as_deref(), password, "{url}");
        }
    }
}
