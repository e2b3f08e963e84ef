//! Seating plans in pretix's JSON: a generated hall, and what a given file needs to be priced.

use std::path::Path;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::outcome::Outcome;

/// The only category of a generated hall.
const CATEGORY: &str = "Stalls";

/// A price for a category that nobody priced, in minor units: each later one is cheaper.
const FIRST_PRICE: usize = 8_000;

/// The most seats of a generated row.
const ROW_MAX: usize = 50;

/// A hall of so many seats in straight rows before a stage.
pub fn generate(seats: usize) -> Value {
    let lengths = (0..seats.div_ceil(ROW_MAX)).map(|row| ROW_MAX.min(seats - row * ROW_MAX));
    let rows: Vec<Value> = lengths
        .enumerate()
        .map(|(row, len)| generate_row(row, len))
        .collect();
    let depth = rows.len() * 40 + 100;
    json!({
        "name": "Generated hall",
        "categories": [{ "name": CATEGORY, "color": "#4CAF50" }],
        "size": { "width": ROW_MAX * 25 + 100, "height": depth },
        "zones": [{
            "name": "Floor",
            "position": { "x": 50, "y": 50 },
            "rows": rows,
            "areas": [],
            "uuid": Uuid::new_v4(),
            "zone_id": "Floor",
        }],
    })
}

fn generate_row(row: usize, len: usize) -> Value {
    let label = (row + 1).to_string();
    let seats: Vec<Value> = (0..len)
        .map(|seat| {
            json!({
                "seat_number": (seat + 1).to_string(),
                "seat_guid": format!("Floor-{label}-{}", seat + 1),
                "uuid": Uuid::new_v4(),
                "position": { "x": seat * 25, "y": 0 },
                "category": CATEGORY,
            })
        })
        .collect();
    json!({
        "position": { "x": 0, "y": row * 40 },
        "row_number": label,
        "row_number_position": "both",
        "seats": seats,
        "uuid": Uuid::new_v4(),
    })
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
        let plan = generate(120);
        let rows = plan["zones"][0]["rows"].as_array().unwrap();
        let lengths: Vec<usize> = rows
            .iter()
            .map(|row| row["seats"].as_array().unwrap().len())
            .collect();
        assert_eq!(lengths, [50, 50, 20]);
    }
}
