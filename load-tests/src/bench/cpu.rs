//! What server, Postgres and generator have used of the processors.

use crate::processes::{own_micros, tree_micros};

/// Processor time since each process began, in microseconds of one core.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CpuTimes {
    pub server: u64,
    pub postgres: u64,
    pub generator: u64,
}

/// Which processes are looked at.
#[derive(Debug, Clone, Copy)]
pub struct Processes {
    pub server: u32,
    pub postmaster: Option<u32>,
}

impl Processes {
    /// What they have used so far. The server's own threads count, the Postgres it started does not.
    pub fn times(&self) -> CpuTimes {
        CpuTimes {
            server: own_micros(self.server),
            postgres: self.postmaster.map_or(0, tree_micros),
            generator: own_micros(std::process::id()),
        }
    }
}

impl CpuTimes {
    /// What was used since an earlier look.
    pub fn since(&self, earlier: &Self) -> Self {
        Self {
            server: self.server.saturating_sub(earlier.server),
            postgres: self.postgres.saturating_sub(earlier.postgres),
            generator: self.generator.saturating_sub(earlier.generator),
        }
    }
}
