//! What the processes have used of the processors, as Linux counts it.

use std::collections::{HashMap, HashSet};
use std::fs;

/// Linux tells times in hundredths of a second, whatever its own clock ticks.
const MICROS_PER_TICK: u64 = 10_000;

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

/// One line of `/proc/<pid>/stat`, as far as it is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stat {
    parent: u32,
    own_ticks: u64,
    /// Of children that have ended.
    ended_ticks: u64,
}

impl Processes {
    /// What they have used so far. The server's own threads count, the Postgres it started does not.
    pub fn times(&self) -> CpuTimes {
        CpuTimes {
            server: stat_of(self.server).map_or(0, |stat| stat.own_ticks * MICROS_PER_TICK),
            postgres: self.postmaster.map_or(0, tree_times),
            generator: stat_of(std::process::id())
                .map_or(0, |stat| stat.own_ticks * MICROS_PER_TICK),
        }
    }
}

impl CpuTimes {
    /// What was used since an earlier look. A backend that ended takes its time to its parent's
    /// account at once, so nothing is lost; still, time never runs backwards here.
    pub fn since(&self, earlier: &Self) -> Self {
        Self {
            server: self.server.saturating_sub(earlier.server),
            postgres: self.postgres.saturating_sub(earlier.postgres),
            generator: self.generator.saturating_sub(earlier.generator),
        }
    }
}

fn tree_times(root: u32) -> u64 {
    let stats: HashMap<u32, Stat> = pids()
        .into_iter()
        .filter_map(|pid| Some((pid, stat_of(pid)?)))
        .collect();
    let mut tree = HashSet::from([root]);
    while let Some(found) = stats
        .iter()
        .find(|(pid, stat)| tree.contains(&stat.parent) && !tree.contains(pid))
    {
        tree.insert(*found.0);
    }
    let ticks = tree
        .iter()
        .filter_map(|pid| stats.get(pid))
        .map(|stat| stat.own_ticks);
    let ended = stats.get(&root).map_or(0, |stat| stat.ended_ticks);
    (ticks.sum::<u64>() + ended) * MICROS_PER_TICK
}

fn pids() -> Vec<u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect()
}

fn stat_of(pid: u32) -> Option<Stat> {
    parse_stat(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

fn parse_stat(line: &str) -> Option<Stat> {
    // The command's name stands in parentheses and may hold anything; what follows the last one is plain.
    let (_, rest) = line.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let number = |at: usize| fields.get(at)?.parse::<u64>().ok();
    Some(Stat {
        parent: fields.get(1)?.parse().ok()?,
        own_ticks: number(11)? + number(12)?,
        ended_ticks: number(13)? + number(14)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_behind_a_name_with_parentheses() {
        let line = "7 (a) b (c) S 3 7 7 0 -1 4194304 1 2 3 4 50 60 70 80 20 0 1 0 100";
        assert_eq!(
            parse_stat(line),
            Some(Stat {
                parent: 3,
                own_ticks: 110,
                ended_ticks: 150
            })
        );
    }
}
