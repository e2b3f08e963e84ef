//! What is counted of HTTP, with handles that cost one atomic addition a request.

use std::sync::OnceLock;
use std::time::Duration;

use actix_web::http::StatusCode;
use metrics::{Counter, Histogram, counter, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

/// How often recorded values are gathered: until then every one takes memory.
pub const UPKEEP_INTERVAL: Duration = Duration::from_secs(5);

/// What times are counted into, in seconds.
const TIME_BUCKETS: [f64; 14] = [
    0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0,
];

/// What counts and sizes are counted into.
const COUNT_BUCKETS: [f64; 12] = [
    1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1_000.0, 5_000.0, 20_000.0,
];

static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();

/// Installs the recorder of the process, once, and gives its handle.
///
/// # Panics
/// When another recorder was installed by somebody else.
#[must_use]
pub fn recorder() -> PrometheusHandle {
    let install = || {
        PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("seconds".to_owned()), &TIME_BUCKETS)
            .and_then(|builder| builder.set_buckets(&COUNT_BUCKETS))
            .and_then(PrometheusBuilder::install_recorder)
            .expect("the buckets are not empty, and nobody else records")
    };
    RECORDER.get_or_init(install).clone()
}

/// The routes that are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// `/api/gateway`.
    Gateway,
    /// The rest of `/api`, and webhooks.
    Api,
    /// The sockets' handshakes.
    Live,
    /// Pages and assets.
    Page,
    /// What operators ask.
    Probe,
}

/// The counters of one worker.
pub struct Meters {
    groups: [GroupMeters; 5],
}

struct GroupMeters {
    by_status_class: [Counter; 5],
    duration: Histogram,
}

impl Group {
    /// The group of a path.
    #[must_use]
    pub fn of(path: &str) -> Self {
        if path.starts_with("/api/gateway/") {
            Self::Gateway
        } else if path.starts_with("/api/") || path.starts_with("/webhooks/") {
            Self::Api
        } else if path.starts_with("/live/") {
            Self::Live
        } else if matches!(path, "/healthz" | "/readyz" | "/metrics") {
            Self::Probe
        } else {
            Self::Page
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Gateway => "gateway",
            Self::Api => "api",
            Self::Live => "live",
            Self::Page => "page",
            Self::Probe => "probe",
        }
    }
}

impl Meters {
    /// The counters of all groups.
    #[must_use]
    pub fn new() -> Self {
        let groups = [
            Group::Gateway,
            Group::Api,
            Group::Live,
            Group::Page,
            Group::Probe,
        ];
        Self {
            groups: groups.map(GroupMeters::new),
        }
    }

    /// Counts an answer.
    pub fn count(&self, group: Group, status: StatusCode, took: Duration) {
        let meters = &self.groups[group as usize];
        let class = usize::from(status.as_u16() / 100).clamp(1, 5) - 1;
        meters.by_status_class[class].increment(1);
        meters.duration.record(took.as_secs_f64());
    }
}

impl Default for Meters {
    fn default() -> Self {
        Self::new()
    }
}

impl GroupMeters {
    fn new(group: Group) -> Self {
        let name = group.name();
        let classes = ["1xx", "2xx", "3xx", "4xx", "5xx"];
        Self {
            by_status_class: classes
                .map(|class| counter!("frontrow_http_requests_total", "group" => name, "status" => class)),
            duration: histogram!("frontrow_http_request_seconds", "group" => name),
        }
    }
}
