//! Who buys, and where they live.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use operations::orders::{self, Address, Fault, OrderError, countries};
use serde::{Deserialize, Serialize};

use super::address_form::{AddressForm, Typed};
use super::frame::{Frame, GatewayStep, Loaded};
use super::{ended_or, own};
use crate::access::OrderCredential;
use crate::context::Context;
use crate::error::Answer;
use crate::language::Reading;

/// Which country's form is asked for, where it is not the one that was stored.
#[derive(Deserialize)]
pub struct Query {
    country: Option<String>,
}

/// Which button was pressed.
#[derive(Deserialize)]
pub struct Pressed {
    to: Option<String>,
}

#[derive(Serialize)]
struct Page {
    #[serde(flatten)]
    frame: Frame,
    form: AddressForm,
}

/// The page.
pub async fn show(
    context: web::Data<Context>,
    request: HttpRequest,
    by: OrderCredential,
    reading: Reading,
    query: web::Query<Query>,
) -> Answer<HttpResponse> {
    let loaded = Loaded::of(&context, &by, reading).await?;
    if let Some(elsewhere) = loaded.elsewhere_than(GatewayStep::Details) {
        return Ok(elsewhere);
    }
    let stored = loaded.details.address.clone();
    let mut typed = stored.map(Typed::from).unwrap_or_default();
    let asked = query.country.as_deref().and_then(countries::country);
    if let Some(country) = asked {
        country.code.clone_into(&mut typed.country);
    } else if typed.country.is_empty() {
        typed.country = likely_country(&request, &loaded);
    }
    render(&context, &loaded, typed, Vec::new())
}

/// The form's answer.
pub async fn put(
    context: web::Data<Context>,
    by: OrderCredential,
    reading: Reading,
    form: web::Form<Typed>,
    pressed: web::Query<Pressed>,
) -> Answer<HttpResponse> {
    let loaded = Loaded::of(&context, &by, reading).await?;
    if let Some(elsewhere) = loaded.elsewhere_than(GatewayStep::Details) {
        return Ok(elsewhere);
    }
    let typed = form.into_inner();
    if pressed.to.as_deref() == Some("country") {
        // Only another country's form is wanted: nothing that was typed is lost, nothing is judged yet.
        return render(&context, &loaded, typed, Vec::new());
    }
    let noted = match Address::parse(typed.clone().into()) {
        Ok(address) => orders::set_address(&context.app, by.order, &by.credential, &address).await,
        Err(error) => Err(error),
    };
    match noted {
        Ok(_) => Ok(own(by.order)),
        Err(OrderError::Invalid(fields)) => render(&context, &loaded, typed, fields),
        Err(error) => ended_or(by.order, error.into()),
    }
}

fn render(
    context: &Context,
    loaded: &Loaded,
    typed: Typed,
    refused: Vec<(&'static str, Fault)>,
) -> Answer<HttpResponse> {
    let page = Page {
        frame: loaded.frame(GatewayStep::Details),
        form: AddressForm::new(&loaded.speech(), typed, refused),
    };
    context
        .templates
        .page(&loaded.reading, "pages/gateway/details.html", &page)
}

/// The country that the browser speaks of, else the venue's. "en-US" is what browsers say before anybody
/// has set them up, so it says little.
fn likely_country(request: &HttpRequest, loaded: &Loaded) -> String {
    let languages = request.headers().get(header::ACCEPT_LANGUAGE);
    let languages = languages.and_then(|languages| languages.to_str().ok());
    let region = languages
        .and_then(region_of)
        .filter(|region| *region != "US");
    let region = region.and_then(countries::country);
    let venue = &loaded.session.venue.country_code;
    region.map_or_else(|| venue.clone(), |country| country.code.to_owned())
}

/// The region of the first language, if it names one: `AT` of `de-AT,de;q=0.9`.
fn region_of(languages: &str) -> Option<&str> {
    let first = languages.split([',', ';']).next()?;
    first.trim().split('-').skip(1).find(|part| part.len() == 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_may_name_a_region() {
        assert_eq!(region_of("de-AT,de;q=0.9"), Some("AT"));
        assert_eq!(region_of("zh-Hant-TW"), Some("TW"));
        assert_eq!(region_of("fr,en-US"), None);
        assert_eq!(region_of(""), None);
    }
}
