//! Processes as Linux shows them: who descends from whom, and what they have used.

use std::collections::{BTreeSet, HashMap};
use std::fs;

/// Linux tells times in hundredths of a second, whatever its own clock ticks.
const MICROS_PER_TICK: u64 = 10_000;

/// One line of `/proc/<pid>/stat`, as far as it is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stat {
    parent: u32,
    own_ticks: u64,
    /// Of children that have ended and were waited for.
    ended_ticks: u64,
}

/// All processes that a process started, directly or not.
pub fn descendants(root: u32) -> BTreeSet<u32> {
    let stats = all_stats();
    let mut found = BTreeSet::new();
    let mut fresh = BTreeSet::from([root]);
    while !fresh.is_empty() {
        let children = stats
            .iter()
            .filter(|(_, stat)| fresh.contains(&stat.parent))
            .map(|(pid, _)| *pid);
        fresh = children.filter(|pid| !found.contains(pid)).collect();
        found.extend(&fresh);
    }
    found
}

/// The processor time of one process with all its threads, in microseconds of one core.
pub fn own_micros(pid: u32) -> u64 {
    stat_of(pid).map_or(0, |stat| stat.own_ticks * MICROS_PER_TICK)
}

/// The processor time of a process and all it started, those that ended included.
pub fn tree_micros(root: u32) -> u64 {
    let ended = stat_of(root).map_or(0, |stat| stat.ended_ticks * MICROS_PER_TICK);
    let living = descendants(root).into_iter().map(own_micros).sum::<u64>();
    own_micros(root) + ended + living
}

/// What a process holds in memory, in KiB.
pub fn resident_kib(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let figure = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    figure.unwrap_or(0)
}

/// The same of a process and all it started.
pub fn tree_resident_kib(root: u32) -> u64 {
    let below = descendants(root).into_iter().map(resident_kib).sum::<u64>();
    resident_kib(root) + below
}

/// What TCP holds in the kernel's memory, of all processes, in KiB.
pub fn tcp_kib() -> u64 {
    let text = fs::read_to_string("/proc/net/sockstat").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("TCP:"));
    let words: Vec<&str> = line.unwrap_or_default().split_whitespace().collect();
    let pages = words
        .windows(2)
        .find_map(|pair| (pair[0] == "mem").then(|| pair[1].parse::<u64>().ok())?);
    // Linux counts pages of four KiB.
    pages.unwrap_or(0) * 4
}

fn all_stats() -> HashMap<u32, Stat> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter_map(|pid| Some((pid, stat_of(pid)?))).collect()
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

    #[test]
    fn a_child_descends_from_this_process() {
        let mut child = std::process::Command::new("sleep")
            .arg("60")
            .spawn()
            .unwrap();
        let found = descendants(std::process::id()).contains(&child.id());
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(found);
    }
}
