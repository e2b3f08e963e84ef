//! Stripe, played: the API under `/stripe/v1`, the page's script with its card form and 3-D Secure, and signed webhooks.

mod account;
mod amounts;
mod call;
mod cards;
mod charges;
mod disputes;
mod form;
mod idempotency;
mod intents;
mod methods;
mod operations;
mod overview;
mod pages;
mod refunds;
mod refusal;
mod signature;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use actix_web::web;
use chrono::Utc;

use self::account::{Account, RequestSource};
use self::idempotency::Keys;
use crate::deliveries::{Deliveries, Webhook};
use crate::mischief::{Mischief, Trouble};
use crate::settings::Settings;

/// How often late refunds are looked at.
const SETTLE_EVERY: Duration = Duration::from_millis(250);

/// Stripe, as long as the sandbox runs.
pub struct Stripe {
    secret_key: String,
    publishable_key: String,
    /// The kinds of events that the webhook is sent.
    events: Vec<String>,
    account: Mutex<Account>,
    keys: Mutex<Keys>,
    pub trouble: Arc<Trouble>,
    pub deliveries: Deliveries,
}

impl Stripe {
    /// Starts it, with its webhooks. `url` is where browsers find the sandbox.
    pub fn start(settings: &Settings, url: &str, client: reqwest::Client) -> Arc<Self> {
        let trouble = Arc::new(Trouble::default());
        let stripe = Arc::new(Self {
            secret_key: settings.stripe_secret_key.clone(),
            publishable_key: settings.stripe_publishable_key.clone(),
            events: settings.stripe_events.clone(),
            account: Mutex::new(Account::at(format!("{url}/stripe"))),
            keys: Mutex::default(),
            deliveries: Deliveries::start(
                settings.stripe_webhook.clone(),
                signature::signing(&settings.stripe_webhook_secret),
                client,
                trouble.clone(),
                settings.retry_after_ms,
            ),
            trouble,
        });
        tokio::spawn(settle_refunds(Arc::downgrade(&stripe)));
        stripe
    }

    /// Does something with the account, and tells the webhook what came of it.
    fn with_account<T>(&self, source: RequestSource, act: impl FnOnce(&mut Account) -> T) -> T {
        let mut account = self.account();
        account.declines_all = self.trouble.declines();
        account.caused_by(source);
        let done = act(&mut account);
        let events = account.take_new_events();
        drop(account);
        for event in events
            .into_iter()
            .filter(|event| self.is_subscribed(event.kind))
        {
            self.deliveries.post(Webhook {
                id: event.id,
                kind: event.kind.to_owned(),
                about: event.about,
                body: event.body,
            });
        }
        done
    }

    /// Forgets all that ever happened, and does everything right again.
    pub fn reset(&self) {
        let base_url = self.account().base_url.clone();
        *self.account() = Account::at(base_url);
        *self.keys() = Keys::default();
        self.trouble.want(Mischief::default());
        self.trouble.go_away(Duration::ZERO);
        self.deliveries.forget_all();
    }

    fn is_subscribed(&self, kind: &str) -> bool {
        self.events
            .iter()
            .any(|wanted| match wanted.strip_suffix('*') {
                Some(start) => kind.starts_with(start),
                None => kind == wanted,
            })
    }

    fn account(&self) -> MutexGuard<'_, Account> {
        // What a panic left is as good as any state: this is a sandbox.
        self.account.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keys(&self) -> MutexGuard<'_, Keys> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn settle_refunds(stripe: std::sync::Weak<Stripe>) {
    loop {
        tokio::time::sleep(SETTLE_EVERY).await;
        let Some(stripe) = stripe.upgrade() else {
            return;
        };
        stripe.with_account(RequestSource::default(), |account| {
            account.settle_refunds(Utc::now().timestamp());
        });
    }
}

/// All that is under `/stripe`.
pub fn routes(scope: &mut web::ServiceConfig) {
    scope
        .route("/v1/{path:.*}", web::route().to(call::answer))
        .route("/v3/stripe.js", web::get().to(pages::script))
        .route("/v3/", web::get().to(pages::script))
        .route("/v3/element.html", web::get().to(pages::element))
        .route("/v3/element.js", web::get().to(pages::element_script))
        .route("/authenticate/{secret}", web::get().to(pages::ask_holder))
        .route("/authenticate/{secret}", web::post().to(pages::take_answer));
}
