//! Makes the cluster, once and whole.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};

use super::home::Home;
use super::programs::Programs;
use super::{PostgresError, SUPERUSER};

/// Makes the cluster if there is none. It is made beside its place and moved there in one step, so
/// that being killed over it leaves nothing that looks like a cluster.
pub async fn create_if_absent(home: &Home, programs: &Programs) -> Result<(), PostgresError> {
    if home.data().exists() {
        return Ok(());
    }
    let unfinished = home.unfinished_data();
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished).map_err(PostgresError::files(
            "cannot remove the unfinished cluster",
            &unfinished,
        ))?;
    }
    initdb(home, programs, &unfinished).await?;
    fs::rename(&unfinished, home.data()).map_err(PostgresError::files(
        "cannot move the new cluster to",
        &home.data(),
    ))?;
    // The move itself must be as durable as what initdb has synced.
    File::open(home.root())
        .and_then(|folder| folder.sync_all())
        .map_err(PostgresError::files("cannot sync", home.root()))
}

/// Trust is right here: only root and the system user can come to the socket.
async fn initdb(home: &Home, programs: &Programs, folder: &Path) -> Result<(), PostgresError> {
    let mut command = Command::new(programs.initdb());
    command
        .arg("--pgdata")
        .arg(folder)
        .args(["--username", SUPERUSER, "--auth", "trust"])
        .args(["--encoding", "UTF8", "--locale", "C.UTF-8"])
        .current_dir(home.root())
        .stdin(Stdio::null());
    home.user.act_in(&mut command);
    let output = tokio::process::Command::from(command)
        .output()
        .await
        .map_err(PostgresError::files("cannot run", &programs.initdb()))?;
    if output.status.success() {
        return Ok(());
    }
    Err(PostgresError::Initdb(
        String::from_utf8_lossy(&output.stderr).trim().to_owned(),
    ))
}
