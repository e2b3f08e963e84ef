//! The public front: finding what is on, in two languages, readable by machines too.

pub mod art;
pub mod articles;
mod cards;
pub mod event;
pub mod feeds;
pub mod home;
pub mod listing;
pub mod newsletter;
pub mod people;
pub mod places;
pub mod robots;
mod session_meta;
mod structured;
mod view;

use actix_web::HttpResponse;
use actix_web::http::header;
use store::discovery::{self, Named};
use uuid::Uuid;

pub use self::session_meta::SessionMeta;
pub use self::view::View;
use crate::discovery::Catalogue;
use crate::error::{Answer, Problem};

/// Where a name that was given away once leads now, for good; or nowhere.
async fn moved(
    view: &View,
    kind: Named,
    slug: &str,
    address: impl Fn(&Catalogue, usize) -> String,
) -> Answer<HttpResponse> {
    let target: Option<Uuid> = discovery::formerly(&view.context.app.pool, kind, slug).await?;
    let index = target.and_then(|id| view.catalogue.with_id(id));
    let index = index.ok_or_else(Problem::not_found)?;
    let place = view.reading.link(&address(&view.catalogue, index));
    Ok(HttpResponse::MovedPermanently()
        .insert_header((header::LOCATION, place))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .finish())
}

/// A part of an address.
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            use std::fmt::Write;
            // Writing into memory cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}
