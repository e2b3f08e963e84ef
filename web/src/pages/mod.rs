//! What people see. Every page is complete before any script runs.

pub mod discovery;
pub mod door;
mod drawing;
pub mod gateway;
pub mod house;
pub mod login;
pub mod session;
pub mod tickets;

use actix_web::HttpResponse;
use actix_web::http::header;

/// Sends the browser on after a form, by a GET.
fn see_other(address: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, address))
        .finish()
}
