//! Starting and ending the server.

use std::io;
use std::net::{SocketAddr, TcpListener};

use operations::App;
use tokio_util::sync::CancellationToken;

use crate::Settings;

/// A server that answers.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    finished: tokio::task::JoinHandle<io::Result<()>>,
}

impl Running {
    /// Waits until the server has ended.
    ///
    /// # Errors
    /// It ended for another reason than being asked to.
    pub async fn finished(self) -> io::Result<()> {
        self.finished.await.map_err(io::Error::other)?
    }
}

/// Serves on a bound listener until `shutdown` is cancelled; then sockets are closed with 1001, and
/// requests under way are answered. The metrics recorder of the process is installed here.
///
/// # Errors
/// The listener cannot be used, or the templates or the built assets are broken.
pub fn spawn(
    _app: App,
    _settings: Settings,
    _listener: TcpListener,
    _shutdown: CancellationToken,
) -> io::Result<Running> {
    todo!()
}
