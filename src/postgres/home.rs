//! Where the private Postgres lives: its folder, whose it is, and where its socket is.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{DirBuilderExt as _, symlink};
use std::path::{Path, PathBuf};

use nix::unistd::geteuid;

use super::PostgresError;
use super::system_user::SystemUser;

/// The socket's file name, as Postgres chooses it for port 5432.
const SOCKET_NAME: &str = ".s.PGSQL.5432";
/// The longest path of a Unix socket that Linux takes, without its closing zero byte.
const SOCKET_PATH_BYTES_MAX: usize = 107;
/// Where the cluster goes when root's data folder lies where Postgres' user cannot come.
const OUTSIDE: &str = "/var/lib/frontrow";

/// The folder of one private Postgres.
#[derive(Debug, Clone)]
pub struct Home {
    data_dir: PathBuf,
    root: PathBuf,
    sockets: PathBuf,
    pub user: SystemUser,
}

impl Home {
    /// Finds or makes the folder under `data_dir`.
    pub fn prepare(data_dir: &Path) -> Result<Self, PostgresError> {
        fs::create_dir_all(data_dir)
            .map_err(PostgresError::files("cannot create DATA_DIR", data_dir))?;
        let data_dir = fs::canonicalize(data_dir)
            .map_err(PostgresError::files("cannot find DATA_DIR", data_dir))?;
        let link = data_dir.join("postgres");
        if !link.exists() {
            create(&data_dir, &link)?;
        }
        let root = fs::canonicalize(&link)
            .map_err(PostgresError::files("cannot find the folder", &link))?;
        let user = settle_owner(&root)?;
        if !user.is_me() && !user.can_enter(&root) {
            return Err(PostgresError::NotEnterable {
                user: user.name,
                folder: root,
            });
        }
        let sockets = choose_sockets(&root, &user)?;
        Ok(Self {
            data_dir,
            root,
            sockets,
            user,
        })
    }

    /// The cluster itself.
    pub fn data(&self) -> PathBuf {
        self.root.join("data")
    }

    /// Where a cluster is made before it is moved to its place whole.
    pub fn unfinished_data(&self) -> PathBuf {
        self.root.join("data.unfinished")
    }

    pub fn pid_file(&self) -> PathBuf {
        self.data().join("postmaster.pid")
    }

    pub fn log(&self) -> PathBuf {
        self.root.join("log")
    }

    /// The folder of the socket.
    pub fn sockets(&self) -> &Path {
        &self.sockets
    }

    /// Where Postgres notes whose the socket is.
    pub fn socket_lock(&self) -> PathBuf {
        self.sockets.join(format!("{SOCKET_NAME}.lock"))
    }

    /// A lock file of this name. Beside the folder and not in it: it belongs to us, not to Postgres.
    pub fn lock_file(&self, name: &str) -> PathBuf {
        self.data_dir.join(name)
    }

    pub fn root(&self) -> &Path {
        &self.root
    }
}

/// Makes the folder, and where Postgres' user could not come to it, makes it outside and links it.
fn create(data_dir: &Path, link: &Path) -> Result<(), PostgresError> {
    let user = SystemUser::for_new_cluster()?;
    if user.is_me() || user.can_enter(data_dir) {
        return create_private(link, &user);
    }
    create_outside_folder()?;
    let outside = Path::new(OUTSIDE).join(format!("postgres-{}", uuid::Uuid::now_v7()));
    create_private(&outside, &user)?;
    tracing::warn!(
        "the user `{}` cannot enter {}: the database is kept in {} and linked from there",
        user.name,
        data_dir.display(),
        outside.display()
    );
    symlink(&outside, link).map_err(PostgresError::files("cannot link the folder", link))
}

fn create_outside_folder() -> Result<(), PostgresError> {
    let outside = Path::new(OUTSIDE);
    DirBuilder::new()
        .recursive(true)
        .mode(0o711)
        .create(outside)
        .map_err(PostgresError::files("cannot create the folder", outside))
}

fn create_private(folder: &Path, user: &SystemUser) -> Result<(), PostgresError> {
    match DirBuilder::new().mode(0o700).create(folder) {
        Ok(()) => user.own(folder),
        // Another process of ours was faster.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(PostgresError::files("cannot create the folder", folder)(
            error,
        )),
    }
}

/// Whose the folder is. Root's own can only be one that we were killed over while making it.
fn settle_owner(root: &Path) -> Result<SystemUser, PostgresError> {
    let owner = SystemUser::owner_of(root)?;
    if !(owner.is_root() && geteuid().is_root()) {
        return Ok(owner);
    }
    let user = SystemUser::for_new_cluster()?;
    user.own(root)?;
    Ok(user)
}

/// The folder itself, or a short one made for it where its path is too long for a socket.
fn choose_sockets(root: &Path, user: &SystemUser) -> Result<PathBuf, PostgresError> {
    if root.join(SOCKET_NAME).as_os_str().len() <= SOCKET_PATH_BYTES_MAX {
        return Ok(root.to_owned());
    }
    let name = format!(
        "frontrow-postgres-{:016x}",
        fnv1a(root.as_os_str().as_bytes())
    );
    let sockets = Path::new("/tmp").join(name);
    create_private(&sockets, user)?;
    let owner = SystemUser::owner_of(&sockets)?;
    let is_folder = fs::symlink_metadata(&sockets).is_ok_and(|metadata| metadata.is_dir());
    // Anybody can make files in /tmp: what is not a folder of this user was laid there by another.
    if owner.name == user.name && is_folder {
        return Ok(sockets);
    }
    Err(PostgresError::ForeignFolder {
        folder: sockets,
        owner: owner.name,
    })
}

/// FNV-1a: a name for a path that is the same in every version of this program.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
