//! A small house on sale in a database of the test's own, with the real actors.
//!
//! Section 0, "Stalls", has seats at 80.00; section 1, "Floor", takes standing people at 35.00;
//! section 2, "Box", has ten seats that cost nothing.

#![allow(dead_code, reason = "each test binary uses its own part of it")]

use std::sync::{Arc, Mutex};

use actors::{Registry, Settings};
use domain::manifest::{
    Manifest, Placement, Point, Seat, SeatIndex, Section, SectionIndex, SectionKind, Shape,
};
use domain::order::{Credential, OrderStatus, PaymentState, Provider, SecretHash};
use domain::seat_map::{IdempotencyKey, RequestHash};
use domain::ticket_code::TicketKeys;
use domain::{AccountId, LoginId, OrderId, PaymentId, SectionId, SessionId, VenueId};
use operations::orders::{self, Address, AddressFields, ClaimRequest, OrderError, OrderView};
use operations::payments::{self, PaymentError, StartedPayment};
use operations::people::SignedIn;
use operations::refunds::{Extent, PlacesAfter, RefundRequest};
use operations::{App, Desk};
use sqlx::PgPool;
use sqlx::types::Json;
use uuid::Uuid;

pub const STANDING_PLACES: u32 = 20;
pub const BOX_SEATS: u32 = 10;

/// A session on sale, and what works on it.
pub struct House {
    pub app: App,
    pub session: SessionId,
    pub venue: VenueId,
    pub floor: SectionId,
    pub stalls: SectionId,
    /// How many seats the stalls have: the first ones. The box follows.
    pub stalls_seats: u32,
    registries: Mutex<Vec<Registry>>,
}

/// An order with its bearer.
#[derive(Clone, Copy)]
pub struct Buyer {
    pub order: OrderId,
    pub by: Credential,
}

impl House {
    pub async fn open(pool: PgPool) -> Self {
        Self::with_stalls(pool, 30).await
    }

    pub async fn with_stalls(pool: PgPool, stalls_seats: u32) -> Self {
        store::jobs::migrate(&pool).await.unwrap();
        let app = App {
            registry: Registry::new(pool.clone(), Settings::default()),
            desk: Arc::new(Desk::beside(&pool)),
            pool,
            ticket_keys: Arc::new(TicketKeys::new(&[[7; 32]])),
            providers: Arc::default(),
            demo: true,
        };
        let [stalls, floor, free] = [(); 3].map(|()| SectionId(Uuid::now_v7()));
        let manifest = manifest([stalls, floor, free], stalls_seats);
        let venue = VenueId(Uuid::now_v7());
        sqlx::raw_sql(
            "insert into country values ('DE', 'Germany') on conflict do nothing;
             insert into city values ('00000000-0000-7000-8000-000000000001', 'DE', 'Berlin', 'berlin')
                 on conflict do nothing;
             insert into category values ('00000000-0000-7000-8000-000000000002', 'Music', 'music')
                 on conflict do nothing;",
        )
        .execute(&app.pool)
        .await
        .unwrap();
        sqlx::query(
            "insert into venue (venue_id, city_id, name, slug, time_zone)
             values ($1, '00000000-0000-7000-8000-000000000001', 'House', $2, 'Europe/Berlin')",
        )
        .bind(venue.0)
        .bind(venue.to_string())
        .execute(&app.pool)
        .await
        .unwrap();
        let mut house = Self {
            registries: Mutex::new(vec![app.registry.clone()]),
            app,
            session: SessionId(Uuid::nil()),
            venue,
            floor,
            stalls,
            stalls_seats,
        };
        let manifest_id = house.keep_manifest(&manifest).await;
        house.session = house.put_on_sale(&manifest, manifest_id).await;
        house
    }

    /// The same database in a process of its own: another registry over the same rows.
    pub fn restarted(&self) -> App {
        let registry = Registry::new(self.app.pool.clone(), Settings::default());
        self.registries.lock().unwrap().push(registry.clone());
        App {
            registry,
            desk: Arc::new(Desk::beside(&self.app.pool)),
            ..self.app.clone()
        }
    }

    /// Ends the actors, so that the test's database can be dropped at once.
    pub async fn close(self) {
        let registries = self.registries.into_inner().unwrap();
        for registry in registries {
            registry.stop().await;
        }
    }

    async fn keep_manifest(&self, manifest: &Manifest) -> Uuid {
        let manifest_id = Uuid::now_v7();
        let hash: [u8; 32] = rand::random();
        sqlx::query("insert into manifest values ($1, $2, $3, $4)")
            .bind(manifest_id)
            .bind(self.venue.0)
            .bind(hash.as_slice())
            .bind(Json(manifest))
            .execute(&self.app.pool)
            .await
            .unwrap();
        manifest_id
    }

    /// One more session of the same plan.
    pub async fn put_on_sale(&self, manifest: &Manifest, manifest_id: Uuid) -> SessionId {
        let (event, session) = (Uuid::now_v7(), Uuid::now_v7());
        sqlx::query(
            "insert into event (event_id, category_id, title, slug)
             values ($1, '00000000-0000-7000-8000-000000000002', 'Concert', $1::text)",
        )
        .bind(event)
        .execute(&self.app.pool)
        .await
        .unwrap();
        sqlx::query(
            "insert into event_session (session_id, event_id, venue_id, manifest_id, status, starts_at,
                 on_sale_from, currency, max_per_order, hold_secs)
             values ($1, $2, $3, $4, 'on_sale', now() + interval '30 days', now() - interval '1 day',
                 'EUR', 10, 600)",
        )
        .bind(session)
        .bind(event)
        .bind(self.venue.0)
        .bind(manifest_id)
        .execute(&self.app.pool)
        .await
        .unwrap();
        for (index, (section, price)) in manifest
            .sections()
            .iter()
            .zip([8000_i64, 3500, 0])
            .enumerate()
        {
            let capacity =
                (!section.is_seated()).then(|| i32::try_from(section.capacity()).unwrap());
            sqlx::query(
                "insert into session_section (session_id, section_index, section_id, name, price, capacity)
                 values ($1, $2, $3, $4, $5, $6)",
            )
            .bind(session)
            .bind(i16::try_from(index).unwrap())
            .bind(section.section_id.0)
            .bind(&section.name)
            .bind(price)
            .bind(capacity)
            .execute(&self.app.pool)
            .await
            .unwrap();
        }
        sqlx::query("insert into session_owner values ($1, 0) on conflict do nothing")
            .bind(session)
            .execute(&self.app.pool)
            .await
            .unwrap();
        SessionId(session)
    }

    pub async fn another_session(&self) -> SessionId {
        let manifest = manifest(
            [self.stalls, self.floor, SectionId(Uuid::now_v7())],
            self.stalls_seats,
        );
        let manifest_id = self.keep_manifest(&manifest).await;
        self.put_on_sale(&manifest, manifest_id).await
    }

    pub async fn buyer(&self) -> Buyer {
        let opened = orders::open(&self.app, self.session, None).await.unwrap();
        let by = Credential {
            secret_hash: Some(SecretHash::of(&opened.secret)),
            account: None,
        };
        Buyer {
            order: opened.order.order_id,
            by,
        }
    }

    /// A buyer who has typed an address and holds these seats.
    pub async fn buyer_of(&self, seats: &[u32]) -> Buyer {
        let buyer = self.buyer().await;
        self.give_address(buyer).await;
        self.claim(buyer, "first", seats_of(seats)).await.unwrap();
        buyer
    }

    pub async fn give_address(&self, buyer: Buyer) {
        orders::set_address(&self.app, buyer.order, &buyer.by, &address())
            .await
            .unwrap();
    }

    pub async fn claim(
        &self,
        buyer: Buyer,
        key: &str,
        request: ClaimRequest,
    ) -> Result<OrderView, OrderError> {
        let hash = RequestHash([u8::try_from(key.len()).unwrap(); 32]);
        orders::claim(
            &self.app,
            buyer.order,
            &buyer.by,
            key_of(key),
            hash,
            request,
        )
        .await
    }

    pub async fn view(&self, buyer: Buyer) -> OrderView {
        orders::view(&self.app, buyer.order, &buyer.by)
            .await
            .unwrap()
    }

    pub async fn pay(&self, buyer: Buyer, key: &str) -> Result<StartedPayment, PaymentError> {
        let hash = RequestHash([9; 32]);
        let (order, by) = (buyer.order, &buyer.by);
        payments::start(&self.app, order, by, key_of(key), hash, Provider::Test).await
    }

    pub async fn confirm(&self, payment: &StartedPayment) -> Result<OrderView, PaymentError> {
        let token = payment.test_token.as_deref().unwrap();
        let outcome = payments::TestOutcome::Succeed;
        payments::confirm_test(&self.app, payment.payment_id, token, outcome).await
    }

    pub async fn decline(&self, payment: &StartedPayment) -> Result<OrderView, PaymentError> {
        let token = payment.test_token.as_deref().unwrap();
        let outcome = payments::TestOutcome::Decline;
        payments::confirm_test(&self.app, payment.payment_id, token, outcome).await
    }

    /// A buyer who has paid for these seats.
    pub async fn sell(&self, seats: &[u32]) -> (Buyer, OrderView) {
        let buyer = self.buyer_of(seats).await;
        let payment = self.pay(buyer, "pay").await.unwrap();
        let view = self.confirm(&payment).await.unwrap();
        assert_eq!(view.status, OrderStatus::Paid);
        (buyer, view)
    }

    /// Sees to it that the order's time is up, and lets its timer see it.
    pub async fn let_expire(&self, buyer: Buyer) {
        sqlx::query("update event_session_order set expire_if_not_completed_at = now() - interval '1 s' where order_id = $1")
            .bind(buyer.order.0)
            .execute(&self.app.pool)
            .await
            .unwrap();
    }

    pub async fn states_of(&self, buyer: Buyer) -> Vec<(u32, String)> {
        let rows: Vec<(i32, String)> = sqlx::query_as(
            "select seat_index, state from taken_seat where order_id = $1 order by 1",
        )
        .bind(buyer.order.0)
        .fetch_all(&self.app.pool)
        .await
        .unwrap();
        rows.into_iter()
            .map(|(seat, state)| (u32::try_from(seat).unwrap(), state))
            .collect()
    }

    pub async fn payment_state(&self, payment: PaymentId) -> PaymentState {
        store::payments::find(&self.app.pool, payment)
            .await
            .unwrap()
            .unwrap()
            .state
    }

    pub async fn intent(&self, payment: PaymentId) -> store::test_intents::IntentState {
        store::test_intents::find(&self.app.pool, payment)
            .await
            .unwrap()
            .unwrap()
            .state
    }

    pub async fn jobs(&self) -> Vec<String> {
        let keys = store::jobs::waiting(&self.app.pool).await.unwrap();
        keys.into_iter()
            .map(|key| key.split(':').next().unwrap().to_owned())
            .collect()
    }

    /// Somebody who works at the house's doors.
    pub async fn doorkeeper(&self, name: &str) -> SignedIn {
        let account_id = AccountId(Uuid::now_v7());
        sqlx::query("insert into account (account_id, email, name) values ($1, $2, $3)")
            .bind(account_id.0)
            .bind(format!("{account_id}@example.org"))
            .bind(name)
            .execute(&self.app.pool)
            .await
            .unwrap();
        SignedIn {
            login_id: LoginId(Uuid::now_v7()),
            account_id,
            email: format!("{account_id}@example.org"),
            name: name.to_owned(),
            admin: false,
            marketing: false,
            venues: vec![self.venue],
            artists: Vec::new(),
        }
    }
}

pub fn seats_of(seats: &[u32]) -> ClaimRequest {
    ClaimRequest::Seats(seats.iter().copied().map(SeatIndex).collect())
}

pub fn key_of(text: &str) -> IdempotencyKey {
    IdempotencyKey::new(text).unwrap()
}

pub fn address() -> Address {
    address_of("Ada Lovelace")
}

pub fn address_of(name: &str) -> Address {
    Address::parse(AddressFields {
        name: name.to_owned(),
        email: "ada@example.org".to_owned(),
        line1: "Street 1".to_owned(),
        postcode: "10115".to_owned(),
        city: "Berlin".to_owned(),
        country: "DE".to_owned(),
        ..AddressFields::default()
    })
    .unwrap()
}

fn manifest(ids: [SectionId; 3], stalls_seats: u32) -> Manifest {
    let [stalls, floor, free] = ids;
    let section = |section_id, name: &str, kind| Section {
        section_id,
        name: name.to_owned(),
        kind,
        placement: placement(0, 0),
    };
    let sections = vec![
        section(stalls, "Stalls", SectionKind::Seated),
        section(
            floor,
            "Floor",
            SectionKind::Standing {
                capacity: STANDING_PLACES,
            },
        ),
        section(free, "Box", SectionKind::Seated),
    ];
    let stalls = (0..stalls_seats).map(|index| seat(0, index));
    let free = (0..BOX_SEATS).map(|index| seat(2, index));
    Manifest::new(
        sections,
        stalls.chain(free).collect(),
        Point { x: 0, y: -1000 },
    )
    .unwrap()
}

fn seat(section: u16, index: u32) -> Seat {
    let (row, number) = (index / 10, index % 10);
    let place = |number: u32| i32::try_from(number).unwrap() * 100;
    Seat {
        section: SectionIndex(section),
        row: (row + 1).to_string(),
        number: (number + 1).to_string(),
        placement: placement(place(number), place(row) + i32::from(section) * 100_000),
        accessible: false,
        disabled: false,
    }
}

fn placement(position_x: i32, position_y: i32) -> Placement {
    Placement {
        position_x,
        position_y,
        rotation: 0,
        shape: Shape::Ellipse,
        size_x: 80,
        size_y: 80,
    }
}

/// Lets the worker do every job that waits, whenever it was due.
pub async fn work_off(app: &App) {
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let worker = tokio::spawn(operations::jobs::run(app.clone(), async move {
        stopped.await.unwrap();
    }));
    let mut least = usize::MAX;
    let mut last_progress = std::time::Instant::now();
    loop {
        let waiting = store::jobs::waiting(&app.pool).await.unwrap();
        if waiting.is_empty() {
            break;
        }
        if waiting.len() < least {
            least = waiting.len();
            last_progress = std::time::Instant::now();
        }
        // However many there are, they become fewer.
        let stands_still = last_progress.elapsed() > std::time::Duration::from_secs(20);
        assert!(!stands_still, "jobs are left over: {:?}", waiting.first());
        // Those that are left by others are due at once, too.
        sqlx::query(
            "update graphile_worker._private_jobs set run_at = now() where run_at > now() and locked_at is null",
        )
        .execute(&app.pool)
        .await
        .unwrap();
        // To look at thousands takes longer.
        let pause = 10 + u64::try_from(waiting.len()).unwrap() / 10;
        tokio::time::sleep(std::time::Duration::from_millis(pause)).await;
    }
    stop.send(()).unwrap();
    worker.await.unwrap();
}

/// What staff ask for: used tickets go back too, and the places on sale again.
pub fn refund_request(order: OrderId, extent: Extent) -> RefundRequest {
    RefundRequest {
        order,
        extent,
        places: PlacesAfter::OnSale,
        fee_per_ticket: 0,
        used_too: true,
        reason: "a test".to_owned(),
        key: None,
        by: None,
    }
}
