//! Importing a plan and putting it on sale, by the executable's own commands.

use std::path::{Path, PathBuf};

use chrono::{TimeDelta, Utc};
use uuid::Uuid;

use crate::outcome::Outcome;
use crate::plan;
use crate::server::Recipe;

/// Which hall is sold.
#[derive(Debug, Clone)]
pub enum Hall {
    /// A generated one of so many seats.
    Generated(usize),
    /// The same with so many standing places.
    WithFloor { seats: usize, standing: usize },
    /// One that the executable generates: `arena` or `stadium`.
    House(&'static str),
    /// A pretix plan.
    File {
        plan: PathBuf,
        prices: Vec<String>,
        rekey_seats: bool,
    },
}

impl Hall {
    /// The real house of so many seats, if there is one.
    pub fn of(seats: usize) -> Self {
        match seats {
            20_000 => Self::House("arena"),
            80_000 => Self::House("stadium"),
            _ => Self::Generated(seats),
        }
    }
}

/// How it is sold.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    pub hold_secs: u32,
    pub max_per_order: u32,
}

/// Imports a hall; returns its venue's slug.
///
/// # Errors
/// The plan is refused, or the command fails.
pub async fn import(recipe: &Recipe, hall: &Hall) -> Outcome<String> {
    let (file, prices, rekey_seats) = match hall {
        Hall::Generated(seats) => generated(recipe, *seats, 0)?,
        Hall::WithFloor { seats, standing } => generated(recipe, *seats, *standing)?,
        Hall::House(name) => house(recipe, name).await?,
        Hall::File {
            plan,
            prices,
            rekey_seats,
        } => (plan.clone(), prices.clone(), *rekey_seats),
    };
    let prices = if prices.is_empty() {
        plan::default_prices(&file)?
    } else {
        prices
    };
    let args = import_args(&file, &prices, rekey_seats);
    let told = run(recipe, "import-plan", &args).await?;
    find_line(&told, "venue: ").map(str::to_owned)
}

type Written = (PathBuf, Vec<String>, bool);

fn generated(recipe: &Recipe, seats: usize, standing: usize) -> Outcome<Written> {
    let file = recipe.data_dir.join("generated.json");
    std::fs::write(&file, plan::generate(seats, standing).to_string())?;
    Ok((file, plan::generated_prices(standing), false))
}

async fn house(recipe: &Recipe, name: &str) -> Outcome<Written> {
    let file = recipe.data_dir.join(format!("{name}.json"));
    std::fs::write(
        &file,
        run(recipe, "generate-plan", &[name.to_owned()]).await?,
    )?;
    let prices = run(
        recipe,
        "generate-plan",
        &[name.to_owned(), "--prices".into()],
    )
    .await?;
    Ok((file, prices.lines().map(str::to_owned).collect(), false))
}

/// Puts a venue on sale; returns the session.
///
/// # Errors
/// The command fails.
pub async fn put_on_sale(recipe: &Recipe, venue: &str, terms: Terms) -> Outcome<Uuid> {
    let starts_at = (Utc::now() + TimeDelta::days(30)).to_rfc3339();
    let (hold, max) = (terms.hold_secs.to_string(), terms.max_per_order.to_string());
    let args = [
        ["--venue", venue],
        ["--title", "The on-sale"],
        ["--starts-at", &starts_at],
        ["--hold-secs", &hold],
        ["--max-per-order", &max],
    ];
    let args: Vec<String> = args.concat().into_iter().map(str::to_owned).collect();
    let told = run(recipe, "put-on-sale", &args).await?;
    Ok(find_line(&told, "session: ")?.parse()?)
}

fn import_args(file: &Path, prices: &[String], rekey_seats: bool) -> Vec<String> {
    let name = format!("Load test {}", Uuid::new_v4().simple());
    let mut args = vec![file.display().to_string(), "--venue".into(), name];
    for price in prices {
        args.extend(["--price".into(), price.clone()]);
    }
    args.extend(rekey_seats.then(|| "--rekey-seats".into()));
    args
}

async fn run(recipe: &Recipe, name: &'static str, args: &[String]) -> Outcome<String> {
    let mut command = recipe.command(name);
    command.args(args).stdin(std::process::Stdio::null());
    let output = tokio::task::spawn_blocking(move || command.output()).await??;
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        return Err(format!(
            "frontrow {name} {args:?} ended with {}: {told}{complaint}",
            output.status
        )
        .into());
    }
    Ok(told)
}

fn find_line<'a>(told: &'a str, start: &str) -> Outcome<&'a str> {
    let found = told
        .lines()
        .find_map(|line| line.trim().strip_prefix(start));
    found
        .map(str::trim)
        .ok_or_else(|| format!("there is no line {start:?} in:\n{told}").into())
}
