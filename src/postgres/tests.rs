//! The private Postgres against a real one.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sqlx::{ConnectOptions as _, Connection as _, PgConnection};
use tempfile::TempDir;

use super::home::Home;
use super::postmaster::Postmaster;
use super::*;

/// A data folder that leaves no server behind, however its test ends.
struct DataDir(TempDir);

impl DataDir {
    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for DataDir {
    fn drop(&mut self) {
        if let Some(pid) = recorded_pid(self.path()).filter(|&pid| pid != std::process::id()) {
            let pid = Pid::from_raw(i32::try_from(pid).unwrap());
            let _ = kill(pid, Signal::SIGQUIT);
        }
    }
}

/// A data folder that Postgres' user can enter, which a bare temporary folder is not.
fn data_dir() -> DataDir {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    DataDir(folder)
}

async fn open(folder: &DataDir) -> PrivatePostgres {
    PrivatePostgres::open(folder.path(), None).await.unwrap()
}

async fn connect(postgres: &PrivatePostgres) -> PgConnection {
    postgres.connect_options().connect().await.unwrap()
}

async fn setting(connection: &mut PgConnection, name: &str) -> String {
    sqlx::query_scalar("select current_setting($1)")
        .bind(name)
        .fetch_one(connection)
        .await
        .unwrap()
}

fn recorded_pid(data_dir: &Path) -> Option<u32> {
    let file = fs::read_to_string(data_dir.join("postgres/data/postmaster.pid")).ok()?;
    file.lines().next()?.parse().ok()
}

fn pid(data_dir: &Path) -> Pid {
    Pid::from_raw(i32::try_from(recorded_pid(data_dir).unwrap()).unwrap())
}

async fn kill_server(data_dir: &Path) {
    kill(pid(data_dir), Signal::SIGKILL).unwrap();
    let home = Home::prepare(data_dir).unwrap();
    while Postmaster::running(&home).is_some() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn from_nothing_it_starts_durable_and_without_a_network_port() {
    let folder = data_dir();
    let postgres = open(&folder).await;
    let mut connection = connect(&postgres).await;
    for name in ["fsync", "synchronous_commit", "full_page_writes"] {
        assert_eq!(setting(&mut connection, name).await, "on", "{name}");
    }
    assert_eq!(setting(&mut connection, "listen_addresses").await, "");
    connection.close().await.unwrap();
    postgres.close().await.unwrap();
    assert!(!folder.path().join("postgres/data/postmaster.pid").exists());
}

#[tokio::test]
async fn it_runs_in_a_process_group_of_its_own_and_never_as_root() {
    let folder = data_dir();
    let postgres = open(&folder).await;
    let server = pid(folder.path());
    assert_eq!(nix::unistd::getpgid(Some(server)).unwrap(), server);
    let status = fs::read_to_string(format!("/proc/{server}/status")).unwrap();
    let uids = status
        .lines()
        .find(|line| line.starts_with("Uid:"))
        .unwrap();
    assert!(
        uids.split_whitespace().skip(1).all(|uid| uid != "0"),
        "{uids}"
    );
    postgres.close().await.unwrap();
}

#[tokio::test]
async fn a_running_server_is_taken_over_and_stopped_only_by_the_last_who_leaves() {
    let folder = data_dir();
    let first = open(&folder).await;
    let server = pid(folder.path());
    let second = open(&folder).await;
    assert_eq!(pid(folder.path()), server);
    first.close().await.unwrap();
    assert_eq!(pid(folder.path()), server);
    connect(&second).await.close().await.unwrap();
    second.close().await.unwrap();
    assert!(!folder.path().join("postgres/data/postmaster.pid").exists());
}

#[tokio::test]
async fn after_a_kill_it_starts_again_with_all_that_was_committed() {
    let folder = data_dir();
    let postgres = open(&folder).await;
    let mut connection = connect(&postgres).await;
    sqlx::query("create table kept as select 7 as number")
        .execute(&mut connection)
        .await
        .unwrap();
    kill_server(folder.path()).await;
    drop(postgres);

    let postgres = open(&folder).await;
    let mut connection = connect(&postgres).await;
    let number: i32 = sqlx::query_scalar("select number from kept")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(number, 7);
    connection.close().await.unwrap();
    postgres.close().await.unwrap();
}

#[tokio::test]
async fn killed_under_a_running_process_it_is_brought_back_by_itself() {
    let folder = data_dir();
    let postgres = open(&folder).await;
    let killed = pid(folder.path());
    kill_server(folder.path()).await;
    let deadline = Instant::now() + Duration::from_secs(30);
    let back = async {
        while postgres.connect_options().connect().await.is_err() {
            assert!(Instant::now() < deadline, "it did not come back");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::select! {
        never = postgres.keep_running() => match never {},
        () = back => {}
    }
    assert_ne!(pid(folder.path()), killed);
    postgres.close().await.unwrap();
}

#[tokio::test]
async fn files_that_name_a_stranger_do_not_keep_it_from_starting() {
    let folder = data_dir();
    open(&folder).await.close().await.unwrap();
    let data = folder.path().join("postgres/data");
    let stranger = std::process::id();
    let text = format!("{stranger}\n{}\n1700000000\n5432\n\n\n", data.display());
    fs::write(data.join("postmaster.pid"), &text).unwrap();
    fs::write(folder.path().join("postgres/.s.PGSQL.5432.lock"), &text).unwrap();
    let postgres = open(&folder).await;
    assert_ne!(recorded_pid(folder.path()), Some(stranger));
    postgres.close().await.unwrap();
}

#[tokio::test]
async fn a_server_whose_starter_was_killed_over_it_is_taken_over() {
    let folder = data_dir();
    open(&folder).await.close().await.unwrap();
    let home = Home::prepare(folder.path()).unwrap();
    let programs = Programs::find(None, &home).unwrap();
    let (first, second) = tokio::join!(
        Postmaster::ensure_running(&home, &programs),
        Postmaster::ensure_running(&home, &programs),
    );
    first.and(second).unwrap();
    let postgres = open(&folder).await;
    connect(&postgres).await.close().await.unwrap();
    postgres.close().await.unwrap();
}

#[tokio::test]
async fn a_cluster_that_was_half_made_is_made_anew() {
    let folder = data_dir();
    let home = Home::prepare(folder.path()).unwrap();
    fs::create_dir(home.unfinished_data()).unwrap();
    fs::write(home.unfinished_data().join("PG_VERSION"), "15").unwrap();
    let postgres = open(&folder).await;
    connect(&postgres).await.close().await.unwrap();
    postgres.close().await.unwrap();
}

#[tokio::test]
async fn a_path_too_long_for_a_socket_works_all_the_same() {
    let folder = data_dir();
    let deep = folder.path().join("long-name-".repeat(12));
    let postgres = PrivatePostgres::open(&deep, None).await.unwrap();
    connect(&postgres).await.close().await.unwrap();
    let sockets = postgres.home.sockets().to_owned();
    assert!(sockets.starts_with("/tmp"), "{}", sockets.display());
    postgres.close().await.unwrap();
    fs::remove_dir_all(sockets).unwrap();
}

#[tokio::test]
async fn a_cluster_of_another_major_version_is_refused_by_name() {
    let folder = data_dir();
    let home = Home::prepare(folder.path()).unwrap();
    fs::create_dir(home.data()).unwrap();
    fs::write(home.data().join("PG_VERSION"), "9\n").unwrap();
    let refused = PrivatePostgres::open(folder.path(), None)
        .await
        .err()
        .unwrap()
        .to_string();
    assert!(refused.contains("was written by Postgres 9"), "{refused}");
}

#[tokio::test]
async fn programs_that_are_not_where_they_were_named_are_missed_clearly() {
    let folder = data_dir();
    let nowhere = Some(Path::new("/nonexistent"));
    let refused = PrivatePostgres::open(folder.path(), nowhere)
        .await
        .err()
        .unwrap()
        .to_string();
    assert!(
        refused.contains("Postgres is not installed here"),
        "{refused}"
    );
}

#[tokio::test]
async fn a_folder_closed_to_others_works_for_root_and_for_its_owner() {
    let folder = DataDir(tempfile::tempdir().unwrap());
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
    let postgres = open(&folder).await;
    connect(&postgres).await.close().await.unwrap();
    assert!(recorded_pid(folder.path()).is_some());
    let outside = fs::read_link(folder.path().join("postgres")).ok();
    assert_eq!(outside.is_some(), nix::unistd::geteuid().is_root());
    postgres.close().await.unwrap();
    if let Some(outside) = outside {
        fs::remove_dir_all(outside).unwrap();
    }
}
