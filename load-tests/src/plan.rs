//! Seating plans: a generated hall, and what a given file needs to be priced.

use std::path::Path;

use serde_json::{Value, json};

use crate::outcome::Outcome;

/// The category of a generated hall's seats, and of its floor.
const SEATS: &str = "Stalls";
const FLOOR: &str = "Floor";

/// What places of a generated hall cost, in minor units.
const PRICE: u32 = 8_000;

/// A price for a category that nobody priced, in minor units: each later one is cheaper.
const FIRST_PRICE: usize = 8_000;

/// The most seats of a generated row.
const ROW_MAX: usize = 50;

/// The most rows of a generated section.
const ROWS_MAX: usize = 500;

/// A hall of so many seats in straight rows, and a floor of so many standing places behind them, in the declarative form.
pub fn generate(seats: usize, standing: usize) -> Value {
    let rows: Vec<usize> = (0..seats.div_ceil(ROW_MAX))
        .map(|row| ROW_MAX.min(seats - row * ROW_MAX))
        .collect();
    let mut sections: Vec<Value> = rows.chunks(ROWS_MAX).enumerate().map(grid).collect();
    if standing > 0 {
        sections.push(json!({
            "name": FLOOR, "type": "ga", "category": FLOOR, "capacity": standing,
            "position": { "x": 0, "y": rows.len() * 36 + 100 }, "width": 1_250, "height": 400,
        }));
    }
    json!({ "sections": sections })
}

fn grid((index, rows): (usize, &[usize])) -> Value {
    json!({
        "name": format!("{SEATS} {}", index + 1), "type": "grid", "category": SEATS, "seatsPerRow": rows,
        "position": { "x": 0, "y": index * ROWS_MAX * 36 },
    })
}

/// Prices for a generated hall, as `import-plan` takes them.
pub fn generated_prices(standing: usize) -> Vec<String> {
    let floor = (standing > 0).then_some(FLOOR);
    [SEATS]
        .into_iter()
        .chain(floor)
        .map(|name| format!("{name}={PRICE}"))
        .collect()
}

/// A price for each category of a plan, as `import-plan` takes it.
///
/// # Errors
/// The file cannot be read, or has no categories.
pub fn default_prices(file: &Path) -> Outcome<Vec<String>> {
    let plan: Value = serde_json::from_slice(&std::fs::read(file)?)?;
    let categories = plan["categories"]
        .as_array()
        .ok_or("the plan has no categories")?;
    let names = categories
        .iter()
        .filter_map(|category| category["name"].as_str());
    Ok(names
        .enumerate()
        .map(|(rank, name)| format!("{name}={}", FIRST_PRICE / (rank + 1)))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generated_hall_has_as_many_seats_as_asked_for() {
        let plan = generate(120, 0);
        assert_eq!(plan["sections"][0]["seatsPerRow"], json!([50, 50, 20]));
        assert_eq!(plan["sections"].as_array().unwrap().len(), 1);
        assert_eq!(generate(50_000, 7)["sections"].as_array().unwrap().len(), 3);
    }
}
