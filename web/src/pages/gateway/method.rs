//! How to pay. Only ways that work here are shown.

use actix_web::{HttpResponse, web};
use domain::order::Provider;
use operations::orders;
use serde::{Deserialize, Serialize};

use super::frame::{Frame, GatewayStep, Loaded};
use super::{ended_or, own};
use crate::access::OrderCredential;
use crate::context::Context;
use crate::error::Answer;

/// The form as it was sent.
#[derive(Deserialize)]
pub struct Form {
    method: Option<Provider>,
}

#[derive(Serialize)]
struct Page {
    #[serde(flatten)]
    frame: Frame,
    methods: Vec<Method>,
    error: &'static str,
}

#[derive(Serialize)]
struct Method {
    name: Provider,
    label: &'static str,
    about: &'static str,
    is_test: bool,
    is_chosen: bool,
}

/// The page.
pub async fn show(context: web::Data<Context>, by: OrderCredential) -> Answer<HttpResponse> {
    let loaded = Loaded::of(&context, &by).await?;
    match loaded.elsewhere_than(GatewayStep::Method) {
        Some(elsewhere) => Ok(elsewhere),
        None => render(&context, &loaded, ""),
    }
}

/// The form's answer.
pub async fn put(
    context: web::Data<Context>,
    by: OrderCredential,
    form: web::Form<Form>,
) -> Answer<HttpResponse> {
    let loaded = Loaded::of(&context, &by).await?;
    if let Some(elsewhere) = loaded.elsewhere_than(GatewayStep::Method) {
        return Ok(elsewhere);
    }
    let Some(method) = form
        .method
        .filter(|method| available(&context).contains(method))
    else {
        return render(&context, &loaded, "Choose how you want to pay");
    };
    match orders::set_method(&context.app, by.order, &by.credential, method).await {
        Ok(()) => Ok(own(by.order)),
        Err(error) => ended_or(by.order, error.into()),
    }
}

/// Which providers are configured.
fn available(context: &Context) -> Vec<Provider> {
    match context.app.demo {
        true => vec![Provider::Test],
        false => Vec::new(),
    }
}

fn render(context: &Context, loaded: &Loaded, error: &'static str) -> Answer<HttpResponse> {
    let available = available(context);
    let chosen = loaded.details.method.or(available.first().copied());
    let method = |name: &Provider| Method {
        name: *name,
        label: label(*name),
        about: about(*name),
        is_test: *name == Provider::Test,
        is_chosen: chosen == Some(*name),
    };
    let page = Page {
        frame: loaded.frame(GatewayStep::Method),
        methods: available.iter().map(method).collect(),
        error,
    };
    context.templates.page("pages/gateway/method.html", &page)
}

/// What a way to pay is called.
pub(super) fn label(method: Provider) -> &'static str {
    match method {
        Provider::Stripe => "Card",
        Provider::Paypal => "PayPal",
        Provider::Test => "Test card",
    }
}

fn about(method: Provider) -> &'static str {
    match method {
        Provider::Stripe => "Visa, Mastercard, American Express and others",
        Provider::Paypal => "You go to PayPal and come back when it is done",
        Provider::Test => {
            "Only in this demo: no money moves. You decide whether it is accepted or declined"
        }
    }
}
