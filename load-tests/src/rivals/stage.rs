//! What the rivals need to run: their tables in a database of their own in the same Postgres, Redis, and a front.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;

use super::kind::Kind;
use crate::connection::{Connection, Headers, request};
use crate::database::connect;
use crate::outcome::Outcome;
use crate::running::Running;

const START_TIMEOUT: Duration = Duration::from_secs(10);
const START_POLL: Duration = Duration::from_millis(20);

/// The rivals' tables.
pub struct Tables {
    pub pool: PgPool,
    places: i32,
}

/// A Redis of the benchmark's own.
pub struct Redis {
    process: Running,
    pub socket: PathBuf,
}

/// A rival's HTTP front.
pub struct Front {
    process: Running,
    pub address: SocketAddr,
}

impl Tables {
    /// Makes the rivals' database beside ours, with so many places.
    pub async fn create(ours: &PgConnectOptions, places: i32) -> Outcome<Self> {
        let admin = connect(ours).await?;
        sqlx::query("create database rivals")
            .execute(&admin)
            .await?;
        admin.close().await;
        let pool = connect(&ours.clone().database("rivals")).await?;
        // Room on each page, so that an update stays on it and touches no index.
        let tables = [
            "create table rival_seat (seat_index integer primary key, order_id uuid, held_until timestamptz) with (fillfactor = 50)",
            "create table rival_place (seat_index integer primary key, rank integer not null, order_id uuid, held_until timestamptz)
             with (fillfactor = 50)",
            "create index rival_place_free on rival_place (rank) where order_id is null",
            "create table rival_counter (section_id integer primary key, taken integer not null, capacity integer not null)
             with (fillfactor = 10)",
        ];
        for table in tables {
            sqlx::query(table).execute(&pool).await?;
        }
        Ok(Self { pool, places })
    }

    /// All places free, as after a rest.
    pub async fn reset(&self) -> Outcome<()> {
        sqlx::query("truncate rival_seat, rival_place, rival_counter")
            .execute(&self.pool)
            .await?;
        sqlx::query("insert into rival_seat (seat_index) select generate_series(0, $1 - 1)")
            .bind(self.places)
            .execute(&self.pool)
            .await?;
        sqlx::query("insert into rival_place (seat_index, rank) select seat, seat from generate_series(0, $1 - 1) seat")
            .bind(self.places)
            .execute(&self.pool)
            .await?;
        sqlx::query("insert into rival_counter values (1, 0, 1000000000)")
            .execute(&self.pool)
            .await?;
        sqlx::query("vacuum analyze rival_seat, rival_place, rival_counter")
            .execute(&self.pool)
            .await?;
        sqlx::query("checkpoint").execute(&self.pool).await?;
        Ok(())
    }
}

impl Redis {
    /// Starts one that appends to a file, and syncs as told.
    pub async fn start(folder: &Path, appendfsync: &str) -> Outcome<Self> {
        let folder = folder.join(format!(
            "redis-{appendfsync}-{}",
            uuid::Uuid::new_v4().simple()
        ));
        std::fs::create_dir(&folder)?;
        let socket = folder.join("redis");
        let mut command = Command::new("redis-server");
        command
            .args([
                "--port",
                "0",
                "--save",
                "",
                "--appendonly",
                "yes",
                "--appendfsync",
                appendfsync,
            ])
            .arg("--unixsocket")
            .arg(&socket)
            .arg("--dir")
            .arg(&folder)
            .args(["--logfile", "redis.log"]);
        let process = Running::start(&mut command)?;
        let redis = Self { process, socket };
        let deadline = Instant::now() + START_TIMEOUT;
        while redis.clear().await.is_err() {
            if Instant::now() > deadline {
                return Err(format!("Redis does not answer; see {}", folder.display()).into());
            }
            tokio::time::sleep(START_POLL).await;
        }
        Ok(redis)
    }

    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// Forgets everything.
    pub async fn clear(&self) -> Outcome<()> {
        let client = redis::Client::open(format!("redis+unix://{}", self.socket.display()))?;
        let mut connection = client.get_multiplexed_async_connection().await?;
        redis::cmd("FLUSHALL")
            .query_async::<()>(&mut connection)
            .await?;
        Ok(())
    }
}

impl Front {
    /// Starts a rival's front and waits until it answers.
    pub async fn start(kind: Kind, pool: u32, socket: &Path) -> Outcome<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let kind =
            <Kind as clap::ValueEnum>::to_possible_value(&kind).expect("every kind has a name");
        let mut command = Command::new(std::env::current_exe()?);
        command
            .args(["rival-front", "--kind", kind.get_name()])
            .args([
                "--listen",
                &address.to_string(),
                "--pool",
                &pool.to_string(),
            ])
            .arg("--socket")
            .arg(socket);
        let process = Running::start(&mut command)?;
        let deadline = Instant::now() + START_TIMEOUT;
        let ask = request("GET", "/readyz", Headers::default(), None);
        while Connection::new(address).send(&ask).await.is_err() {
            if Instant::now() > deadline {
                return Err("a rival's front does not answer".into());
            }
            tokio::time::sleep(START_POLL).await;
        }
        Ok(Self { process, address })
    }

    pub fn pid(&self) -> u32 {
        self.process.pid()
    }
}
