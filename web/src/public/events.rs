//! Finding events.

use actix_web::{HttpRequest, web};
use chrono::{DateTime, NaiveDate, Utc};
use domain::Timestamp;
use store::catalogue::{self, EventFilter};

use crate::context::Context;
use crate::error::{Answer, Problem};
use crate::openapi::ProblemDocument;
use crate::wire::session::{EventQuery, Events};

/// Events with sessions to come, by the first of these. Words are searched as on the pages: forgivingly
#[utoipa::path(get, path = "/api/public/events", tag = "public", params(EventQuery),
    responses((status = 200, body = Events), (status = "default", body = ProblemDocument)))]
pub async fn list(
    context: web::Data<Context>,
    request: HttpRequest,
    query: web::Query<EventQuery>,
) -> Answer<web::Json<Events>> {
    let query = query.into_inner();
    let pool = &context.app.pool;
    let found = match query.q.as_deref().filter(|words| !words.trim().is_empty()) {
        Some(words) => {
            let catalogue = context.keeper.fresh_catalogue(&context).await?;
            let all = &context.keeper.words;
            let asker = context.limits.asker(&request);
            Some(all.search(words, catalogue.version, asker).await?.events)
        }
        None => None,
    };
    let filter = EventFilter {
        found,
        ..filter(query)?
    };
    let now = context.now();
    let page = catalogue::events(pool, &filter, now).await?;
    Ok(web::Json(Events::new(page, now)))
}

fn filter(query: EventQuery) -> Answer<EventFilter> {
    let page = query
        .page
        .filter(|page| !page.is_empty())
        .unwrap_or_else(|| "1".to_owned());
    let page = page.parse().ok().filter(|&page| page > 0);
    Ok(EventFilter {
        category: query.category,
        city: query.city,
        artist: query.artist,
        venue: query.venue,
        found: None,
        from: query.from.map(|text| instant("from", &text)).transpose()?,
        to: query.to.map(|text| instant("to", &text)).transpose()?,
        buyable_first: false,
        page: page.ok_or_else(|| Problem::invalid_fields([("page", "must be a `nextPage`")]))?,
    })
}

/// An instant, or the beginning of a day in UTC.
fn instant(field: &'static str, text: &str) -> Answer<Timestamp> {
    let instant = text.parse::<DateTime<Utc>>().ok();
    let day = || text.parse::<NaiveDate>().ok()?.and_hms_opt(0, 0, 0);
    let instant = instant.or_else(|| day().map(|midnight| midnight.and_utc()));
    let reason = "must be an instant such as 2026-01-31T19:00:00Z, or a day such as 2026-01-31";
    instant
        .map(Timestamp::from)
        .ok_or_else(|| Problem::invalid_fields([(field, reason)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_and_days_are_read_and_nothing_else() {
        let millis = |text: &str| instant("from", text).map(|instant| instant.0).ok();
        assert_eq!(millis("1970-01-02"), Some(86_400_000));
        assert_eq!(millis("1970-01-01T01:00:00+01:00"), Some(0));
        assert_eq!(millis("tomorrow"), None);
    }
}
