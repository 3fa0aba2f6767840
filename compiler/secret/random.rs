//! Random bytes of the system.
//!
//! Invariant: a generator that fails ends in an error, never in a weak value or a panic.

/// The system has no random bytes to give, or a primitive refused its input: nothing that a user did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unavailable;

/// Fills a buffer from the system's generator.
pub fn random<const N: usize>() -> Result<zeroize::Zeroizing<[u8; N]>, Unavailable> {
    let mut bytes = zeroize::Zeroizing::new([0; N]);
    getrandom::fill(bytes.as_mut_slice()).map_err(|_| Unavailable)?;
    Ok(bytes)
}

/// Runs what draws its own random bytes and knows no other end than a panic where the system has none (`rand_core::OsRng`
/// behind age and rsa): a system that lacks them is found out before.
pub fn with_entropy<T>(work: impl FnOnce() -> T) -> Result<T, Unavailable> {
    random::<32>()?;
    Ok(work())
}
