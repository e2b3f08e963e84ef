//! A session as everybody sees it: its seats from the manifest, and which of them are free.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use uuid::Uuid;

use crate::connection::{Connection, Headers, request};
use crate::outcome::Outcome;

/// The state of a seat on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeatState {
    Free,
    Held,
    Sold,
    NotOnSale,
}

/// All seats of a session at one generation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Availability {
    pub epoch: u64,
    pub sequence: u64,
    pub seats: Vec<SeatState>,
}

/// The seats of a session by section and row, as the manifest lists them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct House {
    pub session: Uuid,
    pub rows: Vec<Vec<u32>>,
}

#[derive(Deserialize)]
struct ManifestBody {
    sections: Vec<SectionBody>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SectionBody {
    section_id: Uuid,
    kind: String,
    seats: Option<Vec<SeatBody>>,
}

#[derive(Deserialize)]
struct SeatBody {
    index: u32,
    row: String,
}

#[derive(Deserialize)]
struct AvailabilityBody {
    epoch: u64,
    sequence: u64,
    seats: String,
}

impl SeatState {
    /// The state that two bits, or a delta's number, stand for.
    pub fn from_bits(bits: u8) -> Self {
        match bits & 0b11 {
            0 => Self::Free,
            1 => Self::Held,
            2 => Self::Sold,
            _ => Self::NotOnSale,
        }
    }
}

impl Availability {
    /// How many seats are in a state.
    pub fn count(&self, state: SeatState) -> usize {
        self.seats.iter().filter(|seat| **seat == state).count()
    }

    /// Whether no seat can be had any more, not even later.
    pub fn is_sold_out(&self) -> bool {
        self.seats
            .iter()
            .all(|seat| matches!(seat, SeatState::Sold | SeatState::NotOnSale))
    }

    /// The free seats, rising.
    pub fn free(&self) -> Vec<u32> {
        let seats = (0_u32..).zip(&self.seats);
        seats
            .filter(|(_, state)| **state == SeatState::Free)
            .map(|(seat, _)| seat)
            .collect()
    }
}

impl House {
    /// How many seats there are.
    pub fn capacity(&self) -> usize {
        self.rows.iter().map(Vec::len).sum()
    }

    /// The rows that everybody wants: the first tenth of the house, and at least one.
    pub fn front_rows(&self) -> &[Vec<u32>] {
        &self.rows[..self.rows.len().div_ceil(10)]
    }
}

/// Reads a session's manifest.
///
/// # Errors
/// The server does not answer, or not as the contract has it.
pub async fn read_house(connection: &mut Connection, session: Uuid) -> Outcome<House> {
    let body = get(
        connection,
        &format!("/api/public/sessions/{session}/manifest"),
    )
    .await?;
    let manifest: ManifestBody = serde_json::from_slice(&body)?;
    let mut rows: BTreeMap<(usize, u32), Vec<u32>> = BTreeMap::new();
    for (position, section) in manifest.sections.iter().enumerate() {
        let mut first_of_row: BTreeMap<&str, u32> = BTreeMap::new();
        for seat in section.seats.iter().flatten() {
            let first = *first_of_row.entry(&seat.row).or_insert(seat.index);
            rows.entry((position, first)).or_default().push(seat.index);
        }
    }
    Ok(House {
        session,
        rows: rows.into_values().collect(),
    })
}

/// The standing sections of a session.
///
/// # Errors
/// The server does not answer, or not as the contract has it.
pub async fn standing_sections(connection: &mut Connection, session: Uuid) -> Outcome<Vec<Uuid>> {
    let body = get(
        connection,
        &format!("/api/public/sessions/{session}/manifest"),
    )
    .await?;
    let manifest: ManifestBody = serde_json::from_slice(&body)?;
    let standing = manifest
        .sections
        .iter()
        .filter(|section| section.kind == "standing");
    Ok(standing.map(|section| section.section_id).collect())
}

/// Reads which seats are free now.
///
/// # Errors
/// The server does not answer, or not as the contract has it.
pub async fn read_availability(
    connection: &mut Connection,
    house: &House,
) -> Outcome<Availability> {
    let body = get(
        connection,
        &format!("/api/public/sessions/{}/availability", house.session),
    )
    .await?;
    let body: AvailabilityBody = serde_json::from_slice(&body)?;
    let seats = unpack(&body.seats, house.capacity())?;
    Ok(Availability {
        epoch: body.epoch,
        sequence: body.sequence,
        seats,
    })
}

/// The seats of a snapshot: base64 of two bits a seat, lowest bits first.
///
/// # Errors
/// It is no base64, or holds fewer seats than the house has.
pub fn unpack(packed: &str, capacity: usize) -> Outcome<Vec<SeatState>> {
    let bytes = STANDARD.decode(packed)?;
    if bytes.len() != capacity.div_ceil(4) {
        return Err(format!("{} bytes of seats for a house of {capacity}", bytes.len()).into());
    }
    let seats = bytes
        .iter()
        .flat_map(|byte| [0, 2, 4, 6].map(|shift| SeatState::from_bits(byte >> shift)));
    Ok(seats.take(capacity).collect())
}

async fn get(connection: &mut Connection, path: &str) -> Outcome<bytes::Bytes> {
    let response = connection
        .send(&request("GET", path, Headers::default(), None))
        .await?;
    if response.status != 200 {
        let text = String::from_utf8_lossy(&response.body).into_owned();
        return Err(format!("GET {path} answered {}: {text}", response.status).into());
    }
    Ok(response.body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seats_are_unpacked_lowest_bits_first() {
        let packed = STANDARD.encode([0b11_10_01_00, 0b0000_0001]);
        let seats = unpack(&packed, 5).unwrap();
        let expected = [
            SeatState::Free,
            SeatState::Held,
            SeatState::Sold,
            SeatState::NotOnSale,
            SeatState::Held,
        ];
        assert_eq!(seats, expected);
        assert!(unpack(&packed, 9).is_err());
    }
}
