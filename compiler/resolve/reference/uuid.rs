//! UUIDs made of names, for what must have one that everybody can compute.
//!
//! Invariant: the same names give the same UUID on every machine.

use sha2::{Digest as _, Sha256};

/// The UUID of some names: version 8 of RFC 9562, whose bits are the author's, here of a SHA-256.
pub fn uuid(names: [&str; 3]) -> String {
    let mut hasher = Sha256::new_with_prefix("taco-gen uuid");
    for name in names {
        hasher.update([0]);
        hasher.update(name);
    }
    let hash = hasher.finalize();
    let number = hash.iter().take(16).fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
    let marked = number & !(0xf << 76) & !(0x3 << 62) | 0x8 << 76 | 0x2 << 62;
    let digits = format!("{marked:032x}");
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
}

#[cfg(test)]
mod tests {
    use super::uuid;

    #[test]
    fn names_give_a_uuid_of_version_8() {
        let one = uuid(["lab", "disks", "fast"]);
        assert_eq!(one, uuid(["lab", "disks", "fast"]));
        assert_ne!(one, uuid(["lab", "disksf", "ast"]));
        let letters: Vec<char> = one.chars().collect();
        assert_eq!((one.len(), letters[14]), (36, '8'));
        assert!("89ab".contains(letters[19]), "{one}");
    }
}
