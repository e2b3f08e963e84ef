//! What the scanner shows.

use domain::TicketId;
use store::doors::{DoorOrder, DoorTicket};

use super::judging::{Finding, Judgement};
use super::{DoorError, FirstScan, ScanAnswer, ScannedOrder, ScannedTicket, Verdict};
use crate::App;

pub(super) async fn answer(app: &App, judgement: Judgement) -> Result<ScanAnswer, DoorError> {
    let Judgement { verdict, finding } = judgement;
    let mut answer = ScanAnswer {
        verdict,
        order: None,
        ticket: None,
        tickets: Vec::new(),
        first_scan: None,
    };
    match finding {
        Finding::Nothing => {}
        Finding::Ticket(ticket) => {
            if verdict == Verdict::AlreadyUsed {
                answer.first_scan = first_scan(app, ticket.ticket_id).await?;
            }
            answer.order = Some(ScannedOrder {
                order_id: ticket.order_id,
                pnr: ticket.pnr,
                status: ticket.order_status,
            });
            answer.ticket = Some(scanned(ticket));
        }
        Finding::Order(order) => {
            if verdict == Verdict::Found {
                let tickets = store::doors::tickets_of(&app.pool, order.order_id).await?;
                answer.tickets = tickets.into_iter().map(scanned).collect();
            }
            let DoorOrder {
                order_id,
                pnr,
                status,
                ..
            } = order;
            answer.order = Some(ScannedOrder {
                order_id,
                pnr,
                status,
            });
        }
    }
    Ok(answer)
}

async fn first_scan(app: &App, ticket: TicketId) -> Result<Option<FirstScan>, DoorError> {
    let admission = store::doors::admission_of(&app.pool, ticket).await?;
    Ok(admission.map(|first| FirstScan {
        at: first.at,
        device: first.device,
        by: first.by,
    }))
}

fn scanned(ticket: DoorTicket) -> ScannedTicket {
    ScannedTicket {
        ticket_id: ticket.ticket_id,
        section_index: ticket.section,
        section: ticket.section_name,
        row: ticket.row,
        number: ticket.number,
        holder: ticket.holder,
        admitted_at: ticket.admitted_at,
    }
}
