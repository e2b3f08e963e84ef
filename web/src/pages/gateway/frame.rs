//! The frame of a gateway's page: which steps there are and which of them may be entered, what the
//! order's summary shows, and the clock.

use std::sync::Arc;

use actix_web::HttpResponse;
use actors::{Session, SessionInfo};
use domain::Money;
use domain::order::{OrderStatus, PaymentState, Step};
use operations::orders::{self, GatewayDetails, OrderView};
use serde::Serialize;
use store::catalogue::{self, SessionDetail};

use super::super::see_other;
use crate::access::OrderCredential;
use crate::context::Context;
use crate::error::{Answer, Problem};
use crate::language::{Messages, Reading, Speech};

/// A step of the gateway, in the order in which they are gone through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum GatewayStep {
    Amount,
    Seats,
    Details,
    Method,
    Payment,
    Confirmation,
}

/// All that a page of the gateway may need of an order.
pub struct Loaded {
    pub view: OrderView,
    pub details: GatewayDetails,
    pub session: SessionDetail,
    pub live: Session,
    pub reading: Reading,
    messages: Arc<Messages>,
}

/// What the layout and the summary show; a page's own struct flattens it in.
#[derive(Serialize)]
pub struct Frame {
    pub order_id: String,
    pub session_id: String,
    pub pnr: String,
    pub title: String,
    pub when: String,
    pub venue: String,
    pub city: String,
    /// The last part of the step's address.
    pub step: &'static str,
    pub steps: Vec<StepMark>,
    pub back: Option<Back>,
    pub lines: Vec<Line>,
    /// How many places.
    pub count: u32,
    pub total: String,
    /// Whether the order can still be filled and paid.
    pub is_open: bool,
    pub clock: Clock,
}

/// One of the stations that the buyer is shown; a station may have several steps.
#[derive(Serialize)]
pub struct StepMark {
    label: String,
    /// Where it is gone back to, if it may be.
    href: Option<String>,
    state: &'static str,
}

#[derive(Serialize)]
pub struct Back {
    pub href: String,
    pub label: String,
}

/// A seat, or the places in a standing section.
#[derive(Serialize)]
pub struct Line {
    section: String,
    row: Option<String>,
    seat: Option<String>,
    quantity: u32,
    /// All-in, for all of them.
    price: String,
}

#[derive(Serialize)]
pub struct Clock {
    seconds_left: u64,
    /// `about 8 min`: for those without a script.
    words: String,
    is_extended: bool,
    /// Places that are being paid are held for that, and their clock is the payment's.
    is_paused: bool,
}

impl GatewayStep {
    /// The last part of its address.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Amount => "amount",
            Self::Seats => "seats",
            Self::Details => "details",
            Self::Method => "method",
            Self::Payment => "payment",
            Self::Confirmation => "confirmation",
        }
    }

    /// Which station it belongs to.
    fn station(self) -> usize {
        match self {
            Self::Amount | Self::Seats => 0,
            Self::Details => 1,
            Self::Method | Self::Payment => 2,
            Self::Confirmation => 3,
        }
    }

    fn before(self) -> Option<Self> {
        match self {
            Self::Amount | Self::Confirmation => None,
            Self::Seats => Some(Self::Amount),
            Self::Details => Some(Self::Seats),
            Self::Method => Some(Self::Details),
            Self::Payment => Some(Self::Method),
        }
    }
}

impl Loaded {
    /// Reads the order for whoever asks.
    ///
    /// # Errors
    /// There is no such order, or it is somebody else's.
    pub async fn of(context: &Context, by: &OrderCredential, reading: Reading) -> Answer<Self> {
        let app = &context.app;
        let view = orders::view(app, by.order, &by.credential).await?;
        let details = orders::details(app, by.order, &by.credential).await?;
        let session = catalogue::session(&app.pool, view.session_id).await?;
        let session = session.ok_or_else(Problem::not_found)?;
        let live = app.registry.session(view.session_id).await?;
        Ok(Self {
            view,
            details,
            session,
            live,
            reading,
            messages: Arc::clone(&context.messages),
        })
    }

    /// The language in which the order is gone through.
    #[must_use]
    pub fn speech(&self) -> Speech<'_> {
        self.messages.in_language(self.reading.language)
    }

    /// Where the buyer has to go next; none where the order has ended unsold.
    #[must_use]
    pub fn next_step(&self) -> Option<GatewayStep> {
        let misses = |step| self.view.missing.contains(&step);
        match self.view.status {
            OrderStatus::Paid => Some(GatewayStep::Confirmation),
            OrderStatus::Cancelled | OrderStatus::Refunded => None,
            OrderStatus::Pending if self.is_paying() => Some(GatewayStep::Payment),
            OrderStatus::Pending if misses(Step::Amount) => Some(GatewayStep::Amount),
            OrderStatus::Pending if misses(Step::Seats) => Some(GatewayStep::Seats),
            OrderStatus::Pending if misses(Step::Address) => Some(GatewayStep::Details),
            OrderStatus::Pending if self.needs_method() => Some(GatewayStep::Method),
            OrderStatus::Pending => Some(GatewayStep::Payment),
        }
    }

    fn needs_method(&self) -> bool {
        self.view.total.minor > 0 && self.details.method.is_none()
    }

    /// Whether an attempt to pay is under way.
    #[must_use]
    pub fn is_paying(&self) -> bool {
        let payment = self.view.payment;
        self.view.status == OrderStatus::Pending
            && payment.is_some_and(|payment| payment.state == PaymentState::Pending)
    }

    /// Sends on whoever may not be at a step yet, or any more.
    #[must_use]
    pub fn elsewhere_than(&self, step: GatewayStep) -> Option<HttpResponse> {
        let next = self.next_step();
        let may_be_here = match next {
            None => false,
            Some(GatewayStep::Confirmation) => step == GatewayStep::Confirmation,
            Some(_) if self.is_paying() => step == GatewayStep::Payment,
            // Choosing seats says how many, too.
            Some(next) => step <= next.max(GatewayStep::Seats),
        };
        (!may_be_here).then(|| see_other(&self.address_of(next)))
    }

    /// A step's address, or the order's own, which says how it ended.
    fn address_of(&self, step: Option<GatewayStep>) -> String {
        let order = self.view.order_id;
        match step {
            Some(step) => format!("/gateway/orders/{order}/{}", step.name()),
            None => format!("/gateway/orders/{order}"),
        }
    }

    fn link_to(&self, step: GatewayStep) -> String {
        self.reading.link(&self.address_of(Some(step)))
    }

    /// What the layout shows at a step.
    #[must_use]
    pub fn frame(&self, step: GatewayStep) -> Frame {
        let (view, speech) = (&self.view, self.speech());
        let lines = lines(view, self.live.info(), &speech);
        Frame {
            order_id: view.order_id.to_string(),
            session_id: view.session_id.to_string(),
            pnr: view.pnr.to_string(),
            title: self.session.event.title.clone(),
            when: speech.date_time(self.session.starts_at, &self.session.venue.time_zone),
            venue: self.session.venue.name.clone(),
            city: speech.city(&self.session.venue.city_slug, &self.session.venue.city),
            step: step.name(),
            steps: self.steps(step),
            back: self.back(step),
            count: lines.iter().map(|line| line.quantity).sum(),
            lines,
            total: speech.price(view.total),
            is_open: view.status == OrderStatus::Pending,
            clock: self.clock(),
        }
    }

    fn steps(&self, here: GatewayStep) -> Vec<StepMark> {
        let stations = [
            ("step-places", GatewayStep::Seats),
            ("step-details", GatewayStep::Details),
            ("step-payment", GatewayStep::Method),
            ("step-tickets", GatewayStep::Confirmation),
        ];
        let speech = self.speech();
        let mark = |(label, step): (&str, GatewayStep)| {
            let is_done = step.station() < here.station();
            let may_go_back = is_done && self.elsewhere_than(step).is_none();
            StepMark {
                label: speech.say(label),
                href: may_go_back.then(|| self.link_to(step)),
                state: match step.station() == here.station() {
                    true => "current",
                    false if is_done => "done",
                    false => "ahead",
                },
            }
        };
        stations.into_iter().map(mark).collect()
    }

    fn back(&self, step: GatewayStep) -> Option<Back> {
        if self.view.status != OrderStatus::Pending || self.is_paying() {
            return None;
        }
        let back = |href: String| Back {
            href,
            label: self.speech().say("gateway-back"),
        };
        let session = format!("/sessions/{}", self.view.session_id);
        let to_session = back(self.reading.link(&session));
        // Who has chosen on the map was never asked how many.
        let has_amount = self.details.quantity.is_some();
        match step.before() {
            Some(GatewayStep::Amount) if !has_amount => Some(to_session),
            Some(before) => Some(back(self.link_to(before))),
            None => Some(to_session),
        }
    }

    fn clock(&self) -> Clock {
        let payment = self.view.payment.filter(|_| self.is_paying());
        let pinned_for = payment.map_or(0, |payment| payment.seconds_left);
        let seconds_left = self.view.seconds_left.max(pinned_for);
        let is_pinned = self.live.feed().order(self.view.order_id);
        let is_pinned = is_pinned.is_some_and(|open| open.pinned);
        Clock {
            seconds_left,
            words: self
                .speech()
                .say_count("clock-about", seconds_left.div_ceil(60)),
            is_extended: self.details.is_extended,
            is_paused: self.is_paying() || (is_pinned && seconds_left == 0),
        }
    }
}

fn lines(view: &OrderView, info: &SessionInfo, speech: &Speech) -> Vec<Line> {
    let manifest = &info.manifest;
    let seats = view.seats.iter().filter_map(|&index| {
        let seat = manifest.seat(index)?;
        Some(Line {
            section: manifest.section(seat.section)?.name.clone(),
            row: Some(seat.row.clone()),
            seat: Some(seat.number.clone()),
            quantity: 1,
            price: speech.price(info.price(seat.section)),
        })
    });
    let standing = view.standing.iter().filter_map(|&(section, quantity)| {
        let index = manifest.section_index(section)?;
        let each = info.price(index);
        let minor = each.minor.saturating_mul(i64::from(quantity));
        Some(Line {
            section: manifest.section(index)?.name.clone(),
            row: None,
            seat: None,
            quantity,
            price: speech.price(Money { minor, ..each }),
        })
    });
    seats.chain(standing).collect()
}
