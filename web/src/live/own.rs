//! The order that is a client's own: what opens it, and how it stands.

use actix_web::HttpRequest;
use domain::order::{Credential, SecretHash};
use domain::{OrderId, SessionId};
use operations::{orders, people};

use crate::context::Context;
use crate::cookies;
use crate::error::{Answer, Problem};
use crate::wire::live::OwnOrder;
use crate::wire::order::Order;

/// What the handshake brought that later messages rely on.
pub struct Presented {
    /// The login's token.
    pub login_token: Option<String>,
    /// The secrets of orders.
    order_secrets: Vec<(OrderId, String)>,
}

/// The order that is the client's own.
pub struct Own {
    /// The order.
    pub order: OrderId,
    credential: Credential,
    /// Whether the client has yet to be told how it stands.
    pub is_stale: bool,
}

impl Presented {
    /// Reads the cookies of a handshake.
    pub fn of(context: &Context, request: &HttpRequest) -> Self {
        Self {
            login_token: cookies::login_token(context, request),
            order_secrets: cookies::order_secrets(context, request),
        }
    }

    fn secret_of(&self, order: OrderId) -> Option<&str> {
        let known = self.order_secrets.iter().find(|(id, _)| *id == order);
        known.map(|(_, secret)| secret.as_str())
    }
}

impl Own {
    /// An order as a client names it, with what it presents: a secret, a cookie of the handshake, or else
    /// its login.
    pub async fn of(context: &Context, presented: &Presented, wanted: OwnOrder) -> Answer<Self> {
        let order = OrderId(wanted.id);
        let secret = wanted.secret.as_deref();
        let secret = secret.or_else(|| presented.secret_of(order));
        let secret_hash = secret.map(SecretHash::of);
        let by_login = presented.login_token.as_ref();
        let person = match by_login.filter(|_| secret_hash.is_none()) {
            Some(token) => people::signed_in(&context.app, token).await?,
            None => None,
        };
        Ok(Self {
            order,
            credential: Credential {
                secret_hash,
                account: person.map(|person| person.account_id),
            },
            is_stale: false,
        })
    }

    /// How it stands, if it may be known and is of this session.
    pub async fn view(&self, context: &Context, session: SessionId) -> Answer<Order> {
        let view = orders::view(&context.app, self.order, &self.credential).await?;
        if view.session_id != session {
            return Err(Problem::not_found());
        }
        Ok(Order::new(view, &context.settings.public_url))
    }
}
