//! The manifests as they are sent: encoded and compressed once, then shared.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Instant;

use actix_web::web;
use actors::SessionInfo;
use bytes::Bytes;
use dashmap::DashMap;
use domain::SessionId;
use sha2::{Digest, Sha256};
use tokio::sync::OnceCell;

use crate::context::Context;
use crate::packing;
use crate::wire::columns::ManifestColumns;
use crate::wire::session::Manifest;

/// How many are kept. A large one takes some three megabytes.
const KEPT_MAX: usize = 64;

/// How many times as long as a manifest was packed tightly no other one is.
const RESTS_PER_PACKING: u32 = 3;

/// How a manifest is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// Place by place.
    Places,
    /// In columns, as the map reads it.
    Columns,
}

/// The manifests of the sessions that were asked for.
#[derive(Default)]
pub struct Manifests {
    kept: DashMap<(SessionId, Form), Arc<OnceCell<Arc<EncodedManifest>>>>,
    /// Whether one is being packed tightly.
    is_packing: Arc<AtomicBool>,
}

/// One manifest, ready to be sent.
pub struct EncodedManifest {
    /// Names the content, in the quotes of an ETag.
    pub etag: String,
    /// As JSON.
    pub plain: Bytes,
    /// The same, packed.
    pub gzip: Bytes,
    /// The same, packed tightly, once that is done.
    tight: OnceLock<Bytes>,
}

impl Manifests {
    /// The manifest of a session. Encoding a large one takes a while: it is done once, beside those who
    /// serve requests, and everybody who asks meanwhile waits for the same.
    pub async fn of(&self, info: &Arc<SessionInfo>, form: Form) -> Arc<EncodedManifest> {
        let key = (info.session_id, form);
        // Forgetting all is rough, and only costs encoding again.
        if self.kept.len() >= KEPT_MAX && !self.kept.contains_key(&key) {
            self.kept.clear();
        }
        let cell = Arc::clone(&self.kept.entry(key).or_default());
        let encoded = cell.get_or_init(|| encoded(Arc::clone(info), form));
        Arc::clone(encoded.await)
    }

    /// Begins to pack a manifest by Brotli for those who ask later, unless another one's turn is not over. It takes a
    /// second or two in a thread that nobody waits for, not even the end of the process, and then rests: whoever asks for
    /// ever different manifests makes no more work than that.
    pub fn pack_tightly(&self, manifest: &Arc<EncodedManifest>) {
        if self.is_packing.swap(true, Ordering::Relaxed) {
            return;
        }
        let (manifest, is_packing) = (Arc::clone(manifest), Arc::clone(&self.is_packing));
        thread::spawn(move || {
            let began = Instant::now();
            let pack = || packing::tightly_packed(&manifest.plain);
            manifest.tight.get_or_init(pack);
            thread::sleep(began.elapsed() * RESTS_PER_PACKING);
            is_packing.store(false, Ordering::Relaxed);
        });
    }

    /// Begins to encode a manifest that the map will ask for in a moment.
    pub fn prepare(context: &web::Data<Context>, info: &Arc<SessionInfo>) {
        let (context, info) = (context.clone(), Arc::clone(info));
        actix_web::rt::spawn(async move { context.manifests.of(&info, Form::Columns).await });
    }
}

async fn encoded(info: Arc<SessionInfo>, form: Form) -> Arc<EncodedManifest> {
    let beside = Arc::clone(&info);
    let encoding = web::block(move || EncodedManifest::new(&beside, form));
    // The threads for such work end only with the process.
    let encoded = encoding.await;
    Arc::new(encoded.unwrap_or_else(|_| EncodedManifest::new(&info, form)))
}

impl EncodedManifest {
    fn new(info: &SessionInfo, form: Form) -> Self {
        let plain = match form {
            Form::Places => serde_json::to_vec(&Manifest::new(info)),
            Form::Columns => serde_json::to_vec(&ManifestColumns::new(info)),
        };
        let plain = plain.expect("a manifest has only string keys");
        let digest: [u8; 32] = Sha256::digest(&plain).into();
        let tag = digest
            .iter()
            .take(12)
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>();
        Self {
            etag: format!("\"{tag}\""),
            gzip: packing::packed(&plain),
            plain: plain.into(),
            tight: OnceLock::new(),
        }
    }

    /// Packed by Brotli, a third smaller, if that is done by now.
    pub fn tightly_packed(&self) -> Option<Bytes> {
        self.tight.get().cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(bytes: usize) -> Arc<EncodedManifest> {
        let plain: Bytes = (0..bytes)
            .map(|at| u8::try_from(at * at % 251).unwrap_or_default())
            .collect::<Vec<_>>()
            .into();
        Arc::new(EncodedManifest {
            etag: String::new(),
            gzip: packing::packed(&plain),
            plain,
            tight: OnceLock::new(),
        })
    }

    #[test]
    fn one_manifest_is_packed_tightly_at_a_time_and_none_waits_for_its_turn() {
        let manifests = Manifests::default();
        let all: Vec<_> = (0..100).map(|_| manifest(20_000)).collect();
        all.iter().for_each(|one| manifests.pack_tightly(one));
        while manifests.is_packing.load(Ordering::Relaxed) {
            thread::yield_now();
        }
        let packed = || all.iter().filter(|one| one.tightly_packed().is_some());
        assert_eq!(packed().count(), 1);
        manifests.pack_tightly(&all[99]);
        while manifests.is_packing.load(Ordering::Relaxed) {
            thread::yield_now();
        }
        assert!(all[99].tightly_packed().is_some());
    }
}
