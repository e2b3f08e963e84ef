//! Where the keys that sign tickets come from: the configuration, or, in the demo, a file made once.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use domain::ticket_code::TicketKeys;
use thiserror::Error;

use crate::configuration::{Configuration, parse_ticket_keys};

/// Why there are no ticket keys.
#[derive(Debug, Error)]
pub enum TicketKeysError {
    #[error(
        "TICKET_KEYS is missing: set it to 64 hexadecimal digits (openssl rand -hex 32), or DEMO=true to try the demo"
    )]
    Missing,
    #[error("the demo's ticket keys in {path} cannot be used: {reason}")]
    Unusable { path: PathBuf, reason: String },
    #[error("the demo's ticket keys cannot be kept in {path}: {error}")]
    Files { path: PathBuf, error: io::Error },
}

/// The keys to sign tickets with and to verify them.
///
/// # Errors
/// None are configured outside the demo, or the demo's file cannot be read or made.
pub fn load(configuration: &Configuration) -> Result<TicketKeys, TicketKeysError> {
    match &configuration.ticket_keys {
        Some(keys) => Ok(TicketKeys::new(keys)),
        None if configuration.demo => load_or_make(&configuration.data_dir),
        None => Err(TicketKeysError::Missing),
    }
}

/// Tickets sold yesterday must still be valid today, so the demo's key is made once and kept.
fn load_or_make(data_dir: &Path) -> Result<TicketKeys, TicketKeysError> {
    let path = data_dir.join("ticket-keys");
    let text = match fs::read_to_string(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => make(data_dir, &path),
        read => read,
    };
    let text = text.map_err(|error| TicketKeysError::Files {
        path: path.clone(),
        error,
    })?;
    match parse_ticket_keys(text.trim()) {
        Ok(keys) => Ok(TicketKeys::new(&keys)),
        Err(reason) => Err(TicketKeysError::Unusable { path, reason }),
    }
}

/// Written beside its place and linked there whole: of two processes the first one's key counts.
fn make(data_dir: &Path, path: &Path) -> io::Result<String> {
    fs::create_dir_all(data_dir)?;
    let unfinished = data_dir.join(format!("ticket-keys.{}", std::process::id()));
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&unfinished)?;
    let digits: String = rand::random::<[u8; 32]>()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    writeln!(file, "{digits}")?;
    file.sync_all()?;
    let linked = fs::hard_link(&unfinished, path);
    fs::remove_file(&unfinished)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => fs::read_to_string(path),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use domain::pnr::Pnr;
    use domain::ticket_code::TicketCode;
    use domain::{SessionId, TicketId};

    use super::*;

    fn code() -> TicketCode {
        TicketCode {
            ticket_id: TicketId(uuid::Uuid::from_u128(1)),
            session_id: SessionId(uuid::Uuid::from_u128(2)),
            pnr: Pnr::from_number(3),
        }
    }

    #[test]
    fn the_demos_key_is_made_once_and_readable_by_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let sold = load_or_make(folder.path()).unwrap().sign(&code());
        let mode = fs::metadata(folder.path().join("ticket-keys"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(
            load_or_make(folder.path()).unwrap().verify(&sold),
            Ok(code())
        );
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_spoilt_file_is_refused_and_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("ticket-keys"), "not a key").unwrap();
        let refused = load_or_make(folder.path()).err().unwrap();
        assert!(
            matches!(refused, TicketKeysError::Unusable { .. }),
            "{refused}"
        );
    }
}
