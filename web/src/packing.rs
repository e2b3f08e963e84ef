//! Packing what is sent more than once, and who takes it packed.

use std::io::{Read as _, Write as _};

use actix_web::http::header::{self, HeaderMap};
use brotli::enc::BrotliEncoderParams;
use bytes::Bytes;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

/// How an answer can be packed, by the name that requests and answers give it.
pub const GZIP: &str = "gzip";
/// The same, smaller and slower to pack.
pub const BROTLI: &str = "br";

/// More than that is packed less tightly: a megabyte already takes seconds.
const TIGHTLY_MAX: usize = 1 << 20;

/// Packed by gzip, once for all who ask.
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

/// Packed by Brotli as small as it gets: a second of work for some hundred kilobytes.
#[must_use]
pub fn tightly_packed(plain: &[u8]) -> Bytes {
    let params = BrotliEncoderParams {
        quality: if plain.len() <= TIGHTLY_MAX { 11 } else { 9 },
        size_hint: plain.len(),
        ..BrotliEncoderParams::default()
    };
    let mut packed = Vec::new();
    // Nor can this.
    let _ = brotli::BrotliCompress(&mut &*plain, &mut packed, &params);
    packed.into()
}

/// Whether a request says that it takes what is packed in this way.
#[must_use]
pub fn is_taken(coding: &str, headers: &HeaderMap) -> bool {
    let asked = headers.get(header::ACCEPT_ENCODING);
    let asked = asked
        .and_then(|asked| asked.to_str().ok())
        .unwrap_or_default();
    asked.split(',').any(|one| {
        let (name, weight) = one.split_once(';').unwrap_or((one, ""));
        let weight = weight.trim().strip_prefix("q=").unwrap_or("1");
        name.trim().eq_ignore_ascii_case(coding) && weight.parse::<f32>() != Ok(0.0)
    })
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{ACCEPT_ENCODING, HeaderValue};

    use super::*;

    #[test]
    fn what_is_taken_is_told_from_what_is_named() {
        for (asked, gzip, brotli) in [
            ("gzip, deflate, br, zstd", true, true),
            ("br;q=0.5,GZIP;q=1.0", true, true),
            ("br;q=0.0, gzip;q=0", false, false),
            ("identity, brotli", false, false),
            ("", false, false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(asked));
            let taken = (is_taken(GZIP, &headers), is_taken(BROTLI, &headers));
            assert_eq!(taken, (gzip, brotli), "{asked}");
        }
        assert!(!is_taken(GZIP, &HeaderMap::new()));
    }

    #[test]
    fn brotli_packs_small_and_large_and_all_of_it_comes_back() {
        for size in [0, 1, 5_000, TIGHTLY_MAX + 1] {
            let plain: Vec<u8> = b"row 1, seat 2; "
                .iter()
                .copied()
                .cycle()
                .take(size)
                .collect();
            let mut back = Vec::new();
            brotli::BrotliDecompress(&mut &*tightly_packed(&plain), &mut back).unwrap();
            assert!(back == plain, "{size}");
        }
    }
}
