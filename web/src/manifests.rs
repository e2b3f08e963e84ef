//! The manifests as they are sent: encoded and compressed once, then shared.

use std::sync::Arc;

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
}

/// One manifest, ready to be sent.
pub struct EncodedManifest {
    /// Names the content, in the quotes of an ETag.
    pub etag: String,
    /// As JSON.
    pub plain: Bytes,
    /// The same, packed by gzip.
    pub gzip: Bytes,
    /// The same, packed by Brotli.
    pub brotli: Bytes,
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
            brotli: packing::packed_by_brotli(&plain),
            plain: plain.into(),
        }
    }
}
