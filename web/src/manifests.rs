//! The manifests as they are sent: encoded and compressed once, then shared.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;

use actix_web::web;
use actors::SessionInfo;
use bytes::Bytes;
use dashmap::DashMap;
use domain::SessionId;
use sha2::{Digest, Sha256};
use tokio::sync::OnceCell;

use crate::context::Context;
use crate::packing;
use crate::wire::session::Manifest;

/// How many are kept. A large one takes some three megabytes.
const KEPT_MAX: usize = 64;

/// The manifests of the sessions that were asked for.
#[derive(Default)]
pub struct Manifests {
    kept: DashMap<SessionId, Arc<OnceCell<Arc<EncodedManifest>>>>,
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
    is_tight_begun: AtomicBool,
}

impl Manifests {
    /// The manifest of a session. Encoding a large one takes a while: it is done once, beside those who
    /// serve requests, and everybody who asks meanwhile waits for the same.
    pub async fn of(&self, info: &Arc<SessionInfo>) -> Arc<EncodedManifest> {
        // Forgetting all is rough, and only costs encoding again.
        if self.kept.len() >= KEPT_MAX && !self.kept.contains_key(&info.session_id) {
            self.kept.clear();
        }
        let cell = Arc::clone(&self.kept.entry(info.session_id).or_default());
        let encoded = cell.get_or_init(|| encoded(Arc::clone(info)));
        Arc::clone(encoded.await)
    }

    /// Begins to encode a manifest that will be asked for in a moment.
    pub fn prepare(context: &web::Data<Context>, info: &Arc<SessionInfo>) {
        let (context, info) = (context.clone(), Arc::clone(info));
        actix_web::rt::spawn(async move { context.manifests.of(&info).await });
    }
}

async fn encoded(info: Arc<SessionInfo>) -> Arc<EncodedManifest> {
    let beside = Arc::clone(&info);
    let encoding = web::block(move || EncodedManifest::new(&beside));
    // The threads for such work end only with the process.
    let encoded = encoding.await;
    Arc::new(encoded.unwrap_or_else(|_| EncodedManifest::new(&info)))
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
        Self {
            etag: format!("\"{tag}\""),
            gzip: packing::packed(&plain),
            plain: plain.into(),
            tight: OnceLock::new(),
            is_tight_begun: AtomicBool::new(false),
        }
    }

    /// Packed by Brotli, a third smaller, if that is done by now.
    pub fn tightly_packed(&self) -> Option<Bytes> {
        self.tight.get().cloned()
    }

    /// Begins to pack it by Brotli for those who ask later. That takes a second or two: one at a time, in a thread
    /// that nobody waits for, not even the end of the process.
    pub fn pack_tightly(self: &Arc<Self>) {
        static TURN: Mutex<()> = Mutex::new(());
        if self.is_tight_begun.swap(true, Ordering::Relaxed) {
            return;
        }
        let manifest = Arc::clone(self);
        thread::spawn(move || {
            let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
            manifest
                .tight
                .get_or_init(|| packing::tightly_packed(&manifest.plain));
        });
    }
}
