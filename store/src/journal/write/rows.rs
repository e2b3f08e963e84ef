//! The rows of a batch, as the composite types that `write_batch` takes.

use chrono::{DateTime, Utc};
use domain::order::Buyer;
use domain::seat_map::{Ending, GrantedClaim, Lot, LotState, Places, SeatState};
use domain::{OrderId, SeatIndex, SectionIndex};
use sqlx::Postgres;
use sqlx::postgres::{PgHasArrayType, PgTypeInfo};
use uuid::Uuid;

use crate::journal::net::{Net, OrderNet, RowBefore};

/// Seats by what their row needs.
#[derive(Default)]
pub struct SeatRows {
    pub gone: Vec<SeatMove>,
    pub moved: Vec<SeatMove>,
    pub new: SeatColumns,
}

/// Seats that get a row, in columns: claims bring them by the hundred.
#[derive(Default, sqlx::Encode)]
pub struct SeatColumns {
    seat_indexes: Vec<i32>,
    states: Vec<&'static str>,
    order_ids: Vec<Option<Uuid>>,
}

/// A seat's state before and after the batch.
#[derive(sqlx::Encode)]
pub struct SeatMove {
    seat_index: i32,
    from_state: &'static str,
    from_order: Option<Uuid>,
    to_state: &'static str,
    to_order: Option<Uuid>,
}

/// Standing places by what their row needs.
#[derive(Default)]
pub struct LotRows {
    pub gone: Vec<LotMove>,
    pub moved: Vec<LotMove>,
    pub new: Vec<LotMove>,
}

/// An order's places in a standing section before and after the batch.
#[derive(sqlx::Encode)]
pub struct LotMove {
    order_id: Uuid,
    section_index: i16,
    from_state: &'static str,
    from_quantity: i32,
    to_state: &'static str,
    to_quantity: i32,
}

/// By how much a standing section's guarded counts move.
#[derive(sqlx::Encode)]
pub struct SectionDelta {
    section_index: i16,
    taken: i32,
    allocated: i32,
}

/// What becomes of an order whose row exists.
#[derive(sqlx::Encode)]
pub struct OrderMove {
    order_id: Uuid,
    former_status: &'static str,
    status: &'static str,
    ending: Option<&'static str>,
    deadline: Option<DateTime<Utc>>,
    has_claimed: bool,
    is_extended: bool,
    is_reopened: bool,
}

/// The row of an order that was opened.
#[derive(sqlx::Encode)]
pub struct NewOrder {
    order_id: Uuid,
    account_id: Option<Uuid>,
    secret_hash: Vec<u8>,
    buyer_email_hash: Option<Vec<u8>>,
    pnr: String,
    status: &'static str,
    ending: Option<&'static str>,
    opened_at: DateTime<Utc>,
    deadline: DateTime<Utc>,
    has_claimed: bool,
    is_extended: bool,
}

/// Claims that were granted, in columns: one element a claim, and the seats of all one after another.
#[derive(Default, sqlx::Encode)]
pub struct ClaimColumns {
    order_ids: Vec<Uuid>,
    idempotency_keys: Vec<String>,
    request_hashes: Vec<[u8; 32]>,
    seat_counts: Vec<i32>,
    standing_sections: Vec<Option<i16>>,
    standing_quantities: Vec<Option<i32>>,
    seats: Vec<i32>,
}

/// A claim that is filed under its order.
#[derive(sqlx::Encode)]
pub struct FiledClaim {
    order_id: Uuid,
    idempotency_key: String,
    request_hash: Vec<u8>,
    seats: Vec<i32>,
    standing_section: Option<i16>,
    standing_quantity: Option<i32>,
}

/// Says which composite type of the schema a row is.
macro_rules! composite {
    ($row:ty, $name:literal) => {
        impl sqlx::Type<Postgres> for $row {
            fn type_info() -> PgTypeInfo {
                PgTypeInfo::with_name($name)
            }
        }

        impl PgHasArrayType for $row {
            fn array_type_info() -> PgTypeInfo {
                PgTypeInfo::array_of($name)
            }
        }
    };
}

composite!(SeatMove, "seat_move");
composite!(LotMove, "lot_move");
composite!(SectionDelta, "section_delta");
composite!(OrderMove, "order_move");
composite!(NewOrder, "new_order");
composite!(SeatColumns, "seat_columns");
composite!(ClaimColumns, "claim_columns");
composite!(FiledClaim, "granted_claim");

impl SeatRows {
    pub fn of(net: &Net) -> Self {
        let mut rows = Self::default();
        for (seat, (from, to)) in &net.seats {
            match (from, to) {
                (SeatState::Free, _) => rows.new.push(*seat, *to),
                (_, SeatState::Free) => rows.gone.push(SeatMove::new(*seat, *from, *to)),
                (_, _) => rows.moved.push(SeatMove::new(*seat, *from, *to)),
            }
        }
        rows
    }
}

impl SeatColumns {
    fn push(&mut self, seat: SeatIndex, state: SeatState) {
        let (state, order) = state_columns(state);
        self.seat_indexes.push(seat_column(seat));
        self.states.push(state);
        self.order_ids.push(order);
    }
}

impl SeatMove {
    fn new(seat: SeatIndex, from: SeatState, to: SeatState) -> Self {
        let ((from_state, from_order), (to_state, to_order)) =
            (state_columns(from), state_columns(to));
        Self {
            seat_index: seat_column(seat),
            from_state,
            from_order,
            to_state,
            to_order,
        }
    }
}

impl LotRows {
    pub fn of(net: &Net) -> Self {
        let mut rows = Self::default();
        for ((order, section), (from, to)) in &net.lots {
            let kind = match (from.quantity, to.quantity) {
                (0, _) => &mut rows.new,
                (_, 0) => &mut rows.gone,
                (_, _) => &mut rows.moved,
            };
            kind.push(LotMove::new(*order, *section, *from, *to));
        }
        rows
    }
}

impl LotMove {
    fn new(order: OrderId, section: SectionIndex, from: Lot, to: Lot) -> Self {
        Self {
            order_id: order.0,
            section_index: section_column(section),
            from_state: lot_state_column(from.state),
            from_quantity: quantity_column(from.quantity),
            to_state: lot_state_column(to.state),
            to_quantity: quantity_column(to.quantity),
        }
    }
}

/// The guarded counts that move: one row a section, written by the journal alone.
pub fn section_deltas(net: &Net) -> Vec<SectionDelta> {
    let places =
        |delta: i64| i32::try_from(delta).expect("a section's capacity fits an integer column");
    let deltas = net.sections.iter().map(|(section, delta)| SectionDelta {
        section_index: section_column(*section),
        taken: places(delta.taken),
        allocated: places(delta.allocated),
    });
    deltas.collect()
}

/// The orders that are opened again: their claims are forgotten, for their places were given up.
pub fn reopened_orders(net: &Net) -> Vec<Uuid> {
    let reopened = net.orders.iter().filter(|(_, order)| order.is_reopened());
    reopened.map(|(id, _)| id.0).collect()
}

impl OrderMove {
    pub fn all(net: &Net) -> Vec<Self> {
        let moved = net.orders.iter().filter_map(|(id, order)| {
            let former_status = match order.before {
                RowBefore::Missing => return None,
                RowBefore::Pending => "PENDING",
                RowBefore::Cancelled => "CANCELLED",
            };
            Some(Self::new(*id, former_status, order))
        });
        moved.collect()
    }

    fn new(id: OrderId, former_status: &'static str, order: &OrderNet) -> Self {
        let (status, ending) = order_end_columns(order);
        Self {
            order_id: id.0,
            former_status,
            status,
            ending,
            deadline: order.expires_at.map(crate::instant),
            has_claimed: order.has_claimed,
            is_extended: order.is_extended,
            is_reopened: order.is_reopened(),
        }
    }
}

impl NewOrder {
    pub fn all(net: &Net) -> Vec<Self> {
        let orders = net.orders.values();
        let new = orders.filter(|order| order.before == RowBefore::Missing);
        new.filter_map(Self::of).collect()
    }

    fn of(order: &OrderNet) -> Option<Self> {
        let opening = order.opening?;
        let (status, ending) = order_end_columns(order);
        let deadline = order
            .expires_at
            .expect("an order is opened with a deadline");
        Some(Self {
            order_id: opening.order.0,
            account_id: opening.owner.account.map(|account| account.0),
            secret_hash: opening.owner.secret_hash.0.to_vec(),
            buyer_email_hash: match opening.buyer {
                Some(Buyer::Email(hash)) => Some(hash.to_vec()),
                Some(Buyer::Account(_)) | None => None,
            },
            pnr: opening.pnr.to_string(),
            status,
            ending,
            opened_at: crate::instant(opening.opened_at),
            deadline: crate::instant(deadline),
            has_claimed: order.has_claimed,
            is_extended: order.is_extended,
        })
    }
}

impl ClaimColumns {
    pub fn granted(net: &Net) -> Self {
        let mut columns = Self::default();
        for (order, claim) in &net.granted {
            columns.push(*order, claim);
        }
        columns
    }

    fn push(&mut self, order: OrderId, claim: &GrantedClaim) {
        let (standing_section, standing_quantity) = standing_columns(&claim.places);
        let seats = &claim.places.seats;
        self.order_ids.push(order.0);
        self.idempotency_keys.push(claim.key.as_str().to_owned());
        self.request_hashes.push(claim.request_hash.0);
        self.seat_counts
            .push(i32::try_from(seats.len()).expect("an order has few seats"));
        self.standing_sections.push(standing_section);
        self.standing_quantities.push(standing_quantity);
        self.seats.extend(seats.iter().copied().map(seat_column));
    }
}

impl FiledClaim {
    pub fn all(net: &Net) -> Vec<Self> {
        let filed = net.filed.iter();
        filed
            .map(|(order, claim)| Self::new(*order, claim))
            .collect()
    }

    fn new(order: OrderId, claim: &GrantedClaim) -> Self {
        let (standing_section, standing_quantity) = standing_columns(&claim.places);
        let seats = claim.places.seats.iter().copied();
        Self {
            order_id: order.0,
            idempotency_key: claim.key.as_str().to_owned(),
            request_hash: claim.request_hash.0.to_vec(),
            seats: seats.map(seat_column).collect(),
            standing_section,
            standing_quantity,
        }
    }
}

/// A claim is for places of one standing section at most.
fn standing_columns(places: &Places) -> (Option<i16>, Option<i32>) {
    let standing = places.standing.first().copied();
    (
        standing.map(|(section, _)| section_column(section)),
        standing.map(|(_, quantity)| quantity_column(quantity)),
    )
}

fn seat_column(seat: SeatIndex) -> i32 {
    i32::try_from(seat.0).expect("a manifest has fewer seats than an integer column counts")
}

fn section_column(section: SectionIndex) -> i16 {
    i16::try_from(section.0).expect("a manifest has fewer sections than a smallint column counts")
}

fn quantity_column(quantity: u32) -> i32 {
    i32::try_from(quantity).expect("a section's capacity fits an integer column")
}

fn state_columns(state: SeatState) -> (&'static str, Option<Uuid>) {
    match state {
        SeatState::Free => ("free", None),
        SeatState::Held(order) => ("held", Some(order.0)),
        SeatState::Pinned(order) => ("pinned", Some(order.0)),
        SeatState::Sold(order) => ("sold", Some(order.0)),
        SeatState::Allocated => ("allocated", None),
        SeatState::Disabled => ("disabled", None),
    }
}

fn lot_state_column(state: LotState) -> &'static str {
    match state {
        LotState::Held => "held",
        LotState::Pinned => "pinned",
        LotState::Sold => "sold",
    }
}

/// The status and the ending of an order that the journal writes.
fn order_end_columns(order: &OrderNet) -> (&'static str, Option<&'static str>) {
    match order.ending {
        Some(Ending::Cancelled) => ("CANCELLED", Some("cancelled")),
        Some(Ending::Expired) => ("CANCELLED", Some("expired")),
        Some(Ending::Sold) | None => ("PENDING", None),
    }
}
