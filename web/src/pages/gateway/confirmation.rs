//! The end of the gateway: the tickets.

use actix_web::{HttpResponse, web};
use serde::Serialize;

use super::frame::{Frame, GatewayStep, Loaded};
use crate::access::OrderCredential;
use crate::context::Context;
use crate::error::Answer;

#[derive(Serialize)]
struct Page {
    #[serde(flatten)]
    frame: Frame,
    tickets: Vec<Ticket>,
}

#[derive(Serialize)]
struct Ticket {
    section: String,
    row: Option<String>,
    number: Option<String>,
    code: String,
    document: String,
}

/// The tickets of a paid order.
pub async fn show(context: web::Data<Context>, by: OrderCredential) -> Answer<HttpResponse> {
    let loaded = Loaded::of(&context, &by).await?;
    if let Some(elsewhere) = loaded.elsewhere_than(GatewayStep::Confirmation) {
        return Ok(elsewhere);
    }
    let order = by.order;
    let ticket = |ticket: &operations::orders::TicketView| Ticket {
        section: ticket.section_name.clone(),
        row: ticket.row.clone(),
        number: ticket.number.clone(),
        code: ticket.code.clone(),
        document: format!(
            "/api/gateway/orders/{order}/tickets/{}.pdf",
            ticket.ticket_id
        ),
    };
    let page = Page {
        tickets: loaded.view.tickets.iter().map(ticket).collect(),
        frame: loaded.frame(GatewayStep::Confirmation),
    };
    context
        .templates
        .page("pages/gateway/confirmation.html", &page)
}
