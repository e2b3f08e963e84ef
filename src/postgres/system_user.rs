//! The system user that the private Postgres runs as: oneself, or a named other when one is root.

use std::io;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use nix::unistd::{Uid, User, geteuid};

use super::PostgresError;

/// Whom Postgres may run as when started by root, the best first. initdb refuses a user without a name.
const STAND_INS: [&str; 2] = ["postgres", "nobody"];

/// A system user by name, uid and gid.
#[derive(Debug, Clone)]
pub struct SystemUser {
    pub name: String,
    uid: u32,
    gid: u32,
}

impl SystemUser {
    /// Whom a new cluster is to belong to.
    pub fn for_new_cluster() -> Result<Self, PostgresError> {
        if !geteuid().is_root() {
            return Self::by_uid(geteuid().as_raw()).ok_or(PostgresError::NoSystemUser);
        }
        let stand_in = STAND_INS
            .iter()
            .find_map(|name| User::from_name(name).ok().flatten());
        stand_in.map(Self::from).ok_or(PostgresError::NoSystemUser)
    }

    /// Whom a folder belongs to, if we may act as them.
    pub fn owner_of(folder: &Path) -> Result<Self, PostgresError> {
        let metadata = folder
            .metadata()
            .map_err(PostgresError::files("cannot look at the folder", folder))?;
        let owner = Self::by_uid(metadata.uid());
        match owner {
            Some(owner) if geteuid().is_root() || owner.is_me() => Ok(owner),
            owner => Err(PostgresError::ForeignFolder {
                folder: folder.to_owned(),
                owner: owner.map_or_else(|| metadata.uid().to_string(), |owner| owner.name),
            }),
        }
    }

    /// Whether this is the user we are ourselves.
    pub fn is_me(&self) -> bool {
        geteuid().as_raw() == self.uid
    }

    pub fn is_root(&self) -> bool {
        self.uid == 0
    }

    /// Gives them a folder or file.
    pub fn own(&self, path: &Path) -> Result<(), PostgresError> {
        chown(path, Some(self.uid), Some(self.gid))
            .map_err(PostgresError::files("cannot hand over the folder", path))
    }

    /// Whether they get into a folder. Asked of the kernel, since permission bits are not all there is.
    pub fn can_enter(&self, folder: &Path) -> bool {
        let mut command = Command::new("true");
        command.current_dir(folder).stdin(Stdio::null());
        self.act_in(&mut command);
        match command.status() {
            Ok(status) => status.success(),
            Err(error) => error.kind() != io::ErrorKind::PermissionDenied,
        }
    }

    /// Lets a command run as them, and without what our own environment says of another Postgres.
    pub fn act_in(&self, command: &mut Command) {
        if !self.is_me() {
            command.uid(self.uid).gid(self.gid);
        }
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(|name| name.starts_with("PG")) {
                command.env_remove(name);
            }
        }
    }

    fn by_uid(uid: u32) -> Option<Self> {
        User::from_uid(Uid::from_raw(uid))
            .ok()
            .flatten()
            .map(Self::from)
    }
}

impl From<User> for SystemUser {
    fn from(user: User) -> Self {
        Self {
            name: user.name,
            uid: user.uid.as_raw(),
            gid: user.gid.as_raw(),
        }
    }
}
