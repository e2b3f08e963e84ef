//! The manifests as they are sent: encoded and compressed once, then shared.

use std::io::Write;
use std::sync::Arc;

use actors::SessionInfo;
use bytes::Bytes;
use dashmap::DashMap;
use domain::SessionId;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

use crate::wire::session::Manifest;

/// How many are kept. A large one takes some three megabytes.
const KEPT_MAX: usize = 64;

/// The manifests of the sessions that were asked for.
#[derive(Default)]
pub struct Manifests {
    kept: DashMap<SessionId, Arc<EncodedManifest>>,
}

/// One manifest, ready to be sent.
pub struct EncodedManifest {
    /// Names the content, in the quotes of an ETag.
    pub etag: String,
    /// As JSON.
    pub plain: Bytes,
    /// The same, compressed.
    pub gzip: Bytes,
}

impl Manifests {
    /// The manifest of a session, encoded if it was not.
    #[must_use]
    pub fn of(&self, info: &SessionInfo) -> Arc<EncodedManifest> {
        if let Some(kept) = self.kept.get(&info.session_id) {
            return Arc::clone(&kept);
        }
        let encoded = Arc::new(EncodedManifest::new(info));
        // Forgetting all is rough, and only costs encoding again.
        if self.kept.len() >= KEPT_MAX {
            self.kept.clear();
        }
        self.kept.insert(info.session_id, Arc::clone(&encoded));
        encoded
    }
}

impl EncodedManifest {
    fn new(info: &SessionInfo) -> Self {
        let manifest = Manifest::new(info);
        let plain = serde_json::to_vec(&manifest).expect("a manifest has only string keys");
        let digest: [u8; 32] = Sha256::digest(&plain).into();
        let tag = digest
            .iter()
            .take(12)
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>();
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder
            .write_all(&plain)
            .expect("writing into memory cannot fail");
        let gzip = encoder.finish().expect("writing into memory cannot fail");
        Self {
            etag: format!("\"{tag}\""),
            plain: plain.into(),
            gzip: gzip.into(),
        }
    }
}
