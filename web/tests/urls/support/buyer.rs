//! A buyer who pays by pages, without a script.

use super::{Order, Reply, TestApp};
use crate::pages::{hidden, page, submit};

pub struct Buyer<'a> {
    pub app: &'a TestApp,
    pub cookie: String,
    /// The order's pages.
    pub path: String,
}

impl<'a> Buyer<'a> {
    pub fn of(app: &'a TestApp, order: &Order) -> Self {
        Self {
            app,
            cookie: format!("order_{}={}", order.id, order.secret),
            path: format!("/gateway/orders/{}", order.id),
        }
    }

    pub async fn get(&self, step: &str) -> Reply {
        page(self.app, &format!("{}{step}", self.path), &self.cookie).await
    }

    pub async fn post(&self, step: &str, form: &[(&str, &str)]) -> Reply {
        let path = format!("{}{step}", self.path);
        submit(self.app, &path, &self.cookie, form).await
    }

    /// Where an address sends on to, without the order's own part.
    pub async fn sent_from(&self, step: &str) -> String {
        self.sent_to(&self.get(step).await)
    }

    pub fn sent_to(&self, reply: &Reply) -> String {
        let location = location(reply);
        let step = location.strip_prefix(&self.path);
        step.unwrap_or(&location).to_owned()
    }

    pub async fn choose(&self, method: &str) {
        location(&self.post("/method", &[("method", method)]).await);
    }

    /// Presses Pay; where that leads.
    pub async fn pay(&self) -> String {
        location(&self.press(&self.payment_key().await).await)
    }

    /// Presses Pay twice; where that leads, without the order's own part.
    pub async fn go_to_provider(&self) -> String {
        let key = self.payment_key().await;
        let (first, again) = (self.press(&key).await, self.press(&key).await);
        let provider = self.sent_to(&first);
        let again = self.sent_to(&again);
        assert_eq!(again, provider, "pressed twice, it is one payment");
        provider
    }

    async fn payment_key(&self) -> String {
        let shown = self.get("/payment").await;
        assert_eq!(shown.status, 200, "{shown:?}");
        hidden(shown.body.as_str().unwrap(), "payment_key")
    }

    async fn press(&self, key: &str) -> Reply {
        self.post("/payment", &[("payment_key", key)]).await
    }
}

fn location(reply: &Reply) -> String {
    assert_eq!(reply.status, 303, "{reply:?}");
    reply.header("location").to_owned()
}
