//! A Postgres of the harness's own, which it may stop and freeze: the server's supervisor would
//! bring its private one back.

use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use nix::unistd::{Uid, User, chown};

use crate::database::connect;
use crate::outcome::Outcome;
use crate::server::signal;

/// Where Debian keeps one folder for each major version.
const DEBIAN_FOLDER: &str = "/usr/lib/postgresql";

/// How long Postgres may take to stop.
const STOP_TIMEOUT: Duration = Duration::from_secs(20);

/// A cluster, and its process while it runs.
pub struct OwnPostgres {
    programs: PathBuf,
    data: PathBuf,
    port: u16,
    user: Option<User>,
    process: Option<Child>,
}

impl OwnPostgres {
    /// Makes a cluster with a database and starts it.
    ///
    /// # Errors
    /// Postgres is not installed, or cannot run.
    pub async fn create(folder: &Path) -> Outcome<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let data = folder.join("own-postgres");
        let user = user_to_be()?;
        std::fs::create_dir(&data)?;
        if let Some(user) = &user {
            chown(&data, Some(user.uid), Some(user.gid))?;
        }
        let mut own = Self {
            programs: find_programs()?,
            data,
            port,
            user,
            process: None,
        };
        own.init()?;
        own.start().await?;
        let pool = connect(&own.url("postgres").parse()?).await?;
        sqlx::query("create database frontrow")
            .execute(&pool)
            .await?;
        pool.close().await;
        Ok(own)
    }

    /// The address of one of its databases.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// Starts it, and waits until it answers.
    ///
    /// # Errors
    /// It does not start.
    pub async fn start(&mut self) -> Outcome<()> {
        let log = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.data.with_extension("log"))?;
        let mut command = self.command("postgres");
        command.arg("-D").arg(&self.data).arg("-k").arg(&self.data);
        command.args(["-h", "127.0.0.1", "-p", &self.port.to_string()]);
        self.process = Some(command.stdout(log.try_clone()?).stderr(log).spawn()?);
        connect(&self.url("postgres").parse()?).await?.close().await;
        Ok(())
    }

    /// Stops it as an operator would: connections are cut, what is committed stays. Returns when
    /// nothing of it is left.
    ///
    /// # Errors
    /// It does not stop in time.
    pub async fn stop(&mut self) -> Outcome<()> {
        let Some(mut process) = self.process.take() else {
            return Ok(());
        };
        signal(process.id(), Signal::SIGINT)?;
        let deadline = Instant::now() + STOP_TIMEOUT;
        while process.try_wait()?.is_none() {
            if Instant::now() > deadline {
                process.kill()?;
                return Err(format!("Postgres did not stop within {STOP_TIMEOUT:?}").into());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }

    /// Freezes or thaws all its processes: connections stay, and nothing answers.
    ///
    /// # Errors
    /// It does not run.
    pub fn freeze(&self, is_frozen: bool) -> Outcome<()> {
        let postmaster = self.process.as_ref().ok_or("Postgres does not run")?.id();
        let sent = if is_frozen {
            Signal::SIGSTOP
        } else {
            Signal::SIGCONT
        };
        // The postmaster first, so that it starts no process that would be missed.
        signal(postmaster, sent)?;
        for child in crate::processes::descendants(postmaster) {
            // One that has ended meanwhile needs no freezing.
            let _ = signal(child, sent);
        }
        Ok(())
    }

    fn init(&self) -> Outcome<()> {
        let mut command = self.command("initdb");
        command
            .args([
                "--username",
                "postgres",
                "--auth",
                "trust",
                "--encoding",
                "UTF8",
                "-D",
            ])
            .arg(&self.data);
        let output = command.output()?;
        if !output.status.success() {
            return Err(
                format!("initdb failed: {}", String::from_utf8_lossy(&output.stderr)).into(),
            );
        }
        Ok(())
    }

    /// A program of Postgres, as a user that it accepts: it refuses to run as root.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        command.current_dir("/").stdin(Stdio::null());
        if let Some(user) = &self.user {
            command.uid(user.uid.as_raw()).gid(user.gid.as_raw());
        }
        command
    }
}

impl Drop for OwnPostgres {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            // Quick, without a checkpoint: the folder is about to be removed. A frozen one hears only after SIGCONT.
            let _ = signal(process.id(), Signal::SIGQUIT);
            let _ = signal(process.id(), Signal::SIGCONT);
            let _ = process.wait();
        }
    }
}

fn user_to_be() -> Outcome<Option<User>> {
    if !Uid::effective().is_root() {
        return Ok(None);
    }
    let user = User::from_name("postgres")?.or(User::from_name("nobody")?);
    user.map(Some)
        .ok_or_else(|| "there is neither a user postgres nor nobody to run Postgres as".into())
}

/// Where the programs of Postgres are.
///
/// # Errors
/// It is not installed.
pub fn find_programs() -> Outcome<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).collect::<Vec<_>>();
    let mut debian: Vec<PathBuf> = std::fs::read_dir(DEBIAN_FOLDER)
        .into_iter()
        .flatten()
        .flatten()
        .map(|version| version.path().join("bin"))
        .collect();
    // Two-digit majors sort by name as by number.
    debian.sort();
    let mut folders = on_path.into_iter().chain(debian.into_iter().rev());
    let found =
        folders.find(|folder| folder.join("initdb").exists() && folder.join("postgres").exists());
    found.ok_or_else(|| "Postgres is not installed".into())
}
