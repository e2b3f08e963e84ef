//! Identifiers that look like the providers'.

use rand::RngExt as _;
use rand::distr::Alphanumeric;

/// A prefix and 24 random letters and digits, as Stripe's are.
pub fn with_prefix(prefix: &str) -> String {
    let random = rand::rng().sample_iter(Alphanumeric).take(24);
    prefix.chars().chain(random.map(char::from)).collect()
}

/// 17 random capitals and digits, as PayPal's are.
pub fn capitals() -> String {
    const LETTERS: &[u8] = b"ABCDEFGHJKLMNPRSTUVWXY0123456789";
    let mut random = rand::rng();
    (0..17)
        .map(|_| char::from(LETTERS[random.random_range(0..LETTERS.len())]))
        .collect()
}
