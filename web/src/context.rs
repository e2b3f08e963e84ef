//! What every handler works with.

use std::io;
use std::sync::Arc;

use actix_web::http::header::HeaderValue;
use metrics_exporter_prometheus::PrometheusHandle;
use operations::App;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::Settings;
use crate::discovery::Keeper;
use crate::envelope::{Allowed, content_security_policy};
use crate::language::Messages;
use crate::limits::Limits;
use crate::manifests::Manifests;
use crate::metering::{self, Meters};
use crate::origin::Origins;
use crate::templates::Templates;

/// One for the process, shared by all workers.
pub struct Context {
    /// The business.
    pub app: App,
    /// What the composition root decided.
    pub settings: Settings,
    /// Which pages may write.
    pub origins: Origins,
    /// Who asks too often.
    pub limits: Limits,
    /// Room for sockets.
    pub sockets: Arc<Semaphore>,
    /// The pages.
    pub templates: Templates,
    /// What they say in each language.
    pub messages: Arc<Messages>,
    /// What is on.
    pub keeper: Keeper,
    /// The encoded manifests.
    pub manifests: Manifests,
    /// The policy of all pages.
    pub content_security_policy: HeaderValue,
    /// What is counted of HTTP.
    pub meters: Meters,
    /// All that has been counted.
    pub prometheus: PrometheusHandle,
    /// Cancelled when the process ends.
    pub shutdown: CancellationToken,
}

impl Context {
    /// Gathers it.
    ///
    /// # Errors
    /// The templates or the built assets are broken.
    pub fn new(app: App, mut settings: Settings, shutdown: CancellationToken) -> io::Result<Self> {
        settings.public_url = settings.public_url.trim_end_matches('/').to_owned();
        // Before the meters, which count into it.
        let prometheus = metering::recorder();
        let messages = Arc::new(Messages::new(settings.ui_dir.as_deref())?);
        Ok(Self {
            app,
            origins: Origins::new(&settings.public_url),
            limits: Limits::new(settings.rate_limits, settings.behind_proxy),
            sockets: Arc::new(Semaphore::new(settings.sockets_max)),
            templates: Templates::new(settings.ui_dir.clone(), Arc::clone(&messages))?,
            messages,
            keeper: Keeper::default(),
            manifests: Manifests::default(),
            content_security_policy: content_security_policy(
                &settings.public_url,
                Allowed::default(),
            ),
            meters: Meters::new(),
            prometheus,
            settings,
            shutdown,
        })
    }

    /// Whether people come by https, so that cookies are bound to this host and to TLS.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.settings.public_url.starts_with("https://")
    }

    /// The present instant.
    #[must_use]
    pub fn now(&self) -> domain::Timestamp {
        chrono::Utc::now().into()
    }
}
