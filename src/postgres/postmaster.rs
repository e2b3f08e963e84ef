//! The server process: found by its pid file, started, waited for, stopped.

use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::home::Home;
use super::programs::Programs;
use super::{PostgresError, SUPERUSER, connect_options};

/// Enough for our pool, one journal connection for each live session, and people with psql.
const CONNECTIONS_MAX: u32 = 300;
/// A log that has grown past this is set aside at the next start.
const LOG_BYTES_MAX: u64 = 10 * 1024 * 1024;
const POLL_INTERVAL: Duration = Duration::from_millis(20);
/// Recovery after a crash replays the log written since the last checkpoint: seconds, seldom minutes.
const ACCEPT_TIMEOUT: Duration = Duration::from_secs(300);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// A fast shutdown writes a checkpoint.
const STOP_TIMEOUT: Duration = Duration::from_secs(60);
/// How long what is left of a killed server may hold up the next.
const REMAINS_TIMEOUT: Duration = Duration::from_secs(10);

/// A server process that was alive when it was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Postmaster {
    pid: Pid,
}

/// What came of waiting for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Waited {
    Accepting,
    Gone,
}

/// Where its log ended before it was started.
struct LogMark(u64);

impl Postmaster {
    /// The server of this cluster, if it is alive.
    pub fn running(home: &Home) -> Option<Self> {
        let pid = recorded_pid(&home.pid_file())?;
        serves(pid, &home.data()).then_some(Self {
            pid: Pid::from_raw(pid),
        })
    }

    /// Takes the server over or starts it, and waits until it accepts connections. What is left of a
    /// killed one (backends that have not noticed, a process that nobody has reaped) holds a start up for
    /// a moment, and so does a server that somebody started and did not live to see.
    pub async fn ensure_running(home: &Home, programs: &Programs) -> Result<(), PostgresError> {
        let deadline = Instant::now() + REMAINS_TIMEOUT;
        loop {
            if let Some(server) = Self::running(home)
                && server.wait_until_accepting(home).await? == Waited::Accepting
            {
                return Ok(());
            }
            remove_stale_files(home)?;
            let mark = set_log_aside(home)?;
            let server = spawn(home, programs)?;
            if accepting_unless(|| server.is_finished(), home).await? == Waited::Accepting {
                return Ok(());
            }
            let log = mark.read(home);
            if !was_held_up(&log) || Instant::now() > deadline {
                return Err(PostgresError::NotStarted {
                    log: home.log(),
                    said: last_words(&log),
                });
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }

    /// Waits until it answers a query, through its recovery if need be, or is gone.
    async fn wait_until_accepting(self, home: &Home) -> Result<Waited, PostgresError> {
        accepting_unless(|| !serves(self.pid.as_raw(), &home.data()), home).await
    }

    /// Ends it by a fast shutdown: connections are cut, what is committed is checkpointed.
    pub async fn stop(self, home: &Home) -> Result<(), PostgresError> {
        // An error here means that it is gone already, which the wait below finds out.
        let _ = kill(self.pid, Signal::SIGINT);
        let deadline = Instant::now() + STOP_TIMEOUT;
        while serves(self.pid.as_raw(), &home.data()) {
            if Instant::now() > deadline {
                return Err(PostgresError::NotStopped(STOP_TIMEOUT));
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
        Ok(())
    }
}

async fn accepting_unless(
    is_gone: impl Fn() -> bool,
    home: &Home,
) -> Result<Waited, PostgresError> {
    let options = connect_options(home, SUPERUSER);
    let deadline = Instant::now() + ACCEPT_TIMEOUT;
    while !is_gone() {
        // A server that is stopped in its tracks takes the connection and then says nothing.
        if let Ok(Ok(connection)) = timeout(CONNECT_TIMEOUT, options.connect()).await {
            connection.close().await?;
            return Ok(Waited::Accepting);
        }
        if Instant::now() > deadline {
            return Err(PostgresError::NotAccepting(ACCEPT_TIMEOUT));
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
    Ok(Waited::Gone)
}

impl LogMark {
    /// What was logged since.
    fn read(&self, home: &Home) -> String {
        let mut text = Vec::new();
        let read = File::open(home.log()).and_then(|mut log| {
            log.seek(SeekFrom::Start(self.0))?;
            log.read_to_end(&mut text)
        });
        match read {
            Ok(_) => String::from_utf8_lossy(&text).into_owned(),
            Err(error) => format!("(the log cannot be read: {error})"),
        }
    }
}

/// Whether this process is the server of this cluster: after a reboot its pid may be anybody's.
///
/// A server's command line names its cluster; a process that is dead and not yet reaped has none.
fn serves(pid: i32, data: &Path) -> bool {
    let data = data.as_os_str().as_bytes();
    fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|command| {
        command
            .split(|&byte| byte == 0)
            .any(|argument| argument == data)
    })
}

/// Removes the files of a dead server whose number now belongs to another process, or to one that is
/// dead and not yet reaped: Postgres would take it for its older self and refuse to start.
///
/// The number of no process is left for Postgres to judge. Should backends of the old server still
/// live, Postgres finds their shared memory by the folder's inode, without these files.
fn remove_stale_files(home: &Home) -> Result<(), PostgresError> {
    for file in [home.pid_file(), home.socket_lock()] {
        let stale =
            recorded_pid(&file).is_some_and(|pid| is_alive(pid) && !serves(pid, &home.data()));
        if stale {
            fs::remove_file(&file)
                .map_err(PostgresError::files("cannot remove the stale file", &file))?;
        }
    }
    Ok(())
}

fn recorded_pid(file: &Path) -> Option<i32> {
    fs::read_to_string(file)
        .ok()?
        .lines()
        .next()?
        .trim()
        .parse()
        .ok()
}

fn is_alive(pid: i32) -> bool {
    Path::new(&format!("/proc/{pid}")).exists()
}

fn set_log_aside(home: &Home) -> Result<LogMark, PostgresError> {
    let log = home.log();
    let length = fs::metadata(&log).map_or(0, |metadata| metadata.len());
    if length <= LOG_BYTES_MAX {
        return Ok(LogMark(length));
    }
    fs::rename(&log, log.with_extension("old"))
        .map_err(PostgresError::files("cannot set the log aside", &log))?;
    Ok(LogMark(0))
}

/// Starts the process; the task ends with it. In its first moment a new process has no command line yet,
/// so only its own end says that it is gone.
fn spawn(home: &Home, programs: &Programs) -> Result<JoinHandle<()>, PostgresError> {
    let log = open_log(home)?;
    let errors = log
        .try_clone()
        .map_err(PostgresError::files("cannot share the log", &home.log()))?;
    let mut command = Command::new(programs.postgres());
    command
        .arg("-D")
        .arg(home.data())
        .args(settings(home))
        .current_dir(home.root())
        .stdin(Stdio::null())
        .stdout(log)
        .stderr(errors);
    home.user.act_in(&mut command);
    let mut command = tokio::process::Command::from(command);
    // Ctrl-C reaches the terminal's whole process group: outside it, Postgres outlives our own last writes.
    let mut child = command
        .process_group(0)
        .spawn()
        .map_err(PostgresError::files("cannot run", &programs.postgres()))?;
    Ok(tokio::spawn(async move {
        // Reaped as soon as it ends, so that a dead server never looks alive.
        let _ = child.wait().await;
    }))
}

/// TCP stays off; who may reach the socket is decided by its folder.
fn settings(home: &Home) -> Vec<String> {
    [
        format!("unix_socket_directories={}", home.sockets().display()),
        "unix_socket_permissions=0700".to_owned(),
        "listen_addresses=".to_owned(),
        "port=5432".to_owned(),
        format!("max_connections={CONNECTIONS_MAX}"),
        "fsync=on".to_owned(),
        "synchronous_commit=on".to_owned(),
        "full_page_writes=on".to_owned(),
        "max_wal_size=2GB".to_owned(),
        // Before it recovers it syncs all its files: the whole file system at once is several times faster than one by one.
        "recovery_init_sync_method=syncfs".to_owned(),
        "timezone=UTC".to_owned(),
        "log_timezone=UTC".to_owned(),
        "cluster_name=frontrow".to_owned(),
    ]
    .into_iter()
    .flat_map(|setting| ["-c".to_owned(), setting])
    .collect()
}

fn open_log(home: &Home) -> Result<File, PostgresError> {
    let path = home.log();
    let log = OpenOptions::new()
        .create(true)
        .append(true)
        .open(&path)
        .map_err(PostgresError::files("cannot open the log", &path))?;
    home.user.own(&path)?;
    Ok(log)
}

/// Whether a start failed over something that passes by itself.
///
/// The log is shared: backends of a killed server may have the last word in it, and another's server that
/// is starting up says so to whoever asks it.
fn was_held_up(log: &str) -> bool {
    log.lines()
        .filter(|line| line.contains("FATAL"))
        .any(|line| {
            ["shared memory block", "lock file", "starting up"]
                .iter()
                .any(|reason| line.contains(reason))
        })
}

/// The last fatal line of a log, else its last line.
fn last_words(log: &str) -> String {
    let fatal = log
        .lines()
        .rev()
        .find(|line| line.contains("FATAL") || line.contains("PANIC"));
    fatal
        .or_else(|| log.lines().last())
        .unwrap_or("nothing")
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dying_backend_that_has_the_last_word_does_not_hide_what_held_the_start_up() {
        let log = "[2] FATAL:  pre-existing shared memory block (key 1, ID 2) is still in use\n\
                   [2] LOG:  database system is shut down\n\
                   [1] FATAL:  connection to client lost\n";
        assert!(was_held_up(log));
        assert_eq!(last_words(log), "[1] FATAL:  connection to client lost");
    }

    #[test]
    fn a_start_that_fails_over_its_settings_is_not_tried_again() {
        let log = "[2] FATAL:  could not create any Unix-domain sockets\n\
                   [2] LOG:  lock file removed\n";
        assert!(!was_held_up(log));
    }
}
