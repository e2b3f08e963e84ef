//! What a client of the socket sees, read from the wire by the contract alone: it shares no code
//! with what encodes it.

use std::collections::BTreeMap;

use base64::Engine;
use serde_json::Value;

use crate::feed::Snapshot;

/// The house as a client draws it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Screen {
    pub epoch: u64,
    pub sequence: u64,
    /// One state a seat.
    pub seats: Vec<u8>,
    /// Free, held and sold places by section id.
    pub standing: BTreeMap<String, [u64; 3]>,
}

/// A delta does not continue what the client has.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Gap;

impl Screen {
    /// Reads a `snapshot` message of a house of so many seats.
    pub fn from_snapshot(text: &str, seat_count: usize) -> Self {
        let message: Value = serde_json::from_str(text).unwrap();
        assert_eq!(message["type"], "snapshot");
        let packed = message["seats"].as_str().unwrap();
        let packed = base64::engine::general_purpose::STANDARD
            .decode(packed)
            .unwrap();
        let mut screen = Self {
            epoch: message["epoch"].as_u64().unwrap(),
            sequence: message["sequence"].as_u64().unwrap(),
            seats: unpacked(&packed, seat_count),
            standing: BTreeMap::new(),
        };
        screen.set_standing(&message["standing"]);
        screen
    }

    /// The same from what the API's availability is made of.
    pub fn from_availability(snapshot: &Snapshot, seat_count: usize) -> Self {
        let standing = snapshot.standing.iter().map(|counts| {
            let numbers = [counts.free, counts.held, counts.sold].map(u64::from);
            (counts.section_id.to_string(), numbers)
        });
        Self {
            epoch: u64::from(snapshot.epoch),
            sequence: snapshot.sequence,
            seats: unpacked(&snapshot.seats, seat_count),
            standing: standing.collect(),
        }
    }

    /// Applies a `delta` message.
    pub fn apply_text(&mut self, text: &str) -> Result<(), Gap> {
        let message: Value = serde_json::from_str(text).unwrap();
        assert_eq!(message["type"], "delta");
        let number = |name: &str| message[name].as_u64().unwrap();
        self.step(number("epoch"), number("from"), number("sequence"))?;
        let mut last = None;
        for change in message["changes"].as_array().unwrap() {
            let seat = usize::try_from(change[0].as_u64().unwrap()).unwrap();
            assert!(last < Some(seat), "indexes rise");
            self.seats[seat] = u8::try_from(change[1].as_u64().unwrap()).unwrap();
            last = Some(seat);
        }
        self.set_standing(&message["standing"]);
        Ok(())
    }

    /// Applies a binary delta.
    pub fn apply_binary(&mut self, bytes: &[u8]) -> Result<(), Gap> {
        let epoch = u32::from_le_bytes(bytes[..4].try_into().unwrap());
        let from = u64::from_le_bytes(bytes[4..12].try_into().unwrap());
        let sequence = u64::from_le_bytes(bytes[12..20].try_into().unwrap());
        self.step(u64::from(epoch), from, sequence)?;
        let mut seat = 0_u64;
        let (mut number, mut shift) = (0_u64, 0_u32);
        for byte in &bytes[20..] {
            number += u64::from(byte % 128) * 2_u64.pow(shift);
            shift += 7;
            if *byte < 128 {
                seat += number / 4;
                let state = u8::try_from(number % 4).unwrap();
                self.seats[usize::try_from(seat).unwrap()] = state;
                (number, shift) = (0, 0);
            }
        }
        assert_eq!(shift, 0, "the last number ends");
        Ok(())
    }

    fn step(&mut self, epoch: u64, from: u64, sequence: u64) -> Result<(), Gap> {
        if epoch != self.epoch || from != self.sequence {
            return Err(Gap);
        }
        assert!(sequence >= from, "a sequence never falls");
        self.sequence = sequence;
        Ok(())
    }

    fn set_standing(&mut self, standing: &Value) {
        for section in standing.as_array().unwrap() {
            let number = |name: &str| section[name].as_u64().unwrap();
            let id = section["sectionId"].as_str().unwrap().to_owned();
            let counts = [number("free"), number("held"), number("sold")];
            self.standing.insert(id, counts);
        }
    }
}

fn unpacked(packed: &[u8], seat_count: usize) -> Vec<u8> {
    assert_eq!(packed.len(), seat_count.div_ceil(4));
    let states = packed
        .iter()
        .flat_map(|byte| [byte & 3, byte >> 2 & 3, byte >> 4 & 3, byte >> 6 & 3]);
    states.take(seat_count).collect()
}
