//! A manifest as the map reads it: what the seats of a section have is in columns, of which each says how it differs from
//! what was to be expected. Rows of seats go on as they began, so that most of it is noughts, and a sixth is left to send.

use actors::SessionInfo;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::session::{Drawing, Manifest, ManifestSeat, ManifestSection};

/// All places of a session. It never changes once the session is published.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ManifestColumns {
    pub session_id: Uuid,
    /// As in the manifest, but for the seats.
    pub sections: Vec<SectionColumns>,
}

/// A section.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SectionColumns {
    #[serde(flatten)]
    pub section: ManifestSection,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub columns: Option<SeatColumns>,
}

/// Each is as long as there are seats. Numbers are integers, lengths and angles in hundredths, and of each number stands there
/// by how much it differs from what continues the two before it: from twice the last one less the one before that.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SeatColumns {
    pub index: Vec<i64>,
    pub row: Vec<String>,
    pub number: Vec<String>,
    pub position_x: Vec<i64>,
    pub position_y: Vec<i64>,
    pub rotation: Vec<i64>,
    /// As a place in `ellipse`, `rectangle`, `rounded_rectangle`.
    pub shape: Vec<i64>,
    pub size_x: Vec<i64>,
    pub size_y: Vec<i64>,
    /// 1 or 0.
    pub accessible: Vec<i64>,
}

impl ManifestColumns {
    /// The places of a live session with their prices.
    #[must_use]
    pub fn new(info: &SessionInfo) -> Self {
        let Manifest {
            session_id,
            sections,
        } = Manifest::new(info);
        Self {
            session_id,
            sections: sections.into_iter().map(SectionColumns::new).collect(),
        }
    }
}

impl SectionColumns {
    fn new(mut section: ManifestSection) -> Self {
        let seats = section.seats.take();
        Self {
            section,
            columns: seats.map(SeatColumns::new),
        }
    }
}

impl SeatColumns {
    fn new(seats: Vec<ManifestSeat>) -> Self {
        let drawn =
            |part: fn(&Drawing) -> i64| continued(seats.iter().map(|seat| part(&seat.drawing)));
        Self {
            index: continued(seats.iter().map(|seat| i64::from(seat.index))),
            position_x: drawn(|it| it.position_x.0.into()),
            position_y: drawn(|it| it.position_y.0.into()),
            rotation: drawn(|it| it.rotation.0.into()),
            shape: drawn(|it| it.shape as i64),
            size_x: drawn(|it| it.size_x.0.into()),
            size_y: drawn(|it| it.size_y.0.into()),
            accessible: continued(seats.iter().map(|seat| i64::from(seat.accessible))),
            row: seats.iter().map(|seat| seat.row.clone()).collect(),
            number: seats.into_iter().map(|seat| seat.number).collect(),
        }
    }
}

/// By how much each number differs from what continues the two before it.
fn continued(numbers: impl Iterator<Item = i64>) -> Vec<i64> {
    let (mut last, mut step) = (0, 0);
    let differing = |number: i64| {
        let expected = last + step;
        (last, step) = (number, number - last);
        number - expected
    };
    numbers.map(differing).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_on_as_it_began_is_nothing_new() {
        assert_eq!(continued([5, 7, 9, 11, 11].into_iter()), [5, -3, 0, 0, -2]);
        assert_eq!(continued([3; 4].into_iter()), [3, -3, 0, 0]);
        assert_eq!(continued(std::iter::empty()), [0_i64; 0]);
    }
}
