//! Names and values that tell of a secret, where no table does.
//!
//! Drivers' own options are not all marked: of cinder's, `pure_api_token` and `kioxia_token` are plain to oslo.config.
//!
//! Invariant: what is a place (a path, a URL without a password) is no secret.

/// Ends of the names of options that hold a secret.
const ENDS: [&str; 9] =
    ["password", "passwd", "passphrase", "_pass", "_secret", "api_token", "access_token", "auth_token", "secret_key"];

/// Options that end so and hold no secret: they name a plugin.
const PLUGINS: [&str; 2] = ["password", "token"];

/// Does the option hold a secret by its name?
pub fn is_named(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace(['-', '.'], "_");
    let is_driver_token = name.ends_with("_token") && !name.ends_with("bind_token");
    !PLUGINS.contains(&name.as_str()) && (is_driver_token || ENDS.iter().any(|end| name.ends_with(end)))
}

/// Is the value a path or an address, where a secret may lie?
pub fn is_place(text: &str) -> bool {
    text.starts_with(['/', '$']) || (text.contains("://") && !text.contains('@'))
}

/// Does the value look as if it was drawn by chance: long, one word, of capitals, small letters and digits mixed?
pub fn is_random(text: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || "+/=_-".contains(c);
    if text.len() < 20 || text.len() > 200 || !text.chars().all(is_word) || is_place(text) || is_uuid(text) {
        return false;
    }
    let count = |is: fn(&char) -> bool| text.chars().filter(is).count();
    let kinds = [count(char::is_ascii_uppercase), count(char::is_ascii_lowercase), count(char::is_ascii_digit)];
    let is_hex = text.chars().all(|c| c.is_ascii_hexdigit()) && kinds.iter().filter(|kind| **kind > 0).count() >= 2;
    let is_mixed = kinds.iter().all(|kind| *kind >= 2);
    // Names and paths change between letters and digits rarely; what was drawn by chance does all the time.
    let class = |c: char| (c.is_ascii_uppercase(), c.is_ascii_lowercase(), c.is_ascii_digit());
    let changes = text.chars().zip(text.chars().skip(1)).filter(|(a, b)| class(*a) != class(*b)).count();
    (is_hex || is_mixed) && changes * 3 >= text.len() && entropy(text) > 3.0
}

fn is_uuid(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12]) && text.chars().all(|c| c.is_ascii_hexdigit() || c == '-')
}

/// Bits a letter, by how often each stands in the text.
fn entropy(text: &str) -> f64 {
    let mut counts = std::collections::BTreeMap::new();
    for letter in text.chars() {
        *counts.entry(letter).or_insert(0_u32) += 1;
    }
    let length = f64::from(u32::try_from(text.chars().count()).unwrap_or(u32::MAX));
    let share = |count: &u32| f64::from(*count) / length;
    counts.values().map(|count| -share(count) * share(count).log2()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_known_and_those_of_other_things_are_not() {
        for name in
            ["pure_api_token", "kioxia_token", "acme-password", "default_pass", "ssl_options.password", "s3_secret_key"]
        {
            assert!(is_named(name), "{name}");
        }
        let others =
            ["password_regex", "enforce_token_bind", "token", "password", "keyfile", "max_token_size", "token_role"];
        for name in others {
            assert!(!is_named(name), "{name}");
        }
    }

    #[test]
    fn what_was_drawn_by_chance_is_told_from_names() {
        for text in ["q8Zr3TfX0bL2mW9cVy7K", "9f2c4b7ae01d83c65f7a9b0c1d2e3f40", "hT3+kQ9/zR1xVb7Yw2Lm5Nc8"] {
            assert!(is_random(text), "{text}");
        }
        let others = [
            "cinder.volume.drivers.rbd.RBDDriver",
            "2f1c5a5e-54a1-4d43-9f9a-6f3d1f0f7f10",
            "internalURL",
            "/var/lib/cinder/mnt",
            "oslo_messaging_notifications",
            "AggregateInstanceExtraSpecsFilter",
            "openstack-control-plane-2026",
        ];
        for text in others {
            assert!(!is_random(text), "{text}");
        }
    }
}
