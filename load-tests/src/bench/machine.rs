//! What the figures were measured on.

use std::fmt;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::time::Instant;

use crate::outcome::Outcome;
use crate::server::Recipe;

/// How often a small write is fsynced to learn what that costs here.
const FSYNCS: usize = 200;

/// The machine, its system, and the executable.
pub struct Machine {
    processor: String,
    cores: usize,
    memory: String,
    kernel: String,
    executable: String,
    fsync_micros: u128,
}

impl Machine {
    /// Looks at the machine and asks the executable for its version.
    ///
    /// # Errors
    /// The executable cannot be run, or the data folder not be written.
    pub fn look(recipe: &Recipe) -> Outcome<Self> {
        let version = recipe.command("--version").output()?;
        let version = String::from_utf8_lossy(&version.stdout).trim().to_owned();
        Ok(Self {
            processor: line_of("/proc/cpuinfo", "model name"),
            cores: std::thread::available_parallelism()?.get(),
            memory: line_of("/proc/meminfo", "MemTotal"),
            kernel: fs::read_to_string("/proc/sys/kernel/osrelease")?
                .trim()
                .to_owned(),
            executable: format!("{} ({version})", recipe.frontrow.display()),
            fsync_micros: fsync_micros(&recipe.data_dir)?,
        })
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            formatter,
            "{}, {} cores, {} memory, Linux {}",
            self.processor, self.cores, self.memory, self.kernel
        )?;
        writeln!(formatter, "{}", self.executable)?;
        write!(
            formatter,
            "8 KiB written and fdatasynced: {} µs (median of {FSYNCS})",
            self.fsync_micros
        )
    }
}

fn line_of(file: &str, name: &str) -> String {
    let text = fs::read_to_string(file).unwrap_or_default();
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(name)?.trim_start().strip_prefix(':'));
    line.unwrap_or("unknown").trim().to_owned()
}

fn fsync_micros(folder: &Path) -> Outcome<u128> {
    let mut file = fs::File::create(folder.join("fsync-probe"))?;
    let mut took = Vec::with_capacity(FSYNCS);
    for _ in 0..FSYNCS {
        let began = Instant::now();
        file.write_all(&[0; 8192])?;
        file.sync_data()?;
        took.push(began.elapsed().as_micros());
    }
    took.sort_unstable();
    Ok(took[FSYNCS / 2])
}
