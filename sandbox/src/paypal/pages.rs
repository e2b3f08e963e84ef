//! The page on which a buyer approves an order, and the way back to the shop.

use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::Utc;
use serde::Deserialize;

use super::Paypal;
use super::orders::{Funding, Status, payer};
use crate::page;

#[derive(Deserialize)]
pub struct Opened {
    token: String,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BuyersAnswer {
    Pay,
    Decline,
    Review,
    Cancel,
}

#[derive(Deserialize)]
pub struct Form {
    answer: BuyersAnswer,
}

/// Shows what is to be paid, and asks the buyer.
pub async fn ask_buyer(
    paypal: web::Data<Paypal>,
    request: HttpRequest,
    opened: web::Query<Opened>,
) -> HttpResponse {
    if let Some(cut) = paypal.trouble.cut_if_away(&request) {
        return cut;
    }
    let account = paypal.account();
    match account.orders.get(&opened.token) {
        Some(order) if order.status != Status::Completed => page::html(page::fill(
            include_str!("browser/approve.html"),
            &[(
                "amount",
                &format!("{} {}", order.amount.text(), order.amount.currency),
            )],
        )),
        Some(_) | None => page::not_found(),
    }
}

/// Takes the buyer's word, and leads back.
pub async fn take_answer(
    paypal: web::Data<Paypal>,
    request: HttpRequest,
    opened: web::Query<Opened>,
    form: web::Form<Form>,
) -> HttpResponse {
    if let Some(cut) = paypal.trouble.cut_if_away(&request) {
        return cut;
    }
    match paypal.take_word(&opened.token, form.answer) {
        None => page::not_found(),
        Some(url) if url.is_empty() => {
            page::html(page::fill(include_str!("browser/done.html"), &[]))
        }
        Some(url) => HttpResponse::SeeOther()
            .insert_header((LOCATION, url))
            .finish(),
    }
}

impl Paypal {
    /// What the buyer decides on an order; where they go then. None where there is nothing to decide.
    pub fn take_word(&self, id: &str, answer: BuyersAnswer) -> Option<String> {
        let funding = match answer {
            BuyersAnswer::Pay => Some(Funding::Balance),
            BuyersAnswer::Decline => Some(Funding::Declined),
            BuyersAnswer::Review => Some(Funding::Reviewed),
            BuyersAnswer::Cancel => None,
        };
        self.with_account(|account| {
            let order = account
                .orders
                .get(id)
                .filter(|order| order.status != Status::Completed)?;
            let (return_url, cancel_url) = (order.return_url.clone(), order.cancel_url.clone());
            let Some(funding) = funding else {
                return Some(page::with_query(
                    &cancel_url.unwrap_or_default(),
                    &[("token", id)],
                ));
            };
            account.approve_order(id, funding, Utc::now()).ok()?;
            let payer = payer();
            let payer_id = payer["payer_id"].as_str().unwrap_or_default();
            let back = [("token", id), ("PayerID", payer_id)];
            Some(page::with_query(&return_url.unwrap_or_default(), &back))
        })
    }
}
