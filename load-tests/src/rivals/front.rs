//! The HTTP front that all rivals stand behind: actix-web, the contract's JSON, one handler.
//!
//! It checks no order, keeps no idempotency key and passes no middleware: whatever is measured against
//! it has the harder task. It runs as a process of its own, so that its processor time is its own.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::{App, HttpResponse, HttpServer, web};
use clap::Args;
use redis::aio::MultiplexedConnection;
use serde::{Deserialize, Serialize};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection as _, PgPool};
use tokio::sync::OnceCell;
use uuid::Uuid;

use super::kind::{Kind, LUA};
use crate::outcome::Outcome;
use crate::verdict::Verdict;

/// Serve one rival; started by `rivals`
#[derive(Debug, Clone, Args)]
pub struct RivalFrontArgs {
    #[arg(long, value_enum)]
    pub kind: Kind,
    #[arg(long)]
    pub listen: SocketAddr,
    /// Connections to the database, over all workers
    #[arg(long)]
    pub pool: u32,
    /// The folder of Postgres's socket, or Redis's socket
    #[arg(long)]
    pub socket: PathBuf,
    #[arg(long, default_value_t = 2)]
    pub workers: u32,
}

/// What one worker asks. Each has its own, so that no connection is woken from another thread.
enum Store {
    Postgres(Kind, PgPool),
    Redis(Box<RedisStore>),
}

struct RedisStore {
    client: redis::Client,
    script: redis::Script,
    size: u32,
    connections: OnceCell<Vec<MultiplexedConnection>>,
    next: AtomicUsize,
}

#[derive(Deserialize)]
struct Claim {
    seats: Vec<u32>,
}

/// As long as an order of ours.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Order {
    event_session_order_id: Uuid,
    session_id: &'static str,
    status: &'static str,
    pnr: &'static str,
    expire_if_not_completed_at: &'static str,
    seconds_left: u64,
    seats: Vec<u32>,
    standing: [u32; 0],
    total: Money,
    missing: [&'static str; 2],
}

#[derive(Serialize)]
struct Money {
    amount: i64,
    currency: &'static str,
}

/// Serves until it is killed.
///
/// # Errors
/// The address cannot be listened on.
pub async fn run(args: &RivalFrontArgs) -> Outcome<Verdict> {
    let settings = args.clone();
    HttpServer::new(move || {
        let store = web::Data::new(Store::open(&settings));
        App::new()
            .app_data(store)
            .route("/claim", web::post().to(claim))
            .route("/readyz", web::get().to(HttpResponse::Ok))
    })
    .workers(usize::try_from(args.workers)?)
    .backlog(4_096)
    .bind(args.listen)?
    .run()
    .await?;
    Ok(Verdict::Passed)
}

async fn claim(store: web::Data<Store>, claim: web::Json<Claim>) -> HttpResponse {
    let order = Uuid::now_v7();
    let taken = match claim.seats.first() {
        Some(seat) => store.take(*seat, order).await,
        None => Ok(None),
    };
    match taken {
        Ok(Some(seat)) => HttpResponse::Ok().json(answer(order, seat)),
        Ok(None) => HttpResponse::Conflict().finish(),
        Err(error) => HttpResponse::InternalServerError().body(error.to_string()),
    }
}

fn answer(order: Uuid, seat: u32) -> Order {
    Order {
        event_session_order_id: order,
        session_id: "01990000-0000-7000-8000-000000000002",
        status: "PENDING",
        pnr: "23456789",
        expire_if_not_completed_at: "2026-01-01T00:00:00.000Z",
        seconds_left: 600,
        seats: vec![seat],
        standing: [],
        total: Money {
            amount: 8_000,
            currency: "EUR",
        },
        missing: ["amount", "address"],
    }
}

impl Store {
    fn open(args: &RivalFrontArgs) -> Self {
        let size = args.pool.div_ceil(args.workers);
        if args.kind.appendfsync().is_some() {
            let address = format!("redis+unix://{}", args.socket.display());
            return Self::Redis(Box::new(RedisStore {
                client: redis::Client::open(address).expect("a socket's path is an address"),
                script: redis::Script::new(LUA),
                size,
                connections: OnceCell::new(),
                next: AtomicUsize::new(0),
            }));
        }
        let options = PgConnectOptions::new_without_pgpass()
            .socket(&args.socket)
            .username("postgres")
            .database("rivals");
        let pool = PgPoolOptions::new()
            .max_connections(size)
            .min_connections(size)
            .test_before_acquire(false)
            .acquire_timeout(std::time::Duration::from_secs(30))
            .connect_lazy_with(options);
        Self::Postgres(args.kind, pool)
    }

    /// Takes a place; nothing if it, or every place, is taken.
    async fn take(&self, seat: u32, order: Uuid) -> Outcome<Option<u32>> {
        match self {
            Self::Redis(store) => store.take(seat, order).await,
            Self::Postgres(kind, pool) => take_in_postgres(*kind, pool, seat, order).await,
        }
    }
}

impl RedisStore {
    async fn take(&self, seat: u32, order: Uuid) -> Outcome<Option<u32>> {
        let connections = self.connections.get_or_try_init(|| self.connect()).await?;
        let turn = self.next.fetch_add(1, Ordering::Relaxed) % connections.len();
        let mut connection = connections[turn].clone();
        let taken: u8 = self
            .script
            .key("seats")
            .arg(seat)
            .arg(order.as_bytes().as_slice())
            .invoke_async(&mut connection)
            .await?;
        Ok((taken == 1).then_some(seat))
    }

    async fn connect(&self) -> redis::RedisResult<Vec<MultiplexedConnection>> {
        let mut connections = Vec::new();
        for _ in 0..self.size {
            connections.push(self.client.get_multiplexed_async_connection().await?);
        }
        Ok(connections)
    }
}

async fn take_in_postgres(
    kind: Kind,
    pool: &PgPool,
    seat: u32,
    order: Uuid,
) -> Outcome<Option<u32>> {
    let index = i32::try_from(seat)?;
    let statements = kind.statements();
    let taken: Option<(i32,)> = match kind {
        Kind::ForUpdate => {
            let mut connection = pool.acquire().await?;
            let mut transaction = connection.begin().await?;
            let free: Option<(i32,)> = sqlx::query_as(statements[0])
                .bind(index)
                .fetch_optional(&mut *transaction)
                .await?;
            if free.is_none() {
                return Ok(None);
            }
            let taken = sqlx::query_as(statements[1])
                .bind(index)
                .bind(order)
                .fetch_optional(&mut *transaction)
                .await?;
            transaction.commit().await?;
            taken
        }
        Kind::Update => {
            let ask = sqlx::query_as(statements[0]).bind(index).bind(order);
            ask.fetch_optional(pool).await?
        }
        Kind::SkipLockedBest | Kind::SkipLockedStanding => {
            let ask = sqlx::query_as(statements[0]).bind(order);
            ask.fetch_optional(pool).await?
        }
        Kind::Counter => sqlx::query_as(statements[0]).fetch_optional(pool).await?,
        Kind::RedisAlways | Kind::RedisEverysec => unreachable!("Redis has its own store"),
    };
    Ok(taken.map(|(place,)| u32::try_from(place).unwrap_or_default()))
}
