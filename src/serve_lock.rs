//! One server for each data folder: a second one would fight the first for every session.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::Path;

use crate::failure::Failure;

/// Held while this process serves from a data folder. The kernel frees it with the process.
pub struct ServeLock {
    _file: File,
}

impl ServeLock {
    /// Takes the folder, unless another server has it.
    ///
    /// # Errors
    /// Another server has it, or it cannot be written to.
    pub fn take(data_dir: &Path) -> Result<Self, Failure> {
        fs::create_dir_all(data_dir).map_err(Failure::system("cannot create DATA_DIR"))?;
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(data_dir.join("serve.lock"))
            .map_err(Failure::system("cannot open serve.lock in DATA_DIR"))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(Failure::AlreadyServing {
                data_dir: data_dir.display().to_string(),
            }),
            Err(TryLockError::Error(error)) => {
                Err(Failure::system("cannot lock serve.lock in DATA_DIR")(error))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_server_of_the_folder_is_refused_until_the_first_has_ended() {
        let folder = tempfile::tempdir().unwrap();
        let first = ServeLock::take(folder.path()).unwrap();
        let refused = ServeLock::take(folder.path()).err().unwrap().to_string();
        assert!(
            refused.contains("another `frontrow serve` is running"),
            "{refused}"
        );
        drop(first);
        assert!(ServeLock::take(folder.path()).is_ok());
    }
}
