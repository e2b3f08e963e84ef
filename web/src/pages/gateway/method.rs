//! How to pay. Only ways that work here are shown.

use actix_web::{HttpResponse, web};
use domain::order::Provider;
use operations::orders;
use operations::payments::{self, Offer};
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
    /// What the way to pay is called that was just tried and did not answer.
    failing: String,
}

/// What brought the buyer here.
#[derive(Deserialize)]
pub struct From {
    /// The provider that does not answer.
    failing: Option<Provider>,
}

#[derive(Serialize)]
struct Method {
    name: Provider,
    label: String,
    about: String,
    is_test: bool,
    is_chosen: bool,
    /// Whether its provider does not answer these days.
    is_failing: bool,
}

/// The page.
pub async fn show(
    context: web::Data<Context>,
    by: OrderCredential,
    reading: Reading,
    from: web::Query<From>,
) -> Answer<HttpResponse> {
    let loaded = Loaded::of(&context, &by, reading).await?;
    match loaded.elsewhere_than(GatewayStep::Method) {
        Some(elsewhere) => Ok(elsewhere),
        None => render(&context, &loaded, String::new(), from.failing),
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
    let Some(method) = form.method.filter(|method| {
        offers(&context, &loaded)
            .iter()
            .any(|(known, _)| known == method)
    }) else {
        let error = loaded.speech().say("method-missing");
        return render(&context, &loaded, error, None);
    };
    match orders::set_method(&context.app, by.order, &by.credential, method).await {
        Ok(()) => Ok(own(by.order)),
        Err(error) => ended_or(by.order, error.into()),
    }
}

/// Which ways to pay work here, and whether their providers answer.
fn offers(context: &Context, loaded: &Loaded) -> Vec<(Provider, Offer)> {
    let all = [Provider::Stripe, Provider::Paypal, Provider::Test].into_iter();
    let offers = all.map(|provider| {
        (
            provider,
            payments::offer(&context.app, provider, loaded.view.total),
        )
    });
    offers.filter(|(_, offer)| *offer != Offer::None).collect()
}

/// The one that the buyer chose, unless its provider fails and another one does not.
fn proposed(
    offers: &[(Provider, Offer)],
    chosen: Option<Provider>,
    failing: Option<Provider>,
) -> Option<Provider> {
    let answers = |(provider, offer): &&(Provider, Offer)| {
        *offer == Offer::Open && Some(*provider) != failing
    };
    let answering: Vec<Provider> = offers.iter().filter(answers).map(|(it, _)| *it).collect();
    let kept = chosen.filter(|chosen| answering.contains(chosen));
    kept.or(answering.first().copied()).or(chosen)
}

fn render(
    context: &Context,
    loaded: &Loaded,
    error: String,
    failing: Option<Provider>,
) -> Answer<HttpResponse> {
    let speech = loaded.speech();
    let offers = offers(context, loaded);
    let proposed = proposed(&offers, loaded.details.method, failing);
    let method = |(name, offer): &(Provider, Offer)| Method {
        name: *name,
        label: label(&speech, *name),
        about: speech.say(&format!("method-about-{}", key(*name))),
        is_test: *name == Provider::Test,
        is_chosen: proposed == Some(*name),
        is_failing: *offer == Offer::Failing || failing == Some(*name),
    };
    let page = Page {
        frame: loaded.frame(GatewayStep::Method),
        methods: offers.iter().map(method).collect(),
        error,
        failing: failing.map_or_else(String::new, |failing| label(&speech, failing)),
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
