//! The product as a process: started, asked whether it is ready, killed.

use std::fs::OpenOptions;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sqlx::postgres::PgConnectOptions;

use crate::connection::{Connection, Headers, request};
use crate::outcome::Outcome;

/// How long a server that is asked to end may take before it is killed.
const STOP_TIMEOUT: Duration = Duration::from_secs(20);

/// How often a server is asked whether it is ready.
const READY_POLL: Duration = Duration::from_millis(20);

/// How a server is started: each time the same.
#[derive(Debug, Clone)]
pub struct Recipe {
    pub frontrow: PathBuf,
    pub data_dir: PathBuf,
    pub address: SocketAddr,
    /// None: a private Postgres in `data_dir`.
    pub database_url: Option<String>,
    /// Whether the echo answers that claims are measured against.
    pub is_bench: bool,
    /// What else its environment says.
    pub environment: Vec<(&'static str, String)>,
}

/// A running server. Killed when dropped, with its private Postgres.
pub struct Server {
    child: Child,
    /// Its end was asked for: what became of its Postgres is no longer this value's concern.
    is_ended: bool,
    postmaster_file: PathBuf,
    pub address: SocketAddr,
    pub started_at: Instant,
}

impl Recipe {
    /// A server on a free port.
    ///
    /// # Errors
    /// There is no executable, or no free port.
    pub fn new(frontrow: Option<&Path>, data_dir: &Path) -> Outcome<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let frontrow = find_frontrow(frontrow)?;
        Ok(Self {
            frontrow,
            data_dir: data_dir.to_owned(),
            address,
            database_url: None,
            is_bench: false,
            environment: Vec::new(),
        })
    }

    /// One of the executable's commands, in the server's environment.
    pub fn command(&self, name: &str) -> Command {
        let mut command = Command::new(&self.frontrow);
        command
            .arg(name)
            .env_remove("DATABASE_URL")
            .env("DATA_DIR", &self.data_dir)
            .env("LISTEN", self.address.to_string())
            .env("DEMO", "true")
            .env("RATE_LIMITS", "off")
            .env("BENCH", if self.is_bench { "on" } else { "off" })
            .env("LOG", "warn");
        for (name, value) in &self.environment {
            command.env(name, value);
        }
        if let Some(url) = &self.database_url {
            command.env("DATABASE_URL", url);
        }
        command
    }

    /// Starts the server; its output goes to `server.log` in the data folder.
    ///
    /// # Errors
    /// The executable cannot be run.
    pub fn start(&self) -> Outcome<Server> {
        let log = OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.data_dir.join("server.log"))?;
        let mut command = self.command("serve");
        command
            .stdin(std::process::Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        let started_at = Instant::now();
        let child = command.spawn()?;
        Ok(Server {
            child,
            is_ended: false,
            postmaster_file: self.postmaster_file(),
            address: self.address,
            started_at,
        })
    }

    /// Where the database is, for looking into it.
    ///
    /// # Errors
    /// The address of the database cannot be read.
    pub fn database(&self) -> Outcome<PgConnectOptions> {
        match &self.database_url {
            Some(url) => Ok(url.parse()?),
            None => Ok(PgConnectOptions::new_without_pgpass()
                .socket(self.data_dir.join("postgres"))
                .username("postgres")
                .database("frontrow")),
        }
    }

    /// Where the private Postgres notes its process.
    pub fn postmaster_file(&self) -> PathBuf {
        self.data_dir.join("postgres/data/postmaster.pid")
    }
}

impl Server {
    /// The server's process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The process of the private Postgres, if there is one.
    pub fn postmaster(&self) -> Option<u32> {
        read_postmaster(&self.postmaster_file)
    }

    /// Waits until the server says it is ready.
    ///
    /// # Errors
    /// It ended, or is not ready in time.
    pub async fn ready(&mut self, timeout: Duration) -> Outcome<()> {
        let deadline = Instant::now() + timeout;
        let ask = request("GET", "/readyz", Headers::default(), None);
        let mut connection = Connection::new(self.address);
        while Instant::now() < deadline {
            if connection
                .send(&ask)
                .await
                .is_ok_and(|answer| answer.status == 200)
            {
                return Ok(());
            }
            if let Some(status) = self.child.try_wait()? {
                return Err(format!(
                    "the server ended before it was ready: {status}; see server.log"
                )
                .into());
            }
            tokio::time::sleep(READY_POLL).await;
        }
        Err(format!("the server was not ready within {timeout:?}").into())
    }

    /// Whether the server still runs.
    ///
    /// # Errors
    /// It has ended.
    pub fn check_alive(&mut self) -> Outcome<()> {
        match self.child.try_wait()? {
            Some(status) => {
                Err(format!("the server has ended by itself: {status}; see server.log").into())
            }
            None => Ok(()),
        }
    }

    /// Kills the server (-9), and its Postgres too if so asked, and waits until they are gone.
    ///
    /// # Errors
    /// There is no such process to kill.
    pub fn kill(mut self, with_postgres: bool) -> Outcome<()> {
        self.is_ended = true;
        let postmaster = if with_postgres {
            self.postmaster()
        } else {
            None
        };
        self.child.kill()?;
        if let Some(postmaster) = postmaster {
            signal(postmaster, Signal::SIGKILL)?;
        }
        self.child.wait()?;
        if with_postgres && postmaster.is_none() {
            return Err("there is no private Postgres to kill".into());
        }
        Ok(())
    }

    /// Kills the server alone (-9), whose place another is about to take.
    ///
    /// # Errors
    /// There is no such process to kill.
    pub fn kill_in_place(&mut self) -> Outcome<()> {
        self.is_ended = true;
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Asks the server to end, as Ctrl-C does, and waits for it.
    ///
    /// # Errors
    /// It does not end in time, or not cleanly.
    pub async fn stop(mut self) -> Outcome<()> {
        signal(self.pid(), Signal::SIGTERM)?;
        let deadline = Instant::now() + STOP_TIMEOUT;
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait()? {
                self.is_ended = true;
                return if status.success() {
                    Ok(())
                } else {
                    Err(format!("the server ended with {status}").into())
                };
            }
            tokio::time::sleep(READY_POLL).await;
        }
        Err(format!("the server did not end within {STOP_TIMEOUT:?}").into())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.is_ended {
            return;
        }
        // All of these fail where the server has ended already, as it should have.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(postmaster) = self.postmaster() {
            // Quick, without a checkpoint: the folder is about to be removed.
            let _ = signal(postmaster, Signal::SIGQUIT);
        }
    }
}

/// Sends a signal to a process that this harness started.
///
/// # Errors
/// There is no such process.
pub fn signal(pid: u32, signal: Signal) -> Outcome<()> {
    kill(Pid::from_raw(i32::try_from(pid)?), signal)?;
    Ok(())
}

/// The process that a `postmaster.pid` names.
pub fn read_postmaster(file: &Path) -> Option<u32> {
    std::fs::read_to_string(file)
        .ok()?
        .lines()
        .next()?
        .trim()
        .parse()
        .ok()
}

fn find_frontrow(given: Option<&Path>) -> Outcome<PathBuf> {
    find_executable("frontrow", given)
}

/// An executable of the workspace: the one that is named, else the fastest that was built.
///
/// # Errors
/// There is none.
pub fn find_executable(name: &str, given: Option<&Path>) -> Outcome<PathBuf> {
    if let Some(path) = given {
        return Ok(path.to_owned());
    }
    let built =
        ["release", "debug"].map(|profile| PathBuf::from(format!("target/{profile}/{name}")));
    let found = built.into_iter().find(|path| path.exists());
    found.ok_or_else(|| {
        format!("there is no target/release/{name} and no target/debug/{name}: build one, or name it by --{name}").into()
    })
}
