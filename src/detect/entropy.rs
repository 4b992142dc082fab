//! How random a secret looks.

/// Returns the Shannon entropy of `bytes`, in bits per byte; 0 for nothing.
#[expect(clippy::cast_precision_loss, reason = "no secret has 2^52 bytes")]
pub fn bits_per_byte(bytes: &[u8]) -> f64 {
    let mut counts = [0u32; 256];
    for &byte in bytes {
        counts[usize::from(byte)] += 1;
    }
    let total = bytes.len() as f64;
    counts
        .iter()
        .filter(|&&count| count > 0)
        .map(|&count| f64::from(count) / total)
        .map(|p| -p * p.log2())
        .sum()
}
