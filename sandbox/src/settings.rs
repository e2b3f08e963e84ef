//! What the sandbox is started with: where it listens, whose keys it takes, and where its webhooks go.

use std::net::SocketAddr;
use std::time::Duration;

use clap::Parser;

/// Plays Stripe and PayPal on one port, for the demo and for tests: no money moves. The page `/control` makes it fail.
#[derive(Debug, Clone, Parser)]
#[command(version)]
pub struct Settings {
    /// Where it listens; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:8090", env = "SANDBOX_LISTEN")]
    pub listen: SocketAddr,
    /// How browsers reach it, where that is not the address it listens on
    #[arg(long, env = "SANDBOX_URL")]
    pub public_url: Option<String>,
    /// Where Stripe's events are sent, over plain HTTP; without it, they are only listed
    #[arg(long, value_name = "URL")]
    pub stripe_webhook: Option<String>,
    /// The kinds of events that Stripe's webhook is sent: a kind, or `charge.*`, or `*`
    #[arg(long, value_name = "KIND", value_delimiter = ',', default_value = "*")]
    pub stripe_events: Vec<String>,
    #[arg(long, default_value = "sk_test_frontrow")]
    pub stripe_secret_key: String,
    #[arg(long, default_value = "pk_test_frontrow")]
    pub stripe_publishable_key: String,
    #[arg(long, default_value = "whsec_frontrow")]
    pub stripe_webhook_secret: String,
    /// Where PayPal's events are sent, over plain HTTP; without it, they are only listed
    #[arg(long, value_name = "URL")]
    pub paypal_webhook: Option<String>,
    #[arg(long, default_value = "frontrow-demo")]
    pub paypal_client_id: String,
    #[arg(long, default_value = "frontrow-demo-secret")]
    pub paypal_client_secret: String,
    #[arg(long, default_value = "WH-FRONTROW-DEMO")]
    pub paypal_webhook_id: String,
    /// How long after a failed webhook it is first tried again, in milliseconds; each further wait is twice as long
    #[arg(long, default_value = "1000", value_parser = milliseconds)]
    pub retry_after_ms: Duration,
    /// How many threads answer requests
    #[arg(long, default_value_t = 1)]
    pub workers: usize,
}

fn milliseconds(text: &str) -> Result<Duration, std::num::ParseIntError> {
    text.parse().map(Duration::from_millis)
}

impl Default for Settings {
    /// Those of a command line that says nothing, but on a free port.
    fn default() -> Self {
        Self::parse_from(["sandbox", "--listen=127.0.0.1:0"])
    }
}

impl Settings {
    /// Reads a command line, its name first.
    ///
    /// # Errors
    /// An argument is unknown or cannot be read.
    pub fn try_from_arguments<'a>(
        arguments: impl IntoIterator<Item = &'a &'a str>,
    ) -> Result<Self, clap::Error> {
        Self::try_parse_from(arguments.into_iter().copied())
    }
}
