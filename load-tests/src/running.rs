//! A process of somebody else's that ends with the value.

use std::process::{Child, Command, Stdio};

use nix::sys::signal::Signal;

use crate::outcome::Outcome;
use crate::server::signal;

/// A running process.
pub struct Running {
    child: Child,
}

impl Running {
    /// Starts it; what it prints is not shown.
    ///
    /// # Errors
    /// There is no such program.
    pub fn start(command: &mut Command) -> Outcome<Self> {
        let program = command.get_program().to_string_lossy().into_owned();
        let command = command.stdin(Stdio::null()).stdout(Stdio::null());
        let child = command.spawn();
        let child = child.map_err(|error| format!("cannot run {program}: {error}"))?;
        Ok(Self { child })
    }

    /// Its number.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Asked first, so that it ends its own workers; all of these fail where it has ended already.
        let _ = signal(self.child.id(), Signal::SIGTERM);
        for _ in 0..100 {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
