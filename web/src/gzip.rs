//! Packing what is sent more than once, and who takes it packed.

use std::io::{Read as _, Write as _};

use actix_web::http::header::{self, HeaderMap};
use bytes::Bytes;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

/// Packed, once for all who ask.
#[must_use]
pub fn packed(plain: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(6));
    // Writing into memory cannot fail.
    let _ = encoder.write_all(plain);
    encoder.finish().unwrap_or_default().into()
}

/// What was packed by `packed`.
#[must_use]
pub fn unpacked(packed: &[u8]) -> Bytes {
    let mut plain = Vec::new();
    // What we packed ourselves is whole.
    let _ = GzDecoder::new(packed).read_to_end(&mut plain);
    plain.into()
}

/// Whether a request says that it takes it.
#[must_use]
pub fn is_taken(headers: &HeaderMap) -> bool {
    let asked = headers.get(header::ACCEPT_ENCODING);
    let asked = asked
        .and_then(|asked| asked.to_str().ok())
        .unwrap_or_default();
    asked.split(',').any(|one| {
        let (name, weight) = one.split_once(';').unwrap_or((one, ""));
        name.trim().eq_ignore_ascii_case("gzip") && !matches!(weight.trim(), "q=0" | "q=0.0")
    })
}
