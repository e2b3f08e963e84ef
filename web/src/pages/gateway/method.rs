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
use crate::language::{Reading, Speech};

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
    error: String,
}

#[derive(Serialize)]
struct Method {
    name: Provider,
    label: String,
    about: String,
    is_test: bool,
    is_chosen: bool,
}

/// The page.
pub async fn show(
    context: web::Data<Context>,
    by: OrderCredential,
    reading: Reading,
) -> Answer<HttpResponse> {
    let loaded = Loaded::of(&context, &by, reading).await?;
    match loaded.elsewhere_than(GatewayStep::Method) {
        Some(elsewhere) => Ok(elsewhere),
        None => render(&context, &loaded, String::new()),
    }
}

/// The form's answer.
pub async fn put(
    context: web::Data<Context>,
    by: OrderCredential,
    reading: Reading,
    form: web::Form<Form>,
) -> Answer<HttpResponse> {
    let loaded = Loaded::of(&context, &by, reading).await?;
    if let Some(elsewhere) = loaded.elsewhere_than(GatewayStep::Method) {
        return Ok(elsewhere);
    }
    let Some(method) = form
        .method
        .filter(|method| available(&context).contains(method))
    else {
        let error = loaded.speech().say("method-missing");
        return render(&context, &loaded, error);
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

fn render(context: &Context, loaded: &Loaded, error: String) -> Answer<HttpResponse> {
    let speech = loaded.speech();
    let available = available(context);
    let chosen = loaded.details.method.or(available.first().copied());
    let method = |name: &Provider| Method {
        name: *name,
        label: label(&speech, *name),
        about: speech.say(&format!("method-about-{}", key(*name))),
        is_test: *name == Provider::Test,
        is_chosen: chosen == Some(*name),
    };
    let page = Page {
        frame: loaded.frame(GatewayStep::Method),
        methods: available.iter().map(method).collect(),
        error,
    };
    context
        .templates
        .page(&loaded.reading, "pages/gateway/method.html", &page)
}

/// What a way to pay is called.
pub(super) fn label(speech: &Speech, method: Provider) -> String {
    speech.say(&format!("method-{}", key(method)))
}

/// Its part of the messages' keys.
fn key(method: Provider) -> &'static str {
    match method {
        Provider::Stripe => "stripe",
        Provider::Paypal => "paypal",
        Provider::Test => "test",
    }
}
