//! A folder of its own for each run, removed when the run went well.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::outcome::Outcome;
use crate::say::say;

/// A fresh folder.
pub struct Scratch {
    path: PathBuf,
    is_kept: bool,
}

impl Scratch {
    /// Makes a folder that others may enter: a private Postgres runs as another user.
    ///
    /// # Errors
    /// The folder for temporary files cannot be written.
    pub fn new(name: &str) -> Outcome<Self> {
        // Short, because a Unix socket's path must fit 107 bytes.
        let path =
            std::env::temp_dir().join(format!("frontrow-{name}-{}", uuid::Uuid::new_v4().simple()));
        std::fs::create_dir(&path)?;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755))?;
        Ok(Self {
            path,
            is_kept: false,
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Leaves the folder for whoever looks for the cause of a failure.
    pub fn keep(&mut self) {
        say(format_args!(
            "the server's log and data are left in {}",
            self.path.display()
        ));
        self.is_kept = true;
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if !self.is_kept {
            // What cannot be removed lies among other temporary files: nobody is helped by an error.
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}
