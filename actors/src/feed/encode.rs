//! Snapshots and deltas as the wire has them, encoded once for everybody.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use bytestring::ByteString;
use domain::{OrderId, SeatIndex};
use serde::Serialize;

use crate::feed::committed::StandingCount;

/// What one tick brings, encoded once for everybody.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The epoch of both ends.
    pub epoch: u32,
    /// The sequence it starts from.
    pub from: u64,
    /// The sequence it leads to.
    pub sequence: u64,
    /// The whole delta as JSON.
    pub text: ByteString,
    /// The seats alone in binary: `u32` epoch, `u64` from, `u64` sequence (little-endian), then
    /// for each seat, rising, the LEB128 of `gap from the last index << 2 | state`; the first gap
    /// counts from index 0.
    /// None if no seat changed.
    pub binary: Option<Bytes>,
    /// The standing sections as JSON for those who take seats in binary, if any changed. Where it
    /// follows a binary delta, it leads from `sequence` to `sequence`.
    pub standing_text: Option<ByteString>,
    /// The orders that changed, rising.
    pub orders: Vec<OrderId>,
    /// How many seats changed.
    pub seat_count: usize,
}

/// The step from one shown generation to the next.
pub(super) struct Delta {
    pub epoch: u32,
    pub from: u64,
    pub sequence: u64,
    /// Rising by index.
    pub seats: Vec<(SeatIndex, u8)>,
    pub standing: Vec<StandingCount>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Text<'a> {
    Snapshot {
        epoch: u32,
        sequence: u64,
        seats: String,
        standing: &'a [StandingCount],
    },
    Delta {
        epoch: u32,
        from: u64,
        sequence: u64,
        changes: &'a [(SeatIndex, u8)],
        standing: &'a [StandingCount],
    },
}

impl Text<'_> {
    fn encode(&self) -> ByteString {
        serde_json::to_string(self)
            .expect("numbers and strings encode")
            .into()
    }
}

pub(super) fn snapshot_text(
    epoch: u32,
    sequence: u64,
    seats: &[u8],
    standing: &[StandingCount],
) -> ByteString {
    Text::Snapshot {
        epoch,
        sequence,
        seats: STANDARD.encode(seats),
        standing,
    }
    .encode()
}

impl Frame {
    pub(super) fn encode(delta: &Delta, orders: Vec<OrderId>) -> Self {
        let Delta {
            epoch,
            from,
            sequence,
            seats,
            standing,
        } = delta;
        let (epoch, from, sequence) = (*epoch, *from, *sequence);
        let text = Text::Delta {
            epoch,
            from,
            sequence,
            changes: seats,
            standing,
        }
        .encode();
        let binary = (!seats.is_empty()).then(|| delta.binary());
        let rest_from = if binary.is_some() { sequence } else { from };
        let standing_text = (!standing.is_empty()).then(|| {
            Text::Delta {
                epoch,
                from: rest_from,
                sequence,
                changes: &[],
                standing,
            }
            .encode()
        });
        Self {
            epoch,
            from,
            sequence,
            text,
            binary,
            standing_text,
            orders,
            seat_count: seats.len(),
        }
    }
}

impl Delta {
    fn binary(&self) -> Bytes {
        let mut bytes = Vec::with_capacity(20 + self.seats.len() * 2);
        bytes.extend_from_slice(&self.epoch.to_le_bytes());
        bytes.extend_from_slice(&self.from.to_le_bytes());
        bytes.extend_from_slice(&self.sequence.to_le_bytes());
        let mut last = 0;
        for (seat, state) in &self.seats {
            push_leb128(
                &mut bytes,
                u64::from(seat.0 - last) << 2 | u64::from(*state),
            );
            last = seat.0;
        }
        bytes.into()
    }
}

fn push_leb128(bytes: &mut Vec<u8>, mut value: u64) {
    loop {
        let low = u8::try_from(value & 0x7f).expect("seven bits fit a byte");
        value >>= 7;
        if value == 0 {
            bytes.push(low);
            return;
        }
        bytes.push(low | 0x80);
    }
}
