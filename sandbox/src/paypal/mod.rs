//! PayPal, played: the API under `/paypal`, the page on which a buyer approves, and webhooks signed with a certificate.

mod account;
mod amounts;
mod call;
mod captures;
mod certificate;
mod operations;
mod orders;
mod overview;
mod pages;
mod refusal;
mod replies;
mod tokens;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use actix_web::web;

pub use self::pages::BuyersAnswer;

use self::account::Account;
use self::certificate::Certificate;
use self::replies::Replies;
use self::tokens::Tokens;
use crate::deliveries::Deliveries;
use crate::mischief::{Mischief, Trouble};
use crate::settings::Settings;

/// PayPal, as long as the sandbox runs.
pub struct Paypal {
    tokens: Tokens,
    webhook_id: String,
    account: Mutex<Account>,
    replies: Mutex<Replies>,
    certificate: Arc<Certificate>,
    pub trouble: Arc<Trouble>,
    pub deliveries: Deliveries,
}

impl Paypal {
    /// Starts it, with its webhooks. `url` is where browsers find the sandbox.
    pub fn start(settings: &Settings, url: &str, client: reqwest::Client) -> Arc<Self> {
        let trouble = Arc::new(Trouble::default());
        let certificate = Arc::new(Certificate::new(&format!("{url}/paypal")));
        if settings.paypal_webhook.is_some() {
            certificate.make_early();
        }
        Arc::new(Self {
            tokens: Tokens::new(&settings.paypal_client_id, &settings.paypal_client_secret),
            webhook_id: settings.paypal_webhook_id.clone(),
            account: Mutex::new(Account::at(format!("{url}/paypal"))),
            replies: Mutex::default(),
            deliveries: Deliveries::start(
                settings.paypal_webhook.clone(),
                certificate.clone().signing(&settings.paypal_webhook_id),
                client,
                trouble.clone(),
                settings.retry_after_ms,
            ),
            certificate,
            trouble,
        })
    }

    /// Forgets all that ever happened, and does everything right again.
    pub fn reset(&self) {
        let base_url = self.account().base_url.clone();
        *self.account() = Account::at(base_url);
        *self.replies() = Replies::default();
        self.trouble.want(Mischief::default());
        self.trouble.go_away(Duration::ZERO);
        self.deliveries.forget_all();
    }

    /// Does something with the account, and tells the webhook what came of it.
    fn with_account<T>(&self, act: impl FnOnce(&mut Account) -> T) -> T {
        let mut account = self.account();
        account.declines_all = self.trouble.declines();
        let done = act(&mut account);
        let events = account.take_new_events();
        drop(account);
        for event in events {
            self.deliveries.post(event);
        }
        done
    }

    fn account(&self) -> MutexGuard<'_, Account> {
        // What a panic left is as good as any state: this is a sandbox.
        self.account.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn replies(&self) -> MutexGuard<'_, Replies> {
        self.replies.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All that is under `/paypal`.
pub fn routes(scope: &mut web::ServiceConfig) {
    scope
        .route("/v1/oauth2/token", web::post().to(call::give_token))
        .route(
            "/v1/notifications/certs/{id}",
            web::get().to(call::show_certificate),
        )
        .route("/checkoutnow", web::get().to(pages::ask_buyer))
        .route("/checkoutnow", web::post().to(pages::take_answer))
        .route("/{path:v[12]/.*}", web::route().to(call::answer));
}
