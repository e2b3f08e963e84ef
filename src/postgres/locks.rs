//! Advisory locks of processes that share one private Postgres. The kernel frees those of a dead process.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::time::Duration;

use super::PostgresError;
use super::home::Home;

const RETRY_INTERVAL: Duration = Duration::from_millis(20);

/// Held while the server is being started or stopped.
pub struct StartLock {
    _file: File,
}

/// Held by everybody who uses the server.
pub struct UserLock {
    file: File,
}

impl StartLock {
    /// Waits until nobody else starts or stops the server.
    pub async fn take(home: &Home) -> Result<Self, PostgresError> {
        let path = home.lock_file("postgres.lock");
        let file = open(&path)?;
        // Asked again and again rather than waited for, since a thread that waits cannot be called off.
        while !try_lock(&file, &path)? {
            tokio::time::sleep(RETRY_INTERVAL).await;
        }
        Ok(Self { _file: file })
    }
}

impl UserLock {
    /// Joins those who use the server.
    pub fn take(home: &Home) -> Result<Self, PostgresError> {
        let path = home.lock_file("postgres-users.lock");
        let file = open(&path)?;
        file.lock_shared()
            .map_err(PostgresError::files("cannot lock", &path))?;
        Ok(Self { file })
    }

    /// Leaves, and says whether nobody is left. The caller holds the start lock, so nobody comes meanwhile.
    pub fn leave(&self) -> Result<bool, PostgresError> {
        let path = Path::new("postgres-users.lock");
        self.file
            .unlock()
            .map_err(PostgresError::files("cannot unlock", path))?;
        try_lock(&self.file, path)
    }
}

fn open(path: &Path) -> Result<File, PostgresError> {
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
        .map_err(PostgresError::files("cannot open the lock file", path))
}

fn try_lock(file: &File, path: &Path) -> Result<bool, PostgresError> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(PostgresError::files("cannot lock", path)(error)),
    }
}
