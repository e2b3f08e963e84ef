//! The executable from outside: how it starts, refuses and ends.

#![expect(clippy::unwrap_used, reason = "a test ends where its setting fails")]

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use tempfile::TempDir;

/// A machine under test may be building other things meanwhile.
const PATIENCE: Duration = Duration::from_secs(120);

/// A data folder and a port; whatever runs on them ends with the test.
struct Place {
    folder: TempDir,
    address: SocketAddr,
}

/// A server in a process group of its own, as a terminal would have it.
struct Server {
    child: Child,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let address = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        Self { folder, address }
    }

    fn frontrow(&self, command: &str) -> Command {
        let mut frontrow = Command::new(env!("CARGO_BIN_EXE_frontrow"));
        frontrow
            .arg(command)
            .env_remove("DATABASE_URL")
            .env("DATA_DIR", self.folder.path())
            .env("LISTEN", self.address.to_string())
            .env("DEMO", "true")
            .stdin(Stdio::null());
        frontrow
    }

    fn run(&self, command: &str, name: &str, value: &str) -> Output {
        self.frontrow(command).env(name, value).output().unwrap()
    }

    fn serve(&self) -> Server {
        let log = fs::File::create(self.folder.path().join("output")).unwrap();
        let child = self
            .frontrow("serve")
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .process_group(0)
            .spawn()
            .unwrap();
        let mut server = Server { child };
        let deadline = Instant::now() + PATIENCE;
        while self.get("/readyz") != Some(200) {
            assert!(Instant::now() < deadline, "not ready: {}", self.output());
            assert!(
                server.child.try_wait().unwrap().is_none(),
                "it ended: {}",
                self.output()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        server
    }

    fn get(&self, path: &str) -> Option<u16> {
        let mut stream = TcpStream::connect(self.address).ok()?;
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        )
        .ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        answer.split(' ').nth(1)?.parse().ok()
    }

    fn output(&self) -> String {
        fs::read_to_string(self.folder.path().join("output")).unwrap()
    }

    fn postmaster(&self) -> Option<Pid> {
        let file = self.folder.path().join("postgres/data/postmaster.pid");
        let text = fs::read_to_string(file).ok()?;
        Some(Pid::from_raw(text.lines().next()?.parse().ok()?))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(postmaster) = self.postmaster() {
            let _ = kill(postmaster, Signal::SIGQUIT);
        }
    }
}

impl Server {
    /// What Ctrl-C does: everybody in the foreground gets it.
    fn interrupt(mut self) -> ExitStatus {
        killpg(self.pid(), Signal::SIGINT).unwrap();
        self.child.wait().unwrap()
    }

    fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.child.id()).unwrap())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn ctrl_c_ends_the_server_and_its_postgres_cleanly() {
    let place = Place::new();
    let server = place.serve();
    assert_eq!(place.get("/"), Some(200));
    assert!(place.output().contains("psql"), "{}", place.output());
    assert!(server.interrupt().success(), "{}", place.output());
    assert_eq!(place.postmaster(), None);
}

#[test]
fn a_second_server_is_refused_and_the_first_serves_on() {
    let place = Place::new();
    let server = place.serve();
    let second = place.run("serve", "LISTEN", "127.0.0.1:0");
    assert_eq!(second.status.code(), Some(1));
    let complaint = String::from_utf8(second.stderr).unwrap();
    assert!(
        complaint.contains("another `frontrow serve` is running"),
        "{complaint}"
    );
    assert_eq!(place.get("/readyz"), Some(200));
    assert!(server.interrupt().success());
}

#[test]
fn killed_it_leaves_postgres_running_and_the_next_one_takes_that_over() {
    let place = Place::new();
    let server = place.serve();
    let postmaster = place.postmaster().unwrap();
    drop(server);
    assert_eq!(place.postmaster(), Some(postmaster));
    let server = place.serve();
    assert_eq!(place.postmaster(), Some(postmaster));
    assert!(server.interrupt().success(), "{}", place.output());
    assert_eq!(place.postmaster(), None);
}

#[test]
fn a_wrong_value_in_the_environment_ends_it_with_two_and_is_named() {
    let refused = Place::new().run("serve", "LISTEN", "nowhere");
    assert_eq!(refused.status.code(), Some(2));
    let complaint = String::from_utf8(refused.stderr).unwrap();
    assert!(complaint.contains("LISTEN cannot be used"), "{complaint}");
}

#[test]
fn outside_the_demo_ticket_keys_are_asked_for() {
    let refused = Place::new().run("serve", "DEMO", "off");
    assert_eq!(refused.status.code(), Some(2));
    let complaint = String::from_utf8(refused.stderr).unwrap();
    assert!(complaint.contains("TICKET_KEYS is missing"), "{complaint}");
}

#[test]
fn a_port_in_use_is_told_before_anything_is_started() {
    let place = Place::new();
    let _other = TcpListener::bind(place.address).unwrap();
    let refused = place.run("serve", "DEMO", "true");
    assert_eq!(refused.status.code(), Some(1));
    let complaint = String::from_utf8(refused.stderr).unwrap();
    assert!(complaint.contains("cannot listen on"), "{complaint}");
    assert!(!place.folder.path().join("postgres").exists());
}
