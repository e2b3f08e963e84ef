//! How many places, for those who let the best be found; whoever has places already sees them here.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use actors::Snapshot;
use domain::seat_map::{IdempotencyKey, Refusal, RequestHash};
use domain::{Money, SectionId};
use operations::orders::{self, ClaimRequest, OrderError, PriceRange};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::super::see_other;
use super::frame::{Frame, GatewayStep, Loaded};
use super::{address, ended_or, own};
use crate::access::OrderCredential;
use crate::context::Context;
use crate::error::{Answer, Problem};
use crate::language::{Reading, Speech};

/// What is asked for where nothing was said.
const USUAL_QUANTITY: u32 = 2;

/// The form as it was sent; `to` says which button was pressed.
#[derive(Deserialize, Default)]
pub struct Form {
    #[serde(default)]
    quantity: String,
    #[serde(default)]
    section: String,
    /// Between which prices, in minor units; empty for any.
    #[serde(default)]
    cheapest: String,
    #[serde(default)]
    dearest: String,
    /// Whether one place at least has to be accessible.
    #[serde(default)]
    accessible: Option<String>,
    #[serde(default)]
    claim_key: String,
    #[serde(default)]
    to: String,
}

#[derive(Serialize)]
struct Page {
    #[serde(flatten)]
    frame: Frame,
    max: u32,
    quantity: String,
    /// Whether no section is preferred, or the preferred one has nothing left.
    is_anywhere: bool,
    sections: Vec<Choice>,
    /// Of the seated sections, the cheapest first.
    prices: Vec<PriceChoice>,
    has_accessible: bool,
    wants_accessible: bool,
    /// Whether the price or access was chosen.
    is_particular: bool,
    /// Makes pressing the button twice one claim.
    claim_key: String,
    /// What is wrong with the number.
    error: String,
    /// Why places were not found.
    refused: String,
}

#[derive(Serialize)]
struct Choice {
    section_id: String,
    name: String,
    price: String,
    free: u32,
    is_standing: bool,
    is_chosen: bool,
}

#[derive(Serialize)]
struct PriceChoice {
    minor: i64,
    words: String,
    is_cheapest: bool,
    is_dearest: bool,
}

/// The page.
pub async fn show(
    context: web::Data<Context>,
    by: OrderCredential,
    reading: Reading,
) -> Answer<HttpResponse> {
    let loaded = Loaded::of(&context, &by, reading).await?;
    if let Some(elsewhere) = loaded.elsewhere_than(GatewayStep::Amount) {
        return Ok(elsewhere);
    }
    let quantity = loaded.details.quantity.unwrap_or(USUAL_QUANTITY);
    let form = Form {
        quantity: quantity.min(loaded.session.max_per_order).to_string(),
        ..Form::default()
    };
    render(&context, &loaded, form, String::new(), String::new())
}

/// The form's answer: notes how many, and takes the best of them or leads to the map.
pub async fn put(
    context: web::Data<Context>,
    by: OrderCredential,
    reading: Reading,
    form: web::Form<Form>,
) -> Answer<HttpResponse> {
    let loaded = Loaded::of(&context, &by, reading).await?;
    if let Some(elsewhere) = loaded.elsewhere_than(GatewayStep::Amount) {
        return Ok(elsewhere);
    }
    let form = form.into_inner();
    let max = loaded.session.max_per_order;
    let Some(quantity) = quantity(&form.quantity).filter(|quantity| *quantity <= max) else {
        let error = loaded.speech().say_count("amount-between", max);
        return render(&context, &loaded, form, error, String::new());
    };
    let (app, credential) = (&context.app, &by.credential);
    let noted = orders::set_amount(app, by.order, credential, quantity).await;
    if let Err(error) = noted {
        return ended_or(by.order, error.into());
    }
    if form.to == "map" {
        return Ok(see_other(&address(by.order, GatewayStep::Seats)));
    }
    let (key, hash) = claim_key(&form)?;
    let request = ClaimRequest::Best {
        quantity,
        section: section(&form.section)?,
        price: price_range(&form)?,
        accessible: form.accessible.is_some(),
    };
    match orders::claim(app, by.order, credential, key, hash, request).await {
        Ok(_) => Ok(own(by.order)),
        Err(OrderError::Refused(refusal)) => match why_refused(&loaded.speech(), &refusal) {
            Some(words) => render(&context, &loaded, form, String::new(), words),
            None => ended_or(by.order, refusal.into()),
        },
        Err(error) => ended_or(by.order, error.into()),
    }
}

fn quantity(typed: &str) -> Option<u32> {
    typed.trim().parse().ok().filter(|quantity| *quantity > 0)
}

fn section(typed: &str) -> Answer<Option<SectionId>> {
    match typed {
        "" => Ok(None),
        id => id.parse().map(Some).map_err(|_| Problem::not_found()),
    }
}

/// The ends as they were chosen, whichever was taken for the lower one.
fn price_range(form: &Form) -> Answer<PriceRange> {
    let end = |typed: &str| match typed {
        "" => Ok(None),
        minor => minor.parse().map(Some).map_err(|_| Problem::not_found()),
    };
    Ok(match (end(&form.cheapest)?, end(&form.dearest)?) {
        (Some(least), Some(most)) if least > most => PriceRange {
            least: Some(most),
            most: Some(least),
        },
        (least, most) => PriceRange { least, most },
    })
}

/// The key and what it stands for.
fn claim_key(form: &Form) -> Answer<(IdempotencyKey, RequestHash)> {
    let key = IdempotencyKey::new(&form.claim_key).ok_or_else(Problem::key_required)?;
    let content = format!(
        "{} {} {} {} {}",
        form.quantity.trim(),
        form.section,
        form.cheapest,
        form.dearest,
        form.accessible.is_some()
    );
    Ok((key, RequestHash(Sha256::digest(content).into())))
}

/// In words, where another choice helps.
fn why_refused(speech: &Speech, refusal: &Refusal) -> Option<String> {
    match refusal {
        Refusal::SoldOut { free } => Some(speech.say_count("amount-sold-out", *free)),
        Refusal::SeatTaken { .. } => Some(speech.say("amount-taken")),
        Refusal::LimitReached { limit } => Some(speech.say_count("amount-limit", *limit)),
        Refusal::NotOnSale { .. } => Some(speech.say("amount-not-on-sale")),
        // The form was sent twice with different content, or its places were given up since.
        Refusal::KeyReused | Refusal::ClaimLapsed => Some(speech.say("amount-again")),
        Refusal::UnknownOrder
        | Refusal::Forbidden
        | Refusal::OrderExpired
        | Refusal::PaymentUnderWay
        | Refusal::AlreadyExtended
        | Refusal::NothingHeld
        | Refusal::AlreadyOpen
        | Refusal::InvalidPlaces { .. }
        | Refusal::TooManyClaims => None,
    }
}

fn render(
    context: &Context,
    loaded: &Loaded,
    form: Form,
    error: String,
    refused: String,
) -> Answer<HttpResponse> {
    let sections = choices(loaded, &form.section);
    let manifest = &loaded.live.info().manifest;
    let page = Page {
        prices: price_choices(loaded, &form),
        has_accessible: manifest.seats().iter().any(|seat| seat.accessible),
        wants_accessible: form.accessible.is_some(),
        is_particular: form.accessible.is_some()
            || !form.cheapest.is_empty()
            || !form.dearest.is_empty(),
        frame: loaded.frame(GatewayStep::Amount),
        max: loaded.session.max_per_order,
        is_anywhere: !sections.iter().any(|choice| choice.is_chosen),
        sections,
        quantity: form.quantity,
        claim_key: Uuid::now_v7().to_string(),
        error,
        refused,
    };
    context
        .templates
        .page(&loaded.reading, "pages/gateway/amount.html", &page)
}

fn price_choices(loaded: &Loaded, form: &Form) -> Vec<PriceChoice> {
    let (info, speech) = (loaded.live.info(), loaded.speech());
    let indexed = info
        .manifest
        .section_indexes()
        .zip(info.manifest.sections());
    let seated = indexed.filter(|(_, section)| section.is_seated());
    let mut prices: Vec<Money> = seated.map(|(index, _)| info.price(index)).collect();
    prices.sort_by_key(|price| price.minor);
    prices.dedup();
    let choice = |price: Money| PriceChoice {
        minor: price.minor,
        words: speech.price(price),
        is_cheapest: form.cheapest == price.minor.to_string(),
        is_dearest: form.dearest == price.minor.to_string(),
    };
    prices.into_iter().map(choice).collect()
}

fn choices(loaded: &Loaded, chosen: &str) -> Vec<Choice> {
    let info = loaded.live.info();
    let free = free_places(loaded);
    let manifest = &info.manifest;
    let sections = manifest.section_indexes().zip(manifest.sections());
    let choice = |(index, section): (domain::SectionIndex, &domain::manifest::Section)| {
        let free = free.get(&section.section_id).copied().unwrap_or(0);
        let section_id = section.section_id.to_string();
        Choice {
            name: section.name.clone(),
            price: loaded.speech().price(info.price(index)),
            free,
            is_standing: !section.is_seated(),
            is_chosen: section_id == chosen && free > 0,
            section_id,
        }
    };
    sections.map(choice).collect()
}

/// How many places are free in each section, as was last shown to everybody.
fn free_places(loaded: &Loaded) -> BTreeMap<SectionId, u32> {
    let snapshot = loaded.live.feed().snapshot();
    let manifest = &loaded.live.info().manifest;
    let mut free: BTreeMap<SectionId, u32> = BTreeMap::new();
    for count in &snapshot.standing {
        free.insert(count.section_id, count.free);
    }
    for (index, seat) in manifest.seat_indexes().zip(manifest.seats()) {
        let section = manifest.section(seat.section);
        if let Some(section) = section.filter(|_| is_free(&snapshot, index.position())) {
            *free.entry(section.section_id).or_default() += 1;
        }
    }
    free
}

/// Two bits a seat, lowest first; 0 is free.
fn is_free(snapshot: &Snapshot, position: usize) -> bool {
    let byte = snapshot.seats.get(position / 4).copied();
    byte.is_some_and(|byte| (byte >> (position % 4 * 2)) & 0b11 == 0)
}
