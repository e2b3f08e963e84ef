//! The same work without a front: pgbench and redis-benchmark, each with as many clients as do best.
//!
//! A rival that reaches 70 % of this through its front is measured fairly; else it is the front that is
//! measured, and that is said.

use std::path::Path;
use std::process::Command;

use super::kind::{Kind, LUA};
use crate::outcome::Outcome;

/// How many clients of pgbench are tried.
pub const CLIENTS: [u32; 3] = [8, 32, 64];

/// How many places they take in all, at most.
const TAKEN_MAX: i32 = 12_000;

/// The most operations a second that the database does by itself, and with how many clients.
#[derive(Debug, Clone, Copy)]
pub struct Raw {
    pub per_second: f64,
    pub clients: u32,
}

/// Asks Postgres by pgbench, whose clients find all places free and take each but once: to find one taken costs nothing, and
/// says nothing.
pub async fn pgbench(
    kind: Kind,
    clients: u32,
    socket: &Path,
    folder: &Path,
    places: i32,
) -> Outcome<f64> {
    let share = places.min(TAKEN_MAX) / i32::try_from(clients)?;
    let script = folder.join("pgbench.sql");
    std::fs::write(&script, pgbench_script(kind, share))?;
    // Debian has it beside the server; elsewhere it is where programs are.
    let beside = crate::own_postgres::find_programs()?.join("pgbench");
    let mut command = Command::new(if beside.exists() {
        beside.as_path()
    } else {
        Path::new("pgbench")
    });
    command
        .arg("-h")
        .arg(socket)
        .args([
            "-U", "postgres", "-n", "-M", "prepared", "-j", "2", "-D", "turn=0",
        ])
        .args(["-t", &share.to_string(), "-c", &clients.to_string(), "-f"])
        .arg(&script)
        .arg("rivals");
    let told = output(command).await?;
    let line = told.lines().find_map(|line| line.strip_prefix("tps = "));
    let figure = line.and_then(|line| line.split_whitespace().next());
    let per_second = figure.ok_or_else(|| format!("pgbench said: {told}"))?;
    Ok(per_second.parse()?)
}

/// Each client takes seats of its own share, one after another.
fn pgbench_script(kind: Kind, share: i32) -> String {
    let order = "gen_random_uuid()";
    let places: &[(&str, &str)] = match kind {
        Kind::SkipLockedBest | Kind::SkipLockedStanding => &[("$1", order)],
        _ => &[("$1", ":seat"), ("$2", order)],
    };
    let statements = kind.statements().iter().map(|statement| {
        let bound = places
            .iter()
            .fold((*statement).to_owned(), |text, (from, to)| {
                text.replace(from, to)
            });
        format!(
            "{};",
            bound.split_whitespace().collect::<Vec<_>>().join(" ")
        )
    });
    let statements = statements.collect::<Vec<_>>().join("\n");
    let body = if kind == Kind::ForUpdate {
        format!("begin;\n{statements}\ncommit;")
    } else {
        statements
    };
    format!("\\set seat :client_id * {share} + :turn\n\\set turn :turn + 1\n{body}\n")
}

/// Asks Redis by redis-benchmark.
pub async fn redis_benchmark(socket: &Path) -> Outcome<Raw> {
    let mut best = Raw {
        per_second: 0.0,
        clients: 0,
    };
    for clients in [64, 256] {
        let mut command = Command::new("redis-benchmark");
        command
            .arg("-s")
            .arg(socket)
            .args([
                "--csv",
                "-n",
                "60000",
                "-r",
                "1000000000",
                "-c",
                &clients.to_string(),
            ])
            .args(["eval", LUA, "1", "raw", "__rand_int__", "0123456789abcdef"]);
        let told = output(command).await?;
        let line = told.lines().last().unwrap_or_default();
        // The command itself holds commas: what follows it is counted from the end.
        let figure = line.rsplit("\",\"").nth(6).unwrap_or_default();
        let per_second: f64 = figure
            .trim_matches('"')
            .parse()
            .map_err(|_| format!("redis-benchmark said: {told}"))?;
        if per_second > best.per_second {
            best = Raw {
                per_second,
                clients,
            };
        }
    }
    Ok(best)
}

async fn output(mut command: Command) -> Outcome<String> {
    let output = tokio::task::spawn_blocking(move || command.output()).await??;
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(told);
    }
    Err(format!("{told}{}", String::from_utf8_lossy(&output.stderr)).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_for_pgbench_binds_the_seat_and_the_order() {
        let script = pgbench_script(Kind::ForUpdate, 10);
        assert!(
            script.starts_with("\\set seat :client_id * 10 + :turn\n"),
            "{script}"
        );
        assert!(
            script.contains("begin;\nselect seat_index from rival_seat where seat_index = :seat "),
            "{script}"
        );
        assert!(
            script.contains("order_id = gen_random_uuid()") && !script.contains('$'),
            "{script}"
        );
    }
}
