//! Which sites a command is about.
//!
//! Invariant: which part of the sites one is in depends on its name alone, on every machine and in every release.

use clap::Args;
use sha2::{Digest as _, Sha256};

/// Which sites a command is about.
#[derive(Debug, Clone, Default, Args)]
pub struct Selection {
    /// Sites, e.g. lab or sites/lab; if omitted, all sites
    pub sites: Vec<String>,
    /// Only the I-th of N parts of these sites, to divide the work among N jobs; a site's part depends only on its name
    #[arg(long, value_name = "I/N", value_parser = shard)]
    pub shard: Option<Shard>,
    /// Only the sites with `ring NAME` in their spec
    #[arg(long, value_name = "NAME")]
    pub ring: Option<String>,
}

impl Selection {
    /// Is nothing left out?
    pub fn is_all(&self) -> bool {
        self.sites.is_empty() && self.shard.is_none() && self.ring.is_none()
    }
}

impl From<&[String]> for Selection {
    fn from(sites: &[String]) -> Self {
        Selection { sites: sites.to_vec(), shard: None, ring: None }
    }
}

/// One part of several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    part: u64,
    parts: u64,
}

impl Shard {
    /// Is a site of it? The site is named by its folder.
    pub fn holds(self, site: &str) -> bool {
        let name = site.trim_end_matches('/').rsplit('/').next().unwrap_or(site);
        let sum = Sha256::digest(name);
        let number = sum.first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes));
        number % self.parts == self.part - 1
    }
}

fn shard(text: &str) -> Result<Shard, String> {
    let numbers = text.split_once('/').and_then(|(part, parts)| Some((part.parse().ok()?, parts.parse().ok()?)));
    match numbers {
        Some((part, parts)) if (1..=parts).contains(&part) => Ok(Shard { part, parts }),
        _ => Err("expected I/N, a part from 1 to N and their number, e.g. 2/5".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_site_is_in_exactly_one_part_and_stays_there() {
        let sites: Vec<String> = (0..1000).map(|at| format!("sites/s{at}")).collect();
        let parts: Vec<Shard> = (1..=7).map(|part| shard(&format!("{part}/7")).unwrap()).collect();
        for site in &sites {
            assert_eq!(parts.iter().filter(|part| part.holds(site)).count(), 1, "{site}");
        }
        let counts = parts.iter().map(|part| sites.iter().filter(|site| part.holds(site)).count());
        assert!(counts.clone().all(|count| (100..190).contains(&count)), "{:?}", counts.collect::<Vec<_>>());
        assert_eq!(parts.iter().position(|part| part.holds("sites/lab")), Some(1));
        assert_eq!(parts.iter().position(|part| part.holds("lab/")), Some(1));
    }

    #[test]
    fn what_is_not_a_part_is_refused() {
        for text in ["", "1", "0/3", "4/3", "a/b", "1/0", "-1/2"] {
            assert!(shard(text).is_err(), "{text}");
        }
    }
}
