//! Who may: one extractor for each need, in the signature of the handler that needs it.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use domain::OrderId;
use domain::order::{Credential, SecretHash};
use futures_util::FutureExt;
use futures_util::future::{Either, LocalBoxFuture};
use operations::people::{self, SignedIn};

use crate::context::Context;
use crate::cookies;
use crate::error::{Answer, Problem};
use crate::input::path_id;

/// The order in the address, and what the request presents to touch it. Whether that suffices, the
/// operation decides.
#[derive(Debug)]
pub struct OrderCredential {
    /// The order in the address.
    pub order: OrderId,
    /// What is presented.
    pub credential: Credential,
}

/// Who is signed in, if anybody is.
#[derive(Debug)]
pub struct MaybeLogin(pub Option<SignedIn>);

/// Somebody who works at some door. Which sessions are theirs, the operation decides.
#[derive(Debug)]
pub struct Staff(pub SignedIn);

impl FromRequest for OrderCredential {
    type Error = Problem;
    type Future = Either<Ready<Answer<Self>>, LocalBoxFuture<'static, Answer<Self>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let context = context(request);
        let order = match counted_order(&context, request) {
            Ok(order) => order,
            Err(problem) => return Either::Left(ready(Err(problem))),
        };
        // A secret settles it without the database: claims must not wait for that.
        if let Some(secret) = cookies::order_secret(&context, request, order) {
            let secret_hash = Some(SecretHash::of(&secret));
            let credential = Credential {
                secret_hash,
                account: None,
            };
            return Either::Left(ready(Ok(Self { order, credential })));
        }
        let Some(token) = cookies::login_token(&context, request) else {
            return Either::Left(ready(Ok(Self {
                order,
                credential: Credential::default(),
            })));
        };
        let by_login = async move {
            let account = signed_in(&context, Some(token))
                .await?
                .map(|person| person.account_id);
            Ok(Self {
                order,
                credential: Credential {
                    secret_hash: None,
                    account,
                },
            })
        };
        Either::Right(by_login.boxed_local())
    }
}

impl FromRequest for MaybeLogin {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Answer<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let context = context(request);
        let token = cookies::login_token(&context, request);
        async move { signed_in(&context, token).await.map(Self) }.boxed_local()
    }
}

impl FromRequest for Staff {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Answer<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let context = context(request);
        let token = cookies::login_token(&context, request)
            .or_else(|| cookies::bearer(request).map(str::to_owned));
        let staff = async move {
            let person = signed_in(&context, token)
                .await?
                .ok_or_else(Problem::login_required)?;
            context.limits.scan(person.account_id)?;
            if person.is_staff() {
                Ok(Self(person))
            } else {
                Err(Problem::forbidden())
            }
        };
        staff.boxed_local()
    }
}

/// The context of a request. Every service of ours has it.
///
/// # Panics
/// In an application that was not configured by this crate.
#[must_use]
pub fn context(request: &HttpRequest) -> web::Data<Context> {
    let data = request.app_data::<web::Data<Context>>();
    data.expect("`routes::configure` puts it there").clone()
}

fn counted_order(context: &Context, request: &HttpRequest) -> Answer<OrderId> {
    let order = path_id(request)?;
    if context.limits.are_on() {
        let is_open = context.app.registry.session_of(order).is_some();
        context.limits.order(order, is_open, request)?;
    }
    Ok(order)
}

async fn signed_in(context: &Context, token: Option<String>) -> Answer<Option<SignedIn>> {
    match token {
        Some(token) => Ok(people::signed_in(&context.app, &token).await?),
        None => Ok(None),
    }
}
