//! Telling the person at the terminal.

use std::fmt::Display;
use std::io::Write;

/// Prints one line at once, so that a long run shows where it is.
pub fn say(line: impl Display) {
    let mut out = std::io::stdout().lock();
    // A reader that has gone away (`| head`) is no reason to stop a run.
    let _ = writeln!(out, "{line}");
    let _ = out.flush();
}
